# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What shell tests share: test points by the kernel's ktap_helpers.sh, what they need,
# and the modules. Sourced by them.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# what make has built: beside the scripts where these are installed
built=${GPUVF_SELFTESTS:-$here}
[ -e "$built/ktap_helpers.sh" ] || built=$here/../../build/selftests
# shellcheck disable=SC1091
. "$built/ktap_helpers.sh" || exit
# shellcheck disable=SC1091
. "$here/wait.sh"
# shellcheck disable=SC2034	# for scripts
files=$built/files

# the file with what a command said whose status is judged afterwards
point_said=/dev/null

# point NAME COMMAND...: it has to succeed
# point NAME: the command before this one had to
# What was said is shown when it did not.
point() {
	local status=$? text=

	if [ $# -gt 1 ]; then
		status=0
		text=$("${@:2}" 2>&1) || status=$?
	elif [ $status != 0 ]; then
		text=$(cat "$point_said")
	fi
	if [ $status = 0 ]; then
		ktap_test_pass "$1"
	else
		ktap_test_fail "$1"
		echo "# ${text//$'\n'/$'\n'# }"
	fi
}

# says CODE PATTERN COMMAND...: it ends with that code within $says_limit seconds, and says
# that, on stdout or stderr; both are then in $point_said, what it said on stderr in a file
# err beside it. Virtual time goes on while the VM waits for the host's files: an hour of it
# in less than a second.
says_limit=${GPUVF_VIRTUAL:+360000}
says_limit=${says_limit:-200}
says() {
	local want=$1 pattern=$2 code=0 err=${point_said%/*}/err

	shift 2
	timeout -k 5 "$says_limit" "$@" > "$point_said" 2> "$err" || code=$?
	cat "$err" >> "$point_said"
	echo "exit code $code, expected $want: $*" >> "$point_said"
	[ $code = "$want" ] && grep -qE -- "$pattern" "$point_said"
}

# the plan, and the exit code
points_end() {
	ktap_set_plan $((KTAP_TESTNO - 1))
	ktap_finished
}

skip_all() {
	ktap_skip_all "$@"
	exit "$KSFT_SKIP"
}

# load_module MODULE [PARAMETER...]: from $GPUVF_MODULES, or those that modprobe knows
load_module() {
	# shellcheck disable=SC2086 # several words
	[ "$1" != gpuvf_sim ] || set -- "$@" ${GPUVF_SIM_PARAMETERS:-}
	if [ -n "${GPUVF_MODULES:-}" ]; then
		insmod "$GPUVF_MODULES/$1.ko" "${@:2}"
	else
		modprobe "$@"
	fi
}

# what every script needs: each is about the agent and simulated GPUs
ktap_print_header
[ "$(id -u)" = 0 ] || skip_all 'only root loads modules'
agent=${GPUVF_AGENT:-$(command -v gpuvf-agent)}
[ -n "$agent" ] || skip_all 'no gpuvf-agent: GPUVF_AGENT names it'
for module in gpuvf_sim gpuvf; do
	if [ -n "${GPUVF_MODULES:-}" ]; then
		[ -e "$GPUVF_MODULES/$module.ko" ]
	else
		modinfo "$module" > /dev/null 2>&1
	fi || skip_all "no module $module: GPUVF_MODULES is its directory"
done
for device in /sys/bus/pci/drivers/gpuvf/*:*; do
	[ ! -e "$device" ] || [ -e /sys/module/gpuvf_sim ] ||
		skip_all "GPU ${device##*/} is not a simulated one, and its driver would be unloaded"
done
unset device module
