"""What a run costs: CPU time, memory, instructions.

builddir names the folder in which spend was built.
"""
import os
import re
import shutil
import subprocess
import sys

SPEND = os.path.join(os.environ.get("builddir", "."), "tests/traffic/spend")
FOREVER = 1000000


class Cost:
    """Of one run: seconds of CPU, peak KB, and what went to stderr."""

    def __init__(self, spent, err):
        user, system, self.kb, self.status = (int(n) for n in spent.split())
        self.seconds = (user + system) / 1e6
        self.err = err


def run(argv, limit=FOREVER, may_fail=False):
    """On one processor, stdout to /dev/null, killed after "limit" seconds."""
    ours, theirs = os.pipe()
    p = subprocess.run([SPEND, str(theirs), str(limit), *argv],
                       stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                       text=True, errors="replace", pass_fds=(theirs,),
                       check=True)
    os.close(theirs)
    with open(ours, encoding="ascii") as f:
        cost = Cost(f.read(), p.stderr)
    if cost.status != 0 and not may_fail:
        sys.exit(f"{' '.join(argv)}: exit status {cost.status}\n{cost.err}")
    return cost


def has_perf():
    return shutil.which("perf") and "not supported" not in subprocess.run(
        ["perf", "stat", "-e", "instructions:u", "true"],
        capture_output=True, text=True, check=False).stderr


def counter():
    """What counts instructions: perf, callgrind, or None."""
    if has_perf():
        return "perf"
    return "callgrind" if shutil.which("valgrind") else None


def callgrind(argv):
    err = run(["valgrind", "--tool=callgrind",
               "--callgrind-out-file=/dev/null", *argv]).err
    return int(re.search(r"Collected : (\d+)", err)[1])


def instructions(argv):
    if COUNTER == "callgrind":
        return callgrind(argv)
    err = run(["perf", "stat", "-x,", "-e", "instructions:u", *argv]).err
    return int(re.search(r"^(\d+),.*instructions", err, re.M)[1])


def per_packet(few, many, count=instructions):
    """Without what the program takes to start: of (argv, packets) twice."""
    n = [count(argv) for argv, _ in (few, many)]
    return (n[1] - n[0]) / (many[1] - few[1])


COUNTER = counter()
