// SPDX-License-Identifier: GPL-2.0
/*
 * Where plan and apply place framebuffer, and what they do when that is refused.
 */
#include <errno.h>

#include "apply/apply.h"
#include "apply/check.h"
#include "base/exit_code.h"
#include "everything.h"
#include "fake_kernel.h"
#include "plan/capacity.h"
#include "plan/layout.h"
#include "main.h"

#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile p1]\nfb = 1MiB\n[profile p2]\nfb = 2MiB\n" \
		"[profile p3]\nfb = 3MiB\n[profile p4]\nfb = 4MiB\n" \
		"[gpu g]\npci = 0000:41:00.0\n"

static struct placement_request req;
static struct config config;
static char *root;

/* the fake GPU, so small that everything can be tried */
static void small_gpu(void)
{
	fake_reset();
	fake.gpu.fb_total = (BASE + AREA) * MIB;
	fake.gpu.fb_alloc_unit = MIB;
	fake.gpu.fb_context_save = MIB;
	fake.gpu.fb_pf_reserve = MIB;
	fake.gpu.provisioning = PROVISIONING_EXPLICIT;
	fake.gpu.num_vfs = 8;
}

static void put(u32 index, u64 offset, u64 size, bool in_use)
{
	fake.gpu.vfs[index].fb_offset = offset * MIB;
	fake.gpu.vfs[index].fb_bytes = size * MIB;
	fake.gpu.vfs[index].in_use = in_use;
}

static void quarantine(u64 offset, u64 size)
{
	fake.gpu.quarantined[fake.gpu.num_quarantined++] =
		(struct extent){ offset * MIB, size * MIB };
}

/* does the agent place VFs, or leave it to the module? */
static bool layout_places(const struct gpu *live)
{
	struct failure why = {};
	struct gpu wanted;
	bool places;

	gpu_copy(&wanted, live);
	wanted.set = 0;
	assert_int_equal(layout_place(&wanted, live, &why), 0);
	places = wanted.set & GPU_SET_PLACES;
	gpu_free(&wanted);
	return places;
}

static void plan_for(struct plan *plan, const char *lines)
{
	static const struct vf_driver drivers[FAKE_VFS];
	char *text = xasprintf(HEAD "vfs = 8\n%s", lines);

	config_free(&config);
	/* VFs without framebuffer deserve a warning */
	free(read_config(&config, text));
	plan_make(plan, &config, &config.gpus[0], &fake.gpu, drivers);
	free(text);
}

static int try(struct plan *plan, char **said)
{
	struct listening listening = listen_begin();
	int code = plan_try(plan, &fake_provider, PLACE_UNASKED);
	char *text = listen_end(listening);

	if (said)
		*said = text;
	else
		free(text);
	return code;
}

static int apply(const char *lines, char **said)
{
	struct journal journal = {};
	struct listening listening;
	struct quiet quiet;
	struct plan plan;
	char *text;
	int code;

	plan_for(&plan, lines);
	quiet = be_quiet();
	listening = listen_begin();
	code = apply_plan(&plan, &fake_provider, &journal);
	code = exit_worse(code, journal_finish(&journal));
	text = listen_end(listening);
	be_loud(quiet);
	if (said)
		*said = text;
	else
		free(text);
	plan_free(&plan);
	return code;
}

/* the lines that ask for a request's sizes, on a GPU that is as the request has it */
static char *make_gpu(void)
{
	char *lines = xstrdup("");
	unsigned int i;

	small_gpu();
	for (i = 0; i < req.num_vfs; i++) {
		const struct placement_vf *vf = &req.vf[i];
		char *longer;

		put(i, vf->now.offset / MIB, vf->now.size / MIB, vf->pinned);
		if (!vf->quota)
			continue;
		longer = xasprintf("%svf %u = p%llu\n", lines, i,
				   vf->quota / MIB);
		free(lines);
		lines = longer;
	}
	for (i = 0; i < req.num_blocked; i++)
		quarantine(req.blocked[i].offset / MIB, 1);
	return lines;
}

static bool changes_framebuffer(void)
{
	unsigned int i;

	for (i = 0; i < req.num_vfs; i++)
		if (req.vf[i].quota != req.vf[i].now.size)
			return true;
	return false;
}

/* moves as little as can be, and leaves as large a range as can be */
static void check_places(const struct gpu *gpu, const struct best *best)
{
	u32 taken = 0, i, moved = 0;

	for (i = 0; i < req.num_blocked; i++)
		taken |= 1U << (req.blocked[i].offset / MIB - BASE);
	for (i = 0; i < req.num_vfs; i++) {
		const struct vf *vf = &gpu->vfs[i];
		u32 mask = (1U << vf->fb_bytes / MIB) - 1;

		assert_int_equal(vf->fb_bytes, req.vf[i].quota);
		if (!vf->fb_bytes)
			continue;
		if (req.vf[i].now.size &&
		    req.vf[i].now.offset != vf->fb_offset)
			moved += vf->fb_bytes / MIB;
		taken |= mask << (vf->fb_offset / MIB - BASE);
	}
	assert_int_equal(moved, best->moved);
	assert_int_equal(longest_gap(taken), best->hole);
}

static void check_refusal(const struct error_detail *detail)
{
	assert_true(detail->reason == REASON_NO_SPACE ||
		    detail->reason == REASON_FRAGMENTED);
	assert_true(detail->vf >= 0);
	assert_true(detail->limit < detail->value);
}

/* C21: what the file asks for is planned and done whenever it can be */
static void c21_plan_and_apply_find_what_there_is(void **state)
{
	unsigned int n, yes = 0, no = 0;

	for (n = 0; n < rounds(1000); n++) {
		struct plan plan;
		struct best best;
		char *lines;
		int code;

		seed = n;
		random_request(&req);
		lines = make_gpu();
		if (!*lines || !changes_framebuffer()) {
			free(lines);
			continue;
		}
		best = try_everything(&req);
		plan_for(&plan, lines);
		code = try(&plan, NULL);
		if (best.exists) {
			yes++;
			assert_int_equal(code, EXIT_DONE);
			assert_true(plan.has_after);
			check_places(&plan.after, &best);
			assert_int_equal(apply(lines, NULL), EXIT_DONE);
			check_places(&fake.gpu, &best);
		} else {
			no++;
			assert_int_equal(code, EXIT_USAGE);
			check_refusal(&plan.detail);
			assert_int_equal(apply(lines, NULL), EXIT_USAGE);
		}
		plan_free(&plan);
		free(lines);
	}
	assert_true(yes > n / 10 && no > n / 10);
}

static void memory_that_is_quarantined_moves_no_vf_by_itself(void **state)
{
	small_gpu();
	put(0, 2, 2, false);
	put(1, 6, 2, false);
	quarantine(2, 1);
	/* as large as it is, with another label */
	assert_int_equal(apply("vf 0 = p2\nvf 1 = p2\n", NULL), EXIT_DONE);
	assert_int_equal(fake.gpu.vfs[0].fb_offset, 2 * MIB);
	/* but with any change of framebuffer it has to */
	assert_int_equal(apply("vf 0 = p2\nvf 1 = p1\n", NULL), EXIT_DONE);
	assert_int_equal(fake.gpu.vfs[0].fb_offset, 3 * MIB);
	assert_int_equal(fake.gpu.vfs[1].fb_offset, 6 * MIB);
}

/* also where the module would place them, since the agent cannot know it all */
static void what_the_hardware_keeps_is_given_to_no_vf(void **state)
{
	small_gpu();
	fake.gpu.reserved[0] = (struct extent){ 3 * MIB, MIB };
	fake.gpu.reserved[1] = (struct extent){ 0, MIB };
	fake.gpu.num_reserved = 2;
	assert_int_equal(apply("vf 0 = p2\nvf 1 = p1\n", NULL), EXIT_DONE);
	assert_int_equal(fake.gpu.vfs[0].fb_offset, 4 * MIB);
	assert_int_equal(fake.gpu.vfs[1].fb_offset, 2 * MIB);
	/* behind it, since there is nothing of it for contexts */
	assert_true(layout_places(&fake.gpu));
	fake.gpu.reserved[1].offset = MIB;
	assert_false(layout_places(&fake.gpu));
	fake.gpu.num_reserved = 0;
	assert_true(layout_places(&fake.gpu));
	fake.gpu.fb_align = 2 * MIB;
	assert_false(layout_places(&fake.gpu));
}

/* a change since the GPU was read is answered by looking again, four times */
static void a_stale_generation_is_planned_for_again(void **state)
{
	static const char lines[] = "vf 0-1 = p2\n";
	struct plan plan;
	char *said;

	small_gpu();
	fake.stale = 3;
	plan_for(&plan, lines);
	assert_int_equal(try(&plan, &said), EXIT_DONE);
	assert_string_equal(said, "");
	assert_int_equal(fake.asked, 4);
	assert_int_equal(plan.live.revision, fake.gpu.revision);
	assert_true(plan.has_after);
	plan_free(&plan);
	free(said);

	small_gpu();
	fake.stale = 4;
	plan_for(&plan, lines);
	assert_int_equal(try(&plan, &said), EXIT_FAILED);
	assert_says(said, "GPU 0000:41:00.0: its configuration keeps changing");
	assert_int_equal(fake.asked, 4);
	assert_false(plan.has_after);
	plan_free(&plan);
	free(said);

	small_gpu();
	fake.stale = 3;
	assert_int_equal(apply(lines, &said), EXIT_DONE);
	assert_string_equal(said, "");
	assert_int_equal(fake.asked, 4);
	assert_int_equal(fake.gpu.vfs[1].fb_bytes, 2 * MIB);
	free(said);

	small_gpu();
	fake.stale = 4;
	assert_int_equal(apply(lines, &said), EXIT_FAILED);
	assert_says(said, "its configuration keeps changing");
	assert_int_equal(fake.asked, 4);
	assert_int_equal(fake.gpu.vfs[1].fb_bytes, 0);
	free(said);
}

/* what is planned first would move it */
static void start_vf_1(void)
{
	fake.gpu.vfs[1].in_use = true;
}

static void quarantine_some(void)
{
	if (!fake.gpu.num_quarantined)
		quarantine(3, 1);
}

static void a_vf_that_starts_meanwhile_stays(void **state)
{
	static const char lines[] = "vf 0 = p4\nvf 1 = p2\nvf 2 = p3\nvf 3 = p2\n";
	struct plan plan;
	char *said;

	/* to move VF 1 is cheaper than to move VF 2 */
	small_gpu();
	put(1, 5, 2, false);
	put(2, 9, 3, false);
	put(3, 14, 2, true);
	plan_for(&plan, lines);
	assert_int_equal(try(&plan, NULL), EXIT_DONE);
	assert_int_equal(plan.changes[1] & VF_MOVE, VF_MOVE);
	assert_int_equal(plan.changes[2] & VF_MOVE, 0);
	plan_free(&plan);
	fake.asked = 0;
	fake.when_asked = start_vf_1;
	assert_int_equal(apply(lines, NULL), EXIT_DONE);
	assert_int_equal(fake.asked, 2);
	assert_int_equal(fake.gpu.vfs[1].fb_offset, 5 * MIB);
	assert_int_equal(fake.gpu.vfs[2].fb_offset, 2 * MIB);

	/* or there is no other way: looked at again, that is known */
	small_gpu();
	put(1, 5, 2, false);
	put(2, 9, 3, true);
	put(3, 14, 2, true);
	fake.when_asked = start_vf_1;
	assert_int_equal(apply(lines, &said), EXIT_USAGE);
	assert_says(said, "the largest block has 3 MiB: VF 1 (its guest) is in the way");
	assert_int_equal(fake.asked, 1);
	free(said);
}

static void quarantine_all(void)
{
	fake.gpu.num_quarantined = 0;
	quarantine(BASE, AREA);
}

/* whatever is planned, the other half is free by then */
static void quarantine_the_other_half(void)
{
	static bool upper;

	upper = !upper;
	fake.gpu.num_quarantined = 0;
	quarantine(upper ? BASE + AREA / 2 : BASE, AREA / 2);
}

static void memory_that_is_quarantined_meanwhile_is_left_out(void **state)
{
	struct plan plan;
	char *said;

	small_gpu();
	fake.when_asked = quarantine_some;
	assert_int_equal(apply("vf 0 = p4\n", NULL), EXIT_DONE);
	assert_int_equal(fake.asked, 2);
	assert_int_equal(fake.gpu.vfs[0].fb_offset, 4 * MIB);

	small_gpu();
	fake.when_asked = quarantine_all;
	assert_int_equal(apply("vf 0 = p4\n", &said), EXIT_USAGE);
	assert_says(said, "VF 0: requested 4 MiB of framebuffer, 0 MiB available");
	assert_int_equal(fake.asked, 1);
	free(said);

	/* not for ever: the fourth time the kernel places it, at the bottom here */
	small_gpu();
	quarantine_the_other_half();
	fake.when_asked = quarantine_the_other_half;
	assert_int_equal(apply("vf 0 = p4\n", NULL), EXIT_DONE);
	assert_int_equal(fake.asked, 4);
	assert_int_equal(fake.gpu.vfs[0].fb_offset, BASE * MIB);
	small_gpu();
	fake.when_asked = quarantine_the_other_half;
	plan_for(&plan, "vf 0 = p4\n");
	assert_int_equal(try(&plan, NULL), EXIT_DONE);
	assert_int_equal(fake.asked, 4);
	assert_int_equal(plan.after.vfs[0].fb_offset, BASE * MIB);
	plan_free(&plan);
}

/* without CAP_SYS_ADMIN */
static void hide_states(void)
{
	fake.gpu.has_states = false;
}

static char *run_plan(const char *lines, int *code)
{
	char *file = xasprintf("%s/t.ini", root);
	char *argv[4] = { "plan", "-f", file, NULL };
	char *text = xasprintf(HEAD "vfs = 8\n%s", lines);
	struct quiet quiet = be_quiet();
	struct listening listening = listen_begin();
	FILE *f = fopen(file, "w");
	char *said;

	fputs(text, f);
	fclose(f);
	*code = run_verb(find_verb("plan"), 3, argv);
	said = listen_end(listening);
	be_loud(quiet);
	free(text);
	free(file);
	return said;
}

static void without_rights_plan_says_what_it_does_not_see(void **state)
{
	struct plan plan;
	char *said;
	int code;

	small_gpu();
	hide_states();
	said = run_plan("vf 0-1 = p2\n", &code);
	assert_int_equal(code, EXIT_DONE);
	assert_says(said, "GPU 0000:41:00.0: VFs in use are not visible without CAP_SYS_ADMIN; apply may refuse this");
	assert_int_equal(fake.asked, 0);
	free(said);

	plan_for(&plan, "vf 0-1 = p2\nvf 3 = p4\n");
	assert_int_equal(try(&plan, NULL), EXIT_DONE);
	assert_true(plan.has_after);
	assert_int_equal(plan.after.vfs[3].fb_offset, 6 * MIB);
	assert_string_equal(plan.after.vfs[3].profile, "p4");
	assert_int_equal(plan.after.vfs[2].fb_bytes, 0);
	assert_int_equal(plan.after.vfs[2].time_slice_us,
			 DEFAULT_TIME_SLICE_US);
	assert_int_equal(plan.after.fb_free, (AREA - 8) * MIB);
	assert_int_equal(plan.after.fb_largest_free, (AREA - 8) * MIB);
	plan_free(&plan);
	said = run_plan("vf 0-3 = p4\n", &code);
	assert_int_equal(code, EXIT_USAGE);
	assert_null(strstr(said, "not visible"));
	free(said);

	/* apply begins nothing: the kernel is asked before VFs go, and denies it */
	fake.deny = true;
	fake.gpu.num_vfs = 2;
	assert_int_equal(apply("vf 0-1 = p2\n", &said), EXIT_PERMISSION);
	assert_says(said, "GPU 0000:41:00.0: changing it, or asking what a change would do, needs CAP_SYS_ADMIN");
	assert_string_equal(fake.log, "");
	fake.deny = false;
	free(said);

	/* nothing to do, nothing to say; and with rights there is nothing unseen */
	fake.gpu.num_vfs = 0;
	fake.gpu.provisioning = PROVISIONING_AUTO;
	assert_int_equal(apply("vf 0-1 = p2\n", NULL), EXIT_DONE);
	hide_states();
	said = run_plan("vf 0-1 = p2\n", &code);
	assert_int_equal(code, EXIT_DONE);
	assert_null(strstr(said, "not visible"));
	free(said);
	fake.gpu.has_states = true;
	said = run_plan("vf 0-2 = p2\n", &code);
	assert_int_equal(code, EXIT_DONE);
	assert_null(strstr(said, "not visible"));
	free(said);
}

/* the same without rights, where user space finds it, as with, where the kernel does */
static void what_will_be_is_the_same_with_and_without_rights(void **state)
{
	struct plan with, without;
	u32 i;

	small_gpu();
	put(0, 4, 2, false);
	put(5, 12, 4, false);
	plan_for(&with, "vf 0-1 = p3\nvf 3 = p4\n");
	assert_int_equal(try(&with, NULL), EXIT_DONE);
	assert_int_equal(fake.asked, 1);
	hide_states();
	plan_for(&without, "vf 0-1 = p3\nvf 3 = p4\n");
	assert_int_equal(try(&without, NULL), EXIT_DONE);
	assert_int_equal(fake.asked, 1);
	for (i = 0; i < FAKE_VFS; i++) {
		const struct vf *a = &with.after.vfs[i];
		const struct vf *b = &without.after.vfs[i];

		assert_int_equal(a->fb_bytes, b->fb_bytes);
		if (!a->fb_bytes)
			continue;
		assert_int_equal(a->fb_offset, b->fb_offset);
		assert_int_equal(a->time_slice_us, b->time_slice_us);
		assert_int_equal(vf_preempt_timeout_us(a),
				 vf_preempt_timeout_us(b));
		assert_string_equal(a->profile, b->profile);
		assert_int_equal(with.changes[i], without.changes[i]);
	}
	assert_int_equal(with.after.fb_free, without.after.fb_free);
	assert_int_equal(with.after.provisioning, without.after.provisioning);
	plan_free(&with);
	plan_free(&without);
}

static void refused(const char *lines, int code, u32 reason, int vf, u64 asked,
		    u64 limit, const char *message)
{
	struct plan plan;
	char *said;

	plan_for(&plan, lines);
	assert_int_equal(try(&plan, &said), code);
	assert_int_equal(plan.detail.reason, reason);
	assert_int_equal(plan.detail.vf, vf);
	assert_int_equal(plan.detail.value, asked);
	assert_int_equal(plan.detail.limit, limit);
	assert_string_equal(plan.detail.message, message);
	assert_says(said, message);
	/* none of this needs a kernel that answers */
	assert_int_equal(fake.asked, 0);
	plan_free(&plan);
	free(said);
}

/* as the module words it: see its config/refusal.c */
static void refusals_have_the_words_of_the_module(void **state)
{
	small_gpu();
	refused("vf 0-3 = p4\n", EXIT_USAGE, REASON_NO_SPACE, 3, 4 * MIB,
		2 * MIB,
		"GPU 0000:41:00.0 VF 3: requested 4 MiB of framebuffer, 2 MiB available");
	refused("vf 0 = p1\npf_reserve = 15MiB\n", EXIT_USAGE,
		REASON_RESERVE_TOO_BIG, NO_VF, 15 * MIB, 14 * MIB,
		"GPU 0000:41:00.0: a PF reserve of 15 MiB leaves no framebuffer for VFs; the maximum is 14 MiB");
	put(1, 8, 2, true);
	copy_string(fake.gpu.vfs[1].driver, NAME_SIZE, "vfio-pci");
	refused("vf 1 = p3\n", EXIT_BUSY, REASON_VF_IN_USE, 1, 3 * MIB, 2 * MIB,
		"GPU 0000:41:00.0 VF 1: framebuffer is 2 MiB and cannot change while vfio-pci uses the VF; requested 3 MiB");
	refused("vf 1 = p2\npf_reserve = 8MiB\n", EXIT_BUSY,
		REASON_RESERVE_IN_USE, NO_VF, 8 * MIB, MIB,
		"GPU 0000:41:00.0: the PF reserve is 1 MiB and cannot change while vfio-pci uses VF 1; requested 8 MiB");
	/* 6 are free before it and behind it, but for one in between */
	fake.gpu.vfs[1].driver[0] = '\0';
	refused("vf 0 = p4\nvf 1 = p2\nvf 2-3 = p4\n", EXIT_USAGE,
		REASON_FRAGMENTED, 3, 4 * MIB, 2 * MIB,
		"GPU 0000:41:00.0 VF 3: requested 4 MiB of framebuffer; 4 MiB free, but the largest block has 2 MiB: VF 1 (its guest) is in the way");
	fake.gpu.vfs[1] = (struct vf){};
	quarantine(4, 1);
	quarantine(7, 1);
	quarantine(10, 1);
	quarantine(13, 1);
	refused("vf 0 = p3\n", EXIT_USAGE, REASON_FRAGMENTED, 0, 3 * MIB,
		2 * MIB,
		"GPU 0000:41:00.0 VF 0: requested 3 MiB of framebuffer; 10 MiB free, but the largest block has 2 MiB: quarantined memory is in the way");
}

/* as in test_placement.c, with a VF in use between two gaps that are odd */
static void giving_up_says_what_was_tried(void **state)
{
	struct gpu live = test_gpu(), wanted;
	struct failure why;
	u64 sum = 0;
	u32 i;

	live.fb_alloc_unit = MIB;
	live.fb_context_save = MIB;
	live.fb_pf_reserve = MIB;
	gpu_set_vfs_len(&live, 31);
	gpu_copy(&wanted, &live);
	for (i = 0; i < 30; i++) {
		wanted.vfs[i].fb_bytes = (20 + 2 * i) * MIB;
		sum += wanted.vfs[i].fb_bytes;
	}
	live.fb_total = 3 * MIB + sum;
	live.vfs[30].fb_offset = 2 * MIB + (sum / MIB / 2 | 1) * MIB;
	live.vfs[30].fb_bytes = MIB;
	live.vfs[30].in_use = true;
	wanted.vfs[30] = live.vfs[30];
	assert_int_equal(layout_place(&wanted, &live, &why), -ENOSPC);
	assert_int_equal(why.detail.reason, REASON_PLAN_TOO_HARD);
	assert_says(why.detail.message, "MiB of framebuffer found within the limit of 50");
	assert_says(why.detail.message, " search steps; shut down the user of a VF");
	assert_true(strlen(why.detail.message) < REFUSAL_TEXT_SIZE - 1);
	gpu_free(&wanted);
	gpu_free(&live);
}

/* placement is the provider's own business there */
static void other_gpus_are_not_placed(void **state)
{
	struct gpu live = test_gpu(), wanted;
	struct failure why;

	gpu_copy(&wanted, &live);
	wanted.set = 0;
	live.fb_alloc_unit = 0;
	assert_int_equal(layout_place(&wanted, &live, &why), 0);
	assert_int_equal(wanted.set, 0);
	wanted.vfs[0].fb_bytes = GIB;
	assert_int_equal(layout_place(&wanted, &live, &why), 0);
	assert_int_equal(wanted.set, 0);
	live.fb_alloc_unit = 16 * MIB;
	gpu_set_vfs_len(&live, 31);
	assert_int_equal(layout_place(&wanted, &live, &why), 0);
	assert_int_equal(wanted.set, GPU_SET_PLACES);
	assert_int_equal(wanted.vfs[0].fb_offset, 272 * MIB);
	wanted.set = 0;
	gpu_set_vfs_len(&live, 32);
	assert_int_equal(layout_place(&wanted, &live, &why), 0);
	assert_int_equal(wanted.set, 0);
	gpu_free(&wanted);
	gpu_free(&live);
}

static int set(char *what, char *value, char **said)
{
	char *argv[4] = { "set", what, value, NULL };
	struct listening listening;
	struct quiet quiet;
	char *text;
	int code;

	quiet = be_quiet();
	listening = listen_begin();
	code = run_verb(find_verb("set"), 3, argv);
	text = listen_end(listening);
	be_loud(quiet);
	if (said)
		*said = text;
	else
		free(text);
	return code;
}

/* as apply does, and all that it does not name stays as it is */
static void set_moves_other_vfs(void **state)
{
	char *said;

	small_gpu();
	put(0, 8, 2, false);
	fake.gpu.vfs[0].fb_auto = true;
	assert_int_equal(set("41:00.0/1", "fb=7MiB", NULL), EXIT_DONE);
	assert_int_equal(fake.gpu.vfs[1].fb_bytes, 7 * MIB);
	assert_true(fake.gpu.vfs[0].fb_offset != 8 * MIB);
	assert_true(fake.gpu.vfs[0].fb_auto);

	small_gpu();
	put(0, 2, 2, false);
	assert_int_equal(set("41:00.0", "pf_reserve=2MiB", NULL), EXIT_DONE);
	assert_int_equal(fake.gpu.fb_pf_reserve, 2 * MIB);
	assert_int_equal(fake.gpu.vfs[0].fb_bytes, 2 * MIB);
	assert_true(fake.gpu.vfs[0].fb_offset >= 3 * MIB);

	/* what cannot be is found without the kernel */
	small_gpu();
	put(0, 8, 2, true);
	assert_int_equal(set("41:00.0/1", "fb=7MiB", &said), EXIT_USAGE);
	assert_says(said, "VF 1: requested 7 MiB of framebuffer; 12 MiB free, but the largest block has 6 MiB: VF 0 (its guest) is in the way");
	free(said);
	assert_int_equal(fake.gpu.vfs[1].fb_bytes, 0);
}

static unsigned int set_asked, set_late;

static void change_meanwhile(void)
{
	if (set_asked++ < set_late)
		fake.gpu.revision++;
}

/* read again and planned again, and the last time it is the kernel that places */
static void set_plans_again_when_the_gpu_was_changed(void **state)
{
	small_gpu();
	put(0, 8, 2, false);
	fake.when_asked = change_meanwhile;
	set_asked = 0;
	set_late = 2;
	assert_int_equal(set("41:00.0/1", "fb=7MiB", NULL), EXIT_DONE);
	assert_int_equal(set_asked, 3);
	assert_int_equal(fake.gpu.vfs[1].fb_bytes, 7 * MIB);
	/* what the fake does then is nothing */
	set_asked = 0;
	set_late = 100;
	assert_int_equal(set("41:00.0/1", "fb=1MiB", NULL), EXIT_DONE);
	assert_int_equal(set_asked, 3);
	assert_int_equal(fake.gpu.vfs[1].fb_bytes, 7 * MIB);
}

static void fits(u64 size, u32 now, u32 after_moving, const char *message)
{
	struct capacity capacity = { .fb_bytes = size };
	struct error_detail why;

	layout_capacity(&fake.gpu, &capacity, &why);
	assert_int_equal(capacity.now, now);
	assert_int_equal(capacity.after_moving, after_moving);
	assert_string_equal(why.message, message);
}

static void capacity_says_why_there_is_none(void **state)
{
	u32 i;

	small_gpu();
	put(0, 8, 2, false);
	fits(6 * MIB, 2, 2, "");
	fits(7 * MIB, 0, 1, "");
	fits(12 * MIB - 1, 0, 1, "");
	fits(13 * MIB, 0, 0,
	     "GPU 0000:41:00.0 VF 1: requested 13 MiB of framebuffer, 12 MiB available");
	fake.gpu.vfs[0].in_use = true;
	fits(7 * MIB, 0, 0,
	     "GPU 0000:41:00.0 VF 1: requested 7 MiB of framebuffer; 12 MiB free, but the largest block has 6 MiB: VF 0 (its guest) is in the way");
	for (i = 1; i < FAKE_VFS; i++)
		fake.gpu.vfs[i].fb_bytes = MIB;
	fits(MIB, 0, 0,
	     "GPU 0000:41:00.0: there is no VF 16: the GPU has 16 VFs, counted from 0");
	fake.gpu.capabilities = 0;
	fits(MIB, 0, 0,
	     "GPU 0000:41:00.0: this hardware cannot scrub framebuffer between tenants");
	fake.gpu.vfs_changing = true;
	fits(MIB, 0, 0,
	     "GPU 0000:41:00.0: VFs are being enabled or disabled at this moment");
	fake.gpu.state = PF_STATE_WEDGED;
	fits(MIB, 0, 0,
	     "GPU 0000:41:00.0: the GPU stopped answering and has to be reset first");
}

/* it depends on which VFs are in use, and on what there is to divide */
static void capacity_is_not_counted_without_rights(void **state)
{
	struct capacity_list list = {};

	small_gpu();
	put(0, 2, 2, false);
	capacity_find(&list, NULL, &fake.gpu);
	capacity_count(&list, &fake.gpu);
	assert_int_equal(list.num, 1);
	assert_int_equal(list.entries[0].capacity.now, 6);
	hide_states();
	capacity_count(&list, &fake.gpu);
	assert_int_equal(list.num, 0);
	capacity_free(&list);
	fake.gpu.has_states = true;
	capacity_find(&list, NULL, &fake.gpu);
	fake.gpu.fb_alloc_unit = 0;
	capacity_count(&list, &fake.gpu);
	assert_int_equal(list.num, 0);
	capacity_free(&list);
}

static int set_up(void **state)
{
	static const char *const dirs[] = { "run" };

	root = new_root(dirs, ARRAY_SIZE(dirs));
	return 0;
}

static int clean_up(void **state)
{
	config_free(&config);
	fake_free();
	remove_root(root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c21_plan_and_apply_find_what_there_is),
		cmocka_unit_test(memory_that_is_quarantined_moves_no_vf_by_itself),
		cmocka_unit_test(what_the_hardware_keeps_is_given_to_no_vf),
		cmocka_unit_test(a_stale_generation_is_planned_for_again),
		cmocka_unit_test(a_vf_that_starts_meanwhile_stays),
		cmocka_unit_test(memory_that_is_quarantined_meanwhile_is_left_out),
		cmocka_unit_test(without_rights_plan_says_what_it_does_not_see),
		cmocka_unit_test(what_will_be_is_the_same_with_and_without_rights),
		cmocka_unit_test(refusals_have_the_words_of_the_module),
		cmocka_unit_test(giving_up_says_what_was_tried),
		cmocka_unit_test(other_gpus_are_not_placed),
		cmocka_unit_test(set_moves_other_vfs),
		cmocka_unit_test(set_plans_again_when_the_gpu_was_changed),
		cmocka_unit_test(capacity_says_why_there_is_none),
		cmocka_unit_test(capacity_is_not_counted_without_rights),
	};

	return cmocka_run_group_tests_name("placed", tests, set_up, clean_up);
}
