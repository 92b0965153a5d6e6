/* interfaces.c: the interfaces and link types that there are. */
#include <sys/socket.h>

#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/filter.h"
#include "capture/live/interfaces.h"

/* Bits that are set in a netmask, of either family. */
static int
prefix_length(const struct sockaddr *mask)
{
	const uint8_t *p;
	size_t i, size = 4;
	int bits = 0;

	if (mask == NULL)
		return -1;
	p = (const uint8_t *)&((const struct sockaddr_in *)mask)->sin_addr;
	if (mask->sa_family == AF_INET6) {
		p = (const uint8_t *)
		    &((const struct sockaddr_in6 *)mask)->sin6_addr;
		size = 16;
	}
	for (i = 0; i < size; i++)
		bits += __builtin_popcount(p[i]);
	return bits;
}

/* The text of an address, to be freed; NULL when it is not one of IP. */
static char *
address_text(const struct pcap_addr *a)
{
	char host[NI_MAXHOST], *text;
	socklen_t size;
	int bits = prefix_length(a->netmask);

	if (a->addr == NULL)
		return NULL;
	if (a->addr->sa_family == AF_INET)
		size = sizeof(struct sockaddr_in);
	else if (a->addr->sa_family == AF_INET6)
		size = sizeof(struct sockaddr_in6);
	else
		return NULL;
	if (getnameinfo(a->addr, size, host, sizeof(host), NULL, 0,
	    NI_NUMERICHOST) != 0)
		return NULL;
	host[strcspn(host, "%")] = '\0';
	if (bits == -1)
		return strdup(host);
	return asprintf(&text, "%s/%d", host, bits) == -1 ? NULL : text;
}

static int
interface_fill(struct interface *i, const pcap_if_t *d)
{
	const struct pcap_addr *a;
	size_t n = 0;

	i->name = strdup(d->name);
	i->description = d->description ? strdup(d->description) : NULL;
	i->ifindex = if_nametoindex(d->name);
	i->flags = (d->flags & PCAP_IF_UP ? INTERFACE_UP : 0) |
	    (d->flags & PCAP_IF_RUNNING ? INTERFACE_RUNNING : 0) |
	    (d->flags & PCAP_IF_LOOPBACK ? INTERFACE_LOOPBACK : 0) |
	    (d->flags & PCAP_IF_WIRELESS ? INTERFACE_WIRELESS : 0);
	for (a = d->addresses; a != NULL; a = a->next)
		n++;
	i->addresses = calloc(n + 1, sizeof(*i->addresses));
	if (i->name == NULL || i->addresses == NULL)
		return -1;
	for (n = 0, a = d->addresses; a != NULL; a = a->next) {
		i->addresses[n] = address_text(a);
		if (i->addresses[n] != NULL)
			n++;
	}
	return 0;
}

int
interfaces_list(struct interface **list, struct errbuf *e)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_if_t *all, *d;
	int n = 0, failed;

	if (pcap_findalldevs(&all, why) == -1)
		return err_set(e, "list of interfaces: %s", why);
	for (d = all; d != NULL; d = d->next)
		n++;
	*list = calloc((size_t)n + 1, sizeof(**list));
	failed = *list == NULL;
	for (n = 0, d = all; d != NULL && !failed; d = d->next)
		failed = interface_fill(*list + n++, d) == -1;
	pcap_freealldevs(all);
	if (!failed)
		return n;
	interfaces_free(*list, n);
	return err_set(e, "list of interfaces: no memory");
}

void
interfaces_free(struct interface *list, int count)
{
	char **a;
	int i;

	for (i = 0; i < count; i++) {
		for (a = list[i].addresses; a != NULL && *a != NULL; a++)
			free(*a);
		free(list[i].addresses);
		free(list[i].description);
		free(list[i].name);
	}
	free(list);
}

pcap_t *
interfaces_handle(const char *name, const char *iface, struct errbuf *e)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_create(iface, why);
	int r;

	if (p == NULL) {
		err_set(e, "link types of %s: %s", name, why);
		return NULL;
	}
	pcap_set_snaplen(p, 256);
	pcap_set_buffer_size(p, 65536);
	r = pcap_activate(p);
	if (r >= 0)
		return p;
	if (r == PCAP_ERROR_PERM_DENIED)
		interfaces_denied(name, e);
	else if (r == PCAP_ERROR_NO_SUCH_DEVICE)
		interfaces_unknown(name, e);
	else if (r == PCAP_ERROR_IFACE_NOT_UP)
		interfaces_down(name, iface, e);
	else
		err_set(e, "link types of %s: %s", name,
		    pcap_statustostr(r));
	pcap_close(p);
	return NULL;
}

int
interfaces_linktypes(const char *name, const char *iface,
    struct interface_linktype **list, struct errbuf *e)
{
	pcap_t *p = interfaces_handle(name, iface, e);
	int i, n, main_dlt, *dlts;

	if (p == NULL)
		return -1;
	main_dlt = pcap_datalink(p);
	n = pcap_list_datalinks(p, &dlts);
	*list = n > 0 ? calloc((size_t)n, sizeof(**list)) : NULL;
	if (*list == NULL) {
		err_set(e, "link types of %s: %s", name,
		    n < 0 ? pcap_geterr(p) : "none");
		if (n >= 0)
			pcap_free_datalinks(dlts);
		pcap_close(p);
		return -1;
	}
	for (i = 0; i < n; i++) {
		if (dlts[i] == main_dlt && i > 0) {
			dlts[i] = dlts[0];
			dlts[0] = main_dlt;
			(*list)[0].linktype = filter_dlt_to_linktype(dlts[0]);
		}
		(*list)[i].linktype = filter_dlt_to_linktype(dlts[i]);
	}
	for (i = 0; i < n; i++) {
		(*list)[i].name = pcap_datalink_val_to_name(dlts[i]);
		(*list)[i].description =
		    pcap_datalink_val_to_description(dlts[i]);
	}
	pcap_free_datalinks(dlts);
	pcap_close(p);
	return n;
}

int
interfaces_linktype(const char *name)
{
	char *end;
	long n;
	int dlt;

	n = strtol(name, &end, 10);
	if (end != name && *end == '\0')
		return n >= 0 && n <= UINT16_MAX ? (int)n : -1;
	if (strncasecmp(name, "DLT_", 4) == 0)
		name += 4;
	else if (strncasecmp(name, "LINKTYPE_", 9) == 0)
		name += 9;
	if (strcasecmp(name, "ETHERNET") == 0)
		name = "EN10MB";
	dlt = pcap_datalink_name_to_val(name);
	return dlt == -1 ? -1 : (int)filter_dlt_to_linktype(dlt);
}

const char *
interfaces_linktype_name(uint32_t linktype)
{
	return pcap_datalink_val_to_name(filter_linktype_to_dlt(linktype));
}

int
interfaces_unknown(const char *name, struct errbuf *e)
{
	struct if_nameindex *all, *i;
	char names[sizeof(e->hint) - 32] = "any";
	size_t used = strlen(names);

	err_set(e, "capture on %s: there is no such interface", name);
	all = if_nameindex();
	for (i = all; i != NULL && i->if_index != 0; i++) {
		if (used + strlen(i->if_name) + 8 > sizeof(names)) {
			snprintf(names + used, sizeof(names) - used, " ...");
			break;
		}
		used += (size_t)snprintf(names + used, sizeof(names) - used,
		    " %s", i->if_name);
	}
	if (all != NULL)
		if_freenameindex(all);
	return err_hint(e, "there are: %s", names);
}

int
interfaces_denied(const char *name, struct errbuf *e)
{
	char path[sizeof(e->hint) - 32];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	/* A path that was cut is no use: the shell finds the program. */
	if (n < 0 || (size_t)n == sizeof(path))
		n = snprintf(path, sizeof(path), "$(command -v sessdump)");
	err_set(e, "capture on %s: permission denied: the capability "
	    "CAP_NET_RAW is missing", name);
	return err_hint(e, "sudo setcap cap_net_raw+ep %.*s", (int)n, path);
}

int
interfaces_down(const char *name, const char *iface, struct errbuf *e)
{
	err_set(e, "capture on %s: the interface is down", name);
	return err_hint(e, strcmp(name, iface) == 0 ?
	    "sudo ip link set dev %s up" :
	    "in its namespace: ip link set dev %s up", iface);
}

int
interfaces_no_linktype(const char *iface, int linktype, struct errbuf *e)
{
	const char *name = interfaces_linktype_name((uint32_t)linktype);

	if (name != NULL)
		err_set(e, "link type %s: not one of %s", name, iface);
	else
		err_set(e, "link type %d: not one of %s", linktype, iface);
	return err_hint(e, "sessdump -L -i %s lists them", iface);
}
