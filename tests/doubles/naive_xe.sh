#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What people write by hand for GPUs of xe: VFs first, then what each gets, then their
# driver. Kept to show what goes wrong with it (tests/selftests/test_agent_xe.sh).
#
#	naive_xe.sh BDF NUMBER MIB MS
pf=/sys/bus/pci/devices/$1
n=$2 mib=$3 ms=$4

echo 0 > "$pf/sriov_numvfs"
echo "$n" > "$pf/sriov_numvfs"
sleep 1
for ((i = 1; i <= n; i++)); do
	echo $((mib << 20)) > "$pf/sriov_admin/vf$i/profile/vram_quota"
	echo "$ms" > "$pf/sriov_admin/vf$i/profile/exec_quantum_ms"
	vf=$(basename "$(readlink "$pf/virtfn$((i - 1))")")
	if [ -e "$pf/virtfn$((i - 1))/driver" ]; then
		echo "$vf" > "$pf/virtfn$((i - 1))/driver/unbind"
	fi
	echo vfio-pci > "$pf/virtfn$((i - 1))/driver_override"
	echo "$vf" > /sys/bus/pci/drivers_probe
done
