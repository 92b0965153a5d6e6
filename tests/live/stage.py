"""Many connections at once, each a scene, compared with both kernels.

A scene is a generator that gets its connection (Play) and yields what shall
come about: the states of both ends (sees, misses), that segments die from now
on (mute, deaf, free), or a condition.  All scenes go on at the same time, on
ports of their own, before one sessdump at host A.

Of its two hosts, p is the one that does what the scene is about, q the other.
What a muted host sends dies before sessdump sees it; what a deaf host is sent
dies behind sessdump.
"""
import collections
import errno
import json
import os
import socket
import struct
import subprocess
import time

import lab
from lab import A, B
from live import PATIENCE, Dump, equal, ok

# ss's names.
STATE = {"ESTAB": "established", "SYN-SENT": "syn_sent",
         "SYN-RECV": "syn_received", "FIN-WAIT-1": "fin_wait_1",
         "FIN-WAIT-2": "fin_wait_2", "CLOSE-WAIT": "close_wait",
         "CLOSING": "closing", "LAST-ACK": "last_ack",
         "TIME-WAIT": "time_wait", "LISTEN": "listen"}
STEADY = 0.1		# seconds for which both must say the same

# Which segments of a connection nftables kills, and how.
KINDS = {"any": "drop",
         "all but RST": "tcp flags & rst == 0 drop",
         "SYN": "tcp flags & (syn | ack) == syn drop",
         "ACK": "tcp flags & (fin | syn | rst | psh) == 0 drop",
         "no port": "reject with icmpx type port-unreachable",
         "no host": "reject with icmpx type host-unreachable"}


def set_name(hook, kind):
    return hook + "_" + kind.lower().replace(" ", "_").replace("-", "_")


def rules():
    """Sets of the clients' ports, in which no server's is."""
    text = "table inet stage {\n"
    for hook in "input", "output":
        for kind in KINDS:
            text += f"set {set_name(hook, kind)} {{ type inet_service; }}\n"
        text += (f"chain {hook} {{ type filter hook {hook} priority 0;\n")
        for kind, verdict in KINDS.items():
            if hook == "output" and "reject" in verdict:
                continue
            for port in "sport", "dport":
                text += (f"tcp {port} @{set_name(hook, kind)} {verdict}\n")
        text += "}\n"
    return text + "}\n"


class Gate(lab.Wire):
    """Holds the frames of one connection, and lets the others pass."""

    def __init__(self):
        self.shut = {}		# by sender and client's port
        super().__init__()

    def keeps(self, frm, frame):
        at = 54 if frame[12:14] == b"\x86\xdd" else 14 + frame[14] % 16 * 4
        for port in struct.unpack_from(">HH", frame.ljust(at + 4), at):
            if (frm, port) in self.shut:
                self.shut[frm, port].append(frame)
                return True
        return False

    def close(self, frm, port):
        with self.lock:
            self.shut[frm, port] = []

    def count(self, frm, port):
        return len(self.shut[frm, port])

    def let_last(self, frm, port):
        """Only the last one that came overtakes the others."""
        with self.lock:
            os.write(self.fd[1 - frm], self.shut[frm, port].pop())

    def open(self, port):
        with self.lock:
            for frm in A, B:
                for frame in self.shut.pop((frm, port), ()):
                    os.write(self.fd[1 - frm], frame)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def forged(frm, v6, ports, flags, seq, ack):
    """A frame with a segment that no kernel made."""
    src, dst = (socket.inet_pton(lab.family(v6), lab.address(h, v6))
                for h in (frm, 1 - frm))
    tcp = struct.pack(">HHIIBBHHH", *ports, seq % 2**32, ack % 2**32, 5 << 4,
                      flags, 1024, 0, 0)
    if v6:
        head = struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + src + dst
    else:
        head = struct.pack(">BBHIBBH", 0x45, 0, 20 + len(tcp), 0, 64, 6, 0)
        head = (head[:10] + struct.pack(">H", checksum(head + src + dst)) +
                src + dst)
    total = checksum(src + dst + struct.pack(">HH", 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack(">H", total) + tcp[18:]
    return (bytes((2, 0, 0, 0, 0, 2 - frm, 2, 0, 0, 0, 0, 1 + frm)) +
            struct.pack(">H", 0x86dd if v6 else 0x800) + head + tcp)


class Sees:
    """sessdump and both kernels say the same; or what sessdump says instead,
    and then it must say that it is not sure."""

    def __init__(self, kernels, dump=None):
        self.kernels = kernels
        self.dump = dump or kernels
        self.since = None

    def staged(self, play):
        """The kernels are where the scene wants them.  A socket that is gone
        is closed, whether or not another listens."""
        return all(k == want or (k, want) == ("listen", "closed")
                   for k, want in zip(play.kernels(), self.kernels))

    def said(self, play):
        sides = play.said()
        return sides is not None and \
            tuple(s["state"] for s in sides) == self.dump and \
            not any(s["confirmed"] for s, d, k in
                    zip(sides, self.dump, self.kernels) if d != k)

    def holds(self, play):
        good = self.staged(play) and self.said(play)
        if not good:
            self.since = None
        elif self.since is None:
            self.since = time.monotonic()
        return good and time.monotonic() - self.since >= STEADY

    def __str__(self):
        text = ", ".join(self.kernels)
        if self.dump != self.kernels:
            text += " (sessdump, unsure: " + ", ".join(self.dump) + ")"
        return text


class Play:
    """One connection."""

    def __init__(self, stage, scene, v6, p, client, number):
        self.stage = stage
        self.v6 = v6
        self.p, self.q = p, 1 - p
        self.client, self.server = client, 1 - client
        self.name = (f"{scene.__doc__}, IPv{6 if v6 else 4}, "
                     f"{'AB'[p]}{'' if p == client else ', the server'}")
        self.port = {self.client: 20000 + number, self.server: 10000 + number}
        self.key = self.port[self.client]
        self.sock = {}
        self.listening = None
        self.steps = scene(self)

    # What both sides say of the states, p's first.

    def kernels(self):
        def one(h):
            ss = self.stage.ss[h]
            return ss.get((self.port[h], self.port[1 - h])) or \
                ss.get((self.port[h], None), "closed")
        return one(self.p), one(self.q)

    def said(self):
        event = self.stage.events.get(self.key)
        if event is None:
            return None
        sides = {s["ip"]: s for s in (event["client"], event["server"])}
        return [sides[lab.address(h, self.v6)] for h in (self.p, self.q)]

    def packets(self, frm=None):
        """What sessdump has seen, or of it what this host has sent."""
        return [r for r in self.stage.packets[self.key] if frm is None or
                r["source"]["port"] == self.port[frm]]

    def more(self, n, frm=None):
        """A condition: sessdump will have seen n packets more."""
        n += len(self.packets(frm))
        return lambda: len(self.packets(frm)) >= n

    # What to yield.

    @staticmethod
    def sees(p, q):
        return Sees((p, q))

    @staticmethod
    def misses(kernels, dump):
        return Sees(kernels, dump)

    def mute(self, host, kind="all but RST"):
        return self.stage.rule(host, "output", kind, self.key)

    def deaf(self, host, kind="all but RST"):
        return self.stage.rule(host, "input", kind, self.key)

    def free(self):
        return self.stage.unrule(self.key)

    # What hosts do; p unless told.

    def listen(self, host=None, fast=False):
        host = self.server if host is None else host
        self.listening = lab.new(host, self.v6, port=self.port[host])
        if fast:
            self.listening.setsockopt(socket.IPPROTO_TCP,
                                      socket.TCP_FASTOPEN, 8)
        self.listening.listen(8)
        self.listening.setblocking(False)

    def new(self, host):
        s = lab.new(host, self.v6, port=self.port[host])
        s.setblocking(False)
        self.sock[host] = s

    def address(self, host):
        return lab.address(host, self.v6), self.port[host]

    def syn(self, host=None):
        """Opens; False while TIME-WAIT forbids it."""
        host = self.client if host is None else host
        if host not in self.sock:
            self.new(host)
        return self.sock[host].connect_ex(self.address(1 - host)) != \
            errno.EADDRNOTAVAIL

    def accept(self):
        try:
            self.sock[self.server] = s = self.listening.accept()[0]
        except BlockingIOError:
            return False
        s.setblocking(False)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True

    def send(self, host, data=b"hello\n"):
        self.sock[host].send(data)

    def got(self, host):
        """A condition: something comes to this host."""
        def condition():
            try:
                return bool(self.sock[host].recv(65536))
            except BlockingIOError:
                return False
        return condition

    def fin(self, host):
        self.sock[host].shutdown(socket.SHUT_WR)

    def close(self, host):
        self.sock.pop(host).close()

    def abort(self, host):
        s = self.sock.pop(host)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.close()

    def keep_alive(self, host):
        s = self.sock[host]
        s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)

    def numbers(self, host):
        """Sequence numbers, from the kernel: what it sends and gets next."""
        def option(name, *value):
            get = self.sock[host].setsockopt if value else \
                self.sock[host].getsockopt
            return get(socket.IPPROTO_TCP, name, *value)
        option(19, 1)			# TCP_REPAIR
        numbers = []
        for queue in 2, 1:		# TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ
            option(20, queue)
            numbers.append(option(21) % 2**32)
        option(19, -1)
        return numbers

    def forge(self, frm, flags, seq, ack=0):
        """Returns the condition that sessdump has seen it."""
        seen = self.more(1, frm)
        self.stage.raw[frm].send(forged(frm, self.v6, (
            self.port[frm], self.port[1 - frm]), flags, seq, ack))
        return seen

    def hold(self, host):
        self.stage.wire.close(host, self.key)

    def held(self, host, n=1):
        return lambda: self.stage.wire.count(host, self.key) >= n

    def overtake(self, host):
        self.stage.wire.let_last(host, self.key)

    def release(self):
        self.stage.wire.open(self.key)


class Stage:
    def __init__(self):
        self.wire = lab.set_up(kind=Gate)
        self.raw = {}
        for h in A, B:
            lab.sysctl(h, "ipv4/tcp_fastopen", 3)
            lab.sysctl(h, "ipv4/tcp_tw_reuse", 1)
            lab.sysctl(h, "ipv4/tcp_invalid_ratelimit", 0)
            lab.nft(h, rules())
            with lab.inside(h):
                self.raw[h] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self.raw[h].bind(("eth0", 0))
        self.plays = []
        self.ss = [{}, {}]
        self.read = 0
        self.events = {}			# the last, by client's port
        self.packets = collections.defaultdict(list)
        self.rules = collections.defaultdict(set)
        self.todo = [[], []]
        self.round = 0
        self.compared = collections.Counter()

    def add(self, scene, v6, p, client):
        self.plays.append(Play(self, scene, v6, p, client, len(self.plays)))

    def rule(self, host, hook, kind, port):
        self.rules[port].add((host, hook, kind))
        return self._change("add", host, hook, kind, port)

    def unrule(self, port):
        for where in self.rules.pop(port, ()):
            self._change("delete", *where, port)
        return self._applied()

    def _change(self, verb, host, hook, kind, port):
        self.todo[host].append(f"{verb} element inet stage "
                               f"{set_name(hook, kind)} {{ {port} }}")
        return self._applied()

    def _applied(self):
        now = self.round
        return lambda: self.round > now

    def look(self):
        """Rules come into force; what everybody says is read."""
        for h in A, B:
            if self.todo[h]:
                lab.nft(h, "; ".join(self.todo[h]))
                self.todo[h] = []
            self.ss[h] = self._sockets(h)
        self.round += 1
        lines = self.dump.out[self.read:]
        self.read += len(lines)
        for r in map(json.loads, lines):
            if r.get("protocol") != "tcp":
                continue
            key = max(r[s]["port"] for s in ("client", "server"))
            if r["type"] == "packet":
                self.packets[key].append(r)
            elif r["event"] != "end":
                self.events[key] = r

    @staticmethod
    def _sockets(host):
        found = {}
        for line in subprocess.run(
                ["ss", "-N", lab.space[host], "-Htan"], check=True,
                capture_output=True, text=True).stdout.splitlines():
            words = line.split()
            here, there = (w.rpartition(":")[2] for w in words[3:5])
            found[int(here), None if there == "*" else int(there)] = \
                STATE[words[0]]
        return found

    def run(self, *words):
        self.dump = Dump("-i", "eth0", "--packets", "--events", "--json",
                         *words)
        waiting = [[play, None, 0] for play in self.plays]
        while waiting:
            self.look()
            for entry in waiting:
                self._go_on(entry)
            waiting = [e for e in waiting if e[0] is not None]
            time.sleep(0.02)
        equal("sessdump's status", self.dump.stop(), 0)

    def _go_on(self, entry):
        play, step, end = entry
        compares = isinstance(step, Sees)
        holds = step.holds(play) if compares else step is None or step()
        if not holds and time.monotonic() < end:
            return
        if compares:
            self._report(play, step, holds)
        elif not holds:
            ok(False, f"{play.name}: line {play.steps.gi_frame.f_lineno}",
               play.kernels(), play.said())
        if not holds and not (compares and step.staged(play)):
            entry[0] = None		# the rest would mean nothing
            return
        try:
            entry[1] = next(play.steps)
            entry[2] = time.monotonic() + PATIENCE
        except StopIteration:
            entry[0] = None
        except OSError as e:
            ok(False, f"{play.name}: {e}")
            entry[0] = None

    def _report(self, play, step, holds):
        ok(holds, f"{play.name}: {step}", f"the kernels: {play.kernels()}",
           f"sessdump: {play.said()}")
        for host, k, d in zip((play.p, play.q), step.kernels, step.dump):
            if k == d:
                self.compared[host, play.v6, k, holds] += 1
