/* desk.c: answers what is asked of sessions, from all that is known. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/now.h"
#include "process/desk.h"
#include "process/procfs.h"

/* Nanoseconds.  A question comes with the connection's first packet: within
 * milliseconds, or later when many come at once.  The same ports may soon be
 * another's. */
#define OPENED_LASTS	(5 * INT64_C(1000000000))
/* Who listened so lately, and is gone by now, may have been meant. */
#define GONE_LASTS	INT64_C(200000000)

enum { PROTO_TCP = 6, PROTO_UDP = 17, PROTO_UDPLITE = 136 };

/* What was found of one side. */
struct finding {
	uint8_t local, found;
	uint8_t place;		/* where it is local */
	uint8_t is_server;	/* its listener is known */
	struct diag_socket socket;
	struct owner owner;	/* of the socket */
	struct owner listener;	/* of the one that listens there */
	/* What the kernel told, if there is a pid: who opened it, and who began
	 * to listen there. */
	struct opened opened, began;
};

int
desk_init(struct desk *d, struct errbuf *e)
{
	char text[4096];
	ssize_t n;

	memset(d, 0, sizeof(*d));
	d->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->proc == -1)
		return err_set(e, "/proc: %s", strerror(errno));
	d->people.proc = d->proc;
	n = procfs_text(d->proc, "self/status", text, sizeof(text));
	d->sees_all = n > 0 && procfs_sees_all(text, (size_t)n);
	d->uid = geteuid();
	cgroup_ids_open(&d->people.cgroups);
	d->owners = owners_new(d->proc, e);
	if (d->owners != NULL)
		d->recent = recent_new(e);
	if (d->recent != NULL)
		return 0;
	desk_fini(d);
	return -1;
}

void
desk_fini(struct desk *d)
{
	for (unsigned int i = 0; i < d->nplaces; i++) {
		diag_close(d->place[i].diag);
		listeners_fini(&d->place[i].listeners);
		nettable_close(&d->place[i].tables);
	}
	follow_close(d->follow);
	recent_free(d->recent);
	owners_free(d->owners);
	cgroup_ids_close(&d->people.cgroups);
	close(d->proc);
}

int
desk_add_place(struct desk *d, struct errbuf *e)
{
	struct place *p = &d->place[d->nplaces];
	struct stat st;

	if (d->nplaces == PLACES)
		return err_set(e, "processes: more than %d network "
		    "namespaces", PLACES);
	p->diag = diag_open(e);
	if (p->diag == NULL)
		return -1;
	if (listeners_init(&p->listeners, e) == -1) {
		diag_close(p->diag);
		return -1;
	}
	nettable_open(&p->tables);
	if (stat("/proc/thread-self/ns/net", &st) == 0)
		p->inode = (uint32_t)st.st_ino;
	d->nplaces++;
	return 0;
}

/* A server that may not be there for long. */
static void
hear_listener(struct desk *d, const struct opened *o)
{
	for (unsigned int i = 0; i < d->nplaces; i++) {
		struct listeners *l = &d->place[i].listeners;
		const struct diag_socket *s;
		struct owner want = { 0 };

		if (d->place[i].inode != o->netns)
			continue;
		l->stale = 1;
		listeners_refresh(l, d->place[i].diag, now_monotonic());
		s = listeners_find(l, &o->local, o->ip_version, o->local_port);
		/* It is told of a moment before it listens. */
		l->stale = s == NULL;
		want.inode = s != NULL ? s->inode : 0;
		owners_expect(d->owners, o->by.pid);
		owners_find(d->owners, &want, 1, OWNERS_LIGHT);
	}
}

static void
on_opened(void *arg, const struct opened *o)
{
	struct desk *d = arg;

	if (o->listens)
		hear_listener(d, o);
	recent_put(d->recent, o, now_monotonic());
}

void
desk_follow(struct desk *d, struct errbuf *note)
{
	uint32_t netns[PLACES];
	struct errbuf why;

	for (unsigned int i = 0; i < d->nplaces; i++)
		netns[i] = d->place[i].inode;
	d->follow = follow_open(netns, d->nplaces, on_opened, d, &why);
	if (d->follow != NULL)
		err_set(note, "processes: connections are followed by BPF");
	else
		err_set(note, "processes: short connections are not followed: "
		    "%.*s", (int)sizeof(note->text) / 2, why.text);
}

void
desk_prepare(struct desk *d)
{
	struct owner all = { 0 };

	for (unsigned int i = 0; i < d->nplaces; i++) {
		struct listeners *l = &d->place[i].listeners;

		listeners_refresh(l, d->place[i].diag, now_monotonic());
		if (l->n > 0)
			all.inode = l->list[0].inode;
	}
	owners_find(d->owners, &all, 1, OWNERS_FULL);
}

/* Is it worth while to look for the process of the user's socket? */
static int
can_see(const struct desk *d, uint32_t uid)
{
	return d->sees_all || uid == d->uid;
}

int
desk_knows(uint8_t protocol)
{
	return protocol == PROTO_TCP || protocol == PROTO_UDP ||
	    protocol == PROTO_UDPLITE;
}

static int
is_of_a_link(const union addr *a, unsigned int ip_version)
{
	return ip_version == 6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

int
desk_query(struct desk *d, unsigned int place, const struct ask *a,
    unsigned int i, struct diag_query *q)
{
	struct diag *diag = d->place[place].diag;

	*q = (struct diag_query){
		.protocol = a->protocol, .ip_version = a->ip_version,
		.local = a->addr[i], .remote = a->addr[i ^ 1],
		.local_port = a->port[i], .remote_port = a->port[i ^ 1],
	};
	if (is_of_a_link(&a->addr[i], a->ip_version))
		q->ifindex = diag_ifindex(diag, a->interface);
	return diag_is_local(diag, &a->addr[i], a->ip_version, q->ifindex);
}

/* Who began to listen there: the process may be gone while the connections that
 * it took are told of. */
static int
look_up_began(const struct desk *d, const union addr *local,
    uint8_t ip_version, uint16_t port, int64_t lasts, struct finding *f)
{
	struct opened k = {
		.local = *local, .local_port = port, .ip_version = ip_version,
		.netns = d->place[f->place].inode,
	};
	const struct opened *o = recent_get(d->recent, &k, now_monotonic() -
	    lasts);

	if (o != NULL)
		f->began = *o;
	return o != NULL;
}

/* A server that was there for one connection, and not to be looked at. */
static int
look_up_gone(const struct desk *d, const struct ask *a, unsigned int i,
    struct finding *f)
{
	static const union addr any;

	return look_up_began(d, &a->addr[i], a->ip_version, a->port[i],
	    GONE_LASTS, f) ||
	    look_up_began(d, &any, a->ip_version, a->port[i], GONE_LASTS,
	    f) ||
	    look_up_began(d, &any, 6, a->port[i], GONE_LASTS, f);
}

static void
look_up(struct desk *d, const struct ask *a, unsigned int i,
    const struct diag_query *q, struct finding *f)
{
	struct place *p = &d->place[f->place];
	const struct diag_socket *listener = NULL;

	f->found = (uint8_t)diag_find(p->diag, q, &f->socket);
	if (a->protocol == PROTO_TCP)
		listener = f->found && f->socket.state == DIAG_LISTEN ?
		    &f->socket : listeners_find(&p->listeners, &a->addr[i],
		    a->ip_version, a->port[i]);
	if (listener != NULL) {
		f->is_server = 1;
		(void)look_up_began(d, &listener->local, listener->ip_version,
		    listener->local_port, OPENED_LASTS, f);
		if (can_see(d, listener->uid))
			f->listener.inode = listener->inode;
	} else if (a->protocol == PROTO_TCP) {
		f->is_server = (uint8_t)look_up_gone(d, a, i, f);
	}
	if (f->found && f->socket.state != DIAG_LISTEN &&
	    can_see(d, f->socket.uid))
		f->owner.inode = f->socket.inode;
}

/* ICMP, and whatever a raw socket sends: the kernel answers by itself, so only
 * who began is asked for. */
static void
look_up_raw(struct desk *d, const struct ask *a, unsigned int i,
    struct finding *f)
{
	struct nettable_row r;

	if (i != a->client) {
		f->local = 0;
		return;
	}
	f->found = (uint8_t)nettable_find(&d->place[f->place].tables,
	    a->protocol, a->ip_version, &a->addr[i], &r);
	if (f->found) {
		f->socket.uid = r.uid;
		f->owner.inode = can_see(d, r.uid) ? r.inode : 0;
	}
}

/* No socket is needed, nor a walk, where the kernel has told who it was. */
static int
look_up_opened(const struct desk *d, const struct ask *a, unsigned int i,
    struct finding *f)
{
	struct opened k = {
		.local = a->addr[i], .remote = a->addr[i ^ 1],
		.local_port = a->port[i], .remote_port = a->port[i ^ 1],
		.ip_version = a->ip_version,
	};
	const struct opened *o;

	for (unsigned int n = 0; n < d->nplaces; n++) {
		k.netns = d->place[n].inode;
		o = recent_get(d->recent, &k, now_monotonic() - OPENED_LASTS);
		if (o == NULL)
			continue;
		f->local = 1;
		f->place = (uint8_t)n;
		f->opened = *o;
		return 1;
	}
	return 0;
}

/* Loopback addresses are in every namespace: it is where the socket is. */
static void
look_up_side(struct desk *d, const struct ask *a, unsigned int i,
    struct finding *to)
{
	struct diag_query q;
	struct finding f;

	memset(to, 0, sizeof(*to));
	if (a->protocol == PROTO_TCP && look_up_opened(d, a, i, to))
		return;
	for (unsigned int n = 0; n < d->nplaces && !to->found; n++) {
		if (!desk_query(d, n, a, i, &q))
			continue;
		memset(&f, 0, sizeof(f));
		f.local = 1;
		f.place = (uint8_t)n;
		if (desk_knows(a->protocol))
			look_up(d, a, i, &q, &f);
		else
			look_up_raw(d, a, i, &f);
		if (!to->local || f.found || (f.is_server && !to->is_server))
			*to = f;
	}
}

/* Asks for those owners that are not known yet and that "pick" takes. */
static void
find_owners(struct desk *d, struct finding (*f)[2], unsigned int n,
    int (*pick)(const struct finding *), enum owners_effort effort)
{
	struct owner want[2 * WIRE_ASKS];

	for (unsigned int i = 0; i < 2 * n; i++) {
		const struct finding *x = &f[i / 2][i % 2];

		want[i] = x->owner;
		if (!pick(x))
			want[i].inode = 0;
	}
	owners_find(d->owners, want, 2 * n, effort);
	for (unsigned int i = 0; i < 2 * n; i++)
		if (want[i].inode != 0)
			f[i / 2][i % 2].owner = want[i];
}

static void
find_listeners(struct desk *d, struct finding (*f)[2], unsigned int n)
{
	struct owner want[2 * WIRE_ASKS];

	for (unsigned int i = 0; i < 2 * n; i++)
		want[i] = f[i / 2][i % 2].listener;
	owners_find(d->owners, want, 2 * n, OWNERS_FULL);
	for (unsigned int i = 0; i < 2 * n; i++)
		f[i / 2][i % 2].listener = want[i];
}

static int
pick_all(const struct finding *f)
{
	(void)f;
	return 1;
}

/* A server's socket nearly always belongs to who listens: no search is worth
 * it, but among processes that share the listening one. */
static int
pick_client(const struct finding *f)
{
	return f->listener.pid == 0 || f->listener.shared;
}

static int
tell_pid(struct desk *d, uint32_t pid, int64_t now, struct process *to)
{
	const struct process *p = pid != 0 ? people_process(&d->people, pid,
	    now) : NULL;

	if (p == NULL)
		return 0;
	*to = *p;
	return 1;
}

/* The best that can be told of a side; 1 when nothing better may come. */
static int
tell_side(struct desk *d, unsigned int i, const struct finding *f,
    struct tell *t)
{
	int64_t now = now_monotonic();
	struct process *to = &t->process[i];

	if (!f->local) {
		t->status[i] = PROCESS_NONE;
		return 1;
	}
	if (f->is_server)
		t->listens |= (uint8_t)(1U << i);
	t->status[i] = PROCESS_KNOWN;
	if (f->opened.by.pid != 0) {
		people_opener(&d->people, &f->opened, now, to);
		return 1;
	}
	if (tell_pid(d, f->owner.pid, now, to))
		return 1;
	if (tell_pid(d, f->listener.pid, now, to))
		return 0;
	if (f->began.by.pid != 0) {
		people_opener(&d->people, &f->began, now, to);
		return 0;
	}
	t->status[i] = PROCESS_GONE;
	/* In TIME-WAIT it is nobody's. */
	if (f->found && f->socket.state != DIAG_TIME_WAIT &&
	    f->socket.state != DIAG_NEW_SYN_RECEIVED) {
		t->status[i] = PROCESS_OWNER;
		people_user(&d->people, f->socket.uid, now, to);
	}
	/* What the kernel tells comes when the connection stands. */
	return !f->found && d->follow == NULL;
}

void
desk_answer(struct desk *d, const struct ask *a, unsigned int n, int again,
    struct tell *t)
{
	struct finding f[WIRE_ASKS][2];

	follow_read(d->follow);
	for (unsigned int i = 0; i < d->nplaces; i++)
		listeners_refresh(&d->place[i].listeners, d->place[i].diag,
		    now_monotonic());
	for (unsigned int i = 0; i < 2 * n; i++)
		look_up_side(d, &a[i / 2], i % 2, &f[i / 2][i % 2]);
	find_listeners(d, f, n);
	find_owners(d, f, n, pick_all, again ? OWNERS_LIGHT : OWNERS_KNOWN);
	find_owners(d, f, n, pick_client, OWNERS_FULL);
	for (unsigned int i = 0; i < n; i++) {
		int settled;

		memset(&t[i], 0, sizeof(t[i]));
		t[i].id = a[i].id;
		t[i].number = a[i].number;
		settled = tell_side(d, 0, &f[i][0], &t[i]);
		settled &= tell_side(d, 1, &f[i][1], &t[i]);
		t[i].last = (uint8_t)(settled || again);
	}
}
