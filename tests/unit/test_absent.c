// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf fails as a whole, at its first word or at each dump: GPUs of other providers are
 * shown and changed as ever. The PF of the other provider is a tree of files; gpuvf is
 * made up here.
 */
#include "generic_test.h"
#include "provider/gpuvf.h"
#include "provider/gpuvf_version.h"

#define OURS	"0000:04:00.0"
#define OTHER	"[gpu other]\nprovider = generic\npci = " GPU "\nvf 0-1 = s\n"
#define OWN	"[gpu own]\npci = " OURS "\nvf 0 = s\n"
#define HEAD	"[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n"

/* what it answers, negative errnos */
static struct {
	int open;
	int list;
} errors;

static int made_up_open(struct provider **provider)
{
	static struct provider made_up = { .ops = &gpuvf_ops };

	/* a module of another version is found to be one first */
	if (errors.open == -EPROTO)
		return gpuvf_check_version(AGENT_FAMILY_VERSION + 1);
	if (errors.open)
		return errors.open;
	*provider = &made_up;
	return 0;
}

static void made_up_close(struct provider *provider)
{
}

static bool made_up_owns(const char *bdf)
{
	char driver[NAME_SIZE];

	sysfs_driver(bdf, driver, sizeof(driver));
	return !strcmp(driver, "gpuvf");
}

static int made_up_read_all(struct provider *provider, struct gpu_list *gpus,
			    struct failure *why)
{
	*gpus = (struct gpu_list){};
	return failure_set(why, errors.list);
}

static int made_up_read(struct provider *provider, const char *bdf,
			struct gpu *gpu, struct failure *why)
{
	return failure_set(why, errors.list ?: -ENODEV);
}

const struct provider_ops gpuvf_ops = {
	.abilities = &gpuvf_abilities,
	.owns = made_up_owns,
	.open = made_up_open,
	.close = made_up_close,
	.read_all = made_up_read_all,
	.read = made_up_read,
};

void gpuvf_explain_absence(void)
{
	pr_err("module gpuvf is not loaded");
}

/* each way to fail, with the exit code of what is about GPUs of gpuvf */
static const struct {
	int open;
	int list;
	int code;
	const char *said;
} failures[] = {
	{ -EPERM, 0, EXIT_PERMISSION, "Operation not permitted" },
	{ -EPROTO, 0, EXIT_FAILED, "of its netlink family, this gpuvf-agent (" },
	{ -EACCES, 0, EXIT_PERMISSION, "Permission denied" },
	{ -ENOBUFS, 0, EXIT_FAILED, "No buffer space available" },
	{ -EMFILE, 0, EXIT_FAILED, "Too many open files" },
	{ -EIO, 0, EXIT_FAILED, "Input/output error" },
	{ 0, -EAGAIN, EXIT_FAILED, "Resource temporarily unavailable" },
	{ 0, -ENOBUFS, EXIT_FAILED, "No buffer space available" },
	{ 0, -EPERM, EXIT_PERMISSION, "Operation not permitted" },
	/* modules of another version */
	{ 0, -EBADMSG, EXIT_FAILED, "Bad message" },
	{ 0, -EOPNOTSUPP, EXIT_USAGE, "Operation not supported" },
	{ 0, -EINVAL, EXIT_USAGE, "Invalid argument" },
	{ 0, -ENOENT, EXIT_MISSING, "module gpuvf is gone" },
	{ 0, -ENOMEM, EXIT_FAILED, "Cannot allocate memory" },
};

static int begin(void **state)
{
	set_up(state);
	run_shell("rm -r " DEVICES NVME);
	make_pf(GPU, "0x030200\n", "pci-pf-stub", "4\n");
	make_pf(OURS, "0x030200\n", "gpuvf", "4\n");
	errors.open = 0;
	errors.list = 0;
	return 0;
}

static void fail_as(size_t i)
{
	errors.open = failures[i].open;
	errors.list = failures[i].list;
}

static u32 vfs_of(const char *bdf)
{
	u32 num;

	assert_int_equal(sysfs_get_num_vfs(bdf, &num), 0);
	return num;
}

static size_t times(const char *said, const char *what)
{
	size_t n = 0;

	while ((said = strstr(said, what))) {
		said++;
		n++;
	}
	return n;
}

/* the exit code, what else is said, and the failure in one message */
static void fails_once(const char *words, int expected, const char *also,
		       size_t failure)
{
	static char said[100000];
	int code = run(words, said, sizeof(said));

	if (code != expected)
		fail_msg("%s: failure %zu: exit code %d, not %d:\n%s", words,
			 failure, code, expected, said);
	assert_says(said, also);
	assert_says(said, failures[failure].said);
	if (times(said, "cannot read the GPUs of gpuvf") != 1)
		fail_msg("%s: failure %zu: said otherwise than once:\n%s", words,
			 failure, said);
}

/* some failures with all verbs, each with some */
static bool is_turn(size_t failure, size_t verb)
{
	return failure < 2 || !((failure + verb) % 4);
}

/* both numbers, both releases, and which of the two has to go */
static void versions_that_differ_are_named(void **state)
{
	char *said;

	assert_int_equal(gpuvf_check_version(AGENT_FAMILY_VERSION), 0);
	run_shell("mkdir -p sys/module/gpuvf && echo 7.8.9 > sys/module/gpuvf/version");
	assert_int_equal(gpuvf_check_version(AGENT_FAMILY_VERSION + 1), -EPROTO);
	said = xasprintf("module gpuvf (7.8.9) speaks version %u of its netlink family, this gpuvf-agent (" VERSION ") version %u: stop gpuvf.service, and start it with the gpuvf-agent of the module's release",
			 AGENT_FAMILY_VERSION + 1, AGENT_FAMILY_VERSION);
	assert_string_equal(gpuvf_error_text(-EPROTO), said);
	free(said);
	assert_int_equal(gpuvf_check_version(AGENT_FAMILY_VERSION - 1), -EPROTO);
	assert_says(gpuvf_error_text(-EPROTO), "stop gpuvf.service, disable all VFs, and reload the module (modprobe -r gpuvf; modprobe gpuvf)");
	assert_string_equal(gpuvf_error_text(-EPERM), strerror(EPERM));
}

static void gpus_of_others_are_shown_and_changed(void **state)
{
	static const struct {
		const char *words;
		const char *also;
	} verbs[] = {
		{ "plan", "enable 2 VFs" },
		{ "plan -j", "\"in_sync\": false" },
		{ "apply", "2 VFs enabled" },
		{ "apply", "in sync" },
		{ "apply --wait-idle 1", "in sync" },
		{ "assert", "" },
		{ "show 02:00.0", "2 of 4 VFs enabled" },
		{ "show -j other", "\"num_vfs\": 2" },
		{ "show other/1", "0000:02:00.2" },
		{ "export 02:00.0", "pci = 0000:02:00.0" },
		{ "generate other --vfs 3", "vfs = 3" },
	};
	char said[10000];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		clean_up(state);
		begin(state);
		configure(HEAD OTHER);
		fail_as(i);
		for (n = 0; n < ARRAY_SIZE(verbs); n++)
			if (!strcmp(verbs[n].words, "apply") || is_turn(i, n))
				fails_once(verbs[n].words, EXIT_DONE,
					   verbs[n].also, i);
		assert_int_equal(run("stats other", said, sizeof(said)),
				 EXIT_USAGE);
	}
}

static void what_names_a_gpu_of_gpuvf_fails_with_that(void **state)
{
	static const char *const verbs[] = {
		"show 04:00.0", "show own", "show own/0", "export 04:00.0",
		"stats own", "set own/0 label=x", "reset own", "stop own/0",
		"generate own --vfs 2", "plan own", "plan -j 04:00.0",
		"apply own", "apply 04:00.0", "assert own",
	};
	size_t i, n;

	configure(HEAD OTHER OWN);
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_as(i);
		for (n = 0; n < ARRAY_SIZE(verbs); n++)
			if (is_turn(i, n))
				fails_once(verbs[n], failures[i].code,
					   "cannot be read", i);
	}
	configure(HEAD "[gpu own]\nmatch = *\n");
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_as(i);
		fails_once("plan", failures[i].code,
			   "[gpu own]: the GPUs of gpuvf cannot be read", i);
	}
}

/* what is about all GPUs does what it can, and is not said to be done */
static void what_is_about_all_is_not_done(void **state)
{
	char said[10000];
	size_t i;

	configure(HEAD OTHER OWN);
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_as(i);
		put(GPU, NUMVFS, "0\n");
		make_vfs(GPU, i ? 2 : 0, 0);
		fails_once("show", failures[i].code, "of 4 VFs enabled", i);
		fails_once("show -j", failures[i].code, "\"gpus\"", i);
		fails_once("plan", EXIT_PARTLY, "enable 2 VFs", i);
		fails_once("assert", failures[i].code,
			   "[gpu own]", i);
		fails_once("apply", EXIT_PARTLY, "2 VFs enabled", i);
		fails_once("export", failures[i].code, "", i);
		fails_once("checkpoint -", failures[i].code, "", i);
		fails_once("stats", failures[i].code, "", i);
		if (failures[i].list != -EAGAIN)
			assert_int_equal(run("top -n 1 -d 0.1", said, sizeof(said)),
					 failures[i].code);
	}
}

/* it has no GPU here, or so it seems: what is shown is all there is */
static void without_gpus_of_gpuvf_all_is_done(void **state)
{
	size_t i;

	run_shell("rm -r " DEVICES OURS);
	configure(HEAD OTHER);
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_as(i);
		fails_once("show", EXIT_DONE, "of 4 VFs enabled", i);
		fails_once("export", EXIT_DONE, "pci = " GPU, i);
		fails_once("checkpoint -", EXIT_DONE, "schema_version", i);
	}
	configure(HEAD "[gpu all]\nmatch = *\nprovider = any\nvf 0-1 = s\n");
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_as(i);
		fails_once("plan", EXIT_DONE, "enable 2 VFs", i);
	}
}

/* the section is about both, and one of them was looked at */
static void a_section_about_gpus_of_both_is_done_in_part(void **state)
{
	size_t i;

	configure(HEAD "[gpu all]\nmatch = *\nprovider = any\nvf 0-1 = s\n");
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_as(i);
		fails_once("plan", EXIT_PARTLY, "[gpu all]: the GPUs of gpuvf cannot be read", i);
	}
}

static void where_there_is_no_other_gpu_it_is_an_error(void **state)
{
	char said[10000];

	run_shell("rm -r " DEVICES GPU);
	errors.list = -EAGAIN;
	assert_int_equal(run("show", said, sizeof(said)), EXIT_FAILED);
	assert_says(said, "cannot read the GPUs: Resource temporarily unavailable");
	errors.open = -EPERM;
	assert_int_equal(run("show", said, sizeof(said)), EXIT_FAILED);
	assert_says(said, "generic netlink: Operation not permitted");
}

/* as ever: where the module is not, nothing is said of it */
static void absence_is_no_failure(void **state)
{
	char said[10000];

	errors.open = -ENOENT;
	configure(HEAD OTHER);
	assert_int_equal(run("show", said, sizeof(said)), EXIT_DONE);
	assert_null(strstr(said, "cannot read"));
	assert_int_equal(run("apply", said, sizeof(said)), EXIT_DONE);
	assert_null(strstr(said, "cannot read"));
}

static void the_daemon_goes_on(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		struct daemon d = {};
		char said[10000];

		clean_up(state);
		begin(state);
		configure(HEAD OTHER OWN);
		fail_as(i);
		assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
		assert_true(daemon_has_others(&d));
		assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_PARTLY);
		assert_int_equal(vfs_of(GPU), 2);
		assert_says(said, failures[i].said);
		assert_int_equal(times(said, "cannot read the GPUs of gpuvf"), 1);
		/* once, until it is another one */
		assert_true(d.check_ms);
		assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_PARTLY);
		assert_string_equal(said, "");
		errors.open = 0;
		errors.list = -EDEADLK;
		assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_PARTLY);
		assert_int_equal(times(said, "cannot read the GPUs of gpuvf"), 1);
		errors.list = 0;
		sync_now(&d, said, sizeof(said));
		assert_string_equal(said, "");
		daemon_free(&d);
	}
}

static void the_daemon_starts_deaf_where_there_are_others(void **state)
{
	struct daemon d = {};
	struct listening l;
	char *said;

	errors.open = -EPERM;
	configure(HEAD OTHER OWN);
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	l = listen_begin();
	assert_int_equal(daemon_go_on_deaf(&d, -EPERM), EXIT_DONE);
	said = listen_end(l);
	assert_says(said, "cannot listen to generic netlink: Operation not permitted; changes of gpuvf GPUs are not noticed");
	free(said);
	configure(HEAD OWN);
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	l = listen_begin();
	assert_int_equal(daemon_go_on_deaf(&d, -EPERM), EXIT_FAILED);
	said = listen_end(l);
	assert_says(said, "cannot listen to generic netlink: Operation not permitted\n");
	free(said);
	daemon_free(&d);
}

static void restore_brings_back_those_of_others(void **state)
{
	char *file = xasprintf("%s/saved", root);
	char *words = xasprintf("restore %s", file);
	char *save = xasprintf("checkpoint %s", file);
	char said[10000];
	size_t i;

	configure(HEAD OTHER);
	errors.open = -ENOENT;
	assert_int_equal(run(save, said, sizeof(said)), EXIT_DONE);
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_as(i);
		assert_int_equal(run("apply other", said, sizeof(said)), EXIT_DONE);
		assert_int_equal(vfs_of(GPU), 2);
		assert_int_equal(run(words, said, sizeof(said)), EXIT_DONE);
		assert_int_equal(vfs_of(GPU), 0);
	}
	free(save);
	free(words);
	free(file);
}

#define here(name) cmocka_unit_test_setup_teardown(name, begin, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		here(versions_that_differ_are_named),
		here(gpus_of_others_are_shown_and_changed),
		here(what_names_a_gpu_of_gpuvf_fails_with_that),
		here(what_is_about_all_is_not_done),
		here(without_gpus_of_gpuvf_all_is_done),
		here(a_section_about_gpus_of_both_is_done_in_part),
		here(where_there_is_no_other_gpu_it_is_an_error),
		here(absence_is_no_failure),
		here(the_daemon_goes_on),
		here(the_daemon_starts_deaf_where_there_are_others),
		here(restore_brings_back_those_of_others),
	};

	return cmocka_run_group_tests_name("absent", tests, NULL, NULL);
}
