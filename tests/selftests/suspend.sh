#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# shellcheck disable=SC2317	# what ok() and eventually() call
#
# C12: the configuration survives suspend and resume, and no guest sees what was
# in memory before. Devices are really suspended and resumed, the machine is not:
# the kernel's own test of it (pm_test) turns back before that. It runs in memory
# alone, since the VM's root does not survive a suspend:
#
#	tests/lab/run -k 6.12 -r tests/selftests/suspend.sh \
#		build/selftests/hold_vfio module:vfio_iommu_type1 module:vfio-pci
#
# Prints TAP.
bb=/bin/busybox
count=0
failed=0

# ok NAME COMMAND...: does it succeed?
ok() {
	name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - suspend: $name"
	else
		failed=1
		echo "not ok $count - suspend: $name"
		$bb dmesg | $bb tail -n 30 | $bb sed 's/^/# /'
	fi
}

# eventually COMMAND...: does it succeed in the end? Patience is for slow machines
eventually() {
	local tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] || return 1
		$bb sleep 0.1
	done
}

while read -r module; do
	$bb insmod "/ram/$module"
done < /ram/order
echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
$bb insmod /ram/gpuvf_sim_iommu.ko
$bb insmod /ram/gpuvf_sim.ko total_vfs=4 fb_mib=4096 scrub_us_per_unit=100
$bb insmod /ram/gpuvf.ko
sim=/sys/kernel/debug/gpuvf_sim/gpu0
bdf=$($bb cat $sim/bdf)
gpu=/sys/class/gpuvf/$bdf
numvfs=/sys/bus/pci/devices/$bdf/sriov_numvfs

value() {
	$bb cat "$gpu/$1"
}

all_is_clear() {
	[ "$(value fb/needs_scrub)" = "$(value fb/quarantined)" ]
}

state_is() {
	[ "$(value "vf$1/state")" = "$2" ]
}

# truth KEY: of the GPU as a whole
truth() {
	$bb sed -n "/^gpu /s/.* $1=\([0-9]*\).*/\1/p" $sim/truth
}

truth_is() {
	[ "$(truth "$1")" = "$2" ]
}

# the state says nothing of a reset that is to come
ready() {
	[ "$(value state)" = ready ] && $bb grep -q '^wedged 0 resetting 0 ' \
		"/sys/kernel/debug/gpuvf/$bdf/state"
}

# all that is configured, by sysfs and in the hardware
picture() {
	for file in "$gpu"/fb/* "$gpu"/sched/policy "$gpu"/vf*/*; do
		[ -f "$file" ] || continue
		case $file in
		*/scrub | */reset | */stop | */pause | */resume) continue ;;
		esac
		echo "$file $($bb cat "$file")"
	done
	$bb cat $sim/table "$numvfs"
}

same_picture() {
	[ "$(picture)" = "$before" ]
}

# works VF [WORK]: give its guest work; not possible while the GPU is reset
works() {
	echo "${2:-busy 50}" 2> /dev/null > "$sim/vf$1/guest"
}

# runs VF WORK: a reset of the GPU that comes between takes the work away again
runs() {
	for _ in 1 2 3; do
		eventually works "$1" "$2" && eventually state_is "$1" active &&
			return
	done
	return 1
}

# a kernel that delays the release of kobjects cannot load the module again before
driver_is_gone() {
	[ ! -e /sys/bus/pci/drivers/gpuvf ]
}

unload_gpuvf() {
	$bb rmmod gpuvf && eventually driver_is_gone
}

# suspend_until LEVEL: down to LEVEL and back
suspend_until() {
	echo "$1" > /sys/power/pm_test && echo freeze > /sys/power/state
}

[ ! -e /sys/module/suspend/parameters/pm_test_delay ] ||
	echo 0 > /sys/module/suspend/parameters/pm_test_delay

echo 1073741824 > "$gpu/vf0/fb_quota"
echo 9000 > "$gpu/vf1/time_slice_us"
echo kept > "$gpu/vf1/profile"
echo 3 > "$numvfs"
echo 'busy 100' > $sim/vf0/guest
echo 'busy 50' > $sim/vf1/guest
# one with a driver, which sends mail
echo 'busy 50 boot=1000 patient' > $sim/vf2/guest
ok 'VFs run before' eventually state_is 0 active
ok 'all is cleared before' eventually all_is_clear
eventually state_is 1 active
ok 'the one with a driver too' eventually state_is 2 active
before=$(picture)

for level in devices platform; do
	cleared=$(truth units_scrubbed)
	ok "$level: suspend and resume succeed" suspend_until $level
	ok "$level: guests run again" eventually state_is 0 active
	eventually state_is 1 active
	eventually state_is 2 active
	ok "$level: all is cleared again" eventually all_is_clear
	# 4096 MiB less the reserve of 256 and 16 for saved states, in 16 MiB
	ok "$level: nothing was taken for clear" \
		truth_is units_scrubbed $((cleared + (4096 - 272) / 16))
	ok "$level: C12 the configuration is what it was" same_picture
	same_picture || { echo "$before" > /b; picture | $bb diff /b - |
		$bb sed 's/^/# /'; }
	ok "$level: C28 no command was illegal" truth_is illegal 0
	ok "$level: C25 no VF saw what was not its own" truth_is violations 0
done

# no VF is in the hardware's table until its memory has been cleared
all_are_parked() {
	[ "$($bb grep -c '^vf[0-2] .* size=0$' "$sim/table")" = 3 ]
}

speed=/sys/module/gpuvf_sim/parameters/scrub_us_per_unit
echo 20000 > $speed
ok 'slow: suspend and resume succeed' suspend_until devices
ok 'slow: C41 no VF reaches memory that was not cleared' all_are_parked
echo 100 > $speed
ok 'slow: guests run again' eventually state_is 0 active
eventually state_is 1 active
eventually state_is 2 active
eventually all_is_clear
ok 'slow: C12 the configuration is what it was' same_picture

# suspend_and_reset NAME: suspend, and the GPU is reset once all is resumed, not
# before
suspend_and_reset() {
	resets=$(truth resets)
	ok "$1: suspend and resume succeed" suspend_until devices
	ok "$1: the GPU is reset" eventually truth_is resets $((resets + 1))
	ok "$1: the GPU is ready" eventually ready
	for vf in 0 1 2; do
		eventually works $vf
		ok "$1: guest $vf runs again" eventually state_is $vf active
	done
	ok "$1: all is cleared again" eventually all_is_clear
	ok "$1: C12 the configuration is what it was" same_picture
	ok "$1: C28 no command was illegal" truth_is illegal 0
	ok "$1: C25 no VF saw what was not its own" truth_is violations 0
}

# the reset of a VF does not help, just when all is suspended
echo 1 > $sim/fail_flr
echo '1 hang_scrub command=idle' > $sim/fail_command
suspend_and_reset 'with a reset pending'

# a state that cannot be dropped is still there when all is resumed
echo '1 error command=shutdown' > $sim/fail_command
suspend_and_reset 'with a state kept'

#
# Resets by an administrator that a suspend overtakes, and that follow a resume at once
#

# reset FILE: ask for a reset and wait for its end, in the background
reset() {
	echo 1 > "$1" &
	reset=$!
}

none_is_resetting() {
	! $bb grep -q resetting "$gpu"/vf*/state
}

# after_resets NAME: all of it is over, and all is as before
after_resets() {
	ok "$1: the reset ends well" wait $reset
	ok "$1: the GPU is ready" eventually ready
	ok "$1: no VF waits for its reset" eventually none_is_resetting
	for vf in 0 1 2; do
		eventually works $vf
		ok "$1: guest $vf runs again" eventually state_is $vf active
	done
	ok "$1: all is scrubbed" eventually all_is_clear
	ok "$1: C12 the configuration is what it was" same_picture
	ok "$1: C28 no command was illegal" truth_is illegal 0
	ok "$1: C25 no VF saw foreign data" truth_is violations 0
}

for try in 1 2; do
	reset "$gpu/vf0/reset"
	ok "reset of a VF, then suspend, $try" suspend_until devices
	after_resets "reset of a VF, then suspend, $try"
	reset "$gpu/reset"
	ok "reset of the GPU, then suspend, $try" suspend_until devices
	after_resets "reset of the GPU, then suspend, $try"
	ok "suspend, then reset of a VF, $try" suspend_until devices
	reset "$gpu/vf0/reset"
	after_resets "suspend, then reset of a VF, $try"
	ok "suspend, then reset of the GPU, $try" suspend_until devices
	reset "$gpu/reset"
	after_resets "suspend, then reset of the GPU, $try"
done

# one that was not given its first turn yet has to wait until all is cleared again
echo 500000 > "$gpu/vf0/time_slice_us"
for try in 1 2 3 4 5; do
	echo off > $sim/vf1/guest
	echo off > $sim/vf2/guest
	echo 'busy 100' > $sim/vf0/guest
	suspend_until devices
	eventually state_is 0 active
	eventually all_is_clear
	ok "not run yet, $try: one has not" state_is 1 provisioned
	echo 'busy 100' > $sim/vf1/guest
	ok "not run yet, $try: suspend and resume succeed" suspend_until devices
	ok "not run yet, $try: it runs" eventually state_is 1 active
	ok "not run yet, $try: C25 it ran on cleared memory" \
		truth_is violations 0
done

#
# A sleep that takes the power: VF Enable is 0 until the PF is resumed, and what is
# read of and written to a VF before that is lost. One VF is open through vfio-pci,
# after a first driver was unbound; the others had no driver when they were enabled.
#

# vf_config VF OFFSET: a word of its configuration space, as the hardware has it
vf_config() {
	$bb dd if="/sys/bus/pci/devices/$bdf/virtfn$1/config" bs=1 \
		skip=$(($2)) count=2 2> /dev/null | $bb hexdump -e '/2 "%04x"'
}

# what a driver, or its user, has set: bus mastering, MSI control, MSI data
vf_picture() {
	for vf in 0 1 2; do
		echo "$vf $((0x$(vf_config $vf 4) & 4))" \
			"$(vf_config $vf 0x52) $(vf_config $vf 0x5c)"
	done
}

same_vf_picture() {
	[ "$(vf_picture)" = "$vf_before" ]
}

lost() {
	echo "$(truth vf_lost_reads) $(truth vf_lost_writes)"
}

bind() {
	echo vfio-pci > "$1/driver_override" &&
		$bb basename "$($bb readlink "$1")" > /sys/bus/pci/drivers_probe &&
		[ -e "$1/driver" ]
}

rebind() {
	dir=/sys/bus/pci/devices/$bdf/virtfn$1
	bind "$dir" &&
		$bb basename "$($bb readlink "$dir")" > "$dir/driver/unbind" &&
		bind "$dir"
}

# all_run NAME: guests begin to work
all_run() {
	for vf in 0 1 2; do
		ok "$1: guest $vf runs" runs $vf "busy 50${2:+ $2}"
	done
}

is_open() {
	[ "$($bb cat /held)" = open ]
}

ok 'without power: a VF is unbound and bound again' rebind 0
ok 'without power: another one too' rebind 1
/ram/hold_vfio "/sys/bus/pci/devices/$bdf/virtfn0" > /held 2>&1 &
holder=$!
ok 'without power: the first is opened' eventually is_open
# bus mastering, of one that has no driver
printf '\004\000' | $bb dd of="/sys/bus/pci/devices/$bdf/virtfn2/config" bs=1 \
	seek=4 conv=notrunc 2> /dev/null
all_run 'without power'
eventually all_is_clear
before=$(picture)
vf_before=$(vf_picture)
for try in 1 2; do
	resets=$(truth resets)
	lost=$(lost)
	echo 1 > $sim/lose_power
	ok "without power, $try: suspend and resume succeed" \
		suspend_until platform
	ok "without power, $try: it was lost" \
		[ "$(truth resets)" = $((resets + 1)) ]
	ok "without power, $try: no access to a VF was" [ "$(lost)" = "$lost" ]
	ok "without power, $try: VFs have what their users set" same_vf_picture
	same_vf_picture || {
		echo "$vf_before"
		vf_picture
		lost
	} | $bb sed 's/^/# /'
	all_run "without power, $try"
	ok "without power, $try: all is scrubbed again" eventually all_is_clear
	ok "without power, $try: C12 the configuration is what it was" \
		eventually same_picture
	ok "without power, $try: C28 no command was illegal" truth_is illegal 0
	ok "without power, $try: C25 no VF saw foreign data" \
		truth_is violations 0
done
kill $holder
wait $holder 2> /dev/null

#
# Hibernation, which is turned back before the image is written
#
hibernate_until() {
	echo "$1" > /sys/power/pm_test && echo disk > /sys/power/state
}

# how often the first guest executed
slices() {
	$bb sed -n '/^fn=vf0/s/.* slices=\([0-9]*\).*/\1/p' $sim/truth
}

more_slices() {
	[ "$(slices)" -gt "$slices" ]
}

refused_to_hibernate() {
	! hibernate_until devices 2> /dev/null &&
		$bb dmesg | $bb grep -qF "$bdf: cannot hibernate: 3 VFs are enabled"
}

# with VFs the PF is never suspended by itself, whatever user space asks for
pf_power=/sys/bus/pci/devices/$bdf/power
echo auto > "$pf_power/control"
$bb sleep 1
ok 'the PF stays active' [ "$($bb cat "$pf_power/runtime_status")" = active ]
echo on > "$pf_power/control"

hibernates_and_comes_back() {
	all_run hibernation
	slices=$(slices)
	ok 'hibernation: refused with VFs' refused_to_hibernate
	ok 'hibernation: guests go on' eventually more_slices
	ok 'hibernation: nothing was reset' \
		[ "$(truth resets)" = $((resets + 1)) ]
	echo 0 > "$numvfs"
	ok 'hibernation: all is cleared' eventually all_is_clear
	before=$(picture)
	ok 'hibernation: succeeds without VFs' hibernate_until devices
	ok 'hibernation: all is scrubbed again' eventually all_is_clear
	ok 'hibernation: C12 the configuration is what it was' same_picture
}

# kernels of our own are built without it
[ ! -e /sys/power/disk ] || hibernates_and_comes_back
echo 0 > "$numvfs"
ok 'VFs are disabled as ever' [ "$($bb cat "$numvfs")" = 0 ]
ok 'no device link is left' [ -z "$($bb ls /sys/class/devlink | \
	$bb grep -F "pci:$bdf--")" ]
ok 'the module is unloaded as ever' unload_gpuvf

#
# One hang too many, while the GPU comes to rest. No reset follows it, and the reset by
# an administrator ends what it led to.
#
hangs() {
	[ "$(value vf0/stats/hangs)" -ge "$1" ]
}

# hang_once N: a command fails for the Nth time, and the VF is reset and runs again
hang_once() {
	echo '1 hang_status vf=0' > "$sim/fail_command"
	eventually hangs "$1" && eventually none_is_resetting &&
		eventually state_is 0 active
}

has_failed() {
	state_is 0 failed
}

$bb insmod /ram/gpuvf.ko
echo 536870912 > "$gpu/vf0/fb_quota"
echo 536870912 > "$gpu/vf1/fb_quota"
echo 2 > "$numvfs"
eventually all_is_clear
echo 'busy 50' > $sim/vf0/guest
echo 'busy 50' > $sim/vf1/guest
for n in 1 2 3; do
	ok "limit: hang $n is within it" hang_once $n
done
# the fourth begins before the suspend, and is noticed when that has begun: it is held
# up on one CPU, and the scheduler thread is on the other
for comm in /proc/[0-9]*/comm; do
	task=${comm%/comm}
	! $bb grep -q '^gv/' "$comm" 2> /dev/null ||
		$bb taskset -p 2 "${task#/proc/}" > /dev/null
done
$bb taskset -p 1 $$ > /dev/null
echo 0 > /sys/power/pm_async
ok 'limit: there were no more' [ "$(value vf0/stats/hangs)" = 3 ]
echo 3000000 > "$gpu/vf0/preempt_timeout_us"
echo 'gpuvf_resets_flush 6000 from=pf_quiesce' > $sim/../window
echo 'busy 100 hog' > $sim/vf0/guest
ok 'limit: suspend and resume succeed' suspend_until devices
ok 'limit: the suspend was held up' $bb grep -q 'hits=[1-9]' $sim/../window
echo none > $sim/../window
$bb taskset -p 3 $$ > /dev/null
echo 1 > /sys/power/pm_async
ok 'limit: the fourth hang was noticed' hangs 4
ok 'limit: the GPU is ready' eventually ready
ok 'limit: the VF has failed' eventually has_failed
echo off > $sim/vf0/guest
echo 1 > "$gpu/vf0/reset"
ok 'limit: a reset by an administrator ends that' state_is 0 provisioned
echo 'busy 50' > $sim/vf0/guest
ok 'limit: it runs again' eventually state_is 0 active
ok 'limit: C28 no command was illegal' truth_is illegal 0
echo 0 > "$numvfs"
unload_gpuvf

#
# Hardware that lacks capabilities. Without busy bits guests ask for their start.
#
lacks() {
	$bb rmmod gpuvf_sim
	# shellcheck disable=SC2086	# parameters
	$bb insmod /ram/gpuvf_sim.ko total_vfs=4 fb_mib=4096 \
		scrub_us_per_unit=100 $1
	$bb insmod /ram/gpuvf.ko
	for vf in 0 1 2; do
		echo 536870912 > "$gpu/vf$vf/fb_quota"
	done
	echo 3 > "$numvfs"
	all_run "$1" "${2:-}"
	before=$(picture)
	ok "$1: suspend and resume succeed" suspend_until devices
	ok "$1: the GPU is ready" eventually ready
	all_run "$1, resumed" "${2:-}"
	ok "$1: all is scrubbed again" eventually all_is_clear
	ok "$1: C12 the configuration is what it was" eventually same_picture
	ok "$1: C28 no command was illegal" truth_is illegal 0
	ok "$1: C25 no VF saw foreign data" truth_is violations 0
	echo 0 > "$numvfs"
	unload_gpuvf
}

lacks shutdown=0
lacks busy=0 boot
lacks flr=0
lacks mbox=0
lacks msi=0
lacks 'busy=0 flr=0 shutdown=0 mbox=0 msi=0'
echo "1..$count"
exit $failed
