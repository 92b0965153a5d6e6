"""Frames that -w rewrites, over all captures of pcaps/, beside Wireshark."""
import ipaddress
import json
import os
import re
import shutil

import capfile
from rewritten import ALL, BAD, GOOD, PCAPS, SUMS, checksums, good, run, \
    tshark
from tap import equal, finish, ok

# One address becomes one other one, and back: nothing falls together.
V4, V6 = ("10.0.0.0/8", "172.0.0.0/8"), ("2001:db8::/32", "fd00:db9::/32")
PORT = ("80", "8081")
RULES = ["--map-ip", "=".join(V4), "--map-ip", "=".join(V6),
         "--map-ip", "fe80::/64=fe80:0:0:9::/64", "--map-port", "=".join(PORT)]


def mapped(a):
    """An address, as the rules say."""
    a = ipaddress.ip_address(a)
    for old, new in (V4, V6, ("fe80::/64", "fe80:0:0:9::/64")):
        old, new = ipaddress.ip_network(old), ipaddress.ip_network(new)
        if a.version == old.version and a in old:
            return str(new[int(a) - int(old[0])])
    return str(a)


def compare_sums():
    before, after = checksums("plain.pcapng"), checksums("new.pcapng")
    equal("tshark: as many frames", len(after), len(before))
    spoilt, right, mended = [], 0, 0
    for n, (old, new) in enumerate(zip(before, after)):
        for name, was, now in zip(SUMS, old, new):
            if len(was) != len(now) or any(
                    a != b and (a, b) != (BAD, GOOD) for a, b in zip(was, now)):
                spoilt.append(f"frame {n + 1}: {name}: {was} and now {now}")
            right += now.count(GOOD)
            mended += was.count(BAD) - now.count(BAD)
    ok(not spoilt, "tshark: no checksum that was right is wrong", *spoilt)
    ok(right > 1000, f"tshark: {right} checksums are right")
    ok(mended > 0, f"tshark: {mended} that were left to the hardware are "
       "filled in")
    left = sum(s.count(BAD) for frame in after for s in frame)
    equal("tshark: none is wrong", left, 0)


def compare_addresses():
    names = ["ip.addr", "ipv6.addr", "arp.src.proto_ipv4",
             "arp.dst.proto_ipv4", "icmpv6.nd.ns.target_address",
             "icmpv6.nd.na.target_address"]
    ports = ["tcp.port", "udp.port"]
    before = tshark("plain.pcapng", *names, *ports)
    after = tshark("new.pcapng", *names, *ports)
    wrong, changed = [], 0
    for n, (old, new) in enumerate(zip(before, after)):
        want = [[mapped(a) for a in field] for field in old[:len(names)]] + \
            [[PORT[1] if p == PORT[0] else p for p in field]
             for field in old[len(names):]]
        changed += old != want
        if new != want:
            wrong.append(f"frame {n + 1}: {new}, not {want}")
    ok(not wrong, "tshark: addresses and ports are as the rules say", *wrong)
    ok(changed > 300, f"tshark: {changed} frames have others")


def sessions(path):
    """Records as they would be of other addresses; without what follows from
    their values: names of the session, and what is well-known of a port."""
    out, _ = good(f"{path}: sessions", "-r", path, "--sessions", "--json")
    return [json.loads(line) for line in out.splitlines()]


def compare_sessions():
    def plain(value, key=None):
        if isinstance(value, dict):
            return {k: plain(v, k) for k, v in value.items()
                    if k != "community_id"}
        if isinstance(value, list):
            return [plain(v) for v in value]
        if isinstance(value, str) and re.fullmatch(
                r"[0-9]+(\.[0-9]+){3}|[0-9a-f:]*:[0-9a-f:.]*", value) and \
                not re.search("T", value):
            return mapped(value)
        return int(PORT[1]) if key == "port" and value == int(PORT[0]) else \
            value
    before = [plain(s) for s in sessions("plain.pcapng")]
    after = sessions("new.pcapng")
    for b, a in zip(before, after):
        a.pop("community_id", None)
        for side in "client", "server":
            # What was left to the hardware is there now, and is judged.
            if "bad_checksums" not in b[side] and \
                    a[side].get("bad_checksums") == 0:
                del a[side]["bad_checksums"]
    diff = [f"{b}\n{a}" for b, a in zip(before, after) if a != b]
    ok(len(before) == len(after) and not diff,
       "the same sessions, with other addresses", *diff)
    ok(len(after) > 50, f"there are {len(after)} of them")


def macs():
    path = os.path.join(PCAPS, "arp.pcap")
    old = capfile.frames(path)
    mac = old[0].data[6:12]
    good("--map-mac", "-r", path, "-w", "mac.pcap", "--map-mac",
         mac.hex(":") + "=02:00:5E:00:53:07")

    def plain(data):
        # But for the checksum of neighbour discovery.
        return data[:56] + data[58:] if data[12:14] == b"\x86\xdd" else data
    equal("--map-mac: in headers, in ARP and neighbour discovery",
          [plain(f.data) for f in capfile.frames("mac.pcap")],
          [plain(f.data.replace(mac, b"\x02\0\x5e\0\x53\x07"))
           for f in old])


def refused():
    path = os.path.join(PCAPS, "http.pcap")
    for args, why in (
            (["--map-ip", "10.0.0.0/8=172.0.0.0/8"], "with -w or --replay-to only"),
            (["--map-ip", "10.0.0.0=x", "-w", "x"], "not OLD/LEN=NEW/LEN"),
            (["--map-ip", "10.0.0.1=::1", "-w", "x"], "IPv4 and IPv6"),
            (["--map-port", "80", "-w", "x"], "not OLD=NEW"),
            (["--map-mac", "1=2", "-w", "x"], "not OLD=NEW"),
            (["--vlan", "4096", "-w", "x"], "not an ID"),
            (["--vlan", "del"], "with -w or --replay-to only"),
            (["--mtu-drop", "67", "-w", "x"], "not a number from 68"),
            (["--mtu-fragment", "auto", "-w", "x"], "has no MTU"),
            (["--mtu-fragment", "99", "--mtu-drop", "99", "-w", "x"],
             "one of them")):
        status, out, err = run("-r", path, *args)
        ok(status == 2 and out == "" and why in err,
           f"{args[0]} {args[1]}: refused", status, err)
    ok(not os.path.exists("x"), "and no file is written")


def tags():
    path = os.path.join(PCAPS, "qinq.pcap")
    for value, want in (("del", ["7"]), ("9", ["9", "7"]),
                        ("add=9", ["9", "42", "7"])):
        good(f"--vlan {value}", "-r", path, "-w", "vlan.pcap", "--vlan", value)
        got = [sum(ids, []) for ids in tshark(
            "vlan.pcap", *(f"ieee8021ad.{x}" for x in ("svid", "cvid", "id")),
            "vlan.id")]
        ok(all(x == want for x in got), f"--vlan {value}: tshark sees it",
           got[0])


def fragments():
    """All that the snapshot length has not cut, onto a link of 576 bytes."""
    whole = [word for path in ALL[1::2]
             if all(f.len == len(f.data) for f in capfile.frames(path))
             for word in ("-r", path)]
    _, err = good("--mtu-fragment", *whole, "-w", "small.pcapng",
                  "--mtu-fragment", "576")
    ok(re.search(r"^\d+ packets written in \d+ fragments$", err, re.M),
       "the summary counts fragments", err)
    frames = capfile.frames("small.pcapng")
    ok(max(f.len for f in frames) <= 576 + 20, "all fit")
    again, _ = good("what comes of it", "-r", "small.pcapng", "--sessions",
                    "--json")
    first, _ = good("what was", *whole, "--sessions", "--json")

    def plain(text):
        return [[s.get(k) for k in ("conn_state", "history")] +
                [[s[x]["ip"], s[x].get("port"), s[x].get("state"),
                  s[x]["packets"], s[x].get("payload_bytes")]
                 for x in ("client", "server")]
                for s in sorted(map(json.loads, text.splitlines()),
                                key=lambda s: (s["start"], s["id"]))]
    ok("left out" not in err, "nothing is left out", err)
    equal("in fragments the sessions are the same", plain(again), plain(first))
    _, err = good("--mtu-drop", *ALL, "-w", "small.pcapng", "--mtu-drop", "576")
    long = sum(f.len > 576 + 18 for f in capfile.frames("plain.pcapng"))
    left = re.search(r"^(\d+) packets left out: longer than the MTU$", err, re.M)
    ok(left is not None and int(left[1]) >= long > 10,
       f"--mtu-drop: more than {long} are left out", err)


def untouched():
    path = os.path.join(PCAPS, "http.pcap")
    good("a rule that nothing fits", "-r", path, "-w", "same.pcap",
         "--map-ip", "203.0.113.7=203.0.113.8", "--map-port", "1=2")
    good("no rule", "-r", path, "-w", "plain.pcap")
    with open("same.pcap", "rb") as a, open("plain.pcap", "rb") as b:
        ok(a.read() == b.read(), "the file is the same")


def main():
    good("all captures", *ALL, "-w", "plain.pcapng")
    _, err = good("all captures, rewritten", *ALL, "-w", "new.pcapng", *RULES)
    ok(re.search(r"^\d+ packets rewritten$", err, re.M) is not None,
       "the summary counts them", err)
    good("the same with workers", *ALL, "-w", "workers.pcapng", *RULES,
         "--workers", "2")
    equal("with workers the frames are the same",
          capfile.frames("workers.pcapng"), capfile.frames("new.pcapng"))
    compare_sessions()
    good("one view more", *ALL, "-w", "view.pcapng", *RULES, "--packets")
    equal("and with a view, too", capfile.frames("view.pcapng"),
          capfile.frames("new.pcapng"))
    macs()
    refused()
    untouched()
    fragments()
    if shutil.which("tshark"):
        tags()
        compare_sums()
        compare_addresses()
    else:
        ok(True, "what tshark says # SKIP no tshark")
    finish()


main()
