// SPDX-License-Identifier: GPL-2.0
/*
 * Whole verbs against the fake kernel: their exit codes, and what they say.
 */
#include <errno.h>
#include <signal.h>

#include "apply_test.h"
#include "verb_test.h"

/* what a verb says, all of it */
static char said[100000];

#define BOTH	CONFIG "[gpu b]\npci = 0000:42:00.0\nvf 0-1 = small\n"

/* both GPUs in one pass, and neither is changed */
static void keys_that_a_provider_cannot_hold_are_refused_at_their_line(void **state)
{
	static const char *const verbs[] = { "plan", "assert", "apply" };
	size_t i;

	fake_reset();
	fakes[1].is_there = true;
	write_file("t.ini", BOTH "[profile none]\nfb = shared\n"
		   "[gpu c]\nmatch = *\nprovider = generic\nvf 0 = none\n");
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		char *words = with_file(verbs[i]);

		/* nothing is asked of these two that they cannot hold */
		assert_int_not_equal(run(words, said, sizeof(said)), EXIT_USAGE);
		free(words);
	}
	fake_reset();
	fakes[1].is_there = true;
	write_file("t.ini", "[gpuvf]\nversion = 1\n"
		   "[profile small]\nfb = 1GiB\n[profile none]\nfb = shared\n"
		   "[gpu a]\npci = 0000:41:00.0\nvf 0 = small\nvf 1 = none\n"
		   "[gpu b]\npci = 0000:42:00.0\nprovider = generic\n"
		   "vf 0 = none\n");
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		char *words = with_file(verbs[i]);

		assert_int_equal(run(words, said, sizeof(said)), EXIT_USAGE);
		assert_says(said, "t.ini:6:6: fb: GPU 0000:41:00.0 is driven by gpuvf, which gives each VF framebuffer of its own; write a size, as in fb = 2GiB");
		assert_says(said, "t.ini:13:12: provider: GPU 0000:42:00.0 is driven by gpuvf, which is a GPU of provider gpuvf, not of generic");
		free(words);
	}
	assert_string_equal(fakes[0].log, "");
	assert_string_equal(fakes[1].log, "");
}

/* every verb that only reads, for each error of the kernel */
static void exit_codes_of_verbs_that_read(void **state)
{
	static const struct {
		int error;
		int code;
	} table[] = {
		{ -EPERM, EXIT_PERMISSION },
		{ -EACCES, EXIT_PERMISSION },
		{ -EBUSY, EXIT_BUSY },
		{ -ENODEV, EXIT_MISSING },
		{ -ENOENT, EXIT_MISSING },
		{ -EOPNOTSUPP, EXIT_USAGE },
		{ -EAGAIN, EXIT_FAILED },
		{ -ENOBUFS, EXIT_FAILED },
		{ -ENOMEM, EXIT_FAILED },
		{ -EBADMSG, EXIT_FAILED },
		{ -EIO, EXIT_FAILED },
	};
	char *checkpoint = xasprintf("checkpoint %s/saved", root);
	char *plan = with_file("plan");
	char *plan_json = with_file("plan -j");
	char *differs = with_file("assert");
	char *apply = with_file("apply");
	const char *const verbs[] = {
		"show", "show -j", "show 41:00.0", "show 41:00.0/0",
		"stats", "stats -j", "stats 41:00.0", "export",
		"export 41:00.0", "generate 41:00.0 --vfs 2", "checkpoint -",
		checkpoint, plan, plan_json, differs, apply,
		"set 41:00.0/0 label=x", "set 41:00.0 policy=equal",
		"reset 41:00.0", "reset 41:00.0/0", "stop 41:00.0/0",
		"pause 41:00.0/0", "resume 41:00.0/0",
	};
	size_t i, v;

	write_file("t.ini", CONFIG);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		fake_reset();
		fake_errors.list = table[i].error;
		for (v = 0; v < ARRAY_SIZE(verbs); v++)
			says(verbs[v], table[i].code, "");
		/* top goes on amid changes */
		if (table[i].error != -EAGAIN)
			says("top -n 1 -d 0.1", table[i].code, "");
		assert_string_equal(fake.log, "");
		fake_errors = (struct fake_errors){ .stats = table[i].error };
		says("stats", table[i].code, "");
		says("stats --prometheus -", table[i].code, "");
		if (table[i].error != -EAGAIN)
			says("top -n 1 -d 0.1", table[i].code, "");
	}
	fake_reset();
	for (v = 0; v < ARRAY_SIZE(verbs); v++)
		if (verbs[v] != differs)
			says(verbs[v], EXIT_DONE, "");
	free(checkpoint);
	free(plan);
	free(plan_json);
	free(differs);
	free(apply);
}

/* verbs that are about all GPUs, where there is none */
static void without_a_gpu_nothing_is_shown_as_done(void **state)
{
	static const char *const verbs[] = {
		"show", "show -j", "stats", "stats -j", "stats --prometheus -",
		"export", "checkpoint -", "top -n 1 -d 0.1",
	};
	size_t i;

	fake_reset();
	fake.is_there = false;
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		says(verbs[i], EXIT_MISSING, "");
		run(verbs[i], said, sizeof(said));
		assert_says(said, "module gpuvf is loaded, but drives no GPU");
	}
	says("generate 41:00.0 --vfs 2", EXIT_MISSING, "");
	says("stats 41:00.0", EXIT_MISSING, "");
}

static void exit_codes_of_requests_that_cannot_be_had(void **state)
{
	fake_reset();
	says("generate 41:00.0 --vfs 17", EXIT_USAGE, "");
	says("generate 41:00.0 --vfs 2 --fb 9GiB", EXIT_USAGE, "");
	says("generate 41:00.0", EXIT_USAGE, "");
	says("generate 43:00.0 --vfs 2", EXIT_MISSING, "");
	says("generate office --vfs 2", EXIT_USAGE, "");
	says("stats 43:00.0", EXIT_MISSING, "");
	says("stats office", EXIT_USAGE, "");
	says("stats 41:00.0 42:00.0", EXIT_USAGE, "");
	says("stats --prometheus /nonexistent/file", EXIT_FAILED, "");
	says("checkpoint /nonexistent/file", EXIT_FAILED, "");
	says("checkpoint", EXIT_USAGE, "");
	says("checkpoint /tmp", EXIT_FAILED, "");
	says("restore /nonexistent/file", EXIT_USAGE, "");
	says("check /nonexistent/file", EXIT_USAGE, "");
	says("check /tmp", EXIT_USAGE, "");
	says("check a b", EXIT_USAGE, "");
	says("top -d 0", EXIT_USAGE, "");
	says("top x", EXIT_USAGE, "");
	says("monitor x", EXIT_USAGE, "");
	says("monitor -f x", EXIT_USAGE, "");
	says("show 41:00.0/16", EXIT_MISSING, "");
	says("export 43:00.0", EXIT_MISSING, "");
}

/* of plan and export too, 8 beats 4 and 4 the rest, printed or not */
static void exit_codes_of_two_gpus_that_are_only_looked_at(void **state)
{
	char *plan = with_file("plan");
	char *json = with_file("plan -j");
	char *differs = with_file("assert");

	write_file("t.ini", BOTH);
	fake_reset();
	fakes[1].is_there = true;
	says(plan, EXIT_DONE, "");
	says(differs, EXIT_DIFFERS, "");
	fakes[1].gpu.vfs_changing = true;
	says(plan, EXIT_PARTLY, "");
	says(json, EXIT_PARTLY, "");
	says(differs, EXIT_BUSY, "");
	says("export", EXIT_BUSY, "");
	fakes[0].gpu.vfs_changing = true;
	says(plan, EXIT_BUSY, "");
	fakes[0].gpu.state = PF_STATE_WEDGED;
	says(plan, EXIT_ATTENTION, "");
	says(json, EXIT_ATTENTION, "");
	says(differs, EXIT_ATTENTION, "");
	says("export", EXIT_ATTENTION, "");
	fakes[0].gpu.state = PF_STATE_READY;
	fakes[0].gpu.vfs_changing = false;
	fakes[1].is_there = false;
	says(plan, EXIT_PARTLY, "");
	says(differs, EXIT_MISSING, "");
	free(plan);
	free(json);
	free(differs);
}

/* a plan that is not printed is still what it is */
static void lost_json_does_not_hide_the_result(void **state)
{
	char *config = path_of("t.ini");
	char *argv[5] = { "plan", "-j", "-f", config, NULL };
	struct quiet quiet;
	int full, code;

	write_file("t.ini", CONFIG);
	fake_reset();
	fake.gpu.state = PF_STATE_WEDGED;
	quiet = be_quiet();
	full = open("/dev/full", O_WRONLY);
	dup2(full, STDOUT_FILENO);
	close(full);
	setvbuf(stdout, NULL, _IONBF, 0);
	code = run_verb(find_verb("plan"), 4, argv);
	clearerr(stdout);
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	be_loud(quiet);
	assert_int_equal(code, EXIT_ATTENTION);
	free(config);
}

#define ODD	"q7x"

static void names(const char *words, const char *what)
{
	int code = run(words, said, sizeof(said));

	if (!code || !strstr(said, what))
		fail_msg("%s: exit code %d, and '%s' is not in:\n%s", words,
			 code, what, said);
}

/* C37: what the agent refuses by itself names the object and the value */
static void a_refusal_names_what_was_asked_for(void **state)
{
	static const char *const gpu_verbs[] = {
		"show %s", "show %s/3", "set %s policy=equal",
		"set %s/3 label=x", "reset %s", "reset %s/3", "stop %s/3",
		"pause %s/3", "resume %s/3", "stats %s", "export %s",
		"generate %s --vfs 2",
	};
	static const char *const file_verbs[] = {
		"check %s", "check -f %s", "plan -f %s", "apply -f %s",
		"assert -f %s", "restore %s", "checkpoint %s",
		"stats --prometheus %s",
	};
	static const char *const values[][2] = {
		{ "set 41:00.0/3 fb=" ODD, "fb: '" ODD "'" },
		{ "set 41:00.0/3 time_slice=" ODD, "time_slice: '" ODD "'" },
		{ "set 41:00.0/3 preempt_timeout=" ODD,
		  "preempt_timeout: '" ODD "'" },
		{ "set 41:00.0/3 label=" ODD "*", "label: '" ODD "*'" },
		{ "set 41:00.0 policy=" ODD, "policy: '" ODD "'" },
		{ "set 41:00.0 pf_reserve=" ODD, "pf_reserve: '" ODD "'" },
		{ "set 41:00.0 " ODD "=1", "a GPU has no key '" ODD "'" },
		{ "set 41:00.0/3 " ODD "=1", "a VF has no key '" ODD "'" },
		{ "set 41:00.0/3 " ODD, "invalid setting '" ODD "': expected KEY=VALUE" },
		{ "set 41:00.0/" ODD " fb=1GiB", "'41:00.0/" ODD "'" },
		{ "show 41:00.0/16",
		  "GPU 0000:41:00.0 has VFs 0-15, not 16" },
		{ "pause 41:00.0", "'41:00.0' is a whole GPU: expected GPU/VF" },
		{ "apply --wait-idle " ODD, "--wait-idle: '" ODD "'" },
		{ "top -d " ODD, "'" ODD "'" },
		{ "top -n " ODD, "'" ODD "'" },
		{ "generate 41:00.0 --vfs " ODD, "'" ODD "'" },
		{ "generate 41:00.0 --vfs 2 --fb " ODD, "'" ODD "'" },
		{ "generate 41:00.0 --vfs 2 --profile " ODD "*",
		  "'" ODD "*'" },
		{ "generate 41:00.0 --vfs 23",
		  "GPU 0000:41:00.0 can have 16 VFs, not 23" },
		{ "generate 41:00.0 --vfs 4 --fb 9GiB", "GPU 0000:41:00.0" },
		{ "help " ODD, "'" ODD "'" },
		{ "reload " ODD, "'" ODD "'" },
		{ "daemon " ODD, "'" ODD "'" },
		{ "monitor " ODD, "'" ODD "'" },
	};
	size_t i;

	fake_reset();
	for (i = 0; i < ARRAY_SIZE(gpu_verbs); i++) {
		char *before = xstrdup(gpu_verbs[i]);
		char *at = strstr(before, "%s");
		char *words;

		*at = '\0';
		words = xasprintf("%s%s%s", before, "43:00.0", at + 2);
		names(words, "0000:43:00.0");
		free(words);
		words = xasprintf("%s%s%s", before, ODD, at + 2);
		names(words, "'" ODD "'");
		free(words);
		free(before);
	}
	for (i = 0; i < ARRAY_SIZE(file_verbs); i++) {
		char *before = xstrdup(file_verbs[i]);
		char *words;

		*strstr(before, "%s") = '\0';
		words = xasprintf("%s/nonexistent/%s", before, ODD);
		names(words, "/nonexistent/" ODD);
		free(words);
		free(before);
	}
	for (i = 0; i < ARRAY_SIZE(values); i++)
		names(values[i][0], values[i][1]);
	assert_string_equal(fake.log, "");
}

/* the same of a configuration: file, line, and the line itself */
static void a_wrong_value_is_shown_in_its_line(void **state)
{
	static const char *const lines[] = {
		"[gpuvf]", "version = 1", "on_drift = report", "[profile p]",
		"fb = 1GiB", "time_slice = 4ms", "preempt_timeout = 40ms",
		"[gpu a]", "pci = 0000:41:00.0", "policy = equal",
		"pf_reserve = 1GiB", "vfs = 3", "vf 0-1 = p",
		"driver 0 = none",
	};
	char *plan = with_file("plan");
	char *check = xasprintf("check %s/t.ini", root);
	size_t bad, i;

	fake_reset();
	for (bad = 0; bad < ARRAY_SIZE(lines); bad++) {
		char *text, *line, *more;
		const char *equals;

		if (lines[bad][0] == '[')
			continue;
		text = xstrdup("");
		for (i = 0; i < ARRAY_SIZE(lines); i++) {
			equals = strchr(lines[i], '=');
			more = i == bad ?
			       xasprintf("%s%.*s= " ODD "\n", text,
					 (int)(equals - lines[i]), lines[i]) :
			       xasprintf("%s%s\n", text, lines[i]);
			free(text);
			text = more;
		}
		write_file("t.ini", text);
		line = xasprintf("t.ini:%zu:", bad + 1);
		names(check, line);
		names(plan, line);
		free(line);
		equals = strchr(lines[bad], '=');
		line = xasprintf("%.*s= " ODD "\n",
				 (int)(equals - lines[bad]), lines[bad]);
		names(check, line);
		names(plan, line);
		free(line);
		free(text);
	}
	free(plan);
	free(check);
}

/* standard input is read once, before it waits */
static void apply_waits_with_a_configuration_from_a_pipe(void **state)
{
	int stdin_was = dup(STDIN_FILENO);
	int ends[2];

	fake_reset();
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], CONFIG, strlen(CONFIG)),
			 strlen(CONFIG));
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	says("apply -f - --wait-idle 1", EXIT_DONE, "");
	assert_int_equal(fake.gpu.num_vfs, 2);
	dup2(stdin_was, STDIN_FILENO);
	close(stdin_was);
}

/* as for apply: at any step, but it is acted on behind the last one */
static void signals_wait_for_the_last_step_of_restore(void **state)
{
	static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	char *checkpoint = xasprintf("checkpoint %s/saved", root);
	char *restore = xasprintf("restore %s/saved", root);
	char *apply = with_file("apply");
	unsigned int at;
	size_t i;

	write_file("t.ini", CONFIG "driver 0 = none\n");
	fake_reset();
	says(apply, EXIT_DONE, "");
	says(checkpoint, EXIT_DONE, "");
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		signal(numbers[i], note_signal);
		for (at = 1; at <= 4; at++) {
			write_file("t.ini", CONFIG "vf 2 = small\n");
			fake_reset();
			says(apply, EXIT_DONE, "");
			fake.log[0] = '\0';
			fake.raise_at = fake.changes + at;
			fake.signal = numbers[i];
			log_at_signal = 0;
			says(restore, EXIT_DONE, "");
			assert_string_equal(fake.log, "0L2d");
			assert_int_equal(log_at_signal, strlen("0L2d"));
		}
		signal(numbers[i], SIG_DFL);
	}
	free(checkpoint);
	free(restore);
	free(apply);
}

/* VFs without a driver line would never get a driver again */
static void probing_that_cannot_be_set_back_is_a_failure(void **state)
{
	char *apply = with_file("apply");

	write_file("t.ini", CONFIG "driver 0 = none\n");
	fake_reset();
	fake.autoprobe_fails = 1;
	assert_int_equal(run(apply, said, sizeof(said)), EXIT_FAILED);
	assert_says(said, "cannot set sriov_drivers_autoprobe to 1");
	assert_int_equal(fake.gpu.num_vfs, 0);
	assert_int_equal(fake.autoprobe, 1);
	fake_reset();
	fake.autoprobe_fails = 100;
	says(apply, EXIT_ATTENTION, "");
	assert_int_equal(fake.autoprobe, 0);
	fake.autoprobe_fails = 0;
	says(apply, EXIT_DONE, "");
	assert_int_equal(fake.gpu.num_vfs, 2);
	assert_int_equal(fake.autoprobe, 1);
	free(apply);
}

/* a layout with room for VFs to come is what the documentation recommends */
static void a_warning_is_what_check_is_for(void **state)
{
	static const char *const verbs[] = { "plan", "apply", "assert" };
	char *words;
	size_t i;

	write_file("t.ini", CONFIG "vfs = 16\n");
	fake_reset();
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		words = with_file(verbs[i]);
		assert_int_equal(run(words, said, sizeof(said)), EXIT_DONE);
		if (strstr(said, "warning"))
			fail_msg("%s:\n%s", words, said);
		free(words);
	}
	words = with_file("check");
	assert_int_equal(run(words, said, sizeof(said)), EXIT_DONE);
	assert_says(said, "warning: VFs 2-15 get no framebuffer");
	free(words);
}

/* how wide a column without title is depends on libsmartcols' age */
static void squeeze(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ' || text[1] != ' ')
			*to++ = *text;
	*to = '\0';
}

static void prints(const char *words, const char *expected)
{

	assert_int_equal(run(words, said, sizeof(said)), EXIT_DONE);
	if (strstr(words, "--noheadings"))
		squeeze(said);
	if (strcmp(said, expected))
		fail_msg("%s:\n%sexpected:\n%s", words, said, expected);
}

/* of all GPUs, with nothing above or below it */
static void columns_that_were_named_are_one_table(void **state)
{
	char *plan;

	fake_reset();
	fakes[0].gpu.num_vfs = 2;
	fakes[1].is_there = true;
	fakes[1].gpu.num_vfs = 1;
	fakes[1].gpu.vfs[0].fb_bytes = 64 * MIB;
	prints("show -o vf,GPU,FRAMEBUFFER",
	       "VF  GPU           FRAMEBUFFER/B\n"
	       " 0  0000:41:00.0              -\n"
	       " 1  0000:41:00.0              -\n"
	       " 0  0000:42:00.0       67108864\n");
	prints("show --columns GPU --noheadings -H 42:00.0", "0000:42:00.0\n");
	prints("show 42:00.0/0 -o VF,PROFILE,VF", "VF  PROFILE\n 0  -\n");
	prints("stats -o GPU,HANGS,CLAIMS_DRIVER --noheadings",
	       "0000:41:00.0 0 -\n"
	       "0000:41:00.0 0 -\n"
	       "0000:42:00.0 0 -\n");
	write_file("t.ini", CONFIG);
	plan = with_file("plan -p --noheadings -o CHANGE,VF,TIME_SLICE");
	prints(plan, "create 0 4000\ncreate 1 4000\n");
	free(plan);
}

/* whatever reason stands behind an error */
static void each_reason_is_explained(void **state)
{
	static char names[10000];
	char *rest = names, *name;
	unsigned int n = 0;

	assert_int_equal(run("explain", names, sizeof(names)), EXIT_DONE);
	for (; (name = strsep(&rest, " \n")); n += !!*name) {
		char *words = xasprintf("explain %s", name);

		if (*name && run(words, said, sizeof(said)) != EXIT_DONE)
			fail_msg("%s:\n%s", words, said);
		/* a message, and more than one word about it */
		if (*name && (!strchr(said, '\n') ||
			      !strstr(strchr(said, '\n'), "\n    ") ||
			      !strchr(strstr(said, "\n    ") + 5, ' ')))
			fail_msg("%s:\n%s", words, said);
		free(words);
	}
	assert_in_range(n, 37, 100);
	assert_int_equal(run("explain vf-in-us", said, sizeof(said)), EXIT_USAGE);
	assert_says(said, "did you mean 'vf-in-use'?");
	assert_int_equal(run("explain vf-in-use", said, sizeof(said)), EXIT_DONE);
	assert_says(said, "Shut the guest down");
	assert_null(strstr(said, "%"));
	assert_null(strstr(said, "``"));
}

static void a_column_that_there_is_not_is_refused(void **state)
{
	static const char *const names[][2] = {
		{ "show -o VF,BOGUS", "'BOGUS' is none of GPU VF PCI_ADDRESS PROFILE FRAMEBUFFER TIME_SLICE SHARE STATE DRIVER USED_BY\n" },
		{ "show -o VF,", "'' is none of GPU VF" },
		{ "show -o V", "'V' is none of GPU VF" },
		{ "stats -o VFS", "'VFS' is none of GPU VF" },
		{ "plan -o STATE", "'STATE' is none of GPU VF CHANGE" },
	};
	size_t i;

	fake_reset();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(run(names[i][0], said, sizeof(said)), EXIT_USAGE);
		assert_says(said, names[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes_of_verbs_that_read),
		cmocka_unit_test(keys_that_a_provider_cannot_hold_are_refused_at_their_line),
		cmocka_unit_test(without_a_gpu_nothing_is_shown_as_done),
		cmocka_unit_test(exit_codes_of_requests_that_cannot_be_had),
		cmocka_unit_test(exit_codes_of_two_gpus_that_are_only_looked_at),
		cmocka_unit_test(lost_json_does_not_hide_the_result),
		cmocka_unit_test(a_refusal_names_what_was_asked_for),
		cmocka_unit_test(a_wrong_value_is_shown_in_its_line),
		cmocka_unit_test(apply_waits_with_a_configuration_from_a_pipe),
		cmocka_unit_test(signals_wait_for_the_last_step_of_restore),
		cmocka_unit_test(probing_that_cannot_be_set_back_is_a_failure),
		cmocka_unit_test(a_warning_is_what_check_is_for),
		cmocka_unit_test(columns_that_were_named_are_one_table),
		cmocka_unit_test(each_reason_is_explained),
		cmocka_unit_test(a_column_that_there_is_not_is_refused),
	};

	return cmocka_run_group_tests_name("verbs", tests, set_up, clean_up);
}
