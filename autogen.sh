#!/bin/sh
# ./autogen.sh		makes configure, nothing else
# ./autogen.sh demo	installs what is missing, builds in build/, shows sessdump
# ./autogen.sh check	the same, then the tests; ends with "N passed, N failed"
# In the environment: BUILD, the folder to build in; CONFIGURE, its options.
set -eu
cd "$(dirname "$0")"
BUILD=${BUILD:-build}

# When it is needed, how to tell that it is there, and who provides it:
# Debian and Ubuntu, Fedora and RHEL, Arch, Alpine, openSUSE.
needs() {
	cat <<-'END'
	gen	cmd:autoconf	autoconf	autoconf	autoconf	autoconf	autoconf
	gen	cmd:automake	automake	automake	automake	automake	automake
	gen	cmd:pkg-config	pkg-config	pkgconf-pkg-config	pkgconf	pkgconf	pkg-config
	build	cmd:make	make	make	make	make	make
	build	cmd:cc	gcc	gcc	gcc	gcc	gcc
	build	hdr:stdio.h	libc6-dev	glibc-devel	glibc	musl-dev	glibc-devel
	build	hdr:linux/if_packet.h	linux-libc-dev	kernel-headers	linux-api-headers	linux-headers	linux-glibc-devel
	build	lib:libpcap	libpcap-dev	libpcap-devel	libpcap	libpcap-dev	libpcap-devel
	build	lib:nettle	nettle-dev	nettle-devel	nettle	nettle-dev	libnettle-devel
	build	lib:libarchive	libarchive-dev	libarchive-devel	libarchive	libarchive-dev	libarchive-devel
	build	lib:zlib	zlib1g-dev	zlib-devel	zlib	zlib-dev	zlib-devel
	build	lib:libmnl	libmnl-dev	libmnl-devel	libmnl	libmnl-dev	libmnl-devel
	build	lib:libbpf	libbpf-dev	libbpf-devel	libbpf	libbpf-dev	libbpf-devel
	build	lib:libcap-ng	libcap-ng-dev	libcap-ng-devel	libcap-ng	libcap-ng-dev	libcap-ng-devel
	build	lib:libseccomp	libseccomp-dev	libseccomp-devel	libseccomp	libseccomp-dev	libseccomp-devel
	check	cmd:ip	iproute2	iproute	iproute2	iproute2	iproute2
	check	cmd:nft	nftables	nftables	nftables	nftables	nftables
	check	cmd:unshare	util-linux	util-linux	util-linux	util-linux-misc	util-linux
	check	cmd:python3	python3	python3	python	python3	python3
	check	cmd:mandoc	mandoc	mandoc	mandoc	mandoc	mandoc
	check	cmd:valgrind	valgrind	valgrind	valgrind	valgrind	valgrind
	END
}

die() {
	echo "autogen.sh: $*" >&2
	exit 1
}

have() {
	case $1 in
	cmd:*)	command -v "${1#*:}" >/dev/null 2>&1 ;;
	lib:*)	pkg-config --exists "${1#*:}" 2>/dev/null ;;
	hdr:*)	echo "#include <${1#*:}>" | cc -E - >/dev/null 2>&1 ;;
	esac
}

# missing GROUPS: the packages that would provide what is not there.
missing() {
	needs | while read -r group probe names; do
		case " $1 " in
		*" $group "*)	have "$probe" ||
				echo "$names" | cut -f "$column" ;;
		esac
	done | sort -u | tr '\n' ' '
}

# The package manager and its column; Debian's names for unknown systems.
find_manager() {
	ID='' ID_LIKE=''
	# shellcheck source=/dev/null
	[ ! -r /etc/os-release ] || . /etc/os-release
	case " $ID $ID_LIKE " in
	*" debian "*|*" ubuntu "*)	manager=apt-get column=1 ;;
	*" fedora "*|*" rhel "*)	manager=dnf column=2 ;;
	*" arch "*)			manager=pacman column=3 ;;
	*" alpine "*)			manager=apk column=4 ;;
	*" suse "*|*" opensuse "*)	manager=zypper column=5 ;;
	*)				manager='' column=1 ;;
	esac
	[ -z "$manager" ] || have "cmd:$manager" || manager='' column=1
}

install_packages() {
	# shellcheck disable=SC2086 # a list of words
	set -- $1
	case $manager in
	apt-get)
		as_root apt-get -q update || echo "going on without it"
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -q \
		    install -y --no-install-recommends "$@" ;;
	dnf)	as_root dnf -q install -y "$@" ;;
	pacman)	as_root pacman -S --noconfirm --needed "$@" ;;
	apk)	as_root apk add "$@" ;;
	zypper)	as_root zypper -n install "$@" ;;
	esac
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif have cmd:sudo; then
		sudo "$@"
	else
		die "neither root nor sudo; as root, run: $*"
	fi
}

unknown() {
	die "on this system, install what Debian calls: $packages"
}

# set_up GROUPS: installs what is missing, or says what to install.
set_up() {
	packages=$(missing "$1")
	[ -n "$packages" ] || return 0
	[ -n "$manager" ] || unknown
	echo "installing with $manager: $packages"
	install_packages "$packages"
	packages=$(missing "$1")
	[ -z "$packages" ] || die "still missing: $packages"
}

make_configure() {
	packages=$(missing gen)
	if [ -n "$packages" ]; then
		[ -n "$manager" ] || unknown
		die "missing; install with $manager: $packages"
	fi
	autoreconf -fi
}

build() {
	[ ! -e config.status ] ||
		die "configured in the source tree; run make distclean first"
	[ -x configure ] || make_configure
	mkdir -p "$BUILD"
	# shellcheck disable=SC2086 # a list of words
	[ -e "$BUILD/Makefile" ] ||
		(cd "$BUILD" && "$OLDPWD/configure" -q ${CONFIGURE-})
	jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || jobs=1
	make -C "$BUILD" --no-print-directory -j "$jobs"
}

show() {
	printf '\n$ %s\n' "$*"
	"$@"
}

# count WORDS: the sum of these lines in the summary of automake's log.
count() {
	awk -v want=" $1 " '
		/^# [A-Z]+: +[0-9]+$/ && index(want, " " $2 " ") { n += $3 }
		/^# ERROR:/ { exit }
		END { print n + 0 }' "$BUILD/test-suite.log"
}

check() {
	rm -f "$BUILD/test-suite.log"
	status=0
	make -C "$BUILD" --no-print-directory -j "$jobs" check || status=$?
	if [ ! -e "$BUILD/test-suite.log" ]; then
		echo "0 passed, 1 failed"
		exit 1
	fi
	passed=$(count 'PASS: XFAIL:')
	failed=$(count 'FAIL: XPASS: ERROR:')
	skipped=$(count SKIP:)
	[ $status -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}

find_manager
case ${1-} in
'')
	make_configure
	;;
demo)
	set_up "gen build"
	build
	show "$BUILD/sessdump" -r pcaps/http.pcap -c 12
	show "$BUILD/sessdump" -r pcaps/http.pcap --sessions
	;;
check)
	set_up "gen build check"
	build
	check
	;;
*)
	echo "usage: $0 [demo|check]" >&2
	exit 2
	;;
esac
