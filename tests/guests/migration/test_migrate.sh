#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A virtual machine with a VF is migrated between two QEMUs, from VF 0 of one simulated GPU
# to VF 1 of another: its counter goes on, and its driver finds what it wrote into the
# framebuffer. Before that a migration is cancelled, and a destination is killed: it goes on
# then too.
#
#	qemu=$(tests/guests/migration/build 6.12)
#	tests/lab/run -s 1 -f 4G -m 2G -q '-cpu max,-erms,-fsrm' -t 900 -k 6.12 \
#		-e GPUVF_QEMU=$qemu tests/selftests/run tests/guests/migration/test_migrate.sh
set -uo pipefail
. "$(dirname "$0")/../../selftests/ktap.sh"

files=$(cd "$(dirname "$0")" && pwd)/../../../build/nested/${GPUVF_NESTED:-$(uname -r)}
# not /run/lab: what grows cannot be read there at any time
logs=$(mktemp -d)
trap 'cp "$logs"/* /run/lab' EXIT
sim=/sys/kernel/debug/gpuvf_sim
tag=0x5ec7e7aa
words=$(((1 << 18) - 512))	# a MiB of dwords, but for what the PF left there
qemu=${GPUVF_QEMU:-}
[[ -e $files/migration.cpio && -n $qemu ]] ||
	skip_all "no $files/migration.cpio, or GPUVF_QEMU is not set: tests/guests/migration/build"
point_said=$logs/said
: > "$point_said"
work=$(mktemp -d)

# vf_of GPU: the directory of the VF that is used, which has another index on each
vf_of() {
	echo "/sys/class/gpuvf/$(< $sim/gpu"$1"/bdf)/vf$1"
}

# a GPU with that VF, which gpuvf-vfio has
gpu_ready() {
	local vf dir

	vf=$(vf_of "$1")
	echo $((64 << 20)) > "$vf/fb_quota" &&
		echo $(($1 + 1)) > "$vf/../device/sriov_numvfs" || return
	dir=$(realpath "$vf/device") || return
	echo gpuvf-vfio > "$dir/driver_override" &&
		echo "${dir##*/}" > /sys/bus/pci/drivers_probe &&
		[ "$(basename "$(readlink "$dir/driver")")" = gpuvf-vfio ]
}

declare -A pid=() monitor=() line=()

# start NAME GPU [OPTION...]: a QEMU with the VF of that GPU
start() {
	local name=$1 vf share

	vf=$(basename "$(realpath "$(vf_of "$2")/device")")
	share=${qemu%/bin/*}/share
	mkfifo "$work/$name" "$work/$name.line"
	# as long as this is open there is no end of the file
	exec {fd}<> "$work/$name.line"
	line[$name]=$fd
	"$qemu" -L "$share/qemu" -L "$share/seabios" -name "$name" -accel kvm \
		-cpu host,-xsave,-avx,-avx2 -M q35,hpet=off -m 96 -nodefaults \
		-no-user-config -display none -no-reboot -nic none \
		-kernel "$files/vmlinux" -initrd "$files/migration.cpio" \
		-append "console=ttyS0 panic=-1 quiet pci=noearly,lastbus=0 GUEST=tag=$tag" \
		-chardev "file,id=log,path=$logs/$name.log,input-path=$work/$name.line" \
		-serial chardev:log -monitor stdio \
		-device "vfio-pci,host=$vf,id=vf,enable-migration=on" "${@:3}" \
		< "$work/$name" > "$logs/$name.monitor" 2>&1 &
	pid[$name]=$!
	exec {fd}> "$work/$name"
	monitor[$name]=$fd
}

# tell NAME WORD...: to its monitor
tell() {
	echo "${@:2}" >&"${monitor[$1]}"
}

# the rest of its life
over() {
	wait "${pid[$1]}" 2> /dev/null
	fd=${monitor[$1]}
	exec {fd}>&-
	fd=${line[$1]}
	exec {fd}>&-
	rm "$work/$1" "$work/$1.line"
}

# values NAME KEY: what it said of that, when it has said it; a message of the kernel may
# follow in the line
values() {
	sed -n "s/^.*guest: \(.* \)\?$2=\([0-9]*\)[^0-9].*/\2/p" "$logs/$1.log"
}

# value NAME KEY: the last one
value() {
	values "$1" "$2" | tail -n 1
}

says_last() {
	[ "$(value "$1" "$2")" = "$3" ]
}

# ticks_on NAME: the counter goes on
ticks_on() {
	local before

	before=$(value "$1" tick)
	until_true ticks_beyond "$1" "${before:-0}"
}

ticks_beyond() {
	[ "$(value "$1" tick)" -gt "$2" ]
}

# status NAME PATTERN: what its monitor says of the migration
status() {
	tell "$1" info migrate
	sleep 1
	tr -d '\r' < "$logs/$1.monitor" | grep -E '^(Migration )?[Ss]tatus:' | tail -n 1 |
		grep -qE "$2"
}

# destination NAME: waits for a migration
destination() {
	start "$1" 1 -incoming "unix:$work/$1.sock"
	until_true test -S "$work/$1.sock"
}

# found GPU: in how many dwords of its framebuffer the tag is
found() {
	echo $((tag)) > "$sim/gpu$1/find"
	awk '{ sub(/count=/, "", $3); sum += $3 } END { print sum + 0 }' "$sim/gpu$1/find"
}

found_is() {
	[ "$(found "$1")" = "$2" ]
}

# truth GPU KEY [WHO]
truth() {
	awk -v key="$2" -v who="${3:-gpu}" '$1 == who || $1 == "fn=" who {
		for (i = 2; i <= NF; i++)
			if (index($i, key "=") == 1)
				print substr($i, length(key) + 2)
	}' "$sim/gpu$1/truth"
}

modprobe -a vfio_iommu_type1 vfio-pci && { modprobe kvm_amd 2> /dev/null || modprobe kvm_intel; } &&
	echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts &&
	load_module gpuvf_sim_iommu &&
	load_module gpuvf_sim gpus=2 total_vfs=2 fb_mib=256 vf_bar_mib=32 &&
	load_module gpuvf && load_module gpuvf_vfio && gpu_ready 0 && gpu_ready 1
ready=$?
(exit $ready)
point 'two_gpus_have_a_vf_each_that_can_be_migrated'
[ $ready = 0 ] || points_end

start source 0
until_true says_last source written 1 && ticks_on source && found_is 0 $words &&
	until_true says_last source others 0
point 'guest_works_on_the_first_gpu'
saves=$(truth 0 saves vf0)

# so slow that it is under way when that happens
destination cancelled
tell source migrate_set_parameter max-bandwidth 2M
tell source migrate -d "unix:$work/cancelled.sock"
until_true status source active
tell source migrate_cancel
until_true status source cancelled && ticks_on source
point 'cancelled_half_way_it_goes_on'
over cancelled
until_true found_is 1 0
point 'nothing_is_at_the_destination'

destination killed
tell source migrate -d "unix:$work/killed.sock"
until_true status source active
kill -KILL "${pid[killed]}"
over killed
until_true status source failed && ticks_on source
point 'destination_is_killed_and_it_goes_on'
[ "$(truth 0 saves vf0)" -ge "$saves" ] && found_is 0 $words
point 'its_state_is_what_it_was'

destination dest
tell source migrate_set_parameter max-bandwidth 10G
tell source migrate_set_parameter downtime-limit 300000
tell source migrate_set_parameter avail-switchover-bandwidth 100G
last=$(value source tick)
tell source migrate -d "unix:$work/dest.sock"
until_true status source completed
point 'migration_is_completed'
ticks_on dest
first=$(values dest tick | head -n 1)
[ "${first:-0}" -gt "$last" ] && [ "$first" -le $(($(value source tick) + 1)) ]
point 'counter_goes_on_where_it_was'
found_is 1 $words
point 'framebuffer_is_on_the_other_gpu'
tell source quit
over source
until_true found_is 0 0
point 'nothing_is_left_on_the_first_gpu'
echo enough >&"${line[dest]}"
over dest
says_last dest others 0 && says_last dest fini 1 && says_last dest end 1
point 'guest_finds_what_it_wrote_and_tears_down'
[ "$(truth 0 violations)$(truth 1 violations)$(truth 0 illegal)$(truth 1 illegal)" = 0000 ]
point 'the_gpus_saw_nothing_forbidden'
tr -d '\r' < "$logs/source.monitor" | grep -E '(downtime|total time|transferred vfio|vfio transferred|transferred ram|setup):' |
	tail -n 5 | sed 's/^/# /'
points_end
