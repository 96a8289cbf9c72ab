#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Draw what a terminal shows, as SVG.

    terminal.py TITLE... < OUTPUT

OUTPUT is what `make demo` prints with COLOR=1. Of its steps, those are drawn whose
titles begin with one of TITLE.
"""
import html
import re
import sys

COLUMNS = 80
CELL, LINE, MARGIN = 8.43, 18, 14
COLORS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff",
          "35": "#d2a8ff", "36": "#56d4dd"}


def steps(text):
    """(title, lines) of each step"""
    found = []
    for line in text.split("\n"):
        plain = re.sub("\x1b\\[[0-9;]*m", "", line)
        if plain.startswith("── "):
            found.append((plain[3:], []))
        if found:
            found[-1][1].append(line)
    return found


def spans(line):
    """(column, text, style) of what has one style"""
    column, style = 0, {}
    for part in re.split("(\x1b\\[[0-9;]*m)", line):
        codes = re.fullmatch("\x1b\\[([0-9;]*)m", part)
        if codes:
            for code in codes.group(1).split(";"):
                if code in ("", "0"):
                    style = {}
                elif code == "1":
                    style = {**style, "font-weight": "bold"}
                elif code == "2":
                    style = {**style, "fill": "#8b949e"}
                elif code in COLORS:
                    style = {**style, "fill": COLORS[code]}
        elif part:
            yield column, part, style
            column += len(part)


def draw(lines):
    width, height = COLUMNS * CELL + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    print('<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" '
          'viewBox="0 0 %.0f %.0f">' % (width, height, width, height))
    print("<!-- SPDX-License-Identifier: GPL-2.0; made by terminal.py -->")
    print('<rect width="100%" height="100%" rx="8" fill="#0d1117"/>')
    print('<g font-family="ui-monospace,DejaVu Sans Mono,Menlo,Consolas,monospace" '
          'font-size="14" fill="#e6edf3" xml:space="preserve">')
    for number, line in enumerate(lines):
        for column, text, style in spans(line):
            if text.isspace():
                continue
            print('<text x="%.1f" y="%.0f" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>'
                  '%s</text>' % (MARGIN + column * CELL, MARGIN + (number + 0.75) * LINE,
                                 len(text) * CELL,
                                 "".join(f' {key}="{value}"' for key, value in style.items()),
                                 html.escape(text)))
    print("</g>\n</svg>")


def main():
    lines = []
    for title, content in steps(sys.stdin.read()):
        if title.startswith(tuple(sys.argv[1:])):
            lines += content
    while lines and not lines[-1]:
        lines.pop()
    wide = [line for line in lines if sum(len(t) for _, t, _ in spans(line)) > COLUMNS]
    if not lines or wide:
        sys.exit("terminal.py: no such step, or wider than a terminal: %s" % wide[:1])
    draw(lines)


main()
