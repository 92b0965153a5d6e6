/* key.c: the key of --anonymize. */
#include <sys/random.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/parse.h"
#include "rewrite/key.h"

enum { DIGITS = 2 * CRYPTOPAN_KEY };

static int
bad(const char *what, struct errbuf *e)
{
	err_set(e, "--anonymize: %s: not a key", what);
	return err_hint(e, "64 hexadecimal digits, random, or @FILE, as of: "
	    "head -c 32 /dev/urandom >FILE");
}

static int
from_file(uint8_t key[CRYPTOPAN_KEY], const char *path, struct errbuf *e)
{
	char text[DIGITS + 2];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return err_set(e, "--anonymize: %s: %s", path,
		    strerror(errno));
	n = read(fd, text, sizeof(text) - 1);
	if (n == -1)
		err_set(e, "--anonymize: %s: %s", path, strerror(errno));
	close(fd);
	if (n == -1)
		return -1;
	text[n] = '\0';
	if (n == CRYPTOPAN_KEY) {
		memcpy(key, text, CRYPTOPAN_KEY);
		return 0;
	}
	if (n < DIGITS || isxdigit((unsigned char)text[DIGITS]) ||
	    parse_hex(text, key, CRYPTOPAN_KEY, '\0') == NULL)
		return bad(path, e);
	return 0;
}

int
key_read(uint8_t key[CRYPTOPAN_KEY], const char *s, struct errbuf *e)
{
	if (!cryptopan_is_there()) {
		err_set(e, "--anonymize: there is no AES in this build");
		return err_hint(e, "it comes with nettle, see configure "
		    "--help");
	}
	if (*s == '@')
		return from_file(key, s + 1, e);
	if (strcmp(s, "random") == 0)
		return getrandom(key, CRYPTOPAN_KEY, 0) == CRYPTOPAN_KEY ? 0 :
		    err_set(e, "--anonymize: random: %s", strerror(errno));
	/* What was meant as one is not shown again. */
	if (strlen(s) != DIGITS ||
	    parse_hex(s, key, CRYPTOPAN_KEY, '\0') == NULL)
		return bad("KEY", e);
	return 0;
}
