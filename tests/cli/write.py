"""The files of -w: formats, compression, series, a full disk."""
import glob
import gzip
import json
import os
import shutil
import subprocess
import sys

import capfile
from tap import equal, finish, ok, skip

SESSDUMP = os.environ["SESSDUMP"]
PCAPS = os.path.join(os.environ["srcdir"], "pcaps")
SECOND = 10**9
BASE = 1767323045 * SECOND		# 2026-01-02 03:04:05 UTC


class Run:
    def __init__(self, *args, before=(), **more):
        p = subprocess.run([*before, SESSDUMP, *args], capture_output=True,
                           stdin=subprocess.DEVNULL, check=False, **more)
        self.status, self.out = p.returncode, p.stdout
        self.err = p.stderr.decode().splitlines()
        self.said = [x for x in self.err if x.startswith("sessdump: ")]


def good(what, *args):
    r = Run(*args)
    ok(r.status == 0 and not r.said, what, r.status, *r.err)
    return r


def files(pattern):
    return sorted(glob.glob(pattern))


def remove(pattern):
    for path in files(pattern):
        os.unlink(path)


def datagram(port, size=0):
    """An Ethernet frame of IPv4 and UDP; checksums are not there."""
    udp = bytes([port >> 8, port & 255, 0, 53, (8 + size) >> 8,
                 (8 + size) & 255, 0, 0]) + bytes(size)
    n = 20 + len(udp)
    return bytes(12) + b"\x08\0" + bytes([0x45, 0, n >> 8, n & 255]) + \
        bytes(4) + bytes([64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]) + udp


def make(path, times, size=0):
    """A frame at each time, of seconds; the port is its number."""
    f = capfile.Pcapng()
    f.interface(1, b"eth7")
    for i, t in enumerate(times):
        f.frame(0, BASE + int(t * SECOND), datagram(1000 + i, size))
    with open(path, "wb") as file:
        file.write(f.data)


def numbers(path):
    return [int.from_bytes(f.data[34:36], "big") - 1000
            for f in capfile.frames(path)]


def plain(frames):
    """What pcap holds of them."""
    return [f._replace(name=None, flags=0, comment=None) for f in frames]


def round_trips():
    for kind in "pcap", "pcapng":
        wrong = []
        for path in files(f"{PCAPS}/*.pcap*"):
            r = Run("-r", path, "-w", f"copy.{kind}")
            want = capfile.frames(path)
            got = capfile.frames(f"copy.{kind}")
            if r.status or (got != want if kind == "pcapng" else
                            plain(got) != plain(want)):
                wrong.append(path)
        equal(f"every capture as {kind}: bytes, times, interfaces", wrong, [])


def odd_capture(most):
    """What no capture of ours holds: link types, sizes, clocks, sections."""
    data = b""
    for order in "<>":
        f = capfile.Pcapng(order)
        f.interface(1, b"eth0")
        f.interface(113, b"any", 96)
        f.interface(228, None, 65535, 6)
        f.interface(276, "Br\u00fccke".encode(), 262144, 0x80 | 10)
        f.interface(1, b"eth0")
        for i in range(40):
            f.frame(i % 5, i * 7919 << (30, 30, 30, 20, 30)[i % 5],
                    bytes([i]) * (i * i), i * i + i, (0, 1, 2, 0x201, 0x401, 0x802)[i % 6])
        f.frame(0, 0, b"")
        f.frame(1, 1, bytes(range(256)) * (most // 256))
        f.frame(3, 5, b"x" * 131072)
        f.frame(0, 4 * 10**18, b"y" * 8192)
        for i in range(300):
            f.frame(0, i, b"z" * (i * 31 % 9000))
        data += f.data
    with open("odd.pcapng", "wb") as file:
        file.write(data)


def link_types():
    odd_capture(1 << 20)
    want = capfile.frames("odd.pcapng")
    good("several link types and sections", "-r", "odd.pcapng", "-w",
         "o.pcapng")
    equal("every frame as it was", capfile.frames("o.pcapng") == want, True)
    good("once more", "-r", "o.pcapng", "-w", "o2.pcapng")
    ok(open("o.pcapng", "rb").read() == open("o2.pcapng", "rb").read(),
       "and the same file")
    r = Run("-r", "odd.pcapng", "-w", "o.pcap")
    equal("pcap: status", r.status, 1)
    ok(r.said == ["sessdump: o.pcap: a frame of link type 113 in a file of "
                  "link type 1: pcap holds only one"] and
       any("pcapng" in x and "--write-format" in x for x in r.err),
       "pcap: one link type, and what else there is", *r.err)
    equal("pcap: what came before", plain(capfile.frames("o.pcap")),
          plain(want[:1]))
    r = Run("-r", "odd.pcapng", "-w", "o.pcap", "--packets")
    equal("pcap: a view goes on", (r.status, len(r.said), len(
        r.out.splitlines()) >= len(want)), (1, 1, True))


def formats():
    http = f"{PCAPS}/http.pcap"
    for name, args, want in (
            ("a.pcap", (), "pcap"), ("a", (), "pcap"), ("pcapng", (), "pcap"),
            ("a.pcapng", (), "pcapng"), ("a.NTAR", (), "pcapng"),
            ("a.pcapng.bak", (), "pcap"), ("a.cap", ("--write-format",
                                                     "pcapng"), "pcapng"),
            ("b.pcapng", ("--write-format", "pcap"), "pcap")):
        Run("-r", http, "-w", name, *args)
        kind = "pcapng" if open(name, "rb").read(4) == b"\n\r\r\n" else "pcap"
        equal(" ".join((name, *args)), kind, want)
    r = Run("-r", http, "-w", "-", "--write-format", "pcapng")
    with open("out.pcapng", "wb") as f:
        f.write(r.out)
    equal("standard output", plain(capfile.frames("out.pcapng")),
          capfile.frames(http))
    f = capfile.read("a.pcapng")
    equal("of a file: the program alone, and no host",
          {k: v[0].split()[0] for k, v in f.section.items() if v},
          {4: b"sessdump"})
    Run("-r", http, "-w", "c.pcapng", "tcp port 80 or icmp")
    about = capfile.read("c.pcapng").interfaces[0][2]
    equal("the filter, and the resolution", (about[11], about[9]),
          ([b"\0tcp port 80 or icmp"], [b"\x09"]))
    good("no packet at all", "-r", http, "-w", "e.pcapng", "udp port 9")
    equal("its file", [len(x) for x in capfile.read("e.pcapng")[:3]],
          [0, 1, 0])


def comments():
    http = f"{PCAPS}/tcp_loss.pcap"
    good("--comments", "-r", http, "-w", "k.pcapng", "--comments")
    got = capfile.frames("k.pcapng")
    equal("a comment changes nothing else", plain(got),
          capfile.frames(http))
    equal("the first one", got[0].comment, "session 1 tcp client "
          "192.0.2.1:43325 syn_sent server 192.0.2.2:7 listen? role syn")
    records = [json.loads(x) for x in
               Run("-r", http, "--packets", "--json").out.splitlines()]
    wrong = []
    for f, r in zip(got, records):
        for side in "client", "server":
            state = r[side]["state"] + ("" if r[side]["confirmed"] else "?")
            if f" {side} " not in f.comment or state not in f.comment.split():
                wrong.append((f.comment, r[side]))
        if not f.comment.startswith(f"session {r['session']} tcp "):
            wrong.append((f.comment, r["session"]))
    equal("all of them as the records say", wrong, [])
    six = f"{PCAPS}/ipv6_tcp.pcap"
    Run("-r", six, "-w", "k.pcapng", "--comments")
    ok("[2001:db8::" in capfile.frames("k.pcapng")[0].comment, "IPv6",
       capfile.frames("k.pcapng")[0].comment)
    ping = f"{PCAPS}/icmp_ping4.pcap"
    Run("-r", ping, "-w", "k.pcapng", "--comments")
    words = capfile.frames("k.pcapng")[0].comment.split()
    equal("ICMP", (words[2], words[-4:]),
          ("icmp", ["state", "new", "role", "first"]))
    arp = f"{PCAPS}/arp.pcap"
    Run("-r", arp, "-w", "k.pcapng", "--comments")
    ok(None in [f.comment for f in capfile.frames("k.pcapng")],
       "none where there is no session")


def others_read_it():
    if not shutil.which("tshark") or not shutil.which("capinfos"):
        skip("tshark and capinfos read it", "they are missing")
        return
    Run("-r", f"{PCAPS}/interfaces.pcapng", "-w", "t.pcapng", "--comments")
    got = subprocess.run(
        ["tshark", "-r", "t.pcapng", "-T", "fields", "-e",
         "frame.interface_name", "-e", "frame.comment", "-e",
         "frame.time_epoch"], capture_output=True, text=True,
        check=False).stdout.splitlines()
    want = [f"{f.name}\t{f.comment or ''}\t{f.ts // SECOND}."
            f"{f.ts % SECOND:09}" for f in capfile.frames("t.pcapng")]
    equal("tshark: interfaces, comments, times", got, want)
    said = subprocess.run(["capinfos", "t.pcapng"], capture_output=True,
                          text=True, check=False).stdout
    ok(all(x in said for x in ("Name = eth0", "Name = lo",
                               "Description = Loopback", "sessdump",
                               "nanoseconds (9)")),
       "capinfos: interfaces with names and descriptions", said)
    odd_capture(1 << 18)		# Wireshark's limit
    Run("-r", "odd.pcapng", "-w", "t.pcapng")
    p = subprocess.run(["capinfos", "-c", "-T", "-r", "t.pcapng"],
                       capture_output=True, text=True, check=False)
    equal("capinfos: all packets of several link types",
          (p.returncode, p.stdout.split()[-1]),
          (0, str(len(capfile.frames("odd.pcapng")))))


def compressed():
    make("in.pcapng", range(1000), 900)
    good("to compare with", "-r", "in.pcapng", "-w", "want.pcapng")
    want = open("want.pcapng", "rb").read()
    tools = {"gz": "gzip", "zst": "zstd", "lz4": "lz4", "xz": "xz",
             "bz2": "bzip2"}
    for suffix, tool in tools.items():
        name = f"x.pcapng.{suffix}"
        r = Run("-r", "in.pcapng", "-w", name)
        if any("libarchive" in x for x in r.said):
            skip(f".{suffix}", r.said[0])
            continue
        equal(f".{suffix}: status", (r.status, r.said), (0, []))
        ok(os.path.getsize(name) < len(want) // 10, f".{suffix}: smaller")
        Run("-r", name, "-w", "back.pcapng")
        ok(open("back.pcapng", "rb").read() == want, f".{suffix}: and back")
        if shutil.which(tool):
            p = subprocess.run([tool, "-dc", name], capture_output=True,
                               check=False)
            ok(p.returncode == 0 and p.stdout == want,
               f".{suffix}: {tool} reads it", p.stderr)
        else:
            skip(f".{suffix}: {tool} reads it", f"no {tool}")
    if os.path.exists("x.pcapng.gz") and os.path.getsize("x.pcapng.gz"):
        before = open("x.pcapng.gz", "rb").read()
        Run("-r", "in.pcapng", "-w", "x.pcapng.gz")
        ok(open("x.pcapng.gz", "rb").read() == before, "the same each time")
        equal("-U with it", Run("-r", "in.pcapng", "-U", "-w", "x.gz").said,
              ["sessdump: -U: not with a compressed file, which each packet "
               "would make larger"])


def by_size():
    remove("c.*")
    make("in.pcapng", range(1000), 900)
    total = list(range(1000))
    good("-C", "-r", "in.pcapng", "-C", "100k", "-w", "c.pcap")
    names = [f"c.pcap{i or ''}" for i in range(len(files("c.pcap*")))]
    equal("-C: names", files("c.pcap*"), sorted(names))
    ok(len(names) == 10, "-C: how many", names)
    equal("-C: every packet, in order",
          [n for name in names for n in numbers(name)], total)
    ok(all(102400 < os.path.getsize(x) <= 102400 + 16 + 942
           for x in names[:-1]), "-C: larger by one packet at most",
       [os.path.getsize(x) for x in names])
    remove("c.*")
    good("-C -W", "-r", "in.pcapng", "-C", "20KiB", "-W", "11", "-w", "c.ring")
    names = [f"c.ring{i:02}" for i in range(11)]
    equal("-C -W: names that sort", files("c.ring*"), names)
    per = len(numbers(names[0]))
    last = 999 // per % 11
    order = names[last + 1:] + names[:last + 1]
    got = [n for name in order for n in numbers(name)]
    equal("-C -W: the last ones", got, total[-len(got):])
    remove("c.*")
    good("-W 1", "-r", "in.pcapng", "-C", "20k", "-W", "1", "-w", "c.one")
    equal("-W 1: one file", files("c.*"), ["c.one"])
    remove("c.*")
    good("-C, millions", "-r", "in.pcapng", "-C", "1", "-w", "c.pcap")
    equal("-C 1: two files of 950 KB", files("c.*"), ["c.pcap"])
    remove("c.*")
    r = Run("-r", "in.pcapng", "-C", "100k", "-w", "c.pcapng.gz")
    if r.status == 0:
        names = [f"c.pcapng{i or ''}.gz" for i in range(10)]
        equal("-C, compressed: names", files("c.*"), sorted(names))
        for name in names:
            with gzip.open(name) as f, open(name[:-3], "wb") as to:
                to.write(f.read())
        equal("-C, compressed: all", [n for name in names
                                      for n in numbers(name[:-3])], total)
    else:
        skip("-C, compressed", r.said[0])
    remove("c.*")


def by_time():
    # 03:04:05 and seconds: a gap of more than one period, one leap that is
    # wrong, one that is late.
    times = [0, 5, 9.999999999, 10, 12, 11.5, 19, 45, 46, 10**8, 47, 48, 55]
    make("in.pcapng", times)
    pattern = "g-%H%M%S.pcap"
    good("-G", "-r", "in.pcapng", "-G", "10", "-w", pattern)
    want = {"g-030405.pcap": [0, 1, 2], "g-030415.pcap": [3, 4, 5, 6],
            "g-030445.pcap": [7, 8, 9, 10, 11], "g-030455.pcap": [12]}
    equal("-G: names and packets", {x: numbers(x) for x in files("g-*")},
          want)
    remove("g-*")
    good("-G -W", "-r", "in.pcapng", "-G", "10", "-W", "2", "-w", pattern)
    equal("-G -W: stops after them",
          {x: numbers(x) for x in files("g-*")},
          dict(list(want.items())[:2]))
    remove("g-*")
    r = good("-G -W 1 without a time", "-r", "in.pcapng", "-G", "10", "-W",
             "1", "-w", "g-one.pcap")
    equal("-G -W 1: the first seconds", numbers("g-one.pcap"), [0, 1, 2])
    ok("13 packets read" not in r.err, "-G -W 1: no more is read", *r.err)
    remove("g-*")
    good("a coarse name", "-r", "in.pcapng", "-G", "10", "-w", "g-%H.pcap")
    equal("is shared", {x: numbers(x) for x in files("g-*")},
          {"g-03.pcap": list(range(13))})
    good("once more", "-r", "in.pcapng", "-G", "10", "-w", "g-%H.pcap", "-c",
         "2")
    equal("and replaced by another run", numbers("g-03.pcap"), [0, 1])
    remove("g-*")
    for d in "2026", "2026/0405":
        os.mkdir(d)
    os.mkdir("2026/0415")
    r = Run("-r", "in.pcapng", "-G", "10", "-w", "2026/%M%S/x.pcap")
    equal("directories by time", ({x: numbers(x) for x in
                                   files("2026/*/*")}, r.status, r.said),
          ({"2026/0405/x.pcap": [0, 1, 2], "2026/0415/x.pcap": [3, 4, 5, 6]},
           1, ["sessdump: 2026/0445/x.pcap.part: No such file or "
               "directory"]))
    make("in.pcapng", [i / 10 for i in range(200)], 900)
    good("-G -C", "-r", "in.pcapng", "-G", "10", "-C", "40k", "-W", "12",
         "-w", "g-%S.pcap")
    names = [f"g-{s}.pcap{i:02}" for s in ("05", "15") for i in range(3)]
    equal("-G -C: numbers begin anew", files("g-*"), names)
    equal("-G -C: every packet", [n for x in names for n in numbers(x)],
          list(range(200)))
    remove("g-*")
    make("in.pcapng", [])
    good("-G, no packet", "-r", "in.pcapng", "-G", "10", "-w", pattern)
    equal("-G, no packet: no file", files("g-*"), [])


def taken():
    make("in.pcapng", range(100), 900)
    shutil.copy("in.pcapng", "in.pcapng1")
    for args in (("-w", "in.pcapng"), ("-w", "in.pcapng", "-C", "10k"),
                 ("-w", "in.%Yng", "-G", "5"),
                 ("-w", "link", "-C", "10k")):
        if args[1] == "link":
            os.symlink("in.pcapng", "link")
        name = args[1].replace("in.%Yng", "in.2026ng")
        if name == "in.2026ng":
            os.rename("in.pcapng1", name)
        r = Run("-r", "in.pcapng", "-r", name, *args)
        equal(f"{' '.join(args)}: it is being read", (r.status, r.said),
              (1, [f"sessdump: {name}: it is being read, and would be "
                   "overwritten"]))
        equal("and is as it was", len(capfile.frames("in.pcapng")), 100)
    os.unlink("link")
    os.mkfifo("pipe")
    r = Run("-r", "in.pcapng", "-w", "pipe", "-C", "10k")
    equal("-C over a pipe", (r.status, r.said), (1, [
        "sessdump: pipe: it is no regular file, and would be replaced by "
        "one"]))
    # What somebody put in the way is not followed.
    with open("victim", "wb") as f:
        f.write(b"precious")
    os.symlink("victim", "s.pcap.part")
    good("a link in the way", "-r", "in.pcapng", "-w", "s.pcap", "-C", "1")
    equal("is not followed", (open("victim", "rb").read(),
                              os.path.islink("s.pcap"), len(
                                  numbers("s.pcap"))),
          (b"precious", False, 100))
    r = Run("-r", "in.pcapng", "-w", "none/x.pcap", "-C", "1")
    equal("no such directory", (r.status, r.said), (1, [
        "sessdump: none/x.pcap: No such file or directory"]))


def full(what, name, args, run):
    """run() starts the program where there is room for 300 KB."""
    r = run("-r", "in.pcapng", "-w", name, *args)
    equal(f"{what}: status", r.status, 1)
    ok(len(r.said) == 1 and ": write: " in r.said[0] and
       "whole" in r.err[r.err.index(r.said[0]) + 1], f"{what}: said once",
       *r.err)
    return r


def whole(what, name, least):
    got = numbers(name)
    ok(got == list(range(len(got))) and len(got) >= least,
       f"{what}: the file ends with a whole packet", len(got), *got[-3:])


def full_disk():
    make("in.pcapng", range(2000), 900)

    def limited(*args):
        return Run(*args, before=("sh", "-c", 'ulimit -f 301; exec "$@"',
                                  "sh"))

    for kind in "pcap", "pcapng":
        what = f"a file that may not grow, {kind}"
        r = full(what, f"f.{kind}", (), limited)
        equal(f"{what}: no view, no reason to go on",
              "2000 packets read" in r.err, False)
        whole(what, f"f.{kind}", 140)
    r = full("with a view", "f.pcap", ("--packets",), limited)
    equal("with a view: it goes on", (len(r.out.splitlines()),
                                      "2000 packets read" in r.err),
          (2000, True))
    r = full("a series", "f.s", ("-C", "1"), limited)
    equal("a series: it has its name", files("f.s*"), ["f.s"])
    whole("a series", "f.s", 140)
    tmpfs()


def tmpfs():
    """The same on a disk that is full indeed."""
    test = ["unshare", "-m", "sh", "-c",
            "mkdir -p d && mount -t tmpfs -o size=300k t d"]
    if os.getuid() != 0 or not shutil.which("unshare") or subprocess.run(
            test, capture_output=True, check=False).returncode != 0:
        skip("a small tmpfs", "no root, or none may be mounted")
        return
    script = ("mkdir -p d && mount -t tmpfs -o size=300k t d || exit 9; "
              '"$@"; status=$?; cp d/* .; exit $status')

    def on_tmpfs(*args):
        return Run(*args, before=("unshare", "-m", "sh", "-c", script, "sh"))

    for kind in "pcap", "pcapng":
        what = f"a full tmpfs, {kind}"
        r = full(what, f"d/t.{kind}", ("--sessions",), on_tmpfs)
        ok("No space left on device" in r.said[0], f"{what}: why", *r.said)
        whole(what, f"t.{kind}", 140)
    incompressible()
    r = on_tmpfs("-r", "noise.pcapng", "-w", "d/n.pcap.gz")
    if any("libarchive" in x for x in r.said):
        skip("a full tmpfs, compressed", r.said[0])
        return
    equal("a full tmpfs, compressed", (r.status, len(r.said)), (1, 1))
    with gzip.open("n.pcap.gz") as f, open("n.pcap", "wb") as to:
        to.write(f.read())
    got = capfile.frames("n.pcap")
    ok(len(got) >= 7 and got == [f._replace(name=None) for f in
                                 capfile.frames("noise.pcapng")[:len(got)]],
       "a full tmpfs, compressed: what there is is whole", len(got))


def incompressible():
    f = capfile.Pcapng()
    f.interface(1)
    for i in range(500):
        f.frame(0, BASE + i, os.urandom(16000))
    with open("noise.pcapng", "wb") as file:
        file.write(f.data)


def with_workers():
    for kind in "pcap", "pcapng":
        Run("-r", f"{PCAPS}/interfaces.pcapng", "-w", f"one.{kind}")
        good(f"--workers, {kind}", "-r", f"{PCAPS}/interfaces.pcapng", "-w",
             f"two.{kind}", "--workers", "2")
        ok(open(f"one.{kind}", "rb").read() ==
           open(f"two.{kind}", "rb").read(), f"--workers, {kind}: the same")


def usage():
    make("in.pcapng", range(3))
    time = "-G: every file would overwrite the one before: no time is in " \
        "the name x"
    for want, *args in (
            ("-C: 0: not a size", "-C", "0", "-w", "x"),
            ("-C: -1: not a size", "-C", "-1", "-w", "x"),
            ("-C: 1x: not a size", "-C", "1x", "-w", "x"),
            ("-C: 1kB: not a size", "-C", "1kB", "-w", "x"),
            ("-C: : not a size", "-C", "", "-w", "x"),
            ("-C: k: not a size", "-C", "k", "-w", "x"),
            ("-C: 99999999999999999999: not a size", "-C",
             "99999999999999999999", "-w", "x"),
            ("-C: 9999999999g: not a size", "-C", "9999999999g", "-w", "x"),
            ("-G: 0: not a number from 1 to 1000000000", "-G", "0", "-w", "x"),
            ("-G: 1m: not a number from 1 to 1000000000", "-G", "1m", "-w",
             "x"),
            ("-W: 0: not a number from 1 to 1000000000", "-W", "0", "-w", "x"),
            ("-W: with -C or -G only", "-W", "2", "-w", "x"),
            (time, "-G", "5", "-w", "x"),
            (time, "-G", "5", "-W", "2", "-w", "x"),
            ("-C, -G: not with -w -", "-C", "5", "-w", "-"),
            ("-C, -G, -W, --write-format, --comments: with -w only", "-C",
             "1"),
            ("-C, -G, -W, --write-format, --comments: with -w only",
             "--comments"),
            ("--write-format: zip: not pcap or pcapng", "--write-format",
             "zip", "-w", "x"),
            ("--comments: pcap has no place for them", "--comments", "-w",
             "x.pcap"),
            ("--comments: pcap has no place for them", "--comments",
             "--write-format", "pcap", "-w", "x.pcapng"),
            ("--workers: not with --comments", "--comments", "--workers", "2",
             "-w", "x.pcapng")):
        r = Run("-r", "in.pcapng", *args)
        equal(" ".join(args), (r.status, r.said[:1], r.out),
              (2, [f"sessdump: {want}"], b""))
    equal("nothing is written then", files("x*"), [])


def main():
    os.mkdir("write")
    os.chdir("write")
    round_trips()
    link_types()
    formats()
    comments()
    others_read_it()
    by_size()
    by_time()
    taken()
    full_disk()
    with_workers()
    usage()
    remove("*.gz")
    compressed()
    finish()


sys.exit(main())
