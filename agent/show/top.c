// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of top: a line for all GPUs; for each GPU a head, the map of its
 * framebuffer, and for each VF a bar: how much of the GPU it got since the last look,
 * where a mark says how much it has when all are busy; and its last minute.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "model/names.h"
#include "show/memory_map.h"
#include "show/output.h"
#include "show/top.h"

/* what stands left of the bars */
#define LEFT_WIDTH	57
#define BAR_MIN		10
#define BAR_MAX		100
#define MAP_MAX		128

/* lines, counted, so that what is above and below the screen can be left out */
struct lines {
	FILE *f;
	unsigned int width;
	unsigned int skip;
	unsigned int left;
	unsigned int total;
};

/*
 * As much of a line as fits. Colors take no column, and neither do the bytes
 * behind the first one of a character.
 */
static void print_cut(FILE *f, const char *text, unsigned int width)
{
	bool escape = false, fits = true;

	for (; *text; text++) {
		if (*text == '\033')
			escape = true;
		if (!escape && (*text & 0xc0) != 0x80) {
			fits = width;
			width -= fits;
		}
		if (escape || fits)
			fputc(*text, f);
		if (escape && *text == 'm')
			escape = false;
	}
	fputc('\n', f);
}

static void __printf(2, 3) line(struct lines *lines, const char *fmt, ...)
{
	va_list args;
	char *text;

	lines->total++;
	if (lines->skip) {
		lines->skip--;
		return;
	}
	if (!lines->left)
		return;
	lines->left--;
	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	print_cut(lines->f, text, lines->width);
	free(text);
}

static double part(u64 some, u64 all)
{
	double value = all ? (double)some / all : 0;

	return value > 1 ? 1 : value;
}

/* in a column: three digits say enough of what is measured */
static const char *show_ms(char *text, u64 us)
{
	snprintf(text, UNIT_TEXT, us < 10000000 ? "%.1f ms" : "%.0f ms",
		 us / 1000.0);
	return text;
}

/* @got of @width cells, and a mark behind the cell that @want would fill */
static void bar(char *text, size_t size, unsigned int width, double got,
		double want, bool utf8)
{
	unsigned int filled = got * width + 0.5;
	unsigned int mark = want * width + 0.5;
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < width && len + 4 < size; i++) {
		const char *cell = i < filled ? (utf8 ? "█" : "#") : " ";

		if (mark && i == mark - 1)
			cell = i < filled ? (utf8 ? "▓" : "|") :
					    (utf8 ? "│" : "|");
		len += snprintf(text + len, size - len, "%s", cell);
	}
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
}

static enum color color_of_share(double got, double want, u32 state)
{
	if (state == VF_STATE_FAILED)
		return COLOR_BAD;
	return got > want + 0.02 ? COLOR_WARN : COLOR_GOOD;
}

/* at most so late, or later than that */
static const char *show_late(char *text, struct lateness late)
{
	u64 us = (late.ns + 999) / 1000;
	const char *beyond = late.is_beyond ? ">" : "";

	if (!late.ns)
		snprintf(text, UNIT_TEXT, "-");
	else if (us < 1000)
		snprintf(text, UNIT_TEXT, "%s%llu us", beyond, us);
	else
		snprintf(text, UNIT_TEXT, "%s%.0f ms", beyond, us / 1000.0);
	return text;
}

/* columns of the bars and of the last minute, where there is one to be drawn */
static unsigned int bar_width(const struct top *top, const struct screen *screen,
			      unsigned int *history)
{
	unsigned int width = screen->width > LEFT_WIDTH + BAR_MIN ?
			     screen->width - LEFT_WIDTH : BAR_MIN;

	*history = 0;
	if (top->history.num && width > 2 * BAR_MIN) {
		*history = width / 2 < HISTORY_SECONDS ? width / 2 : HISTORY_SECONDS;
		width -= *history + 1;
	}
	return width < BAR_MAX ? width : BAR_MAX;
}

static void draw_vf(struct lines *lines, const struct top *top,
		    const struct screen *screen, const struct gpu *before,
		    const struct gpu *gpu, u32 i)
{
	const struct vf_history *minute = history_find(&top->history, gpu->bdf, i);
	const struct vf *vf = &gpu->vfs[i];
	double want = part(vf->time_slice_us, gpu_sum_slices_us(gpu));
	double got = part(history_ran_ns(before, gpu, i), top->elapsed_ns);
	char cells[4 * BAR_MAX + 8], last[4 * HISTORY_SECONDS];
	char wait[UNIT_TEXT], late[UNIT_TEXT];
	unsigned int width, history;

	if (!vf->fb_bytes) {
		line(lines, "%3u %-8.8s %-11s", i,
		     *vf->profile ? vf->profile : "-",
		     vf_state_name(vf->state));
		return;
	}
	width = bar_width(top, screen, &history);
	bar(cells, sizeof(cells), width, got, want, screen->utf8);
	history_draw(minute, top->now_ns, history, screen->utf8, last, sizeof(last));
	show_ms(wait, gpu->rotation_us > vf->time_slice_us ?
		gpu->rotation_us - vf->time_slice_us : 0);
	show_late(late, history_late(minute, top->now_ns));
	line(lines, "%3u %-8.8s %-11s %8s %8s %5.1f%% %5.1f%% %s%s%s%*s%s%s%s", i,
	     *vf->profile ? vf->profile : "-", vf_state_name(vf->state), wait,
	     late, 100 * want, 100 * got,
	     out_color(color_of_share(got, want, vf->state)), cells,
	     out_color(COLOR_NONE),
	     history ? (int)(width + 1 - text_columns(cells)) : 0, "",
	     out_color(color_of_vf(i)), last, out_color(COLOR_NONE));
}

static u64 sum_ran_ns(const struct gpu *before, const struct gpu *gpu)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		sum += history_ran_ns(before, gpu, i);
	return sum;
}

static struct lateness worst_of(const struct top *top, const struct gpu *gpu)
{
	struct lateness worst = {};
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		worst = lateness_worse(worst, history_late(history_find(&top->history,
									gpu->bdf, i),
							   top->now_ns));
	return worst;
}

/**
 * struct sorted - a VF, and what it is sorted by
 * @vf: index
 * @key: the largest goes first
 * @name: then by name
 */
struct sorted {
	u32 vf;
	double key;
	const char *name;
};

static int compare(const void *one, const void *other)
{
	const struct sorted *a = one, *b = other;
	int names = strcmp(a->name, b->name);

	if (a->key != b->key)
		return a->key > b->key ? -1 : 1;
	return names ?: (int)a->vf - (int)b->vf;
}

static double key_of(const struct top *top, const struct gpu *before,
		     const struct gpu *gpu, u32 i)
{
	struct lateness late;

	switch (top->sort) {
	case TOP_SORT_USED:
		return history_ran_ns(before, gpu, i);
	case TOP_SORT_LATE:
		late = history_late(history_find(&top->history, gpu->bdf, i),
				    top->now_ns);
		return late.ns + 0.5 * late.is_beyond;
	default:
		return 0;
	}
}

static void draw_vfs(struct lines *lines, const struct top *top,
		     const struct screen *screen, const struct gpu *before,
		     const struct gpu *gpu)
{
	struct sorted *vfs = xcalloc(gpu->vfs_len, sizeof(*vfs));
	u32 i, num = 0;

	for (i = 0; i < gpu->vfs_len; i++) {
		if (i >= gpu->num_vfs && !gpu->vfs[i].fb_bytes)
			continue;
		vfs[num++] = (struct sorted){
			.vf = i,
			.key = key_of(top, before, gpu, i),
			.name = top->sort == TOP_SORT_PROFILE ?
				gpu->vfs[i].profile : "",
		};
	}
	qsort(vfs, num, sizeof(*vfs), compare);
	for (i = 0; i < num; i++)
		draw_vf(lines, top, screen, before, gpu, vfs[i].vf);
	free(vfs);
}

static void draw_gpu(struct lines *lines, const struct top *top,
		     const struct screen *screen, const struct gpu *gpu)
{
	const struct gpu *before = gpu_list_find(&top->before, gpu->bdf);
	double busy = part(sum_ran_ns(before, gpu), top->elapsed_ns);
	unsigned int width = screen->width > 6 ? screen->width - 4 : 2;
	bool wedged = gpu->state != PF_STATE_READY;
	char rotation[UNIT_TEXT], late[UNIT_TEXT];
	char map[MEMORY_MAP_SIZE(MAP_MAX)];
	unsigned int history;

	if (width > MAP_MAX)
		width = MAP_MAX;
	line(lines, "%s%s%s %s%s%s %s %u/%u VFs busy %.0f%% rotation %s late %s",
	     out_color(COLOR_HEAD), gpu->bdf, out_color(COLOR_NONE),
	     out_color(wedged ? COLOR_BAD : COLOR_GOOD), pf_state_name(gpu->state),
	     out_color(COLOR_NONE), policy_name(gpu->policy), gpu->num_vfs,
	     gpu->total_vfs, 100 * busy, show_ms(rotation, gpu->rotation_us),
	     show_late(late, worst_of(top, gpu)));
	memory_map(gpu, width, screen->utf8, map, sizeof(map));
	line(lines, "  %s", map);
	width = bar_width(top, screen, &history);
	line(lines, "%s VF PROFILE  STATE           WAIT     LATE  SHARE   USED %-*s%s%s",
	     out_color(COLOR_DIM), history ? (int)width + 1 : 0,
	     screen->utf8 ? "(│ share)" : "(| share)", history ? "last minute" : "",
	     out_color(COLOR_NONE));
	draw_vfs(lines, top, screen, before, gpu);
}

/* all GPUs together, since their module took them over */
static void draw_total(struct lines *lines, const struct top *top)
{
	u64 vfs = 0, active = 0, hangs = 0, resets = 0;
	struct lateness worst = {};
	char late[UNIT_TEXT];
	size_t n;
	u32 i;

	for (n = 0; n < top->now.num; n++) {
		const struct gpu *gpu = &top->now.gpus[n];

		vfs += gpu->num_vfs;
		worst = lateness_worse(worst, worst_of(top, gpu));
		for (i = 0; i < gpu->vfs_len; i++) {
			active += gpu->vfs[i].state == VF_STATE_ACTIVE;
			hangs += gpu->vfs[i].stats.hangs;
			resets += gpu->vfs[i].stats.resets;
		}
	}
	line(lines, "%zu GPU%s, %llu VF%s enabled, %llu active; worst lateness %s; %llu hang%s, %llu reset%s",
	     top->now.num, plural(top->now.num), vfs, plural(vfs), active,
	     show_late(late, worst), hangs, plural(hangs), resets, plural(resets));
}

/**
 * top_sort_name() - what VFs are sorted by
 * @sort: how
 *
 * Return: a word.
 */
const char *top_sort_name(enum top_sort sort)
{
	static const char *const names[] = {
		[TOP_SORT_VF] = "VF", [TOP_SORT_USED] = "USED",
		[TOP_SORT_LATE] = "LATE", [TOP_SORT_PROFILE] = "PROFILE",
	};

	return names[sort];
}

static void draw_help(struct lines *lines)
{
	static const char *const help[] = {
		"Keys:",
		"  q            quit",
		"  h ?          this help, and back",
		"  s            sort by VF, USED, LATE, PROFILE",
		"  f space      freeze the picture, and go on",
		"  up down j k  scroll",
		"",
		"Columns:",
		"  WAIT   the longest wait for its next time slice while all VFs are busy",
		"  LATE   how late its time slices ended at worst in the last minute",
		"  SHARE  of the GPU's time that it has while all VFs are busy",
		"  USED   of the GPU's time that it had since the last update; also the bar,",
		"         with a mark at SHARE",
		"",
		"Below: what VFs did last. Hangs and what else is a cause stay longest.",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(help); i++)
		line(lines, "%s", help[i]);
}

static void draw_news(const struct top *top, const struct screen *screen,
		      FILE *f)
{
	unsigned int i;

	for (i = 0; i < TOP_NEWS; i++)
		if (top->news[i].line)
			print_cut(f, top->news[i].line, screen->width);
}

static unsigned int count_news(const struct top *top)
{
	unsigned int i, n = 0;

	for (i = 0; i < TOP_NEWS; i++)
		n += !!top->news[i].line;
	return n;
}

/**
 * top_draw() - draw everything
 * @top: what there is to show
 * @screen: what it is shown on
 * @f: where to
 *
 * Every line ends with a newline; there are at most @screen->height.
 *
 * Return: how many lines there would be without an end of the screen.
 */
unsigned int top_draw(const struct top *top, const struct screen *screen,
		      FILE *f)
{
	unsigned int below = count_news(top);
	struct lines lines = {
		.f = f,
		.width = screen->width,
		.skip = top->scroll,
		.left = ~0U,
	};
	size_t i;

	if (screen->height)
		lines.left = screen->height > below ? screen->height - below :
						      0;
	if (top->helps)
		draw_help(&lines);
	else if (!top->now.num)
		line(&lines, "gpuvf drives no GPU");
	else
		draw_total(&lines, top);
	for (i = 0; i < top->now.num && !top->helps; i++) {
		if (i)
			line(&lines, "%s", "");
		draw_gpu(&lines, top, screen, &top->now.gpus[i]);
	}
	draw_news(top, screen, f);
	return lines.total + below;
}

/**
 * top_add_news() - one more thing happened
 * @top: keeps the last few; a cause is kept for longer than what came of it
 * @line: one line; freed by @top
 * @is_cause: it is one
 */
void top_add_news(struct top *top, char *line, bool is_cause)
{
	unsigned int oldest;

	/* room that is free, else the oldest that is no cause, else the oldest */
	for (oldest = 0; oldest < TOP_NEWS; oldest++)
		if (!top->news[oldest].line)
			break;
	if (oldest == TOP_NEWS)
		for (oldest = 0; oldest < TOP_NEWS; oldest++)
			if (!top->news[oldest].is_cause)
				break;
	if (oldest == TOP_NEWS)
		oldest = 0;
	free(top->news[oldest].line);
	memmove(&top->news[oldest], &top->news[oldest + 1],
		(TOP_NEWS - 1 - oldest) * sizeof(*top->news));
	top->news[TOP_NEWS - 1] = (struct top_news){ line, is_cause };
}

/**
 * top_free() - release everything
 * @top: is empty afterwards
 */
void top_free(struct top *top)
{
	unsigned int i;

	for (i = 0; i < TOP_NEWS; i++)
		free(top->news[i].line);
	history_free(&top->history);
	gpu_list_free(&top->before);
	gpu_list_free(&top->now);
	*top = (struct top){};
}
