/* test_drops.c: capture files that tell of packets that were dropped. */
#include "capfile.h"

#define SECOND	INT64_C(1000000000)

/* What the file that was read tells. */
static uint64_t
dropped(void)
{
	struct capture_stats s;

	return capture_stats(source, &s) == 0 ? s.dropped : UINT64_MAX;
}

/* There is one loss, and it is between these seconds. */
static void
is_loss(int64_t from, int64_t to, const char *what)
{
	const struct loss *l = &losses.loss[0];

	if (!ok(losses.n == 1 && l->from == from * SECOND &&
	    l->to == to * SECOND, "%s: when", what))
		printf("# %u losses, the first from %" PRId64 " to %" PRId64
		    " ns\n", losses.n, l->from, l->to);
}

static size_t block;

static void
begin(uint32_t type)
{
	block = used;
	u32(type);
	u32(0);
}

static void
end(void)
{
	uint32_t total = (uint32_t)(used - block) + 4;
	size_t after;

	u32(total);
	after = used;
	used = block + 4;
	u32(total);
	used = after;
}

static void
count64(uint16_t code, uint64_t v)
{
	u16(code);
	u16(8);
	u64(v);
}

/* A time as an option has it: the upper half first, in any byte order. */
static void
time64(uint16_t code, uint64_t seconds)
{
	u16(code);
	u16(8);
	u32((uint32_t)(seconds * 1000000 >> 32));
	u32((uint32_t)(seconds * 1000000));
}

static void
head(int interfaces)
{
	used = 0;
	begin(0x0a0d0d0a);
	u32(0x1a2b3c4d);
	u16(1);
	u16(0);
	u64(UINT64_MAX);
	end();
	while (interfaces-- > 0) {
		begin(1);
		u16(1);
		u16(0);
		u32(0);
		end();
	}
}

/* An enhanced packet; the options are closed by packet_end(). */
static void
packet(uint32_t interface, uint64_t seconds)
{
	begin(6);
	u32(interface);
	u32((uint32_t)(seconds * 1000000 >> 32));
	u32((uint32_t)(seconds * 1000000));
	u32(4);
	u32(4);
	fill(4);
}

static void
plain(uint32_t interface, uint64_t seconds)
{
	packet(interface, seconds);
	end();
}

static void
lossy(uint32_t interface, uint64_t seconds, uint64_t n)
{
	packet(interface, seconds);
	count64(4, n);
	u32(0);
	end();
}

static void
statistics(uint32_t interface, uint64_t seconds)
{
	begin(5);
	u32(interface);
	u32((uint32_t)(seconds * 1000000 >> 32));
	u32((uint32_t)(seconds * 1000000));
}

static int
frames_read(void)
{
	int last, n = load(used, NULL, &last);

	return last == CAPTURE_END ? n : -1;
}

static void
test_packets(void)
{
	head(2);
	plain(0, 10);
	plain(1, 15);
	lossy(0, 20, 7);
	plain(0, 30);
	is_u64((uint64_t)frames_read(), 4, "a packet that tells: frames");
	is_u64(dropped(), 7, "a packet that tells: how many");
	is_loss(10, 20, "a packet that tells, behind one of its interface");
	head(1);
	lossy(0, 20, 1);
	frames_read();
	is_loss(20, 20, "the first packet");
	head(1);
	plain(0, 10);
	lossy(0, 20, 0);
	frames_read();
	ok(losses.n == 0 && dropped() == 0, "a packet that tells of none");
}

/* Blocks of type 2 have a count of their own. */
static void
obsolete(uint64_t seconds, uint16_t drops)
{
	begin(2);
	u16(0);
	u16(drops);
	u32((uint32_t)(seconds * 1000000 >> 32));
	u32((uint32_t)(seconds * 1000000));
	u32(4);
	u32(4);
	fill(4);
	end();
}

static void
test_obsolete(void)
{
	head(1);
	obsolete(10, 0xffff);
	obsolete(20, 0);
	obsolete(30, 300);
	is_u64((uint64_t)frames_read(), 3, "obsolete packets: frames");
	is_u64(dropped(), 300, "obsolete packets: how many");
	is_loss(20, 30, "obsolete packets");
}

static void
test_statistics(void)
{
	head(1);
	plain(0, 10);
	statistics(0, 40);
	time64(2, 5);
	time64(3, 30);
	count64(4, 1000);
	count64(5, 3);
	count64(7, 4);
	u32(0);
	end();
	is_u64((uint64_t)frames_read(), 1, "statistics: frames");
	is_u64(dropped(), 7, "statistics: by interface and system");
	is_loss(5, 30, "statistics");

	head(1);
	plain(0, 10);
	lossy(0, 20, 7);
	statistics(0, 30);
	count64(5, 7);
	end();
	frames_read();
	is_u64(dropped(), 7, "statistics: the packets had told of them");
	is_loss(10, 20, "statistics: the packets had told when");

	head(1);
	statistics(0, 10);
	count64(5, 0);
	end();
	plain(0, 15);
	statistics(0, 20);
	count64(5, 5);
	end();
	statistics(0, 30);
	count64(5, 5);
	end();
	frames_read();
	is_u64(dropped(), 5, "statistics again and again: sums");
	is_loss(10, 20, "statistics again and again");
}

/* None of them is of use, and none does harm. */
static void
test_odd(void)
{
	head(1);
	statistics(1, 10);		/* an interface that is not there */
	count64(5, 5);
	end();
	begin(5);			/* too short */
	u32(0);
	end();
	statistics(0, 10);		/* options that go too far */
	u16(5);
	u16(9999);
	end();
	statistics(0, 10);		/* a short count */
	u16(5);
	u16(4);
	u32(77);
	end();
	begin(5);			/* far too long */
	u32(0);
	u64(0);
	count64(5, 9);
	fill(80000);
	end();
	packet(0, 20);
	u16(4);
	u16(4);
	u32(99);
	end();
	is_u64((uint64_t)frames_read(), 1, "odd ones: frames");
	ok(losses.n == 0 && dropped() == 0, "odd ones: nothing is told");
}

static void
record(uint32_t seconds, uint32_t drops)
{
	u32(4);
	u32(4);
	u32(28);
	u32(drops);
	u32(seconds);
	u32(0);
	fill(4);
}

static void
test_snoop(void)
{
	used = 0;
	swapped = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	raw("snoop\0\0", 8);
	u32(2);
	u32(4);
	record(10, 0);
	record(20, 0);
	record(30, 5);
	record(40, 5);
	record(50, 2);		/* another file was put behind */
	is_u64((uint64_t)frames_read(), 5, "snoop: frames");
	is_u64(dropped(), 5, "snoop: how many");
	is_loss(20, 30, "snoop");
}

int
main(void)
{
	start();
	for (swapped = 0; swapped < 2; swapped++) {
		test_packets();
		test_obsolete();
		test_statistics();
		test_odd();
	}
	test_snoop();
	return finish();
}
