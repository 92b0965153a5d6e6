# ns.sh: two network namespaces for a live test, sourced after tap.sh.
# They are gone with the script, and what captured in them, too.
# shellcheck shell=sh disable=SC2154 # tmp and srcdir are tap.sh's
PATH=$PATH:/usr/sbin:/sbin
live_a=sdtest$$a live_b=sdtest$$b

[ "$(uname -s)" = Linux ] || skip_all "network namespaces are Linux's"
[ "$(id -u)" -eq 0 ] || skip_all "needs root, to make network namespaces"
for tool in ip ss; do
	command -v $tool >/dev/null || skip_all "no $tool (iproute2)"
done
python3 -c 'import ctypes, http.server, json' 2>/dev/null ||
	skip_all "no python3 with its library"

live_cleanup() {
	for ns in $live_a $live_b; do
		pids=$(ip netns pids "$ns" 2>/dev/null)
		# shellcheck disable=SC2086 # a list
		[ -z "$pids" ] || kill -9 $pids 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
	tap_cleanup
}
trap live_cleanup EXIT

for ns in $live_a $live_b; do
	ip netns add "$ns" 2>"$tmp/why" ||
		skip_all "network namespaces are refused: $(cat "$tmp/why")"
done
ip -n $live_a link add eth0 type veth peer name eth0 netns $live_b \
    2>"$tmp/why" || skip_all "no veth: $(cat "$tmp/why")"
ip -n $live_a link del eth0

# For what libpcap cannot do.
needs_afpacket() {
	"$SESSDUMP" --version | grep -q '^AF_PACKET: TPACKET' ||
		skip_all "AF_PACKET is not in this build"
}

# live NAME ARGS...: runs tests/live/NAME.py, which prints TAP.
live() {
	live_name=$1
	shift
	cd "$tmp" || exit 99
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$srcdir/tests${PYTHONPATH:+:$PYTHONPATH}" \
	    python3 "$srcdir/tests/live/$live_name.py" $live_a $live_b "$@"
}
