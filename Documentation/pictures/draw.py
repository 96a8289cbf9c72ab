#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Draw the pictures of the documentation from what the code itself says.

    draw.py DIR

Writes into DIR:
  memory-map.svg  the framebuffer, from demo.json (what the kernel answered)
  timeline.svg    a rotation, from demo.json and the simulator's latencies
  vf-states.dot   a VF's states, from the netlink specification and vf-transitions
  commands.dot    legal commands, from the simulator's check
"""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", ".."))
COLORS = ["#7fb2e5", "#8fd0a5", "#f0c674", "#d9a0c8"]
INK = "#33414e"
GRAY = "#c9d1d8"
STYLE = 'font-family="sans-serif" fill="%s"' % INK


def source(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def need(matches, what):
    """A picture of nothing is worse than none: the code has changed."""
    if not matches:
        sys.exit("draw.py: found no %s" % what)
    return matches


def svg(width, height, title, parts):
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
            'width="100%%" role="img" aria-label="%s">\n<title>%s</title>\n'
            '%s\n</svg>\n' % (width, height, title, title, "\n".join(parts)))


def text(x, y, words, size=12, anchor="middle"):
    return ('<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" %s>%s'
            '</text>' % (x, y, size, anchor, STYLE, words))


def box(x, y, width, height, color, title):
    return ('<rect x="%.1f" y="%.1f" width="%.2f" height="%d" fill="%s" '
            'stroke="%s" stroke-width="0.7"><title>%s</title></rect>'
            % (x, y, width, height, color, INK, title))


def mib(size):
    size //= 1 << 20
    return "%d MiB" % size if size % 1024 else "%d GiB" % (size // 1024)


def memory_map(demo):
    width, left, top = 960, 10, 30
    scale = (width - 2 * left) / demo["fb_total_bytes"]
    unit = demo["fb_alloc_unit_bytes"]
    save = -(-demo["fb_context_save_bytes"] // unit) * unit
    parts = [box(left, top, width - 2 * left, 60, "#ffffff", "free")]
    pieces = [(0, demo["fb_pf_reserve_bytes"], GRAY, "PF"),
              (demo["fb_pf_reserve_bytes"], save, "#8a97a3", "")]
    pieces += [(vf["fb_offset_bytes"], vf["fb_quota_bytes"],
                COLORS[vf["index"] % len(COLORS)], "VF %d" % vf["index"])
               for vf in demo["vfs"]]
    for offset, size, color, name in pieces:
        x, w = left + offset * scale, size * scale
        title = "%s, %s at %s" % (name or "context save area", mib(size),
                                  mib(offset))
        parts.append(box(x, top, w, 60, color, title))
        if name:
            parts.append(text(x + w / 2, top - 8, name))
        if w > 60:
            parts.append(text(x + w / 2, top + 35, mib(size)))
        if size >= 1 << 29:
            parts.append(text(x, top + 76, "%d" % (offset >> 20), 10, "start"))
    free = demo["fb_free_bytes"]
    parts.append(text(width - left - free * scale / 2, top + 35,
                      mib(free) + " free"))
    parts.append(text(width - left, top + 76, "%d MiB"
                      % (demo["fb_total_bytes"] >> 20), 10, "end"))
    return svg(width, 120, "Framebuffer of the GPU, by owner", parts)


def latencies():
    """Microseconds of the simulator's commands."""
    found = re.findall(r"\[GPUVF_CMD_(IDLE|SAVE|LOAD|RUN)_GPU(?:_STATE)?\] = "
                       r"(\d+),", source("kernel/sim/sim_host.c"))
    us = {name: int(value) for name, value in need(found, "latencies")}
    need(len(us) == 4, "latency of each command")
    return us


def timeline(demo):
    us = latencies()
    switch = us["IDLE"] + us["SAVE"] + us["LOAD"] + us["RUN"]
    width, left, row = 960, 70, 26
    total = sum(vf["time_slice_us"] for vf in demo["vfs"]) + us["LOAD"] + us["RUN"]
    scale = (width - left - 20) / total
    parts, at = [], 0
    for vf in demo["vfs"]:
        y = 18 + vf["index"] * row
        name = "VF %d" % vf["index"]
        slice_us = vf["time_slice_us"]
        # the time slice is charged from the start of LOAD to the end of SAVE
        run = slice_us - switch
        parts.append(text(left - 8, y + 14, name, 12, "end"))
        x = left + at * scale
        for length, color, title in (
                (us["LOAD"] + us["RUN"], "#8a97a3", "LOAD, RUN"),
                (run, COLORS[vf["index"] % len(COLORS)], "executing"),
                (us["IDLE"] + us["SAVE"], "#8a97a3", "IDLE, SAVE")):
            parts.append(box(x, y, length * scale, 18, color, "%s: %s, %d us"
                             % (name, title, length)))
            x += length * scale
        parts.append(text(x + 6, y + 13, "%g ms" % (slice_us / 1000), 10,
                          "start") if x < width - 60 else
                     text(x - slice_us * scale - 6, y + 13,
                          "%g ms" % (slice_us / 1000), 10, "end"))
        at += slice_us
    bottom = 24 + len(demo["vfs"]) * row
    parts.append('<line x1="%d" y1="%d" x2="%.1f" y2="%d" stroke="%s"/>'
                 % (left, bottom, left + at * scale, bottom, INK))
    parts.append(text(left, bottom + 16, "0", 10))
    parts.append(text(left + at * scale, bottom + 16, "%g ms, one rotation; dark: "
                      "%d us of each time slice switch worlds" % (at / 1000, switch),
                      10, "end"))
    return svg(width, bottom + 24, "One rotation of time slices", parts)


NODE = ('node [shape = box, style = "rounded,filled", fillcolor = "#f4f6f8", '
        'color = "#5b6b7b", fontname = "sans-serif", fontsize = 11];\n'
        'edge [color = "#5b6b7b", fontname = "sans-serif", fontsize = 9];\n'
        'bgcolor = "transparent";\n')

def transitions():
    """What leads from one state of a VF to another."""
    rows = [line.split(None, 2) for line in
            source("Documentation/pictures/vf-transitions").split("\n")
            if line and not line.startswith("#")]
    return [(row + [""])[:3] for row in need(rows, "transitions")]


def vf_states():
    spec = source("Documentation/netlink/specs/gpuvf.yaml")
    block = need(re.search(r"    name: vf-state\n(.*?)\n  -\n", spec, re.S),
                 "enum vf-state").group(1)
    states = need(re.findall(r"        name: ([a-z]+)\n\s+doc: (.*)", block), "states")
    names = [name for name, _ in states]
    rows = transitions()
    for a, b, _ in rows:
        if a not in names or b not in names:
            sys.exit("draw.py: the specification has no state %s or %s" % (a, b))
    for name in names:
        if not any(name in edge[:2] for edge in rows):
            sys.exit("draw.py: nothing leads to state %s" % name)
    lines = ["digraph states {", "rankdir = LR;", NODE]
    for name, doc in states:
        doc = doc if doc != "|" else ""
        lines.append('%s [tooltip = "%s"];' % (name, doc.replace('"', "'")))
    lines += ['%s -> %s [label = "%s"];' % tuple(edge) for edge in rows]
    return "\n".join(lines + ["}", ""])


def commands():
    """Before which command a function has to be in which state, and after it."""
    text_ = source("kernel/sim/sim_cmd.c")
    legal = need(re.search(r"bool cmd_is_legal\(.*?\n}\n", text_, re.S),
                 "check of commands").group(0)
    after = dict(need(re.findall(r"case GPUVF_CMD_(\w+?)_GPU(?:_STATE)?:\n\t\t"
                                 r"cmd_set_state\(gpu, fcn, SIM_(\w+)\);", text_),
                      "effects"))
    before, waiting = {}, []
    for line in legal.split("\n"):
        case = re.search(r"case GPUVF_CMD_(\w+?)(?:_GPU(?:_STATE)?)?:", line)
        if case:
            waiting.append(case.group(1))
            continue
        found = re.findall(r"fcn->state == SIM_(\w+)", line)
        for command in waiting if found else []:
            before.setdefault(command, []).extend(found)
        if "default:" in line or line.rstrip().endswith(";"):
            waiting = []
    lines = ["digraph commands {", "rankdir = LR;", NODE]
    for command, to in after.items():
        for state in need(before.get(command), "state before " + command):
            lines.append('%s -> %s [label = "%s"];'
                         % (state.lower(), to.lower(), command))
    return "\n".join(lines + ["}", ""])


def main():
    directory = sys.argv[1]
    os.makedirs(directory, exist_ok=True)
    demo = json.loads(source("Documentation/pictures/demo.json"))
    for name, content in (("memory-map.svg", memory_map(demo)),
                          ("timeline.svg", timeline(demo)),
                          ("vf-states.dot", vf_states()),
                          ("commands.dot", commands())):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(content)


main()
