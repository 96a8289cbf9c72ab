// SPDX-License-Identifier: GPL-2.0
/*
 * Colors of a terminal.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/color.h"

/** color_of_vf() - the color of a VF in maps and tables: not that of its neighbours */
enum color color_of_vf(u32 index)
{
	return COLOR_VF + index % (COLOR_LAST_VF - COLOR_VF + 1);
}

enum color_mode color_mode = COLORS_AUTO;

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* as https://no-color.org and https://bixense.com/clicolors say */
static bool wants_colors(FILE *f)
{
	const char *term = getenv("TERM");

	if (color_mode != COLORS_AUTO)
		return color_mode == COLORS_ALWAYS;
	if (is_set("NO_COLOR"))
		return false;
	if (is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0"))
		return true;
	return term && strcmp(term, "dumb") && isatty(fileno(f));
}

/**
 * color_of() - the escape sequence of a color
 * @f: where it is to be printed
 * @color: which one; COLOR_NONE ends the one before
 *
 * Return: an empty string unless @f is a terminal whose user wants colors, or
 * @color_mode or the environment wants them anyway.
 */
const char *color_of(FILE *f, enum color color)
{
	static const char *const sequences[] = {
		[COLOR_NONE] = "\033[0m",
		[COLOR_HEAD] = "\033[1m",
		[COLOR_GOOD] = "\033[32m",
		[COLOR_WARN] = "\033[33m",
		[COLOR_BAD] = "\033[31m",
		[COLOR_DIM] = "\033[2m",
		[COLOR_MARK] = "\033[1;32m",
		/* not red, which is what is wrong */
		[COLOR_VF] = "\033[36m", "\033[35m", "\033[34m", "\033[32m", "\033[33m",
	};

	return wants_colors(f) ? sequences[color] : "";
}
