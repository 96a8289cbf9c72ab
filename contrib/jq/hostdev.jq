# SPDX-License-Identifier: GPL-2.0
#
# A VF for libvirt, by name or profile: the <hostdev> of one that no process uses.
#
#	gpuvf-agent show -j | jq -r -L DIR --arg vf desktop -f DIR/hostdev.jq > hostdev.xml
#	virsh attach-device MACHINE hostdev.xml --config
#
# Nothing reserves the VF between the two: where several programs start machines, let
# one of them choose.

include "gpuvf";

first(vfs | select((.name == $vf or .profile == $vf) and .in_use == false))
| .bdf | capture("(?<domain>.*):(?<bus>.*):(?<slot>.*)[.](?<function>.*)")
| "<hostdev mode='subsystem' type='pci' managed='yes'>
  <source>
    <address domain='0x\(.domain)' bus='0x\(.bus)' slot='0x\(.slot)' function='0x\(.function)'/>
  </source>
</hostdev>"
