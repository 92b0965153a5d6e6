"""soak A B [--seconds N ...]: a long run at a mixed load.

sessdump captures at one end of a pair of veth, writes a ring of files, and has
a table that is soon full.  What it has used, and its helpers, is sampled: see
COLUMNS.  In the end every packet must be accounted for, and neither memory nor
descriptors nor threads may have grown in the second half of the run.
"""
import argparse
import contextlib
import fcntl
import glob
import json
import os
import subprocess
import sys
import threading
import time

import lab
import mixed
import wire
from lab import B
from tap import equal, finish, ok, status

FLOODS = "syn", "open", "synin", "holes"
COLUMNS = ("seconds", "process", "pid", "rss_kib", "anon_kib", "pss_kib",
           "cpu_seconds", "fds", "threads", "captured", "dropped", "live_sessions")
# What shall not grow.  PSS does when another program ends that had a library in
# common, whatever this one does.
FLAT = "rss_kib", "anon_kib"
ROW = "# {:<15}{:>9}{:>9}{:>9}{:>11}{:>7}{:>8}{:>9}"
HZ = os.sysconf("SC_CLK_TCK")


def arguments():
    p = argparse.ArgumentParser(prog="soak")
    p.add_argument("space", nargs=2, help=argparse.SUPPRESS)
    p.add_argument("--seconds", type=float, default=3600)
    p.add_argument("--every", type=float, default=5,
                   help="seconds from sample to sample")
    p.add_argument("--rate", type=int, default=2000,
                   help="frames a second of the ordinary mix")
    p.add_argument("--flood", type=int, default=500,
                   help="frames a second of each: " + ", ".join(FLOODS))
    p.add_argument("--max-sessions", type=int, default=20000)
    p.add_argument("--write", default="soak.pcapng", metavar="NAME")
    p.add_argument("--file-size", default="8m", metavar="SIZE")
    p.add_argument("--growth", type=int, default=512, metavar="KiB",
                   help="most that memory may grow in the second half")
    p.add_argument("--tsv", default="soak.tsv", metavar="FILE",
                   help="where the samples go")
    p.add_argument("more", nargs="*", help="for sessdump, behind --")
    return p.parse_args()


class Records:
    """What sessdump prints, summed up as it comes."""

    def __init__(self, pipe):
        self.stats, self.sessions, self.bytes = [], 0, 0
        self.evicted, self.broken = 0, 0
        self.thread = threading.Thread(target=self._read, args=(pipe,))
        self.thread.start()

    def _read(self, pipe):
        for line in pipe:
            try:
                self._take(json.loads(line))
            except (KeyError, ValueError):
                self.broken += 1

    def _take(self, r):
        if r["type"] == "stats":
            self.stats.append(r)
            return
        self.sessions += 1
        self.evicted += r["end_reason"] == "evicted"
        self.bytes += sum(r[side].get("frame_bytes", 0)
                          for side in ("client", "server"))
        # An ICMP error is told of its session, and is none of its packets.
        self.bytes += r.get("icmp_errors", 0) * mixed.ERROR[
            6 if ":" in r["client"]["ip"] else 4]

    def last(self):
        """Captured, dropped, sessions in the table."""
        if not self.stats:
            return 0, 0, 0
        r = self.stats[-1]
        return (r["packets"]["captured"], r["packets"]["dropped"],
                r["sessions"]["live"])


def lines(path):
    with open(path, encoding="ascii", errors="replace") as f:
        return f.read().splitlines()


def tree(pid):
    """The process, and those that it has started."""
    yield pid
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        for child in " ".join(lines(path)).split():
            yield from tree(int(child))


def look(pid):
    """What a process uses: name, pid, memory, cpu, fds, threads."""
    name, _, rest = lines(f"/proc/{pid}/stat")[0].rpartition(")")
    words = rest.split()
    kib = {x.split()[0]: int(x.split()[1])
           for x in lines(f"/proc/{pid}/smaps_rollup")[1:]}
    return (name.partition("(")[2], pid, kib["Rss:"], kib["Anonymous:"],
            kib["Pss:"], (int(words[11]) + int(words[12])) / HZ,
            len(os.listdir(f"/proc/{pid}/fd")), int(words[17]))


class Samples:
    def __init__(self, path):
        self.rows = []
        self.file = open(path, "w", encoding="ascii")
        print(*COLUMNS, sep="\t", file=self.file)

    def take(self, seconds, child, records):
        for pid in tree(child.process.pid):
            with contextlib.suppress(OSError, IndexError):
                row = (seconds, *look(pid), *records.last())
                self.rows.append(row)
                print(f"{seconds:.1f}", *row[1:], sep="\t", file=self.file,
                      flush=True)

    def processes(self):
        """The rows of each process, as columns."""
        for pid in sorted({row[2] for row in self.rows}):
            rows = [row for row in self.rows if row[2] == pid]
            yield dict(zip(COLUMNS, zip(*rows)))


def growth(times, values):
    """By the line through them that fits best (least squares)."""
    n = len(times)
    mean_t, mean_v = sum(times) / n, sum(values) / n
    spread = sum((t - mean_t) ** 2 for t in times)
    slope = sum((t - mean_t) * (v - mean_v)
                for t, v in zip(times, values)) / spread
    return slope * (times[-1] - times[0])


def flat(samples, limit):
    """Of each process: a line of the table (its memory at the start, halfway
    and at the end, and how much it has grown since halfway), and checks."""
    print(ROW.format("process", "rss KiB", "half", "end", "grown KiB",
                     "cpu %", "fds", "threads"))
    checks = []
    for p in samples.processes():
        t, name = p["seconds"], p["process"][0]
        half = next(i for i, x in enumerate(t) if x >= t[-1] / 2)
        grown = {x: growth(t[half:], p[x][half:])
                 for x in FLAT}
        print(ROW.format(
            name, p["rss_kib"][0], p["rss_kib"][half], p["rss_kib"][-1],
            f"{grown['rss_kib']:.0f}",
            f"{100 * (p['cpu_seconds'][-1] - p['cpu_seconds'][0]) / t[-1]:.2f}",
            "{}-{}".format(min(p["fds"]), max(p["fds"])),
            "{}-{}".format(min(p["threads"]), max(p["threads"]))))
        for column, kib in grown.items():
            checks.append((kib <= limit, f"{name}: {column} does not grow in "
                           f"the second half", f"{kib:.0f} KiB"))
        for column in "fds", "threads":
            checks.append((
                max(p[column][half:]) <= max(p[column][:half]),
                f"{name}: {column} do not grow", *p[column]))
    for check in checks:
        ok(*check)


def counters():
    """What B's kernel knows: shown to who captures, and kept from all."""
    link = json.loads(subprocess.run(
        ["ip", "-n", lab.space[B], "-j", "-s", "link", "show", "eth0"],
        stdout=subprocess.PIPE, check=True).stdout)[0]["stats64"]
    return link["rx"]["packets"] + link["tx"]["packets"] + \
        link["tx"]["dropped"]


def run(args, samples):
    load = mixed.Load()
    load.player(mixed.mix, args.rate)
    for name in FLOODS:
        load.player(mixed.flood(name), args.flood)
    load.talker()
    child = wire.dump(
        "--sessions", "--json", "--stats", "1", "--max-sessions",
        str(args.max_sessions), "-w", args.write, "--comments", "-C",
        args.file_size, "-W", "3", *args.more, stdout=subprocess.PIPE)
    with contextlib.suppress(OSError):	# who reads holds up nobody
        os.setpriority(os.PRIO_PROCESS, 0, -10)
        fcntl.fcntl(child.process.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
    records = Records(child.process.stdout)
    before = counters()
    load.go()
    start = now = time.monotonic()
    while now - start < args.seconds and child.process.poll() is None:
        samples.take(now - start, child, records)
        time.sleep(args.every)
        now = time.monotonic()
    ok(load.stop(), "who makes the load is well")
    if child.process.poll() is not None:
        sys.exit(f"sessdump has ended, status {child.process.returncode}, "
                 f"after {now - start:.1f} s:\n{child.said()}")
    child.settle()
    sent = counters() - before
    equal("status", child.stop(), 0)
    records.thread.join()
    print(f"# {sent} packets, {sum(x.value for x in load.sent)} of them by "
          f"players; {records.sessions} sessions, {records.evicted} evicted; "
          f"{records.stats[-1]['records_lost']} records lost")
    ok("refused" not in child.said(), "the sandbox refuses nothing",
       child.said())
    accounts(child, records, sent)
    child.close()


def accounts(child, records, sent):
    """Every packet, every byte and every session."""
    last = records.stats[-1]
    packets, sessions = last["packets"], last["sessions"]
    equal("captured and dropped by the kernel is what was sent",
          packets["captured"] + packets["dropped"], sent)
    equal("the summary says what the last record does",
          (child.count("captured"), child.count("received by filter"),
           child.count("dropped by kernel")),
          (packets["captured"], sent, packets["dropped"]))
    equal("each record of --stats adds up", [
        r for r in records.stats if r["packets"]["received"] !=
        r["packets"]["captured"] + r["packets"]["dropped"] +
        r["packets"]["unread"]], [])
    equal("no packet of -w is lost, no record is broken",
          (last["written_lost"], records.broken), (0, 0))
    ok(sessions["evicted"] > sessions["peak"] > 0,
       "the table was full, over and over", sessions)
    # Where the machine was too busy to read them, they are counted.
    lost, missing = last["records_lost"], sessions["created"] - records.sessions
    ok(0 <= missing <= lost,
       "a record for each session, or it is counted as lost", missing, lost)
    if lost == 0 and last["fragments"]["incomplete"] == 0:
        equal("so many were evicted", records.evicted,
              sessions["evicted_open"])
        equal("the sessions have every byte", records.bytes,
              last["frame_bytes"])


def files(name):
    """The ring is there, whole, and no more than that."""
    paths = sorted(glob.glob(name + "*") or glob.glob("soak*"))
    ok(1 < len(paths) <= 3, "the ring of files", *paths)
    for path in paths:
        p = subprocess.run([wire.SESSDUMP, "-r", path, "--stats", "3600"],
                           capture_output=True, text=True)
        ok(p.returncode == 0 and "packets read" in p.stderr,
           f"{path} is whole", p.stderr)


def main():
    args = arguments()
    lab.space[:] = args.space
    lab.set_up(veth=True)
    samples = Samples(args.tsv)
    run(args, samples)
    files(args.write)
    flat(samples, args.growth)
    finish()
    return status()


sys.exit(main())
