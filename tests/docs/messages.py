#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Hold the documentation against the code.

    messages.py refusals | agent | log | events | sysfs | links | pages

refusals  troubleshooting.rst has every message of a refusal with its reason, and no
          other
agent     the same of the agent: its providers, its planner, and its configuration
log       it has everything that the kernel log says when something is wrong
sysfs     every file that gpuvf(4) names is in the ABI
pages     the built pages link to files that are there
links     README.md links to files that are there, and names targets that exist
"""
import glob
import os
import re
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", ".."))
STRINGS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'


def source(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as file:
        return file.read()


def joined(strings):
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', strings))
    return text.replace('\\"', '"').replace("\\n", "")


def entries(title):
    """What stands in the section: {sentence: text below it}."""
    page = source("Documentation", "admin", "troubleshooting.rst")
    section = page.split("\n%s\n" % title)[1]
    section = re.split(r"\n[^\n]+\n-{5,}\n", section)[0]
    found = re.findall(r"^``(.*)``\n((?:   .*\n)+)", section, re.M)
    return dict(found)


def compare(code, page):
    bad = ["not in troubleshooting.rst: " + text for text in code - page]
    bad += ["gpuvf does not say (any more): " + text for text in page - code]
    return sorted(bad)


def kernel_sources():
    """of gpuvf.ko"""
    return sorted(os.path.relpath(path, TOP)
                  for path in glob.glob(os.path.join(TOP, "kernel", "*", "*.c"))
                  if os.path.basename(os.path.dirname(path)) != "sim")


def refusals():
    """What stands beside its reason; the others say what the extended ack does."""
    table = source("kernel", "base", "error.c")
    acks = re.findall(r"\bROW\((\w+), \w+,\s+" + STRINGS + r"\)", table)
    if len(acks) != table.count("\tROW("):
        return ["the table of refusals is written in a way that this does not read"]
    said = [(reason, joined(text)) for name in kernel_sources()
            for reason, text in re.findall(r"\bGPUVF_REASON_(\w+),\s+" + STRINGS,
                                           source(name))]
    own = {reason for reason, _ in said}
    said += [(reason, joined(text)) for reason, text in acks if reason not in own]
    page = entries("Errors")
    bad = compare({text for _, text in said}, set(page))
    for reason, text in said:
        word = "*%s.*" % reason.lower().replace("_", "-")
        if word not in page.get(text, word):
            bad.append("%s has not the reason %s" % (text, word))
    return bad


def agent_sources(*folders):
    return sorted(os.path.relpath(path, TOP) for folder in folders
                  for path in glob.glob(os.path.join(TOP, "agent", folder, "*.c")))


def without_gpu(text):
    return re.sub(r"^GPU %s(?: VF %[ud])?:? ", "", text)


def agent():
    """Failures of providers with their reasons, and the planner's own messages."""
    said = []
    for name in agent_sources("provider"):
        text = source(name)
        said += [(re.findall(r"\bREASON_(\w+)", before), joined(strings))
                 for before, strings in re.findall(
                     r"\b(?:failure_explain|refuse)\(([^\";]*?)" + STRINGS, text)]
        if name.endswith("nvidia_types.c"):
            said += [(["TYPE"], joined(strings)) for strings in
                     re.findall(r"\bxasprintf\(" + STRINGS, text)
                     if joined(strings).startswith("GPU %s VF %u")]
    said = [(reasons, without_gpu(text)) for reasons, text in said if reasons]
    # these pass on what another one says
    said = [(reasons, text) for reasons, text in said
            if re.sub(r"%s", "", text).strip(": ")]
    if len(said) < 30:
        return ["found only %d messages: they are written in another way" % len(said)]
    kernel = set(entries("Errors"))
    said += [([], text) for text in
             map(joined, re.findall(r"\bsnprintf\(text, size,\s+" + STRINGS,
                                    source("agent", "plan", "layout.c")))
             if text not in kernel and not text.startswith("GPU %s")]
    page = entries("Errors of the agent")
    bad = compare({text for _, text in said}, set(page))
    names = dict(zip(*own_reasons()))
    for reasons, text in said:
        for reason in reasons:
            word = "*%s*" % names.get(reason, reason.lower().replace("_", "-"))
            if word not in page.get(text, word).replace(".*", "*"):
                bad.append("%s has not the reason %s" % (text, word))
    return bad + configuration(names)


def own_reasons():
    """Reasons of the agent: as its code calls them, and as it prints them."""
    enum = source("agent", "model", "failure.h").split("REASON_OF_AGENT = ")[1]
    table = source("agent", "model", "names.c").split("own[] = {")[1].split("}")[0]
    return re.findall(r"\tREASON_(\w+)", enum), re.findall(r'"([a-z-]+)"', table)


def configuration(names):
    """Each reason that an error of the configuration has, with one of its messages."""
    said = {}
    for name in agent_sources("config"):
        for reason, text in re.findall(r"\bdiag_err\([^\";]*?\bREASON_(\w+),\s+"
                                       + STRINGS, source(name)):
            reason = names.get(reason, reason.lower().replace("_", "-"))
            said.setdefault(reason, set()).add(joined(text))
    page = {re.match(r" *\*([a-z-]+)\.", below).group(1): text for text, below in
            entries("Errors of the configuration").items()}
    bad = ["troubleshooting.rst has no error of the configuration for " + reason
           for reason in sorted(set(said) - set(page))]
    bad += ["no error of the configuration is %s: %s" % (reason, text)
            for reason, text in page.items() if text not in said.get(reason, ())]
    return bad


def log():
    """pci_err, pci_warn and pci_notice, that is, what tells of trouble."""
    said = set()
    for name in kernel_sources():
        for text in re.findall(r"\bpci_(?:err|warn|notice)\w*\([^\";]*?,\s+"
                               + STRINGS, source(name)):
            said.add(joined(text))
    # these pass on what is in a table
    said -= {"%s", "refused: %s"}
    if len(said) < 10:
        return ["found only %d messages: they are written in another way" % len(said)]
    return compare(said, set(entries("What else the kernel log says")))


def events():
    """What VFs and GPUs do, as the log and netlink report it."""
    said = set()
    for name in kernel_sources():
        for text in re.findall(r"\bgpuvf_event_locked\([^\";]*?,\s+"
                               + STRINGS, source(name)):
            said.add(joined(text))
    if len(said) < 10:
        return ["found only %d events: they are written in another way" % len(said)]
    return compare(said, set(entries("What VFs and GPUs do")))


def sysfs():
    abi = source("Documentation", "ABI", "testing", "sysfs-class-gpuvf")
    known = {path.replace("<N>", "N").lstrip("/")
             for path in re.findall(r"^What:\s+/sys/class/gpuvf/<BDF>(\S*)", abi, re.M)}
    page = source("Documentation", "man", "gpuvf.4")
    section = page.split(".SH SYSFS")[1].split(".SS Writing")[0]
    named = {word for tag in re.findall(r"^\.TP\n(?:\.I )?(.*)", section, re.M)
             for word in re.split(r"\\fR,\\fI |\\f.", tag) if word}
    bad = ["gpuvf(4) names %s, which is not in the ABI" % name
           for name in sorted(named - known)]
    return bad if len(named) > 10 else ["gpuvf(4) is written in another way"]


def links():
    readme = source("README.md")
    bad = ["README.md: no file " + path
           for path in re.findall(r"\]\(([^)#:]+)\)", readme)
           if not os.path.exists(os.path.join(TOP, path))]
    targets = re.findall(r"`make ([a-z][a-z-]*)\b", readme)
    for target in sorted(set(targets)):
        if subprocess.run(["make", "-n", target], cwd=TOP, capture_output=True,
                          check=False).returncode:
            bad.append("README.md: no target " + target)
    return bad


def pages():
    """What the built pages link to, on this machine, is there."""
    top = os.path.join(TOP, "build", "docs", "html")
    bad = []
    for folder, _, names in os.walk(top):
        for name in names:
            if not name.endswith(".html"):
                continue
            page = os.path.join(folder, name)
            with open(page, encoding="utf-8", errors="replace") as f:
                links = re.findall(r'(?:href|src)="([^"#?]+)', f.read())
            bad += [os.path.relpath(page, top) + ": no file " + link
                    for link in sorted(set(links)) if ":" not in link and
                    not os.path.exists(os.path.join(folder, link))]
    return bad


bad_lines = {"pages": pages, "refusals": refusals, "agent": agent,
             "log": log, "events": events, "sysfs": sysfs,
             "links": links}[sys.argv[1]]()
print("\n".join(bad_lines))
sys.exit(1 if bad_lines else 0)
