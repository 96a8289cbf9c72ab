#!/usr/bin/python3
# SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
"""Every GPU of gpuvf, and how much framebuffer each of its VFs has.

Uses YNL of the kernel's source: PYTHONPATH=LINUX/tools/net/ynl watch.py SPEC
SPEC is gpuvf.yaml; the empty schema is for its use outside of that source. YNL has to
write the version of the family into requests: see api/netlink.rst.
"""
import sys

from lib import YnlFamily

gpuvf = YnlFamily(sys.argv[1], schema="")
for gpu in gpuvf.dump("pf-get", {}):
    print(gpu["bdf"], gpu["state"], gpu["policy"])
    for answer in gpuvf.dump("vf-get", {"bdf": gpu["bdf"]}):
        for vf in answer["vf"]:
            if vf.get("fb-quota"):
                print("  VF", vf["index"], vf["state"], vf["fb-quota"])
