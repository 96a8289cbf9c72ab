// SPDX-License-Identifier: GPL-2.0
/*
 * Abilities as data: what the seam refuses for a provider that cannot be asked
 * beforehand. The provider here is made up.
 */
#include <errno.h>

#include "agent_test.h"
#include "base/exit_code.h"
#include "provider/provider.h"

static struct abilities abilities;
static struct gpu live;
static unsigned int changes;

static int read_one(struct provider *provider, const char *bdf,
		    struct gpu *gpu, struct failure *why)
{
	if (strcmp(bdf, live.bdf))
		return failure_set(why, -ENODEV);
	gpu_copy(gpu, &live);
	gpu->abilities = &abilities;
	return 0;
}

static int set_vf(struct provider *provider, const char *bdf, u32 index,
		  const struct vf *vf, u32 set, struct gpu *result,
		  struct failure *why)
{
	changes++;
	return failure_set(why, 0);
}

static int set_gpu(struct provider *provider, const char *bdf,
		   const struct gpu *settings, struct gpu *result,
		   struct failure *why)
{
	changes++;
	return failure_set(why, 0);
}

static const struct provider_ops ops = {
	.abilities = &abilities,
	.read = read_one,
	.set_vf = set_vf,
	.set_gpu = set_gpu,
};

static struct provider provider = { .ops = &ops };

static int begin(void **state)
{
	abilities = (struct abilities){
		.provider = "madeup",
		.of = {
			[ABILITY_FB] = {
				.can_set = true, .step = 2 * MIB,
				.min = 2 * MIB, .max = GIB,
				.when = WHEN_BEFORE_ENABLE,
			},
			[ABILITY_TIME_SLICE] = {
				.can_set = true, .step = 1000, .min = 1000,
				.when = WHEN_ANY,
			},
			[ABILITY_PREEMPT_TIMEOUT] = {
				.cannot = "has no preemption timeouts",
			},
			[ABILITY_POLICY] = { .can_set = true },
		},
	};
	live = test_gpu();
	changes = 0;
	return 0;
}

static int end(void **state)
{
	gpu_free(&live);
	return 0;
}

/* Return: the error; what is said is checked */
static int set(u32 index, const struct vf *vf, u32 what, const char *said)
{
	struct failure why = {};
	struct gpu result;
	int err = provider_set_vf(&provider, live.bdf, index, vf, what, &result,
				  &why);

	if (err)
		assert_int_equal(why.error, err);
	assert_string_equal(why.detail.message, said);
	return err;
}

static void what_cannot_be_set_is_refused_by_name(void **state)
{
	const struct vf vf = { .preempt_timeout_us = 20000 };
	struct failure why = {};
	struct gpu gpu = { .set = GPU_SET_PF_RESERVE };

	assert_int_equal(set(0, &vf, VF_SET_PREEMPT,
			     "preempt_timeout: GPU 0000:41:00.0 is driven by madeup, which has no preemption timeouts"),
			 -EOPNOTSUPP);
	assert_int_equal(set(0, &vf, VF_SET_PROFILE,
			     "label: GPU 0000:41:00.0 is driven by madeup, which cannot do that"),
			 -EOPNOTSUPP);
	assert_int_equal(provider_set_gpu(&provider, live.bdf, &gpu, NULL, &why),
			 -EOPNOTSUPP);
	assert_says(why.detail.message, "pf_reserve: GPU 0000:41:00.0");
	assert_int_equal(exit_code_of(-EOPNOTSUPP), EXIT_USAGE);
	assert_int_equal(changes, 0);
	gpu.set = GPU_SET_POLICY;
	assert_int_equal(provider_set_gpu(&provider, live.bdf, &gpu, NULL, &why),
			 0);
	assert_int_equal(changes, 1);
}

static void operations_that_a_provider_lacks_are_refused(void **state)
{
	struct gpu_list gpus = {};
	struct failure why;
	struct gpu result;

	assert_int_equal(provider_operate(&provider, OPERATION_RESET, live.bdf,
					  0, &result, &why), -EOPNOTSUPP);
	assert_says(why.detail.message, "GPU 0000:41:00.0 is driven by madeup");
	assert_int_equal(provider_set_layout(&provider, &live, false, &result,
					     &why), -EOPNOTSUPP);
	gpu_copy(gpu_list_add(&gpus), &live);
	assert_int_equal(provider_stats(&provider, &gpus, &why), -EOPNOTSUPP);
	gpu_list_free(&gpus);
}

static void values_have_bounds(void **state)
{
	struct vf vf = { .fb_bytes = 2 * MIB };

	assert_int_equal(set(0, &vf, VF_SET_FB, ""), 0);
	vf.fb_bytes = GIB;
	assert_int_equal(set(0, &vf, VF_SET_FB, ""), 0);
	vf.fb_bytes = 2 * MIB - 1;
	assert_int_equal(set(0, &vf, VF_SET_FB,
			     "fb: GPU 0000:41:00.0 is driven by madeup, which takes 2 MiB to 1 GiB, not 2097151 B"),
			 -ERANGE);
	vf.fb_bytes = GIB + 1;
	assert_int_equal(set(0, &vf, VF_SET_FB,
			     "fb: GPU 0000:41:00.0 is driven by madeup, which takes 2 MiB to 1 GiB, not 1073741825 B"),
			 -ERANGE);
	vf.time_slice_us = 999;
	assert_int_equal(set(0, &vf, VF_SET_TIME_SLICE,
			     "time_slice: GPU 0000:41:00.0 is driven by madeup, which takes at least 1 ms, not 999 us"),
			 -ERANGE);
	assert_int_equal(changes, 2);
}

static void values_are_rounded_as_the_provider_would(void **state)
{
	live.abilities = &abilities;
	assert_int_equal(gpu_round(&live, ABILITY_TIME_SLICE, 1500), 2000);
	assert_int_equal(gpu_round(&live, ABILITY_FB, 3 * MIB), 4 * MIB);
	/* gpuvf: the GPU says */
	live.abilities = &gpuvf_abilities;
	assert_int_equal(gpu_round(&live, ABILITY_TIME_SLICE, 1500), 1500);
	assert_int_equal(gpu_round(&live, ABILITY_FB, 3 * MIB), 16 * MIB);
}

static void each_key_has_its_time(void **state)
{
	const struct vf vf = { .fb_bytes = 4 * MIB, .time_slice_us = 4000 };

	live.num_vfs = 2;
	live.vfs[1].in_use = true;
	assert_int_equal(set(0, &vf, VF_SET_TIME_SLICE, ""), 0);
	assert_int_equal(set(1, &vf, VF_SET_TIME_SLICE, ""), 0);
	assert_int_equal(set(0, &vf, VF_SET_FB,
			     "fb: GPU 0000:41:00.0 VF 0 is enabled, and driver madeup cannot change it then"),
			 -EBUSY);
	assert_int_equal(set(1, &vf, VF_SET_FB,
			     "fb: GPU 0000:41:00.0 VF 1 is in use, and driver madeup cannot change it then"),
			 -EBUSY);
	abilities.of[ABILITY_FB].when = WHEN_UNUSED;
	assert_int_equal(set(0, &vf, VF_SET_FB, ""), 0);
	assert_int_equal(set(1, &vf, VF_SET_FB,
			     "fb: GPU 0000:41:00.0 VF 1 is in use, and driver madeup cannot change it then"),
			 -EBUSY);
	abilities.of[ABILITY_FB].when = WHEN_EMPTY;
	assert_int_equal(set(1, &vf, VF_SET_FB, ""), 0);
	live.vfs[3].fb_bytes = 2 * MIB;
	assert_int_equal(set(0, &vf, VF_SET_FB,
			     "fb: GPU 0000:41:00.0 VF 0 is enabled, and driver madeup cannot change it then"),
			 -EBUSY);
	live.num_vfs = 0;
	abilities.of[ABILITY_FB].when = WHEN_UNUSED;
	assert_int_equal(set(0, &vf, VF_SET_FB,
			     "fb: GPU 0000:41:00.0 VF 0 is not enabled, and driver madeup cannot change it then"),
			 -EBUSY);
	assert_int_equal(changes, 4);
}

static void vfs_that_are_not_there_are_refused(void **state)
{
	const struct vf vf = { .fb_bytes = 4 * MIB };

	assert_int_equal(set(15, &vf, VF_SET_FB, ""), 0);
	assert_int_equal(set(16, &vf, VF_SET_FB,
			     "GPU 0000:41:00.0 has 16 VFs, no VF 16"), -ENODEV);
	assert_int_equal(set(U32_MAX, &vf, VF_SET_FB,
			     "GPU 0000:41:00.0 has 16 VFs, no VF 4294967295"),
			 -ENODEV);
}

/* it knows better, and has its own messages */
static void a_provider_with_a_dry_run_is_asked(void **state)
{
	const struct vf vf = { .fb_bytes = 1 };

	abilities.has_dry_run = true;
	live.num_vfs = 1;
	assert_int_equal(set(99, &vf, VF_SET_FB, ""), 0);
	assert_int_equal(changes, 1);
}

#define FILE_A	"[gpuvf]\nversion = 1\n" \
		"[profile p]\nfb = 4MiB\ntime_slice = 4ms\n" \
		"[profile q]\nfb = 4MiB\ntime_slice = 8ms\n" \
		"[gpu g]\npci = 0000:41:00.0\n"

/* what a section asks of the GPU, and everything said about it */
static char *check(const char *text)
{
	struct diag_list diags = {};
	struct config config;
	char *said = NULL;
	size_t size;
	FILE *f;

	config_is_good(&config, text);
	live.abilities = &abilities;
	copy_string(live.driver, NAME_SIZE, "madeup_drv");
	config_check_provider(&config, &config.gpus[0], &live, &diags);
	f = open_memstream(&said, &size);
	diag_print(f, &diags);
	fclose(f);
	diag_free(&diags);
	config_free(&config);
	return said;
}

#define check_says(text, what) \
	do { \
		char *said_ = check(text); \
		assert_says(said_, what); \
		free(said_); \
	} while (0)

#define check_is_good(text) \
	do { \
		char *said_ = check(text); \
		assert_string_equal(said_, ""); \
		free(said_); \
	} while (0)

static void sections_are_refused_at_their_lines(void **state)
{
	abilities.of[ABILITY_COUNT].can_set = true;
	abilities.of[ABILITY_DRIVER].can_set = true;
	check_is_good(FILE_A "vf 0-2 = p\nvf 3 = q\ndriver 0 = none\n");
	check_is_good(FILE_A "policy = equal\n");

	abilities.of[ABILITY_FB].max = 2 * MIB;
	check_says(FILE_A "vf 0 = p\n",
		   "t.ini:4:6: fb: GPU 0000:41:00.0 is driven by madeup_drv, which takes 2 MiB to 2 MiB, not 4 MiB");
	/* nothing that no VF uses */
	check_is_good(FILE_A);
	abilities.of[ABILITY_FB].max = 0;

	abilities.of[ABILITY_TIME_SLICE].scope = SCOPE_GPU;
	check_is_good(FILE_A "vf 0-3 = p\n");
	check_says(FILE_A "vf 0-2 = p\nvf 3 = q\n",
		   "t.ini:12:8: time_slice: GPU 0000:41:00.0 is driven by madeup_drv, which has one value for all VFs of a GPU");
	check_says(FILE_A "vf 0-2 = p\nvf 3 = q\n",
		   "t.ini:11:10: note: another value comes from here");
	abilities.of[ABILITY_TIME_SLICE].scope = SCOPE_VF;

	abilities.of[ABILITY_COUNT].all_or_none = true;
	/* the others are there too, and get nothing */
	check_is_good(FILE_A "vfs = 3\nvf 0-2 = p\n");
	check_is_good(FILE_A "vf 0-2 = p\n");
	check_is_good(FILE_A "vf 0-15 = p\n");
	check_is_good(FILE_A "vfs = 0\n");
	abilities.of[ABILITY_COUNT].all_or_none = false;

	abilities.of[ABILITY_DRIVER] = (struct ability){
		.cannot = "binds its own driver to VFs",
	};
	check_says(FILE_A "vf 0-2 = p\ndriver 0-2 = none\n",
		   "t.ini:12:1: driver: GPU 0000:41:00.0 is driven by madeup_drv, which binds its own driver to VFs");
	abilities.of[ABILITY_COUNT] = (struct ability){
		.cannot = "takes the number from its module parameter",
	};
	check_says(FILE_A "vfs = 1\nvf 0 = p\n",
		   "t.ini:11:7: vfs: GPU 0000:41:00.0 is driven by madeup_drv, which takes the number from its module parameter");
	abilities.of[ABILITY_COUNT].way_out = ": modprobe madeup_drv vfs=";
	check_says(FILE_A "vf 0-2 = p\n",
		   "t.ini:9:2: vfs: GPU 0000:41:00.0 is driven by madeup_drv, which takes the number from its module parameter: modprobe madeup_drv vfs=3");
	/* what is so can be written down */
	live.num_vfs = 3;
	check_is_good(FILE_A "vf 0-2 = p\n");
	check_says(FILE_A "vfs = 0\n", "t.ini:11:7: vfs: ");
}

static void one_line_is_one_error(void **state)
{
	char *said, *at;
	size_t n = 0;

	abilities.of[ABILITY_COUNT].can_set = true;
	abilities.of[ABILITY_DRIVER].cannot = "no";
	abilities.of[ABILITY_FB].max = 2 * MIB;
	said = check(FILE_A "vf 0-2 = p\nvf 3 = q\nvf 4 = p\ndriver 0-4 = none\n");
	for (at = said; (at = strstr(at, "which")); at++)
		n++;
	/* fb of p, fb of q, driver */
	assert_int_equal(n, 3);
	free(said);
}

static void another_provider_is_refused_at_its_line(void **state)
{
	char *said = check(FILE_A "provider = generic\n");

	assert_says(said, "t.ini:11:12: provider: GPU 0000:41:00.0 is driven by madeup_drv, which is a GPU of provider madeup, not of generic");
	free(said);
	check_is_good(FILE_A "provider = any\n");
}

static void each_provider_has_its_table(void **state)
{
	const struct abilities *all[] = {
		abilities_by_name("gpuvf"), abilities_by_name("generic"),
		abilities_by_name("xe"), &xe_abilities,
		&xe_abilities_read_only, &xe_abilities_fair,
		&xe_abilities_integrated,
		abilities_by_name("nvidia"), &nvidia_mdev_abilities,
		abilities_by_name("i915"), &i915_abilities,
		&i915_discrete_abilities, abilities_by_name("gim"),
		&gim_old_abilities,
	};
	enum ability_key key;
	size_t i;

	assert_null(abilities_by_name("yz"));
	assert_null(abilities_by_name(""));
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		assert_non_null(all[i]);
		for (key = 0; key < NUM_ABILITIES; key++) {
			assert_non_null(ability_name(key));
			/* what cannot be set says why; all else says when */
			if (all[i]->of[key].can_set)
				assert_true(all[i]->of[key].when);
			else if (key != ABILITY_STATS)
				assert_non_null(all[i]->of[key].cannot);
		}
	}
	assert_true(all[0]->of[ABILITY_FB].can_set);
	assert_false(all[1]->of[ABILITY_FB].can_set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_cannot_be_set_is_refused_by_name, begin, end),
		cmocka_unit_test_setup_teardown(operations_that_a_provider_lacks_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(values_have_bounds, begin, end),
		cmocka_unit_test_setup_teardown(values_are_rounded_as_the_provider_would, begin, end),
		cmocka_unit_test_setup_teardown(each_key_has_its_time, begin, end),
		cmocka_unit_test_setup_teardown(vfs_that_are_not_there_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(a_provider_with_a_dry_run_is_asked, begin, end),
		cmocka_unit_test_setup_teardown(sections_are_refused_at_their_lines, begin, end),
		cmocka_unit_test_setup_teardown(one_line_is_one_error, begin, end),
		cmocka_unit_test_setup_teardown(another_provider_is_refused_at_its_line, begin, end),
		cmocka_unit_test_setup_teardown(each_provider_has_its_table, begin, end),
	};

	return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
