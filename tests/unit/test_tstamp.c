/* test_tstamp.c: types of time stamps: names, and what hardware offers. */
#include <pcap/pcap.h>

#include <string.h>

#include "capture/live/tstamp.h"
#include "tap.h"

#ifdef HAVE_AFPACKET
#include <linux/net_tstamp.h>

static void
test_hardware(void)
{
	uint32_t raw = SOF_TIMESTAMPING_RAW_HARDWARE;
	uint32_t rest = ~raw, all = 1U << HWTSTAMP_FILTER_ALL;

	is_u64(tstamp_offered_hardware(raw, all),
	    1U << PCAP_TSTAMP_ADAPTER_UNSYNCED, "stamps, of every frame");
	is_u64(tstamp_offered_hardware(raw, ~all), 0, "of some frames only");
	is_u64(tstamp_offered_hardware(rest, all), 0, "no stamps of its own");
	is_u64(tstamp_offered_hardware(0, 0), 0, "nothing at all");
}
#else
static void
test_hardware(void)
{
}
#endif

static void
test_names(void)
{
	struct errbuf e;

	is_u64((unsigned int)tstamp_type("host", &e), PCAP_TSTAMP_HOST,
	    "host");
	is_u64((unsigned int)tstamp_type("adapter_unsynced", &e),
	    PCAP_TSTAMP_ADAPTER_UNSYNCED, "adapter_unsynced");
	ok(tstamp_type("", &e) == -1, "no name");
	ok(tstamp_type("clock", &e) == -1, "no such name");
	is_str(e.text, "-j: clock: no such type of time stamps", "it says so");
	ok(strstr(e.hint, " host host_lowprec host_hiprec adapter "
	    "adapter_unsynced") != NULL, "and which there are: %s", e.hint);
}

static void
test_check(void)
{
	unsigned int set = 1U << PCAP_TSTAMP_HOST |
	    1U << PCAP_TSTAMP_ADAPTER_UNSYNCED;
	struct errbuf e;

	ok(tstamp_check("eth0", PCAP_TSTAMP_HOST, set, &e) == 0, "offered");
	ok(tstamp_check("eth0", PCAP_TSTAMP_ADAPTER, set, &e) == -1,
	    "not offered");
	is_str(e.text, "capture on eth0: it offers no time stamps of type "
	    "adapter", "it says so");
	is_str(e.hint, "it offers: host adapter_unsynced", "and what it has");
}

int
main(void)
{
	test_hardware();
	test_names();
	test_check();
	return done();
}
