#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# GPUs of i915 with SR-IOV and of AMD's GIM: simulated ones that their doubles have.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"
. "$(dirname "$0")/rivals.sh"

doubles=${GPUVF_DOUBLES:-$here/../../build/doubles/$(uname -r)}
[ -e "$doubles/gpuvf_double_i915.ko" ] ||
	skip_all 'no doubles of i915 and gim: tests/doubles/build makes them'
for driver in i915 gim; do
	[ ! -e /sys/bus/pci/drivers/$driver ] ||
		skip_all "the real driver $driver is loaded"
done

work=$(mktemp -d)
ini=/etc/gpuvf.ini
# shellcheck disable=SC2034	# for point()
point_said=$work/out

# write_ini LINE...: behind the profiles
write_ini() {
	printf '%s\n' '[gpuvf]' 'version = 1' '[profile s]' 'fb = shared' \
		'time_slice = 16ms' '[profile t]' 'fb = shared' 'time_slice = 8ms' \
		'[profile f]' 'fb = 2GiB' '[profile g]' 'fb = 4GiB' '[profile x]' \
		'fb = shared' "$@" > $ini
}

numvfs_is() {
	[ "$(cat "$pf/sriov_numvfs")" = "$1" ]
}

# give DRIVER: the first GPU
give() {
	echo "$1" > "$pf/driver_override"
	echo "$a" > /sys/bus/pci/drivers_probe
}

knob() {
	echo "$2" > "/sys/kernel/debug/gpuvf_double/$a/$1"
}

# works_are MASK: the VFs in which a guest's driver would work
works_are() {
	echo "works: $(cat "/sys/kernel/debug/gpuvf_double/$a/works"), expected: $1" >> "$work/out"
	[ "$(cat "/sys/kernel/debug/gpuvf_double/$a/works")" = "$1" ]
}

stores() {
	cat "/sys/kernel/debug/gpuvf_double/$a/accepted" \
		"/sys/kernel/debug/gpuvf_double/$a/refused" | tr '\n' ' '
}

load_module gpuvf_sim total_vfs=7 && insmod "$doubles/gpuvf_double_i915.ko"
point 'modules_are_loaded'
a=$(cat /sys/kernel/debug/gpuvf_sim/gpu0/bdf)
pf=/sys/bus/pci/devices/$a
iov=$pf/drm/card0/prelim_iov
give i915

# ---- i915, integrated, two GTs

says 0 "$a  i915  driver i915  ready  0 of 7 VFs enabled" "$agent" show
point 'i915_is_shown'
write_ini '[gpu a]' "pci = $a" 'policy = equal' 'pf_reserve = 1GiB' 'vf 0 = f'
says 2 'fb: GPU .* is driven by i915, which has no framebuffer' "$agent" apply &&
	grep -q 'policy: ' "$work/out" && grep -q 'pf_reserve: ' "$work/out" && numvfs_is 0
point 'what_it_cannot_hold_is_refused_at_once'

# the usual script: times, then VFs
echo 16 > "$iov/vf1/gt0/exec_quantum_ms"
echo 16000 > "$iov/vf1/gt0/preempt_timeout_us"
echo 2 > "$pf/sriov_numvfs" && works_are 0
point 'a_script_that_knows_no_better_gets_vfs_in_which_no_guest_works'
write_ini '[gpu a]' "pci = $a" 'policy = fixed' 'vf 0-2 = s' 'driver 0-2 = none'
says 0 'disable 2 VFs, set the layout, enable 3 VFs, set host drivers' "$agent" plan &&
	says 0 '3 VFs enabled' "$agent" apply && numvfs_is 3 && works_are 7 &&
	[ "$(cat "$iov/pf/auto_provisioning")" = 1 ] &&
	[ "$(cat "$iov/vf3/gt1/exec_quantum_ms")" = 16 ] &&
	[ "$(cat "$iov/pf/gt1/policies/sched_if_idle")" = 1 ]
point 'apply_presets_times_and_stays_in_auto_mode'
before=$(stores)
says 0 'in sync' "$agent" apply && says 0 '' "$agent" assert &&
	says 0 '' "$agent" export -o "$work/exported.ini" &&
	says 0 '' "$agent" assert -f "$work/exported.ini" &&
	says 0 '' "$agent" doctor && [ "$(stores)" = "$before" ]
point 'what_is_so_is_written_no_second_time'
write_ini '[gpu a]' "pci = $a" 'policy = fixed' 'vf 0-1 = s' 'vf 2 = t'
says 0 '3 VFs enabled' "$agent" apply && [ "$(cat "$iov/pf/auto_provisioning")" = 0 ] &&
	write_ini '[gpu a]' "pci = $a" 'vf 0-4 = t' &&
	says 0 '5 VFs enabled' "$agent" apply && works_are 31 &&
	[ "$(cat "$iov/pf/auto_provisioning")" = 1 ]
point 'a_live_change_does_not_spoil_the_next_number'

each_errno() {
	local errno

	for errno in 5 7 16 22 75 110 122; do
		write_ini '[gpu a]' "pci = $a" 'vf 0-2 = s'
		knob fail_next $errno
		"$agent" apply > "$work/out" 2>&1 && return 1
		grep -q 'rolled back to its previous state' "$work/out" && numvfs_is 5 || return
	done
	works_are 31
}
point 'each_refusal_leaves_all_as_it_was' each_errno
for knob in clear_keeps_times flr_hangs; do
	knob $knob Y
	write_ini '[gpu a]' "pci = $a" 'vf 0-2 = s'
	says 0 '3 VFs enabled' "$agent" apply && works_are 7 &&
		write_ini '[gpu a]' "pci = $a" 'vf 0-4 = t' &&
		says 0 '5 VFs enabled' "$agent" apply && works_are 31
	point "with_$knob"
	knob $knob N
done
says 0 '' "$agent" stop a/1 && says 0 '' "$agent" pause a/0 &&
	says 2 'only VFs can be reset' "$agent" reset a
point 'verbs_are_words_of_control'
write_ini '[gpu a]' "pci = $a" 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply && numvfs_is 0
point 'all_vfs_go'
violations_are_none() {
	[ "$(cat "/sys/kernel/debug/gpuvf_double/$a/violations")" = 0 ]
}
violations_are_none
point 'no_enabled_vf_was_cleared'

# ---- and rivals

gpu=$a
choose() {
	local i

	num=$((RANDOM % 8)) slices=()
	for ((i = 0; i < num; i++)); do
		slices+=($((RANDOM % 2 ? 16 : 8)))
	done
	write_ini '[gpu a]' "pci = $a" "vfs = $num"
	for ((i = 0; i < num; i++)); do
		[ "${slices[i]}" = 16 ] && echo "vf $i = s" || echo "vf $i = t"
	done >> "$ini"
}

wrong() {
	local i gt

	[ "$(cat "$pf/sriov_numvfs")" = "$num" ] || echo "not $num VFs are enabled"
	for ((i = 0; i < num; i++)); do
		for gt in gt0 gt1; do
			[ "$(cat "$iov/vf$((i + 1))/$gt/exec_quantum_ms")" = "${slices[i]}" ] ||
				echo "$gt has another time slice for VF $i than ${slices[i]} ms"
		done
	done
	[ "$(cat "/sys/kernel/debug/gpuvf_double/$a/works")" = "$(((1 << num) - 1))" ] ||
		echo 'no guest of a VF works'
}

# as other tools do, whatever comes of it
put() {
	echo "$2 > $1"
	echo "$2" > "$1"
}

strike() {
	local vf=$((RANDOM % 7)) errnos=(5 7 16 22 110)

	case $((RANDOM % 7)) in
	0) put "$iov/vf$((vf + 1))/gt$((RANDOM % 2))/exec_quantum_ms" $((RANDOM % 20)) ;;
	1) put "$iov/vf$((vf + 1))/control" clear ;;
	2) put "$iov/pf/auto_provisioning" $((RANDOM % 2)) ;;
	3) put "$pf/sriov_numvfs" 0 ;;
	4) put "$pf/sriov_numvfs" $((vf + 1)) ;;
	5) put "$pf/virtfn$vf/driver_override" vfio-pci ;;
	6) knob fail_next "${errnos[RANDOM % 5]}" ;;
	esac
}

calm() {
	knob fail_next 0
}

violations() {
	cat "/sys/kernel/debug/gpuvf_double/$a/violations"
}

writes() {
	stores
}
point 'i915_beside_rivals' rivals 12

# ---- i915 with framebuffer

write_ini '[gpu a]' "pci = $a" 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply
echo "$a" > "$pf/driver/unbind"
rmmod gpuvf_double_i915 && insmod "$doubles/gpuvf_double_i915.ko" gts=1 lmem_mib=16384
give i915
write_ini '[gpu a]' "pci = $a" 'pf_reserve = 128MiB' 'vf 0-1 = f' 'vf 2 = g'
says 0 '3 VFs enabled, 3 with framebuffer' "$agent" apply && works_are 7 &&
	[ "$(cat "$iov/vf3/gt0/lmem_quota")" = $((4 << 30)) ] && says 0 'in sync' "$agent" apply
point 'framebuffer_comes_with_shares_of_all_else'
write_ini '[profile h]' 'fb = 15GiB' '[gpu a]' "pci = $a" 'pf_reserve = 128MiB' \
	'vf 0 = f' 'vf 1 = h' 'vf 2 = g'
says 1 'more than is left of it' "$agent" apply && grep -q 'rolled back to its previous state' "$work/out" &&
	[ "$(cat "$iov/vf2/gt0/lmem_quota")" = $((2 << 30)) ]
point 'too_much_framebuffer_is_rolled_back'
write_ini '[gpu a]' "pci = $a" 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply && [ "$(cat "$iov/vf1/gt0/lmem_quota")" = 0 ]
point 'framebuffer_goes_with_the_vfs'
violations_are_none
point 'no_enabled_vf_with_framebuffer_was_cleared'
echo "$a" > "$pf/driver/unbind"
rmmod gpuvf_double_i915

# ---- gim

insmod "$doubles/gpuvf_double_gim.ko" vf_num=4
give gim
reads() {
	cat "/sys/kernel/debug/gpuvf_double/$a/resets"
}
says 0 "$a  gim, partition 0, NPS1  driver gim  ready  4 of 7 VFs enabled" "$agent" show
point 'gim_is_shown'
echo NPS8 > "$pf/memory_partition_mode" && echo 2 > "$pf/accelerator_partition_profile" &&
	says 0 "$a  gim, partition 2, NPS4  driver gim" "$agent" show
point 'its_partitions_are_read_again'
! (echo 2 > "$pf/sriov_numvfs") 2> /dev/null && numvfs_is 4
point 'gim_takes_no_number'
write_ini '[gpu a]' "pci = $a" 'vf 0-3 = x' 'driver 0-1 = none'
says 0 'set host drivers' "$agent" plan && says 0 '4 VFs enabled' "$agent" apply &&
	says 0 'in sync' "$agent" apply && says 0 '' "$agent" export -o "$work/exported.ini" &&
	says 0 '' "$agent" assert -f "$work/exported.ini"
point 'what_is_so_can_be_written_down'
write_ini '[gpu a]' "pci = $a" 'policy = fixed' 'vf 0-1 = f'
says 2 'vfs: .* which sets the number of VFs as it is loaded: modprobe gim vf_num=2' \
	"$agent" apply && grep -q 'fb: ' "$work/out" &&
	grep -q 'policy: .*modprobe gim sch_policy=NUMBER' "$work/out" && numvfs_is 4
point 'changes_are_refused_with_the_line_that_makes_them'
says 6 '' "$agent" doctor && says 2 '' "$agent" stats a && says 2 '' "$agent" reset a &&
	[ "$(reads)" = 0 ]
point 'what_resets_the_gpu_is_never_read'

# ---- and rivals: only drivers of VFs are to be had, also after GIM was loaded again

words=(none default)
choose() {
	local i

	# its VFs are others then, without an override
	if [ $((RANDOM % 4)) = 0 ]; then
		echo "$a" > "$pf/driver/unbind"
		give gim
	fi
	words_of=()
	for i in 0 1 2 3; do
		words_of+=("${words[RANDOM % 2]}")
	done
	write_ini '[gpu a]' "pci = $a" 'vf 0-3 = x' "driver 0 = ${words_of[0]}" \
		"driver 1 = ${words_of[1]}" "driver 2 = ${words_of[2]}" "driver 3 = ${words_of[3]}"
}

wrong() {
	local i is

	numvfs_is 4 || echo 'not 4 VFs are enabled'
	for i in 0 1 2 3; do
		is=$(cat "$pf/virtfn$i/driver_override")
		[ "${is/#(null)/default}" = "${words_of[i]}" ] ||
			echo "VF $i has driver_override $is, not ${words_of[i]}"
	done
}

strike() {
	local vf=$((RANDOM % 4))

	case $((RANDOM % 5)) in
	0) put "$pf/accelerator_partition_profile" $((RANDOM % 3)) ;;
	1) put "$pf/memory_partition_mode" "NPS$((1 << RANDOM % 4))" ;;
	2) put "$pf/virtfn$vf/driver_override" "${words[RANDOM % 2]}" ;;
	3) put "$pf/sriov_numvfs" $((RANDOM % 6)) ;;
	4) put "$pf/sriov_drivers_autoprobe" 1 ;;
	esac
}

calm() { :; }

violations() {
	reads
}

# of the files of GIM, none is ever written
writes() {
	cat "/sys/kernel/debug/gpuvf_double/$a/stores"
}
point 'gim_beside_rivals' rivals 16

cat "$pf/reset_gpu" > /dev/null
[ "$(reads)" = 1 ]
point 'as_it_would_be_seen'

echo > "$pf/driver_override"
rmmod gpuvf_double_gim gpuvf_sim
rm -rf "$work" $ini
points_end
