#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A gpuvf-agent whose version of the netlink family is not the module's, older or newer:
# both versions are named, nothing is changed, and a GPU of another driver is served as
# ever. (make -C agent other-versions builds both.)
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

sim=/sys/kernel/debug/gpuvf_sim
work=$(mktemp -d)
ini=/etc/gpuvf.ini
log=$work/log
# shellcheck disable=SC2034	# for point()
point_said=$work/out

if [ ! -x "$agent-older" ] || [ ! -x "$agent-newer" ]; then
	skip_all "no $agent-older and -newer: make -C agent other-versions"
fi

# what cannot be left out of any message: which versions, and what to do
# shellcheck disable=SC2034	# both by name
older='module gpuvf \([^)]+\) speaks version [0-9]+ of its netlink family, this gpuvf-agent \([^)]+\) version [0-9]+: stop gpuvf.service, and start it with the gpuvf-agent of the module'
# shellcheck disable=SC2034
newer='module gpuvf \([^)]+\) speaks version [0-9]+ of its netlink family, this gpuvf-agent \([^)]+\) version [0-9]+: stop gpuvf.service, disable all VFs, and reload the module'

# what any of the changes asked for below would change
state_of() {
	cat "/sys/class/gpuvf/$a/vf0/fb_quota" "/sys/class/gpuvf/$a/vf0/profile" \
		"/sys/bus/pci/devices/$a/sriov_numvfs"
}

vfs_are() {
	[ "$(cat "/sys/bus/pci/devices/$1/sriov_numvfs")" = "$2" ]
}

# how often the daemon said what pattern $1 has
said() {
	grep -cE "$1" "$log"
}

# shellcheck disable=SC2317	# called by until_true
said_times() {
	[ "$(said "$1")" = "$2" ]
}

load_module gpuvf_sim gpus=2 total_vfs=4 && modprobe pci-pf-stub
point 'simulator_is_loaded'
a=$(cat $sim/gpu0/bdf) b=$(cat $sim/gpu1/bdf)

for which in older newer; do
	other=$agent-$which pattern=${!which}

	# gpuvf leaves the second GPU to another driver, which comes later
	echo pci-pf-stub > "/sys/bus/pci/devices/$b/driver_override"
	load_module gpuvf && rm -f $ini
	point "$which: the module is loaded"
	before=$(state_of)

	# GPUs of gpuvf alone
	says 1 "$pattern" "$other" show
	point "$which: show names both versions"
	says 1 "$pattern" "$other" set "$a/0" fb=1GiB && [ "$before" = "$(state_of)" ]
	point "$which: set is refused"
	says 1 "$pattern" "$other" reset "$a" && [ "$before" = "$(state_of)" ]
	point "$which: reset is refused"
	says 1 "$pattern" "$other" monitor
	point "$which: monitor names both versions"
	printf '%s\n' '[gpuvf]' 'version = 1' '[profile p]' 'fb = 1GiB' \
		'[gpu a]' "pci = $a" 'vf 0-1 = p' > $ini
	says 1 "$pattern" "$other" apply && [ "$before" = "$(state_of)" ]
	point "$which: apply is refused"
	says 1 "$pattern" "$other" plan
	point "$which: plan is refused"
	"$other" doctor -j 2> /dev/null | python3 -c '
import json, re, sys
doctor = json.load(sys.stdin)
found = [f for f in doctor["findings"] if re.search(sys.argv[1], f["found"])]
sys.exit(len(found) != 1 or found[0]["state"] != "problem" or
         sys.argv[2] not in [gpu["bdf"] for gpu in doctor["gpus"]])' \
		"$pattern" "$a" > "$work/out" 2>&1
	point "$which: doctor has one problem of both versions, and shows the GPU"

	: > "$log"
	"$other" daemon >> "$log" 2>&1 &
	daemon=$!
	until_true said_times "$pattern" 1
	point "$which: the daemon without other GPUs names both versions"
	rmmod gpuvf && load_module gpuvf
	until_true said_times "$pattern" 2
	point "$which: and again when the module has come again, without other GPUs"
	kill $daemon && wait $daemon

	# beside a GPU that another driver has
	echo "$b" > /sys/bus/pci/drivers_probe
	printf '%s\n' '[profile s]' 'fb = shared' '[gpu b]' "pci = $b" \
		'vf 0-1 = s' >> $ini
	says 1 "$pattern" "$other" show && grep -q "$b .* 0 of 4 VFs" "$work/out"
	point "$which: show has the GPU of another driver"
	says '4' "$pattern" "$other" apply && vfs_are "$b" 2 &&
		[ "$before" = "$(state_of)" ]
	point "$which: apply changes the GPU of another driver alone"
	"$other" apply "$b" > "$work/out" 2>&1
	point "$which: apply of that GPU has no error"

	# the daemon says it once each time that the module comes
	echo 0 > "/sys/bus/pci/devices/$b/sriov_numvfs"
	: > "$log"
	"$other" daemon >> "$log" 2>&1 &
	daemon=$!
	until_true vfs_are "$b" 2
	point "$which: the daemon serves the GPU of another driver"
	until_true test -S /run/gpuvf/daemon.sock
	"$other" reload > "$work/out" 2>&1
	"$other" reload >> "$work/out" 2>&1
	said_times "$pattern" 1
	point "$which: the daemon names both versions once"
	rmmod gpuvf && load_module gpuvf
	until_true said_times "$pattern" 2
	point "$which: and again when the module has come again"
	[ "$before" = "$(state_of)" ]
	point "$which: the daemon has changed nothing"
	kill $daemon && wait $daemon
	echo 0 > "/sys/bus/pci/devices/$b/sriov_numvfs"
	echo "$b" > /sys/bus/pci/drivers/pci-pf-stub/unbind
	rmmod gpuvf
done

# the one that fits
echo > "/sys/bus/pci/devices/$b/driver_override"
load_module gpuvf
sed -i '/^.profile s/,$d' $ini
"$agent" apply "$a" > "$work/out" 2>&1 && vfs_are "$a" 2
point 'the_same_module_does_what_its_own_agent_asks_for'
echo 0 > "/sys/bus/pci/devices/$a/sriov_numvfs"
rmmod gpuvf gpuvf_sim
points_end
