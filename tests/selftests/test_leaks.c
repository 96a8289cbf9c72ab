// SPDX-License-Identifier: GPL-2.0
/*
 * After all other programs of a run: was anything leaked in any of them? On
 * kernels that look for leaks.
 */

#include "fixture.h"
#include "leak.h"

static void C9_nothing_was_leaked(void)
{
	assert_u64(leaks(), 0);
}

static const struct test tests[] = {
	TEST(C9_nothing_was_leaked),
};

int main(void)
{
	/* without the modules: what they left behind is looked for */
	const struct suite suite = { .name = "leaks" };

	return suite_run_as(&suite, tests, 1);
}
