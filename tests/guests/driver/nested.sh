# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Virtual machines in the lab's VM, each with a VF: sourced by what runs them there. The
# lab's VM needs the card (tests/lab/run -f 4G) and 2 GiB, and one CPU: emulating several,
# QEMU breaks once in many lives of a nested VM. It emulates SVM too, so that nested VMs are
# emulated once and not twice.

nested=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nested_files=${nested_files:-$nested/../../../build/nested/$(uname -r)}
nested_logs=${nested_logs:-/run/lab}
sim=/sys/kernel/debug/gpuvf_sim
# dwords of the MiB that a driver looks at, without those that are not its own
# shellcheck disable=SC2034	# for those that source this
words=$(((1 << 18) - 512))

# how long a driver may say nothing: virtual time goes on while the VM waits for the host
nested_limit=${GPUVF_VIRTUAL:+3600}
nested_limit=${nested_limit:-300}

# of each VM by its name: process, descriptors; by NAME.KEY, what its driver said
declare -A nested_pid=() nested_to=() nested_from=() nested_said=()

# nested_load PARAMETER...: of gpuvf_sim; VFIO, KVM and the modules are loaded
nested_load() {
	modprobe -a vfio_iommu_type1 vfio-pci || return
	modprobe kvm_amd 2> /dev/null || modprobe kvm_intel || return
	[ -z "${GPUVF_VIRTUAL:-}" ] || insmod "$nested_files/qemu_vmrun.ko" || return
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
	local name=$1 vf=$2 pipes from to

	shift 2
	pipes=$(mktemp -d)
	mkfifo "$pipes/in" "$pipes/out"
	# what looks for GPUs of AMD's first kind, and all buses, is an exit for each; no test
	# of the kernel's ciphers, which are emulated too
	qemu-system-x86_64 -name "guest=$name,process=$name" -accel kvm -cpu host,-xsave,-avx,-avx2 \
		-M q35,hpet=off -bios /usr/share/qemu/qboot.rom -m 96 -nodefaults \
		-no-user-config -display none -no-reboot -nic none \
		-kernel "$nested_files/vmlinux" \
		-initrd "$nested_files/initramfs.cpio" \
		-append "console=ttyS0 panic=-1 quiet printk.time=0 cryptomgr.notests pci=noearly,lastbus=0 GUEST=\"$*\"" \
		-serial stdio \
		-device "vfio-pci,host=$(basename "$(realpath "$gpu/vf$vf/device")")" \
		< "$pipes/in" > "$pipes/out" 2> "$nested_logs/$name.qemu" &
	nested_pid[$name]=$!
	exec {to}> "$pipes/in" {from}< "$pipes/out"
	nested_to[$name]=$to nested_from[$name]=$from
	rm -r "$pipes"
	: > "$nested_logs/$name.log"
}

# nested_hear NAME KEY: read what its driver says, until it says that
nested_hear() {
	local line word

	while read -r -t "$nested_limit" -u "${nested_from[$1]}" line; do
		echo "${line%$'\r'}" >> "$nested_logs/$1.log"
		[[ $line == *'guest: '* ]] || continue
		line=${line%$'\r'}
		line=" ${line#*guest: }"
		for word in $line; do
			nested_said[$1.${word%%=*}]=${word#*=}
		done
		[[ $line != *" $2="* ]] || return 0
	done
	return 1
}

# nested_value NAME KEY: what its driver said last
nested_value() {
	echo "${nested_said[$1.$2]:-}"
}

# nested_says NAME KEY VALUE: it said that last
nested_says() {
	[ "${nested_said[$1.$2]:-}" = "$3" ]
}

# nested_tell NAME WORD...: a line for its init; in a subshell, as it may be gone
nested_tell() {
	(echo "${@:2}" >&"${nested_to[$1]}")
}

# nested_gone NAME: after the end of its process, whose exit code this is
nested_gone() {
	local status=0 to=${nested_to[$1]} from=${nested_from[$1]}

	wait "${nested_pid[$1]}" || status=$?
	exec {to}>&- {from}<&-
	[ ! -s "$nested_logs/$1.qemu" ] || sed "s/^/# $1: /" "$nested_logs/$1.qemu"
	return $status
}

# nested_end NAME...: unload its driver, and wait for the end of the VM
nested_end() {
	local name status=0

	for name; do
		nested_tell "$name" end
	done
	for name; do
		nested_hear "$name" end || status=1
		# up to its last line
		nested_hear "$name" nothing || :
		nested_gone "$name" || status=1
	done
	return $status
}

# nested_kill NAME: as the kernel does when memory is short
nested_kill() {
	kill -KILL "${nested_pid[$1]}"
	nested_gone "$1" 2> /dev/null || :
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
