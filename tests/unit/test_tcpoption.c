/* test_tcpoption.c: options that are noted at one go, against the loop. */
#include <sessdump/tcpoption.h>

#include "tap.h"

static const uint8_t times[] = {
	1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8,
}, syn[] = {
	2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7,
};

/* One after the other. */
static void
walk(struct flow *f, const uint8_t *o, size_t n)
{
	struct cursor c = { o, o + n };
	unsigned int len, has = 0;
	int bad = 0;

	while ((o = tcp_option_next(&c, &len, &bad)) != NULL)
		has |= tcp_option_note(f, o, len);
	f->tcp.options = (uint8_t)(has | (bad ? TCP_BAD_OPTIONS : 0));
}

static int
differs(const uint8_t *o, size_t n)
{
	struct flow got, want;

	flow_clear(&got);
	flow_clear(&want);
	tcp_options_note(&got, o, n);
	walk(&want, o, n);
	return memcmp(&got, &want, sizeof(got)) != 0;
}

/* As they are, with each byte another one, and cut. */
static void
test(const uint8_t *options, size_t n, const char *what)
{
	uint8_t o[sizeof(syn)];
	unsigned int wrong = 0;

	memcpy(o, options, n);
	for (size_t i = 0; i < n; i++) {
		for (unsigned int value = 0; value < 256; value++) {
			o[i] = (uint8_t)value;
			wrong += differs(o, n);
		}
		o[i] = options[i];
		wrong += differs(o, i);
	}
	is_u64(wrong, 0, what);
}

int
main(void)
{
	struct flow f;

	flow_clear(&f);
	tcp_options_note(&f, syn, sizeof(syn));
	ok(f.tcp.options == (TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED |
	    TCP_HAS_TIMESTAMPS | TCP_HAS_WINDOW_SCALE) && f.tcp.mss == 1460 &&
	    f.tcp.tsval == 0x01020304 && f.tcp.tsecr == 0x05060708 &&
	    f.tcp.window_scale == 7, "a SYN of Linux");
	test(times, sizeof(times), "timestamps, and what is nearly so");
	test(syn, sizeof(syn), "a SYN's, and what is nearly so");
	return done();
}
