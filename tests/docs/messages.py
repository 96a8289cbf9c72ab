#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Hold the documentation against the code.

    messages.py refusals | log | events | sysfs | links | pages

refusals  troubleshooting.rst has every message of a refusal with its reason, and no
          other
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


bad_lines = {"pages": pages, "refusals": refusals, "log": log, "events": events, "sysfs": sysfs,
             "links": links}[sys.argv[1]]()
print("\n".join(bad_lines))
sys.exit(1 if bad_lines else 0)
