"""Whose sockets are: processes, users, and who listens."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import capfile
import lab
from lab import A, B
from live import Dump, equal, finish, ok, wait_for

ME = os.getpid()
NAME = open("/proc/self/comm").read().strip()
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
HERE = {4: (lab.A4, lab.B4), 6: (lab.A6, lab.B6)}
LOOP = {4: "127.0.0.1", 6: "::1"}
AWHILE = 0.3		# longer than a block of the ring, and a second question


def sock(host, version, kind=socket.SOCK_STREAM):
    with lab.inside(host):
        return socket.socket(FAMILY[version], kind)


def listener(host, version, address, port=0):
    s = sock(host, version)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.listen(128)
    return s


def connection(host, version, to):
    s = sock(host, version)
    s.connect(to.getsockname()[:2])
    return s, to.accept()[0]


def sessions(d, status=0):
    equal("status", d.stop(), status)
    return d.records("session")


def who(r, side):
    p = r[side].get("process", {})
    return p.get("pid"), p.get("name"), p.get("uid")


def whose(version):
    """Client here and server there, the other way round, and both here."""
    for client, server in (A, B), (B, A):
        d = Dump("-i", "eth0", "--sessions", "--json")
        to = listener(server, version, HERE[version][server])
        ends = connection(client, version, to)
        time.sleep(AWHILE)
        for s in (*ends, to):
            s.close()
        r = [x for x in sessions(d) if x["protocol"] == "tcp"][0]
        here, there = ("client", "server") if client == A else \
            ("server", "client")
        equal(f"IPv{version}: whose the {here} is", who(r, here),
              (ME, NAME, 0))
        equal(f"IPv{version}: nobody's here is the {there}",
              who(r, there), (None, None, None))
        equal(f"IPv{version}: its user", r[here]["process"].get("user"),
              "root")
        ok(r[here]["process"].get("cgroup", "").startswith("/"),
           f"IPv{version}: its control group", r[here])
    d = Dump("-i", "lo", "--sessions")
    to = listener(A, version, LOOP[version])
    ends = connection(A, version, to)
    time.sleep(AWHILE)
    for s in (*ends, to):
        s.close()
    equal(f"IPv{version}, lo: status", d.stop(), 0)
    ok(any(x.endswith(f" {NAME}[{ME}] > {NAME}[{ME}]") for x in d.out),
       f"IPv{version}, lo: both ends, in text", *d.out)


def listens(version):
    """A connection that stood before, of which the server speaks first."""
    to = listener(A, version, HERE[version][A], 54321)
    client, server = connection(B, version, to)
    d = Dump("-i", "eth0", "--sessions", "--events", "--json", "-v")
    server.sendall(b"x")
    ok(wait_for(lambda: any(r.get("event") == "role" for r in d.records())),
       f"IPv{version}: a listening socket turns the roles", *d.out)
    time.sleep(AWHILE)
    r = sessions(d)
    equal(f"IPv{version}: the reason", r[0]["role"], "listen")
    equal(f"IPv{version}: the server's port", r[0]["server"]["port"], 54321)
    equal(f"IPv{version}: its process", who(r[0], "server"), (ME, NAME, 0))
    ok(d.said("endpoints: 1 named, "), f"IPv{version}: the summary", *d.err)
    for s in client, server, to:
        s.close()


def datagrams(version):
    """A socket that takes all addresses, and one with a peer."""
    d = Dump("-i", "lo", "--sessions", "--json")
    server = sock(A, version, socket.SOCK_DGRAM)
    server.bind(("", 5555))
    client = sock(A, version, socket.SOCK_DGRAM)
    client.connect((LOOP[version], 5555))
    client.send(b"x")
    time.sleep(AWHILE)
    r = [x for x in sessions(d) if x["protocol"] == "udp"][0]
    for side in "client", "server":
        equal(f"IPv{version}, UDP: {side}", who(r, side), (ME, NAME, 0))
    client.close()
    server.close()


def selected():
    """--process: what is another's is hidden, once that is known."""
    to = listener(A, 4, lab.A4, 54321)
    for arg, shown in ((str(ME), True), (f"nobody,{NAME}", True),
                       ("nobody", False), (str(ME + 1), False)):
        d = Dump("-i", "eth0", "--process", arg, "--packets", "--sessions",
                 "--json")
        client, server = connection(B, 4, to)
        time.sleep(AWHILE)
        before = len(d.records("packet"))
        ok(before >= 3, f"--process {arg}: shown while it is not known",
           *d.out)
        for i in range(3):
            client.sendall(b"x")
            time.sleep(0.02)
        time.sleep(AWHILE)
        client.close()
        server.close()
        after = sessions(d)
        ok((len(d.records("packet")) > before) == shown,
           f"--process {arg}: packets when it is", *d.out)
        equal(f"--process {arg}: sessions", len(after) > 0, shown)
    to.close()


def unprivileged():
    """Without CAP_SYS_PTRACE: names of one's own, users of others."""
    os.chmod(".", 0o755)
    keep = os.environ["SESSDUMP"]
    shutil.copy(keep, "sessdump")
    os.environ["SESSDUMP"] = os.path.realpath("sessdump")
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
              "--inh-caps=-all,+net_raw", "--ambient-caps=+net_raw")
    own = subprocess.Popen(
        # With a capability that the helper lacks, it could not be seen.
        ["ip", "netns", "exec", lab.space[A], *nobody[:4],
         "--inh-caps=-all", sys.executable, "-c",
         "import socket, sys; s = socket.socket(); "
         f"s.bind(('{lab.A4}', 4321)); s.listen(); print(flush=True); "
         "s.accept(); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    own.stdout.readline()
    d = Dump("-i", "eth0", "--sessions", "--json", before=nobody)
    to = listener(A, 4, lab.A4, 54321)
    ends = connection(B, 4, to)
    with lab.inside(B):
        c = socket.create_connection((lab.A4, 4321))
    time.sleep(AWHILE)
    for s in (*ends, to, c):
        s.close()
    by_port = {r["server"].get("port"): r for r in sessions(d)}
    equal("nobody: another's socket", by_port[54321]["server"].get("process"),
          {"uid": 0, "user": "root"})
    equal("nobody: its own", who(by_port[4321], "server")[0::2],
          (own.pid, 65534))
    own.kill()
    own.wait()
    os.environ["SESSDUMP"] = keep


def comments(version):
    """In the file that is written; a name may be any bytes."""
    d = Dump("-i", "lo", "-w", "c.pcapng", "--comments", "--stats", "1",
             "--json", "tcp")
    to = listener(A, version, LOOP[version])
    ends = connection(A, version, to)
    time.sleep(AWHILE)
    ends[0].sendall(b"x")
    child = os.fork()
    if child == 0:
        lab.libc.prctl(15, b"\x1bodd\nclient\xff", 0, 0, 0)	# PR_SET_NAME
        odd = sock(A, version)
        odd.connect(to.getsockname()[:2])
        time.sleep(10)
        os._exit(0)
    odd = to.accept()[0]
    time.sleep(AWHILE)
    odd.sendall(b"y")
    time.sleep(AWHILE)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for s in (*ends, odd, to):
        s.close()
    equal(f"--comments, IPv{version}: status", d.stop(), 0)
    said = [x.comment for x in capfile.read("c.pcapng").frames]
    state = "established"
    for what, client in (("", f"{NAME}[{ME}]"),
                         (", a wild name", f"?odd?client?[{child}]")):
        ok(any(f" {state} {client} server " in x and
               f" {state} {NAME}[{ME}] role " in x for x in said),
           f"--comments, IPv{version}: both ends{what}", *said)
    if shutil.which("tshark"):
        shown = subprocess.run(
            ["tshark", "-r", "c.pcapng", "-Y",
             f'frame.comment contains "{NAME}[{ME}] role"'],
            capture_output=True, text=True, check=False)
        ok(len(shown.stdout.splitlines()) >= 2,
           f"--comments, IPv{version}: tshark finds them", shown.stdout,
           shown.stderr)
    stats = d.records("stats")[-1]["processes"]
    equal(f"--stats, IPv{version}: sessions and ends",
          (stats["asked"], stats["refused"], stats["named"],
           stats["user_only"], stats["unknown"]), (2, 0, 4, 0, 0))
    ok(0 < stats["cpu"] < 5 and stats["walks"] <= 4,
       f"--stats, IPv{version}: what that took", stats)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(x) for x in f.read().split()]


def helper():
    """The other process: where it is, and what happens without it."""
    d = Dump("-i", "eth0", "--no-processes", "--sessions")
    equal("--no-processes: no helper", children(d.process.pid), [])
    equal("--no-processes: status", d.stop(), 0)
    d = Dump("-i", "eth0", "--no-processes", "--stats", "1", "--json")
    d.stop()
    ok("processes" not in d.records("stats")[-1],
       "--no-processes: nothing is said of them", *d.out)
    d = Dump("-i", "eth0", "--sessions", "--json", "-v")
    it = children(d.process.pid)
    equal("one helper", len(it), 1)
    fds = [os.readlink(f"/proc/{it[0]}/fd/{n}")
           for n in os.listdir(f"/proc/{it[0]}/fd")]
    equal("it holds no pipe of ours", [x for x in fds if "pipe" in x], [])
    with open(f"/proc/{it[0]}/status") as f:
        said = dict(x.split(":", 1) for x in f.read().splitlines())
    equal("it keeps CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH at most",
          int(said["CapPrm"], 16) & ~(1 << 19 | 1 << 2), 0)
    equal("and gets no others", said["NoNewPrivs"].strip(), "1")
    if d.said(" system calls"):
        equal("it has few system calls", said["Seccomp"].strip(), "2")
    os.kill(it[0], signal.SIGKILL)
    lab.ping(A, lab.B4, False, 1)
    d.caught(2)
    ok(len(sessions(d)) >= 1, "the capture goes on without it", *d.out)
    ok(wait_for(lambda: not os.path.exists(f"/proc/{it[0]}")),
       "and nothing is left of it")
    d = Dump("-i", "eth0", "--sessions")
    it = children(d.process.pid)
    d.process.kill()
    d.process.wait()
    ok(wait_for(lambda: not os.path.exists(f"/proc/{it[0]}")),
       "it goes when the capture was killed")


def workers():
    d = Dump("-i", "lo", "--sessions", "--json", "--workers", "3")
    to = listener(A, 4, "127.0.0.1")
    ends = [connection(A, 4, to) for i in range(20)]
    time.sleep(AWHILE)
    for pair in ends:
        for s in pair:
            s.close()
    to.close()
    got = [(who(r, "client")[0], who(r, "server")[0]) for r in sessions(d)
           if r["protocol"] == "tcp"]
    equal("--workers: both ends of each", got, [(ME, ME)] * 20)


def link_local():
    """Sockets of one link are found by its number."""
    here = "fe80::a"
    lab.ip(A, f"addr add {here}/64 dev eth0 nodad")
    lab.ip(B, "addr add fe80::b/64 dev eth0 nodad")
    with lab.inside(A):
        number = socket.if_nametoindex("eth0")
    with lab.inside(B):
        there = socket.if_nametoindex("eth0")
    to = sock(A, 6)
    to.bind((here, 0, 0, number))
    to.listen()
    d = Dump("-i", "eth0", "--sessions", "--json", "--host", here)
    client = sock(B, 6)
    client.connect((here, to.getsockname()[1], 0, there))
    server = to.accept()[0]
    time.sleep(AWHILE)
    r = [x for x in sessions(d) if x["protocol"] == "tcp"][0]
    equal("link-local: the server", who(r, "server"), (ME, NAME, 0))
    for s in client, server, to:
        s.close()


def namespaces():
    """Both ends of a wire between two namespaces."""
    d = Dump("-i", f"{lab.space[A]}:eth0", "-i", f"{lab.space[B]}:lo",
             "-i", f"{lab.space[B]}:eth0", "--sessions", "--json")
    to = listener(B, 4, lab.B4)
    ends = connection(A, 4, to)
    loop = listener(B, 4, "127.0.0.1")
    more = connection(B, 4, loop)
    time.sleep(AWHILE)
    for s in (*ends, to, *more, loop):
        s.close()
    for r in sessions(d):
        if r["protocol"] == "tcp":
            equal(f"both namespaces, {r['client']['ip']}: both ends",
                  (who(r, "client")[0], who(r, "server")[0]), (ME, ME))


lab.set_up(veth=True)
for v in 4, 6:
    whose(v)
    listens(v)
    datagrams(v)
    comments(v)
selected()
if shutil.which("setpriv"):
    unprivileged()
else:
    ok(True, "nobody # SKIP no setpriv")
helper()
workers()
link_local()
namespaces()
finish()
