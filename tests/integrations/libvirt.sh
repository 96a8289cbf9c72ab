#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# libvirt has a virtual machine with a VF: the one of Documentation/examples/domain.xml,
# as it is there.
#
#	tests/guests/driver/build 6.12
#	tests/lab/run -i -f 4G -m 2G -t 1800 -R $(tests/lab/root-get) tests/integrations/libvirt.sh
set -uo pipefail
. "$(dirname "$0")/../selftests/ktap.sh"
. "$(dirname "$0")/../guests/driver/nested.sh"

export PATH=$PATH:${GPUVF_AGENT%/*}
jq=$(realpath "$(dirname "$0")/../../contrib/jq")
examples=$(realpath "$(dirname "$0")/../../Documentation/examples")
log=/var/log/libvirt/qemu/desktop-3-serial.log
tag=0xa0a0a0a1
point_said=/run/lab/said
: > $point_said

[ -e "$nested_files/initramfs.cpio" ] ||
	skip_all "no $nested_files: tests/guests/driver/build makes it"

# without an init system and its cgroups
begin_libvirt() {
	mkdir -p /run/libvirt /run/lab/qemu &&
		rm -rf /var/log/libvirt/qemu &&
		ln -s /run/lab/qemu /var/log/libvirt/qemu || return
	cat > /etc/libvirt/qemu.conf <<-END
		user = "root"
		group = "root"
		security_driver = "none"
		namespaces = []
		cgroup_controllers = []
		stdio_handler = "file"
	END
	libvirtd -d > $point_said 2>&1 && until_true virsh -q capabilities
}

# the guest's kernel, and its driver, which stays until the machine is destroyed: no line of
# input ends it
make_guest() {
	local files=/run/lab/guest

	mkdir -p $files &&
		sed "s/\\\$GUEST/tag=$tag/" "$nested/init" > $files/init && chmod +x $files/init &&
		grep -q " tag=$tag\$" $files/init &&
		cp "$nested_files/vmlinux" /var/lib/libvirt/images/vmlinuz &&
		{
			cat "$nested_files/initramfs.cpio"
			(cd $files && echo init | busybox cpio -o -H newc 2> /dev/null)
		} > /var/lib/libvirt/images/initrd.img
}

# profile VFS: as many VFs, of 256 MiB each
profile() {
	printf '[gpuvf]\nversion = 1\n[profile small]\nfb = 256MiB\n' &&
		printf '[gpu first]\npci = %s\nvf 0-%u = small\n' "$pf" $(($1 - 1))
}

# what the driver in the guest said last, behind the time
guest_value() {
	tr -d '\r' < $log |
		sed -n "s/^\(.* \)\?guest: \(.* \)\?$1=\([^ ]*\).*/\3/p" | tail -n 1
}

guest_says() {
	[ "$(guest_value "$1")" = "$2" ]
}

# its driver has written to all that it looks at; else what the guest said
guest_wrote() {
	until_true guest_says written 1 || {
		tail -n 20 $log > $point_said
		return 1
	}
}

is_off() {
	[ "$(virsh -q domstate desktop-3)" = 'shut off' ]
}

driver_is() {
	[ "$(basename "$(readlink "$gpu/vf2/device/driver")")" = "$1" ]
}

nested_load total_vfs=4 fb_mib=2048 vf_bar_mib=32 && [ -e $sim/gpu0/find ] &&
	[ "$pf" = 0001:01:00.0 ] && profile 4 > /run/lab/four.ini &&
	profile 2 > /run/lab/two.ini && says 0 '' gpuvf-agent apply -f /run/lab/four.ini &&
	begin_libvirt && make_guest
ready=$?
(exit $ready)
point 'libvirt_and_four_vfs'
[ $ready = 0 ] || points_end

cmp "$examples/hostdev.xml" <(
	gpuvf-agent show -j | jq -r -L "$jq" --arg vf small-2 -f "$jq/hostdev.jq") > $point_said 2>&1
point 'the_filter_writes_what_is_documented'
virsh define --validate "$examples/domain.xml" > $point_said 2>&1 &&
	virsh start desktop-3 >> $point_said 2>&1
point 'machine_of_the_documentation_starts'
driver_is vfio-pci
point 'managed_binds_vfio_pci'
guest_wrote
point 'its_guest_has_the_vf'
says 0 'desktop-3' gpuvf-agent show "$pf"
point 'show_names_it'
says 5 'desktop-3' gpuvf-agent apply -f /run/lab/two.ini && [ "$(found $tag)" = $words ]
point 'disabling_its_vf_is_refused'
virsh destroy desktop-3 > $point_said 2>&1 && until_true is_off && ! driver_is vfio-pci
point 'destroyed_it_gives_the_vf_back'
until_true settled && [ "$(found $tag)" = 0 ]
point 'C25_nothing_of_it_is_left'

# taken out of the machine's description, and put into it again
virsh detach-device desktop-3 "$examples/hostdev.xml" --config > $point_said 2>&1 &&
	virsh dumpxml desktop-3 > /run/lab/without.xml &&
	! grep -q hostdev /run/lab/without.xml &&
	virsh attach-device desktop-3 "$examples/hostdev.xml" --config >> $point_said 2>&1 &&
	virsh start desktop-3 >> $point_said 2>&1 && guest_wrote
point 'device_of_the_documentation_is_attached'
guest_says found 0
point 'C25_next_tenant_finds_zeros'
says 1 "VFIO device doesn't support migration" virsh save desktop-3 /run/lab/saved &&
	[ "$(virsh -q domstate desktop-3)" = running ]
point 'saving_it_is_refused_and_it_goes_on'
virsh destroy desktop-3 > $point_said 2>&1 && until_true is_off

# libvirt 9 knows no variant driver
insmod "$GPUVF_MODULES/gpuvf_vfio.ko" &&
	echo gpuvf-vfio > "$gpu/vf2/device/driver_override" &&
	basename "$(realpath "$gpu/vf2/device")" > /sys/bus/pci/drivers_probe &&
	driver_is gpuvf-vfio && virsh -q undefine desktop-3 &&
	sed "s/managed='yes'/managed='no'/" "$examples/domain.xml" > /run/lab/no.xml &&
	virsh -q define /run/lab/no.xml
says 1 'must be manually detached from the host' virsh start desktop-3 && driver_is gpuvf-vfio
point 'variant_driver_is_refused_and_keeps_the_vf'
points_end
