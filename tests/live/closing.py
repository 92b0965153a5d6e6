"""Scenes: how a connection ends, and its ports come again."""
from lab import B
from live import ok
from scenes import FIN, RST, closing, crossing_fins, established, \
    half_closed, last_ack, scene_of


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
    """simultaneous close, and the repeated FINs cross, too"""
    yield from crossing_fins(x, x.p, x.q)
    yield x.sees("closing", "closing")
    for host in x.p, x.q:
        x.hold(host)
    yield x.free()
    for host in x.p, x.q:
        yield x.held(host, FIN)
    x.release(1)
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
    x.fin(x.p)
    yield x.held(x.p, FIN)
    x.overtake(x.p, FIN)
    # From host B the FIN reaches sessdump first, and that tells; from host A
    # it saw both in order.
    want = "fin_wait_1", "established"
    yield x.sees(*want) if x.p == B else \
        x.misses(want, ("fin_wait_1", "close_wait"))
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
    seq, _ = x.numbers(x.q)
    x.close(x.q)
    yield x.sees("time_wait", "closed")
    yield x.forge(x.q, RST, seq + 1)
    yield x.sees("closed", "closed")


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
