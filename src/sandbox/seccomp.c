/* seccomp.c: no system calls but those of the table, seccomp(2). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/impl.h"

#ifdef HAVE_LIBSECCOMP
#include <seccomp.h>

/* Who uses the names of another architecture, or of x32, is no C library. */
static int
set_up(scmp_filter_ctx f)
{
	int r = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);

	/* What an old kernel or libseccomp lacks is no loss of safety.  The
	 * brake on speculation is for those who run code of others; with it,
	 * all is slower on kernels before 5.16. */
	(void)seccomp_attr_set(f, SCMP_FLTATR_CTL_LOG, 1);
	(void)seccomp_attr_set(f, SCMP_FLTATR_CTL_SSB, 1);
	return r;
}

static struct scmp_arg_cmp
compare(const struct call_test *t)
{
	struct scmp_arg_cmp c = { t->argument, SCMP_CMP_MASKED_EQ, t->mask,
	    t->value };

	if (t->kind == CALL_LESS) {
		c.op = SCMP_CMP_LT;
		c.datum_a = t->value;
	} else if (t->kind == CALL_SELF) {
		c.datum_a = UINT32_MAX;
		c.datum_b = (uint32_t)getpid();
	}
	return c;
}

static int
add(scmp_filter_ctx f, const struct call *c)
{
	uint32_t action = c->error != 0 ?
	    SCMP_ACT_ERRNO((uint32_t)c->error) : SCMP_ACT_ALLOW;
	int number = seccomp_syscall_resolve_name(c->name);
	struct scmp_arg_cmp cmp[CALL_TESTS];
	unsigned int n = 0;

	if (number == __NR_SCMP_ERROR)
		return 0;
	for (unsigned int i = 0; i < CALL_TESTS; i++)
		if (c->test[i].kind != CALL_ANY)
			cmp[n++] = compare(&c->test[i]);
	return seccomp_rule_add_array(f, action, number, n, cmp);
}

/* How many are allowed; or -1 and an errno. */
static int
fill(scmp_filter_ctx f, unsigned int uses, int *error)
{
	int n = 0, r = set_up(f);

	for (unsigned int i = 0; i < sandbox_ncalls && r == 0; i++) {
		const struct call *c = &sandbox_calls[i];

		if (c->uses != 0 && !(c->uses & uses))
			continue;
		r = add(f, c);
		if (c->error == 0)
			n++;
	}
	if (r == 0)
		r = seccomp_load(f);
	*error = -r;
	return r == 0 ? n : -1;
}

int
seccomp_enter(unsigned int uses, struct errbuf *e)
{
	scmp_filter_ctx f = seccomp_init(refused_catch() ? SCMP_ACT_TRAP :
	    SCMP_ACT_ERRNO(EPERM));
	int n, error;

	if (!(uses & SANDBOX_THREADS))
		uses |= SANDBOX_ALONE;
	if (f == NULL)
		return err_set(e, "seccomp: no memory");
	n = fill(f, uses, &error);
	seccomp_release(f);
	return n != -1 ? n : err_set(e, "seccomp: %s", strerror(error));
}
#else
int
seccomp_enter(unsigned int uses, struct errbuf *e)
{
	(void)uses;
	return err_set(e, "seccomp: not in this build");
}
#endif
