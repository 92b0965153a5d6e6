"""Runs sessdump over every workload of flood, a small one each."""
from hostile import Result, curve

COUNT = 30000
SMALL = 1000		# sessions, where there are to be too few
count = 0

WORKLOADS = ("syn", "midstream", "open", "rst", "synin", "synpair",
             "overlap", "unfinished", "tunnels", "options", "backwards",
             "collide", "holes", "acks", "paths")
# These ask for more sessions than there is room for.
FLOODS = ("syn", "midstream", "open", "tunnels", "backwards", "collide",
          "paths")
# Here attackers have true handshakes, too: only activity tells them apart.
NO_DIFFERENCE = ("open",)
# A SYN whose SYN-ACK passes by cannot be told from a peer that starts anew: the
# true session goes on under other numbers, and nothing of it may be lost.
CUT_IN_PIECES = ("synpair",)


def ok(good, what, why=()):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)
    if not good:
        for line in list(why)[:8]:
            print("#", line, flush=True)


def is_sound(r, limit):
    """The exit status and the numbers of the summary."""
    s, bad = r.summary, []
    if r.status != 0:
        bad.append(f"exit status {r.status}")
    if s.packets != r.truth.frames:
        bad.append(f"{s.packets} packets, not {r.truth.frames}")
    if r.records != s.sessions:
        bad.append(f"{r.records} records of {s.sessions} sessions")
    if s.evicted_open > s.evicted or s.evicted > s.sessions:
        bad.append("evictions do not add up")
    if s.evicted > 0 and s.sessions <= limit:
        bad.append("evictions without need")
    return bad + s.text.splitlines() if bad else []


def with_room():
    for name in ("normal", "queries"):
        bad = is_sound(Result(name, COUNT), 1 << 20)
        ok(not bad, f"{name}: status and summary", bad)
    for name in WORKLOADS:
        r = Result(name, COUNT)
        bad = is_sound(r, 1 << 20)
        ok(not bad, f"{name}: status and summary", bad)
        if name in CUT_IN_PIECES:
            bad = r.losses()
            ok(not bad, f"{name}: no true packet is lost", bad)
        else:
            bad = r.complaints()
            ok(not bad, f"{name}: true sessions are whole", bad)


def without_room():
    for name in FLOODS:
        r = Result(name, COUNT, "--max-sessions", str(SMALL), step=100000)
        bad = is_sound(r, SMALL)
        ok(not bad, f"{name}, too many: status and summary", bad)
        for kind in ("busy",) if name in NO_DIFFERENCE else ("busy", "idle"):
            bad = r.complaints(kind)
            ok(not bad, f"{name}, too many: {kind} true sessions stay", bad)


def many():
    samples, s, evicted = curve("sessions", 300000, "--max-sessions", "3000",
                                every=4)
    ok(s.sessions >= 300000 and s.evicted >= 290000,
       "300000 sessions, 3000 at a time: evictions are counted",
       s.text.splitlines())
    ok(s.evicted_open == 0 and evicted == 0,
       "no open session is evicted while there are closed ones",
       s.text.splitlines() + [f"{evicted} records say evicted"])
    third = next(kb for fed, kb in samples if fed * 3 >= samples[-1][0])
    last = samples[-1][1]
    ok(last <= third + 1024, "memory is flat from 100000 to 300000",
       [f"{third} KB, then {last} KB"])


def tight():
    """500 left open, 256 going on: there are always some that are closed."""
    r = Result("sessions", 100000, "--max-sessions", "1000")
    bad = is_sound(r, 1000) + r.complaints()
    ok(not bad, "few closed: true sessions are whole, idle ones, too", bad)
    ok(r.summary.evicted_open == 0, "few closed: no open one is evicted",
       r.summary.text.splitlines())


with_room()
without_room()
tight()
many()
print(f"1..{count}")
