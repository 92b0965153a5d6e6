/* tap.h: the few calls of a unit test; output in TAP 13. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

/* One test: passed when cond holds.  Answers cond. */
__attribute__((format(printf, 2, 3), unused)) static int
ok(int cond, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", cond ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!cond)
		tap_failed++;
	fflush(stdout);
	return cond;
}

__attribute__((unused)) static int
is_u64(uint64_t got, uint64_t want, const char *what)
{
	if (ok(got == want, "%s", what))
		return 1;
	printf("#   got %" PRIu64 ", expected %" PRIu64 "\n", got, want);
	return 0;
}

__attribute__((unused)) static int
is_str(const char *got, const char *want, const char *what)
{
	if (got == NULL)
		got = "(null)";
	if (ok(strcmp(got, want) == 0, "%s", what))
		return 1;
	printf("#   got      %s\n#   expected %s\n", got, want);
	return 0;
}

/* Prints the plan; the exit status. */
__attribute__((unused)) static int
done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
