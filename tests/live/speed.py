"""Many small packets: none is lost, or else it is counted."""
import os
import re
import signal
import subprocess

import lab
import wire
from live import equal, finish, ok

# So many that the ring holds all of them, however late its reader is.
RATE, SECONDS, FLOWS = 100000, 1, 1000
MANY = 20000		# flows, more than one asks about in a second
FEW = "-B", "1024"	# KiB: that ring does not


def lines(path):
    with open(path, "rb") as f:
        return sum(1 for _ in f)


def played(what, *args):
    """One run; the packets that it captured."""
    before = wire.refused()
    with open("out", "wb") as out:
        child = wire.dump(*args, stdout=out)
        sent, _, _ = wire.blast(RATE, SECONDS, FLOWS)
        seen = child.account(sent, before)
        equal(f"{what}: captured, and lost on the way, are what was sent",
              sum(seen), sent)
        equal(f"{what}: none was dropped by the ring", seen[1], 0)
        equal(f"{what}: status", child.stop(), 0)
        equal(f"{what}: the summary at the end",
              (child.count("captured"), child.count("dropped by kernel")),
              seen[:2])
        equal(f"{what}: no record is lost", child.count("lost"), None)
        child.close()
    return seen[0]


def views():
    n = played("--packets", "--packets")
    equal("--packets: lines", lines("out"), n)
    n = played("--packets --json", "--packets", "--json")
    equal("--packets --json: lines", lines("out"), n)
    played("--sessions", "--sessions")
    equal("--sessions: lines", lines("out"), FLOWS + 1)
    n = played("-w", "-w", "x.pcap")
    text = subprocess.run([wire.SESSDUMP, "-r", "x.pcap", "--sessions",
                           "--json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=True)
    ok(f"{n} packets read" in text.stderr.decode(), "-w: packets in the file",
       text.stderr.decode())
    equal("-w: no checksum is wrong, nothing is missing", [
        x for x in text.stdout.decode().splitlines()
        if '"bad_checksums":0' not in x and '"protocol":"tcp"' in x or
        '"missed_bytes":0' not in x and '"protocol":"tcp"' in x][:3], [])


def many():
    """More sessions than processes are looked for at a time."""
    with open("out", "w+", encoding="ascii") as out:
        child = wire.dump("--stats", "3600", "-v", stdout=out)
        sent, _, _ = wire.blast(RATE, SECONDS, MANY)
        child.account(sent, wire.refused())
        child.stop()
        out.seek(0)
        told = re.search(r" processes not asked for (\d+) ", out.read())
        asked = re.search(r"^processes: (\d+) sessions? asked about, (\d+) "
                          "refused", child.said(), re.M)
        if asked is None:
            ok(True, "many sessions # SKIP no libmnl in this build")
            return
        equal("many sessions: about each was asked, or not",
              int(asked[1]) + int(asked[2]), MANY)
        equal("many sessions: --stats tells how many not",
              told and told[1], asked[2])
        child.close()


def late():
    """A ring that is full, since nobody reads it."""
    before = wire.refused()
    child = wire.dump(*FEW, "--sessions")
    os.kill(child.process.pid, signal.SIGSTOP)
    sent, _, _ = wire.blast(RATE, SECONDS, FLOWS)
    os.kill(child.process.pid, signal.SIGCONT)
    seen = child.account(sent, before)
    equal("a full ring: captured and dropped are what was sent", sum(seen),
          sent)
    ok(seen[0] > 0 and seen[1] > sent / 2, "a full ring: most were dropped",
       *seen)
    equal("a full ring: status", child.stop(), 0)
    child.close()


wire.set_up()
views()
many()
late()
finish()
