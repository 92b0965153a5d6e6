/* test_path.c: paths are told apart, shared, and read as they were. */
#include <stddef.h>

#include <sessdump/dissector.h>

#include "session/path.h"

#include "tap.h"

enum { MANY = 300 };

static struct dissector dissectors[MANY];
static struct frame frame;
static struct packet packet;

static void
layers(unsigned int n)
{
	memset(&packet, 0, sizeof(packet));
	packet.frame = &frame;
	packet.own_layers = packet.nlayers = (uint8_t)n;
	for (unsigned int i = 0; i < n; i++)
		packet.layer[i].dissector = &dissectors[i];
}

/* A tunnel that has what the bits of kind say. */
static void
tunnel(unsigned int kind)
{
	if (kind & 1)
		flow_start(&packet, kind & 2 ? 6 : 4, 17, 100);
	else
		packet.flow.has = 0;
	memset(&packet.flow.src, 0xa0 + (int)kind, kind & 2 ? 16 : 4);
	memset(&packet.flow.dst, 0xb0 + (int)kind, kind & 2 ? 16 : 4);
	if (kind & 8)
		packet_tunnel_one_way(&packet, 0x12345678 + kind);
	else
		packet_tunnel(&packet, kind & 4 ? 70000 + kind : 0,
		    (kind & 4) != 0);
}

/* Does the path say what the packet says? */
static int
same(const struct path *p)
{
	struct tunnel t;

	if (p == NULL || p->nlayers != packet.own_layers ||
	    p->nvlans != packet.nvlans || p->ntunnels != packet.ntunnels ||
	    p->ifindex != frame.ifindex)
		return 0;
	for (unsigned int i = 0; i < p->nlayers; i++)
		if (path_layer(p, i) != packet.layer[i].dissector)
			return 0;
	for (unsigned int i = 0; i < p->nvlans; i++)
		if (path_vlan(p, i) != (packet.vlan[i] & 0xfffU))
			return 0;
	for (unsigned int i = 0; i < p->ntunnels; i++) {
		path_tunnel(p, i, &t);
		if (memcmp(&t, &packet.tunnel[i], sizeof(t)) != 0)
			return 0;
	}
	return 1;
}

static void
test_tunnels(struct path_table *t)
{
	const struct path *path[256];
	unsigned int good = 0, again = 0;

	for (unsigned int i = 0; i < 256; i++) {
		layers(5);
		tunnel(i & 15);
		tunnel(i >> 4);
		path[i] = path_get(t, &packet);
		good += same(path[i]);
		again += path_get(t, &packet) == path[i];
	}
	is_u64(good, 256, "two tunnels of every kind");
	is_u64(again, 256, "stand once");
	for (unsigned int i = 0; i < 256; i++) {
		path_put(t, path[i]);
		path_put(t, path[i]);
	}
}

/* As long as it gets. */
static void
test_longest(struct path_table *t)
{
	const struct path *p;

	layers(PACKET_LAYERS);
	for (unsigned int i = 0; i < PACKET_VLANS; i++)
		packet_vlan(&packet, (uint16_t)(0xe001 + i));
	for (unsigned int i = 0; i < PACKET_TUNNELS; i++)
		tunnel(15);
	frame.ifindex = UINT32_MAX;
	p = path_get(t, &packet);
	ok(same(p), "the longest there is");
	path_put(t, p);
	frame.ifindex = 0;
}

static void
test_differences(struct path_table *t)
{
	const struct path *p, *vlan;

	layers(3);
	p = path_get(t, &packet);
	is_u64(p->len, 3, "three layers are three bytes");
	packet_vlan(&packet, 5);
	vlan = path_get(t, &packet);
	ok(vlan != p, "a tag makes another path");
	packet.vlan[0] = 0x2005;
	ok(path_get(t, &packet) == vlan, "its priority does not");
	packet.vlan[0] = 0x0105;
	ok(path_get(t, &packet) != vlan, "another tag does");
	layers(3);
	frame.ifindex = 1;
	ok(path_get(t, &packet) != p, "and another interface");
	frame.ifindex = 0;
	packet.layer[2].dissector = &dissectors[7];
	ok(path_get(t, &packet) != p, "and another layer");
}

/* Nothing remembers a path that its last session has given back. */
static void
test_put(struct path_table *t)
{
	const struct path *p;

	layers(4);
	for (unsigned int i = 0; i < 3; i++) {
		p = path_get(t, &packet);
		ok(p != NULL && p->users == 1 && same(p), "made anew");
		path_put(t, p);
	}
}

static void
test_others(struct path_table *t)
{
	const struct path *p, *q;
	unsigned int good = 0;

	layers(2);
	frame.ifindex = 3;
	p = path_get(t, &packet);
	ok(path_also_on(t, p, 3) == p, "also on its own interface: the same");
	q = path_also_on(t, p, 5);
	ok(q != p && q->nothers == 1 && path_other(q, 0) == 5 &&
	    q->ifindex == 3 && path_layer(q, 1) == &dissectors[1],
	    "on another one");
	ok(path_also_on(t, q, 5) == q, "which is noted once");
	ok(path_also_on(t, path_get(t, &packet), 5) == q,
	    "a session that goes the same ways shares it");
	for (unsigned int i = 0; i < 2 * PATH_OTHERS; i++)
		q = path_also_on(t, q, 4095 - i);
	for (unsigned int i = 0; i < q->nothers; i++)
		good += path_other(q, i) == (i == 0 ? 5 : 4096 - i);
	is_u64(good, PATH_OTHERS, "in order, up to a bound");
	ok(path_also_on(t, q, UINT32_MAX) == q, "what has no number is not");
	frame.ifindex = 0;
}

static void
test_many(struct path_table *t)
{
	unsigned int good = 0;

	for (unsigned int i = 0; i < MANY; i++) {
		const struct path *p;

		layers(1);
		packet.layer[0].dissector = &dissectors[i];
		p = path_get(t, &packet);
		good += same(p);
	}
	is_u64(good, 255, "a byte tells 255 dissectors apart");
}

int
main(void)
{
	struct path_table *t = path_table_new();

	test_tunnels(t);
	test_longest(t);
	test_differences(t);
	test_put(t);
	test_others(t);
	test_many(t);
	path_table_free(t);
	return done();
}
