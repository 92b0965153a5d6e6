/*
 * baseline.c: what reading a file costs when nothing is done with it.
 *
 * baseline FILE goes through libpcap's loop; baseline -w FILE reads a pcap file
 * in blocks of 256 KiB and walks from record to record.  Both write the number
 * of packets to standard error, as sessdump does.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BLOCK		= 256 * 1024,
	FILE_HEADER	= 24,
	RECORD		= 16,
	CAPLEN		= 8,	/* in a record */
};

static uint64_t packets;

static void
nothing(u_char *user, const struct pcap_pkthdr *h, const u_char *data)
{
	(void)user;
	(void)h;
	(void)data;
	packets++;
}

static int
loop(const char *path)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(path, why);

	if (p == NULL) {
		fprintf(stderr, "baseline: %s\n", why);
		return 1;
	}
	if (pcap_loop(p, -1, nothing, NULL) < 0) {
		fprintf(stderr, "baseline: %s\n", pcap_geterr(p));
		return 1;
	}
	pcap_close(p);
	return 0;
}

/* Of the records that stand whole in the block; those bytes are returned, which
 * may end beyond the block. */
static size_t
walk_block(const uint8_t *data, size_t n)
{
	size_t at = 0;
	uint32_t caplen;

	while (at + RECORD <= n) {
		memcpy(&caplen, data + at + CAPLEN, sizeof(caplen));
		packets++;
		at += RECORD + caplen;
	}
	return at;
}

static int
walk(const char *path)
{
	static uint8_t block[BLOCK + RECORD];
	size_t have = 0, skip = FILE_HEADER, used;
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, block + have, BLOCK)) > 0) {
		have += (size_t)n;
		if (skip >= have) {
			skip -= have;
			have = 0;
			continue;
		}
		used = skip + walk_block(block + skip, have - skip);
		skip = used > have ? used - have : 0;
		used = used > have ? have : used;
		have -= used;
		memmove(block, block + used, have);
	}
	if (fd < 0 || n < 0) {
		perror(path);
		return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	int blocks = argc == 3 && strcmp(argv[1], "-w") == 0, status;

	if (argc != 2 && !blocks) {
		fprintf(stderr, "usage: baseline [-w] FILE\n");
		return 2;
	}
	status = blocks ? walk(argv[2]) : loop(argv[1]);
	fprintf(stderr, "%" PRIu64 " packets read\n", packets);
	return status;
}
