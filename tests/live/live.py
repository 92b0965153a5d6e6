"""sessdump running in a host of the lab, for tests that print TAP."""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import lab
from tap import equal, finish, ok	# noqa: F401, for all that import this

PATIENCE = 10		# seconds; nothing that works takes that long
# What was built.
VERSION = subprocess.run([os.environ["SESSDUMP"], "--version"],
                         capture_output=True, text=True, check=True).stdout
BACKENDS = ("afpacket", "pcap") if "AF_PACKET: TPACKET" in VERSION else \
    ("pcap",)
# `ip netns exec' has a /sys of its own, without control groups.
WITH_CGROUPS = ("sh", "-c", 'mount -t cgroup2 none /sys/fs/cgroup; exec "$@"',
                "sh")


def wait_for(condition):
    """Polls; the last thing that the condition answered."""
    end = time.monotonic() + PATIENCE
    while True:
        answer = condition()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.02)


class Dump:
    """sessdump, and what it has printed so far."""

    def __init__(self, *args, host=lab.A, before=(), ready=True):
        self.out, self.err = [], []
        command = ["ip", "netns", "exec", lab.space[host], *before,
                   os.environ["SESSDUMP"], *args]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.threads = [threading.Thread(target=self._read, args=x,
                                         daemon=True)
                        for x in ((self.process.stdout, self.out),
                                  (self.process.stderr, self.err))]
        for t in self.threads:
            t.start()
        if ready and not wait_for(lambda: any("listening on" in x for x in
                                              self.err) or
                                  self.process.poll() is not None):
            print("# it does not listen:", *args)

    @staticmethod
    def _read(pipe, lines):
        for line in pipe:
            lines.append(line.rstrip("\n"))

    def records(self, kind=None):
        return [r for r in map(json.loads, list(self.out))
                if kind in (None, r["type"])]

    def send(self, number):
        self.process.send_signal(number)

    def wait(self):
        """The exit status; None when it does not end."""
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None
        for t in self.threads:
            t.join(PATIENCE)
        return status

    def stop(self, number=signal.SIGINT):
        self.send(number)
        return self.wait()

    def caught(self, n):
        """Has it seen so many packets, by its own account?  It is asked."""
        def enough():
            self.send(signal.SIGUSR1)
            counts = [int(line.split()[0]) for line in self.err
                      if re.match(r"\d+ packets? captured$", line)]
            return counts and counts[-1] >= n
        return wait_for(enough)

    def said(self, text):
        return any(text in line for line in self.err)


lab.space[:] = sys.argv[1:3]
