#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The main job of gpuvf, shown on the simulated GPU. Runs inside the lab VM as
# `make demo` starts it; nothing of it touches the host.
#
#   COLOR          set: the output goes to a terminal
#   GPUS           how many GPUs to simulate, 1 to 8 (default 1)
#   GPUVF_MODULES  directory with gpuvf.ko and gpuvf_sim.ko
#   GPUVF_AGENT    the agent
set -euo pipefail

gpus=${GPUS:-1}
agent=${GPUVF_AGENT:?set by tests/lab/run}
modules=${GPUVF_MODULES:?set by tests/lab/run}
sim=/sys/kernel/debug/gpuvf_sim
here=$(cd "$(dirname "$0")/../.." && pwd)

if [[ ! $gpus =~ ^[1-8]$ ]]; then
	echo "demo: GPUS=$gpus: the simulator has 1 to 8 GPUs" >&2
	exit 2
fi

bold='' dim='' plain=''
if [ -n "${COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

step() {
	printf '\n%s── %s%s\n' "$bold" "$*" "$plain"
}

# show a command as one would type it, then run it
run() {
	printf '%s# %s%s\n' "$dim" "$*" "$plain"
	"$@"
}

gpuvf-agent() {
	"$agent" "$@"
}

# ground truth: "name charged_ns" of every VF of GPU $1
truth() {
	awk '/^fn=vf/ {
		for (i = 2; i <= NF; i++)
			if (split($i, kv, "=") == 2 && kv[1] == "charged_ns")
				print substr($1, 4), kv[2]
	}' "$sim/gpu$1/truth"
}

violations() {
	grep -o 'violations=[0-9]*' "$sim/gpu$1/truth" | head -1 | cut -d= -f2
}

illegal() {
	grep -o ' illegal=[0-9]*' "$sim/gpu$1/truth" | head -1 | cut -d= -f2
}

# tell the guests of all enabled VFs what to do
guests() {
	local vf

	for vf in /sys/class/gpuvf/"$2"/vf*; do
		[ ! -e "$vf/device" ] ||
			echo "$3" > "$sim/gpu$1/$(basename "$vf")/guest"
	done
}

measure() {
	local gpu=$1 bdf=$2 before

	guests "$gpu" "$bdf" 'busy 100'
	sleep 0.2	# every guest has started: its memory is its own now
	before=$(truth "$gpu")
	sleep 1
	{ echo "$before" | sed 's/^/b /'; truth "$gpu" | sed 's/^/a /'; } |
	awk -v dir="/sys/class/gpuvf/$bdf" '
	function value(file,  v) { getline v < file; close(file); return v }
	$1 == "b" { before[$2] = $3 }
	$1 == "a" {
		got = $3 - before[$2]
		if (value(dir "/" $2 "/fb_quota") == 0)
			next
		name[n++] = $2
		ns[$2] = got; sum += got
		slice[$2] = value(dir "/" $2 "/time_slice_us")
		slices += slice[$2]
		profile[$2] = value(dir "/" $2 "/profile")
	}
	END {
		printf "  %-5s %-9s %10s %12s %12s\n", "VF", "profile", "slice",
		       "configured", "measured"
		for (i = 0; i < n; i++) {
			v = name[i]
			part = sum ? 100 * ns[v] / sum : 0
			bar = ""
			for (k = 0; k < part / 2; k++)
				bar = bar "#"
			printf "  %-5s %-9s %7.1f ms %10.1f %% %10.1f %%  %s\n",
			       v, profile[v], slice[v] / 1000,
			       100 * slice[v] / slices, part, bar
		}
	}'
	guests "$gpu" "$bdf" off
}

step "Kernel $(uname -r): a host with $gpus simulated GPU$([ "$gpus" = 1 ] || echo s)"
run insmod "$modules/gpuvf_sim.ko" "gpus=$gpus" total_vfs=8
run insmod "$modules/gpuvf.ko"
run lspci -d 4756:0020

step 'What the host is to look like: /etc/gpuvf.ini'
mkdir -p /etc
install -m 0644 "$here/examples/demo.ini" /etc/gpuvf.ini
run cat /etc/gpuvf.ini

step 'What that would change, asked of the kernel, nothing done yet'
run gpuvf-agent plan -H

step 'Do it'
run gpuvf-agent apply
run gpuvf-agent show -H

step 'The VFs are real PCI functions, made by the PCI core'
run lspci -d 4756:0021
for dir in /sys/class/gpuvf/*; do
	run readlink -f "$dir/vf0/device"
done

step 'A profile that does not fit is refused, with a sentence, and changes nothing'
sed 's/^fb = 8GiB/fb = 15GiB/' /etc/gpuvf.ini > /tmp/too-big.ini
if run gpuvf-agent apply -f /tmp/too-big.ini; then
	echo 'demo: the bad profile was accepted' >&2
	exit 1
else
	echo "  exit code $?"
fi

step 'Every guest wants all of the GPU, for a second: who got how much of it?'
echo '  measured by the simulated GPU itself, not by the driver'
for ((gpu = 0; gpu < gpus; gpu++)); do
	bdf=$(cat "$sim/gpu$gpu/bdf")
	echo "GPU $bdf"
	measure "$gpu" "$bdf"
	echo "  foreign memory touched, tenants' leftovers seen: $(violations "$gpu");" \
	     "illegal commands: $(illegal "$gpu")"
done

step 'Doing it again changes nothing, and the host is what the file says'
run gpuvf-agent apply
run gpuvf-agent assert

step 'And back again'
for dir in /sys/class/gpuvf/*; do
	run tee "$dir/device/sriov_numvfs" <<< 0
done
run rmmod gpuvf
run rmmod gpuvf_sim
echo
