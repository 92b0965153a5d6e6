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
import json
import os
import socket
import struct
import subprocess
import time

import lab
from lab import A, B
from live import PATIENCE, Dump, equal, ok
from play import Play, Sees

# ss's names.
STATE = {"ESTAB": "established", "SYN-SENT": "syn_sent",
         "SYN-RECV": "syn_received", "FIN-WAIT-1": "fin_wait_1",
         "FIN-WAIT-2": "fin_wait_2", "CLOSE-WAIT": "close_wait",
         "CLOSING": "closing", "LAST-ACK": "last_ack",
         "TIME-WAIT": "time_wait", "LISTEN": "listen"}

# Which segments of a connection nftables kills, and how.
KINDS = {"any": "drop",
         "all but RST": "tcp flags & rst == 0 drop",
         "SYN-ACK": "tcp flags & (syn | ack) == syn | ack drop",
         "ACK": "tcp flags & (fin | syn | rst | psh) == 0 drop",
         "no port": "reject with icmpx type port-unreachable",
         "no host": "reject with icmpx type host-unreachable",
         "prohibited": "reject with icmpx type admin-prohibited"}


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

    @staticmethod
    def tcp(frame):
        """Where its TCP header is, if it is TCP."""
        return 54 if frame[12:14] == b"\x86\xdd" else 14 + frame[14] % 16 * 4

    def keeps(self, frm, frame):
        at = self.tcp(frame)
        for port in struct.unpack_from(">HH", frame.ljust(at + 4), at):
            if (frm, port) in self.shut:
                self.shut[frm, port].append(frame)
                return True
        return False

    def close(self, frm, port):
        with self.lock:
            self.shut[frm, port] = []

    def waiting(self, frm, port, flag, seq=None):
        """The frames with this flag, and this sequence number."""
        return [f for f in self.shut[frm, port]
                if f[self.tcp(f) + 13] & flag and seq in (
                    None, struct.unpack_from(">I", f, self.tcp(f) + 4)[0])]

    def let(self, frm, port, frame):
        """This one overtakes the others."""
        with self.lock:
            self.shut[frm, port].remove(frame)
            os.write(self.fd[1 - frm], frame)

    def open(self, port, most):
        """What comes after so many frames in a direction is lost."""
        with self.lock:
            for frm in A, B:
                for frame in self.shut.pop((frm, port), ())[:most]:
                    os.write(self.fd[1 - frm], frame)


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
               *play.why())
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
        ok(holds, f"{play.name}: {step}", *play.why())
        for host, k, d in zip((play.p, play.q), step.kernels, step.dump):
            if k == d:
                self.compared[host, play.v6, k, holds] += 1
