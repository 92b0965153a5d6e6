"""A real HTTP transfer, as every view and filter shows it."""
import http.client
import os
import re
import subprocess
import sys

import lab
from lab import A, B
from live import Dump, equal, finish, ok, wait_for

PORT = 8000
BODY = b"It works.\n" * 2000


def serve():
    """Python's own web server, in a process of host B."""
    os.mkdir("www")
    with open("www/index.html", "wb") as f:
        f.write(BODY)
    subprocess.Popen(
        ["ip", "netns", "exec", lab.space[B], sys.executable, "-m",
         "http.server", "--bind", lab.B4, "-d", "www", str(PORT)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        with lab.new(A) as s:
            return s.connect_ex((lab.B4, PORT)) == 0
    return wait_for(answers)


def get():
    """The port of the client."""
    s = lab.new(A)
    s.connect((lab.B4, PORT))
    h = http.client.HTTPConnection("www.example")
    h.sock = s
    port = s.getsockname()[1]
    h.request("GET", "/index.html")
    assert h.getresponse().read() == BODY
    h.close()
    return port


def ended(dump):
    """A session is over: its last segment was seen."""
    return any(r["event"] == "state" and
               {r["client"]["state"], r["server"]["state"]} ==
               {"time_wait", "closed"} for r in dump.records("event"))


def stopped(dumps):
    for name, d in dumps.items():
        equal(f"{name}: status", d.stop(), 0)


def views():
    iface = "-i", "eth0"
    dumps = {
        "packets": Dump(*iface, "-t", "tcp", "port", str(PORT)),
        "events": Dump(*iface, "--events", "--json"),
        "sessions": Dump(*iface, "--sessions", "--json"),
        "--port": Dump(*iface, "-w", "port.pcap", "--port", str(PORT)),
        "tcp port": Dump(*iface, "-w", "filter.pcap", "tcp", "port",
                         str(PORT)),
        "libpcap": Dump(*iface, "--backend", "pcap", "-w", "pcap.pcap",
                        "--port", f"{PORT - 1}-{PORT + 1}"),
        "another port": Dump(*iface, "--port", "1-79,9000"),
        "another filter": Dump(*iface, "udp"),
    }
    port = get()
    wait_for(lambda: ended(dumps["events"]))
    lines = dumps["packets"].out
    wait_for(lambda: re.search("TIME-WAIT +CLOSED|CLOSED\\? +TIME-WAIT",
                               "".join(lines[-1:])))
    for name, d in dumps.items():
        if not name.startswith("another"):
            ok(d.caught(len(lines)), f"{name}: all packets", *d.err)
    stopped(dumps)
    packets(lines, port)
    events(dumps["events"].records("event"), port)
    session(dumps["sessions"].records("session"), port,
            len(lines))
    for name in "port", "filter", "pcap":
        d = subprocess.run([os.environ["SESSDUMP"], "-r", f"{name}.pcap",
                            "-t"], capture_output=True, text=True)
        equal(f"{name}.pcap, read back", d.stdout.splitlines(),
              lines)
    for name in "another port", "another filter":
        equal(f"{name}: nothing", dumps[name].out, [])
        ok(dumps[name].said("0 sessions"), f"{name}: no session",
           *dumps[name].err)


def packets(lines, port):
    a, b = f"192.0.2.1:{port}", f"192.0.2.2:{PORT}"
    want = [rf"TCP +{a} > {b} +\[S\] .* SYN-SENT +LISTEN\?$",
            rf"TCP +{b} > {a} +\[S\.\] .* ESTABLISHED\? +SYN-RECEIVED$",
            rf"TCP +{a} > {b} +\[\.\] .* ESTABLISHED +ESTABLISHED\?$",
            rf"TCP +{a} > {b} +\[P\.\] .* ESTABLISHED +ESTABLISHED\?$",
            rf"TCP +{b} > {a} +\[\.\] .* ESTABLISHED +ESTABLISHED$"]
    for pattern, line in zip(want, lines):
        ok(re.match(pattern, line), f"a line: {line}", pattern)
    ok(re.search(r"(TIME-WAIT +CLOSED\?|CLOSED\? +TIME-WAIT)$", lines[-1]),
       f"the last line: {lines[-1]}")
    equal("lines have no blanks at their end",
          [x for x in lines if x != x.rstrip()], [])


def events(all_events, port):
    mine = [e for e in all_events if e["client"].get("port") == port]
    causes = [(e["event"], e["cause"]) for e in mine]
    equal("events: the first ones", causes[:3],
          [("new", "syn"), ("state", "syn_ack"), ("state", "ack")])
    equal("events: the last one", causes[-1], ("end", "closed"))
    equal("events: of one session", len({e["session"] for e in mine}), 1)
    equal("events: in order", [e["time"] for e in mine],
          sorted(e["time"] for e in mine))


def session(sessions, port, lines):
    mine = [s for s in sessions if s["client"].get("port") == port]
    equal("the session", len(mine), 1)
    s = mine[0]
    c, d = s["client"], s["server"]
    equal("the session: ends", (c["ip"], d["ip"], d["port"]),
          (lab.A4, lab.B4, PORT))
    equal("the session: states", {c["state"], d["state"]},
          {"time_wait", "closed"})
    equal("the session: why it ended, who opened it",
          (s["end_reason"], s["role"]), ("closed", "syn"))
    equal("the session: layers", s["layers"], ["ethernet", "ipv4", "tcp"])
    equal("the session: interface", s.get("interface"), "eth0")
    equal("the session: packets", c["packets"] + d["packets"], lines)
    ok(d["stream_bytes"] > len(BODY) and d["stream_bytes"] <
       len(BODY) + 1000, "the session: bytes of the answer", d)
    ok(0 < s["rtt"]["server"] < 1, "the session: round trip", s["rtt"])
    ok(0 < s["duration"] < 10, "the session: duration", s["duration"])


lab.set_up(veth=True)
if ok(serve(), "the web server answers"):
    views()
finish()
