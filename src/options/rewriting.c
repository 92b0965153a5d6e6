/* rewriting.c: the options of src/rewrite/. */
#include "options/optable.h"
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
	default:
		return rules_add_mac(&o->rules, s, e);
	}
}

int
options_check_rewriting(const struct options *o, struct errbuf *e)
{
	if (!rewrite_wanted(&o->rules) || o->write != NULL)
		return 0;
	err_set(e, "--map-ip, --map-port, --map-mac: with -w only");
	return err_hint(e, "what is captured stays as it is; the frames of -w "
	    "are rewritten");
}
