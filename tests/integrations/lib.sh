# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What these scripts share: one simulated GPU of which three VFs have profiles and are
# bound to vfio-pci, desktop-0, desktop-1 and kiosk-0. They run in the Debian of
# tests/lab/root-get:
#
#	tests/lab/run -m 2G -R $(tests/lab/root-get) tests/integrations/NAME.sh

. "$(dirname "${BASH_SOURCE[0]}")/../selftests/ktap.sh"
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
contrib=$top/contrib
point_said=/run/lab/said
: > $point_said
export PATH=$PATH:${GPUVF_AGENT%/*}

cat > /run/lab/three.ini <<-END
	[gpuvf]
	version = 1
	[profile desktop]
	fb = 256MiB
	[profile kiosk]
	fb = 128MiB
	[gpu every]
	match = *
	vf 0-1 = desktop
	vf 2 = kiosk
	driver 0-2 = vfio-pci
END

load_gpu() {
	mount -t cgroup2 none /sys/fs/cgroup && modprobe -a vfio_iommu_type1 vfio-pci &&
		echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts &&
		load_module gpuvf_sim_iommu && load_module gpuvf_sim total_vfs=4 fb_mib=2048 &&
		load_module gpuvf && pf=$(< /sys/kernel/debug/gpuvf_sim/gpu0/bdf)
}

# begin: all of it, else nothing more is tested
begin() {
	load_gpu && says 0 '' gpuvf-agent apply -f /run/lab/three.ini
	ready=$?
	(exit $ready)
	point 'three_vfs_have_profiles'
	[ $ready = 0 ] || points_end
}

# filter NAME [OPTION...]: what show has, through contrib/jq/NAME.jq
filter() {
	gpuvf-agent show -j | jq -r -L "$contrib/jq" "${@:2}" -f "$contrib/jq/$1.jq"
}

# group_of VF: the device of its VFIO group
group_of() {
	basename "$(readlink "/sys/class/gpuvf/$pf/vf$1/device/iommu_group")"
}
