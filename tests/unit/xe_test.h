/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of xe share: a tree of files behind which is fake_xe.c.
 */
#ifndef XE_TEST_H
#define XE_TEST_H

#include "agent_test.h"
#include "base/exit_code.h"
#include "fake_xe.h"
#include "pci_tree.h"
#include "verb_test.h"

#define A	"0000:03:00.0"
#define B	"0000:04:00.0"
#define IGPU	"0000:00:02.0"

#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile big]\nfb = 2GiB\ntime_slice = 8ms\n" \
		"[profile small]\nfb = 1GiB\ntime_slice = 4ms\npreempt_timeout = 30ms\n" \
		"[profile s]\nfb = shared\ntime_slice = 4ms\n"
#define GPU_A	HEAD "[gpu a]\npci = " A "\n"

#define xe	(&fake_xe[0])
#define second	(&fake_xe[1])

static inline int set_up(void **state)
{
	memset(fake_xe, 0, sizeof(fake_xe));
	tree_begin();
	fake_xe_make(xe, A, XE_7_3, XE_QUOTAS);
	return 0;
}

static inline int clean_up(void **state)
{
	tree_end();
	return 0;
}

#define vf_is(xe_, index, quota_, eq_, pt_) \
	do { \
		const struct xe_function *f_ = &(xe_)->functions[(index) + 1]; \
		assert_int_equal(f_->quota, quota_); \
		assert_int_equal(f_->eq_ms, eq_); \
		assert_int_equal(f_->pt_us, pt_); \
	} while (0)

#define pf_is(xe_, eq_, pt_) \
	do { \
		assert_int_equal((xe_)->functions[0].eq_ms, eq_); \
		assert_int_equal((xe_)->functions[0].pt_us, pt_); \
	} while (0)

/* what a guest needs that is started on an enabled VF, and others have to be spared */
static inline void is_sane(const struct fake_xe *x)
{
	u32 i;

	for (i = 0; i <= x->num && x->num; i++) {
		assert_true(x->functions[i].eq_ms);
		assert_true(x->functions[i].pt_us);
		assert_true(!i || x->functions[i].has_ggtt);
	}
	for (i = x->num + 1; i <= x->total; i++)
		assert_int_equal(x->functions[i].quota, 0);
}

static inline void reload(const struct fake_xe *x)
{
	fake_xe_show(x);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

#endif /* XE_TEST_H */
