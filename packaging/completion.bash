# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Completion of gpuvf-agent's command lines, for bash. Nothing is listed here:
# verbs, options and keys are what the program's own help says, GPUs and VFs
# what the kernel has, sections and profiles what the configuration names.

_gpuvf_agent_verbs() {
	"$1" help 2> /dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# lines "usage: ..." of verb $2, and those that continue them
_gpuvf_agent_usage() {
	"$1" help "$2" 2> /dev/null | sed -n '/^usage: /p; /^       /p'
}

# options of verb $2, from the lines that explain them
_gpuvf_agent_options() {
	"$1" help "$2" 2> /dev/null | grep -oE -- '^  (-[A-Za-z], )?--[a-z-]+' |
		grep -oE -- '--?[A-Za-z][a-z-]*'
	echo --help
}

# names of the sections of kind $1: gpu, profile
_gpuvf_agent_sections() {
	sed -n "s/^[[:blank:]]*\\[$1[[:blank:]]\\{1,\\}\\([A-Za-z0-9._-]*\\).*/\\1/p" \
		"${_gpuvf_agent_root-}"/etc/gpuvf.ini \
		"${_gpuvf_agent_root-}"/etc/gpuvf.d/*.ini 2> /dev/null
}

# PCI address of section [gpu $1], if it is for one
_gpuvf_agent_address() {
	cat "${_gpuvf_agent_root-}"/etc/gpuvf.ini \
		"${_gpuvf_agent_root-}"/etc/gpuvf.d/*.ini 2> /dev/null |
		awk -v header="[gpu $1]" '
	/^[[:blank:]]*\[/ { mine = $1 " " $2 == header }
	mine && sub(/^[[:blank:]]*pci[[:blank:]]*=[[:blank:]]*/, "") {
		print ($1 ~ /:.*:/ ? "" : "0000:") $1
		exit
	}'
}

_gpuvf_agent_gpus() {
	local dir

	for dir in "${_gpuvf_agent_root-}"/sys/class/gpuvf/*:*; do
		[ ! -d "$dir" ] || echo "${dir##*/}"
	done
	_gpuvf_agent_sections gpu
}

# GPU/VF for the GPU that word $1 begins with
_gpuvf_agent_vfs() {
	local gpu=${1%%/*} dir

	dir=${_gpuvf_agent_root-}/sys/class/gpuvf/
	[ -d "$dir$gpu" ] || gpu=$(_gpuvf_agent_address "$gpu")
	[ -n "$gpu" ] || return
	for dir in "$dir$gpu"/vf*; do
		[ ! -d "$dir" ] || echo "${1%%/*}/${dir##*/vf}"
	done
}

# keys of a VF or of a GPU, as word $2 names one, from usage $1: the lines are of
# the one until one names the other
_gpuvf_agent_keys() {
	awk -v is_vf="$([[ $2 != */* ]] || echo 1)" '
	/ GPU\/VF / { mine = is_vf }
	/ GPU / { mine = !is_vf }
	mine' <<< "$1" | grep -oE '[a-z_]+='
}

# what may stand for word $3 of the verb whose usage is $1, behind $2, the words
# before it; not an option
_gpuvf_agent_words() {
	local arguments

	case $3 in
	policy=*)
		printf 'policy=%s\n' fixed equal best-effort
		return
		;;
	esac
	# shellcheck disable=SC2001	# shorter than the loop it would take
	arguments=$(sed 's/\[-[^]]*\]//g' <<< "$1")
	case $arguments in
	*FILE*) compgen -f -- "$3" ;;
	*VERB*) _gpuvf_agent_verbs gpuvf-agent ;;
	*REASON*) gpuvf-agent explain ;;
	*GPU*)
		# keys, once it is said of whom
		if [[ -n $2 && $arguments == *=* ]]; then
			_gpuvf_agent_keys "$arguments" "$2"
		elif [[ -z $2 || $arguments == *GPU...* || $1 == *'[GPU...]'* ]]; then
			_gpuvf_agent_gpus
			[[ $3 != */* || $arguments != *GPU/VF* ]] ||
				_gpuvf_agent_vfs "$3"
		fi
		;;
	esac
}

_gpuvf_agent() {
	local line=${COMP_LINE:0:COMP_POINT} current='' previous verb='' choice
	local typed given='' word cut file

	# The words as the program will get them: bash cuts at ':' and '='.
	read -ra typed <<< "$line"
	if [[ $line != *[[:blank:]] ]]; then
		current=${typed[-1]}
		unset 'typed[-1]'
	fi
	previous=${typed[-1]}
	for word in "${typed[@]:1}"; do
		[[ $word != -* ]] || continue
		[ -z "$verb" ] || given=${given:-$word}
		: "${verb:=$word}"
	done

	case $verb:$previous in
	:*) choice="$(_gpuvf_agent_verbs "$1") --help --version" ;;
	show:-o | stats:-o | plan:-o | apply:-o | *:--columns)
		# with a wrong name it says which there are
		choice=$("$1" "${verb/apply/plan}" -o . 2>&1 | sed -n 's/.* is none of //p')
		;;
	*:-f | *:--file | *:-o | *:--output | *:--prometheus)
		choice=$(compgen -f -- "$current")
		;;
	*:--profile) choice=$(_gpuvf_agent_sections profile) ;;
	*)
		if [[ $current =~ ^--(file|output|prometheus)= ]]; then
			file=${current#*=}
			choice=$(compgen -f -P "${current%%=*}=" -- "$file")
		elif [[ $current == -* ]]; then
			choice=$(_gpuvf_agent_options "$1" "$verb")
		else
			choice=$(_gpuvf_agent_words \
				"$(_gpuvf_agent_usage "$1" "$verb")" "$given" \
				"$current")
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$choice" -- "$current")

	# a key wants its value next, a directory its file
	if [ ${#COMPREPLY[@]} = 1 ]; then
		case ${COMPREPLY[0]} in
		*=) compopt -o nospace 2> /dev/null ;;
		*) [ ! -d "${COMPREPLY[0]}" ] || compopt -o filenames 2> /dev/null ;;
		esac
	fi
	# what bash has cut off stays as it is
	cut=${current%"${current##*[:=]}"}
	COMPREPLY=("${COMPREPLY[@]#"$cut"}")
}

complete -F _gpuvf_agent gpuvf-agent
