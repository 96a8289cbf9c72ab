#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The states of a VF: what the pictures of the documentation are drawn from is what the
# kernel notifies of. Each row of the table happens here, and nothing else.
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

sim=/sys/kernel/debug/gpuvf_sim/gpu0
work=$(mktemp -d)

# shellcheck disable=SC2317	# called by until_true
state_is() {
	[ "$(cat "$dir/vf0/state")" = "$1" ]
}

# becomes STATE COMMAND...: and the monitor has said so before anything else happens
becomes() {
	"${@:2}" && until_true state_is "$1" && sleep 0.5
}

put() { # FILE VALUE
	echo "$2" > "$dir/$1"
}

guest() {
	echo "$*" > "$sim/vf0/guest"
}

fault() { # FILE VALUE
	echo "$2" > "$sim/$1"
}

# four in a minute is one too many
hang_too_often() {
	local i

	for ((i = 1; i <= 3; i++)); do
		until_true guest busy 100 && until_true state_is active &&
			fault fail_command '1 error vf=0' &&
			until_true resets_are "$i" && until_true state_is active || return
	done
	fault fail_command '1 error vf=0'
}

# shellcheck disable=SC2317	# called by until_true
resets_are() {
	[ "$(cat "$dir/vf0/stats/resets")" = $((before + $1)) ]
}

happened() {
	jq -r 'select(.event == "vf-state-change" and .vf == 0) |
		"\(.old_state) \(.state)"' "$work/events" | sort -u
}

rows() {
	awk '/^[a-z]/ { print $1, $2 }' "$files/vf-transitions" | sort -u
}

load_module gpuvf_sim total_vfs=2 && load_module gpuvf &&
	gpu=$(cat $sim/bdf) && dir=/sys/class/gpuvf/$gpu
"$agent" monitor -j > "$work/events" 2>&1 &
monitor=$!
until_true grep -q present "$work/events"
point 'monitor_begins'

small=$((1 << 30)) large=$((12 << 30))
becomes provisioned put vf0/fb_quota $small && becomes disabled put vf0/fb_quota 0 &&
	becomes provisioned put vf0/fb_quota $small
point 'with_a_quota_it_is_provisioned'
becomes provisioned put device/sriov_numvfs 1 && becomes active guest busy 100
point 'with_work_it_is_active'
becomes paused "$agent" pause "$gpu/0" && becomes active "$agent" resume "$gpu/0" &&
	becomes stopped "$agent" stop "$gpu/0" && becomes active "$agent" reset "$gpu/0" &&
	becomes paused "$agent" pause "$gpu/0" && becomes active "$agent" reset "$gpu/0" &&
	becomes paused "$agent" pause "$gpu/0" && becomes stopped "$agent" stop "$gpu/0" &&
	becomes active "$agent" reset "$gpu/0" && becomes active "$agent" reset "$gpu/0"
point 'an_administrator_pauses_stops_and_resets_it'
before=$(cat "$dir/vf0/stats/resets")
becomes failed hang_too_often && becomes active "$agent" reset "$gpu/0"
point 'it_fails_and_is_reset'
becomes provisioned put device/sriov_numvfs 0
point 'it_ends_with_its_tenancy'

# with memory that takes longer to scrub than VFs to come or to be reset
becomes provisioned put vf0/fb_quota $large &&
	becomes provisioned put device/sriov_numvfs 1 && becomes active guest busy 100 &&
	becomes active "$agent" reset "$gpu/0"
point 'its_memory_is_scrubbed_before_it_starts'
guest off
becomes provisioned put device/virtfn0/reset 1
point 'its_user_resets_it'
becomes paused "$agent" pause "$gpu/0" && becomes provisioned "$agent" resume "$gpu/0" &&
	becomes stopped "$agent" stop "$gpu/0" && becomes provisioned "$agent" reset "$gpu/0" &&
	becomes provisioned "$agent" reset "$gpu/0"
point 'the_same_without_work'
becomes active guest busy 100 boot
point 'its_guest_asks_to_start'
becomes provisioned put device/sriov_numvfs 0
kill "$monitor"
wait "$monitor"
# shellcheck disable=SC2034	# for point()
point_said=$work/out
diff <(rows) <(happened) > "$work/out"
point 'the_table_has_what_happens'
points_end
