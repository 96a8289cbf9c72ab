#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The literal blocks of README and documentation, to be run.

    examples.py check       each is run, or not-run has it with a reason; Debian's sh
                            understands it, and the agent the configurations
    examples.py write DIR   those that tests/docs/in-vm runs, as scripts for the
                            simulated GPU

A line of not-run is "PAGE: FIRST LINE OF THE BLOCK | REASON".
"""
import glob
import os
import re
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PAGES = ["README.md", "Documentation/*.rst", "Documentation/admin/*.rst",
         "Documentation/api/*.rst"]
# the GPU, and files, that the simulator's VM has in place of those of a page
THERE = [("sudo ", ""), ("0000:41:00.", "0001:01:00."),
         (" 41:00.", " 0001:01:00."), ("/usr/share/gpuvf/jq", "contrib/jq"),
         ("/0000:03:00.0/", "/0001:01:00.0/")]


def indent(line):
    return len(line) - len(line.lstrip())


def blocks_of(page):
    with open(os.path.join(TOP, page), encoding="utf-8") as file:
        lines = file.read().split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if page.endswith(".md"):
            begins = not line and at < len(lines) and lines[at].startswith("    ") and \
                not re.match(r" *[*-] ", lines[at])
        else:
            begins = line.rstrip().endswith("::") and not line.lstrip().startswith("..")
        if not begins:
            continue
        inside = []
        least = 0 if page.endswith(".md") else indent(line)
        while at < len(lines) and (not lines[at].strip() or indent(lines[at]) > least):
            inside.append(lines[at])
            at += 1
        while inside and not inside[-1].strip():
            inside.pop()
        while inside and not inside[0].strip():
            inside.pop(0)
        if inside:
            least = min(indent(text) for text in inside if text.strip())
            yield [text[least:] for text in inside]


def blocks():
    for pattern in PAGES:
        for path in sorted(glob.glob(os.path.join(TOP, pattern))):
            page = os.path.relpath(path, TOP)
            for lines in blocks_of(page):
                yield page, lines


def not_run():
    with open(os.path.join(TOP, "tests", "docs", "not-run"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(" | ") for line in file
                if line.strip() and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


def is_ini(lines):
    return lines[0].startswith("[gpuvf]")


def script(lines):
    """At a prompt of root's, or as it is."""
    if all(line.startswith("# ") for line in lines):
        lines = [line[2:] for line in lines]
    return "\n".join(lines) + "\n"


def check():
    listed, bad, seen = not_run(), [], set()
    for page, lines in blocks():
        name = "%s: %s" % (page, lines[0])
        seen.add(name)
        if is_ini(lines):
            command = [os.path.join(TOP, "build", "agent", "gpuvf-agent"), "check",
                       "/dev/stdin"]
        elif listed.get(name, "").startswith("text:"):
            continue
        else:
            command = ["dash", "-n"]
        done = subprocess.run(command, input=script(lines), text=True,
                              capture_output=True, check=False)
        if done.returncode:
            bad.append("%s: %s" % (name, done.stderr.strip()))
    bad += ["not-run has a block that is not there: " + name
            for name in sorted(set(listed) - seen)]
    return bad


def write(directory):
    listed = not_run()
    os.makedirs(directory, exist_ok=True)
    for n, (page, lines) in enumerate(blocks()):
        name = "%s: %s" % (page, lines[0])
        if name in listed or is_ini(lines):
            continue
        text = script(lines)
        for here, there in THERE:
            text = text.replace(here, there)
        # what loads the modules does so when they have been unloaded
        kind = "modules" if "insmod" in text else "gpu"
        with open(os.path.join(directory, "%s-%02d" % (kind, n)), "w",
                  encoding="utf-8") as file:
            file.write("# %s\n%s" % (name, text))


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    wrong = check()
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)
