"""--stats: what it refuses, its records from files; and losses that files
tell of."""
import collections
import json
import os
import struct
import subprocess

import capfile
from tap import equal, finish, ok

SESSDUMP = os.environ["SESSDUMP"]
PCAPS = os.path.join(os.environ["srcdir"], "pcaps")
SECOND = 10**9
BASE = 1767323045 * SECOND
Run = collections.namedtuple("Run", "status out err")


def run(*args):
    p = subprocess.run([SESSDUMP, *args], capture_output=True, text=True,
                       stdin=subprocess.DEVNULL, check=False)
    return Run(p.returncode, p.stdout.splitlines(), p.stderr.splitlines())


def records(kind, *args):
    r = run(*args)
    ok(r.status == 0, f"{' '.join(args)}: status", r.status, *r.err)
    return [x for x in map(json.loads, r.out) if x["type"] == kind]


def datagram(port):
    """From 10.0.0.1 and this port."""
    udp = struct.pack(">HHHH", port, 9999, 12, 0) + b"abcd"
    return (b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" +
            struct.pack(">BBHIBBH8B", 0x45, 0, 32, 0, 64, 17, 0, 10, 0, 0, 1,
                        10, 0, 0, 2) + udp)


def refused():
    number = "not a number from 1 to 1000000000"
    for word in "0", "x", "", "-1", "1x", "1000000001":
        r = run("-r", f"{PCAPS}/http.pcap", "--stats", word)
        equal(f"--stats {word}: status, message", (r.status, r.err[0]),
              (2, f"sessdump: --stats: {word}: {number}"))
        equal(f"--stats {word}: no output", r.out, [])
    r = run("-r", f"{PCAPS}/http.pcap", "--stats")
    equal("--stats alone", (r.status, r.err[0]),
          (2, "sessdump: --stats: its argument is missing"))
    for form in "zeek", "zeek-json":
        r = run("-r", f"{PCAPS}/http.pcap", "--stats", "1", "--format", form)
        ok(r.status == 2 and "--stats" in r.err[0] and not r.out,
           f"--stats, {form}: refused", *r)


def due(times, interval):
    """When a record comes, by the packets: the first begins the first
    interval, and however many go by, one record tells of it."""
    begun = times[0] + interval
    n = 0
    for t in times:
        if t >= begun:
            n += 1
            begun += interval
            if begun <= t:
                begun = t + interval
    return n + 1		# and one at the end


def files():
    """By the packets' time; the sums are those of the packets."""
    f = capfile.Pcapng()
    f.interface(1)
    times = [0, 1, 2, 9, 10, 11, 60, 61, 120, 121, 129]
    for i, t in enumerate(times):
        f.frame(0, BASE + t * SECOND, datagram(1000 + i % 3))
    with open("s.pcapng", "wb") as out:
        out.write(f.data)
    for seconds in 1, 10, 3600:
        for more in (), ("--workers", "2"):
            what = " ".join(("--stats", str(seconds), *more))
            got = records("stats", "-r", "s.pcapng", "--stats", str(seconds),
                          "--json", *more)
            equal(f"{what}: records", len(got), due(times, seconds))
            equal(f"{what}: of the packets so far",
                  [x["packets"]["captured"] for x in got],
                  sorted(x["packets"]["captured"] for x in got))
            last = got[-1]
            equal(f"{what}: the last has all", (
                last["packets"], last["packets_selected"],
                last["frame_bytes"], last["sessions"]["live"]),
                ({"captured": len(times)}, len(times),
                 len(times) * len(datagram(1)), 0))
            ok(last["memory_peak_bytes"] > 1 << 20 and "interface" not in
               last and "written_lost" not in last and "processes" not in
               last, f"{what}: what a file has, and has not", last)
    got = records("stats", "-r", "s.pcapng", "--stats", "60", "--port",
                  "1001", "--json", "-w", "t.pcapng")[-1]
    equal("--stats, --port, -w: selected, lost in writing",
          (got["packets"]["captured"], got["packets_selected"],
           got["written_lost"]), (11, 4, 0))
    r = run("-r", "s.pcapng", "--stats", "3600")
    ok(len(r.out) == 1 and " STATS  captured 11 selected 11 sessions 0 of " in
       r.out[0], "--stats alone: nothing else is printed", *r.out)
    r = run("-r", "s.pcapng", "-r", "s.pcapng", "--stats", "3600", "--json")
    equal("two files: one sum", json.loads(r.out[0])["packets"]["captured"],
          22)


def snoop(frames):
    """Each (time, drops so far, bytes); RFC 1761."""
    data = b"snoop\0\0\0" + struct.pack(">II", 2, 4)
    for t, drops, b in frames:
        pad = -len(b) % 4
        data += struct.pack(">IIIIII", len(b), len(b), 24 + len(b) + pad,
                            drops, t // SECOND, t % SECOND // 1000) + b + \
            bytes(pad)
    return data


def losses():
    """Sessions that were open meanwhile say so; those that came later, or had
    ended before, do not."""
    at = [(50, 1000), (100, 1001), (101, 1002), (103, 1001), (104, 1003)]
    files = {}
    f = capfile.Pcapng()
    f.interface(1)
    for t, port in at:
        b = datagram(port)
        more = f.option(4, f.pack("Q", 5)) if t == 103 else b""
        f.block(6, f.pack("IIIII", 0, (BASE + t * SECOND) >> 32,
                          (BASE + t * SECOND) & 0xffffffff, len(b), len(b)) +
                b + bytes(-len(b) % 4) + more)
    files["epb_dropcount"] = f.data
    f = capfile.Pcapng()
    f.interface(1)
    for t, port in at:
        f.frame(0, BASE + t * SECOND, datagram(port))
        if t in (50, 101, 103):
            now = BASE + t * SECOND
            f.block(5, f.pack("III", 0, now >> 32, now & 0xffffffff) +
                    f.option(7, f.pack("Q", 5 if t == 103 else 0)))
    files["isb_osdrop"] = f.data
    files["snoop"] = snoop([(BASE + t * SECOND, 5 if t >= 103 else 0,
                             datagram(port)) for t, port in at])
    want = {1000: None, 1001: True, 1002: True, 1003: None}
    for name, data in files.items():
        with open(name, "wb") as out:
            out.write(data)
        for more in (), ("--workers", "2"):
            what = " ".join((name, *more))
            equal(f"{what}: capture_loss", {
                x["client"]["port"]: x.get("capture_loss") for x in
                records("session", "-r", name, "--sessions", "--json",
                        *more)}, want)
        r = run("-r", name, "--sessions", "-v", "--stats", "3600")
        equal(f"{name}: in text", [
            (x.split(":")[3].split()[0], "capture loss" in y)
            for x, y in zip(r.out, r.out[1:]) if " UDP " in x],
            [(str(p), bool(w)) for p, w in want.items()])
        ok("5 packets dropped, says the file" in r.err,
           f"{name}: the summary", *r.err)
        ok(" captured 5 dropped 5 " in r.out[-1], f"{name}: --stats",
           r.out[-1])


refused()
files()
losses()
finish()
