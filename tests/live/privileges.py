"""What the running program may still do: of each of its threads, as the kernel
tells it, and however it was started."""
import os
import pwd
import shutil
import subprocess

import lab
from lab import A
from live import VERSION, Dump, equal, finish, ok

SETS = "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"
NET_RAW, SYS_PTRACE, DAC_READ_SEARCH, DAC_OVERRIDE, PERFMON, BPF = (
    1 << n for n in (13, 19, 2, 1, 38, 39))
NOBODY = pwd.getpwnam("nobody")
AS_NOBODY = ("setpriv", f"--reuid={NOBODY.pw_uid}",
             f"--regid={NOBODY.pw_gid}", "--clear-groups")


def status(path):
    with open(path + "/status", encoding="utf-8") as f:
        return dict(x.rstrip("\n").split(":\t", 1) for x in f)


def threads(pid):
    return [status(f"/proc/{pid}/task/{t}")
            for t in os.listdir(f"/proc/{pid}/task")]


def works(what, d):
    """It captures, behind all that it has given up."""
    lab.ping(A, lab.B4, False, 2)
    ok(d.caught(4), f"{what}: it captures", *d.err)


def bare(what, d, user=0, permitted=0, bounds=0, many=1):
    """Nothing more can be had than this."""
    seen = threads(d.process.pid)
    ok(len(seen) >= many, f"{what}: so many threads", len(seen))
    for name in SETS:
        want = {"CapPrm": permitted, "CapEff": permitted,
                "CapBnd": bounds}.get(name, 0)
        if "libcap-ng" in VERSION:
            equal(f"{what}: {name}, of all threads",
                  {int(s[name], 16) for s in seen}, {want})
    equal(f"{what}: no_new_privs", {s["NoNewPrivs"] for s in seen}, {"1"})
    if "libseccomp" in VERSION:
        equal(f"{what}: a filter of system calls",
              {s["Seccomp"] for s in seen}, {"2"})
    equal(f"{what}: users, groups", {(s["Uid"], s["Gid"]) for s in seen},
          {("\t".join([str(user)] * 4),) * 2})


def bounding():
    """What one has oneself: who may not change it keeps it."""
    return int(status("/proc/self")["CapBnd"], 16)


def root():
    for what, args, many in (
            ("root", (), 1), ("root, threads", ("--workers", "3"), 4),
            ("root, a compressor", ("-w", "x.pcap.gz"), 2),
            ("root, libpcap", ("--backend", "pcap"), 1)):
        if args[-1:] == ("x.pcap.gz",) and "libarchive" not in VERSION:
            continue
        d = Dump("-i", "eth0", "--packets", *args)
        works(what, d)
        bare(what, d, many=many)
        equal(f"{what}: status", d.stop(), 0)


def becomes():
    """-Z: the user's, and his groups alone."""
    os.mkdir("nobodys")
    os.chown("nobodys", NOBODY.pw_uid, NOBODY.pw_gid)
    os.mkdir("roots", 0o700)
    for what, args, kept in (
            ("-Z", (), 0), ("-Z, threads", ("--workers", "2"), 0),
            ("-Z, -w", ("-w", "nobodys/x.pcap"), 0),
            ("-Z, -w where only root may", ("-w", "roots/x.pcap"),
             DAC_OVERRIDE)):
        if kept and "libcap-ng" not in VERSION:
            continue
        d = Dump("-i", "eth0", "-Z", "nobody", "--packets", *args)
        works(what, d)
        bare(what, d, NOBODY.pw_uid, kept)
        equal(f"{what}: groups", {s["Groups"].split()[0]
                                  for s in threads(d.process.pid)},
              {str(NOBODY.pw_gid)})
        equal(f"{what}: status", d.stop(), 0)


def no_sandbox():
    """Privileges are given up all the same."""
    d = Dump("-i", "eth0", "--no-sandbox", "--packets")
    works("--no-sandbox", d)
    s = threads(d.process.pid)[0]
    equal("--no-sandbox: what is in force",
          [s[x] for x in ("NoNewPrivs", "Seccomp")], ["1", "0"])
    if "libcap-ng" in VERSION:
        equal("--no-sandbox: capabilities", {s[x] for x in SETS}, {"0" * 16})
    d.stop()


def copy(name, *how):
    """The program, where nobody may start it; None if that cannot be."""
    shutil.copy(SESSDUMP, name)
    os.chmod(name, 0o755)
    if how and subprocess.run([*how, name], check=False).returncode != 0:
        return None
    return os.path.realpath(name)


def file_capabilities():
    """setcap, and nobody runs it."""
    for caps, kept in (("cap_net_raw+ep", 0),
                       ("cap_net_raw,cap_sys_ptrace,cap_dac_read_search+ep",
                        SYS_PTRACE | DAC_READ_SEARCH)):
        what = f"setcap {caps}"
        os.environ["SESSDUMP"] = copy("capable", "setcap", caps) or ""
        if not os.environ["SESSDUMP"]:
            ok(True, f"{what} # SKIP this file system has none")
            continue
        d = Dump("-i", "eth0", "--packets", before=AS_NOBODY)
        works(what, d)
        bare(what, d, NOBODY.pw_uid, bounds=bounding())
        if "libmnl" in VERSION:
            helper(what, d, kept)
        equal(f"{what}: status", d.stop(), 0)
    for what, caps in (("no capability", ()),
                       ("none in force", ("setcap", "cap_net_raw+p"))):
        os.environ["SESSDUMP"] = copy("plain", *caps) or SESSDUMP
        d = Dump("-i", "eth0", before=AS_NOBODY, ready=False)
        equal(f"{what}: status", d.wait(), 1)
        ok(any("setcap cap_net_raw+ep" in x for x in d.err),
           f"{what}: the cure is told", *d.err)


def helper(what, d, most):
    """Whose sockets are: who finds out keeps that much."""
    with open(f"/proc/{d.process.pid}/task/{d.process.pid}/children",
              encoding="ascii") as f:
        for s in threads(f.read().split()[0]):
            equal(f"{what}: what the helper may",
                  [int(s[x], 16) for x in ("CapPrm", "CapEff", "CapInh",
                                           "CapAmb")], [most, most, 0, 0])
            equal(f"{what}: the helper, too, gets no more",
                  s["NoNewPrivs"], "1")


def service():
    """As sessdump@.service starts it."""
    path = os.environ["builddir"] + "/systemd/sessdump@.service"
    with open(path, encoding="utf-8") as f:
        unit = dict(x.rstrip("\n").split("=", 1) for x in f if "=" in x and
                    x[0] != "#")
    equal("the service: capabilities", unit["AmbientCapabilities"],
          unit["CapabilityBoundingSet"])
    names = unit["AmbientCapabilities"].lower().replace("cap_", "").split()
    only = "-all," + ",".join("+" + x for x in names)
    os.environ["SESSDUMP"] = copy("plain")
    os.mkdir("logs")
    os.chown("logs", NOBODY.pw_uid, NOBODY.pw_gid)
    os.chdir("logs")
    d = Dump("-i", "eth0", *unit["Environment"].strip('"').split()[1:],
             "--packets",
             before=(*AS_NOBODY, f"--inh-caps={only}",
                     f"--ambient-caps={only}", f"--bounding-set={only}",
                     "--no-new-privs"))
    works("the service", d)
    bare("the service", d, NOBODY.pw_uid,
         bounds=NET_RAW | SYS_PTRACE | DAC_READ_SEARCH | PERFMON | BPF)
    if "libmnl" in VERSION:
        helper("the service", d, SYS_PTRACE | DAC_READ_SEARCH)
    equal("the service: status", d.stop(), 0)
    equal("the service: its file", os.listdir("."), ["packets.pcapng0"])
    os.chdir("..")


def set_user_id():
    """It would open the files of whoever owns it for anybody."""
    for mode, what in (0o4755, "set-user-ID"), (0o2755, "set-group-ID"):
        os.environ["SESSDUMP"] = copy("setid")
        os.chmod("setid", mode)
        d = Dump("-i", "eth0", before=AS_NOBODY, ready=False)
        equal(f"{what}: status", d.wait(), 1)
        ok(d.said("it runs set-user-ID or set-group-ID"),
           f"{what}: it says so", *d.err)
        equal(f"{what}: nothing was done", (d.out, d.said("listening")),
              ([], False))


SESSDUMP = os.environ["SESSDUMP"]
os.chmod(".", 0o755)
lab.set_up(veth=True)
root()
becomes()
no_sandbox()
file_capabilities()
service()
set_user_id()
finish()
