// SPDX-License-Identifier: GPL-2.0
/*
 * The journal, and what is made of it after a crash.
 */
#include <errno.h>
#include <sys/stat.h>

#include "apply/apply.h"
#include "base/exit_code.h"
#include "base/root.h"
#include "fake_kernel.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"
#include "main.h"

#define GPU	"[gpuvf]\nversion = 1\n" \
		"[profile small]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[profile big]\nfb = 4GiB\ntime_slice = 12ms\n" \
		"[gpu g]\nmatch = *\n"
#define OLD	GPU "vf 0-1 = small\npolicy = equal\n"
#define NEW	GPU "vf 0-3 = small\npolicy = fixed\npf_reserve = 512MiB\n" \
		"driver 0-1 = vfio-pci\ndriver 2 = none\n"

static char *root;

static char *path_of(const char *file)
{
	return xasprintf("%s/%s", root, file);
}

static bool there_is(const char *file)
{
	char *path = path_of(file);
	bool yes = !access(path, F_OK);

	free(path);
	return yes;
}

static void write_file(const char *file, const char *text)
{
	char *path = path_of(file);

	write_text(path, text);
	free(path);
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

struct test_plan {
	struct config config;
	struct plan plan;
};

static void plan_for(struct test_plan *t, const char *text)
{
	struct vf_driver *drivers = read_drivers(&fake.gpu, NULL);

	config_is_good(&t->config, text);
	plan_make(&t->plan, &t->config, &t->config.gpus[0], &fake.gpu, drivers);
	free(drivers);
}

static void plan_done(struct test_plan *t)
{
	plan_free(&t->plan);
	config_free(&t->config);
}

static int apply_loud(const char *text)
{
	struct journal journal = {};
	struct test_plan t;
	int code;

	plan_for(&t, text);
	code = apply_plan(&t.plan, &fake_provider, &journal);
	code = exit_worse(code, journal_finish(&journal));
	plan_done(&t);
	return code;
}

/* a journal that is on disk already stays as it is */
static int apply(const char *text)
{
	struct quiet quiet = be_quiet();
	char *file = path_of("run/gpuvf/intent");
	char *aside = path_of("run/aside");
	bool was_there = !rename(file, aside);
	int code = apply_loud(text);

	if (was_there)
		assert_int_equal(rename(aside, file), 0);
	free(file);
	free(aside);
	be_loud(quiet);
	return code;
}

/* as it is when apply was killed right after it had written its intent */
static void begin(const char *from, const char *to)
{
	struct state before = {}, after = {};
	struct journal journal = {};
	struct test_plan t;

	fake_reset();
	assert_int_equal(apply(from), EXIT_DONE);
	plan_for(&t, to);
	state_before(&before, &t.plan);
	state_after(&after, &t.plan);
	journal_begin(&journal, "g", &before, &after);
	assert_int_equal(journal_write(&journal), 0);
	state_free(&before);
	state_free(&after);
	journal_free(&journal);
	plan_done(&t);
}

/* what the next start says, and does with what it found */
static int next_start(char **said)
{
	struct listening listening = listen_begin();
	struct journal journal = {};
	int code;

	code = recover(&journal);
	code = exit_worse(code, journal_finish(&journal));
	*said = listen_end(listening);
	return code;
}

static void start_says(int code, const char *what)
{
	char *said;

	assert_int_equal(next_start(&said), code);
	assert_says(said, what);
	free(said);
	assert_false(there_is("run/gpuvf/intent"));
}

static void is_as(const char *text)
{
	struct test_plan t;

	plan_for(&t, text);
	assert_int_equal(t.plan.steps, 0);
	plan_done(&t);
	assert_int_equal(fake.autoprobe, 1);
}

static void what_is_written_is_read(void **state)
{
	struct journal journal = {};
	const struct intent *intent;

	begin(OLD, NEW);
	assert_int_equal(journal_read(&journal), 0);
	assert_int_equal(journal.num, 1);
	intent = &journal.intents[0];
	assert_string_equal(intent->section, "g");
	assert_int_equal(intent->before.gpu.vendor, 0x4756);
	assert_int_equal(intent->before.gpu.total_vfs, 16);
	assert_int_equal(intent->before.autoprobe, 1);
	assert_string_equal(intent->before.gpu.bdf, "0000:41:00.0");
	assert_int_equal(intent->before.gpu.num_vfs, 2);
	assert_int_equal(intent->before.gpu.policy, POLICY_EQUAL);
	assert_string_equal(intent->before.drivers[1].bound, "gpu");
	assert_int_equal(intent->after.gpu.num_vfs, 4);
	assert_int_equal(intent->after.gpu.fb_pf_reserve, 512 * MIB);
	assert_int_equal(intent->after.gpu.vfs[3].fb_bytes, GIB);
	assert_string_equal(intent->after.gpu.vfs[3].profile, "small");
	assert_string_equal(intent->after.drivers[0].bound, "vfio-pci");
	assert_string_equal(intent->after.drivers[2].override, "none");
	assert_string_equal(intent->after.drivers[3].override, ANY_DRIVER);
	journal_free(&journal);
	assert_int_equal(journal_write(&journal), 0);
	assert_int_equal(journal_write(&journal), 0);
	assert_int_equal(journal_read(&journal), -ENOENT);
}

static void the_directory_is_nobody_elses(void **state)
{
	char *dir = path_of("run/gpuvf");
	char *file = path_of("run/gpuvf/intent");
	struct stat st;

	begin(OLD, NEW);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* a link is not followed, and what died while writing is not in the way */
	assert_int_equal(unlink(file), 0);
	assert_int_equal(symlink("/etc/passwd", file), 0);
	write_file("run/gpuvf/intent.new", "half");
	start_says(EXIT_DONE, "is damaged; kept as intent.damaged");
	begin(OLD, NEW);
	assert_int_equal(lstat(file, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_false(there_is("run/gpuvf/intent.new"));
	assert_int_equal(chmod(dir, 0777), 0);
	start_says(EXIT_DONE, "nothing was changed");
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	free(file);
	free(dir);
}

static void nothing_done_is_the_old_layout(void **state)
{
	begin(OLD, NEW);
	start_says(EXIT_DONE,
		   "GPU 0000:41:00.0 [gpu g]: recovered an interrupted apply: nothing was changed");
	is_as(OLD);
}

static void all_done_is_the_new_layout(void **state)
{
	begin(OLD, NEW);
	assert_int_equal(apply(NEW), EXIT_DONE);
	start_says(EXIT_DONE, "the change was complete");
	is_as(NEW);
}

static void in_between_is_finished(void **state)
{
	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	start_says(EXIT_DONE, "recovered an interrupted apply: change completed");
	is_as(NEW);

	/* the moment without autoprobe has stayed, and VFs missed their probe */
	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	fake.autoprobe = 0;
	sysfs_set_number("", NUMVFS, 4);
	start_says(EXIT_DONE, "change completed");
	is_as(NEW);
	assert_string_equal(fake.bound[3], "gpu");

	/* only drivers are left to do */
	begin(OLD, NEW);
	assert_int_equal(apply(NEW), EXIT_DONE);
	fake.bound[1][0] = '\0';
	start_says(EXIT_DONE, "change completed");
	is_as(NEW);
}

/* all that can be read back is as wished, but the new VFs were not probed */
static void vfs_that_missed_their_probe_get_it(void **state)
{
	static const char new[] = GPU "vf 0-3 = small\ndriver 0 = default\n";
	u32 i;

	begin(OLD, new);
	assert_int_equal(apply(new), EXIT_DONE);
	for (i = 0; i < 4; i++)
		fake.bound[i][0] = '\0';
	start_says(EXIT_DONE, "recovered an interrupted apply: change completed");
	for (i = 0; i < 4; i++)
		assert_string_equal(fake.bound[i], "gpu");

	/* the same VFs as before: what they had not then, they have not now */
	begin(GPU "vf 0-3 = small\n", GPU "vf 0-3 = small\npolicy = fixed\n");
	fake.bound[2][0] = '\0';
	assert_int_equal(apply(GPU "vf 0-3 = small\npolicy = fixed\n"),
			 EXIT_DONE);
	start_says(EXIT_DONE, "the change was complete");
	assert_string_equal(fake.bound[2], "");
}

static void what_cannot_go_on_goes_back(void **state)
{
	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	fake.vfio_broken = true;
	fake.fail_at = fake.changes + 1;
	fake.fail_error = -EIO;
	start_says(EXIT_DONE, "change undone");
	is_as(OLD);
}

static void what_somebody_uses_is_left_and_told(void **state)
{
	char *said;

	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	sysfs_set_number("", NUMVFS, 1);
	fake.gpu.vfs[0].in_use = true;
	assert_int_equal(next_start(&said), EXIT_ATTENTION);
	assert_says(said, "can be neither completed nor undone");
	free(said);
	assert_true(there_is("run/gpuvf/intent"));
	assert_int_equal(fake.gpu.num_vfs, 1);
	fake.gpu.vfs[0].in_use = false;
	start_says(EXIT_DONE, "change completed");
	is_as(NEW);
}

static void another_gpu_is_noticed(void **state)
{
	begin(OLD, NEW);
	fake.gpu.device++;
	start_says(EXIT_DONE, "another GPU is in its place");
}

static void damage_is_told_and_harmless(void **state)
{
	struct journal journal = {};
	char *path = path_of("run/gpuvf/intent");
	char *text, *said;
	size_t size, at;

	begin(OLD, NEW);
	text = root_read(&size, "run/gpuvf/intent");
	assert_non_null(text);
	assert_int_equal(journal_parse(&journal, text, size), 0);
	journal_free(&journal);
	/* cut anywhere, it is none; with any byte changed, it is read or it is not */
	for (at = 0; at < size; at += 1 + at / 64) {
		char kept = text[at];

		if (at < size - 1)
			assert_int_equal(journal_parse(&journal, text, at),
					 -EINVAL);
		journal_free(&journal);
		text[at] ^= 1 << at % 7;
		journal_parse(&journal, text, size);
		journal_free(&journal);
		text[at] = kept;
	}
	free(text);
	write_file("run/gpuvf/intent", "{\"version\": 1, \"gpus\": [{}]}");
	assert_int_equal(next_start(&said), EXIT_DONE);
	assert_says(said, "/run/gpuvf/intent is damaged; kept as intent.damaged");
	assert_true(there_is("run/gpuvf/intent.damaged"));
	free(said);
	free(path);
	is_as(OLD);
	assert_int_equal(next_start(&said), EXIT_DONE);
	/* an error is reported once */
	assert_string_equal(said, "");
	free(said);
}

/* what is newer than this program is for a newer one, and not thrown away */
static void a_newer_journal_is_kept(void **state)
{
	static const char newer[] = "{\"version\": 2, \"gpus\": []}";
	char *text;
	size_t size;

	begin(OLD, NEW);
	write_file("run/gpuvf/intent", newer);
	start_says(EXIT_DONE, "of another version; kept as intent.damaged");
	text = root_read(&size, "run/gpuvf/intent.damaged");
	assert_non_null(text);
	assert_string_equal(text, newer);
	free(text);
}

/* of whatever kind it is: it is set aside, and holds up nothing */
static void what_is_no_file_is_set_aside(void **state)
{
	char *file = path_of("run/gpuvf/intent");
	char *aside = path_of("run/gpuvf/intent.damaged");

	begin(OLD, NEW);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0);
	start_says(EXIT_DONE, "is damaged; kept as intent.damaged");
	assert_int_equal(unlink(aside), 0);
	assert_int_equal(mkdir(file, 0700), 0);
	start_says(EXIT_DONE, "is damaged; kept as intent.damaged");
	assert_int_equal(rmdir(aside), 0);
	is_as(OLD);
	free(aside);
	free(file);
}

static void a_large_journal_is_read_whole(void **state)
{
	char *file = path_of("run/gpuvf/intent");
	char *text, *large;
	size_t size;

	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	text = root_read(&size, "run/gpuvf/intent");
	assert_non_null(text);
	large = xasprintf("%*s%s", 3 << 20, "", text);
	write_file("run/gpuvf/intent", large);
	start_says(EXIT_DONE, "change completed");
	is_as(NEW);
	free(large);
	free(text);
	free(file);
}

/* only a GPU that is not there is gone; all else may be different next time */
static void a_gpu_that_cannot_be_read_is_not_gone(void **state)
{
	static const int errors[] = { -EAGAIN, -ENOMEM, -EBADMSG, -ENOBUFS };
	char *said;
	size_t i;

	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		fake.get_error = errors[i];
		assert_int_equal(next_start(&said), EXIT_ATTENTION);
		free(said);
		assert_true(there_is("run/gpuvf/intent"));
	}
	fake.get_error = 0;
	start_says(EXIT_DONE, "change completed");

	begin(OLD, NEW);
	fake.get_error = -ENODEV;
	start_says(EXIT_DONE, "gpuvf no longer drives it");
}

static int apply_second(const char *what)
{
	char *text = xasprintf("[gpuvf]\nversion = 1\n"
			       "[profile small]\nfb = 1GiB\ntime_slice = 4ms\n"
			       "[gpu b]\npci = 0000:42:00.0\n%s", what);
	char *path = path_of("second.ini");
	char *argv[5] = { "apply", "-f", path, "--no-wait", NULL };
	struct quiet quiet = be_quiet();
	int code;

	write_file("second.ini", text);
	code = run_verb(find_verb("apply"), 4, argv);
	be_loud(quiet);
	free(path);
	free(text);
	return code;
}

/* an apply of one GPU does not overwrite what is known of another */
static void what_is_not_resolved_is_carried_over(void **state)
{
	struct journal journal = {};

	begin(OLD, NEW);
	fakes[1].is_there = true;
	sysfs_set_number("", NUMVFS, 0);
	sysfs_set_number("", NUMVFS, 1);
	fake.gpu.vfs[0].in_use = true;
	assert_int_equal(apply_second("vf 0-1 = small\n"), EXIT_ATTENTION);
	assert_int_equal(fakes[1].gpu.num_vfs, 2);
	assert_int_equal(journal_read(&journal), 0);
	assert_int_equal(journal.num, 1);
	assert_string_equal(journal.intents[0].before.gpu.bdf,
			    "0000:41:00.0");
	assert_int_equal(journal.intents[0].before.gpu.num_vfs, 2);
	assert_int_equal(journal.intents[0].after.gpu.num_vfs, 4);
	journal_free(&journal);
	/* and while the second one is on its way, both are on disk */
	fakes[1].fail_at = fakes[1].changes + 1;
	fakes[1].fail_error = -EIO;
	assert_int_equal(apply_second("vf 0-2 = small\n"), EXIT_ATTENTION);
	assert_int_equal(fakes[1].gpu.num_vfs, 2);
	fake.gpu.vfs[0].in_use = false;
	start_says(EXIT_DONE, "change completed");
	is_as(NEW);
}

/* an apply of the same GPU that is refused leaves it, too */
static void what_is_refused_resolves_nothing(void **state)
{
	struct journal journal = {};
	char *said;

	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	sysfs_set_number("", NUMVFS, 1);
	fake.gpu.vfs[0].in_use = true;
	assert_int_equal(next_start(&said), EXIT_ATTENTION);
	free(said);
	assert_int_equal(journal_read(&journal), 0);
	journal_begin(&journal, "g", &journal.intents[0].after,
		      &journal.intents[0].after);
	journal_cancel(&journal, fake.gpu.bdf);
	assert_int_equal(journal.num, 1);
	assert_int_equal(journal.intents[0].before.gpu.num_vfs, 2);
	/* one that is begun goes back to what was whole */
	journal_begin(&journal, "g", &journal.intents[0].after,
		      &journal.intents[0].after);
	assert_int_equal(journal.intents[0].before.gpu.num_vfs, 2);
	journal_done(&journal, fake.gpu.bdf);
	assert_int_equal(journal.num, 0);
	journal_free(&journal);
	fake.gpu.vfs[0].in_use = false;
	start_says(EXIT_DONE, "change completed");
}

/* the one case in which the next start needs the journal */
static void a_rollback_that_fails_leaves_the_journal(void **state)
{
	struct listening listening;
	char *said;

	fake_reset();
	assert_int_equal(apply(OLD), EXIT_DONE);
	fake.fail_at = fake.changes + 2;
	fake.fail_error = -EIO;
	fake.fail_on = true;
	listening = listen_begin();
	assert_int_equal(apply_loud(NEW), EXIT_ATTENTION);
	said = listen_end(listening);
	/* what could not be undone is listed */
	assert_says(said, "rollback failed");
	assert_says(said, "VFs enabled: 0, should be 2");
	free(said);
	assert_true(there_is("run/gpuvf/intent"));
	fake.fail_at = 0;
	start_says(EXIT_DONE, "change completed");
	is_as(NEW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_directory_is_nobody_elses),
		cmocka_unit_test(nothing_done_is_the_old_layout),
		cmocka_unit_test(all_done_is_the_new_layout),
		cmocka_unit_test(in_between_is_finished),
		cmocka_unit_test(vfs_that_missed_their_probe_get_it),
		cmocka_unit_test(what_cannot_go_on_goes_back),
		cmocka_unit_test(what_somebody_uses_is_left_and_told),
		cmocka_unit_test(another_gpu_is_noticed),
		cmocka_unit_test(damage_is_told_and_harmless),
		cmocka_unit_test(a_newer_journal_is_kept),
		cmocka_unit_test(what_is_no_file_is_set_aside),
		cmocka_unit_test(a_large_journal_is_read_whole),
		cmocka_unit_test(a_gpu_that_cannot_be_read_is_not_gone),
		cmocka_unit_test(what_is_not_resolved_is_carried_over),
		cmocka_unit_test(what_is_refused_resolves_nothing),
		cmocka_unit_test(a_rollback_that_fails_leaves_the_journal),
	};

	return cmocka_run_group_tests_name("journal", tests, set_up, clean_up);
}
