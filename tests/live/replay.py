"""Files onto an interface: what arrives, and what is refused."""
import contextlib
import glob
import json
import os
import pty
import re
import signal
import struct
import subprocess
import time

import arrive
import lab
import wire
from arrive import Receiver, add_pair, replay, sent, udp, write
from lab import A, B
from live import VERSION, Dump, equal, finish, ok, wait_for

PCAPS = os.path.join(os.environ["srcdir"], "pcaps")
TAG, QINQ = 0x8100, 0x88a8
SAME = ("http", "ipv6_tcp", "mptcp", "midstream", "half_duplex", "gre",
        "vxlan", "sit", "ip4in6", "icmp_unreachable", "multicast", "vlan",
        "qinq", "mpls", "tcp_reset", "tcp_refused")
ARP = bytes.fromhex("ffffffffffff 020000000001 0806 0001 0800 0604 0001"
                    "020000000001 c0000201 000000000000 c0000202") + bytes(18)


def mixed():
    """60 to 9014 bytes, 9018 with a tag, of all kinds."""
    frames = [ARP, bytes(60), bytes.fromhex("ff" * 12 + "0064") + bytes(100)]
    sizes = [60, 61, 64, 128, 576, 1513, 1514, 1518, 4000, 8999, 9000, 9014]
    for n, size in enumerate(sizes):
        frames.append(udp(n, size))
        frames.append(udp(n, max(size, 66), v6=True))
        frames.append(udp(n, size + 4, tags=[(TAG, 100 + n)]))
        frames.append(udp(n, max(size, 70), tags=[(QINQ, 5), (TAG, n)]))
    return frames


def fragments(packet, size):
    """The datagram in pieces of so many bytes, as header and data."""
    data = packet[20:]
    for at in range(0, len(data), size):
        more = 0x2000 if at + size < len(data) else 0
        piece = data[at:at + size]
        ip = packet[:2] + struct.pack(">H", 20 + len(piece)) + packet[
            4:6] + struct.pack(">H", more | at // 8) + packet[8:10] + bytes(
                2) + packet[12:20]
        yield ip[:10] + struct.pack(">H", arrive.checksum(ip)) + ip[12:], piece


def exact():
    """Every frame arrives, bit by bit, in order."""
    frames = mixed()
    for what, more in (("in recorded time", []), ("--topspeed",
                       ["--topspeed"]), ("--no-sandbox", ["--no-sandbox"])):
        f = write("mixed.pcap", [(i / 2000, x) for i, x in enumerate(frames)])
        p, got = sent("-r", f, *more)
        equal(f"mixed, {what}: status", p.returncode, 0)
        ok(got == frames, f"mixed, {what}: all {len(frames)} frames, as they "
           "were", len(got), [i for i, x in enumerate(got)
                              if x not in frames][:5], p.stderr)
        equal(f"mixed, {what}: nothing on standard output", p.stdout, "")
    ok("to send on eth0, link type EN10MB, MTU 9000: "
       f"{len(frames)} frames, {sum(map(len, frames))} bytes" in p.stderr,
       "it is said before", p.stderr)


def many():
    """In one go, faster than a kernel may like it: in order, and what does
    not arrive was lost at the other end, by its own account."""
    frames = [udp(i, 60 + i % 1000, v6=bool(i % 2)) for i in range(20000)]
    f = write("many.pcap", [(i / 1e5, x) for i, x in enumerate(frames)])
    before = wire.refused()
    r = Receiver()
    p = replay("-r", f, "--topspeed")
    wait_for(lambda: len(r.frames) == len(frames))
    lost = r.lost() + wire.refused() - before
    got = r.close()
    rest = iter(frames)
    ok(all(x in rest for x in got), "20000 frames in one go: in order")
    equal("20000 frames in one go: all", len(got) + lost, len(frames))
    ok("eth0: 20000 frames sent" in p.stderr, "20000 frames in one go: told",
       p.stderr)


def said():
    """What is to be sent is told before, with its addresses."""
    f = write("said.pcap", [(0, udp(0, 100)), (0.5, udp(1, 100, back=True)),
                            (1, udp(2, 200, v6=True))])
    p = replay("-r", f, "--max-gap", "0.01", "--loop", "2")
    got = re.sub(r"in \d.*", "in T", p.stderr)
    equal("the plan and the summary", got.splitlines(), [
        "3 packets read", "2 sessions",
        "to send on eth0, link type EN10MB, MTU 9000: 3 frames, 400 bytes",
        "  Ethernet: 3 frames from 2 addresses, 02:00:00:00:00:01 to "
        "02:00:00:00:00:02; to 2 addresses, 02:00:00:00:00:01 to "
        "02:00:00:00:00:02",
        "  IPv4: 2 frames from 2 addresses, 192.0.2.1 to 192.0.2.2; to 2 "
        "addresses, 192.0.2.1 to 192.0.2.2",
        "  IPv6: 1 frame from 2001:db8::1; to 2001:db8::2",
        "to be sent in recorded time, 1.000000 s, with gaps of 0.01 s at "
        "most, 2 times",
        "eth0: 6 frames sent, 800 bytes, in T"])
    for args, want in ((["--pace=4"], "4 times as fast as recorded, 0.250000 "
                        "s"), (["--pps", "500"], "at 500 frames/s"),
                       (["--mbps", "1.5"], "at 1.5 Mbit/s"),
                       (["--topspeed"], "as fast as it goes")):
        p = replay("-r", f, *args)
        ok(f"\nto be sent {want}\n" in p.stderr, f"{args[0]} is told",
           p.stderr)


def plain(record):
    """Without what tells of when and where, and of what comes of it."""
    for key in ("id", "start", "end", "duration", "interface", "rtt",
                "end_reason"):
        record.pop(key, None)
    return json.dumps(record, sort_keys=True)


def sessions(path):
    out = subprocess.run([arrive.SESSDUMP, "-r", path, "--sessions", "--json"],
                         check=True, capture_output=True, text=True).stdout
    return sorted(plain(json.loads(x)) for x in out.splitlines())


def same_sessions():
    """What is captured at the other end gives the sessions of the file, at
    once and written."""
    for name in SAME:
        f = os.path.join(PCAPS, name + ".pcap")
        d = Dump("-i", "eth0", "-w", "got.pcap", "--sessions", "--json",
                 host=B)
        p = replay("-r", f, "--max-gap", "0.002")
        n = re.search(r"^eth0: (\d+) frames? sent", p.stderr, re.M)
        d.caught(int(n[1]) if n else 0)
        equal(f"{name}: statuses", (p.returncode, d.stop()), (0, 0))
        want = sessions(f)
        ok(sessions("got.pcap") == want and len(want) > 0,
           f"{name}: the same sessions at the other end, written",
           *want, p.stderr)
        got = sorted(plain(r) for r in d.records("session"))
        ok(got == want, f"{name}: the same sessions at the other end", *got,
           "---", *want)


def selection():
    """What is selected is what is sent; views show what is sent."""
    frames = [(i / 1000, udp(i, 100, v6=bool(i & 1), port=4000 + i % 4))
              for i in range(40)]
    f = write("choice.pcap", frames)
    for what, args, want in (
            ("--port", ["--port", "4002"], lambda i: i % 4 == 2),
            ("a filter", ["ip6"], lambda i: i & 1),
            ("a filter, no sandbox", ["ip6", "--no-sandbox"],
             lambda i: i & 1),
            ("-c", ["-c", "7"], lambda i: i < 7),
            ("--state", ["--state", "established"], lambda i: False)):
        p, got = sent("-r", f, *args)
        equal(f"{what}: status", p.returncode, 0)
        ok(got == [x for i, (_, x) in enumerate(frames) if want(i)],
           f"{what}: what is selected is sent", len(got), p.stderr)
    receiver = Receiver()
    p = replay("-r", f, "--port", "4001,4003", "--packets", "--sessions",
               "--json", "-c", "10", "--loop", "2", "--topspeed")
    records = [json.loads(x) for x in p.stdout.splitlines()]
    equal("views: a packet for each that is sent",
          len([r for r in records if r["type"] == "packet"]),
          len(receiver.close()))
    equal("views: sessions of what is sent",
          [r["client"]["packets"] for r in records if r["type"] ==
           "session"], [10, 10])
    write("other.pcap", [(t + 0.0005, udp(i + 100, 90))
                         for i, (t, _) in enumerate(frames)])
    p, got = sent("-r", "choice.pcap", "-r", "other.pcap")
    equal("two files: merged by time", [len(x) for x in got], [100, 90] * 40)


def sources():
    frames = [udp(i, 100) for i in range(5)]
    f = write("pipe.pcap", [(i / 1000, x) for i, x in enumerate(frames)])
    if "libarchive" in VERSION:
        subprocess.run(["gzip", "-k", "-f", f], check=True)
        p, got = sent("-r", f + ".gz", "--loop", "3")
        ok(got == frames * 3, "a compressed file, three times", len(got),
           p.stderr)
    cat = subprocess.Popen(["cat", f], stdout=subprocess.PIPE)
    p, got = sent("-r", "-", "--loop", "2", stdin=cat.stdout)
    cat.wait()
    ok(got == frames * 2, "a pipe, twice", len(got), p.stderr)
    with open(f, "rb") as whole, open("cut.pcap", "wb") as cut:
        cut.write(whole.read()[:-10])
    p, got = sent("-r", "cut.pcap")
    equal("a file that is cut short: status", p.returncode, 1)
    ok(got == frames[:4], "a file that is cut short: what is whole is sent",
       len(got), p.stderr)
    p, got = sent("-r", "cut.pcap", "-r", "absent.pcap", "-r", f)
    equal("one file of several is not there: status", p.returncode, 1)
    equal("one file of several is not there: the others are sent", len(got),
          9)
    p, got = sent("-r", "absent.pcap")
    equal("no file: status, frames", (p.returncode, got), (1, []))
    p, got = sent("-r", f, "udp port 99")
    equal("nothing is selected: status, frames", (p.returncode, got), (0, []))


def large():
    """What does not fit into memory is read again from the file."""
    frame = udp(0, 60000)
    with open("large.pcap", "wb") as f:
        small = write("small.pcap", [(0, frame)])
        with open(small, "rb") as s:
            data = s.read()
        f.write(data[:24] + data[24:] * 4600)
    subprocess.run(["gzip", "-1", "-f", "large.pcap"], check=True)
    lab.ip(A, "link set lo up")
    p = replay("-r", "large.pcap.gz", "--topspeed", "--loop", "2", to="lo")
    equal("260 MiB, twice: status", p.returncode, 0)
    ok(re.search(r"^lo: 9200 frames sent, 552000000 bytes", p.stderr, re.M),
       "260 MiB, twice: all of it", p.stderr)
    p = replay("-r", "large.pcap.gz", "--topspeed", "--workers", "2", to="lo")
    equal("260 MiB, --workers: refused", (p.returncode, only_error(p)), (
        1, ["sessdump: --workers: what is to be sent does not fit into memory "
            "(256 MiB)"]))
    with subprocess.Popen(["cat", "large.pcap.gz"],
                          stdout=subprocess.PIPE) as cat:
        p = replay("-r", "-", "--topspeed", stdin=cat.stdout, to="lo")
        cat.stdout.close()
    equal("260 MiB from a pipe: refused", (p.returncode, p.stderr), (
        1, "sessdump: standard input: it does not fit into memory (256 MiB), "
        "and can be read only once\nwrite it to a file first\n"))
    os.unlink("large.pcap.gz")


def far():
    """Stamps from the first to the last that there can be, over and over."""
    frames = [udp(i, 100) for i in range(3)]
    f = write("far.pcap", list(zip((-arrive.BASE, 5, 2**32 - 1 - arrive.BASE),
                                   frames)))
    p, got = sent("-r", f, "--topspeed", "--loop", "9", "--packets", "--json")
    ok(p.returncode == 0 and got == frames * 9 and "runtime error" not in
       p.stderr, "stamps far apart", p.stderr)


def early(got, want):
    """By how much the worst is too early, from the first on."""
    return max(w - (g - got[0]) for g, w in zip(got, want))


def times():
    """Nothing comes early; what is late may be the machine's fault."""
    at = [0, 0.05, 0.0501, 0.2, 0.2, 0.4]
    frames = [udp(i, 100) for i in range(len(at))]
    f = write("times.pcap", list(zip(at, frames)))
    again = [t + 0.48 for t in at]
    for what, args, want in (
            ("recorded time", [], at),
            ("--pace=2", ["--pace=2"], [t / 2 for t in at]),
            ("--max-gap", ["--max-gap", "0.1"],
             [0, 0.05, 0.0501, 0.1501, 0.1501, 0.2501]),
            ("--loop 2", ["--loop", "2"], at + again),
            ("--pps", ["--pps", "20"], [i / 20 for i in range(6)]),
            ("--mbps", ["--mbps", "0.008"], [i / 10 for i in range(6)]),
            ("--pps, --loop 2", ["--pps", "50", "--loop", "2"],
             [i / 50 for i in range(12)])):
        r = Receiver()
        p = replay("-r", f, *args)
        r.close()
        equal(f"{what}: status", p.returncode, 0)
        ok(len(r.times) == len(want) and early(r.times, want) < 0.001 and
           r.times[-1] - r.times[0] < want[-1] + 2,
           f"{what}: in time", r.times, want)


def signals():
    f = write("long.pcap", [(0, udp(0, 100)), (0.1, udp(1, 100)),
                            (5000, udp(2, 100))])
    for views in [], ["--packets"]:
        what = " ".join(["INT", *views])
        r = Receiver()
        d = Dump("-r", f, "--replay-to", "eth0", *views, ready=False)
        r.has(2)
        d.send(signal.SIGUSR1)
        ok(wait_for(lambda d=d: d.said("eth0: 2 of 3 frames sent")),
           f"{what}: USR1 tells how it stands", *d.err)
        before = time.monotonic()
        equal(f"{what}: status", d.stop(), 0)
        ok(time.monotonic() - before < 2, f"{what}: at once")
        equal(f"{what}: told again",
              len([x for x in d.err if "2 of 3 frames sent" in x]), 2)
        equal(f"{what}: frames", len(r.close()), 2)


def manners():
    """Privileges, statistics, and a terminal, as elsewhere."""
    f = write("manners.pcap", [(i / 2, udp(i, 100)) for i in range(4)])
    p, got = sent("-r", f, "-Z", "nobody", "-v")
    equal("-Z: status, frames", (p.returncode, len(got)), (0, 4))
    ok("sandbox: no capability" in p.stderr or "libcap-ng" not in VERSION,
       "-Z: no capability is left", p.stderr)
    p = replay("-r", f, "--stats", "1", "--json")
    equal("--stats: of what is sent",
          [json.loads(x)["type"] for x in p.stdout.splitlines()][-1:],
          ["stats"])
    r = Receiver()
    words = arrive.command(["-r", write("key.pcap", [
        (0, udp(0, 100)), (3000, udp(1, 100)), (6000, udp(2, 100))]),
        "--replay-to", "eth0"])
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(words[0], words)
    text = b""
    with contextlib.suppress(OSError):
        while more := os.read(fd, 4096):
            text += more
            if b"next in 2" in text:
                os.write(fd, b"n" if b"2 packets" not in text else b"q")
    equal("keys: status, frames", (os.waitpid(pid, 0)[1], len(r.close())),
          (0, 2))
    ok(b"eth0: 2 of 3 frames sent" in text, "keys: told", text)
    os.close(fd)


def only_error(p):
    return [x for x in p.stderr.splitlines() if x.startswith("sessdump:")]


def refusals():
    """Nothing is sent where not all is well."""
    f = write("one.pcap", [(0, udp(0, 100))])
    lab.ip(A, "link add down0 type veth peer name down1")
    for to, why, hint in (
            ("absent0", "send on absent0: there is no such interface",
             "sessdump -D lists them"),
            ("a" * 40, f"send on {'a' * 40}: there is no such interface",
             "sessdump -D lists them"),
            ("down0", "send on down0: the interface is down",
             "sudo ip link set dev down0 up"),
            ("absent:eth0", "namespace absent: there is no such namespace",
             "ip netns list; or a path, or the number of a process in it")):
        p = replay("-r", f, to=to)
        equal(f"{to[:12]}: refused", (p.returncode, p.stderr),
              (1, f"sessdump: {why}\n{hint}\n"))
    p, got = sent("-r", os.path.join(PCAPS, "any_sll2.pcap"))
    equal("another link type: refused", (p.returncode, only_error(p), got), (
        1, ["sessdump: send on eth0: 22 frames cannot go there: the link type "
            "is LINUX_SLL2, not EN10MB"], []))
    p, got = sent("-r", f, before=["setpriv", "--bounding-set", "-net_raw"])
    equal("no privilege: refused", (p.returncode, p.stderr, got), (
        1, "sessdump: send on eth0: Operation not permitted\n"
        "to send takes root, or the capability CAP_NET_RAW\n", []))
    p, got = sent("-r", f, to=f"{lab.space[A]}:eth0", host=B)
    equal("an interface of another namespace: status, frames",
          (p.returncode, len(got)), (0, 1))
    lab.ip(A, "link del down0")


def not_sendable():
    """Each reason why a frame is not sent is told, and the rest is."""
    good = udp(0, 200)
    f = write("bad.pcap", [(0, good), (0, good[:96], 200), (0, udp(1, 9015)),
                           (0, udp(2, 9018, tags=[(TAG, 7)])), (0, good[:13]),
                           (0, udp(3, 9019, tags=[(TAG, 7)]))])
    p, got = sent("-r", f)
    equal("cut, long, short: status", p.returncode, 1)
    equal("cut, long, short: the others", [len(x) for x in got], [200, 9018])
    equal("cut, long, short: told before and at the end",
          [x for x in p.stderr.splitlines() if "not" in x],
          ["not to be sent: 1 frame was cut when it was captured",
           "not to be sent: 2 frames are longer than the MTU allows",
           "not to be sent: 1 frame is shorter than its header",
           "sessdump: --replay-to: 4 frames were not sent"])


def headers():
    """--link-header, and interfaces without one."""
    raw = [udp(i, 86 + i, v6=bool(i & 1), link=False) for i in range(4)]
    f = write("raw.pcap", [(0, x) for x in raw], 101)
    p, got = sent("-r", f)
    equal("bare IP onto Ethernet: refused", (p.returncode, got), (1, []))
    head = bytes.fromhex("02000000000b 02000000000a")
    p, got = sent("-r", f, "--link-header",
                  "02:00:00:00:00:0A,02:00:00:00:00:0b")
    ok(got == [head + (b"\x86\xdd" if i & 1 else b"\x08\0") + x
               for i, x in enumerate(raw)], "bare IP with --link-header",
       *got, p.stderr)
    ok("  Ethernet: 4 frames from 02:00:00:00:00:0a; to 02:00:00:00:00:0b\n"
       in p.stderr, "its addresses are told", p.stderr)
    p, got = sent("-r", f, "--link-header",
                  "02:00:00:00:00:0a,02:00:00:00:00:0b,88b5")
    ok(got == [head + b"\x88\xb5" + x for x in raw],
       "bare IP with --link-header and a type", *got, p.stderr)
    for name, want in (("any_sll", 22), ("any_sll2", 22)):
        p, got = sent("-r", os.path.join(PCAPS, name + ".pcap"), "--max-gap",
                      "0.001", "--link-header",
                      "02:00:00:00:00:0a,02:00:00:00:00:0b")
        equal(f"{name} with --link-header: status, frames",
              (p.returncode, len(got)), (0, want))
        ok(all(x[:12] == head and x[12:14] in (b"\x08\0", b"\x86\xdd",
                                               b"\x08\x06") for x in got),
           f"{name} with --link-header: its headers", *got)
    null = [b"\2\0\0\0" + raw[0], b"\0\0\0\x1e" + raw[1]]
    f0 = write("null.pcap", [(0, x) for x in null], 0)
    p, got = sent("-r", f0, "--link-header",
                  "02:00:00:00:00:0a,02:00:00:00:00:0b")
    ok(got == [head + b"\x08\0" + raw[0], head + b"\x86\xdd" + raw[1]],
       "BSD's loopback with --link-header", *got, p.stderr)
    tun = lab.tuntap(A, "tun0", 0x1)
    lab.ip(A, "link set tun0 up")
    p = replay("-r", f, to="tun0")
    got = []
    with contextlib.suppress(BlockingIOError):
        while True:
            got.append(os.read(tun, 65536))
    ok(p.returncode == 0 and got == raw, "bare IP onto a tun", *got,
       p.stderr)
    one = write("one.pcap", [(0, udp(0, 100))])
    p = replay("-r", one, to="tun0")
    equal("Ethernet onto a tun: refused", (p.returncode, only_error(p)), (
        1, ["sessdump: send on tun0: 1 frame cannot go there: the link type "
            "is EN10MB, not RAW"]))
    p = replay("-r", f, "--link-header", "02:00:00:00:00:0a,"
               "02:00:00:00:00:0b", to="tun0")
    equal("--link-header onto a tun: refused", (p.returncode, p.stderr), (
        1, "sessdump: --link-header: tun0 takes bare IP\n"))
    p = replay("-r", f, to="eth0,tun0")
    equal("two interfaces of two kinds: refused", (p.returncode, p.stderr), (
        1, "sessdump: --replay-to: eth0 and tun0 take frames of different "
        "link types\n"))
    os.close(tun)


def faults():
    """The interface goes down, or goes away."""
    f = write("slow.pcap", [(i / 50, udp(i, 100)) for i in range(500)])
    for what, happens, why in (
            ("goes down", "link set gone0 down", "down"),
            ("goes away", "link del gone0", "gone|down")):
        add_pair("gone0")
        for views in [], ["--packets"]:
            r = Receiver("gone0")
            d = Dump("-r", f, "--replay-to", "gone0", *views, ready=False)
            r.has(5)
            lab.ip(A, happens)
            equal(f"it {what}: status", d.wait(), 1)
            ok(re.search(f"^sessdump: send on gone0: the interface is ({why})$",
                         "\n".join(d.err), re.M), f"it {what}: told",
               *d.err)
            counts = [re.match(r"gone0: (\d+) of 500 frames sent", x)
                      for x in d.err]
            equal(f"it {what}: counted", [int(m[1]) for m in counts if m],
                  [len(r.close())])
            if "down" in happens:
                lab.ip(A, "link del gone0")
            add_pair("gone0")
        lab.ip(A, "link del gone0")


def no_room():
    """A queue that is full; an MTU that is smaller than it was."""
    qdisc = ["tc", "-n", lab.space[A], "qdisc"]
    tbf = ["root", "tbf", "burst", "3000"]
    subprocess.run([*qdisc, "add", "dev", "eth0", *tbf, "rate", "4mbit",
                    "limit", "3000"], check=True)
    burst = [udp(i, 1000) for i in range(100)]
    f = write("burst.pcap", [(0, x) for x in burst])
    p, got = sent("-r", f)
    ok(p.returncode == 0 and got == burst, "no room for a while: all the "
       "same, all arrive", p.returncode, len(got),
       [burst.index(x) if x in burst else x for x in got], p.stderr)
    ok(re.search(r"^eth0: waited for room \d+ times$", p.stderr, re.M),
       "no room for a while: told", p.stderr)
    subprocess.run([*qdisc, "change", "dev", "eth0", *tbf, "rate", "8bit",
                    "limit", "3000"], check=True)
    p, got = sent("-r", f)
    lost = re.search(r"^eth0: (\d+) frames not sent: there was no room for a "
                     "second$", p.stderr, re.M)
    ok(lost and p.returncode == 1 and int(lost[1]) >= 90, "no room for long: "
       "told", p.returncode, p.stderr)
    subprocess.run([*qdisc, "del", "dev", "eth0", "root"], check=True)
    r = Receiver()
    f = write("mtu.pcap", [(0, udp(0, 9000)), (2, udp(1, 9000)),
                           (2.01, udp(2, 800))])
    d = Dump("-r", f, "--replay-to", "eth0", ready=False)
    r.has(1)
    lab.ip(A, "link set eth0 mtu 1500")
    equal("a smaller MTU meanwhile: status", d.wait(), 1)
    ok(d.said("eth0: 1 frame not sent: longer than the MTU allows"),
       "a smaller MTU meanwhile: told", *d.err)
    equal("a smaller MTU meanwhile: the others", [len(x) for x in r.close()],
          [9000, 800])
    lab.ip(A, "link set eth0 mtu 9000")


def two():
    """What clients send through one interface, servers through another."""
    arrive.add_pair("eth1", 9000)
    def from_a(x):
        return x[6:12] == arrive.MAC[A]
    cases = {name: (os.path.join(PCAPS, name + ".pcap"), from_a)
             for name in ("http", "ipv6_tcp", "icmp_unreachable")}
    big = udp(9, 3000, back=True)
    halves = [big[:14] + ip + data for ip, data in fragments(big[14:], 1480)]
    late = [udp(0, 100, back=True), udp(1, 100), ARP, ARP[:6] +
            arrive.MAC[B] + ARP[12:], *halves, udp(2, 100, v6=True),
            udp(3, 100, v6=True, back=True), bytes(60)]
    cases["late evidence, ARP, fragments"] = (
        write("sides.pcap", [(i / 500, x) for i, x in enumerate(late)]),
        lambda x: from_a(x) or x == bytes(60))
    for what, (f, is_client) in cases.items():
        receivers = Receiver("eth0"), Receiver("eth1")
        p = replay("-r", f, "--max-gap", "0.002", to="eth0,eth1")
        got = [r.close() for r in receivers]
        equal(f"two interfaces, {what}: status", p.returncode, 0)
        ok(got[0] and got[1] and all(map(is_client, got[0])) and
           not any(map(is_client, got[1])),
           f"two interfaces, {what}: each has its side", p.stderr,
           *[x.hex() for side in got for x in side])
        both = [x for _, x in sorted(zip(
            receivers[0].times + receivers[1].times, got[0] + got[1]))]
        with open(f, "rb") as file:
            data, want, at = file.read(), [], 24
        while at < len(data):
            n = int.from_bytes(data[at + 8:at + 12], "little")
            want.append(data[at + 16:at + 16 + n])
            at += 16 + n
        ok(both == want, f"two interfaces, {what}: in order", len(both),
           len(want))
        ok(all(f"{name}: {len(x)} frames sent" in p.stderr
               for name, x in zip(("eth0", "eth1"), got)),
           f"two interfaces, {what}: counted", p.stderr)
    lab.ip(A, "link del eth1")


def crew():
    """Several threads: each session in its order."""
    frames = [udp(i, 100 + i % 500, v6=bool(i % 2), port=4000 + i % 37)
              for i in range(4000)]
    for i in range(50):
        big = udp(i, 3000)
        frames += [big[:14] + ip + data
                   for ip, data in fragments(big[14:], 1480)]
    f = write("crew.pcap", [(i / 1e5, x) for i, x in enumerate(frames)])
    before = wire.refused()
    r = Receiver()
    p = replay("-r", f, "--topspeed", "--workers", "3", "--loop", "2")
    wait_for(lambda: len(r.frames) == 2 * len(frames))
    lost = r.lost() + wire.refused() - before
    got = r.close()
    equal("--workers 3: status", p.returncode, 0)
    equal("--workers 3: all", len(got) + lost, 2 * len(frames))
    ok(f"eth0: {2 * len(frames)} frames sent" in p.stderr,
       "--workers 3: told", p.stderr)

    def flow(x):
        """IP's version, and its client's port; of a fragment nothing."""
        if x[14] >> 4 == 6:
            return 6, x[54:56]
        return (4, x[34:36]) if x[20:22] == b"\0\0" else None
    wrong = []
    for which in set(map(flow, frames)):
        rest = iter([x for x in frames if flow(x) == which] * 2)
        if not all(x in rest for x in got if flow(x) == which):
            wrong.append(which)
    ok(not wrong, "--workers 3: each session, and the fragments, in order",
       *wrong)
    f = write("far.pcap", [(i, udp(i, 100, port=4000 + i % 9, back=bool(
        i % 2))) for i in range(100)])
    arrive.add_pair("eth1", 9000)
    r = Receiver("eth0"), Receiver("eth1")
    p = replay("-r", f, "--topspeed", "--workers", "2", to="eth0,eth1")
    got = [x.close() for x in r]
    equal("--workers 2, two interfaces: status, frames",
          (p.returncode, *map(len, got)), (0, 50, 50))
    ok(all(x[6:12] == arrive.MAC[i] for i in (A, B) for x in got[i]),
       "--workers 2, two interfaces: each has its side")
    for what, act, status, why in (
            ("INT", lambda d: d.send(signal.SIGINT), 0, ""),
            ("down", lambda d: lab.ip(A, "link set eth1 down"), 1,
             "sessdump: send on eth1: the interface is down")):
        d = Dump("-r", f, "--topspeed", "--workers", "2", "--loop", "0",
                 "--replay-to", "eth1", ready=False)
        wait_for(lambda d=d: d.said("over and over"))
        d.send(signal.SIGUSR1)
        ok(wait_for(lambda d=d: d.said("eth1: ")),
           f"--workers 2, {what}: USR1 tells how it stands", *d.err)
        act(d)
        equal(f"--workers 2, {what}: status", d.wait(), status)
        ok(d.said(why), f"--workers 2, {what}: told", *d.err)
    p = replay("-r", f, "--topspeed", "--workers", "2", "--loop", "0",
               "udp port 99")
    ok(p.returncode == 0 and "eth0: 0 frames sent" in p.stderr,
       "--workers 2, nothing is selected: it ends", p.stderr)
    lab.ip(A, "link del eth1")


arrive.set_up(mtu=9000)
exact()
many()
crew()
said()
same_sessions()
selection()
sources()
if "libarchive" in VERSION:
    large()
times()
far()
signals()
manners()
refusals()
not_sendable()
headers()
faults()
no_room()
two()
finish()
