// SPDX-License-Identifier: GPL-2.0
/*
 * A provider whose driver forgets the layout when its VFs are disabled: what plan says,
 * and what apply does, when the number of VFs changes.
 */
#include <errno.h>

#include "apply/apply.h"
#include "base/exit_code.h"
#include "fake_kernel.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"
#include "plan/plan.h"
#include "show/output.h"
#include "show/plan_show.h"

#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile p]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[profile q]\nfb = 2GiB\ntime_slice = 8ms\n" \
		"[gpu g]\npci = 0000:41:00.0\n"

static struct abilities abilities;
static struct config config;
static char *root;

static int begin(void **state)
{
	static const char *const dirs[] = { "run" };

	fake_reset();
	root = new_root(dirs, ARRAY_SIZE(dirs));
	abilities = gpuvf_abilities;
	fake.gpu.abilities = &abilities;
	fake.forgets = true;
	abilities.of[ABILITY_FB].lost_on_disable = true;
	return 0;
}

static int end(void **state)
{
	fake_free();
	config_free(&config);
	remove_root(root);
	return 0;
}

static void plan_for(struct plan *plan, const char *lines)
{
	struct vf_driver *drivers = read_drivers(&fake.gpu, NULL);
	char *text = xasprintf(HEAD "%s", lines);

	config_free(&config);
	config_is_good(&config, text);
	plan_make(plan, &config, &config.gpus[0], &fake.gpu, drivers);
	free(drivers);
	free(text);
}

static int apply(const char *lines)
{
	struct journal journal = {};
	struct quiet quiet;
	struct plan plan;
	int code;

	plan_for(&plan, lines);
	quiet = be_quiet();
	code = apply_plan(&plan, &fake_provider, &journal);
	code = exit_worse(code, journal_finish(&journal));
	be_loud(quiet);
	plan_free(&plan);
	return code;
}

static void log_is(const char *expected)
{
	assert_string_equal(fake.log, expected);
	fake.log[0] = '\0';
}

/* a line of the plan, blanks folded */
static void plan_says(const char *lines, const char *line)
{
	struct quiet quiet = be_quiet();
	char said[10000];
	struct plan plan;
	FILE *f = tmpfile();
	char *from, *to;

	plan_for(&plan, lines);
	dup2(fileno(f), STDOUT_FILENO);
	plan_print(&plan, false);
	be_loud(quiet);
	rewind(f);
	said[fread(said, 1, sizeof(said) - 1, f)] = '\0';
	fclose(f);
	for (from = to = said; *from; from++)
		if (*from != ' ' || from[1] != ' ')
			*to++ = *from;
	*to = '\0';
	assert_says(said, line);
	plan_free(&plan);
}

static void vfs_are_created_again_when_their_number_changes(void **state)
{
	assert_int_equal(apply("vf 0-1 = p\nvf 2 = q\n"), EXIT_DONE);
	log_is("L3");
	plan_says("vf 0-1 = p\nvf 2 = q\n", "in sync");
	plan_says("vf 0-1 = p\nvf 2 = q\nvf 3 = p\n", "disable 3 VFs, set the layout, enable 4 VFs");
	plan_says("vf 0-1 = p\nvf 2 = q\nvf 3 = p\n", "\n 1 create p 1073741824");
	plan_says("vf 0-1 = p\nvf 2 = q\nvf 3 = p\n", "\n 2 create q 2147483648");
	assert_int_equal(apply("vf 0-1 = p\nvf 2 = q\nvf 3 = p\n"), EXIT_DONE);
	log_is("0L4");
	assert_int_equal(fake.gpu.vfs[1].fb_bytes, GIB);
	assert_int_equal(fake.gpu.vfs[2].fb_bytes, 2 * GIB);
	assert_int_equal(apply("vf 0-1 = p\nvf 2 = q\nvf 3 = p\n"), EXIT_DONE);
	log_is("");
	/* all of it goes by itself */
	plan_says("vfs = 0\n", "disable 4 VFs\n");
	assert_int_equal(apply("vfs = 0\n"), EXIT_DONE);
	log_is("0");
}

/* other settings, while VFs stay, lose nothing */
static void what_stays_is_kept(void **state)
{
	assert_int_equal(apply("vf 0-1 = p\n"), EXIT_DONE);
	log_is("L2");
	plan_says("vf 0 = p\nvf 1 = q\n", "\n 0 keep p 1073741824");
	assert_int_equal(apply("vf 0 = p\nvf 1 = q\n"), EXIT_DONE);
	log_is("L");
}

/* set, and not enabled yet: there is nothing to be disabled, so nothing is lost */
static void what_is_not_enabled_is_not_lost(void **state)
{
	assert_int_equal(apply("vf 0-1 = p\n"), EXIT_DONE);
	fake.forgets = false;
	assert_int_equal(sysfs_set_number(fake.gpu.bdf, NUMVFS, 0), 0);
	fake.forgets = true;
	log_is("L20");
	plan_says("vf 0-1 = p\n", "0000:41:00.0 [gpu g]: enable 2 VFs\n");
	plan_says("vf 0-1 = p\n", "\n 0 keep p 1073741824");
	assert_int_equal(apply("vf 0-1 = p\n"), EXIT_DONE);
	log_is("2");
}

/* the way back creates them again too */
static void what_was_lost_comes_back(void **state)
{
	assert_int_equal(apply("vf 0-1 = p\n"), EXIT_DONE);
	log_is("L2");
	fake.changes = 0;
	fake.fail_at = 3;
	fake.fail_error = -EIO;
	assert_int_equal(apply("vf 0-2 = q\n"), EXIT_FAILED);
	log_is("0LL2");
	assert_int_equal(fake.gpu.num_vfs, 2);
	assert_int_equal(fake.gpu.vfs[0].fb_bytes, GIB);
	assert_int_equal(fake.gpu.vfs[2].fb_bytes, 0);
}

/* quotas stay, and only their times are lost */
static void times_may_be_lost_alone(void **state)
{
	abilities.of[ABILITY_FB].lost_on_disable = false;
	abilities.of[ABILITY_TIME_SLICE].lost_on_disable = true;
	fake.forgets = false;
	assert_int_equal(apply("vf 0-1 = p\n"), EXIT_DONE);
	log_is("L2");
	plan_says("vf 0-2 = p\n", "disable 2 VFs, set the layout, enable 3 VFs");
	plan_says("vf 0-2 = p\n", "\n 0 retime p 1073741824");
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(vfs_are_created_again_when_their_number_changes),
		test(what_stays_is_kept),
		test(what_is_not_enabled_is_not_lost),
		test(what_was_lost_comes_back),
		test(times_may_be_lost_alone),
	};

	return cmocka_run_group_tests_name("lost", tests, NULL, NULL);
}
