"""flood and sessdump together: what one wrote, and what the other made of it.

SESSDUMP names the program, builddir the folder in which flood was built.
"""
import fcntl
import json
import os
import re
import subprocess

F_SETPIPE_SZ = 1031
CHUNK = 1 << 20
FLOOD = os.path.join(os.environ.get("builddir", "."), "tests/hostile/flood")
SESSDUMP = os.environ.get("SESSDUMP", "./sessdump")
VIEW = ("--sessions", "--json")


class Truth:
    """What flood says that it wrote."""

    def __init__(self, text):
        self.frames, self.sessions = 0, []
        for line in text.splitlines():
            word = line.split()
            if word[0] == "frames":
                self.frames = int(word[1])
            elif word[0] == "true":
                self.sessions.append(TrueSession(word))


class TrueSession:
    def __init__(self, word):
        self.key = tuple(word[1:6])
        self.packets = [int(word[7]), int(word[8])]
        self.stream = [int(word[10]), int(word[11])]
        self.note = word[12]

    def complaints(self, records):
        """Why its records are not the one that they should be."""
        name = " ".join(self.key)
        if len(records) != 1:
            ends = ", ".join(r["end_reason"] for r in records[:8])
            return [f"{name}: {len(records)} records: {ends}"]
        r = records[0]
        sides = r["client"], r["server"]
        got = [("packets", [s.get("packets", 0) for s in sides],
                self.packets),
               ("stream", [s.get("stream_bytes", 0) for s in sides],
                self.stream)]
        if self.key[0] == "tcp":
            got += [("states", [s.get("state") for s in sides],
                     ["time_wait", "closed"]),
                    ("end", r["end_reason"], "closed")]
        return [f"{name}: {what}: {is_!r}, not {want!r}"
                for what, is_, want in got if is_ != want]

    def losses(self, records):
        """Packets that no record counts."""
        got = sum(r[side]["packets"] for r in records
                  for side in ("client", "server"))
        return [] if got >= sum(self.packets) else [
            f"{' '.join(self.key)}: {got} packets, not {self.packets}"]


class Summary:
    """What sessdump says at its end."""

    def __init__(self, text):
        self.text = text
        m = re.search(r"^(\d+) packets? read$", text, re.M)
        self.packets = int(m[1]) if m else -1
        m = re.search(r"^(\d+) sessions?(?:, (\d+) evicted "
                      r"\((\d+) of them open\))?", text, re.M)
        self.sessions, self.evicted, self.evicted_open = (
            int(n or 0) for n in m.groups()) if m else (-1, -1, -1)


class Result:
    """A run over one workload."""

    def __init__(self, name, count, *args, step=1000, seed=1):
        flood = subprocess.Popen(
            [FLOOD, name, str(count), str(seed), str(step)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        dump = subprocess.run(
            [SESSDUMP, "-r", "-", *VIEW, *args], stdin=flood.stdout,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        flood.stdout.close()
        self.truth = Truth(flood.stderr.read())
        flood.stderr.close()
        flood.wait()
        self.status = dump.returncode
        self.summary = Summary(dump.stderr.decode())
        self.records = dump.stdout.count(b"\n")
        self.true_records = {}
        for line in dump.stdout.splitlines():
            if b'"192.0.2.' in line or b'"2001:db8:1::' in line:
                self._keep(json.loads(line))

    def _keep(self, r):
        # Whoever is held for the client: the true one has this address.
        if not r["client"]["ip"].startswith(("192.0.2.", "2001:db8:1::")):
            r["client"], r["server"] = r["server"], r["client"]
        key = (r["protocol"], r["client"]["ip"], str(r["client"]["port"]),
               r["server"]["ip"], str(r["server"]["port"]))
        self.true_records.setdefault(key, []).append(r)

    def complaints(self, *notes):
        """About the true sessions of these kinds, or of all."""
        return [c for t in self.truth.sessions
                if not notes or t.note in notes
                for c in t.complaints(self.true_records.get(t.key, []))]

    def losses(self):
        return [c for t in self.truth.sessions
                for c in t.losses(self.true_records.get(t.key, []))]


def memory(pid, what="VmHWM"):
    """Kilobytes."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(what + r":\s+(\d+)", f.read())[1])


def curve(name, count, *args, every=16):
    """Feeds a workload.  [(bytes fed, KB)] every so many chunks, the Summary,
    and how many records say that they were evicted."""
    flood = subprocess.Popen([FLOOD, name, str(count)], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    dump = subprocess.Popen(
        [SESSDUMP, "-r", "-", *VIEW, *args], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    grep = subprocess.Popen(
        ["grep", "-c", '"end_reason":"evicted"'], stdin=dump.stdout,
        stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
    dump.stdout.close()
    source, sink = flood.stdout.fileno(), dump.stdin.fileno()
    for fd in source, sink:
        fcntl.fcntl(fd, F_SETPIPE_SZ, CHUNK)
    samples, fed, n = [], 0, 0
    while chunk := os.read(source, CHUNK):
        while chunk:
            done = os.write(sink, chunk)
            fed += done
            chunk = chunk[done:]
        n += 1
        if n % every == 0:
            samples.append((fed, memory(dump.pid)))
    samples.append((fed, memory(dump.pid)))
    dump.stdin.close()
    evicted = int(grep.communicate()[0])
    summary = Summary(dump.stderr.read().decode())
    dump.stderr.close()
    flood.stdout.close()
    dump.wait()
    flood.wait()
    return samples, summary, evicted
