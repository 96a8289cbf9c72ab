#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The agent, end to end: the example profiles are applied and hold; bad input
# gets its own exit code, a sentence, and changes nothing.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

sim=/sys/kernel/debug/gpuvf_sim/gpu0
work=$(mktemp -d)
# shellcheck disable=SC2034	# for point()
point_said=$work/out

load() {
	load_module gpuvf_sim "$@" && load_module gpuvf &&
		gpu=$(cat $sim/bdf) && dir=/sys/class/gpuvf/$gpu
}

gpu_can() {
	grep -qw "$1" "$dir/capabilities"
}

# the words for a guest with work; without busy bits it has to ask for its start
work_hard() {
	if gpu_can busy || ! gpu_can mailbox; then
		echo 'busy 100'
	else
		echo 'busy 100 boot=100'
	fi
}

# Where a GPU knows neither work nor mail, an enabled VF is in use: stop all of them.
rest() {
	local vf

	gpu_can busy || gpu_can mailbox && return
	for vf in "$dir"/device/virtfn*; do
		vf=$dir/vf${vf##*/virtfn}
		[ ! -e "$vf" ] || echo 1 > "$vf/stop"
	done
	until_true sh -c "! grep -q 1 $dir/vf*/in_use"
}

# a kernel that delays the release of kobjects cannot load the module again before
driver_is_gone() {
	[ ! -e /sys/bus/pci/drivers/gpuvf ]
}

unload() {
	echo 0 > "/sys/bus/pci/devices/$gpu/sriov_numvfs"
	rmmod gpuvf && rmmod gpuvf_sim && until_true driver_is_gone
}

# all that can be read of the GPU and can change
snapshot() {
	grep -r . "$dir"/{state,revision} "$dir"/fb/{free,largest_free,pf_reserve} \
		"$dir"/sched/policy \
		"$dir"/vf*/{fb_quota,fb_offset,time_slice_us,profile} \
		"$dir"/device/sriov_numvfs 2> /dev/null
	cat $sim/table
}

truth() {
	grep -o " $1=[0-9]*" $sim/truth | head -n 1 | cut -d= -f2
}

# the file's VFs are there, run, and none ever saw another's memory
example_holds() {
	local file=$files/$1.ini vfs=$2 quota=$3 i

	"$agent" apply -f "$file" > "$work/out" 2>&1 || return
	"$agent" assert -f "$file" >> "$work/out" 2>&1 || return
	[ "$(cat "$dir/device/sriov_numvfs")" = "$vfs" ] || return
	[ "$(cat "$dir/vf0/fb_quota")" = "$quota" ] || return
	grep -q "^vf0 offset=[0-9]* size=$quota\$" $sim/table || return
	for ((i = 0; i < vfs; i++)); do
		work_hard > "$sim/vf$i/guest"
	done
	for ((i = 0; i < vfs; i++)); do
		until_true grep -q active "$dir/vf$i/state" || return
		echo off > "$sim/vf$i/guest"
	done
	[ "$(truth violations)" = 0 ] && [ "$(truth illegal)" = 0 ] || return
	"$agent" apply -f "$file" > "$work/out" 2>&1 &&
		grep -q 'in sync' "$work/out"
}

# refused NAME CODE PATTERN COMMAND...
refused() {
	local name=$1 want=$2 pattern=$3 before code=0
	shift 3

	before=$(snapshot)
	"$@" > "$work/out" 2>&1 || code=$?
	[ $code = "$want" ] && grep -qE "$pattern" "$work/out" &&
		[ "$before" = "$(snapshot)" ]
	point "$name"
}

# a good file, changed by a sed script
variant() {
	sed "$1" "$demo" > "$work/bad.ini"
	echo "$work/bad.ini"
}

"$agent" show > "$work/out" 2>&1
[ $? = 6 ] && grep -q modprobe "$work/out"
point 'without_the_module_says_how_to_load_it'

examples=('virtual-desktops 16 1040187392' 'render-farm 4 8589934592'
	'mixed 6 4294967296' 'gpu-iov-v1 16 503316480')
# demo.ini, where the hardware can do what it asks for
demo=$work/demo.ini
cp "$files/demo.ini" "$demo"
load
if ! gpu_can busy; then
	examples=("${examples[@]:2}")
	sed -i 's/best-effort/equal/' "$demo"
fi
unload
for example in "${examples[@]}"; do
	load > "$work/out" 2>&1
	# shellcheck disable=SC2086
	example_holds $example
	point "example_${example%% *}_is_applied_and_holds"
	unload
done

mkdir -p /etc/gpuvf.d
sed '/^\[gpu /,$d' "$demo" > /etc/gpuvf.d/10-profiles.ini
sed -n '/^\[gpu /,$p' "$demo" > /etc/gpuvf.d/20-gpus.ini
"$agent" check > "$work/out" 2>&1 &&
	grep -q '10-profiles.ini, /etc/gpuvf.d/20-gpus.ini: OK: 3 profiles' \
		"$work/out"
point 'drop_ins_alone_are_a_configuration'
rm -r /etc/gpuvf.d

load total_vfs=8
refused unknown_key 2 'bad.ini:[0-9]+:[0-9]+:.*tim_slice' \
	"$agent" apply -f "$(variant 's/^time_slice = 6ms/tim_slice = 6ms/')"
refused number_without_unit 2 'bad.ini:[0-9]+:[0-9]+:' \
	"$agent" apply -f "$(variant 's/^fb = 2GiB/fb = 2/')"
refused overlapping_ranges 2 'bad.ini:[0-9]+:[0-9]+:' \
	"$agent" apply -f "$(variant 's/^vf 3 = kiosk/vf 2-3 = kiosk/')"
refused too_much_memory 2 "GPU $gpu VF [0-9]+: .*MiB of framebuffer" \
	"$agent" apply -f "$(variant 's/^fb = 8GiB/fb = 15GiB/')"
refused too_many_vfs 2 '9|8' \
	"$agent" apply -f "$(variant 's/^vf 3 = kiosk/vf 3-8 = kiosk/')"
refused slice_too_long 2 "GPU $gpu VF 0: .*500000 us" \
	"$agent" apply -f "$(variant 's/^time_slice = 12ms/time_slice = 12s/')"
refused no_such_gpu 6 '0000:99:00.0' \
	"$agent" apply -f "$(variant 's/^match = .*/pci = 0000:99:00.0/')"
chmod 755 "$work"
refused without_privilege 7 '.' setpriv --reuid=65534 --regid=65534 \
	--clear-groups --inh-caps=-all "$agent" apply -f "$(variant '')"
# plan places all the same, and says what it does not know
rows() {
	sed -n '/^ *[0-9]\+  + create /p; /^  framebuffer/p'
}
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
	"$agent" plan -H -f "$work/bad.ini" > "$work/out" 2>&1 &&
	grep -q "GPU $gpu: VFs in use are not visible without CAP_SYS_ADMIN" \
		"$work/out" &&
	"$agent" plan -H -f "$work/bad.ini" > "$work/plan" 2>&1 &&
	! grep -q 'not visible' "$work/plan" &&
	[ "$(rows < "$work/out" | wc -l)" = 5 ] &&
	[ "$(rows < "$work/out")" = "$(rows < "$work/plan")" ]
point 'plan_without_privilege_says_what_it_does_not_see'

# memory and room, without the figures of the moment
room() {
	sed -n '/^  \[/p; /^  framebuffer/p; /^  capacity:/p'
}
"$agent" plan -H -f "$demo" > "$work/plan" 2>&1
"$agent" apply -f "$demo" > "$work/out" 2>&1
point 'demo_is_applied'
timeout 60 sh -c "until grep -qx 0 $dir/fb/needs_scrub; do sleep 0.1; done"
"$agent" show -H > "$work/out" 2>&1 &&
	[ "$(room < "$work/plan")" = "$(room < "$work/out")" ] &&
	grep -q '^  capacity: 0 more .render. (8 GiB): requested 8192 MiB of framebuffer' \
		"$work/plan" &&
	grep -q '^  capacity: 4 more .kiosk.' "$work/plan"
point 'plan_foretells_the_room_that_show_then_shows'
work_hard > $sim/vf0/guest
until_true grep -q active "$dir/vf0/state"
refused vf_in_use 5 'VF 0: .*while its guest uses the VF' \
	"$agent" apply -f "$(variant 's/^fb = 8GiB/fb = 4GiB/')"
echo off > $sim/vf0/guest
unload

load total_vfs=8
"$agent" apply -f "$demo" > "$work/out" 2>&1
# what is, as a configuration, changes nothing
"$agent" export > "$work/export.ini" 2> "$work/out"
before=$(snapshot)
"$agent" apply -f "$work/export.ini" > "$work/out" 2>&1 &&
	grep -q 'in sync' "$work/out" && [ "$before" = "$(snapshot)" ] &&
	"$agent" assert -f "$work/export.ini" > "$work/out" 2>&1
point 'what_is_exported_is_in_sync'

# one VF, live; then assert tells of it, and apply takes it back
"$agent" set "$gpu/1" time_slice=9ms label=other > "$work/out" 2>&1 &&
	[ "$(cat "$dir/vf1/time_slice_us" "$dir/vf1/profile")" = $'9000\nother' ]
point 'set_changes_one_vf'
refused 'assert_tells_differences' 3 'retime, relabel' \
	"$agent" assert -f "$work/export.ini"
refused 'set_refuses_as_the_kernel_does' 2 'VF 1: .*500000 us' \
	"$agent" set "$gpu/1" time_slice=9s
"$agent" apply -f "$work/export.ini" > "$work/out" 2>&1 &&
	"$agent" assert -f "$work/export.ini" > "$work/out" 2>&1
point 'apply_takes_it_back'

# all of it comes back after everything was taken away
saved() {
	cat "$dir"/vf*/{fb_quota,time_slice_us,profile} "$dir/fb/pf_reserve" \
		"$dir/sched/policy" "$dir/device/sriov_numvfs"
}
"$agent" checkpoint "$work/checkpoint" > "$work/out" 2>&1 &&
	[ "$(stat -c %a "$work/checkpoint")" = 600 ] && before=$(saved) &&
	"$agent" restore "$work/checkpoint" > "$work/out" 2>&1 &&
	grep -q 'in sync' "$work/out" &&
	rest && "$agent" apply -f "$(variant 's/^vf .*//')" > "$work/out" 2>&1 &&
	[ "$(cat "$dir/device/sriov_numvfs")" = 0 ] &&
	"$agent" restore "$work/checkpoint" > "$work/out" 2>&1 &&
	[ "$before" = "$(saved)" ] && [ ! -e /run/gpuvf/intent ]
point 'restore_brings_back_what_checkpoint_saw'
# VFs lie where they lay, though they would be placed in another order
places() {
	cat "$dir"/vf*/fb_offset
}
rest && "$agent" apply -f "$(variant 's/^vf .*//')" > "$work/out" 2>&1 &&
	echo 1073741824 > "$dir/vf2/fb_quota" &&
	echo 2147483648 > "$dir/vf0/fb_quota" &&
	echo 536870912 > "$dir/vf1/fb_quota" && before=$(places) &&
	[ "$(cat "$dir/vf0/fb_offset")" -gt "$(cat "$dir/vf2/fb_offset")" ] &&
	"$agent" checkpoint "$work/places" > "$work/out" 2>&1 &&
	"$agent" apply -f "$(variant 's/^vf .*//')" > "$work/out" 2>&1 &&
	[ "$(cat "$dir/vf0/fb_quota")" = 0 ] &&
	"$agent" restore "$work/places" > "$work/out" 2>&1 &&
	[ "$before" = "$(places)" ]
point 'restore_brings_framebuffer_back_to_where_it_was'
echo 0 > "$dir/vf2/fb_quota" && echo 0 > "$dir/vf0/fb_quota" &&
	echo 2147483648 > "$dir/vf0/fb_quota" &&
	echo 1073741824 > "$dir/vf2/fb_quota" &&
	[ "$before" != "$(places)" ] &&
	"$agent" restore "$work/places" > "$work/out" 2>&1 &&
	grep -q restored "$work/out" && [ "$before" = "$(places)" ]
point 'also_when_nothing_else_has_changed'
"$agent" restore "$work/checkpoint" > "$work/out" 2>&1
point 'and_back'
echo '{"schema_version": 2, "gpus": [{}]}' > "$work/broken"
refused 'restore_refuses_what_is_no_checkpoint' 2 'is no checkpoint' \
	"$agent" restore "$work/broken"

# vfio-pci wants an IOMMU group, and there is no IOMMU: nothing is begun, and
# plan says so too
modprobe vfio-pci
rest
"$agent" apply -f "$(variant 's/^vf .*//')" > "$work/out" 2>&1
no_iommu() {
	local name=$1

	variant 's/^vf 3 .*/&\ndriver 0 = vfio-pci/' > /dev/null
	refused "plan_$name" 6 'the GPU has no IOMMU group' \
		"$agent" plan -f "$work/bad.ini"
	refused "apply_$name" 6 'the GPU has no IOMMU group' \
		"$agent" apply -f "$work/bad.ini"
	[ "$(cat "$dir/device/sriov_drivers_autoprobe")" = 1 ]
	point "$name"
}
no_iommu 'vfio_without_iommu_is_refused'
"$agent" apply -f "$demo" > "$work/out" 2>&1
no_iommu 'vfio_without_iommu_leaves_vfs_that_are_there'

# a driver line that is added later holds for VFs that have no driver
variant 's/^vf 3 .*/&\ndriver 0-3 = none/' > "$work/out"
rest
"$agent" assert -f "$work/bad.ini" > "$work/out" 2>&1
[ $? = 3 ] && "$agent" apply -f "$work/bad.ini" > "$work/out" 2>&1 &&
	[ "$(cat "$dir/device/virtfn0/driver_override")" = none ] &&
	"$agent" assert -f "$work/bad.ini" > "$work/out" 2>&1
point 'no_driver_is_a_state_of_its_own'

# what cannot be written does not end it half-way, and has its own exit code
rest
"$agent" apply -f "$(variant 's/^vf .*//')" > /dev/full 2> "$work/out"
[ $? = 9 ] && [ "$(cat "$dir/device/sriov_numvfs")" = 0 ]
point 'done_but_not_reported_has_its_own_code'
"$agent" apply -f "$demo" > "$work/out" 2>&1
before=$(saved)
# the PCI core leaks a VF that does not answer: not where leaks are counted
if [ ! -e /sys/kernel/debug/kmemleak ]; then
	echo 0 > $sim/fail_enable
	rest
	"$agent" apply -f "$(variant 's/^vf 3 .*//')" 2>&1 | true
	echo -1 > $sim/fail_enable
	[ "$before" = "$(saved)" ] && [ ! -e /run/gpuvf/intent ]
	point 'a_reader_that_has_gone_does_not_keep_it_from_rolling_back'
fi

"$agent" doctor -v > "$work/out" 2>&1 &&
	grep -qE "$gpu\) (can have 8 VFs|has [0-9]+ of 8 VFs)" "$work/out" &&
	grep -q 'ok .*netlink family' "$work/out"
point 'doctor_finds_the_gpu'
unshare --net "$agent" doctor -v "$gpu" > "$work/out" 2>&1 &&
	grep -q 'problem .*netlink family: this is another network' "$work/out"
point 'doctor_in_another_network_namespace'
unload
"$agent" doctor -v > "$work/out" 2>&1
[ $? = 6 ] && grep -q 'note .*module gpuvf: not loaded' "$work/out" &&
	[ ! -e /sys/module/gpuvf ]
point 'doctor_loads_no_module'

# several GPUs: each by itself, and one that cannot does not stop the other
load gpus=2 total_vfs=4
other=$(cat /sys/kernel/debug/gpuvf_sim/gpu1/bdf)
two() {
	printf '[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n'
	printf '[gpu a]\npci = %s\nvf 0-1 = p\n' "$gpu"
	printf '[gpu b]\npci = %s\n%s\n' "$other" "$1"
}
two 'vf 0-4 = p' > "$work/two.ini"
code=0
"$agent" apply -f "$work/two.ini" > "$work/out" 2>&1 || code=$?
[ $code = 4 ] && grep -q "$other: 5 VFs requested, at most 4" "$work/out" &&
	[ "$(cat "$dir/device/sriov_numvfs")" = 2 ] &&
	[ "$(cat "/sys/bus/pci/devices/$other/sriov_numvfs")" = 0 ]
point 'one_gpu_in_trouble_does_not_stop_the_other'
two 'vf 0 = p' > "$work/two.ini"
"$agent" apply -f "$work/two.ini" > "$work/out" 2>&1 &&
	grep -q "$gpu .*in sync" "$work/out" &&
	grep -q "$other .*1 VF enabled" "$work/out" &&
	dir=/sys/class/gpuvf/$other rest &&
	"$agent" generate "$other" --vfs 4 > "$work/four.ini" 2> "$work/out" &&
	"$agent" apply -f "$work/four.ini" > "$work/out" 2>&1 &&
	"$agent" assert -f "$work/four.ini" > "$work/out" 2>&1 &&
	[ "$(cat "/sys/bus/pci/devices/$other/sriov_numvfs")" = 4 ]
point 'what_is_generated_can_be_applied'
echo 0 > "/sys/bus/pci/devices/$other/sriov_numvfs"
unload
rm -rf "$work"
points_end
