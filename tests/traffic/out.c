/* out.c: a capture written to standard output, as pcap or pcapng. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out.h"

enum {
	OUT		= 1 << 20,
	SNAPLEN		= 262144,
	ETHERNET	= 1,
	BLOCK_SECTION	= 0x0a0d0d0a,
	BLOCK_INTERFACE	= 1,
	BLOCK_PACKET	= 6,
	OPTION_TSRESOL	= 9,
	PACKET_HEADER	= 28,	/* before the frame */
};

static uint8_t out[OUT];
static size_t used;
static enum out_format format;

static void
flush(void)
{
	size_t at = 0;

	while (at < used) {
		ssize_t n = write(STDOUT_FILENO, out + at, used - at);

		if (n <= 0)
			exit(1);
		at += (size_t)n;
	}
	used = 0;
}

static void
append(const void *p, size_t n)
{
	if (used + n > OUT)
		flush();
	memcpy(out + used, p, n);
	used += n;
}

static void
append_word(uint32_t w)
{
	append(&w, sizeof(w));
}

static void
append_halves(unsigned int first, unsigned int second)
{
	uint16_t half[2] = { (uint16_t)first, (uint16_t)second };

	append(half, sizeof(half));
}

static void
start_pcap(void)
{
	append_word(0xa1b23c4d);	/* nanoseconds */
	append_halves(2, 4);
	append_word(0);
	append_word(0);
	append_word(SNAPLEN);
	append_word(ETHERNET);
}

static void
start_pcapng(void)
{
	static const uint8_t resolution[4] = { 9 };	/* 10^-9 s */

	append_word(BLOCK_SECTION);
	append_word(28);
	append_word(0x1a2b3c4d);
	append_halves(1, 0);
	append_word(UINT32_MAX);	/* of a length that is not known */
	append_word(UINT32_MAX);
	append_word(28);

	append_word(BLOCK_INTERFACE);
	append_word(32);
	append_halves(ETHERNET, 0);
	append_word(SNAPLEN);
	append_halves(OPTION_TSRESOL, 1);
	append(resolution, sizeof(resolution));
	append_word(0);			/* the end of the options */
	append_word(32);
}

void
out_start(enum out_format f)
{
	format = f;
	if (format == OUT_PCAPNG)
		start_pcapng();
	else
		start_pcap();
}

static void
record_pcapng(int64_t time, const void *data, size_t n)
{
	static const uint8_t zero[3];
	uint32_t padding = -n & 3, total = (uint32_t)n + padding +
	    PACKET_HEADER + 4;

	append_word(BLOCK_PACKET);
	append_word(total);
	append_word(0);
	append_word((uint32_t)((uint64_t)time >> 32));
	append_word((uint32_t)time);
	append_word((uint32_t)n);
	append_word((uint32_t)n);
	append(data, n);
	append(zero, padding);
	append_word(total);
}

void
out_record(int64_t time, const void *data, size_t n)
{
	uint32_t record[4] = { (uint32_t)(time / 1000000000),
	    (uint32_t)(time % 1000000000), (uint32_t)n, (uint32_t)n };

	if (format == OUT_PCAPNG) {
		record_pcapng(time, data, n);
		return;
	}
	append(record, sizeof(record));
	append(data, n);
}

void
out_finish(void)
{
	flush();
}
