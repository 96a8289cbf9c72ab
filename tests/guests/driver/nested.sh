# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Virtual machines in the lab's VM, each with a VF: sourced by what runs them there. The
# lab's VM needs the card (tests/lab/run -f 4G) and 2 GiB, and one CPU: emulating several,
# QEMU breaks once in many lives of a nested VM. It emulates SVM too, so that nested VMs are
# emulated once and not twice.

nested=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nested_files=$nested/../../../build/nested/$(uname -r)
nested_logs=${nested_logs:-/run/lab}
sim=/sys/kernel/debug/gpuvf_sim

# what starts a VM: the processes' ids, by name
declare -A nested_pid=()

# nested_load PARAMETER...: of gpuvf_sim; VFIO, KVM and the modules are loaded
nested_load() {
	modprobe -a vfio_iommu_type1 vfio-pci || return
	modprobe kvm_amd 2> /dev/null || modprobe kvm_intel || return
	echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
	load_module gpuvf_sim_iommu && load_module gpuvf_sim "$@" &&
		load_module gpuvf || return
	pf=$(< $sim/gpu0/bdf)
	gpu=/sys/class/gpuvf/$pf
}

# nested_bind VF...: to vfio-pci
nested_bind() {
	local vf dir

	for vf; do
		dir=$(realpath "$gpu/vf$vf/device") || return
		echo vfio-pci > "$dir/driver_override"
		[ ! -e "$dir/driver" ] || echo "${dir##*/}" > "$dir/driver/unbind"
		echo "${dir##*/}" > /sys/bus/pci/drivers_probe
		[ "$(basename "$(readlink "$dir/driver")")" = vfio-pci ] || return
	done
}

# nested_start NAME VF [PARAMETER=VALUE...]: a VM with that VF, whose driver has these
nested_start() {
	local name=$1 vf=$2 words=''

	shift 2
	[ $# = 0 ] || words=$(printf ' guest.%s' "$@")
	: > "$nested_logs/$name.log"
	qemu-system-x86_64 -name "$name,process=$name" -accel kvm -cpu host,-xsave \
		-M q35,hpet=off -bios /usr/share/qemu/qboot.rom -m 128 -nodefaults \
		-no-user-config -display none -no-reboot -nic none \
		-kernel "$nested_files/vmlinux" \
		-initrd "$nested_files/initramfs.cpio" \
		-append "console=ttyS0 panic=-1 quiet$words" \
		-serial "file:$nested_logs/$name.log" \
		-device "vfio-pci,host=$(basename "$(realpath "$gpu/vf$vf/device")")" \
		> "$nested_logs/$name.qemu" 2>&1 &
	nested_pid[$name]=$!
}

# nested_end NAME...: wait until they are over
nested_end() {
	local name status=0

	for name; do
		wait "${nested_pid[$name]}" || status=$?
		[ ! -s "$nested_logs/$name.qemu" ] ||
			sed "s/^/# $name: /" "$nested_logs/$name.qemu"
		nested_says "$name" end 1 || status=1
	done
	return $status
}

# nested_value NAME KEY: what its driver said last
nested_value() {
	tr -d '\r' < "$nested_logs/$1.log" |
		sed -n "s/^guest: \(.* \)\?$2=\([^ ]*\).*/\2/p" | tail -n 1
}

# nested_says NAME KEY VALUE
nested_says() {
	[ "$(nested_value "$1" "$2")" = "$3" ]
}

# nested_run NAME VF [PARAMETER=VALUE...]: from its start to its end
nested_run() {
	nested_start "$@"
	nested_end "$1"
}

# found TAG [OWNER]: in how many dwords of the framebuffer it is; of that function
found() {
	echo "$1" > $sim/gpu0/find
	awk -v "owner=of=${2:-}" '
		owner == "of=" || $2 == owner {
			sub(/count=/, "", $3)
			sum += $3
		}
		END { print sum + 0 }' $sim/gpu0/find
}

# truth KEY [FUNCTION]
truth() {
	awk -v key="$1" -v who="${2:-gpu}" '$1 == who || $1 == "fn=" who {
		for (i = 2; i <= NF; i++)
			if (index($i, key "=") == 1)
				print substr($i, length(key) + 2)
	}' $sim/gpu0/truth
}

# settled: all that can be scrubbed is
settled() {
	[ "$(< "$gpu/fb/needs_scrub")" = "$(< "$gpu/fb/quarantined")" ]
}
