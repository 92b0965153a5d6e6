"""interval.py: are these the snapshots that --interval promises?

usage: interval.py SECONDS [monotone] <RECORDS
RECORDS are of --packets --sessions --interval SECONDS --json, in one stream:
so it is known which packets came before a snapshot.  What is wrong is printed;
"monotone" says that time stamps never go back.
"""
import calendar
import collections
import json
import sys
import time


def seconds(stamp):
    whole, rest = stamp.rstrip("Z").split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + \
        int(rest) / 1e9


class Clock:
    """A stamp that is more than a minute off counts when the next one agrees:
    it is near that one, or farther ahead, which proves the first one."""

    def __init__(self):
        self.now = self.suspect = None

    def tick(self, stamp):
        if self.now is None:
            self.now = stamp
        elif abs(stamp - self.now) <= 60:
            self.now, self.suspect = max(self.now, stamp), None
        elif self.suspect is not None and abs(stamp - self.suspect) <= 60:
            self.now, self.suspect = stamp, None
        else:
            if self.suspect is not None and stamp > self.suspect > self.now:
                self.now = self.suspect
            self.suspect = stamp
        return self.now


class Watch:
    def __init__(self, interval, monotone):
        self.interval, self.monotone = interval, monotone
        self.clock = Clock()
        self.packets = collections.Counter()    # by session and address
        self.changed, self.ended = set(), set()
        self.group = []         # the snapshot that is being read
        self.want = None        # and what should be in it
        self.last = None        # when there was one, at least
        self.first = None       # when something changed since
        self.snapshots = self.records = 0

    def complain(self, *words):
        print(f"record {self.records}:", *words)

    def session(self, r):
        if r["id"] in self.ended:
            self.complain(f"session {r['id']} had ended")
        if r.get("open") is True and "end_reason" not in r:
            if not self.group:
                self.want = sorted(self.changed - self.ended)
            self.group.append(r["id"])
        elif "open" not in r and "end_reason" in r:
            self.ended.add(r["id"])
        else:
            self.complain("neither open nor ended, or both")
        for side in "client", "server":
            n = self.packets[r["id"], r[side]["ip"], r[side].get("port")]
            if r[side]["packets"] != n:
                self.complain(f"session {r['id']}: {n} packets of the {side} "
                              f"were seen, not {r[side]['packets']}")

    def end_group(self, now):
        """A packet has come: what was printed since the one before?"""
        if self.group:
            self.snapshots += 1
            if self.group != self.want:
                self.complain("shown:", self.group, "changed:", self.want)
            if self.monotone and now - self.last < self.interval:
                self.complain(f"{now - self.last} seconds after the last one")
            self.last, self.first = now, None
            self.group = []
            self.changed.clear()
        elif self.changed - self.ended and self.monotone and \
                now - self.first > self.interval + 1:
            self.complain(f"none for {now - self.first} seconds")

    def packet(self, r):
        now = self.clock.tick(seconds(r["time"]))
        if self.last is None:
            self.last = now
        self.end_group(now)
        if "session" not in r or "fragment" in r:
            return
        if not self.changed:
            self.first = now
        self.changed.add(r["session"])
        # An error about a session is no packet of it.
        if not ("icmp_error" in r and "port" in r["client"]):
            self.packets[r["session"], r["source"]["ip"],
                         r["source"].get("port")] += 1

    def read(self, lines):
        for line in lines:
            self.records += 1
            r = json.loads(line)
            if r["type"] == "packet":
                self.packet(r)
            else:
                self.session(r)
        if self.group:
            self.complain("one behind the last packet")
        opened = {key[0] for key in self.packets}
        if opened != self.ended:
            self.complain("without a last word:", opened - self.ended)
        return self.snapshots


n = Watch(int(sys.argv[1]), "monotone" in sys.argv).read(sys.stdin)
print(f"{n} snapshots", file=sys.stderr)
