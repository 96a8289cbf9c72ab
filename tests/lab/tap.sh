# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Test points for scripts that need no kernel module. Sourced by them.

# shellcheck disable=SC1091
. "$(dirname "${BASH_SOURCE[0]}")/../selftests/wait.sh"

tap_count=0
tap_failed=0

# the file with what a command said whose status is judged afterwards
tap_said=/dev/null

# point NAME COMMAND...: it has to succeed
# point NAME: the command before this one had to
# What was said is shown when it did not.
point() {
	local status=$? said=

	if [ $# -gt 1 ]; then
		status=0
		said=$("${@:2}" 2>&1) || status=$?
	elif [ $status != 0 ]; then
		said=$(cat "$tap_said")
	fi
	tap_count=$((tap_count + 1))
	if [ $status = 0 ]; then
		echo "ok $tap_count - $1"
	else
		echo "not ok $tap_count - $1"
		echo "# ${said//$'\n'/$'\n'# }"
		tap_failed=1
	fi
}

# the plan, and the exit code
tap_end() {
	echo "1..$tap_count"
	exit "$tap_failed"
}
