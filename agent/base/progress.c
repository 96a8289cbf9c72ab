// SPDX-License-Identifier: GPL-2.0
/*
 * One line at the bottom of the terminal that standard error is, of what takes longer
 * than a second. Elsewhere there is none.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "base/progress.h"

/* what is over sooner is not worth a line */
#define SILENCE_MS	1000

#define BAR_WIDTH	20
#define LINE_SIZE	512

static void (*draw_line)(const void *arg);
static const void *draw_arg;
static u64 begin_ms;
static bool is_shown;

/**
 * progress_begin() - something begins that may take long
 * @draw: calls progress_print(); called by progress_tick()
 * @arg: its argument
 */
void progress_begin(void (*draw)(const void *arg), const void *arg)
{
	draw_line = draw;
	draw_arg = arg;
	begin_ms = monotonic_ms();
}

/** progress_ms() - how long it has taken so far, in milliseconds */
u64 progress_ms(void)
{
	return monotonic_ms() - begin_ms;
}

/** progress_tick() - draw it, if it takes long; for what waits, now and then */
void progress_tick(void)
{
	if (draw_line && progress_ms() >= SILENCE_MS && terminal_columns(stderr))
		draw_line(draw_arg);
}

/**
 * progress_print() - the line, as much of it as fits
 * @fmt: as of printf; ASCII
 */
void progress_print(const char *fmt, ...)
{
	unsigned int columns = terminal_columns(stderr);
	char text[LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* some terminals begin a line when the last column is written */
	fprintf(stderr, "\r%.*s\033[K", (int)columns - 1, text);
	fflush(stderr);
	is_shown = true;
}

/**
 * progress_bar() - draw how much is done
 * @text: result
 * @size: bytes of @text, 32 are enough
 * @done: how much
 * @total: of how much
 *
 * Return: @text.
 */
const char *progress_bar(char *text, size_t size, u64 done, u64 total)
{
	int cells = total ? (double)done / total * BAR_WIDTH : 0;

	snprintf(text, size, "[%.*s%.*s]", cells, "####################",
		 BAR_WIDTH - cells, "....................");
	return text;
}

/** progress_hide() - take the line away, so that something else can be printed */
void progress_hide(void)
{
	if (is_shown)
		fputs("\r\033[K", stderr);
	is_shown = false;
}

/** progress_end() - it is over */
void progress_end(void)
{
	progress_hide();
	draw_line = NULL;
}
