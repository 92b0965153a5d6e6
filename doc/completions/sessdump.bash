# sessdump.bash: completion for bash

_sessdump_namespaces() {
	ip netns list 2>/dev/null | sed 's/ .*//'
}

# Of a namespace, or of this one.
_sessdump_interfaces() {
	sessdump ${1:+--netns "$1"} -D 2>/dev/null |
		sed 's/^[0-9]*[. ]*//; s/[ 	].*//' | grep . ||
		[[ -n $1 ]] || { ls /sys/class/net; echo any; } 2>/dev/null
}

# NETNS:INTERFACE comes in one word, or in three: then what stands before the
# colon is not to be completed again.
_sessdump_places() {
	local netns= before=
	if [[ $cur == : ]]; then
		netns=$1 cur=
	elif [[ -n $1 ]]; then
		netns=$1
	elif [[ $cur == *:* ]]; then
		netns=${cur%:*} before=${cur%:*}: cur=${cur##*:}
	fi
	COMPREPLY=($(compgen -P "$before" \
		-W "$(_sessdump_interfaces "$netns")" -- "$cur"))
	[[ -z $netns ]] || return 0
	COMPREPLY+=($(compgen -S : -W "$(_sessdump_namespaces)" -- "$cur"))
	[[ ${COMPREPLY[*]} != *: ]] || compopt -o nospace 2>/dev/null
}

# The list in the last word is open: 80,443,<TAB> goes on behind the comma.
_sessdump_list() {
	local before=
	[[ $cur != *,* ]] || before=${cur%,*},
	compopt -o nospace 2>/dev/null
	COMPREPLY=($(compgen -P "$before" -W "$1" -- "${cur##*,}"))
}

_sessdump() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local IFS=$' \t\n' netns= i=$COMP_CWORD
	COMPREPLY=()

	# The option, if this is what stands behind NETNS and a colon.
	[[ $cur == : ]] || i=$((i - 1))
	if ((i > 2)) && [[ ${COMP_WORDS[i]} == : ]]; then
		netns=${COMP_WORDS[i - 1]} i=$((i - 2))
		[[ ${COMP_WORDS[i]} != = ]] || i=$((i - 1))
		case ${COMP_WORDS[i]} in
		-i|--interface|--replay-to)
			_sessdump_places "$netns" ;;
		esac
		return 0
	fi

	# --option=value comes in three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	case $prev in
	-i|--interface|--replay-to)
		_sessdump_places ;;
	--netns)
		COMPREPLY=($(compgen -W "$(_sessdump_namespaces)" -- "$cur")) ;;
	-r|--read|-w|--write|-F|--filter-file|--plugin)
		compopt -o filenames 2>/dev/null
		IFS=$'\n'
		COMPREPLY=($(compgen -f -- "$cur")) ;;
	-Z|--relinquish-privileges)
		COMPREPLY=($(compgen -u -- "$cur")) ;;
	-Q|--direction)
		COMPREPLY=($(compgen -W 'in out inout' -- "$cur")) ;;
	--format)
		COMPREPLY=($(compgen -W 'text json zeek zeek-json' -- "$cur")) ;;
	--color)
		COMPREPLY=($(compgen -W 'auto always never' -- "$cur")) ;;
	-j|--time-stamp-type)
		COMPREPLY=($(compgen -W 'host host_lowprec host_hiprec adapter
			adapter_unsynced' -- "$cur")) ;;
	--time-stamp-precision)
		COMPREPLY=($(compgen -W 'micro nano' -- "$cur")) ;;
	--write-format)
		COMPREPLY=($(compgen -W 'pcap pcapng' -- "$cur")) ;;
	--backend)
		COMPREPLY=($(compgen -W 'afpacket pcap' -- "$cur")) ;;
	--proto)
		_sessdump_list 'tcp udp udplite icmp icmpv6 sctp gre esp ah' ;;
	--key)
		_sessdump_list 'vlan tunnel' ;;
	--state)
		_sessdump_list 'listen syn_sent syn_received established
			fin_wait_1 fin_wait_2 close_wait closing last_ack
			time_wait closed unknown new' ;;
	--timeout)
		compopt -o nospace 2>/dev/null
		COMPREPLY=($(compgen -S = -W 'closed time_wait last_ack
			close_wait fin_wait syn_sent syn_received unknown icmp
			udp udp_established generic one_way established' -- "$cur")) ;;
	-y|--linktype|-s|--snapshot-length|-B|--buffer-size|-c|--count|\
	--port|--host|--interval|--stats|-C|-G|-W|--max-sessions|--seed|--workers|\
	--process|--pace|--max-gap|--pps|--mbps|--loop|--link-header|\
	--map-ip|--map-port|--map-mac|--vlan|--mtu-fragment|--mtu-drop|\
	--anonymize)
		;;
	*)
		[[ $cur == -* ]] || return 0
		COMPREPLY=($(compgen -W '
			-i --interface --netns --dedup --no-dedup -r --read -D --list-interfaces -L
			--list-data-link-types -j --time-stamp-type -J
			--list-time-stamp-types -y --linktype -s
			--snapshot-length -B --buffer-size -p
			--no-promiscuous-mode -Q --direction --backend --pace --max-gap
			--workers --port
			--no-processes --process
			--host --proto --state -F --filter-file -O --no-optimize
			-c --count --packets --events --sessions --interval --sockets --stats
			--key --format --json -w --write --write-format --comments
			-C -G -W --replay-to --pps --mbps --topspeed --loop
			--link-header --map-ip --map-port --map-mac
			--vlan --mtu-fragment --mtu-drop --anonymize --cut-payload
			-n -e -v --verbose -q
			--quiet -N --resolve -t --nano --micro
			--time-stamp-precision -x -X -A -l --line-buffered -U
			--packet-buffered --color --max-sessions --timeout
			-Z --relinquish-privileges --no-sandbox
			--seed --dissectors --plugin -d -h --help --version' -- "$cur")) ;;
	esac
}

complete -F _sessdump sessdump
