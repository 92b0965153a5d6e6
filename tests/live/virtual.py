"""Interfaces that other interfaces, or programs, are under: tun, tap, macvlan,
vxlan and others, where the kernel has them."""
import os
import subprocess
import threading

import lab
from lab import A, B
from live import BACKENDS, Dump, equal, finish, ok, wait_for
from tap import skip

# Of each end of the wire: what makes it, for "ip link add NAME".
KINDS = {
    "macvlan": ("link eth0 type macvlan mode bridge",) * 2,
    "ipvlan": ("link eth0 type ipvlan mode l2",) * 2,
    "vlan": ("link eth0 type vlan id 5",) * 2,
    "vxlan": tuple(f"type vxlan id 7 local {h} remote {p} dstport 4789"
                   for h, p in ((lab.A4, lab.B4), (lab.B4, lab.A4))),
    "geneve": tuple(f"type geneve id 7 remote {p}"
                    for p in (lab.B4, lab.A4)),
    "gre": tuple(f"type gre local {h} remote {p}"
                 for h, p in ((lab.A4, lab.B4), (lab.B4, lab.A4))),
}
V4, V6 = ("203.0.113.1", "203.0.113.2"), ("2001:db8:7::1", "2001:db8:7::2")
OUTER = {"vxlan": ["vxlan"], "geneve": ["geneve"], "gre": ["gre"],
         "vlan": ["vlan"]}


def addresses(host, name):
    lab.ip(host, f"link set {name} up")
    lab.ip(host, f"addr add {V4[host]}/24 dev {name}")
    lab.ip(host, f"addr add {V6[host]}/64 dev {name} nodad")


def talk(v6):
    """A connection through it, and an echo."""
    here, there = (V6 if v6 else V4)
    server = lab.new(B, v6, bind=False)
    server.bind((there, 8000))
    server.listen()
    client = lab.new(A, v6, bind=False)
    client.connect((there, 8000))
    peer = server.accept()[0]
    lab.talk(client, peer)
    lab.close(client, peer)
    server.close()
    lab.ping(A, there, v6, 1)
    return here, there


def seen(what, name, sessions, ends, layers=()):
    """The connection is whole, and nothing but what was sent."""
    tcp = [r for r in sessions if r["protocol"] == "tcp" and
           (r["client"]["ip"], r["server"]["ip"]) == ends]
    if not ok(len(tcp) == 1, f"{what}: the connection", *sessions):
        return
    r = tcp[0]
    equal(f"{what}: role, states, end",
          (r["role"], r["conn_state"], r["client"]["stream_bytes"],
           r["server"]["stream_bytes"], r["interface"]),
          ("syn", "SF", 5, 5, name))
    equal(f"{what}: no checksum is wrong",
          [r[s].get("bad_checksums", 0) for s in ("client", "server")], [0, 0])
    ok(set(layers) <= set(r["layers"]), f"{what}: layers", r["layers"])
    ok(any(x["protocol"].startswith("icmp") and
           {x["client"]["ip"], x["server"]["ip"]} == set(ends)
           for x in sessions), f"{what}: the echo", *sessions)


def kind(name, ends):
    """Captured on it, inner packets; beneath it, what carries them."""
    made = []
    for h in A, B:
        p = subprocess.run(["ip", "-n", lab.space[h], "link", "add", name,
                            *ends[h].split()], capture_output=True, text=True)
        if p.returncode == 0:
            made.append(h)
        else:
            skip(name, "this kernel: " + p.stderr.strip().replace("#", ""))
            break
    if len(made) == 2:
        for h in A, B:
            addresses(h, name)
        lab.quiet(0.5)
        for v6 in False, True:
            what = f"{name}, IPv{6 if v6 else 4}"
            on = [Dump("-i", i, "--sessions", "--json")
                  for i in (name, "eth0")]
            both = Dump("-i", name, "-i", "eth0", "--sessions", "--json")
            pair = talk(v6)
            lab.quiet(0.3)
            equal(f"{what}: status", [d.stop() for d in (*on, both)], [0] * 3)
            seen(what, name, on[0].records("session"), pair)
            seen(f"{what}, beneath", "eth0", on[1].records("session"), pair,
                 OUTER.get(name, []))
            counted(what, on, both, pair)
    for h in made:
        lab.ip(h, f"link del {name}")


def packets(d, ends):
    return [(r["client"]["packets"], r["server"]["packets"])
            for r in d.records("session") if r["protocol"] == "tcp" and
            r["client"]["ip"] == ends[0]]


def counted(what, on, both, ends):
    """On both interfaces at once each packet counts once."""
    equal(f"{what}: on both, packets", packets(both, ends),
          packets(on[0], ends))


def tun(name, mode):
    """A program has its other end: here it joins two of them."""
    fds = [lab.tuntap(h, name, mode) for h in (A, B)]
    over = threading.Event()

    def carry(frm, to):
        os.set_blocking(fds[frm], True)
        while not over.is_set():
            try:
                os.write(fds[to], os.read(fds[frm], 65536))
            except OSError:
                return

    for h in A, B:
        addresses(h, name)
    for pair in (0, 1), (1, 0):
        threading.Thread(target=carry, args=pair, daemon=True).start()
    for v6 in False, True:
        what = f"{name}, IPv{6 if v6 else 4}"
        d = Dump("-i", name, "--sessions", "--json")
        p = Dump("-i", name, "--sessions", "--json", "--backend", "pcap")
        ends = talk(v6)
        equal(f"{what}: status", (d.stop(), p.stop()), (0, 0))
        seen(what, name, d.records("session"), ends)
        equal(f"{what}: libpcap has the same packets", packets(p, ends),
              packets(d, ends))
        ok(all(("ethernet" in r["layers"]) == (mode == 2)
               for r in d.records("session")), f"{what}: link layer",
           *d.records("session"))
    # Its program goes, and it with it.
    d = Dump("-i", name, "--sessions", "--json")
    over.set()
    for h in A, B:
        lab.ip(h, f"link del {name}")
    if "afpacket" in BACKENDS:
        ok(wait_for(lambda: d.said(f"{name}: has gone; waiting")),
           f"{name}: it is told that it has gone", *d.err)
        equal(f"{name}: status", d.stop(), 0)
    else:
        equal(f"{name}: it ends with it", d.wait(), 1)


lab.set_up(veth=True)
for here in A, B:	# nobody answers for another interface's address
    lab.sysctl(here, "ipv4/conf/all/arp_ignore", 1)
    lab.sysctl(here, "ipv4/conf/all/arp_announce", 2)
for each in KINDS:
    kind(each, KINDS[each])
if os.path.exists("/dev/net/tun"):
    tun("tun0", 0x1)
    tun("tap0", 0x2)
else:
    skip("tun, tap", "no /dev/net/tun")
finish()
