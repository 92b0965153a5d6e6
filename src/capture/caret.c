/*
 * caret.c: shows the place at which a filter expression is wrong.
 *
 * libpcap says what is wrong, not where.  When its message names a word of
 * the expression, that is the place.  Of a mere "syntax error" the place is
 * the first word up to which the expression cannot be completed any more:
 * longer and longer beginnings are compiled with a few endings each.
 */
#include <pcap/pcap.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "capture/caret.h"

enum {
	CARET_WORDS	= 64,		/* more are not looked at */
	CARET_LINE	= 110,		/* of the expression, shown */
	CARET_TEXT	= 1024,
};

struct word {
	const char *p;
	size_t n;
};

/* Words that need no look at the name service. */
static const char *const keywords[] = {
	"dst", "src", "link", "ether", "ppp", "slip", "fddi", "tr", "wlan",
	"arp", "rarp", "ip", "sctp", "tcp", "udp", "icmp", "igmp", "igrp",
	"pim", "vrrp", "carp", "radio", "ip6", "icmp6", "ah", "esp", "atalk",
	"aarp", "decnet", "lat", "sca", "moprc", "mopdl", "iso", "esis",
	"isis", "clnp", "stp", "ipx", "netbeui", "host", "net", "mask",
	"port", "portrange", "proto", "protochain", "gateway", "type",
	"subtype", "direction", "less", "greater", "byte", "broadcast",
	"multicast", "and", "or", "not", "len", "length", "inbound",
	"outbound", "ifindex", "vlan", "mpls", "pppoed", "pppoes", "geneve",
	"icmptype", "icmpcode", "icmp6type", "icmp6code", "tcpflags", "llc",
	"on", "ifname", "rset", "rulenum", "ruleset", "reason", "action",
};

static const char *const endings[] = {
	"", " 1", " 1.2.3.4", " tcp", " host 1.2.3.4", " net 1.2.3.0/24",
	" port 1", " 1:2:3:4:5:6", "=1", " 1=1", "1]=1", "]=1", ":1]=1",
	" 1)=1", ")=1", " data",
};

static int
word_char(char c)
{
	return c != '\0' && (isalnum((unsigned char)c) ||
	    strchr(".-_:/\\", c) != NULL);
}

/* The word at *p, which moves behind it; an operator is one of one letter. */
static int
word_next(const char **p, struct word *w)
{
	while (isspace((unsigned char)**p))
		(*p)++;
	if (**p == '\0')
		return 0;
	w->p = *p;
	/* strchr() finds the terminating NUL too: stop at it first. */
	while (**p != '\0' && word_char(**p))
		(*p)++;
	if (*p == w->p)
		(*p)++;
	w->n = (size_t)(*p - w->p);
	return 1;
}

static int
word_is_keyword(const struct word *w)
{
	size_t i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i]) == w->n &&
		    strncmp(keywords[i], w->p, w->n) == 0)
			return 1;
	/* tcp-syn, icmp-echo and their kind */
	return memchr(w->p, '-', w->n) != NULL && w->n > 4 &&
	    (strncmp(w->p, "tcp-", 4) == 0 || strncmp(w->p, "icmp", 4) == 0);
}

/* Whether libpcap's message speaks of this word, in quotes or a number. */
static int
word_in_message(const struct word *w, const char *message)
{
	const char *at;
	char quoted[128];

	snprintf(quoted, sizeof(quoted), "'%.*s'", (int)w->n, w->p);
	if (strstr(message, quoted) != NULL)
		return 1;
	if (!isdigit((unsigned char)w->p[0]))
		return 0;
	snprintf(quoted, sizeof(quoted), "%.*s", (int)w->n, w->p);
	at = strstr(message, quoted);
	return at != NULL && !word_char(at[w->n]) &&
	    (at == message || !word_char(at[-1]));
}

/* Whether some ending makes the text one that libpcap can parse. */
static int
can_go_on(pcap_t *p, const char *text, int open)
{
	struct bpf_program code;
	char all[CARET_TEXT + 128];
	size_t i, n = sizeof(endings) / sizeof(endings[0]);

	/* Of the parentheses, the ending may have closed one itself. */
	for (i = 0; i < n * 2; i++) {
		snprintf(all, sizeof(all), "%s%s%.*s", text, endings[i % n],
		    open > 0 ? open - (i >= n) : 0,
		    "))))))))))))))))))))))))))))))))");
		if (pcap_compile(p, &code, all, 0, 0) == 0) {
			pcap_freecode(&code);
			return 1;
		}
		/* Parsed, but for its meaning refused. */
		if (strstr(pcap_geterr(p), "syntax error") == NULL)
			return 1;
	}
	return 0;
}

/* Where the grammar stops; the end of the expression when it wants more. */
static const char *
syntax_error(const char *expression)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	const char *at = expression, *where = NULL;
	char text[CARET_TEXT] = "";
	struct word w, last = { "", 0 };
	size_t used = 0;
	int words, open = 0, is_name;

	for (words = 0; p != NULL && words < CARET_WORDS &&
	    word_next(&at, &w); words++) {
		open += *w.p == '(' ? 1 : *w.p == ')' ? -1 : 0;
		/* An address stands for every name, so that none is asked
		 * of the network. */
		is_name = isalpha((unsigned char)*w.p) &&
		    !word_is_keyword(&w) &&
		    (last.n < 4 || (strncmp(last.p, "port", 4) != 0 &&
		    strncmp(last.p, "prot", 4) != 0));
		if (used + w.n + 16 > sizeof(text))
			break;
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%.*s", last.n > 0 && last.p + last.n < w.p ? " " : "",
		    is_name ? 7 : (int)w.n, is_name ? "1.2.3.4" : w.p);
		last = w;
		if (can_go_on(p, text, open))
			continue;
		/* Half of an operator is no error. */
		if (strchr("&|=!<>", *w.p) != NULL && *w.p == w.p[1])
			continue;
		where = w.p;
		break;
	}
	if (p != NULL)
		pcap_close(p);
	return where == NULL && *at == '\0' ? at : where;
}

void
caret_hint(const char *expression, const char *message, struct errbuf *e)
{
	const char *at = expression, *where = NULL, *from = expression;
	struct word w;

	if (strstr(message, "syntax error") != NULL) {
		where = syntax_error(expression);
	} else {
		while (where == NULL && word_next(&at, &w))
			if (word_in_message(&w, message))
				where = w.p;
	}
	/* A caret fits only under a single line of text. */
	if (where == NULL || strpbrk(expression, "\n\t") != NULL)
		return;
	if (where - from > CARET_LINE / 2)
		from = where - CARET_LINE / 2;
	err_hint(e, "%.*s\n%*s^", CARET_LINE, from, (int)(where - from), "");
}
