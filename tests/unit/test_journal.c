// SPDX-License-Identifier: GPL-2.0
/*
 * The journal, and what is made of it after a crash.
 */
#include <errno.h>
#include <sys/stat.h>

#include "apply.h"
#include "fake_kernel.h"
#include "root.h"
#include "sysfs.h"

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
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
}

static int set_up(void **state)
{
	static const char *const dirs[] = {
		"var", "var/lib", "proc", "proc/sys", "proc/sys/kernel",
		"proc/sys/kernel/random",
	};
	size_t i;

	root = xstrdup("/tmp/gpuvf-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		char *path = path_of(dirs[i]);

		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
	}
	write_file("proc/sys/kernel/random/boot_id", "this-boot\n");
	root_set(root);
	return 0;
}

static int clean_up(void **state)
{
	char *command = xasprintf("rm -rf %s", root);
	int ret = system(command);

	free(command);
	free(root);
	gpu_free(&fake.gpu);
	return ret;
}

struct test_plan {
	struct config config;
	struct plan plan;
};

static void plan_for(struct test_plan *t, const char *text)
{
	struct vf_driver *drivers = read_drivers(&fake.gpu);

	config_is_good(&t->config, text);
	plan_make(&t->plan, &t->config, &t->config.gpus[0], &fake.gpu, drivers);
	free(drivers);
}

static void plan_done(struct test_plan *t)
{
	plan_free(&t->plan);
	config_free(&t->config);
}

static int apply(const char *text)
{
	struct quiet quiet = be_quiet();
	struct journal journal = {};
	struct test_plan t;
	int code;

	plan_for(&t, text);
	code = apply_plan(&t.plan, NULL, &journal);
	journal_free(&journal);
	plan_done(&t);
	be_loud(quiet);
	return code;
}

/* as it is when apply was killed right after it had written its intent */
static void begin(const char *from, const char *to)
{
	struct journal journal = {};
	struct state before = {};
	struct test_plan t;

	fake_reset();
	assert_int_equal(apply(from), EXIT_DONE);
	plan_for(&t, to);
	state_before(&before, &t.plan);
	journal_plan(&journal, &before, &t.plan);
	assert_int_equal(journal_write(&journal), 0);
	state_free(&before);
	journal_free(&journal);
	plan_done(&t);
}

/* what the next start says */
static int next_start(char **said)
{
	char *path = path_of("said");
	int err = dup(STDERR_FILENO);
	FILE *f = fopen(path, "w+");
	int code;

	fflush(NULL);
	dup2(fileno(f), STDERR_FILENO);
	code = recover();
	fflush(NULL);
	dup2(err, STDERR_FILENO);
	close(err);
	rewind(f);
	*said = xcalloc(1, 1000);
	assert_true(fread(*said, 1, 999, f) < 999);
	fclose(f);
	free(path);
	return code;
}

static void start_says(int code, const char *what)
{
	char *said;

	assert_int_equal(next_start(&said), code);
	assert_says(said, what);
	free(said);
	assert_false(there_is("var/lib/gpuvf/intent"));
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
	assert_string_equal(journal.boot_id, "this-boot");
	assert_int_equal(journal.num, 1);
	intent = &journal.intents[0];
	assert_string_equal(intent->section, "g");
	assert_int_equal(intent->vendor, 0x4756);
	assert_int_equal(intent->total_vfs, 16);
	assert_int_equal(intent->autoprobe, 1);
	assert_string_equal(intent->before.gpu.bdf, "0000:41:00.0");
	assert_int_equal(intent->before.gpu.num_vfs, 2);
	assert_int_equal(intent->before.gpu.policy, GPUVF_POLICY_EQUAL);
	assert_string_equal(intent->before.drivers[1].bound, "gpu");
	assert_int_equal(intent->after.gpu.num_vfs, 4);
	assert_int_equal(intent->after.gpu.fb_pf_reserve, 512 * MIB);
	assert_int_equal(intent->after.gpu.vfs[3].fb_bytes, GIB);
	assert_string_equal(intent->after.gpu.vfs[3].profile, "small");
	assert_string_equal(intent->after.drivers[0].bound, "vfio-pci");
	assert_string_equal(intent->after.drivers[2].override, "none");
	assert_string_equal(intent->after.drivers[3].override, ANY_DRIVER);
	journal_free(&journal);
	assert_int_equal(journal_remove(), 0);
	assert_int_equal(journal_remove(), 0);
	assert_int_equal(journal_read(&journal), -ENOENT);
}

static void the_directory_is_nobody_elses(void **state)
{
	char *dir = path_of("var/lib/gpuvf");
	char *file = path_of("var/lib/gpuvf/intent");
	struct stat st;

	begin(OLD, NEW);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* a link is not followed, and what died while writing is in nobody's way */
	assert_int_equal(unlink(file), 0);
	assert_int_equal(symlink("/etc/passwd", file), 0);
	write_file("var/lib/gpuvf/intent.new", "half");
	start_says(EXIT_DONE, "is damaged");
	begin(OLD, NEW);
	assert_int_equal(lstat(file, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_false(there_is("var/lib/gpuvf/intent.new"));
	assert_int_equal(chmod(dir, 0777), 0);
	start_says(EXIT_DONE, "it is in the old layout");
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	free(file);
	free(dir);
}

static void nothing_done_is_the_old_layout(void **state)
{
	begin(OLD, NEW);
	start_says(EXIT_DONE,
		   "GPU 0000:41:00.0 [gpu g]: an apply was interrupted; it is in the old layout");
	is_as(OLD);
}

static void all_done_is_the_new_layout(void **state)
{
	begin(OLD, NEW);
	assert_int_equal(apply(NEW), EXIT_DONE);
	start_says(EXIT_DONE, "it is in the new layout");
	is_as(NEW);
}

static void in_between_is_finished(void **state)
{
	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	start_says(EXIT_DONE, "it was in between, and is in the new layout now");
	is_as(NEW);

	/* the moment without autoprobe has stayed, and VFs missed their probe */
	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	fake.autoprobe = 0;
	sysfs_set_number("", NUMVFS, 4);
	start_says(EXIT_DONE, "is in the new layout now");
	is_as(NEW);
	assert_string_equal(fake.bound[3], "gpu");

	/* only drivers are left to do */
	begin(OLD, NEW);
	assert_int_equal(apply(NEW), EXIT_DONE);
	fake.bound[1][0] = '\0';
	start_says(EXIT_DONE, "is in the new layout now");
	is_as(NEW);
}

/* all that can be read back is as wished, but nobody has probed the new VFs */
static void vfs_that_missed_their_probe_get_it(void **state)
{
	static const char new[] = GPU "vf 0-3 = small\ndriver 0 = default\n";
	u32 i;

	begin(OLD, new);
	assert_int_equal(apply(new), EXIT_DONE);
	for (i = 0; i < 4; i++)
		fake.bound[i][0] = '\0';
	start_says(EXIT_DONE, "it was in between, and is in the new layout now");
	for (i = 0; i < 4; i++)
		assert_string_equal(fake.bound[i], "gpu");

	/* the same VFs as before: what they had not then, they have not now */
	begin(GPU "vf 0-3 = small\n", GPU "vf 0-3 = small\npolicy = fixed\n");
	fake.bound[2][0] = '\0';
	assert_int_equal(apply(GPU "vf 0-3 = small\npolicy = fixed\n"),
			 EXIT_DONE);
	start_says(EXIT_DONE, "it is in the new layout");
	assert_string_equal(fake.bound[2], "");
}

static void what_cannot_go_on_goes_back(void **state)
{
	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	fake.vfio_broken = true;
	fake.fail_at = fake.changes + 1;
	fake.fail_error = -EIO;
	start_says(EXIT_DONE, "is back in the old layout now");
	is_as(OLD);
}

static void what_somebody_uses_is_left_and_told(void **state)
{
	char *said;

	begin(OLD, NEW);
	sysfs_set_number("", NUMVFS, 0);
	sysfs_set_number("", NUMVFS, 1);
	fake.gpu.vfs[0].in_use = true;
	assert_int_equal(next_start(&said), EXIT_PARTLY);
	assert_says(said, "could be brought to neither layout");
	free(said);
	assert_true(there_is("var/lib/gpuvf/intent"));
	assert_int_equal(fake.gpu.num_vfs, 1);
	fake.gpu.vfs[0].in_use = false;
	start_says(EXIT_DONE, "is in the new layout now");
	is_as(NEW);
}

static void another_machine_or_boot_is_noticed(void **state)
{
	begin(OLD, NEW);
	write_file("proc/sys/kernel/random/boot_id", "next-boot\n");
	start_says(EXIT_DONE, "by the end of the machine");
	write_file("proc/sys/kernel/random/boot_id", "this-boot\n");
	is_as(OLD);

	begin(OLD, NEW);
	fake.gpu.device++;
	start_says(EXIT_DONE, "another GPU is in its place");
}

static void damage_is_told_and_harmless(void **state)
{
	struct journal journal = {};
	char *path = path_of("var/lib/gpuvf/intent");
	char *text, *said;
	size_t size, at;

	begin(OLD, NEW);
	text = root_read(&size, "var/lib/gpuvf/intent");
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
	write_file("var/lib/gpuvf/intent", "{\"version\": 1, \"gpus\": [{}]}");
	assert_int_equal(next_start(&said), EXIT_DONE);
	assert_says(said, "/var/lib/gpuvf/intent is damaged");
	free(said);
	free(path);
	is_as(OLD);
	assert_int_equal(next_start(&said), EXIT_DONE);
	/* an error is told once */
	assert_string_equal(said, "");
	free(said);
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
		cmocka_unit_test(another_machine_or_boot_is_noticed),
		cmocka_unit_test(damage_is_told_and_harmless),
	};

	return cmocka_run_group_tests_name("journal", tests, set_up, clean_up);
}
