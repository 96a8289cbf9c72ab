# SPDX-License-Identifier: GPL-2.0
#
# VFs for containers, as a file of the Container Device Interface:
#
#	gpuvf-agent show -j | jq -L DIR -f DIR/cdi.jq > /etc/cdi/gpuvf.json
#	podman run --device gpuvf/vf=desktop-0 ...
#
# DIR is this directory: /usr/share/gpuvf/jq where gpuvf is installed. A device is the VFIO
# group of a VF: give it to one container only.

include "gpuvf";

{
	cdiVersion: "0.3.0",
	kind: "gpuvf/vf",
	devices: [vfs | select(.vfio_path != null) | {
		name,
		containerEdits: {
			deviceNodes: [{path: "/dev/vfio/vfio"}, {path: .vfio_path}],
			env: ["GPUVF_PROFILE=\(.profile)", "GPUVF_BDF=\(.bdf)"]
		}
	}]
}
