/* test_offload.c: what the kernel says of frames that are many packets, also
 * where it lies. */
#include "capture/live/offload.h"
#include "output/offload.h"
#include "sessions.h"
#include "tcp/plain.h"

/* A header as the kernel writes it, and the frame behind it. */
static struct frame
noted(uint8_t flags, uint8_t kind, uint16_t hdr_len, uint16_t size)
{
	struct frame f = { .super_size = 77, .super_protocol = 77 };
	uint8_t h[OFFLOAD_HEADER + 1] = { flags, kind };

	memcpy(h + 2, &hdr_len, sizeof(hdr_len));
	memcpy(h + OFFLOAD_SIZE, &size, sizeof(size));
	offload_note(h + OFFLOAD_HEADER, &f);
	return f;
}

static void
test_header(void)
{
	struct frame f = noted(0, 0, 0xffff, 0xffff);

	is_u64(f.flags, 0, "nothing to be said");
	f = noted(1, OFFLOAD_TCPV4, 54, 1448);
	is_u64(f.flags, FRAME_SUPER, "TCP over IPv4");
	is_u64(f.super_protocol, 6, "TCP over IPv4: protocol");
	is_u64(f.super_size, 1448, "TCP over IPv4: size");
	f = noted(0, OFFLOAD_TCPV6 | OFFLOAD_ECN, 0xffff, 1);
	is_u64(f.super_protocol, 6, "TCP over IPv6 with ECN");
	f = noted(OFFLOAD_CSUM_GOOD, OFFLOAD_UDP, 0, 65535);
	is_u64(f.flags, FRAME_SUPER | FRAME_CSUM_GOOD, "UDP, checked");
	is_u64(f.super_protocol, 17, "UDP: protocol");
	f = noted(0, 3, 42, 1000);
	is_u64(f.super_protocol, 0, "a kind that we do not know");
	f = noted(OFFLOAD_CSUM_GOOD | 1, 0, 0, 0);
	is_u64(f.flags, FRAME_CSUM_GOOD, "checked, one packet");
}

static uint32_t
segments(uint8_t cut, uint16_t size, uint32_t payload)
{
	struct packet p;
	struct frame f;

	packet(&p, &f, &client, &server, 6, 0);
	f.flags = FRAME_SUPER;
	f.super_protocol = cut;
	f.super_size = size;
	p.flow.payload_len = payload;
	return packet_segments(&p);
}

static void
test_segments(void)
{
	struct packet p;
	struct frame f;

	is_u64(segments(6, 1448, 1448 * 20), 20, "twenty whole ones");
	is_u64(segments(6, 1448, 1448 * 20 + 1), 21, "and one more byte");
	is_u64(segments(6, 1448, 1448), 1, "a single one");
	is_u64(segments(6, 1448, 0), 1, "nothing in it");
	is_u64(segments(6, 0, 60000), 1, "a size of 0");
	is_u64(segments(6, 1, UINT32_MAX), UINT32_MAX, "a size of 1");
	is_u64(segments(17, 1448, 60000), 1, "another protocol is cut");
	is_u64(segments(0, 1448, 60000), 1, "who knows what is cut");
	packet(&p, &f, &client, &server, 6, 0);
	f.super_protocol = 6;
	f.super_size = 10;
	p.flow.payload_len = 100;
	is_u64(packet_segments(&p), 1, "a frame like others");
	f.flags = FRAME_SUPER;
	p.flow.has &= ~(uint32_t)FLOW_TRANSPORT;
	is_u64(packet_segments(&p), 1, "a header that is cut");
}

/* Into a session that stands: flags, and bytes of payload. */
static struct session *
data(struct session_table *t, uint32_t *seq, uint32_t n, uint16_t flags,
    const char **why)
{
	struct session *s;
	struct packet p;
	struct frame f;

	packet(&p, &f, &client, &server, 6, 1);
	f.flags = flags;
	f.super_protocol = 6;
	f.super_size = 1000;
	p.flow.has |= FLOW_TCP;
	p.flow.tcp.flags = TCP_ACK;
	p.flow.tcp.seq = *seq;
	p.flow.tcp.ack = 501;
	p.flow.tcp.window = 1000;
	p.flow.payload_len = n;
	*seq += n;
	s = update(t, &p);
	*why = offload_name(&p, s);
	return s;
}

static void
test_session(void)
{
	struct session_table *t = table(8);
	const struct trouble *w;
	struct session *s;
	const char *why;
	uint32_t seq = 101;
	unsigned int c;

	segment(t, "> S 100 0 0", 0);
	segment(t, "< SA 500 101 0", 0);
	s = segment(t, "> A 101 501 0", 0);
	c = s->client;
	data(t, &seq, 1000, FRAME_SUPER | FRAME_OUTGOING, &why);
	is_u64(s->side[c].segments, 0, "one packet is one");
	is_str(why, "tso", "on its way out");
	data(t, &seq, 9500, FRAME_SUPER, &why);
	is_str(why, "gro", "on its way in");
	data(t, &seq, 2000, FRAME_SUPER, &why);
	is_u64(s->side[c].packets, 5, "packets captured");
	is_u64(trouble_segments(&s->side[c], NULL), 3 + 10 + 2,
	    "packets on the wire");
	ok(session_trouble(t, s) == NULL, "that is no trouble");
	for (unsigned int i = 0; i < 10000; i++)
		data(t, &seq, 65536, FRAME_SUPER, &why);
	w = session_trouble(t, s);
	ok(w != NULL && plain_trouble(w, c),
	    "what goes over is no trouble either");
	if (w != NULL)
		is_u64(trouble_segments(&s->side[c], &w->side[c]), 3 + 10 + 2 +
		    660000, "nothing is lost of them");
	seq += 1000;
	data(t, &seq, 10, 0, &why);
	ok(why == NULL, "a frame like others");
	w = session_trouble(t, s);
	ok(w != NULL && !plain_trouble(w, c), "but a hole is");
	session_table_free(t);
}

/* No kernel says anything: the peer's MSS does. */
static void
test_mss(void)
{
	struct session_table *t = table(8);
	struct session *s;
	const char *why;
	uint32_t seq = 101;

	segment(t, "> S 100 0 0", 0);
	segment(t, "< SA 500 101 0", 0);
	s = segment(t, "> A 101 501 0", 0);
	data(t, &seq, 9000, 0, &why);
	ok(why == NULL, "the MSS is not known: %s", why);
	s->side[s->client].seen |= SIDE_MSS;
	s->side[s->client].mss = 500;
	data(t, &seq, 9000, 0, &why);
	ok(why == NULL, "the sender's own MSS says nothing: %s", why);
	s->side[s->client ^ 1].seen |= SIDE_MSS;
	s->side[s->client ^ 1].mss = 1460;
	data(t, &seq, 1460, 0, &why);
	ok(why == NULL, "as much as the peer takes: %s", why);
	data(t, &seq, 1461, 0, &why);
	is_str(why, "gso", "more than the peer takes");
	session_table_free(t);
}

int
main(void)
{
	test_header();
	test_segments();
	test_session();
	test_mss();
	return done();
}
