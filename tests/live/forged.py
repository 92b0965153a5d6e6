"""Scenes: segments that belong to no connection, or not to this one.

Both kernels ignore them, or challenge them (RFC 5961); nothing moves.
"""
from lab import A, B
from scenes import ACK, FIN, RST, SYN, closing, established, half_closed, \
    last_ack, opening, scene_of


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


def answer_old(x, repeats=0):
    """The real SYN, and so many more, are held until the old is refused."""
    x.listen()
    x.hold(x.p)
    x.syn()
    yield x.held(x.p, SYN)
    mine = x.numbers(x.p)[0] - 1
    old = (mine - 100000) % 2**32
    x.forge(x.p, SYN, old)
    yield x.held(x.p, SYN, old)
    yield lambda: len(x.held(x.p, SYN, mine % 2**32)()) > repeats
    x.overtake(x.p, SYN, old)
    yield x.held(x.p, RST)
    x.overtake(x.p, RST)
    x.release()
    yield x.sees("established", "established")


@scene_of(opening)
def old_syn(x):
    """an old SYN is answered (RFC 9293, figure 8)"""
    yield from answer_old(x)


@scene_of(opening)
def old_syn_between(x):
    """an old SYN between two real ones is answered"""
    yield from answer_old(x, repeats=1)


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
    x.fin(x.p)
    yield x.sees("fin_wait_2", "close_wait")
    x.close(x.q)
    yield x.sees("time_wait", "closed")
