/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A GPU of i915 with SR-IOV: a tree of files with the rules of its double behind them.
 */
#ifndef FAKE_I915_H
#define FAKE_I915_H

#include "doubles/i915_rules.h"
#include "pci_tree.h"

#define GPU	"0000:00:02.0"
#define TOTAL	7

extern struct i915r_gpu rules;

/* what all files with numbers say, NULL: what they should */
extern const char *nonsense;

/* files that are not there any more */
extern bool vanished;

/* what sriov_numvfs says, 0: what it should: VFs are to come, or to go */
extern int enable_error, disable_error;

/* the write from now on that fails, from 1, and how; 0: none */
extern u32 fail_at;
extern int fail_error;

void fake_i915_begin(void);
void fake_i915_make_files(void);
void fake_i915_make_flex(void);
int fake_i915_set_num(u32 num);
void use_vf(u32 vf);
void leave_vf(void);

#endif /* FAKE_I915_H */
