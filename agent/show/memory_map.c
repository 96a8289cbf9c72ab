// SPDX-License-Identifier: GPL-2.0
/*
 * One cell for each width-th part of the framebuffer:
 *
 *	[PC0====1====2====3XX==........]
 *
 * P is the PF's reserve and what the hardware keeps, C the context save area, a number
 * begins a VF, dots are free. A cell shows the owner of most of it, but the PF and the context save
 * area are shown however little they have of the first cells, and X is a cell of
 * which any byte is quarantined.
 */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/memory_map.h"
#include "show/output.h"

#define MAP_WIDTH	64

/* bytes of a cell, and of a color that begins with it */
#define CELL_SIZE	MEMORY_MAP_SIZE(0)

static bool is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

enum owner {
	OWNER_FREE = -1,
	OWNER_PF = -2,
	OWNER_CONTEXT = -3,
};

static int owner_of(const struct gpu *gpu, u64 byte)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++) {
		const struct vf *vf = &gpu->vfs[i];

		if (vf->fb_bytes && byte >= vf->fb_offset &&
		    byte - vf->fb_offset < vf->fb_bytes)
			return i;
	}
	if (byte < gpu->fb_pf_reserve)
		return OWNER_PF;
	for (i = 0; i < gpu->num_reserved; i++)
		if (byte >= gpu->reserved[i].offset &&
		    byte - gpu->reserved[i].offset < gpu->reserved[i].size)
			return OWNER_PF;
	if (byte - gpu->fb_pf_reserve < gpu->fb_context_save)
		return OWNER_CONTEXT;
	return OWNER_FREE;
}

/* the byte at which half-cell @n begins */
static u64 byte_at(const struct gpu *gpu, unsigned int width, unsigned int n)
{
	return (__uint128_t)gpu->fb_total * n / (2 * width);
}

/* the owner of the middle of the cell */
static int cell_owner(const struct gpu *gpu, unsigned int width,
		      unsigned int cell)
{
	if (cell == 0 && gpu->fb_pf_reserve)
		return OWNER_PF;
	return owner_of(gpu, byte_at(gpu, width, 2 * cell + 1));
}

static const char *fill(int owner, bool utf8)
{
	switch (owner) {
	case OWNER_FREE:
		return utf8 ? "·" : ".";
	case OWNER_PF:
		return utf8 ? "▓" : "P";
	case OWNER_CONTEXT:
		return utf8 ? "▒" : "C";
	default:
		return utf8 ? "━" : "=";
	}
}

static enum color color_of_cell(int owner, bool is_quarantined)
{
	if (is_quarantined)
		return COLOR_BAD;
	if (owner >= 0)
		return color_of_vf(owner);
	return owner == OWNER_FREE ? COLOR_DIM : COLOR_NONE;
}

/* from here on in another color, where colors are wanted */
static void paint(char *text, size_t size, size_t *len, enum color *now,
		  enum color color)
{
	if (color == *now)
		return;
	*len += snprintf(text + *len, size - *len, "%s%s", out_color(COLOR_NONE),
			 color == COLOR_NONE ? "" : out_color(color));
	*now = color;
}

/**
 * memory_map_quarantined() - what stands in a cell that is quarantined
 * @utf8: whether more than ASCII can be shown
 *
 * Return: one column.
 */
const char *memory_map_quarantined(bool utf8)
{
	return utf8 ? "╳" : "X";
}

/**
 * memory_map() - draw the framebuffer
 * @gpu: the GPU
 * @width: cells
 * @utf8: whether more than ASCII can be shown
 * @text: result, a zero-terminated string
 * @size: bytes of @text, MEMORY_MAP_SIZE() of @width is enough
 */
void memory_map(const struct gpu *gpu, unsigned int width, bool utf8,
		char *text, size_t size)
{
	enum color color = COLOR_NONE;
	int before = OWNER_FREE;
	unsigned int cell;
	char number[16];
	size_t digit = 0;
	size_t len;

	len = snprintf(text, size, "%s", utf8 ? "▕" : "[");
	number[0] = '\0';
	for (cell = 0; cell < width && len + CELL_SIZE < size; cell++) {
		int owner = gpu->fb_total ? cell_owner(gpu, width, cell) :
					    OWNER_FREE;

		bool bad = gpu_has_quarantined(gpu, byte_at(gpu, width, 2 * cell),
					       byte_at(gpu, width, 2 * cell + 2));

		if (owner != before) {
			number[0] = '\0';
			digit = 0;
			if (owner >= 0)
				snprintf(number, sizeof(number), "%d", owner);
		}
		before = owner;
		paint(text, size, &len, &color, color_of_cell(owner, bad));
		if (bad)
			len += snprintf(text + len, size - len, "%s",
					memory_map_quarantined(utf8));
		else if (owner >= 0 && number[digit])
			text[len++] = number[digit++];
		else
			len += snprintf(text + len, size - len, "%s",
					fill(owner, utf8));
	}
	paint(text, size, &len, &color, COLOR_NONE);
	snprintf(text + len, size - len, "%s", utf8 ? "▏" : "]");
}

/**
 * memory_map_line() - print the map alone
 * @gpu: the GPU
 * @label: in front of it
 */
void memory_map_line(const struct gpu *gpu, const char *label)
{
	unsigned int columns = out_columns();
	unsigned int beside = strlen(label) + strlen("  []");
	char map[MEMORY_MAP_SIZE(MAP_WIDTH)];
	unsigned int width = MAP_WIDTH;

	if (!gpu_can_read(gpu, ABILITY_FB) || !gpu_can_read(gpu, ABILITY_FB_OFFSET))
		return;
	if (columns > beside && columns - beside < width)
		width = columns - beside;
	memory_map(gpu, width, is_utf8(), map, sizeof(map));
	out_text("  %s%s\n", label, map);
}

/**
 * struct figures - the legend of the map, with sizes
 * @text: the line
 * @has_map: each has the symbol that stands for it in the map
 */
struct figures {
	char *text;
	bool has_map;
};

static void add_figure(struct figures *figures, enum color color, const char *symbol,
		       const char *what, u64 bytes)
{
	char size[UNIT_TEXT];

	if (bytes)
		append_text(&figures->text, ", ", "%s%s%s%s %s%s%s",
			    color == COLOR_NONE ? "" : out_color(color),
			    figures->has_map ? symbol : "",
			    figures->has_map && *symbol ? " " : "", what,
			    show_size(size, bytes), numbers_are_human() ? "" : " B",
			    color == COLOR_NONE ? "" : out_color(COLOR_NONE));
}

/* and begin another line */
static void print_figures(struct figures *figures)
{
	if (figures->text)
		out_line("  %s", figures->text);
	free(figures->text);
	figures->text = NULL;
}

/**
 * memory_map_figures() - print how much framebuffer there is of each kind: the legend
 *	of the map
 * @gpu: the GPU
 */
void memory_map_figures(const struct gpu *gpu)
{
	const char *unit = numbers_are_human() ? "" : " B";
	struct figures figures = {
		.has_map = gpu_can_read(gpu, ABILITY_FB_OFFSET),
	};
	bool utf8 = is_utf8();
	char size[UNIT_TEXT], free_size[UNIT_TEXT];
	u64 of_vfs = 0;
	u32 i;

	if (!gpu_can_read(gpu, ABILITY_FB) || (!figures.has_map && !gpu->fb_total))
		return;
	for (i = 0; i < gpu->vfs_len; i++)
		of_vfs += gpu->vfs[i].fb_bytes;
	append_text(&figures.text, "", "framebuffer %s%s: %s%sfree %s%s",
		    show_size(size, gpu->fb_total), unit,
		    figures.has_map ? fill(OWNER_FREE, utf8) : "",
		    figures.has_map ? " " : "", show_size(free_size, gpu->fb_free),
		    unit);
	if (figures.has_map && gpu->fb_largest_free != gpu->fb_free)
		append_text(&figures.text, "", " (largest block %s%s)",
			    show_size(size, gpu->fb_largest_free), unit);
	add_figure(&figures, COLOR_NONE, "", "being scrubbed", gpu->fb_needs_scrub);
	add_figure(&figures, COLOR_BAD, memory_map_quarantined(utf8), "quarantined",
		   gpu->fb_quarantined);
	print_figures(&figures);
	add_figure(&figures, COLOR_NONE, fill(OWNER_PF, utf8), "PF",
		   gpu->fb_pf_reserve);
	add_figure(&figures, COLOR_NONE, fill(OWNER_CONTEXT, utf8), "context save",
		   gpu->fb_context_save);
	add_figure(&figures, COLOR_NONE, fill(0, utf8), "VFs", of_vfs);
	print_figures(&figures);
}
