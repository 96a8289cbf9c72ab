#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Make the netlink policies of the module of the spec.

    policy.py SPEC c|h

There is a policy for each list of attributes that the request of an operation has,
named after the first operation that has it; of a dump, those that its operation takes
too. The nest of a VF takes the attribute set "vf-settings" in config-set, with
"engine-settings" for its engines, and "vf-name" elsewhere: subsets of "vf" and
"engine", which say which of it a request may have.
"""
import sys

import yaml

TYPES = {"u32": "NLA_U32", "u64": "NLA_U64", "flag": "NLA_FLAG", "string": "NLA_NUL_STRING"}
NESTS = {("config-set", "vf"): "vf-settings", ("vf-settings", "engine"): "engine-settings"}
HEAD = """/* SPDX-License-Identifier: GPL-2.0 */
/* Do not edit directly: tests/lab/spec write makes it of gpuvf.yaml. */
"""


def constant(*names):
    return "_".join(("GPUVF_A",) + names).upper().replace("-", "_")


def c_name(name):
    return "gpuvf_nl_%s_policy" % name.replace("-", "_")


class Spec:
    def __init__(self, name):
        with open(name, encoding="utf-8") as file:
            spec = yaml.safe_load(file)
        self.sets = {s["name"]: s for s in spec["attribute-sets"]}
        self.ops = spec["operations"]["list"]

    def attribute(self, of, name):
        of = self.sets[of].get("subset-of", of)
        return next(a for a in self.sets[of]["attributes"] if a["name"] == name), of

    def policies(self):
        """[(name, attribute set, attributes)], nests first"""
        found = [(name, name, [a["name"] for a in s["attributes"]])
                 for name, s in self.sets.items() if "subset-of" in s]
        found.sort(key=lambda policy: "engine" in policy[2])
        seen = []
        for op in self.ops:
            attributes = op.get("do", {}).get("request", {}).get("attributes")
            if attributes and attributes not in seen:
                seen.append(attributes)
                found.append((op["name"], op["attribute-set"], attributes))
        return found

    def entry(self, policy, of, name):
        attribute, of = self.attribute(of, name)
        if attribute["type"] == "nest":
            nest = NESTS.get((policy, name), "vf-name")
            value = "NLA_POLICY_NESTED(%s)" % c_name(nest)
        else:
            value = "{ .type = %s" % TYPES[attribute["type"]]
            if "checks" in attribute:
                value += ", .len = %d" % attribute["checks"]["max-len"]
            value += " }"
        return "\t[%s] = %s,\n" % (constant(of, name), value)

    def declaration(self, policy, of, names):
        """the array has one entry more than the last type that is in it"""
        types = [a["name"] for a in self.sets[self.sets[of].get("subset-of", of)]["attributes"]]
        last = max(names, key=types.index)
        return "const struct nla_policy\n%s[%s + 1]" % (
            c_name(policy), constant(self.attribute(of, last)[1], last))


def main():
    spec, kind = Spec(sys.argv[1]), sys.argv[2]
    if kind == "h":
        print(HEAD + "#ifndef GPUVF_NETLINK_POLICY_H\n#define GPUVF_NETLINK_POLICY_H\n\n"
              "#include <linux/gpuvf.h>\n#include <net/netlink.h>\n")
        for policy in spec.policies():
            print("extern %s;" % spec.declaration(*policy))
        print("\n#endif /* GPUVF_NETLINK_POLICY_H */")
        return
    print(HEAD.replace("/* SPDX-License-Identifier: GPL-2.0 */",
                       "// SPDX-License-Identifier: GPL-2.0") +
          '\n#include "api/netlink_policy.h"')
    for policy, of, names in spec.policies():
        print("\n%s = {\n%s};" % (spec.declaration(policy, of, names),
                                  "".join(spec.entry(policy, of, name) for name in names)))


main()
