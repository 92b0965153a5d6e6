/* nettable.c: ping and raw sockets, in the tables of /proc/net. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/nettable.h"

enum { PROTO_ICMP = 1, PROTO_ICMPV6 = 58, LINE = 256, TEXT = 1 << 14 };

/* Ping sockets first; then raw ones. */
static const struct {
	const char *path;
	uint8_t ip_version, raw;
} tables[4] = {
	{ "/proc/thread-self/net/icmp", 4, 0 },
	{ "/proc/thread-self/net/icmp6", 6, 0 },
	{ "/proc/thread-self/net/raw", 4, 1 },
	{ "/proc/thread-self/net/raw6", 6, 1 },
};

void
nettable_open(struct nettable *t)
{
	for (unsigned int i = 0; i < 4; i++)
		t->fd[i] = open(tables[i].path, O_RDONLY | O_CLOEXEC);
}

void
nettable_close(struct nettable *t)
{
	for (unsigned int i = 0; i < 4; i++)
		if (t->fd[i] != -1)
			close(t->fd[i]);
}

/* 32-bit words, each as the machine has it in memory. */
static int
parse_addr(struct nettable_row *r, const char *hex, size_t n)
{
	if (n != 8 && n != 32)
		return -1;
	memset(&r->local, 0, sizeof(r->local));
	for (size_t i = 0; i < n; i += 8) {
		char word[9] = "", *end;
		uint32_t v;

		memcpy(word, hex + i, 8);
		v = (uint32_t)strtoul(word, &end, 16);
		if (*end != '\0')
			return -1;
		memcpy(&r->local.b[i / 2], &v, sizeof(v));
	}
	r->ip_version = n == 8 ? 4 : 6;
	return 0;
}

int
nettable_parse(struct nettable_row *r, const char *line, size_t n)
{
	char text[LINE], addr[33];
	unsigned int port, uid, inode;
	int used = 0;

	if (n >= sizeof(text) || memchr(line, '\0', n) != NULL)
		return -1;
	memcpy(text, line, n);
	text[n] = '\0';
	if (sscanf(text, " %*u: %32[0-9A-Fa-f]:%4x %*32[0-9A-Fa-f]:%*4x "
	    "%*2x %*8x:%*8x %*2x:%*8x %*8x %u %*u %u%n", addr, &port, &uid,
	    &inode, &used) != 4 || used == 0)
		return -1;
	r->port = (uint16_t)port;
	r->uid = uid;
	r->inode = inode;
	return parse_addr(r, addr, strlen(addr));
}

static int
fits(const struct nettable_row *r, const union addr *a)
{
	if (r->local.w[0] == 0 && r->local.w[1] == 0)
		return 1;
	return r->local.w[0] == a->w[0] && r->local.w[1] == a->w[1];
}

/* How many rows fit, more than one being as good as none. */
static unsigned int
count_fitting(int fd, unsigned int raw, uint8_t protocol,
    const union addr *a, struct nettable_row *found)
{
	char text[TEXT];
	struct nettable_row r;
	unsigned int n = 0;
	ssize_t len = fd != -1 ? pread(fd, text, sizeof(text), 0) : -1;
	const char *line = text, *end;

	for (; len > 0; len -= end - line, line = end) {
		end = memchr(line, '\n', (size_t)len);
		if (end == NULL)
			break;
		if (nettable_parse(&r, line, (size_t)(end++ - line)) == 0 &&
		    (!raw || r.port == protocol) && fits(&r, a)) {
			*found = r;
			n++;
		}
	}
	return n;
}

int
nettable_find(const struct nettable *t, uint8_t protocol,
    unsigned int ip_version, const union addr *a, struct nettable_row *r)
{
	int ping = protocol == PROTO_ICMP || protocol == PROTO_ICMPV6;

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int n;

		if (tables[i].ip_version != ip_version ||
		    (!tables[i].raw && !ping))
			continue;
		n = count_fitting(t->fd[i], tables[i].raw, protocol, a, r);
		if (n > 0)
			return n == 1;
	}
	return 0;
}
