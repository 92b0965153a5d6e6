# tap.sh: TAP for test scripts, sourced as . "${srcdir:=.}/tests/tap.sh".
# The environment comes from tests/Makemodule.am: SESSDUMP is the program,
# srcdir and builddir are absolute.
# shellcheck shell=sh
tap_count=0
# Each script has a folder of its own for what it writes, gone at its end.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/sessdump.XXXXXX") || exit 99
tap_cleanup() { rm -rf "$tmp"; }
trap tap_cleanup EXIT
trap 'exit 99' HUP INT TERM

ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $*"
}

not_ok() {
	tap_count=$((tap_count + 1))
	echo "not ok $tap_count - $*"
}

skip() {	# skip WHAT WHY
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

# Standard input as comments.
diag() {
	sed 's/^/# /'
}

# check WHAT COMMAND...: does the command succeed? Else its output is shown.
check() {
	tap_what=$1
	shift
	if "$@" >"$tmp/check" 2>&1; then
		ok "$tap_what"
	else
		not_ok "$tap_what"
		echo "$*" | diag
		head -n 40 "$tmp/check" | diag
	fi
}

# is WHAT GOT EXPECTED: are the two texts the same?
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		printf 'got:\n%s\nexpected:\n%s\n' "$2" "$3" | diag
	fi
}

# none WHAT FILE: is the file, a list of findings, empty?
none() {
	if [ -s "$2" ]; then
		not_ok "$1"
		head -n 40 "$2" | diag
	else
		ok "$1"
	fi
}

# Drops what this build of the program cannot say: Community IDs need nettle.
as_built() {
	if "$SESSDUMP" --version | grep -q "Community ID: not"; then
		sed 's/"community_id":"[^"]*",//'
	else
		cat
	fi
}

finish() {
	echo "1..$tap_count"
	exit 0
}
