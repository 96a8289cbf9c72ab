# SPDX-License-Identifier: GPL-2.0
#
# What a node of slurm.conf has: Gres=gpuvf:desktop:2,gpuvf:kiosk:1. See slurm.jq.

include "gpuvf";

"Gres=" + ([vfs | select(.vfio_path != null)] | group_by(.profile)
	| map("gpuvf:\(.[0].profile):\(length)") | join(","))
