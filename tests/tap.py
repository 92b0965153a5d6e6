"""TAP for tests in Python; tests/tap.sh is the same for scripts."""

count = failed = 0


def ok(good, what, *why):
    global count, failed
    count += 1
    print("ok" if good else "not ok", count, "-", what, flush=True)
    if not good:
        failed += 1
        for line in "\n".join(str(w) for w in why).splitlines():
            print("#", line, flush=True)
    return good


def equal(what, got, want):
    return ok(got == want, what, f"got: {got!r}", f"expected: {want!r}")


def finish():
    print(f"1..{count}")


def status():
    """What to exit with."""
    return 1 if failed else 0
