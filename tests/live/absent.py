"""Interfaces that go down, vanish and come back in a capture."""
import os
import re
import signal
import socket
import subprocess
import threading
import time

import lab
from lab import A, B
from live import Dump, equal, finish, ok, wait_for

ECHO = "icmp or (icmp6 and (ip6[40] == 128 or ip6[40] == 129))"
WAITS = "went down; waiting", "has gone; waiting"


def said(d, text):
    return [x for x in d.err if x == f"sessdump: {text}"]


def says(d, name, text, times=1):
    """Once, and in time."""
    ok(wait_for(lambda: len(said(d, f"{name}: {text}")) >= times),
       f"{name}: {text}", *d.err)
    equal(f"{name}: {text}: said so often",
          len(said(d, f"{name}: {text}")), times)


def promiscuity(host=A, iface="eth0"):
    shown = subprocess.run(
        ["ip", "-n", lab.space[host], "-d", "link", "show", iface],
        capture_output=True, text=True).stdout
    return int(shown.split("promiscuity ")[1].split()[0])


def pair_up():
    """The wire, again."""
    lab.ip(A, f"link add eth0 type veth peer name eth0 netns {lab.space[B]}")
    for h, a4, a6 in ((A, lab.A4, lab.A6), (B, lab.B4, lab.B6)):
        lab.ip(h, f"link set eth0 address 02:00:00:00:00:0{h + 1} up")
        lab.ip(h, f"addr add {a4}/24 dev eth0")
        lab.ip(h, f"addr add {a6}/64 dev eth0 nodad")
    lab.quiet(0.3)


def down_up(v6):
    what = f"IPv{6 if v6 else 4}"
    d = Dump("-i", "eth0", "--json", ECHO)
    lab.ping(A, lab.address(B, v6), v6, 1)
    ok(d.caught(2), f"{what}: before", *d.err)
    equal(f"{what}: promiscuity", promiscuity(), 1)
    for n in 1, 2:
        lab.ip(A, "link set eth0 down")
        says(d, "eth0", WAITS[0], n)
        equal(f"{what}: goes on", d.process.poll(), None)
        equal(f"{what}: promiscuity while down", promiscuity(), 1)
        lab.ip(A, "link set eth0 up")
        lab.ip(A, f"addr replace {lab.A6}/64 dev eth0 nodad")
        says(d, "eth0", "back", n)
        lab.quiet(0.3)
        lab.ping(A, lab.address(B, v6), v6, 1)
        ok(d.caught(2 + 2 * n), f"{what}: after", *d.err)
    equal(f"{what}: status", d.stop(), 0)
    equal(f"{what}: promiscuity afterwards", promiscuity(), 0)
    equal(f"{what}: one interface", {r["interface"] for r in
          d.records("packet")}, {"eth0"})


def gone_and_back():
    for v6 in False, True:
        for args in (), ("-p",):
            down_and_back(v6, args)


def down_and_back(v6, args):
    what = f"IPv{6 if v6 else 4}{' -p' if args else ''}"
    d = Dump("-i", "eth0", *args, "--sessions", "--json", ECHO)
    for n in 1, 2, 3:
        lab.ping(A, lab.address(B, v6), v6, 1)
        ok(d.caught(2 * n), f"{what}: caught", *d.err)
        equal(f"{what}: promiscuity", promiscuity(), 0 if args else 1)
        if n < 3:
            lab.ip(A, "link del eth0")
            says(d, "eth0", WAITS[1], n)
            pair_up()
            says(d, "eth0", "back", n)
    equal(f"{what}: status", d.stop(), 0)
    ok(d.said("6 packets captured") and d.said("6 packets received") and
       d.said("0 packets dropped by kernel"), f"{what}: adds up", *d.err)
    equal(f"{what}: promiscuity afterwards", promiscuity(), 0)


def never_back():
    d = Dump("-i", "eth0", "icmp")
    lab.ip(A, "link del eth0")
    says(d, "eth0", WAITS[1])
    lab.quiet(0.5)
    equal("never back: waits", d.process.poll(), None)
    equal("never back, INT: status", d.stop(), 0)
    ok(d.said("0 packets captured"), "never back: the summary", *d.err)
    pair_up()


def another_kind():
    """What comes under the same name has frames of another kind."""
    d = Dump("-i", "eth0", "icmp")
    lab.ip(A, "link del eth0")
    says(d, "eth0", WAITS[1])
    fd = lab.tuntap(A, "eth0", 0x1)
    equal("another kind: status", d.wait(), 1)
    equal("another kind: message",
          [x for x in d.err if x.startswith("sessdump: ")][-1:],
          ["sessdump: capture on eth0: it came back as another kind of "
           "interface"])
    os.close(fd)
    pair_up()


def killed():
    """Nothing is left behind."""
    d = Dump("-i", "eth0")
    equal("promiscuity", promiscuity(), 1)
    d.stop(signal.SIGKILL)
    equal("after KILL: promiscuity", promiscuity(), 0)


def one_of_two():
    """One that is away does not hold up the other; nor does one that
    fails."""
    for backend, words in (("afpacket", WAITS[1]), ("pcap", None)):
        lab.ip(A, "link add x0 type veth peer name x1")
        for x in "x0", "x1":
            lab.ip(A, f"link set {x} up")
        d = Dump("-i", "x0", "-i", "eth0", "--backend", backend, "--json",
                 "icmp")
        lab.ping(A, lab.B4, False, 1)
        ok(d.caught(2), f"{backend}: both there", *d.err)
        lab.ip(A, "link del x0")
        if words:
            says(d, "x0", words)
        else:
            ok(wait_for(lambda: d.said("sessdump: capture on x0")),
               f"{backend}: one has failed", *d.err)
        lab.ping(A, lab.B4, False, 2)
        ok(d.caught(6), f"{backend}: the other goes on", *d.err)
        equal(f"{backend}: status", d.stop(), 0 if words else 1)


class Load:
    """Frames on eth0 of B, as many as go: what the kernel took, by count."""

    def __init__(self):
        self.sent, self.over = 0, False
        with lab.inside(B):
            self.s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.s.bind(("eth0", 0))
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        frame = bytes.fromhex("0200000000990200000000025555") + bytes(50)
        while not self.over:
            try:
                for _ in range(100):
                    self.s.send(frame)
                    self.sent += 1
            except OSError:
                break
            time.sleep(0.001)

    def stop(self):
        self.over = True
        self.thread.join()
        self.s.close()
        return self.sent


def counts(d):
    """The last of each line of the summary."""
    found = {}
    for line in d.err:
        m = re.match(r"(\d+) packets? (captured|dropped by kernel)$", line)
        if m:
            found[m[2]] = int(m[1])
    return found


def under_load():
    """Every frame that was sent is captured, or counted as dropped; but what
    is on its way when the interface goes."""
    d = Dump("-i", "eth0", "-w", "/dev/null", "ether proto 0x5555")
    sent = 0
    rounds = 5
    for n in range(1, rounds + 1):
        load = Load()
        lab.quiet(0.3)
        lab.ip(A, "link del eth0")
        sent += load.stop()
        says(d, "eth0", WAITS[1], n)
        pair_up()
        says(d, "eth0", "back", n)
    load = Load()
    lab.quiet(0.3)
    sent += load.stop()
    lab.quiet(0.3)
    equal("under load: status", d.stop(), 0)
    c = counts(d)
    got = c["captured"] + c["dropped by kernel"]
    ok(sent - 64 * rounds <= got <= sent and sent > 10000,
       f"under load: of {sent} sent {got} are accounted for", *d.err)


lab.set_up(veth=True)
for v6 in False, True:
    down_up(v6)
gone_and_back()
never_back()
another_kind()
killed()
one_of_two()
under_load()
finish()
