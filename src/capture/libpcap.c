/* libpcap.c: live capture, and files of unknown kind, through libpcap. */
#include <pcap/pcap.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/filter.h"
#include "capture/libpcap.h"
#include "capture/live/interfaces.h"
#include "capture/live/tstamp.h"
#include "core/losses.h"
#include "core/now.h"

enum {
	LIBPCAP_LOOK_NS		= 100000000,	/* from one look at its
						 * counters to the next */
	LIBPCAP_END_NS		= 300000000,	/* for frames of before */
	LIBPCAP_PATIENCE_MS	= 10,
	LIBPCAP_BUFFER		= 128 * 1024,	/* grows by need */
};

struct libpcap {
	struct capture head;
	struct capture_interface interface;
	pcap_t *p;
	uint64_t captured;
	uint32_t cut;		/* -s, or UINT32_MAX */
	/* libpcap's bytes live as long as one callback: a batch is copied. */
	uint8_t *buffer;
	size_t size, used;
	struct frame *frame;	/* the next one to fill, within read() */
	int failed;		/* no memory, within read() */
	int nano;		/* tv_usec is in nanoseconds */
	struct pcap_stat before; /* libpcap counts in 32 bits */
	struct capture_stats sum;
	struct losses *losses;	/* of the options */
	int64_t looked;		/* when its counters were looked at last */
	int64_t until;		/* no frames of later times; 0: all */
};

static int
libpcap_grow(struct libpcap *l, size_t need)
{
	size_t size = l->size ? l->size : LIBPCAP_BUFFER;
	uint8_t *bigger;

	while (size < need)
		size *= 2;
	bigger = realloc(l->buffer, size);
	if (bigger == NULL)
		return -1;
	l->buffer = bigger;
	l->size = size;
	return 0;
}

static void
libpcap_frame(u_char *user, const struct pcap_pkthdr *h, const u_char *data)
{
	struct libpcap *l = (struct libpcap *)user;
	uint32_t caplen = h->caplen < l->cut ? h->caplen : l->cut;
	struct frame *f = l->frame;

	if (l->used + caplen > l->size &&
	    libpcap_grow(l, l->used + caplen) == -1) {
		l->failed = 1;
		pcap_breakloop(l->p);
		return;
	}
	memcpy(l->buffer + l->used, data, caplen);
	l->used += caplen;
	memset(f, 0, sizeof(*f));
	f->ts = (int64_t)h->ts.tv_sec * 1000000000 +
	    (int64_t)h->ts.tv_usec * (l->nano ? 1 : 1000);
	f->caplen = caplen;
	f->len = h->len > h->caplen ? h->len : h->caplen;
	f->linktype = (uint16_t)l->head.linktype;
	l->frame++;
}

/* Waits for frames; CAPTURE_IDLE when there are none, 1 when there may be. */
static int
libpcap_wait(struct libpcap *l, struct errbuf *e)
{
	struct pollfd p = { .fd = l->head.fd, .events = POLLIN };
	int n;

	if (!l->head.live)
		return 1;
	/* Some devices have nothing to poll: libpcap asks for patience. */
	n = poll(&p, p.fd == -1 ? 0 : 1, p.fd == -1 &&
	    l->head.wait_ms > LIBPCAP_PATIENCE_MS ? LIBPCAP_PATIENCE_MS :
	    l->head.wait_ms);
	if (n == -1 && errno != EINTR)
		return err_set(e, "capture on %s: poll: %s", l->head.name,
		    strerror(errno));
	return n > 0 || (n == 0 && p.fd == -1) ? 1 : CAPTURE_IDLE;
}

/* Its counters, which do not say when: since the last look. */
static void
libpcap_look(struct libpcap *l)
{
	struct capture_stats *sum = &l->sum;
	int64_t from = l->looked;
	struct pcap_stat now;
	uint32_t dropped;

	sum->captured = l->captured;
	if (!l->head.live || l->until != 0 || pcap_stats(l->p, &now) == -1)
		return;
	dropped = now.ps_drop - l->before.ps_drop;
	sum->received += now.ps_recv - l->before.ps_recv;
	sum->dropped += dropped;
	sum->if_dropped += now.ps_ifdrop - l->before.ps_ifdrop;
	sum->has_received = 1;
	l->before = now;
	l->looked = now_realtime();
	if (dropped > 0 && l->losses != NULL)
		losses_add(l->losses, from, l->looked);
}

/* Of what was received before the end, is there nothing more?  Where libpcap
 * filters by itself, it has received more than there is to be read. */
static int
libpcap_ended(const struct libpcap *l, const struct frame *f, int k)
{
	const struct capture_stats *s = &l->sum;

	/* The adapter's clock may be another. */
	return k > 0 ? f[0].ts > l->until && now_realtime() >= f[0].ts :
	    now_realtime() - l->until > LIBPCAP_END_NS ||
	    l->captured + s->dropped >= s->received;
}

static int
libpcap_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct libpcap *l = (struct libpcap *)c;
	const uint8_t *data;
	int i, k, r;

	if (l->until != 0 && libpcap_ended(l, f, 0))
		return CAPTURE_END;
	l->used = 0;
	l->frame = f;
	r = pcap_dispatch(l->p, n, libpcap_frame, (u_char *)l);
	if (r == 0 && c->live) {
		r = libpcap_wait(l, e);
		if (r == CAPTURE_IDLE &&
		    now_realtime() - l->looked >= LIBPCAP_LOOK_NS)
			libpcap_look(l);
		if (r != 1)
			return r;
		r = pcap_dispatch(l->p, n, libpcap_frame, (u_char *)l);
	}
	k = (int)(l->frame - f);
	for (i = 0, data = l->buffer; i < k; data += f[i++].caplen)
		f[i].data = data;
	if (k > 0 && l->until != 0 && libpcap_ended(l, f, k))
		return CAPTURE_END;
	l->captured += (unsigned)k;
	if (k > 0 && c->live && f[k - 1].ts - l->looked >= LIBPCAP_LOOK_NS)
		libpcap_look(l);
	if (k > 0)
		return k;
	if (l->failed)
		return err_set(e, "%s: no memory", c->name);
	if (r == PCAP_ERROR && c->live)
		return err_set(e, "capture on %s: %s", c->name,
		    pcap_geterr(l->p));
	if (r == PCAP_ERROR)
		return err_set(e, "%s: %s", c->name, pcap_geterr(l->p));
	return c->live ? CAPTURE_IDLE : CAPTURE_END;
}

static int
libpcap_stats(struct capture *c, struct capture_stats *st)
{
	struct libpcap *l = (struct libpcap *)c;

	libpcap_look(l);
	*st = l->sum;
	return 0;
}

static void
libpcap_stop(struct capture *c)
{
	struct libpcap *l = (struct libpcap *)c;

	libpcap_look(l);
	l->until = now_realtime();
}

static const struct capture_interface *
libpcap_interface(struct capture *c, uint32_t ifindex)
{
	return ifindex == 0 ? &((struct libpcap *)c)->interface : NULL;
}

static void
libpcap_close(struct capture *c)
{
	struct libpcap *l = (struct libpcap *)c;

	if (l->p != NULL)
		pcap_close(l->p);
	free(l->buffer);
	free(l);
}

static const struct capture_ops libpcap_ops = {
	.name = "pcap",
	.read = libpcap_read,
	.stats = libpcap_stats,
	.stop = libpcap_stop,
	.interface = libpcap_interface,
	.close = libpcap_close,
};

static struct libpcap *
libpcap_new(const char *name, struct errbuf *e)
{
	struct libpcap *l = calloc(1, sizeof(*l));

	if (l == NULL || libpcap_grow(l, LIBPCAP_BUFFER) == -1) {
		free(l);
		err_set(e, "%s: no memory", name);
		return NULL;
	}
	l->head.ops = &libpcap_ops;
	l->head.name = name;
	l->head.fd = l->head.watch = -1;
	l->cut = UINT32_MAX;
	return l;
}

/* What is known once the handle is open; its filter. */
static int
libpcap_ready(struct libpcap *l, const struct capture_options *o,
    uint32_t netmask, struct errbuf *e)
{
	struct bpf_program code;
	int r;

	l->head.linktype = filter_dlt_to_linktype(pcap_datalink(l->p));
	l->head.snaplen = (uint32_t)pcap_snapshot(l->p);
	l->interface.name = l->head.live ? l->head.name : NULL;
	l->interface.linktype = l->head.linktype;
	l->interface.snaplen = l->head.snaplen;
	l->nano = pcap_get_tstamp_precision(l->p) ==
	    PCAP_TSTAMP_PRECISION_NANO;
	if (o->filter == NULL)
		return 0;
	if (filter_compile_handle(l->p, o->filter, o->optimize, netmask, &code,
	    e) == -1)
		return -1;
	r = pcap_setfilter(l->p, &code);
	pcap_freecode(&code);
	return r == 0 ? 0 : err_set(e, "filter on %s: %s", l->head.name,
	    pcap_geterr(l->p));
}

static int
libpcap_activate(struct libpcap *l, const char *iface,
    const struct capture_options *o, struct errbuf *e)
{
	const char *name = l->head.name;
	pcap_t *p = l->p;
	int r;

	pcap_set_snaplen(p, o->snaplen ? (int)o->snaplen : CAPTURE_SNAPLEN);
	pcap_set_promisc(p, !o->no_promisc);
	pcap_set_timeout(p, o->immediate || o->prompt ? CAPTURE_PROMPT_MS :
	    CAPTURE_WAIT_MS);
	pcap_set_immediate_mode(p, o->immediate);
	pcap_set_buffer_size(p, (int)(o->ring_kib ? o->ring_kib :
	    CAPTURE_RING_KIB) * 1024);
	pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
	if (o->tstamp != -1 && tstamp_check(l->head.name, o->tstamp,
	    tstamp_offered_pcap(p), e) == -1)
		return -1;
	if (o->tstamp > TSTAMP_HOST)
		pcap_set_tstamp_type(p, o->tstamp);
	r = pcap_activate(p);
	if (r >= 0)
		return 0;
	if (r == PCAP_ERROR_PERM_DENIED || r == PCAP_ERROR_PROMISC_PERM_DENIED)
		return interfaces_denied(name, e);
	if (r == PCAP_ERROR_NO_SUCH_DEVICE)
		return interfaces_unknown(name, e);
	if (r == PCAP_ERROR_IFACE_NOT_UP)
		return interfaces_down(name, iface, e);
	return err_set(e, "capture on %s: %s", name, r == PCAP_ERROR &&
	    pcap_geterr(p)[0] ? pcap_geterr(p) : pcap_statustostr(r));
}

static int
libpcap_settle(struct libpcap *l, const struct capture_options *o,
    struct errbuf *e)
{
	static const pcap_direction_t directions[] = {
		[CAPTURE_INOUT] = PCAP_D_INOUT,
		[CAPTURE_IN] = PCAP_D_IN,
		[CAPTURE_OUT] = PCAP_D_OUT,
	};
	const char *name = l->head.name;
	char why[PCAP_ERRBUF_SIZE];

	/* Like our own: only SLL2 says which interface of `any` it was. */
	if (o->linktype < 0 && pcap_datalink(l->p) == DLT_LINUX_SLL)
		(void)pcap_set_datalink(l->p, DLT_LINUX_SLL2);
	if (o->linktype >= 0 && pcap_set_datalink(l->p,
	    filter_linktype_to_dlt((uint32_t)o->linktype)) == -1)
		return interfaces_no_linktype(name, o->linktype, e);
	if (o->direction != CAPTURE_INOUT &&
	    pcap_setdirection(l->p, directions[o->direction]) == -1)
		return err_set(e, "direction on %s: %s", name,
		    pcap_geterr(l->p));
	if (pcap_setnonblock(l->p, 1, why) == -1)
		return err_set(e, "capture on %s: %s", name, why);
	l->head.fd = pcap_get_selectable_fd(l->p);
	return 0;
}

struct capture *
capture_open_libpcap(const struct capture_place *at,
    const struct capture_options *o, struct errbuf *e)
{
	struct libpcap *l = libpcap_new(at->name, e);
	char why[PCAP_ERRBUF_SIZE];
	bpf_u_int32 net, mask;

	if (l == NULL)
		return NULL;
	l->head.live = 1;
	l->head.wait_ms = CAPTURE_WAIT_MS;
	l->head.several = strcmp(at->iface, "any") == 0;
	/* libpcap asks sysfs, which shows the namespace of who mounted it. */
	l->sum.has_if_dropped = at->netns == NULL;
	l->losses = o->losses;
	l->looked = now_realtime();
	l->p = pcap_create(at->iface, why);
	if (l->p == NULL)
		err_set(e, "capture on %s: %s", at->name, why);
	if (pcap_lookupnet(at->iface, &net, &mask, why) == -1)
		mask = PCAP_NETMASK_UNKNOWN;
	if (l->p == NULL || libpcap_activate(l, at->iface, o, e) == -1 ||
	    libpcap_settle(l, o, e) == -1 ||
	    libpcap_ready(l, o, mask, e) == -1) {
		libpcap_close(&l->head);
		return NULL;
	}
	return &l->head;
}

/* libpcap's handle of a descriptor that is its own from then on; NULL and why
 * when there is none. */
static pcap_t *
libpcap_fdopen(int fd, char *why)
{
	FILE *f = lseek(fd, 0, SEEK_SET) != -1 ? fdopen(fd, "rb") : NULL;
	pcap_t *p;

	if (f == NULL) {
		snprintf(why, PCAP_ERRBUF_SIZE, "%s", strerror(errno));
		close(fd);
		return NULL;
	}
	p = pcap_fopen_offline_with_tstamp_precision(f,
	    PCAP_TSTAMP_PRECISION_NANO, why);
	if (p == NULL)
		fclose(f);
	return p;
}

struct capture *
capture_open_pcapfile(const char *path, int fd,
    const struct capture_options *o, struct errbuf *e)
{
	struct libpcap *l = libpcap_new(path, e);
	char why[PCAP_ERRBUF_SIZE];

	if (l == NULL) {
		close(fd);
		return NULL;
	}
	l->p = libpcap_fdopen(fd, why);
	if (l->p == NULL)
		err_set(e, "%s", why);
	if (l->p == NULL ||
	    libpcap_ready(l, o, PCAP_NETMASK_UNKNOWN, e) == -1) {
		libpcap_close(&l->head);
		return NULL;
	}
	if (o->snaplen != 0)
		l->cut = o->snaplen;
	return &l->head;
}
