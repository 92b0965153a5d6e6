"""The two lists of scenes (see stage.py), and what most begin with."""
from lab import A

FIN, SYN, RST, ACK = 1, 2, 4, 16
opening = []		# p is the client
closing = []		# p closes first; it is the client, or the server


def scene_of(scenes):
    def add(scene):
        scenes.append(scene)
        return scene
    return add


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


def crossing_fins(x, *muted):
    """Both FINs are under way at once; what these send next dies."""
    yield from established(x)
    for host in x.p, x.q:
        x.hold(host)
        x.fin(host)
    for host in x.p, x.q:
        yield x.held(host, FIN)
    said = "fin_wait_1", "close_wait"	# A's FIN is all that was seen
    yield x.misses(("fin_wait_1", "fin_wait_1"),
                   said if x.p == A else said[::-1])
    for host in muted:
        yield x.mute(host)
    x.release()
