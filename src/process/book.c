/* book.c: what is known of the endpoints' processes, session by session. */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/mix.h"
#include "core/now.h"
#include "core/region.h"
#include "process/asker.h"
#include "process/book.h"

#define FINISH	INT64_C(300000000)	/* ns; waited for, at the end */

enum {
	BUCKETS		= 1024,
	SKIP		= 4,		/* busy batches between two looks */
};

/* A process that sessions have in common. */
struct known {
	struct known *next;
	uint32_t hash, uses;
	struct process process;
};

struct entry {
	uint64_t id;		/* of the session */
	struct known *known[2];
	uint8_t status[2];
};

struct book {
	struct asker asker;
	uint32_t max;
	struct entry *entry;	/* by the session's number */
	struct known *bucket[BUCKETS];
	unsigned int waiting;	/* answers that are still to come */
	unsigned int skipped;
	struct book_stats stats;
};

static size_t
entries_bytes(uint32_t max)
{
	return ((size_t)max + 1) * sizeof(struct entry);
}

struct book *
book_new(int fd, uint32_t max, struct errbuf *e)
{
	struct book *b = calloc(1, sizeof(*b));

	if (b != NULL)
		b->entry = region_new(entries_bytes(max));
	if (b == NULL || b->entry == NULL) {
		err_set(e, "processes: %s", strerror(errno));
		free(b);
		return NULL;
	}
	asker_init(&b->asker, fd);
	b->max = max;
	return b;
}

void
book_free(struct book *b)
{
	if (b == NULL)
		return;
	for (unsigned int i = 0; i < BUCKETS; i++)
		for (struct known *k = b->bucket[i], *next; k != NULL;
		    k = next) {
			next = k->next;
			free(k);
		}
	region_free(b->entry, entries_bytes(b->max));
	free(b);
}

void
book_bind(struct book *b, struct session_table *t,
    const char *(*interface)(void *, uint32_t ifindex), void *arg)
{
	b->asker.table = t;
	b->asker.interface = interface;
	b->asker.arg = arg;
}

const struct book_stats *
book_stats(const struct book *b)
{
	return &b->stats;
}

void
book_stats_add(struct book_stats *sum, const struct book_stats *s)
{
	sum->asked += s->asked;
	sum->refused += s->refused;
	sum->named += s->named;
	sum->owners += s->owners;
	sum->unknown += s->unknown;
	/* One helper's, as each heard of it last. */
	if (s->spent_us > sum->spent_us)
		sum->spent_us = s->spent_us;
	if (s->walks > sum->walks)
		sum->walks = s->walks;
	if (s->lost > sum->lost)
		sum->lost = s->lost;
}

static uint32_t
hash_of(const struct process *p)
{
	uint64_t h = mix(p->pid ^ (uint64_t)p->uid << 32 ^
	    UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db)), w;

	for (size_t i = 0; i + sizeof(w) <= sizeof(p->name); i += sizeof(w)) {
		memcpy(&w, p->name + i, sizeof(w));
		h = mix(h ^ w, UINT64_C(0x8ebc6af09c88c6e3));
	}
	return (uint32_t)h;
}

static void
release(struct book *b, struct known *k)
{
	struct known **at;

	if (k == NULL || --k->uses > 0)
		return;
	at = &b->bucket[k->hash % BUCKETS];
	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	free(k);
}

/* One for all that are the same; NULL when memory is short. */
static struct known *
share(struct book *b, const struct process *p)
{
	uint32_t hash = hash_of(p);
	struct known *k = b->bucket[hash % BUCKETS];

	while (k != NULL && (k->hash != hash ||
	    memcmp(&k->process, p, sizeof(*p)) != 0))
		k = k->next;
	if (k == NULL) {
		k = calloc(1, sizeof(*k));
		if (k == NULL)
			return NULL;
		k->hash = hash;
		k->process = *p;
		k->next = b->bucket[hash % BUCKETS];
		b->bucket[hash % BUCKETS] = k;
	}
	k->uses++;
	return k;
}

void
book_send(struct book *b)
{
	struct asker *k = &b->asker;

	if (k->n == 0)
		return;
	if (asker_send(k) == -1) {
		for (unsigned int i = 0; i < k->n; i++) {
			struct entry *t = &b->entry[k->ask[i].number];

			if (t->id == k->ask[i].id)
				t->status[0] = t->status[1] =
				    PROCESS_UNASKED;
		}
		b->stats.refused += k->n;
	} else {
		b->stats.asked += k->n;
		b->waiting += k->n;
	}
	k->n = 0;
}

void
book_ask(struct book *b, const struct session *s, const struct packet *p)
{
	struct entry *t;

	if (!asker_admit(&b->asker, p->frame->ts)) {
		b->stats.refused++;
		return;
	}
	t = &b->entry[asker_add(&b->asker, s, p->frame->ifindex)->number];
	for (unsigned int i = 0; i < 2; i++) {
		release(b, t->known[i]);
		t->known[i] = NULL;
		t->status[i] = PROCESS_PENDING;
	}
	t->id = s->id;
	if (b->asker.n == WIRE_ASKS)
		book_send(b);
}

static void
count(struct book *b, uint8_t status)
{
	if (status == PROCESS_KNOWN)
		b->stats.named++;
	else if (status == PROCESS_OWNER)
		b->stats.owners++;
	else if (status == PROCESS_GONE)
		b->stats.unknown++;
}

/* Who listens is the server; where both ends do, that tells nothing. */
static void
take_role(struct book *b, struct session *s, uint8_t listens)
{
	if (listens == 1 || listens == 2)
		session_listens(b->asker.table, s, listens == 2, s->last);
}

static void
improve(struct book *b, struct entry *n, unsigned int i, const struct tell *t)
{
	struct known *before = n->known[i];

	/* A socket that is gone by now was somebody's before. */
	if (t->status[i] < n->status[i] || t->status[i] >= PROCESS_STATUSES)
		return;
	n->known[i] = t->status[i] >= PROCESS_OWNER ?
	    share(b, &t->process[i]) : NULL;
	n->status[i] = n->known[i] == NULL && t->status[i] >= PROCESS_OWNER ?
	    PROCESS_GONE : t->status[i];
	release(b, before);
}

static void
take(struct book *b, const struct tell *t)
{
	struct entry *n = &b->entry[t->number <= b->max ? t->number : 0];
	struct session *s = session_at(b->asker.table, t->number <= b->max ?
	    t->number : 0);
	int stands = n->id == t->id && s->id == t->id;

	b->stats.spent_us = t->spent_us;
	b->stats.walks = t->walks;
	b->stats.lost = t->lost;
	for (unsigned int i = 0; i < 2; i++) {
		if (stands)
			improve(b, n, i, t);
		if (t->last)
			count(b, stands ? n->status[i] : t->status[i]);
	}
	if (t->last && b->waiting > 0)
		b->waiting--;
	if (!stands)
		return;
	s->changed = 1;
	take_role(b, s, t->listens);
}

static int
receive(struct book *b)
{
	struct tell t;
	ssize_t n;
	int any = 0;

	while (b->waiting > 0 && (n = recv(b->asker.fd, &t, sizeof(t),
	    MSG_DONTWAIT)) != -1) {
		if (n == 0)
			b->waiting = 0;		/* it is gone */
		if (n == sizeof(t))
			take(b, &t);
		any = 1;
	}
	return any;
}

void
book_receive(struct book *b, int soon)
{
	if (b->waiting == 0 || (!soon && ++b->skipped < SKIP))
		return;
	b->skipped = 0;
	(void)receive(b);
}

void
book_finish(struct book *b)
{
	struct pollfd p = { b->asker.fd, POLLIN, 0 };

	book_send(b);
	(void)receive(b);
	for (int64_t end = now_monotonic() + FINISH; b->waiting > 0 &&
	    now_monotonic() < end;)
		if (poll(&p, 1, 10) > 0 && !receive(b))
			break;
}

const struct process *
book_get(const struct book *b, const struct session *s, unsigned int dir,
    enum process_status *status)
{
	const struct entry *t = &b->entry[session_number(b->asker.table, s)];
	int mine = t->id == s->id;

	if (status != NULL)
		*status = mine ? (enum process_status)t->status[dir] :
		    PROCESS_UNASKED;
	return mine && t->known[dir] != NULL ? &t->known[dir]->process : NULL;
}

/* Of what is printed, nothing may move a cursor. */
static char *
put_name(char *p, const char *name)
{
	for (; *name != '\0'; name++)
		*p++ = (unsigned char)*name < ' ' || *name == 0x7f ||
		    (unsigned char)*name >= 0x80 ? '?' : *name;
	return p;
}

size_t
book_words(const struct book *b, const struct session *s, unsigned int dir,
    char words[BOOK_WORDS])
{
	const struct process *p = book_get(b, s, dir, NULL);
	char number[16], *to = words;

	if (p != NULL && p->pid != 0) {
		to = put_name(to, p->name);
		*to++ = '[';
	} else if (p != NULL) {
		memcpy(to, "uid ", 4);
		to += 4;
	}
	if (p != NULL) {
		uint32_t v = p->pid != 0 ? p->pid : p->uid;
		unsigned int n = 0;

		do {
			number[n++] = (char)('0' + v % 10);
			v /= 10;
		} while (v != 0);
		while (n > 0)
			*to++ = number[--n];
	}
	if (p != NULL && p->pid != 0)
		*to++ = ']';
	*to = '\0';
	return (size_t)(to - words);
}
