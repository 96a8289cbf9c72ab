// SPDX-License-Identifier: GPL-2.0
/*
 * What people and programs are shown: map, events, JSON, and the file that
 * export writes.
 */
#include <locale.h>
#include <sys/ioctl.h>

#include "agent_test.h"
#include "config/writer.h"
#include "plan/capacity.h"
#include "plan/plan.h"
#include "show/capacity_show.h"
#include "show/event_text.h"
#include "show/memory_map.h"
#include "show/output.h"

static struct gpu gpu_with_vfs(u32 n, u64 bytes)
{
	struct gpu gpu = test_gpu();
	u32 i;

	gpu.num_vfs = n;
	gpu.has_states = true;
	for (i = 0; i < n; i++) {
		struct vf *vf = &gpu.vfs[i];

		vf->has_state = true;
		vf->fb_bytes = bytes;
		vf->fb_offset = gpu.fb_pf_reserve + gpu.fb_context_save +
				i * bytes;
		vf->time_slice_us = 4000;
		vf->preempt_timeout_us = 20000;
		vf->state = VF_STATE_PROVISIONED;
		copy_string(vf->profile, LABEL_SIZE, "desktop");
	}
	return gpu;
}

static void the_map_shows_who_has_what(void **state)
{
	struct gpu gpu = gpu_with_vfs(3, 4 * GIB);
	char text[300];

	memory_map(&gpu, 16, false, text, sizeof(text));
	assert_string_equal(text, "[P0==1===2===....]");
	memory_map(&gpu, 16, true, text, sizeof(text));
	assert_string_equal(text, "▕▓0━━1━━━2━━━····▏");
	gpu_free(&gpu);
}

/* a terminal of some width, and what a table of three columns is on it */
static void table_is(unsigned short width, const char *expected)
{
	struct winsize screen = { .ws_row = 24, .ws_col = width };
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	static const struct column columns[] = {
		{ "A", .minor = 0 },
		{ "B", .is_text = true, .minor = 1 },
		{ "C", .is_text = true },
		{ }
	};
	struct table *table = table_new(columns);
	char text[100] = "";
	size_t got = 0;
	int out, terminal;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master) || unlockpt(master), 0);
	assert_int_equal(ioctl(master, TIOCSWINSZ, &screen), 0);
	terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(terminal >= 0);
	table_cell(table, "1");
	table_cell(table, "22");
	table_cell(table, "333");
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	dup2(terminal, STDOUT_FILENO);
	table_print(table, "-");
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	/* a terminal may give it out line by line */
	while (got < strlen(expected)) {
		ssize_t n = read(master, text + got, sizeof(text) - 1 - got);

		if (n <= 0)
			break;
		got += n;
	}
	assert_string_equal(text, expected);
	close(terminal);
	close(master);
}

static void a_minor_column_makes_room(void **state)
{
	setenv("NO_COLOR", "1", 1);
	table_is(11, "-A  B   C\r\n-1  22  333\r\n");
	table_is(10, "-A  C\r\n-1  333\r\n");
	/* the rest stays, fits it or not */
	table_is(2, "-A  C\r\n-1  333\r\n");
	/* its width is not known */
	table_is(0, "-A  B   C\r\n-1  22  333\r\n");
	unsetenv("NO_COLOR");
}

static void the_map_loses_nothing_that_is_quarantined(void **state)
{
	struct gpu gpu = gpu_with_vfs(3, 4 * GIB);
	char text[300];

	/* one unit at the end of VF 1, one in the middle of what is free */
	gpu.quarantined[0] = (struct extent){ gpu.vfs[2].fb_offset - 16 * MIB,
					   16 * MIB };
	gpu.quarantined[1] = (struct extent){ 14 * GIB + 512 * MIB, 16 * MIB };
	gpu.num_quarantined = 2;
	memory_map(&gpu, 16, false, text, sizeof(text));
	assert_string_equal(text, "[P0==1===X2==..X.]");
	memory_map(&gpu, 16, true, text, sizeof(text));
	assert_string_equal(text, "▕▓0━━1━━━╳2━━··╳·▏");
	gpu_free(&gpu);
}

static char *figures_of(const struct gpu *gpu)
{
	FILE *f = tmpfile();
	char *text = xcalloc(1, 1000);
	int out;

	assert_non_null(f);
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	dup2(fileno(f), STDOUT_FILENO);
	memory_map_figures(gpu);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(f);
	assert_true(fread(text, 1, 999, f) < 999);
	fclose(f);
	return text;
}

/* what stands on the map stands in the line below it, with how much of it there is */
static void the_legend_explains_the_map(void **state)
{
	static const struct {
		const char *ascii;
		const char *utf8;
		const char *words;
	} legend[] = {
		{ "P", "▓", " PF 268435456 B" },
		{ "C", "▒", " context save 2147483648 B" },
		{ "=", "━", " VFs 12884901888 B" },
		{ "X", "╳", " quarantined 16777216 B" },
		{ ".", "·", " free " },
	};
	struct gpu gpu = gpu_with_vfs(3, 4 * GIB);
	char ascii[300], utf8[300];
	char *figures, *utf8_figures, *words;
	size_t i;

	gpu.fb_context_save = 2 * GIB;
	gpu.vfs[0].fb_offset = 4 * GIB;
	gpu.quarantined[0] = (struct extent){ 15 * GIB, 16 * MIB };
	gpu.num_quarantined = 1;
	gpu.fb_quarantined = 16 * MIB;
	memory_map(&gpu, 32, false, ascii, sizeof(ascii));
	memory_map(&gpu, 32, true, utf8, sizeof(utf8));
	figures = figures_of(&gpu);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	utf8_figures = figures_of(&gpu);
	setlocale(LC_CTYPE, "C");
	for (i = 0; i < ARRAY_SIZE(legend); i++) {
		assert_says(ascii, legend[i].ascii);
		assert_says(utf8, legend[i].utf8);
		words = xasprintf("%s%s", legend[i].ascii, legend[i].words);
		assert_says(figures, words);
		free(words);
		words = xasprintf("%s%s", legend[i].utf8, legend[i].words);
		assert_says(utf8_figures, words);
		free(words);
	}
	free(figures);
	free(utf8_figures);
	gpu_free(&gpu);
}

static void the_map_of_nothing_is_drawn(void **state)
{
	struct gpu gpu = {};
	char text[64];

	memory_map(&gpu, 8, false, text, sizeof(text));
	assert_string_equal(text, "[........]");
}

static void every_vf_is_on_the_map(void **state)
{
	struct gpu gpu = gpu_with_vfs(16, 1 * GIB - 32 * MIB);
	char text[300];
	char number[8];
	u32 i;

	memory_map(&gpu, 64, false, text, sizeof(text));
	assert_int_equal(strlen(text), 66);
	for (i = 0; i < 16; i++) {
		snprintf(number, sizeof(number), "%u=", i);
		assert_non_null(strstr(text, number));
	}
	gpu_free(&gpu);
}

static void event_is(const struct gpu *before, const struct gpu *now,
		     const char *expected)
{
	char *text = event_text(before, now);

	assert_string_equal(text, expected);
	assert_int_equal(event_differs(before, now), !!*expected);
	free(text);
}

static void events_say_what_happened(void **state)
{
	struct gpu before = gpu_with_vfs(4, GIB);
	struct gpu now;

	gpu_copy(&now, &before);
	event_is(&before, &now, "");
	now.vfs[1].time_slice_us = 6000;
	event_is(&before, &now, "VF 1: time slice 4 ms -> 6 ms");
	now.vfs[2].time_slice_us = 6000;
	event_is(&before, &now, "VF 1-2: time slice 4 ms -> 6 ms");
	now.vfs[1] = before.vfs[1];
	now.vfs[2] = before.vfs[2];
	now.vfs[3].in_use = true;
	copy_string(now.vfs[3].driver, NAME_SIZE, "vfio-pci");
	event_is(&before, &now, "VF 3: driver vfio-pci, in use");
	now.num_vfs = 0;
	now.policy = POLICY_BEST_EFFORT;
	now.vfs[3] = before.vfs[3];
	now.vfs[3].fb_bytes = 0;
	event_is(&before, &now,
		 "VFs enabled 4 -> 0, policy fixed -> best-effort; VF 3: framebuffer 1 GiB -> 0 B");
	gpu_free(&now);
	gpu_free(&before);
}

static void json_has_base_units(void **state)
{
	struct gpu gpu = gpu_with_vfs(2, GIB);
	json_t *object, *vf;

	gpu.revision = U64_MAX;
	gpu.vfs[1].time_slice_us = 12000;
	object = json_of_gpu(&gpu);
	assert_string_equal(json_string_value(json_object_get(object, "bdf")),
			    "0000:41:00.0");
	assert_string_equal(json_string_value(json_object_get(object, "revision")),
			    "18446744073709551615");
	assert_int_equal(json_integer_value(json_object_get(object, "fb_total_bytes")),
			 16 * GIB);
	assert_int_equal(json_array_size(json_object_get(object, "vfs")), 16);
	vf = json_array_get(json_object_get(object, "vfs"), 1);
	assert_int_equal(json_integer_value(json_object_get(vf, "time_slice_us")),
			 12000);
	assert_true(json_real_value(json_object_get(vf, "share")) == 0.75);
	vf = json_array_get(json_object_get(object, "vfs"), 5);
	assert_true(json_is_null(json_object_get(vf, "fb_offset_bytes")));
	assert_true(json_is_null(json_object_get(vf, "share")));
	json_decref(object);
	gpu_free(&gpu);
}

static const char *text_in(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void json_has_what_a_guest_claims(void **state)
{
	struct gpu gpu = gpu_with_vfs(2, GIB);
	json_t *object, *vf, *claims;

	gpu.vfs[1].has_claims = true;
	gpu.vfs[1].claims = (struct claims){
		.driver = "6.12 \"x\"", .fb_used = 5, .fb_total = GIB,
		.time_ns = 9,
	};
	object = json_of_gpu(&gpu);
	vf = json_array_get(json_object_get(object, "vfs"), 0);
	assert_true(json_is_null(json_object_get(vf, "guest_claims")));
	vf = json_array_get(json_object_get(object, "vfs"), 1);
	claims = json_object_get(vf, "guest_claims");
	assert_string_equal(text_in(claims, "driver"), "6.12 \"x\"");
	assert_int_equal(json_integer_value(json_object_get(claims, "fb_used_bytes")),
			 5);
	assert_int_equal(json_integer_value(json_object_get(claims, "fb_total_bytes")),
			 GIB);
	assert_int_equal(json_integer_value(json_object_get(claims, "time_ns")),
			 9);
	json_decref(object);

	object = json_of_stats(&gpu, 1);
	claims = json_object_get(object, "guest_claims");
	assert_string_equal(text_in(claims, "driver"), "6.12 \"x\"");
	json_decref(object);
	gpu_free(&gpu);
}

static void piece_is(const json_t *list, size_t i, const char *owner,
		     u64 offset, u64 size, bool quarantined)
{
	const json_t *extent = json_array_get(list, i);

	assert_string_equal(json_string_value(json_object_get(extent, "owner")),
			    owner);
	assert_int_equal(json_is_true(json_object_get(extent, "quarantined")),
			 quarantined);
	assert_int_equal(json_integer_value(json_object_get(extent,
							    "offset_bytes")),
			 offset);
	assert_int_equal(json_integer_value(json_object_get(extent,
							    "size_bytes")),
			 size);
}

static void extent_is(const json_t *list, size_t i, const char *owner,
		      u64 offset, u64 size)
{
	piece_is(list, i, owner, offset, size, false);
}

static void json_has_every_byte_in_one_extent(void **state)
{
	struct gpu gpu = gpu_with_vfs(2, GIB);
	u64 base = gpu.fb_pf_reserve + gpu.fb_context_save;
	json_t *object, *list;

	/* VF 1 below VF 0, with nothing between, and a piece below both */
	gpu.vfs[1].fb_offset = base + GIB;
	gpu.vfs[0].fb_offset = base + 2 * GIB;
	object = json_of_gpu(&gpu);
	list = json_object_get(object, "fb_extents");
	assert_int_equal(json_array_size(list), 6);
	extent_is(list, 0, "pf", 0, gpu.fb_pf_reserve);
	extent_is(list, 1, "context-save", gpu.fb_pf_reserve,
		  gpu.fb_context_save);
	extent_is(list, 2, "none", base, GIB);
	extent_is(list, 3, "vf1", base + GIB, GIB);
	extent_is(list, 4, "vf0", base + 2 * GIB, GIB);
	extent_is(list, 5, "none", base + 3 * GIB,
		  gpu.fb_total - base - 3 * GIB);
	json_decref(object);
	gpu_free(&gpu);
}

/* no kernel says so; the fuzzer did, and the list had no end */
static void json_of_an_extent_that_wraps_ends(void **state)
{
	struct gpu gpu = gpu_with_vfs(2, GIB);
	json_t *object;

	gpu.vfs[1].fb_offset = U64_MAX - MIB;
	gpu.vfs[1].fb_bytes = 4 * GIB;
	alarm(10);
	object = json_of_gpu(&gpu);
	alarm(0);
	assert_true(json_array_size(json_object_get(object, "fb_extents")) < 8);
	json_decref(object);
	gpu_free(&gpu);
}

static void json_cuts_extents_where_something_is_quarantined(void **state)
{
	struct gpu gpu = gpu_with_vfs(1, 4 * GIB);
	u64 base = gpu.fb_pf_reserve + gpu.fb_context_save;
	u64 end = base + 4 * GIB;
	json_t *object, *list;

	/* within the VF; over its end; to the very end of it all */
	gpu.quarantined[0] = (struct extent){ base + GIB, 64 * MIB };
	gpu.quarantined[1] = (struct extent){ end - 32 * MIB, GIB };
	gpu.quarantined[2] = (struct extent){ gpu.fb_total - GIB, GIB };
	gpu.num_quarantined = 3;
	object = json_of_gpu(&gpu);
	list = json_object_get(object, "fb_extents");
	assert_int_equal(json_array_size(list), 9);
	piece_is(list, 2, "vf0", base, GIB, false);
	piece_is(list, 3, "vf0", base + GIB, 64 * MIB, true);
	piece_is(list, 4, "vf0", base + GIB + 64 * MIB, 3 * GIB - 96 * MIB,
		 false);
	piece_is(list, 5, "vf0", end - 32 * MIB, 32 * MIB, true);
	piece_is(list, 6, "none", end, GIB - 32 * MIB, true);
	piece_is(list, 7, "none", end + GIB - 32 * MIB,
		 gpu.fb_total - 2 * GIB - end + 32 * MIB, false);
	piece_is(list, 8, "none", gpu.fb_total - GIB, GIB, true);
	json_decref(object);
	gpu_free(&gpu);
}

static void profiles_are_asked_about_once_each(void **state)
{
	struct config_profile profiles[2] = {
		{ .name = "big", .label = "big", .fb_bytes = 4 * GIB },
		{ .name = "desktop", .label = "desktop", .fb_bytes = GIB },
	};
	struct config config = { .profiles = profiles, .num_profiles = 2 };
	struct gpu gpu = gpu_with_vfs(3, GIB);
	struct capacity_list capacity = {};
	json_t *list;

	gpu.vfs[2].profile[0] = '\0';
	gpu.vfs[2].fb_bytes = 3 * GIB;
	capacity_find(&capacity, &config, &gpu);
	assert_int_equal(capacity.num, 3);
	assert_string_equal(capacity.entries[0].profile, "big");
	assert_string_equal(capacity.entries[1].profile, "desktop");
	assert_string_equal(capacity.entries[2].profile, "");
	assert_int_equal(capacity.entries[2].capacity.fb_bytes, 3 * GIB);
	capacity.entries[0].capacity.after_moving = 2;
	copy_string(capacity.entries[1].reason, REFUSAL_TEXT_SIZE, "no");
	list = capacity_json(&capacity);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0),
							    "after_moving")),
			 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1),
							      "reason")), "no");
	assert_true(json_is_null(json_object_get(json_array_get(list, 2),
						 "profile")));
	json_decref(list);
	capacity_free(&capacity);
	gpu_free(&gpu);
}

static void reasons_do_not_name_the_gpu_again(void **state)
{
	struct profile_capacity room = {};

	copy_string(room.reason, REFUSAL_TEXT_SIZE,
		    "GPU 0000:41:00.0 VF 4: requested 8 MiB, none available");
	assert_string_equal(capacity_reason(&room),
			    "requested 8 MiB, none available");
	copy_string(room.reason, REFUSAL_TEXT_SIZE,
		    "GPU 0000:41:00.0: there is no VF 8");
	assert_string_equal(capacity_reason(&room), "there is no VF 8");
	copy_string(room.reason, REFUSAL_TEXT_SIZE, "no: not at all");
	assert_string_equal(capacity_reason(&room), "no: not at all");
	room.reason[0] = '\0';
	assert_string_equal(capacity_reason(&room), "");
}

static char *write_file(const struct gpu *gpu, const struct vf_driver *drivers)
{
	struct writer writer = {};
	char *text = NULL;
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	writer_add_gpu(&writer, "gpu0", gpu, drivers);
	writer_print(f, &writer);
	writer_free(&writer);
	fclose(f);
	return text;
}

/* live state, written as a file and read again, has nothing to change */
static void changes_nothing(const struct gpu *gpu,
			    const struct vf_driver *drivers)
{
	char *text = write_file(gpu, drivers);
	const struct config_gpu *section;
	struct config config;
	struct plan plan;
	char *said;

	said = read_config(&config, text);
	if (strstr(said, "t.ini") && !strstr(said, "warning:"))
		fail_msg("%s\n%s", said, text);
	section = config_for_gpu(&config, gpu);
	if (section) {
		plan_make(&plan, &config, section, gpu, drivers);
		if (plan.steps)
			fail_msg("steps %#x for\n%s", plan.steps, text);
		plan_free(&plan);
	}
	free(said);
	config_free(&config);
	free(text);
}

static void what_is_exported_changes_nothing(void **state)
{
	struct vf_driver drivers[4] = {
		{ "vfio-pci", "vfio-pci" }, { "", "none" }, { "gpu", "" },
	};
	struct gpu gpu = gpu_with_vfs(4, GIB);

	changes_nothing(&gpu, drivers);
	/* one label, two shapes; no label; a label that is a keyword here */
	gpu.vfs[0].fb_bytes = 3 * GIB;
	gpu.vfs[1].profile[0] = '\0';
	copy_string(gpu.vfs[2].profile, LABEL_SIZE, "none");
	gpu.vfs[3].preempt_timeout_us = 33000;
	changes_nothing(&gpu, drivers);
	/* labels that differ in case only, and as long as they can be */
	copy_string(gpu.vfs[0].profile, LABEL_SIZE, "DESKTOP");
	copy_string(gpu.vfs[1].profile, LABEL_SIZE,
		    "1234567890123456789012345678901");
	copy_string(gpu.vfs[2].profile, LABEL_SIZE,
		    "1234567890123456789012345678901");
	gpu.vfs[2].fb_bytes = 2 * GIB;
	changes_nothing(&gpu, drivers);
	/* enabled without framebuffer */
	gpu.vfs[1] = (struct vf){};
	changes_nothing(&gpu, drivers);
	gpu.vfs[3] = (struct vf){};
	changes_nothing(&gpu, drivers);
	gpu_free(&gpu);
}

static void states_that_no_file_can_say_are_left_alone(void **state)
{
	struct gpu gpu = gpu_with_vfs(4, GIB);
	char *text;

	gpu.num_vfs = 2;
	changes_nothing(&gpu, NULL);
	text = write_file(&gpu, NULL);
	assert_non_null(strstr(text, "# [gpu gpu0]"));
	free(text);
	gpu.num_vfs = 0;
	changes_nothing(&gpu, NULL);
	gpu_free(&gpu);
	gpu = test_gpu();
	gpu.num_vfs = 3;
	changes_nothing(&gpu, NULL);
	gpu.num_vfs = 0;
	changes_nothing(&gpu, NULL);
	gpu_free(&gpu);
}

static void the_exported_file_is_pleasant(void **state)
{
	struct gpu gpu = gpu_with_vfs(4, 2 * GIB);
	char *text = write_file(&gpu, NULL);

	assert_string_equal(text,
			    "[gpuvf]\nversion = 1\n\n"
			    "[profile desktop]\nfb = 2GiB\ntime_slice = 4ms\n\n"
			    "[gpu gpu0]\npci = 0000:41:00.0\npolicy = fixed\n"
			    "pf_reserve = 256MiB\nvfs = 4\nvf 0-3 = desktop\n");
	free(text);
	gpu_free(&gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_map_shows_who_has_what),
		cmocka_unit_test(the_map_loses_nothing_that_is_quarantined),
		cmocka_unit_test(the_legend_explains_the_map),
		cmocka_unit_test(the_map_of_nothing_is_drawn),
		cmocka_unit_test(a_minor_column_makes_room),
		cmocka_unit_test(every_vf_is_on_the_map),
		cmocka_unit_test(events_say_what_happened),
		cmocka_unit_test(json_has_base_units),
		cmocka_unit_test(json_has_what_a_guest_claims),
		cmocka_unit_test(json_has_every_byte_in_one_extent),
		cmocka_unit_test(json_of_an_extent_that_wraps_ends),
		cmocka_unit_test(json_cuts_extents_where_something_is_quarantined),
		cmocka_unit_test(profiles_are_asked_about_once_each),
		cmocka_unit_test(reasons_do_not_name_the_gpu_again),
		cmocka_unit_test(what_is_exported_changes_nothing),
		cmocka_unit_test(states_that_no_file_can_say_are_left_alone),
		cmocka_unit_test(the_exported_file_is_pleasant),
	};

	return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
