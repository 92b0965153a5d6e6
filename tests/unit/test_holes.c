/*
 * test_holes.c: what of a stream was seen, against a map of its bytes; and how
 * times are packed.
 */
#include <stdlib.h>

#include "tcp/holes.h"
#include "tcp/rtt.h"

#include "tap.h"

enum { PLACES = 400, ROUNDS = 2000, STEPS = 40 };

static unsigned int
below(unsigned int n)
{
	return (unsigned int)rand() % n;
}

/* The stretch as it is known, byte by byte. */
static int64_t
count(const uint8_t *map, int64_t from, int64_t to)
{
	int64_t n = 0;

	for (int64_t i = from; i < to; i++)
		n += map[i];
	return n;
}

/* Segments and acknowledgements at random.  As long as no more than
 * TROUBLE_BLOCKS stretches stand above holes, nothing is given up unasked, and
 * both must agree to the byte. */
static void
test_random(int few)
{
	unsigned int wrong = 0, missed_wrong = 0, unbounded = 0, checked = 0;

	srand(7);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint8_t map[PLACES] = { 0 };
		struct trouble_side t = { 0 };
		struct side s = { 0 };

		for (unsigned int i = 0; i < (few ? 12 : STEPS); i++) {
			int64_t from = below(PLACES - 30);
			int64_t to = from + 1 + below(few ? 29 : 4);
			uint64_t missed = 0, expected = 0;
			uint32_t gaps = 0;

			if (below(4) > 0) {
				holes_fill(&t, &s, from, to);
				memset(map + from, 1, (size_t)(to - from));
				if (to > s.next)
					s.next = to;
				holes_settle(&t, &s);
			} else if (from < s.next) {
				for (int64_t k = 0; k < from; k++)
					expected += !map[k];
				if (t.tracking && from > t.contiguous)
					holes_acked(&t, &s, from, &missed,
					    &gaps);
				memset(map, 1, (size_t)from);
				if (few)
					missed_wrong += missed != expected;
			}
			unbounded += t.blocks > TROUBLE_BLOCKS;
			for (unsigned int k = 1; k < t.blocks; k++)
				unbounded += t.block[k].from <=
				    t.block[k - 1].to;
			from = below((unsigned int)s.next + 1);
			if (few) {
				wrong += holes_seen(&t, from, s.next) !=
				    count(map, from, s.next);
				checked++;
			} else {
				wrong += holes_seen(&t, from, s.next) <
				    count(map, from, s.next);
			}
		}
	}
	is_u64(wrong, 0, few ? "what was seen, byte by byte" :
	    "with too many holes, what was seen stays seen");
	is_u64(missed_wrong, 0, "what was acknowledged and never seen");
	is_u64(unbounded, 0, "the stretches are few, apart and in order");
	ok(!few || checked == ROUNDS * 12, "all were compared");
}

static void
test_too_many(void)
{
	struct trouble_side t = { 0 };
	struct side s = { 0 };

	for (int64_t i = 1; i <= 1000; i++) {
		holes_fill(&t, &s, i * 10, i * 10 + 5);
		s.next = i * 10 + 5;
	}
	is_u64(t.blocks, TROUBLE_BLOCKS, "a thousand holes cost no more");
	is_u64((uint64_t)t.contiguous, (1000 - TROUBLE_BLOCKS) * 10 + 5,
	    "the lowest ones were given up");
	holes_shift(&t, 100);
	is_u64((uint64_t)t.block[TROUBLE_BLOCKS - 1].to, 10105,
	    "place 0 moves, and all with it");
}

static void
test_times(void)
{
	static const int64_t exact[] = { 0, 1, 999, 2100000000 };

	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
		ok(rtt_pack(exact[i]) != 0 &&
		    rtt_unpack(rtt_pack(exact[i])) == exact[i],
		    "%lld ns", (long long)exact[i]);
	ok(rtt_unpack(0) == -1, "none");
	ok(rtt_unpack(rtt_pack(INT64_C(75123456789))) ==
	    INT64_C(75123456000), "a long one to the microsecond");
	ok(rtt_unpack(rtt_pack(INT64_MAX)) > INT64_C(2000000000000),
	    "more than can be");
}

int
main(void)
{
	test_random(1);
	test_random(0);
	test_too_many();
	test_times();
	return done();
}
