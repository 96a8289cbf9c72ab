#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# GPUs of xe: two simulated ones that a driver named xe has, which is xe's own code above
# firmware and memory that are made up (tests/doubles/xe). On the newest series alone.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"
. "$(dirname "$0")/rivals.sh"

double=${GPUVF_XE_DOUBLE:-$here/../../build/doubles/xe/xe.ko}
[ -e "$double" ] || skip_all 'no double of xe: tests/doubles/xe/build makes it'
naive=$here/../doubles/naive_xe.sh
sim=/sys/kernel/debug/gpuvf_sim
work=$(mktemp -d)
ini=/etc/gpuvf.ini
# shellcheck disable=SC2034	# for point()
point_said=$work/out

# says CODE PATTERN COMMAND...: within a bounded time
says() {
	local want=$1 pattern=$2 code=0

	shift 2
	timeout -k 5 120 "$@" > "$work/out" 2> "$work/err" || code=$?
	{
		cat "$work/err"
		echo "exit code $code, expected $want: $*"
		cat "$own/violations"
	} >> "$work/out"
	[ $code = "$want" ] && grep -qE -- "$pattern" "$work/out"
}

# write_ini LINE...: behind four profiles
write_ini() {
	printf '%s\n' '[gpuvf]' 'version = 1' \
		'[profile big]' 'fb = 2GiB' 'time_slice = 8ms' \
		'[profile small]' 'fb = 1GiB' 'time_slice = 4ms' 'preempt_timeout = 30ms' \
		'[profile four]' 'fb = 4GiB' '[profile three]' 'fb = 3GiB' \
		'[profile s]' 'fb = shared' 'time_slice = 3ms' \
		'[gpu a]' "pci = $a" "$@" > $ini
}

numvfs_is() {
	[ "$(cat "$pf/sriov_numvfs")" = "$1" ]
}

# vf_is VF BYTES MS US: as the double knows it
vf_is() {
	grep -q "^$(($1 + 1)).0 lmem $2 eq $3 pt $4 " "$own/truth"
}

pf_is() {
	grep -q "^0.0 lmem 0 eq $1 pt $2 " "$own/truth"
}

is_careful() {
	[ -z "$(cat "$own/violations")" ] || {
		cat "$own/violations" >> "$work/out"
		return 1
	}
}

stores() {
	cat "$own/stores"
}

# no_stores COMMAND...: succeeds without a write
no_stores() {
	local before

	before=$(stores)
	"$@" && [ "$(stores)" = "$before" ]
}

# stays COMMAND...: succeeds, and all is as it was
stays() {
	cp "$own/truth" "$work/before"
	"$@" && sed 's/ running$//' "$own/truth" | diff "$work/before" - >> "$work/out"
}

# fail WHAT VF ERRNO [COUNT]
fail() {
	echo "$@" > "$own/fail"
}

gib=$((1 << 30))

modprobe -a vfio_iommu_type1 vfio-pci && load_module gpuvf_sim_iommu &&
	load_module gpuvf_sim gpus=2 total_vfs=6 && insmod "$double"
point 'modules_are_loaded'
echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
a=$(cat $sim/gpu0/bdf) b=$(cat $sim/gpu1/bdf)
pf=/sys/bus/pci/devices/$a
own=/sys/kernel/debug/gpuvf_double/$a
dri=/sys/kernel/debug/dri/$a/sriov
for gpu in "$a" "$b"; do
	echo xe > "/sys/bus/pci/devices/$gpu/driver_override"
	echo "$gpu" > /sys/bus/pci/drivers_probe
done

write_ini 'vf 0-2 = big' 'policy = fixed' 'driver 0-1 = vfio-pci' 'driver 2 = xe-vfio-pci'
says 0 "$a  xe  driver xe  ready  0 of 6 VFs enabled  policy best-effort" "$agent" show
point 'it_is_shown'
looks() {
	says 0 'set the layout, enable 3 VFs, set host drivers' "$agent" plan &&
		grep -q 'driver xe has no dry run; it may still refuse this' "$work/out" &&
		says 3 'enable 3 VFs' "$agent" assert &&
		says 0 '"provider": "xe"' "$agent" show "$a" -j &&
		says 0 "$a\) can have 6 VFs" "$agent" doctor "$a"
}
no_stores looks
point 'looking_writes_nothing'
says 0 '3 VFs enabled, 3 with framebuffer' "$agent" apply && numvfs_is 3 &&
	vf_is 0 $((2 * gib)) 8 20000 && vf_is 2 $((2 * gib)) 8 20000 && vf_is 3 0 0 0 &&
	pf_is 16 16000 && grep -q 'idle 1' "$own/truth" && is_careful &&
	[ "$(basename "$(readlink "$pf/virtfn0/driver")")" = vfio-pci ] &&
	[ "$(basename "$(readlink "$pf/virtfn2/driver")")" = xe-vfio-pci ]
point 'apply_gives_all_that_is_asked_for'
in_sync() {
	says 0 'in sync' "$agent" apply && says 0 '' "$agent" assert &&
		says 0 '' "$agent" export -o "$work/exported.ini" &&
		says 0 '' "$agent" assert -f "$work/exported.ini" &&
		says 0 '' "$agent" checkpoint "$work/saved"
}
no_stores in_sync
point 'nothing_is_written_twice_and_an_export_plans_to_nothing'

# ---- other numbers: xe takes away what VFs had, but not above the number

write_ini 'vf 0-5 = small' 'driver 0-5 = none'
says 0 'disable 3 VFs, set the layout, enable 6 VFs' "$agent" plan &&
	says 0 '6 VFs enabled, 6 with framebuffer' "$agent" apply &&
	vf_is 5 $gib 4 30000 && pf_is 16 16000 && is_careful &&
	# what no line says stays
	grep -q 'idle 1' "$own/truth"
point 'another_number_gets_everything_again'
write_ini 'vf 0-1 = big' 'driver 0-1 = vfio-pci'
says 0 '2 VFs enabled, 2 with framebuffer' "$agent" apply && is_careful &&
	vf_is 2 0 0 0
point 'a_smaller_number_leaves_nothing_behind'
echo 0 > "$pf/sriov_numvfs"
echo $((3 * gib)) > "$pf/sriov_admin/vf6/profile/vram_quota"
grep -q 'quota left on VF 6' "$own/violations" &&
	says 0 '2 VFs enabled' "$agent" apply && is_careful
point 'quotas_of_others_above_the_number_are_freed'
says 0 'restored, 3 VFs enabled' "$agent" restore "$work/saved" && is_careful &&
	vf_is 2 $((2 * gib)) 8 20000
point 'a_checkpoint_is_restored'

# ---- live changes

write_ini 'vf 0 = four' 'vf 1 = three' 'driver 0-1 = vfio-pci'
says 0 '2 VFs enabled' "$agent" apply || false
point 'nearly_all_is_given_away'
write_ini 'vf 0 = three' 'vf 1 = four' 'driver 0-1 = vfio-pci'
echo idle > $sim/gpu0/vf0/guest
says 0 'resize' "$agent" plan && says 0 '2 VFs enabled' "$agent" apply &&
	vf_is 0 $((3 * gib)) 6 20000 && vf_is 1 $((4 * gib)) 6 20000 &&
	grep -q '1 quotas written under a running guest' "$own/violations"
point 'quotas_shrink_before_others_grow_and_an_flr_ends_an_old_guest'
says 0 '' "$agent" set a/0 time_slice=1500us && vf_is 0 $((3 * gib)) 2 20000
point 'times_change_live'
"$built/hold_vfio" "$pf/virtfn1" > "$work/held" 2>&1 &
holder=$!
until_true grep -q open "$work/held"
write_ini 'vf 0-1 = big' 'driver 0-1 = vfio-pci'
held() {
	says 5 "VF 1: framebuffer is 4 GiB and cannot change while vfio-pci uses the VF" "$agent" apply &&
		says 5 "VF 1: framebuffer is 4 GiB" "$agent" plan &&
		says 5 'is in use' "$agent" reset a/1
}
no_stores held
point 'a_vf_in_use_keeps_its_framebuffer'
write_ini 'vf 0 = big' 'driver 0 = vfio-pci'
no_stores says 5 'cannot change the number of VFs while one is in use' "$agent" apply
point 'a_vf_in_use_stays'
kill $holder
wait $holder 2> /dev/null
says 0 'VF 0: stopped' "$agent" stop a/0 && grep -q '^1.0 .* stopped' "$own/truth" &&
	says 2 'is stopped already' "$agent" stop a/0 &&
	says 0 'VF 0: reset' "$agent" reset a/0 && ! grep -q stopped "$own/truth" &&
	says 2 'no file to pause' "$agent" pause a/0
point 'a_vf_is_stopped_and_reset'

# ---- refusals and failures: all is as it was

write_ini 'vf 0-1 = s' 'policy = equal' 'pf_reserve = 1GiB'
wrong() {
	says 2 'gpuvf.ini:15:6: fb: GPU .* gives each VF framebuffer of its own' "$agent" apply &&
		grep -q 'gpuvf.ini:20:10: policy: .* has best-effort and fixed only' "$work/out" &&
		grep -q 'gpuvf.ini:21:14: pf_reserve: ' "$work/out"
}
no_stores wrong
point 'what_it_cannot_do_is_refused_at_its_line'

write_ini 'vf 0-1 = small' 'policy = fixed' 'driver 0-1 = vfio-pci'
says 0 '2 VFs enabled' "$agent" apply
write_ini 'vf 0-1 = big' 'policy = best-effort' 'driver 0-1 = vfio-pci'
fail lmem 2 12 1
stays says 2 'VF 1: cannot set 2 GiB of framebuffer: xe has no room' "$agent" apply
point 'no_room_is_said_and_the_old_quota_is_back'
fail push 2 5 2
stays says 1 'VF 1: cannot set 2 GiB of framebuffer: the firmware refuses' "$agent" apply
point 'a_refusal_of_the_firmware_changes_nothing'
fail eq 2 5 1
stays says 1 'cannot set time slice and preemption timeout of VF 1' "$agent" apply
point 'nor_does_one_about_times'
fail policy 0 5 1
stays says 1 'cannot set the policy' "$agent" apply
point 'nor_one_about_the_policy'
echo Y > "$own/wedged"
stays says 1 'xe has declared the GPU wedged' "$agent" apply
point 'a_wedged_gpu_is_named'
echo N > "$own/wedged"
echo Y > "$own/resetting"
stays says 5 'xe is resetting the GPU' "$agent" apply
point 'a_gpu_in_a_reset_is_named'
echo N > "$own/resetting"
fail lmem 1 12 0
says 8 'rollback failed; it needs attention' "$agent" apply
point 'what_cannot_be_put_back_is_exit_code_8'
fail none 0 0
says 0 'recovered an interrupted apply: change completed' "$agent" apply &&
	vf_is 0 $((2 * gib)) 8 20000 && vf_is 1 $((2 * gib)) 8 20000
point 'and_is_put_right_by_the_next_apply'

write_ini 'vfs = 0'
echo idle > $sim/gpu0/vf1/guest
grep -q '^2.0 .* running' "$own/truth" && says 0 '0 VFs enabled' "$agent" apply &&
	pf_is 0 0 && grep -q 'idle 0' "$own/truth" && ! grep -q running "$own/truth"
point 'without_vfs_nothing_is_left'
write_ini 'vf 0-3 = small' 'policy = fixed' 'driver 0-3 = none'
locked() {
	exec 9< "$dri/lockdown_vfs_enabling"
	stays says 7 'has lockdown_vfs_enabling of its debugfs open' "$agent" apply
}
locked && numvfs_is 0
point 'a_lock_on_enabling_is_named_and_all_is_as_it_was'
exec 9<&-
fail ggtt 2 28 1
stays says 2 'cannot enable 4 VFs: No space left on device' "$agent" apply && numvfs_is 0
point 'vfs_that_cannot_be_enabled_leave_nothing_behind'

# ---- custom mode

echo $((1 << 26)) > "$dri/vf1/tile0/ggtt_quota"
grep -q 'custom mode' "$own/violations" &&
	says 1 "echo 1 > /sys/kernel/debug/dri/$a/sriov/restore_auto_provisioning" "$agent" plan &&
	stays says 1 'custom mode' "$agent" apply && says 0 'custom mode' "$agent" show
point 'custom_mode_is_seen_beforehand'
echo 0 > "$dri/vf1/tile0/ggtt_quota"
stays says 1 'VFs have no GGTT; the way back' "$agent" apply && numvfs_is 0
point 'and_when_vfs_have_nothing'
echo 1 > "$dri/restore_auto_provisioning"
says 0 '4 VFs enabled, 4 with framebuffer' "$agent" apply
point 'the_way_back_is_one'

# ---- while enabling takes long

write_ini 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply
echo 4000 > "$own/delay_ms"
(echo 2 > "$pf/sriov_numvfs") &
writer=$!
sleep 0.5
says 0 "$a" timeout 30 "$agent" show
point 'show_goes_on_meanwhile'
wait $writer
echo 0 > "$own/delay_ms"
says 0 'xe' "$agent" show "$a"
echo 0 > "$pf/sriov_numvfs"

# ---- two GPUs, and an ordinary user

write_ini 'vf 0-1 = small' '[gpu b]' "pci = $b" 'vf 0-2 = big'
says 0 "$b .*3 VFs enabled, 3 with" "$agent" apply && grep -q "$a .*2 VFs enabled" "$work/out"
point 'two_gpus_are_two'
write_ini 'vf 0-1 = big' '[gpu b]' "pci = $b" 'vf 0-2 = small'
echo Y > "$own/wedged"
says 4 "GPU $a VF 0: cannot set 2 GiB" "$agent" apply
point 'one_that_fails_keeps_no_other_from_its_own'
echo N > "$own/wedged"
no_stores says 0 'apply may refuse this' setpriv --reuid 65534 --clear-groups "$agent" plan
point 'an_ordinary_user_can_plan'

# ---- rivals

gpu=$a
choose() {
	local i used=0 lines=() driver=''

	wanted=()
	num=$((RANDOM % 7))
	for ((i = 0; i < num; i++)); do
		# each of the others has 1 GiB at least, and the PF what is left
		if [ $((RANDOM % 2)) = 1 ] && [ $((used + num - i)) -lt 7 ]; then
			wanted+=("$((2 * gib)) 8 20000") lines+=("vf $i = big") used=$((used + 2))
		else
			wanted+=("$gib 4 30000") lines+=("vf $i = small") used=$((used + 1))
		fi
	done
	[ $num = 0 ] || driver="driver 0-$((num - 1)) = none"
	write_ini "vfs = $num" "${lines[@]}" "$driver"
}

wrong() {
	local i

	numvfs_is "$num" || echo "not $num VFs are enabled"
	for ((i = 0; i < num; i++)); do
		# shellcheck disable=SC2086 # three words
		vf_is $i ${wanted[i]} || echo "VF $i has not ${wanted[i]}"
	done
}

# as other tools do, whatever comes of it
put() {
	echo "$2 > $1"
	echo "$2" > "$1"
}

strike() {
	local vf=$((RANDOM % 6)) errnos=(5 12 16 28)
	local profile=$pf/sriov_admin/vf$((vf + 1))/profile

	case $((RANDOM % 8)) in
	0) put "$profile/exec_quantum_ms" $((RANDOM % 20)) ;;
	1) put "$profile/preempt_timeout_us" $((RANDOM % 20000)) ;;
	2 | 3) put "$profile/vram_quota" $((RANDOM % 3 * gib)) ;;
	4) put "$pf/sriov_numvfs" 0 ;;
	5) put "$pf/sriov_numvfs" $((vf + 1)) ;;
	6) put "$pf/virtfn$vf/driver_override" vfio-pci ;;
	7) fail lmem $((vf + 1)) "${errnos[RANDOM % 4]}" 1 ;;
	esac
}

calm() {
	fail none 0 0
}

# of those that the double sees at all times, none is apply's alone
violations() {
	echo 0
}

writes() {
	stores
}
point 'beside_rivals' rivals 12

# ---- the script that people write

write_ini 'vfs = 0' '[gpu b]' "pci = $b" 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply
rmmod xe && insmod "$double"
for gpu in "$a" "$b"; do
	echo "$gpu" > /sys/bus/pci/drivers_probe
done
# causes PATTERN...: as many violations as these, one for each; the script ends as if
# all were well
causes() {
	local pattern

	[ $naive_code = 0 ] && [ "$(wc -l < "$own/violations")" = $# ] || return
	for pattern; do
		grep -qE "^$pattern" "$own/violations" || return
	done
}

# naive NUMBER MIB MS
run_naive() {
	naive_code=0
	"$naive" "$a" "$@" > "$work/out" 2>&1 || naive_code=$?
	echo "exit code $naive_code" >> "$work/out"
	cat "$own/violations" >> "$work/out"
}

run_naive 4 1024 6
causes 'xe of the host took 4 VFs'
point 'the_naive_script_gives_vfs_to_the_host'
run_naive 3 3584 6
grep -q 'Cannot allocate memory\|I/O error' "$work/out" &&
	causes 'xe of the host took 7 VFs' 'no framebuffer for VF 3'
point 'and_leaves_one_without_framebuffer_where_there_is_not_enough'
echo 0 > "$pf/sriov_numvfs"
echo $gib > "$pf/sriov_admin/vf6/profile/vram_quota"
run_naive 2 1024 6
causes 'xe of the host took 9 VFs' 'quota left on VF 6'
point 'and_leaves_what_others_have_given_to_vfs_above_the_number'
echo 0 > "$pf/sriov_numvfs"
echo 0 > "$pf/sriov_admin/vf6/profile/vram_quota"
echo 8 > "$pf/sriov_admin/vf2/profile/exec_quantum_ms"
run_naive 2 1024 6
causes 'xe of the host took 11 VFs' 'endless times of PF 0' 'endless times of VF 1' \
	'endless times of VF 2'
point 'and_leaves_endless_times_where_one_was_preset'
echo 0 > "$pf/sriov_numvfs"
echo 0 > "$dri/vf1/tile0/ggtt_quota"
run_naive 1 1024 6
causes 'xe of the host took 12 VFs' 'custom mode' 'no GGTT for VF 1' \
	'endless times of PF 0' 'endless times of VF 1'
point 'and_does_not_see_custom_mode'
echo 0 > "$pf/sriov_numvfs"
echo 1 > "$dri/restore_auto_provisioning"
run_naive 3 3584 6
echo idle > $sim/gpu0/vf2/guest
grep -q '^1 guests started without what they need' "$own/violations" &&
	echo 1 > "$pf/virtfn2/reset" && ! grep -q running "$own/truth"
point 'in_a_vf_without_framebuffer_no_guest_works'
write_ini 'vf 0-2 = huge' '[profile huge]' 'fb = 3584MiB' '[gpu b]' "pci = $b" 'vfs = 0'
stays says 2 'VF 2: cannot set 3.5 GiB of framebuffer: xe has no room' "$agent" apply a
point 'apply_leaves_what_there_was'
write_ini 'vf 0-1 = three' 'driver 0-1 = vfio-pci' '[gpu b]' "pci = $b" 'vf 0 = big'
says 0 "$a .*2 VFs enabled, 2 with" "$agent" apply &&
	! grep -q 'quota left' "$own/violations"
point 'apply_puts_it_right'

# ---- other hardware

# reload PARAMETER...: of the double, for the first GPU alone, without VFs
reload() {
	write_ini 'vfs = 0'
	says 0 '0 VFs enabled' "$agent" apply || return
	rmmod xe && insmod "$double" "$@" && echo "$a" > /sys/bus/pci/drivers_probe
}

# a write that fails on one GT is done on the other, and the file cannot be read then
two_tiles() {
	reload tiles=2 || return
	write_ini 'vf 0-1 = big' 'driver 0-1 = none'
	fail pt 0 5 1
	stays says 1 'cannot set time slice and preemption timeout of the PF' "$agent" apply ||
		return
	says 0 '2 VFs enabled, 2 with framebuffer' "$agent" apply && is_careful &&
		grep -q "^2.0 lmem $gib eq 8 pt 20000 " "$own/truth" &&
		grep -q "^2.1 lmem $gib eq 8 pt 20000 " "$own/truth" || return
	write_ini 'vf 0-1 = small' 'driver 0-1 = none'
	fail eq 2 5 1
	stays says 1 'cannot set time slice and preemption timeout of VF 1' "$agent" apply &&
		says 0 '2 VFs enabled' "$agent" apply && is_careful
}
two_tiles
point 'what_one_of_two_tiles_refuses_is_put_back_on_both'
without_lmtt() {
	reload lmtt=0 || return
	write_ini 'vf 0-1 = big'
	no_stores says 2 'gpuvf.ini:4:6: fb: ' "$agent" apply || return
	write_ini 'vf 0-1 = s' 'driver 0-1 = none'
	says 0 '2 VFs enabled' "$agent" apply && vf_is 1 0 3 20000 && is_careful
}
without_lmtt
point 'without_lmtt_framebuffer_is_refused_and_times_are_set'
without_framebuffer() {
	reload vram_mib=0 || return
	write_ini 'vf 0-1 = s' 'driver 0-1 = none'
	says 0 '2 VFs enabled' "$agent" apply && vf_is 1 0 3 20000 && is_careful
}
without_framebuffer
point 'without_framebuffer_of_its_own_times_are_set'

write_ini 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply
rmmod xe gpuvf_sim gpuvf_sim_iommu
rm -rf "$work" $ini
points_end
