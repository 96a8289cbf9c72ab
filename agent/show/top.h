/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What top shows, drawn from two looks at the GPUs and the minute before.
 */
#ifndef AGENT_SHOW_TOP_H
#define AGENT_SHOW_TOP_H

#include <stdio.h>

#include "model/event.h"
#include "model/gpu.h"
#include "show/top_history.h"

/* news at the bottom of the screen */
#define TOP_NEWS	4

/* what VFs are sorted by */
enum top_sort {
	TOP_SORT_VF,
	TOP_SORT_USED,
	TOP_SORT_LATE,
	TOP_SORT_PROFILE,
	TOP_NUM_SORTS,
};

/**
 * struct top_news - one thing that happened
 * @line: what; NULL: nothing
 * @is_cause: it is why other things happened
 */
struct top_news {
	char *line;
	bool is_cause;
};

/**
 * struct top - what there is to show
 * @before: the GPUs at the look before, with statistics; empty at first
 * @now: the GPUs at the last look
 * @now_ns: when that was
 * @elapsed_ns: between the two
 * @history: the last minute; not drawn while it is empty
 * @news: what VFs did, the latest last
 * @scroll: so many lines are above the screen
 * @sort: of the VFs of a GPU
 * @helps: keys and columns are explained instead
 */
struct top {
	struct gpu_list before;
	struct gpu_list now;
	u64 now_ns;
	u64 elapsed_ns;
	struct top_history history;
	struct top_news news[TOP_NEWS];
	unsigned int scroll;
	enum top_sort sort;
	bool helps;
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

const char *top_sort_name(enum top_sort sort);
unsigned int top_draw(const struct top *top, const struct screen *screen,
		      FILE *f);
void top_add_news(struct top *top, char *line, bool is_cause);
void top_free(struct top *top);

#endif /* AGENT_SHOW_TOP_H */
