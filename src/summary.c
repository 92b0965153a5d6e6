/* summary.c: what a run comes to, in a few lines. */
#include "rewrite/rewrite.h"
#include "summary.h"

static void
count(FILE *f, uint64_t n, const char *one, const char *many)
{
	fprintf(f, "%llu %s\n", (unsigned long long)n, n == 1 ? one : many);
}

/* The sum: received is captured, dropped by the kernel, and unread. */
static void
summary_live(FILE *f, const struct capture_stats *s, uint64_t captured)
{
	uint64_t unread = capture_unread(s, captured);

	count(f, captured, "packet captured", "packets captured");
	if (s->has_received) {
		count(f, s->received, "packet received by filter",
		    "packets received by filter");
		count(f, s->dropped, "packet dropped by kernel",
		    "packets dropped by kernel");
	}
	if (s->has_if_dropped)
		count(f, s->if_dropped, "packet dropped by interface",
		    "packets dropped by interface");
	if (s->host_stamped > 0)
		count(f, s->host_stamped,
		    "packet with the host's time stamp, not the adapter's",
		    "packets with the host's time stamp, not the adapter's");
	if (unread > 0)
		count(f, unread, "packet unread", "packets unread");
	if (s->refused > 0)
		count(f, s->refused, "packet refused by filter",
		    "packets refused by filter");
	if (s->frozen > 0)
		count(f, s->frozen, "time the buffer was full, see -B",
		    "times the buffer was full, see -B");
}

static void
summary_file(FILE *f, const struct capture_stats *s, uint64_t packets)
{
	count(f, packets, "packet read", "packets read");
	if (s->dropped > 0)
		count(f, s->dropped, "packet dropped, says the file",
		    "packets dropped, says the file");
}

static void
summary_part(FILE *f, const struct account_part *p)
{
	const struct capture_stats *s = &p->stats;

	fprintf(f, "%s: %llu captured", p->name,
	    (unsigned long long)s->captured);
	if (s->has_received)
		fprintf(f, ", %llu received by filter, %llu dropped by kernel",
		    (unsigned long long)s->received,
		    (unsigned long long)s->dropped);
	if (s->has_if_dropped)
		fprintf(f, ", %llu dropped by interface",
		    (unsigned long long)s->if_dropped);
	fputc('\n', f);
}

static void
summary_defrag(FILE *f, const struct defrag_stats *s)
{
	if (s->lost > 0)
		count(f, s->lost, "datagram never completed",
		    "datagrams never completed");
	if (s->overlaps > 0)
		count(f, s->overlaps,
		    "datagram discarded, its fragments overlap",
		    "datagrams discarded, their fragments overlap");
	if (s->discarded > 0)
		count(f, s->discarded,
		    "datagram discarded, its fragments contradict each other",
		    "datagrams discarded, their fragments contradict each "
		    "other");
	if (s->duplicates > 0)
		count(f, s->duplicates, "duplicate fragment",
		    "duplicate fragments");
}

static void
summary_rewrite(FILE *f, const struct rewrite_stats *s)
{
	count(f, s->changed, "packet rewritten", "packets rewritten");
	if (s->fragmented > 0)
		fprintf(f, "%llu packet%s written in %llu fragments\n",
		    (unsigned long long)s->fragmented,
		    s->fragmented == 1 ? "" : "s",
		    (unsigned long long)s->pieces);
	if (s->unfit > 0)
		count(f, s->unfit, "packet left out: longer than the MTU",
		    "packets left out: longer than the MTU");
	if (s->untagged > 0)
		count(f, s->untagged, "packet without a place for a VLAN tag",
		    "packets without a place for a VLAN tag");
	if (s->unmended > 0)
		count(f, s->unmended, "checksum of SCTP could not be mended: "
		    "its datagram is in fragments", "checksums of SCTP could "
		    "not be mended: their datagrams are in fragments");
	if (s->lost > 0)
		count(f, s->lost, "packet lost: no memory to rewrite it",
		    "packets lost: no memory to rewrite them");
}

static void
summary_lost(FILE *f, const struct pipeline_stats *s, const char *written)
{
	if (s->lost > 0)
		count(f, s->lost, "record lost: standard output was blocked",
		    "records lost: standard output was blocked");
	if (s->written_lost > 0)
		fprintf(f, "%llu packet%s lost: %s was blocked\n",
		    (unsigned long long)s->written_lost,
		    s->written_lost == 1 ? "" : "s", written);
}

static void
summary_sessions(FILE *f, const struct session_stats *s)
{
	fprintf(f, "%llu session%s", (unsigned long long)s->created,
	    s->created == 1 ? "" : "s");
	if (s->evicted > 0)
		fprintf(f, ", %llu evicted (%llu of them open)",
		    (unsigned long long)s->evicted,
		    (unsigned long long)s->evicted_open);
	fputc('\n', f);
}

/* What it took to find them, too: that is bounded, but not nothing. */
static void
summary_processes(FILE *f, const struct book_stats *s)
{
	fprintf(f, "processes: %llu session%s asked about, %llu refused; "
	    "endpoints: %llu named, %llu by user only, %llu unknown; "
	    "%llu.%03llu s of CPU, %llu walk%s through all processes\n",
	    (unsigned long long)s->asked, s->asked == 1 ? "" : "s",
	    (unsigned long long)s->refused, (unsigned long long)s->named,
	    (unsigned long long)s->owners, (unsigned long long)s->unknown,
	    (unsigned long long)s->spent_us / 1000000,
	    (unsigned long long)s->spent_us / 1000 % 1000,
	    (unsigned long long)s->walks, s->walks == 1 ? "" : "s");
	if (s->lost > 0)
		count(f, s->lost, "connection that BPF found no room for",
		    "connections that BPF found no room for");
}

static void
summary_sockets(FILE *f, const struct sockets_stats *s)
{
	if (s->asked + s->refused > 0)
		fprintf(f, "sockets: asked %llu times, %llu refused\n",
		    (unsigned long long)s->asked,
		    (unsigned long long)s->refused);
}

void
summary_print(FILE *f, const struct summary *y)
{
	const struct pipeline_stats *s = &y->pipeline;

	if (!y->live)
		summary_file(f, &s->account->sum, s->packets);
	else
		summary_live(f, &s->account->sum, s->packets);
	for (unsigned int i = 0; y->live && i < s->account->nparts; i++)
		summary_part(f, &s->account->part[i]);
	if (s->copies > 0)
		count(f, s->copies, "packet seen again on another interface",
		    "packets seen again on another interface");
	if (s->selected != s->packets)
		count(f, s->selected, "packet selected", "packets selected");
	summary_sessions(f, s->sessions);
	if (y->processes)
		summary_processes(f, &s->processes);
	if (y->processes)
		summary_sockets(f, &s->sockets);
	summary_defrag(f, s->defrag);
	if (s->rewrite != NULL)
		summary_rewrite(f, s->rewrite);
	summary_lost(f, s, y->write);
}
