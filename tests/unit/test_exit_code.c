// SPDX-License-Identifier: GPL-2.0
/*
 * Exit codes: their order, those of verbs that change one thing, and of what ends early.
 */
#include <errno.h>
#include <sys/wait.h>

#include "apply_test.h"
#include "verb_test.h"

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
		static const char *const verbs[] = {
			"reset 41:00.0/0", "stop 41:00.0/0", "pause 41:00.0/0",
			"resume 41:00.0/0", "set 41:00.0/0 time_slice=5ms",
			"set 41:00.0 policy=equal",
		};
		size_t v;

		for (v = 0; v < ARRAY_SIZE(verbs); v++) {
			fake_reset();
			fake.set_error = table[i].error;
			fake.fail_wedges = table[i].wedges;
			says(verbs[v], table[i].code, "");
		}
	}
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

/* where the memory ends, in a process of its own */
static int code_without_memory(bool changed, bool underway)
{
	struct quiet quiet;
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		quiet = be_quiet();
		(void)quiet;
		if (changed)
			exit_set_changed();
		exit_set_underway(underway);
		out_of_memory();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void memory_that_ends_after_a_change_has_its_own_code(void **state)
{
	/* other tests here change GPUs */
	assert_int_not_equal(code_without_memory(false, false), EXIT_DONE);
	assert_int_equal(code_without_memory(true, false), EXIT_UNREPORTED);
	assert_int_equal(code_without_memory(false, true), EXIT_ATTENTION);
	assert_int_equal(code_without_memory(true, true), EXIT_ATTENTION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes_have_an_order),
		cmocka_unit_test(exit_codes_of_one_change),
		cmocka_unit_test(lost_output_after_a_change_has_its_own_code),
		cmocka_unit_test(memory_that_ends_after_a_change_has_its_own_code),
	};

	return cmocka_run_group_tests_name("exit codes", tests, set_up, clean_up);
}
