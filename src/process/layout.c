/* layout.c: where the kernel keeps what we read, by its BTF. */
#include <errno.h>
#include <string.h>

#include <bpf/btf.h>

#include "process/layout.h"

/* A member of a struct; "a.b" is one of a member. */
static const struct {
	const char *of, *path;
	uint32_t size;
} fields[LAYOUT_FIELDS] = {
	[LAYOUT_FAMILY] = { "sock", "__sk_common.skc_family", 2 },
	[LAYOUT_PROTOCOL] = { "sock", "sk_protocol", 2 },
	[LAYOUT_UID] = { "sock", "sk_uid", 4 },
	[LAYOUT_NET] = { "sock", "__sk_common.skc_net.net", 8 },
	/* When a socket has closed, this is the port that it had. */
	[LAYOUT_LOCAL_PORT] = { "inet_sock", "inet_sport", 2 },
	[LAYOUT_REMOTE_PORT] = { "sock", "__sk_common.skc_dport", 2 },
	[LAYOUT_LOCAL4] = { "sock", "__sk_common.skc_rcv_saddr", 4 },
	[LAYOUT_REMOTE4] = { "sock", "__sk_common.skc_daddr", 4 },
	[LAYOUT_LOCAL6] = { "sock", "__sk_common.skc_v6_rcv_saddr", 16 },
	[LAYOUT_REMOTE6] = { "sock", "__sk_common.skc_v6_daddr", 16 },
	[LAYOUT_NETNS] = { "net", "ns.inum", 4 },
	[LAYOUT_FLAGS] = { "task_struct", "flags", 4 },
	[LAYOUT_LEADER] = { "task_struct", "group_leader", 8 },
	[LAYOUT_NAME] = { "task_struct", "comm", 16 },
};

enum { DEEP = 8 };		/* anonymous structs, one in the other */

uint32_t
layout_size(enum layout_field f)
{
	return fields[f].size;
}

static const struct btf_type *
bare(const struct btf *b, uint32_t id, uint32_t *bare_id)
{
	const struct btf_type *t = btf__type_by_id(b, id);

	while (t != NULL && (btf_is_mod(t) || btf_is_typedef(t))) {
		id = t->type;
		t = btf__type_by_id(b, id);
	}
	*bare_id = id;
	return t;
}

/* The member of that name, also in anonymous structs and unions: its type, or
 * 0; adds where it is, in bytes. */
static uint32_t
find_member(const struct btf *b, uint32_t id, const char *name, size_t len,
    unsigned int depth, uint32_t *offset)
{
	const struct btf_type *t = bare(b, id, &id);
	const struct btf_member *m;

	if (t == NULL || !btf_is_composite(t) || depth == DEEP)
		return 0;
	m = btf_members(t);
	for (unsigned int i = 0; i < btf_vlen(t); i++) {
		const char *s = btf__name_by_offset(b, m[i].name_off);
		uint32_t at = btf_member_bit_offset(t, i), found = 0;

		if (s == NULL || at % 8 != 0 ||
		    btf_member_bitfield_size(t, i) != 0)
			continue;
		if (*s == '\0')
			found = find_member(b, m[i].type, name, len,
			    depth + 1, offset);
		else if (strlen(s) == len && memcmp(s, name, len) == 0)
			found = m[i].type;
		if (found == 0)
			continue;
		*offset += at / 8;
		return found;
	}
	return 0;
}

static int
find_field(const struct btf *b, enum layout_field f, uint32_t *offset,
    struct errbuf *e)
{
	const char *at = fields[f].path;
	int id = btf__find_by_name_kind(b, fields[f].of, BTF_KIND_STRUCT);
	uint32_t type = id > 0 ? (uint32_t)id : 0;

	for (*offset = 0; type != 0;) {
		size_t n = strcspn(at, ".");

		type = find_member(b, type, at, n, 0, offset);
		if (at[n] == '\0')
			break;
		at += n + 1;
	}
	if (type == 0 || btf__resolve_size(b, type) != fields[f].size)
		return err_set(e, "the kernel's struct %s has no %s of %u "
		    "bytes", fields[f].of, fields[f].path, fields[f].size);
	return 0;
}

int
layout_read(struct layout *l, struct errbuf *e)
{
	struct btf *b = btf__load_vmlinux_btf();
	int result = 0;

	if (b == NULL)
		return err_set(e, "/sys/kernel/btf/vmlinux: %s",
		    strerror(errno));
	for (unsigned int i = 0; i < LAYOUT_FIELDS && result == 0; i++)
		result = find_field(b, (enum layout_field)i, &l->offset[i], e);
	btf__free(b);
	return result;
}
