/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that do everything at once, and count what they did.
 */
#ifndef SELFTEST_STORM_H
#define SELFTEST_STORM_H

#include <stdatomic.h>
#include <stdint.h>

#include "fixture.h"

#define STORM_GPUS	2
#define STORM_VFS	3
#define STORM_SIM	"gpus=2 total_vfs=4 fb_mib=2048 scrub_us_per_unit=50"

/**
 * struct storm_tally - what a storm came to
 * @messages: requests that were tried, by netlink, sysfs and mailbox
 * @cycles: VFs enabled and disabled, GPUs removed and found, modules unloaded
 *	and loaded
 * @faults: injected into the hardware
 * @suspends: of the machine's devices, where that is asked for
 * @foreign: touches of memory that is another's, of what another left behind,
 *	and extents where none may be; 0
 * @illegal: commands that the hardware must never be given; 0
 */
struct storm_tally {
	atomic_ullong messages;
	atomic_ullong cycles;
	atomic_ullong faults;
	atomic_ullong suspends;
	uint64_t foreign;
	uint64_t illegal;
};

extern struct storm_tally storm;

void storm_begin(bool with_counts);
void storm_end(bool with_counts);
void storm_take_stock(void);

#endif /* SELFTEST_STORM_H */
