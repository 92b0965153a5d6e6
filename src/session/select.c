/* select.c: which packets and sessions a user asked for. */
#include <arpa/inet.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/names.h"
#include "session/select.h"

enum {
	HOSTS_MAX	= 1024,
	ITEM_MAX	= 128,		/* of one item in a list */
	STATE_NEW	= TCP_STATES,	/* of a session that is not TCP */
};

struct prefix {
	uint8_t addr[16];
	uint8_t version, bits;
};

struct selection {
	uint8_t any_port, any_host, any_protocol, any_state;
	uint32_t states;		/* a bit a state */
	uint32_t nhosts;
	uint64_t protocol[256 / 64];
	uint64_t port[65536 / 64];
	struct prefix host[HOSTS_MAX];
};

struct selection *
selection_new(void)
{
	struct selection *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->any_port = s->any_host = s->any_protocol = s->any_state = 1;
	return s;
}

void
selection_free(struct selection *s)
{
	free(s);
}

static void
bit_set(uint64_t *map, unsigned int i)
{
	map[i / 64] |= UINT64_C(1) << i % 64;
}

static int
bit_get(const uint64_t *map, unsigned int i)
{
	return map[i / 64] >> i % 64 & 1;
}

/* Calls add for each part between commas. */
static int
each(struct selection *s, const char *list, const char *what,
    const char *noun, int (*add)(struct selection *, const char *),
    struct errbuf *e)
{
	char item[ITEM_MAX];

	for (;;) {
		size_t n = strcspn(list, ",");

		if (n == 0 || n >= sizeof(item))
			return err_set(e, "%s: an empty or overlong value "
			    "in \"%s\"", what, list);
		memcpy(item, list, n);
		item[n] = '\0';
		if (add(s, item) == -1)
			return err_set(e, "%s: %s: not %s", what, item,
			    noun);
		if (list[n] == '\0')
			return 0;
		list += n + 1;
	}
}

/* A port number, the end of it in *end; -1 when there is none. */
static long
parse_port(const char *s, char **end)
{
	long v = isdigit((unsigned char)*s) ? strtol(s, end, 10) : -1;

	return v > 65535 ? -1 : v;
}

static int
add_port(struct selection *s, const char *item)
{
	char *end;
	long from = parse_port(item, &end), to = from;

	if (from != -1 && *end == '-')
		to = parse_port(end + 1, &end);
	if (from == -1 || to < from || *end != '\0')
		return -1;
	for (long i = from; i <= to; i++)
		bit_set(s->port, (unsigned int)i);
	return 0;
}

static int
add_host(struct selection *s, const char *item)
{
	struct prefix *p = &s->host[s->nhosts];
	char addr[ITEM_MAX], *slash, *end;
	long bits = -1;

	if (s->nhosts == HOSTS_MAX)
		return -1;
	strncpy(addr, item, sizeof(addr) - 1);
	addr[sizeof(addr) - 1] = '\0';
	slash = strchr(addr, '/');
	if (slash != NULL) {
		*slash = '\0';
		bits = strtol(slash + 1, &end, 10);
		if (end == slash + 1 || *end != '\0' || bits < 0)
			return -1;
	}
	memset(p, 0, sizeof(*p));
	if (inet_pton(AF_INET, addr, p->addr) == 1)
		p->version = 4;
	else if (inet_pton(AF_INET6, addr, p->addr) == 1)
		p->version = 6;
	else
		return -1;
	if (bits > (p->version == 4 ? 32 : 128))
		return -1;
	p->bits = bits == -1 ? p->version == 4 ? 32 : 128 : (uint8_t)bits;
	s->nhosts++;
	return 0;
}

static int
add_protocol(struct selection *s, const char *item)
{
	int n = protocol_number(item);

	if (n == -1)
		return -1;
	bit_set(s->protocol, (unsigned int)n);
	return 0;
}

/* "syn_sent", "SYN-SENT", "syn-sent": what people write. */
static int
same_state(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if ((*a == '-' ? '_' : tolower((unsigned char)*a)) != *b)
			return 0;
	return *a == *b;
}

static int
add_state(struct selection *s, const char *item)
{
	for (unsigned int i = 0; i < TCP_STATES; i++)
		if (same_state(item, tcp_state_name[i])) {
			s->states |= 1U << i;
			return 0;
		}
	if (!same_state(item, "new"))
		return -1;
	s->states |= 1U << STATE_NEW;
	return 0;
}

int
selection_ports(struct selection *s, const char *list, struct errbuf *e)
{
	s->any_port = 0;
	return each(s, list, "--port", "a port, or a range of them",
	    add_port, e);
}

int
selection_hosts(struct selection *s, const char *list, struct errbuf *e)
{
	s->any_host = 0;
	return each(s, list, "--host", "an address or a prefix",
	    add_host, e);
}

int
selection_protocols(struct selection *s, const char *list, struct errbuf *e)
{
	s->any_protocol = 0;
	return each(s, list, "--proto", "a protocol",
	    add_protocol, e);
}

int
selection_states(struct selection *s, const char *list, struct errbuf *e)
{
	s->any_state = 0;
	if (each(s, list, "--state", "a state", add_state, e) == 0)
		return 0;
	snprintf(e->hint, sizeof(e->hint), "states: new");
	for (unsigned int i = 0; i < TCP_STATES; i++)
		snprintf(e->hint + strlen(e->hint), sizeof(e->hint) -
		    strlen(e->hint), " %s", tcp_state_name[i]);
	return -1;
}

static int
prefix_match(const struct prefix *p, const union addr *a)
{
	unsigned int whole = p->bits / 8, rest = p->bits % 8;

	if (memcmp(p->addr, a->b, whole) != 0)
		return 0;
	return rest == 0 || (p->addr[whole] ^ a->b[whole]) >> (8 - rest) == 0;
}

static int
match_host(const struct selection *s, const struct flow *f)
{
	for (uint32_t i = 0; i < s->nhosts; i++)
		if (s->host[i].version == f->ip_version &&
		    (prefix_match(&s->host[i], &f->src) ||
		    prefix_match(&s->host[i], &f->dst)))
			return 1;
	return 0;
}

static int
match_flow(const struct selection *s, const struct flow *f)
{
	if (!(f->has & FLOW_IP))
		return 0;
	if (!s->any_protocol && !bit_get(s->protocol, f->protocol))
		return 0;
	if (!s->any_port && (!(f->has & FLOW_PORTS) || f->has & FLOW_ICMP ||
	    (!bit_get(s->port, f->sport) && !bit_get(s->port, f->dport))))
		return 0;
	return s->any_host || match_host(s, f);
}

int
selection_is_any(const struct selection *s)
{
	return s->any_port && s->any_host && s->any_protocol;
}

int
selection_packet(const struct selection *s, const struct packet *p)
{
	if (selection_is_any(s))
		return 1;
	return match_flow(s, &p->flow) ||
	    (p->flags & PACKET_QUOTE && match_flow(s, &p->quoted));
}

int
selection_has_states(const struct selection *s)
{
	return !s->any_state;
}

int
selection_session(const struct selection *s, const struct session *n)
{
	if (s->any_state)
		return 1;
	if (n == NULL)
		return 0;
	if (!session_is_tcp(n))
		return s->states >> (session_two_way(n) ? TCP_ESTABLISHED :
		    STATE_NEW) & 1;
	return (s->states >> n->side[0].state | s->states >>
	    n->side[1].state) & 1;
}
