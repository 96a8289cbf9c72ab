// SPDX-License-Identifier: GPL-2.0
/*
 * A clock for programs whose double is another program: that needs some time, and the
 * agent's limits are too long to wait for. Time that was not slept passes nevertheless.
 */
#include "base/clock.h"
#include "fake_clock.h"

#define MAX_SLEEP_MS	2

static u64 skipped_ms;

void __real_sleep_ms(unsigned int ms);
void __wrap_sleep_ms(unsigned int ms);
u64 __real_monotonic_ms(void);
u64 __wrap_monotonic_ms(void);

void __wrap_sleep_ms(unsigned int ms)
{
	skipped_ms += ms;
	__real_sleep_ms(ms < MAX_SLEEP_MS ? ms : MAX_SLEEP_MS);
}

u64 __wrap_monotonic_ms(void)
{
	return __real_monotonic_ms() + skipped_ms;
}

/** fake_clock_skipped() - milliseconds that were asked for, whether they passed or not */
u64 fake_clock_skipped(void)
{
	return skipped_ms;
}
