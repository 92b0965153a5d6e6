/* pcapwriter.c: writes a classic capture file, draft-ietf-opsawg-pcap. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/outbuf.h"
#include "write/pcapwriter.h"

enum {
	PCAP_MAGIC_NS		= 0xa1b23c4du,
	PCAP_MAJOR		= 2,
	PCAP_MINOR		= 4,
	PCAP_HEADER		= 24,
	PCAP_RECORD		= 16,

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
	struct outbuf out;
	uint32_t linktype;
	uint32_t snaplen;
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

	if (w == NULL || outbuf_init(&w->out, STDOUT_FILENO) == -1) {
		free(w);
		err_set(e, "%s: no memory", path);
		return NULL;
	}
	w->path = path;
	w->linktype = linktype;
	w->snaplen = snaplen ? snaplen : WRITER_WHOLE;
	if (strcmp(path, "-") != 0)
		w->out.fd = writer_create(path, e);
	if (w->out.fd == -1) {
		outbuf_fini(&w->out);
		free(w);
		return NULL;
	}
	return w;
}

void
pcapwriter_hold(struct pcapwriter *w, const volatile sig_atomic_t *stop)
{
	outbuf_hold(&w->out);
	if (w->out.hold)
		w->out.stop = stop;
}

/* 0, or -1 and what became of a write since the last look. */
static int
writer_result(const struct pcapwriter *w, struct errbuf *e)
{
	int error = w->out.error;

	if (error == 0)
		return 0;
	if (error == EINTR)
		return err_set(e, "%s: blocked when told to stop; what was "
		    "held is lost", w->path);
	return err_set(e, "%s: write: %s", w->path, strerror(error));
}

static void
writer_put(struct pcapwriter *w, const void *p, size_t n)
{
	outbuf_add(&w->out, p, n);
}

static void
writer_start(struct pcapwriter *w)
{
	uint32_t h[PCAP_HEADER / 4] = { PCAP_MAGIC_NS };
	uint16_t version[2] = { PCAP_MAJOR, PCAP_MINOR };

	memcpy(&h[1], version, sizeof(version));
	h[4] = w->snaplen < WRITER_SNAPLEN ? w->snaplen : WRITER_SNAPLEN;
	h[5] = w->linktype;
	w->started = 1;
	writer_put(w, h, sizeof(h));
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
	if (!outbuf_admits(&w->out))
		return 0;
	if (!w->started)
		writer_start(w);
	at = writer_tag(w, f, head, tag);
	inserted = at > 0 ? VLAN_TAG : 0;
	body = f->caplen - at;
	if (body > w->snaplen - at - inserted)
		body = w->snaplen - at - inserted;
	writer_time(f->ts, &r[0], &r[1]);
	r[2] = at + inserted + body;
	r[3] = f->len + inserted;
	writer_put(w, r, sizeof(r));
	writer_put(w, head, at);
	writer_put(w, tag, inserted);
	writer_put(w, f->data + at, body);
	return writer_result(w, e);
}

int
pcapwriter_flush(struct pcapwriter *w, struct errbuf *e)
{
	outbuf_flush(&w->out);
	return writer_result(w, e);
}

/* Does the path still name the file that is being written? */
static int
writer_in_place(const struct pcapwriter *w)
{
	struct stat here, there;

	return w->out.fd == STDOUT_FILENO || (fstat(w->out.fd, &here) == 0 &&
	    stat(w->path, &there) == 0 && here.st_dev == there.st_dev &&
	    here.st_ino == there.st_ino);
}

int
pcapwriter_reopen(struct pcapwriter *w, struct errbuf *e)
{
	int fd, old;

	if (pcapwriter_flush(w, e) == -1)
		return -1;
	/* What waits for a reader goes to that reader. */
	if (writer_in_place(w) || w->out.hold)
		return 0;
	fd = writer_create(w->path, e);
	if (fd == -1)
		return -1;
	old = w->out.fd;
	w->out.fd = fd;
	w->started = 0;
	if (close(old) == -1)
		return err_set(e, "%s: close: %s", w->path, strerror(errno));
	return 0;
}

int
pcapwriter_close(struct pcapwriter *w, struct errbuf *e)
{
	int r;

	outbuf_wait(&w->out);
	if (!w->started)
		writer_start(w);
	r = pcapwriter_flush(w, e);
	/* Some file systems tell only now that they were full. */
	if (w->out.fd != STDOUT_FILENO && close(w->out.fd) == -1 && r == 0)
		r = err_set(e, "%s: close: %s", w->path, strerror(errno));
	outbuf_fini(&w->out);
	free(w);
	return r;
}

int
pcapwriter_errno(const struct pcapwriter *w)
{
	return w->out.error;
}

struct outbuf *
pcapwriter_out(struct pcapwriter *w)
{
	return &w->out;
}
