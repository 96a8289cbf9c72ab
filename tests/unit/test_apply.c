// SPDX-License-Identifier: GPL-2.0
/*
 * Carrying plans out against a fake kernel: the order of steps, and the way
 * back when any of them fails.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "apply/apply.h"
#include "apply/check.h"
#include "base/exit_code.h"
#include "fake_kernel.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"
#include "show/output.h"
#include "main.h"

#define GPU	"[gpuvf]\nversion = 1\n" \
		"[profile small]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[profile big]\nfb = 4GiB\ntime_slice = 12ms\n" \
		"[gpu g]\nmatch = *\n"

static char *root;

static bool there_is(const char *file)
{
	char *path = xasprintf("%s/%s", root, file);
	bool yes = !access(path, F_OK);

	free(path);
	return yes;
}

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

static int apply(const char *text)
{
	struct vf_driver drivers[FAKE_VFS] = {};
	struct journal journal = {};
	struct config config;
	struct quiet quiet;
	struct plan plan;
	int code;
	u32 i;

	for (i = 0; i < FAKE_VFS; i++) {
		copy_string(drivers[i].bound, NAME_SIZE, fake.bound[i]);
		copy_string(drivers[i].override, NAME_SIZE, fake.override[i]);
	}
	config_is_good(&config, text);
	plan_make(&plan, &config, &config.gpus[0], &fake.gpu, drivers);
	quiet = be_quiet();
	code = apply_plan(&plan, &fake_provider, &journal);
	code = exit_worse(code, journal_finish(&journal));
	be_loud(quiet);
	plan_free(&plan);
	config_free(&config);
	return code;
}

static void log_is(const char *expected)
{
	assert_string_equal(fake.log, expected);
	fake.log[0] = '\0';
	fake.changes = 0;
}

/* everything that a user could see, but for the generation */
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

/* somebody took its driver off a VF: nor has it one after the way back */
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

static size_t log_at_signal;

static void note_signal(int number)
{
	log_at_signal = strlen(fake.log);
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

static int apply_both(const char *text)
{
	char *path = xasprintf("%s/both.ini", root);
	char *argv[5] = { "apply", "-f", path, "--no-wait", NULL };
	FILE *f = fopen(path, "w");
	struct quiet quiet;
	int code;

	fputs(text, f);
	fclose(f);
	quiet = be_quiet();
	code = run_verb(find_verb("apply"), 4, argv);
	be_loud(quiet);
	free(path);
	return code;
}

#define BOTH(a, b) "[gpuvf]\nversion = 1\n" \
		"[profile small]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[gpu a]\npci = 0000:41:00.0\n" a \
		"[gpu b]\npci = 0000:42:00.0\n" b

/* the way back of GPU @f fails at this change and at each one after it */
static void fail_from(struct fake_gpu *f, unsigned int at)
{
	f->fail_at = f->changes + at;
	f->fail_error = -EIO;
	f->fail_on = true;
}

static void exit_codes_of_two_gpus(void **state)
{
	fake_reset();
	fakes[1].is_there = true;
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n",
					 "vf 0-1 = small\n")), EXIT_DONE);
	/* one is busy and untouched, the other is done, or was so before */
	fakes[1].gpu.vfs[0].in_use = true;
	assert_int_equal(apply_both(BOTH("vf 0-2 = small\n",
					 "vf 0-2 = small\n")), EXIT_PARTLY);
	assert_int_equal(apply_both(BOTH("vf 0-2 = small\n",
					 "vf 0-2 = small\n")), EXIT_PARTLY);
	fakes[0].gpu.vfs[0].in_use = true;
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n",
					 "vf 0-2 = small\n")), EXIT_BUSY);
	assert_false(there_is("run/gpuvf/intent"));

	/* one is in neither state, the other cannot be changed, or is done */
	fakes[0].gpu.vfs[0].in_use = false;
	fail_from(&fakes[0], 2);
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n",
					 "vf 0-2 = small\n")),
			 EXIT_ATTENTION);
	assert_int_equal(fakes[0].gpu.num_vfs, 0);
	assert_true(there_is("run/gpuvf/intent"));
	/* it needs attention also when all that is asked for is done */
	fakes[1].gpu.vfs[0].in_use = false;
	fail_from(&fakes[0], 1);
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n",
					 "vf 0-2 = small\n")),
			 EXIT_ATTENTION);
	assert_int_equal(fakes[1].gpu.num_vfs, 3);
	assert_true(there_is("run/gpuvf/intent"));
	fakes[0].fail_at = 0;
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n",
					 "vf 0-2 = small\n")), EXIT_DONE);
	assert_int_equal(fakes[0].gpu.num_vfs, 2);
	assert_false(there_is("run/gpuvf/intent"));
}

/* a signal between two GPUs: the second one is left alone */
static void a_signal_ends_apply_between_two_gpus(void **state)
{
	signal(SIGTERM, note_signal);
	fake_reset();
	fakes[1].is_there = true;
	fakes[0].raise_at = 1;
	fakes[0].signal = SIGTERM;
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n",
					 "vf 0-1 = small\n")), EXIT_DONE);
	assert_int_equal(fakes[0].gpu.num_vfs, 2);
	assert_int_equal(fakes[1].gpu.num_vfs, 0);
	assert_false(there_is("run/gpuvf/intent"));
	signal(SIGTERM, SIG_DFL);
}

/* all that is set of both GPUs, as checkpoint would write it */
static char *checkpoint(void)
{
	json_t *list = json_array();
	json_t *document;
	char *text;
	size_t i;

	for (i = 0; i < FAKE_GPUS; i++) {
		const struct gpu *gpu = &fakes[i].gpu;
		struct state state = {};

		if (!fakes[i].is_there)
			continue;
		state_live(&state, gpu);
		json_array_append_new(list, json_pack("{s:i,s:i,s:i,s:o}",
						      "vendor", gpu->vendor,
						      "device", gpu->device,
						      "total_vfs",
						      gpu->total_vfs, "state",
						      state_json(&state)));
		state_free(&state);
	}
	document = json_pack("{s:i,s:o}", "schema_version",
			     JSON_SCHEMA_VERSION, "gpus", list);
	text = json_dumps(document, 0);
	json_decref(document);
	return text;
}

/* by way of a pipe, in pieces, behind so many blanks */
static int restore_from_pipe(const char *text, size_t blanks)
{
	char *argv[3] = { "restore", "-", NULL };
	int stdin_was = dup(STDIN_FILENO);
	struct quiet quiet;
	int ends[2];
	int code;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		FILE *f = fdopen(ends[1], "w");

		close(ends[0]);
		while (blanks--)
			fputc(' ', f);
		fflush(f);
		fputs(text, f);
		fclose(f);
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	quiet = be_quiet();
	code = run_verb(find_verb("restore"), 2, argv);
	be_loud(quiet);
	dup2(stdin_was, STDIN_FILENO);
	close(stdin_was);
	waitpid(pid, NULL, 0);
	return code;
}

static void restore_reads_pipes_and_large_files(void **state)
{
	char *text;

	fake_reset();
	assert_int_equal(apply(GPU "vf 0-3 = small\n"), EXIT_DONE);
	text = checkpoint();
	assert_int_equal(apply(GPU "vf 0 = big\n"), EXIT_DONE);
	assert_int_equal(restore_from_pipe(text, 0), EXIT_DONE);
	assert_int_equal(fake.gpu.num_vfs, 4);
	assert_int_equal(apply(GPU "vf 0 = big\n"), EXIT_DONE);
	assert_int_equal(restore_from_pipe(text, 3 << 20), EXIT_DONE);
	assert_int_equal(fake.gpu.num_vfs, 4);
	assert_int_equal(restore_from_pipe("{}", 0), EXIT_USAGE);
	free(text);
}

/* a placement that differs does not stand for what went wrong elsewhere */
static void exit_codes_of_restore(void **state)
{
	char *text;

	fake_reset();
	fakes[1].is_there = true;
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n",
					 "vf 0-1 = small\n")), EXIT_DONE);
	text = checkpoint();
	assert_int_equal(restore_from_pipe(text, 0), EXIT_DONE);
	free(text);
	/* memory that was withheld meanwhile */
	fakes[0].gpu.vfs[0].fb_offset += 4 * GIB;
	text = checkpoint();
	fakes[0].gpu.withheld[0] = (struct extent){
		fakes[0].gpu.vfs[0].fb_offset, 16 * MIB
	};
	fakes[0].gpu.num_withheld = 1;
	fakes[0].gpu.vfs[0].fb_offset -= 4 * GIB;
	assert_int_equal(restore_from_pipe(text, 0), EXIT_DIFFERS);
	/* gone; another one; in use */
	fakes[1].is_there = false;
	assert_int_equal(restore_from_pipe(text, 0), EXIT_PARTLY);
	fakes[1].is_there = true;
	fakes[1].gpu.device++;
	assert_int_equal(restore_from_pipe(text, 0), EXIT_PARTLY);
	fakes[1].gpu.device--;
	fakes[0].gpu.vfs[0].in_use = true;
	fakes[1].gpu.vfs[0].in_use = true;
	free(text);
	text = checkpoint();
	fakes[1].gpu.num_vfs = 1;
	fakes[0].gpu.num_vfs = 1;
	assert_int_equal(restore_from_pipe(text, 0), EXIT_BUSY);
	/* half-way */
	fakes[0].gpu.vfs[0].in_use = false;
	fail_from(&fakes[0], 2);
	assert_int_equal(restore_from_pipe(text, 0), EXIT_ATTENTION);
	assert_int_equal(fakes[0].gpu.num_vfs, 0);
	free(text);
}

/* a driver is not taken from a user of its VF, and not promised in vain */
static void restore_checks_drivers_first(void **state)
{
	char *text;

	fake_reset();
	assert_int_equal(apply(GPU "vf 0-1 = small\ndriver 0 = vfio-pci\n"),
			 EXIT_DONE);
	text = checkpoint();
	assert_int_equal(apply(GPU "vf 0-1 = small\ndriver 0 = none\n"
			       "driver 1 = vfio-pci\n"), EXIT_DONE);
	log_is(fake.log);
	fake.gpu.vfs[1].in_use = true;
	assert_int_equal(restore_from_pipe(text, 0), EXIT_BUSY);
	fake.gpu.vfs[1].in_use = false;
	fake.has_vfio = false;
	assert_int_equal(restore_from_pipe(text, 0), EXIT_MISSING);
	log_is("");
	fake.has_vfio = true;
	assert_int_equal(restore_from_pipe(text, 0), EXIT_DONE);
	assert_string_equal(fake.bound[0], "vfio-pci");
	assert_string_equal(fake.bound[1], "gpu");
	free(text);
}

/* nothing is changed by anything that could not get the lock */
static void without_the_lock_nothing_is_done(void **state)
{
	char *lock = xasprintf("%s/run/gpuvf/apply.lock", root);
	char *text;

	fake_reset();
	assert_int_equal(apply(GPU "vf 0-3 = small\n"), EXIT_DONE);
	text = checkpoint();
	assert_int_equal(apply(GPU "vf 0 = big\n"), EXIT_DONE);
	unlink(lock);
	assert_int_equal(symlink(lock, lock), 0);
	log_is(fake.log);
	assert_int_equal(restore_from_pipe(text, 0), EXIT_FAILED);
	assert_int_equal(apply_both(BOTH("vf 0-1 = small\n", "")),
			 EXIT_FAILED);
	log_is("");
	assert_int_equal(unlink(lock), 0);
	free(text);
	free(lock);
}

static void exit_codes_have_an_order(void **state)
{
	static const int order[] = {
		EXIT_DONE, EXIT_DIFFERS, EXIT_FAILED, EXIT_PARTLY,
		EXIT_UNREPORTED, EXIT_ATTENTION,
	};
	static const int alike[] = {
		EXIT_FAILED, EXIT_USAGE, EXIT_BUSY, EXIT_MISSING,
		EXIT_PERMISSION,
	};
	size_t a, b;

	for (a = 0; a < ARRAY_SIZE(order); a++)
		for (b = 0; b < ARRAY_SIZE(order); b++)
			assert_int_equal(exit_worse(order[a], order[b]),
					 order[a > b ? a : b]);
	for (a = 0; a < ARRAY_SIZE(alike); a++) {
		struct exit_tally tally = {};

		for (b = 0; b < ARRAY_SIZE(alike); b++)
			assert_int_equal(exit_worse(alike[a], alike[b]),
					 alike[a]);
		exit_add(&tally, alike[a]);
		assert_int_equal(exit_total(&tally), alike[a]);
		exit_add(&tally, EXIT_DIFFERS);
		assert_int_equal(exit_total(&tally), EXIT_PARTLY);
		exit_add(&tally, EXIT_ATTENTION);
		assert_int_equal(exit_total(&tally), EXIT_ATTENTION);
	}
}

static int run_quietly(char *a, char *b, char *c)
{
	char *argv[4] = { a, b, c };
	struct quiet quiet = be_quiet();
	int code = run_verb(find_verb(a), c ? 3 : 2, argv);

	be_loud(quiet);
	return code;
}

/* of the verbs that change one thing, for each error of the kernel */
static void exit_codes_of_one_change(void **state)
{
	static const struct {
		int error;
		bool wedges;
		int code;
	} table[] = {
		{ 0, false, EXIT_DONE },
		{ -EPERM, false, EXIT_PERMISSION },
		{ -EACCES, false, EXIT_PERMISSION },
		{ -EBUSY, false, EXIT_BUSY },
		{ -ENODEV, false, EXIT_MISSING },
		{ -EINVAL, false, EXIT_USAGE },
		{ -ERANGE, false, EXIT_USAGE },
		{ -ENOSPC, false, EXIT_USAGE },
		{ -EOPNOTSUPP, false, EXIT_USAGE },
		{ -EIO, false, EXIT_FAILED },
		{ -ENOMEM, false, EXIT_FAILED },
		{ -EUCLEAN, false, EXIT_FAILED },
		{ -EIO, true, EXIT_ATTENTION },
		{ -EUCLEAN, true, EXIT_ATTENTION },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		static char *const verbs[] = {
			"reset", "stop", "pause", "resume",
		};
		size_t v;

		for (v = 0; v < ARRAY_SIZE(verbs); v++) {
			fake_reset();
			fake.set_error = table[i].error;
			fake.fail_wedges = table[i].wedges;
			assert_int_equal(run_quietly(verbs[v], "41:00.0/0",
						     NULL),
					 table[i].code);
		}
		fake_reset();
		fake.set_error = table[i].error;
		fake.fail_wedges = table[i].wedges;
		assert_int_equal(run_quietly("set", "41:00.0/0",
					     "time_slice=5ms"), table[i].code);
		fake_reset();
		fake.set_error = table[i].error;
		fake.fail_wedges = table[i].wedges;
		assert_int_equal(run_quietly("set", "41:00.0",
					     "policy=equal"), table[i].code);
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

/* last of all: what was changed before cannot be forgotten */
static void lost_output_after_a_change_has_its_own_code(void **state)
{
	exit_set_changed();
	assert_int_equal(exit_code_of_early_end(), EXIT_UNREPORTED);
	assert_int_equal(exit_code_of_lost_output(EXIT_DONE), EXIT_UNREPORTED);
	assert_int_equal(exit_code_of_lost_output(EXIT_PARTLY),
			 EXIT_UNREPORTED);
	assert_int_equal(exit_code_of_lost_output(EXIT_ATTENTION),
			 EXIT_ATTENTION);
	exit_set_underway(true);
	assert_int_equal(exit_code_of_early_end(), EXIT_ATTENTION);
	exit_set_underway(false);
}

static int set_up(void **state)
{
	static const char *const dirs[] = { "run" };

	root = new_root(dirs, ARRAY_SIZE(dirs));
	return 0;
}

static int clean_up(void **state)
{
	fake_free();
	remove_root(root);
	return 0;
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
		cmocka_unit_test(exit_codes_of_two_gpus),
		cmocka_unit_test(a_signal_ends_apply_between_two_gpus),
		cmocka_unit_test(restore_reads_pipes_and_large_files),
		cmocka_unit_test(exit_codes_of_restore),
		cmocka_unit_test(restore_checks_drivers_first),
		cmocka_unit_test(without_the_lock_nothing_is_done),
		cmocka_unit_test(exit_codes_have_an_order),
		cmocka_unit_test(exit_codes_of_one_change),
		cmocka_unit_test(a_change_that_wedges_needs_attention),
		cmocka_unit_test(lost_output_after_a_change_has_its_own_code),
	};

	return cmocka_run_group_tests_name("apply", tests, set_up, clean_up);
}
