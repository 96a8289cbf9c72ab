/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time that passes, whatever is done to the clock of the machine.
 */
#ifndef AGENT_BASE_CLOCK_H
#define AGENT_BASE_CLOCK_H

#include "base/types.h"

u64 monotonic_ns(void);
u64 monotonic_ms(void);
void sleep_ms(unsigned int ms);
void timer_earliest(u64 *at_ms, u64 ms);

#endif /* AGENT_BASE_CLOCK_H */
