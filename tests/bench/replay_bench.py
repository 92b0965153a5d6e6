"""replay_bench A B [NAME...]: how exact and how fast frames are sent.

A capture goes through a veth pair, sent by each program in turn.  NAME: only
programs that have that in their name.

In recorded time: gaps of 20 us to 2 ms, some of none.  By the time stamps of
the receiving kernel, how far each gap is off, in us: the median, 99 % and the
most; and how much later the last frame came than it should have.

As fast as it goes, frames of 64 and of 1514 bytes, each program held in memory:
  kpps   thousands of frames a second, by the clock
  us     CPU time of a frame, the kernel's work on both ends of the pair in it
  of     the same in times of ours, in the same round
Both without what a program takes to start: of two runs of which one sends twice
as much.  trafgen has a process for each processor; with "-P 1" there is one, as all
others are without --workers.
Each line is the median of ROUNDS.  Settings in the environment: FRAMES to be
sent as fast as it goes, ROUNDS; NICE, of all programs; JSON, a file.
"""
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time

import arrive
import lab
import wire

FRAMES = int(float(os.environ.get("FRAMES", "400000")))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
NICE = int(os.environ.get("NICE", "0"))
DISTINCT = 1000		# frames of a capture
FLOWS = 100		# in it
TIMED = 4000		# of the one in recorded time
SIZES = 64, 1514

IN_TIME = {
    "sessdump": [wire.SESSDUMP, "-r", "timed.pcap", "--replay-to", "eth0"],
    "tcpreplay -K": ["tcpreplay", "-K", "-i", "eth0", "timed.pcap"],
    "tcpreplay": ["tcpreplay", "-i", "eth0", "timed.pcap"],
}
OURS = "sessdump --topspeed"
FAST = {
    OURS: lambda size, loops: [
        wire.SESSDUMP, "-r", f"{size}.pcap", "--replay-to", "eth0",
        "--topspeed", "--loop", str(loops)],
    OURS + " --workers 2": lambda size, loops: [
        wire.SESSDUMP, "-r", f"{size}.pcap", "--replay-to", "eth0",
        "--topspeed", "--loop", str(loops), "--workers", "2"],
    "tcpreplay -K --topspeed": lambda size, loops: [
        "tcpreplay", "-K", "--topspeed", "-i", "eth0", "--loop", str(loops),
        f"{size}.pcap"],
    "trafgen -P 1": lambda size, loops: [
        "trafgen", "--no-sock-mem", "-P", "1", "-o", "eth0", "-c",
        f"{size}.cfg", "-n", str(loops * DISTINCT)],
    "trafgen": lambda size, loops: [
        "trafgen", "--no-sock-mem", "-o", "eth0", "-c", f"{size}.cfg", "-n",
        str(loops * DISTINCT)],
}


def write_captures():
    random.seed(1)
    t, timed = 0, []
    for i in range(TIMED):
        timed.append((t, arrive.udp(i, random.choice((64, 200, 1514)))))
        t += 0 if random.random() < 0.1 else random.uniform(20e-6, 2e-3)
    arrive.write("timed.pcap", timed)
    for size in SIZES:
        frames = [arrive.udp(i, size, port=4000 + i % FLOWS)
                  for i in range(DISTINCT)]
        arrive.write(f"{size}.pcap", [(i / 1e6, x)
                                      for i, x in enumerate(frames)])
        with open(f"{size}.cfg", "w", encoding="ascii") as f:
            for x in frames:
                f.write("{ " + ", ".join(map(str, x)) + " }\n")
    return [t for t, _ in timed]


def spend(words):
    """Seconds by the clock and of CPU, of processes that it waits for, too."""
    before = time.monotonic()
    with lab.inside(lab.A):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - before
    process.returncode = status
    if status != 0:
        sys.exit(f"{' '.join(words)}: status {status}")
    return took, usage.ru_utime + usage.ru_stime


def time_one(words, due):
    """Nobody reads meanwhile: what came waits in the socket."""
    receiver = arrive.Receiver(wait=True)
    _, cpu = spend(words)
    receiver.start()
    receiver.has(len(due))
    receiver.close()
    came = receiver.times
    if len(came) != len(due):
        sys.exit(f"{words[0]}: {len(came)} frames of {len(due)}")
    off = sorted(abs((came[i] - came[i - 1]) - (due[i] - due[i - 1])) * 1e6
                 for i in range(1, len(due)))
    return {"median": off[len(off) // 2], "99 %": off[len(off) * 99 // 100],
            "most": off[-1],
            "drift": ((came[-1] - came[0]) - (due[-1] - due[0])) * 1e6,
            "CPU s": cpu}


def speed_one(words, size):
    loops = FRAMES // DISTINCT
    once, twice = spend(words(size, loops)), spend(words(size, 2 * loops))
    wall, cpu = (twice[i] - once[i] for i in (0, 1))
    return {"kpps": loops * DISTINCT / 1e3 / wall,
            "us": cpu * 1e6 / (loops * DISTINCT)}


def median(rows):
    return {key: statistics.median(r[key] for r in rows) for key in rows[0]}


def table(what, rows):
    for row in list(rows.values())[:1]:
        print(f"\n{what:<32}" + "".join(f"{k:>10}" for k in row))
    for name, row in rows.items():
        print(f"{name:<32}" + "".join(f"{v:>10.2f}" for v in row.values()),
              flush=True)


def wanted(programs, words):
    return [n for n in programs if shutil.which(words(n)[0]) and (
        len(sys.argv) == 3 or any(w in n for w in sys.argv[3:]))]


def in_time(due):
    names = wanted(IN_TIME, lambda n: IN_TIME[n])
    rounds = [{n: time_one(IN_TIME[n], due) for n in names}
              for _ in range(ROUNDS)]
    rows = {n: median([r[n] for r in rounds]) for n in names}
    table(f"in recorded time, {due[-1]:.1f} s", rows)
    return rows


def fast(size):
    names = wanted(FAST, lambda n: FAST[n](size, 1))
    rounds = []
    for _ in range(ROUNDS):
        rows = {n: speed_one(FAST[n], size) for n in names}
        for row in rows.values():
            for key in ("kpps", "us"):
                row["of " + key] = row[key] / rows.get(OURS, row)[key]
        rounds.append(rows)
    rows = {n: median([r[n] for r in rounds]) for n in names}
    table(f"{size} bytes", rows)
    return rows


def main():
    lab.space[:] = sys.argv[1:3]
    wire.hurry(NICE)
    wire.set_up()
    due = write_captures()
    print(f"{FRAMES} frames, {ROUNDS} rounds, "
          f"{len(os.sched_getaffinity(0))} processors")
    all_rows = {"in time": in_time(due)}
    for size in SIZES:
        all_rows[size] = fast(size)
    if "JSON" in os.environ:
        with open(os.environ["JSON"], "w", encoding="ascii") as f:
            json.dump(all_rows, f, indent=1)


main()
