#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A GPU is given to another driver and taken back, in the way that gpuvf(4) and
# doctor name; the other GPU stays with gpuvf.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

devices=/sys/bus/pci/devices

driver_of() {
	basename "$(readlink "$devices/$1/driver")"
}

load_module gpuvf_sim gpus=2 && load_module gpuvf
mine=$(cat /sys/kernel/debug/gpuvf_sim/gpu0/bdf)
other=$(cat /sys/kernel/debug/gpuvf_sim/gpu1/bdf)
modprobe pci-stub

release() {
	echo "$1" > /sys/bus/pci/drivers/gpuvf/release
}

# of both GPUs; the other one keeps its own
echo 2 > "$devices/$mine/sriov_numvfs" && echo 2 > "$devices/$other/sriov_numvfs"
! release "$mine" 2> /dev/null && [ "$(driver_of "$mine")" = gpuvf ] &&
	[ "$(cat "$devices/$mine/sriov_numvfs")" = 2 ] &&
	grep -q "$mine: cannot release the GPU: 2 VFs are enabled" <(dmesg)
point 'a_gpu_with_vfs_is_not_released'
! release 0000:00:00.0 2> /dev/null && ! release '' 2> /dev/null
point 'nor_what_gpuvf_does_not_drive'
! setpriv --bounding-set -sys_admin bash -c \
	"echo $mine > /sys/bus/pci/drivers/gpuvf/release" 2> /dev/null &&
	[ "$(driver_of "$mine")" = gpuvf ]
point 'nor_without_the_capability'

# gpuvf(4)
echo 0 > "$devices/$mine/sriov_numvfs" &&
	echo pci-stub > "$devices/$mine/driver_override" &&
	echo "$mine" > /sys/bus/pci/drivers/gpuvf/release &&
	echo "$mine" > /sys/bus/pci/drivers_probe
[ "$(driver_of "$mine")" = pci-stub ] && [ "$(driver_of "$other")" = gpuvf ] &&
	[ "$(cat "$devices/$other/sriov_numvfs")" = 2 ]
point 'a_gpu_is_given_to_another_driver'
"$agent" show "$other" > /dev/null &&
	"$agent" show "$mine" | grep -q '  generic  driver pci-stub  '
point 'and_the_other_one_goes_on'

# the commands of the fix, without the part about the next boot; doctor takes
# gpuvf's ids from depmod's list, which insmod does not need
root=$(mktemp -d)
mkdir -p "$root/lib/modules/$(uname -r)"
echo 'alias pci:v00004756d*sv*sd*bc*sc*i* gpuvf' \
	> "$root/lib/modules/$(uname -r)/modules.alias"
ln -s /sys /proc "$root"
"$agent" --root "$root" doctor -j "$mine" > "$root/said"
fix=$(python3 -c '
import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["check"] == "driver":
        print(f["fix"].split(". For the next boot")[0])' "$root/said")
[[ $fix = 'modprobe gpuvf; '* ]]
point 'doctor_says_how_it_is_taken_back'
bash -c "${fix#modprobe gpuvf; }"
[ "$(driver_of "$mine")" = gpuvf ]
point 'which_works'
"$agent" show "$mine" > /dev/null && echo 2 > "$devices/$mine/sriov_numvfs"
point 'and_it_can_have_vfs_again'
echo 0 > "$devices/$mine/sriov_numvfs"
echo 0 > "$devices/$other/sriov_numvfs"
echo > "$devices/$mine/driver_override"
rm -r "$root"
rmmod gpuvf && rmmod gpuvf_sim
point 'holds_nothing_back'
points_end
