// SPDX-License-Identifier: GPL-2.0
/*
 * After all other programs of a run: was anything leaked in any of them? On
 * kernels that look for leaks.
 */

#include "selftest.h"
#include "leak.h"

FIXTURE(leaks) {
};

/* without the modules: what they left behind is looked for */
FIXTURE_SETUP(leaks)
{
	selftest_begin(_metadata);
	if (!leaks_are_counted())
		SKIP(return, "this kernel does not look for leaks");
}

FIXTURE_TEARDOWN(leaks)
{
}

TEST_F(leaks, C9_nothing_was_leaked)
{
	ASSERT_EQ(0, leaks());
}

TEST_HARNESS_MAIN
