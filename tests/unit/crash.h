/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C30 for any provider, in a tree of files with a driver behind them: apply is killed at
 * each system call that may leave something, and the next start has to recover.
 *
 * What stands for the driver calls driver_begin() and driver_end() around whatever
 * a write to one of its files does: a process may die before a write or after it, and not
 * in the middle of what a kernel does.
 *
 *	static void picture(FILE *f)
 *	{
 *		fprintf(f, "%u\n", rules.vf[0].quota);
 *	}
 *
 *	static const struct crash crash = {
 *		.bdf = GPU, .state = &rules, .size = sizeof(rules),
 *		.picture = picture, .check = is_sane,
 *	};
 *
 *	crash_everywhere(&crash, HEAD "vf 0 = a\n", HEAD "vf 0-1 = b\n");
 */
#ifndef CRASH_H
#define CRASH_H

#include <stdio.h>

#include "base/types.h"

/**
 * struct crash - a GPU whose apply is to be killed
 * @bdf: PCI address of the PF; its VFs, their drivers and what is probed are looked at in
 *	the tree
 * @state: memory of what stands for the driver, which outlives a process; without
 *	pointers to anything that does not. NULL: the tree is all there is
 * @size: bytes of it
 * @picture: print what the driver has of what a configuration can say, may be NULL
 * @check: assert what holds whenever no apply is underway, may be NULL
 */
struct crash {
	const char *bdf;
	void *state;
	size_t size;
	void (*picture)(FILE *f);
	void (*check)(void);
};

void crash_everywhere(const struct crash *crash, const char *first,
		      const char *second);
void driver_begin(void);
void driver_end(void);

#endif /* CRASH_H */
