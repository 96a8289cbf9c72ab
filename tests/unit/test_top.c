// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of top, on screens of several sizes.
 */
#include "agent_test.h"
#include "show/top.h"

#define MS	1000000ULL

#define LEFT_OF_BARS	57

static void add_gpu(struct gpu_list *gpus, u32 vfs, u64 run_ns)
{
	struct gpu *gpu = gpu_list_add(gpus);
	u32 i;

	*gpu = test_gpu();
	gpu->num_vfs = vfs;
	gpu->rotation_us = 8000 * vfs;
	for (i = 0; i < vfs; i++) {
		struct vf *vf = &gpu->vfs[i];

		vf->fb_bytes = GIB - 32 * MIB;
		vf->fb_offset = 272 * MIB + i * vf->fb_bytes;
		vf->time_slice_us = 8000;
		vf->state = VF_STATE_ACTIVE;
		vf->has_stats = true;
		vf->stats.run_ns = run_ns;
		copy_string(vf->profile, LABEL_SIZE, "desktop");
	}
}

static struct top two_looks(u32 vfs, u64 ran_ns)
{
	struct top top = { .elapsed_ns = 1000 * MS };

	add_gpu(&top.before, vfs, 5000 * MS);
	add_gpu(&top.now, vfs, 5000 * MS + ran_ns);
	return top;
}

static char *draw(const struct top *top, unsigned int width,
		  unsigned int height, unsigned int *total)
{
	const struct screen screen = { .width = width, .height = height };
	char *text = NULL;
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	*total = top_draw(top, &screen, f);
	fclose(f);
	return text;
}

static unsigned int count_lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;
	const char *end;

	for (; (end = strchr(text, '\n')); text = end + 1)
		if ((size_t)(end - text) > longest)
			longest = end - text;
	return longest;
}

static void bars_show_share_and_what_was_got(void **state)
{
	struct top top = two_looks(4, 500 * MS);
	unsigned int total;
	char *text;

	/* one VF took twice its share, the others nothing */
	top.now.gpus[0].vfs[1].stats = top.before.gpus[0].vfs[1].stats;
	top.now.gpus[0].vfs[2].stats = top.before.gpus[0].vfs[2].stats;
	top.now.gpus[0].vfs[3].stats = top.before.gpus[0].vfs[3].stats;
	text = draw(&top, 100, 24, &total);
	assert_says(text, "1 GPU, 4 VFs enabled, 4 active; worst lateness -; 0 hangs, 0 resets\n");
	assert_says(text, "0000:41:00.0 ready fixed 4/16 VFs busy 50% rotation 32.0 ms late -\n");
	assert_says(text, "  0 desktop  active       24.0 ms        -  25.0%  50.0% ##########|###########\n");
	assert_says(text, "  1 desktop  active       24.0 ms        -  25.0%   0.0%           |\n");
	assert_int_equal(count_lines(text), total);
	free(text);
	top_free(&top);
}

static void nothing_is_known_at_the_first_look(void **state)
{
	struct top top = {};
	unsigned int total;
	char *text;

	add_gpu(&top.now, 1, 5000 * MS);
	text = draw(&top, 80, 24, &total);
	assert_says(text, "busy 0%");
	free(text);
	top_free(&top);
}

static void a_counter_that_went_back_is_nothing(void **state)
{
	struct top top = two_looks(1, 0);
	unsigned int total;
	char *text;

	top.now.gpus[0].vfs[0].stats.run_ns = 7;
	text = draw(&top, 80, 24, &total);
	assert_says(text, "busy 0%");
	free(text);
	top_free(&top);
}

/* a backend that does not say how long a round is */
static void a_round_that_is_not_known_is_no_wait(void **state)
{
	struct top top = two_looks(2, 100 * MS);
	unsigned int total;
	char *text;

	top.now.gpus[0].rotation_us = 0;
	text = draw(&top, 100, 24, &total);
	assert_says(text, "  0 desktop  active        0.0 ms        -  50.0%");
	free(text);
	top_free(&top);
}

static void every_screen_is_big_enough(void **state)
{
	struct top top = two_looks(16, 60 * MS);
	unsigned int width, height, total, scroll;
	char *text;

	top_add_news(&top, xstrdup("0000:41:00.0 vf-hang VF 3: it hung"), true);
	for (width = 1; width < 250; width += 7) {
		for (height = 1; height < 40; height++) {
			for (scroll = 0; scroll < 30; scroll += 5) {
				top.scroll = scroll;
				text = draw(&top, width, height, &total);
				assert_true(count_lines(text) <= height);
				assert_true(longest_line(text) <= width);
				free(text);
			}
		}
	}
	/* and nothing is cut on the smallest that is promised */
	top.scroll = 0;
	text = draw(&top, 80, 24, &total);
	assert_int_equal(total, 21);
	assert_says(text, " 15 desktop ");
	assert_says(text, "vf-hang VF 3: it hung\n");
	free(text);
	top_free(&top);
}

static void only_the_last_news_are_kept(void **state)
{
	struct top top = {};
	unsigned int total, i;
	char *text;

	for (i = 0; i < TOP_NEWS + 1; i++)
		top_add_news(&top, xasprintf("news %u", i), false);
	text = draw(&top, 80, 24, &total);
	assert_null(strstr(text, "news 0"));
	assert_says(text, "news 1\nnews 2\nnews 3\nnews 4\n");
	free(text);
	top_free(&top);
}

/* however much comes of it */
static void a_cause_is_kept_longest(void **state)
{
	struct top top = {};
	unsigned int total, i;
	char *text;

	top_add_news(&top, xstrdup("VF 3 hung"), true);
	for (i = 0; i < 3 * TOP_NEWS; i++)
		top_add_news(&top, xasprintf("state %u", i), false);
	text = draw(&top, 80, 24, &total);
	assert_says(text, "VF 3 hung\nstate 9\nstate 10\nstate 11\n");
	free(text);
	/* other causes take its place in the end */
	for (i = 0; i < TOP_NEWS; i++)
		top_add_news(&top, xasprintf("cause %u", i), true);
	text = draw(&top, 80, 24, &total);
	assert_says(text, "cause 0\ncause 1\ncause 2\ncause 3\n");
	assert_null(strstr(text, "VF 3 hung"));
	free(text);
	top_free(&top);
}

/* VF 0 is idle, VF 1 has all of the GPU, and a slice of it ends late; -1: none does */
static void pass_seconds(struct top *top, unsigned int seconds, int bucket)
{
	struct gpu *before = &top->before.gpus[0], *now = &top->now.gpus[0];
	struct vf_stats *stats = &now->vfs[1].stats;

	stats->num_buckets = 3;
	stats->buckets[0].upper_ns = 50000;
	stats->buckets[1].upper_ns = 3 * MS;
	before->vfs[1].stats = *stats;
	stats->run_ns += seconds * 1000 * MS;
	if (bucket >= 0)
		stats->buckets[bucket].count++;
	history_add(&top->history, before, now, top->now_ns,
		    top->now_ns + seconds * 1000 * MS);
	top->now_ns += seconds * 1000 * MS;
}

static const char *row_of(const char *text, const char *begin)
{
	const char *row = strstr(text, begin);

	if (!row)
		fail_msg("no '%s' in\n%s", begin, text);
	return row;
}

static void the_last_minute_is_drawn(void **state)
{
	struct top top = two_looks(2, 0);
	unsigned int total;
	char *text;

	top.now_ns = 1000000 * MS;
	/* of an hour the last minute */
	pass_seconds(&top, 3600, -1);
	text = draw(&top, 100, 24, &total);
	assert_says(row_of(text, "  1 desktop"), "100.0% ##########|########## #####################\n");
	assert_says(row_of(text, "  0 desktop"), "  0.0%           |           .....................\n");
	free(text);
	/* and half a minute without work */
	pass_seconds(&top, 0, -1);
	history_add(&top.history, &top.now.gpus[0], &top.now.gpus[0], top.now_ns,
		    top.now_ns + 30000 * MS);
	top.now_ns += 30000 * MS;
	text = draw(&top, 100, 24, &total);
	assert_says(row_of(text, "  1 desktop"), "           |           ##########-..........\n");
	free(text);
	/* a wide screen has a cell for each second */
	text = draw(&top, 300, 24, &total);
	assert_int_equal(longest_line(text), LEFT_OF_BARS + 100 + 1 + 60);
	free(text);
	top_free(&top);
}

static void lateness_is_forgotten_after_a_minute(void **state)
{
	struct top top = two_looks(2, 0);
	unsigned int total;
	char *text;

	top.now_ns = 1000000 * MS;
	pass_seconds(&top, 1, 1);
	text = draw(&top, 80, 24, &total);
	assert_says(text, "worst lateness 3 ms;");
	assert_says(row_of(text, "  1 desktop"), "  8.0 ms     3 ms  50.0%");
	assert_says(row_of(text, "  0 desktop"), "  8.0 ms        -  50.0%");
	free(text);
	/* beyond the last bound that there is */
	pass_seconds(&top, 1, 2);
	text = draw(&top, 80, 24, &total);
	assert_says(text, "worst lateness >3 ms;");
	free(text);
	pass_seconds(&top, 57, -1);
	text = draw(&top, 80, 24, &total);
	assert_says(text, "worst lateness >3 ms;");
	free(text);
	pass_seconds(&top, 3, -1);
	text = draw(&top, 80, 24, &total);
	assert_says(text, "worst lateness -;");
	free(text);
	top_free(&top);
}

static void vfs_are_sorted(void **state)
{
	struct top top = two_looks(3, 0);
	unsigned int total;
	char *text;

	top.now_ns = 1000000 * MS;
	copy_string(top.now.gpus[0].vfs[1].profile, LABEL_SIZE, "a");
	pass_seconds(&top, 1, 1);
	top.before.gpus[0].vfs[1].stats = top.now.gpus[0].vfs[1].stats;
	top.now.gpus[0].vfs[2].stats.run_ns += 400 * MS;
	text = draw(&top, 80, 24, &total);
	assert_true(row_of(text, "  0 desktop") < row_of(text, "  1 a  "));
	assert_true(row_of(text, "  1 a  ") < row_of(text, "  2 desktop"));
	free(text);
	top.sort = TOP_SORT_USED;
	text = draw(&top, 80, 24, &total);
	assert_true(row_of(text, "  2 desktop") < row_of(text, "  0 desktop"));
	free(text);
	top.sort = TOP_SORT_LATE;
	text = draw(&top, 80, 24, &total);
	assert_true(row_of(text, "  1 a  ") < row_of(text, "  0 desktop"));
	free(text);
	top.sort = TOP_SORT_PROFILE;
	text = draw(&top, 80, 24, &total);
	assert_true(row_of(text, "  1 a  ") < row_of(text, "  0 desktop"));
	assert_true(row_of(text, "  0 desktop") < row_of(text, "  2 desktop"));
	free(text);
	top_free(&top);
}

static void help_explains_keys_and_columns(void **state)
{
	struct top top = two_looks(1, 0);
	unsigned int total;
	char *text;

	top.helps = true;
	text = draw(&top, 79, 23, &total);
	assert_true(total < 23);
	assert_says(text, "freeze");
	assert_says(text, "  LATE   ");
	assert_null(strstr(text, "0000:41:00.0"));
	free(text);
	top_free(&top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_show_share_and_what_was_got),
		cmocka_unit_test(nothing_is_known_at_the_first_look),
		cmocka_unit_test(a_counter_that_went_back_is_nothing),
		cmocka_unit_test(a_round_that_is_not_known_is_no_wait),
		cmocka_unit_test(every_screen_is_big_enough),
		cmocka_unit_test(only_the_last_news_are_kept),
		cmocka_unit_test(a_cause_is_kept_longest),
		cmocka_unit_test(the_last_minute_is_drawn),
		cmocka_unit_test(lateness_is_forgotten_after_a_minute),
		cmocka_unit_test(vfs_are_sorted),
		cmocka_unit_test(help_explains_keys_and_columns),
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
