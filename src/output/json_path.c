/* json_path.c: the layers, tags and tunnels of a session, as JSON. */
#include <sessdump/dissector.h>

#include "output/json.h"

static char *
put_layers(char *p, const struct path *path)
{
	p = PUT(p, ",\"layers\":[");
	for (unsigned int i = 0; i < path->nlayers; i++) {
		p = i > 0 ? PUT(p, ",\"") : PUT(p, "\"");
		p = fmt_str(p, path_layer(path, i)->name);
		*p++ = '"';
	}
	p = PUT(p, "],\"vlan\":[");
	for (unsigned int i = 0; i < path->nvlans; i++) {
		if (i > 0)
			*p++ = ',';
		p = fmt_u64(p, path_vlan(path, i));
	}
	*p++ = ']';
	return p;
}

static char *
put_tunnels(char *p, const struct path *path)
{
	struct tunnel t;

	p = PUT(p, ",\"tunnel\":[");
	for (unsigned int i = 0; i < path->ntunnels; i++) {
		path_tunnel(path, i, &t);
		p = i > 0 ? PUT(p, ",{\"type\":\"") : PUT(p, "{\"type\":\"");
		p = fmt_str(p, t.dissector->name);
		*p++ = '"';
		if (t.has_id)
			p = COUNTER(p, "id", t.id);
		if (t.has_outer) {
			p = PUT(p, ",\"source\":\"");
			p = fmt_addr(p, &t.outer_src, t.outer_version);
			p = PUT(p, "\",\"destination\":\"");
			p = fmt_addr(p, &t.outer_dst, t.outer_version);
			*p++ = '"';
		}
		*p++ = '}';
	}
	*p++ = ']';
	return p;
}

static void
make_service(struct fmt_word *w, const struct path *path)
{
	const char *name = path_service(path);
	char *p = w->text;

	if (name != NULL) {
		p = fmt_str(PUT(p, ",\"service\":\""), name);
		*p++ = '"';
	}
	w->len = (uint8_t)(p - w->text);
}

static void
keep(struct json_path *k, const struct path *path, const char *text, size_t n)
{
	k->known = NULL;
	if (n > sizeof(k->text))
		return;
	k->known = path->known;
	k->number = path->number;
	k->hash = path->hash;
	memcpy(k->text, text, n);
	k->text_len = (uint32_t)n;
}

/* Apart from what almost all records need. */
static __attribute__((noinline)) char *
put_new(char *p, struct json_path *k, const struct path *path)
{
	char *end = put_tunnels(put_layers(p, path), path);

	keep(k, path, p, (size_t)(end - p));
	make_service(&k->service, path);
	return end;
}

char *
json_path(char *p, struct json_paths *paths, const struct path *path,
    const struct fmt_word **service)
{
	struct json_path *k = &paths->slot[path->number % JSON_PATHS];

	*service = &k->service;
	if (k->known != path->known || k->number != path->number ||
	    k->hash != path->hash)
		return put_new(p, k, path);
	memcpy(p, k->text, sizeof(k->text));
	return p + k->text_len;
}
