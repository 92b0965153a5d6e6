/* pcapwriter.c: writes a classic capture file, draft-ietf-opsawg-pcap. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/pcapwriter.h"

enum {
	PCAP_MAGIC_NS		= 0xa1b23c4du,
	PCAP_MAJOR		= 2,
	PCAP_MINOR		= 4,
	PCAP_HEADER		= 24,
	PCAP_RECORD		= 16,

	WRITER_BUFFER		= 256 * 1024,
	WRITER_SNAPLEN		= 262144,	/* told when there is none */
	WRITER_WHOLE		= 0x7fffffff,
	NANOSECONDS		= 1000000000,

	LINKTYPE_ETHERNET	= 1,
	LINKTYPE_SLL2		= 276,
	SLL2_HEADER		= 20,	/* begins with the protocol */
	ETHERNET_ADDRESSES	= 12,
	VLAN_TAG		= 4,
};

struct pcapwriter {
	const char *path;
	uint8_t *buf;
	size_t used;
	uint32_t linktype;
	uint32_t snaplen;
	int fd;
	int error;		/* errno of the write that failed */
	uint8_t started;	/* the file header is in the buffer */
};

/* The descriptor, or -1. */
static int
writer_create(const char *path, struct errbuf *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd == -1)
		err_set(e, "%s: %s", path, strerror(errno));
	return fd;
}

struct pcapwriter *
pcapwriter_open(const char *path, uint32_t linktype, uint32_t snaplen,
    struct errbuf *e)
{
	struct pcapwriter *w = calloc(1, sizeof(*w));

	if (w == NULL || (w->buf = malloc(WRITER_BUFFER)) == NULL) {
		free(w);
		err_set(e, "%s: no memory", path);
		return NULL;
	}
	w->path = path;
	w->linktype = linktype;
	w->snaplen = snaplen ? snaplen : WRITER_WHOLE;
	w->fd = STDOUT_FILENO;
	if (strcmp(path, "-") != 0)
		w->fd = writer_create(path, e);
	if (w->fd == -1) {
		free(w->buf);
		free(w);
		return NULL;
	}
	return w;
}

static int
writer_failed(const struct pcapwriter *w, struct errbuf *e)
{
	return err_set(e, "%s: write: %s", w->path, strerror(w->error));
}

/* All of it, however little the system takes at a time. */
static int
writer_out(struct pcapwriter *w, const uint8_t *p, size_t n, struct errbuf *e)
{
	struct pollfd ready = { .fd = w->fd, .events = POLLOUT };
	ssize_t r;

	if (w->error != 0)
		return writer_failed(w, e);
	while (n > 0) {
		r = write(w->fd, p, n);
		if (r >= 0) {
			p += r;
			n -= (size_t)r;
		} else if (errno == EAGAIN) {
			(void)poll(&ready, 1, -1);
		} else if (errno != EINTR) {
			w->error = errno;
			return writer_failed(w, e);
		}
	}
	return 0;
}

static int
writer_drain(struct pcapwriter *w, struct errbuf *e)
{
	size_t n = w->used;

	w->used = 0;
	return writer_out(w, w->buf, n, e);
}

static int
writer_put(struct pcapwriter *w, const void *p, size_t n, struct errbuf *e)
{
	if (w->error != 0)
		return writer_failed(w, e);
	if (n > WRITER_BUFFER - w->used && writer_drain(w, e) == -1)
		return -1;
	if (n > WRITER_BUFFER)
		return writer_out(w, p, n, e);
	memcpy(w->buf + w->used, p, n);
	w->used += n;
	return 0;
}

static int
writer_start(struct pcapwriter *w, struct errbuf *e)
{
	uint32_t h[PCAP_HEADER / 4] = { PCAP_MAGIC_NS };
	uint16_t version[2] = { PCAP_MAJOR, PCAP_MINOR };

	memcpy(&h[1], version, sizeof(version));
	h[4] = w->snaplen < WRITER_SNAPLEN ? w->snaplen : WRITER_SNAPLEN;
	h[5] = w->linktype;
	w->started = 1;
	return writer_put(w, h, sizeof(h), e);
}

/* Splits a time into what 32 unsigned bits of seconds can hold. */
static void
writer_time(int64_t ts, uint32_t *seconds, uint32_t *fraction)
{
	*seconds = 0;
	*fraction = 0;
	if (ts < 0)
		return;
	*seconds = UINT32_MAX;
	*fraction = NANOSECONDS - 1;
	if (ts / NANOSECONDS > UINT32_MAX)
		return;
	*seconds = (uint32_t)(ts / NANOSECONDS);
	*fraction = (uint32_t)(ts % NANOSECONDS);
}

/*
 * Where a tag that the kernel had stripped goes back to: "at" bytes from the
 * beginning, "tag" bytes of it.  In a cooked frame the tag's type takes the
 * place of the protocol, and that goes behind the tag.
 */
static uint32_t
writer_tag(const struct pcapwriter *w, const struct frame *f, uint8_t *head,
    uint8_t *tag)
{
	uint8_t tpid[2] = { f->vlan_tpid >> 8, f->vlan_tpid & 0xff };
	uint8_t tci[2] = { f->vlan_tci >> 8, f->vlan_tci & 0xff };
	uint32_t at = f->linktype == LINKTYPE_ETHERNET ? ETHERNET_ADDRESSES :
	    f->linktype == LINKTYPE_SLL2 ? SLL2_HEADER : 0;

	if (!(f->flags & FRAME_VLAN) || at == 0 || f->caplen < at ||
	    w->snaplen < at + VLAN_TAG)
		return 0;
	memcpy(head, f->data, at);
	if (f->linktype == LINKTYPE_ETHERNET) {
		memcpy(tag, tpid, 2);
		memcpy(tag + 2, tci, 2);
	} else {
		memcpy(tag, tci, 2);
		memcpy(tag + 2, head, 2);
		memcpy(head, tpid, 2);
	}
	return at;
}

int
pcapwriter_write(struct pcapwriter *w, const struct frame *f,
    struct errbuf *e)
{
	uint8_t head[SLL2_HEADER], tag[VLAN_TAG];
	uint32_t r[PCAP_RECORD / 4], at, body, inserted;

	if (!w->started)
		w->linktype = f->linktype;
	else if (f->linktype != w->linktype)
		return err_set(e, "%s: a frame of link type %u in a file of "
		    "link type %u: pcap holds only one", w->path, f->linktype,
		    w->linktype);
	if (!w->started && writer_start(w, e) == -1)
		return -1;
	at = writer_tag(w, f, head, tag);
	inserted = at > 0 ? VLAN_TAG : 0;
	body = f->caplen - at;
	if (body > w->snaplen - at - inserted)
		body = w->snaplen - at - inserted;
	writer_time(f->ts, &r[0], &r[1]);
	r[2] = at + inserted + body;
	r[3] = f->len + inserted;
	if (writer_put(w, r, sizeof(r), e) == -1 ||
	    writer_put(w, head, at, e) == -1 ||
	    writer_put(w, tag, inserted, e) == -1)
		return -1;
	return writer_put(w, f->data + at, body, e);
}

int
pcapwriter_flush(struct pcapwriter *w, struct errbuf *e)
{
	return writer_drain(w, e);
}

/* Does the path still name the file that is being written? */
static int
writer_in_place(const struct pcapwriter *w)
{
	struct stat here, there;

	return w->fd == STDOUT_FILENO || (fstat(w->fd, &here) == 0 &&
	    stat(w->path, &there) == 0 && here.st_dev == there.st_dev &&
	    here.st_ino == there.st_ino);
}

int
pcapwriter_reopen(struct pcapwriter *w, struct errbuf *e)
{
	int fd, old;

	if (writer_drain(w, e) == -1)
		return -1;
	if (writer_in_place(w))
		return 0;
	fd = writer_create(w->path, e);
	if (fd == -1)
		return -1;
	old = w->fd;
	w->fd = fd;
	w->started = 0;
	if (close(old) == -1)
		return err_set(e, "%s: close: %s", w->path, strerror(errno));
	return 0;
}

int
pcapwriter_close(struct pcapwriter *w, struct errbuf *e)
{
	int r = 0;

	if (!w->started)
		r = writer_start(w, e);
	if (r == 0)
		r = writer_drain(w, e);
	/* Some file systems tell only now that they were full. */
	if (w->fd != STDOUT_FILENO && close(w->fd) == -1 && r == 0)
		r = err_set(e, "%s: close: %s", w->path, strerror(errno));
	free(w->buf);
	free(w);
	return r;
}

int
pcapwriter_errno(const struct pcapwriter *w)
{
	return w->error;
}
