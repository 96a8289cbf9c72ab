#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Try gpuvf-agent on a GPU of Intel's xe. common.sh has the rest.
#
#	xe.sh [--yes] [GPU]
set -uo pipefail
. "$(dirname "$0")/common.sh"

provider=xe
section=('driver 0 = none')

# VF 1 and 2 of xe's counting
settings() {
	local dir file

	for dir in "$pf"/sriov_admin/{vf1,vf2,pf}/profile; do
		for file in vram_quota exec_quantum_ms preempt_timeout_us sched_priority; do
			[ ! -e "$dir/$file" ] || [[ $dir/$file == */vf*/sched_priority ]] ||
				echo "$dir/$file"
		done
	done
}

vf_file() {
	echo "$pf/sriov_admin/vf$(($1 + 1))/profile/$2"
}

has_quotas() {
	[ -w "$(vf_file 0 vram_quota)" ] &&
		[ $((0$(stat -c %a "$(vf_file 0 vram_quota)") & 0200)) != 0 ]
}

state() {
	echo "eq 0=$(cat "$(vf_file 0 exec_quantum_ms)")" \
		"pt 0=$(cat "$(vf_file 0 preempt_timeout_us)")" \
		"$([ ! -e "$(vf_file 0 vram_quota)" ] ||
			echo "lmem 0=$(cat "$(vf_file 0 vram_quota)") ")num $(cat "$pf/sriov_numvfs")"
}

profile() {
	if has_quotas; then
		echo "fb = $((512 / $1))MiB"
	else
		echo 'fb = shared'
	fi
	echo "time_slice = $((8 * $1))ms"
	echo "preempt_timeout = $((20 * $1))ms"
}

why_not() {
	[ -e "$pf/sriov_admin" ] || echo 'it has no sriov_admin: Linux 6.19 or newer has'
	no_vfs_are_there
}

probes() {
	local eq pt quota

	eq=$(vf_file 0 exec_quantum_ms)
	pt=$(vf_file 0 preempt_timeout_us)
	quota=$(vf_file 0 vram_quota)
	probe 'eq 0=16' "$eq" 16
	probe 'eq 0=200000' "$eq" 200000
	probe 'pt 0=200000000' "$pt" 200000000
	probe 'eq 0=0' "$eq" 0
	probe 'pt 0=0' "$pt" 0
	if has_quotas; then
		probe 'lmem 0=2097153' "$quota" 2097153
		probe 'lmem 0=1099511627776' "$quota" 1099511627776
		probe 'lmem 0=0' "$quota" 0
	fi
	count_probes
	if has_quotas; then
		# of a VF that was never started
		probe 'lmem 0=16777216' "$quota" 16777216
	fi
	probe 'num 0' "$pf/sriov_numvfs" 0
}

run "$@"
