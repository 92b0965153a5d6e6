"""Types of time stamps: what is offered, refused, and missing."""
import os
import socket

import lab
from lab import A
from live import BACKENDS, Dump, equal, finish, ok

HOST = "host                 Host (default)"
ADAPTER = "adapter_unsynced     Adapter, not synced with system time"


def send(n):
    with lab.inside(A):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(n):
        s.sendto(b"tick", (lab.B4, 9))
    s.close()


def without():
    for backend in BACKENDS:
        for iface in "eth0", "any", "lo":
            d = Dump("-J", "-i", iface, "--backend", backend, ready=False)
            equal(f"{backend}, {iface}, -J", (d.wait(), d.out), (0, [HOST]))
        d = Dump("-i", "eth0", "-j", "host", "--backend", backend, "udp")
        send(4)
        ok(d.caught(4), f"{backend}, -j host: packets", *d.err)
        equal(f"{backend}, -j host: status", d.stop(), 0)
        ok(not d.said("time stamp"), f"{backend}, -j host: no more is said",
           *d.err)
        for kind in "adapter", "adapter_unsynced", "host_hiprec":
            d = Dump("-i", "eth0", "-j", kind, "--backend", backend,
                     ready=False)
            equal(f"{backend}, {kind}: refused", (d.wait(), d.err),
                  (1, [f"sessdump: capture on eth0: it offers no time stamps "
                       f"of type {kind}", "it offers: host"]))
    d = Dump("-J", "-i", "none0", ready=False)
    equal("-J of none: status", d.wait(), 1)
    ok(d.said("none0"), "-J of none: message", *d.err)


def adapter(state):
    """One that promises."""
    return "env", "LD_PRELOAD=" + os.path.realpath("adapter.so"), \
        "ADAPTER=" + state


def promised():
    d = Dump("-J", "-i", "eth0", before=adapter("off"), ready=False)
    equal("an adapter: -J", (d.wait(), d.out), (0, [HOST, ADAPTER]))
    d = Dump("-J", "-i", "any", before=adapter("off"), ready=False)
    equal("an adapter: -J of all", (d.wait(), d.out), (0, [HOST]))
    for state in "off", "on":
        d = Dump("-i", "eth0", "-j", "adapter_unsynced", "udp",
                 before=adapter(state))
        send(6)
        ok(d.caught(6), f"{state}: packets", *d.err)
        equal(f"{state}: status", d.stop(), 0)
        equal(f"{state}: said once that stamps are missing",
              [x for x in d.err if "not every frame" in x],
              ["sessdump: eth0: not every frame has the adapter's time stamp; "
               "where it is missing the host's stands"])
        equal(f"{state}: how many", [x for x in d.err if "not the" in x][-1:],
              ["6 packets with the host's time stamp, not the adapter's"])
    for state, why in (("denied", "Operation not permitted"),
                       ("broken", "Numerical result out of range")):
        d = Dump("-i", "eth0", "-j", "adapter_unsynced", ready=False,
                 before=adapter(state))
        equal(f"{state}: refused", (d.wait(), d.err[:1]),
              (1, ["sessdump: capture on eth0: time stamps of the adapter: " +
                   why]))
        ok(d.said("hwstamp_ctl -i eth0 -r 1") == (state == "denied"),
           f"{state}: the cure, if it is one", *d.err)


lab.set_up(veth=True)
without()
if os.path.exists("adapter.so"):
    promised()
else:
    ok(True, "an adapter # SKIP it cannot be preloaded")
finish()
