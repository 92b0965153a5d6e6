/* l2tpv3.c: Layer Two Tunneling Protocol version 3 over IP, RFC 3931. */
#include <sessdump/dissector.h>

enum { L2TPV3_SESSION = 4 };

/* Whether a cookie and a sublayer follow, and of what, is agreed elsewhere. */
static enum verdict
l2tpv3_dissect(struct packet *p, struct cursor *c)
{
	(void)p;
	return cursor_take(c, L2TPV3_SESSION) == NULL ? DISSECT_SHORT :
	    DISSECT_DONE;
}

static void
l2tpv3_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	if (l->header < L2TPV3_SESSION)
		return;
	/* 0: a control message. */
	writer_hex(w, "session_id", be32(l->data));
}

DISSECTOR(l2tpv3) = {
	DISSECTOR_ABI,
	.name = "l2tpv3",
	.title = "Layer Two Tunneling Protocol version 3 over IP (RFC 3931)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 115 }),
	.dissect = l2tpv3_dissect,
	.print = l2tpv3_print,
};
