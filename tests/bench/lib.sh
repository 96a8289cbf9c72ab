# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tables share. Sourced by them, not run. A table runs from the
# top of the tree.

. "$(dirname "${BASH_SOURCE[0]}")/../lab/lib.sh"
cd "$top" || exit

# program NAME: build tests/bench/NAME, an ordinary program, and say where it is
program() {
	make -s -C tests/bench "$1" >&2
	echo "$build/bench/$1"
}

# module NAME: build tests/bench/NAME/NAME.ko for the lab's 6.12 and say where it is
module() {
	local dir tree

	dir=$(tests/lab/kernel-get 6.12)
	tree=$build/bench/$(< "$dir/release")/$1
	mkdir -p "$tree"
	rsync -rltO "tests/bench/$1/" "$tree/"
	make -C "$(realpath "$dir/headers")" M="$tree" modules > "$tree/make.log" 2>&1 ||
		{ cat "$tree/make.log" >&2; die "building $1.ko failed"; }
	echo "$tree/$1.ko"
}

# virtual OPTION-OR-COMMAND...: as tests/lab/run, in virtual time, on 6.12. A
# nanosecond passes with each instruction, and idle time is skipped.
virtual() {
	tests/lab/run -i -k 6.12 -t 1800 "$@"
}
