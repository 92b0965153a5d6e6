/* magic.c: what a file is, by its first bytes. */
#include <stdio.h>
#include <string.h>

#include "capture/magic.h"

enum { MAGIC_LENGTH = 4 };

static const struct {
	const char *bytes;
	size_t length;
	enum magic magic;
	const char *what;	/* of MAGIC_OTHER */
	const char *tool;	/* that writes the contents to stdout */
} magics[] = {
	{ "\xd4\xc3\xb2\xa1", 4, MAGIC_PCAP, NULL, NULL },
	{ "\xa1\xb2\xc3\xd4", 4, MAGIC_PCAP, NULL, NULL },
	{ "\x4d\x3c\xb2\xa1", 4, MAGIC_PCAP, NULL, NULL },
	{ "\xa1\xb2\x3c\x4d", 4, MAGIC_PCAP, NULL, NULL },
	{ "\x34\xcd\xb2\xa1", 4, MAGIC_PCAP, NULL, NULL },
	{ "\xa1\xb2\xcd\x34", 4, MAGIC_PCAP, NULL, NULL },
	{ "\x0a\x0d\x0d\x0a", 4, MAGIC_PCAPNG, NULL, NULL },
	{ "\x1f\x8b", 2, MAGIC_OTHER, "compressed with gzip", "zcat" },
	{ "\x28\xb5\x2f\xfd", 4, MAGIC_OTHER, "compressed with zstd",
	    "zstdcat" },
	{ "\xfd" "7zXZ", 5, MAGIC_OTHER, "compressed with xz", "xzcat" },
	{ "BZh", 3, MAGIC_OTHER, "compressed with bzip2", "bzcat" },
	{ "\x04\x22\x4d\x18", 4, MAGIC_OTHER, "compressed with lz4",
	    "lz4cat" },
	{ "PK\x03\x04", 4, MAGIC_OTHER, "a zip archive", "unzip -p" },
	{ "snoop\0\0\0", 8, MAGIC_OTHER, "a capture of Solaris snoop", NULL },
	{ "btsnoop\0", 8, MAGIC_OTHER, "a Bluetooth snoop log", NULL },
	{ "GMBU", 4, MAGIC_OTHER, "a Microsoft Network Monitor capture",
	    NULL },
	{ "\x7f" "ELF", 4, MAGIC_OTHER, "a program, not a capture file", "" },
};

enum { MAGICS = sizeof(magics) / sizeof(magics[0]) };

static size_t
magic_index(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < MAGICS; i++)
		if (n >= magics[i].length &&
		    memcmp(p, magics[i].bytes, magics[i].length) == 0)
			break;
	return i;
}

enum magic
magic_find(const uint8_t *p, size_t n)
{
	size_t i;

	if (n < MAGIC_LENGTH)
		return MAGIC_SHORT;
	i = magic_index(p, n);
	return i < MAGICS ? magics[i].magic : MAGIC_UNKNOWN;
}

int
magic_refuse(const char *path, const uint8_t *p, size_t n, struct errbuf *e)
{
	int is_stdin = strcmp(path, "-") == 0;
	size_t i;

	if (n == 0)
		return err_set(e, "%s: an empty file, not a capture", path);
	if (n < MAGIC_LENGTH)
		return err_set(e, "%s: not a capture file: only %zu byte%s",
		    path, n, n == 1 ? "" : "s");
	i = magic_index(p, n);
	if (i == MAGICS)
		return err_set(e, "%s: not a capture file: it begins with "
		    "%02x %02x %02x %02x", path, p[0], p[1], p[2], p[3]);
	err_set(e, "%s: %s", path, magics[i].what);
	if (magics[i].tool == NULL)
		return err_hint(e, "editcap -F pcap %s - | sessdump -r -", path);
	if (magics[i].tool[0] == '\0')
		return -1;
	if (is_stdin)
		return err_hint(e, "... | %s | sessdump -r -", magics[i].tool);
	return err_hint(e, "%s %s | sessdump -r -", magics[i].tool, path);
}
