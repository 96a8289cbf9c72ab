// SPDX-License-Identifier: GPL-2.0
/*
 * Windows: the kernel is held up at one of its instructions; see simulator.rst.
 */

#include <stdarg.h>
#include <stdio.h>

#include "file.h"
#include "window.h"

#define WINDOW	"/sys/kernel/debug/gpuvf_sim/window"

/**
 * window_at() - hold up the first to come to an instruction from now on
 * @format: SYMBOL[+OFFSET] MS [from=CALLER]
 *
 * Return: 0, or a negative errno: there is no such instruction.
 */
int window_at(const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return file_write(WINDOW, text);
}

/**
 * struct window - what the file shows
 * @open: something is held up
 * @hits: how many came there
 * @task: ID of the task that was held up; 0: the idle task, or none
 * @cpu: that it was on
 */
struct window {
	int open;
	int hits;
	int task;
	int cpu;
};

static struct window window_read(void)
{
	struct window window;
	char text[64];

	if (file_read(WINDOW, text, sizeof(text)) <= 0 ||
	    sscanf(text, "open=%d hits=%d task=%d cpu=%d", &window.open,
		   &window.hits, &window.task, &window.cpu) != 4)
		return (struct window){ 0 };
	return window;
}

/** window_is_open() - is anything held up now? */
bool window_is_open(void)
{
	return window_read().open;
}

/** window_was_opened() - is anything held up, or was it? */
bool window_was_opened(void)
{
	return window_read().hits;
}

/** window_task() - the ID of the task that was held up; 0: the idle task, or none */
pid_t window_task(void)
{
	return window_read().task;
}

/** window_cpu() - the CPU that was held up; 0: none was */
int window_cpu(void)
{
	return window_read().cpu;
}

/** window_go() - let it go on */
void window_go(void)
{
	file_write(WINDOW, "go");
}

/** window_close() - and hold up nothing any more */
void window_close(void)
{
	file_write(WINDOW, "none");
}
