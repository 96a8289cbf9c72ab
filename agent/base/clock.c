// SPDX-License-Identifier: GPL-2.0
/*
 * The monotonic clock, and what is done by it.
 */
#include <time.h>

#include "base/clock.h"

/** monotonic_ns() - nanoseconds of a clock that only goes forward */
u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/** monotonic_ms() - the same clock in milliseconds */
u64 monotonic_ms(void)
{
	return monotonic_ns() / 1000000;
}

/**
 * sleep_ms() - sleep; a signal ends it early
 * @ms: milliseconds
 */
void sleep_ms(unsigned int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	nanosleep(&ts, NULL);
}

/**
 * timer_earliest() - set a timer, unless it ends earlier already
 * @at_ms: when the timer ends, 0: it is not set
 * @ms: when it is to end
 */
void timer_earliest(u64 *at_ms, u64 ms)
{
	if (!*at_ms || ms < *at_ms)
		*at_ms = ms;
}
