/*
 * test_dissect.c: frames in hexadecimal, and what must be seen in them.
 *
 * Each *.case file (arguments, or all in tests/unit/cases) holds blocks with
 * empty lines between them; "#" starts a comment anywhere.
 *
 *	case NAME		required, first
 *	linktype N		LINKTYPE_ value; 1 when not given
 *	hex 00 11 22 ...	the frame; several lines are one frame
 *	caplen N		cuts it, as a snapshot length does
 *	len N			its length on the wire, when that is more
 *	layers NAME ...		dissectors that ran, outermost first
 *	flow A:P > B:P PROTO	innermost 4-tuple: tcp udp sctp ... or a number;
 *				IPv6 is [addr]:port; "A > B icmp TYPE CODE";
 *				"A > B PROTO" has no ports; "none" has no IP
 *	quoted ...		the same of what an ICMP error quotes
 *	payload N		bytes of transport payload on the wire
 *	vlan VID ...		tags, outermost first; "none"
 *	tunnel NAME [ID]	one line a tunnel, outermost first
 *	sack N L-R ...		blocks of TCP's option, and edges of the first 2
 *	checksum WORD		of transport and IPv4 header: none (not judged),
 *				good, bad, offloaded
 *	flags NAME ...		truncated malformed too_deep quote lying_len;
 *				without this line none of them may be set
 *
 * What a block does not name is not compared.  Every frame is then cut at
 * every length, and has every byte changed, in memory of exactly its size; and
 * whatever is dissected is printed.  A frame that is whole when it is whole is
 * truncated when it is cut: never malformed.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <glob.h>
#include <stdlib.h>

#include "dissect/dissect.h"

#include "checker.h"
#include "tap.h"

enum {
	FRAME_MAX	= 4096,
	TEXT_MAX	= 512,
	FLAGS_CHECKED	= PACKET_TRUNCATED | PACKET_MALFORMED |
			    PACKET_TOO_DEEP | PACKET_QUOTE | PACKET_LYING_LEN,
};

/* Words of a case that are compared as text. */
enum {
	LAYERS, FLOW, QUOTED, PAYLOAD, VLAN, TUNNEL, SACK, CHECKSUM, FLAGS,
	WORDS
};

static const char *const word[WORDS] = {
	[LAYERS] = "layers", [FLOW] = "flow", [QUOTED] = "quoted",
	[PAYLOAD] = "payload", [VLAN] = "vlan", [TUNNEL] = "tunnel",
	[SACK] = "sack",
	[CHECKSUM] = "checksum", [FLAGS] = "flags",
};

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	{ PACKET_TRUNCATED, "truncated" }, { PACKET_MALFORMED, "malformed" },
	{ PACKET_TOO_DEEP, "too_deep" }, { PACKET_QUOTE, "quote" },
	{ PACKET_LYING_LEN, "lying_len" },
};

struct testcase {
	char name[TEXT_MAX];
	char want[WORDS][TEXT_MAX];
	int wanted[WORDS];
	uint8_t data[FRAME_MAX];
	struct frame frame;	/* len 0: as much as hex says */
	uint32_t hexlen, caplen;
	int cut;
	int line;		/* where it began; 0 while there is none */
};

static const struct registry *registry;

/* --- what was seen, as text ---------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
say(char *text, const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	if (n > 0 && n < TEXT_MAX - 1)
		text[n++] = ' ';
	va_start(ap, fmt);
	vsnprintf(text + n, TEXT_MAX - n, fmt, ap);
	va_end(ap);
}

static const char *
protocol_name(unsigned int protocol)
{
	static const char *const name[256] = {
		[1] = "icmp", [6] = "tcp", [17] = "udp", [33] = "dccp",
		[58] = "icmp6", [132] = "sctp", [136] = "udplite",
	};
	static char number[8];

	if (name[protocol & 255] != NULL)
		return name[protocol & 255];
	snprintf(number, sizeof(number), "%u", protocol);
	return number;
}

static void
endpoint_text(char *out, size_t size, const struct flow *f,
    const union addr *a, unsigned int port)
{
	char ip[INET6_ADDRSTRLEN];
	int v6 = f->ip_version == 6;

	inet_ntop(v6 ? AF_INET6 : AF_INET, a->b, ip, sizeof(ip));
	if (f->has & FLOW_PORTS && !(f->has & FLOW_ICMP))
		snprintf(out, size, v6 ? "[%s]:%u" : "%s:%u", ip, port);
	else
		snprintf(out, size, v6 ? "[%s]" : "%s", ip);
}

static void
flow_text(char *text, const struct flow *f)
{
	char src[64], dst[64];

	if (!(f->has & FLOW_IP)) {
		say(text, "none");
		return;
	}
	endpoint_text(src, sizeof(src), f, &f->src, f->sport);
	endpoint_text(dst, sizeof(dst), f, &f->dst, f->dport);
	say(text, "%s > %s %s", src, dst, protocol_name(f->protocol));
	if (f->has & FLOW_ICMP)
		say(text, "%u %u", f->icmp_type, f->icmp_code);
}

static const char *
checksum_text(const struct flow *f)
{
	if (f->has & FLOW_BAD_CHECKSUM)
		return "bad";
	if (f->has & FLOW_OFFLOADED)
		return "offloaded";
	return f->has & FLOW_CHECKED ? "good" : "none";
}

static void
packet_text(const struct packet *p, char text[WORDS][TEXT_MAX])
{
	for (int i = 0; i < WORDS; i++)
		text[i][0] = '\0';
	for (int i = 0; i < p->nlayers; i++)
		say(text[LAYERS], "%s", p->layer[i].dissector->name);
	flow_text(text[FLOW], &p->flow);
	if (p->flags & PACKET_QUOTE)
		flow_text(text[QUOTED], &p->quoted);
	if (p->flow.has & FLOW_TRANSPORT)
		say(text[PAYLOAD], "%u", p->flow.payload_len);
	if (p->nvlans == 0)
		say(text[VLAN], "none");
	for (int i = 0; i < p->nvlans; i++)
		say(text[VLAN], "%u", p->vlan[i] & 0x0fffU);
	for (int i = 0; i < p->ntunnels; i++) {
		say(text[TUNNEL], "%s", p->tunnel[i].dissector->name);
		if (p->tunnel[i].has_id)
			say(text[TUNNEL], "%u", p->tunnel[i].id);
	}
	say(text[SACK], "%u", p->flow.tcp.sacks);
	for (int i = 0; i < p->flow.tcp.sacks && i < 2; i++)
		say(text[SACK], "%u-%u", p->flow.tcp.sack[i][0],
		    p->flow.tcp.sack[i][1]);
	say(text[CHECKSUM], "%s", checksum_text(&p->flow));
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(*flag_names); i++)
		if (p->flags & flag_names[i].flag)
			say(text[FLAGS], "%s", flag_names[i].name);
}

/* --- one dissection, and what must hold of any --------------------------- */

static int
inside(const uint8_t *p, size_t n, const uint8_t *data, size_t size)
{
	return p >= data && p <= data + size &&
	    n <= (size_t)(data + size - p);
}

static const char *
invariants(const struct packet *p)
{
	const struct frame *f = p->frame;
	static char fault[TEXT_MAX];

	for (int i = 0; i < p->nlayers; i++) {
		const struct layer *l = &p->layer[i];
		const char *bad;

		if (!inside(l->data, l->len, f->data, f->caplen) ||
		    l->header > l->len) {
			snprintf(fault, sizeof(fault), "%s: layer outside of "
			    "the frame", l->dissector->name);
			return fault;
		}
		if ((bad = check_print(p, l)) != NULL)
			return bad;
	}
	if (p->flow.has & FLOW_TRANSPORT &&
	    (!inside(p->flow.payload, p->flow.payload_caplen, f->data,
	    f->caplen) || p->flow.payload_caplen > p->flow.payload_len))
		return "payload outside of the frame";
	return NULL;
}

/* Dissects the first n bytes of data; what is wrong with that, or NULL. */
static const char *
run(const struct testcase *t, const uint8_t *data, uint32_t n,
    struct packet *p, struct frame *f, uint8_t **copy)
{
	*copy = malloc(n > 0 ? n : 1);
	memcpy(*copy, data, n);
	*f = t->frame;
	f->data = *copy;
	f->caplen = n;
	dissect(registry, NULL, f, p);
	return invariants(p);
}

static void
test_facts(const struct testcase *t, const struct packet *p,
    const char *fault)
{
	char got[WORDS][TEXT_MAX];
	int good = fault == NULL;

	packet_text(p, got);
	for (int i = 0; i < WORDS; i++)
		if (t->wanted[i] && strcmp(got[i], t->want[i]) != 0)
			good = 0;
	if (ok(good, "%s", t->name))
		return;
	if (fault != NULL)
		printf("#   %s\n", fault);
	for (int i = 0; i < WORDS; i++)
		if (t->wanted[i] && strcmp(got[i], t->want[i]) != 0)
			printf("#   %s: got      %s\n#   %s: expected %s\n",
			    word[i], got[i], word[i], t->want[i]);
}

static void
test_cut(const struct testcase *t, const struct packet *whole)
{
	const char *fault = NULL;
	uint32_t n;

	for (n = 0; n < t->caplen && fault == NULL; n++) {
		struct packet p;
		struct frame f;
		uint8_t *copy;

		fault = run(t, t->data, n, &p, &f, &copy);
		if (fault == NULL && p.flags & PACKET_MALFORMED &&
		    !(whole->flags & PACKET_MALFORMED))
			fault = "malformed";
		if (fault == NULL && p.nlayers < whole->nlayers &&
		    !(p.flags & (PACKET_TRUNCATED | PACKET_QUOTE)))
			fault = "not truncated, and layers are missing";
		free(copy);
	}
	if (!ok(fault == NULL, "%s, cut short", t->name))
		printf("#   at %u bytes: %s\n", n - 1, fault);
}

static void
test_changed(const struct testcase *t)
{
	static const uint8_t value[] = { 0x00, 0x01, 0x7f, 0xff };
	const char *fault = NULL;
	uint8_t data[FRAME_MAX];
	uint32_t i;

	memcpy(data, t->data, t->caplen);
	for (i = 0; i < t->caplen && fault == NULL; i++) {
		for (size_t v = 0; v < sizeof(value) && fault == NULL; v++) {
			struct packet p;
			struct frame f;
			uint8_t *copy;

			data[i] = value[v];
			fault = run(t, data, t->caplen, &p, &f, &copy);
			free(copy);
		}
		data[i] = t->data[i];
	}
	if (!ok(fault == NULL, "%s, bytes changed", t->name))
		printf("#   byte %u: %s\n", i - 1, fault);
}

static void
test_case(struct testcase *t)
{
	struct packet p;
	struct frame f;
	uint8_t *copy;
	const char *fault;

	t->wanted[FLAGS] = 1;
	t->caplen = t->cut && t->caplen < t->hexlen ? t->caplen : t->hexlen;
	if (t->frame.len < t->hexlen)
		t->frame.len = t->hexlen;
	fault = run(t, t->data, t->caplen, &p, &f, &copy);
	test_facts(t, &p, fault);
	test_cut(t, &p);
	test_changed(t);
	free(copy);
}

/* --- reading the notation ------------------------------------------------ */

/* The rest of the line behind its first word, single spaces; the word alone
 * stays in line. */
static char *
split(char *line)
{
	char *rest = line + strcspn(line, " \t"), *in, *out;

	if (*rest != '\0')
		*rest++ = '\0';
	for (in = out = rest; *in != '\0'; in++) {
		if (isspace((unsigned char)*in))
			*in = ' ';
		if (*in != ' ' || (out > rest && out[-1] != ' '))
			*out++ = *in;
	}
	if (out > rest && out[-1] == ' ')
		out--;
	*out = '\0';
	return rest;
}

static int
read_hex(struct testcase *t, const char *s)
{
	for (; *s != '\0'; s += 2) {
		unsigned int byte;

		while (*s == ' ')
			s++;
		if (*s == '\0')
			break;
		if (!isxdigit((unsigned char)s[0]) ||
		    !isxdigit((unsigned char)s[1]) || t->hexlen == FRAME_MAX)
			return -1;
		sscanf(s, "%2x", &byte);
		t->data[t->hexlen++] = (uint8_t)byte;
	}
	return 0;
}

static int
read_line(struct testcase *t, char *line)
{
	char *rest = split(line);
	unsigned long n = strtoul(rest, NULL, 0);

	for (int i = 0; i < WORDS; i++)
		if (strcmp(line, word[i]) == 0) {
			say(t->want[i], "%s", rest);
			t->wanted[i] = 1;
			return 0;
		}
	if (strcmp(line, "case") == 0)
		say(t->name, "%s", rest);
	else if (strcmp(line, "hex") == 0)
		return read_hex(t, rest);
	else if (strcmp(line, "linktype") == 0)
		t->frame.linktype = (uint16_t)n;
	else if (strcmp(line, "len") == 0)
		t->frame.len = (uint32_t)n;
	else if (strcmp(line, "caplen") == 0) {
		t->caplen = (uint32_t)n;
		t->cut = 1;
	} else
		return -1;
	return 0;
}

static void
case_end(struct testcase *t, const char *path)
{
	if (t->line == 0)
		return;
	if (t->name[0] == '\0')
		ok(0, "%s:%d: a case without a name", path, t->line);
	else
		test_case(t);
	memset(t, 0, sizeof(*t));
}

static void
test_file(const char *path)
{
	FILE *in = fopen(path, "r");
	struct testcase *t;
	char *line = NULL;
	size_t size = 0;
	int number = 0;

	if (!ok(in != NULL, "%s", path))
		return;
	t = calloc(1, sizeof(*t));
	while (getline(&line, &size, in) != -1) {
		char *s = line + strspn(line, " \t");
		int comment = *s == '#';

		number++;
		s[strcspn(s, "#\n")] = '\0';
		if (*s == '\0') {
			if (!comment)
				case_end(t, path);
			continue;
		}
		if (t->line == 0) {
			t->line = number;
			t->frame.linktype = 1;
		}
		if (read_line(t, s) == -1)
			ok(0, "%s:%d: not understood: %s", path, number, s);
	}
	case_end(t, path);
	fclose(in);
	free(line);
	free(t);
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	struct registry *r;
	struct errbuf e;
	char pattern[4096];
	glob_t found;

	r = registry_new(&e);
	if (!ok(r != NULL, "built-in dissectors")) {
		printf("#   %s\n", e.text);
		return done();
	}
	registry = r;
	for (int i = 1; i < argc; i++)
		test_file(argv[i]);
	if (argc == 1) {
		snprintf(pattern, sizeof(pattern),
		    "%s/tests/unit/cases/*.case",
		    srcdir == NULL ? "." : srcdir);
		if (ok(glob(pattern, 0, NULL, &found) == 0, "%s", pattern))
			for (size_t i = 0; i < found.gl_pathc; i++)
				test_file(found.gl_pathv[i]);
		globfree(&found);
	}
	registry_free(r);
	return done();
}
