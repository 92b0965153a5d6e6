/*
 * flood.c: writes hostile traffic, and ordinary traffic to compare it with.
 *
 * flood NAME COUNT [SEED [STEP]] writes a capture of at least COUNT frames (or
 * sessions) to standard output, the same for the same seed, a frame each STEP
 * nanoseconds.  Among the frames are those of true connections; what their
 * records are to be goes to standard error:
 *	true PROTOCOL CLIENT PORT SERVER PORT packets C S stream C S NOTE
 *	frames N
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "true.h"
#include "workload.h"

enum { TRUE_EVERY = 16 };	/* one frame in so many is a true one's */

static const struct workload workloads[] = {
	{ "normal", "ordinary TCP connections, 14 segments each",
	    normal_emit, normal_finish, WORK_PLAIN },
	{ "queries", "ordinary UDP: a query and its answer",
	    queries_emit, NULL, WORK_PLAIN },
	{ "sessions", "COUNT connections, one in 200 of them left open",
	    sessions_emit, sessions_finish, WORK_SESSIONS },
	{ "syn", "SYNs from anywhere to one server", syn_emit, NULL, 0 },
	{ "midstream", "ACKs from anywhere, of no connection", midstream_emit,
	    NULL, 0 },
	{ "open", "handshakes from anywhere, left open", open_emit, NULL, 0 },
	{ "rst", "RSTs with wild numbers in true connections",
	    rst_emit, NULL, 0 },
	{ "synin", "forged SYNs and SYN-ACKs in true connections",
	    synin_emit, NULL, 0 },
	{ "synpair", "forged SYNs, each with its forged SYN-ACK",
	    synpair_emit, NULL, 0 },
	{ "overlap", "fragments that overlap", overlap_emit, pieces_finish,
	    0 },
	{ "unfinished", "fragments that never finish", unfinished_emit,
	    pieces_finish, 0 },
	{ "tunnels", "IPIP, GRE and VXLAN, 1 to 28 deep", tunnels_emit, NULL,
	    WORK_TUNNELED },
	{ "options", "TCP and IP options of length 0, runs of NOP and Pad1",
	    options_emit, NULL, WORK_NOPS },
	{ "backwards", "time that runs back, and jumps by years",
	    backwards_emit, NULL, 0 },
	{ "collide", "addresses of 10/8 in order, ports the same",
	    collide_emit, NULL, 0 },
	{ "holes", "every other segment missing, half of it in reverse",
	    holes_emit, NULL, 0 },
	{ "acks", "the same ACK for ever, with SACK or without",
	    acks_emit, NULL, 0 },
	{ "paths", "another tag or tunnel with every packet",
	    paths_emit, NULL, WORK_TUNNELED },
};

#define WORKLOADS	(sizeof(workloads) / sizeof(workloads[0]))

static int
usage(void)
{
	fprintf(stderr, "usage: flood NAME COUNT [SEED [STEP]]\n");
	for (unsigned int i = 0; i < WORKLOADS; i++)
		fprintf(stderr, "%s\t%s\n", workloads[i].name,
		    workloads[i].what);
	return 2;
}

static void
run(const struct workload *w, uint64_t count)
{
	static uint8_t nops[40];
	unsigned int turn = 0;
	const uint64_t *done = w->flags & WORK_SESSIONS ? &sessions_begun :
	    &frame_count;

	memset(nops, 1, sizeof(nops));
	if (!(w->flags & WORK_PLAIN))
		true_start(w->flags & WORK_TUNNELED, w->flags & WORK_NOPS ?
		    nops : NULL, sizeof(nops));
	while (*done < count) {
		if (!(w->flags & WORK_PLAIN) && turn++ % TRUE_EVERY == 0)
			true_step();
		else
			w->emit();
	}
	if (w->finish != NULL)
		w->finish();
	if (!(w->flags & WORK_PLAIN))
		true_finish();
	fprintf(stderr, "frames %" PRIu64 "\n", frame_count);
}

int
main(int argc, char **argv)
{
	if (argc < 3 || argc > 5)
		return usage();
	for (unsigned int i = 0; i < WORKLOADS; i++) {
		if (strcmp(workloads[i].name, argv[1]) != 0)
			continue;
		if (argc > 4)
			frame_step = strtoll(argv[4], NULL, 10);
		frame_start(argc > 3 ? strtoull(argv[3], NULL, 10) : 1,
		    OUT_PCAP);
		run(&workloads[i], strtoull(argv[2], NULL, 10));
		frame_finish();
		return 0;
	}
	return usage();
}
