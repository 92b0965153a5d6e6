"""Lines on a terminal of any width: terminal.py SESSDUMP FILE prints TAP."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

from tap import finish, ok

sessdump, path = sys.argv[1:]


def resize(fd, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def plain(text):
    return re.sub(r"\x1b\[\d*m", "", text.decode()).replace("\r", "")


def drain(fd):
    """All that comes until the other side is closed."""
    text = b""
    while True:
        try:
            more = os.read(fd, 65536)
        except OSError:
            return text
        if not more:
            return text
        text += more


def shown(columns, *args):
    """Lines as they go to a terminal that wide."""
    ours, theirs = pty.openpty()
    resize(theirs, columns)
    p = subprocess.Popen([sessdump, "-r", path, *args], stdout=theirs,
                         stderr=subprocess.DEVNULL)
    os.close(theirs)
    text = plain(drain(ours))
    p.wait()
    os.close(ours)
    return text.splitlines()


def piped(*args):
    return subprocess.run([sessdump, "-r", path, *args], capture_output=True,
                          text=True).stdout.splitlines()


def states(lines):
    return [x.split()[-2:] for x in lines]


def widths():
    for view in "--packets", "--events", "--sessions":
        whole = piped(view)
        ok(shown(200, view) == whole, f"{view}: 200 columns hold all")
        ok(shown(0, view) == whole, f"{view}: a width that is not known")
        for columns in range(160, 116, -1):
            lines = shown(columns, view)
            wide = [x for x in lines if len(x) > columns]
            if wide or states(lines[1:]) != states(whole[1:]):
                ok(False, f"{view}: {columns} columns", *wide)
                break
        else:
            ok(True, f"{view}: every width down to 117")
        for columns in 80, 40, 1:
            lines = shown(columns, view)
            ok(states(lines[1:]) == states(whole[1:]),
               f"{view}: {columns} columns: every state", *lines)
            ok(all("  " not in x for x in lines),
               f"{view}: {columns} columns: no padding", *lines)


def follows():
    """The width is asked for again when the terminal says so."""
    ours, theirs = pty.openpty()
    resize(theirs, 200)
    p = subprocess.Popen([sessdump, "-r", "-", "--packets"],
                         stdin=subprocess.PIPE, stdout=theirs,
                         stderr=subprocess.DEVNULL, start_new_session=True,
                         preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY,
                                                        0))
    os.close(theirs)
    data = open(path, "rb").read()
    half = len(data) // 2
    p.stdin.write(data[:half])
    p.stdin.flush()
    first = b""
    while b"\n" not in first:
        first += os.read(ours, 65536)
    resize(ours, 80)
    time.sleep(0.3)		# the kernel's signal, and nothing else, is waited for
    p.stdin.write(data[half:])
    p.stdin.close()
    lines = plain(first + drain(ours)).splitlines()
    p.wait()
    ok(" win " in lines[0] and " win " not in lines[-1],
       "a terminal that shrinks", *lines)


widths()
follows()
finish()
