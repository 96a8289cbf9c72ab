// SPDX-License-Identifier: GPL-2.0
/*
 * vGPU types of NVIDIA: the double's rules about them, and what names say.
 */
#include "double_table.h"
#include "doubles/nvidia_rules.h"
#include "provider/nvidia_types.h"

#define TOTAL	8

static const struct nvr_type types[] = {
	{ 11, "NVIDIA L40S-12Q", 12288, 4, false },
	{ 12, "NVIDIA L40S-12A", 12288, 4, false },
	{ 21, "NVIDIA L40S-24Q", 24576, 2, false },
	{ 31, "NVIDIA L40S-1-12Q", 12288, 4, true },
};

/* ---- the rules are those of the table */

static void take_words(struct nvr_gpu *gpu, char *words)
{
	char *word;
	u32 vf, id;

	while ((word = strsep(&words, " "))) {
		if (sscanf(word, "%u=%u", &vf, &id) == 2)
			gpu->vfs[vf].type = id;
		else if (!strcmp(word, "hetero"))
			gpu->heterogeneous = true;
		else if (!strcmp(word, "mig"))
			gpu->mig = true;
		else if (!strcmp(word, "late"))
			gpu->late = true;
		else if (!strcmp(word, "off"))
			gpu->enabled = false;
		else if (!strcmp(word, "open"))
			gpu->vfs[strtoul(strsep(&words, " "), NULL, 10)].is_open = true;
		else if (!strcmp(word, "unbound"))
			nvr_unbind(gpu, strtoul(strsep(&words, " "), NULL, 10));
		else if (*word && strcmp(word, "-"))
			fail_msg("situation '%s'", word);
	}
}

static void words_hold(const struct nvr_gpu *gpu, char *words)
{
	char *word;
	u32 vf, id;

	while ((word = strsep(&words, " "))) {
		if (sscanf(word, "%u=%u", &vf, &id) == 2)
			assert_int_equal(gpu->vfs[vf].type, id);
		else if (!strcmp(word, "hetero"))
			assert_true(gpu->heterogeneous);
		else if (!strcmp(word, "homogeneous"))
			assert_false(gpu->heterogeneous);
		else if (!strcmp(word, "off"))
			assert_false(gpu->enabled);
		else if (*word && strcmp(word, "-"))
			fail_msg("state '%s'", word);
	}
}

static int do_write(struct nvr_gpu *gpu, const char *what)
{
	u32 vf, id;

	if (sscanf(what, "%u %u", &vf, &id) == 2)
		return nvr_store_type(gpu, vf, id);
	if (!strncmp(what, "mode 1", 6))
		return nvr_set_heterogeneous(gpu, true);
	assert_true(!strncmp(what, "-e", 2) || !strncmp(what, "-d", 2));
	nvr_enable(gpu, what[1] == 'e');
	return 0;
}

static const int plausible[] = NVR_PLAUSIBLE;

static void run_row(char **field)
{
	bool open = !strcmp(field[TABLE_ERRNO], "?");
	size_t i;

	for (i = 0; i < (open ? ARRAY_SIZE(plausible) : 1); i++) {
		struct nvr_gpu gpu = {
			.types = types, .num_types = ARRAY_SIZE(types),
			.total = TOTAL, .mib = 49152, .enabled = true,
			.unknown_errno = plausible[i],
		};
		char *before = xstrdup(field[TABLE_SITUATION]);
		char *after = xstrdup(field[TABLE_STATE]);

		take_words(&gpu, before);
		assert_int_equal(-do_write(&gpu, field[TABLE_WRITE]), open ?
				 plausible[i] : errno_of(field[TABLE_ERRNO]));
		words_hold(&gpu, after);
		free(before);
		free(after);
	}
}

static void the_double_does_what_its_table_says(void **state)
{
	run_table("nvidia", run_row);
}

/* ---- names of types */

static void sizes_are_those_in_the_names(void **state)
{
	static const struct {
		const char *name;
		u64 gib;
		bool is_mig;
	} all[] = {
		{ "NVIDIA L40S-12Q", 12, false }, { "GRID T4-16C", 16, false },
		{ "NVIDIA RTX Pro 6000 Blackwell DC-96Q", 96, false },
		{ "GRID M10-2B4", 2, false }, { "NVIDIA A100-1-5C", 5, true },
		{ "NVIDIA A100-1-5CME", 5, true },
		{ "NVIDIA RTX Pro 6000 Blackwell DC-1-24Q", 24, true },
		{ "NVIDIA H200X-141C", 141, false }, { "NVIDIA L40S", 0, false },
		{ "NVIDIA L40S-", 0, false }, { "NVIDIA L40S-12", 0, false },
		{ "NVIDIA L40S-Q", 0, false }, { "NVIDIA X-99999999999999Q", 0, false },
		{ "-1Q", 1, false }, { "1-1Q", 1, false },
	};
	struct nvidia_types known = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		char *line = xasprintf("%zu : %s \n", i + 1, all[i].name);
		const struct nvidia_type *type;

		nvidia_types_add_list(&known, line);
		free(line);
		type = nvidia_type_by_id(&known, i + 1);
		assert_non_null(type);
		assert_int_equal(type->fb_bytes, all[i].gib * GIB);
		assert_int_equal(type->is_mig, all[i].is_mig);
		assert_null(strstr(type->name, "NVIDIA"));
	}
	nvidia_types_add_list(&known, "90 : GRID M60-0B\n");
	assert_int_equal(nvidia_type_by_id(&known, 90)->fb_bytes, 512 * MIB);
	nvidia_types_free(&known);
}

static void lists_that_are_none_add_nothing(void **state)
{
	static const char *const bad[] = {
		"", "\n", "ID : vGPU Name\n", ":\n", "11\n", "11 NVIDIA L40S-12Q\n",
		"0 : NVIDIA L40S-12Q\n", "x11 : NVIDIA L40S-12Q", "11 : \n", "11x : Y\n",
	};
	struct nvidia_types known = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		nvidia_types_add_list(&known, bad[i]);
		assert_int_equal(known.num, 0);
	}
	nvidia_types_add_file(&known, "<vgpuType id=\"11\" name=\"A-1Q\" class=\"Quadro\">", 0x26b9);
	nvidia_types_add_file(&known, "<vgpuType id=\"11\"", 0x26b9);
	nvidia_types_add_file(&known, "<vgpuType ><devId deviceId=\"0x26b9\">", 0x26b9);
	assert_int_equal(known.num, 0);
	/* the second has no device of its own, and is not given the third's */
	nvidia_types_add_file(&known,
			      "<vgpuType id=\"11\" name=\"NVIDIA L40S-12Q\" class=\"Quadro\">\n"
			      "<devId vendorId=\"0x10DE\" deviceId=\"0x26B9\" subsystemId=\"0x0\"></devId>\n"
			      "</vgpuType>\n<vgpuType id=\"12\" name=\"NVIDIA L40S-12A\">\n</vgpuType>\n"
			      "<vgpuType id=\"0x10\" name=\"NVIDIA L4-12A\">\n<devId deviceId=\"0x27B8\"/>\n"
			      "</vgpuType>\n", 0x26b9);
	assert_int_equal(known.num, 1);
	assert_string_equal(known.all[0].name, "L40S-12Q");
	nvidia_types_add_list(&known, "11 : Another\n");
	assert_int_equal(known.num, 1);
	nvidia_types_free(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_double_does_what_its_table_says),
		cmocka_unit_test(sizes_are_those_in_the_names),
		cmocka_unit_test(lists_that_are_none_add_nothing),
	};

	return cmocka_run_group_tests_name("nvidia types", tests, NULL, NULL);
}
