/*
 * checker.h: a writer that believes nothing: what a dissector prints must be
 * well-formed, of names that are lower_case and said once, and end.
 */
#ifndef TESTS_CHECKER_H
#define TESTS_CHECKER_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sessdump/dissector.h>

enum {
	DEPTH_MAX	= 16,
	NAMES_MAX	= 256,
};

struct checker {
	struct writer w;
	unsigned int depth;
	int in_list[DEPTH_MAX];
	size_t first[DEPTH_MAX];	/* names of this object begin here */
	const char *names[NAMES_MAX];
	size_t nnames;
	uint64_t sum;
	const char *fault;
	const char *fault_name;
};

static void
check_fault(struct checker *k, const char *fault, const char *name)
{
	if (k->fault != NULL)
		return;
	k->fault = fault;
	k->fault_name = name == NULL ? "(no name)" : name;
}

static void
check_name(struct writer *w, const char *name)
{
	struct checker *k = (struct checker *)w;

	if (k->in_list[k->depth]) {
		if (name != NULL)
			check_fault(k, "a name inside a list", name);
		return;
	}
	if (name == NULL || *name == '\0') {
		check_fault(k, "no name inside an object", name);
		return;
	}
	for (const char *s = name; *s != '\0'; s++)
		if (!islower((unsigned char)*s) &&
		    !isdigit((unsigned char)*s) && *s != '_')
			check_fault(k, "not lower_case", name);
	for (size_t i = k->first[k->depth]; i < k->nnames; i++)
		if (strcmp(k->names[i], name) == 0)
			check_fault(k, "said twice", name);
	if (k->nnames < NAMES_MAX)
		k->names[k->nnames++] = name;
}

static void
check_open(struct writer *w, const char *name, int list)
{
	struct checker *k = (struct checker *)w;

	check_name(w, name);
	if (k->depth == DEPTH_MAX - 1) {
		check_fault(k, "nested too deep", name);
		return;
	}
	k->depth++;
	k->in_list[k->depth] = list;
	k->first[k->depth] = k->nnames;
}

static void
check_object(struct writer *w, struct writer_name name)
{
	check_open(w, name.s, 0);
}

static void
check_list(struct writer *w, struct writer_name name)
{
	check_open(w, name.s, 1);
}

static void
check_end(struct writer *w)
{
	struct checker *k = (struct checker *)w;

	if (k->depth == 0) {
		check_fault(k, "an end too many", "");
		return;
	}
	k->nnames = k->first[k->depth];
	k->depth--;
}

static void
check_number(struct writer *w, struct writer_name name, uint64_t value)
{
	check_name(w, name.s);
	((struct checker *)w)->sum += value;
}

static void
check_bool(struct writer *w, struct writer_name name, int value)
{
	check_number(w, name, (uint64_t)value);
}

static void
check_bytes(struct writer *w, struct writer_name name, const uint8_t *p,
    size_t len)
{
	check_name(w, name.s);
	for (size_t i = 0; i < len; i++)
		((struct checker *)w)->sum += p[i];
}

static void
check_string(struct writer *w, struct writer_name name, const char *s,
    size_t len)
{
	check_bytes(w, name, (const uint8_t *)s, len);
}

static void
check_mac(struct writer *w, struct writer_name name, const uint8_t *p)
{
	check_bytes(w, name, p, 6);
}

static void
check_ipv4(struct writer *w, struct writer_name name, const uint8_t *p)
{
	check_bytes(w, name, p, 4);
}

static void
check_ipv6(struct writer *w, struct writer_name name, const uint8_t *p)
{
	check_bytes(w, name, p, 16);
}

static void
check_fields(struct writer *w, const struct writer_field *f, size_t n,
    const uint8_t *header)
{
	for (size_t i = 0; i < n; i++)
		writer_field(w, &f[i], header);
}

static const struct writer_ops check_ops = {
	check_object, check_list, check_end, check_number, check_number,
	check_bool, check_string, check_bytes, check_mac, check_ipv4,
	check_ipv6, check_fields,
};

/* Prints a layer from memory that holds it and no more. */
static const char *
check_print(const struct packet *p, const struct layer *l)
{
	struct checker k = { .w = { &check_ops } };
	struct layer copy = *l;
	uint8_t *data;
	static char fault[512];

	if (l->header == 0 || l->dissector->print == NULL)
		return NULL;
	data = malloc(l->len);
	memcpy(data, l->data, l->len);
	copy.data = data;
	l->dissector->print(p, &copy, &k.w);
	free(data);
	if (k.fault == NULL && k.depth > 0)
		check_fault(&k, "not ended", "");
	if (k.fault == NULL)
		return NULL;
	snprintf(fault, sizeof(fault), "%s: %s: %s", l->dissector->name,
	    k.fault_name, k.fault);
	return fault;
}

#endif
