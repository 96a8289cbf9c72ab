# SPDX-License-Identifier: GPL-2.0
#
# VFs as generic resources of Slurm: the lines of gres.conf of a node.
#
#	gpuvf-agent show -j | jq -r -L DIR -f DIR/slurm.jq > /etc/slurm/gres.conf
#
# slurm.conf has GresTypes=gpuvf, and for the node Gres=gpuvf:desktop:2,... as
# slurm-node.jq prints it. A job gets its VF by srun --gres=gpuvf:desktop:1.

include "gpuvf";

vfs | select(.vfio_path != null) | "Name=gpuvf Type=\(.profile) File=\(.vfio_path)"
