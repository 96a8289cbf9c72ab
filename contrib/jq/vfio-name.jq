# SPDX-License-Identifier: GPL-2.0
#
# The name of the VF that has $path, which is a device of VFIO. For 70-gpuvf-names.rules.

include "gpuvf";

vfs | select(.vfio_path == $path) | .name
