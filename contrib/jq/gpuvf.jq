# SPDX-License-Identifier: GPL-2.0
#
# What the other filters share: every enabled VF of `gpuvf-agent show -j` that has a
# profile, with a name that does not depend on the slot of its GPU, PROFILE-N. They are
# counted from 0, in the order of GPUs and VFs.

def vfs:
	[.gpus[].vfs[] | select(.bdf != null and .profile != null)]
	| group_by(.profile)[]
	| to_entries[]
	| .value + {name: "\(.value.profile)-\(.key)"};
