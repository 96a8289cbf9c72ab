// SPDX-License-Identifier: GPL-2.0
/*
 * C30 on GPUs of NVIDIA: apply is killed at each system call, and the next start recovers.
 * A helper program that it has started goes on to its end.
 */
#include "crash.h"
#include "nvidia_test.h"

static void picture(FILE *f)
{
	u32 i;

	fake_nvidia_sync();
	fprintf(f, "%s\n", rules[0].enabled ? "enabled" : "disabled");
	for (i = 0; i < TOTAL; i++)
		fprintf(f, "VF %u: type %u\n", i, rules[0].vfs[i].type);
}

static const struct crash crash = {
	.bdf = GPU, .state = rules, .size = sizeof(rules), .picture = picture,
};

static void C30_killed_while_types_change(void **state)
{
	crash_everywhere(&crash, CONFIG "vf 0-1 = q\n", CONFIG "vf 0 = a\nvf 2 = q\n");
}

static void C30_killed_while_the_mode_changes(void **state)
{
	fake_nvidia_write_types_file();
	crash_everywhere(&crash, CONFIG "vf 0-1 = q\n", CONFIG "vf 0 = q\nvf 1 = big\n");
}

static void C30_killed_while_vfs_come_and_go(void **state)
{
	crash_everywhere(&crash, CONFIG "vfs = 0\n", CONFIG "vf 0-1 = q\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(C30_killed_while_types_change),
		test(C30_killed_while_the_mode_changes),
		test(C30_killed_while_vfs_come_and_go),
	};

	return cmocka_run_group_tests_name("nvidia, killed", tests, NULL, NULL);
}
