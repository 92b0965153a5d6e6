/*
 * text.h: pieces that the text views share.
 */
#ifndef SRC_OUTPUT_TEXT_H
#define SRC_OUTPUT_TEXT_H

#include "output/sink.h"

/*
 * A terminal may have no room for whole lines: then some columns are left out,
 * and on a narrow one nothing is padded.
 */
enum text_line { TEXT_PACKET, TEXT_EVENT, TEXT_SESSION, TEXT_LINES };
enum text_fit {
	FIT_ALL,
	FIT_MOST,		/* packets: no window; sessions: no bytes */
	FIT_LITTLE,		/* no sequence numbers; no packets */
	FIT_BARE,
};

void text_fit_terminal(struct sink *, enum text_line);

/* Sets k->fit; before all else on a line. */
static inline void
text_fit(struct sink *k, enum text_line line)
{
	if (k->options->columns != NULL)
		text_fit_terminal(k, line);
}

/* What a column is padded to. */
static inline size_t
text_column(const struct sink *k, size_t width)
{
	return k->fit == FIT_BARE ? 0 : width;
}

/* Of a second. */
static inline unsigned int
text_digits(const struct sink *k)
{
	return k->options->nano ? 9 : k->fit == FIT_BARE ? 3 : 6;
}

/* The time column's width, with a space behind. */
size_t text_time_width(const struct sink *);

/*
 * What begins a line.  Those called ..._at() write at p and answer the place
 * behind; the others write to the sink's buffer.
 *
 * The time column, with a space behind; nothing with -t.
 */
void text_time(struct sink *, int64_t ts);

/* "a:p > b:q", padded so that what follows lines up with the lines before. */
void text_addrs(struct sink *, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports);
char *text_addrs_at(char *p, struct sink *, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports);

/* The same without padding. */
void text_pair(struct sink *, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports);

/* "TCP    ": the column of protocols; without pad one space follows. */
void text_protocol(struct sink *, uint8_t protocol, int pad);
char *text_protocol_at(char *p, struct sink *, uint8_t protocol);
/* Another word in that column. */
void text_upper(struct sink *, const char *name);

/* A newline in place of spaces that stand at the end. */
void text_end_line(struct sink *);

/* Both states, client's first. */
void text_states(struct sink *, const struct session *);

/* Both states, and whose the two ends are, in a column behind them: "curl[7] >
 * nginx[812]", '-' for an end of which nothing is known. */
void text_ends(struct sink *, const struct session *);

/* Text that a colour surrounds where colours are on; width is kept. */
enum text_color { COLOR_NONE, COLOR_GREEN, COLOR_YELLOW, COLOR_CYAN,
    COLOR_RED, COLOR_DIM, COLOR_BOLD };
void text_colored(struct sink *, enum text_color, const char *, size_t pad);

/* The bytes of the frame, for -x, -X and -A. */
void text_dump(struct sink *, const struct packet *);

void text_packet(struct sink *, const struct packet *, const struct session *);
void text_event(struct sink *, const struct session_event *);
/* Lines below a session's, with --sockets: what the kernel says of it. */
void text_sockets(struct sink *, const struct session *);
void text_header(struct sink *);
void text_stats(struct sink *, const struct stats *);
void text_session(struct sink *, const struct session *,
    const struct trouble *, int open);

#endif
