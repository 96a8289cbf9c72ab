/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines that fit a terminal.
 */
#ifndef AGENT_BASE_FOLD_H
#define AGENT_BASE_FOLD_H

#include <stdio.h>

#include "base/util.h"

/* in front of what does not fit the first line */
#define FOLD_INDENT	"    "

unsigned int terminal_columns(FILE *f);
unsigned int text_columns(const char *text);
void fold_text(FILE *f, unsigned int width, unsigned int column,
	       const char *next, const char *text);
void print_folded(FILE *f, const char *fmt, ...) __printf(2, 3);

#endif /* AGENT_BASE_FOLD_H */
