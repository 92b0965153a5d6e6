/* sides.c: which frames the clients sent, and which the servers. */
#include <stdlib.h>
#include <string.h>

#include "core/mix.h"
#include "replay/linktype.h"
#include "replay/sides.h"

enum { MAC = 6, FIRST = 1024, SLOTS = SIDES_MACS };

/* -1 when memory is short; p and room are as they were, then. */
static int
grow(void *p, uint64_t *room, uint64_t needed, size_t size)
{
	uint64_t n = *room > 0 ? *room : FIRST;
	void *old, *bigger;

	if (needed <= *room)
		return 0;
	while (n < needed)
		n *= 2;
	memcpy(&old, p, sizeof(old));
	bigger = realloc(old, n * size);
	if (bigger == NULL)
		return -1;
	memset((uint8_t *)bigger + *room * size, 0, (n - *room) * size);
	memcpy(p, &bigger, sizeof(bigger));
	*room = n;
	return 0;
}

/* The place of the sender's address; SIDES_MACS where there is none, or no
 * room for one more. */
static uint16_t
find_mac(struct sides *s, const struct frame *f)
{
	uint64_t a = 0;
	struct side_mac *m;

	if (f->linktype != LINKTYPE_ETHERNET || f->caplen < 2 * MAC)
		return SIDES_MACS;
	memcpy(&a, f->data + MAC, MAC);
	/* Never 0, which is a free place. */
	a = a << 1 | 1;
	for (uint64_t i = mix(a, UINT64_C(0x9e3779b97f4a7c15)), tries = 0;
	    tries < SLOTS; i++, tries++) {
		m = &s->macs[i % SLOTS];
		if (m->address == a)
			return (uint16_t)(i % SLOTS);
		if (m->address == 0 && s->nmacs < SLOTS / 2) {
			m->address = a;
			s->nmacs++;
			return (uint16_t)(i % SLOTS);
		}
		if (m->address == 0)
			break;
	}
	return SIDES_MACS;
}

/* Is it the session of the datagram that the packet, an ICMP error, quotes? */
static int
is_quoted(const struct session *s, const struct packet *p)
{
	const struct flow *q = &p->quoted;

	return (p->flags & PACKET_QUOTE) != 0 &&
	    s->key.protocol == q->protocol &&
	    (s->key.protocol != p->flow.protocol ||
	    (s->key.port[0] == q->sport && s->key.port[1] == q->dport) ||
	    (s->key.port[1] == q->sport && s->key.port[0] == q->dport));
}

/* An error goes to whoever sent what it quotes. */
static unsigned int
sender(const struct session *s, const struct packet *p)
{
	return is_quoted(s, p) ? !session_sender(s, &p->quoted) :
	    session_sender(s, &p->flow);
}

int
sides_note(struct sides *s, const struct packet *p, const struct session *t)
{
	struct side_note *note;

	if (s->macs == NULL)
		s->macs = calloc(SLOTS, sizeof(*s->macs));
	if (s->macs == NULL ||
	    grow(&s->note, &s->room, s->n + 1, sizeof(*s->note)) == -1)
		return -1;
	note = &s->note[s->n++];
	note->mac = find_mac(s, p->frame);
	if (t == NULL) {
		s->alone++;
		return 0;
	}
	note->session = t->id;
	note->sender = (uint8_t)sender(t, p);
	return 0;
}

void
sides_ended(struct sides *s, const struct session *t)
{
	if (grow(&s->client, &s->clients, t->id + 1, 1) == -1)
		s->failed = 1;
	else
		s->client[t->id] = t->client;
}

int
sides_settle(struct sides *s)
{
	if (s->failed)
		return -1;
	for (uint64_t i = 0; i < s->n; i++) {
		struct side_note *note = &s->note[i];

		if (note->session == 0)
			continue;
		note->side = note->session < s->clients &&
		    s->client[note->session] != note->sender;
		if (note->mac != SIDES_MACS)
			s->macs[note->mac].balance += note->side ? 1 : -1;
	}
	for (uint64_t i = 0; i < s->n; i++) {
		struct side_note *note = &s->note[i];

		if (note->session == 0 && note->mac != SIDES_MACS)
			note->side = s->macs[note->mac].balance > 0;
	}
	return 0;
}

void
sides_fini(struct sides *s)
{
	free(s->note);
	free(s->client);
	free(s->macs);
}
