#!/usr/bin/env python3
"""seq.py: packet sequences, and what sessdump must make of them.

A scene is a file NAME.seq, read line by line. Both ends have an address, '>'
is sent by the left one, '<' by the right one. Lines are

  # TEXT                      why the lines below that say nothing themselves
                              expect what they do; the first line is the title
  > FLAGS SEQ[+LEN] [ACK] [OPTION...] | LEFT RIGHT [| WHY]
                              a segment, and both states after it
  > udp +LEN | STATE [| WHY]  a datagram
  > icmp TYPE [quote=BYTES] [by=router] | LEFT RIGHT [| WHY]
                              an error about the last packet the other way:
                              net, host, port, admin, big, time
  = FIELD VALUE[, FIELD VALUE...] [| WHY]
                              of the record of the session of the packet above,
                              at the end: client.ttl 64; '-' is absent; events
                              is all of its events as NAME:CAUSE; sessions
                              (of the whole scene) their number
  conn [LEFT RIGHT]           another connection: from these ports, or others
  isn LEFT RIGHT              the numbers that SEQ and ACK count from
  step SECONDS                from a packet to the next (0.01)
  wait SECONDS                once, besides the step
  open [OPTION...]            the three segments of a handshake

FLAGS are letters of FSRPAUECN, or '-' for none. SEQ counts from the sender's
initial sequence number, ACK from the other's; @N is N itself. A state ends in
'?' when its endpoint has not proved it. OPTIONs are

  mss=N ws=N sackok ts=VALUE,ECHO sack=FROM-TO[,FROM-TO...] tfo[=COOKIE]
  opt=HEX                     TCP options; sack counts as ACK does
  win=N urg=N                 fields of the header (the window is 1000)
  ttl=N ecn=N                 of IP's: 64; 1, 2 ECT, 3 CE
  badsum                      a wrong checksum of the transport

usage: seq.py SESSDUMP SCENE...        run them: TAP
       seq.py --pcap FOLDER SCENE...   only write the captures
"""

import json
import os
import re
import socket
import struct
import subprocess
import sys

FLAGS = "FSRPAUECN"
START = 1700000000 * 10**9
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
# The left end is the lower address in IPv4, and the higher one in IPv6: the
# table must not care.
ADDRESS = {
    4: {">": "192.0.2.1", "<": "192.0.2.2", "router": "192.0.2.9"},
    6: {">": "2001:db8::2", "<": "2001:db8::1", "router": "2001:db8::9"},
}
ICMP_TYPES = {  # type and code, of ICMP and of ICMPv6
    "net": ((3, 0), (1, 0)),
    "host": ((3, 1), (1, 3)),
    "port": ((3, 3), (1, 4)),
    "admin": ((3, 13), (1, 1)),
    "big": ((3, 4), (2, 0)),
    "time": ((11, 0), (3, 0)),
}
OTHER = {">": "<", "<": ">"}


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packed(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address)


def option(kind, body=b""):
    return bytes([kind, 2 + len(body)]) + body


class Scene:
    """One file: the packets, and what is expected."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        self.packets = []  # dicts
        self.fields = []  # (line, index of the packet, field, value, why)
        self.time = START
        self.step = 10**7
        self.ports = {">": 50000, "<": 80}
        self.isn = {">": 1000, "<": 500000}
        self.why = None
        with open(path, encoding="ascii") as f:
            for number, line in enumerate(f, 1):
                try:
                    self.line(number, line.strip())
                except (ValueError, IndexError, KeyError) as e:
                    sys.exit(f"{path}:{number}: {e!r}: {line.strip()}")

    def line(self, number, text):
        if text.startswith("#"):
            self.why = text[1:].strip()
            return
        part = [p.strip() for p in text.split("|")]
        word = part[0].split()
        if not word:
            return
        if self.why is None:
            raise ValueError("a scene begins with its title")
        if word[0] in OTHER:
            why = part[2] if len(part) > 2 else self.why
            self.packet(number, word[0], word[1:], part[1].split(), why)
        elif word[0] == "=":
            why = part[1] if len(part) > 1 else self.why
            for field in part[0][1:].split(","):
                name, value = field.split(None, 1)
                self.fields.append((number, len(self.packets) - 1, name,
                                    value.strip(), why))
        elif word[0] == "conn":
            if len(word) == 1:
                self.ports[">"] += 1
            else:
                self.ports = {">": int(word[1]), "<": int(word[2])}
        elif word[0] == "isn":
            self.isn = {">": int(word[1]), "<": int(word[2])}
        elif word[0] == "step":
            self.step = nanoseconds(word[1])
        elif word[0] == "wait":
            self.time += nanoseconds(word[1])
        elif word[0] == "open":
            why = "RFC 9293 3.5 figure 6: the handshake"
            ack_options = [w for w in word[1:] if w.startswith(("ts", "win"))]
            for side, seg, states in (
                    (">", ["S", "0"] + word[1:], ["SYN-SENT", "LISTEN?"]),
                    ("<", ["SA", "0", "1"] + word[1:],
                     ["ESTABLISHED?", "SYN-RECEIVED"]),
                    (">", ["A", "1", "1"] + ack_options,
                     ["ESTABLISHED", "ESTABLISHED?"])):
                self.packet(number, side, seg, states, why)
        else:
            raise ValueError("what is that?")

    def packet(self, number, side, word, states, why):
        p = {"number": number, "side": side, "text": " ".join(word),
             "states": states, "why": why, "time": self.time,
             "sport": self.ports[side], "dport": self.ports[OTHER[side]],
             "kind": word[0] if word[0] in ("udp", "icmp") else "tcp",
             "options": b"", "ttl": 64, "ecn": 0, "win": 1000, "urg": 0,
             "badsum": False, "quote": None, "by": side}
        self.time += self.step
        if p["kind"] == "tcp":
            word = self.tcp(p, side, word)
        elif p["kind"] == "udp":
            p["len"] = int(word[1])
            word = word[2:]
        else:
            p["icmp"] = ICMP_TYPES[word[1]]
            p["about"] = max(i for i, q in enumerate(self.packets)
                             if q["side"] != side and q["kind"] != "icmp" and
                             q["sport"] == p["dport"])
            word = word[2:]
        for w in word:
            self.option(p, side, *w.partition("=")[::2])
        self.packets.append(p)

    def sequence(self, side, text):
        if text.startswith("@"):
            return int(text[1:]) % 2**32
        return (self.isn[side] + int(text)) % 2**32

    def tcp(self, p, side, word):
        p["flags"] = sum(1 << FLAGS.index(c) for c in word[0].strip("-"))
        seq, _, length = word[1].partition("+")
        p["seq"] = self.sequence(side, seq)
        p["len"] = int(length or 0)
        p["ack"] = 0
        if len(word) > 2 and re.fullmatch(r"@?-?\d+", word[2]):
            p["ack"] = self.sequence(OTHER[side], word[2])
            return word[3:]
        if "A" in word[0]:
            raise ValueError("A without a number")
        return word[2:]

    def option(self, p, side, key, value):
        if key in ("win", "urg", "ttl", "ecn", "quote"):
            p[key] = int(value)
        elif key == "badsum":
            p["badsum"] = True
        elif key == "by":
            p["by"] = value
        elif key == "mss":
            p["options"] += option(2, struct.pack("!H", int(value)))
        elif key == "ws":
            p["options"] += option(3, bytes([int(value)]))
        elif key == "sackok":
            p["options"] += option(4)
        elif key == "ts":
            p["options"] += option(8, struct.pack(
                "!II", *(int(v) for v in value.split(","))))
        elif key == "sack":
            blocks = [self.sequence(OTHER[side], v)
                      for v in re.split("[-,]", value)]
            p["options"] += option(5, struct.pack("!%dI" % len(blocks),
                                                  *blocks))
        elif key == "tfo":
            p["options"] += option(34, bytes.fromhex(value))
        elif key == "opt":
            p["options"] += bytes.fromhex(value)
        else:
            raise ValueError("no such option: " + key)

    # From here on: bytes.

    def transport(self, p, v):
        """The protocol's number, and the datagram of the transport."""
        source = packed(ADDRESS[v][p["by"]])
        destination = packed(ADDRESS[v][OTHER[p["side"]]])
        if p["kind"] == "tcp":
            protocol, at = TCP, 16
            options = p["options"] + b"\1" * (-len(p["options"]) % 4)
            data = struct.pack(
                "!HHIIHHHH", p["sport"], p["dport"], p["seq"], p["ack"],
                (20 + len(options)) // 4 << 12 | p["flags"], p["win"], 0,
                p["urg"]) + options
        elif p["kind"] == "udp":
            protocol, at = UDP, 6
            data = struct.pack("!HHHH", p["sport"], p["dport"],
                               8 + p["len"], 0)
        else:
            protocol, at = (ICMP if v == 4 else ICMPV6), 2
            quoted = self.packets[p["about"]]
            data = bytes([*p["icmp"][v == 6], 0, 0, 0, 0, 0, 0])
            data += self.datagram(quoted, v)[:(20 if v == 4 else 40) +
                                             (p["quote"] or 8)]
        if p["kind"] != "icmp":
            # A byte goes by its number in the stream.
            base = p.get("seq", 0)
            data += bytes(97 + (base + i) % 26 for i in range(p["len"]))
        pseudo = b"" if protocol == ICMP else source + destination + \
            struct.pack("!II", len(data), protocol)
        value = checksum(pseudo + data) or 0xFFFF
        if p["badsum"]:
            value ^= 0x0101
        return protocol, data[:at] + struct.pack("!H", value) + data[at + 2:]

    def datagram(self, p, v):
        protocol, data = self.transport(p, v)
        source = packed(ADDRESS[v][p["by"]])
        destination = packed(ADDRESS[v][OTHER[p["side"]]])
        if v == 6:
            return struct.pack("!IHBB", 6 << 28 | p["ecn"] << 20, len(data),
                               protocol, p["ttl"]) + \
                source + destination + data
        header = struct.pack("!BBHHHBBH", 0x45, p["ecn"], 20 + len(data), 1,
                             0x4000, p["ttl"], protocol, 0)
        header += source + destination
        return header[:10] + struct.pack("!H", checksum(header)) + \
            header[12:] + data

    def capture(self, v):
        out = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)]
        mac = {">": b"\2\0\0\0\0\1", "<": b"\2\0\0\0\0\2"}
        for p in self.packets:
            frame = mac[OTHER[p["side"]]] + mac[p["side"]] + \
                (b"\x08\0" if v == 4 else b"\x86\xdd") + self.datagram(p, v)
            out.append(struct.pack("<IIII", p["time"] // 10**9,
                                   p["time"] % 10**9, len(frame), len(frame)))
            out.append(frame)
        return b"".join(out)


def nanoseconds(text):
    return round(float(text) * 10**9)


class Tap:
    count = 0

    def test(self, good, what, got, want):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {what}")
        if not good:
            print(f"#  got: {got}\n# want: {want}")


def states_of(record, v):
    """As in a scene: the left end's and the right end's."""
    if "state" in record:
        return record["state"]
    end = {}
    for role in ("client", "server"):
        e = record.get(role)
        if e and "state" in e:
            end[e["ip"]] = e["state"].upper().replace("_", "-") + \
                ("" if e["confirmed"] else "?")
    return " ".join(end.get(ADDRESS[v][side], "none") for side in "><")


def run(scene, v, program, tap):
    process = subprocess.run(
        [program, "-r", "-", "--packets", "--events", "--sessions", "--json"],
        input=scene.capture(v), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False)
    records = [json.loads(line) for line in process.stdout.splitlines()]
    packets = [r for r in records if r["type"] == "packet"]
    sessions = {r["id"]: r for r in records if r["type"] == "session"}
    events = {}
    for r in records:
        if r["type"] == "event":
            events.setdefault(r["session"], []).append(
                r["event"] + ":" + r["cause"])
    if process.returncode != 0 or len(packets) != len(scene.packets):
        tap.test(False, f"{scene.name} IPv{v}: all packets are read",
                 f"status {process.returncode}, {len(packets)} packets, " +
                 process.stderr.decode(errors="replace").strip(),
                 f"status 0, {len(scene.packets)} packets")
        return
    for p, r in zip(scene.packets, packets):
        got, want = states_of(r, v), " ".join(p["states"])
        tap.test(got == want, f"{scene.name}:{p['number']} IPv{v} "
                 f"{p['side']} {p['text']}: {p['why']}", got, want)
    for number, i, field, want, why in scene.fields:
        session = packets[i].get("session")
        if field == "sessions":
            got = len(sessions)
        elif field == "events":
            got = " ".join(events.get(session, []))
        else:
            got = sessions.get(session)
            for key in field.split("."):
                got = got.get(key) if isinstance(got, dict) else None
        tap.test(equal(got, want), f"{scene.name}:{number} IPv{v} "
                 f"{field} {want}: {why}", got, want)


def equal(got, want):
    if want == "-":
        return got is None
    if isinstance(got, bool):
        return str(got).lower() == want
    if isinstance(got, (int, float)):
        try:
            return abs(got - float(want)) < 1e-9
        except ValueError:
            return False
    return got == want


def main():
    if len(sys.argv) < 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    if sys.argv[1] == "--pcap":
        for path in sys.argv[3:]:
            scene = Scene(path)
            for v in (4, 6):
                name = f"{scene.name[:-4]}.ipv{v}.pcap"
                with open(os.path.join(sys.argv[2], name), "wb") as f:
                    f.write(scene.capture(v))
        return
    tap = Tap()
    for path in sys.argv[2:]:
        scene = Scene(path)
        for v in (4, 6):
            run(scene, v, sys.argv[1], tap)
    print(f"1..{tap.count}")


main()
