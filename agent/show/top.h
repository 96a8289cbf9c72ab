/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What top shows, drawn from two looks at the GPUs.
 */
#ifndef AGENT_SHOW_TOP_H
#define AGENT_SHOW_TOP_H

#include <stdio.h>

#include "model/gpu.h"

/* news at the bottom of the screen */
#define TOP_NEWS	4

/**
 * struct top - what there is to show
 * @before: the GPUs at the look before, with statistics; empty at first
 * @now: the GPUs at the last look
 * @elapsed_ns: between the two
 * @news: what VFs did, the latest last; may be NULL
 * @scroll: so many lines are above the screen
 */
struct top {
	struct gpu_list before;
	struct gpu_list now;
	u64 elapsed_ns;
	char *news[TOP_NEWS];
	unsigned int scroll;
};

/**
 * struct screen - what it is shown on
 * @width: columns
 * @height: lines, 0: no end
 * @utf8: whether more than ASCII can be shown
 */
struct screen {
	unsigned int width;
	unsigned int height;
	bool utf8;
};

unsigned int top_draw(const struct top *top, const struct screen *screen,
		      FILE *f);
void top_add_news(struct top *top, char *line);
void top_free(struct top *top);

#endif /* AGENT_SHOW_TOP_H */
