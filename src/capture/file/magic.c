/* magic.c: what a file is, by its first bytes. */
#include <stdio.h>
#include <string.h>

#include "capture/file/magic.h"

enum { MAGIC_LENGTH = 4 };

static const struct {
	const char *bytes;
	size_t length;
	enum magic magic;
	const char *what;	/* of those that may not be read */
	const char *tool;	/* that writes the contents to stdout */
} magics[] = {
	{ "\xd4\xc3\xb2\xa1", 4, MAGIC_PCAP, NULL, NULL },
	{ "\xa1\xb2\xc3\xd4", 4, MAGIC_PCAP, NULL, NULL },
	{ "\x4d\x3c\xb2\xa1", 4, MAGIC_PCAP, NULL, NULL },
	{ "\xa1\xb2\x3c\x4d", 4, MAGIC_PCAP, NULL, NULL },
	{ "\x34\xcd\xb2\xa1", 4, MAGIC_PCAP, NULL, NULL },
	{ "\xa1\xb2\xcd\x34", 4, MAGIC_PCAP, NULL, NULL },
	{ "\x0a\x0d\x0d\x0a", 4, MAGIC_PCAPNG, NULL, NULL },
	{ "snoop\0\0\0", 8, MAGIC_SNOOP, NULL, NULL },
	{ "\x1f\x8b", 2, MAGIC_GZIP, "compressed with gzip", "zcat" },
	{ "\x28\xb5\x2f\xfd", 4, MAGIC_ZSTD, "compressed with zstd",
	    "zstdcat" },
	{ "\xfd" "7zXZ", 5, MAGIC_XZ, "compressed with xz", "xzcat" },
	{ "BZh", 3, MAGIC_BZIP2, "compressed with bzip2", "bzcat" },
	{ "\x04\x22\x4d\x18", 4, MAGIC_LZ4, "compressed with lz4",
	    "lz4cat" },
	{ "\x02\x21\x4c\x18", 4, MAGIC_LZ4, "compressed with lz4",
	    "lz4cat" },
	{ "PK\x03\x04", 4, MAGIC_OTHER, "a zip archive", "unzip -p" },
	{ "btsnoop\0", 8, MAGIC_OTHER, "a Bluetooth snoop log", NULL },
	{ "GMBU", 4, MAGIC_OTHER, "a Microsoft Network Monitor capture",
	    NULL },
	{ "\x7f" "ELF", 4, MAGIC_OTHER, "a program, not a capture file", "" },
};

enum { MAGIC_COUNT = sizeof(magics) / sizeof(magics[0]) };

static size_t
magic_index(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < MAGIC_COUNT; i++)
		if (n >= magics[i].length &&
		    memcmp(p, magics[i].bytes, magics[i].length) == 0)
			break;
	return i;
}

/* Whether p may become a magic when more bytes come. */
static int
magic_begins(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < MAGIC_COUNT; i++)
		if (n < magics[i].length && memcmp(p, magics[i].bytes, n) == 0)
			return 1;
	return 0;
}

enum magic
magic_find(const uint8_t *p, size_t n)
{
	size_t i;

	if (n < MAGIC_LENGTH)
		return MAGIC_SHORT;
	i = magic_index(p, n);
	if (i < MAGIC_COUNT)
		return magics[i].magic;
	return magic_begins(p, n) ? MAGIC_SHORT : MAGIC_UNKNOWN;
}

/* The first line of the table for it. */
static size_t
magic_row(enum magic magic)
{
	size_t i;

	for (i = 0; i < MAGIC_COUNT - 1 && magics[i].magic != magic; i++)
		;
	return i;
}

static int
magic_hint(const char *path, const char *tool, struct errbuf *e)
{
	if (strcmp(path, "-") == 0)
		return err_hint(e, "... | %s | sessdump -r -", tool);
	return err_hint(e, "%s %s | sessdump -r -", tool, path);
}

int
magic_refuse(const char *path, const uint8_t *p, size_t n, struct errbuf *e)
{
	size_t i;

	if (n == 0)
		return err_set(e, "%s: an empty file, not a capture", path);
	if (n < MAGIC_LENGTH)
		return err_set(e, "%s: not a capture file: only %zu byte%s",
		    path, n, n == 1 ? "" : "s");
	i = magic_index(p, n);
	if (i == MAGIC_COUNT)
		return err_set(e, "%s: not a capture file: it begins with "
		    "%02x %02x %02x %02x", path, p[0], p[1], p[2], p[3]);
	err_set(e, "%s: %s", path, magics[i].what);
	if (magics[i].tool == NULL)
		return err_hint(e, "editcap -F pcap %s - | sessdump -r -",
		    path);
	if (magics[i].tool[0] == '\0')
		return -1;
	return magic_hint(path, magics[i].tool, e);
}

int
magic_refuse_twice(const char *path, enum magic outer, enum magic inner,
    struct errbuf *e)
{
	err_set(e, "%s: %s, and its contents are %s: only one layer is "
	    "undone", path, magics[magic_row(outer)].what,
	    magics[magic_row(inner)].what);
	return magic_hint(path, magics[magic_row(outer)].tool, e);
}
