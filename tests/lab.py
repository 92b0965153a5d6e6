"""Two hosts on a wire, for scenes (pcaps/) and live tests (tests/live/).

A host is a network namespace.  One thread does what both hosts do, so that a
scene is a list of calls in the order in which things shall happen; a socket
stays in the namespace in which it was opened, and a kernel makes every
segment.
"""
import contextlib
import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

A4, B4 = "192.0.2.1", "192.0.2.2"
A6, B6 = "2001:db8::1", "2001:db8::2"
A, B = 0, 1		# the two hosts: client and server
QUIET = 0.08		# longer than a delayed ACK

libc = ctypes.CDLL(None, use_errno=True)
space = ["", ""]	# names of the namespaces


def run(*words):
    subprocess.run(words, check=True)


def ip(host, words):
    run("ip", "-n", space[host], *words.split())


def sysctl(host, name, value):
    with inside(host), open("/proc/sys/net/" + name, "w") as f:
        f.write(str(value))


def nft(host, rules):
    run("ip", "netns", "exec", space[host], "nft", rules)


@contextlib.contextmanager
def inside(host):
    """This thread is in the host's namespace."""
    with open("/proc/self/ns/net") as home, \
            open("/run/netns/" + space[host]) as there:
        if libc.setns(there.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            libc.setns(home.fileno(), 0)


def quiet(seconds=QUIET):
    time.sleep(seconds)


def tuntap(host, name, mode):
    """A tun (0x1) or tap (0x2) device, and our end of it."""
    with inside(host):
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH14x", name.encode(),
                                                mode | 0x1000))
    return fd


class Wire:
    """Joins eth0 of both hosts; holds, drops and swaps frames on demand."""

    def __init__(self):
        self.fd = [tuntap(h, "eth0", 0x2) for h in (A, B)]
        self.held = [[], []]
        self.holding = [False, False]
        self.lost = [0, 0]
        self.lock = threading.Lock()
        threading.Thread(target=self._forward, daemon=True).start()

    def _forward(self):
        while True:
            for fd in select.select(self.fd, [], [])[0]:
                frame = os.read(fd, 65536)
                frm = self.fd.index(fd)
                with self.lock:
                    if not self.keeps(frm, frame):
                        with contextlib.suppress(OSError):
                            os.write(self.fd[1 - frm], frame)

    def keeps(self, frm, frame):
        """Does the frame not arrive, or not now?"""
        if self.lost[frm] > 0:
            self.lost[frm] -= 1
            return True
        if self.holding[frm]:
            self.held[frm].append(frame)
        return self.holding[frm]

    def hold(self, *hosts):
        for h in hosts or (A, B):
            self.holding[h] = True

    def release(self, *hosts, backwards=False):
        with self.lock:
            for h in hosts or (A, B):
                for frame in self.held[h][::-1 if backwards else 1]:
                    os.write(self.fd[1 - h], frame)
                self.held[h] = []
                self.holding[h] = False

    def lose(self, host, n=1):
        """The next n frames that the host sends never arrive."""
        self.lost[host] = n


def set_up(neighbours=True, veth=False, kind=Wire):
    """Two hosts on a wire, and nothing on it but what a scene puts there.

    veth: a pair of the kernel's, which nobody can hold, in place of the wire.
    """
    for host in (A, B):
        for what in ("all", "default"):
            for name, value in (("router_solicitations", 0),
                                ("accept_dad", 0), ("autoconf", 0),
                                ("addr_gen_mode", 1)):
                sysctl(host, f"ipv6/conf/{what}/{name}", value)
        sysctl(host, "ipv4/ping_group_range", "0 2147483647")
        sysctl(host, "ipv4/icmp_ratelimit", 0)
        sysctl(host, "ipv6/icmp/ratelimit", 0)
        ip(host, "link set lo up")
    wire = None if veth else kind()
    if veth:
        ip(A, f"link add eth0 type veth peer name eth0 netns {space[B]}")
    for host, a4, a6 in ((A, A4, A6), (B, B4, B6)):
        ip(host, f"link set eth0 address 02:00:00:00:00:0{host + 1} up")
        ip(host, f"addr add {a4}/24 dev eth0")
        ip(host, f"addr add {a6}/64 dev eth0 nodad")
    if neighbours:
        for host, a4, a6 in ((A, B4, B6), (B, A4, A6)):
            for addr in (a4, a6):
                ip(host, f"neigh replace {addr} dev eth0 nud permanent "
                   f"lladdr 02:00:00:00:00:0{2 - host}")
    quiet(1.2)		# multicast listener reports
    return wire


class Capture:
    """tcpdump on an interface of a host, into NAME."""

    def __init__(self, name, host=A, iface="eth0", options="", more=""):
        command = (f"ip netns exec {space[host]} tcpdump -i {iface} -Z root "
                   f"-n -U --immediate-mode --nano -w {name} {options}")
        self.name = name
        self.process = subprocess.Popen(
            command.split() + ([more] if more else []),
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "listening on" in line:
                return
            print(line, end="", file=sys.stderr)
        raise OSError("tcpdump does not run")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        quiet(0.3)
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()


# Sockets: v6 is a flag everywhere.

def family(v6):
    return socket.AF_INET6 if v6 else socket.AF_INET


def address(host, v6=False):
    return ((A4, B4), (A6, B6))[v6][host]


def new(host, v6=False, kind=socket.SOCK_STREAM, proto=0, port=0, bind=True):
    with inside(host):
        s = socket.socket(family(v6), kind, proto)
    s.settimeout(10)
    if kind == socket.SOCK_STREAM:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if bind:
        s.bind((address(host, v6), port))
    return s


def listener(port, v6=False, proto=0):
    s = new(B, v6, proto=proto, port=port)
    s.listen(8)
    return s


def connected(listening, v6=False, port=0, proto=0, to=None):
    """A connection to the listening socket: its client's, its server's."""
    client = new(A, v6, port=port, proto=proto)
    client.connect(to or listening.getsockname()[:2])
    server = listening.accept()[0]
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    quiet()
    return client, server


def pair(port, v6=False, sport=0):
    with listener(port, v6) as l:
        return connected(l, v6, port=sport)


def talk(client, server, ask=b"ping\n", answer=b"pong\n"):
    client.sendall(ask)
    server.recv(65536)
    server.sendall(answer)
    client.recv(65536)
    quiet()


def close(first, second):
    first.close()
    quiet()
    second.close()
    quiet()


def abort(s):
    """Closes with a RST."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    quiet()


def ping(host, to, v6, count=2, size=16):
    proto = 58 if v6 else 1
    s = new(host, v6, socket.SOCK_DGRAM, proto, bind=False)
    for i in range(count):
        s.sendto(struct.pack(">BBHHH", 128 if v6 else 8, 0, 0, 0, i + 1) +
                 bytes(65 + i % 26 for i in range(size)), (to, 0))
        s.recv(65536)
    s.close()
