"""TAP for tests in Python; tests/tap.sh is the same for scripts."""

LINES, WIDTH = 40, 2000		# of what is said of a failure, at most
count = failed = 0


def ok(good, what, *why):
    global count, failed
    count += 1
    print("ok" if good else "not ok", count, "-", what, flush=True)
    if not good:
        failed += 1
        for line in "\n".join(str(w) for w in why).splitlines()[:LINES]:
            print("#", line[:WIDTH], flush=True)
    return good


def equal(what, got, want):
    return ok(got == want, what, f"got: {got!r}", f"expected: {want!r}")


def skip(what, why):
    ok(True, f"{what} # SKIP {why}")


def finish():
    print(f"1..{count}")


def status():
    """What to exit with."""
    return 1 if failed else 0
