"""Capture files, read and made without any code of the program's.

frames(path) reads pcap and pcapng: what matters of each frame.  Pcapng makes
files of the latter that no capture gives.
"""
import collections
import struct

Frame = collections.namedtuple("Frame", "ts len data linktype name flags "
                               "comment")
File = collections.namedtuple("File", "frames interfaces statistics section")


def options(data, order):
    """By code, each a list."""
    found = collections.defaultdict(list)
    at = 0
    while at + 4 <= len(data):
        code, n = struct.unpack_from(order + "HH", data, at)
        if code == 0:
            break
        found[code].append(data[at + 4:at + 4 + n])
        at += 4 + (n + 3) // 4 * 4
    return found


def pcap(data, order, unit):
    linktype = struct.unpack_from(order + "I", data, 20)[0]
    at, frames = 24, []
    while at < len(data):
        s, fraction, caplen, n = struct.unpack_from(order + "IIII", data, at)
        body = data[at + 16:at + 16 + caplen]
        assert len(body) == caplen, "the file ends in a frame"
        frames.append(Frame(s * 10**9 + fraction * unit, n, body, linktype,
                            None, 0, None))
        at += 16 + caplen
    return File(frames, [], [], {})


def nanoseconds(units, resolution):
    base = 2 if resolution & 128 else 10
    return units * 10**9 // base**(resolution & 127)


class Pcapng:
    """Blocks, in the order in which they are asked for."""

    def __init__(self, order="<"):
        self.order = order
        self.data = bytearray()
        self.block(0x0a0d0d0a, self.pack("IHHq", 0x1a2b3c4d, 1, 0, -1))

    def pack(self, layout, *values):
        return struct.pack(self.order + layout, *values)

    def option(self, code, value):
        return self.pack("HH", code, len(value)) + value + \
            b"\0" * (-len(value) % 4)

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        n = self.pack("I", len(body) + 12)
        self.data += self.pack("I", kind) + n + body + n

    def interface(self, linktype, name=None, snaplen=0, resolution=9):
        self.block(1, self.pack("HHI", linktype, 0, snaplen) +
                   (self.option(2, name) if name else b"") +
                   self.option(9, bytes([resolution])))

    def frame(self, interface, ts, data, n=None, flags=None):
        data = bytes(data)
        self.block(6, self.pack("IIIII", interface, ts >> 32,
                                ts & 0xffffffff, len(data), n or len(data)) +
                   data + b"\0" * (-len(data) % 4) +
                   (self.option(2, self.pack("I", flags)) if flags else b""))


def pcapng(data):
    at, f = 0, File([], [], [], {})
    first = order = None
    while at < len(data):
        kind = data[at:at + 4]
        if kind == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8] == 0x4d else ">"
            first = len(f.interfaces)
        kind, n = struct.unpack_from(order + "II", data, at)
        body = data[at + 8:at + n - 4]
        assert struct.unpack_from(order + "I", data, at + n - 4)[0] == n, \
            "the file ends in a block"
        if kind == 0x0a0d0d0a:
            f.section.update(options(body[16:], order))
        elif kind == 1:
            linktype, _, snaplen = struct.unpack_from(order + "HHI", body)
            f.interfaces.append((linktype, snaplen, options(body[8:], order)))
        elif kind == 6:
            i, high, low, caplen, size = struct.unpack_from(order + "IIIII",
                                                            body)
            linktype, _, about = f.interfaces[first + i]
            more = options(body[20 + (caplen + 3) // 4 * 4:], order)
            resolution = about[9][0][0] if about[9] else 6
            f.frames.append(Frame(
                nanoseconds(high << 32 | low, resolution), size,
                body[20:20 + caplen], linktype,
                about[2][0].decode() if about[2] else None,
                struct.unpack(order + "I", more[2][0])[0] if more[2] else 0,
                more[1][0].decode() if more[1] else None))
        elif kind == 5:
            f.statistics.append((struct.unpack_from(order + "I", body)[0],
                                 options(body[12:], order)))
        at += n
    return f


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        return pcapng(data)
    for order in "<>":
        for magic, unit in ((0xa1b2c3d4, 1000), (0xa1b23c4d, 1)):
            if struct.unpack_from(order + "I", data)[0] == magic:
                return pcap(data, order, unit)
    raise ValueError(f"{path}: no capture file")


def frames(path):
    return read(path).frames
