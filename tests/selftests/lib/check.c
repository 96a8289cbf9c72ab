// SPDX-License-Identifier: GPL-2.0
/*
 * What tests and this library check and wait for.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"

bool on_debug_kernel(void)
{
	const char *kernel = getenv("GPUVF_KERNEL");

	return kernel && !strncmp(kernel, "debug", strlen("debug"));
}

bool in_virtual_time(void)
{
	return getenv("GPUVF_VIRTUAL");
}

bool is_quick(void)
{
	const char *quick = getenv("GPUVF_QUICK");

	return quick && *quick && strcmp(quick, "0");
}

/**
 * patience_ms() - how long to wait for what has to come
 *
 * $GPUVF_PATIENCE_MS, for tests that are expected to fail.
 */
uint64_t patience_ms(void)
{
	const char *patience = getenv("GPUVF_PATIENCE_MS");

	if (patience)
		return strtoull(patience, NULL, 10);
	return in_virtual_time() ? 3600000 : on_debug_kernel() ? 120000 : 40000;
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

void pause_ms(unsigned int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	nanosleep(&ts, NULL);
}

/* programs that are no tests have no harness either */
void __attribute__((weak)) test_abort(void)
{
	exit(1);
}

void check_failed(const char *what, const char *file, int line)
{
	report("%s:%d: %s", file, line, what);
	test_abort();
}

void check_error(int got, int wanted, const char *what, const char *file,
		 int line)
{
	if (got == wanted)
		return;
	report("%s:%d: %s: %s (%d), expected %s (%d)", file, line, what,
	       got ? strerror(-got) : "success", got,
		    wanted ? strerror(-wanted) : "success", wanted);
	test_abort();
}

void check_figure(uint64_t got, uint64_t wanted, const char *what,
		  const char *file, int line)
{
	if (got == wanted)
		return;
	report("%s:%d: %s: %llu, expected %llu", file, line, what,
	       (unsigned long long)got, (unsigned long long)wanted);
	test_abort();
}

void check_same(const char *got, const char *wanted, const char *what,
		const char *file, int line)
{
	size_t i = 0, begin = 0;

	if (got && wanted && !strcmp(got, wanted))
		return;
	if (!got || !wanted)
		check_failed("a text is missing", file, line);
	for (; got[i] && got[i] == wanted[i]; i++)
		if (got[i] == '\n')
			begin = i + 1;
	report("%s:%d: %s differs: \"%.*s\", expected \"%.*s\"", file, line, what,
	       (int)strcspn(got + begin, "\n"), got + begin,
		    (int)strcspn(wanted + begin, "\n"), wanted + begin);
	test_abort();
}

void check_ratio(uint64_t part, uint64_t whole, double wanted,
		 double tolerance, const char *what, const char *file, int line)
{
	double ratio = whole ? (double)part / whole : 0;

	if (whole && ratio >= wanted * (1 - tolerance) &&
	    ratio <= wanted * (1 + tolerance))
		return;
	report("%s:%d: %s: %llu / %llu = %.3f, expected %.3f +- %.0f %%",
	       file, line, what, (unsigned long long)part, (unsigned long long)whole,
		    ratio, wanted, tolerance * 100);
	test_abort();
}

/**
 * report() - a line of diagnosis
 * @format: as of printf(); of text of several lines, each becomes one
 */
void report(const char *format, ...)
{
	char *text, *line, *rest;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			printf("# %s\n", line);
	fflush(stdout);
	free(text);
}
