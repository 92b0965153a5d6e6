"""Capture files that are made up, and what of them arrives at the other end of
a wire on which there is nothing else."""
import os
import socket
import struct
import subprocess
import threading
import time

import lab
from lab import A, B

BASE = 1700000000
SESSDUMP = os.environ["SESSDUMP"]
PATIENCE = 20
ETH_P_ALL, PACKET_OUTGOING = 3, 4
SOL_PACKET, PACKET_STATISTICS, PACKET_AUXDATA = 263, 6, 8
SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
VLAN_VALID, TPID_VALID = 0x10, 0x40
MAC = [bytes.fromhex("02000000000" + str(i + 1)) for i in (A, B)]
NANOSECOND = 0xa1b23c4d


def checksum(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack(f">{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def udp(n, size, v6=False, tags=(), back=False, link=True, port=4000):
    """A datagram from A to B, or back, in a frame of that size with tags."""
    src, dst = (A, B) if not back else (B, A)
    head = 12 + 4 * len(tags) + 2 if link else 0
    fill = size - head - (40 if v6 else 20) - 8
    data = struct.pack(">I", n)[-min(4, fill):] if fill < 4 else (
        struct.pack(">I", n) + bytes((n + i) & 255 for i in range(fill - 4)))
    ports = (port, 53) if not back else (53, port)
    length = 8 + len(data)
    if v6:
        addresses = [socket.inet_pton(socket.AF_INET6, x)
                     for x in (lab.A6, lab.B6)]
        pseudo = addresses[src] + addresses[dst] + struct.pack(
            ">II", length, 17)
        ip = struct.pack(">IHBB", 6 << 28, length, 17, 64) + addresses[
            src] + addresses[dst]
    else:
        addresses = [socket.inet_aton(x) for x in (lab.A4, lab.B4)]
        pseudo = addresses[src] + addresses[dst] + struct.pack(
            ">HH", 17, length)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, n & 0xffff, 0,
                         64, 17, 0) + addresses[src] + addresses[dst]
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    head = struct.pack(">HHHH", *ports, length, 0)
    head = head[:6] + struct.pack(
        ">H", checksum(pseudo + head + data) or 0xffff)
    packet = ip + head + data
    if not link:
        return packet
    frame = MAC[dst] + MAC[src]
    for tpid, vid in tags:
        frame += struct.pack(">HH", tpid, vid)
    return frame + struct.pack(">H", 0x86dd if v6 else 0x0800) + packet


def write(name, frames, linktype=1):
    """A pcap file of (seconds, frame) or (seconds, frame, original length)."""
    with open(name, "wb") as f:
        f.write(struct.pack("<IHHiIII", NANOSECOND, 2, 4, 0, 0, 262144,
                            linktype))
        for t, frame, *length in frames:
            ns = BASE * 10**9 + round(t * 10**9)
            f.write(struct.pack("<IIII", ns // 10**9, ns % 10**9, len(frame),
                                *length or [len(frame)]) + frame)
    return name


def set_up(pairs=1, mtu=1500):
    """Nothing is on the wires eth0, eth1 ... but what is sent."""
    for host in (A, B):
        for what in ("all", "default"):
            lab.sysctl(host, f"ipv6/conf/{what}/disable_ipv6", 1)
    for i in range(pairs):
        add_pair(f"eth{i}", mtu)


def add_pair(name, mtu=1500):
    lab.ip(A, f"link add {name} mtu {mtu} type veth peer name {name} "
           f"mtu {mtu} netns {lab.space[B]}")
    for host in (A, B):
        lab.ip(host, f"link set {name} up")


class Receiver:
    """What comes in on an interface, tags put back, and when.

    wait: it is not read before start().
    """

    def __init__(self, iface="eth0", host=B, wait=False):
        with lab.inside(host):
            self.s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                   socket.htons(ETH_P_ALL))
        self.s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.s.bind((iface, ETH_P_ALL))
        self.s.settimeout(0.1)
        self.frames, self.times, self.over = [], [], False
        self.thread = threading.Thread(target=self.read, daemon=True)
        if not wait:
            self.start()

    def start(self):
        self.thread.start()

    def read(self):
        while not self.over:
            try:
                data, more, _, address = self.s.recvmsg(70000, 256)
            except TimeoutError:
                continue
            except OSError:		# the interface is down
                time.sleep(0.01)
                continue
            if address[2] == PACKET_OUTGOING:
                continue
            for level, kind, value in more:
                if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                    status, tci, tpid = struct.unpack("I12xHH", value)
                    if status & VLAN_VALID:
                        data = data[:12] + struct.pack(
                            ">HH", tpid if status & TPID_VALID else 0x8100,
                            tci) + data[12:]
                elif (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                    s, ns = struct.unpack("qq", value)
                    self.times.append(s + ns / 1e9)
            self.frames.append(data)

    def has(self, n):
        end = time.monotonic() + PATIENCE
        while len(self.frames) < n and time.monotonic() < end:
            time.sleep(0.01)
        return len(self.frames) >= n

    def lost(self):
        """What our socket had no room for; of this call on, once."""
        return struct.unpack("II", self.s.getsockopt(
            SOL_PACKET, PACKET_STATISTICS, 8))[1]

    def close(self):
        """All that came; nothing is on its way any more, on a wire that is
        a kernel's own."""
        time.sleep(0.15)
        self.over = True
        self.thread.join()
        self.s.close()
        return self.frames


def command(args, host=A, before=()):
    return ["ip", "netns", "exec", lab.space[host], *before, SESSDUMP, *args]


def replay(*args, to="eth0", stdin=subprocess.DEVNULL, before=(), host=A):
    """Status, standard output and error of sessdump that sends."""
    return subprocess.run(
        command([*args, "--replay-to", to], host, before), stdin=stdin,
        capture_output=True, text=True, timeout=60, check=False)


def sent(*args, iface="eth0", **more):
    """The same, and what has arrived."""
    receiver = Receiver(iface)
    p = replay(*args, **more)
    return p, receiver.close()
