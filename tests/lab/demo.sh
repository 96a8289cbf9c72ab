# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the demonstrations share; sourced by them, in the VM.
#
#   COLOR          set: the output goes to a terminal, or is to look so
#   GPUVF_MODULES  directory with gpuvf.ko and gpuvf_sim.ko
#   GPUVF_AGENT    the agent

agent=${GPUVF_AGENT:?set by tests/lab/run}
modules=${GPUVF_MODULES:?set by tests/lab/run}
sim=/sys/kernel/debug/gpuvf_sim

bold='' dim='' plain=''
if [ -n "${COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
	export TERM=xterm-256color
fi

step() {
	printf '\n%s── %s%s\n' "$bold" "$*" "$plain"
}

# lines of more than 80 columns are continued below, two columns further in
wrapped() {
	local line indent part

	while IFS= read -r line; do
		indent=${line%%[^ ]*}
		while [ ${#line} -gt 80 ]; do
			part=${line:0:80}
			part=${part% *}
			[ -n "${part// }" ] || break
			echo "$part"
			line="$indent  ${line:${#part}+1}"
		done
		printf '%s\n' "$line"
	done
}

# on a terminal of 80 columns
on_terminal() {
	local command

	printf -v command '%q ' "$@"
	script -qec "stty columns 80 rows 24; $command" /dev/null < /dev/null | tr -d '\r'
}

# show a command as one would type it, then run it
run() {
	printf '%s# %s%s\n' "$dim" "$*" "$plain"
	if [ -n "$bold" ] && [ "$1" = gpuvf-agent ]; then
		on_terminal "$agent" "${@:2}"
	else
		"$@" 2>&1 | wrapped
	fi
}

gpuvf-agent() {
	"$agent" "$@"
}
