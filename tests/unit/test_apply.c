// SPDX-License-Identifier: GPL-2.0
/*
 * Carrying plans out against a fake kernel: the order of steps, and the way
 * back when any of them fails.
 */
#include <errno.h>
#include <signal.h>

#include "apply_test.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"

static int plan(const char *text)
{
	struct vf_driver *drivers = read_drivers(&fake.gpu, NULL);
	struct config config;
	struct plan plan;
	int code;

	config_is_good(&config, text);
	plan_make(&plan, &config, &config.gpus[0], &fake.gpu, drivers);
	code = plan_check(&plan);
	plan_free(&plan);
	config_free(&config);
	free(drivers);
	return code;
}

/* everything that a user could see, but for the revision */
static char *picture(void)
{
	const struct gpu *gpu = &fake.gpu;
	char *text = NULL;
	size_t size;
	FILE *f;
	u32 i;

	f = open_memstream(&text, &size);
	fprintf(f, "%u %u %llu %u %u\n", gpu->num_vfs, gpu->policy,
		gpu->fb_pf_reserve, gpu->provisioning, fake.autoprobe);
	for (i = 0; i < FAKE_VFS; i++) {
		const struct vf *vf = &gpu->vfs[i];

		fprintf(f, "%u %llu %u %s %s %s\n", i, vf->fb_bytes,
			vf->fb_bytes ? vf->time_slice_us : 0, vf->profile,
			fake.bound[i], fake.override[i]);
	}
	fclose(f);
	return text;
}

static void up_then_nothing_then_down(void **state)
{
	fake_reset();
	assert_int_equal(apply(GPU "vf 0-3 = small\n"), EXIT_DONE);
	log_is("L4");
	assert_int_equal(fake.gpu.num_vfs, 4);
	assert_int_equal(fake.gpu.vfs[3].fb_bytes, GIB);
	assert_int_equal(apply(GPU "vf 0-3 = small\n"), EXIT_DONE);
	log_is("");
	assert_int_equal(apply(GPU), EXIT_DONE);
	log_is("0L");
	assert_int_equal(fake.gpu.num_vfs, 0);
	assert_int_equal(fake.gpu.vfs[3].fb_bytes, 0);
	assert_int_equal(apply(GPU "vfs = 0\n"), EXIT_DONE);
	log_is("");
}

static void times_change_live(void **state)
{
	fake_reset();
	apply(GPU "vf 0-3 = small\n");
	log_is("L4");
	fake.gpu.vfs[2].time_slice_us = 5000;
	fake.gpu.vfs[2].in_use = true;
	assert_int_equal(apply(GPU "vf 0-3 = small\npolicy = equal\n"),
			 EXIT_DONE);
	log_is("L");
	assert_int_equal(fake.gpu.vfs[2].time_slice_us, 4000);
	assert_int_equal(fake.gpu.policy, POLICY_EQUAL);
}

static void another_count_is_reached_by_way_of_zero(void **state)
{
	fake_reset();
	apply(GPU "vf 0-3 = small\n");
	log_is("L4");
	assert_int_equal(apply(GPU "vf 0-4 = small\nvf 5 = big\n"), EXIT_DONE);
	log_is("0L6");
	fake.gpu.vfs[5].in_use = true;
	assert_int_equal(apply(GPU "vf 0-3 = small\n"), EXIT_BUSY);
	log_is("");
	assert_int_equal(fake.gpu.num_vfs, 6);
}

/* what the kernel would refuse is known before any VF is taken away */
static void a_layout_that_does_not_fit_takes_nothing_away(void **state)
{
	char *before, *after;

	fake_reset();
	apply(GPU "vf 0-3 = small\n");
	log_is("L4");
	before = picture();
	assert_int_equal(apply(GPU "vf 0-4 = big\n"), EXIT_USAGE);
	log_is("");
	assert_int_equal(apply(GPU "vf 0-3 = big\n"), EXIT_USAGE);
	log_is("");
	after = picture();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void a_change_in_between_is_answered_by_planning_anew(void **state)
{
	fake_reset();
	fake.stale = 2;
	assert_int_equal(apply(GPU "vf 0-3 = small\n"), EXIT_DONE);
	log_is("L4");
	fake.stale = 1000;
	assert_int_equal(apply(GPU "vf 0-2 = big\nvf 3 = small\n"),
			 EXIT_FAILED);
	log_is("");
}

static void drivers_are_set_and_probing_is_put_back(void **state)
{
	fake_reset();
	assert_int_equal(apply(GPU "vf 0-3 = small\ndriver 0 = vfio-pci\n"
			       "driver 1 = none\ndriver 2 = default\n"),
			 EXIT_DONE);
	log_is("L4dd");
	assert_string_equal(fake.bound[0], "vfio-pci");
	assert_string_equal(fake.bound[1], "");
	assert_string_equal(fake.override[1], "none");
	assert_string_equal(fake.bound[2], "gpu");
	assert_string_equal(fake.bound[3], "gpu");
	assert_int_equal(fake.autoprobe, 1);
	/* the same VFs, other drivers: live */
	assert_int_equal(apply(GPU "vf 0-3 = small\ndriver 0 = default\n"
			       "driver 1-3 = vfio-pci\n"), EXIT_DONE);
	log_is("dddd");
	assert_string_equal(fake.bound[0], "gpu");
	assert_string_equal(fake.bound[3], "vfio-pci");
	/* of several that hand VFs to guests, the one that is named */
	assert_int_equal(apply(GPU "vf 0-3 = small\ndriver 0-1 = gpuvf-vfio\n"
			       "driver 2-3 = vfio-pci\n"), EXIT_DONE);
	assert_string_equal(fake.bound[0], "gpuvf-vfio");
	assert_string_equal(fake.override[1], "gpuvf-vfio");
	assert_string_equal(fake.bound[3], "vfio-pci");
}

static void probing_that_was_off_stays_off(void **state)
{
	fake_reset();
	fake.autoprobe = 0;
	assert_int_equal(apply(GPU "vf 0-1 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_DONE);
	assert_int_equal(fake.autoprobe, 0);
	assert_string_equal(fake.bound[0], "vfio-pci");
	assert_string_equal(fake.bound[1], "");
}

static void a_driver_that_is_missing_is_known_in_advance(void **state)
{
	fake_reset();
	fake.has_vfio = false;
	assert_int_equal(apply(GPU "vf 0 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_MISSING);
	log_is("");
}

static void a_driver_that_takes_nothing_is_the_way_back(void **state)
{
	char *before, *after;

	fake_reset();
	fake.vfio_broken = true;
	before = picture();
	assert_int_equal(apply(GPU "vf 0 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_MISSING);
	after = picture();
	assert_string_equal(before, after);
	free(before);
	free(after);
	/* VFs that were there before keep their drivers */
	assert_int_equal(apply(GPU "vf 0-1 = small\ndriver 0 = none\n"),
			 EXIT_DONE);
	before = picture();
	assert_int_equal(apply(GPU "vf 0-1 = small\ndriver 0 = default\n"
			       "driver 1 = vfio-pci\n"), EXIT_MISSING);
	after = picture();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* a program took its driver off a VF: nor has it one after the way back */
static void a_vf_without_a_driver_stays_so_on_the_way_back(void **state)
{
	char *before, *after;

	fake_reset();
	assert_int_equal(apply(GPU "vf 0-1 = small\n"), EXIT_DONE);
	sysfs_unbind("1");
	before = picture();
	fake.vfio_broken = true;
	assert_int_equal(apply(GPU "vf 0-2 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_MISSING);
	after = picture();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void fair_shares_come_back(void **state)
{
	char *before, *after;

	fake_reset();
	sysfs_set_number("", "sriov_numvfs", 3);
	before = picture();
	fake.changes = 0;
	fake.fail_at = 3;
	fake.fail_error = -ENOMEM;
	assert_int_not_equal(apply(GPU "vf 0-3 = small\n"), EXIT_DONE);
	after = picture();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/*
 * Each change on the way from any of these states to any other is made to fail
 * in turn. The way back does not fail here, so the GPU is as before.
 */
static void every_failure_ends_in_the_state_before(void **state)
{
	static const char *const files[] = {
		GPU,
		GPU "vf 0-3 = small\n",
		GPU "vf 0-3 = small\npolicy = equal\npf_reserve = 512MiB\n",
		GPU "vf 0-1 = big\nvf 2 = small\n",
		GPU "vf 0-5 = small\ndriver 0-2 = none\n",
		GPU "vf 0-5 = small\ndriver 3-5 = vfio-pci\n",
	};
	size_t from, to;
	unsigned int k;
	unsigned int failures = 0;

	for (from = 0; from < ARRAY_SIZE(files); from++) {
		for (to = 0; to < ARRAY_SIZE(files); to++) {
			for (k = 1; k < 20; k++) {
				char *before, *after;
				int code;

				fake_reset();
				assert_int_equal(apply(files[from]), EXIT_DONE);
				before = picture();
				log_is(fake.log);
				fake.fail_at = k;
				fake.fail_error = -EIO;
				code = apply(files[to]);
				after = picture();
				if (code != EXIT_DONE) {
					assert_int_equal(code, EXIT_FAILED);
					assert_string_equal(before, after);
				}
				failures += code != EXIT_DONE;
				assert_int_equal(fake.autoprobe, 1);
				free(before);
				free(after);
				if (code == EXIT_DONE)
					break;
			}
			assert_true(k < 20);
		}
	}
	assert_true(failures > 50);
}

/*
 * A host driver is loaded at the worst of all moments, whichever that is. It
 * never has a VF that is meant for something else.
 */
static void no_host_driver_gets_a_vf_in_between(void **state)
{
	static const char first[] = GPU "vf 0-3 = small\n"
		"driver 0-1 = vfio-pci\ndriver 2 = none\n";
	u32 i;

	fake_reset();
	fake.eager = true;
	assert_int_equal(apply(first), EXIT_DONE);
	assert_int_equal(apply(GPU "vf 0-4 = small\ndriver 0-1 = vfio-pci\n"
			       "driver 2 = none\n"), EXIT_DONE);
	/* live, too, and on the way back */
	assert_int_equal(apply(GPU "vf 0-4 = small\ndriver 0-1 = none\n"
			       "driver 2 = vfio-pci\n"), EXIT_DONE);
	fake.vfio_broken = true;
	fake.fail_at = 0;
	assert_int_equal(apply(GPU "vf 0-5 = small\ndriver 0 = none\n"
			       "driver 1-2 = vfio-pci\n"), EXIT_ATTENTION);
	fake.vfio_broken = false;
	assert_int_equal(apply(first), EXIT_DONE);
	for (i = 0; i < 3; i++)
		if (fake.taken[i])
			fail_msg("VF %u was taken by a host driver", i);
	assert_int_equal(fake.autoprobe, 1);
}

/* no driver is bound: that it stays so has to be said */
static void the_override_is_part_of_the_state(void **state)
{
	fake_reset();
	fake.has_gpu = false;
	assert_int_equal(apply(GPU "vf 0-3 = small\n"), EXIT_DONE);
	log_is("L4");
	assert_string_equal(fake.bound[0], "");
	assert_int_equal(apply(GPU "vf 0-3 = small\ndriver 0-3 = none\n"),
			 EXIT_DONE);
	log_is("dddd");
	assert_string_equal(fake.override[3], "none");

	/* taken by new_id: the VF may be in use, and stays bound */
	fake_reset();
	assert_int_equal(apply(GPU "vf 0-1 = small\n"), EXIT_DONE);
	log_is("L2");
	copy_string(fake.bound[0], NAME_SIZE, "vfio-pci");
	fake.gpu.vfs[0].in_use = true;
	fake.vfio_broken = true;
	assert_int_equal(apply(GPU "vf 0-1 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_DONE);
	log_is("d");
	assert_string_equal(fake.override[0], "vfio-pci");
	assert_string_equal(fake.bound[0], "vfio-pci");
	/* but it is not taken from its user */
	assert_int_equal(apply(GPU "vf 0-1 = small\ndriver 0 = none\n"),
			 EXIT_BUSY);
	log_is("");
}

static void an_iommu_that_is_missing_is_known_in_advance(void **state)
{
	char *said;
	struct listening listening;

	fake_reset();
	fake.no_iommu = true;
	assert_int_equal(apply(GPU "vf 0 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_MISSING);
	log_is("");
	assert_int_equal(apply(GPU "vf 0-1 = small\n"), EXIT_DONE);
	log_is("L2");
	listening = listen_begin();
	assert_int_equal(plan(GPU "vf 0-1 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_MISSING);
	said = listen_end(listening);
	assert_says(said, "VF 0: vfio-pci cannot take it: the GPU has no IOMMU group");
	free(said);
}

static void a_wedged_gpu_is_not_in_sync(void **state)
{
	fake_reset();
	assert_int_equal(apply(GPU "vf 0-1 = small\n"), EXIT_DONE);
	fake.gpu.state = PF_STATE_WEDGED;
	assert_int_equal(apply(GPU "vf 0-1 = small\n"), EXIT_ATTENTION);
	assert_int_equal(plan(GPU "vf 0-1 = small\n"), EXIT_ATTENTION);
}

/* a signal at any step is acted on when the GPU is in one state or the other */
static void signals_wait_for_the_last_step(void **state)
{
	static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	unsigned int at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		signal(numbers[i], note_signal);
		for (at = 1; at <= 5; at++) {
			fake_reset();
			assert_int_equal(apply(GPU "vf 0-1 = small\n"),
					 EXIT_DONE);
			log_is("L2");
			fake.raise_at = at;
			fake.signal = numbers[i];
			log_at_signal = 0;
			assert_int_equal(apply(GPU "vf 0-2 = big\n"
					       "driver 0-1 = none\n"),
					 EXIT_DONE);
			assert_int_equal(log_at_signal, strlen("0L3dd"));
			log_is("0L3dd");
		}
		signal(numbers[i], SIG_DFL);
	}
}

/* and of apply; its GPU is as it was, but for that */
static void a_change_that_wedges_needs_attention(void **state)
{
	fake_reset();
	assert_int_equal(apply(GPU "vf 0-1 = small\n"), EXIT_DONE);
	fake.fail_at = fake.changes + 1;
	fake.fail_error = -EUCLEAN;
	assert_int_equal(apply(GPU "vf 0-1 = big\n"), EXIT_FAILED);
	fake.fail_at = fake.changes + 1;
	fake.fail_wedges = true;
	assert_int_equal(apply(GPU "vf 0-1 = big\n"), EXIT_ATTENTION);
	assert_int_equal(fake.gpu.num_vfs, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_then_nothing_then_down),
		cmocka_unit_test(times_change_live),
		cmocka_unit_test(another_count_is_reached_by_way_of_zero),
		cmocka_unit_test(a_layout_that_does_not_fit_takes_nothing_away),
		cmocka_unit_test(a_change_in_between_is_answered_by_planning_anew),
		cmocka_unit_test(drivers_are_set_and_probing_is_put_back),
		cmocka_unit_test(probing_that_was_off_stays_off),
		cmocka_unit_test(a_driver_that_is_missing_is_known_in_advance),
		cmocka_unit_test(a_driver_that_takes_nothing_is_the_way_back),
		cmocka_unit_test(a_vf_without_a_driver_stays_so_on_the_way_back),
		cmocka_unit_test(fair_shares_come_back),
		cmocka_unit_test(every_failure_ends_in_the_state_before),
		cmocka_unit_test(no_host_driver_gets_a_vf_in_between),
		cmocka_unit_test(the_override_is_part_of_the_state),
		cmocka_unit_test(an_iommu_that_is_missing_is_known_in_advance),
		cmocka_unit_test(a_wedged_gpu_is_not_in_sync),
		cmocka_unit_test(signals_wait_for_the_last_step),
		cmocka_unit_test(a_change_that_wedges_needs_attention),
	};

	return cmocka_run_group_tests_name("apply", tests, set_up, clean_up);
}
