#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# podman gives a container its VF by profile: contrib/jq/cdi.jq.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

container() {
	podman --cgroup-manager cgroupfs run --rm --network none --cgroups disabled \
		--security-opt seccomp=unconfined --device "gpuvf/vf=$1" \
		--rootfs /run/root /bin/busybox sh -c 'ls /dev/vfio; env'
}

begin
mkdir -p /etc/cdi /var/lib/containers /run/root/{bin,dev,proc,sys,etc,run,tmp} &&
	cp /bin/busybox /run/root/bin/ && mount -t tmpfs none /var/lib/containers &&
	filter cdi > /etc/cdi/gpuvf.json && cp /etc/cdi/gpuvf.json /run/lab/
point 'file_is_written'
container desktop-1 > $point_said 2>&1 && grep -qx "$(group_of 1)" $point_said &&
	! grep -qxE "$(group_of 0)|$(group_of 2)" $point_said &&
	grep -qx 'GPUVF_PROFILE=desktop' $point_said &&
	grep -qx "GPUVF_BDF=${pf%.*}.2" $point_said
point 'container_has_its_vf_and_no_other'
! container desktop-2 > $point_said 2>&1
point 'there_is_no_third_desktop'
points_end
