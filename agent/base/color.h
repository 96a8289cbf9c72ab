/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Colors of a terminal.
 */
#ifndef AGENT_BASE_COLOR_H
#define AGENT_BASE_COLOR_H

#include <stdio.h>

#include "base/types.h"

enum color {
	COLOR_NONE,
	COLOR_HEAD,
	COLOR_GOOD,
	COLOR_WARN,
	COLOR_BAD,
	COLOR_DIM,
	COLOR_MARK,
	/* of VFs, see color_of_vf() */
	COLOR_VF,
	COLOR_LAST_VF = COLOR_VF + 4,
};

/* when output has colors */
enum color_mode {
	COLORS_AUTO,	/* on a terminal whose user wants them */
	COLORS_ALWAYS,
	COLORS_NEVER,
};

extern enum color_mode color_mode;

enum color color_of_vf(u32 index);
const char *color_of(FILE *f, enum color color);

#endif /* AGENT_BASE_COLOR_H */
