"""zeek.py: --format zeek and zeek-json, by a reader of the format of Zeek's
logs that knows nothing of the program, and against the records of --json.

usage: zeek.py SESSDUMP FOLDER CAPTURE...	TAP; FOLDER is for what it writes
"""
import calendar
import collections
import ipaddress
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time

FIELDS = {
    "ts": "time", "uid": "string", "id.orig_h": "addr", "id.orig_p": "port",
    "id.resp_h": "addr", "id.resp_p": "port", "proto": "enum",
    "service": "string", "duration": "interval", "orig_bytes": "count",
    "resp_bytes": "count", "conn_state": "string", "local_orig": "bool",
    "local_resp": "bool", "missed_bytes": "count", "history": "string",
    "orig_pkts": "count", "orig_ip_bytes": "count", "resp_pkts": "count",
    "resp_ip_bytes": "count", "tunnel_parents": "set[string]",
    "ip_proto": "count",
}
PROTOCOL = {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "esp": 50,
            "ah": 51, "icmpv6": 58, "sctp": 132, "udplite": 136}
ZEEK_PROTOCOL = {"tcp": "tcp", "udp": "udp", "icmp": "icmp", "icmpv6": "icmp"}
# RFC 792, 950, 1256, 2710, 4443, 4620, 4861, 6275: who answers whom.
ANSWER = {"icmp": ((8, 0), (10, 9), (13, 14), (15, 16), (17, 18)),
          "icmpv6": ((128, 129), (130, 131), (133, 134), (135, 136),
                     (139, 140), (144, 145))}
STATES = {"S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0",
          "RSTRH", "SH", "SHR", "OTH"}
# What Zeek's documentation says of captures of which we know how they came.
KNOWN = {
    "tcp_refused.pcap": [("REJ", "Sr")] * 2,
    "tcp_halfopen.pcap": [("S0", "S")],
    "tcp_close_client.pcap": [("SF", "ShADadFf")],
    "lo.pcap": [("SF", "ShADadFf")],
}
# By Zeek's base/utils/site.zeek, first and last of the networks of IANA's
# registries, alone and as 6to4 addresses, and their neighbours.
LOCAL = """0.0.0.1 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0
    100.127.255.255 127.0.0.1 169.254.0.0 169.254.255.255 172.16.0.0
    172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.168.0.0
    192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.7
    240.0.0.1 255.255.255.254 :: ::1 64:ff9b:1:: 64:ff9b:1:ffff::1 100::
    100::ffff:ffff:ffff:ffff 2001:: 2001:1ff:ffff::1 2001:2::1
    2001:db8:ffff::1 fc00::1 fdff::1 fe80::1 febf::1 2002:a00:1::1
    2002:c0a8:101::1 2002:c000:201::1 2002:ac1f:ffff::1 2002:6440::1""".split()
OTHERS = """1.0.0.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0
    126.255.255.255 128.0.0.1 169.253.255.255 169.255.0.0 172.15.255.255
    172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0
    198.17.255.255 198.20.0.0 198.51.101.0 203.0.112.255 224.0.0.1
    239.255.255.255 ::2 ::ffff:10.0.0.1 64:ff9b::1 64:ff9b:2:: 100:0:0:1::
    2000:ffff::1 2001:200::1 2001:db7::1 2001:db9::1 2600::1 fb00::1 fe00::1
    fec0::1 ff02::1 2002:808:808::1 2002:c000:101::1 2003:a00:1::1""".split()

count = 0


def ok(good, what, why=()):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)
    if not good:
        for line in list(why)[:8]:
            print("#", line)


def skip(what, why):
    global count
    count += 1
    print(f"ok {count} - {what} # SKIP {why}")


class Bad(Exception):
    """What the log should not hold."""


def unescape(text):
    return re.sub(r"\\x([0-9A-Fa-f]{2})",
                  lambda m: chr(int(m.group(1), 16)), text)


def number(text, last):
    if not re.fullmatch("0|[1-9][0-9]*", text) or int(text) > last:
        raise Bad(f"{text!r} is no number up to {last}")
    return int(text)


def seconds(text):
    """In microseconds, so that nothing is rounded."""
    if not re.fullmatch(r"(0|[1-9][0-9]*)\.[0-9]{6}", text):
        raise Bad(f"{text!r} is not seconds with six digits")
    return int(text.replace(".", ""))


def address(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    if socket.inet_ntop(family, socket.inet_pton(family, text)) != text:
        raise Bad(f"{text!r} is not how an address is written")
    return text


def boolean(text):
    if text not in ("T", "F"):
        raise Bad(f"{text!r} is not T or F")
    return text == "T"


def enum(text):
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text):
        raise Bad(f"{text!r} is no name")
    return text


def string(text):
    if not text.isprintable():
        raise Bad(f"{text!r} should be escaped")
    return unescape(text)


VALUE = {"time": seconds, "interval": seconds, "addr": address,
         "bool": boolean, "enum": enum, "string": string,
         "count": lambda text: number(text, 2**64 - 1),
         "port": lambda text: number(text, 65535)}


class Log:
    """One log in the tab-separated format, read strictly."""

    def __init__(self, data):
        self.header, self.rows, self.close = {}, [], None
        if not data.endswith(b"\n"):
            raise Bad("the last line has no end")
        lines = data[:-1].decode("ascii").split("\n")
        name, _, self.separator = lines[0].partition(" ")
        if name != "#separator" or not self.separator:
            raise Bad("it does not begin with #separator")
        self.separator = unescape(self.separator)
        for line in lines[1:]:
            self.line(line)
        if self.close is None:
            raise Bad("it has no #close")

    def line(self, line):
        if self.close is not None:
            raise Bad("something stands behind #close")
        if not line.startswith("#"):
            self.rows.append(self.row(line.split(self.separator)))
            return
        name, *words = line[1:].split(self.separator)
        if name == "close":
            self.close = words[0]
        elif self.rows or name in self.header:
            raise Bad(f"#{name} behind the header, or twice")
        self.header[name] = words
        if name in ("open", "close") and not re.fullmatch(
                r"\d{4}(-\d\d){5}", words[0]):
            raise Bad(f"#{name} {words[0]}: no time")
        if name in ("set_separator", "unset_field", "empty_field", "path",
                    "open", "close") and len(words) != 1:
            raise Bad(f"#{name} has {len(words)} values")

    def row(self, cells):
        names, types = self.header["fields"], self.header["types"]
        if not len(names) == len(types) == len(set(names)) == len(cells):
            raise Bad(f"{len(names)} fields, {len(types)} types, "
                      f"{len(cells)} cells")
        return {name: self.value(kind, cell)
                for name, kind, cell in zip(names, types, cells)
                if cell != self.header["unset_field"][0]}

    def value(self, kind, cell):
        if cell == "":
            raise Bad(f"a {kind} is empty and not marked so")
        inner = re.fullmatch(r"set\[(.*)\]", kind)
        if inner is None:
            return VALUE[kind](
                "" if cell == self.header["empty_field"][0] else cell)
        if cell == self.header["empty_field"][0]:
            return set()
        return {VALUE[inner.group(1)](c)
                for c in cell.split(self.header["set_separator"][0])}


def unique(pairs):
    d = dict(pairs)
    if len(d) != len(pairs):
        raise Bad("a name twice")
    return d


def run(*words):
    p = subprocess.run([sys.argv[1], *words], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, check=False)
    if p.returncode != 0:
        raise Bad(f"exit status {p.returncode}: {p.stderr.decode()}")
    return p.stdout


def nanoseconds(stamp):
    """Of a time in JSON."""
    whole, _, rest = stamp.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * \
        10**9 + int(rest)


def last_of(session, packets):
    """The time at which Zeek ends the session, and how much that may be off:
    when both have sent a FIN or RST, what comes later does not count."""
    closed, last = set(), None
    if session["protocol"] != "tcp":
        return nanoseconds(session["end"]), 0
    for i, p in enumerate(packets):
        tcp = [n for n in p["layers"] if n["layer"] == "tcp"][-1]
        if "flags" not in tcp:      # a header that was cut: nobody can tell
            return nanoseconds(session["end"]), None
        last = max(last or 0, nanoseconds(p["time"]))
        if set(tcp["flags"]) & set("FR"):
            closed.add(str(p["source"]))
        if len(closed) == 2:
            return last, len(packets) - i
    return nanoseconds(session["end"]), 0


def ports(session):
    if session["protocol"] not in ANSWER:
        return tuple(session[side].get("port", 0)
                     for side in ("client", "server"))
    kind = session["icmp_type"]
    if "icmp_code" in session:
        return kind, session["icmp_code"]
    for a, b in ANSWER[session["protocol"]]:
        if kind in (a, b):
            return kind, a + b - kind
    return kind, None


def expected(session, packets):
    """The row of a session, duration and uid set aside."""
    sides = (session["client"], session["server"])
    row = {"ts": nanoseconds(session["start"]) // 1000,
           "proto": ZEEK_PROTOCOL.get(session["protocol"],
                                      "unknown_transport"),
           "ip_proto": PROTOCOL.get(session["protocol"]),
           "missed_bytes": sum(s.get("missed_bytes", 0) for s in sides),
           "conn_state": session["conn_state"]}
    for name in ("service", "history"):
        if name in session:
            row[name] = session[name]
    last, off = last_of(session, packets)
    for name, side, port in zip(("orig", "resp"), sides, ports(session)):
        row[f"id.{name}_h"] = side["ip"]
        row[f"id.{name}_p"] = port
        row[name + "_pkts"] = side["packets"]
        row[name + "_ip_bytes"] = side["ip_bytes"]
        if last > nanoseconds(session["start"]):
            row[name + "_bytes"] = side.get("stream_bytes")
    return row, last - nanoseconds(session["start"]), off


def compare(name, row, session, packets, bad):
    want, duration, off = expected(session, packets)
    for field in FIELDS:
        if field in ("uid", "local_orig", "local_resp", "duration"):
            continue
        if field not in bad:
            bad[field] = []
        if row.get(field) != want.get(field):
            bad[field].append(f"{name}, session {session['id']}: "
                              f"{row.get(field)}, not {want.get(field)}")
    if duration == 0:
        good = "duration" not in row
    else:
        good = "duration" in row and \
            (off is None or 0 <= row["duration"] - duration // 1000 <= off)
    if not good:
        bad["duration"].append(f"{name}, session {session['id']}: "
                               f"{row.get('duration')}, not {duration} ns")


def typed(kind, value):
    """As the tab-separated log would have it."""
    if kind in ("time", "interval"):
        # A number with six digits, kept as text by parse_float.
        return seconds(value) if isinstance(value, str) else None
    if kind in ("count", "port"):
        return value if type(value) is int and value >= 0 else None
    if kind == "bool":
        return value if isinstance(value, bool) else None
    return value if isinstance(value, str) else None


def compare_json(name, lines, rows, bad):
    if len(lines) != len(rows):
        bad.append(f"{name}: {len(lines)} lines, {len(rows)} rows")
    for line, row in zip(lines, rows):
        r = json.loads(line, object_pairs_hook=unique,
                       parse_float=lambda text: text)
        if [f for f in FIELDS if f in row] != list(r):
            bad.append(f"{name}: {list(r)}")
        for field, value in r.items():
            if typed(FIELDS.get(field), value) != row.get(field):
                bad.append(f"{name}: {field} {value!r}, {row.get(field)!r}")


def examine(path, bad):
    name = os.path.basename(path)
    log = Log(run("-r", path, "--format", "zeek"))
    if dict(zip(log.header["fields"], log.header["types"])) != FIELDS or \
            log.header["fields"] != list(FIELDS) or \
            log.header["path"] != ["conn"]:
        bad["header"].append(f"{name}: {log.header}")
    if log.header["open"][0] > log.close:
        bad["header"].append(f"{name}: closed before it was opened")
    sessions, packets = [], collections.defaultdict(list)
    for line in run("-r", path, "--json", "--packets",
                    "--sessions").splitlines():
        r = json.loads(line)
        if r["type"] == "session":
            sessions.append(r)
        elif "session" in r and "icmp_error" not in r:
            packets[r["session"]].append(r)
    if len(log.rows) != len(sessions):
        bad["rows"].append(f"{name}: {len(log.rows)} rows, "
                           f"{len(sessions)} sessions")
    for row, session in zip(log.rows, sessions):
        compare(name, row, session, packets[session["id"]], bad)
        if row["conn_state"] not in STATES:
            bad["conn_state"].append(f"{name}: {row['conn_state']}")
        bad["seen"] += list(row.items())
        if not re.fullmatch("C[0-9A-Za-z]{17}", row["uid"]):
            bad["uid"].append(f"{name}: {row['uid']}")
    if name in KNOWN and KNOWN[name] != [
            (r["conn_state"], r["history"]) for r in log.rows]:
        bad["known"].append(f"{name}: {log.rows}")
    lines = run("-r", path, "--format", "zeek-json", "--seed",
                "7").splitlines()
    compare_json(name, lines, log.rows, bad["json"])
    uids = [r["uid"] for r in log.rows]
    if len(set(uids)) != len(uids):
        bad["uid"].append(f"{name}: twice the same")
    # The same session in another run has the same one: see compare_json.


def captures(paths):
    bad = collections.defaultdict(list)
    for path in paths:
        try:
            examine(path, bad)
        except (Bad, KeyError, ValueError) as e:
            bad["read"].append(f"{os.path.basename(path)}: {e!r}")
    ok(not bad["read"], "every log can be read, each value is of its type",
       bad["read"])
    ok(not bad["header"], "the header names the fields of Zeek's conn.log",
       bad["header"])
    ok(not bad["rows"], "a row a session", bad["rows"])
    for field in FIELDS:
        if field not in ("uid", "local_orig", "local_resp"):
            ok(not bad[field], f"{field} is that of the session's record",
               bad[field])
    ok(not bad["uid"], "uid is unique, and of Zeek's form", bad["uid"])
    ok(not bad["known"], "conn_state and history of scenes that are known",
       bad["known"])
    ok(not bad["json"], "zeek-json: the same fields, each of its type, in "
       "another run", bad["json"])
    # Or the comparison above was of nothing.
    seen = collections.defaultdict(set)
    for field, value in bad["seen"]:
        seen[field].add(value)
    want = STATES - {"RSTRH"}
    ok(want <= seen["conn_state"], "the captures show conn_states",
       want - seen["conn_state"])
    ok(any(seen["missed_bytes"]), "the captures show missed bytes")
    ok({"dns"} <= seen["service"], "the captures show services")
    ok({8, 128} <= seen["id.orig_p"] and {0, 129} <= seen["id.resp_p"],
       "the captures show pings over IPv4 and IPv6")
    letters = set("".join(seen["history"]))
    want = set("SsHhAaDdFfRrTtGWwQIC^")
    ok(want <= letters, "the captures show letters of history",
       want - letters)


def datagram(source, destination):
    """UDP without a checksum, which IPv6 has no use for; none is judged."""
    source, destination = (ipaddress.ip_address(a).packed
                           for a in (source, destination))
    data = struct.pack("!HHHH", 40000, 40001, 8, 0)
    if len(source) == 16:
        return struct.pack("!IHBB", 6 << 28, len(data), 17, 64) + source + \
            destination + data
    return struct.pack("!BBHHHBBH", 0x45, 0, 28, 1, 0, 64, 17, 0) + source + \
        destination + data


def write(path, datagrams):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101))
        for i, d in enumerate(datagrams):
            f.write(struct.pack("<IIII", 1700000000 + i, 999999999, len(d),
                                len(d)) + d)


def local(folder):
    """Every address as the originator, then every one as the responder."""
    path = os.path.join(folder, "local.pcap")
    far = {4: "8.8.8.8", 6: "2600::2"}
    near = [(str(ipaddress.ip_address(a)), a in LOCAL) for a in LOCAL + OTHERS]
    near = [(a, far[ipaddress.ip_address(a).version], is_local)
            for a, is_local in near]
    for role in "orig", "resp":
        write(path, [datagram(a, b) if role == "orig" else datagram(b, a)
                     for a, b, _ in near])
        rows = Log(run("-r", path, "--format", "zeek")).rows
        got = {str(ipaddress.ip_address(r[f"id.{role}_h"])):
               (r["local_orig"], r["local_resp"]) for r in rows}
        want = {a: (is_local, False) if role == "orig" else (False, is_local)
                for a, _, is_local in near}
        ok(got == want, f"local_{role}: what Zeek holds to be local",
           [f"{a}: {got.get(a)}" for a in want if want[a] != got.get(a)])
        ok(all(r["ts"] % 10**6 == 999999 and "duration" not in r and
               "orig_bytes" not in r for r in rows),
           f"local_{role}: the time is cut, not rounded; what has one packet "
           "has no duration and no bytes")


def empty(path):
    log = Log(run("-r", path, "--format", "zeek", "port", "9"))
    ok(log.rows == [] and log.header["fields"] == list(FIELDS),
       "no session: the header and #close", [log.header])
    ok(run("-r", path, "--format", "zeek-json", "port", "9") == b"",
       "no session: no line of JSON")
    every = Log(run("-r", path, "--format", "zeek")).rows
    rows = Log(run("-r", path, "--format", "zeek", "--sessions")).rows
    ok(rows == every, "--sessions is what these formats tell of", rows)
    rows = Log(run("-r", path, "--format", "zeek", "--port", "80")).rows
    ok(rows and all(80 == r["id.resp_p"] for r in rows),
       "what is not selected is no row", rows)
    rows = Log(run("-r", path, "--format", "zeek", "--nano", "-v", "-q",
                   "--color", "always", "-e", "-tttt", "-x")).rows
    ok(rows == every,
       "options for people change nothing", rows)


def zeek_cut(path):
    """Zeek's own reader, where it is at hand."""
    program = shutil.which("zeek-cut")
    if program is None:
        skip("zeek-cut reads it", "no zeek-cut")
        return
    log = run("-r", path, "--format", "zeek")
    got = subprocess.run([program, "id.orig_h", "id.resp_p", "conn_state"],
                         input=log, stdout=subprocess.PIPE, check=False)
    want = [f"{r['id.orig_h']}\t{r['id.resp_p']}\t{r['conn_state']}"
            for r in Log(log).rows]
    ok(got.stdout.decode().splitlines() == want, "zeek-cut reads it",
       got.stdout.decode().splitlines())


captures(sys.argv[3:])
local(sys.argv[2])
http = [path for path in sys.argv[3:] if path.endswith("/http.pcap")][0]
empty(http)
zeek_cut(http)
print(f"1..{count}")
