// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of top, on screens of several sizes.
 */
#include "agent_test.h"
#include "show/top.h"

#define MS	1000000ULL

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
	assert_says(text, "0000:41:00.0 ready fixed 4/16 VFs busy 50% rotation 32.0 ms free ");
	assert_says(text, "   0 desktop    active        8.0 ms  24.0 ms  25.0%  "
		    "50.0% #########|##########\n");
	assert_says(text, "   1 desktop    active        8.0 ms  24.0 ms  25.0%  "
		    " 0.0%          |\n");
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
	assert_says(text, "   0 desktop    active        8.0 ms   0.0 ms  50.0%");
	free(text);
	top_free(&top);
}

static void every_screen_is_big_enough(void **state)
{
	struct top top = two_looks(16, 60 * MS);
	unsigned int width, height, total, scroll;
	char *text;

	top_add_news(&top, xstrdup("0000:41:00.0 vf-hang VF 3: it hung"));
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
	assert_int_equal(total, 20);
	assert_says(text, "  15 desktop ");
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
		top_add_news(&top, xasprintf("news %u", i));
	text = draw(&top, 80, 24, &total);
	assert_null(strstr(text, "news 0"));
	assert_says(text, "news 1\nnews 2\nnews 3\nnews 4\n");
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
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
