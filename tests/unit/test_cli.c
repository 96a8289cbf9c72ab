// SPDX-License-Identifier: GPL-2.0
/*
 * The command line: what is refused names the word that was written.
 */
#include <sys/stat.h>

#include "agent_test.h"
#include "base/exit_code.h"
#include "base/root.h"
#include "main.h"

/* what a verb says about these words, on stderr; *code: of the verb */
static char *run(int *code, const char *words)
{
	int err = dup(STDERR_FILENO), out = dup(STDOUT_FILENO);
	char *copy = xstrdup(words), *rest = copy, *word;
	FILE *said = tmpfile();
	char *text = xcalloc(1, 4096);
	char *argv[16] = {};
	int argc = 0;

	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	fflush(NULL);
	dup2(fileno(said), STDERR_FILENO);
	dup2(fileno(said), STDOUT_FILENO);
	*code = run_verb(find_verb(argv[0]), argc, argv);
	fflush(NULL);
	dup2(err, STDERR_FILENO);
	dup2(out, STDOUT_FILENO);
	close(err);
	close(out);
	rewind(said);
	text[fread(text, 1, 4095, said)] = '\0';
	fclose(said);
	free(copy);
	return text;
}

static void is_refused(const char *words, const char *message)
{
	int code;
	char *said = run(&code, words);

	assert_says(said, message);
	assert_int_equal(code, EXIT_USAGE);
	free(said);
}

static void a_wrong_option_is_named(void **state)
{
	is_refused("show -xj", "unrecognized option '-x'");
	is_refused("show -jx", "unrecognized option '-x'");
	is_refused("show --json -xj", "unrecognized option '-x'");
	is_refused("show --json=1", "option '--json' takes no value");
	is_refused("show --jso=1", "option '--jso' takes no value");
	is_refused("apply --wait-idl=x",
		   "--wait-idle: 'x' is not a number from 0 to 604800");
	is_refused("apply --wait-idle 604801",
		   "--wait-idle: '604801' is not a number from 0 to 604800");
	is_refused("show --nonsense", "unrecognized option '--nonsense'");
	is_refused("show --file x", "unrecognized option '--file'");
	is_refused("show -f x", "unrecognized option '-f'");
	is_refused("assert -j", "unrecognized option '-j'");
	is_refused("stats --p", "option '--p' is ambiguous");
	is_refused("apply -f", "-f needs a value");
	is_refused("top -x", "unrecognized option '-x'");
	is_refused("top --delay", "--delay needs a value");
	is_refused("generate --vfs", "--vfs needs a value");
	is_refused("generate g --fbx 1", "unrecognized option '--fbx'");
	is_refused("generate g --vfs 0", "--vfs: '0' is not a number from 1 to 1024");
	is_refused("generate g --vfs 1025", "--vfs: '1025' is not a number from 1 to 1024");
	is_refused("generate g", "needs --vfs");
	is_refused("generate g --vfs 1 --fb 1", "--fb: '1' needs one of the units");
	is_refused("generate g --vfs 1 --profile a/b", "--profile: 'a/b' ");
	is_refused("top -d 0.05", "--delay: '0.05' is not 0.1 to 3600 seconds");
	is_refused("top -d 3601", "--delay: '3601' is not 0.1 to 3600 seconds");
	is_refused("top -d 1x", "--delay: '1x' is not 0.1 to 3600 seconds");
	is_refused("top -n 0", "--iterations: '0' is not a number from 1 to 2147483647");
	is_refused("apply -j", "-j can only be used with -n");
	is_refused("apply -o VF", "-o can only be used with -n");
	is_refused("apply --noheadings", "--noheadings can only be used with -n");
}

static void words_are_counted(void **state)
{
	is_refused("show a b", "unexpected argument 'b'");
	is_refused("monitor a", "unexpected argument 'a'");
	is_refused("reload -- -x", "unexpected argument '-x'");
	is_refused("checkpoint", "needs FILE");
	is_refused("restore", "needs FILE");
	is_refused("pause", "needs GPU/VF");
	is_refused("reset", "needs GPU | GPU/VF");
	is_refused("generate --vfs 1", "needs GPU");
	is_refused("set 41:00.0", "needs GPU/VF [fb=SIZE]");
}

/* the usage of the verb follows, no line of it wider than a terminal */
static void a_usage_fits_80_columns(void **state)
{
	const struct verb *verb;

	for (verb = all_verbs(); verb->name; verb++) {
		char *text = NULL, *rest, *line;
		size_t size;
		FILE *f = open_memstream(&text, &size);

		print_usage(f, verb);
		fclose(f);
		assert_int_equal(strncmp(text, "usage: gpuvf-agent ", 19), 0);
		rest = text;
		while ((line = strsep(&rest, "\n")))
			if (strlen(line) > 79)
				fail_msg("%zu columns: %s", strlen(line), line);
		free(text);
	}
}

/* -f, --file FILE as .BR \-f ", " \-\-file " " \fIFILE\fP */
static void the_manual_has_every_option(void **state)
{
	char *manual = root_read(NULL, "%s/gpuvf-agent.8", MAN_DIR);
	const struct verb_option *option;
	const struct verb *verb;

	assert_non_null(manual);
	for (verb = all_verbs(); verb->name; verb++) {
		for (option = verb->options; option->name; option++) {
			char *name = xstrdup(""), *rest, *part, *longer;
			char *copy = rest = xstrdup(option->name);

			while ((part = strsep(&rest, "-"))) {
				longer = xasprintf("%s\\-%s", name, part);
				free(name);
				name = longer;
			}
			longer = option->letter ?
				 xasprintf("\n.BR \\-%c \", \" \\-%s%s",
					   option->letter, name,
					   option->value ? " \" \\fI" : "\n") :
				 xasprintf("\n.BR \\-%s%s", name,
					   option->value ? " \" \" \\fI" : "\n");
			if (!strstr(manual, longer))
				fail_msg("%s --%s: the manual lacks %s",
					 verb->name, option->name, longer);
			free(longer);
			free(name);
			free(copy);
		}
	}
	free(manual);
}

static void an_option_has_one_value(void **state)
{
	is_refused("apply -f a -f b", "--file is given twice");
	is_refused("stats --prometheus a --prometheus b",
		   "--prometheus is given twice");
	is_refused("check -f a b", "either --file or FILE, not both");
	is_refused("daemon -f -", "standard input");
}

static void a_dry_run_takes_the_options_of_apply(void **state)
{
	int code;
	char *said;

	root_set("/nonexistent");
	said = run(&code, "apply -n --no-wait --wait-idle 5");
	assert_null(strstr(said, "option"));
	assert_says(said, "gpuvf.ini: cannot be opened");
	free(said);
	root_set("");
}

/* as of a configuration */
static void restore_takes_only_what_root_alone_can_write(void **state)
{
	static const char path[] = "/tmp/gpuvf-test-checkpoint";
	FILE *f = fopen(path, "w");
	int code;
	char *said;

	assert_non_null(f);
	fputs("{\"schema_version\": 9, \"gpus\": []}", f);
	fclose(f);
	assert_int_equal(chmod(path, 0644), 0);
	is_refused("restore /tmp/gpuvf-test-checkpoint",
		   "has another schema_version than 2");
	if (!geteuid()) {
		assert_int_equal(chmod(path, 0666), 0);
		said = run(&code, "restore /tmp/gpuvf-test-checkpoint");
		assert_says(said, "is writable by everyone");
		assert_int_equal(code, EXIT_PERMISSION);
		free(said);
		assert_int_equal(chmod(path, 0600), 0);
		assert_int_equal(chown(path, 1000, 0), 0);
		said = run(&code, "restore /tmp/gpuvf-test-checkpoint");
		assert_says(said, "is owned by uid 1000");
		assert_int_equal(code, EXIT_PERMISSION);
		free(said);
	}
	unlink(path);
}

/* as in gpuvf.ini */
static void set_takes_no_key_twice_and_no_zero(void **state)
{
	is_refused("set 41:00.0/0 time_slice=4ms time_slice=5ms",
		   "key 'time_slice' is given twice");
	is_refused("set 41:00.0 policy=fixed policy=equal",
		   "key 'policy' is given twice");
	is_refused("set 41:00.0/0 preempt_timeout=40ms preempt_timeout=default",
		   "key 'preempt_timeout' is given twice");
	is_refused("set 41:00.0/0 preempt_timeout=0ms",
		   "must be greater than 0");
	is_refused("set 41:00.0/0 time_slice=0ms", "must be greater than 0");
}

static void a_guess_is_near(void **state)
{
	static const char *const verbs[] = { "show", "top", "set", "stop" };

	assert_null(nearest("foo", verbs, ARRAY_SIZE(verbs)));
	assert_string_equal(nearest("tpo", (const char *const[]){ "to" }, 1),
			    "to");
	assert_string_equal(nearest("shwo", verbs, ARRAY_SIZE(verbs)), "show");
	assert_string_equal(nearest("sho", verbs, ARRAY_SIZE(verbs)), "show");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_option_is_named),
		cmocka_unit_test(words_are_counted),
		cmocka_unit_test(a_usage_fits_80_columns),
		cmocka_unit_test(the_manual_has_every_option),
		cmocka_unit_test(an_option_has_one_value),
		cmocka_unit_test(a_dry_run_takes_the_options_of_apply),
		cmocka_unit_test(restore_takes_only_what_root_alone_can_write),
		cmocka_unit_test(set_takes_no_key_twice_and_no_zero),
		cmocka_unit_test(a_guess_is_near),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
