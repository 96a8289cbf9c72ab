// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers with units: what is read, what is refused, what is written.
 */
#include "agent_test.h"

static void size_is(const char *text, u64 bytes)
{
	u64 value = 1;

	assert_null(parse_size(text, &value));
	assert_int_equal(value, bytes);
}

static void reads_sizes_exactly(void **state)
{
	size_is("0B", 0);
	size_is("1B", 1);
	size_is("4KiB", 4096);
	size_is("2GiB", 2 * GIB);
	size_is("2 GiB", 2 * GIB);
	size_is("1.5GiB", 1536 * MIB);
	size_is("0.5KiB", 512);
	size_is("1TiB", 1024 * GIB);
	size_is("16777215.9375MiB", (1ULL << 44) - 65536);
	size_is("18446744073709551615B", U64_MAX);
	/* whole after rounding */
	size_is("1.9GiB", 2040109466);
	size_is("0.0001KiB", 1);
	size_is("0.7TiB", 769658139444);
	size_is("16777215TiB", 16777215ULL << 40);
}

static void refuses_bad_sizes(void **state)
{
	static const char *const bad[] = {
		"", "2", "GiB", "2G", "2GB", "2gib", "-1GiB", "+1GiB", "02GiB",
		"1.GiB", ".5GiB", "1.3B", "1.5", "1e3MiB",
		"0x10MiB", "2GiBx", "2 GiB x", "16777216TiB", "1,5GiB",
		"18446744073709551616B", "99999999999999999999B",
		"999999999999999999.000000001TiB", "999999999999999999999B", "1.0000000001GiB", "2\tGiB", " 2GiB",
	};
	u64 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!parse_size(bad[i], &value))
			fail_msg("'%s' was taken as %llu", bad[i], value);
}

static void reads_times_exactly(void **state)
{
	u32 us;

	assert_null(parse_time("4ms", &us));
	assert_int_equal(us, 4000);
	assert_null(parse_time("0.5ms", &us));
	assert_int_equal(us, 500);
	assert_null(parse_time("1.25s", &us));
	assert_int_equal(us, 1250000);
	assert_null(parse_time("4294967295us", &us));
	assert_int_equal(us, U32_MAX);
}

static void refuses_bad_times(void **state)
{
	static const char *const bad[] = {
		"4", "4m", "4MS", "0.0001ms", "1.5us", "4294967296us", "4295s",
		"010ms", "ms", "4 m s",
	};
	u32 us;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!parse_time(bad[i], &us))
			fail_msg("'%s' was taken as %u us", bad[i], us);
}

static void refuses_bad_numbers(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", "01", "1 ", "1.0", "1x", "17", "4294967297",
		"18446744073709551617",
	};
	u32 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!parse_number(bad[i], 16, &value))
			fail_msg("'%s' was taken as %u", bad[i], value);
	assert_null(parse_number("16", 16, &value));
	assert_int_equal(value, 16);
	assert_null(parse_number("0", 16, &value));
	assert_int_equal(value, 0);
}

static void names_have_31_good_characters(void **state)
{
	assert_null(check_name("a"));
	assert_null(check_name("A.b_c-9"));
	assert_null(check_name("1234567890123456789012345678901"));
	assert_non_null(check_name("12345678901234567890123456789012"));
	assert_non_null(check_name(""));
	assert_non_null(check_name("a b"));
	assert_non_null(check_name("a/b"));
	assert_non_null(check_name("\xc3\xa4"));
}

static void what_is_written_reads_back(void **state)
{
	static const u64 values[] = {
		0, 1, 999, 1023, 1024, 1025, 1536, 16 * MIB, 496 * MIB,
		2 * GIB, 16368 * MIB, 1536 * MIB, GIB + 1, 1ULL << 40, U64_MAX,
		16777215ULL << 40,
	};
	char text[UNIT_TEXT];
	u64 back;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		assert_null(parse_size(format_size(text, values[i], " "),
				       &back));
		assert_int_equal(back, values[i]);
		assert_null(parse_size(format_size(text, values[i], ""),
				       &back));
		assert_int_equal(back, values[i]);
	}
}

static void writes_the_handiest_unit(void **state)
{
	char text[UNIT_TEXT];

	assert_string_equal(format_size(text, 2 * GIB, " "), "2 GiB");
	assert_string_equal(format_size(text, 1536 * MIB, " "), "1.5 GiB");
	assert_string_equal(format_size(text, 496 * MIB, ""), "496MiB");
	assert_string_equal(format_size(text, GIB + GIB / 4, " "), "1.25 GiB");
	assert_string_equal(format_size(text, 16368 * MIB, " "), "16368 MiB");
	assert_string_equal(format_size(text, 0, " "), "0 B");
	assert_string_equal(format_time(text, 4000, " "), "4 ms");
	assert_string_equal(format_time(text, 1500, " "), "1.5 ms");
	assert_string_equal(format_time(text, 1050, " "), "1.05 ms");
	assert_string_equal(format_time(text, 1001, " "), "1001 us");
}

static void addresses_are_made_canonical(void **state)
{
	char bdf[BDF_SIZE];

	assert_true(parse_bdf("0000:41:00.0", bdf, sizeof(bdf)));
	assert_string_equal(bdf, "0000:41:00.0");
	assert_true(parse_bdf("41:1F.7", bdf, sizeof(bdf)));
	assert_string_equal(bdf, "0000:41:1f.7");
	assert_true(parse_bdf("ABCD:ef:00.1", bdf, sizeof(bdf)));
	assert_string_equal(bdf, "abcd:ef:00.1");
	assert_false(parse_bdf("", bdf, sizeof(bdf)));
	assert_false(parse_bdf("41:20.0", bdf, sizeof(bdf)));
	assert_false(parse_bdf("41:00.8", bdf, sizeof(bdf)));
	assert_false(parse_bdf("41:00.0x", bdf, sizeof(bdf)));
	assert_false(parse_bdf("00000:41:00.0", bdf, sizeof(bdf)));
	assert_false(parse_bdf("left", bdf, sizeof(bdf)));
}

static void guesses_only_what_is_near(void **state)
{
	static const char *const words[] = { "policy", "pci", "vfs" };

	assert_string_equal(nearest("polcy", words, 3), "policy");
	assert_string_equal(nearest("POLICY", words, 3), "policy");
	assert_string_equal(nearest("vf", words, 3), "vfs");
	assert_null(nearest("bandwidth", words, 3));
	assert_null(nearest("", words, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_sizes_exactly),
		cmocka_unit_test(refuses_bad_sizes),
		cmocka_unit_test(reads_times_exactly),
		cmocka_unit_test(refuses_bad_times),
		cmocka_unit_test(refuses_bad_numbers),
		cmocka_unit_test(names_have_31_good_characters),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(writes_the_handiest_unit),
		cmocka_unit_test(addresses_are_made_canonical),
		cmocka_unit_test(guesses_only_what_is_near),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
