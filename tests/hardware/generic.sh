#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Try gpuvf-agent on a PF of any driver that takes sriov_numvfs. common.sh has the rest.
#
#	generic.sh [--yes] GPU
set -uo pipefail
. "$(dirname "$0")/common.sh"

provider=generic
section=('driver 0 = none')

settings() { :; }

state() {
	echo "num $(cat "$pf/sriov_numvfs")"
}

profile() {
	echo 'fb = shared'
}

why_not() {
	no_vfs_are_there
}

probes() {
	count_probes
}

find_gpu() {
	die 'usage: generic.sh [--yes] GPU'
}

run "$@"
