/* filter.c: --process: which processes a user asked for. */
#include <stdlib.h>
#include <string.h>

#include "process/book.h"
#include "process/procfs.h"

enum { FILTER_MOST = 64 };

struct process_filter {
	unsigned int n;
	struct {
		uint32_t pid;		/* 0: by its name */
		char name[PROCESS_NAME];
	} item[FILTER_MOST];
};

struct process_filter *
process_filter_new(void)
{
	return calloc(1, sizeof(struct process_filter));
}

void
process_filter_free(struct process_filter *f)
{
	free(f);
}

/* The kernel keeps fifteen characters of a name: a longer one means those. */
static void
add(struct process_filter *f, const char *s, size_t n)
{
	char text[PROCESS_NAME] = "";

	if (n > sizeof(text) - 1)
		n = sizeof(text) - 1;
	memcpy(text, s, n);
	memcpy(f->item[f->n].name, text, sizeof(text));
	f->item[f->n++].pid = procfs_number(text);
}

int
process_filter_add(struct process_filter *f, const char *list,
    struct errbuf *e)
{
	for (;;) {
		size_t n = strcspn(list, ",");

		if (n == 0)
			return err_set(e, "--process: an empty value in the "
			    "list");
		if (f->n == FILTER_MOST)
			return err_set(e, "--process: more than %d",
			    FILTER_MOST);
		add(f, list, n);
		if (list[n] == '\0')
			return 0;
		list += n + 1;
	}
}

static int
is_wanted(const struct process_filter *f, const struct process *p)
{
	for (unsigned int i = 0; i < f->n; i++)
		if (f->item[i].pid != 0 ? f->item[i].pid == p->pid :
		    strcmp(f->item[i].name, p->name) == 0)
			return 1;
	return 0;
}

int
process_filter_match(const struct process_filter *f, const struct book *b,
    const struct session *s)
{
	if (f == NULL)
		return 1;
	if (s == NULL)
		return 0;
	for (unsigned int i = 0; i < 2; i++) {
		enum process_status status;
		const struct process *p = book_get(b, s, i, &status);

		if (status == PROCESS_KNOWN ? is_wanted(f, p) :
		    status != PROCESS_NONE)
			return 1;
	}
	return 0;
}
