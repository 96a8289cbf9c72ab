#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The scripts that owners of cards run (tests/hardware), on simulated GPUs that
# pci-pf-stub has and those doubles that are built: they succeed, and whatever happens,
# all is as it was before them.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

scripts=$here/../hardware
[ -e "$scripts/common.sh" ] || skip_all 'no scripts: they are in tests/hardware of the source'
doubles=${GPUVF_DOUBLES:-$here/../../build/doubles/$(uname -r)}
xe=${GPUVF_XE_DOUBLE:-$here/../../build/doubles/xe/xe.ko}
work=$(mktemp -d)
# shellcheck disable=SC2034	# for point()
point_said=$work/out
export AGENT=$agent OUT=$work/results

# all that the scripts could leave behind
state_of() {
	local file

	for file in "$pf"/sriov_{numvfs,drivers_autoprobe} "$pf"/sriov_admin/*/profile/* \
		"$pf"/drm/card*/prelim_iov/*/{auto_provisioning,gt*/*_quota,gt*/*_us} \
		"$pf"/drm/card*/prelim_iov/*/gt*/{exec_quantum_ms,policies/*,*_spare} \
		"$pf"/{accelerator_partition_profile,memory_partition_mode} \
		"/sys/kernel/debug/gpuvf_double/$gpu/truth"; do
		[ ! -f "$file" ] || echo "$file $(cat "$file")"
	done
}

# stays COMMAND...: ends well or not, and all is as it was before
stays() {
	local code

	state_of > "$work/before"
	"$@"
	code=$?
	state_of > "$work/after"
	diff "$work/before" "$work/after" >> "$work/out" && return $code
}

# tries CODE PATTERN ARGUMENT...: the script of the present driver
tries() {
	local want=$1 pattern=$2 code=0

	shift 2
	rm -rf "$OUT"
	mkdir "$OUT"
	timeout -k 5 900 "$scripts/$driver.sh" "$@" > "$work/out" 2>&1 < /dev/null || code=$?
	echo "exit code $code, expected $want and $pattern" >> "$work/out"
	[ $code = "$want" ] && grep -qE -- "$pattern" "$work/out"
}

completes() {
	stays tries 0 'everything is as it was before' --yes "$gpu" "$@" &&
		[ -s "$(echo "$OUT"/*.rows)" ] && [ -s "$(echo "$OUT"/*.tar)" ] &&
		tar tf "$OUT"/*.tar "gpuvf-report/gpus/$gpu" >> "$work/out" 2>&1
}

# rows are those of the tables
rows_are_good() {
	! awk -F ' *; ' '!/^#/ && (NF != 6 || $3 !~ /^(0|E[A-Z0-9]+|exit [0-9]) *$/ ||
		$6 != "read")' "$OUT"/*.rows | grep .
}

rows_in() {
	[ "$(grep -c ' ; read$' "$work/said")" -ge "$1" ]
}

# ends_at ROWS SIGNAL ARGUMENT...: and is alone with the signal, or the agent gets it too
ends_at() {
	local rows=$1 signal=$2 script

	shift 2
	setsid env --default-signal="$signal" "$scripts/$driver.sh" --yes "$gpu" "$@" \
		> "$work/said" 2>&1 < /dev/null &
	script=$!
	until_true rows_in "$rows" || true
	if [ "$signal" = TERM ]; then
		kill -TERM $script
	else
		kill "-$signal" -- -$script
	fi 2> /dev/null
	wait $script
	cp "$work/said" "$work/out"
	grep -q 'everything is as it was before' "$work/said"
}

# is_put_back ARGUMENT...: after some rows of each part
is_put_back() {
	local total rows signals=(TERM INT HUP)

	total=$(grep -vc '^#' "$OUT"/*.rows)
	for rows in 1 $((total / 3)) $((total * 2 / 3)); do
		stays ends_at "$rows" "${signals[rows % 3]}" "$@" || {
			echo "after row $rows of $total" >> "$work/out"
			return 1
		}
	done
}

give() {
	pf=/sys/bus/pci/devices/$gpu
	echo "$1" > "$pf/driver_override"
	echo "$gpu" > /sys/bus/pci/drivers_probe
}

take() {
	[ ! -e "$pf/driver" ] || echo "$gpu" > "$pf/driver/unbind"
	echo > "$pf/driver_override"
}

refuses_vfs_of_others() {
	echo 0 > "$pf/sriov_drivers_autoprobe"
	echo 1 > "$pf/sriov_numvfs"
	stays tries 1 'VFs are enabled already' --yes "$gpu" || return
	echo 0 > "$pf/sriov_numvfs"
	echo 1 > "$pf/sriov_drivers_autoprobe"
}

# try_all ARGUMENT...: of the script of the present driver, behind the GPU
try_all() {
	completes "$@"
	point "${driver}_completes"
	point "${driver}_has_rows_as_the_tables" rows_are_good
	is_put_back "$@"
	point "${driver}_is_put_back_when_it_is_interrupted"
	stays tries 1 'Go on' "$gpu" "$@"
	point "${driver}_asks_first"
}

load_module gpuvf_sim total_vfs=4
point 'the_simulator_is_loaded'
gpu=$(cat /sys/kernel/debug/gpuvf_sim/gpu0/bdf)

driver=generic
if [ ! -e "$xe" ] || [ "$(modinfo -F vermagic "$xe" | cut -d ' ' -f 1)" != "$(uname -r)" ]; then
	modprobe pci-pf-stub
	give pci-pf-stub
	try_all
	point 'generic_refuses_vfs_of_others' refuses_vfs_of_others
	stays tries 1 'usage' --yes
	point 'generic_wants_a_name'
	driver=xe
	stays tries 1 'not a GPU of provider xe' --yes "$gpu"
	point 'a_gpu_of_another_driver_is_refused'
	take
else
	insmod "$xe"
	driver=xe
	give xe
	try_all
	point 'xe_refuses_vfs_of_others' refuses_vfs_of_others
	echo 30 > "$pf/sriov_admin/vf2/profile/exec_quantum_ms"
	stays tries 1 'exec_quantum_ms is 30 already' --yes "$gpu"
	point 'xe_refuses_settings_of_others'
	take
	rmmod xe
fi

if [ -e "$doubles/gpuvf_double_i915.ko" ] && [ ! -e /sys/bus/pci/drivers/i915 ]; then
	driver=i915
	insmod "$doubles/gpuvf_double_i915.ko"
	give i915
	try_all
	point 'i915_refuses_vfs_of_others' refuses_vfs_of_others
	take
	rmmod gpuvf_double_i915
	insmod "$doubles/gpuvf_double_i915.ko" gts=1 lmem_mib=16384
	give i915
	completes
	point 'i915_completes_with_framebuffer'
	stays ends_at 5 INT
	point 'i915_is_put_back_with_framebuffer'
	take
	rmmod gpuvf_double_i915
	driver=gim
	insmod "$doubles/gpuvf_double_gim.ko" vf_num=2
	give gim
	stays tries 0 'everything is as it was before' --yes
	point 'gim_completes'
	[ "$(cat "/sys/kernel/debug/gpuvf_double/$gpu/resets")" = 0 ]
	point 'gim_is_not_reset'
	take
	rmmod gpuvf_double_gim
fi
rmmod gpuvf_sim

if [ -e "$doubles/gpuvf_double_nvidia.ko" ] && [ ! -e /sys/bus/pci/drivers/nvidia ]; then
	driver=nvidia
	load_module gpuvf_sim total_vfs=4 vendor=0x10de device=0x26b9 vf_device=0x26b9 \
		class=0x030200 && insmod "$doubles/gpuvf_double_nvidia.ko"
	gpu=$(cat /sys/kernel/debug/gpuvf_sim/gpu0/bdf)
	pf=/sys/bus/pci/devices/$gpu
	mkdir -p /usr/lib/nvidia
	printf '%s\n' '#!/bin/sh' "case \$1 in -e) on=1 ;; *) on=0 ;; esac" \
		"echo \$on > /sys/kernel/debug/gpuvf_double/\$2/sriov" > /usr/lib/nvidia/sriov-manage
	chmod 755 /usr/lib/nvidia /usr/lib/nvidia/sriov-manage
	try_all L40S-12Q L40S-12A
	stays tries 1 'usage' --yes "$gpu"
	point 'nvidia_wants_a_type'
	rmmod gpuvf_double_nvidia gpuvf_sim
	rm -r /usr/lib/nvidia
fi

rm -rf "$work"
points_end
