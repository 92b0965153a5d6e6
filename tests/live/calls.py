"""The system calls that are left, and those that are made: none is refused,
and none is left for nothing."""
import gzip
import os
import pty
import re
import signal
import socket
import subprocess
import time

import lab
from lab import A, B
from live import (BACKENDS, VERSION, WITH_CGROUPS, Dump, equal, finish, ok,
                  wait_for)

HTTP = os.environ["srcdir"] + "/pcaps/http.pcap"
TABLE = os.environ["srcdir"] + "/src/sandbox/calls.c"
GENERATE = os.environ["builddir"] + "/tests/bench/generate"
CALL = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(\(| resumed)(?:.* = (\d+)$)?")
# Those that no run here makes, and why they are left all the same.
SPARE = {
    "on other machines, or by other C libraries, what others are here": """
        _llseek clock_gettime64 clock_nanosleep_time64 fcntl64 fstat fstat64
        fstatat64 ftruncate64 futex_time64 getpgid mmap2 newfstatat open poll
        getdents ppoll ppoll_time64 recv renameat renameat2 send sigreturn stat stat64
        statx waitpid""",
    "workers, when they say much at once": "writev",
    "of a clock that cannot be read without the kernel": """
        clock_gettime gettimeofday""",
    "a program that is stopped by ^Z, and continued": "restart_syscall",
    "abort(), when an assertion fails": "getpid gettid tgkill",
    "a disk that is full": "ftruncate",
    "libpcap, where it has no ring": "recvmsg",
    "malloc(), when many threads ask at once": "sched_getaffinity madvise",
    "memory that grows, by chance": "mremap brk",
}


def table():
    with open(TABLE, encoding="ascii") as f:
        text = re.sub(r"#if SANDBOX_SANITIZED.*?#endif", "", f.read(),
                      flags=re.S)
    return set(re.findall(r'{ (?:\.name = )?"([a-z0-9_]+)"', text))


def follow(lines, inside):
    """Calls of those inside, who are also all that load the filter, and those
    that they bring forth: the last are told apart, too."""
    calls, inside, born = set(), set(inside), set()
    for line in lines:
        found = CALL.match(line)
        if not found:
            continue
        pid, call, rest, result = found.groups()
        if pid in inside and rest == "(":
            calls.add(call)
        if pid in inside and call == "clone" and result:
            inside.add(result)
            born.add(result)
        if "SECCOMP_SET_MODE_FILTER" in line and "{len=" in line:
            inside.add(pid)
    return calls, born


def made(path):
    """Calls behind the one that loads the filter, of each process that does
    and of its threads, which may be heard before it is told who they are."""
    with open(path, encoding="ascii", errors="replace") as f:
        lines = f.readlines()
    return follow(lines, follow(lines, ())[1])[0]


class Traced(Dump):
    """sessdump under strace, which is not its parent."""

    traces = []

    @classmethod
    def before(cls):
        cls.traces.append(f"trace.{len(cls.traces)}")
        return ("strace", "-D", "-f", "-qq", "-e", "signal=none", "-o",
                cls.traces[-1])

    def __init__(self, *args, after=(), **more):
        self.what = " ".join(args)
        super().__init__(*args, before=(*after, *self.before()), **more)

    def over(self, status):
        ok(status == 0 and not self.said("was refused"),
           f"{self.what}: nothing is refused", status, *self.err[-20:])


def wire(name):
    """An interface that can be taken away."""
    lab.ip(A, f"link add {name} type veth peer name {name}x")
    lab.ip(A, f"link set {name} up")
    lab.ip(A, f"link set {name}x up")


def vanishing(*args):
    """The interface goes, and comes back for who can wait."""
    wire("sd0")
    d = Traced("-i", "sd0", *args)
    lab.ip(A, "link del sd0")
    wait_for(lambda: d.process.poll() is not None or
             d.said("has gone; waiting"))
    if d.process.poll() is None:
        wire("sd0")
        wait_for(lambda: d.said("back"))
        lab.ip(A, "link del sd0")
        d.over(d.stop())
    else:
        equal(f"{d.what}: it ends", d.wait(), 1)


def busy(*args):
    """Asked, and told what it can be told, while packets come."""
    d = Traced("-i", "eth0", *args, "icmp or icmp6")
    for v6 in False, True:
        lab.ping(A, lab.address(B, v6), v6, 2, 1000)
    d.caught(8)
    d.send(signal.SIGUSR2)
    time.sleep(1.2)
    d.over(d.stop())


def connections():
    """Of processes on this host, for the helper that finds them."""
    d = Traced("-i", "lo", "--sessions", after=WITH_CGROUPS)
    with lab.inside(A):
        to = socket.create_server(("127.0.0.1", 0))
        ends = [socket.create_connection(to.getsockname()) for i in range(3)]
    time.sleep(0.5)
    for s in (*ends, to):
        s.close()
    d.over(d.stop())


def moved():
    d = Traced("-i", "eth0", "-w", "m.pcap", "--packets")
    wait_for(lambda: os.path.exists("m.pcap"))
    os.rename("m.pcap", "m.old")
    d.send(signal.SIGHUP)
    wait_for(lambda: os.path.exists("m.pcap"))
    d.over(d.stop())


def read(*args):
    d = Traced(*args, ready=False)
    d.over(d.wait())


def files():
    with open("tso.pcap", "wb") as f:
        subprocess.run([GENERATE, "-n", "100", "tso"], stdout=f, check=True)
    read("-r", "tso.pcap", "-w", "tso2.pcap")
    read("-r", HTTP, "--format", "zeek", "host localhost or port 80")
    read("-r", HTTP, "--pace=100")
    read("-r", HTTP, "--replay-to", "eth0")
    read("-r", HTTP, "--replay-to", "eth0", "--topspeed", "--workers", "2")
    with open(HTTP, "rb") as f, gzip.open("http.gz", "wb") as to:
        to.write(f.read())
    if "libarchive" not in VERSION:
        SPARE["libarchive, which is not in this build"] = "fcntl pipe2"
    else:
        read("-r", "http.gz", "--sessions", "--workers", "2")


def keys():
    """A terminal, with its keys."""
    command = [*Traced.before(), os.environ["SESSDUMP"], "-r", HTTP, "--pace",
               "--packets"]
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    text = b""
    try:
        while more := os.read(fd, 65536):
            text += more
            os.write(fd, b"n")
    except OSError:		# its other end is closed
        pass
    ok(os.waitpid(pid, 0)[1] == 0 and b"was refused" not in text,
       "a terminal: nothing is refused", text.decode(errors="replace"))


if "libmnl" not in VERSION:
    SPARE["libmnl, which is not in this build"] = """
        getdents64 pread64 readlinkat wait4"""
if "afpacket" not in BACKENDS:
    SPARE["AF_PACKET, which is not in this build"] = "bind"
lab.set_up(veth=True)
vanishing("--packets")
vanishing("--packets", "--backend", "pcap")
busy("--sessions", "--json", "--stats", "1", "-N")
busy("--packets", "-w", "x.pcapng", "--comments", "-C", "1k", "-W", "2")
busy("--sessions", "-w", "%s.pcap", "-G", "1", "--workers", "3")
busy("--packets", "-w", "y.pcap", "--backend", "pcap")
busy("--packets", "-i", "lo")
connections()
if "libbpf" not in subprocess.run([os.environ["SESSDUMP"], "--version"],
                                  capture_output=True, text=True).stdout:
    SPARE["libbpf, which is not in this build"] = "open_by_handle_at readlink"
moved()
files()
keys()
used = set().union(*map(made, Traced.traces))
spare = set(" ".join(SPARE.values()).split())
equal("no call is left that nothing makes, but for a reason",
      sorted(table() - used - spare), [])
equal("reasons are for calls that are left", sorted(spare - table()), [])
print("# made:", *sorted(used))
finish()
