"""One connection of a scene: what its hosts do, and what is said of them."""
import errno
import socket
import struct
import time

import lab

STEADY = 0.1		# seconds for which both must say the same


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
        return good and (self.dump != self.kernels or
                         time.monotonic() - self.since >= STEADY)

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

    def why(self):
        """What was seen, for a reader."""
        said = self.said()
        yield "the kernels: " + ", ".join(self.kernels())
        yield "sessdump: " + (", ".join(
            s["state"] + ("" if s["confirmed"] else "?")
            for s in said) if said else "nothing")
        for r in self.packets():
            tcp = r["layers"][-1]
            sender = self.port[lab.A] == r["source"]["port"]
            yield (f"{'BA'[sender]} {tcp.get('flags', ''):4} seq "
                   f"{tcp.get('seq')} ack {tcp.get('ack')} "
                   f"len {r['payload_bytes']}: "
                   f"{r['client']['state']}, {r['server']['state']}")

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

    def held(self, host, *what):
        """A condition: the wire holds such a frame (Gate.waiting)."""
        return lambda: self.stage.wire.waiting(host, self.key, *what)

    def overtake(self, host, *what):
        self.stage.wire.let(host, self.key, self.held(host, *what)()[0])

    def release(self, most=None):
        self.stage.wire.open(self.key, most)
