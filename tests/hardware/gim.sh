#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Try gpuvf-agent on a GPU of AMD's GIM, which divides it as it is loaded: nothing is
# changed, and what would be has to be refused. common.sh has the rest.
#
#	gim.sh [--yes] [GPU]
set -uo pipefail
. "$(dirname "$0")/common.sh"

provider=gim

# all of it is as it was before, or something is wrong
settings() {
	echo "$pf/accelerator_partition_profile"
	echo "$pf/memory_partition_mode"
}

state() {
	echo "num $(cat "$pf/sriov_numvfs")" \
		"partition $(cat "$pf/accelerator_partition_profile" 2> /dev/null)" \
		"$(cat "$pf/memory_partition_mode" 2> /dev/null)"
}

profile() {
	echo 'fb = shared'
}

why_not() {
	! grep -q '"in_use": true' "$work/show.json" || echo 'a VF is in use'
}

ask() {
	echo "This changes nothing of $gpu; it reads, and asks for what has to be refused."
}

# nothing is ever put back
put_back() { :; }

steps() {
	local vfs

	vfs=$(cat "$pf/sriov_numvfs")
	configuration 1 $((vfs + 1)) > "$work/more.ini"
	changed=1
	step 0 export export -o "$work/exported.ini" "$gpu"
	plans_nothing "$work/exported.ini"
	step 0 'apply what is' apply -f "$work/exported.ini"
	step 2 'another number of VFs' apply -f "$work/more.ini"
}

probes() { :; }

run "$@"
