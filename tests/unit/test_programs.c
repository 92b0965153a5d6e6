/* test_programs.c: what the kernel is to run: its form, whatever the layout;
 * whether it does, tests/live/short.test tells. */
#include "process/programs.h"

#include "tap.h"

typedef unsigned int make(struct bpf_insn *, const struct layout *,
    const struct programs_maps *);

static const struct {
	const char *name;
	make *make;
	unsigned int helpers;	/* calls of bpf_probe_read_kernel() */
} programs[] = {
	{ "begin", programs_begin, 3 },
	{ "end", programs_end, 11 },
	{ "listen", programs_listen, 14 },
};

/* Jumps go forward and stay inside: it ends. */
static void
check_form(const char *name, const struct bpf_insn *insn, unsigned int n)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < n; i++) {
		uint8_t class = insn[i].code & 7, op = insn[i].code & 0xf0;

		if (class == BPF_JMP && op != BPF_CALL && op != BPF_EXIT)
			bad += insn[i].off <= 0 || i + 1 +
			    (unsigned int)insn[i].off >= n;
		if (insn[i].code == (BPF_LD | BPF_DW | BPF_IMM))
			i++;
	}
	is_u64(bad, 0, name);
	ok(insn[n - 1].code == (BPF_JMP | BPF_EXIT), "%s: it ends", name);
	ok(n <= PROGRAMS_MOST, "%s: %u instructions", name, n);
}

/* Each of a socket's and a process's fields is read from where it is. */
static void
check_fields(const char *name, const struct bpf_insn *insn, unsigned int n,
    unsigned int want)
{
	unsigned int reads = 0, from = 0;

	for (unsigned int i = 0; i < n; i++) {
		reads += insn[i].code == (BPF_JMP | BPF_CALL) &&
		    insn[i].imm == BPF_FUNC_probe_read_kernel;
		from += insn[i].code == (BPF_ALU64 | BPF_ADD | BPF_K) &&
		    insn[i].dst_reg == BPF_REG_3 && insn[i].imm >= 1000 &&
		    insn[i].imm < 1000 + LAYOUT_FIELDS;
	}
	is_u64(reads, want, name);
	is_u64(from, want, name);
}

int
main(void)
{
	const struct programs_maps maps = { 3, 4, 5, 6 };
	struct bpf_insn insn[PROGRAMS_MOST];
	struct layout l;
	struct errbuf e;

	for (unsigned int i = 0; i < LAYOUT_FIELDS; i++)
		l.offset[i] = 1000 + i;
	for (unsigned int i = 0; i < 3; i++) {
		unsigned int n = programs[i].make(insn, &l, &maps);

		check_form(programs[i].name, insn, n);
		check_fields(programs[i].name, insn, n, programs[i].helpers);
	}
	memset(&l, 0xff, sizeof(l));
	if (layout_read(&l, &e) == -1) {
		ok(1, "this kernel's layout # SKIP %s", e.text);
	} else {
		ok(l.offset[LAYOUT_LOCAL6] - l.offset[LAYOUT_REMOTE6] == 16,
		    "this kernel's layout: our address is behind the other");
		for (unsigned int i = 0; i < LAYOUT_FIELDS; i++)
			ok(l.offset[i] < 1 << 16, "field %u", i);
	}
	return done();
}
