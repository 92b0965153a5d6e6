/* zeek.c: what Zeek would call a connection: conn_state and history. */
#include <string.h>

#include "session/zeek.h"

static unsigned int
state(const struct side *s)
{
	return s->zeek & ZEEK_STATE_MASK;
}

static unsigned int
before(const struct side *s)
{
	return s->zeek >> ZEEK_STATE_BITS;
}

static void
set_state(struct side *s, unsigned int to)
{
	if (state(s) != to)
		s->zeek = (uint8_t)(to | state(s) << ZEEK_STATE_BITS);
}

void
zeek_add_more(struct session *s, struct trouble_pool *pool, char letter)
{
	struct trouble *t = trouble_get(pool, &s->trouble);

	if (t->history_len < TROUBLE_HISTORY - 1)
		t->history[t->history_len++] = letter;
	else if (t->history_len == TROUBLE_HISTORY - 1)
		t->history[t->history_len++] = 'x';
}

/* The letter at the 1st, 10th, 100th ... time. */
static void
scaled(struct session *s, struct trouble_pool *pool, unsigned int dir,
    char letter, uint64_t count)
{
	while (count >= 10 && count % 10 == 0)
		count /= 10;
	if (count == 1)
		zeek_add_of(s, pool, dir, letter);
}

void
zeek_flags(struct session *s, struct trouble_pool *pool, unsigned int dir,
    const struct flow *f)
{
	struct side *me = &s->side[dir];
	unsigned int flags = f->tcp.flags;
	uint32_t end = f->tcp.seq + f->payload_len;

	switch (flags & (TCP_SYN | TCP_FIN | TCP_RST)) {
	case 0:
		if (f->payload_len > 0)
			zeek_once(s, pool, dir, ZEEK_SEEN_DATA, 'd');
		else if (flags & TCP_ACK)
			zeek_once(s, pool, dir, ZEEK_SEEN_ACK, 'a');
		break;
	case TCP_SYN:
		if (zeek_once(s, pool, dir, ZEEK_SEEN_SYN,
		    flags & TCP_ACK ? 'h' : 's') &&
		    me->seen & SIDE_SYN && f->tcp.seq + 1 != me->base)
			zeek_add_of(s, pool, dir, flags & TCP_ACK ? 'h' : 's');
		break;
	case TCP_FIN:
		if (zeek_once(s, pool, dir, ZEEK_SEEN_FIN, 'f') &&
		    me->seen & SIDE_FIN && end + 1 != side_fin(me))
			zeek_add_of(s, pool, dir, 'f');
		break;
	case TCP_RST:
		if (zeek_once(s, pool, dir, ZEEK_SEEN_RST, 'r') &&
		    f->tcp.seq != me->timed_end)
			zeek_add_of(s, pool, dir, 'r');
		me->timed_end = f->tcp.seq;
		break;
	case TCP_FIN | TCP_RST:
	case TCP_FIN | TCP_RST | TCP_SYN:
		zeek_once(s, pool, dir, ZEEK_SEEN_INCONSISTENT, 'i');
		break;
	default:
		zeek_once(s, pool, dir, ZEEK_SEEN_MULTIPLE, 'q');
	}
}

void
zeek_notes(struct session *s, struct trouble_pool *pool, unsigned int dir,
    unsigned int notes)
{
	const struct trouble_side *t;

	if (notes == 0)
		return;
	t = &trouble_get(pool, &s->trouble)->side[dir];
	if (notes & STREAM_ZERO_WINDOW)
		scaled(s, pool, dir, 'w', t->zero_windows);
	if (notes & STREAM_REPEAT && state(&s->side[dir]) != ZEEK_RESET)
		scaled(s, pool, dir, 't', t->repeats);
}

void
zeek_gaps(struct session *s, struct trouble_pool *pool, unsigned int dir,
    uint32_t count)
{
	uint32_t after;

	if (s->trouble == 0)
		return;
	after = trouble_get(pool, &s->trouble)->side[dir].gaps;
	while (count < after)
		scaled(s, pool, dir, 'g', ++count);
}

/* Nothing was seen of the side until now. */
static void
move_inactive(struct side *me, struct side *peer, int is_client,
    const struct flow *f)
{
	unsigned int flags = f->tcp.flags;

	if (flags & TCP_SYN && is_client) {
		set_state(me, flags & TCP_ACK ? ZEEK_SYN_ACK_SENT :
		    ZEEK_SYN_SENT);
	} else if (flags & TCP_SYN) {
		if (state(peer) == ZEEK_SYN_SENT)
			set_state(peer, ZEEK_ESTABLISHED);
		set_state(me, ZEEK_ESTABLISHED);
	}
	if (flags & TCP_FIN)
		set_state(me, ZEEK_CLOSED);
	if (flags & TCP_RST)
		set_state(me, ZEEK_RESET);
	if (state(me) != ZEEK_INACTIVE)
		return;
	/* Some answer a SYN with an ACK, and with the SYN-ACK only then. */
	if (!is_client && f->payload_len == 0 && state(peer) == ZEEK_SYN_SENT)
		return;
	set_state(me, flags & TCP_ACK && state(peer) == ZEEK_ESTABLISHED ?
	    ZEEK_ESTABLISHED : ZEEK_PARTIAL);
}

static void
move_open(struct side *me, struct side *peer, unsigned int flags)
{
	if (flags & TCP_SYN && !(flags & TCP_ACK) &&
	    state(me) == ZEEK_PARTIAL && state(peer) == ZEEK_INACTIVE)
		set_state(me, ZEEK_SYN_SENT);
	if (flags & TCP_FIN && !(flags & TCP_RST)) {
		set_state(me, ZEEK_CLOSED);
		/* A FIN and then a RST was a normal end, after all. */
		if (state(peer) == ZEEK_RESET && before(peer) == ZEEK_CLOSED)
			set_state(peer, ZEEK_CLOSED);
	}
	if (flags & TCP_RST)
		set_state(me, ZEEK_RESET);
}

void
zeek_move(struct session *s, unsigned int dir, const struct flow *f)
{
	struct side *me = &s->side[dir], *peer = &s->side[dir ^ 1];
	unsigned int flags = f->tcp.flags;

	switch (state(me)) {
	case ZEEK_INACTIVE:
		move_inactive(me, peer, dir == s->client, f);
		break;
	case ZEEK_SYN_SENT:
	case ZEEK_SYN_ACK_SENT:
		if (flags & TCP_FIN)
			set_state(me, ZEEK_CLOSED);
		if (flags & TCP_RST)
			set_state(me, ZEEK_RESET);
		break;
	case ZEEK_PARTIAL:
	case ZEEK_ESTABLISHED:
		move_open(me, peer, flags);
		break;
	case ZEEK_CLOSED:
		if (flags & TCP_RST && state(peer) != ZEEK_CLOSED)
			set_state(me, ZEEK_RESET);
		break;
	default:
		break;
	}
}

static int
is_clean(const struct side *s)
{
	return state(s) == ZEEK_ESTABLISHED ||
	    (state(s) == ZEEK_CLOSED && before(s) == ZEEK_ESTABLISHED);
}

int
zeek_is_clean(const struct session *s)
{
	return is_clean(&s->side[0]) && is_clean(&s->side[1]);
}

void
zeek_datagram(struct session *s, struct trouble_pool *pool, unsigned int dir)
{
	zeek_once(s, pool, dir, ZEEK_SEEN_DATA, 'd');
}

void
zeek_bad_checksum(struct session *s, struct trouble_pool *pool,
    unsigned int dir)
{
	scaled(s, pool, dir, 'c',
	    trouble_get(pool, &s->trouble)->side[dir].bad_checksums);
}

void
zeek_flipped(struct session *s, struct trouble_pool *pool)
{
	zeek_add(s, pool, '^');
}

unsigned int
zeek_history(const struct session *s, const struct trouble *t, char *to)
{
	/* Whole: a length that only shows now would cost more. */
	memcpy(to, s->history, sizeof(s->history));
	if (t == NULL)
		return s->history_len;
	memcpy(to + s->history_len, t->history, t->history_len);
	return s->history_len + t->history_len;
}

/* The originator sent a SYN, then a RST, and nothing that goes farther. */
static int
is_aborted_attempt(const struct session *s, const struct trouble *t)
{
	char text[ZEEK_HISTORY_MAX + 1], *p = text, *rst;

	text[zeek_history(s, t, text)] = '\0';
	p += *p == '^';
	rst = strchr(p, 'R');
	return *p == 'S' && rst != NULL &&
	    p + 1 + strcspn(p + 1, "HAFGIQ") > rst;
}

static const char *
tcp_conn_state(const struct session *s, const struct trouble *t)
{
	const struct side *orig = &s->side[s->client];
	const struct side *resp = &s->side[s->client ^ 1];
	unsigned int o = state(orig), r = state(resp);
	int o_inactive = o == ZEEK_INACTIVE || o == ZEEK_PARTIAL;
	int r_inactive = r == ZEEK_INACTIVE || r == ZEEK_PARTIAL;

	if (r == ZEEK_RESET) {
		if (o == ZEEK_SYN_SENT || o == ZEEK_SYN_ACK_SENT ||
		    (o == ZEEK_RESET && side_stream_bytes(orig) == 0 &&
		    side_stream_bytes(resp) == 0))
			return "REJ";
		return o_inactive ? "RSTRH" : "RSTR";
	}
	if (o == ZEEK_RESET && r_inactive)
		return is_aborted_attempt(s, t) ? "RSTOS0" : "OTH";
	if (o == ZEEK_RESET)
		return "RSTO";
	if (o == ZEEK_CLOSED)
		return r == ZEEK_CLOSED ? "SF" : r_inactive ? "SH" : "S2";
	if (r == ZEEK_CLOSED)
		return o_inactive ? "SHR" : "S3";
	if (o == ZEEK_SYN_SENT && r == ZEEK_INACTIVE)
		return "S0";
	return o == ZEEK_ESTABLISHED && r == ZEEK_ESTABLISHED ? "S1" : "OTH";
}

const char *
zeek_conn_state(const struct session *s, const struct trouble *t)
{
	int o = (s->side[s->client].zeek_seen & ZEEK_SEEN_DATA) != 0;
	int r = (s->side[s->client ^ 1].zeek_seen & ZEEK_SEEN_DATA) != 0;

	if (session_is_tcp(s))
		return tcp_conn_state(s, t);
	if (s->key.protocol != 17 && s->key.protocol != 136)
		return "OTH";
	return o ? r ? "SF" : "S0" : r ? "SHR" : "OTH";
}
