"""live_bench A B [NAME...]: what a capture loses and costs, live.

blast sends frames of 64 bytes through a veth pair while each program in turn
captures them, on two cores that they share.  NAME: only what has that in its
name.  One line a run:
  sent, in      frames, and the seconds that it took: the rate is kept when
                that is what was asked for
  captured      frames that the program has seen
  kernel        that were lost because it was late, by its own account
  queue         that the kernel of the receiving end lost by itself
  unseen        that nobody accounts for
  user, system  CPU seconds of the program; blast: of the generator, whose
                CPU time the kernel's work on both ends of the pair is
  MB            the most memory that it had, a ring included (ours: 64 MB,
                which others are asked for by -B)
Settings in the environment: RATE, SECONDS, FLOWS, ROUNDS; BLASTS, generators
that share the rate; NICE, of all programs, where others are at work on the
machine; JSON, a file.
"""
import glob
import json
import os
import re
import shutil
import sys
import time

import lab
import wire

RATE = int(float(os.environ.get("RATE", "1e6")))
SECONDS = float(os.environ.get("SECONDS", "10"))
FLOWS = int(os.environ.get("FLOWS", "10000"))
ROUNDS = int(os.environ.get("ROUNDS", "1"))
BLASTS = int(os.environ.get("BLASTS", "2"))
NICE = int(os.environ.get("NICE", "0"))

OURS = [wire.SESSDUMP, "-i", "eth0"]
PROGRAMS = {
    "sessdump --sessions": [*OURS, "--sessions"],
    "sessdump --sessions --json": [*OURS, "--sessions", "--json"],
    "sessdump --packets": [*OURS, "--packets"],
    "sessdump --packets --json": [*OURS, "--packets", "--json"],
    "sessdump -w": [*OURS, "-w", "x.pcap"],
    "sessdump -w x.pcapng": [*OURS, "-w", "x.pcapng"],
    "sessdump -w x.pcap.zst": [*OURS, "-w", "x.pcap.zst"],
    "tcpdump -n": ["tcpdump", "-i", "eth0", "-Z", "root", "-n"],
    "tcpdump -n -B 65536": ["tcpdump", "-i", "eth0", "-Z", "root", "-n",
                            "-B", "65536"],
    "tcpdump -w": ["tcpdump", "-i", "eth0", "-Z", "root", "-w", "x.pcap"],
    "tcpdump -w -B 65536": ["tcpdump", "-i", "eth0", "-Z", "root", "-w",
                            "x.pcap", "-B", "65536"],
    "dumpcap -w": ["dumpcap", "-q", "-i", "eth0", "-w", "x.pcap"],
    "dumpcap -w -B 64": ["dumpcap", "-q", "-i", "eth0", "-w", "x.pcap", "-B",
                         "64"],
}
HEAD = ("program", "sent", "in", "captured", "kernel", "queue", "unseen",
        "user", "system", "blast", "MB")
LINE = "{:<27}{:>10} {:>6} {:>9} {:>9} {:>7} {:>7} {:>6} {:>6} {:>6} {:>5}"


def counts(child):
    """Captured and dropped, in the words of whoever it is."""
    found = re.search(r"on interface 'eth0': (\d+)/(\d+)", child.said())
    if found:
        return int(found[1]), int(found[2])
    return child.count("captured"), child.count("dropped by kernel")


def measure(name):
    refused = wire.refused()
    with open(os.devnull, "w", encoding="ascii") as null:
        child = wire.Child(lab.B, PROGRAMS[name], null)
    if not child.wait_said("(listening|Capturing) on"):
        sys.exit(f"{name}: {child.said()}")
    time.sleep(0.5)
    sent, took, cpu = wire.blast(RATE, SECONDS, FLOWS, BLASTS)
    child.settle()
    child.stop()
    captured, dropped = counts(child)
    child.close()
    for path in glob.glob("x.pcap*"):
        os.unlink(path)
    queue = wire.refused() - refused
    return dict(zip(HEAD, (
        name, sent, took, captured, dropped, queue,
        sent - captured - dropped - queue, child.usage.ru_utime,
        child.usage.ru_stime, cpu, child.usage.ru_maxrss // 1024)))


def show(row):
    print(LINE.format(*(f"{v:.2f}" if isinstance(v, float) else v
                        for v in row.values())), flush=True)


def main():
    wanted = sys.argv[3:]
    lab.space[:] = sys.argv[1:3]
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    wire.hurry(NICE)
    wire.set_up()
    print(f"{RATE} packets/s for {SECONDS:g} s, {FLOWS} flows, "
          f"{BLASTS} generators, {len(os.sched_getaffinity(0))} cores")
    print(LINE.format(*HEAD))
    rows = []
    for _ in range(ROUNDS):
        for name, words in PROGRAMS.items():
            if wanted and not any(w in name for w in wanted):
                continue
            if shutil.which(words[0]):
                rows.append(measure(name))
                show(rows[-1])
    if "JSON" in os.environ:
        with open(os.environ["JSON"], "w", encoding="ascii") as f:
            json.dump({"rate": RATE, "seconds": SECONDS, "flows": FLOWS,
                       "runs": rows}, f, indent=1)


main()
