// SPDX-License-Identifier: GPL-2.0
/*
 * The turns that VFs had, from the simulator's list of events.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixture.h"
#include "turns.h"

#define NUM_STEPS	4

/* a command that is over */
struct command {
	unsigned int vf;
	char name[16];
	int64_t begin;
	int64_t end;
};

/**
 * clock_ns() - the GPU's clock
 *
 * Without looking at the GPU, which takes time from the driver.
 */
int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* does the line end a command? @command has its beginning, from another line */
static bool take_line(const char *line, struct command *command)
{
	unsigned long long ns, value;
	char what[16], name[16];
	unsigned int vf;

	if (sscanf(line, "%llu %15s vf%u %15s %llu", &ns, what, &vf, name,
		   &value) != 5)
		return false;
	if (!strcmp(what, "begin")) {
		command->vf = vf;
		snprintf(command->name, sizeof(command->name), "%s", name);
		command->begin = ns;
		return false;
	}
	if (strcmp(what, "done"))
		return false;
	check(value == 0);
	check(vf == command->vf);
	check(!strcmp(name, command->name));
	command->end = ns;
	return true;
}

static bool is_step(unsigned int step, const char *name)
{
	static const char * const order[NUM_STEPS] = {
		"load", "run", "idle", "save",
	};

	return !strcmp(name, order[step]) || (!step && !strcmp(name, "init"));
}

/* a command of a turn; @before: the one before it. Is the turn over with it? */
static bool take_command(struct turn *turn, unsigned int *step,
			 const struct command *command,
			 const struct command *before)
{
	int64_t gap = command->begin - before->end;

	if (is_step(0, command->name)) {
		*turn = (struct turn){ .vf = command->vf,
				       .begin = command->begin };
		*step = 0;
	} else if (!is_step(*step, command->name) ||
		   turn->vf != command->vf) {
		*step = 0;
		return false;
	}
	if (*step == 2) {
		/* while it executes, none waits */
		turn->idle_begin = command->begin;
		turn->run = gap;
	} else if (before->end) {
		turn->gap += gap;
		turn->worst_gap = gap > turn->worst_gap ? gap :
							  turn->worst_gap;
	}
	turn->end = command->end;
	*step = (*step + 1) % NUM_STEPS;
	return !*step;
}

/**
 * turns_read() - the whole turns between two moments, in their order
 * @gpu: GPU on which nothing failed meanwhile
 * @since: no turn that began before
 * @until: no turn that ended after
 * @turns: TURNS_MAX of them
 *
 * Return: how many there were.
 */
unsigned int turns_read(const struct gpu *gpu, int64_t since, int64_t until,
			struct turn *turns)
{
	char *text = file_read_all(gpu_sim(gpu, "events")), *line, *save;
	struct command command = { 0 }, before = { 0 };
	unsigned int step = 0, num = 0;
	struct turn turn = { 0 };

	check(text);
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!take_line(line, &command))
			continue;
		if (take_command(&turn, &step, &command, &before) &&
		    turn.begin >= since && turn.end <= until) {
			check(num < TURNS_MAX);
			turns[num++] = turn;
		}
		before = command;
	}
	free(text);
	return num;
}
