#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# GPUs of a driver that is not gpuvf: a simulated one that the kernel's pci-pf-stub
# has, first without gpuvf, then beside one that gpuvf has. Also while a change of
# sriov_numvfs hangs.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

sim=/sys/kernel/debug/gpuvf_sim
work=$(mktemp -d)
ini=/etc/gpuvf.ini
# shellcheck disable=SC2034	# for point()
point_said=$work/out

# write_ini LINE...: behind two profiles
write_ini() {
	printf '%s\n' '[gpuvf]' 'version = 1' '[profile p]' 'fb = 1GiB' \
		'time_slice = 4ms' '[profile s]' 'fb = shared' "$@" > $ini
}

numvfs_is() {
	[ "$(cat "$pf/sriov_numvfs")" = "$1" ]
}

load_module gpuvf_sim_iommu && load_module gpuvf_sim gpus=2 total_vfs=4 &&
	modprobe -a pci-pf-stub vfio_iommu_type1 vfio-pci
point 'modules_are_loaded'
echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
a=$(cat $sim/gpu0/bdf) b=$(cat $sim/gpu1/bdf)
pf=/sys/bus/pci/devices/$a

# ---- without gpuvf

says 6 'module gpuvf is not loaded' "$agent" show
point 'without_a_driver_it_is_not_there'
echo pci-pf-stub > "$pf/driver_override"
echo "$a" > /sys/bus/pci/drivers_probe
says 0 "$a  generic  driver pci-pf-stub  ready  0 of 4 VFs enabled" "$agent" show &&
	says 0 '"provider": "generic"' "$agent" show "$a" -j &&
	says 6 "$a is driven by pci-pf-stub: no configuration names it" "$agent" export
point 'it_is_shown_and_left_alone'

nothing_is_taken() {
	write_ini '[gpu all]' 'match = *' 'vf 0-1 = p'
	says 6 'gpuvf drives no GPU' "$agent" apply || return
	write_ini '[gpu all]' "match = $(printf '%04x:%04x' \
		"$(cat "$pf/vendor")" "$(cat "$pf/device")")" 'vf 0-1 = p'
	says 6 'gpuvf drives no GPU' "$agent" apply && numvfs_is 0
}
point 'a_match_takes_nothing_of_another_provider' nothing_is_taken

write_ini '[gpu a]' "pci = $a" 'policy = equal' 'pf_reserve = 1MiB' 'vf 0-1 = p'
says 2 'gpuvf.ini:4:6: fb: GPU .* is driven by pci-pf-stub, which cannot set' \
	"$agent" apply &&
	grep -q 'gpuvf.ini:5:14: time_slice: ' "$work/out" &&
	grep -q 'gpuvf.ini:10:10: policy: ' "$work/out" &&
	grep -q 'gpuvf.ini:11:14: pf_reserve: ' "$work/out" && numvfs_is 0
point 'all_that_it_cannot_hold_is_refused_at_once'

write_ini '[gpu a]' "pci = $a" 'vf 0-2 = s' 'driver 0-1 = vfio-pci' 'driver 2 = none'
says 0 'enable 3 VFs, set host drivers' "$agent" plan &&
	says 3 'enable 3 VFs' "$agent" assert && numvfs_is 0 &&
	says 0 '3 VFs enabled' "$agent" apply && numvfs_is 3 &&
	[ "$(cat "$pf/virtfn2/driver_override")" = none ] &&
	[ "$(basename "$(readlink "$pf/virtfn0/driver")")" = vfio-pci ]
point 'apply_enables_vfs_and_binds_drivers'
says 0 'in sync' "$agent" apply && says 0 '' "$agent" assert &&
	says 0 '' "$agent" export -o "$work/exported.ini" &&
	says 0 '' "$agent" assert -f "$work/exported.ini" &&
	says 0 '' "$agent" checkpoint "$work/saved"
point 'what_is_exported_changes_nothing'
write_ini '[gpu a]' "pci = $a" 'vf 0-4 = s'
says 2 '5 VFs requested, at most 4 possible' "$agent" apply && numvfs_is 3
point 'more_vfs_than_there_can_be_are_refused'
write_ini '[gpu a]' "pci = $a" 'vf 0-3 = s'
says 0 'disable 3 VFs, enable 4 VFs' "$agent" plan &&
	says 0 '4 VFs enabled' "$agent" apply && numvfs_is 4 &&
	says 0 'restored, 3 VFs enabled' "$agent" restore "$work/saved" && numvfs_is 3
point 'another_number_and_back'

# ---- a VF in use, and a change of the number that waits for its user

"$built/hold_vfio" "$pf/virtfn1" > "$work/held" 2>&1 &
holder=$!
until_true grep -q open "$work/held"
says 5 "VF 1 is in use \\(vfio-pci, process $holder \\(hold_vfio\\)\\)" "$agent" apply &&
	says 0 "vfio-pci +hold_vfio \\($holder\\)" "$agent" show && numvfs_is 3
point 'a_vf_in_use_stays'
"$agent" daemon > "$work/daemon" 2>&1 &
daemon=$!
until_true grep -q 'trying again' "$work/daemon"
point 'the_daemon_tries_again'

(echo 0 > "$pf/sriov_numvfs") 2> /dev/null &
writer=$!
changing='VFs are being enabled or disabled'
begun() {
	"$agent" show 2> /dev/null | grep -q "$changing"
}
until_true begun
point 'show_goes_on_while_the_number_changes'
says 0 '"vfs_changing": true' "$agent" show "$a" -j
point 'and_in_json'
says 0 "up to 4 VFs; driver pci-pf-stub is enabling or disabling" "$agent" doctor -v "$a"
point 'doctor_goes_on_while_the_number_changes'
says 5 "$changing" "$agent" plan && says 5 "$changing" "$agent" apply &&
	says 5 "$changing" "$agent" assert
point 'nothing_is_changed_then'
says 5 '' "$agent" reload && kill -0 $daemon
point 'the_daemon_goes_on_while_the_number_changes'
kill $holder
wait $holder $writer 2> /dev/null
settled() {
	says 0 '4 VFs enabled' "$agent" apply || says 0 'in sync' "$agent" apply
}
until_true settled && numvfs_is 4
point 'and_it_is_applied_when_that_is_over'

# nothing notifies of these: the daemon looks every 10 s
drift_is_seen() {
	grep -q "$a .* differs from the configuration" "$work/daemon"
}
until_true "$agent" assert > /dev/null 2>&1
sleep 11
echo 0 > "$pf/sriov_numvfs"
until_true drift_is_seen && numvfs_is 0
point 'the_daemon_sees_what_others_change'
kill $daemon
wait $daemon
point 'the_daemon_ends_when_asked'

# ---- a write that hangs: the user of a VF that apply cannot see

lock=/run/gpuvf/apply.lock
hold() {
	"$built/hold_vfio" "$pf/virtfn0" > "$work/held" 2>&1 &
	holder=$!
	# in front of a command: it does not see that process
	# shellcheck disable=SC2016	# the inner shell expands it
	blind=(unshare --mount sh -c 'mount -t tmpfs none "/proc/$0" && exec "$@"'
		"$holder")
	until_true grep -q open "$work/held"
}

write_ini '[gpu a]' "pci = $a" 'vf 0-1 = s' 'driver 0-1 = vfio-pci'
says 0 '2 VFs enabled' "$agent" apply && hold
point 'a_vf_is_in_use_again'
write_ini '[gpu a]' "pci = $a" 'vf 0-2 = s'
"${blind[@]}" "$agent" apply > "$work/killed" 2>&1 &
killed=$!
until_true begun
kill -9 $killed
wait $killed 2> /dev/null
! flock -n $lock true && says 5 "$changing.* by process [0-9]+ \\(" "$agent" plan
point 'an_apply_that_is_killed_leaves_its_lock_to_its_write'
kill $holder
wait $holder 2> /dev/null
until_true flock -n $lock true &&
	says 0 'recovered an interrupted apply: change completed' "$agent" apply &&
	numvfs_is 3
point 'and_the_next_one_recovers_when_that_has_ended'

write_ini '[gpu a]' "pci = $a" 'vf 0-1 = s' 'driver 0-1 = vfio-pci'
says 0 '2 VFs enabled' "$agent" apply && hold
write_ini '[gpu a]' "pci = $a" 'vf 0-2 = s'
says_limit=240
says 8 "$a: cannot disable its 2 VFs: not done within 120 s, and goes on" \
	"${blind[@]}" "$agent" apply && grep -q 'neither completed nor rolled back' "$work/out"
point 'a_write_that_hangs_is_left_behind'
says_limit=60
says 5 "$changing.* by process [0-9]+ \\(gpuvf-agent\\)" "$agent" plan &&
	says 8 'cannot recover an interrupted apply: .* by process' "$agent" apply &&
	flock -n $lock true
point 'what_comes_later_says_what_is_under_way'
kill $holder
wait $holder 2> /dev/null
recovered() {
	says 0 'recovered an interrupted apply: change completed' "$agent" apply
}
until_true recovered && numvfs_is 3
point 'and_recovers_when_it_is_over'
write_ini '[gpu a]' "pci = $a" 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply

# ---- beside gpuvf

load_module gpuvf
[ -e "/sys/class/gpuvf/$b" ] && [ ! -e "/sys/class/gpuvf/$a" ]
point 'gpuvf_takes_the_other_one'
write_ini '[gpu a]' "pci = $a" 'vf 0-1 = s' '[gpu b]' 'match = *' 'vf 0-2 = p'
says 0 "$a .*2 VFs enabled" "$agent" apply && grep -q "$b.* 3 VFs enabled, 3 with" "$work/out" &&
	says 0 "$b  gpu-iov" "$agent" show && grep -q "$a  generic" "$work/out"
point 'both_are_applied_from_one_file'
says 0 "\"bdf\": \"$b\"" "$agent" stats -j && ! grep -q "$a" "$work/out" &&
	says 2 'pci-pf-stub, which keeps no statistics' "$agent" stats a
point 'statistics_are_of_those_that_have_some'
write_ini '[gpu a]' "pci = $a" 'vf 0-1 = p' '[gpu b]' "pci = $b" 'vf 0 = s'
says 2 "gpuvf.ini:4:6: fb: GPU $a is driven by pci-pf-stub" "$agent" apply b &&
	grep -q "gpuvf.ini:7:6: fb: GPU $b is driven by gpuvf, which gives" "$work/out"
point 'errors_of_all_providers_are_listed'
write_ini '[gpu a]' "pci = $a" 'provider = gpuvf' 'vfs = 0'
says 2 'a GPU of provider generic, not of gpuvf' "$agent" plan
point 'the_wrong_provider_is_refused'
echo 0 > "/sys/bus/pci/devices/$b/sriov_numvfs"
rmmod gpuvf
write_ini '[gpu a]' "pci = $a" 'vf 0 = s' '[gpu b]' "pci = $b" 'vf 0-2 = p'
says 0 '1 VF enabled' "$agent" apply a && says 0 "$a" "$agent" show &&
	says 6 "$b is not driven by gpuvf" "$agent" apply b &&
	says 4 "$a .*in sync" "$agent" apply
point 'what_is_not_gpuvfs_goes_on_without_it'

# ---- a daemon that cannot listen

deaf_to='cannot listen to generic netlink: Protocol not supported'
write_ini '[gpu a]' "pci = $a" 'vf 0 = s' '[gpu b]' "pci = $b" 'vf 0-2 = p'
"$built/without_genl" "$agent" daemon > "$work/deaf" 2>&1 &
daemon=$!
until_true grep -q "$deaf_to; changes of gpuvf GPUs are not noticed" "$work/deaf"
point 'a_daemon_that_cannot_listen_says_so'
write_ini '[gpu a]' "pci = $a" 'vf 0-1 = s'
says 0 '' "$agent" reload && numvfs_is 2 && echo 0 > "$pf/sriov_numvfs" &&
	until_true grep -q "$a .* differs from the configuration" "$work/deaf"
point 'and_keeps_gpus_of_other_drivers'
kill $daemon
wait $daemon && write_ini '[gpu b]' 'provider = gpuvf' "pci = $b" 'vf 0-2 = p' &&
	says 1 "$deaf_to\$" "$built/without_genl" "$agent" daemon
point 'but_does_not_run_for_gpus_of_gpuvf_alone'

write_ini '[gpu a]' "pci = $a"
says 0 '0 VFs enabled' "$agent" apply
echo > "$pf/driver_override"
echo "$a" > "$pf/driver/unbind"
load_module gpuvf
says 6 "$a is not the one of the checkpoint" "$agent" restore "$work/saved" &&
	says 0 "$a .*in sync" "$agent" apply && ! grep -q generic "$work/out"
point 'a_gpu_changes_its_provider'

rmmod gpuvf gpuvf_sim gpuvf_sim_iommu
rm -rf "$work" $ini
points_end
