"""What the kernel says of sessions' sockets, and where the wire disagrees."""
import os
import re
import signal
import socket
import struct
import subprocess
import time

import lab
from lab import A, B
from live import Dump, equal, finish, ok, wait_for

FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
HERE = {4: (lab.A4, lab.B4), 6: (lab.A6, lab.B6)}
LOOP = {4: "127.0.0.1", 6: "::1"}
PORT = 10321
REST = 0.4		# nothing is under way any more, and the kernel was asked
MANY = 1000
NO_FIN = {4: "tcp[tcpflags] & tcp-fin = 0", 6: "ip6[53] & 1 = 0"}


def sock(host, version, kind=socket.SOCK_STREAM):
    with lab.inside(host):
        return socket.socket(FAMILY[version], kind)


def listener(host, version, address):
    s = sock(host, version)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, PORT))
    s.listen(128)
    return s


class Connection:
    """From A, which is looked at, to B, or within A."""

    def __init__(self, version, address=None):
        host = B if address is None else A
        to = listener(host, version, address or HERE[version][B])
        self.a = sock(A, version)
        self.a.connect(to.getsockname()[:2])
        self.b = to.accept()[0]
        to.close()
        self.port = self.a.getsockname()[1]

    def close(self):
        self.a.close()
        self.b.close()


def capture(*args, where="eth0", **more):
    return Dump("-i", where, "--sockets", "--json", *args, **more)


def last(d, protocol="tcp", status=0):
    """Its last record of a session, and there is one session."""
    equal("status", d.stop(), status)
    return [r for r in d.records("session") if r["protocol"] == protocol][-1]


def view(r, side="client"):
    return r[side].get("socket", {})


def ss(port):
    """What ss(8) says of the socket of that port in A."""
    out = subprocess.run(
        ["ip", "netns", "exec", lab.space[A], "ss", "-Htani",
         f"sport = :{port}"], capture_output=True, text=True,
        check=True).stdout
    words = out.split()

    def find(pattern, default=None):
        m = re.search(pattern, out)
        return m[1] if m else default

    return {"state": words[0].lower().replace("-", "_"),
            "recv_queue": int(words[1]), "send_queue": int(words[2]),
            "cwnd": int(find(r" cwnd:(\d+)", 0)),
            "retransmits": int(find(r" retrans:\d+/(\d+)", 0)),
            "rtt": float(find(r" rtt:([\d.]+)/", 0)) / 1000}


def same(what, got, port):
    """All that both tell."""
    want = ss(port)
    want["state"] = {"estab": "established", "fin_wait_2": "fin_wait_2"}.get(
        want["state"], want["state"])
    got = {k: v for k, v in got.items() if k in want}
    if "rtt" in got:
        ok(abs(got.pop("rtt") - want.pop("rtt")) < 1e-6, f"{what}: rtt, as ss",
           got, want)
    equal(f"{what}: as ss", got, want)


def stands(version):
    """A connection with data that nobody has read."""
    d = capture()
    c = Connection(version)
    c.a.sendall(b"x" * 100)
    c.b.sendall(b"x" * 1000)
    time.sleep(REST)
    want = ss(c.port)
    d.stop()
    r = d.records("session")[-1]
    what = f"IPv{version}, established"
    got = view(r)
    equal(f"{what}: unread", got.get("recv_queue"), 1000)
    equal(f"{what}: ss says so, too", want["recv_queue"], 1000)
    same(what, got, c.port)
    equal(f"{what}: both agree", got.get("agrees"), True)
    equal(f"{what}: nothing is known of the other end", view(r, "server"), {})
    ok(got["time"] > r["end"], f"{what}: when that was", got, r["end"])
    c.close()


def stuck(version):
    """The peer's window is closed: what is written waits."""
    d = capture("--timeout", "established=0")
    c = Connection(version)
    c.a.setblocking(False)
    try:
        while True:
            c.a.send(b"x" * 65536)
    except BlockingIOError:
        pass
    time.sleep(1)
    r = last(d)
    what = f"IPv{version}, a closed window"
    got = view(r)
    ok(got["send_queue"] > 0, f"{what}: unsent", got)
    equal(f"{what}: the state", got["state"], "established")
    equal(f"{what}: as ss", got["send_queue"], ss(c.port)["send_queue"])
    c.close()


def lossy(version):
    """What is sent again, as the kernel counts it."""
    d = capture()
    c = Connection(version)
    lab.nft(B, "add table inet t; add chain inet t in "
            "{ type filter hook input priority 0; }; "
            f"add rule inet t in tcp dport {PORT} drop")
    c.a.sendall(b"x")
    time.sleep(1)
    lab.nft(B, "delete table inet t")
    time.sleep(1.2)
    r = last(d)
    what = f"IPv{version}, losses"
    got = view(r)
    ok(got["retransmits"] >= 1, f"{what}: sent again", got)
    equal(f"{what}: as often as on the wire", got["retransmits"],
          r["client"]["retransmitted_packets"])
    same(what, got, c.port)
    c.close()


def over(version):
    """TIME-WAIT is the kernel's, too; what was reset is nobody's."""
    d = capture()
    c = Connection(version)
    c.a.close()
    time.sleep(0.05)
    c.b.close()
    time.sleep(REST)
    r = last(d)
    what = f"IPv{version}, closed"
    equal(f"{what}: the reason", r["end_reason"], "closed")
    got = view(r)
    equal(f"{what}: TIME-WAIT", (got.get("state"), got.get("agrees")),
          ("time_wait", True))
    ok("cwnd" not in got, f"{what}: without what TIME-WAIT has not", got)
    d = capture()
    c = Connection(version)
    abort(c.a)
    time.sleep(REST)
    r = last(d)
    equal(f"IPv{version}, reset: the reason", r["end_reason"], "reset")
    equal(f"IPv{version}, reset: no socket", view(r), {})
    c.b.close()


def abort(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def unseen(version):
    """A FIN that the capture is not shown."""
    for json in True, False:
        d = Dump("-i", "eth0", "--sockets", *(["--json"] if json else []),
                 NO_FIN[version])
        c = Connection(version)
        c.a.sendall(b"x")
        time.sleep(0.1)
        c.a.shutdown(socket.SHUT_WR)
        time.sleep(REST)
        what = f"IPv{version}, a FIN unseen"
        if json:
            r = last(d)
            equal(f"{what}: the wire", r["client"]["state"], "established")
            got = view(r)
            equal(f"{what}: the kernel", (got.get("state"),
                                          got.get("agrees")),
                  ("fin_wait_2", False))
            same(what, got, c.port)
        else:
            equal("status", d.stop(), 0)
            ok(any(re.match(
                r" {4}client socket: FIN-WAIT-2 recv-q 0 send-q 0 "
                r"retransmits 0 cwnd \d+ rtt \d+\.\d{3}ms, "
                r"but the wire shows ESTABLISHED$", x) for x in d.out),
               f"{what}: in text", *d.out)
        c.close()


def vanished(version):
    """A socket that is gone, while its RST never reached the wire."""
    d = capture()
    c = Connection(version)
    c.b.sendall(b"x")
    time.sleep(0.1)
    lab.nft(A, "add table inet t; add chain inet t out "
            "{ type filter hook output priority 0; }; "
            f"add rule inet t out tcp dport {PORT} tcp flags rst drop")
    abort(c.a)
    time.sleep(REST)
    r = last(d)
    lab.nft(A, "delete table inet t")
    what = f"IPv{version}, a RST dropped"
    equal(f"{what}: the wire", r["client"]["state"], "established")
    got = view(r)
    equal(f"{what}: the kernel", (got.pop("time", None) is not None, got),
          (True, {"state": "closed", "agrees": False}))
    c.b.close()


def interval(version):
    """Shown while it goes on: fresh, and in motion not compared."""
    d = capture("--interval", "1")
    c = Connection(version)
    end = time.monotonic() + 3.5
    while time.monotonic() < end:
        c.a.sendall(b"x")
        c.b.recv(1)
        c.b.sendall(b"x")
        time.sleep(0.01)
    d.stop()
    what = f"IPv{version}, --interval"
    got = [r for r in d.records("session") if r.get("open")]
    ok(len(got) >= 2, f"{what}: records", len(got))
    ok(all(view(r).get("state") == "established" for r in got),
       f"{what}: each has the kernel's words", *got)
    ok(all("agrees" not in view(r) for r in got),
       f"{what}: in motion nothing is compared", *map(view, got))
    queues = [view(r)["recv_queue"] for r in got]
    ok(queues == sorted(set(queues)), f"{what}: they are fresh", queues)
    c.close()


def both(version, *args):
    """Both ends are here."""
    d = capture(*args, where="lo")
    c = Connection(version, LOOP[version])
    c.b.sendall(b"x" * 10)
    time.sleep(REST)
    r = last(d)
    what = f"IPv{version}, lo{' ' if args else ''}{' '.join(args)}"
    equal(f"{what}: both ends", [
        (view(r, side)["recv_queue"], view(r, side)["agrees"])
        for side in ("client", "server")], [(10, True), (0, True)])
    c.close()


def datagrams(version):
    d = capture()
    with sock(A, version, socket.SOCK_DGRAM) as a, \
            sock(B, version, socket.SOCK_DGRAM) as b:
        b.bind((HERE[version][B], PORT))
        a.connect((HERE[version][B], PORT))
        a.send(b"x")
        b.sendto(b"y", b.recvfrom(1)[1])
        time.sleep(REST)
        r = last(d, "udp")
    got = view(r)
    ok(got.get("recv_queue", 0) > 0, f"IPv{version}, UDP: unread", got)
    ok("state" not in got and "agrees" not in got,
       f"IPv{version}, UDP: it has no state", got)


def namespaces():
    d = Dump("-i", f"{lab.space[A]}:eth0", "-i", f"{lab.space[B]}:eth0",
             "--sockets", "--json")
    c = Connection(4)
    time.sleep(REST)
    r = last(d)
    equal("two namespaces: both ends", [view(r, side).get("agrees") for side
                                        in ("client", "server")],
          [True, True])
    c.close()


def many():
    """What it costs to ask about many."""
    d = capture("--interval", "1", "-v", where="lo")
    to = listener(A, 4, "127.0.0.1")
    ends = []
    for _ in range(MANY):
        s = sock(A, 4)
        s.connect(to.getsockname())
        ends += [s, to.accept()[0]]
    time.sleep(2.5)
    equal("many: status", d.stop(), 0)
    r = d.records("session")
    for got, what in (([x for x in r if x.get("open")], "open"),
                      (r[-MANY:], "at the end")):
        equal(f"many, {what}: all sockets are known", sum(
            view(x, side).get("state") == "established" for x in got
            for side in ("client", "server")), 2 * MANY)
    print("#", "\n# ".join(x for x in d.err if x.startswith((
        "processes: 1", "sockets: "))))
    for s in (*ends, to):
        s.close()


def without():
    """The helper has gone: the capture goes on."""
    d = capture("--interval", "1")
    with open(f"/proc/{d.process.pid}/task/{d.process.pid}/children") as f:
        os.kill(int(f.read().split()[0]), signal.SIGKILL)
    c = Connection(4)
    ok(wait_for(lambda: d.records("session")), "no helper: it goes on")
    r = last(d)
    equal("no helper: no sockets", (view(r), view(r, "server")), ({}, {}))
    c.close()


lab.set_up(veth=True)
for v in 4, 6:
    stands(v)
    stuck(v)
    lossy(v)
    over(v)
    unseen(v)
    vanished(v)
    interval(v)
    both(v)
    both(v, "--workers", "2")
    datagrams(v)
namespaces()
many()
without()
finish()
