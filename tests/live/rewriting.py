"""Frames that are rewritten and sent: what arrives is what -w writes."""
import json
import os
import re
import subprocess

import arrive
import lab
from arrive import Receiver, replay, sent, udp, write
from lab import A
from live import equal, finish, ok

PCAPS = os.path.join(os.environ["srcdir"], "pcaps")
NAMES = ("http", "ipv6_tcp", "gre", "vxlan", "ip4in6", "icmp_unreachable",
         "vlan", "qinq", "mpls", "ipv4_fragments", "ipv6_fragments", "arp")
RULES = ["--map-ip", "10.0.0.0/8=172.0.0.0/8", "--map-ip",
         "192.0.2.0/24=198.51.100.0/24", "--map-ip",
         "2001:db8::/32=fd00:db9::/32", "--map-port", "80=8080", "--map-mac",
         "02:00:00:00:00:01=02:00:5e:00:53:01"]


def frames(path):
    """Of a pcap file of our own."""
    with open(path, "rb") as f:
        data, found, at = f.read(), [], 24
    while at < len(data):
        n = int.from_bytes(data[at + 8:at + 12], "little")
        found.append(data[at + 16:at + 16 + n])
        at += 16 + n
    return found


def written(f, *rules):
    subprocess.run([arrive.SESSDUMP, "-r", f, "-w", "want.pcap", *rules],
                   check=True, capture_output=True)
    return frames("want.pcap")


def same_as_written():
    for name in NAMES:
        f = os.path.join(PCAPS, name + ".pcap")
        p, got = sent("-r", f, "--max-gap", "0.002", *RULES, "--vlan", "77",
                      "--mtu-fragment", "576")
        want = written(f, *RULES, "--vlan", "77", "--mtu-fragment", "576")
        equal(f"{name}: status", p.returncode, 0)
        ok(got == want and want != frames(f),
           f"{name}: what arrives is what -w writes", len(got), len(want),
           p.stderr)


def told():
    """The plan and the views are of what is sent."""
    f = write("told.pcap", [(i / 100, udp(i, 100)) for i in range(3)])
    p = replay("-r", f, "--map-ip", "192.0.2.1=203.0.113.9", "--map-port",
               "53=5353", "--packets", "--port", "53")
    equal("told: status", p.returncode, 0)
    ok("3 packets rewritten" in p.stderr and
       "203.0.113.9; to 192.0.2.2" in p.stderr, "told: in the plan", p.stderr)
    equal("told: rewritten once", p.stderr.count("rewritten"), 1)
    lines = p.stdout.splitlines()
    ok(len(lines) == 3 and all("203.0.113.9:4000 > 192.0.2.2:5353" in x
                               for x in lines),
       "told: a view shows what is sent, selected by what was read",
       p.stdout)


def sessions(path):
    out = subprocess.run([arrive.SESSDUMP, "-r", path, "--sessions", "--json"],
                         check=True, capture_output=True, text=True).stdout
    return [[r[x][k] for x in ("client", "server")
             for k in ("ip", "port", "packets", "payload_bytes")] +
            [r["conn_state"]] for r in map(json.loads, out.splitlines())]


def fits():
    """Frames that are longer than the interface's MTU of 1500."""
    long = [udp(i, 400 + 2000 * i, v6=bool(i % 2)) for i in range(6)]
    f = write("long.pcap", [(i / 100, x) for i, x in enumerate(long)])
    p, got = sent("-r", f)
    equal("too long: status, frames", (p.returncode, len(got)), (1, 1))
    p, got = sent("-r", f, "--mtu-drop", "auto")
    equal("--mtu-drop auto: status, frames", (p.returncode, got),
          (0, long[:1]))
    ok("5 packets left out: longer than the MTU" in p.stderr,
       "--mtu-drop auto: counted", p.stderr)
    p, got = sent("-r", f, "--mtu-fragment", "auto")
    equal("--mtu-fragment auto: status", p.returncode, 0)
    ok(max(map(len, got)) <= 1514 and len(got) > 20,
       "--mtu-fragment auto: all fit", len(got))
    write("got.pcap", [(i / 100, x) for i, x in enumerate(got)])
    equal("--mtu-fragment auto: what comes of it is the same",
          sorted(sessions("got.pcap")), sorted(sessions(f)))
    arrive.add_pair("eth1", 700)
    receivers = Receiver("eth0"), Receiver("eth1")
    p = replay("-r", f, "--mtu-fragment", "auto", to="eth0,eth1")
    got = [r.close() for r in receivers]
    equal("of two interfaces: status", p.returncode, 0)
    ok(max(map(len, got[0])) <= 714, "of two interfaces the smaller MTU")
    lab.ip(A, "link del eth1")


def large():
    """What does not fit into memory is read and rewritten again."""
    small = write("small.pcap", [(0, udp(0, 60000))])
    with open(small, "rb") as s:
        data = s.read()
    with open("large.pcap", "wb") as f:
        f.write(data[:24] + data[24:] * 4600)
    lab.ip(A, "link set lo up")
    p = replay("-r", "large.pcap", "--topspeed", "--loop", "2", "--map-ip",
               "192.0.2.1=192.0.2.3", "--mtu-fragment", "30000", to="lo")
    pieces = len(written(small, "--mtu-fragment", "30000"))
    equal("260 MiB, twice, in fragments: status", p.returncode, 0)
    ok(re.search(rf"^lo: {9200 * pieces} frames sent", p.stderr, re.M),
       f"260 MiB, twice, in {pieces} fragments each: all of it", p.stderr)
    ok("4600 packets written" in p.stderr,
       "260 MiB, twice, in fragments: counted once", p.stderr)
    os.unlink("large.pcap")


arrive.set_up()
same_as_written()
told()
fits()
large()
finish()
