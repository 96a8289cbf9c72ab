#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# GPUs of NVIDIA's vGPU host driver: simulated ones that its double has, with an
# sriov-manage and an nvidia-smi that do what the double wants of them.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"
. "$(dirname "$0")/rivals.sh"

doubles=${GPUVF_DOUBLES:-$here/../../build/doubles/$(uname -r)}
[ -e "$doubles/gpuvf_double_nvidia.ko" ] ||
	skip_all 'no double of nvidia: tests/doubles/build makes it'
[ ! -e /sys/bus/pci/drivers/nvidia ] || skip_all 'the real driver nvidia is loaded'

debug=/sys/kernel/debug/gpuvf_double
work=$(mktemp -d)
ini=/etc/gpuvf.ini
# shellcheck disable=SC2034	# for point()
point_said=$work/out

# write_ini LINE...: behind the profiles
write_ini() {
	printf '%s\n' '[gpuvf]' 'version = 1' '[profile q]' 'fb = 12GiB' \
		'nvidia_type = L40S-12Q' '[profile a]' 'nvidia_type = L40S-12A' \
		'[profile big]' 'fb = 24GiB' "$@" > $ini
}

# knob NAME VALUE: of the double of the first GPU
knob() {
	echo "$2" > "$debug/$a/$1"
}

stores() {
	cat "$debug/$a/accepted" "$debug/$a/refused" | tr '\n' ' '
}

types_are() {
	local i text=

	for i in 0 1 2 3 4 5 6 7; do
		text+="$(cat "$pf/virtfn$i/nvidia/current_vgpu_type") "
	done
	echo "types: $text, expected: $1" >> "$work/out"
	[ "$text" = "$1 " ]
}

numvfs_is() {
	[ "$(cat "$pf/sriov_numvfs")" = "$1" ]
}

# what the real ones are is in no package that could be had here
install_helpers() {
	mkdir -p /usr/lib/nvidia
	cat > /usr/lib/nvidia/sriov-manage <<-END
	#!/bin/sh
	case \$1 in -e) on=1 ;; *) on=0 ;; esac
	echo \$on > $debug/\$2/sriov
	END
	cat > /usr/bin/nvidia-smi <<-END
	#!/bin/sh
	[ "\$1 \$2 \$3 \$4" = 'vgpu -shm 1 -i' ] || exit 2
	echo 1 > $debug/\$5/heterogeneous || exit 19
	END
	chmod 755 /usr/lib/nvidia /usr/lib/nvidia/sriov-manage /usr/bin/nvidia-smi
}

# the types that this host driver knows, as its own file has them
install_types() {
	mkdir -p /usr/share/nvidia/vgpu
	for type in '1150 12Q' '1160 12A' '1151 24Q' '1152 48Q'; do
		echo "<vgpuType id=\"${type% *}\" name=\"NVIDIA L40S-${type#* }\">"
		echo '<devId vendorId="0x10DE" deviceId="0x26B9"/></vgpuType>'
	done > /usr/share/nvidia/vgpu/vgpuConfig.xml
}

load_module gpuvf_sim gpus=2 total_vfs=8 vendor=0x10de device=0x26b9 \
	vf_device=0x26b9 class=0x030200 && insmod "$doubles/gpuvf_double_nvidia.ko"
point 'modules_are_loaded'
a=$(cat /sys/kernel/debug/gpuvf_sim/gpu0/bdf) b=$(cat /sys/kernel/debug/gpuvf_sim/gpu1/bdf)
pf=/sys/bus/pci/devices/$a

says 0 "$a  nvidia  driver nvidia  ready  0 of 8 VFs enabled" "$agent" show
point 'it_is_shown'
! (echo 2 > "$pf/sriov_numvfs") 2> /dev/null && numvfs_is 0
point 'the_driver_takes_no_number'
write_ini '[gpu a]' "pci = $a" 'vf 0 = q'
says 6 '/usr/lib/nvidia/sriov-manage is not there' "$agent" apply && numvfs_is 0
point 'without_sriov_manage_nothing_is_done'
install_helpers
chmod o+w /usr/lib/nvidia/sriov-manage
says 7 'sriov-manage is writable by everyone' "$agent" apply && numvfs_is 0
point 'a_helper_that_others_can_write_is_not_run'
chmod o-w /usr/lib/nvidia/sriov-manage

write_ini '[gpu a]' "pci = $a" 'vf 0-1 = q' 'vf 3 = a'
says 0 'set the layout, enable 8 VFs' "$agent" plan &&
	grep -q 'it may still refuse' "$work/out" && numvfs_is 0 &&
	says 0 '8 VFs enabled, 3 with framebuffer' "$agent" apply && numvfs_is 8 &&
	types_are '1150 1150 0 1160 0 0 0 0'
point 'apply_enables_all_and_gives_types'
before=$(stores)
says 0 'in sync' "$agent" apply && says 0 'in sync' "$agent" plan &&
	says 0 '' "$agent" assert && says 0 L40S-12A "$agent" show &&
	says 0 '' "$agent" doctor && [ "$(stores)" = "$before" ]
point 'what_is_so_is_written_no_second_time'
says 0 '' "$agent" export -o "$work/exported.ini" &&
	says 0 '' "$agent" assert -f "$work/exported.ini" &&
	says 0 '' "$agent" checkpoint "$work/saved" && [ "$(stores)" = "$before" ]
point 'what_is_exported_changes_nothing'

# a rollback restores what there was, whatever the driver calls its refusal
each_errno() {
	local errno

	write_ini '[gpu a]' "pci = $a" 'vf 0-6 = q'
	for errno in 1 5 16 22 28; do
		knob unknown_errno $errno
		"$agent" apply > "$work/out" 2>&1 && return 1
		grep -q 'rolled back to its previous state' "$work/out" &&
			types_are '1150 1150 0 1160 0 0 0 0' || return
	done
}
point 'a_refused_type_is_rolled_back' each_errno
knob unknown_errno 22
write_ini '[gpu a]' "pci = $a" 'vf 0 = q' 'vf 1 = big'
says 2 'no type has 24 GiB' "$agent" plan
point 'sizes_that_are_not_listed_are_not_known'
install_types
says 0 'switched to heterogeneous mode' "$agent" apply &&
	types_are '1150 1151 0 0 0 0 0 0' && says 0 'in sync' "$agent" apply
point 'sizes_that_differ_switch_the_mode'

# ---- a VF in use

exec 8< "/dev/vfio/devices/$(ls "$pf/virtfn1/vfio-dev")"
write_ini '[gpu a]' "pci = $a" 'vf 0-1 = q'
says 5 "VF 1: keeps type L40S-24Q while it is in use" "$agent" apply &&
	grep -q "process $$ " "$work/out" && says 0 "nvidia +.* \\($$\\)" "$agent" show
point 'a_vf_in_use_keeps_its_type'
write_ini '[gpu a]' "pci = $a" 'vf 0 = a' 'vf 1 = big'
says 0 '2 with framebuffer' "$agent" apply && types_are '1160 1151 0 0 0 0 0 0'
point 'others_change_beside_it'
write_ini '[gpu a]' "pci = $a" 'vfs = 0'
says 5 'VF 1 is in use' "$agent" apply && numvfs_is 8
point 'and_its_gpu_keeps_its_vfs'
exec 8<&-
knob lag 3
write_ini '[gpu a]' "pci = $a" 'vf 0-1 = q'
says 0 '2 with framebuffer' "$agent" apply && types_are '1150 1150 0 0 0 0 0 0'
point 'a_type_may_take_its_time_to_go'
knob lag 0
knob forgets Y
write_ini '[gpu a]' "pci = $a" 'vf 0-2 = q'
says 1 'VF 2: cannot get type L40S-12Q: the driver says nothing, and it has type 0' "$agent" apply
point 'a_write_without_effect_is_seen'
knob forgets N

# ---- the daemon

"$agent" daemon > "$work/daemon" 2>&1 &
daemon=$!
until_true grep -q '3 with framebuffer' "$work/daemon"
point 'the_daemon_applies'
sleep 11
echo 0 > "$pf/virtfn2/nvidia/current_vgpu_type"
until_true grep -q "$a .* differs from the configuration" "$work/daemon" &&
	types_are '1150 1150 0 0 0 0 0 0'
point 'the_daemon_reports_what_others_change'
kill $daemon
wait $daemon
touch /usr/bin/pveversion
printf '%s\n' '[gpuvf]' 'version = 1' 'on_drift = enforce' '[profile a]' \
	'nvidia_type = L40S-12A' '[gpu a]' "pci = $a" 'vf 0 = a' > $ini
says 2 'Proxmox VE on this host sets its VFs too' "$agent" daemon
point 'beside_proxmox_nothing_is_enforced'
rm /usr/bin/pveversion

# ---- sriov-manage

write_ini '[gpu a]' "pci = $a" 'vfs = 0'
says 0 '0 VFs enabled' "$agent" apply && numvfs_is 0
point 'all_vfs_go'
write_ini '[gpu a]' "pci = $a" 'vf 0 = q'
knob lying Y
says 1 'reported success, but 0 VFs are enabled after 30 s' "$agent" apply && numvfs_is 0
point 'a_helper_that_lies_is_found_out'
knob lying N
knob busy 2
says 0 '1 with framebuffer' "$agent" apply && numvfs_is 8
point 'a_helper_that_finds_the_gpu_busy_is_run_again'
says 0 'restored' "$agent" restore "$work/saved" && types_are '1150 1150 0 1160 0 0 0 0'
point 'a_checkpoint_is_restored'

# ---- a driver that knows no better, and two GPUs

basename "$(readlink "$pf/virtfn5")" > /sys/bus/pci/drivers/nvidia/unbind
write_ini '[gpu a]' "pci = $a" 'vf 0 = q' 'vf 5 = a'
says 5 'VFs are being enabled or disabled' "$agent" apply && [ "$(cat "$debug/$a/unbound")" = 1 ]
point 'a_vf_that_was_unbound_lacks_its_files'
write_ini '[gpu a]' "pci = $a" 'vf 0 = q' 'driver 0 = vfio-pci'
says 2 'driver: GPU .* is driven by nvidia, which keeps its VFs' "$agent" apply
point 'so_no_driver_line_is_taken'
write_ini '[gpu b]' "pci = $b" 'vf 0-1 = a'
says 0 "$b .*2 with framebuffer" "$agent" apply && says 0 "$a" "$agent" show
point 'the_other_gpu_is_its_own'
[ "$(cat "$debug"/*/violations | tr '\n' ' ')" = '0 0 ' ]
point 'no_type_of_a_vf_in_use_was_written'

# ---- rivals

gpu=$a
says 0 '' /usr/lib/nvidia/sriov-manage -d "$a"

# four of 12 GiB, two of 24 GiB
choose() {
	local i gib=0 id lines=()

	types=(0 0 0 0 0 0 0 0)
	for ((i = RANDOM % 8; i < 8; i += 1 + RANDOM % 3)); do
		case $((RANDOM % 3)) in
		0) id=1150 lines+=("vf $i = q") gib=$((gib + 12)) ;;
		1) id=1160 lines+=("vf $i = a") gib=$((gib + 12)) ;;
		2) id=1151 lines+=("vf $i = big") gib=$((gib + 24)) ;;
		esac
		[ $gib -le 48 ] || break
		types[i]=$id
	done
	[ $gib -le 48 ] || unset 'lines[-1]'
	write_ini '[gpu a]' "pci = $a" "${lines[@]}"
}

wrong() {
	if [ "${types[*]}" = '0 0 0 0 0 0 0 0' ]; then
		numvfs_is 0 || echo 'VFs are enabled'
	else
		types_are "${types[*]}" 2> /dev/null || echo "types are not ${types[*]}"
	fi
}

strike() {
	local ids=(0 1150 1160 1151 1152)

	case $((RANDOM % 4)) in
	0) /usr/lib/nvidia/sriov-manage -d "$a" ;;
	1) /usr/lib/nvidia/sriov-manage -e "$a" ;;
	*) echo "${ids[RANDOM % 5]}" > "$pf/virtfn$((RANDOM % 8))/nvidia/current_vgpu_type" ;;
	esac
}

calm() {
	:
}

violations() {
	cat "$debug/$a/violations"
}

writes() {
	stores
}
point 'beside_rivals' rivals 12

rmmod gpuvf_double_nvidia gpuvf_sim
rm -rf "$work" $ini /usr/lib/nvidia /usr/bin/nvidia-smi /usr/share/nvidia
points_end
