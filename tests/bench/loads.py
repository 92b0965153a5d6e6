"""The workloads, and the programs that are measured with them.

SESSDUMP names the program, builddir the folder in which the others were built.
"""
import os
import re
import subprocess

HERE = os.path.join(os.environ.get("builddir", "."), "tests/bench")
GENERATE = os.path.join(HERE, "generate")
BASELINE = os.path.join(HERE, "baseline")
SESSDUMP = os.environ.get("SESSDUMP", "./sessdump")
SEED = ("--seed", "1")		# of the hash: the same run every time

VIEWS = {
    "--sessions --json": ("--sessions", "--json"),
    "--packets": ("--packets",),
    "--packets --json": ("--packets", "--json"),
}
# Frames of each at full size, as in generate.c.
COUNTS = {"mix": 2800000, "flood": 10000000, "elephant": 1000000,
          "jumbo": 160000, "tso": 40000}
# What the CPU time may be, in times of the baseline's.
TARGETS = {
    "mix": (1.3, 1.8, 3.0), "flood": (3.3, 4.5, 7.0),
    "elephant": (0.9, 1.4, 2.0),
}


def target(load, view):
    """Or None."""
    if load not in TARGETS or view not in VIEWS:
        return None
    return TARGETS[load][list(VIEWS).index(view)]


def generate(path, name, *options):
    """The path."""
    with open(path, "wb") as f:
        subprocess.run([GENERATE, *options, name], stdout=f, check=True)
    return path


def command(view, path):
    return [SESSDUMP, "-r", path, *SEED, *VIEWS[view]]


def packets(err):
    """As sessdump and baseline say on stderr."""
    return int(re.search(r"^(\d+) packets? read$", err, re.M)[1])
