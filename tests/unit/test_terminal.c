// SPDX-License-Identifier: GPL-2.0
/*
 * What people see on a terminal fits it, with the longest names that there can be;
 * elsewhere a message stays one line.
 */
#include <errno.h>

#include "base/fold.h"
#include "fake_kernel.h"
#include "terminal_test.h"

#define LONGEST	"a-label-of-31-bytes-is-the-most"

/* of a GPU whose every column is as wide as it gets */
#define CONFIG	"[gpuvf]\nversion = 1\n" \
		"[profile " LONGEST "]\nfb = 1008MiB\ntime_slice = 4500us\n" \
		"[gpu the-section-has-a-name-of-31-by]\npci = 0000:41:00.0\n" \
		"vfs = 16\nvf 0-14 = " LONGEST "\n"
#define HUGE	"[gpuvf]\nversion = 1\n" \
		"[profile " LONGEST "]\nfb = 15GiB\n" \
		"[gpu the-section-has-a-name-of-31-by]\npci = 0000:41:00.0\n" \
		"policy = fixed\npf_reserve = 1GiB\n" \
		"vf 0-15 = " LONGEST "\ndriver 0-15 = vfio-pci\n"
#define TWICE	"[gpuvf]\nversion = 1\n" \
		"[profile " LONGEST "]\nfb = 1GiB\ntime_slize = 4ms\n" \
		"[profile " LONGEST "]\nfb = 1 parsec\n"

static char *on_terminal(const char *words, unsigned short columns)
{
	return with_keys(words, columns, NULL, NULL);
}

static void fits(const char *words, unsigned short columns)
{
	char *text = on_terminal(words, columns);
	char *rest = text, *line;

	if (!*text)
		fail_msg("%s: says nothing", words);
	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		/* what is longer than the line is one word */
		if (text_columns(line) > columns &&
		    strchr(line + strspn(line, " "), ' '))
			fail_msg("%s: %u columns, %u are there:\n%s", words,
				 text_columns(line), columns, line);
	}
	free(text);
}

static void use_all(void)
{
	u32 i;

	for (i = 0; i < 16; i++) {
		struct vf *vf = &fake.gpu.vfs[i];

		copy_string(vf->profile, LABEL_SIZE, LONGEST);
		copy_string(vf->driver, NAME_SIZE, "vfio-pci");
		vf->fb_bytes = 1008 * MIB;
		vf->time_slice_us = 4500;
		vf->in_use = true;
		vf->has_state = true;
		vf->state = VF_STATE_PROVISIONED;
		vf->stats.run_ns = 123456789012345;
		vf->stats.slices = 12345678;
		vf->stats.overrun_ns = 123456789012;
		vf->stats.idle_ns = 123456789012345;
		vf->stats.mbox_requests = 123456;
	}
	fake.gpu.num_vfs = 16;
	fakes[1].is_there = true;
	fake.gpu.fb_needs_scrub = 5008 * MIB;
	fake.gpu.fb_quarantined = 1008 * MIB;
	fake.gpu.fb_largest_free = 1008 * MIB;
	fake.gpu.vfs_changing = true;
}

static void what_people_read_fits_the_terminal(void **state)
{
	static const char *const verbs[] = {
		"show", "show 41:00.0", "show 41:00.0/3", "stats",
		"plan -f t.ini", "plan -f huge.ini", "plan -f twice.ini",
		"apply -f t.ini", "apply -f huge.ini",
		"assert -f t.ini", "assert -f huge.ini",
		"check t.ini", "check twice.ini",
		"set 41:00.0/3 time_slice=9",
		"pause 41:00.0", "show 43:00.0", "restore t.ini",
		"checkpoint /nonexistent/file", "doctor", "help",
		"reload", "generate 43:00.0 --vfs 2", "export 43:00.0",
		"stats --human --wrong", "apply --wait-idle x", "monitor",
		"explain", "explain vf-in-use", "explain fragmented", "explain x",
		"top -n 1 -d 0.1", "doctor -v", "version",
	};
	const struct verb *verb;
	size_t i;

	write_text("t.ini", CONFIG);
	write_text("huge.ini", HUGE);
	write_text("twice.ini", TWICE);
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		fake_reset();
		fits(verbs[i], 80);
		use_all();
		fits(verbs[i], 80);
	}
	for (verb = all_verbs(); verb->name; verb++) {
		char *words = xasprintf("help %s", verb->name);

		fits(words, 80);
		free(words);
	}
}

/* the address is what a VF is handed to a guest by */
static void what_matters_most_is_left_out_last(void **state)
{
	char *text, *rows;

	fake_reset();
	use_all();
	text = on_terminal("show", 80);
	rows = strstr(text, "PCI ADDRESS");
	assert_non_null(rows);
	assert_says(rows, "a-label-of-31");
	assert_null(strstr(rows, LONGEST));
	assert_null(strstr(rows, "SHARE"));
	free(text);
	text = on_terminal("show", 120);
	rows = strstr(text, "PCI ADDRESS");
	assert_non_null(rows);
	assert_says(rows, LONGEST);
	assert_says(rows, "SHARE");
	free(text);
}

/* of colors only what is seen counts */
static void colors_take_no_room(void **state)
{
	char *plain, *colored;
	char *from, *to;

	fake_reset();
	use_all();
	plain = on_terminal("show", 80);
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	colored = on_terminal("show", 80);
	setenv("NO_COLOR", "1", 1);
	/* VF 0 and its neighbour, on the map */
	assert_says(colored, "\033[36m0");
	assert_says(colored, "\033[35m1");
	for (from = to = colored; *from; from++)
		if (*from == '\033')
			from += strcspn(from, "m");
		else
			*to++ = *from;
	*to = '\0';
	assert_string_equal(colored, plain);
	free(plain);
	free(colored);
}

/* what sets colors is not seen, and where the cursor moves another line begins */
static void take_sequences(char *text)
{
	char *from, *to;

	for (from = to = text; *from; from++) {
		if (*from != '\033') {
			*to++ = *from;
			continue;
		}
		from += 1 + strcspn(from + 1, "ABCDHJKhlm");
		if (*from == 'H')
			*to++ = '\n';
	}
	*to = '\0';
}

/* with its keys, each of which draws another picture */
static void top_fits_the_terminal(void **state)
{
	char *text, *rest, *line;

	setenv("TERM", "xterm", 1);
	fake_reset();
	use_all();
	text = with_keys("top -d 3600", 80, "shhssff q", NULL);
	take_sequences(text);
	assert_says(text, "sort (USED)");
	assert_says(text, "sort (PROFILE)");
	assert_says(text, "FROZEN");
	assert_says(text, "Columns:");
	for (rest = text; (line = strsep(&rest, "\n"));)
		if (text_columns(line) > 80)
			fail_msg("%u columns:\n%s", text_columns(line), line);
	free(text);
}

/* whatever its length: scripts and the journal have one line for each */
static void elsewhere_a_message_is_one_line(void **state)
{
	struct listening listening = listen_begin();
	char *said;

	pr_err("%s %s %s %s", CONFIG, HUGE, CONFIG, HUGE);
	said = listen_end(listening);
	assert_true(strlen(said) > 800);
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	free(said);
}

/* words stay in one piece, and what is in front of the first one stays there */
static void lines_are_folded_between_words(void **state)
{
	static const struct {
		unsigned int width;
		const char *text;
		const char *lines;
	} table[] = {
		{ 0, "a bb ccc dddd", "a bb ccc dddd" },
		{ 4, "a bb ccc dddd", "a bb\n-ccc\n-dddd" },
		{ 5, "a bb ccc dddd", "a bb\n-ccc\n-dddd" },
		{ 9, "a bb ccc dddd", "a bb ccc\n-dddd" },
		{ 13, "a bb ccc dddd", "a bb ccc dddd" },
		{ 5, "  longer than that", "  longer\n-than\n-that" },
		{ 6, "\033[1ma\033[0m bb  cc", "\033[1ma\033[0m bb\n-cc" },
		{ 1, "a b", "a\n-b" },
		{ 5, "", "" },
		{ 5, "  ", "  " },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		char *text;
		size_t size;
		FILE *f = open_memstream(&text, &size);

		fold_text(f, table[i].width, 0, "-", table[i].text);
		fclose(f);
		assert_string_equal(text, table[i].lines);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_people_read_fits_the_terminal),
		cmocka_unit_test(what_matters_most_is_left_out_last),
		cmocka_unit_test(colors_take_no_room),
		cmocka_unit_test(top_fits_the_terminal),
		cmocka_unit_test(elsewhere_a_message_is_one_line),
		cmocka_unit_test(lines_are_folded_between_words),
	};
	static const char *const dirs[] = { "etc", "run", "run/gpuvf", "sys" };
	char *root;
	int failed;

	setenv("NO_COLOR", "1", 1);
	root = new_root(dirs, ARRAY_SIZE(dirs));
	assert_int_equal(chdir(root), 0);
	failed = cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
	fake_free();
	remove_root(root);
	return failed;
}
