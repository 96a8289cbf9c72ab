#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The daemon, end to end: start, hotplug, files that change, files with errors,
# changes of others under both policies, signals, reload, service manager.
set -uo pipefail
. "$(dirname "$0")/../lab/tap.sh"

agent=${GPUVF_AGENT:?}
modules=${GPUVF_MODULES:?}
sim=/sys/kernel/debug/gpuvf_sim/gpu0
work=$(mktemp -d)
ini=$work/gpuvf.ini
log=$work/log
# shellcheck disable=SC2034	# for point()
tap_said=$log

# a configuration of $1 VFs with slices of $2, and $3 in [gpuvf]
write_ini() {
	cat > "$ini.new" <<-END
		[gpuvf]
		version = 1
		${3:-}
		[profile p]
		fb = 1GiB
		time_slice = $2
		[gpu any]
		match = *
		vf 0-$(($1 - 1)) = p
	END
	mv "$ini.new" "$ini"
}

vfs_are() {
	[ "$(cat "/sys/bus/pci/devices/$gpu/sriov_numvfs")" = "$1" ]
}

slice_is() {
	[ "$(cat "/sys/class/gpuvf/$gpu/vf0/time_slice_us")" = "$1" ]
}

said() {
	grep -qE "$1" "$log"
}

start() {
	: > "$log"
	"$agent" daemon -f "$ini" >> "$log" 2>&1 &
	daemon=$!
	until_true test -S /run/gpuvf/daemon.sock
}

stop() {
	kill "$daemon"
	wait "$daemon"
}

# what a service manager would hear
listen() {
	python3 -u - "$work/notify" <<-'END' > "$work/heard" &
		import os, socket, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(sys.argv[1])
		while True:
		    print(s.recv(4096).decode())
	END
	listener=$!
	until_true test -S "$work/notify"
}

# shellcheck disable=SC2317	# called by until_true
heard_often() {
	[ "$(grep -c "$1" "$work/heard")" -gt 3 ]
}

write_ini 2 6ms
start
point 'starts_without_the_module'
[ "$(stat -c '%a %U' /run/gpuvf/daemon.sock)" = '600 root' ]
point 'its_socket_is_for_root_alone'
"$agent" daemon -f "$ini" > "$work/second" 2>&1
[ $? = 5 ] && grep -q 'another daemon' "$work/second"
point 'a_second_daemon_is_refused'

# shellcheck disable=SC2086 # several words
insmod "$modules/gpuvf_sim.ko" ${GPUVF_SIM_PARAMETERS:-} && insmod "$modules/gpuvf.ko"
gpu=$(cat $sim/bdf)
until_true vfs_are 2 && until_true said "$gpu .*2 VFs enabled"
point 'applies_when_the_module_comes'

echo 1 > "/sys/bus/pci/devices/$gpu/remove"
echo 1 > /sys/bus/pci/rescan
until_true vfs_are 2
point 'applies_when_a_gpu_comes_back'

write_ini 2 8ms
until_true slice_is 8000
point 'applies_when_the_file_changes'

echo 'nonsense' >> "$ini"
until_true said 'from before stays in force'
point 'keeps_its_configuration_when_the_file_is_bad'
"$agent" reload > "$work/out" 2>&1
[ $? = 2 ] && grep -q "gpuvf.ini:[0-9]*:[0-9]*:" "$work/out"
point 'reload_says_what_is_wrong_with_the_file'
slice_is 8000
point 'a_bad_file_changes_nothing'

write_ini 2 9ms
"$agent" reload > "$work/out" 2>&1 && slice_is 9000
point 'reload_is_done_when_it_returns'

echo 5000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true said 'changed by somebody else; leaving it so' && slice_is 5000
point 'a_change_of_somebody_else_is_told_and_left'
echo 9000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true said 'in sync again'
point 'and_so_is_its_end'

write_ini 2 9ms 'on_drift = enforce'
"$agent" reload > "$work/out" 2>&1
echo 5000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true slice_is 9000 && said 'changed by somebody else; undoing it'
point 'a_change_of_somebody_else_is_undone_if_told_so'

write_ini 3 9ms
kill -HUP "$daemon"
until_true vfs_are 3
point 'reloads_on_sighup'

stop && vfs_are 3 && [ ! -e /run/gpuvf/daemon.sock ]
point 'leaves_the_vfs_when_it_ends'
"$agent" reload > "$work/out" 2>&1
[ $? = 6 ] && grep -q 'no daemon' "$work/out"
point 'reload_without_a_daemon_says_so'

listen
export NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=400000
start
until_true grep -q READY=1 "$work/heard" &&
	until_true grep -q 'STATUS=1 of 1 GPUs as configured' "$work/heard"
point 'tells_the_service_manager_when_it_is_ready'
until_true heard_often WATCHDOG=1
point 'keeps_the_watchdog_calm'
kill -HUP "$daemon"
until_true grep -q RELOADING=1 "$work/heard"
point 'tells_the_service_manager_of_a_reload'
rm "$ini"
until_true said 'from before stays in force'
point 'a_file_that_is_gone_changes_nothing'
stop
until_true grep -q STOPPING=1 "$work/heard"
point 'tells_the_service_manager_when_it_goes'
kill "$listener"
unset NOTIFY_SOCKET WATCHDOG_USEC

echo bad > "$ini"
"$agent" daemon -f "$ini" > "$work/out" 2>&1
[ $? = 2 ]
point 'does_not_start_on_a_bad_file'

echo 0 > "/sys/bus/pci/devices/$gpu/sriov_numvfs"
rmmod gpuvf && rmmod gpuvf_sim
point 'holds_nothing_back'
rm -rf "$work"
tap_end
