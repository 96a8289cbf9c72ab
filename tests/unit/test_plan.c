// SPDX-License-Identifier: GPL-2.0
/*
 * The difference between what is and what shall be, and its order.
 */
#include "agent_test.h"
#include "apply/check.h"
#include "base/exit_code.h"
#include "plan/plan.h"
#include "show/plan_show.h"

#define HEAD	"[gpuvf]\nversion = 1\n"
#define SHAPES	HEAD "[profile small]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[profile big]\nfb = 4GiB\ntime_slice = 12ms\n"
#define GPU	SHAPES "[gpu g]\nmatch = *\n"

static struct config config;

static void plan_for(struct plan *plan, const char *text, const struct gpu *live,
		     const struct vf_driver *drivers)
{
	config_free(&config);
	config_is_good(&config, text);
	plan_make(plan, &config, config_for_gpu(&config, live), live, drivers);
}

/* a GPU on which a configuration was applied, driver lines aside */
static struct gpu gpu_with(const char *text)
{
	struct gpu live = test_gpu();
	struct plan plan;
	u32 i;

	plan_for(&plan, text, &live, NULL);
	live.num_vfs = plan.wanted.num_vfs;
	if (plan.wanted.set & GPU_SET_POLICY)
		live.policy = plan.wanted.policy;
	if (plan.wanted.set & GPU_SET_PF_RESERVE)
		live.fb_pf_reserve = plan.wanted.fb_pf_reserve;
	for (i = 0; i < live.vfs_len; i++) {
		live.vfs[i] = plan.wanted.vfs[i];
		/* the kernel tells the timeout that holds, never 0 */
		live.vfs[i].preempt_timeout_us =
			vf_preempt_timeout_us(&plan.wanted.vfs[i]);
	}
	plan_free(&plan);
	return live;
}

static void steps_are(const char *text, const struct gpu *live, u32 steps)
{
	struct plan plan;

	plan_for(&plan, text, live, NULL);
	assert_int_equal(plan.steps, steps);
	plan_free(&plan);
}

static int check(const struct plan *plan)
{
	struct quiet quiet = be_quiet();
	int code = plan_check(plan);

	be_loud(quiet);
	return code;
}

static void nothing_to_do_is_nothing_done(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0-3 = small\nvf 4 = big\n");

	steps_are(GPU "vf 0-3 = small\nvf 4 = big\n", &live, 0);
	steps_are(GPU "vf 4 = big\nvf 0-3 = small\nvfs = 5\n", &live, 0);
	gpu_free(&live);
}

static void up_from_nothing_is_layout_then_enable(void **state)
{
	struct gpu live = test_gpu();
	struct plan plan;

	plan_for(&plan, GPU "vf 0-1 = small\n", &live, NULL);
	assert_int_equal(plan.steps, STEP_LAYOUT | STEP_ENABLE);
	assert_int_equal(plan.changes[0], VF_CREATE);
	assert_int_equal(plan.changes[1], VF_CREATE);
	assert_int_equal(plan.changes[2], 0);
	assert_int_equal(plan.wanted.revision, live.revision);
	plan_free(&plan);
	gpu_free(&live);
}

static void a_new_slice_is_live(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0-3 = small\n");
	struct plan plan;

	live.vfs[2].time_slice_us = 5000;
	plan_for(&plan, GPU "vf 0-3 = small\n", &live, NULL);
	assert_int_equal(plan.steps, STEP_LAYOUT);
	assert_int_equal(plan.changes[2], VF_RETIME);
	assert_int_equal(plan.changes[1], 0);
	plan_free(&plan);
	gpu_free(&live);
}

static void placement_is_not_guessed(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0-3 = small\n");
	struct plan plan;

	live.provisioning = PROVISIONING_EXPLICIT;
	plan_for(&plan, GPU "vf 0-3 = small\n", &live, NULL);
	assert_true(plan_knows_placement(&plan));
	assert_ptr_equal(plan_future(&plan), &plan.live);
	plan_free(&plan);
	/* a new layout is the kernel's to place */
	plan_for(&plan, GPU "vf 0-3 = big\n", &live, NULL);
	assert_false(plan_knows_placement(&plan));
	plan_add_placement(&plan, &live);
	assert_true(plan_knows_placement(&plan));
	plan_free(&plan);
	/* and so are fair shares, which come and go with the VFs */
	live.provisioning = PROVISIONING_AUTO;
	live.vfs[0].fb_auto = true;
	plan_for(&plan, GPU "vf 0-3 = small\n", &live, NULL);
	assert_true(plan_knows_placement(&plan));
	plan_free(&plan);
	plan_for(&plan, GPU "vfs = 0\n", &live, NULL);
	plan.steps &= ~STEP_LAYOUT;
	assert_false(plan_knows_placement(&plan));
	plan_free(&plan);
	gpu_free(&live);
}

static void every_setting_is_compared(void **state)
{
	static const char text[] = GPU "policy = equal\npf_reserve = 512MiB\nvf 0-3 = small\n";
	struct gpu live = gpu_with(text);
	struct plan plan;

	steps_are(text, &live, 0);
	live.policy = POLICY_FIXED;
	steps_are(text, &live, STEP_LAYOUT);
	live.policy = POLICY_EQUAL;
	live.fb_pf_reserve += 16 * MIB;
	steps_are(text, &live, STEP_LAYOUT);
	live.fb_pf_reserve -= 16 * MIB;
	live.vfs[0].preempt_timeout_us++;
	steps_are(text, &live, STEP_LAYOUT);
	live.vfs[0].preempt_timeout_us--;
	copy_string(live.vfs[3].profile, LABEL_SIZE, "x");
	plan_for(&plan, text, &live, NULL);
	assert_int_equal(plan.steps, STEP_LAYOUT);
	assert_int_equal(plan.changes[3], VF_RELABEL);
	plan_free(&plan);
	copy_string(live.vfs[3].profile, LABEL_SIZE, "small");
	live.vfs[1].fb_bytes += 16 * MIB;
	plan_for(&plan, text, &live, NULL);
	assert_int_equal(plan.changes[1], VF_RESIZE);
	plan_free(&plan);
	gpu_free(&live);
}

static void what_the_file_does_not_say_is_left_alone(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0 = small\n");
	struct plan plan;

	live.policy = POLICY_BEST_EFFORT;
	live.fb_pf_reserve = GIB;
	steps_are(GPU "vf 0 = small\n", &live, 0);
	plan_for(&plan, GPU "vf 0 = big\n", &live, NULL);
	assert_int_equal(plan.wanted.set, 0);
	plan_free(&plan);
	gpu_free(&live);
}

static void quotas_are_compared_as_rounded(void **state)
{
	static const char text[] = HEAD "[profile p]\nfb = 1000MiB\n[gpu g]\nmatch = *\nvf 0 = p\n";
	struct gpu live = gpu_with(text);

	assert_int_equal(live.vfs[0].fb_bytes, 1008 * MIB);
	steps_are(text, &live, 0);
	gpu_free(&live);
}

static void the_default_timeout_is_the_one_that_holds(void **state)
{
	struct vf vf = { .time_slice_us = 4000 };

	assert_int_equal(vf_preempt_timeout_us(&vf), 20000);
	vf.time_slice_us = 30000;
	assert_int_equal(vf_preempt_timeout_us(&vf), 60000);
	vf.preempt_timeout_us = 5;
	assert_int_equal(vf_preempt_timeout_us(&vf), 5);
}

static void another_count_needs_zero_in_between(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0-3 = small\n");

	steps_are(GPU "vf 0-5 = small\n", &live,
		  STEP_DISABLE | STEP_LAYOUT | STEP_ENABLE);
	steps_are(GPU "vf 0-1 = small\n", &live,
		  STEP_DISABLE | STEP_LAYOUT | STEP_ENABLE);
	steps_are(GPU, &live, STEP_DISABLE | STEP_LAYOUT);
	steps_are(GPU "vfs = 0\nvf 0-3 = small\n", &live,
		  STEP_DISABLE | STEP_LAYOUT);
	/* the layout is there already, only the VFs are not enabled */
	live.num_vfs = 0;
	steps_are(GPU "vf 0-3 = small\n", &live, STEP_ENABLE);
	live.num_vfs = 2;
	steps_are(GPU "vf 0-3 = small\n", &live, STEP_DISABLE | STEP_ENABLE);
	gpu_free(&live);
}

static void fair_shares_go_by_themselves(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0-3 = small\n");
	u32 i;

	for (i = 0; i < 4; i++)
		live.vfs[i].fb_auto = true;
	/* as wanted: nothing to do */
	steps_are(GPU "vf 0-3 = small\n", &live, 0);
	/* they vanish when the VFs are disabled, so they have to be set */
	steps_are(GPU "vf 0-5 = small\n", &live,
		  STEP_DISABLE | STEP_LAYOUT | STEP_ENABLE);
	/* and need not be taken away */
	steps_are(GPU, &live, STEP_DISABLE);
	gpu_free(&live);
}

static void vfs_in_use_are_not_taken_away(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0-3 = small\n");
	struct plan plan;

	live.vfs[3].in_use = true;
	copy_string(live.vfs[3].driver, NAME_SIZE, "vfio-pci");
	plan_for(&plan, GPU "vf 0-1 = small\n", &live, NULL);
	assert_int_equal(check(&plan), EXIT_BUSY);
	plan_free(&plan);
	/* what does not take it away is the kernel's to judge */
	plan_for(&plan, GPU "vf 0-3 = big\n", &live, NULL);
	assert_int_equal(check(&plan), EXIT_DONE);
	plan_free(&plan);
	gpu_free(&live);
}

static void more_vfs_than_there_can_be_are_refused(void **state)
{
	struct gpu live = test_gpu();
	struct plan plan;

	plan_for(&plan, GPU "vf 0-16 = small\n", &live, NULL);
	assert_int_equal(check(&plan), EXIT_USAGE);
	plan_free(&plan);
	plan_for(&plan, GPU "vf 0-15 = small\n", &live, NULL);
	assert_int_equal(check(&plan), EXIT_DONE);
	plan_free(&plan);
	gpu_free(&live);
}

static void drivers_are_compared(void **state)
{
	static const char text[] = GPU "vf 0-3 = small\ndriver 0 = vfio-pci\n"
		"driver 1 = none\ndriver 2 = default\n";
	struct vf_driver drivers[4] = {
		{ "vfio-pci", "vfio-pci" }, { "", "none" }, { "gpu", "" },
		{ "gpu", "x" },
	};
	struct gpu live = gpu_with(text);
	struct plan plan;

	plan_for(&plan, text, &live, drivers);
	assert_int_equal(plan.steps, 0);
	plan_free(&plan);

	copy_string(drivers[0].bound, NAME_SIZE, "gpu");
	copy_string(drivers[1].bound, NAME_SIZE, "gpu");
	copy_string(drivers[2].override, NAME_SIZE, "vfio-pci");
	live.vfs[1].in_use = true;
	plan_for(&plan, text, &live, drivers);
	assert_int_equal(plan.steps, STEP_DRIVERS);
	assert_int_equal(plan.changes[0], VF_REBIND);
	assert_int_equal(plan.changes[1], VF_REBIND);
	assert_int_equal(plan.changes[2], VF_REBIND);
	assert_int_equal(plan.changes[3], 0);
	assert_int_equal(check(&plan), EXIT_BUSY);
	plan_free(&plan);
	gpu_free(&live);
}

static void new_vfs_get_their_drivers(void **state)
{
	struct gpu live = test_gpu();

	steps_are(GPU "vf 0-1 = small\ndriver 0-1 = none\n", &live,
		  STEP_LAYOUT | STEP_ENABLE | STEP_DRIVERS);
	gpu_free(&live);
}

static void the_kernels_placement_shows_moves(void **state)
{
	struct gpu live = gpu_with(GPU "vf 0-1 = small\n");
	struct gpu after;
	struct plan plan;

	live.vfs[1].fb_offset = GIB;
	plan_for(&plan, GPU "vf 0 = big\nvf 1 = small\n", &live, NULL);
	gpu_copy(&after, &plan.wanted);
	after.vfs[1].fb_offset = 4 * GIB;
	plan_add_placement(&plan, &after);
	assert_int_equal(plan.changes[0], VF_RESIZE | VF_RETIME | VF_RELABEL);
	assert_int_equal(plan.changes[1], VF_MOVE);
	plan_free(&plan);
	gpu_free(&after);
	gpu_free(&live);
}

static void the_closest_match_wins(void **state)
{
	static const char text[] = SHAPES "[gpu any]\nmatch = *\n"
		"[gpu one]\npci = 0000:41:00.0\n[gpu kind]\nmatch = 4756:0020\n";
	struct gpu gpu = test_gpu();

	config_free(&config);
	config_is_good(&config, text);
	assert_string_equal(config_for_gpu(&config, &gpu)->name, "one");
	copy_string(gpu.bdf, BDF_SIZE, "0000:42:00.0");
	assert_string_equal(config_for_gpu(&config, &gpu)->name, "kind");
	gpu.device = 1;
	assert_string_equal(config_for_gpu(&config, &gpu)->name, "any");
	config_free(&config);
	config_is_good(&config, SHAPES "[gpu one]\npci = 0000:41:00.0\n");
	assert_null(config_for_gpu(&config, &gpu));
	gpu_free(&gpu);
}

static void random_file(char *text, size_t size, unsigned int *random)
{
	u32 n = rand_r(random) % 17;
	u32 i;

	copy_string(text, size, GPU);
	if (rand_r(random) % 2)
		strcat(text, rand_r(random) % 2 ? "policy = equal\n" :
						  "policy = fixed\n");
	for (i = 0; i < n; i++) {
		char line[32];

		if (rand_r(random) % 8 == 0 && i + 1 < n)
			continue;
		snprintf(line, sizeof(line), "vf %u = %s\n", i,
			 rand_r(random) % 2 ? "small" : "big");
		strcat(text, line);
	}
}

/* after applying any file to any state, the same file has nothing to do */
static void applying_twice_is_applying_once(void **state)
{
	const char *rounds = getenv("GPUVF_UNIT_ROUNDS");
	unsigned int n = rounds ? strtoul(rounds, NULL, 10) : 500;
	unsigned int seed, changed = 0;
	char text[1024];

	for (seed = 0; seed < n; seed++) {
		struct diag_list diags = {};
		unsigned int random = seed;
		struct config any = {};
		struct gpu live;
		struct plan plan;

		random_file(text, sizeof(text), &random);
		add_text(&any, "t.ini", text, &diags);
		config_interpret(&any, &diags);
		if (diags.errors)
			fail_msg("seed %u: %s", seed, diags.diags[0].message);
		live = test_gpu();
		live.num_vfs = rand_r(&random) % 17;
		plan_make(&plan, &any, &any.gpus[0], &live, NULL);
		changed += !!plan.steps;
		gpu_free(&live);
		gpu_copy(&live, &plan.wanted);
		live.policy = plan.wanted.policy;
		plan_free(&plan);
		plan_make(&plan, &any, &any.gpus[0], &live, NULL);
		if (plan.steps)
			fail_msg("seed %u: steps %#x\n%s", seed, plan.steps,
				 text);
		plan_free(&plan);
		gpu_free(&live);
		diag_free(&diags);
		config_free(&any);
	}
	assert_true(changed > n / 2);
}

static int clean_up(void **state)
{
	config_free(&config);
	return 0;
}

static void a_refusal_is_there_for_programs(void **state)
{
	struct config config;
	struct gpu live = test_gpu();
	json_t *json, *detail;
	struct plan plan;
	const char *reason;
	int vf;

	config_is_good(&config,
		       "[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n[gpu g]\nmatch = *\nvf 0 = p\n");
	plan_make(&plan, &config, &config.gpus[0], &live, NULL);
	json = plan_json(&plan);
	assert_true(json_is_null(json_object_get(json, "error")));
	json_decref(json);
	plan.detail = (struct error_detail){
		.reason = REASON_NO_SPACE, .vf = 3, .value = 5,
		.limit = 4, .message = "no",
	};
	json = plan_json(&plan);
	detail = json_object_get(json, "error");
	assert_int_equal(json_unpack(detail, "{s:s,s:i}", "reason", &reason,
				     "vf", &vf), 0);
	assert_string_equal(reason, "no-space");
	assert_int_equal(vf, 3);
	assert_int_equal(json_integer_value(json_object_get(detail, "value")),
			 5);
	json_decref(json);
	plan_free(&plan);
	config_free(&config);
	gpu_free(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_do_is_nothing_done),
		cmocka_unit_test(up_from_nothing_is_layout_then_enable),
		cmocka_unit_test(a_new_slice_is_live),
		cmocka_unit_test(placement_is_not_guessed),
		cmocka_unit_test(every_setting_is_compared),
		cmocka_unit_test(what_the_file_does_not_say_is_left_alone),
		cmocka_unit_test(quotas_are_compared_as_rounded),
		cmocka_unit_test(the_default_timeout_is_the_one_that_holds),
		cmocka_unit_test(another_count_needs_zero_in_between),
		cmocka_unit_test(fair_shares_go_by_themselves),
		cmocka_unit_test(vfs_in_use_are_not_taken_away),
		cmocka_unit_test(more_vfs_than_there_can_be_are_refused),
		cmocka_unit_test(drivers_are_compared),
		cmocka_unit_test(new_vfs_get_their_drivers),
		cmocka_unit_test(the_kernels_placement_shows_moves),
		cmocka_unit_test(the_closest_match_wins),
		cmocka_unit_test(applying_twice_is_applying_once),
		cmocka_unit_test(a_refusal_is_there_for_programs),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, clean_up);
}
