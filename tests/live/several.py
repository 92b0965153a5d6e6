"""Several interfaces, in several namespaces, as one capture."""
import re
import socket
import subprocess
import time

import lab
from lab import A, B
from live import BACKENDS, Dump, equal, finish, ok, wait_for

ECHO = "icmp or (icmp6 and (ip6[40] == 128 or ip6[40] == 129))"


def places():
    """eth0 of both hosts, as A and B have it; lo of A."""
    return [f"{lab.space[A]}:eth0", f"{lab.space[B]}:eth0",
            f"{lab.space[A]}:lo"]


def of(names):
    return [x for name in names for x in ("-i", name)]


def summary(d):
    """What each interface's line says: captured, received, dropped."""
    found = {}
    for line in d.err:
        m = re.match(r"(\S+): (\d+) captured, (\d+) received by filter, "
                     r"(\d+) dropped by kernel", line)
        if m:
            found[m[1]] = tuple(map(int, m.groups()[1:]))
    return found


def ping_lo():
    with lab.inside(A):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1)
    s.sendto(b"\x08\0\0\0\0\0\0\1" + bytes(8), ("127.0.0.1", 0))
    s.close()


def three():
    """Both ends of a wire and a loopback: all there is, in order."""
    for backend in BACKENDS:
        for v6 in False, True:
            what = f"{backend}, IPv{6 if v6 else 4}"
            d = Dump(*of(places()), "--backend", backend, "--json",
                     ECHO)
            for _ in range(4):
                lab.ping(A, lab.address(B, v6), v6, 1)
            ping_lo()
            ok(d.caught(18), f"{what}: caught all", *d.err)
            equal(f"{what}: status", d.stop(), 0)
            got = d.records("packet")
            seen = [r["interface"] for r in got]
            equal(f"{what}: interfaces", {x: seen.count(x) for x in seen},
                  dict(zip(places(), (8, 8, 2))))
            times = [r["time"] for r in got]
            equal(f"{what}: in the order of time", times, sorted(times))
            counts = summary(d)
            equal(f"{what}: a line of the summary for each",
                  {k: v[0] for k, v in counts.items()},
                  dict(zip(places(), (8, 8, 2))))
            ok(d.said("18 packets captured"), f"{what}: and their sum",
               *d.err)
            ok(all(f"listening on {p}," in " ".join(d.err)
                   for p in places()), f"{what}: says where it listens",
               *d.err)


def quiet_one():
    """An interface where nothing happens holds up no other."""
    d = Dump(*of(places()), "-l", "icmp")
    lab.ping(A, lab.B4, False, 1)
    wait_for(lambda: len(d.out) >= 2)
    ok(len(d.out) >= 2, "lines come while another is quiet", *d.out)
    d.stop()


def statistics():
    """--stats has a record of each, and the sums are theirs."""
    for more in (), ("--backend", "pcap"), ("--workers", "2"):
        what = " ".join(("--stats", *more))
        d = Dump(*of(places()), "--stats", "1", "--json", *more, "icmp")
        lab.ping(A, lab.B4, False, 2)
        d.caught(8)
        time.sleep(1.1)
        d.stop()
        told = d.records("stats")
        ok(len(told) >= 2, f"{what}: records", *d.out)
        equal(f"{what}: the interfaces", [
            (i["interface"], i["packets"]["captured"])
            for i in told[-1]["interfaces"]], list(zip(places(), (4, 4, 0))))
        for name in "captured", "received", "dropped", "unread":
            equal(f"{what}: the sum of {name} is theirs", [
                r for r in told if r["packets"][name] !=
                sum(i["packets"][name] for i in r["interfaces"])], [])


def directions():
    for backend in BACKENDS:
        for way in "in", "out":
            d = Dump(*of(places()[:2]), "--backend", backend, "-Q", way,
                     "--json", "icmp")
            lab.ping(A, lab.B4, False, 1)
            ok(d.caught(2), f"{backend}, -Q {way}: caught", *d.err)
            d.stop()
            want = {("in", 0): lab.B4, ("in", 1): lab.A4,
                    ("out", 0): lab.A4, ("out", 1): lab.B4}
            equal(f"{backend}, -Q {way}: on each interface",
                  sorted((r["interface"], r["source"]["ip"])
                         for r in d.records("packet")),
                  sorted((places()[h], want[way, h]) for h in (0, 1)))


def any_and_any():
    """The number of an interface says nothing about its namespace."""
    for h in A, B:
        lab.ip(h, "link add twin index 7000 type veth peer name peer")
        lab.ip(h, "addr add 198.51.100.1/24 dev twin")
        lab.ip(h, "link set twin arp off up")
        lab.ip(h, "link set peer up")
    d = Dump(*of(f"{s}:any" for s in lab.space), "--json",
             "udp port 7")
    for h in A, B:
        with lab.inside(h):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"twin")
        s.sendto(b"x", ("198.51.100.2", 7))
        s.close()
    lab.quiet(0.3)
    d.stop()
    got = sorted({r["interface"] for r in d.records("packet")})
    equal("equal numbers in two namespaces are two interfaces", got,
          sorted(f"{s}:{x}" for s in lab.space for x in ("peer", "twin")))
    for h in A, B:
        lab.ip(h, "link del twin")


def netns_forms():
    """A name, a path, a process; as the default, and of one interface."""

    sleeper = subprocess.Popen(["ip", "netns", "exec", lab.space[B], "sleep",
                                "600"])
    lab.quiet(0.3)
    forms = (lab.space[B], f"/run/netns/{lab.space[B]}", str(sleeper.pid))
    for name in forms:
        for args in ("--netns", name, "-i", "eth0"), ("-i", f"{name}:eth0"):
            d = Dump(*args, "--json", "-c", "1", "icmp")
            lab.ping(A, lab.B4, False, 1)
            equal(f"{' '.join(args)}: status", d.wait(), 0)
            equal(f"{' '.join(args)}: interface",
                  [r["interface"] for r in d.records("packet")],
                  [f"{name}:eth0"])
    sleeper.kill()
    d = Dump("--netns", lab.space[B], "-c", "1", "icmp")
    lab.ping(A, lab.B4, False, 1)
    d.wait()
    ok(d.said(f"listening on {lab.space[B]}:eth0,"), "--netns without -i",
       *d.err)
    d = Dump("-D", "--netns", lab.space[B], ready=False)
    equal("-D --netns: status", d.wait(), 0)
    ok(any(x.split()[1:2] == ["eth0"] and lab.B4 + "/24" in x for x in d.out),
       "-D --netns: its interfaces", *d.out)
    for args in (("--netns", lab.space[B], "-i", "eth0"),
                 ("-i", f"{lab.space[B]}:eth0")):
        d = Dump("-L", *args, ready=False)
        equal(f"-L {' '.join(args)}: status", d.wait(), 0)
        ok(any(x.startswith("EN10MB ") for x in d.out), "-L --netns", *d.out)


def refused():
    there = f"{lab.space[B]}:nope0"
    for args, status, said in (
            (("-i", "eth0", "-i", "nope0"), 1, "capture on nope0: there is "
             "no such interface"),
            (("-i", there), 1, f"capture on {there}: there is no such "
             "interface"),
            (("-i", "nowhere:eth0"), 1,
             "namespace nowhere: there is no such namespace"),
            (("--netns", "nowhere", "-D"), 1,
             "namespace nowhere: there is no such namespace"),
            (("-i", "eth0:1"), 1,
             "namespace eth0: there is no such namespace"),
            (("--netns", "/etc/passwd", "-i", "eth0"), 1,
             "namespace /etc/passwd: that is no network namespace"),
            (("-i", "eth0", "-i", "lo", "-i", "eth0"), 2,
             "-i eth0: it is named twice"),
            (("-i", "any", "-i", "lo"), 2, "-i lo: it is part of -i any"),
            (("-i", ":eth0"), 2, "-i: :eth0: not NETNS:IFACE"),
            (("-i", "x:"), 2, "-i: x:: not NETNS:IFACE"),
            (("-L", "-i", "eth0", "-i", "lo"), 2,
             "-L: one interface at a time"),
            (("-J", "-i", "eth0", "-i", "lo"), 2,
             "-J: one interface at a time")):
        d = Dump(*args, ready=False)
        equal(f"{' '.join(args)}: status", d.wait(), status)
        equal(f"{' '.join(args)}: message", d.err[:1], [f"sessdump: {said}"])
    d = Dump("-i", "eth0:1", ready=False)
    d.wait()
    ok(d.said("-i eth0"), "eth0:1 was an address of eth0 once: a hint",
       *d.err)


lab.set_up(veth=True)
three()
quiet_one()
statistics()
directions()
if "afpacket" in BACKENDS:
    any_and_any()
netns_forms()
refused()
finish()
