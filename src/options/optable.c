/* optable.c: every option, once: for the parser, and for the help. */
#include <getopt.h>
#include <string.h>

#include "options/optable.h"

/* A row without a value is the heading of a group.  An argument in brackets
 * may be left out. */
static const struct option_row {
	int value;
	const char *name, *argument, *help;
} rows[] = {
	{ 0, "Source", NULL, NULL },
	{ 'i', "interface", "IFACE", "capture on IFACE; `any' is all of them;\n"
	    "repeatable; NETNS:IFACE is in a namespace" },
	{ OPT_NETNS, "netns", "NAME",
	    "interfaces are in this namespace: a name,\n"
	    "a path, or the number of a process" },
	{ 'r', "read", "FILE", "read FILE, `-' is standard input;\n"
	    "repeatable: the files are merged by time" },
	{ 'D', "list-interfaces", NULL, "list the interfaces" },
	{ 'L', "list-data-link-types", NULL,
	    "list the link types of the interface" },
	{ 'y', "linktype", "TYPE", "capture with this link type" },
	{ 'j', "time-stamp-type", "TYPE",
	    "time stamps of the host or of its adapter" },
	{ 'J', "list-time-stamp-types", NULL,
	    "list the types that the interface offers" },
	{ 's', "snapshot-length", "BYTES", "capture BYTES of each frame" },
	{ 'B', "buffer-size", "KIB", "size of the kernel's buffer (65536)" },
	{ 'p', "no-promiscuous-mode", NULL, "leave the interface as it is" },
	{ 'Q', "direction", "DIR", "frames that go in, out or inout" },
	{ OPT_DEDUP, "dedup", NULL,
	    "count a packet once that several interfaces\n"
	    "show: live the default" },
	{ OPT_NO_DEDUP, "no-dedup", NULL,
	    "count it on each of them: of files the default" },
	{ OPT_BACKEND, "backend", "NAME", "capture through afpacket or pcap" },
	{ OPT_PACE, "pace", "[=SPEED]",
	    "-r: as fast as it was; 2 is twice as fast" },
	{ OPT_MAX_GAP, "max-gap", "SECONDS",
	    "--pace: wait for no packet longer than this" },
	{ OPT_NO_PROCESSES, "no-processes", NULL,
	    "do not look for the processes of sockets" },
	{ OPT_WORKERS, "workers", "N", "follow the sessions in N threads" },
	{ 0, "Selection", NULL, NULL },
	{ OPT_PORT, "port", "LIST",
	    "sessions with these ports: 80,443,8000-8100" },
	{ OPT_HOST, "host", "LIST",
	    "sessions with these addresses or prefixes" },
	{ OPT_PROTO, "proto", "LIST", "sessions of these protocols: tcp,udp" },
	{ OPT_STATE, "state", "LIST",
	    "sessions with an endpoint in these states" },
	{ OPT_PROCESS, "process", "LIST",
	    "sessions of these processes, by name or number,\n"
	    "and those whose process is not known" },
	{ 'F', "filter-file", "FILE", "read the filter expression from FILE" },
	{ 'O', "no-optimize", NULL, "do not optimize the filter's code" },
	{ 'c', "count", "COUNT", "stop after COUNT packets" },
	{ 0, "View", NULL, NULL },
	{ OPT_PACKETS, "packets", NULL, "a line a packet (the default)" },
	{ OPT_EVENTS, "events", NULL, "a line for each change of a session" },
	{ OPT_SESSIONS, "sessions", NULL, "a line a session, when it ends" },
	{ OPT_INTERVAL, "interval", "SECONDS",
	    "also a line, so often, of every session\n"
	    "that goes on and has changed" },
	{ OPT_SOCKETS, "sockets", NULL,
	    "of sessions, what the kernel says of their\n"
	    "sockets, and where it disagrees" },
	{ OPT_STATS, "stats", "SECONDS",
	    "a line, so often, of what was captured and lost" },
	{ 0, "Format", NULL, NULL },
	{ OPT_FORMAT, "format", "NAME", "text (the default), json, or Zeek's\n"
	    "conn.log: zeek, zeek-json" },
	{ OPT_JSON, "json", NULL, "the same as --format json" },
	{ 'w', "write", "FILE", "write the selected packets to FILE" },
	{ OPT_WRITE_FORMAT, "write-format", "NAME",
	    "pcap or pcapng; without it, by the name" },
	{ OPT_COMMENTS, "comments", NULL,
	    "pcapng: say of each packet which session it\n"
	    "belongs to" },
	{ 'C', NULL, "SIZE", "another file after SIZE MB, or k, m, g" },
	{ 'G', NULL, "SECONDS", "another file after SECONDS; its name is a\n"
	    "pattern of strftime(3)" },
	{ 'W', NULL, "COUNT", "with -C a ring of COUNT files; with -G stop\n"
	    "after COUNT" },
	{ 0, "Transmission", NULL, NULL },
	{ OPT_REPLAY_TO, "replay-to", "IFACE",
	    "send the selected frames of -r on IFACE; of\n"
	    "IFACE,IFACE what clients send on the first,\n"
	    "what servers send on the second" },
	{ OPT_PPS, "pps", "N",
	    "so many frames a second, not in recorded time" },
	{ OPT_MBPS, "mbps", "N", "so many megabits of frames a second" },
	{ OPT_TOPSPEED, "topspeed", NULL, "as fast as it goes" },
	{ OPT_LOOP, "loop", "N", "send all of it N times; 0: until stopped" },
	{ OPT_LINK_HEADER, "link-header", "SRC,DST",
	    "an Ethernet header for IP that has none;\n"
	    "SRC,DST,TYPE: with this EtherType" },
	{ 0, "Rewriting of what is written or sent", NULL, NULL },
	{ OPT_MAP_IP, "map-ip", "OLD/LEN=NEW/LEN",
	    "these addresses into those; repeatable" },
	{ OPT_MAP_PORT, "map-port", "OLD=NEW", "this port into that one" },
	{ OPT_MAP_MAC, "map-mac", "OLD=NEW",
	    "this address of the link into that one" },
	{ OPT_ANONYMIZE, "anonymize", "KEY",
	    "others for all addresses, prefix by prefix;\n"
	    "KEY: 64 hex digits, @FILE or random" },
	{ OPT_CUT_PAYLOAD, "cut-payload", NULL,
	    "-w: headers only; payload may have addresses" },
	{ OPT_VLAN, "vlan", "ID",
	    "this VLAN; add=ID: a tag more; del: less" },
	{ OPT_MTU_FRAGMENT, "mtu-fragment", "BYTES",
	    "IP that is longer in fragments; what is\n"
	    "longer and no IP is left out" },
	{ OPT_MTU_DROP, "mtu-drop", "BYTES",
	    "what is longer is left out; auto: than the MTU\n"
	    "of --replay-to" },
	{ 0, "Detail", NULL, NULL },
	{ 'n', NULL, NULL, "no names of hosts (the default)" },
	{ 'N', "resolve", NULL, "show names of hosts; nothing waits for them" },
	{ 'e', NULL, NULL, "show the link header" },
	{ 'v', "verbose", NULL, "show every layer; of sessions, details" },
	{ 'q', "quiet", NULL, "show less of each packet" },
	{ 't', NULL, NULL, "time: -t none, -tt epoch, -ttt since the last,\n"
	    "-tttt with date, -ttttt since the first" },
	{ OPT_NANO, "nano", NULL, "nanoseconds in the times" },
	{ OPT_MICRO, "micro", NULL, "microseconds (the default)" },
	{ OPT_PRECISION, "time-stamp-precision", "NAME", "nano or micro" },
	{ 'x', NULL, NULL, "dump in hex; -xx with the link header" },
	{ 'X', NULL, NULL, "dump in hex and ASCII; -XX likewise" },
	{ 'A', NULL, NULL, "dump in ASCII; -AA likewise" },
	{ 'l', "line-buffered", NULL, "write each line at once" },
	{ 'U', "packet-buffered", NULL, "write each packet of -w at once" },
	{ OPT_COLOR, "color", "WHEN", "auto, always or never" },
	{ 0, "Limits", NULL, NULL },
	{ OPT_MAX_SESSIONS, "max-sessions", "N",
	    "sessions held at a time (1048576)" },
	{ OPT_TIMEOUT, "timeout", "NAME=SECONDS",
	    "how long a session stays without a packet;\n"
	    "0 is for ever; the names are in sessdump(1)" },
	{ OPT_KEY, "key", "LIST",
	    "tell sessions apart by these, too: vlan,tunnel" },
	{ 'Z', "relinquish-privileges", "USER",
	    "become USER when all that needs root is open" },
	{ OPT_NO_SANDBOX, "no-sandbox", NULL,
	    "leave files and system calls open, to debug" },
	{ OPT_SEED, "seed", "N", "of the hash, to repeat a run exactly" },
	{ 0, "Information", NULL, NULL },
	{ OPT_DISSECTORS, "dissectors", NULL,
	    "list the dissectors and what they attach to" },
	{ OPT_PLUGIN, "plugin", "PATH", "load one more dissector" },
	{ 'd', NULL, NULL, "show the compiled filter; -dd, -ddd: as data" },
	{ 'h', "help", NULL, "this text" },
	{ OPT_VERSION, "version", NULL, "version and libraries" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert((int)ROWS <= (int)OPTABLE_ROWS, "OPTABLE_ROWS is too small");

/* How getopt_long() calls it. */
static int
argument_kind(const struct option_row *r)
{
	if (r->argument == NULL)
		return no_argument;
	return *r->argument == '[' ? optional_argument : required_argument;
}

static void
help_row(FILE *f, const struct option_row *r)
{
	char left[64] = "", letter[4] = "";
	const char *text = r->help;

	if (r->value < 256)
		snprintf(letter, sizeof(letter), "-%c", r->value);
	snprintf(left, sizeof(left), "%-2s%s%s%s%s%s", letter,
	    r->value < 256 && r->name != NULL ? ", " : r->name != NULL ?
	    "  " : "", r->name != NULL ? "--" : "",
	    r->name != NULL ? r->name : "",
	    r->argument != NULL && *r->argument != '[' ? " " : "",
	    r->argument != NULL ? r->argument : "");
	fprintf(f, "  %-30s ", left);
	for (; *text != '\0'; text++) {
		fputc(*text, f);
		if (*text == '\n')
			fprintf(f, "%33s", "");
	}
	fputc('\n', f);
}

void
options_help(FILE *f)
{
	fputs("usage: sessdump [-i IFACE]... [options] [filter expression]\n"
	    "       sessdump -r FILE [-r FILE]... [options] "
	    "[filter expression]\n\n"
	    "Shows every session on the wire: its 4-tuple, who is client and "
	    "who is server,\nand the state of both endpoints in the words of "
	    "RFC 9293.\n", f);
	for (unsigned int i = 0; i < ROWS; i++) {
		if (rows[i].value == 0)
			fprintf(f, "\n%s:\n", rows[i].name);
		else
			help_row(f, &rows[i]);
	}
	fputs("\nThe filter expression is pcap-filter(7)'s.  "
	    "See sessdump(1).\n", f);
}

void
optable_getopt(struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (unsigned int i = 0; i < ROWS; i++) {
		const struct option_row *r = &rows[i];

		if (r->value == 0)
			continue;
		if (r->value < 256) {
			*shorts++ = (char)r->value;
			if (r->argument != NULL)
				*shorts++ = ':';
		}
		if (r->name != NULL)
			*longs++ = (struct option){ r->name,
			    argument_kind(r), NULL, r->value };
	}
	*shorts = '\0';
	memset(longs, 0, sizeof(*longs));
}
