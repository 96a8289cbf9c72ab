#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The daemon, end to end: start, hotplug, files that change, files with errors,
# changes of others under both policies, signals, reload, service manager.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

sim=/sys/kernel/debug/gpuvf_sim/gpu0
work=$(mktemp -d)
ini=$work/gpuvf.ini
log=$work/log
# shellcheck disable=SC2034	# for point()
point_said=$log

# how many VFs it has later; with neither busy bits nor a mailbox all of them are in
# use, so that their number stays
vfs=3
[[ ${GPUVF_SIM_PARAMETERS:-} != busy=0\ * ]] || vfs=2

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

start_system() {
	: > "$log"
	"$agent" daemon >> "$log" 2>&1 &
	daemon=$!
	until_true test -S /run/gpuvf/daemon.sock
}

# shellcheck disable=SC2317	# called by until_true
refused_lock() {
	! flock -n /run/gpuvf/apply.lock true
}

# shellcheck disable=SC2317	# called by until_true
gone() {
	! kill -0 "$1" || grep -q '^State:.*Z' "/proc/$1/status"
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

load_module gpuvf_sim && load_module gpuvf
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
until_true said 'keeping the previous configuration'
point 'keeps_its_configuration_when_the_file_is_bad'
"$agent" reload > "$work/out" 2>&1
[ $? = 2 ] && grep -q "gpuvf.ini:[0-9]*:[0-9]*:" "$work/out"
point 'reload_says_what_is_wrong_with_the_file'
slice_is 8000
point 'a_bad_file_changes_nothing'

write_ini 2 9ms
"$agent" reload > "$work/out" 2>&1 && slice_is 9000
point 'reload_is_done_when_it_returns'

woken() {
	awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$daemon/status"
}
# longer than files have to settle
sleep 2
before=$(woken)
sleep 10
[ "$(woken)" = "$before" ]
point 'sleeps_while_nothing_happens'

echo 5000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true said 'differs from the configuration \(on_drift = report\)\. Would do: ' && slice_is 5000
point 'a_change_of_somebody_else_is_told_and_left'
echo 9000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true said 'in sync again'
point 'and_so_is_its_end'

write_ini 2 9ms 'on_drift = enforce'
"$agent" reload > "$work/out" 2>&1
echo 5000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true slice_is 9000 && said 'differs from the configuration \(on_drift = enforce\)\. Doing: '
point 'a_change_of_somebody_else_is_undone_if_told_so'

write_ini $vfs 9ms
kill -HUP "$daemon"
until_true vfs_are $vfs
point 'reloads_on_sighup'

# another process has apply's lock: the daemon answers all the same
write_ini $vfs 9ms
"$agent" reload > "$work/out" 2>&1
(exec 9> /run/gpuvf/apply.lock && flock 9 && exec sleep 1000) &
locker=$!
until_true refused_lock && until_true grep -q sleep /proc/$locker/comm
echo 5000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true said "process $locker \\(sleep\\) changes GPUs"
point 'tells_that_it_waits_for_a_lock'
timeout 20 "$agent" reload > "$work/out" 2>&1
[ $? = 5 ]
point 'a_reload_does_not_wait_for_it'
kill "$daemon"
until_true gone "$daemon"
point 'sigterm_ends_it_while_it_waits'
wait "$daemon"
start
write_ini $vfs 8ms
until_true said "process $locker \\(sleep\\) changes GPUs"
kill "$locker"
wait "$locker" 2> /dev/null
until_true slice_is 8000
point 'goes_on_when_the_lock_is_free'

# a guest that resets its own VF for ever is one notification after the other
write_ini $vfs 9ms 'on_drift = enforce'
"$agent" reload > "$work/out" 2>&1
while :; do
	echo 1 > "/sys/bus/pci/devices/$gpu/virtfn$((vfs - 1))/reset"
done 2> /dev/null &
resetter=$!
echo 5000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true slice_is 9000
point 'a_guest_that_resets_itself_does_not_keep_it_busy'
kill "$resetter"
wait "$resetter" 2> /dev/null

stop && vfs_are $vfs && [ ! -e /run/gpuvf/daemon.sock ]
point 'leaves_the_vfs_when_it_ends'
"$agent" reload > "$work/out" 2>&1
[ $? = 6 ] && grep -q 'no daemon' "$work/out"
point 'reload_without_a_daemon_says_so'

# the system's configuration: what is not part of it changes nothing
rm -rf /etc/gpuvf.d
mkdir -p /etc/gpuvf.d/..v1 /etc/gpuvf.d/..v2 "$work/elsewhere"
write_ini $vfs 9ms
mv "$ini" "$work/elsewhere/target.ini"
ln -sf "$work/elsewhere/target.ini" /etc/gpuvf.ini
start_system
"$agent" reload > "$work/out" 2>&1
echo 5000 > "/sys/class/gpuvf/$gpu/vf0/time_slice_us"
until_true said 'differs from the configuration'
echo '[x]' > /etc/unrelated.ini
echo 'x' > /etc/d
touch /etc/gpuvf.ini
cp "$work/elsewhere/target.ini" "$work/elsewhere/same" &&
	mv "$work/elsewhere/same" "$work/elsewhere/target.ini"
# longer than files have to settle
sleep 2
slice_is 5000
point 'neither_another_file_nor_the_same_bytes_change_anything'
sed -i 's/9ms/7ms/' "$work/elsewhere/target.ini"
until_true slice_is 7000
point 'notices_a_change_behind_a_link'
rm /etc/unrelated.ini /etc/d

# as a ConfigMap is mounted: the drop-in stays a link, what it leads to changes
for i in 1 2; do
	printf '[gpu gone%d]\npci = 0000:ff:0%d.0\nvf 0 = p\n' $i $i \
		> /etc/gpuvf.d/..v$i/two.ini
done
ln -s ..v1 /etc/gpuvf.d/..data
ln -s ..data/two.ini /etc/gpuvf.d/two.ini
until_true said 'gone1.*there is no PCI device 0000:ff:01.0'
point 'names_a_gpu_that_is_not_there'
ln -s ..v2 /etc/gpuvf.d/..tmp
mv -T /etc/gpuvf.d/..tmp /etc/gpuvf.d/..data
until_true said 'gone2.*there is no PCI device 0000:ff:02.0'
point 'notices_that_a_link_to_a_directory_was_replaced'
"$agent" reload > "$work/out" 2>&1
reload_code=$?
"$agent" apply > "$work/out2" 2>&1
[ $reload_code = $? ] && grep -q 'gone2.*no PCI device' "$work/out" &&
	grep -q 'two.ini:2:7:' "$work/out"
point 'reload_names_it_and_exits_as_apply_does'
echo 1 > "/sys/bus/pci/devices/$gpu/remove"
until_true said "GPU $gpu of the configuration is gone"
point 'tells_when_a_gpu_goes'
echo 1 > /sys/bus/pci/rescan
until_true vfs_are $vfs
stop
rm -rf /etc/gpuvf.d /etc/gpuvf.ini
mv "$work/elsewhere/target.ini" "$ini"

"$agent" daemon -f - < "$ini" > "$work/out" 2>&1
[ $? = 2 ] && grep -q 'standard input' "$work/out"
point 'does_not_read_standard_input'
mkfifo "$work/fifo"
timeout 20 "$agent" daemon -f "$work/fifo" > "$work/out" 2>&1
[ $? = 2 ] && grep -q 'is a FIFO' "$work/out"
point 'nor_a_fifo'

# to the journal, a message has a priority and no name of the program
echo bad > "$ini.bad"
: > "$work/journal"
stream=$(stat -c %d:%i "$work/journal")
JOURNAL_STREAM=$stream "$agent" daemon -f "$ini.bad" 2> "$work/journal" > "$work/out"
grep -q '^<3>.*gpuvf.ini.bad:1:1:' "$work/journal" &&
	! grep -q '^gpuvf-agent:' "$work/journal"
point 'the_journal_gets_priorities'

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
until_true said 'keeping the previous configuration'
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
points_end
