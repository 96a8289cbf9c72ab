# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Test points for scripts. Sourced by them, run by nobody.

tap_count=0
tap_failed=0

# point NAME COMMAND...: it has to succeed; what it says is shown when it does not
point() {
	local output

	tap_count=$((tap_count + 1))
	if output=$("${@:2}" 2>&1); then
		echo "ok $tap_count - $1"
	else
		echo "not ok $tap_count - $1"
		echo "${output//$'\n'/$'\n'# }" | sed '1s/^/# /'
		tap_failed=1
	fi
}

# the plan, and the exit code
tap_end() {
	echo "1..$tap_count"
	exit "$tap_failed"
}
