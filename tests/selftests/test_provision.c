// SPDX-License-Identifier: GPL-2.0
/*
 * Framebuffer: who gets how much, where, and what the hardware has of it.
 * Names begin with the number of the promise in the list of what must hold.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "load.h"
#include "refusal.h"

static const struct gpu *gpu = &fx.gpu[0];

static uint64_t vf_u64(unsigned int vf, const char *file)
{
	return file_u64(gpu_sysfs(gpu, "vf%u/%s", vf, file));
}

static int set_quota(unsigned int vf, uint64_t bytes)
{
	return file_printf(gpu_sysfs(gpu, "vf%u/fb_quota", vf), "%" PRIu64,
			   bytes);
}

static uint64_t fb_u64(const char *file)
{
	return file_u64(gpu_sysfs(gpu, "fb/%s", file));
}

static uint64_t context_size(void)
{
	struct table table;

	fixture_table(gpu, &table);
	return table.context.size;
}

/* framebuffer that VFs can have, by the rules and not by what gpuvf says */
/* units that the hardware needs for itself besides: v1 parks VFs in the second one */
static unsigned int units_parked(void)
{
	struct iov iov;

	check(gpu_iov(gpu, &iov));
	return iov.less_one && fb_u64("pf_reserve") < 2 * UNIT;
}

static uint64_t vf_area(void)
{
	uint64_t base = fb_u64("pf_reserve") + units_parked() * UNIT +
			context_size();

	base = (base + UNIT - 1) / UNIT * UNIT;
	return fb_u64("total") / UNIT * UNIT - base;
}

static bool disjoint(const struct extent *a, const struct extent *b)
{
	return !a->size || !b->size || a->start + a->size <= b->start ||
	       b->start + b->size <= a->start;
}

/* C2, C3, C5: the hardware's table is sound and is what everybody says */
static void check_table(void)
{
	const struct extent reserve = { 0, fb_u64("pf_reserve") };
	uint64_t total = fb_u64("total"), used = 0;
	struct nl_message msg;
	struct table table;
	unsigned int i, k;

	fixture_table(gpu, &table);
	ASSERT_EQ(total - reserve.size, table.consumed);
	ASSERT_TRUE(disjoint(&table.context, &reserve));
	for (i = 0; i < fx.total_vfs; i++) {
		const struct extent *vf = &table.vf[i];

		ASSERT_EQ(vf_u64(i, "fb_quota"), vf->size);
		ASSERT_OK(nl_vf_get(fx.nl, gpu, i, &msg));
		ASSERT_EQ(vf->size, msg.vf[0].fb_quota);
		used += vf->size;
		if (!vf->size) {
			ASSERT_FALSE(msg.vf[0].has & 1 << GPUVF_A_VF_FB_OFFSET);
			ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf%u/fb_offset", i),
					    ""));
			continue;
		}
		ASSERT_EQ(vf_u64(i, "fb_offset"), vf->start);
		ASSERT_EQ(vf->start, msg.vf[0].fb_offset);
		ASSERT_EQ(0, vf->start % UNIT);
		ASSERT_EQ(0, vf->size % UNIT);
		ASSERT_GE(total, vf->start + vf->size);
		ASSERT_TRUE(disjoint(vf, &reserve));
		ASSERT_TRUE(disjoint(vf, &table.context));
		for (k = 0; k < i; k++) {
			ASSERT_TRUE(disjoint(vf, &table.vf[k]));
		}
	}
	ASSERT_EQ(vf_area() - used, fb_u64("free"));
	ASSERT_GE(fb_u64("free"), fb_u64("largest_free"));
}

/* enable N VFs that are not provisioned, look, and disable them */
static void check_fair(unsigned int num)
{
	uint64_t free_before = fb_u64("free");
	struct table first, table;
	unsigned int i, round;
	uint64_t share;

	share = vf_area() / num / UNIT * UNIT;
	for (round = 0; round < 2; round++) {
		ASSERT_OK(gpu_set_numvfs(gpu, num));
		check_table();
		fixture_table(gpu, &table);
		ASSERT_LT(0, share);
		for (i = 0; i < fx.total_vfs; i++) {
			ASSERT_EQ(i < num ? share : 0, table.vf[i].size);
		}
		ASSERT_GE(fb_u64("total"), num * share + fb_u64("pf_reserve") +
						   table.context.size);
		if (round) {
			ASSERT_EQ(0, memcmp(&first, &table, sizeof(table)));
		}
		first = table;
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
		ASSERT_EQ(free_before, fb_u64("free"));
		ASSERT_EQ(free_before, fb_u64("largest_free"));
		/* the second time only once, each costs a second */
		if (num != 3)
			break;
	}
}

MODULES_FIXTURE(provision, on_debug_kernel() ? "total_vfs=8" :
						fixture_most_vfs(""));

TEST_F(provision, C1_C4_fair_shares_are_equal_repeat_and_go)
{
	const unsigned int stock[] = { 1, 3, fx.total_vfs };
	static const unsigned int few[] = { 3, 1 };
	bool all = !is_quick() && !on_debug_kernel();
	unsigned int i;

	for (i = 0; i < (all ? 3 : 2); i++)
		check_fair(all ? stock[i] : few[i]);
}

/* a framebuffer that is not a multiple of a unit, and how many VFs share it */
FIXTURE_VARIANT(odd_total)
{
	const char *sim;
	unsigned int num;
};

MODULES_FIXTURE(odd_total, variant->sim);

FIXTURE_VARIANT_ADD(odd_total, five_of_five_vfs) {
	.sim = "total_vfs=5 fb_mib=1021",
	.num = 5,
};

FIXTURE_VARIANT_ADD(odd_total, three_of_16_vfs) {
	.sim = "total_vfs=16 fb_mib=16381",
	.num = 3,
};

TEST_F(odd_total, C2_leaves_nothing_over_a_unit)
{
	ASSERT_NE(0, fb_u64("total") % UNIT);
	check_fair(variant->num);
}

TEST_F(provision, C2_smallest_framebuffer_still_has_room)
{
	/* 128 MiB: 16 for the PF, 16 for saved states, 96 for six VFs */
	unsigned int vfs = 6;

	fixture_load("total_vfs=16 fb_mib=128");
	vfs -= units_parked();
	ASSERT_EQ(UNIT, fb_u64("pf_reserve"));
	ASSERT_EQ(vfs * UNIT, vf_area());
	ASSERT_ERROR(gpu_set_numvfs(gpu, vfs + 1), -ENOSPC);
	ASSERT_EQ(0, gpu_numvfs(gpu));
	check_fair(vfs);
}

TEST_F(provision, C3_extents_stay_disjoint_through_random_changes)
{
	unsigned int steps = on_debug_kernel() ? 12 : 80;
	unsigned int step, refused = 0;
	unsigned int seed = 4711;
	char *before, *after;

	/* few VFs, since all that sysfs shows is read each time */
	fixture_load("total_vfs=8");
	before = fixture_snapshot(gpu);
	for (step = 0; step < steps; step++) {
		unsigned int vf = rand_r(&seed) % fx.total_vfs;
		uint64_t size = rand_r(&seed) % 5 ?
				rand_r(&seed) * 3ULL % (6 * GIB) : 0;
		int err = set_quota(vf, size);

		after = fixture_snapshot(gpu);
		if (err) {
			ASSERT_ERROR(err, -ENOSPC);
			ASSERT_SAME(after, before);
			refused++;
		}
		free(before);
		before = after;
		if (step % 8 == 0)
			check_table();
	}
	free(before);
	/* both ways were gone */
	ASSERT_TRUE(refused > 0 && refused < step);
	check_table();
}

TEST_F(provision, C4_custom_quota_outlives_disabling)
{
	ASSERT_OK(set_quota(1, 3 * GIB));
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	ASSERT_LT(0, vf_u64(0, "fb_quota"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_EQ(0, vf_u64(0, "fb_quota"));
	ASSERT_EQ(3 * GIB, vf_u64(1, "fb_quota"));
	check_table();
}

TEST_F(provision, C5_rounded_quota_is_what_everybody_reports)
{
	static const uint64_t asked[] = {
		1, UNIT - 1, UNIT, UNIT + 1, 1000000000, 2 * GIB,
	};
	unsigned int i;

	for (i = 0; i < 6; i++) {
		ASSERT_OK(set_quota(i, asked[i]));
		ASSERT_EQ((asked[i] + UNIT - 1) / UNIT * UNIT,
			  vf_u64(i, "fb_quota"));
	}
	check_table();
}

TEST_F(provision, C7_settings_read_back)
{
	unsigned int min = file_u64(gpu_sysfs(gpu, "sched/time_slice_min_us"));
	unsigned int max = file_u64(gpu_sysfs(gpu, "sched/time_slice_max_us"));
	const char *slice = gpu_sysfs(gpu, "vf4/time_slice_us");
	const char *preempt = gpu_sysfs(gpu, "vf4/preempt_timeout_us");
	const char *profile = gpu_sysfs(gpu, "vf4/profile");
	char label[33];

	ASSERT_TRUE(min > 0 && min < max);
	ASSERT_OK(file_printf(slice, "%u", min));
	ASSERT_EQ(min, file_u64(slice));
	/* default: twice the slice, at least 20 ms */
	ASSERT_EQ(20000, file_u64(preempt));
	ASSERT_OK(file_printf(slice, "%u", max));
	ASSERT_EQ(max, file_u64(slice));
	ASSERT_EQ(2 * max, file_u64(preempt));
	ASSERT_OK(file_write(preempt, "12345\n"));
	ASSERT_EQ(12345, file_u64(preempt));
	ASSERT_OK(file_write(preempt, "0"));
	ASSERT_EQ(2 * max, file_u64(preempt));

	memset(label, 'x', 31);
	label[31] = '\0';
	ASSERT_OK(file_write(profile, label));
	ASSERT_TRUE(file_is(profile, label));
	ASSERT_OK(file_write(profile, "a-Z_0.9\n"));
	ASSERT_TRUE(file_is(profile, "a-Z_0.9"));
	ASSERT_OK(file_write(profile, "\n"));
	ASSERT_TRUE(file_is(profile, ""));
}

TEST_F(provision, C7_pf_reserve_reads_back_rounded)
{
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
			      GIB + 1));
	ASSERT_EQ(GIB + UNIT, fb_u64("pf_reserve"));
	check_table();
	ASSERT_OK(file_write(gpu_sysfs(gpu, "fb/pf_reserve"), "0"));
	ASSERT_EQ(0, fb_u64("pf_reserve"));
	check_table();
}

/* value, and what writing it says; nothing may change */
static void check_refused(const char *file, const char *value, int err)
{
	char *before = fixture_snapshot(gpu);
	uint64_t revision = file_u64(gpu_sysfs(gpu, "revision"));
	char *after;

	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "%s", file), value), err);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	ASSERT_EQ(revision, file_u64(gpu_sysfs(gpu, "revision")));
	free(before);
	free(after);
}

TEST_F(provision, C8_refusals_change_nothing)
{
	const char *const files[] = {
		"vf0/fb_quota", "vf0/time_slice_us", "vf0/preempt_timeout_us",
		"fb/pf_reserve",
	};
	unsigned int i;

	ASSERT_OK(set_quota(0, GIB));
	for (i = 0; i < (on_debug_kernel() ? 1 : 4); i++) {
		check_refused(files[i], "-1", -EINVAL);
		check_refused(files[i], "x", -EINVAL);
		check_refused(files[i], "1 2", -EINVAL);
		check_refused(files[i], "18446744073709551616", -EINVAL);
	}
	check_refused("vf0/fb_quota", "17179869184", -ENOSPC);
	check_refused("vf0/fb_quota", "18446744073709551615",
		      -ENOSPC);
	check_refused("fb/pf_reserve", "18446744073709551615",
		      -ENOSPC);
	check_refused("fb/pf_reserve", "17179869184", -ENOSPC);
	check_refused("vf0/time_slice_us", "999", -EINVAL);
	check_refused("vf0/time_slice_us", "500001", -EINVAL);
	check_refused("vf0/time_slice_us", "0", -EINVAL);
	check_refused("vf0/time_slice_us", "4294967296", -EINVAL);
	check_refused("vf0/preempt_timeout_us", "999", -EINVAL);
	check_refused("vf0/preempt_timeout_us", "10000001", -EINVAL);
	check_refused("vf0/profile", "no blanks", -EINVAL);
	check_refused("vf0/profile", "two\nlines", -EINVAL);
	check_refused("vf0/profile", "01234567890123456789012345678901", -EINVAL);
	check_refused("vf0/profile", "\303\244", -EINVAL);
	check_refused("sched/policy", "fair", -EINVAL);
	check_refused("sched/policy", "", 0);
}

TEST_F(provision, C11_rest_is_shared_beside_custom_quotas)
{
	uint64_t rest;

	ASSERT_OK(set_quota(1, 5 * GIB));
	rest = fb_u64("free");
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	ASSERT_EQ(5 * GIB, vf_u64(1, "fb_quota"));
	ASSERT_EQ(rest / 2 / UNIT * UNIT, vf_u64(0, "fb_quota"));
	ASSERT_EQ(vf_u64(0, "fb_quota"), vf_u64(2, "fb_quota"));
	ASSERT_EQ(0, vf_u64(3, "fb_quota"));
	check_table();
}

TEST_F(provision, C11_explicit_layout_gets_nothing_added)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	nl_put_vf(&req, 0, 2 * GIB, 4000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_EQ(GPUVF_PROVISIONING_EXPLICIT, answer.last.provisioning);
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	ASSERT_EQ(2 * GIB, vf_u64(0, "fb_quota"));
	ASSERT_EQ(0, vf_u64(1, "fb_quota"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "disabled"));
	check_table();
}

TEST_F(provision, C11_no_share_left_is_refused)
{
	char *before;
	char *after;

	ASSERT_OK(set_quota(0, fb_u64("free")));
	before = fixture_snapshot(gpu);
	ASSERT_ERROR(gpu_set_numvfs(gpu, 2), -ENOSPC);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	ASSERT_EQ(0, gpu_numvfs(gpu));
	free(before);
	free(after);
}

TEST_F(provision, C12_configuration_survives_resets)
{
	char *before, *after;

	ASSERT_OK(set_quota(0, GIB));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "9000"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/profile"), "kept"));
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(after);
	check_table();

	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(after);
	free(before);
	check_table();
	ASSERT_EQ(2, gpu_numvfs(gpu));
}

/* @quota 0: it is not named */
static void place_vf(struct nl_request *req, unsigned int vf, uint64_t quota,
		     uint64_t offset)
{
	struct nlattr *nest = nl_vf_begin(req, vf);

	if (quota)
		mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_QUOTA, quota);
	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_OFFSET, offset);
	nl_vf_end(req, nest);
}

TEST_F(provision, C5_vf_is_placed_where_it_was_asked_for)
{
	struct nl_request req;
	struct nl_answer answer;
	struct table table;
	uint64_t base;

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	base = vf_u64(0, "fb_offset");
	/* it moves, and stays there when that place is asked for another one */
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 0, 0, base + 2 * GIB);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_EQ(base + 2 * GIB, answer.last.vf[0].fb_offset);
	ASSERT_EQ(base + 2 * GIB, vf_u64(0, "fb_offset"));
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 1, 2 * GIB, base + GIB + UNIT);
	ASSERT_REFUSED(gpu, &req, .error = -ENOSPC,
		       .reason = GPUVF_REASON_OFFSET_TAKEN, .vf = 1,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET,
		       .asked = base + GIB + UNIT, .limit = base + 2 * GIB);
	/* unless the same request moves it out of the way */
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 1, 2 * GIB, base + GIB + UNIT);
	place_vf(&req, 0, 0, base);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_EQ(base + GIB + UNIT, answer.last.vf[1].fb_offset);
	ASSERT_EQ(base, answer.last.vf[0].fb_offset);
	ASSERT_EQ(base + 2 * GIB, vf_u64(0, "fb_offset"));
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 1, 2 * GIB, base + GIB + UNIT);
	place_vf(&req, 0, 0, base);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	fixture_table(gpu, &table);
	ASSERT_EQ(base + GIB + UNIT, table.vf[1].start);
	ASSERT_EQ(2 * GIB, table.vf[1].size);
	ASSERT_EQ(GIB, table.vf[0].size);
	ASSERT_EQ(base, table.vf[0].start);
	/* two change places in one step */
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 1, GIB, base);
	place_vf(&req, 0, 0, base + GIB);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	fixture_table(gpu, &table);
	ASSERT_EQ(base, table.vf[1].start);
	ASSERT_EQ(base + GIB, table.vf[0].start);
}

TEST_F(provision, C8_places_that_cannot_be_had_are_refused)
{
	const uint64_t base = fb_u64("total") - fb_u64("free");
	const uint64_t total = fb_u64("total");
	struct nl_request req;

	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 2, 0, base);
	ASSERT_REFUSED(gpu, &req, .error = -EINVAL,
		       .reason = GPUVF_REASON_OFFSET_WITHOUT_QUOTA, .vf = 2,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET, .asked = base);
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 2, GIB, base + 4096);
	ASSERT_REFUSED(gpu, &req, .error = -EINVAL,
		       .reason = GPUVF_REASON_OFFSET_UNALIGNED, .vf = 2,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET, .asked = base + 4096,
		       .limit = UNIT);
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 2, GIB, base - UNIT);
	ASSERT_REFUSED(gpu, &req, .error = -EINVAL,
		       .reason = GPUVF_REASON_OFFSET_OUTSIDE, .vf = 2,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET,
		       .asked = base - UNIT, .limit = base);
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 2, GIB, total - GIB + UNIT);
	ASSERT_REFUSED(gpu, &req, .error = -EINVAL,
		       .reason = GPUVF_REASON_OFFSET_OUTSIDE, .vf = 2,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET,
		       .asked = total - GIB + UNIT, .limit = total);
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 0, GIB, base);
	place_vf(&req, 2, GIB, base + GIB - UNIT);
	ASSERT_REFUSED(gpu, &req, .error = -ENOSPC,
		       .reason = GPUVF_REASON_OFFSET_TAKEN, .vf = 2,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET,
		       .asked = base + GIB - UNIT, .limit = base);
}

TEST_F(provision, C16_place_of_a_vf_in_use_is_not_to_be_had)
{
	static const uint32_t slices[] = { 5000, 5000 };
	struct nl_request req;
	uint64_t at;

	load_enable(gpu, 2, slices, GPUVF_POLICY_BEST_EFFORT);
	load_rest(gpu, 2);
	load_busy(gpu, 1, 100);
	at = vf_u64(1, "fb_offset");
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 1, 0, at + GIB);
	ASSERT_REFUSED(gpu, &req, .error = -EBUSY,
		       .reason = GPUVF_REASON_OFFSET_IN_USE, .vf = 1,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET, .asked = at + GIB,
		       .limit = at);
	nl_config_set(fx.nl, &req, gpu);
	place_vf(&req, 0, 0, at + UNIT);
	ASSERT_REFUSED(gpu, &req, .error = -ENOSPC,
		       .reason = GPUVF_REASON_OFFSET_TAKEN, .vf = 0,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET, .asked = at + UNIT,
		       .limit = at);
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "moved_while_live"));
}

TEST_HARNESS_MAIN
