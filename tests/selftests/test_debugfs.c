// SPDX-License-Identifier: GPL-2.0
/*
 * What engineers find in debugfs. Its format is not to be relied on; that it is
 * there, and true, is tested all the same.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "load.h"

static const struct gpu *gpu = &fx.gpu[0];

static char *debug_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/gpuvf/%s/%s", gpu->bdf,
		 name);
	return file_read_all(path);
}

static unsigned int lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static uint64_t slices_of_all(void)
{
	return gpu_truth_vf(gpu, 0, "slices") + gpu_truth_vf(gpu, 1, "slices");
}

static bool is_at_rest(void)
{
	uint64_t before = slices_of_all();

	pause_ms(100);
	return slices_of_all() == before;
}

MODULES_FIXTURE(debugfs, "total_vfs=4");

TEST_F(debugfs, last_commands_are_kept_in_order)
{
	const uint32_t slices[] = { 1000, 1000 };
	unsigned long long last = 0;
	char *text, *rest, *line;

	text = debug_file("commands");
	ASSERT_STREQ("", text);
	free(text);
	load_enable(gpu, 2, slices, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "commands") > 1200);
	ASSERT_OK(gpu_guest(gpu, 0, "idle"));
	ASSERT_OK(gpu_guest(gpu, 1, "idle"));
	ASSERT_EVENTUALLY(is_at_rest());
	/* the ring is full, but for what was overtaken while we read */
	text = debug_file("commands");
	ASSERT_TRUE(lines(text) >= 1000 && lines(text) <= 1024);
	rest = text;
	while ((line = strsep(&rest, "\n")) && *line) {
		unsigned long long when, took;
		unsigned int vf;
		char name[32];
		int err, n;

		n = sscanf(line, "%llu VF %u %31s %llu ns %d", &when, &vf, name,
			   &took, &err);
		ASSERT_EQ(5, n);
		ASSERT_TRUE(when >= last && vf < 2 && took);
		ASSERT_EQ(0, err);
		ASSERT_STRNE("?", name);
		last = when;
	}
	free(text);
}

TEST_F(debugfs, state_shows_what_holds)
{
	char *text, line[64];

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "1073741824"));
	text = debug_file("state");
	snprintf(line, sizeof(line), "revision %llu ",
		 (unsigned long long)file_u64(gpu_sysfs(gpu, "revision")));
	ASSERT_NE(NULL, strstr(text, line));
	snprintf(line, sizeof(line), "fb %llu+1073741824 ",
		 (unsigned long long)file_u64(gpu_sysfs(gpu, "vf1/fb_offset")));
	ASSERT_NE(NULL, strstr(text, line));
	free(text);
}

TEST_HARNESS_MAIN
