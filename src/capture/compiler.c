/* compiler.c: filter expressions, compiled by a process of their own. */
#include <sys/socket.h>

#include <pcap/pcap.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/compiler.h"
#include "capture/filter.h"
#include "core/child.h"

struct expression {
	const char *text;
	int optimize;
};

struct question {
	uint32_t linktype, snaplen;
};

/* Behind it come the instructions. */
struct answer {
	int result;
	uint32_t count;
	struct errbuf error;
};

enum { COMPILER_LONGEST = 1 << 20 };	/* instructions; a kernel takes 4096 */

static struct {
	const char *expression;	/* NULL: there is none */
	int fd;
} compiler;

/* All n bytes, or -1. */
static int
take(int fd, void *p, size_t n)
{
	uint8_t *at = p;
	ssize_t r;

	for (; n > 0; at += r, n -= (size_t)r) {
		r = read(fd, at, n);
		if (r == -1 && errno == EINTR)
			r = 0;
		else if (r <= 0)
			return -1;
	}
	return 0;
}

static int
give(int fd, const void *p, size_t n)
{
	const uint8_t *at = p;
	ssize_t r;

	for (; n > 0; at += r, n -= (size_t)r) {
		r = write(fd, at, n);
		if (r == -1 && errno == EINTR)
			r = 0;
		else if (r == -1)
			return -1;
	}
	return 0;
}

static int
answer(int fd, const char *expression, int optimize, const struct question *q)
{
	struct bpf_program code = { 0, NULL };
	struct answer a;
	int r;

	memset(&a, 0, sizeof(a));
	a.result = filter_compile(expression, q->linktype, q->snaplen,
	    optimize, &code, &a.error);
	a.count = a.result == 0 ? code.bf_len : 0;
	r = give(fd, &a, sizeof(a));
	if (r == 0)
		r = give(fd, code.bf_insns, a.count * sizeof(*code.bf_insns));
	if (a.result == 0)
		pcap_freecode(&code);
	return r;
}

static void
serve(int fd, void *arg)
{
	const struct expression *x = arg;
	struct question q;

	while (take(fd, &q, sizeof(q)) == 0 &&
	    answer(fd, x->text, x->optimize, &q) == 0)
		;
}

int
compiler_start(const char *expression, int optimize, struct errbuf *e)
{
	struct expression x = { expression, optimize };
	struct errbuf why;

	compiler.fd = child_start(SOCK_STREAM, serve, &x, &why);
	if (compiler.fd == -1)
		return err_set(e, "filter expression: %s", why.text);
	compiler.expression = expression;
	return 0;
}

int
compiler_knows(const char *expression)
{
	return compiler.expression != NULL &&
	    strcmp(compiler.expression, expression) == 0;
}

int
compiler_ask(uint32_t linktype, uint32_t snaplen, struct bpf_program *code,
    struct errbuf *e)
{
	const struct question q = { linktype, snaplen };
	struct answer a;
	size_t n;

	if (give(compiler.fd, &q, sizeof(q)) == -1 ||
	    take(compiler.fd, &a, sizeof(a)) == -1 ||
	    a.count > COMPILER_LONGEST)
		return err_set(e, "filter expression: its compiler has gone");
	if (a.result == -1) {
		*e = a.error;
		return -1;
	}
	n = a.count * sizeof(*code->bf_insns);
	code->bf_len = a.count;
	code->bf_insns = malloc(n);
	if (code->bf_insns == NULL || take(compiler.fd, code->bf_insns, n)) {
		free(code->bf_insns);
		return err_set(e, "filter expression: no memory");
	}
	return 0;
}
