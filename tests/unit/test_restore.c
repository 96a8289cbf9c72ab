// SPDX-License-Identifier: GPL-2.0
/*
 * Two GPUs that are changed by one apply or restore, and each may fail: exit codes, and
 * what is left to do. Checkpoints that come in pieces, and the lock.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "apply_test.h"
#include "show/output.h"
#include "verb_test.h"

static bool there_is(const char *file)
{
	char *path = path_of(file);
	bool yes = !access(path, F_OK);

	free(path);
	return yes;
}

static int apply_both(const char *text)
{
	char *words = with_file("apply --no-wait");
	char said[10000];
	int code;

	write_file("t.ini", text);
	code = run(words, said, sizeof(said));
	free(words);
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
	/* memory that was quarantined meanwhile */
	fakes[0].gpu.vfs[0].fb_offset += 4 * GIB;
	text = checkpoint();
	fakes[0].gpu.quarantined[0] = (struct extent){
		fakes[0].gpu.vfs[0].fb_offset, 16 * MIB
	};
	fakes[0].gpu.num_quarantined = 1;
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
	char *lock = path_of("run/gpuvf/apply.lock");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes_of_two_gpus),
		cmocka_unit_test(a_signal_ends_apply_between_two_gpus),
		cmocka_unit_test(restore_reads_pipes_and_large_files),
		cmocka_unit_test(exit_codes_of_restore),
		cmocka_unit_test(restore_checks_drivers_first),
		cmocka_unit_test(without_the_lock_nothing_is_done),
	};

	return cmocka_run_group_tests_name("apply and restore of two GPUs", tests, set_up, clean_up);
}
