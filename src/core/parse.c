/* parse.c: numbers as people write them, and nothing behind them. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/parse.h"

int
parse_number(const char *what, const char *s, uint64_t min, uint64_t max,
    uint64_t *value, struct errbuf *e)
{
	char *end;

	errno = 0;
	*value = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end != '\0' || errno != 0 ||
	    *value < min || *value > max)
		return err_set(e, "%s: %s: not a number from %llu to %llu",
		    what, s, (unsigned long long)min, (unsigned long long)max);
	return 0;
}

const char *
parse_hex(const char *s, uint8_t *to, unsigned int n, char between)
{
	char two[3] = "";

	for (unsigned int i = 0; i < n; i++, s += 2) {
		if (i > 0 && between != '\0' && *s++ != between)
			return NULL;
		if (!isxdigit((unsigned char)s[0]) ||
		    !isxdigit((unsigned char)s[1]))
			return NULL;
		memcpy(two, s, 2);
		to[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return s;
}
