/* json_process.c: whose an endpoint is. */
#include "output/json.h"
#include "process/book.h"

/* Text that others chose. */
static char *
put_text(char *p, struct outbuf *o, const char *field, const char *text)
{
	if (text[0] == '\0')
		return p;
	o->p = fmt_str(p, field);
	outbuf_json(o, text, strlen(text));
	return outbuf_room(o);
}

char *
json_process(char *p, const struct sink *k, const struct session *s,
    unsigned int side)
{
	const struct process *m = book_get(k->book, s, side, NULL);

	if (m == NULL)
		return p;
	p = PUT(p, ",\"process\":{");
	if (m->pid != 0) {
		p = PUT(p, "\"pid\":");
		p = fmt_u64(p, m->pid);
		p = put_text(p, k->out, ",\"name\":", m->name);
		*p++ = ',';
	}
	p = PUT(p, "\"uid\":");
	p = fmt_u64(p, m->uid);
	p = put_text(p, k->out, ",\"user\":", m->user);
	p = put_text(p, k->out, ",\"cgroup\":", m->cgroup);
	p = put_text(p, k->out, ",\"container\":", m->container);
	p = put_text(p, k->out, ",\"unit\":", m->unit);
	*p++ = '}';
	return p;
}
