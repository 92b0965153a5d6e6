#!/usr/bin/env python3
"""Plays one scene between two network namespaces: see record.sh."""
import contextlib
import http.client
import http.server
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../tests"))
sys.dont_write_bytecode = True
from lab import *	# noqa: E402,F403


# Application protocols.

def dns_name(name):
    return b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + \
        b"\0"


def dns_query(ident, name, kind):
    return struct.pack(">6H", ident, 0x0100, 1, 0, 0, 0) + dns_name(name) + \
        struct.pack(">2H", kind, 1)


def dns_answer(query, kind, data):
    """data None: there is no such name."""
    flags = 0x8180 if data else 0x8183
    head = query[:2] + struct.pack(">5H", flags, 1, 1 if data else 0, 0, 0)
    if not data:
        return head + query[12:]
    return head + query[12:] + struct.pack(">3HIH", 0xc00c, kind, 1, 300,
                                           len(data)) + data


def lookup(client, server, ident, name, kind, data):
    """One question and its answer over a pair of UDP sockets."""
    client.sendto(dns_query(ident, name, kind), server.getsockname()[:2])
    query, whence = server.recvfrom(512)
    server.sendto(dns_answer(query, kind, data), whence)
    client.recv(512)


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self):
        body = b"<!doctype html>\n<title>It works</title>\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.protocol_version != "HTTP/1.0":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def version_string(self):
        return "example"

    def log_message(self, *_):
        pass


def get(port, v6=False, keep=True):
    """GET / from a real HTTP server by a real HTTP client."""
    Page.protocol_version = "HTTP/1.1" if keep else "HTTP/1.0"
    with listener(port, v6) as l:
        client, server = connected(l, v6)
    t = threading.Thread(target=serve, args=(server,), daemon=True)
    t.start()
    h = http.client.HTTPConnection("www.example")
    h.sock = client
    h.request("GET", "/")
    h.getresponse().read()
    quiet()
    h.close()
    t.join(5)
    quiet()


def serve(connection):
    Page(connection, connection.getpeername(), None)
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    connection.close()


def datagram(port, size, v6=False, answer=b"ok"):
    """A UDP datagram of that size, and a short answer."""
    server = new(B, v6, socket.SOCK_DGRAM, port=port)
    client = new(A, v6, socket.SOCK_DGRAM)
    client.sendto(bytes(i & 0xff for i in range(size)),
                  server.getsockname()[:2])
    data, whence = server.recvfrom(65536)
    assert len(data) == size
    server.sendto(answer, whence)
    client.recv(65536)
    client.close()
    server.close()


# Scenes; the name of the function is that of the file.

def http_():
    """DNS lookups and HTTP over IPv4 and IPv6, a ping, a closed port"""
    set_up()
    with Capture("http.pcap"):
        dns = new(B, False, socket.SOCK_DGRAM, port=53)
        user = new(A, False, socket.SOCK_DGRAM)
        lookup(user, dns, 0x1a2b, "www.example", 1, socket.inet_aton(B4))
        user.close()
        get(80)
        user = new(A, False, socket.SOCK_DGRAM)
        lookup(user, dns, 0x1a2c, "www.example", 28,
               socket.inet_pton(socket.AF_INET6, B6))
        user.close()
        get(80, v6=True, keep=False)
        s = new(A)
        s.connect_ex((B4, 443))
        s.close()
        ping(A, B4, False, 1)


def tcp_close_client():
    """the client closes first, the server later (half-close in between)"""
    set_up()
    with Capture("tcp_close_client.pcap"):
        c, s = pair(7)
        talk(c, s)
        c.shutdown(socket.SHUT_WR)
        quiet()
        s.sendall(b"bye\n")
        c.recv(100)
        quiet()
        s.close()
        quiet()


def tcp_close_server():
    """the server closes first; the last two segments are FIN and ACK"""
    set_up()
    with Capture("tcp_close_server.pcap"):
        c, s = pair(7)
        talk(c, s)
        close(s, c)


def tcp_close_both():
    """both close at once: the FINs cross on the wire"""
    wire = set_up()
    with Capture("tcp_close_both.pcap"):
        c, s = pair(7)
        talk(c, s)
        wire.hold()
        c.close()
        s.close()
        quiet(0.02)
        wire.release()
        quiet()


def tcp_reset():
    """aborts by the client, by the server, and of a half-closed connection"""
    set_up()
    with Capture("tcp_reset.pcap"):
        c, s = pair(7)
        talk(c, s)
        abort(c)
        c, s = pair(7)
        talk(c, s)
        abort(s)
        c, s = pair(7)
        c.shutdown(socket.SHUT_WR)
        quiet()
        abort(s)
        # Data for a socket that is gone.
        c, s = pair(7)
        s.sendall(b"unread\n")
        quiet()
        c.close()
        quiet()


def tcp_refused():
    """SYN to a closed port, over IPv4 and IPv6"""
    set_up()
    with Capture("tcp_refused.pcap"):
        for v6 in (False, True):
            s = new(A, v6)
            s.connect_ex((address(B, v6), 9))
            s.close()


def tcp_halfopen():
    """a SYN that nobody answers and its retransmissions"""
    set_up()
    nft(B, "add table inet t; add chain inet t i { type filter hook input "
        "priority 0; }; add rule inet t i tcp dport 9 drop")
    with Capture("tcp_halfopen.pcap"):
        s = new(A)
        s.settimeout(3.5)
        with contextlib.suppress(OSError):
            s.connect((B4, 9))
        s.close()


def tcp_lost_handshake():
    """SYN, SYN-ACK and the last ACK of handshakes lost behind the observer"""
    wire = set_up()
    for name, who in (("tcp_lost_syn", A), ("tcp_lost_syn_ack", B)):
        with Capture(name + ".pcap"):
            wire.lose(who)
            c, s = pair(7)
            talk(c, s)
            close(c, s)
    with Capture("tcp_lost_ack.pcap"):
        l = listener(7)
        c = new(A)
        wire.hold(B)
        c.setblocking(False)
        c.connect_ex((B4, 7))
        quiet(0.02)
        wire.lose(A)
        wire.release(B)
        quiet(1.2)		# the SYN-ACK comes again
        s = l.accept()[0]
        c.settimeout(10)
        talk(c, s)
        close(c, s)


def tcp_lost_fin():
    """FINs lost behind the observer are sent again"""
    wire = set_up()
    with Capture("tcp_lost_fin.pcap"):
        c, s = pair(7)
        wire.lose(A)
        c.close()
        quiet(0.5)
        wire.lose(B)
        s.close()
        quiet(0.5)
        # The last ACK is lost: the FIN comes again to a TIME-WAIT.
        c, s = pair(7)
        close_wait = s
        c.shutdown(socket.SHUT_WR)
        quiet()
        wire.lose(A)
        close_wait.close()
        quiet(0.6)
        c.close()


def tcp_late_fin():
    """a FIN lost before the observer: what follows it is seen first"""
    wire = set_up()
    with Capture("tcp_late_fin.pcap", B):
        c, s = pair(7)
        talk(c, s)
        wire.lose(A)
        c.shutdown(socket.SHUT_WR)
        s.sendall(b"answer\n")	# its ACK stands behind the FIN
        c.recv(100)
        quiet(0.5)
        s.close()
        quiet()
        # The same of the server, whose FIN is lost.
        c, s = pair(7)
        wire.lose(A)
        c.close()
        s.shutdown(socket.SHUT_WR)
        quiet(0.6)
        s.close()


def tcp_simultaneous_open():
    """both connect at once: the SYNs cross on the wire"""
    wire = set_up()
    with Capture("tcp_simultaneous_open.pcap"):
        a = new(A, port=5000)
        b = new(B, port=6000)
        wire.hold()
        for s, to in ((a, (B4, 6000)), (b, (A4, 5000))):
            s.setblocking(False)
            s.connect_ex(to)
        quiet(0.02)
        wire.release()
        quiet()
        for s in (a, b):
            s.settimeout(10)
        talk(a, b)
        close(a, b)


def tcp_fastopen():
    """TCP Fast Open: the cookie is asked for, then SYNs carry data"""
    set_up()
    for host in (A, B):
        sysctl(host, "ipv4/tcp_fastopen", 3)
    with Capture("tcp_fastopen.pcap"):
        l = listener(80)
        l.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 8)
        for _ in range(2):
            c = new(A)
            c.setblocking(True)
            c.sendto(b"early\n", socket.MSG_FASTOPEN, (B4, 80))
            s = l.accept()[0]
            s.recv(100)
            s.sendall(b"answer\n")
            c.recv(100)
            quiet()
            close(c, s)


def tcp_port_reuse():
    """one 4-tuple, three connections: out of TIME-WAIT, and after a RST"""
    set_up()
    with Capture("tcp_port_reuse.pcap"):
        l = listener(7)
        c, s = connected(l, port=40000)
        talk(c, s)
        close(s, c)
        quiet(1.1)
        c, s = connected(l, port=40000)
        talk(c, s)
        abort(c)
        s.close()
        c, s = connected(l, port=40000)
        talk(c, s)
        close(s, c)


def tcp_keepalive():
    """keep-alive probes on an idle connection, and their answers"""
    set_up()
    with Capture("tcp_keepalive.pcap"):
        c, s = pair(7)
        talk(c, s)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            c.setsockopt(socket.IPPROTO_TCP, option, 1)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        quiet(2.4)
        talk(c, s)
        close(c, s)


def tcp_zero_window():
    """a reader that sleeps: zero window, probes, window update"""
    set_up()
    with Capture("tcp_zero_window.pcap", options="-s 96"):
        l = listener(7)
        l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        c, s = connected(l)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
        c.sendall(bytes(6000))
        quiet(1)
        left = 6000
        while left > 0:
            left -= len(s.recv(6000))
        quiet()
        close(c, s)


def tcp_loss():
    """lost and reordered data: retransmission, duplicate ACKs, SACK"""
    wire = set_up()
    with Capture("tcp_loss.pcap"):
        c, s = pair(7)
        wire.lose(A)
        for i in range(4):
            c.sendall(b"part %d\n" % i)
            quiet(0.01)
        quiet(0.4)
        s.recv(100)
        wire.hold(A)
        for i in range(3):
            c.sendall(b"late %d\n" % i)
        quiet(0.02)
        wire.release(A, backwards=True)
        quiet()
        s.recv(100)
        # The answer arrives, the ACK for it does not.
        wire.hold(A)
        s.sendall(b"answer\n")
        c.recv(100)
        quiet(0.3)
        wire.release()
        quiet()
        close(c, s)


def tcp_gso():
    """frames longer than the MTU, as the kernel hands them to the device"""
    set_up()
    ip(A, f"link add veth0 type veth peer name veth0 netns {space[B]}")
    for host, a4 in ((A, "198.51.100.1"), (B, "198.51.100.2")):
        ip(host, f"link set veth0 address 02:00:00:00:01:0{host + 1} up")
        ip(host, f"addr add {a4}/24 dev veth0")
    quiet(1.5)
    with Capture("tcp_gso.pcap", iface="veth0", options="-s 96",
                 more="tcp"):
        l = new(B, bind=False)
        l.bind(("198.51.100.2", 7))
        l.listen(1)
        c = new(A, bind=False)
        c.connect(l.getsockname())
        s = l.accept()[0]
        c.sendall(bytes(40000))
        left = 40000
        while left > 0:
            left -= len(s.recv(65536))
        quiet()
        close(c, s)


def tcp_urgent():
    """out-of-band data and ECN"""
    set_up()
    for host in (A, B):
        sysctl(host, "ipv4/tcp_ecn", 1)
    with Capture("tcp_urgent.pcap"):
        c, s = pair(7)
        talk(c, s)
        c.send(b"!", socket.MSG_OOB)
        quiet()
        close(c, s)


def mptcp():
    """Multipath TCP, one subflow"""
    set_up()
    with Capture("mptcp.pcap"):
        l = listener(80, proto=262)
        c, s = connected(l, proto=262)
        talk(c, s)
        close(c, s)


def ipv6_tcp():
    """TCP over IPv6"""
    set_up()
    with Capture("ipv6_tcp.pcap"):
        c, s = pair(7, True)
        talk(c, s)
        close(c, s)


def ipv4_fragments():
    """a UDP datagram in four fragments; one that came backwards"""
    wire = set_up()
    with Capture("ipv4_fragments.pcap", B, options="-s 96"):
        datagram(2049, 5000)
        wire.hold(A)
        t = threading.Thread(target=datagram, args=(2049, 4000))
        t.start()
        quiet(0.05)
        wire.release(A, backwards=True)
        t.join()
    # One that never becomes whole.
    with Capture("ipv4_fragment_lost.pcap", B, options="-s 96"):
        c = new(A, False, socket.SOCK_DGRAM)
        s = new(B, False, socket.SOCK_DGRAM, port=2049)
        wire.lose(A)
        c.sendto(bytes(4000), (B4, 2049))
        quiet()
        c.sendto(b"whole", (B4, 2049))
        s.recv(10)


def ipv6_fragments():
    """a UDP datagram over IPv6 in fragments, forwards and backwards"""
    wire = set_up()
    with Capture("ipv6_fragments.pcap", B, options="-s 110"):
        datagram(2049, 5000, True)
        wire.hold(A)
        t = threading.Thread(target=datagram, args=(2049, 4000, True))
        t.start()
        quiet(0.05)
        wire.release(A, backwards=True)
        t.join()


def udp_dns():
    """DNS over UDP: answers, a name that is not there, no answer at all"""
    set_up()
    with Capture("udp_dns.pcap"):
        for v6 in (False, True):
            dns = new(B, v6, socket.SOCK_DGRAM, port=53)
            user = new(A, v6, socket.SOCK_DGRAM)
            lookup(user, dns, 1, "www.example", 1, socket.inet_aton(B4))
            lookup(user, dns, 2, "www.example", 28,
                   socket.inet_pton(socket.AF_INET6, B6))
            user.close()
            user = new(A, v6, socket.SOCK_DGRAM)
            lookup(user, dns, 3, "nowhere.example", 1, None)
            user.sendto(dns_query(4, "silence.example", 1),
                        dns.getsockname()[:2])
            quiet()
            dns.close()
            user.close()


def udp_7777():
    """a datagram and its answer, for the plugin of tests/plugin/"""
    set_up()
    with Capture("udp_7777.pcap"):
        s = new(B, False, socket.SOCK_DGRAM, port=7777)
        c = new(A, False, socket.SOCK_DGRAM)
        c.sendto(b"\1\2\3\4question", (B4, 7777))
        s.sendto(b"\1\5\0\6answer", s.recvfrom(100)[1])
        c.recv(100)


def udplite():
    """UDP-Lite, there and back"""
    set_up()
    with Capture("udplite.pcap"):
        s = new(B, False, socket.SOCK_DGRAM, 136, port=7)
        c = new(A, False, socket.SOCK_DGRAM, 136)
        c.sendto(b"ping", (B4, 7))
        s.sendto(*s.recvfrom(100))
        c.recv(100)


def icmp_ping4():
    """echo request and reply"""
    set_up()
    with Capture("icmp_ping4.pcap"):
        ping(A, B4, False)
        ping(B, A4, False, 1)
        ping(A, B4, False, 1, 3000)


def icmp_ping6():
    """ICMPv6 echo request and reply"""
    set_up()
    with Capture("icmp_ping6.pcap"):
        ping(A, B6, True)
        ping(B, A6, True, 1)
        ping(A, B6, True, 1, 3000)


def icmp_unreachable():
    """ICMP errors about UDP and TCP sessions, and about nothing known"""
    set_up()
    nft(B, "add table inet t; add chain inet t i { type filter hook input "
        "priority 0; }; add rule inet t i tcp dport 9 reject; "
        "add rule inet t i tcp dport 10 reject with icmpx admin-prohibited")
    with Capture("icmp_unreachable.pcap"):
        for v6 in (False, True):
            s = new(A, v6, socket.SOCK_DGRAM)
            s.sendto(b"anybody?", (address(B, v6), 7))
            quiet()
            s.close()
            for port in (9, 10):
                s = new(A, v6)
                s.connect_ex((address(B, v6), port))
                s.close()
    with Capture("icmp_unknown.pcap", options="-Q in"):
        s = new(A, False, socket.SOCK_DGRAM)
        s.sendto(b"anybody?", (B4, 7))
        quiet()


def arp():
    """ARP and neighbour discovery before a ping, and for nobody"""
    set_up(neighbours=False)
    with Capture("arp.pcap", more="arp or icmp or icmp6"):
        ping(A, B4, False, 1)
        ping(A, B6, True, 1)
        s = new(A, False, socket.SOCK_DGRAM)
        s.sendto(b"anybody?", ("192.0.2.99", 7))
        quiet()


def multicast():
    """IGMP and MLD reports of a group, and a datagram to it"""
    set_up()
    with Capture("multicast.pcap"):
        s = new(A, False, socket.SOCK_DGRAM, bind=False)
        s.bind(("", 5000))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton("233.252.0.1") + socket.inet_aton(A4))
        with inside(A):
            index = socket.if_nametoindex("eth0")
        t = new(A, True, socket.SOCK_DGRAM, bind=False)
        t.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                     socket.inet_pton(socket.AF_INET6, "ff02::db8:1") +
                     struct.pack("I", index))
        quiet(0.1)
        b = new(B, False, socket.SOCK_DGRAM)
        b.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                     socket.inet_aton(B4))
        b.sendto(b"hello group", ("233.252.0.1", 5000))
        s.recv(100)


def lo():
    """a connection of a host to itself, on lo"""
    set_up()
    with Capture("lo.pcap", iface="lo"):
        with inside(A):
            l = socket.create_server(("127.0.0.1", 8080))
            c = socket.create_connection(("127.0.0.1", 8080))
        s = l.accept()[0]
        talk(c, s)
        close(c, s)


def any_(name, options):
    set_up()
    with Capture(name, iface="any", options=options):
        c, s = pair(7)
        talk(c, s)
        close(c, s)
        with inside(A):
            l = socket.create_server(("::1", 8080), family=socket.AF_INET6)
            c = socket.create_connection(("::1", 8080))
        s = l.accept()[0]
        talk(c, s)
        close(c, s)


def any_sll2():
    """all interfaces at once: LINKTYPE_LINUX_SLL2"""
    any_("any_sll2.pcap", "")


def any_sll():
    """all interfaces at once: LINKTYPE_LINUX_SLL"""
    any_("any_sll.pcap", "-y LINUX_SLL")


def midstream():
    """connections that were open before; closed, aborted, half-closed"""
    set_up()
    c, s = pair(80)
    d, t = pair(80)
    e, u = pair(80)
    f, v = pair(80)
    f.shutdown(socket.SHUT_WR)
    quiet()
    with Capture("midstream.pcap"):
        talk(c, s)
        close(c, s)
        close(t, d)
        abort(e)
        u.close()
        v.sendall(b"half-closed before\n")
        f.recv(100)
        close(v, f)


def half_duplex():
    """only what the client receives"""
    set_up()
    with Capture("half_duplex.pcap", options="-Q in"):
        c, s = pair(80)
        talk(c, s)
        close(c, s)
        c, s = pair(80)
        talk(c, s)
        close(s, c)


def snaplen():
    """frames cut to 54 bytes: TCP, UDP and DNS without what follows"""
    set_up()
    with Capture("snaplen.pcap", options="-s 54"):
        c, s = pair(7)
        talk(c, s, b"a longer question, so that something is cut off\n")
        close(c, s)
        dns = new(B, False, socket.SOCK_DGRAM, port=53)
        user = new(A, False, socket.SOCK_DGRAM)
        lookup(user, dns, 1, "www.example", 1, socket.inet_aton(B4))
        dns6 = new(B, True, socket.SOCK_DGRAM, port=53)
        user = new(A, True, socket.SOCK_DGRAM)
        lookup(user, dns6, 1, "www.example", 1, socket.inet_aton(B4))
        c, s = pair(7, True)
        close(c, s)


def vxlan():
    """TCP, ARP and ping in VXLAN, from the kernel's own device"""
    set_up()
    for host in (A, B):
        ip(host, f"link add vx0 type vxlan id 42 dstport 4789 "
           f"local {address(host)} remote {address(1 - host)} noudpcsum")
        ip(host, f"link set vx0 address 02:00:00:00:02:0{host + 1} up")
        ip(host, f"addr add 10.0.0.{host + 1}/24 dev vx0")
    quiet(1.2)
    with Capture("vxlan.pcap"):
        tunnelled()


def tunnelled():
    """A ping and a connection from 10.0.0.1 to 10.0.0.2."""
    ping(A, "10.0.0.2", False, 1)
    l = new(B, bind=False)
    l.bind(("10.0.0.2", 80))
    l.listen(1)
    c = new(A, bind=False)
    c.connect(l.getsockname())
    s = l.accept()[0]
    quiet()
    talk(c, s)
    close(c, s)


def srv6():
    """IPv6 with a segment routing header, and IPv4 inside of it"""
    set_up()
    for host in (A, B):
        sysctl(host, "ipv6/conf/all/seg6_enabled", 1)
        sysctl(host, "ipv6/conf/eth0/seg6_enabled", 1)
        ip(host, "link set lo up")
        ip(host, f"addr add 10.0.0.{host + 1}/32 dev lo")
        ip(host, f"-6 route add 2001:db8:5::{host + 1}/128 encap seg6local "
           "action End.DX4 nh4 0.0.0.0 dev eth0")
        ip(host, f"-6 route add 2001:db8:5::{2 - host}/128 via "
           f"{address(1 - host, True)}")
        ip(host, f"route add 10.0.0.{2 - host}/32 encap seg6 mode encap "
           f"segs 2001:db8:5::{2 - host} dev eth0 src 10.0.0.{host + 1}")
    with Capture("srv6.pcap"):
        tunnelled()


# Tunnels that this kernel has no device for: a tun or tap device, and both
# ends' daemons in this process.  Inner and outer packets are the kernel's;
# only the tunnel's own header is made here.

def pump(device, sock, to, wrap, unwrap):
    """Moves packets between a device and a socket, in threads."""
    def out():
        while True:
            select.select([device], [], [])
            sock.sendto(wrap(os.read(device, 65536)), to)

    def back():
        sock.settimeout(None)
        while True:
            packet = unwrap(sock.recv(65536))
            if packet is not None:
                os.write(device, packet)

    for f in (out, back):
        threading.Thread(target=f, daemon=True).start()


def daemon(mode, make, wrap, unwrap):
    """tun0 on both hosts; make(host) opens the outer socket and says where
    to send."""
    for host in (A, B):
        device = tuntap(host, "tun0", mode)
        sock, to = make(host)
        pump(device, sock, to, wrap, unwrap)
        if mode == 0x2:
            ip(host, f"link set tun0 address 02:00:00:00:02:0{host + 1}")
        ip(host, "link set tun0 mtu 1400 up")
        ip(host, f"addr add 10.0.0.{host + 1}/24 dev tun0")
        with contextlib.suppress(OSError):
            sysctl(host, "ipv6/conf/tun0/disable_ipv6", 1)
    quiet(1.2)


def raw(proto, v6=False):
    def make(host):
        return (new(host, v6, socket.SOCK_RAW, proto),
                (address(1 - host, v6), 0))
    return make


def udp(port):
    def make(host):
        return (new(host, False, socket.SOCK_DGRAM, port=port),
                (address(1 - host), port))
    return make


def from_ip(n):
    """A raw IPv4 socket gives the IP header, too."""
    return lambda b: b[(b[0] & 15) * 4 + n:]


def tunnel(name, mode, make, wrap, unwrap):
    set_up()
    daemon(mode, make, wrap, unwrap)
    with Capture(name):
        tunnelled()


def gre():
    """IPv4 in GRE with a key, RFC 2784 and 2890"""
    head = struct.pack(">HHI", 0x2000, 0x0800, 77)
    tunnel("gre.pcap", 0x1, raw(47), lambda b: head + b, from_ip(8))


def gretap():
    """Ethernet in GRE"""
    head = struct.pack(">HH", 0, 0x6558)
    tunnel("gretap.pcap", 0x2, raw(47), lambda b: head + b, from_ip(4))


def ipip():
    """IPv4 in IPv4"""
    tunnel("ipip.pcap", 0x1, raw(4), lambda b: b, from_ip(0))


def ip4in6():
    """IPv4 in IPv6"""
    tunnel("ip4in6.pcap", 0x1, raw(4, True), lambda b: b, lambda b: b)


def sit():
    """IPv6 in IPv4"""
    set_up()
    daemon(0x1, raw(41), lambda b: b, from_ip(0))
    for host in (A, B):
        sysctl(host, "ipv6/conf/tun0/disable_ipv6", 0)
        ip(host, f"addr add 2001:db8:1::{host + 1}/64 dev tun0 nodad")
    quiet(1.2)
    with Capture("sit.pcap"):
        ping(A, "2001:db8:1::2", True, 1)
        l = new(B, True, bind=False)
        l.bind(("2001:db8:1::2", 80))
        l.listen(1)
        c = new(A, True, bind=False)
        c.connect(l.getsockname())
        s = l.accept()[0]
        quiet()
        talk(c, s)
        close(c, s)


def geneve():
    """Ethernet in Geneve with an option"""
    head = struct.pack(">BBHI", 2, 0, 0x6558, 42 << 8) + \
        struct.pack(">HBBI", 0xffff, 1, 1, 0xdb8)
    tunnel("geneve.pcap", 0x2, udp(6081), lambda b: head + b,
           lambda b: b[16:])


def gtpu():
    """IPv4 in GTP-U, one TEID for both directions"""
    tunnel("gtpu.pcap", 0x1, udp(2152),
           lambda b: struct.pack(">BBHI", 0x30, 255, len(b), 0x1234) + b,
           lambda b: b[8:])


def frames(host):
    """A packet socket on eth0: Ethernet frames as they are."""
    with inside(host):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                          socket.htons(3))
        s.bind(("eth0", 0))
        s.setsockopt(263, 8, 1)		# PACKET_AUXDATA
    return s


def relay(host, wrap, unwrap):
    """Between tun0, a tap device, and frames on eth0."""
    device = tuntap(host, "tun0", 0x2)
    sock = frames(host)
    # Sent on a wire with one other end: to everybody.

    def out():
        while True:
            select.select([device], [], [])
            sock.send(wrap(os.read(device, 65536)))

    def back():
        while True:
            frame, extra, _, whence = sock.recvmsg(65536, 256)
            if whence[2] == socket.PACKET_OUTGOING:
                continue
            for _, _, data in extra:
                status, _, _, _, _, tci, tpid = \
                    struct.unpack("IIIHHHH", data[:20])
                if status & 0x10:	# the kernel took the tag out
                    frame = frame[:12] + struct.pack(
                        ">HH", tpid or 0x8100, tci) + frame[12:]
            frame = unwrap(frame)
            if frame is not None:
                os.write(device, frame)

    for f in (out, back):
        threading.Thread(target=f, daemon=True).start()
    ip(host, f"link set tun0 address 02:00:00:00:02:0{host + 1} mtu 1400 up")
    ip(host, f"addr add 10.0.0.{host + 1}/24 dev tun0")
    with contextlib.suppress(OSError):
        sysctl(host, "ipv6/conf/tun0/disable_ipv6", 1)


def tags(head):
    """Wraps by putting head behind the Ethernet addresses."""
    n = len(head)
    return (lambda f: f[:12] + head + f[12:],
            lambda f: f[:12] + f[12 + n:] if f[12:14] == head[:2] else None)


def tagged(name, head):
    set_up()
    for host in (A, B):
        relay(host, *tags(head))
    quiet(1.2)
    with Capture(name):
        tunnelled()


def vlan():
    """IEEE 802.1Q, VLAN 42"""
    tagged("vlan.pcap", struct.pack(">HH", 0x8100, 42))


def qinq():
    """IEEE 802.1ad: VLAN 7 in VLAN 42"""
    tagged("qinq.pcap", struct.pack(">HHHH", 0x88a8, 42, 0x8100, 7))


def mpls():
    """Ethernet over MPLS, two labels (RFC 4448, without control word)"""
    mac = bytes.fromhex("ffffffffffff020000000001")
    head = mac + struct.pack(">HII", 0x8847, 16 << 12 | 64,
                             17 << 12 | 0x100 | 64)
    set_up()
    for host in (A, B):
        relay(host, lambda f: head + f, lambda f: f[22:]
              if f[12:14] == b"\x88\x47" else None)
    quiet(1.2)
    with Capture("mpls.pcap"):
        tunnelled()


def pcapng():
    """several interfaces in one pcapng file, by dumpcap"""
    set_up()
    command = (f"ip netns exec {space[A]} dumpcap -q -i eth0 -i lo "
               "-w /tmp/sdrec.pcapng")
    with open(os.devnull, "w") as null:
        p = subprocess.Popen(command.split(), stderr=null, stdout=null)
    quiet(2)
    get(80)
    with inside(A):
        l = socket.create_server(("127.0.0.1", 8080))
        c = socket.create_connection(("127.0.0.1", 8080))
    s = l.accept()[0]
    talk(c, s)
    close(c, s)
    quiet(1)
    p.send_signal(signal.SIGINT)
    p.wait()
    os.replace("/tmp/sdrec.pcapng", "interfaces.pcapng")
    os.chmod("interfaces.pcapng", 0o644)


SCENES = (http_, tcp_close_client, tcp_close_server, tcp_close_both,
          tcp_reset, tcp_refused, tcp_halfopen, tcp_lost_handshake,
          tcp_lost_fin, tcp_late_fin, tcp_simultaneous_open, tcp_fastopen,
          tcp_port_reuse, tcp_keepalive, tcp_zero_window, tcp_loss, tcp_gso, tcp_urgent,
          mptcp, ipv6_tcp, ipv4_fragments, ipv6_fragments, udp_dns,
          udp_7777, udplite,
          icmp_ping4, icmp_ping6, icmp_unreachable, arp, multicast, lo,
          any_sll2, any_sll, midstream, half_duplex, snaplen, pcapng, vxlan,
          srv6, gre, gretap, ipip, ip4in6, sit, geneve, gtpu, vlan, qinq,
          mpls)


def main():
    scenes = {f.__name__.strip("_"): f for f in SCENES}
    if sys.argv[1:] == ["--list"]:
        print("\n".join(scenes))
        return
    if len(sys.argv) != 4 or sys.argv[3] not in scenes:
        sys.exit("usage: scenes.py --list | NAMESPACE NAMESPACE SCENE")
    space[:] = sys.argv[1:3]
    print(sys.argv[3], flush=True)
    scenes[sys.argv[3]]()


main()
