/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Colors of a terminal.
 */
#ifndef AGENT_BASE_COLOR_H
#define AGENT_BASE_COLOR_H

#include <stdio.h>

enum color {
	COLOR_NONE,
	COLOR_HEAD,
	COLOR_GOOD,
	COLOR_WARN,
	COLOR_BAD,
	COLOR_DIM,
	COLOR_MARK,
};

const char *color_of(FILE *f, enum color color);

#endif /* AGENT_BASE_COLOR_H */
