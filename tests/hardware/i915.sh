#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Try gpuvf-agent on a GPU of i915 with SR-IOV: strongtz's or Intel's backports.
# common.sh has the rest.
#
#	i915.sh [--yes] [GPU]
set -uo pipefail
. "$(dirname "$0")/common.sh"

provider=i915
section=('driver 0 = none')

prepare() {
	local dir

	iov=
	for dir in "$pf"/drm/card*/prelim_iov "$pf"/drm/card*/iov; do
		if [ -e "$dir/mode" ]; then
			iov=$dir
			return
		fi
	done
}

# whether i915 divides by itself comes last: each other file takes that away
settings() {
	local dir file

	for dir in "$iov"/vf[12]/gt* "$iov"/pf/gt*; do
		for file in ggtt_quota contexts_quota doorbells_quota lmem_quota \
			lmem_spare exec_quantum_ms preempt_timeout_us policies/sched_if_idle; do
			[ ! -e "$dir/$file" ] || echo "$dir/$file"
		done
	done
	echo "$iov/pf/auto_provisioning"
}

gt() {
	local dirs=("$iov/$1"/gt*)

	echo "${dirs[0]}"
}

state() {
	local vf

	vf=$(gt vf1)
	echo "eq 0=$(cat "$vf/exec_quantum_ms") pt 0=$(cat "$vf/preempt_timeout_us")" \
		"ggtt 0=$(cat "$vf/ggtt_quota")" \
		"$([ "$(cat "$iov/pf/auto_provisioning")" = 1 ] && echo auto || echo manual)" \
		"num $(cat "$pf/sriov_numvfs")"
}

profile() {
	if [ -e "$(gt pf)/lmem_spare" ]; then
		echo "fb = $((512 / $1))MiB"
	else
		echo 'fb = shared'
	fi
	echo "time_slice = $((8 * $1))ms"
	echo "preempt_timeout = $((20 * $1))ms"
}

why_not() {
	if [ -z "$iov" ]; then
		echo 'it has no prelim_iov: this i915 cannot divide it'
		return
	fi
	no_vfs_are_there
}

probes() {
	local vf

	vf=$(gt vf1)
	probe 'eq 0=16' "$vf/exec_quantum_ms" 16
	probe 'auto 1' "$iov/pf/auto_provisioning" 1
	probe 'eq 0=200000' "$vf/exec_quantum_ms" 200000
	probe 'clear 0' "$iov/vf1/control" clear
	probe 'eq 0=0' "$vf/exec_quantum_ms" 0
	probe 'pt 0=0' "$vf/preempt_timeout_us" 0
	probe 'ggtt 0=4096' "$vf/ggtt_quota" 4096
	probe 'auto 1' "$iov/pf/auto_provisioning" 1
	probe 'clear 0' "$iov/vf1/control" clear
	probe 'auto 1' "$iov/pf/auto_provisioning" 1
	count_probes
	probe 'clear 0' "$iov/vf1/control" clear
	probe 'num 0' "$pf/sriov_numvfs" 0
}

run "$@"
