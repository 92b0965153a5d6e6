"""What tests of rewritten captures have in common."""
import glob
import os
import subprocess

from tap import ok

SESSDUMP = os.environ["SESSDUMP"]
PCAPS = os.path.join(os.environ["srcdir"], "pcaps")
ALL = [word for path in sorted(glob.glob(os.path.join(PCAPS, "*.pcap*")))
       for word in ("-r", path)]
SUMS = ["ip", "tcp", "udp", "icmp", "icmpv6", "sctp", "igmp", "gre", "dccp"]
BAD, GOOD = "0", "1"		# of a checksum's status


def run(*args):
    p = subprocess.run([SESSDUMP, *args], capture_output=True, check=False,
                       stdin=subprocess.DEVNULL)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def good(what, *args):
    status, out, err = run(*args)
    ok(status == 0 and "sessdump: " not in err, what, status, err)
    return out, err


def tshark(path, *fields):
    """Of each frame the fields, each a list."""
    args = ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE",
            "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
            "-o", "sctp.checksum:TRUE", "-T", "fields"]
    for f in fields:
        args += ["-e", f]
    p = subprocess.run(args, capture_output=True, check=True,
                       stdin=subprocess.DEVNULL)
    return [[x.split(",") if x else [] for x in line.split("\t")]
            for line in p.stdout.decode().split("\n")[:-1]]


def checksums(path):
    """Of each frame the status of all that SUMS names."""
    return tshark(path, *(x + ".checksum.status" for x in SUMS))
