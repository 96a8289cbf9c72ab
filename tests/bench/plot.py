#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# The curves of compare as a drawing.
#
#	build/bench/compare csv | tests/bench/plot.py > Documentation/bench-lag.svg

import csv
import math
import sys

WIDTH, HEIGHT = 380, 250
LEFT, TOP, GAP = 60, 50, 70
COLOURS = {"gpuvf": "#1a7f37", "plain": "#0969da", "gim": "#cf222e"}
NAMES = {"gpuvf": "gpuvf", "plain": "plain round robin", "gim": "GIM's way"}
PANELS = ["8, costs differ", "8, one overruns", "16, slices differ",
          "31, all of that"]
T = (0.1, 100)
LAG = (1, 20000)


def x(t):
    return WIDTH * math.log(t / T[0]) / math.log(T[1] / T[0])


def y(lag):
    return HEIGHT * (1 - math.log(max(lag, LAG[0]) / LAG[0]) /
                     math.log(LAG[1] / LAG[0]))


def text(at_x, at_y, what, more=""):
    return '<text x="%.1f" y="%.1f" %s>%s</text>' % (at_x, at_y, more, what)


def line(x1, y1, x2, y2, colour):
    return '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>' % (
        x1, y1, x2, y2, colour)


def panel(title, curves):
    out = [text(0, -10, title.replace(",", " VFs,", 1),
                'font-weight="bold"')]
    for t in (0.1, 1, 10, 100):
        out.append(line(x(t), 0, x(t), HEIGHT, "#d0d7de"))
        out.append(text(x(t), HEIGHT + 16, "%g s" % t,
                        'text-anchor="middle"'))
    for lag in (1, 10, 100, 1000, 10000):
        out.append(line(0, y(lag), WIDTH, y(lag), "#d0d7de"))
        name = "%g ms" % lag if lag < 1000 else "%g s" % (lag / 1000)
        out.append(text(-6, y(lag) + 4, name, 'text-anchor="end"'))
    for way, points in curves.items():
        path = " ".join("%.1f,%.1f" % (x(t), y(lag)) for t, lag in points
                        if T[0] <= t <= T[1])
        out.append('<polyline fill="none" stroke="%s" stroke-width="2" '
                   'points="%s"/>' % (COLOURS[way], path))
    return out


def main():
    curves = {title: {} for title in PANELS}
    # a name has a comma in it: the last three fields are the curve's
    for row in csv.reader(sys.stdin):
        title, (way, t, lag) = ",".join(row[:-3]), row[-3:]
        if title in curves:
            curves[title].setdefault(way, []).append((float(t), float(lag)))

    width = LEFT + 2 * WIDTH + GAP + 20
    height = TOP + 2 * (HEIGHT + GAP)
    print('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
          'font-family="sans-serif" font-size="12">' % (width, height))
    print('<rect width="100%" height="100%" fill="white"/>')
    at = LEFT
    for way, colour in COLOURS.items():
        print(line(at, 14, at + 24, 14, colour).replace("/>",
                                                       ' stroke-width="3"/>'))
        print(text(at + 30, 18, NAMES[way]))
        at += 150
    print(text(at, 18, "how far the worst VF is off its share, largest so far"))
    for i, title in enumerate(PANELS):
        print('<g transform="translate(%d,%d)">' %
              (LEFT + i % 2 * (WIDTH + GAP), TOP + i // 2 * (HEIGHT + GAP)))
        print("\n".join(panel(title, curves[title])))
        print("</g>")
    print("</svg>")


main()
