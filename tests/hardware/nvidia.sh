#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Try gpuvf-agent on a GPU of NVIDIA's vGPU host driver. All VFs are enabled for that
# while, which is how the driver does it. common.sh has the rest.
#
#	nvidia.sh [--yes] GPU TYPE [OTHER]	types as 'nvidia-smi vgpu -s' names them
#						(L40S-12Q), or numbers, of one size
set -uo pipefail
. "$(dirname "$0")/common.sh"

provider=nvidia
types=()

settings() { :; }

type_of() {
	cat "$pf/virtfn$1/nvidia/current_vgpu_type" 2> /dev/null || echo -
}

state() {
	if [ "$(cat "$pf/sriov_numvfs")" = 0 ]; then
		echo off
	else
		echo "0=$(type_of 0) 1=$(type_of 1)"
	fi
}

profile() {
	echo "nvidia_type = ${types[$(($1 - 1))]}"
}

why_not() {
	no_vfs_are_there
}

# its VFs go by sriov-manage alone
probes() {
	local file id

	file=$pf/virtfn0/nvidia/current_vgpu_type
	step 0 'apply a type' apply -f "$work/small.ini"
	[ -e "$file" ] || return
	id=$(type_of 0)
	probe '0 0' "$file" 0
	probe '0 0' "$file" 0
	probe '0 99999' "$file" 99999
	probe "0 $id" "$file" "$id"
	probe "0 99999" "$file" 99999
	probe 'num 0' "$pf/sriov_numvfs" 0
	step 0 'apply 0 VFs' apply -f "$work/none.ini"
}

arguments=()
for word; do
	case $word in
	--yes) arguments+=("$word") ;;
	*:*) arguments+=("$word") ;;
	*) types+=("$word") ;;
	esac
done
[ ${#types[@]} != 0 ] || die 'usage: nvidia.sh [--yes] GPU TYPE [OTHER]'
[ ${#types[@]} != 1 ] || types+=("${types[0]}")
run ${arguments[@]+"${arguments[@]}"}
