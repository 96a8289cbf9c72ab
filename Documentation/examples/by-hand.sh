#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Three VFs of one GPU, with nothing but sysfs: 4 GiB and half of the time for
# the first, and for the others what is left.
#
#	by-hand.sh 0000:41:00.0
set -eu

cd "/sys/class/gpuvf/$1"
echo 0 > device/sriov_numvfs
echo best-effort > sched/policy
echo $((4 << 30)) > vf0/fb_quota
echo 12000 > vf0/time_slice_us
for vf in vf1 vf2; do
	echo 6000 > "$vf/time_slice_us"
done
echo 3 > device/sriov_numvfs

for vf in vf0 vf1 vf2; do
	echo "$vf $(basename "$(readlink "$vf/device")")" \
		"$(cat "$vf/fb_quota") bytes, $(cat "$vf/time_slice_us") us," \
		"$(cat "$vf/state")"
done
