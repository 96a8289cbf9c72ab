// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of top: for each GPU a head, the map of its framebuffer, and a bar
 * for each VF: how much of the GPU it got since the last look, and where a mark
 * says how much it has when all are busy.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "model/names.h"
#include "show/memory_map.h"
#include "show/output.h"
#include "show/top.h"

/* what stands left of the bars */
#define LEFT_WIDTH	60
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

static u64 ran_ns(const struct gpu *before, const struct gpu *now, u32 vf)
{
	u64 was = before && vf < before->vfs_len ?
		  before->vfs[vf].stats.run_ns : 0;
	u64 is = now->vfs[vf].stats.run_ns;

	/* smaller: the module is another one */
	return before && is > was ? is - was : 0;
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

static void draw_vf(struct lines *lines, const struct top *top,
		    const struct screen *screen, const struct gpu *before,
		    const struct gpu *gpu, u32 i)
{
	const struct vf *vf = &gpu->vfs[i];
	double want = part(vf->time_slice_us, gpu_sum_slices_us(gpu));
	double got = part(ran_ns(before, gpu, i), top->elapsed_ns);
	unsigned int width = screen->width > LEFT_WIDTH + BAR_MIN ?
			     screen->width - LEFT_WIDTH : BAR_MIN;
	char slice[UNIT_TEXT], wait[UNIT_TEXT];
	char cells[4 * BAR_MAX + 8];

	if (width > BAR_MAX)
		width = BAR_MAX;
	if (!vf->fb_bytes) {
		line(lines, "%4u %-10.10s %-11s", i,
		     *vf->profile ? vf->profile : "-",
		     vf_state_name(vf->state));
		return;
	}
	bar(cells, sizeof(cells), width, got, want, screen->utf8);
	show_ms(slice, vf->time_slice_us);
	show_ms(wait, gpu->rotation_us > vf->time_slice_us ?
		gpu->rotation_us - vf->time_slice_us : 0);
	line(lines, "%4u %-10.10s %-11s %8s %8s %5.1f%% %5.1f%% %s%s%s", i,
	     *vf->profile ? vf->profile : "-", vf_state_name(vf->state), slice,
	     wait, 100 * want, 100 * got,
	     out_color(color_of_share(got, want, vf->state)), cells,
	     out_color(COLOR_NONE));
}

static u64 sum_ran_ns(const struct gpu *before, const struct gpu *gpu)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		sum += ran_ns(before, gpu, i);
	return sum;
}

static void draw_gpu(struct lines *lines, const struct top *top,
		     const struct screen *screen, const struct gpu *gpu)
{
	const struct gpu *before = gpu_list_find(&top->before, gpu->bdf);
	double busy = part(sum_ran_ns(before, gpu), top->elapsed_ns);
	unsigned int width = screen->width > 6 ? screen->width - 4 : 2;
	bool wedged = gpu->state != PF_STATE_READY;
	char free_text[UNIT_TEXT], rotation[UNIT_TEXT];
	char map[MEMORY_MAP_SIZE(MAP_MAX)];
	u32 i;

	if (width > MAP_MAX)
		width = MAP_MAX;
	line(lines, "%s%s%s %s%s%s %s %u/%u VFs busy %.0f%% rotation %s free %s",
	     out_color(COLOR_HEAD), gpu->bdf, out_color(COLOR_NONE),
	     out_color(wedged ? COLOR_BAD : COLOR_GOOD), pf_state_name(gpu->state),
	     out_color(COLOR_NONE), policy_name(gpu->policy), gpu->num_vfs,
	     gpu->total_vfs, 100 * busy, show_ms(rotation, gpu->rotation_us),
	     format_size(free_text, gpu->fb_free, " "));
	memory_map(gpu, width, screen->utf8, map, sizeof(map));
	line(lines, "  %s", map);
	line(lines, "%s  VF PROFILE    STATE          SLICE     WAIT  SHARE   USED  (%s share)%s",
	     out_color(COLOR_DIM), screen->utf8 ? "│" : "|", out_color(COLOR_NONE));
	for (i = 0; i < gpu->vfs_len; i++)
		if (i < gpu->num_vfs || gpu->vfs[i].fb_bytes)
			draw_vf(lines, top, screen, before, gpu, i);
}

static void draw_news(const struct top *top, const struct screen *screen,
		      FILE *f)
{
	unsigned int i;

	for (i = 0; i < TOP_NEWS; i++)
		if (top->news[i])
			print_cut(f, top->news[i], screen->width);
}

static unsigned int count_news(const struct top *top)
{
	unsigned int i, n = 0;

	for (i = 0; i < TOP_NEWS; i++)
		n += !!top->news[i];
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
	if (!top->now.num)
		line(&lines, "gpuvf drives no GPU");
	for (i = 0; i < top->now.num; i++) {
		if (i)
			line(&lines, "%s", "");
		draw_gpu(&lines, top, screen, &top->now.gpus[i]);
	}
	draw_news(top, screen, f);
	return lines.total + below;
}

/**
 * top_add_news() - one more thing happened
 * @top: keeps the last few
 * @line: one line; freed by @top
 */
void top_add_news(struct top *top, char *line)
{
	free(top->news[0]);
	memmove(top->news, top->news + 1,
		(TOP_NEWS - 1) * sizeof(*top->news));
	top->news[TOP_NEWS - 1] = line;
}

/**
 * top_free() - release everything
 * @top: is empty afterwards
 */
void top_free(struct top *top)
{
	unsigned int i;

	for (i = 0; i < TOP_NEWS; i++)
		free(top->news[i]);
	gpu_list_free(&top->before);
	gpu_list_free(&top->now);
	*top = (struct top){};
}
