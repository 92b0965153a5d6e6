"""Frames that are many packets, as both kernels count them.

TcpOutSegs and TcpRetransSegs are what a kernel holds to have sent, once hardware
has cut it; in a namespace of its own, that is our connection and nothing else.
"""
import itertools
import os
import platform
import re
import socket
import subprocess
import threading

import lab
from lab import A, B, A4, A6, B4, B6
from live import Dump, equal, finish, ok, wait_for

BULK = 3_000_000
PORT = 8000
UDP_SEGMENT = 103	# socket option, udp(7)

release = tuple(map(int, re.match(r"(\d+)\.(\d+)",
                                  platform.release()).groups()))
with open("/proc/net/protocols", encoding="ascii") as protocols:
    told = release >= (6, 2) and "SCTP" not in protocols.read()


def ethtool(host, words):
    subprocess.run(["ip", "netns", "exec", lab.space[host], "ethtool", "-K",
                    *words.split()], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def sent_by(host):
    with lab.inside(host), open("/proc/thread-self/net/snmp",
                                encoding="ascii") as f:
        names, values = [x.split() for x in f if x.startswith("Tcp:")]
    return sum(int(values[names.index(counter)])
               for counter in ("OutSegs", "RetransSegs"))


def bulk(source, host, address, size=BULK):
    """A transfer of many bytes, to where a server listens."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with lab.inside(host):
        server = socket.socket(family)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, PORT))
    server.listen()

    def serve():
        s, _ = server.accept()
        got = 0
        while data := s.recv(1 << 20):
            got += len(data)
        assert got == size
        s.close()
    thread = threading.Thread(target=serve)
    thread.start()
    with lab.inside(source):
        s = socket.socket(family)
    s.connect((address, PORT))
    s.sendall(bytes(size))
    s.shutdown(socket.SHUT_WR)
    s.recv(1)		# until the other end has closed, too
    thread.join()
    s.close()
    server.close()


def only(dump):
    """Its one session; the dump is over."""
    dump.stop()
    sessions = dump.records("session")
    equal("one session", len(sessions), 1)
    return sessions[0]


def ended(dump):
    return any(r["type"] == "packet" and r.get("client", {}).get("state") in
               ("time_wait", "closed") and r["server"]["state"] in
               ("time_wait", "closed") for r in dump.records())


def no_false_alarm(name, dump):
    equal(f"{name}: no bad checksum",
          [r for r in dump.records("packet") if r.get("bad_checksum")], [])


def sums_up(name, dump, end):
    """The session's segments are its packets'."""
    mine = [r for r in dump.records("packet")
            if r["source"]["ip"] == end["ip"]]
    equal(f"{name}: segments of all packets",
          sum(r.get("segments", 1) for r in mine),
          end.get("segments", end["packets"]))
    return mine


def tcp(name, addresses, views, cut=False, together=True):
    """A transfer from A to B, seen at each end, as A's kernel counts it."""
    source, target = addresses
    before = sent_by(A)
    dumps = [(where, Dump("-i", iface, "--json", "--packets", "--sessions",
                          "--proto", "tcp", host=host))
             for where, host, iface in views]
    bulk(A, B, target)
    for where, dump in dumps:
        wait_for(lambda dump=dump: ended(dump))
    sent = sent_by(A) - before
    for where, dump in dumps:
        what = f"{name}, {where}"
        client = only(dump)["client"]
        equal(f"{what}: who sends", client["ip"], source)
        equal(f"{what}: all of it", client["stream_bytes"], BULK)
        no_false_alarm(what, dump)
        mine = sums_up(what, dump, client)
        if where == "cooked" or not told:
            ok("segments" not in client, f"{what}: nothing is known", client)
            continue
        equal(f"{what}: segments", client.get("segments", client["packets"]),
              sent)
        whole = [r for r in mine if "offload" in r]
        if cut and not (together and where == "receiver"):
            equal(f"{what}: every frame is one packet",
                  (client["packets"], len(whole)), (sent, 0))
        else:
            ok(client["packets"] < sent / 4, f"{what}: fewer packets", client)
            equal(f"{what}: why", {r["offload"] for r in whole},
                  {"tso" if where == "sender" else "gro"})


ENDS = (("sender", A, "eth0"), ("receiver", B, "eth0"), ("cooked", A, "any"))


def transfers():
    for family, addresses in (("IPv4", (A4, B4)), ("IPv6", (A6, B6))):
        tcp(f"{family}, whole", addresses, ENDS)
        ethtool(A, "eth0 tso off gso off")
        tcp(f"{family}, cut", addresses, ENDS, cut=True, together=False)
        ethtool(B, "eth0 gro on")
        tcp(f"{family}, put together", addresses, ENDS[:2], cut=True)
        ethtool(B, "eth0 gro off")
        ethtool(A, "eth0 tso on gso on")


def unaided():
    """libpcap tells nothing: what the frame says must do, and the MSS."""
    dump = Dump("-i", "eth0", "--backend", "pcap", "--json", "--packets",
                "--sessions", "--proto", "tcp")
    bulk(A, B, B4)
    wait_for(lambda: ended(dump))
    client = only(dump)["client"]
    no_false_alarm("libpcap", dump)
    ok("segments" not in client, "libpcap: segments are not known", client)
    big = [r for r in dump.records("packet") if r["payload_bytes"] > 1460]
    equal("libpcap: longer than the MSS", {r.get("offload") for r in big},
          {"gso"})
    equal("libpcap: no other", [r for r in dump.records("packet")
                                if "offload" in r and r not in big], [])


def loopback():
    for address in "127.0.0.1", "::1":
        before = sent_by(A)
        dump = Dump("-i", "lo", "--json", "--packets", "--sessions",
                    "--proto", "tcp")
        bulk(A, A, address)
        wait_for(lambda dump=dump: ended(dump))
        sent = sent_by(A) - before
        s = only(dump)
        no_false_alarm(address, dump)
        if told:
            equal(f"{address}: segments of both",
                  sum(s[x].get("segments", s[x]["packets"])
                      for x in ("client", "server")), sent)


def big_tcp():
    """IPv6 beyond 64 KiB, with a jumbo payload option or a length of 0."""
    for host in A, B:
        lab.ip(host, "link set eth0 gso_max_size 180000")
        lab.ip(host, "link set eth0 gro_max_size 180000")
    before = sent_by(A)
    dump = Dump("-i", "eth0", "--json", "--packets", "--sessions",
                "--proto", "tcp", host=B)
    bulk(A, B, B6, 20_000_000)
    wait_for(lambda: ended(dump))
    sent = sent_by(A) - before
    client = only(dump)["client"]
    longest = max(r["payload_bytes"] for r in dump.records("packet"))
    if longest < 65536:
        ok(True, "BIG TCP # SKIP this kernel sends none")
    equal("BIG TCP: all of it", client["stream_bytes"], 20_000_000)
    if told:
        equal("BIG TCP: segments", client["segments"], sent)
    no_false_alarm("BIG TCP", dump)
    for host in A, B:
        lab.ip(host, "link set eth0 gso_max_size 65536")
        lab.ip(host, "link set eth0 gro_max_size 65536")


def udp():
    """One send that is ten datagrams."""
    for source, target, family in ((A4, B4, socket.AF_INET),
                                   (A6, B6, socket.AF_INET6)):
        with lab.inside(B):
            sink = socket.socket(family, socket.SOCK_DGRAM)
        sink.bind((target, PORT))
        with lab.inside(A):
            s = socket.socket(family, socket.SOCK_DGRAM)
        s.bind((source, PORT + 1))
        try:
            s.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
        except OSError:
            ok(True, "UDP # SKIP this kernel cannot cut datagrams")
            return
        dumps = [Dump("-i", "eth0", "--json", "--packets", "--sessions",
                      "udp", host=host) for host in (A, B)]
        s.sendto(bytes(9500), (target, PORT))
        s.sendto(bytes(10), (target, PORT))
        got = [len(sink.recv(4096)) for _ in range(11)]
        equal(f"{target}: datagrams that arrived", got, [1000] * 9 +
              [500, 10])
        for where, dump in zip(("uso", "gro"), dumps):
            wait_for(lambda dump=dump: len(dump.records("packet")) >= 2)
            client = only(dump)["client"]
            name = f"UDP, {target}, {where}"
            no_false_alarm(name, dump)
            sums_up(name, dump, client)
            equal(f"{name}: payload", client["payload_bytes"], 9510)
            if told:
                equal(f"{name}: packets, segments",
                      (client["packets"], client["segments"]), (2, 11))
                equal(f"{name}: why",
                      [r.get("offload") for r in dump.records("packet")],
                      [where, None])
        s.close()
        sink.close()


def tunnels():
    """What is in a tunnel is cut; with a checksum outside, and without."""
    for kind, option, iface in (
            ("vxlan", "id 7 dstport 4789 dev eth0 noudpcsum", "vx0"),
            ("vxlan", "id 7 dstport 4789 dev eth0 udpcsum", "vx1"),
            ("gre", "", "gr0"), ("ipip", "", "ip0")):
        try:
            for host, here, there, inner in ((A, A4, B4, "10.9.0.1"),
                                             (B, B4, A4, "10.9.0.2")):
                lab.ip(host, f"link add {iface} type {kind} local {here} "
                       f"remote {there} {option}")
                lab.ip(host, f"link set {iface} up")
                lab.ip(host, f"addr add {inner}/24 dev {iface}")
        except subprocess.CalledProcessError:
            ok(True, f"{kind} # SKIP not in this kernel")
            continue
        tcp(f"in {kind} {option}".strip(), ("10.9.0.1", "10.9.0.2"),
            ENDS[:2])
        for host in A, B:
            lab.ip(host, f"link del {iface}")


lab.set_up(veth=True)
ethtool(B, "eth0 gro off")
transfers()
unaided()
loopback()
big_tcp()
udp()
tunnels()
finish()
