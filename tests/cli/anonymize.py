"""Captures that can be shared: other addresses, the same sessions."""
import ipaddress
import itertools
import json
import os
import re
import shutil

import capfile
from rewritten import ALL, BAD, GOOD, PCAPS, checksums, good, run, tshark
from tap import finish, ok, skip

KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
KEPT = [ipaddress.ip_network(n) for n in (
    "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8")]


def sessions(path):
    out, _ = good(f"{path}: sessions", "-r", path, "--sessions", "--json")
    return [json.loads(line) for line in out.splitlines()]


class Pairs:
    """Which address became which."""

    def __init__(self):
        self.new, self.old = {}, {}
        self.wrong = []

    def add(self, old, new):
        if self.new.setdefault(old, new) != new or \
                self.old.setdefault(new, old) != old:
            self.wrong.append(f"{old} is {new} and {self.new[old]}")

    def compare(self, old, new, where=""):
        """Two records that are the same but for addresses."""
        if isinstance(old, dict) and isinstance(new, dict):
            for key in old.keys() | new.keys():
                if key in ("community_id", "interface", "interfaces"):
                    continue
                # Filled in where it was left to the hardware, or cut off.
                if key == "bad_checksums" and 0 in (old.get(key, 0),
                                                    new.get(key, 0)):
                    continue
                self.compare(old.get(key), new.get(key), f"{where}.{key}")
        elif isinstance(old, list) and isinstance(new, list) and \
                len(old) == len(new):
            for a, b in zip(old, new):
                self.compare(a, b, where)
        elif isinstance(old, str) and isinstance(new, str) and old != new:
            try:
                self.add(ipaddress.ip_address(old), ipaddress.ip_address(new))
            except ValueError:
                self.wrong.append(f"{where}: {old} and {new}")
        elif old != new:
            self.wrong.append(f"{where}: {old} and {new}")


def shared(a, b):
    """Leading bits that two addresses have in common."""
    return a.max_prefixlen - (int(a) ^ int(b)).bit_length()


def isomorphic(path):
    pairs, old, new = Pairs(), sessions("plain.pcapng"), sessions(path)
    ok(len(old) == len(new) > 50, f"{path}: as many sessions", len(old),
       len(new))
    for a, b in zip(old, new):
        pairs.compare(a, b)
    ok(not pairs.wrong, f"{path}: they differ in addresses alone",
       *pairs.wrong)
    wrong = [f"{a}, {b}: {pairs.new[a]}, {pairs.new[b]}"
             for a, b in itertools.combinations(pairs.new, 2)
             if a.version == b.version and
             shared(a, b) != shared(pairs.new[a], pairs.new[b])]
    ok(not wrong, f"{path}: prefixes are as long as they were", *wrong)
    ok(len(pairs.new) > 10, f"{path}: {len(pairs.new)} addresses are others")


def addresses():
    """Those that are somebody's, as bytes, of the captures."""
    found = set()
    for word in (x for frame in tshark(
            "plain.pcapng", "ip.addr", "ipv6.addr", "arp.src.proto_ipv4",
            "arp.dst.proto_ipv4", "eth.addr", "sll.src.eth")
            for field in frame for x in field):
        if re.fullmatch("([0-9a-f]{2}:){5}[0-9a-f]{2}", word):
            mac = bytes.fromhex(word.replace(":", ""))
            if not mac[0] & 1 and any(mac):
                found.add(mac)
        else:
            a = ipaddress.ip_address(word)
            if not any(a.version == n.version and a in n for n in KEPT):
                found.add(a.packed)
    return found


def nothing_left():
    """Neither in headers nor anywhere else, when payload is cut; all addresses
    stand at even places."""
    old = addresses()
    ok(len(old) > 20, f"{len(old)} addresses are somebody's")
    wrong = [f"frame {n + 1}: {a.hex()}: {f.data.hex()}"
             for n, f in enumerate(capfile.frames("cut.pcapng"))
             for a in old for at in range(0, len(f.data), 2)
             if f.data[at:at + len(a)] == a]
    ok(not wrong, "none of them is in any frame, without payload", *wrong)
    short = sum(len(f.data) for f in capfile.frames("cut.pcapng"))
    long = sum(len(f.data) for f in capfile.frames("anon.pcapng"))
    ok(short < long * .8, f"payload is cut: {long} bytes, now {short}")
    ok([f.len for f in capfile.frames("cut.pcapng")] ==
       [f.len for f in capfile.frames("plain.pcapng")],
       "lengths are as they were")


def metadata():
    """Of what a file says beside its packets nothing comes through."""
    f = capfile.Pcapng()
    f.interface(1, b"rpcap://192.0.2.1/eth0")
    # Names of hosts; keys of TLS; a comment; then a packet.
    f.block(4, f.pack("HH", 1, 18) + bytes([192, 0, 2, 1]) +
            b"host.example\0\0" + f.pack("HHHH", 0, 0, 0, 0))
    f.block(10, f.pack("II", 0x544c534b, 24) + b"CLIENT_RANDOM 00 00 00 \n")
    packet = capfile.frames(os.path.join(PCAPS, "http.pcap"))[0].data
    f.block(6, f.pack("IIIII", 0, 0, 0, len(packet), len(packet)) + packet +
            b"\0" * (-len(packet) % 4) + f.option(1, b"from host.example"))
    with open("told.pcapng", "wb") as file:
        file.write(f.data)
    for more in [], ["--anonymize", KEY]:
        good(" ".join(["-w", *more[:1]]), "-r", "told.pcapng", "-w",
             "silent.pcapng", *more, "host 192.0.2.1")
        with open("silent.pcapng", "rb") as file:
            data = file.read()
        words = [w for w in (b"192.0.2.1", b"rpcap", b"host.example",
                             b"CLIENT_RANDOM", bytes([192, 0, 2, 1]))
                 if w in data]
        ok(bool(more) != bool(words), f"-w {' '.join(more[:1])}: "
           f"{'nothing' if more else 'something'} of it is in the file", words)


def keys():
    path = os.path.join(PCAPS, "http.pcap")
    with open("key", "w", encoding="ascii") as f:
        f.write(KEY + "\n")
    for key, name in (KEY, "a"), ("@key", "b"), ("random", "c"):
        good(f"--anonymize {key[:9]}", "-r", path, "-w", name + ".pcap",
             "--anonymize", key)
    a, b, c = ([f.data for f in capfile.frames(x + ".pcap")] for x in "abc")
    ok(a == b, "the same key gives the same addresses")
    ok(a != c, "another one gives others")
    good("--map-ip", "-r", path, "-w", "d.pcap", "--anonymize", KEY,
         "--map-ip", "192.0.2.1=192.0.2.1")
    d = [f.data for f in capfile.frames("d.pcap")]
    old = bytes([192, 0, 2, 1])
    was = [old in f.data for f in capfile.frames(path)]
    ok([old in f for f in d] == was and any(was) and
       not any(old in f for f in a),
       "what a rule names is not anonymized")
    for args, why in (
            (["--anonymize", "secret", "-w", "x"], "not a key"),
            (["--anonymize", "@absent", "-w", "x"], "No such file"),
            (["--anonymize", KEY], "with -w or --replay-to only"),
            (["--cut-payload"], "with -w or --replay-to only"),
            (["--cut-payload", "--replay-to", "lo"], "not with --replay-to"),
            (["--anonymize", KEY, "-w", "x.pcapng", "--comments"],
             "not with --comments")):
        status, out, err = run("-r", path, *args)
        ok(status == 2 and out == "" and why in err and KEY not in err,
           f"{' '.join(args)[:30]}: refused", status, err)


def main():
    good("all captures", *ALL, "-w", "plain.pcapng")
    good("--anonymize", *ALL, "-w", "anon.pcapng", "--anonymize", KEY)
    good("--cut-payload", *ALL, "-w", "cut.pcapng", "--anonymize", KEY,
         "--cut-payload")
    isomorphic("anon.pcapng")
    isomorphic("cut.pcapng")
    metadata()
    keys()
    if shutil.which("tshark"):
        nothing_left()
        now = [x for frame in checksums("anon.pcapng")
               for field in frame for x in field]
        ok(BAD not in now and now.count(GOOD) > 1000,
           f"tshark: {now.count(GOOD)} checksums are right, none is wrong",
           now.count(BAD))
    else:
        skip("what tshark says", "no tshark")
    finish()


main()
