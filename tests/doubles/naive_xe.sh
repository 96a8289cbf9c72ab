#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What people write by hand for GPUs of xe: VFs first, then what each gets, then their
# driver. Kept to show what goes wrong with it (tests/selftests/test_agent_xe.sh), and what
# it costs (tests/bench/table_xe).
#
#	naive_xe.sh BDF NUMBER MIB MS
pf=/sys/bus/pci/devices/$1
n=$2 mib=$3 ms=$4

echo 0 > "$pf/sriov_numvfs"
echo "$n" > "$pf/sriov_numvfs"
sleep 1
i=0
while [ $i -lt "$n" ]; do
	profile=$pf/sriov_admin/vf$((i + 1))/profile
	echo $((mib << 20)) > "$profile/vram_quota"
	echo "$ms" > "$profile/exec_quantum_ms"
	vf=$(basename "$(readlink "$pf/virtfn$i")")
	if [ -e "$pf/virtfn$i/driver" ]; then
		echo "$vf" > "$pf/virtfn$i/driver/unbind"
	fi
	echo vfio-pci > "$pf/virtfn$i/driver_override"
	echo "$vf" > /sys/bus/pci/drivers_probe
	i=$((i + 1))
done
