/* programs.c: what the kernel runs when the state of a socket changes. */
#include <netinet/in.h>

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "process/programs.h"

enum {
	SYN_SENT	= 2,		/* as the kernel numbers states */
	LISTEN		= 10,
	KERNEL_THREAD	= 0x200000,	/* PF_KTHREAD: it is no process */
	OUT		= INT16_MIN,	/* jumps there go to the end */
};

/* The arguments of the tracepoint. */
enum { ARG_SOCKET = 0, ARG_OLD = 8, ARG_NEW = 16 };

/* The stack grows down from register 10. */
enum {
	STACK_TOLD	= -(int)sizeof(struct told),
	STACK_WORD	= STACK_TOLD - 8,	/* a pointer, or a key */
};

_Static_assert(sizeof(struct told) % 8 == 0, "words of the stack");
_Static_assert(offsetof(struct told, by) == 0, "it comes first");

struct code {
	struct bpf_insn *insn;
	unsigned int n;
};

static void
put(struct code *c, int op, int to, int from, int off, int imm)
{
	assert(c->n < PROGRAMS_MOST);
	memset(&c->insn[c->n], 0, sizeof(c->insn[c->n]));
	c->insn[c->n].code = (uint8_t)op;
	c->insn[c->n].dst_reg = (uint8_t)to & 15;
	c->insn[c->n].src_reg = (uint8_t)from & 15;
	c->insn[c->n].off = (int16_t)off;
	c->insn[c->n++].imm = imm;
}

static void
set(struct code *c, int to, int value)
{
	put(c, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value);
}

/* to = from + offset */
static void
address(struct code *c, int to, int from, int offset)
{
	put(c, BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
	if (offset != 0)
		put(c, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, offset);
}

static void
load(struct code *c, int size, int to, int from, int offset)
{
	put(c, BPF_LDX | BPF_MEM | size, to, from, offset, 0);
}

static void
store(struct code *c, int size, int stack, int from)
{
	put(c, BPF_STX | BPF_MEM | size, BPF_REG_10, from, stack, 0);
}

static void
jump_out(struct code *c, int op, int reg, int value)
{
	put(c, op | BPF_K, reg, 0, OUT, value);
}

static void
call(struct code *c, int function)
{
	put(c, BPF_JMP | BPF_CALL, 0, 0, 0, function);
}

/* A map, or with BPF_PSEUDO_MAP_VALUE its first value. */
static void
map(struct code *c, int to, int kind, int fd)
{
	put(c, BPF_LD | BPF_DW | BPF_IMM, to, kind, 0, fd);
	put(c, 0, 0, 0, 0, 0);
}

/* What the kernel has at an address goes to the stack; of an address that is
 * none come zeros. */
static void
fetch(struct code *c, int stack, const struct layout *l, enum layout_field f,
    int base)
{
	address(c, BPF_REG_1, BPF_REG_10, stack);
	set(c, BPF_REG_2, (int)layout_size(f));
	address(c, BPF_REG_3, base, (int)l->offset[f]);
	call(c, BPF_FUNC_probe_read_kernel);
}

static void
look_up(struct code *c, int fd, int key)
{
	map(c, BPF_REG_1, BPF_PSEUDO_MAP_FD, fd);
	address(c, BPF_REG_2, BPF_REG_10, key);
	call(c, BPF_FUNC_map_lookup_elem);
	jump_out(c, BPF_JMP | BPF_JEQ, BPF_REG_0, 0);
}

static unsigned int
finish(struct code *c)
{
	for (unsigned int i = 0; i < c->n; i++)
		if (c->insn[i].off == OUT)
			c->insn[i].off = (int16_t)(c->n - i - 1);
	set(c, BPF_REG_0, 0);
	put(c, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	return c->n;
}

/* Only if it comes to this state, or from it; the socket's address is kept in
 * register 6. */
static void
only(struct code *c, int argument, int state)
{
	load(c, BPF_DW, BPF_REG_2, BPF_REG_1, argument);
	jump_out(c, BPF_JMP | BPF_JNE, BPF_REG_2, state);
	load(c, BPF_DW, BPF_REG_6, BPF_REG_1, ARG_SOCKET);
}

/* Which process is it?  By its first thread, as /proc has it. */
static void
note_process(struct code *c, const struct layout *l)
{
	enum { BY = STACK_TOLD };

	call(c, BPF_FUNC_get_current_task);
	address(c, BPF_REG_7, BPF_REG_0, 0);
	fetch(c, STACK_WORD, l, LAYOUT_FLAGS, BPF_REG_7);
	load(c, BPF_W, BPF_REG_1, BPF_REG_10, STACK_WORD);
	jump_out(c, BPF_JMP | BPF_JSET, BPF_REG_1, KERNEL_THREAD);
	fetch(c, STACK_WORD, l, LAYOUT_LEADER, BPF_REG_7);
	load(c, BPF_DW, BPF_REG_7, BPF_REG_10, STACK_WORD);
	fetch(c, BY + (int)offsetof(struct opener, name), l, LAYOUT_NAME,
	    BPF_REG_7);
	call(c, BPF_FUNC_get_current_cgroup_id);
	store(c, BPF_DW, BY + (int)offsetof(struct opener, cgroup), BPF_REG_0);
	call(c, BPF_FUNC_get_current_pid_tgid);
	put(c, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_0, 0, 0, 32);
	store(c, BPF_W, BY + (int)offsetof(struct opener, pid), BPF_REG_0);
	set(c, BPF_REG_0, 0);
	store(c, BPF_W, BY + (int)offsetof(struct opener, zero), BPF_REG_0);
}

unsigned int
programs_begin(struct bpf_insn *insn, const struct layout *l,
    const struct programs_maps *m)
{
	struct code c = { insn, 0 };

	only(&c, ARG_NEW, SYN_SENT);
	note_process(&c, l);
	store(&c, BPF_DW, STACK_WORD, BPF_REG_6);
	map(&c, BPF_REG_1, BPF_PSEUDO_MAP_FD, m->openers);
	address(&c, BPF_REG_2, BPF_REG_10, STACK_WORD);
	address(&c, BPF_REG_3, BPF_REG_10, STACK_TOLD);
	set(&c, BPF_REG_4, BPF_ANY);
	call(&c, BPF_FUNC_map_update_elem);
	return finish(&c);
}

/* Who opened it, which is forgotten by that. */
static void
take_process(struct code *c, const struct programs_maps *m)
{
	store(c, BPF_DW, STACK_WORD, BPF_REG_6);
	look_up(c, m->openers, STACK_WORD);
	for (int i = 0; i < (int)sizeof(struct opener); i += 8) {
		load(c, BPF_DW, BPF_REG_1, BPF_REG_0, i);
		store(c, BPF_DW, STACK_TOLD + i, BPF_REG_1);
	}
	map(c, BPF_REG_1, BPF_PSEUDO_MAP_FD, m->openers);
	address(c, BPF_REG_2, BPF_REG_10, STACK_WORD);
	call(c, BPF_FUNC_map_delete_elem);
}

/* What is told of the socket, where its namespace is one of ours. */
static void
note_socket(struct code *c, const struct layout *l,
    const struct programs_maps *m, int listens)
{
	static const struct {
		enum layout_field field;
		size_t to;
	} parts[] = {
		{ LAYOUT_FAMILY, offsetof(struct told, family) },
		{ LAYOUT_PROTOCOL, offsetof(struct told, protocol) },
		{ LAYOUT_UID, offsetof(struct told, uid) },
		{ LAYOUT_LOCAL_PORT, offsetof(struct told, local_port) },
		{ LAYOUT_REMOTE_PORT, offsetof(struct told, remote_port) },
		{ LAYOUT_LOCAL4, offsetof(struct told, local4) },
		{ LAYOUT_REMOTE4, offsetof(struct told, remote4) },
		{ LAYOUT_LOCAL6, offsetof(struct told, local6) },
		{ LAYOUT_REMOTE6, offsetof(struct told, remote6) },
	};
	enum { NETNS = STACK_TOLD + (int)offsetof(struct told, netns) };

	fetch(c, STACK_WORD, l, LAYOUT_NET, BPF_REG_6);
	load(c, BPF_DW, BPF_REG_7, BPF_REG_10, STACK_WORD);
	fetch(c, NETNS, l, LAYOUT_NETNS, BPF_REG_7);
	look_up(c, m->netns, NETNS);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		fetch(c, STACK_TOLD + (int)parts[i].to, l, parts[i].field,
		    BPF_REG_6);
	set(c, BPF_REG_1, listens);
	store(c, BPF_DW, STACK_TOLD + (int)offsetof(struct told, listens),
	    BPF_REG_1);
}

/* Into the ring, with the flags in register 4; or it is counted. */
static void
tell(struct code *c, const struct programs_maps *m)
{
	map(c, BPF_REG_1, BPF_PSEUDO_MAP_FD, m->ring);
	address(c, BPF_REG_2, BPF_REG_10, STACK_TOLD);
	set(c, BPF_REG_3, (int)sizeof(struct told));
	call(c, BPF_FUNC_ringbuf_output);
	jump_out(c, BPF_JMP | BPF_JEQ, BPF_REG_0, 0);
	map(c, BPF_REG_1, BPF_PSEUDO_MAP_VALUE, m->lost);
	set(c, BPF_REG_2, 1);
	put(c, BPF_STX | BPF_DW | BPF_ATOMIC, BPF_REG_1, BPF_REG_2, 0,
	    BPF_ADD);
}

unsigned int
programs_end(struct bpf_insn *insn, const struct layout *l,
    const struct programs_maps *m)
{
	struct code c = { insn, 0 };

	only(&c, ARG_OLD, SYN_SENT);
	take_process(&c, m);
	note_socket(&c, l, m, 0);
	map(&c, BPF_REG_1, BPF_PSEUDO_MAP_FD, m->ring);
	set(&c, BPF_REG_2, BPF_RB_AVAIL_DATA);
	call(&c, BPF_FUNC_ringbuf_query);
	set(&c, BPF_REG_4, BPF_RB_FORCE_WAKEUP);
	put(&c, BPF_JMP | BPF_JGE | BPF_K, BPF_REG_0, 0, 1, PROGRAMS_WAKE);
	set(&c, BPF_REG_4, BPF_RB_NO_WAKEUP);
	tell(&c, m);
	return finish(&c);
}

unsigned int
programs_listen(struct bpf_insn *insn, const struct layout *l,
    const struct programs_maps *m)
{
	struct code c = { insn, 0 };

	only(&c, ARG_NEW, LISTEN);
	note_process(&c, l);
	note_socket(&c, l, m, 1);
	set(&c, BPF_REG_4, BPF_RB_FORCE_WAKEUP);
	tell(&c, m);
	return finish(&c);
}
