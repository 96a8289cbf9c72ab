/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The framebuffer of a GPU as one line of text.
 */
#ifndef AGENT_SHOW_MEMORY_MAP_H
#define AGENT_SHOW_MEMORY_MAP_H

#include "model/gpu.h"

/* bytes of the text of a map, with colors */
#define MEMORY_MAP_SIZE(width)	(24 * ((width) + 1))

const char *memory_map_quarantined(bool utf8);
void memory_map(const struct gpu *gpu, unsigned int width, bool utf8,
		char *text, size_t size);
void memory_map_line(const struct gpu *gpu, const char *label);
void memory_map_figures(const struct gpu *gpu);

#endif /* AGENT_SHOW_MEMORY_MAP_H */
