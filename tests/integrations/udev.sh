#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# VFIO groups have names by profile: contrib/udev.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

# the lab's VM enters this Debian by chroot
export SYSTEMD_IGNORE_CHROOT=1
mkdir -p /usr/share/gpuvf && cp -r "$contrib/jq" /usr/share/gpuvf/ &&
	cp "$contrib/udev/70-gpuvf-names.rules" /etc/udev/rules.d/ &&
	cp "$GPUVF_AGENT" /usr/sbin/ && /lib/systemd/systemd-udevd --daemon
point 'udev_has_the_rules'
begin
udevadm settle
named() {
	[ "$(readlink -f "/dev/gpuvf/$1")" = "/dev/vfio/$(group_of "$2")" ] &&
		[ "$(stat -L -c %G:%a "/dev/gpuvf/$1")" = kvm:660 ]
}
ls -l /dev/gpuvf /dev/vfio > $point_said 2>&1
named desktop-0 0 && named desktop-1 1 && named kiosk-0 2 && [ ! -e /dev/gpuvf/kiosk-1 ]
point 'groups_have_names'
echo 0 > "/sys/class/gpuvf/$pf/device/sriov_numvfs" && udevadm settle && [ ! -e /dev/gpuvf/desktop-0 ]
point 'names_go_with_their_vfs'
points_end
