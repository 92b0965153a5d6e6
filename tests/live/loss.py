"""What a capture loses is told, and the sums are right."""
import os
import re
import signal
import socket
import threading
import time

import lab
from lab import A, B
from live import BACKENDS, Dump, equal, finish, ok, wait_for

PORT, TCP_PORT = 9999, 9998
FILTER = f"udp port {PORT} or tcp port {TCP_PORT}"
TINY = "-B", "1024"		# KiB: a thousand or two of the datagrams
DATAGRAM = b"x" * 400
MANY = 10000			# more than fit, of those that were sent


class Sender:
    """Datagrams from ports of A, counted."""

    def __init__(self, v6):
        self.to, self.v6, self.sent = lab.address(B, v6), v6, 0

    def send(self, port, n):
        with lab.new(A, self.v6, socket.SOCK_DGRAM, port=port) as s:
            for _ in range(n):
                s.sendto(DATAGRAM, (self.to, PORT))
        self.sent += n


def summary(dump):
    """The last one, by the words behind each number."""
    counts = {}
    for line in dump.err:
        found = re.match(r"(\d+) (.*)", line)
        if found:
            if re.match(r"packets? captured", found[2]):
                counts = {}
            counts[re.sub(r"^(packet|session|time)s? ", r"\1 ",
                          found[2])] = int(found[1])
    return counts


def calm(dump):
    """Until the program waits for packets."""
    def cpu():
        with open(f"/proc/{dump.process.pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[11:13]
    before, same = cpu(), 0
    while same < 3:
        time.sleep(0.15)
        now = cpu()
        same = same + 1 if now == before else 0
        before = now


def tcp(v6):
    """A connection that is over."""
    with lab.listener(TCP_PORT, v6) as l:
        client, server = lab.connected(l, v6)
    lab.talk(client, server)
    lab.close(client, server)


def overrun(backend, v6):
    what = f"{backend}, IPv{6 if v6 else 4}"
    dump = Dump("-i", "eth0", "--backend", backend, *TINY, "--sessions",
                "--json", "--stats", "1", FILTER, host=B)
    sender = Sender(v6)
    tcp(v6)
    for port in 1001, 1002:	# they span it; and 1003 comes behind it
        sender.send(port, 10)
    calm(dump)
    for _ in range(2):
        dump.send(signal.SIGSTOP)
        sender.send(1001, MANY)
        dump.send(signal.SIGCONT)
        calm(dump)
    time.sleep(0.2)		# libpcap knows the time of a loss to 0.1 s
    sender.send(1001, 10)
    calm(dump)
    sender.send(1003, 10)
    equal(f"{what}: status", dump.stop(), 0)
    accounts(what, backend, dump, sender.sent)
    marked(what, dump)


def accounts(what, backend, dump, sent):
    told, sessions = summary(dump), dump.records("session")
    stats = dump.records("stats")
    captured, dropped = (told.get(f"packet {x}") for x in (
        "captured", "dropped by kernel"))
    tcp_packets = sum(
        s[side]["packets"] for s in sessions if s["protocol"] == "tcp"
        for side in ("client", "server"))
    equal(f"{what}: received is what was sent",
          told.get("packet received by filter"), sent + tcp_packets)
    equal(f"{what}: received is captured and dropped",
          captured + dropped, sent + tcp_packets)
    ok(dropped > MANY and captured > 100, f"{what}: many were dropped", told)
    ok("packet unread" not in told, f"{what}: none is unread", told)
    if backend == "afpacket":
        equal(f"{what}: the buffer was full twice",
              told.get("time the buffer was full, see -B"), 2)
    equal(f"{what}: captured is what the sessions have", sum(
        s[side]["packets"] for s in sessions
        for side in ("client", "server")), captured)
    ok(len(stats) >= 3, f"{what}: records of --stats", *stats)
    equal(f"{what}: each adds up", [
        r for r in stats if r["packets"]["received"] !=
        r["packets"]["captured"] + r["packets"]["dropped"] +
        r["packets"]["unread"]], [])
    equal(f"{what}: the last is the summary",
          (stats[-1]["packets"]["captured"], stats[-1]["packets"]["dropped"],
           stats[-1]["sessions"]["created"]), (captured, dropped, 4))
    ok(dump.records()[-1] == stats[-1] and stats[-1]["interface"] == "eth0",
       f"{what}: it comes at the end", dump.out[-1])
    ok(stats[-1]["memory_peak_bytes"] > 1 << 20 and
       sum(stats[-1]["cpu"].values()) > 0, f"{what}: what it costs", stats[-1])
    ok(not dump.said("refused"), f"{what}: the sandbox refuses none of it",
       *dump.err)
    times = [r["time"] for r in stats]
    equal(f"{what}: they are in order", times, sorted(times))


def marked(what, dump):
    by_port = {s["client"]["port"] if s["protocol"] == "udp" else "tcp":
               s.get("capture_loss") for s in dump.records("session")}
    equal(f"{what}: sessions that were open meanwhile say so", by_port,
          {"tcp": None, 1001: True, 1002: True, 1003: None})


def exact():
    """A ring knows the packets before and behind a loss: what is between two
    losses is marked only when it lasts."""
    dump = Dump("-i", "eth0", *TINY, "--sessions", "--json",
                "--timeout", "udp=1", FILTER, host=B)
    sender = Sender(False)
    for port in 1001, 1003:
        dump.send(signal.SIGSTOP)
        sender.send(port, MANY)
        dump.send(signal.SIGCONT)
        calm(dump)
        if port == 1001:
            sender.send(1002, 10)
            time.sleep(2.2)	# it times out, and then a second at most
    equal("between losses: status", dump.stop(), 0)
    by_port = {s["client"]["port"]: s.get("capture_loss")
               for s in dump.records("session")}
    equal("between losses: a session is marked when it lasts", by_port,
          {1001: True, 1002: None, 1003: True})


def steady():
    """Packets go on coming: there is no pause to ask in."""
    dump = Dump("-i", "eth0", *TINY, "--sessions", "--json", FILTER, host=B)
    drops, burst, over = Sender(False), Sender(False), threading.Event()

    def drip():
        with lab.new(A, False, socket.SOCK_DGRAM, port=1001) as s:
            while not over.wait(0.002):
                s.sendto(DATAGRAM, (drops.to, PORT))
                drops.sent += 1

    thread = threading.Thread(target=drip)
    thread.start()
    time.sleep(0.2)
    dump.send(signal.SIGSTOP)
    burst.send(1002, MANY)
    dump.send(signal.SIGCONT)
    time.sleep(0.5)
    burst.send(1003, 10)
    time.sleep(0.3)
    over.set()
    thread.join()
    equal("steady: status", dump.stop(), 0)
    told = summary(dump)
    equal("steady: received is what was sent",
          told["packet received by filter"], drops.sent + burst.sent)
    by_port = {s["client"]["port"]: s.get("capture_loss")
               for s in dump.records("session")}
    equal("steady: sessions that were open meanwhile say so", by_port,
          {1001: True, 1002: True, 1003: None})


def words():
    """In text, and on a summary in between."""
    dump = Dump("-i", "eth0", *TINY, "--sessions", "-v", "--stats", "1",
                FILTER, host=B)
    sender = Sender(True)
    sender.send(1001, 1)
    calm(dump)
    dump.send(signal.SIGSTOP)
    sender.send(1001, MANY)
    dump.send(signal.SIGUSR1)
    dump.send(signal.SIGCONT)
    wait_for(lambda: "packet dropped by kernel" in summary(dump))
    told = summary(dump)
    equal("USR1: received is captured, dropped, and unread",
          told["packet received by filter"],
          told["packet captured"] + told["packet dropped by kernel"] +
          told.get("packet unread", 0))
    calm(dump)
    time.sleep(1.1)
    dump.stop()
    told = summary(dump)
    ok(any(re.match(r"    role .* capture loss$", x) for x in dump.out),
       "text: a session's details", *dump.out)
    pattern = (r"\d\d:\d\d:\d\d\.\d{6} STATS  captured "
               rf"{told['packet captured']} dropped "
               rf"{told['packet dropped by kernel']} .*sessions \d of 1 ")
    ok(re.match(pattern, dump.out[-1]), "text: the last line of --stats",
       *dump.out)


def stopped():
    """What came before a signal is shown, however soon."""
    for backend in BACKENDS:
        dump = Dump("-i", "eth0", "--backend", backend, "--packets",
                    "--json", FILTER, host=B)
        sender = Sender(False)
        sender.send(1001, 500)
        equal(f"{backend}, stopped: status", dump.stop(), 0)
        told = summary(dump)
        equal(f"{backend}, stopped: all that came before is shown",
              len(dump.records("packet")), 500)
        equal(f"{backend}, stopped: captured, received",
              (told["packet captured"], told["packet received by filter"]),
              (500, 500))


def counted():
    """-c leaves the rest unread, and says so."""
    for backend in BACKENDS:
        dump = Dump("-i", "eth0", "--backend", backend, "-c", "3", FILTER,
                    host=B)
        Sender(False).send(1001, 20)
        equal(f"{backend}, -c: status", dump.wait(), 0)
        told = summary(dump)
        equal(f"{backend}, -c: captured", told["packet captured"], 3)
        equal(f"{backend}, -c: received is captured and unread",
              told["packet received by filter"],
              3 + told.get("packet unread", 0))


lab.set_up(veth=True)
for name in BACKENDS:
    for six in False, True:
        overrun(name, six)
exact()
steady()
words()
stopped()
counted()
finish()
