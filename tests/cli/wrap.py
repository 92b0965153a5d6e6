"""wrap.py: the same packets, in several VLANs and tunnels at once.

usage: wrap.py CAPTURE WRAPPING... >CAPTURE
Each frame of the capture comes once a WRAPPING, in their order, a microsecond
apart.  A WRAPPING is of these, the outermost first, with '+' between them:

  plain                 as it is
  vlan=ID[.ID...]       802.1Q tags
  vxlan=VNI[@N]         VXLAN
  gtpu=TEID,TEID[@N]    GTP-U, an identifier for each direction
  ipip[=@N]             IP in IP

Tunnels go between 198.51.100.N and the address behind it; N is 1 unless told.
Who sends goes by the source of the frame, as seq.py and lab.py make them.
"""
import struct
import sys

MAC = (b"\2\0\0\0\0\1", b"\2\0\0\0\0\2")
VXLAN, GTPU, IPIP, IPV6_IN, UDP = 4789, 2152, 4, 41, 17


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(protocol, data, side, host):
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), 1, 0x4000, 64,
                         protocol, 0)
    header += bytes([198, 51, 100, host + side, 198, 51, 100, host + 1 - side])
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return MAC[1 - side] + MAC[side] + b"\x08\0" + header + data


def udp(source, destination, data):
    return struct.pack("!HHHH", source, destination, 8 + len(data), 0) + data


def wrap(frame, kind, side):
    name, _, value = kind.partition("=")
    value, _, host = value.partition("@")
    host, packet = int(host or 1), frame[14:]
    if name == "plain":
        return frame
    if name == "vlan":
        tags = b"".join(struct.pack("!HH", 0x8100, int(v))
                        for v in value.split("."))
        return frame[:12] + tags + frame[12:]
    if name == "vxlan":
        return ipv4(UDP, udp(50000 + side, VXLAN, struct.pack(
            "!II", 0x08000000, int(value) << 8) + frame), side, host)
    if name == "gtpu":
        return ipv4(UDP, udp(GTPU, GTPU, struct.pack(
            "!BBHI", 0x30, 255, len(packet),
            int(value.split(",")[side])) + packet), side, host)
    if name == "ipip":
        return ipv4(IPIP if packet[0] >> 4 == 4 else IPV6_IN, packet, side,
                    host)
    raise SystemExit("wrap.py: what is " + kind)


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    out, at = sys.stdout.buffer, 24
    if struct.unpack("<I", data[:4])[0] != 0xA1B23C4D:
        raise SystemExit("wrap.py: not a capture of nanoseconds")
    out.write(data[:24])
    while at < len(data):
        s, ns, n, whole = struct.unpack("<IIII", data[at:at + 16])
        frame = data[at + 16:at + 16 + n]
        at += 16 + n
        side = MAC.index(frame[6:12])
        for i, wrapping in enumerate(sys.argv[2:]):
            new = frame
            for kind in reversed(wrapping.split("+")):
                new = wrap(new, kind, side)
            out.write(struct.pack("<IIII", s, ns + 1000 * i, len(new),
                                  whole + len(new) - n) + new)


main()
