/* follow.c: who opens connections, told by the kernel when it happens. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/follow.h"

#ifdef HAVE_LIBBPF
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "process/mapped.h"
#include "process/programs.h"

const char follow_built[] = "libbpf";

enum {
	OPENERS		= 1 << 14,	/* that wait for an answer; then the
					 * oldest goes */
	FIRST_PIDS	= 0xeffffffc,	/* inode of the first PID namespace */
	FDS		= 10,
};

struct follow {
	void (*opened)(void *, const struct opened *);
	void *arg;
	struct programs_maps maps;
	struct ring_buffer *ring;
	uint64_t *lost;			/* a page of the kernel's */
	int fd[FDS];			/* all that is to be closed */
	unsigned int nfds;
};

static int
keep(struct follow *f, int fd, const char *what, struct errbuf *e)
{
	if (fd < 0)
		return err_set(e, "%s: %s", what, strerror(errno));
	f->fd[f->nfds++] = fd;
	return fd;
}

static int
make_map(struct follow *f, enum bpf_map_type type, uint32_t key,
    uint32_t value, uint32_t entries, uint32_t flags, struct errbuf *e)
{
	LIBBPF_OPTS(bpf_map_create_opts, o, .map_flags = flags);

	return keep(f, bpf_map_create(type, "sessdump", key, value, entries,
	    &o), "BPF map", e);
}

static int
make_maps(struct follow *f, const uint32_t *netns, unsigned int n,
    struct errbuf *e)
{
	struct programs_maps *m = &f->maps;
	uint8_t one = 1;

	m->openers = make_map(f, BPF_MAP_TYPE_LRU_HASH, sizeof(uint64_t),
	    sizeof(struct opener), OPENERS, 0, e);
	if (m->openers == -1)
		return -1;
	m->netns = make_map(f, BPF_MAP_TYPE_HASH, sizeof(*netns), sizeof(one),
	    FOLLOW_NETNS, 0, e);
	if (m->netns == -1)
		return -1;
	m->ring = make_map(f, BPF_MAP_TYPE_RINGBUF, 0, 0, PROGRAMS_RING, 0, e);
	if (m->ring == -1)
		return -1;
	m->lost = make_map(f, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
	    sizeof(*f->lost), 1, BPF_F_MMAPABLE, e);
	if (m->lost == -1)
		return -1;
	for (unsigned int i = 0; i < n && i < FOLLOW_NETNS; i++)
		if (bpf_map_update_elem(m->netns, &netns[i], &one,
		    BPF_ANY) != 0)
			return err_set(e, "BPF map: %s", strerror(errno));
	return 0;
}

/* It may be any bytes but the kernel's: what has another form is not of this
 * program. */
static int
take(void *arg, void *data, size_t n)
{
	const struct follow *f = arg;
	struct opened o = { 0 };
	struct told t;

	if (n < sizeof(t))
		return 0;
	memcpy(&t, data, sizeof(t));
	if (t.protocol != IPPROTO_TCP || t.local_port == 0)
		return 0;
	o.by = t.by;
	o.by.name[PROCESS_NAME - 1] = '\0';
	o.uid = t.uid;
	o.netns = t.netns;
	o.listens = t.listens != 0;
	o.local_port = ntohs(t.local_port);
	o.remote_port = ntohs(t.remote_port);
	if (t.family == AF_INET6) {
		mapped_take(&o.local, t.local6, 6);
		o.ip_version = mapped_take(&o.remote, t.remote6, 6);
	} else {
		mapped_take(&o.local, t.local4, 4);
		o.ip_version = mapped_take(&o.remote, t.remote4, 4);
	}
	f->opened(f->arg, &o);
	return 0;
}

/* Read through memory, for which no privilege is needed later. */
static int
open_ring(struct follow *f, struct errbuf *e)
{
	void *page = mmap(NULL, sizeof(*f->lost), PROT_READ, MAP_SHARED,
	    f->maps.lost, 0);

	if (page == MAP_FAILED)
		return err_set(e, "BPF map: %s", strerror(errno));
	f->lost = page;
	f->ring = ring_buffer__new(f->maps.ring, take, f, NULL);
	return f->ring != NULL ? 0 : err_set(e, "BPF ring: %s",
	    strerror(errno));
}

static int
attach(struct follow *f, const struct layout *l, unsigned int (*make)(
    struct bpf_insn *, const struct layout *, const struct programs_maps *),
    struct errbuf *e)
{
	struct bpf_insn insn[PROGRAMS_MOST];
	unsigned int n = make(insn, l, &f->maps);
	int program = keep(f, bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT,
	    "sessdump", "Dual BSD/GPL", insn, n, NULL), "BPF program", e);

	if (program == -1)
		return -1;
	return keep(f, bpf_raw_tracepoint_open("inet_sock_set_state",
	    program), "tracepoint inet_sock_set_state", e);
}

/* In a PID namespace of its own it would call processes by numbers that nobody
 * there knows. */
static int
check_place(struct errbuf *e)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) == 0 &&
	    (uint32_t)st.st_ino == (uint32_t)FIRST_PIDS)
		return 0;
	return err_set(e, "not in the first PID namespace");
}

struct follow *
follow_open(const uint32_t *netns, unsigned int n,
    void (*opened)(void *, const struct opened *), void *arg,
    struct errbuf *e)
{
	struct follow *f = calloc(1, sizeof(*f));
	struct layout l;

	if (f == NULL) {
		err_set(e, "BPF: %s", strerror(errno));
		return NULL;
	}
	f->opened = opened;
	f->arg = arg;
	libbpf_set_print(NULL);
	/* The maps first: who has no privilege needs no layout. */
	if (check_place(e) == 0 && make_maps(f, netns, n, e) == 0 &&
	    layout_read(&l, e) == 0 && open_ring(f, e) == 0 &&
	    attach(f, &l, programs_end, e) != -1 &&
	    attach(f, &l, programs_begin, e) != -1 &&
	    attach(f, &l, programs_listen, e) != -1)
		return f;
	follow_close(f);
	return NULL;
}

void
follow_close(struct follow *f)
{
	if (f == NULL)
		return;
	ring_buffer__free(f->ring);
	if (f->lost != NULL)
		munmap(f->lost, sizeof(*f->lost));
	for (unsigned int i = 0; i < f->nfds; i++)
		close(f->fd[i]);
	free(f);
}

int
follow_fd(const struct follow *f)
{
	return f != NULL ? ring_buffer__epoll_fd(f->ring) : -1;
}

void
follow_read(struct follow *f)
{
	if (f != NULL)
		(void)ring_buffer__consume(f->ring);
}

uint64_t
follow_lost(const struct follow *f)
{
	return f != NULL ? __atomic_load_n(f->lost, __ATOMIC_RELAXED) : 0;
}
#else
const char follow_built[] = "";

struct follow *
follow_open(const uint32_t *netns, unsigned int n,
    void (*opened)(void *, const struct opened *), void *arg,
    struct errbuf *e)
{
	(void)netns, (void)n, (void)opened, (void)arg;
	err_set(e, "libbpf is not in this build");
	return NULL;
}

void
follow_close(struct follow *f)
{
	(void)f;
}

int
follow_fd(const struct follow *f)
{
	(void)f;
	return -1;
}

void
follow_read(struct follow *f)
{
	(void)f;
}

uint64_t
follow_lost(const struct follow *f)
{
	(void)f;
	return 0;
}
#endif
