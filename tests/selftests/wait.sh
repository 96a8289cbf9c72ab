# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Waiting, and readers that go, for shell tests of any kind. Sourced by them.

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
