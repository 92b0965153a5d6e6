/*
 * generate.c: writes the traffic that sessdump's speed is measured with.
 *
 * generate [-g] [-n COUNT] [-f FLOWS] [-l BYTES] [-s SEED] NAME writes a
 * capture to standard output, the same for the same arguments: as pcapng (-g),
 * COUNT frames of FLOWS flows, each frame BYTES long.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "load.h"

static const struct load loads[] = {
	{ .name = "mix", .what = "a day at the office: TCP, DNS, QUIC",
	    .write = mix_write, .count = 2800000 },
	{ .name = "flood", .what = "small frames, flows in random order",
	    .write = steady_write, .count = 10000000, .min = 64, .max = 96,
	    .burst = 1, .step = 1000, .flags = LOAD_UDP },
	{ .name = "elephant", .what = "frames of 1514 bytes in 8 flows",
	    .write = steady_write, .count = 1000000, .flows = 8, .min = 1514,
	    .max = 1514, .burst = 16, .step = 1200, .flags = LOAD_CLOSED },
	{ .name = "jumbo", .what = "frames of 9014 bytes in 8 flows",
	    .write = steady_write, .count = 160000, .flows = 8, .min = 9014,
	    .max = 9014, .burst = 16, .step = 7200, .flags = LOAD_CLOSED },
	{ .name = "tso", .what = "frames of 9 to 64 KB in 64 flows",
	    .write = steady_write, .count = 40000, .flows = 64, .min = 9000,
	    .max = 65549, .burst = 16, .step = 30000, .flags = LOAD_CLOSED },
	{ .name = "live", .what = "FLOWS flows opened, then COUNT small frames",
	    .write = steady_write, .count = 1000000, .flows = 100000,
	    .min = 64, .max = 96, .burst = 1, .step = 500,
	    .flags = LOAD_UDP | LOAD_OPENED },
};

#define LOADS	(sizeof(loads) / sizeof(loads[0]))

static int
usage(void)
{
	fprintf(stderr, "usage: generate [-g] [-n COUNT] [-f FLOWS] [-l BYTES]"
	    " [-s SEED] NAME\n");
	for (unsigned int i = 0; i < LOADS; i++)
		fprintf(stderr, "%s\t%s\n", loads[i].name, loads[i].what);
	return 2;
}

static uint64_t
number(const char *s)
{
	return strtoull(s, NULL, 10);
}

static const struct load *
find(const char *name)
{
	for (unsigned int i = 0; i < LOADS; i++)
		if (strcmp(loads[i].name, name) == 0)
			return &loads[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	enum out_format format = OUT_PCAP;
	uint64_t seed = 1;
	const struct load *found;
	struct load load, set = { 0 };
	int c;

	while ((c = getopt(argc, argv, "gn:f:l:s:")) != -1) {
		switch (c) {
		case 'g':
			format = OUT_PCAPNG;
			break;
		case 'n':
			set.count = number(optarg);
			set.flags = 1;
			break;
		case 'f':
			set.flows = number(optarg);
			break;
		case 'l':
			set.min = set.max = (unsigned int)number(optarg);
			break;
		case 's':
			seed = number(optarg);
			break;
		default:
			return usage();
		}
	}
	if (optind != argc - 1 || (found = find(argv[optind])) == NULL)
		return usage();
	load = *found;
	if (set.flags)
		load.count = set.count;
	if (set.flows > 0)
		load.flows = set.flows;
	if (set.max > 0) {
		load.min = set.min;
		load.max = set.max;
	}
	frame_start(seed, format);
	load.write(&load);
	frame_finish();
	return 0;
}
