/* session_names.c: what the parts of a session are called. */
#include "session/session.h"

const char *const session_role_name[ROLES] = {
	[ROLE_FIRST] = "first",
	[ROLE_PORT] = "port",
	[ROLE_LISTEN] = "listen",
	[ROLE_SYN_ACK] = "syn_ack",
	[ROLE_SYN] = "syn",
};

const char *const session_end_name[ENDS] = {
	[END_OPEN] = "open",
	[END_CLOSED] = "closed",
	[END_RESET] = "reset",
	[END_TIMEOUT] = "timeout",
	[END_EVICTED] = "evicted",
	[END_REUSED] = "reused",
	[END_CAPTURE] = "capture_end",
};

const char *const session_key_name[SESSION_KEYS] = { "vlan", "tunnel" };

const char *const session_event_name[EVENT_KINDS] = {
	[EVENT_NEW] = "new",
	[EVENT_STATE] = "state",
	[EVENT_ROLE] = "role",
	[EVENT_ICMP_ERROR] = "icmp_error",
	[EVENT_END] = "end",
};

/* What Linux conntrack waits; but an established connection is kept until
 * memory asks for it back, and an unknown one as an unacknowledged one. */
const struct session_timeout_info session_timeouts[TIMEOUTS] = {
	[TIMEOUT_CLOSED] = { "closed", 10 },
	[TIMEOUT_TIME_WAIT] = { "time_wait", 120 },
	[TIMEOUT_LAST_ACK] = { "last_ack", 30 },
	[TIMEOUT_CLOSE_WAIT] = { "close_wait", 60 },
	[TIMEOUT_FIN_WAIT] = { "fin_wait", 120 },
	[TIMEOUT_SYN_SENT] = { "syn_sent", 120 },
	[TIMEOUT_SYN_RECEIVED] = { "syn_received", 60 },
	[TIMEOUT_UNKNOWN] = { "unknown", 300 },
	[TIMEOUT_ICMP] = { "icmp", 30 },
	[TIMEOUT_UDP] = { "udp", 30 },
	[TIMEOUT_UDP_ESTABLISHED] = { "udp_established", 120 },
	[TIMEOUT_GENERIC] = { "generic", 600 },
	[TIMEOUT_ONE_WAY] = { "one_way", 0 },
	[TIMEOUT_ESTABLISHED] = { "established", 0 },
};

/* RFC 792 and RFC 4443: the errors, by IP version and type. */
const char *
session_icmp_cause(const struct flow *f)
{
	static const char *const v4[] = { [3] = "unreachable",
	    [4] = "source_quench", [5] = "redirect", [11] = "time_exceeded",
	    [12] = "parameter_problem" };
	static const char *const v6[] = { [1] = "unreachable",
	    [2] = "packet_too_big", [3] = "time_exceeded",
	    [4] = "parameter_problem" };
	const char *cause = NULL;

	if (f->ip_version == 4 && f->icmp_type < sizeof(v4) / sizeof(v4[0]))
		cause = v4[f->icmp_type];
	if (f->ip_version == 6 && f->icmp_type < sizeof(v6) / sizeof(v6[0]))
		cause = v6[f->icmp_type];
	return cause != NULL ? cause : "icmp_error";
}

/* All but source quench, redirect, and what is about the size of packets. */
int
session_icmp_is_final(const struct flow *f)
{
	switch (f->ip_version == 4 ? f->icmp_type : 256 + f->icmp_type) {
	case 3:
		return f->icmp_code != 4;
	case 11:
	case 12:
	case 256 + 1:
	case 256 + 3:
	case 256 + 4:
		return 1;
	default:
		return 0;
	}
}
