#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own netlink client drives every operation, knowing nothing but
# the spec. tests/lab/spec client has made what is needed, and runs this in a VM.
#
#	test_ynl.sh DIRECTORY		with ynl/cli.py and netlink/specs/gpuvf.yaml
set -uo pipefail
. "$(dirname "$0")/ktap.sh"

[ $# = 1 ] || skip_all 'no directory with the client: tests/lab/spec client'
dir=$1
cli=(/usr/bin/python3 "$dir/ynl/cli.py" --no-schema --output-json
	--spec "$dir/netlink/specs/gpuvf.yaml")

# result STATUS NAME
result() {
	if [ "$1" = 0 ]; then
		ktap_test_pass "$2"
	else
		ktap_test_fail "$2"
		printf '%s\n' "$out" | sed 's/^/# /'
	fi
}

# ynl WHAT EXPRESSION CLI-ARGUMENT...: what it prints, read as JSON into "r", has
# to make the expression true
ynl() {
	local what=$1 expression=$2

	shift 2
	out=$("${cli[@]}" "$@" 2>&1)
	/usr/bin/python3 -c '
import json, sys
r = json.loads(sys.argv[1])
sys.exit(not eval(sys.argv[2]))
' "$out" "$expression" > /dev/null 2>&1
	result $? "$what"
}

# refused WHAT WORDS CLI-ARGUMENT...
refused() {
	local what=$1 words=$2

	shift 2
	out=$("${cli[@]}" "$@" 2>&1) && out+=' (was not refused)'
	[[ $out == *"$words"* && $out != *'was not refused'* ]]
	result $? "$what"
}

load_module gpuvf_sim total_vfs=4
load_module gpuvf
bdf=$(ls /sys/class/gpuvf)
pf='"bdf": "'$bdf'"'
vf='"vf": [{"index": 1}]'

ynl 'pf-get' "r['bdf'] == '$bdf' and r['total-vfs'] == 4 and r['state'] == 'ready'" \
	--do pf-get --json "{$pf}"
ynl 'pf-get, dump' "len(r) == 1 and r[0]['backend'] == 'gpu-iov-v3'" \
	--dump pf-get
ynl 'vf-get' "r['vf'][0]['index'] == 1 and r['vf'][0]['state'] == 'disabled'" \
	--do vf-get --json "{$pf, $vf}"
ynl 'vf-get, dump' "[m['vf'][0]['index'] for m in r] == [0, 1, 2, 3]" \
	--dump vf-get --json "{$pf}"
quotas='"vf": [{"index": 0, "fb-quota": 1073741824, "profile": "a"}, {"index": 1, "fb-quota": 2147483648, "engine": {"id": "gfx", "time-slice-us": 3000}}]'
ynl 'config-set, dry' "r['dry-run'] and r['vf'][1]['fb-quota'] == 2 << 30" \
	--do config-set --json "{$pf, $quotas, \"dry-run\": true}"
ynl 'config-set' "r['vf'][1]['engine'][0]['time-slice-us'] == 3000 and r['vf'][0]['profile'] == 'a' and 'dry-run' not in r" \
	--do config-set --json "{$pf, $quotas, \"policy\": \"equal\"}"
refused 'config-set, refused' 'below the hardware' \
	--do config-set --json "{$pf, \"vf\": [{\"index\": 0, \"engine\": {\"id\": \"gfx\", \"time-slice-us\": 1}}]}"
ynl 'pf-get, to plan with' "r['fb-vf-area']['size'] == r['fb-free'] + (3 << 30) and r['fb-quarantined-extents'] == 0 and [v['fb-quota'] >> 30 for v in r['vf']] == [1, 2, 0, 0]" \
	--do pf-get --json "{$pf}"
echo 2 > "/sys/bus/pci/devices/$bdf/sriov_numvfs"
ynl 'stats-get' "r['vf'][0]['engine'][0]['stats']['slices'] == 0 and len(r['vf'][0]['engine'][0]['stats']['lateness']) > 1" \
	--do stats-get --json "{$pf, $vf}"
ynl 'stats-get, dump' "len(r) == 4 and all('stats' in m['vf'][0] for m in r)" \
	--dump stats-get
ynl 'vf-pause' "r['vf'][0]['state'] == 'paused'" \
	--do vf-pause --json "{$pf, $vf}"
ynl 'vf-resume' "r['vf'][0]['state'] in ('provisioned', 'starting')" \
	--do vf-resume --json "{$pf, $vf}"
ynl 'vf-stop' "r['vf'][0]['state'] == 'stopped'" \
	--do vf-stop --json "{$pf, $vf}"
ynl 'vf-reset' "r['vf'][0]['state'] == 'resetting'" \
	--do vf-reset --json "{$pf, $vf}"
ynl 'pf-reset' "r['resetting'] and len(r['vf']) == 4" \
	--do pf-reset --json "{$pf}"
ynl 'fb-scrub' "r['fb-quarantined'] == 0" \
	--do fb-scrub --json "{$pf}"

# notifications of both groups: things happen for as long as the client listens
happen() {
	local us=4000

	while true; do
		us=$((9000 - us))
		echo $us > "/sys/class/gpuvf/$bdf/vf0/time_slice_us"
		echo 1 > "/sys/class/gpuvf/$bdf/vf0/reset"
		sleep 0.3
	done
}
happen &
ynl 'group config' "any(m['name'] == 'config-change' and m['msg']['vf'][0]['engine'][0]['time-slice-us'] == 4000 for m in r)" \
	--subscribe config --sleep 4
ynl 'group event' "any(m['name'] == 'vf-was-reset' and m['msg']['event']['count'] == 1 for m in r)" \
	--subscribe event --sleep 4
kill $!
wait

# nothing of the spec was left out
out=$("${cli[@]}" --list-ops | sed -n 's/^\([a-z-]*\)  \[.*\<do\>.*/\1/p')
[ -n "$out" ]
result $? 'the spec has operations'
for op in $out; do
	grep -q -- "--do $op " "$0"
	result $? "$op is in this test"
done

echo 0 > "/sys/bus/pci/devices/$bdf/sriov_numvfs"
rmmod gpuvf gpuvf_sim
points_end
