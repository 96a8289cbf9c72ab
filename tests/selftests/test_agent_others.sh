#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The agent is not alone: another process has the lock, another user runs it or
# has a VF open, another program takes the VFs away, the output goes nowhere. On
# two GPUs, for every verb.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

sim=/sys/kernel/debug/gpuvf_sim
work=$(mktemp -d)
ini=/etc/gpuvf.ini
lock=/run/gpuvf/apply.lock
# shellcheck disable=SC2034	# for point()
point_said=$work/out

# of a test point: words without what differs from run to run
name_of() {
	local words="$*"

	words=${words//$work/work}
	words=${words//$a/gpu}
	echo "${words// /_}"
}

# another user; what stands in front of a command
as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)

# root with the capabilities of the unit, and with others
caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$files/gpuvf.service.in" |
	tr '[:upper:]' '[:lower:]')
caps=${caps//cap_/+}
caps=-all,${caps// /,}
as_service=(setpriv --bounding-set="$caps" --inh-caps=-all)
without_search=(setpriv --bounding-set="${caps/,+dac_read_search/}" --inh-caps=-all)

# write_ini VFS-OF-A LINE...: the lines are for GPU a
write_ini() {
	printf '%s\n' '[gpuvf]' 'version = 1' '[profile p]' 'fb = 1GiB' \
		'time_slice = 4ms' '[gpu b]' "pci = $b" 'vf 0-1 = p' \
		'[gpu a]' "pci = $a" "vf 0-$(($1 - 1)) = p" "${@:2}" > $ini
}

# a process that has a VF open, as QEMU has it: hold VF COMMAND...
hold() {
	"${@:2}" "$built/hold_vfio" \
		"$dir/device/virtfn$1" > "$work/held" 2>&1 &
	holder=$!
	until_true grep -q open "$work/held"
}

let_go() {
	kill "$holder"
	wait "$holder" 2> /dev/null
}

modprobe -a vfio_iommu_type1 vfio-pci
echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
load_module gpuvf_sim_iommu && load_module gpuvf_sim gpus=2 total_vfs=4 &&
	load_module gpuvf
a=$(cat $sim/gpu0/bdf) b=$(cat $sim/gpu1/bdf)
dir=/sys/class/gpuvf/$a
write_ini 2 'driver 0-1 = vfio-pci'
chmod 755 "$work"
says 0 "$a .*2 VFs enabled" "$agent" apply && "$agent" checkpoint "$work/saved" &&
	chmod 644 "$work/saved"
point 'two_gpus_are_set_up'

# ---- another process has the lock

(exec 9> $lock && flock 9 && exec sleep 1000) &
locker=$!
until_true grep -q sleep /proc/$locker/comm
who="process $locker \\(sleep\\) changes GPUs"
write_ini 3 'driver 0-1 = vfio-pci'
"$agent" apply > "$work/apply" 2>&1 &
apply=$!
"$agent" restore "$work/saved" > "$work/restore" 2>&1 &
restore=$!
until_true grep -qE "$who .it holds $lock.; waiting for it" "$work/apply" &&
	until_true grep -qE "$who .it holds $lock.; waiting for it" "$work/restore"
point 'a_process_that_has_the_lock_is_named'
"$agent" apply > /dev/null 2>&1 &
interrupted=$!
sleep 0.5
kill "$interrupted"
wait "$interrupted"
[ $? = 143 ]
point 'waiting_for_the_lock_can_be_interrupted'

# verbs that do not take it are not kept
free_verbs() {
	says 0 "$a" "$agent" show && says 0 OK "$agent" check &&
		says 0 'enable 3 VFs' "$agent" plan a &&
		says 3 'enable 3 VFs' "$agent" assert a &&
		says 0 '' "$agent" set "$a/0" label=other &&
		says 0 paused "$agent" pause "$b/1" &&
		says 0 resumed "$agent" resume "$b/1" &&
		says 0 stopped "$agent" stop "$b/1" &&
		says 0 reset "$agent" reset "$b/1" &&
		says 0 SLICES "$agent" stats && says 0 "$a" "$agent" top -n 1 -d 0.1 &&
		says 0 'vf 0' "$agent" export && says 0 'vf 0' "$agent" generate "$a" --vfs 2 &&
		says 0 '' "$agent" checkpoint "$work/second"
}
free_verbs
point 'verbs_that_take_no_lock_do_not_wait'

"$agent" daemon > "$work/daemon" 2>&1 &
daemon=$!
until_true grep -qE "$who" "$work/daemon"
point 'the_daemon_names_it'
says 5 "$who" "$agent" reload
point 'so_does_every_reload'
says 5 "another daemon is running: process $daemon \\(gpuvf-agent\\)" \
	"$agent" daemon
point 'and_a_second_daemon_names_the_first'
kill "$daemon"
wait "$daemon"
point 'the_daemon_ends_meanwhile'
code=0
wait "$apply" || code=$?
[ $code = 5 ] && grep -qE "$who .*nothing was changed" "$work/apply"
point 'apply_gives_up_after_a_minute'
code=0
wait "$restore" || code=$?
[ $code = 5 ] && grep -qE "$who .*nothing was changed" "$work/restore" &&
	[ "$(cat "$dir/device/sriov_numvfs")" = 2 ]
point 'so_does_restore_and_nothing_was_changed'
"$agent" apply > "$work/out" 2>&1 &
apply=$!
sleep 0.5
kill "$locker"
wait "$locker" 2> /dev/null
wait "$apply" && [ "$(cat "$dir/device/sriov_numvfs")" = 3 ] &&
	"$agent" checkpoint "$work/three"
point 'a_lock_that_is_released_is_taken'
write_ini 2 'driver 0-1 = vfio-pci'
says 0 "$a .*2 VFs enabled" "$agent" apply
point 'and_back'

# ---- an ordinary user

# with one message
denied() {
	local verb=$1 pattern=$2

	says 7 "$pattern" "${as_user[@]}" "$agent" "${@:3}" &&
		[ "$(wc -l < "$work/err")" = 1 ]
	point "user_${verb}_is_denied_with_one_message"
}
allowed() {
	says 0 "$2" "${as_user[@]}" "$agent" "${@:3}"
	point "user_${1}_is_allowed"
}
# in a directory that is the user's
install -d -o 65534 "$work/mine"
write_ini 3 'driver 0-1 = vfio-pci'
allowed show 'need CAP_SYS_ADMIN' show
allowed show_json '"state": null' show -j
allowed check OK check
allowed plan 'VFs in use are not visible without CAP_SYS_ADMIN' plan a
allowed plan_json '"capacity": null' plan a -j
denied apply 'CAP_SYS_ADMIN' apply a
denied set 'CAP_SYS_ADMIN' set "$a/0" label=x
for verb in reset stop pause resume; do
	denied $verb 'CAP_SYS_ADMIN' $verb "$a/0"
done
denied reset_of_a_gpu 'CAP_SYS_ADMIN' reset "$a"
denied stats 'CAP_SYS_ADMIN' stats
denied top 'CAP_SYS_ADMIN' top -n 1
denied restore 'ermission denied' restore "$work/second"
denied daemon '/run/gpuvf' daemon
denied reload 'daemon.sock' reload
allowed export 'vf 0' export
allowed generate 'vf 0' generate "$a" --vfs 2
allowed checkpoint '' checkpoint "$work/mine/saved"
allowed doctor 'not root: results are incomplete' doctor -v
allowed help usage help
allowed version gpuvf version
says 3 'enable 3 VFs' "${as_user[@]}" "$agent" assert
point 'user_assert_tells_the_difference'
"${as_user[@]}" "$agent" monitor > "$work/out" 2>&1 &
monitor=$!
until_true grep -q "$a present" "$work/out" &&
	until_true grep -q 'VF events .* need CAP' "$work/out"
point 'user_monitor_shows_the_configuration'
kill -INT $monitor
wait $monitor
[ "$(cat "$dir/device/sriov_numvfs")" = 2 ] && [ ! -e /run/gpuvf/intent ]
point 'nothing_was_changed_by_that_user'

# ---- a VF that a process of another user has open

chown 1000 /dev/vfio/[0-9]*
hold 1 setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all
point 'a_process_that_is_not_root_opens_a_vf'
held_by="VF 1 is in use \\(vfio-pci, process $holder \\(hold_vfio\\)\\)"
write_ini 3 'driver 0-1 = vfio-pci'
says 5 "$held_by" "$agent" apply a
point 'root_names_it'
says 5 "$held_by" "${as_service[@]}" "$agent" apply a
point 'so_does_the_service_with_its_capabilities'
says 5 'VF 1 is in use \(vfio-pci\): ' "${without_search[@]}" \
	"$agent" apply a
point 'without_dac_read_search_it_could_not'
# the other GPU is in sync
says 4 "$held_by" "${as_service[@]}" "$agent" restore "$work/three"
point 'restore_too'
write_ini 2 'driver 0-1 = none'
says 5 "$held_by" "${as_service[@]}" "$agent" plan a
point 'plan_too'

# ---- another program takes the VFs away, and has to wait for that process

# no driver lines, which a VF that is gone would differ in
write_ini 2
"$agent" daemon > "$work/daemon" 2>&1 &
daemon=$!
until_true test -S /run/gpuvf/daemon.sock
echo 0 > "$dir/device/sriov_numvfs" &
taker=$!
going() {
	"$agent" show "$a" | grep -qx '  VFs are being enabled or disabled'
}
until_true going
point 'show_says_that_vfs_go'
waits="$a: VFs are being enabled or disabled at this moment"
# the other GPU is in sync
for words in '5 apply a' '5 plan a' '5 assert' '4 apply' '4 plan' '4 reload' \
	"4 restore $work/saved" '5 export'; do
	# shellcheck disable=SC2086 # several words
	says "${words%% *}" "$waits" "$agent" ${words#* } &&
		! grep -q "$a.*in sync" "$work/out" &&
		! grep -q "^pci = $a" "$work/out"
	point "$(name_of "${words#* }")_does_not_say_in_sync_while_vfs_go"
done
says 0 OK "$agent" check && ! grep -q 'in sync' "$work/out"
point 'check_is_about_the_file'
says 0 '"vfs_changing": true' "$agent" show -j &&
	! grep -q "\"bdf\": \"${a%.0}.1\"" "$work/out"
point 'json_has_no_address_of_a_vf_that_is_gone'
let_go
wait "$taker"
kill "$daemon"
wait "$daemon"
[ "$(cat "$dir/device/sriov_numvfs")" = 0 ]
point 'when_the_process_ends_the_vfs_are_gone'
says 0 "$a .*2 VFs enabled" "$agent" apply
point 'and_apply_brings_them_back'

# ---- output that goes nowhere

# lost CODE VERB...: what is changed is changed, and the code says so
lost() {
	local want=$1 code

	shift
	code=0
	timeout 60 "$agent" "$@" > /dev/full 2> "$work/err" || code=$?
	[ $code = "$want" ] && grep -q 'cannot write the output' "$work/err"
	point "full_device_$(name_of "$@")_exits_with_$want"
	code=0
	timeout 60 "$agent" "$@" >&- 2> "$work/err" || code=$?
	[ $code = "$want" ] && grep -q 'cannot write the output' "$work/err"
	point "closed_output_$(name_of "$@")_exits_with_$want"
	# a reader that has seen enough: no message, and no signal
	code=0
	without_reader timeout 60 "$agent" "$@" 2> "$work/err" || code=$?
	[ $code = "$want" ] && [ ! -s "$work/err" ]
	point "gone_reader_$(name_of "$@")_exits_with_$want"
}
for words in show 'show -j' check plan 'plan -j' stats 'stats -j' \
	'stats --prometheus -' 'top -n 1 -d 0.1' export "generate $a --vfs 2" \
	'checkpoint -' doctor 'doctor -j' 'monitor' 'monitor -j' help version; do
	# shellcheck disable=SC2086 # several words
	lost 1 $words
done
for words in "pause $a/0" "resume $a/0" "stop $a/0" "reset $a/0" "reset $a"; do
	# shellcheck disable=SC2086 # several words
	lost 9 $words
done
write_ini 3
lost 3 assert
says 9 'cannot write the output' bash -c "'$agent' apply > /dev/full" &&
	[ "$(cat "$dir/device/sriov_numvfs")" = 3 ]
point 'full_device_apply_exits_with_9'
# what is opened next must not take its number
write_ini 2
says 9 'cannot write the output' bash -c "'$agent' apply >&-" &&
	[ "$(cat "$dir/device/sriov_numvfs")" = 2 ] && [ ! -s $lock ]
point 'closed_output_apply_exits_with_9'
write_ini 3
says 0 "$a .*3 VFs enabled" bash -c "'$agent' apply 2>&-"
point 'closed_messages_are_no_error'
says 9 'cannot write the output' bash -c "'$agent' restore $work/saved > /dev/full" &&
	[ "$(cat "$dir/device/sriov_numvfs")" = 2 ]
point 'full_device_restore_exits_with_9'

# ---- the module is about to be unloaded

echo 0 > "$dir/device/sriov_numvfs"
echo 0 > "/sys/bus/pci/devices/$b/sriov_numvfs"
# its family is still there, and the kernel takes no dump for it any more
"$agent" top -d 0.1 -n 10000 > "$work/top" 2>&1 &
top=$!
until_true grep -q "$a ready" "$work/top"
taskset -p -c 0 $$ > /dev/null
echo 'gpuvf:gpuvf_netlink_unregister 6000' > $sim/window
# again if the module is in use: a dump is just being made for top
until_true taskset -c 1 rmmod gpuvf &
unload=$!
# that CPU does nothing else meanwhile, which can hold this one up as long: hits stays
until_true grep -q 'hits=[1-9]' $sim/window || {
	sed 's/^/# window: /' $sim/window
	false
}
point 'the_module_begins_to_go'
says 6 'module gpuvf is (not loaded|gone|being)' "$agent" show
point 'show_says_that_it_goes'
code=0
wait $top || code=$?
[ $code = 6 ] && grep -q 'module gpuvf is gone' "$work/top"
point 'top_says_that_it_is_gone'
echo go > $sim/window
wait $unload
echo none > $sim/window
rm -rf "$work" $ini
rmmod gpuvf_sim && rmmod gpuvf_sim_iommu
point 'nothing_is_left'
points_end
