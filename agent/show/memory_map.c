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
 * @size: bytes of @text; 4 for each cell and 8 more are enough
 */
void memory_map(const struct gpu *gpu, unsigned int width, bool utf8,
		char *text, size_t size)
{
	int before = OWNER_FREE;
	unsigned int cell;
	char number[16];
	size_t digit = 0;
	size_t len;

	len = snprintf(text, size, "%s", utf8 ? "▕" : "[");
	number[0] = '\0';
	for (cell = 0; cell < width && len + 8 < size; cell++) {
		int owner = gpu->fb_total ? cell_owner(gpu, width, cell) :
					    OWNER_FREE;

		if (owner != before) {
			number[0] = '\0';
			digit = 0;
			if (owner >= 0)
				snprintf(number, sizeof(number), "%d", owner);
		}
		before = owner;
		if (gpu_has_quarantined(gpu, byte_at(gpu, width, 2 * cell),
					byte_at(gpu, width, 2 * cell + 2)))
			len += snprintf(text + len, size - len, "%s",
					memory_map_quarantined(utf8));
		else if (owner >= 0 && number[digit])
			text[len++] = number[digit++];
		else
			len += snprintf(text + len, size - len, "%s",
					fill(owner, utf8));
	}
	snprintf(text + len, size - len, "%s", utf8 ? "▏" : "]");
}

/**
 * memory_map_print() - the framebuffer for people: map and figures
 * @gpu: the GPU
 */
void memory_map_print(const struct gpu *gpu)
{
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	const char *unit = numbers_are_human() ? "" : " B";
	char a[UNIT_TEXT], b[UNIT_TEXT];
	char map[4 * MAP_WIDTH + 16];
	char *text = NULL;

	bool has_places = gpu_can_read(gpu, ABILITY_FB_OFFSET);

	if (!gpu_can_read(gpu, ABILITY_FB) || (!has_places && !gpu->fb_total))
		return;
	if (has_places) {
		memory_map(gpu, MAP_WIDTH, utf8, map, sizeof(map));
		out_text("  %s\n", map);
	}
	append_text(&text, "", "  framebuffer %s%s, free %s%s",
		    show_size(a, gpu->fb_total), unit,
		    show_size(b, gpu->fb_free), unit);
	if (has_places && gpu->fb_largest_free != gpu->fb_free)
		append_text(&text, "", " (largest piece %s%s)",
			    show_size(a, gpu->fb_largest_free), unit);
	if (gpu->fb_pf_reserve)
		append_text(&text, ", ", "PF %s%s",
			    show_size(a, gpu->fb_pf_reserve), unit);
	if (gpu->fb_needs_scrub)
		append_text(&text, ", ", "being scrubbed %s%s",
			    show_size(a, gpu->fb_needs_scrub), unit);
	if (gpu->fb_quarantined)
		append_text(&text, ", ", "%squarantined %s%s (%s)%s",
			    out_color(COLOR_BAD), show_size(a, gpu->fb_quarantined),
			    unit, memory_map_quarantined(utf8),
			    out_color(COLOR_NONE));
	out_line("%s", text);
	free(text);
}
