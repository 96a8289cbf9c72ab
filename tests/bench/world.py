#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# What vm_world brought home, as one line of a table.
#
#	world.py DIR LABEL COLUMNS SLICE_US...
#
# Everything is computed from the simulator's list of events: a VF is charged
# from the start of its LOAD to the end of its SAVE, and the GPU waits for the
# driver between the end of a command and the start of the next, but while a VF
# executes.

import bisect
import sys

# to ask the simulator for the time stops the driver for a moment, and who was on
# the GPU pays for that with its next turns
SETTLE_NS = 1000000000


def percentile(values, part):
    values = sorted(values)
    if not values:
        return 0
    return values[min(len(values) - 1, int(len(values) * part))]


def read_facts(directory):
    facts = {}
    with open(directory + "/facts") as file:
        for line in file:
            key, *values = line.split()
            facts[key] = [int(value) for value in values]
    return facts


class Command:
    """two lines of the simulator's events: begin and done"""

    def __init__(self, begin, done):
        self.begin, self.end = int(begin[0]), int(done[0])
        self.name, self.vf = done[3], int(done[2][2:])
        if begin[2:4] != done[2:4] or int(done[4]):
            sys.exit("world.py: a command failed: " + " ".join(done))


def read_commands(path):
    commands = []
    begin = None
    with open(path) as file:
        for line in file:
            fields = line.split()
            if fields[1] == "begin":
                begin = fields
            elif begin:
                commands.append(Command(begin, fields))
    return commands


class Turn:
    """from the LOAD of a VF to its SAVE"""

    def __init__(self, commands, before):
        self.vf = commands[0].vf
        self.begin, self.end = commands[0].begin, commands[3].end
        self.charged = self.end - self.begin
        self.idle_begin = commands[2].begin
        self.run = commands[2].begin - commands[1].end
        self.device = sum(c.end - c.begin for c in commands)
        # of LOAD, RUN and SAVE; IDLE comes when the VF's time is over
        self.gaps = [commands[0].begin - before,
                     commands[1].begin - commands[0].end,
                     commands[3].begin - commands[2].end]


def read_turns(path, since, until):
    commands = read_commands(path)
    turns = []
    for i in range(1, len(commands) - 3):
        four = commands[i:i + 4]
        if [c.name for c in four] != ["load", "run", "idle", "save"]:
            continue
        if four[0].begin >= since and four[3].end <= until:
            turns.append(Turn(four, commands[i - 1].end))
    return turns


class Measurement:
    """one GPU, whole rounds: as many turns of everybody as of everybody else"""

    def __init__(self, turns, slices_us):
        self.slices = {}
        vfs = sorted({turn.vf for turn in turns})
        for vf in vfs:
            self.slices[vf] = slices_us[vf % len(slices_us)] * 1000
        first = turns[0].vf
        last = max(i for i, turn in enumerate(turns) if turn.vf == first)
        self.turns = turns[:last]
        self.elapsed = turns[last].begin - turns[0].begin
        self.charged = sum(turn.charged for turn in self.turns)
        self.run = sum(turn.run for turn in self.turns)
        self.device = sum(turn.device for turn in self.turns)
        self.gaps = [gap for turn in turns[1:last] for gap in turn.gaps]
        self.switch_gaps = [sum(turn.gaps) for turn in turns[1:last]]

    def share_error(self):
        """the largest, as part of the share"""
        whole = sum(self.slices.values())
        worst = 0
        for vf, length in self.slices.items():
            got = sum(t.charged for t in self.turns if t.vf == vf)
            wanted = self.charged * length / whole
            worst = max(worst, abs(got - wanted) / wanted)
        return worst

    def lag(self):
        """how far anybody was off its share at any moment, ns"""
        whole = sum(self.slices.values())
        got = dict.fromkeys(self.slices, 0)
        low = dict.fromkeys(self.slices, 0)
        high = dict.fromkeys(self.slices, 0)
        passed = 0
        for turn in self.turns:
            got[turn.vf] += turn.charged
            passed += turn.charged
            for vf, length in self.slices.items():
                lag = got[vf] - passed * length / whole
                low[vf] = min(low[vf], lag)
                high[vf] = max(high[vf], lag)
        # where a VF stood when we began to look is not known: from end to end
        return max(high[vf] - low[vf] for vf in self.slices)

    def bound(self):
        """the largest slice and what was taken beyond one, ns"""
        return max(self.slices.values()) + \
            max(max(t.charged - self.slices[t.vf] for t in self.turns), 0) + \
            max(t.end - t.idle_begin for t in self.turns)


def lateness(directory, gpu, turns):
    """from when the thread meant to wake up to the IDLE command"""
    with open("%s/deadlines.%d" % (directory, gpu)) as file:
        deadlines = sorted(int(line) for line in file)
    late = []
    for turn in turns:
        i = bisect.bisect_right(deadlines, turn.idle_begin) - 1
        if i >= 0 and deadlines[i] > turn.begin:
            late.append(turn.idle_begin - deadlines[i])
    return late


def us(ns):
    return "%.1f" % (ns / 1000)


def columns_shares(directory, facts, gpus, slices):
    one = gpus[0]
    worst = max(gpu.share_error() for gpu in gpus)
    switches = sum(len(gpu.turns) for gpu in gpus)
    return [
        ("turns", str(switches)),
        ("share error %", "%.4f" % (100 * worst)),
        ("lag ms", "%.2f" % (max(gpu.lag() for gpu in gpus) / 1e6)),
        ("bound ms", "%.2f" % (max(gpu.bound() for gpu in gpus) / 1e6)),
        ("executing %", "%.3f" % (100 * one.run / one.elapsed)),
        ("switching %", "%.3f" % (100 * one.device / one.elapsed)),
        ("waiting %", "%.3f" % (100 * (one.elapsed - one.run - one.device) /
                                one.elapsed)),
    ]


def columns_gaps(directory, facts, gpus, slices):
    gaps = [gap for gpu in gpus for gap in gpu.gaps]
    per_switch = [gap for gpu in gpus for gap in gpu.switch_gaps]
    device = sum(gpu.device for gpu in gpus) / len(per_switch)
    result = [
        ("gap p50 us", us(percentile(gaps, 0.5))),
        ("p99 us", us(percentile(gaps, 0.99))),
        ("p99.9 us", us(percentile(gaps, 0.999))),
        ("switch us", us(percentile(per_switch, 0.5))),
        ("device us", us(device)),
    ]
    late = []
    for gpu in range(len(gpus)):
        turns = read_turns("%s/commands.%d" % (directory, gpu),
                           facts["traced_from_ns"][0],
                           facts["traced_to_ns"][0])
        late += lateness(directory, gpu, turns)
    return result + [("late p50 us", us(percentile(late, 0.5))),
                     ("p99 us", us(percentile(late, 0.99))),
                     ("p99.9 us", us(percentile(late, 0.999))),
                     ("worst us", us(max(late)))]


def columns_cost(directory, facts, gpus, slices):
    switches = facts["commands"][0] / 4
    return [
        ("CPU us/switch", us(facts["thread_ns"][0] / switches)),
        ("wake-ups/switch", "%.2f" % (facts["thread_runs"][0] / switches)),
        ("irqs/switch", "%.2f" % (facts["interrupts"][0] / switches)),
        ("idle: CPU us", us(facts["idle_thread_ns"][0])),
        ("commands", str(facts["idle_commands"][0])),
        ("bare wake us", us(facts["bare_wakeup_ns"][0])),
        ("p99 us", us(facts["bare_wakeup_ns"][1])),
        ("p99.9 us", us(facts["bare_wakeup_ns"][2])),
        ("read us", "%.2f" % (facts["bare_read_ns"][0] / 1000)),
        ("write us", "%.2f" % (facts["bare_write_ns"][0] / 1000)),
    ]


COLUMNS = {
    "shares": columns_shares,
    "gaps": columns_gaps,
    "cost": columns_cost,
}


def main():
    directory, label, which, *slices = sys.argv[1:]
    slices = [int(length) for length in slices]
    facts = read_facts(directory)
    gpus = []
    while True:
        try:
            turns = read_turns("%s/commands.%d" % (directory, len(gpus)),
                               facts["from_ns"][0] + SETTLE_NS,
                               facts["to_ns"][0])
        except FileNotFoundError:
            break
        gpus.append(Measurement(turns, slices))
    columns = COLUMNS[which](directory, facts, gpus, slices)
    if label == "-":
        print("%-22s" % "" + "".join("%*s" % (max(len(name) + 2, 9), name)
                                     for name, value in columns))
    else:
        print("%-22s" % label + "".join("%*s" % (max(len(name) + 2, 9), value)
                                        for name, value in columns))


main()
