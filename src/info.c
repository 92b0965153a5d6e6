/* info.c: what the program can tell without reading a frame. */
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "capture/filter.h"
#include "capture/live/interfaces.h"
#include "capture/live/netns.h"
#include "capture/live/tstamp.h"
#include "confine.h"
#include "dissect/registry.h"
#include "info.h"
#include "process/helper.h"
#include "sandbox/sandbox.h"

static void
print_interface(const struct interface *i)
{
	printf("%-3u %-16s %-8s", i->ifindex, i->name,
	    i->flags & INTERFACE_UP ? "up" : "down");
	if (i->flags & INTERFACE_LOOPBACK)
		fputs(" loopback", stdout);
	if (i->flags & INTERFACE_WIRELESS)
		fputs(" wireless", stdout);
	for (char **a = i->addresses; a != NULL && *a != NULL; a++)
		printf(" %s", *a);
	if (i->description != NULL)
		printf(" (%s)", i->description);
	putchar('\n');
}

/* Of the namespace, see netns.h. */
static int
list_in(const char *netns, struct interface **list, struct errbuf *e)
{
	struct netns way;
	int n;

	if (netns_enter(&way, netns, e) == -1)
		return -1;
	n = interfaces_list(list, e);
	if (netns_leave(&way, e) == 0)
		return n;
	if (n != -1)
		interfaces_free(*list, n);
	return -1;
}

int
info_interfaces(const char *netns, struct errbuf *e)
{
	struct interface *list;
	int n = list_in(netns, &list, e);

	if (n == -1)
		return -1;
	for (int i = 0; i < n; i++)
		print_interface(&list[i]);
	interfaces_free(list, n);
	return 0;
}

char *
info_default_interface(const char *netns, struct errbuf *e)
{
	struct interface *list;
	int n = list_in(netns, &list, e);
	char *name = NULL;

	if (n == -1)
		return NULL;
	for (int i = 0; i < n && name == NULL; i++)
		if (list[i].ifindex != 0 && list[i].flags & INTERFACE_UP &&
		    !(list[i].flags & INTERFACE_LOOPBACK))
			name = strdup(list[i].name);
	interfaces_free(list, n);
	if (name == NULL) {
		err_set(e, "no interface is up but loopback");
		err_hint(e, "name one with -i, or a file with -r");
	}
	return name;
}

int
info_linktypes(const struct capture_place *at, struct errbuf *e)
{
	struct interface_linktype *list;
	struct netns way;
	int n;

	if (netns_enter(&way, at->netns, e) == -1)
		return -1;
	n = interfaces_linktypes(at->name, at->iface, &list, e);
	if (n == -1) {
		(void)netns_leave(&way, &(struct errbuf){ "", "" });
		return -1;
	}
	for (int i = 0; i < n; i++)
		printf("%-20s %s%s\n", list[i].name, list[i].description,
		    i == 0 ? " (default)" : "");
	free(list);
	return netns_leave(&way, e);
}

int
info_tstamps(const struct capture_place *at, int packet_socket,
    struct errbuf *e)
{
	struct netns way;
	unsigned int set;

	if (netns_enter(&way, at->netns, e) == -1)
		return -1;
	if (tstamp_offered(at, packet_socket, &set, e) == -1) {
		(void)netns_leave(&way, &(struct errbuf){ "", "" });
		return -1;
	}
	for (int i = 0; i < TSTAMP_TYPES; i++)
		if (set >> i & 1)
			printf("%-20s %s%s\n",
			    pcap_tstamp_type_val_to_name(i),
			    pcap_tstamp_type_val_to_description(i),
			    i == TSTAMP_HOST ? " (default)" : "");
	return netns_leave(&way, e);
}

/* What -y says, or else the file's; Ethernet when there is neither. */
static int
filter_linktype(const struct options *o, struct errbuf *e)
{
	struct capture *c;
	int fd, linktype = 1;

	if (o->linktype != NULL)
		return interfaces_linktype(o->linktype);
	if (o->nread > 0) {
		fd = capture_open_path(o->read[0], e);
		if (fd == -1 || confine(o, NULL, e) == -1)
			return -1;
		c = capture_open_file(o->read[0], fd, &o->capture, e);
		if (c == NULL)
			return -1;
		linktype = (int)c->linktype;
		capture_close(c);
	}
	return linktype;
}

/* The code that the kernel or libpcap will run, as -d, -dd and -ddd want. */
int
info_filter(const struct options *o, struct errbuf *e)
{
	int linktype = filter_linktype(o, e);
	struct bpf_program program;

	if (linktype == -1)
		return -1;
	if (filter_compile(o->filter != NULL ? o->filter : "",
	    (uint32_t)linktype, o->capture.snaplen, o->capture.optimize,
	    &program, e) == -1)
		return -1;
	bpf_dump(&program, o->dump_filter);
	pcap_freecode(&program);
	return 0;
}

void
info_dissectors(const struct registry *r)
{
	for (unsigned int i = 1; i <= r->count; i++) {
		const struct dissector *d = r->dissector[i];

		printf("%-16s %s\n", d->name, d->title);
		for (const struct dissector_match *m = d->match; m->table;
		    m++)
			printf(registry_table_hex(m->table) ?
			    "%-16s   %s 0x%04x\n" : "%-16s   %s %u\n", "",
			    registry_table_name(m->table), m->key);
	}
}

void
info_version(void)
{
	printf("%s\n%s\n", PACKAGE_STRING, pcap_lib_version());
#ifdef HAVE_AFPACKET
	puts("AF_PACKET: TPACKET_V3");
#else
	puts("AF_PACKET: not in this build");
#endif
#ifdef HAVE_NETTLE
	puts("Community ID: version 1");
#else
	puts("Community ID: not in this build");
#endif
#ifdef HAVE_LIBARCHIVE
	puts("compressed files: libarchive, zlib");
#else
	puts("compressed files: not in this build");
#endif
	printf("processes: %s\n", helper_built[0] != '\0' ? helper_built :
	    "not in this build");
	printf("sandbox: %s\n", sandbox_built);
}
