"""A silent wire, tests/bench/blast at one end, a capture at the other."""
import contextlib
import os
import re
import signal
import subprocess
import time

import lab
from lab import A, B

BLAST = os.path.join(os.environ["builddir"], "tests/bench/blast")
SESSDUMP = os.environ["SESSDUMP"]
PATIENCE = 20		# seconds, for what is sure to come


def set_up():
    """Nothing is on the wire but what blast puts there."""
    for host in (A, B):
        for what in ("all", "default"):
            lab.sysctl(host, f"ipv6/conf/{what}/disable_ipv6", 1)
    lab.ip(A, f"link add eth0 type veth peer name eth0 netns {lab.space[B]}")
    for host in (A, B):
        lab.ip(host, "link set eth0 up")


def hurry(nice):
    """Before what else the machine does, also where groups of processes
    share it, autogroup in sched(7)."""
    os.nice(nice)
    if nice != 0 and os.path.exists("/proc/self/autogroup"):
        os.setsid()
        with open("/proc/self/autogroup", "w", encoding="ascii") as f:
            f.write(str(nice))


def refused():
    """What B's kernel never showed to anybody: its own queue was full."""
    text = subprocess.run(
        ["ip", "-n", lab.space[B], "-s", "link", "show", "eth0"],
        stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    at = next(i for i, x in enumerate(text) if "RX:" in x)
    names = text[at].replace("RX:", "").split()
    return int(text[at + 1].split()[names.index("dropped")])


class Child:
    """A program in a host's namespace; its stderr is kept in a file."""

    def __init__(self, host, words, stdout=subprocess.DEVNULL):
        self.log = open("stderr", "w+", encoding="utf-8")
        with lab.inside(host):
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=stdout,
                stderr=self.log)
        self.usage = None

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def wait_said(self, pattern):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if re.search(pattern, self.said(), re.M):
                return True
            time.sleep(0.01)
        return False

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            words = f.read().rpartition(")")[2].split()
        return int(words[11]) + int(words[12])

    def settle(self):
        """Until it has nothing more to do, by the CPU time that it takes."""
        end, before, calm = time.monotonic() + PATIENCE, -1, 0
        while calm < 3 and time.monotonic() < end:
            time.sleep(0.15)
            now = self.cpu()
            calm = calm + 1 if now == before else 0
            before = now

    def stop(self, number=signal.SIGINT):
        """The exit status; usage is what it took."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        _, status, self.usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.process.returncode

    def count(self, what):
        """The last count of "N packets WHAT" that it told, or None."""
        found = re.findall(rf"^(\d+) (?:packets?|records?|sessions?) {what}",
                           self.said(), re.M)
        return int(found[-1]) if found else None

    def summaries(self):
        """How many it has told, whole."""
        return len(re.findall(r"^\d+ sessions?\b.*\n", self.said(), re.M))

    def account(self, sent, lost_before):
        """Asks until it has all that was sent, but for what was lost on the
        way; packets captured, dropped by the kernel, lost in its queue."""
        end = time.monotonic() + PATIENCE
        while True:
            before = self.summaries()
            self.process.send_signal(signal.SIGUSR1)
            while self.summaries() == before and time.monotonic() < end:
                time.sleep(0.02)
            seen = (self.count("captured"), self.count("dropped by kernel"),
                    refused() - lost_before)
            if sum(seen) == sent or time.monotonic() > end:
                return seen
            time.sleep(0.1)

    def close(self):
        with contextlib.suppress(OSError):
            self.process.kill()
        if self.process.returncode is None:
            self.process.wait()
        self.log.close()


def dump(*args, stdout=subprocess.DEVNULL):
    """sessdump, once it listens."""
    child = Child(B, [SESSDUMP, "-i", "eth0", *args], stdout)
    if not child.wait_said("^listening on"):
        print("# it does not listen:", *args, child.said())
    return child


def blast(rate, seconds, flows, crew=1):
    """Frames sent, the time and the CPU time that it took: by so many at once,
    where one alone is too slow."""
    each = flows // crew
    with lab.inside(A):
        children = [subprocess.Popen(
            [BLAST, "eth0", str(rate / crew), str(seconds), str(each),
             str(i * each)], stdout=subprocess.PIPE, text=True)
            for i in range(crew)]
    told = [re.match(r"(\d+) frames in ([\d.]+) s, ([\d.]+) s",
                     child.communicate()[0]).groups() for child in children]
    sent, took, cpu = zip(*told)
    return (sum(map(int, sent)), max(map(float, took)),
            sum(map(float, cpu)))
