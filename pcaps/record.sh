#!/bin/sh
# record.sh [NAME]...: records the captures of this folder anew, as root.
#
# Everything happens in two network namespaces of its own.  scenes.py joins
# them by a wire that it can hold and cut, plays a scene between real sockets,
# and lets tcpdump watch; what this kernel cannot do is left as it was.
# Afterwards: make golden, and read the difference.
set -eu
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")"
a=sdrec$$a b=sdrec$$b

[ "$(id -u)" -eq 0 ] || { echo "record.sh: must be root" >&2; exit 1; }
for tool in ip nft python3 tcpdump; do
	command -v $tool >/dev/null ||
		{ echo "record.sh: $tool is missing" >&2; exit 1; }
done

cleanup() {
	ip netns del $a 2>/dev/null || :
	ip netns del $b 2>/dev/null || :
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

[ $# -gt 0 ] || eval "set -- $(python3 scenes.py --list | tr '\n' ' ')"
for name; do
	# Fresh ones for each: no cached routes, cookies or old sockets.
	ip netns add $a
	ip netns add $b
	python3 scenes.py $a $b "$name" || echo "$name: not recorded" >&2
	cleanup
done
