"""Files that a live capture writes, and the sessions in them."""
import gzip
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import time

import capfile
import lab
import live
from lab import A, B
from live import Dump, equal, finish, ok, wait_for

ECHO = "icmp or icmp6"


def reads(path):
    p = subprocess.run([os.environ["SESSDUMP"], "-r", path, "--sessions",
                        "--json"], capture_output=True, text=True,
                       check=False)
    return [json.loads(x) for x in p.stdout.splitlines()], p


def traffic():
    """Connections over IPv4 and IPv6, datagrams, echoes."""
    for v6 in False, True:
        a, b = lab.pair(8000, v6)
        lab.talk(a, b)
        lab.close(a, b)
        a, b = lab.pair(8001, v6)
        lab.talk(a, b)
        lab.abort(b)
        a.close()
        lab.ping(A, lab.address(B, v6), v6, 2)
        with lab.new(A, v6, lab.socket.SOCK_DGRAM) as s:
            s.sendto(b"x" * 4000, (lab.address(B, v6), 9))
        lab.quiet()


def tagged(tags=b"\x81\0\0\5"):
    """A datagram in VLAN 5 arrives, whose tag A's kernel takes out."""
    udp = bytes([0, 53, 0, 53, 0, 12, 0, 0]) + b"abcd"
    frame = b"\xff" * 6 + b"\2\0\0\0\0\1" + tags + b"\x08\0" + \
        bytes([0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 3, 1,
               192, 0, 3, 2]) + udp
    with lab.inside(B):
        s = lab.socket.socket(lab.socket.AF_PACKET, lab.socket.SOCK_RAW)
    s.bind(("eth0", 0))
    s.send(frame)
    s.close()


def same_sessions():
    where = f"{lab.space[A]}:eth0", f"{lab.space[A]}:lo"
    for what, args in (("eth0", ("-i", "eth0")), ("any", ("-i", "any")),
                       ("two", ("-i", where[0], "-i", where[1])),
                       ("libpcap", ("-i", "eth0", "--backend", "pcap"))):
        d = Dump(*args, "--no-processes", "--sessions", "--json", "-w",
                 f"{what}.pcapng")
        traffic()
        tagged()
        for v6 in False, True:
            lab.ping(A, "::1" if v6 else "127.0.0.1", v6, 1)
        # Echoes on lo are 4 packets more.
        d.caught(55 if "-i eth0" in " ".join(args) else 59)
        equal(f"{what}: status", d.stop(), 0)
        got, p = reads(f"{what}.pcapng")
        want = d.records("session")
        ok(len(want) >= 9 and p.returncode == 0,
           f"{what}: there are sessions", len(want), p.stderr)
        bad = [(a, b) for a, b in zip(want, got) if a != b]
        ok(not bad and len(got) == len(want),
           f"{what}: those of the file are the live ones", len(want),
           len(got), *bad[:1])
        # libpcap puts none back in what is cooked.
        ok(any(r["vlan"] == [5] for r in got) or
           (what == "any" and "afpacket" not in live.BACKENDS),
           f"{what}: one has a tag", [r["vlan"] for r in got])
        f = capfile.read(f"{what}.pcapng")
        equal(f"{what}: which interfaces", {r["interface"] for r in got} <=
              {x.name for x in f.frames}, True)


def tags():
    """They are as they were on the wire, whoever took them out meanwhile."""
    sent = (b"\x81\0\xe0\5", [5]), (b"\x88\xa8\0\6", [6]), \
        (b"\x88\xa8\0\7\x81\0\0\5", [7, 5])
    for what, args, link in [
            ("Ethernet", (), 14), ("cooked", ("-y", "LINUX_SLL2"), 20),
            ("any", ("-i", "any"), 20),
            ("libpcap", ("--backend", "pcap"), 14)][
                0 if "afpacket" in live.BACKENDS else 3:]:
        where = () if "any" in args else ("-i", "eth0")
        # Of two tags, a cooked socket takes out one and hides the other's
        # type: kernels from 6.10 on name the innermost protocol instead.
        some = sent[:2] if link == 20 else sent
        d = Dump(*where, *args, "--packets", "--json", "-w", "v.pcapng",
                 "--port", "53")
        for tag, _ in some:
            tagged(tag)
        ok(wait_for(lambda: len(d.out) == len(some)), f"tags, {what}: packets", *d.out)
        d.stop()
        for (tag, ids), r, f in zip(some, d.records("packet"),
                                    capfile.frames("v.pcapng")):
            size = link + len(tag) + 32
            equal(f"tags, {what}, {tag.hex()}: layers",
                  [x["id"] if x["layer"] == "vlan" else x["layer"]
                   for x in r["layers"][1:4 + len(ids) - 1]],
                  [*ids, "ipv4", "udp"])
            equal(f"tags, {what}, {tag.hex()}: lengths",
                  (r["frame_bytes"], r["captured_bytes"], f.len, len(f.data)),
                  (size,) * 4)
            at = 12 if link == 14 else 0
            equal(f"tags, {what}, {tag.hex()}: its type is in the file",
                  f.data[at:at + 2], tag[:2])
    for expression, want in (("vlan 5", 1), ("vlan", 3), ("vlan 7 and vlan 5",
                                                         1), ("ip6", 0)):
        d = Dump("-i", "eth0", "--packets", expression)
        for tag, _ in sent:
            tagged(tag)
        lab.quiet(0.5)
        d.stop()
        equal(f"tags: {expression}", len(d.out), want)
    d = Dump("-i", "eth0", "-s", "16", "--packets", "--json")
    tagged()
    wait_for(lambda: d.out)
    d.stop()
    equal("tags: -s 16", [(r["captured_bytes"], r["frame_bytes"])
                          for r in d.records("packet")], [(16, 50)])


def statistics():
    d = Dump("-i", "eth0", "-w", "s.pcapng", ECHO)
    begun = time.time_ns()
    lab.ping(A, lab.B4, False, 3)
    d.caught(6)
    d.stop()
    f = capfile.read("s.pcapng")
    if "afpacket" in live.BACKENDS:
        equal("directions", [x.flags & 3 for x in f.frames], [2, 1] * 3)
    (number, s), = f.statistics
    value = {k: int.from_bytes(v[0], "little") for k, v in s.items()}
    equal("statistics: of the interface", (number, f.interfaces[0][2][2]),
          (0, [b"eth0"]))
    equal("statistics: accepted, dropped, delivered",
          [value.get(k) for k in (6, 7, 8)], [6, 0, 6])
    ok(4 not in value, "statistics: what the filter refused is not known")
    start, end = ((int.from_bytes(s[k][0][:4], "little") << 32 |
                   int.from_bytes(s[k][0][4:], "little")) for k in (2, 3))
    ok(begun - 5 * 10**9 < start <= f.frames[0].ts <= end <= time.time_ns(),
       "statistics: when", start, begun, end)
    u = os.uname()
    equal("of this host", (f.section[2], f.section[3]),
          ([u.machine.encode()], [f"{u.sysname} {u.release}".encode()]))
    d = Dump("-i", "eth0", "-w", "s.pcapng")
    lab.ping(A, lab.B4, False, 1)
    d.caught(2)
    d.stop()
    s = capfile.read("s.pcapng").statistics[0][1]
    ok(s[4] == s[6] and s[4], "statistics: without a filter, received",
       dict(s))
    d = Dump("-i", "eth0", "-w", "s.pcapng", "tcp port 9")
    d.stop()
    f = capfile.read("s.pcapng")
    equal("no packet at all: the interface none the less",
          [x[2][2] for x in f.interfaces], [[b"eth0"]])


def ring():
    """Names with .part are written; others never change."""
    d = Dump("-i", "eth0", "-w", "r.pcap", "-C", "1k", "-W", "3", "-U", ECHO)
    ok(wait_for(lambda: os.path.exists("r.pcap0.part")),
       "a series: the first file at once", *os.listdir())
    seen, changed, most = {}, [], 0
    for _ in range(12):
        lab.ping(A, lab.B4, False, 4)
        time.sleep(0.15)
        names = [x for x in os.listdir() if x.startswith("r.pcap")]
        most = max(most, len(names))
        for name in names:
            if not name.endswith(".part"):
                st = os.stat(name)
                if seen.setdefault(st.st_ino, st.st_size) != st.st_size:
                    changed.append(name)
    d.caught(96)
    equal("a series: status", d.stop(), 0)
    equal("a series: never more than its files", most, 3)
    equal("a series: no whole file changes", changed, [])
    names = sorted(x for x in os.listdir() if x.startswith("r.pcap"))
    equal("a series: names", names, ["r.pcap0", "r.pcap1", "r.pcap2"])
    times = sorted(x.ts for n in names for x in capfile.frames(n))
    ok(len(times) >= 20, "a series: its last packets", len(times))


def clock():
    """A period ends though no packet comes."""
    d = Dump("-i", "eth0", "-w", "c-%s.pcapng", "-G", "1", "-W", "3", ECHO)
    begun = time.monotonic()
    lab.ping(A, lab.B4, False, 1)
    d.caught(2)
    ok(wait_for(lambda: any(re.fullmatch(r"c-\d+\.pcapng", x) for x in
                            os.listdir())), "a quiet wire: a file is whole",
       *os.listdir())
    equal("a quiet wire: -W ends it", d.wait(), 0)
    took = time.monotonic() - begun
    ok(2.5 < took < 6, "a quiet wire: after three periods", took)
    names = [x for x in os.listdir() if x.startswith("c-")]
    equal("a quiet wire: one file", [len(capfile.frames(x)) for x in names],
          [2])


def moved():
    """HUP, with a file that is moved under the name that it has."""
    d = Dump("-i", "eth0", "-w", "h.pcap", "-C", "1", ECHO)
    lab.ping(A, lab.B4, False, 1)
    d.caught(2)
    os.rename("h.pcap.part", "h.old")
    d.send(signal.SIGHUP)
    ok(wait_for(lambda: os.path.exists("h.pcap.part")),
       "HUP: a new file", *os.listdir())
    equal("HUP: the old one is whole", len(capfile.frames("h.old")), 2)
    lab.ping(A, lab.B4, False, 2)
    d.caught(6)
    d.stop()
    equal("HUP: the rest", len(capfile.frames("h.pcap")), 4)


def compressed():
    d = Dump("-i", "eth0", "-w", "z.pcapng.gz", ECHO, ready=False)
    if wait_for(lambda: d.said("libarchive") or d.said("listening")) and \
            d.said("libarchive"):
        ok(True, "compressed # SKIP no libarchive")
        return
    lab.ping(A, lab.B4, False, 3)
    d.caught(6)
    d.send(signal.SIGUSR2)

    def there():
        try:
            with gzip.open("z.pcapng.gz") as f, open("z", "wb") as to:
                to.write(f.read())
            return len(capfile.frames("z")) == 6
        except (EOFError, LookupError, TypeError, struct.error):
            return False
    ok(wait_for(there), "compressed, USR2: it is in the file, and whole")
    lab.ping(A, lab.B4, False, 1)
    d.caught(8)
    equal("compressed: status", d.stop(), 0)
    with gzip.open("z.pcapng.gz") as f, open("z", "wb") as to:
        to.write(f.read())
    equal("compressed: all of it", len(capfile.frames("z")), 8)


def full():
    """The disk is full: capture and view go on."""
    os.mkdir("disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "t", "disk"],
                      capture_output=True, check=False).returncode != 0:
        ok(True, "a full disk # SKIP no tmpfs may be mounted")
        return
    try:
        d = Dump("-i", "eth0", "-w", "disk/f.pcap", "-U", "--packets", "-t",
                 ECHO)
        for _ in range(5):
            lab.ping(A, lab.B4, False, 10, 1400)
        d.caught(100)
        equal("a full disk: status", d.stop(), 1)
        said = [x for x in d.err if x.startswith("sessdump:")]
        equal("a full disk: said once", said,
              ["sessdump: disk/f.pcap: write: No space left on device"])
        equal("a full disk: the view goes on", len(d.out), 100)
        n = len(capfile.frames("disk/f.pcap"))
        ok(n >= 40, "a full disk: what it holds is whole", n)
    finally:
        subprocess.run(["umount", "disk"], check=False)


lab.set_up(veth=True)
same_sessions()
tags()
statistics()
ring()
clock()
moved()
compressed()
full()
if shutil.which("tshark"):
    out = subprocess.run(["tshark", "-r", "eth0.pcapng", "-T", "fields", "-e",
                          "frame.interface_name", "-Y", "tcp"],
                         capture_output=True, text=True, check=False).stdout
    equal("tshark reads it", set(out.split()), {"eth0"})
finish()
