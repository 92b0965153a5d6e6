"""Every state that a kernel has: sessdump says what both kernels say."""
import socket

import lab
from lab import A, B
from live import finish, ok
from stage import Stage, STATE

FIN, SYN, RST, ACK = 1, 2, 4, 16
MSG_FASTOPEN = 0x20000000
opening, closing = [], []	# p is the client; p closes first, client or not


def scene_of(list_):
    def add(scene):
        list_.append(scene)
        return scene
    return add


# What other scenes begin with.

def established(x):
    x.listen()
    x.syn()
    yield x.sees("established", "established")
    yield x.accept
    for frm in x.client, x.server:
        x.send(frm)
        yield x.got(1 - frm)
    yield x.sees("established", "established")


def half_closed(x):
    yield from established(x)
    x.fin(x.p)
    yield x.sees("fin_wait_2", "close_wait")


def last_ack(x):
    yield from half_closed(x)
    yield x.mute(x.p)
    x.fin(x.q)
    yield x.sees("time_wait", "last_ack")


def crossing_fins(x, *deaf):
    """Both FINs are under way at once; these hosts' ACKs die."""
    yield from established(x)
    x.hold(x.p)
    x.hold(x.q)
    x.fin(x.p)
    x.fin(x.q)
    yield x.held(x.p)
    yield x.held(x.q)
    at_a = "fin_wait_1"
    at_b = "close_wait"		# a FIN is on its way to it
    kernels = "fin_wait_1", "fin_wait_1"
    yield x.misses(kernels, (at_a, at_b) if x.p == A else (at_b, at_a))
    for host in deaf:
        yield x.mute(host)
    x.release()


# Opening.

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
    x.hold(x.p)
    x.hold(x.q)
    x.syn(x.p)
    x.syn(x.q)
    yield x.held(x.p)
    yield x.held(x.q)
    kernels = "syn_sent", "syn_sent"
    yield x.misses(kernels, ("syn_sent", "listen") if x.p == A else
                   ("listen", "syn_sent"))
    for host in x.p, x.q:
        yield x.mute(host)
    x.release()
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
    yield x.mute(x.q)
    x.syn()
    yield x.misses(("syn_sent", "syn_received"), ("syn_sent", "listen"))
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


@scene_of(opening)
def rst_of_nothing(x):
    """SYN-SENT, and a RST that acknowledges something else"""
    x.listen()
    yield x.deaf(x.q)
    x.syn()
    yield x.sees("syn_sent", "listen")
    mine, _ = x.numbers(x.p)
    yield x.forge(x.q, RST | ACK, 0, mine + 1000)
    yield x.sees("syn_sent", "listen")
    yield x.free()
    yield x.sees("established", "established")


@scene_of(opening)
def old_syn(x):
    """an old SYN is answered (RFC 9293, figure 8)"""
    x.listen()
    yield x.deaf(x.q, "SYN")
    x.syn()
    yield x.sees("syn_sent", "listen")
    mine, _ = x.numbers(x.p)
    yield x.free()
    seen = x.more(3)		# it, the SYN-ACK and the RST
    yield x.forge(x.p, SYN, mine - 100000)
    yield seen
    yield x.sees("established", "established")


def unreachable(x, what, state):
    yield x.deaf(x.q, what)
    x.syn()
    yield x.sees("closed", state)


@scene_of(opening)
def no_port(x):
    """SYN-SENT, and ICMP says: port unreachable"""
    x.listen()
    yield from unreachable(x, "no port", "listen")


@scene_of(opening)
def no_host(x):
    """SYN-SENT, and ICMP says: host unreachable"""
    x.listen()
    yield from unreachable(x, "no host", "listen")


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


# Closing.

@scene_of(closing)
def normal(x):
    """one closes, then the other"""
    yield from half_closed(x)
    x.send(x.q)
    yield x.got(x.p)
    yield x.sees("fin_wait_2", "close_wait")
    x.close(x.q)
    yield x.sees("time_wait", "closed")


@scene_of(closing)
def fin_wait_1(x):
    """the ACK of the first FIN does not come"""
    yield from established(x)
    yield x.mute(x.q)
    x.fin(x.p)
    yield x.sees("fin_wait_1", "close_wait")
    yield x.free()
    yield x.sees("fin_wait_2", "close_wait")


@scene_of(closing)
def last(x):
    """the ACK of the second FIN does not come"""
    yield from last_ack(x)
    yield x.free()
    yield x.sees("time_wait", "closed")


@scene_of(closing)
def both(x):
    """simultaneous close"""
    yield from crossing_fins(x, x.p, x.q)
    yield x.sees("closing", "closing")
    yield x.free()
    yield x.sees("time_wait", "time_wait")


@scene_of(closing)
def both_one(x):
    """simultaneous close, and one ACK does not come"""
    yield from crossing_fins(x, x.q)
    yield x.sees("closing", "time_wait")
    yield x.free()
    yield x.sees("time_wait", "time_wait")


@scene_of(closing)
def fin_lost(x):
    """the first FIN is lost"""
    yield from established(x)
    yield x.deaf(x.q)
    x.fin(x.p)
    yield x.misses(("fin_wait_1", "established"),
                   ("fin_wait_1", "close_wait"))
    yield x.free()
    yield x.sees("fin_wait_2", "close_wait")


@scene_of(closing)
def ack_of_fin_lost(x):
    """the ACK of the first FIN is lost"""
    yield from established(x)
    yield x.deaf(x.p)
    x.fin(x.p)
    yield x.misses(("fin_wait_1", "close_wait"), ("fin_wait_2", "close_wait"))
    yield x.mute(x.q)
    yield x.sees("fin_wait_1", "close_wait")
    yield x.free()
    yield x.sees("fin_wait_2", "close_wait")


@scene_of(closing)
def second_fin_lost(x):
    """the second FIN is lost"""
    yield from half_closed(x)
    yield x.deaf(x.p)
    x.fin(x.q)
    yield x.misses(("fin_wait_2", "last_ack"), ("time_wait", "last_ack"))
    yield x.free()
    yield x.sees("time_wait", "closed")


@scene_of(closing)
def last_ack_lost(x):
    """the ACK of the second FIN is lost"""
    yield from half_closed(x)
    yield x.deaf(x.q)
    x.fin(x.q)
    yield x.misses(("time_wait", "last_ack"), ("time_wait", "closed"))
    yield x.mute(x.p)
    yield x.sees("time_wait", "last_ack")
    yield x.free()
    yield x.sees("time_wait", "closed")


@scene_of(closing)
def fin_first(x):
    """a FIN overtakes data"""
    yield from established(x)
    x.hold(x.p)
    x.send(x.p)
    yield x.held(x.p)
    x.fin(x.p)
    yield x.held(x.p, 2)
    x.overtake(x.p)
    yield x.misses(("fin_wait_1", "established"),
                   ("fin_wait_1", "close_wait"))
    x.release()
    yield x.sees("fin_wait_2", "close_wait")


# A RST in each of these states, from either side.

@scene_of(closing)
def rst_from_fin_wait_1(x):
    """FIN-WAIT-1 sends a RST to CLOSE-WAIT"""
    yield from established(x)
    yield x.mute(x.q)
    x.fin(x.p)
    yield x.sees("fin_wait_1", "close_wait")
    x.abort(x.p)
    yield x.sees("closed", "closed")


@scene_of(closing)
def rst_to_fin_wait_1(x):
    """CLOSE-WAIT sends a RST to FIN-WAIT-1"""
    yield from established(x)
    yield x.mute(x.q)
    x.fin(x.p)
    yield x.sees("fin_wait_1", "close_wait")
    x.abort(x.q)
    yield x.sees("closed", "closed")


@scene_of(closing)
def rst_from_fin_wait_2(x):
    """FIN-WAIT-2 sends a RST to CLOSE-WAIT"""
    yield from half_closed(x)
    x.abort(x.p)
    yield x.sees("closed", "closed")


@scene_of(closing)
def rst_to_fin_wait_2(x):
    """CLOSE-WAIT sends a RST to FIN-WAIT-2"""
    yield from half_closed(x)
    x.abort(x.q)
    yield x.sees("closed", "closed")


@scene_of(closing)
def rst_to_closing(x):
    """a RST to CLOSING"""
    yield from crossing_fins(x, x.p, x.q)
    yield x.sees("closing", "closing")
    x.abort(x.p)		# Linux sends none yet
    yield x.free()
    yield x.sees("closed", "closed")


@scene_of(closing)
def rst_to_last_ack(x):
    """a RST to LAST-ACK"""
    yield from half_closed(x)
    yield x.mute(x.p, "any")
    x.abort(x.p)
    x.fin(x.q)
    yield x.misses(("closed", "last_ack"), ("time_wait", "last_ack"))
    yield x.free()
    yield x.sees("closed", "closed")


@scene_of(closing)
def rst_to_time_wait(x):
    """a RST to TIME-WAIT (RFC 1337)"""
    yield from half_closed(x)
    seq, ack = x.numbers(x.q)
    x.close(x.q)
    yield x.sees("time_wait", "closed")
    yield x.forge(x.q, RST, seq + 1)
    yield x.sees("closed", "closed")


# Segments that are not what they seem: both kernels challenge or ignore.

def forged_to(x, states, victim, flags, ahead):
    """The number is so far ahead of what the victim expects."""
    frm = 1 - victim
    _, expected = x.numbers(victim)
    seen = x.more(1, victim)
    yield x.forge(frm, flags, expected + ahead)
    yield seen			# its challenge
    yield x.sees(*states)


def forged_to_both(x, *states):
    for victim in x.q, x.p:
        for flags, ahead in (RST, 100), (SYN, 100), (SYN, -5000), (
                SYN | ACK, 0):
            yield from forged_to(x, states, victim, flags, ahead)


@scene_of(closing)
def forged_in_established(x):
    """ESTABLISHED, and a forged RST, SYN and SYN-ACK"""
    yield from established(x)
    yield from forged_to_both(x, "established", "established")
    for frm in A, B:
        x.send(frm)
        yield x.got(1 - frm)
    yield x.sees("established", "established")


@scene_of(closing)
def forged_in_half_closed(x):
    """FIN-WAIT-2, CLOSE-WAIT, and a forged RST, SYN and SYN-ACK"""
    yield from half_closed(x)
    yield from forged_to_both(x, "fin_wait_2", "close_wait")
    x.send(x.q)
    yield x.got(x.p)
    yield x.sees("fin_wait_2", "close_wait")


@scene_of(closing)
def forged_old_rst(x):
    """ESTABLISHED, and an old RST"""
    yield from established(x)
    _, expected = x.numbers(x.q)
    yield x.forge(x.p, RST, expected - 3)
    yield x.sees("established", "established")


@scene_of(closing)
def forged_in_last_ack(x):
    """LAST-ACK, and a forged RST"""
    yield from last_ack(x)
    _, expected = x.numbers(x.q)
    yield x.forge(x.p, RST, expected + 100)
    yield x.sees("time_wait", "last_ack")


@scene_of(closing)
def forged_in_time_wait(x):
    """TIME-WAIT, and a forged RST and an old SYN"""
    yield from half_closed(x)
    seq, _ = x.numbers(x.q)
    x.close(x.q)
    yield x.sees("time_wait", "closed")
    yield x.mute(x.q, "any")	# it would end TIME-WAIT with a RST
    yield x.forge(x.q, RST, seq + 100)
    yield x.sees("time_wait", "closed")
    answer = x.more(1, x.p)
    yield x.forge(x.q, SYN, seq - 5000)
    yield answer
    yield x.sees("time_wait", "closed")


@scene_of(closing)
def forged_fin(x):
    """ESTABLISHED, and a forged FIN beyond the window"""
    yield from established(x)
    mine, theirs = x.numbers(x.p)
    yield x.forge(x.p, FIN | ACK, mine + (1 << 28), theirs)
    yield x.sees("established", "established")


@scene_of(closing)
def keep_alive_half_closed(x):
    """FIN-WAIT-2, CLOSE-WAIT, and keep-alive probes"""
    yield from half_closed(x)
    for host in x.q, x.p:
        x.keep_alive(host)
    yield x.more(6)
    yield x.sees("fin_wait_2", "close_wait")


# The ports again.

@scene_of(closing)
def reuse(x):
    """the ports again, out of TIME-WAIT"""
    yield from half_closed(x)
    before = x.packets()[-1]["session"]
    x.close(x.q)
    yield x.sees("time_wait", "closed")
    x.sock.clear()
    yield x.syn
    yield x.sees("established", "established")
    yield x.accept
    for frm in x.client, x.server:
        x.send(frm)
        yield x.got(1 - frm)
    yield x.sees("established", "established")
    ok(x.packets()[-1]["session"] != before, f"{x.name}: a new session")


@scene_of(closing)
def reuse_after_rst(x):
    """the ports again, after a RST"""
    yield from established(x)
    before = x.packets()[-1]["session"]
    x.abort(x.p)
    yield x.sees("closed", "closed")
    x.sock.clear()
    yield x.syn
    yield x.sees("established", "established")
    ok(x.packets()[-1]["session"] != before, f"{x.name}: a new session")


def cookie(v6, client):
    """A Fast Open cookie, for all connections from there."""
    server = 1 - client
    l = lab.new(server, v6)
    l.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 8)
    l.listen(8)
    c = lab.new(client, v6, bind=False)
    c.settimeout(None)
    c.sendto(b"", MSG_FASTOPEN, l.getsockname()[:2])
    for s in c, l.accept()[0], l:
        lab.abort(s)


stage = Stage()
for v6 in False, True:
    for host in A, B:
        cookie(v6, host)
        for scene in opening:
            stage.add(scene, v6, host, host)
        for scene in closing:
            stage.add(scene, v6, host, A)
stage.run("tcp or icmp or icmp6")

for v6 in False, True:
    for host in A, B:
        equal = {k[2] for k in stage.compared if k[:2] == (host, v6) and k[3]}
        ok(equal == set(STATE.values()) | {"closed"},
           f"every state was equal at {'AB'[host]}, IPv{6 if v6 else 4}",
           *equal)
print("#", sum(stage.compared.values()),
      "comparisons with ss, both ends, IPv4 and IPv6")
finish()
