"""The same packet on several interfaces counts once."""
import json
import os
import socket
import subprocess

import lab
from lab import A, B
from live import Dump, equal, finish, ok

SESSDUMP = os.environ["SESSDUMP"]
PORT = 7


def bridge():
    """A talks to B through a bridge of A: three places to capture at."""
    lab.ip(A, "link add br0 type bridge")
    lab.ip(A, "link set br0 up")
    lab.ip(A, "link add port1 type veth peer name eth0 netns "
           f"{lab.space[B]}")
    lab.ip(A, "link add port2 type veth peer name host2")
    for port in "port1", "port2":
        lab.ip(A, f"link set {port} master br0 up")
    lab.ip(A, "link set host2 address 02:00:00:00:00:01 up")
    lab.ip(A, f"addr add {lab.A4}/24 dev host2")
    lab.ip(A, f"addr add {lab.A6}/64 dev host2 nodad")
    lab.ip(B, "link set eth0 address 02:00:00:00:00:02 up")
    lab.ip(B, f"addr add {lab.B4}/24 dev eth0")
    lab.ip(B, f"addr add {lab.B6}/64 dev eth0 nodad")
    for host, a4, a6, dev in ((A, lab.B4, lab.B6, "host2"),
                              (B, lab.A4, lab.A6, "eth0")):
        for addr in (a4, a6):
            lab.ip(host, f"neigh replace {addr} dev {dev} nud permanent "
                   f"lladdr 02:00:00:00:00:0{2 - host}")
    lab.quiet(1.5)


def talk(v6, size=3000):
    """A connection, a datagram in fragments, an echo, an ICMP error."""
    client, server = lab.pair(PORT, v6)
    lab.talk(client, server, b"x" * size, b"y" * size)
    lab.close(client, server)
    s = lab.new(B, v6, socket.SOCK_DGRAM, port=PORT)
    t = lab.new(A, v6, socket.SOCK_DGRAM, bind=False)
    t.sendto(b"z" * 4000, (lab.address(B, v6), PORT))
    s.recv(65536)
    t.sendto(b"z", (lab.address(B, v6), PORT + 1))	# nobody is there
    s.close()
    t.close()
    lab.ping(A, lab.address(B, v6), v6, 2)
    lab.quiet(0.3)


def sessions(lines):
    """What does not depend on the interface, its link header, or on when it
    was seen."""
    found = []
    for line in lines:
        r = json.loads(line)
        if r["type"] != "session":
            continue
        s = {k: r.get(k) for k in ("protocol", "role", "conn_state",
                                   "history", "end_reason", "icmp_errors")}
        for side in "client", "server":
            s[side] = {k: v for k, v in r[side].items()
                       if k not in ("bad_checksums", "frame_bytes",
                                    "process", "segments")}
        found.append(s)
    return sorted(found, key=lambda s: json.dumps(s, sort_keys=True))


def ways(lines):
    """Of the connection: its interfaces, the first one, the others sorted."""
    return [[x[0], *sorted(x[1:])] for x in
            (r.get("interfaces", [""]) for r in map(json.loads, lines)
             if r["type"] == "session" and r["protocol"] == "tcp")]


def again_sent(sessions):
    return sum(s["client"].get("retransmitted_packets", 0) for s in sessions)


def replay(name, *args):
    return subprocess.run([SESSDUMP, "-r", name, "--dedup", "--sessions",
                           "--json", *args], capture_output=True,
                          text=True).stdout.splitlines()


def scene(v6):
    what = f"IPv{6 if v6 else 4}"
    which = "ip6" if v6 else "ip"
    full = "host2", "port2", "br0", "port1"
    out = f"{lab.space[B]}:eth0"
    view = "--sessions", "--json", which
    several = [x for i in full for x in ("-i", i)] + ["-i", out]
    dumps = {
        "one": Dump("-i", "port1", *view),
        "three": Dump("-i", "port1", "-i", "br0", "-i", "port2", *view),
        "five": Dump(*several, *view),
        "workers": Dump(*several, "--workers", "3", *view),
        "any": Dump("-i", "any", *view),
        "any, pcap": Dump("-i", "any", "--backend", "pcap", *view),
        "packets": Dump("-i", "port1", "-i", "port2", "--packets", "--json",
                        which),
        "text": Dump("-i", "port1", "-i", "port2", "-e", which),
        "off": Dump("-i", "port1", "-i", "port2", "--no-dedup", *view),
        "written": Dump("-i", "any", "-w", f"any{v6}.pcap", which),
    }
    talk(v6)
    lab.quiet(0.3)
    for name, d in dumps.items():
        equal(f"{what}, {name}: status", d.stop(), 0)
    want = sessions(dumps["one"].out)
    ok(len(want) >= 3, f"{what}: sessions", *dumps["one"].out)
    for name in "three", "five", "workers", "any", "any, pcap":
        equal(f"{what}, {name}: counted once", sessions(dumps[name].out),
              want)
    equal(f"{what}, replayed: counted once",
          sessions(replay(f"any{v6}.pcap")), want)
    equal(f"{what}: nothing was sent again", again_sent(want), 0)
    ok(again_sent(sessions(dumps["off"].out)) > 0,
       f"{what}, --no-dedup: or so it seems", *dumps["off"].out)
    equal(f"{what}: the way", ways(dumps["five"].out),
          [["host2", "br0", "port1", "port2", out]])
    equal(f"{what}, one: no way", ways(dumps["one"].out), [[""]])
    got = dumps["packets"].records("packet")
    copies = [r for r in got if r.get("duplicate")]
    ok(got and 2 * len(copies) == len(got),
       f"{what}: every second packet is a copy", len(copies), len(got))
    ok(dumps["packets"].said(f"{len(copies)} packets seen again on another "
                             "interface"), f"{what}: the summary says so",
       *dumps["packets"].err)
    ok(sum(" [duplicate]" in x for x in dumps["text"].out) == len(copies) and
       any(x.split()[1:2] == ["port1"] for x in dumps["text"].out),
       f"{what}: and text, -e the interface", *dumps["text"].out[:4])


def again():
    """Sent again is no copy, wherever it is seen."""
    with lab.inside(A):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind(("host2", 0))
    frame = bytes.fromhex(
        "020000000002020000000001080045000020000040004011b6c9"
        "c0000201c0000202000900090" "00c0000" "41424344")
    d = Dump("-i", "host2", "-i", "port2", "-i", "port1", "--sessions",
             "--json", "udp port 9")
    for _ in range(5):
        s.send(frame)
    s.close()
    ok(d.caught(15), "sent five times: caught", *d.err)
    equal("sent five times: status", d.stop(), 0)
    r = d.records("session")
    equal("sent five times: counted five times",
          [x["client"]["packets"] for x in r], [5])


for h in A, B:
    for what in "all", "default":
        lab.sysctl(h, f"ipv6/conf/{what}/accept_dad", 0)
        lab.sysctl(h, f"ipv6/conf/{what}/router_solicitations", 0)
    lab.sysctl(h, "ipv4/ping_group_range", "0 2147483647")
    lab.sysctl(h, "ipv4/icmp_ratelimit", 0)
    lab.sysctl(h, "ipv6/icmp/ratelimit", 0)
    lab.ip(h, "link set lo up")
bridge()
for v6 in False, True:
    scene(v6)
again()
finish()
