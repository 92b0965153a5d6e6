/* test_select.c: --port, --host, --proto, --state: lists, and what matches. */
#include <arpa/inet.h>

#include "session/select.h"

#include "tap.h"

static struct errbuf err;

static struct packet
udp(const char *src, unsigned int sport, const char *dst, unsigned int dport)
{
	int family = strchr(src, ':') != NULL ? AF_INET6 : AF_INET;
	struct packet p;

	memset(&p, 0, sizeof(p));
	flow_start(&p, family == AF_INET ? 4 : 6, 17, 28);
	inet_pton(family, src, p.flow.src.b);
	inet_pton(family, dst, p.flow.dst.b);
	p.flow.has |= FLOW_PORTS;
	p.flow.sport = (uint16_t)sport;
	p.flow.dport = (uint16_t)dport;
	return p;
}

/* Does a list, given to one option, select a packet? */
static int
selects(int (*option)(struct selection *, const char *, struct errbuf *),
    const char *list, struct packet p)
{
	struct selection *s = selection_new();
	int result = option(s, list, &err) == -1 ? -1 :
	    selection_packet(s, &p);

	selection_free(s);
	return result;
}

static void
test_ports(void)
{
	struct packet p = udp("10.0.0.1", 5000, "10.0.0.2", 80);
	static const char *const bad[] = { "", ",", "80,", ",80", "65536",
	    "-1", "80-", "90-80", "http", "80 ", "0x50", "1-2-3",
	    "99999999999999999999" };

	is_u64((unsigned int)selects(selection_ports, "80", p), 1, "80");
	is_u64((unsigned int)selects(selection_ports, "5000", p), 1,
	    "the source port");
	is_u64((unsigned int)selects(selection_ports, "81", p), 0, "not 81");
	is_u64((unsigned int)selects(selection_ports, "1,79-81,9", p), 1,
	    "a range in a list");
	is_u64((unsigned int)selects(selection_ports, "0-65535", p), 1, "all");
	p.flow.has = FLOW_IP;
	is_u64((unsigned int)selects(selection_ports, "0-65535", p), 0,
	    "but nothing without ports");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(selects(selection_ports, bad[i], p) == -1,
		    "\"%s\" is refused: %s", bad[i], err.text);
}

static void
test_hosts(void)
{
	struct packet p = udp("10.1.2.3", 1, "192.0.2.9", 2);
	struct packet q = udp("2001:db8::1", 1, "2001:db8:1::2", 2);
	static const char *const bad[] = { "10.0.0", "10.0.0.0/33",
	    "10.0.0.0/", "10.0.0.0/-1", "::/129", "name", "1.2.3.4/8x" };

	ok(selects(selection_hosts, "10.1.2.3", p), "an address");
	ok(selects(selection_hosts, "192.0.2.9", p), "the destination");
	ok(!selects(selection_hosts, "10.1.2.4", p), "not another");
	ok(selects(selection_hosts, "10.1.2.2/31", p), "a prefix");
	ok(!selects(selection_hosts, "10.1.2.4/30", p), "not the next one");
	ok(selects(selection_hosts, "0.0.0.0/0", p), "all of IPv4");
	ok(!selects(selection_hosts, "0.0.0.0/0", q), "and none of IPv6");
	ok(selects(selection_hosts, "1.1.1.1,2001:db8::/47", q), "IPv6");
	ok(!selects(selection_hosts, "2001:db8:2::/47", q), "not beside it");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(selects(selection_hosts, bad[i], p) == -1,
		    "\"%s\" is refused: %s", bad[i], err.text);
}

static void
test_protocols(void)
{
	struct packet p = udp("10.1.2.3", 1, "192.0.2.9", 2);

	ok(selects(selection_protocols, "tcp,udp", p) == 1, "by name");
	ok(selects(selection_protocols, "UDP", p) == 1, "in capitals");
	ok(selects(selection_protocols, "17", p) == 1, "by number");
	ok(selects(selection_protocols, "tcp", p) == 0, "not another");
	ok(selects(selection_protocols, "256", p) == -1, "256 is refused");
	ok(selects(selection_protocols, "abc", p) == -1, "abc is refused");
}

static void
test_quote(void)
{
	struct packet p = udp("10.1.2.3", 1, "192.0.2.9", 2);
	struct packet inner = udp("10.9.9.9", 7, "10.8.8.8", 53);

	p.quoted = inner.flow;
	ok(!selects(selection_ports, "53", p), "what stands there by chance");
	p.flags |= PACKET_QUOTE;
	ok(selects(selection_ports, "53", p), "an ICMP error's quotation");
}

static void
test_states(void)
{
	struct selection *s = selection_new();
	struct session n;

	memset(&n, 0, sizeof(n));
	n.key.protocol = 6;
	n.side[0].state = TCP_SYN_SENT;
	n.side[1].state = TCP_LISTEN;
	ok(selection_session(s, NULL), "without --state all is selected");
	ok(selection_states(s, "SYN-SENT,established", &err) == 0, "a list");
	ok(selection_session(s, &n), "either endpoint will do");
	ok(!selection_session(s, NULL), "no session, no state");
	n.side[0].state = TCP_CLOSED;
	ok(!selection_session(s, &n), "another state");
	n.key.protocol = 17;
	n.side[0].packets = 1;
	ok(!selection_session(s, &n), "UDP: new is not established");
	n.side[1].packets = 1;
	ok(selection_session(s, &n), "both sides: established");
	ok(selection_states(s, "open", &err) == -1, "%s", err.text);
	ok(selection_states(s, "syn", &err) == -1, "%s", err.text);
	selection_free(s);
}

static void
test_any(void)
{
	static int (*const option[])(struct selection *, const char *,
	    struct errbuf *) = { selection_ports, selection_hosts,
	    selection_protocols };
	static const char *const list[] = { "80", "10.0.0.1", "udp" };
	struct selection *s = selection_new();

	selection_states(s, "closed", &err);
	ok(selection_is_any(s), "without a list every packet is selected");
	selection_free(s);
	for (size_t i = 0; i < sizeof(option) / sizeof(option[0]); i++) {
		s = selection_new();
		option[i](s, list[i], &err);
		ok(!selection_is_any(s), "not with \"%s\"", list[i]);
		selection_free(s);
	}
}

int
main(void)
{
	test_any();
	test_ports();
	test_hosts();
	test_protocols();
	test_quote();
	test_states();
	return done();
}
