"""pace.py: files in recorded time; keys and progress on a terminal.

usage: pace.py PCAPS
What is late may be late because the machine is busy; nothing may be early.
"""
import contextlib
import fcntl
import glob
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

from tap import equal, finish, ok

SESSDUMP = os.environ["SESSDUMP"]
# Under nohup, or in the background of a script, they would stay ignored, in us
# and in what we start.
for number in signal.SIGHUP, signal.SIGQUIT:
    signal.signal(number, signal.SIG_DFL)
LATE = 2.0		# seconds
PATIENCE = 20
BASE = 1700000000
TO = ["--replay-to", "absent0"]
os.environ.update(TZ="UTC0", TERM="xterm")


def datagram(n, port):
    payload = b"%04d" % n
    udp = struct.pack(">HHHH", port, 53, 8 + len(payload), 0) + payload
    return bytes.fromhex("020000000002020000000001") + struct.pack(
        ">HBBHHHBBHBBBBBBBB", 0x0800, 0x45, 0, 20 + len(udp), n, 0, 64, 17, 0,
        192, 0, 2, 1, 192, 0, 2, 2) + udp


def capture(times, port=4000):
    """A pcap file in nanoseconds, of one session."""
    out = struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, 1)
    for n, t in enumerate(times):
        frame = datagram(n, port)
        ns = round((BASE + t) * 1000) * 1000000
        out += struct.pack("<IIII", ns // 10**9, ns % 10**9, len(frame),
                           len(frame)) + frame
    return out


def write(name, times, port=4000):
    with open(name, "wb") as f:
        f.write(capture(times, port))
    return name


class Run:
    """sessdump, and when each of its lines came."""

    def __init__(self, *args, stdin=subprocess.DEVNULL):
        self.start = time.monotonic()
        self.lines = []
        self.process = subprocess.Popen(
            [SESSDUMP, *args], stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.rstrip("\n")))

    def wait(self):
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.took = time.monotonic() - self.start
        self.thread.join(PATIENCE)
        self.err = self.process.stderr.read()
        return self.process.returncode

    def has(self, n):
        end = time.monotonic() + PATIENCE
        while len(self.lines) < n and time.monotonic() < end:
            time.sleep(0.005)
        return len(self.lines) >= n

    def came(self):
        """Since the program began; its first packet is due a little later."""
        return [t - self.start for t, _ in self.lines]


def in_time(what, got, want):
    ok(len(got) == len(want) and
       all(w <= g <= w + LATE for g, w in zip(got, want)),
       what, f"came: {got}", f"due:  {want}")


def paced(what, args, want, **more):
    r = Run(*args, **more)
    equal(f"{what}: status", r.wait(), 0)
    in_time(f"{what}: lines come in time", r.came(), want)
    return r


def speeds():
    times = [0, 0.05, 0.05, 0.3, 0.6]
    f = write("a.pcap", times)
    for form in "text", "json":
        paced(f"--pace, {form}", ["-r", f, "--pace", "--format", form], times)
    paced("--pace=2", ["-r", f, "--pace=2"], [t / 2 for t in times])
    paced("--pace=.5", ["-r", f, "--pace=.5"], [t * 2 for t in times])
    r = paced("--workers 2", ["-r", f, "--pace", "--workers", "2"], times)
    equal("in a pipe: nothing but the summary", r.err,
          "5 packets read\n1 session\n")
    many = write("many.pcap", [i / 1000 for i in range(400)])
    r = paced("every millisecond", ["-r", many, "--pace"],
              [i / 1000 for i in range(400)])
    write("b.pcap", [0.1, 0.2, 0.4], 4001)
    paced("two files", ["-r", f, "-r", "b.pcap", "--pace"],
          sorted(times + [0.1, 0.2, 0.4]))
    with open(f, "rb") as stdin:
        paced("a file as standard input", ["-r", "-", "--pace"], times,
              stdin=stdin)
    cat = subprocess.Popen(["cat", f], stdout=subprocess.PIPE)
    paced("a pipe", ["-r", "-", "--pace"], times, stdin=cat.stdout)
    cat.wait()
    paced("a selection", ["-r", f, "-r", "b.pcap", "--pace", "--port",
                          "4001"], [0, 0.1, 0.3])


def slow_pipe():
    """What comes late catches up."""
    data = capture([0, 0.1, 0.2, 0.3, 0.9])
    r = Run("-r", "-", "--pace", stdin=subprocess.PIPE)
    pipe = r.process.stdin.buffer
    pipe.write(data[:24 + 62])
    pipe.flush()
    ok(r.has(1), "a slow pipe: the first line")
    time.sleep(0.6)
    pipe.write(data[24 + 62:])
    pipe.close()
    equal("a slow pipe: status", r.wait(), 0)
    in_time("a slow pipe: it catches up", r.came(), [0, 0.6, 0.6, 0.6, 0.9])


def odd_times():
    f = write("gap.pcap", [0, 0.1, 5000, 5000.1])
    paced("--max-gap", ["-r", f, "--pace", "--max-gap", "0.2"],
          [0, 0.1, 0.3, 0.4])
    f = write("back.pcap", [0, 0.2, 0.1, 0.3, -3000, -2999.9, -2999.7])
    paced("time runs backwards", ["-r", f, "--pace"],
          [0, 0.2, 0.2, 0.3, 0.3, 0.3, 0.5])
    f = write("wrong.pcap", [0, 0.1, -BASE, 0.2, 0.3])
    paced("a stamp of 1970", ["-r", f, "--pace"], [0, 0.1, 0.1, 0.2, 0.3])


def views():
    """What is due in a gap comes in the gap, at its packet time."""
    f = write("gap2.pcap", [0, 0.1, 4])
    r = Run("-r", f, "--pace=4", "--packets", "--sessions", "--interval",
            "1", "--json")
    equal("--interval: status", r.wait(), 0)
    kinds = [json.loads(x)["type"] for _, x in r.lines]
    equal("--interval: a snapshot in the gap", kinds,
          ["packet", "packet", "session", "packet", "session"])
    in_time("--interval: in time", r.came(), [0, 0.025, 0.25, 1, 1])
    r = Run("-r", f, "--pace=4", "--packets", "--sessions", "--events",
            "--timeout", "udp=1", "--json")
    equal("--timeout: status", r.wait(), 0)
    records = [json.loads(x) for _, x in r.lines]
    equal("--timeout: the session ends in the gap",
          [x.get("event", x["type"]) for x in records],
          ["new", "packet", "packet", "end", "session", "new", "packet",
           "end", "session"])
    in_time("--timeout: in time", r.came(),
            [0, 0, 0.025, 0.275, 0.275, 1, 1, 1, 1])
    equal("--timeout: its end is what it would be",
          records[4]["end_reason"], "timeout")


def same(pcaps):
    """Every capture gives the sessions that it gives without --pace."""
    different = []
    for f in sorted(glob.glob(pcaps + "/*.pcap*")):
        both = []
        for more in [], ["--pace=1000", "--max-gap", "0.01"]:
            p = subprocess.run([SESSDUMP, "-r", f, "--sessions", "--events",
                                "--packets", "--json", *more],
                               stdin=subprocess.DEVNULL, check=False,
                               capture_output=True, text=True)
            both.append((sorted(p.stdout.splitlines()), p.stderr,
                         p.returncode))
        if both[0] != both[1]:
            different.append(f)
    ok(not different, "captures give the same records", *different)


def signals():
    f = write("long.pcap", [0, 5000])
    for number in signal.SIGINT, signal.SIGTERM:
        r = Run("-r", f, "--pace")
        r.has(1)
        before = time.monotonic()
        r.process.send_signal(number)
        equal(f"{number.name}: status", r.wait(), 0)
        ok(time.monotonic() - before < 2, f"{number.name}: at once")
        equal(f"{number.name}: the summary", r.err,
              "1 packet read\n1 session\n")
    f = write("stop.pcap", [i / 20 for i in range(11)])
    r = Run("-r", f, "--pace")
    r.has(3)
    r.process.send_signal(signal.SIGSTOP)
    time.sleep(0.6)
    r.process.send_signal(signal.SIGCONT)
    equal("STOP and CONT: status", r.wait(), 0)
    ok(r.came()[-1] >= 0.9, "STOP and CONT: time stood still",
       r.came())


class Terminal:
    """sessdump with a terminal for everything that is not in "files"."""

    def __init__(self, *args, stdout=None, stdin=None, term="xterm"):
        self.got = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = term
            if stdout:
                os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT), 1)
            if stdin:
                os.dup2(os.open(stdin, os.O_RDONLY), 0)
            with contextlib.suppress(OSError):
                os.execv(SESSDUMP, [SESSDUMP, *args])
            os._exit(99)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, 70, 0, 0))
        self.first = termios.tcgetattr(self.fd)[3]

    def pump(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            with contextlib.suppress(OSError):
                self.got += os.read(self.fd, 65536)

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < end:
            self.pump(0.02)
        return condition()

    def shows(self, pattern):
        return self.until(lambda: re.search(pattern, self.got))

    def keys_on(self):
        return not termios.tcgetattr(self.fd)[3] & termios.ICANON

    def key(self, key):
        os.write(self.fd, key)

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid:
                self.status = status
        return self.status is not None

    status = None

    def end(self):
        self.until(self.ended)
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            return None
        self.pump(0)
        return self.status

    def restored(self):
        return termios.tcgetattr(self.fd)[3] == self.first

    def close(self):
        os.close(self.fd)


def keys():
    f = write("keys.pcap", [0, 3000, 6000, 6000.3])
    t = Terminal("-r", f, "--pace", "-t")
    ok(t.until(t.keys_on), "a terminal: keys are read one by one")
    ok(t.shows(rb"4000 > "), "a terminal: the first line", t.got)
    ok(t.shows(rb"next in 2\d\d\d s"), "a terminal: how long it takes", t.got)
    t.key(b"n")
    ok(t.until(lambda: t.got.count(b"4000 > ") == 2), "n: the next packet",
       t.got)
    t.key(b" ")
    ok(t.shows(rb"  paused"), "space: paused", t.got)
    t.key(b"n")
    t.pump(0.3)
    equal("a pause holds on", t.got.count(b"4000 > "), 2)
    t.key(b" ")
    t.key(b"n")
    ok(t.until(lambda: t.got.count(b"4000 > ") >= 3), "space: it goes on",
       t.got)
    equal("it ends by itself", t.end(), 0)
    equal("all lines are there", t.got.count(b"4000 > "), 4)
    ok(re.search(rb"(\n|\x1b\[K)4 packets read", t.got),
       "the summary stands on a line of its own", t.got)
    ok(t.restored(), "the terminal is as before")
    t.close()
    t = Terminal("-r", f, "--pace")
    t.until(t.keys_on)
    t.key(b"q")
    equal("q: status", t.end(), 0)
    ok(b"1 packet read" in t.got, "q: the summary", t.got)
    ok(t.restored(), "q: the terminal is as before")
    t.close()


def restored():
    f = write("keys.pcap", [0, 3000])
    for number, want in ((signal.SIGINT, 0), (signal.SIGTERM, 0),
                         (signal.SIGHUP, 0), (signal.SIGQUIT, None)):
        t = Terminal("-r", f, "--pace")
        t.until(t.keys_on)
        os.kill(t.pid, number)
        status = t.end()
        if want is not None:
            equal(f"{number.name}: status", status, want)
        else:
            equal(f"{number.name}: it is what ends it",
                  os.WTERMSIG(status or 0), number)
        ok(t.restored(), f"{number.name}: the terminal is as before")
        t.close()


# A session of a shell's kind: sessdump in a process group of its own, in the
# foreground, stopped and continued.
JOB = r"""
import os, signal, sys, termios, time
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())
def flag():
    return bool(termios.tcgetattr(0)[3] & termios.ICANON)
def until(want):
    for i in range(1000):
        if flag() == want:
            return want
        time.sleep(0.01)
    return not want
say("raw", not until(False))
time.sleep(0.2)
os.kill(pid, signal.SIGTSTP)
os.waitpid(pid, os.WUNTRACED)
say("stopped", flag())
os.tcsetpgrp(0, os.getpgrp())
os.kill(pid, signal.SIGCONT)
time.sleep(0.3)
say("background", flag(), os.waitpid(pid, os.WNOHANG | os.WUNTRACED)[0])
os.kill(pid, signal.SIGSTOP)
os.waitpid(pid, os.WUNTRACED)
os.tcsetpgrp(0, pid)
os.kill(pid, signal.SIGCONT)
say("foreground", until(False))
os.kill(pid, signal.SIGINT)
say("status", os.waitpid(pid, 0)[1])
os.tcsetpgrp(0, os.getpgrp())
say("end", flag())
"""


def job():
    f = write("keys.pcap", [0, 3000])
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", JOB, SESSDUMP, "-r",
                                  f, "--pace", "-w", "/dev/null"])
    got, end = b"", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            got += os.read(fd, 4096)
        except OSError:
            break
    os.waitpid(pid, 0)
    os.close(fd)
    text = re.sub(r"[^\n]*\x1b\[K", "", got.decode().replace("\r\n", "\n"))
    for want, what in (("raw True", "a job: keys"),
                       ("stopped True", "TSTP: the terminal is as before"),
                       ("background True 0", "CONT in the background: it is "
                        "left alone, and it goes on"),
                       ("foreground False", "CONT in the foreground: keys"),
                       ("status 0", "a job: status"),
                       ("end True", "a job: the terminal is as before")):
        ok(want in text, what, got)


def progress():
    f = write("p.pcap", [i / 10 for i in range(8)])
    t = Terminal("-r", f, "--pace", stdout="out")
    equal("output elsewhere: status", t.end(), 0)
    ok(re.search(rb"\r *\d+%  2023-11-14 22:13:20 \+0:00:00  \d packets?",
                 t.got), "progress on standard error", t.got)
    ok(all(len(x) <= 69 for x in re.split(rb"[\r\n]|\x1b\[K", t.got)),
       "progress is no wider than the terminal", t.got)
    with open("out", encoding="ascii") as out:
        equal("output elsewhere: lines", len(out.readlines()), 8)
    t.close()
    t = Terminal("-r", f, "--pace=4", stdout="out", term="dumb")
    t.end()
    equal("a dumb terminal: no progress", t.got,
          b"8 packets read\r\n1 session\r\n")
    t.close()
    t = Terminal("-r", "-", "--pace=4", stdin=f)
    equal("a capture on standard input: status", t.end(), 0)
    ok(t.restored(), "a capture on standard input: no keys")
    t.close()


def usage():
    write("a.pcap", [0])
    for args, message in (
            (["--pace=0"], "--pace: 0: not a number from 0.001 to 1000000"),
            (["--pace="], "--pace: : not a number from 0.001 to 1000000"),
            (["--pace=x"], "--pace: x: not a number from 0.001 to 1000000"),
            (["--pace=1.2.3"],
             "--pace: 1.2.3: not a number from 0.001 to 1000000"),
            (["--pace=-1"], "--pace: -1: not a number from 0.001 to 1000000"),
            (["--pace=1e3"],
             "--pace: 1e3: not a number from 0.001 to 1000000"),
            (["--pace=nan"],
             "--pace: nan: not a number from 0.001 to 1000000"),
            (["--pace=1000001"],
             "--pace: 1000001: not a number from 0.001 to 1000000"),
            (["--pace=" + "9" * 400],
             "--pace: " + "9" * 400 +
             ": not a number from 0.001 to 1000000"),
            (["--pace", "2"], "--pace 2: write --pace=2"),
            (["--pace", "--max-gap", "0"],
             "--max-gap: 0: not a number from 0.001 to 1000000"),
            (["--max-gap", "1"], "--max-gap: with --pace only"),
            (["--pps", "1"], "--pps: with --replay-to only"),
            (["--mbps", "1"], "--mbps: with --replay-to only"),
            (["--topspeed"], "--topspeed: with --replay-to only"),
            (["--loop", "2"], "--loop: with --replay-to only"),
            (["--link-header", "02:00:00:00:00:01,02:00:00:00:00:02"],
             "--link-header: with --replay-to only"),
            ([*TO, "--pps", "1", "--topspeed"],
             "--pace, --pps, --mbps, --topspeed: one of them"),
            ([*TO, "--pace", "--mbps", "1"],
             "--pace, --pps, --mbps, --topspeed: one of them"),
            ([*TO, "--pps", "1", "--max-gap", "1"],
             "--max-gap: not with --pps"),
            ([*TO, "-w", "x.pcap"], "--replay-to: not with -w"),
            *(([*TO, "--workers", "2", *x], "--workers: with --replay-to only "
               "where there is --topspeed, and nothing is shown") for x in (
                   [], ["--pps", "1"], ["--topspeed", "--packets"],
                   ["--topspeed", "--stats", "1"])),
            ([*TO, "-i", "lo"], "-i and -r: one of them"),
            ([*TO, *TO], "--replay-to: it is named twice"),
            (["--replay-to", "a,a"], "--replay-to: a is named twice"),
            (["--replay-to", "a,b,c"],
             "--replay-to: more than two interfaces"),
            (["--replay-to", "a,"], "--replay-to: an interface has a name"),
            (["--replay-to", ""], "--replay-to: an interface has a name"),
            ([*TO, "--loop", "-1"],
             "--loop: -1: not a number from 0 to 4294967295"),
            ([*TO, "--loop", "4294967296"],
             "--loop: 4294967296: not a number from 0 to 4294967295"),
            ([*TO, "--pps", "0"],
             "--pps: 0: not a number from 0.001 to 1000000000"),
            ([*TO, "--mbps", "1M"],
             "--mbps: 1M: not a number from 0.001 to 1000000"),
            *(([*TO, "--link-header", x], f"--link-header: {x}: not SRC,DST "
               "or SRC,DST,TYPE, two Ethernet addresses and an EtherType in "
               "hex") for x in (
                   "", "02:00:00:00:00:01", "02:00:00:00:00:01,",
                   "02:00:00:00:00:01,02:00:00:00:00",
                   "2:0:0:0:0:1,2:0:0:0:0:2",
                   "02:00:00:00:00:01,02:00:00:00:00:02:03",
                   "02:00:00:00:00:01,02:00:00:00:00:02,",
                   "02:00:00:00:00:01,02:00:00:00:00:02,5dc",
                   "02:00:00:00:00:01,02:00:00:00:00:02,10000",
                   "02:00:00:00:00:01,02:00:00:00:00:02,+800"))):
        p = subprocess.run([SESSDUMP, "-r", "a.pcap", *args], check=False,
                           stdin=subprocess.DEVNULL, capture_output=True,
                           text=True)
        equal(f"{' '.join(args)[:30]}: refused",
              (p.returncode, p.stderr.splitlines()[:1], p.stdout),
              (2, ["sessdump: " + message], ""))
    p = subprocess.run([SESSDUMP, "-i", "lo", "--pace"], check=False,
                       stdin=subprocess.DEVNULL, capture_output=True,
                       text=True)
    equal("--pace without -r: refused", (p.returncode, p.stderr.split("\n")[0]),
          (2, "sessdump: --pace: with -r only"))
    p = subprocess.run([SESSDUMP, "-i", "lo", *TO], check=False,
                       stdin=subprocess.DEVNULL, capture_output=True,
                       text=True)
    equal("--replay-to without -r: refused",
          (p.returncode, p.stderr.split("\n")[0]),
          (2, "sessdump: --replay-to: with -r only: it sends what stands in "
           "files"))


speeds()
slow_pipe()
odd_times()
views()
same(sys.argv[1])
signals()
keys()
restored()
job()
progress()
usage()
finish()
