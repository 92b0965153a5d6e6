"""Counts, directions, signals and failures of a live capture."""
import os
import shutil
import signal
import subprocess

import lab
from lab import A, B
from live import BACKENDS, Dump, equal, finish, ok, wait_for


def ping(n=1):
    lab.ping(A, lab.B4, False, n)


def reads(path):
    return subprocess.run([os.environ["SESSDUMP"], "-r", path, "-t"],
                          capture_output=True, text=True).stdout.splitlines()


def counted():
    for backend in BACKENDS:
        d = Dump("-i", "eth0", "--backend", backend, "-c", "3", "icmp")
        ping(4)
        equal(f"{backend}, -c: it ends by itself", d.wait(), 0)
        equal(f"{backend}, -c: packets", len(d.out), 3)
        ok(d.said("packets received by filter") and
           d.said("0 packets dropped by kernel"),
           f"{backend}, -c: the summary", *d.err)


def directions():
    for backend in BACKENDS:
        for way, want in (("in", {lab.B4}), ("out", {lab.A4}),
                          ("inout", {lab.A4, lab.B4})):
            d = Dump("-i", "eth0", "--backend", backend, "-Q", way, "--json",
                     "icmp")
            n = 2 if way == "inout" else 1
            ping(2)
            wait_for(lambda: len(d.out) >= 2 * n)
            equal(f"{backend}, -Q {way}: status", d.stop(), 0)
            got = [r["source"]["ip"] for r in d.records()]
            equal(f"{backend}, -Q {way}: sources", set(got), want)
            equal(f"{backend}, -Q {way}: packets", len(got), 2 * n)


def promiscuity():
    shown = subprocess.run(["ip", "-n", lab.space[A], "-d", "link", "show",
                            "eth0"], capture_output=True, text=True).stdout
    return shown.split("promiscuity ")[1].split()[0]


def promiscuous():
    for backend in BACKENDS:
        for args, want in (((), "1"), (("-p",), "0")):
            d = Dump("-i", "eth0", "--backend", backend, *args)
            equal(f"{backend}{' -p' if args else ''}: promiscuity",
                  promiscuity(), want)
            d.stop()
        equal(f"{backend}: promiscuity afterwards", promiscuity(), "0")


def signals():
    for backend in BACKENDS:
        d = Dump("-i", "eth0", "--backend", backend, "-w", "x.pcap",
                 "--events", "icmp")
        ping(2)
        # Lines appear though nobody asked for -l.
        ok(wait_for(lambda: len(d.out) >= 2), f"{backend}: lines at once",
           *d.out)
        ok(d.caught(4) and d.said("0 packets dropped by kernel"),
           f"{backend}, USR1: the summary", *d.err)
        ok(wait_for(lambda: d.said("1 session")),
           f"{backend}, USR1: sessions", *d.err)
        d.send(signal.SIGUSR2)
        ok(wait_for(lambda: len(reads("x.pcap")) == 4),
           f"{backend}, USR2: -w is written out", *reads("x.pcap"))
        equal(f"{backend}: it goes on", d.process.poll(), None)
        ping(1)
        ok(d.caught(6), f"{backend}: it captures on", *d.err)
        before = len(d.err)
        equal(f"{backend}, INT: status", d.stop(), 0)
        ok("6 packets captured" in d.err[before:],
           f"{backend}, INT: the summary", *d.err[before:])
        equal(f"{backend}: -w has all", len(reads("x.pcap")), 6)
        d = Dump("-i", "eth0", "--backend", backend, "-U", "-w", "y.pcap",
                 "icmp")
        ping(1)
        ok(wait_for(lambda: len(reads("y.pcap")) == 2),
           f"{backend}, -U: packets are in the file at once",
           *reads("y.pcap"))
        equal(f"{backend}, TERM: status", d.stop(signal.SIGTERM), 0)
        ok(d.said("2 packets captured"), f"{backend}, TERM: the summary",
           *d.err)


def quiet_wire():
    """Sessions end by the clock when no packet comes."""
    for backend in BACKENDS:
        d = Dump("-i", "eth0", "--backend", backend, "--timeout", "icmp=1",
                 "--events", "icmp")
        ping(1)
        ok(wait_for(lambda: any(" end " in x and " timeout " in x
                                for x in d.out)),
           f"{backend}: a session times out on a quiet wire", *d.out)
        equal(f"{backend}: status", d.stop(), 0)


def closed_pipe():
    p = subprocess.Popen(
        ["ip", "netns", "exec", lab.space[A], "sh", "-c",
         '("$SESSDUMP" -i eth0 icmp 2>err; echo $? >status) | head -n 1'],
        stdout=subprocess.PIPE, text=True)

    def over():
        ping(1)
        return p.poll() is not None
    ok(wait_for(over), "a closed pipe ends it")
    p.kill()
    equal("a closed pipe: lines", len(p.stdout.read().splitlines()), 1)
    with open("status") as status, open("err") as err:
        equal("a closed pipe: status", status.read(), "0\n")
        equal("a closed pipe: no message",
              [x for x in err if x.startswith("sessdump:")], [])


def cut():
    for backend in BACKENDS:
        d = Dump("-i", "eth0", "--backend", backend, "-s", "40", "--json",
                 "-c", "2", "icmp")
        ping(1)
        equal(f"{backend}, -s 40: status", d.wait(), 0)
        equal(f"{backend}, -s 40: captured",
              [(r["captured_bytes"], r["frame_bytes"]) for r in d.records()],
              [(40, 58), (40, 58)])


def failures():
    for backend in BACKENDS:
        b = "--backend", backend
        d = Dump("-i", "nope0", *b, ready=False)
        equal(f"{backend}, unknown interface: status", d.wait(), 1)
        equal(f"{backend}, unknown interface: message", d.err[0],
              "sessdump: capture on nope0: there is no such interface")
        ok(len(d.err) > 1 and {"any", "lo", "eth0"} <= set(d.err[1].split()),
           f"{backend}, unknown interface: those that there are", *d.err)
        lab.ip(A, "link add down0 type veth peer name down1")
        d = Dump("-i", "down0", *b, ready=False)
        equal(f"{backend}, interface down: status", d.wait(), 1)
        equal(f"{backend}, interface down: message", d.err[:2],
              ["sessdump: capture on down0: the interface is down",
               "sudo ip link set dev down0 up"])
        lab.ip(A, "link set down0 up")
        lab.ip(A, "link set down1 up")
        # absent.py has what afpacket does then: it waits.
        d = Dump("-i", "down0", "--backend", "pcap")
        lab.ip(A, "link del down0")
        equal("pcap, interface removed: status", d.wait(), 1)
        said = [x for x in d.err if x.startswith("sessdump: ")]
        ok(len(said) == 1 and "down0" in said[0],
           "pcap, interface removed: message", *d.err)
        d = Dump("-i", "eth0", *b, "tcp prot 80", ready=False)
        ok(d.wait() in (1, 2), f"{backend}, bad filter: status",
           d.process.returncode)
        ok(d.said("sessdump: filter expression: ") and
           "tcp prot 80" in d.err and "    ^" in d.err,
           f"{backend}, bad filter: where", *d.err)
        d = Dump("-i", "eth0", *b, "-y", "IEEE802_11", ready=False)
        equal(f"{backend}, wrong link type: status", d.wait(), 1)
        ok(d.said("IEEE802_11"), f"{backend}, wrong link type: message",
           *d.err)


def unprivileged():
    # Where nobody can reach it.
    os.chmod(".", 0o755)
    shutil.copy(os.environ["SESSDUMP"], "sessdump")
    os.chmod("sessdump", 0o755)
    path = os.path.realpath("sessdump")
    keep = os.environ["SESSDUMP"]
    os.environ["SESSDUMP"] = path
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
              "--inh-caps=-all", "--bounding-set=-all")
    for iface in "eth0", "any":
        for backend in BACKENDS:
            d = Dump("-i", iface, "--backend", backend, before=nobody,
                     ready=False)
            equal(f"nobody, {iface}, {backend}: status", d.wait(), 1)
            equal(f"nobody, {iface}, {backend}: message", d.err[:1],
                  [f"sessdump: capture on {iface}: permission denied: the "
                   "capability CAP_NET_RAW is missing"])
            equal(f"nobody, {iface}, {backend}: hint", d.err[1:2],
                  [f"sudo setcap cap_net_raw+ep {path}"])
    d = Dump("-r", "x.pcap", before=nobody, ready=False)
    equal("nobody reads files", (d.wait(), len(d.out)), (0, 6))
    os.environ["SESSDUMP"] = keep


def without_interface():
    """The first one that is up."""
    d = Dump("-c", "2", "icmp")
    ping(1)
    equal("no -i: status", d.wait(), 0)
    ok(d.said("listening on eth0,"), "no -i: which", *d.err)
    d = Dump("-D", ready=False)
    equal("-D: status", d.wait(), 0)
    ok(any(x.split()[1:3] == ["eth0", "up"] and "192.0.2.1/24" in x
           for x in d.out), "-D: eth0 and its address", *d.out)
    d = Dump("-L", "-i", "eth0", ready=False)
    equal("-L: status", d.wait(), 0)
    ok(any(x.startswith("EN10MB ") for x in d.out), "-L: Ethernet", *d.out)


lab.set_up(veth=True)
counted()
directions()
promiscuous()
signals()
quiet_wire()
closed_pipe()
cut()
failures()
if shutil.which("setpriv"):
    unprivileged()
else:
    ok(True, "nobody # SKIP no setpriv")
without_interface()
finish()
