"""Output that nobody reads, while packets come."""
import fcntl
import gzip
import json
import os
import re
import subprocess
import threading
import time

import wire
from live import equal, finish, ok

RATE, SECONDS, FLOWS = 50000, 2, 200
MORE = 500		# frames, once it is read again


class Reader(threading.Thread):
    """Takes all that there is, from now on."""

    def __init__(self, fd):
        super().__init__(daemon=True)
        self.fd, self.data, self.at = fd, [], time.monotonic()
        self.start()

    def run(self):
        try:
            while data := os.read(self.fd, 1 << 16):
                self.data.append(data)
                self.at = time.monotonic()
        except OSError:		# a terminal that is gone
            pass

    def calm(self):
        end = time.monotonic() + wire.PATIENCE
        while time.monotonic() - self.at < 0.5 and time.monotonic() < end:
            time.sleep(0.05)

    def all(self):
        self.join(wire.PATIENCE)
        return b"".join(self.data)


def packets_lost(child):
    found = re.findall(r"^(\d+) (?:records?|packets?) lost: .* was blocked$",
                       child.said(), re.M)
    return int(found[-1]) if found else 0


def unread(what, *args, pipe=None, terminal=False):
    """Frames come, and nobody reads what is said about them: the capture, the
    end where its output can be read, frames sent, and captured."""
    if terminal:
        reader, writer = os.openpty()
    else:
        reader, writer = pipe or os.pipe()
    before = wire.refused()
    child = wire.dump(*args, stdout=writer)
    os.close(writer)
    sent, _, _ = wire.blast(RATE, SECONDS, FLOWS)
    seen = child.account(sent, before)
    equal(f"{what}: all that came was captured meanwhile", sum(seen), sent)
    equal(f"{what}: none was dropped by the ring", seen[1], 0)
    return child, reader, sent, before


def told(what, child, name):
    said = [x for x in child.said().splitlines()
            if x.startswith("sessdump:") and ": blocked" in x]
    equal(f"{what}: it is said, once", said,
          [f"sessdump: {name}: blocked, what does not fit is lost"])


def resumed(what, child, fd, sent, before):
    """It is read again: the whole output, and packets captured."""
    reader = Reader(fd)
    reader.calm()
    taken = sum(map(len, reader.data))
    more, _, _ = wire.blast(RATE, MORE / RATE, FLOWS)
    seen = child.account(sent + more, before)
    reader.calm()
    ok(sum(map(len, reader.data)) > taken or "-w" in what,
       f"{what}: it goes on when it is read", taken)
    equal(f"{what}: status", child.stop(), 0)
    return reader.all(), seen[0]


def json_lines():
    what = "JSON"
    child, fd, *sums = unread(what, "--packets", "--sessions", "--json")
    told(what, child, "standard output")
    ok(packets_lost(child) > 0, f"{what}: USR1 tells how many",
       child.said())
    out, captured = resumed(what, child, fd, *sums)
    try:
        records = [json.loads(x) for x in out.decode().splitlines()]
    except ValueError as e:
        ok(False, f"{what}: each line is an object", e)
        return
    packets = sum(r["type"] == "packet" for r in records)
    equal(f"{what}: packets said, and lost, are all", packets +
          packets_lost(child), captured)
    ok(packets > MORE, f"{what}: some were held", packets)
    sessions = [r for r in records if r["type"] == "session"]
    equal(f"{what}: sessions", len(sessions), FLOWS)
    equal(f"{what}: all packets are counted in them", sum(
        s[side]["packets"] for s in sessions
        for side in ("client", "server")), captured)
    child.close()


def text_lines(terminal):
    what = "a terminal" if terminal else "text"
    child, fd, *sums = unread(what, "--packets", "-v", "--color", "never",
                              terminal=terminal)
    told(what, child, "standard output")
    out, captured = resumed(what, child, fd, *sums)
    lines = out.decode().splitlines()
    equal(f"{what}: packets said, and lost, are all",
          sum(bool(re.match(r"\d\d:", x)) for x in lines) +
          packets_lost(child), captured)
    equal(f"{what}: each line is whole", [
        x for x in lines if not re.match(
            r"\d\d:\d\d:\d\d\.\d{6} (TCP|UDP) .*[A-Z?]$|    \w+", x)][:3], [])
    child.close()


def capture_file():
    what = "-w -"
    child, fd, *sums = unread(what, "-w", "-")
    told(what, child, "-")
    with open("x.pcap", "wb") as f:
        out, captured = resumed(what, child, fd, *sums)
        f.write(out)
    text = subprocess.run([wire.SESSDUMP, "-r", "x.pcap", "--sessions"],
                          capture_output=True, text=True, check=False)
    equal(f"{what}: the file is whole", text.returncode, 0)
    equal(f"{what}: packets written, and lost, are all",
          int(text.stderr.split()[0]) + packets_lost(child), captured)
    child.close()


def compressed():
    """A compressor that is held up: the capture does not wait for it."""
    what, name = "-w, compressed", "x.pcapng.gz"
    if "libarchive" in subprocess.run(
            [wire.SESSDUMP, "-r", "x.pcap", "-w", "try.gz"],
            capture_output=True, text=True, check=False).stderr:
        ok(True, f"{what} # SKIP no libarchive")
        return
    os.mkfifo(name)
    for read in True, False:
        fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(fd, 1031, 4096)		# F_SETPIPE_SZ
        child, nothing, *sums = unread(what, "-w", name)
        os.close(nothing)
        told(what, child, name)
        os.set_blocking(fd, True)
        if not read:
            start = time.monotonic()
            equal(f"{what}, stopped: status", child.stop(), 1)
            ok(time.monotonic() - start < wire.PATIENCE and
               "blocked when told to stop" in child.said(),
               f"{what}, stopped: it ends, and says so", child.said())
            os.close(fd)
            child.close()
            continue
        out, captured = resumed(what, child, fd, *sums)
        with open("y.pcapng", "wb") as f:
            f.write(gzip.decompress(out))
        text = subprocess.run(
            [wire.SESSDUMP, "-r", "y.pcapng", "--sessions"],
            capture_output=True, text=True, check=False)
        equal(f"{what}: packets written, and lost, are all",
              (text.returncode, int(text.stderr.split()[0]) +
               packets_lost(child)), (0, captured))
        child.close()


def never_read():
    """Told to stop, while nobody reads."""
    for what, args, name in (("stopped", ["--packets"], "standard output"),
                             ("stopped -w -", ["-w", "-"], "-")):
        child, fd, *_ = unread(what, *args)
        start = time.monotonic()
        equal(f"{what}: status", child.stop(), 1)
        ok(time.monotonic() - start < wire.PATIENCE, f"{what}: it ends")
        ok(f"sessdump: {name}: blocked when told to stop; what was held is "
           "lost\n" in child.said(), f"{what}: it is said", child.said())
        os.close(fd)
        child.close()


def left():
    """A reader who goes, and what it has not read with it."""
    child, fd, *_ = unread("left", "--packets")
    os.close(fd)
    wire.blast(1000, 0.1, FLOWS)
    equal("left: it ends quietly", child.wait(), 0)
    child.close()


wire.set_up()
json_lines()
text_lines(False)
text_lines(True)
capture_file()
compressed()
never_read()
left()
finish()
