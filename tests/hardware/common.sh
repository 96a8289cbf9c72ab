# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts of this directory have in common. Each tries gpuvf-agent on a card of one
# provider, prints what the driver did with each write in the form of the tables in
# tests/doubles, and puts everything back, also when it is interrupted.
#
# A script sets provider, and has these functions, all about $gpu and $pf:
#
#	settings	prints the files that its steps may change, in the order in which
#			they are put back
#	state		prints what a row has as state
#	profile N	prints the keys of a profile: the first one and another one
#	probes		writes to files, see probe()
#	why_not		prints what keeps this card from being tried, if anything does
#	prepare		finds out what all of them need, if anything
#
# Variables: AGENT (gpuvf-agent), OUT (where the results go, the current directory).

agent=${AGENT:-gpuvf-agent}
provider=${provider-}
out=${OUT:-$PWD}
export LC_ALL=C
work=
rows=
failed=0
changed=
section=()

prepare() { :; }

die() {
	echo "$*" >&2
	exit 1
}

# name_of TEXT: the errno that strerror() describes so
name_of() {
	case $1 in
	*'Operation not permitted') echo EPERM ;;
	*'No such file or directory') echo ENOENT ;;
	*'Input/output error') echo EIO ;;
	*'Cannot allocate memory') echo ENOMEM ;;
	*'Permission denied') echo EACCES ;;
	*'Device or resource busy') echo EBUSY ;;
	*'No such device') echo ENODEV ;;
	*'Invalid argument') echo EINVAL ;;
	*'No space left on device') echo ENOSPC ;;
	*'Numerical result out of range') echo ERANGE ;;
	*'Argument list too long') echo E2BIG ;;
	*'Resource temporarily unavailable') echo EAGAIN ;;
	*'Value too large for defined data type') echo EOVERFLOW ;;
	*'Operation not supported') echo EOPNOTSUPP ;;
	*'No data available') echo ENODATA ;;
	*'Connection timed out') echo ETIMEDOUT ;;
	*'Stale file handle') echo ESTALE ;;
	*'Structure needs cleaning') echo EUCLEAN ;;
	*'Disk quota exceeded') echo EDQUOT ;;
	*'Operation canceled') echo ECANCELED ;;
	*'Required key not available') echo ENOKEY ;;
	*) echo "${1##*: }" ;;
	esac
}

# row SITUATION WRITE ERRNO: what came of a write
row() {
	printf '%-32s ; %-28s ; %-10s ; %-32s ; %s ; read\n' "$1" "$2" "$3" \
		"$(state)" "$source" | tee -a "$rows"
}

# probe WHAT FILE VALUE: a row for a write of VALUE, which a table would call WHAT
probe() {
	local before said

	[[ $2 == "$pf"/* ]] || die "$2 is no file of $gpu"
	before=$(state)
	changed=1
	said=$( (echo "$3" > "$2") 2>&1) || true
	row "$before" "$1" "$([ -z "$said" ] && echo 0 || name_of "$said")"
}

# step CODE WHAT ARGUMENT...: a row for a command of gpuvf-agent
step() {
	local want=$1 what=$2 before code=0

	shift 2
	before=$(state)
	timeout -k 10 600 "$agent" "$@" > "$work/said" 2>&1 || code=$?
	row "$before" "$what" "$([ $code = 0 ] && echo 0 || echo "exit $code")"
	[ $code = "$want" ] && return
	failed=$((failed + 1))
	echo "# '$*' ended with $code, not $want:"
	sed 's/^/#   /' "$work/said"
} 2>&1

# plans_nothing FILE: and says so
plans_nothing() {
	step 0 'plan' plan -f "$1"
	grep -q 'in sync' "$work/said" && return
	failed=$((failed + 1))
	echo '# there is something that plan would do:'
	sed 's/^/#   /' "$work/said"
}

# configuration PROFILE VFS: for $vfs VFs, or for none
configuration() {
	echo '[gpuvf]'
	echo 'version = 1'
	echo '[profile p]'
	profile "$1"
	echo '[gpu g]'
	echo "pci = $gpu"
	if [ "$2" = 0 ]; then
		echo 'vfs = 0'
	else
		echo "vf 0-$(($2 - 1)) = p"
		[ ${#section[@]} = 0 ] || printf '%s\n' "${section[@]}"
	fi
}

# what is put back, and what may change by itself beside it
all_settings() {
	settings
	echo "$pf/sriov_drivers_autoprobe"
	echo "$pf/sriov_numvfs"
}

# "low [normal]": the word in brackets is what is set
value_of() {
	sed 's/.*\[\(.*\)\].*/\1/' "$1" 2> /dev/null
}

snapshot() {
	local file

	all_settings | while read -r file; do
		[ ! -e "$file" ] || echo "$file $(value_of "$file")"
	done
}

put_back() {
	local file value

	if [ "$(cat "$pf/sriov_numvfs")" != 0 ]; then
		"$agent" apply -f "$work/none.ini" > "$work/said" 2>&1 ||
			echo 0 > "$pf/sriov_numvfs" || true
	fi
	while read -r file value; do
		[ "$(value_of "$file")" = "$value" ] || echo "$value" > "$file" || true
	done < "$work/before" 2> /dev/null
}

# at the end, however that comes
finish() {
	local code=$?

	trap '' INT TERM HUP
	[ -n "$work" ] || exit $code
	if [ -n "$changed" ]; then
		put_back
		snapshot > "$work/after"
		if diff "$work/before" "$work/after"; then
			echo '# everything is as it was before'
		else
			echo '# NOT everything could be put back: < was, > is'
			code=1
		fi
	fi
	if [ -n "${completed-}" ]; then
		"$agent" report -o "${rows%.rows}.tar" "$gpu" || code=1
		[ $failed = 0 ] || code=1
		echo "# please send $rows and ${rows%.rows}.tar"
	fi
	rm -rf "$work"
	exit $code
}

find_gpu() {
	local dir found=()

	for dir in /sys/bus/pci/drivers/"$provider"/*:*; do
		[ ! -e "$dir/sriov_totalvfs" ] || found+=("${dir##*/}")
	done
	[ ${#found[@]} = 1 ] || die "give the PCI address of the GPU; there are: ${found[*]-none}"
	gpu=${found[0]}
}

check() {
	local why

	[ "$(id -u)" = 0 ] || die 'this needs to be root'
	"$agent" version > /dev/null || die "there is no '$agent'; set AGENT to its path"
	[ ! -S /run/gpuvf/daemon.sock ] || die 'gpuvf-agent daemon runs here: stop it first'
	[ -e "$pf/sriov_numvfs" ] || die "$gpu cannot have VFs"
	"$agent" show -j "$gpu" > "$work/show.json" || die "gpuvf-agent cannot show $gpu"
	grep -q "\"provider\": \"$provider\"" "$work/show.json" ||
		die "$gpu is not a GPU of provider $provider"
	prepare
	why=$(why_not)
	[ -z "$why" ] || die "$gpu: $why; nothing was changed"
}

# for most: VFs that are there belong to someone
no_vfs_are_there() {
	local file value

	[ "$(cat "$pf/sriov_numvfs")" = 0 ] || {
		echo 'VFs are enabled already; disable them first'
		return
	}
	settings | grep "/vf[0-9]" | while read -r file; do
		value=$(value_of "$file")
		case $value in
		0 | low | normal | '') ;;
		*) echo "$file is $value already" ;;
		esac
	done | head -n 1
}

ask() {
	local answer

	echo "This changes $gpu for some minutes: VFs are enabled and disabled, and these"
	echo 'files are written. They are put back at the end, and when it is interrupted.'
	all_settings | sed 's/^/    /'
	[ -z "$yes" ] || return 0
	read -r -p 'Go on? [y/N] ' answer
	[ "$answer" = y ] || exit 1
}

# count_probes: what the PCI core and the driver say to numbers of VFs
count_probes() {
	local total

	total=$(cat "$pf/sriov_totalvfs")
	echo 0 > "$pf/sriov_drivers_autoprobe"
	probe "num $((total + 1))" "$pf/sriov_numvfs" $((total + 1))
	probe 'num 1' "$pf/sriov_numvfs" 1
	probe 'num 1' "$pf/sriov_numvfs" 1
	[ "$total" = 1 ] || probe 'num 2' "$pf/sriov_numvfs" 2
}

steps() {
	vfs=$(cat "$pf/sriov_totalvfs")
	[ "$vfs" -le 2 ] || vfs=2
	configuration 1 "$vfs" > "$work/small.ini"
	configuration 2 "$vfs" > "$work/other.ini"
	configuration 2 0 > "$work/none.ini"
	changed=1
	step 0 "apply $vfs VFs" apply -f "$work/small.ini"
	plans_nothing "$work/small.ini"
	step 0 export export -o "$work/exported.ini" "$gpu"
	plans_nothing "$work/exported.ini"
	step 0 'apply other values' apply -f "$work/other.ini"
	plans_nothing "$work/other.ini"
	step 0 'apply 0 VFs' apply -f "$work/none.ini"
}

# run [--yes] [GPU]
run() {
	yes=
	[ "${1-}" != --yes ] || {
		yes=1
		shift
	}
	gpu=${1-}
	[ -n "$gpu" ] || find_gpu
	pf=/sys/bus/pci/devices/$gpu
	work=$(mktemp -d)
	trap finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	check
	rows=$out/gpuvf-$provider-$(date +%Y%m%d-%H%M%S).rows
	source="$(cat "$pf/vendor"):$(cat "$pf/device") Linux $(uname -r)"
	ask
	snapshot > "$work/before"
	[ "$provider" = gim ] || "$agent" export -o "$work/present.ini" "$gpu" > "$work/said" 2>&1 || true
	echo '# situation ; write ; errno ; state after ; source ; mark' | tee "$rows"
	steps
	probes
	completed=1
}
