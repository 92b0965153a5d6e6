"""What sessdump says of both ends is what both kernels say."""
import socket
import subprocess

import lab
from lab import A, B
from live import BACKENDS, Dump, equal, finish, ok, wait_for

# ss's names.
STATE = {"ESTAB": "established", "SYN-SENT": "syn_sent",
         "SYN-RECV": "syn_received", "FIN-WAIT-1": "fin_wait_1",
         "FIN-WAIT-2": "fin_wait_2", "CLOSE-WAIT": "close_wait",
         "CLOSING": "closing", "LAST-ACK": "last_ack",
         "TIME-WAIT": "time_wait"}


def kernel(host, port, peer):
    """The state of one socket, by both its ports."""
    lines = subprocess.run(
        ["ip", "netns", "exec", lab.space[host], "ss", "-Htan",
         f"sport = :{port} and dport = :{peer}"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    return STATE[lines[0].split()[0]] if lines else "closed"


def syns_again(host):
    """How many SYNs and SYN-ACKs the host's kernel has sent once more."""
    with lab.inside(host), open("/proc/thread-self/net/netstat",
                                encoding="ascii") as f:
        names, values = f.readline().split(), f.readline().split()
    return int(values[names.index("TCPSynRetrans")])


class Watch:
    """A connection, as sessdump and as the kernels see it."""

    def __init__(self, what, *args, hosts=(A, B), at=A):
        self.what = what
        self.hosts = hosts
        self.again = [syns_again(h) for h in hosts]
        self.dump = Dump("--packets", "--events", "--sessions", "--json",
                         *args, host=at)

    def watch(self, client_port, server_port):
        self.ports = client_port, server_port

    def wire(self):
        """Both states by the last packet."""
        for r in reversed(self.dump.records("packet")):
            if "client" in r and r["client"].get("port") == self.ports[0]:
                return r["client"]["state"], r["server"]["state"]
        return None

    def kernels(self):
        return (kernel(self.hosts[0], *self.ports),
                kernel(self.hosts[1], *self.ports[::-1]))

    def agree(self, client, server):
        """Both come to these states; the wire is quiet then."""
        want = client, server
        wait_for(lambda: self.wire() == want and self.kernels() == want)
        equal(f"{self.what}: the kernels: {client}, {server}",
              self.kernels(), want)
        equal(f"{self.what}: sessdump: {client}, {server}", self.wire(),
              want)

    def agree_one(self, side, want):
        """The same of one side; the other does not know what is held."""
        what = f"{self.what}: the {('client', 'server')[side]}: {want}"

        def both():
            return self.kernels()[side], (self.wire() or (None, None))[side]
        wait_for(lambda: both() == (want, want))
        equal(what, both(), (want, want))

    def end(self, reason, syns=1):
        status = self.dump.stop()
        equal(f"{self.what}: status", status, 0)
        mine = [r for r in self.dump.records("session")
                if r["client"].get("port") == self.ports[0]]
        equal(f"{self.what}: one session", len(mine), 1)
        if mine:
            equal(f"{self.what}: its end", mine[0]["end_reason"], reason)
            equal(f"{self.what}: its role", mine[0]["role"], "syn")
            self.once(mine[0], syns)

    def once(self, session, syns):
        """Every packet was seen once."""
        packets = [r for r in self.dump.records("packet")
                   if r.get("session") == session["id"]]
        equal(f"{self.what}: packets of the session",
              session["client"]["packets"] + session["server"]["packets"],
              len(packets))
        for side, name, host, before in zip(
                (session["client"], session["server"]),
                ("client", "server"), self.hosts, self.again):
            syn = [p for p in packets if p["source"]["port"] == side["port"]
                   and p["layers"][-1].get("flags", "").find("S") >= 0]
            # A wire that holds one for a second makes its kernel repeat it.
            equal(f"{self.what}: SYNs of the {name}", len(syn),
                  syns + syns_again(host) - before)
            equal(f"{self.what}: bytes of the {name}",
                  (side["payload_bytes"], side["stream_bytes"]), (5, 5))


def connection(what, *args, v6=False, hosts=(A, B), addr=None, first=A):
    """From SYN to TIME-WAIT; "first" closes first."""
    w = Watch(what, *args, hosts=hosts)
    with lab.inside(hosts[1]):
        l = socket.create_server((addr or lab.address(B, v6), 0),
                                 family=lab.family(v6))
    with lab.inside(hosts[0]):
        c = socket.create_connection(l.getsockname()[:2], 10)
    s = l.accept()[0]
    w.watch(c.getsockname()[1], l.getsockname()[1])
    lab.talk(c, s)
    w.agree("established", "established")
    if first == A:
        c.shutdown(socket.SHUT_WR)
        w.agree("fin_wait_2", "close_wait")
        s.close()
        w.agree("time_wait", "closed")
        c.close()
    else:
        s.shutdown(socket.SHUT_WR)
        w.agree("close_wait", "fin_wait_2")
        c.close()
        w.agree("closed", "time_wait")
        s.close()
    w.end("closed")
    l.close()
    return w


def link_type(w, name):
    ok(w.dump.said(f"link type {name},"), f"{w.what}: link type {name}",
       *w.dump.err)


def pairs():
    lab.set_up(veth=True)
    link_type(connection("veth", "-i", "eth0", "tcp"), "EN10MB")
    connection("veth, IPv6", "-i", "eth0", "tcp", v6=True, first=B)
    w = connection("veth, libpcap", "-i", "eth0", "--backend", "pcap", "tcp",
                   first=B)
    ok(w.dump.said("through pcap"), "--backend pcap is used", *w.dump.err)
    connection("veth, libpcap, IPv6", "-i", "eth0", "--backend", "pcap",
               "tcp", v6=True)
    for backend in BACKENDS:
        b = "--backend", backend
        link_type(connection(f"any, {backend}", "-i", "any", *b, "tcp"),
                  "LINUX_SLL2")
        connection(f"lo, {backend}", "-i", "lo", *b, hosts=(A, A),
                   addr="127.0.0.1")
        connection(f"lo, IPv6, {backend}", "-i", "lo", *b, v6=True,
                   hosts=(A, A), addr="::1", first=B)
        connection(f"lo through any, {backend}", "-i", "any", *b,
                   hosts=(A, A), addr="127.0.0.1")


def refused_and_aborted():
    w = Watch("a reset", "-i", "eth0", "tcp")
    c, s = lab.pair(7)
    w.watch(c.getsockname()[1], 7)
    lab.talk(c, s)
    lab.abort(c)
    w.agree("closed", "closed")
    w.end("reset")
    s.close()
    w = Watch("a refusal", "-i", "eth0", "tcp")
    c = lab.new(A)
    port = c.getsockname()[1]
    w.watch(port, 9)
    c.connect_ex((lab.B4, 9))
    c.close()
    w.agree("closed", "closed")
    w.dump.stop()
    w = Watch("a SYN into the void", "-i", "eth0", "tcp")
    lab.ip(A, "neigh replace 192.0.2.9 dev eth0 nud permanent lladdr "
           "02:00:00:00:00:09")
    c = lab.new(A)
    w.watch(c.getsockname()[1], 9)
    c.setblocking(False)
    c.connect_ex(("192.0.2.9", 9))
    wait_for(w.wire)
    equal("a SYN into the void: the client's kernel",
          kernel(A, *w.ports), "syn_sent")
    equal("a SYN into the void: sessdump", w.wire(), ("syn_sent", "listen"))
    w.dump.stop()
    c.close()


def held():
    """States that pass too fast to be seen, on a wire that waits."""
    lab.ip(A, "link del eth0")
    wire = lab.set_up()
    tcp = "-i", "eth0", "tcp"

    w = Watch("crossing SYNs", *tcp)
    a, b = lab.new(A), lab.new(B)
    w.watch(a.getsockname()[1], b.getsockname()[1])
    wire.hold()
    for s, to in ((a, b), (b, a)):
        s.setblocking(False)
        s.connect_ex(to.getsockname())
    w.agree_one(0, "syn_sent")
    wire.release()
    w.agree("established", "established")
    for s in (a, b):
        s.settimeout(10)
    lab.talk(a, b)
    w.agree("established", "established")

    w.what = "crossing FINs"
    wire.hold(A)
    a.shutdown(socket.SHUT_WR)
    w.agree_one(0, "fin_wait_1")
    b.shutdown(socket.SHUT_WR)
    w.agree_one(0, "closing")
    wire.release()
    w.agree("time_wait", "time_wait")
    w.end("closed", syns=2)		# each sent a SYN and a SYN-ACK
    a.close()
    b.close()

    w = Watch("held at the server", *tcp, at=B)
    l = lab.listener(7)
    c = lab.new(A)
    w.watch(c.getsockname()[1], 7)
    wire.hold(B)
    c.setblocking(False)
    c.connect_ex((lab.B4, 7))
    w.agree_one(1, "syn_received")
    wire.release()
    s = l.accept()[0]
    c.settimeout(10)
    lab.talk(c, s)
    w.agree("established", "established")
    c.shutdown(socket.SHUT_WR)
    w.agree("fin_wait_2", "close_wait")
    wire.hold(B)
    s.close()
    w.agree_one(1, "last_ack")
    wire.release()
    w.agree("time_wait", "closed")
    w.dump.stop()
    c.close()
    l.close()

    w = Watch("a lost FIN", *tcp)
    c, s = lab.pair(7)
    w.watch(c.getsockname()[1], 7)
    lab.talk(c, s)
    wire.lose(A)
    c.shutdown(socket.SHUT_WR)
    w.agree("fin_wait_2", "close_wait")
    wire.lose(B)
    s.close()
    w.agree("time_wait", "closed")
    w.dump.stop()
    c.close()

    c, s = lab.pair(7)
    w = Watch("from the middle", *tcp)
    w.watch(c.getsockname()[1], 7)
    lab.talk(c, s)
    w.agree("established", "established")
    s.shutdown(socket.SHUT_WR)
    w.agree("close_wait", "fin_wait_2")
    c.close()
    w.agree("closed", "time_wait")
    w.dump.stop()
    s.close()


pairs()
refused_and_aborted()
held()
finish()
