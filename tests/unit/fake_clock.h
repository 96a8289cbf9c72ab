/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A clock for programs whose double is another program.
 */
#ifndef FAKE_CLOCK_H
#define FAKE_CLOCK_H

#include "base/types.h"

u64 fake_clock_skipped(void);

#endif /* FAKE_CLOCK_H */
