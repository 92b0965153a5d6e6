"""Scenes: how a connection opens, or does not, and stays open."""
import socket

from lab import A, B
from live import ok
from scenes import SYN, closing, established, opening, scene_of

MSG_FASTOPEN = 0x20000000


@scene_of(opening)
def listening(x):
    """a SYN is lost, to a host that listens"""
    x.listen()
    yield x.deaf(x.q)
    x.syn()
    yield x.sees("syn_sent", "listen")
    yield x.free()
    yield x.sees("established", "established")


@scene_of(opening)
def black_hole(x):
    """a SYN is lost, to a host that does not listen"""
    yield x.deaf(x.q)
    x.syn()
    yield x.misses(("syn_sent", "closed"), ("syn_sent", "listen"))
    yield x.free()
    yield x.sees("closed", "closed")


@scene_of(opening)
def refused(x):
    """refused"""
    x.syn()
    yield x.sees("closed", "closed")


@scene_of(opening)
def refusal_lost(x):
    """a refusal is lost"""
    yield x.deaf(x.p, "any")
    x.syn()
    yield x.misses(("syn_sent", "closed"), ("closed", "closed"))
    yield x.mute(x.q, "any")
    yield x.misses(("syn_sent", "closed"), ("syn_sent", "closed"))
    yield x.free()
    yield x.sees("closed", "closed")


@scene_of(opening)
def syn_received(x):
    """the client's ACK does not come"""
    x.listen()
    yield x.mute(x.p, "ACK")
    x.syn()
    yield x.sees("established", "syn_received")
    yield x.free()
    yield x.sees("established", "established")


@scene_of(opening)
def syn_ack_lost(x):
    """a SYN-ACK is lost"""
    x.listen()
    yield x.deaf(x.p)
    x.syn()
    yield x.misses(("syn_sent", "syn_received"),
                   ("established", "syn_received"))
    yield x.mute(x.q)
    yield x.sees("syn_sent", "syn_received")
    yield x.free()
    yield x.sees("established", "established")


@scene_of(opening)
def third_lost(x):
    """the ACK of a SYN-ACK is lost"""
    x.listen()
    yield x.deaf(x.q, "ACK")
    x.syn()
    yield x.misses(("established", "syn_received"),
                   ("established", "established"))
    yield x.mute(x.p, "ACK")
    yield x.sees("established", "syn_received")
    yield x.free()
    yield x.sees("established", "established")


@scene_of(opening)
def crossing_syns(x):
    """simultaneous open"""
    for host in x.p, x.q:
        yield x.mute(host, "SYN-ACK")
    for host in x.p, x.q:
        x.hold(host)
        x.syn(host)
    for host in x.p, x.q:
        yield x.held(host, SYN)
    said = "syn_sent", "listen"		# A's SYN is all that was seen
    yield x.misses(("syn_sent", "syn_sent"),
                   said if x.p == A else said[::-1])
    x.release(1)		# without what was repeated meanwhile
    yield x.sees("syn_received", "syn_received")
    yield x.free()
    yield x.sees("established", "established")
    for frm in A, B:
        x.send(frm)
        yield x.got(1 - frm)
    yield x.sees("established", "established")


@scene_of(opening)
def abandoned(x):
    """SYN-SENT is given up, and a SYN-ACK comes"""
    x.listen()
    yield x.deaf(x.p)
    x.syn()
    yield x.misses(("syn_sent", "syn_received"),
                   ("established", "syn_received"))
    x.close(x.p)
    yield x.free()
    yield x.sees("closed", "closed")


@scene_of(opening)
def aborted_early(x):
    """SYN-RECEIVED, and a RST from the client"""
    x.listen()
    yield x.mute(x.p, "ACK")
    x.syn()
    yield x.sees("established", "syn_received")
    x.abort(x.p)
    yield x.sees("closed", "closed")


@scene_of(opening)
def not_accepted(x):
    """SYN-RECEIVED, and a RST from the server"""
    x.listen()
    yield x.mute(x.p, "ACK")
    x.syn()
    yield x.sees("established", "syn_received")
    x.listening.close()
    x.send(x.p)
    yield x.sees("closed", "closed")


@scene_of(opening)
def closed_early(x):
    """SYN-RECEIVED, and a FIN"""
    x.listen()
    yield x.mute(x.p, "ACK")
    x.syn()
    yield x.sees("established", "syn_received")
    x.fin(x.p)
    yield x.sees("fin_wait_2", "close_wait")


@scene_of(opening)
def tried_again(x):
    """SYN-SENT is given up, and tried again from the same port"""
    x.listen()
    yield x.deaf(x.q)
    x.syn()
    yield x.sees("syn_sent", "listen")
    before = x.packets()[-1]["session"]
    x.close(x.p)
    x.syn()
    yield x.more(1)
    yield x.sees("syn_sent", "listen")
    ok(x.packets()[-1]["session"] != before, f"{x.name}: a new session")
    yield x.free()
    yield x.sees("established", "established")


# Linux gives up at once, whatever the code (tcp_v4_err(), tcp_v6_err()).

def unreachable(x, what):
    x.listen()
    yield x.deaf(x.q, what)
    x.syn()
    yield x.sees("closed", "listen")


@scene_of(opening)
def no_port(x):
    """SYN-SENT, and ICMP says: port unreachable"""
    yield from unreachable(x, "no port")


@scene_of(opening)
def no_host(x):
    """SYN-SENT, and ICMP says: host unreachable"""
    yield from unreachable(x, "no host")


@scene_of(opening)
def prohibited(x):
    """SYN-SENT, and ICMP says: prohibited"""
    yield from unreachable(x, "prohibited")


# TCP Fast Open: the client has a cookie.

def fast_open(x):
    x.listen(fast=True)
    yield x.mute(x.p, "ACK")
    x.new(x.p)
    x.sock[x.p].sendto(b"hello\n", MSG_FASTOPEN, x.address(x.q))
    yield x.accept
    yield x.got(x.q)
    yield x.sees("established", "syn_received")


@scene_of(opening)
def fast(x):
    """Fast Open"""
    yield from fast_open(x)
    yield x.free()
    yield x.sees("established", "established")
    x.send(x.q)
    yield x.got(x.p)
    yield x.sees("established", "established")


@scene_of(opening)
def fast_answer(x):
    """Fast Open, and data before the ACK"""
    yield from fast_open(x)
    seen = x.more(1, x.q)
    x.send(x.q)
    yield seen
    yield x.got(x.p)
    yield x.sees("established", "syn_received")
    yield x.free()
    yield x.sees("established", "established")


@scene_of(opening)
def fast_close(x):
    """Fast Open, and a FIN before the ACK"""
    yield from fast_open(x)
    x.close(x.q)
    yield x.sees("close_wait", "fin_wait_1")
    yield x.free()
    yield x.sees("close_wait", "fin_wait_2")


@scene_of(opening)
def fast_refused(x):
    """Fast Open, and the server takes no data with the SYN"""
    x.listen()
    x.new(x.p)
    x.sock[x.p].sendto(b"hello\n", MSG_FASTOPEN, x.address(x.q))
    yield x.accept
    yield x.got(x.q)
    yield x.sees("established", "established")


# Established.

@scene_of(opening)
def aborted(x):
    """ESTABLISHED, and a RST"""
    yield from established(x)
    x.abort(x.p)
    yield x.sees("closed", "closed")


@scene_of(opening)
def abort_lost(x):
    """a RST is lost"""
    yield from established(x)
    yield x.deaf(x.q, "any")
    x.abort(x.p)
    yield x.misses(("closed", "established"), ("closed", "closed"))
    yield x.free()
    x.send(x.q)
    yield x.sees("closed", "closed")


@scene_of(closing)
def half_open(x):
    """half-open, and data"""
    yield from established(x)
    yield x.mute(x.p, "any")
    x.abort(x.p)
    yield x.free()
    x.send(x.q)
    yield x.sees("closed", "closed")


@scene_of(opening)
def half_open_again(x):
    """half-open, and a SYN (RFC 9293, figure 9)"""
    yield from established(x)
    yield x.mute(x.p, "any")
    x.abort(x.p)
    yield x.free()
    yield x.syn
    yield x.sees("established", "established")
    yield x.accept
    x.send(x.p)
    yield x.got(x.q)
    yield x.sees("established", "established")


@scene_of(opening)
def unreachable_later(x):
    """ESTABLISHED, and ICMP says: host unreachable"""
    yield from established(x)
    seen = x.more(1, x.p)
    yield x.deaf(x.q, "no host")
    x.send(x.p)
    yield seen
    yield x.sees("established", "established")
    yield x.free()
    yield x.got(x.q)
    yield x.sees("established", "established")


@scene_of(opening)
def keep_alive(x):
    """keep-alive probes"""
    yield from established(x)
    x.keep_alive(x.p)
    yield x.more(4)
    yield x.sees("established", "established")


@scene_of(opening)
def zero_window(x):
    """a window of zero, and its probes"""
    yield from established(x)
    full = x.more(1, x.q)
    x.sock[x.q].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    x.sock[x.p].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
    x.send(x.p, bytes(1 << 16))
    yield full
    yield lambda: any(r["layers"][-1].get("window") == 0
                      for r in x.packets(x.q))
    yield x.more(2, x.q)
    yield x.sees("established", "established")
    x.fin(x.q)
    yield x.sees("close_wait", "fin_wait_2")
