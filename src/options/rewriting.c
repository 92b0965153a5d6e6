/* rewriting.c: the options of src/rewrite/. */
#include "options/optable.h"
#include "rewrite/key.h"
#include "rewrite/rewrite.h"

int
options_set_rewriting(struct options *o, int opt, const char *s,
    struct errbuf *e)
{
	switch (opt) {
	case OPT_MAP_IP:
		return rules_add_ip(&o->rules, s, e);
	case OPT_MAP_PORT:
		return rules_add_port(&o->rules, s, e);
	case OPT_MAP_MAC:
		return rules_add_mac(&o->rules, s, e);
	case OPT_ANONYMIZE:
		o->rules.anonymize = 1;
		return key_read(o->rules.key, s, e);
	case OPT_VLAN:
		return rules_set_vlan(&o->rules, s, e);
	default:
		return rules_set_mtu(&o->rules, opt == OPT_MTU_DROP ?
		    MTU_DROP : MTU_FRAGMENT, s, e);
	}
}

int
options_check_rewriting(const struct options *o, struct errbuf *e)
{
	const struct rules *u = &o->rules;

	if (!rewrite_wanted(u))
		return 0;
	if (o->write == NULL && o->replay.nto == 0) {
		err_set(e, "--map-ip, --map-port, --map-mac, --anonymize, "
		    "--cut-payload, --vlan, --mtu-fragment, --mtu-drop: with "
		    "-w or --replay-to only");
		return err_hint(e, "what is captured stays as it is: what is "
		    "written or sent is rewritten");
	}
	if (u->fit != MTU_KEEP && u->mtu == MTU_OF_LINK && o->write != NULL)
		return err_set(e, "--mtu-fragment auto, --mtu-drop auto: a "
		    "file has no MTU");
	if (u->anonymize && o->dump.comments)
		return err_set(e, "--anonymize: not with --comments, which "
		    "tell the addresses");
	if (u->cut && o->replay.nto > 0)
		return err_set(e, "--cut-payload: not with --replay-to: what "
		    "is cut cannot be sent");
	return 0;
}
