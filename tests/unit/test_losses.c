/* test_losses.c: when packets were lost, against a map of the time. */
#include <stdlib.h>

#include "core/losses.h"

#include "tap.h"

enum { TIMES = 300, ROUNDS = 3000 };

static int
below(int n)
{
	return rand() % n;
}

/* Disjoint, in order, and no more than there may be. */
static int
is_sound(const struct losses *l)
{
	if (l->n > LOSSES_MAX)
		return 0;
	for (unsigned int i = 0; i < l->n; i++)
		if (l->loss[i].from > l->loss[i].to ||
		    (i > 0 && l->loss[i - 1].to >= l->loss[i].from))
			return 0;
	return 1;
}

/* Of few losses each answer is exact: the map has what lies between two
 * times. */
static void
test_few(void)
{
	unsigned int wrong = 0, unsound = 0;

	srand(7);
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t lost[TIMES] = { 0 };
		struct losses l;

		losses_init(&l);
		for (int i = below(12); i >= 0; i--) {
			int from = below(TIMES - 20), to = from + 1 +
			    below(19), back = below(2);

			losses_add(&l, back ? to : from, back ? from : to);
			memset(lost + from, 1, (size_t)(to - from));
			unsound += !is_sound(&l);
		}
		for (int i = 0; i < 40; i++) {
			int start = below(TIMES - 1), end = start + 1 +
			    below(TIMES - 1 - start);

			wrong += losses_within(&l, start, end) !=
			    (memchr(lost + start, 1, (size_t)(end - start)) !=
			    NULL);
		}
		losses_fini(&l);
	}
	ok(unsound == 0, "a list is in order, and none meets the next");
	ok(wrong == 0, "few losses: every session is judged rightly");
}

static void
test_many(void)
{
	unsigned int unsound = 0, missed = 0;
	struct losses l;

	losses_init(&l);
	srand(8);
	for (int i = 0; i < 10000; i++) {
		int64_t from = (int64_t)i * 1000 + below(900);

		losses_add(&l, from, from + 1 + below(400));
		unsound += !is_sound(&l);
		missed += !losses_within(&l, from, from + 1);
	}
	ok(unsound == 0, "many losses: there is an end to the list");
	ok(missed == 0, "many losses: none is forgotten");
	ok(!losses_within(&l, -1000, 0), "many losses: none before the first");
	ok(!losses_within(&l, INT64_C(20000000), INT64_MAX),
	    "many losses: none behind the last");
	losses_fini(&l);
}

/* What is close together becomes one, what stands alone stays so. */
static void
test_apart(void)
{
	struct losses l;

	losses_init(&l);
	losses_add(&l, 0, 10);
	losses_add(&l, INT64_C(1) << 40, (INT64_C(1) << 40) + 10);
	for (int64_t i = 0; i < 10 * LOSSES_MAX; i++)
		losses_add(&l, 1000000 + 20 * i, 1000000 + 20 * i + 10);
	ok(!losses_within(&l, 10, 1000000), "long quiet before many losses");
	ok(!losses_within(&l, INT64_C(1) << 32, INT64_C(1) << 40),
	    "long quiet behind them");
	losses_fini(&l);
}

static void
test_ends(void)
{
	struct losses l;

	losses_init(&l);
	ok(!losses_within(NULL, INT64_MIN, INT64_MAX), "no list, no loss");
	ok(!losses_within(&l, INT64_MIN, INT64_MAX), "an empty list");
	losses_add(&l, 100, 200);
	ok(!losses_within(&l, 0, 100), "it ends with the packet before");
	ok(!losses_within(&l, 200, 300), "it begins with the packet behind");
	ok(losses_within(&l, 100, 200), "it has both of these");
	ok(losses_within(&l, 150, 150), "it has one packet, amid the loss");
	losses_add(&l, INT64_MIN, INT64_MIN + 5);
	losses_add(&l, INT64_MAX - 5, INT64_MAX);
	ok(losses_within(&l, INT64_MIN, 0), "the first of times");
	ok(losses_within(&l, 300, INT64_MAX), "the last of times");
	ok(!losses_within(&l, 200, INT64_MAX - 5), "and none between");
	losses_fini(&l);
}

int
main(void)
{
	test_few();
	test_many();
	test_apart();
	test_ends();
	return done();
}
