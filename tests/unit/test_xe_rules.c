// SPDX-License-Identifier: GPL-2.0
/*
 * What stands for xe, against the table of its rules.
 */
#include "double_table.h"
#include "xe_test.h"

/* a word of a row, with up to two numbers behind it */
struct word {
	char name[16];
	char text[16];
	u32 function;
	u64 value;
};

/* the next word of a field; Return: whether there is one */
static bool next_word(char **field, struct word *word)
{
	static const char *const alone[] = {
		"6.17", "6.19", "fair", "read-only", "wedged", "resetting", "locked",
		"custom", "picky", "-",
	};
	char *name = strsep(field, " "), *rest;
	size_t i;

	while (name && !*name)
		name = strsep(field, " ");
	if (!name)
		return false;
	*word = (struct word){};
	copy_string(word->name, sizeof(word->name), name);
	for (i = 0; i < ARRAY_SIZE(alone); i++)
		if (!strcmp(name, alone[i]))
			return true;
	name = strsep(field, " ");
	assert_non_null(name);
	copy_string(word->text, sizeof(word->text), name);
	word->function = strtoul(name, &rest, 10);
	if (*rest == '=') {
		copy_string(word->text, sizeof(word->text), rest + 1);
		word->value = strtoull(rest + 1, NULL, 10);
	}
	assert_in_range(word->function, 0, 8);
	return true;
}

static u64 value_of(const char *name, const struct xe_function *function)
{
	if (!strcmp(name, "eq"))
		return function->eq_ms;
	if (!strcmp(name, "pt"))
		return function->pt_us;
	assert_string_equal(name, "quota");
	return function->quota;
}

static void set_value(const char *name, struct xe_function *function, u64 value)
{
	if (!strcmp(name, "eq")) {
		function->eq_ms = value;
	} else if (!strcmp(name, "pt")) {
		function->pt_us = value;
	} else {
		assert_string_equal(name, "quota");
		function->quota = value;
	}
}

static void prepare(const struct word *word)
{
	struct xe_function *function = &xe->functions[word->function];

	if (!strcmp(word->name, "6.17"))
		xe->age = XE_6_17;
	else if (!strcmp(word->name, "6.19"))
		xe->age = XE_6_19;
	else if (!strcmp(word->name, "fair"))
		xe->variant = XE_FAIR_ONLY;
	else if (!strcmp(word->name, "read-only"))
		xe->variant = XE_QUOTAS_READ_ONLY;
	else if (!strcmp(word->name, "wedged"))
		xe->is_wedged = true;
	else if (!strcmp(word->name, "resetting"))
		xe->is_resetting = true;
	else if (!strcmp(word->name, "locked"))
		xe->is_locked = true;
	else if (!strcmp(word->name, "custom"))
		xe->is_custom = true;
	else if (!strcmp(word->name, "picky"))
		xe->is_picky = true;
	else if (!strcmp(word->name, "full"))
		xe->no_room_error = -errno_of(word->text);
	else if (!strcmp(word->name, "policy"))
		assert_int_equal(fake_xe_set(xe, "sriov_admin/.bulk_profile/sched_priority", word->text), 0);
	else if (!strcmp(word->name, "num"))
		assert_int_equal(fake_xe_enable(xe, word->function), 0);
	else if (!strcmp(word->name, "runs"))
		function->is_running = true;
	else if (!strcmp(word->name, "stopped"))
		function->is_stopped = true;
	else if (strcmp(word->name, "-"))
		set_value(word->name, function, word->value);
}

static int write_row(const struct word *word)
{
	static const struct {
		const char *name;
		const char *file;
	} files[] = {
		{ "eq", "profile/exec_quantum_ms" },
		{ "pt", "profile/preempt_timeout_us" },
		{ "quota", "profile/vram_quota" },
		{ "priority", "profile/sched_priority" },
		{ "stop", "stop" },
	};
	const char *text = strcmp(word->name, "stop") ? word->text : "1";
	char file[64];
	size_t i;

	if (!strcmp(word->name, "num"))
		return fake_xe_enable(xe, word->function);
	if (!strcmp(word->name, "policy"))
		return fake_xe_set(xe, "sriov_admin/.bulk_profile/sched_priority", text);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(word->name, files[i].name))
			break;
	assert_true(i < ARRAY_SIZE(files));
	if (word->function)
		snprintf(file, sizeof(file), "sriov_admin/vf%u/%s", word->function,
			 files[i].file);
	else
		snprintf(file, sizeof(file), "sriov_admin/pf/%s", files[i].file);
	return fake_xe_set(xe, file, text);
}

/* Return: whether a guest's driver would find what it needs */
static bool works(u32 n)
{
	const struct xe_function *function = &xe->functions[n];

	return n <= xe->num && function->has_ggtt &&
	       (function->quota || xe->variant == XE_QUOTAS_READ_ONLY);
}

static void compare(const struct word *word)
{
	const struct xe_function *function = &xe->functions[word->function];

	if (!strcmp(word->name, "num"))
		assert_int_equal(xe->num, word->function);
	else if (!strcmp(word->name, "works"))
		assert_true(works(word->function));
	else if (!strcmp(word->name, "broken"))
		assert_false(works(word->function));
	else if (!strcmp(word->name, "stopped"))
		assert_true(function->is_stopped);
	else if (!strcmp(word->name, "policy"))
		assert_string_equal(xe->priority, word->text);
	else
		assert_int_equal(value_of(word->name, function), word->value);
}

static void run_row(char **field)
{
	struct word word;

	make_vfs(A, xe->num, 0);
	fake_xe_make(xe, A, XE_7_3, XE_QUOTAS);
	while (next_word(&field[TABLE_SITUATION], &word))
		prepare(&word);
	assert_true(next_word(&field[TABLE_WRITE], &word));
	assert_int_equal(write_row(&word), -errno_of(field[TABLE_ERRNO]));
	while (next_word(&field[TABLE_STATE], &word))
		compare(&word);
}

static void xe_does_what_the_table_says(void **state)
{
	run_table("intel-xe", run_row);
}

/* of what is below xe's own files in the double, as its first comment has them */
static void the_page_counts_the_rules_of_the_double(void **state)
{
	unsigned int read = 0, inferred = 0;
	FILE *f = fopen(DOUBLES "/xe/lower.c", "r");
	char line[256], *expected;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) && strcmp(line, " */\n")) {
		read += !!strstr(line, "\tread\n");
		inferred += !!strstr(line, "\tinferred");
	}
	fclose(f);
	expected = xasprintf("%u are read in the source and %u are inferred from it.",
			     read, inferred);
	page_says("intel-xe", expected);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(xe_does_what_the_table_says),
		test(the_page_counts_the_rules_of_the_double),
	};

	return cmocka_run_group_tests_name("xe, rules", tests, NULL, NULL);
}
