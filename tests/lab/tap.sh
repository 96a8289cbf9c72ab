# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Test points for scripts, and waiting. Sourced by them.

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

# until_true COMMAND...: the end of patience is on a slow machine, or where a script
# is expected to fail
until_true() {
	local i

	for ((i = 0; i < ${GPUVF_PATIENCE_MS:-60000} / 50; i++)); do
		"$@" > /dev/null 2>&1 && return
		sleep 0.05
	done
	return 1
}

# without_reader COMMAND...: standard output is a pipe whose reader has gone before
# the first byte
without_reader() {
	local dir code=0

	dir=$(mktemp -d)
	mkfifo "$dir/pipe"
	# both ends have to be open for a moment
	(
		exec 9<> "$dir/pipe"
		exec 8> "$dir/pipe"
		exec 9>&-
		exec "$@" >&8 8>&-
	) || code=$?
	rm -r "$dir"
	return $code
}

# the plan, and the exit code
tap_end() {
	echo "1..$tap_count"
	exit "$tap_failed"
}
