#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The agent and GPUs at work: VFs paused, stopped, reset; statistics; events; top
# in a terminal.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"


# the words for a guest with work; without busy bits it has to ask for its start, and
# idle time is not seen
work_hard='busy 100' policy=best-effort
[[ ${GPUVF_SIM_PARAMETERS:-} != busy=0 ]] || work_hard='busy 100 boot=100'
[[ ${GPUVF_SIM_PARAMETERS:-} != busy=0* ]] || policy=equal
sim=/sys/kernel/debug/gpuvf_sim/gpu0
work=$(mktemp -d)
# shellcheck disable=SC2034	# for point()
point_said=$work/out

state_is() {
	[ "$(cat "$dir/vf$1/state")" = "$2" ]
}

# figure VF COLUMN: of the statistics, plain
figure() {
	"$agent" stats "$gpu" -p | awk -v vf="$1" -v column="$2" \
		'$1 == "VF" { for (i = 1; i <= NF; i++) if ($i == column) c = i }
		$1 == vf { print $c }'
}

# shellcheck disable=SC2317	# called by until_true
grew() {
	[ "$(figure "$1" "$2")" -gt "$3" ]
}

# shellcheck disable=SC2317	# called by until_true
shows() {
	tmux capture-pane -p | grep -qE -- "$1"
}

# shellcheck disable=SC2317	# called by until_true
top_is_gone() {
	! tmux has-session
}

load_module gpuvf_sim && load_module gpuvf &&
	gpu=$(cat $sim/bdf) && dir=/sys/class/gpuvf/$gpu
sed "s/^policy = .*/policy = $policy/" "$files/demo.ini" > "$work/demo.ini"
says 0 '4 VFs enabled' "$agent" apply -f "$work/demo.ini"
point 'the_demo_is_applied'
"$agent" monitor > "$work/events" 2>&1 &
monitor=$!
"$agent" monitor -j > "$work/json" 2>&1 &
monitor_json=$!
until_true grep -q present "$work/events" &&
	until_true grep -q present "$work/json"
point 'monitor_begins_with_what_is_there'
for i in 0 1; do
	echo "$work_hard" > "$sim/vf$i/guest"
done
until_true state_is 0 active && until_true state_is 1 active
point 'guests_run'

says 0 'VF 0: paused$' "$agent" pause "$gpu/0" && state_is 0 paused
point 'pause_pauses'
# the turn that it had just then comes to its end
others=$(figure 1 SLICES)
until_true grew 1 SLICES $((others + 2))
turns=$(figure 0 SLICES)
until_true grew 1 SLICES $((others + 20)) && [ "$(figure 0 SLICES)" = "$turns" ]
point 'a_paused_vf_gets_nothing_and_the_others_go_on'
says 0 'VF 0: resumed' "$agent" resume "$gpu/0" &&
	until_true grew 0 SLICES "$turns"
point 'resume_resumes'
says 0 'VF 0: stopped$' "$agent" stop "$gpu/0"
point 'stop_stops'
says 5 "GPU $gpu VF 0: " "$agent" resume "$gpu/0" && state_is 0 stopped
point 'a_stopped_vf_cannot_be_resumed'
says 0 'VF 0: reset' "$agent" reset "$gpu/0" && until_true state_is 0 active
point 'reset_brings_a_stopped_vf_back'
says 6 "VF 7: .* 4 VFs are enabled" "$agent" pause "$gpu/7"
point 'a_vf_that_is_not_enabled_is_refused'
says 2 "expected GPU/VF, as in $gpu/0" "$agent" pause "$gpu"
point 'a_gpu_cannot_be_paused'
says 0 "$gpu: reset" "$agent" reset "$gpu"
point 'a_gpu_can_be_reset'

until_true grep -q 'vf-state-change: VF0: paused' "$work/events" &&
	until_true grep -q 'vf-was-reset' "$work/events" &&
	until_true grep -q 'pf-was-reset' "$work/events"
point 'monitor_tells_of_it'
until_true grep -q '"event":"vf-state-change","bdf":"'"$gpu"'".*"state":"paused"' \
	"$work/json"
point 'and_in_json'
# what happens at about the same time is one message, so it takes its time until
# the kernel has to drop a message to a generic netlink socket
too_much_happens() {
	for ((i = 0; i < 100; i++)); do
		echo $((6000 + i % 2 * 1000)) > "$dir/vf2/time_slice_us"
	done
	awk '$2 == 16 { drops += $9 } END { exit !drops }' /proc/net/netlink
}

# it sleeps while more happens than there is room for in its socket
kill -STOP "$monitor"
until_true too_much_happens
kill -CONT "$monitor"
until_true grep -q 'messages were lost; reading everything again' "$work/events"
point 'monitor_notices_that_it_has_missed_something'
"$agent" set "$gpu/2" label=afterwards &&
	until_true grep -q 'changed: VF 2: .*afterwards' "$work/events"
point 'and_goes_on'
kill "$monitor" "$monitor_json"
wait "$monitor" && wait "$monitor_json"
point 'monitor_ends_well'

echo "$work_hard" > "$sim/vf1/guest"
until_true grew 1 RUN/NS 1000000
point 'statistics_grow'
"$agent" stats --prometheus "$work/metrics" &&
	grep -qE "^gpuvf_vf_run_seconds_total\{pci_bus_id=\"$gpu\",vf=\"1\",profile=\"desktop\"\} [0-9.]+$" \
		"$work/metrics" && [ "$(stat -c %a "$work/metrics")" = 644 ]
point 'statistics_for_prometheus'
before=$(md5sum < "$work/metrics")
! "$agent" stats --prometheus "$work/absent/metrics" 2> /dev/null &&
	[ "$before" = "$(md5sum < "$work/metrics")" ]
point 'a_file_that_cannot_be_written_is_an_error'
says 7 'CAP_SYS_ADMIN' setpriv --reuid=65534 --regid=65534 --clear-groups \
	--inh-caps=-all "$agent" stats
point 'statistics_take_privilege'

export TERM=screen-256color
tmux -f /dev/null new-session -d -x 80 -y 24 "$agent top -d 0.2"
until_true shows "^$gpu ready $policy 4/[0-9]+ VFs busy" &&
	until_true shows '1 desktop +active .* [1-9][0-9.]*% +(#|█)' &&
	shows '^q: quit'
point 'top_shows_bars_in_80x24'
tmux capture-pane -p > "$work/out"
[ "$(LC_ALL=C.UTF-8 wc -L < "$work/out")" -lt 80 ]
point 'nothing_is_wider_than_the_screen'
tmux resize-window -x 120 -y 10
until_true shows '^q: quit'
point 'top_follows_the_size_of_the_screen'
tmux send-keys q
until_true top_is_gone
point 'q_ends_it'
TERM=dumb "$agent" top -n 1 -d 0.2 > "$work/out" 2>&1 &&
	grep -q "$gpu ready" "$work/out" && ! grep -q $'\033' "$work/out"
point 'without_a_terminal_it_prints_one_picture'

# the saved states of VFs are scrubbed first, and then framebuffer: that fails. Which
# VF it is depends on who has run, and whose guest has started again.
until_true grep -qx 0 "$dir/fb/needs_scrub" && echo 5 > $sim/fail_scrub &&
	echo 0 > "/sys/bus/pci/devices/$gpu/sriov_numvfs" &&
	until_true grep -qx 1073741824 "$dir/fb/quarantined" &&
	LC_ALL=C "$agent" show -H > "$work/out" 2>&1 &&
	grep -qE '^  \[P0.*[0-9=]X{4,5}[0-9=].*\]$' "$work/out" &&
	grep -qF 'X quarantined 1 GiB' "$work/out"
point 'show_marks_what_is_quarantined'
"$agent" show "$gpu" -j > "$work/out" 2>&1 &&
	tr -d ' \n' < "$work/out" | grep -qE '"owner":"vf[0-3]","offset_bytes":[0-9]+,"size_bytes":1073741824,"quarantined":true}'
point 'and_in_json'
sed '/^.profile kiosk/,/^fb/s/^fb = .*/fb = 256MiB/' "$work/demo.ini" > "$work/small.ini"
LC_ALL=C "$agent" plan -H -f "$work/small.ini" > "$work/out" 2>&1
grep -q ' 256 MiB' "$work/out" && grep -qE '^  then \[P0.*X.*\]$' "$work/out"
point 'plan_marks_it_too'
echo 1 > "$dir/fb/scrub" && until_true grep -qx 0 "$dir/fb/needs_scrub" &&
	says 0 'free' "$agent" show -H && ! grep -q quarantined "$work/out"
point 'until_a_retry_succeeds'

# the family comes back with another id and other groups
"$agent" monitor > "$work/events" 2>&1 &
monitor=$!
"$agent" monitor -j > "$work/json" 2>&1 &
monitor_json=$!
"$agent" top -d 0.2 -n 10000 > "$work/top" 2>&1 &
top_pid=$!
until_true grep -q present "$work/events" &&
	until_true grep -q present "$work/json" &&
	until_true grep -q "$gpu ready" "$work/top" && rmmod gpuvf &&
	until_true grep -q "$gpu removed" "$work/events" &&
	until_true grep -q 'module gpuvf is gone; waiting for it' "$work/events"
point 'monitor_tells_that_the_module_was_unloaded'
wait "$top_pid"
[ $? = 6 ] && grep -q 'module gpuvf is gone' "$work/top"
point 'top_ends_with_it'
# a kernel that delays the release of kobjects cannot load the module again before
until_true test ! -e /sys/bus/pci/drivers/gpuvf &&
	load_module gpuvf && until_true grep -q "$gpu added" "$work/events" &&
	"$agent" set "$gpu/1" label=again &&
	until_true grep -q 'changed: VF 1: .*again' "$work/events" &&
	until_true grep -q '"event":"changed".*again' "$work/json"
point 'monitor_hears_it_when_it_is_loaded_again'
"$agent" reset "$gpu" > "$work/out" 2>&1 &&
	until_true grep -q pf-was-reset "$work/events"
point 'and_its_events'
kill "$monitor" "$monitor_json"
wait "$monitor" && wait "$monitor_json"
point 'and_ends_well'

rmmod gpuvf && rmmod gpuvf_sim
point 'nothing_is_left'
rm -rf "$work"
points_end
