"""Whose connections were that are over in less than a millisecond."""
import ctypes
import os
import re
import shutil
import signal
import socket
import struct
import threading
import time

import lab
from lab import A, B
from live import WITH_CGROUPS, Dump, equal, finish, ok, wait_for

ME = os.getpid()
NAME = open("/proc/self/comm").read().strip()
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
LOOP = {4: "127.0.0.1", 6: "::1"}
MANY = 1000
RING = 12000		# connections; the ring has room for 10082
ALONE = ("setpriv", "--bounding-set=-bpf,-perfmon,-sys_admin")


def sock(host, version, address=None, port=0):
    with lab.inside(host):
        s = socket.socket(FAMILY[version])
    if address is not None:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, port))
    return s


def listener(host, version, port=0):
    s = sock(host, version, LOOP[version], port)
    s.listen(1024)
    return s


def once(host, version, to):
    with sock(host, version) as s:
        s.connect(to)


def many(version, to, n=MANY):
    """Each is over before the next begins."""
    at = to.getsockname()[:2]
    for i in range(n):
        once(A, version, at)
        to.accept()[0].close()


def capture(*args, **kwargs):
    return Dump("-i", "lo", "--sessions", "--json", "-v", *args, **kwargs)


def tcp(d):
    """All that it has to say; the time in which answers come first."""
    time.sleep(0.5)
    equal("status", d.stop(), 0)
    return [r for r in d.records("session") if r["protocol"] == "tcp"]


def who(r, side):
    p = r[side].get("process", {})
    return p.get("pid"), p.get("name")


def count(sessions, side):
    return sum(who(r, side) == (ME, NAME) for r in sessions)


def spent(d):
    line = [x for x in d.err if x.startswith("processes: ")][-1]
    return float(re.search(r"([\d.]+) s of CPU", line)[1])


def named(version):
    """All of them with BPF, of the clients none without."""
    for before in (), ALONE:
        if before and not shutil.which(before[0]):
            ok(True, "without BPF # SKIP no setpriv")
            continue
        d = capture(before=before)
        to = listener(A, version)
        many(version, to)
        got = tcp(d)
        to.close()
        clients, servers = count(got, "client"), count(got, "server")
        what = f"IPv{version}, {'without' if before else 'with'} BPF"
        print(f"# {what}: of {len(got)} clients {clients} named, servers "
              f"{servers}, {spent(d)} s of CPU")
        equal(f"{what}: sessions", len(got), MANY)
        equal(f"{what}: servers", servers, MANY)
        if not before:
            equal(f"{what}: clients", clients, MANY)
        told = [x for x in d.err if "connections are " in x]
        equal(f"{what}: it is said once", len(told), 1)
        ok(("not followed: BPF map: " in told[0]) == (before != ()),
           f"{what}: how it is", *told)


def cgroups():
    """Where the unified hierarchy is mounted, or None."""
    with open("/proc/mounts") as f:
        found = [x.split()[1] for x in f if x.split()[2] == "cgroup2"]
    return found[0] if found else None


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def gone(version):
    """A process for each connection, which has gone when it is asked for."""
    d = capture(before=WITH_CGROUPS)
    to = listener(A, version)
    mount, group = cgroups(), f"/sdtest{ME}.service"
    pids = []
    if mount:
        os.mkdir(mount + group)
    for i in range(50):
        pid = os.fork()
        if pid == 0:
            if mount:
                write(mount + group + "/cgroup.procs", "0")
            write("/proc/self/comm", f"child {i}")
            once(A, version, to.getsockname()[:2])
            os._exit(0)
        os.waitpid(pid, 0)
        pids.append(pid)
        to.accept()[0].close()
    got = tcp(d)
    to.close()
    if mount:
        os.rmdir(mount + group)
        equal(f"IPv{version}: their control group", {
            (r["client"]["process"].get("cgroup"),
             r["client"]["process"].get("unit")) for r in got},
              {(group, group[1:])})
    equal(f"IPv{version}: each by its own process",
          [who(r, "client") for r in got],
          [(pid, f"child {i}") for i, pid in enumerate(pids)])
    ok(all(r["client"]["process"].get("uid") == 0 for r in got),
       f"IPv{version}: its user", got[:1])


def served(version):
    """A server that listens for one connection, and goes."""
    d = capture()
    ready, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        to = listener(A, version, 10321)
        os.write(tell, b"x")
        to.accept()
        os._exit(0)
    os.read(ready, 1)
    once(A, version, (LOOP[version], 10321))
    os.waitpid(pid, 0)
    got = tcp(d)
    equal(f"IPv{version}: a server that has gone", who(got[0], "server"),
          (pid, NAME))


def refused(version):
    d = capture()
    with sock(A, version) as s:
        s.connect_ex((LOOP[version], 9))
    got = tcp(d)
    equal(f"IPv{version}: refused", got[0]["conn_state"], "REJ")
    equal(f"IPv{version}: whose it was", who(got[0], "client"), (ME, NAME))


def mapped():
    """An IPv4 connection of an IPv6 socket, from a port of its own choice."""
    d = capture()
    to = listener(A, 4)
    with sock(A, 6, "::ffff:127.0.0.1", 20000) as s:
        s.connect(("::ffff:127.0.0.1", to.getsockname()[1]))
    to.accept()[0].close()
    got = tcp(d)
    to.close()
    equal("mapped: its port", got[0]["client"]["port"], 20000)
    equal("mapped: whose it was", who(got[0], "client"), (ME, NAME))


def threads():
    """A thread has a name of its own; its process keeps the first one's."""
    d = capture()
    to = listener(A, 4)

    def run():
        lab.libc.prctl(15, ctypes.c_char_p(b"a thread"), 0, 0, 0)
        once(A, 4, to.getsockname())

    t = threading.Thread(target=run)
    t.start()
    t.join()
    to.accept()[0].close()
    got = tcp(d)
    to.close()
    equal("a thread: its process", who(got[0], "client"), (ME, NAME))


def namespaces():
    """The same ports in another namespace are another's."""
    d = capture()
    ends = [listener(h, 4, 10321) for h in (A, B)]
    with sock(A, 4, "127.0.0.1", 20000) as s:
        # Closed by RST: its port is free at once.
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.connect(("127.0.0.1", 10321))
    pid = os.fork()
    if pid == 0:
        write("/proc/self/comm", "elsewhere")
        with sock(B, 4, "127.0.0.1", 20000) as s:
            s.connect(("127.0.0.1", 10321))
        os._exit(0)
    os.waitpid(pid, 0)
    got = tcp(d)
    for s in ends:
        s.close()
    equal("two namespaces, one port: whose it was here",
          [who(r, "client") for r in got], [(ME, NAME)])


def overrun():
    """Nobody reads for a while: what is lost is told."""
    d = capture()
    with open(f"/proc/{d.process.pid}/task/{d.process.pid}/children") as f:
        helper = int(f.read().split()[0])
    os.kill(helper, signal.SIGSTOP)
    for i in range(RING):
        with sock(A, 4) as s:
            s.connect_ex(("127.0.0.1", 9))
    os.kill(helper, signal.SIGCONT)
    got = tcp(d)
    lost = [int(m[1]) for m in (re.match(
        r"(\d+) connections that BPF found no room for", x) for x in d.err)
            if m]
    ok(lost and RING - 10082 <= lost[0] <= RING, "an overrun is counted",
       *d.err)
    ok(count(got, "client") > 1000, "and the first are named",
       count(got, "client"))
    ok(wait_for(lambda: not os.path.exists(f"/proc/{helper}")),
       "and it goes as ever")


lab.set_up(veth=True)
for v in 4, 6:
    named(v)
    gone(v)
    served(v)
    refused(v)
mapped()
threads()
namespaces()
overrun()
finish()
