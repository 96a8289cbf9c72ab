#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What examples/demo.ini makes of the simulated GPU, in the figures that pictures
# are drawn from. In the lab's VM, from the top:
#
#	tests/lab/run Documentation/pictures/capture.sh [check]
#
# Prints demo.json, or, with check, what is different from it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
insmod "$GPUVF_MODULES/gpuvf_sim.ko" total_vfs=8
insmod "$GPUVF_MODULES/gpuvf.ko"
"$GPUVF_AGENT" apply -f "$here/../../examples/demo.ini" > /run/lab/apply.log 2>&1
figures=$("$GPUVF_AGENT" show -j | python3 -c '
import json, sys
gpu = json.load(sys.stdin)["gpus"][0]
picture = {key: gpu[key] for key in (
    "fb_total_bytes", "fb_pf_reserve_bytes", "fb_context_save_bytes",
    "fb_alloc_unit_bytes", "fb_free_bytes")}
picture["vfs"] = [{key: vf[key] for key in (
    "index", "profile", "fb_quota_bytes", "fb_offset_bytes", "time_slice_us")}
    for vf in gpu["vfs"] if vf["fb_quota_bytes"]]
print(json.dumps(picture, indent=1))')
if [ "${1:-}" = check ]; then
	diff -u "$here/demo.json" - <<< "$figures"
else
	echo "$figures"
fi
