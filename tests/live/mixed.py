"""A mixed load on a wire, for as long as it is wanted, at a moderate rate.

Processes of their own make it, so that they hold up nobody:
  players   send what tests/bench/generate and tests/hostile/flood write: DNS,
            QUIC and TCP of all fates, tags, fragments, floods of SYNs
  talkers   have the kernels of both hosts talk: short connections, refused
            and reset ones, long ones with much data, UDP, names, datagrams in
            fragments, ICMP errors; over IPv4 and IPv6 in turn
"""
import contextlib
import itertools
import multiprocessing
import os
import socket
import struct
import subprocess
import time

import lab
from lab import A, B

TRAFFIC = os.path.join(os.environ["builddir"], "tests")
NOBODY = bytes((2, 0, 0, 0, 0, 0x0c))	# no host's: its kernel looks on
TICK = 0.02		# seconds
FOREVER = str(10**12)
PORT = 8000		# where servers listen; and names are told at 53
BULK = 4096		# bytes that a long connection sends in a tick, and bursts
BURST = 65536
ASKED = b"is anybody there?"	# where nobody is
# Bytes of the frame with the ICMP error about that, by the version of IP.
ERROR = {4: 14 + 20 + 8 + 20 + 8 + len(ASKED),
         6: 14 + 40 + 8 + 40 + 8 + len(ASKED)}
fork = multiprocessing.get_context("fork")


def mix(seed):
    return [TRAFFIC + "/bench/generate", "-n", "200000", "-s", str(seed),
            "mix"]


def flood(name):
    return lambda seed: [TRAFFIC + "/hostile/flood", name, FOREVER, str(seed)]


def captured(command):
    """The frames of an endless row of captures in pcap."""
    for seed in itertools.count(1):
        with subprocess.Popen(command(seed), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as p:
            p.stdout.read(24)
            while head := p.stdout.read(16):
                yield p.stdout.read(struct.unpack_from("=I", head, 8)[0])


def more_fragments(frame):
    """Of the same datagram: they come one behind the other."""
    at = 18 if frame[12:14] == b"\x81\x00" else 14
    if frame[at] >> 4 == 4:
        return frame[at + 6] & 0x20
    return frame[at + 6] == 44 and frame[at + 43] & 1


class Load:
    """Processes that work from go() to stop()."""

    def __init__(self):
        self.begun, self.over = fork.Event(), fork.Event()
        self.processes, self.sent = [], []

    def _start(self, target, *args):
        p = fork.Process(target=target, args=args, daemon=True)
        p.start()
        self.processes.append(p)

    def player(self, command, rate):
        """Sends so many frames in a second."""
        self.sent.append(fork.Value("Q", 0))
        self._start(self._play, command, rate, self.sent[-1])

    def talker(self):
        self._start(self._talk)

    def go(self):
        self.begun.set()

    def stop(self):
        """Are all of them well?"""
        self.over.set()
        for p in self.processes:
            p.join(30)
        return all(p.exitcode == 0 for p in self.processes)

    def ticks(self):
        """How many seconds it is since it began, tick by tick."""
        self.begun.wait()
        start = time.monotonic()
        while not self.over.wait(TICK):
            yield time.monotonic() - start

    def _play(self, command, rate, sent):
        with lab.inside(A):
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        s.bind(("eth0", 0))
        frames, frame = captured(command), bytes(60)
        for passed in self.ticks():
            while sent.value < passed * rate or more_fragments(frame):
                frame = next(frames)
                s.send(NOBODY + frame[6:])
                sent.value += 1
        os._exit(0)		# not waiting for who still writes frames

    def _talk(self):
        talkers = [Talker(v6) for v6 in (False, True)]
        for turn, _ in enumerate(self.ticks()):
            talkers[turn % 2].step(turn // 2)


def drain(s):
    with contextlib.suppress(BlockingIOError):
        while s.recv(1 << 20):
            pass


class Talker:
    """Both hosts, over one version of IP."""

    def __init__(self, v6):
        self.v6 = v6
        self.listening = lab.new(B, v6, port=PORT)
        self.listening.listen(64)
        self.server = [lab.new(B, v6, socket.SOCK_DGRAM, port=port)
                       for port in (PORT, 53)]
        self.long = [self.connect() for _ in range(4)]
        for s in itertools.chain.from_iterable(self.long):
            s.setblocking(False)

    def client(self, kind=socket.SOCK_STREAM):
        return lab.new(A, self.v6, kind)

    def connect(self):
        c = self.client()
        c.connect(self.listening.getsockname()[:2])
        return c, self.listening.accept()[0]

    def step(self, turn):
        self.short(turn)
        self.datagrams()
        self.refused(turn)
        for i, pair in enumerate(self.long):
            data = b"x" * (BURST if (turn + i) % 64 == 0 else BULK)
            with contextlib.suppress(BlockingIOError):
                pair[turn % 2].send(data)
            drain(pair[0])
            drain(pair[1])

    def short(self, turn):
        c, s = self.connect()
        c.sendall(b"ask")
        s.recv(100)
        s.sendall(b"answer" * 100)
        if turn % 8 == 0:	# a RST ends it
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))
        s.close()
        c.close()

    def datagrams(self):
        for server, size in zip(self.server, (4000, 40)):
            with self.client(socket.SOCK_DGRAM) as c:
                c.sendto(b"q" * size, server.getsockname()[:2])
                server.sendto(b"r" * 4 * size, server.recvfrom(8192)[1])
                c.recv(65536)

    def refused(self, turn):
        """By a RST, or by an ICMP error."""
        nobody = lab.address(B, self.v6), 9
        kind = socket.SOCK_STREAM if turn % 2 else socket.SOCK_DGRAM
        with self.client(kind) as c, contextlib.suppress(OSError):
            c.connect(nobody)
            c.send(ASKED)
