/*
 * writer.h: how a dissector's print() says what its layer holds.
 *
 * One traversal serves every output format: text, JSON and what may come.  A
 * layer is an object that the caller has opened already; print() adds its
 * attributes and may nest objects and lists.  Names are the field names of the
 * protocol's specification in lower_case; they are literals, never data, and
 * stand once in an object.  "layer" is taken: it holds the dissector's name.
 *
 * Nothing is kept after the call.  There are no errors: an output that fails
 * is noticed by the one who flushes it.
 */
#ifndef SESSDUMP_WRITER_H
#define SESSDUMP_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sessdump/wire.h>

struct writer;

/* A name and its length, which the compiler knows of a literal.  Inside a list
 * s is NULL. */
struct writer_name {
	const char *s;
	size_t len;
};

/* What stands at a fixed place of a header, in network order. */
enum writer_kind {
	WRITER_U8, WRITER_U16, WRITER_U32,	/* as writer_number() has it */
	WRITER_HEX8, WRITER_HEX16,		/* as writer_hex() */
	WRITER_MAC, WRITER_IPV4, WRITER_IPV6,
};

/* Most headers are little else.  Write these with WRITER_FIELD(). */
struct writer_field {
	char name[29];
	uint8_t len;		/* of the name */
	uint8_t offset;
	uint8_t kind;		/* enum writer_kind */
};

struct writer_ops {
	void (*object)(struct writer *, struct writer_name);
	void (*list)(struct writer *, struct writer_name);
	void (*end)(struct writer *);	/* of the innermost of the two */
	void (*number)(struct writer *, struct writer_name, uint64_t value);
	void (*hex)(struct writer *, struct writer_name, uint64_t value);
	void (*boolean)(struct writer *, struct writer_name, int value);
	void (*string)(struct writer *, struct writer_name, const char *s,
	    size_t len);
	void (*bytes)(struct writer *, struct writer_name, const uint8_t *p,
	    size_t len);
	void (*mac)(struct writer *, struct writer_name, const uint8_t *p);
	void (*ipv4)(struct writer *, struct writer_name, const uint8_t *p);
	void (*ipv6)(struct writer *, struct writer_name, const uint8_t *p);
	void (*fields)(struct writer *, const struct writer_field *, size_t n,
	    const uint8_t *header);
};

struct writer {
	const struct writer_ops *ops;
};

static inline struct writer_name
writer_name(const char *s)
{
	return (struct writer_name){ s, s != NULL ? strlen(s) : 0 };
}

/* Opens a nested object; inside a list, its name is NULL. */
static inline void
writer_object(struct writer *w, const char *name)
{
	w->ops->object(w, writer_name(name));
}

/* Opens a list. */
static inline void
writer_list(struct writer *w, const char *name)
{
	w->ops->list(w, writer_name(name));
}

/* Closes what was opened last. */
static inline void
writer_end(struct writer *w)
{
	w->ops->end(w);
}

/* A quantity, printed in decimal. */
static inline void
writer_number(struct writer *w, const char *name, uint64_t value)
{
	w->ops->number(w, writer_name(name), value);
}

/* Flags and identifiers that people read in hexadecimal; a number in JSON. */
static inline void
writer_hex(struct writer *w, const char *name, uint64_t value)
{
	w->ops->hex(w, writer_name(name), value);
}

static inline void
writer_bool(struct writer *w, const char *name, int value)
{
	w->ops->boolean(w, writer_name(name), value);
}

/* Text from the wire: any bytes at all, made harmless by the writer. */
static inline void
writer_string(struct writer *w, const char *name, const char *s, size_t len)
{
	w->ops->string(w, writer_name(name), s, len);
}

/* Opaque bytes, printed as hexadecimal digits. */
static inline void
writer_bytes(struct writer *w, const char *name, const uint8_t *p, size_t len)
{
	w->ops->bytes(w, writer_name(name), p, len);
}

/* Six bytes of an EUI-48. */
static inline void
writer_mac(struct writer *w, const char *name, const uint8_t *p)
{
	w->ops->mac(w, writer_name(name), p);
}

/* Four bytes in network order. */
static inline void
writer_ipv4(struct writer *w, const char *name, const uint8_t *p)
{
	w->ops->ipv4(w, writer_name(name), p);
}

/* Sixteen bytes, RFC 5952. */
static inline void
writer_ipv6(struct writer *w, const char *name, const uint8_t *p)
{
	w->ops->ipv6(w, writer_name(name), p);
}

#define WRITER_FIELD(name, offset, kind) \
	{ (name), sizeof(name) - 1, (offset), (kind) }

enum { WRITER_FIELDS_MOST = 64 };	/* that may be said at once */

/* n of them, as one call each would say them, but with less work. */
static inline void
writer_fields(struct writer *w, const struct writer_field *f, size_t n,
    const uint8_t *header)
{
	w->ops->fields(w, f, n, header);
}

/* All of an array. */
#define WRITER_FIELDS(w, array, header) \
	writer_fields((w), (array), sizeof(array) / sizeof((array)[0]), \
	    (header))

/* One of them, for a writer that has no shorter way. */
static inline void
writer_field(struct writer *w, const struct writer_field *f,
    const uint8_t *header)
{
	struct writer_name name = { f->name, f->len };
	const uint8_t *p = header + f->offset;

	switch ((enum writer_kind)f->kind) {
	case WRITER_U8:
		w->ops->number(w, name, *p);
		break;
	case WRITER_U16:
		w->ops->number(w, name, be16(p));
		break;
	case WRITER_U32:
		w->ops->number(w, name, be32(p));
		break;
	case WRITER_HEX8:
		w->ops->hex(w, name, *p);
		break;
	case WRITER_HEX16:
		w->ops->hex(w, name, be16(p));
		break;
	case WRITER_MAC:
		w->ops->mac(w, name, p);
		break;
	case WRITER_IPV4:
		w->ops->ipv4(w, name, p);
		break;
	case WRITER_IPV6:
		w->ops->ipv6(w, name, p);
		break;
	}
}

#endif
