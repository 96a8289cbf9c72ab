// SPDX-License-Identifier: GPL-2.0
/*
 * Clearing that fails, cannot be done or takes long, and layouts that the
 * hardware does not take: no VF gets dirty memory, none that runs is
 * disturbed, and what was quarantined comes back when it is asked for.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hw/regs.h>
#include "selftest.h"
#include "hw.h"
#include "load.h"
#include "refusal.h"

#define QUOTA	(512 * MIB)

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 5000, 5000 };

static uint64_t counted(const char *key)
{
	return gpu_truth(gpu, "gpu", key);
}

static uint64_t fb_u64(const char *file)
{
	return file_u64(gpu_sysfs(gpu, "fb/%s", file));
}

/* of every GPU, from the next go of the engine on */
static void set_clear_us(unsigned int us)
{
	ASSERT_OK(file_printf("/sys/module/gpuvf_sim/parameters/scrub_us_per_unit",
			      "%u", us));
}

static int retry(void)
{
	return file_write(gpu_sysfs(gpu, "fb/scrub"), "1");
}

static void check_words(struct nl_request *req, int err, const char *words)
{
	struct nl_answer answer;

	ASSERT_ERROR(nl_call(fx.nl, req, &answer), err);
	if (!strstr(answer.last.refusal.message, words))
		report("\"%s\" lacks \"%s\"\n", answer.last.refusal.message,
		       words);
	ASSERT_NE(NULL, strstr(answer.last.refusal.message, words));
}

/* a VF runs and is reset, and its extent cannot be scrubbed; then all VFs go */
static void run_and_lose_memory(unsigned int vf)
{
	load_busy(gpu, vf, 100);
	ASSERT_OK(gpu_guest(gpu, vf, "off"));
	/* first its context slot is scrubbed, then its memory */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "2"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf%u/reset", vf), "1"));
	ASSERT_EVENTUALLY(file_is(gpu_sim(gpu, "fail_scrub"), "0"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
}

/* three VFs go, and the context slot of VF 1 cannot be scrubbed */
static void lose_a_context(void)
{
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	/* slots come first, in ascending order */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "2"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_scrub"), "0"));
}

static void check_it_runs(unsigned int vf)
{
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	fixture_wait_clean(gpu);
	load_busy(gpu, vf, 100);
	ASSERT_TRUE(gpu_vf_is(gpu, vf, "active"));
}

MODULES_FIXTURE(clear, "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");

TEST_F(clear, C25_quarantined_memory_is_tried_again_on_request)
{
	uint64_t free_before = fb_u64("free");

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	run_and_lose_memory(1);
	ASSERT_EQ(QUOTA, fb_u64("quarantined"));
	/* three have their quotas, what is quarantined of them is not free twice */
	ASSERT_EQ(free_before - 3 * QUOTA, fb_u64("free"));

	/* in no quota any more, and yet not to be had */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "0"));
	ASSERT_EQ(free_before - 3 * QUOTA, fb_u64("free"));
	ASSERT_EQ(free_before - 3 * QUOTA, fb_u64("largest_free"));

	/* it fails again, and says so again */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "1"));
	ASSERT_OK(retry());
	ASSERT_EVENTUALLY(file_is(gpu_sim(gpu, "fail_scrub"), "0"));
	fixture_wait_clean(gpu);
	ASSERT_EQ(QUOTA, fb_u64("quarantined"));
	ASSERT_EQ(free_before - 3 * QUOTA, fb_u64("free"));

	ASSERT_OK(retry());
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, fb_u64("quarantined"));
	ASSERT_EQ(free_before - 2 * QUOTA, fb_u64("free"));
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf1/fb_quota"), "%llu", QUOTA));
	check_it_runs(1);
}

TEST_F(clear, C25_saved_state_is_tried_again_on_request)
{
	lose_a_context();
	ASSERT_EQ(0, fb_u64("quarantined"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "failed"));
	ASSERT_OK(retry());
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "provisioned"));
	check_it_runs(1);
}

/* what the VFs @first and, unless it is the same, @last have */
static void check_quarantined(const struct nl_message *msg,
			      const struct table *table, unsigned int first,
			      unsigned int last)
{
	ASSERT_EQ(first == last ? 1 : 2, msg->num_quarantined);
	ASSERT_EQ(msg->num_quarantined, msg->quarantined_extents);
	ASSERT_EQ(table->vf[first].start, msg->quarantined[0].start);
	ASSERT_EQ(QUOTA, msg->quarantined[0].size);
	ASSERT_EQ(table->vf[last].start,
		  msg->quarantined[msg->num_quarantined - 1].start);
	ASSERT_EQ(QUOTA, msg->quarantined[msg->num_quarantined - 1].size);
	ASSERT_EQ(msg->num_quarantined * QUOTA, msg->fb_quarantined);
}

static void keep_last(const struct nl_message *msg, void *arg)
{
	memcpy(arg, msg, sizeof(*msg));
}

TEST_F(clear, C25_where_quarantined_memory_lies_is_told)
{
	struct nl_answer answer;
	struct nl_request req;
	uint64_t area = fb_u64("free");
	struct nl_message msg;
	struct table table;

	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	ASSERT_EQ(0, msg.num_quarantined);
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_TRUE(gpu_table(gpu, &table));
	run_and_lose_memory(0);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	check_quarantined(&msg, &table, 0, 0);

	/* with VF 1 between them they are two, and in everything that is live */
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	fixture_wait_clean(gpu);
	run_and_lose_memory(2);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	check_quarantined(&msg, &table, 0, 2);
	nl_begin(fx.nl, &req, GPUVF_CMD_PF_GET, NLM_F_DUMP);
	ASSERT_OK(nl_dump(fx.nl, &req, &answer, keep_last, &msg));
	check_quarantined(&msg, &table, 0, 2);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 3, GIB, 0);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_EQ(2 * QUOTA, answer.last.fb_quarantined);
	ASSERT_EQ(0, answer.last.num_quarantined);

	/* a VF stays on it until it gets another quota; then it is placed elsewhere */
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf3/fb_quota"), "%llu",
			      area - 4 * QUOTA));
	ASSERT_EQ(table.vf[0].start, file_u64(gpu_sysfs(gpu, "vf0/fb_offset")));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"));
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu", QUOTA));
	ASSERT_EQ(table.vf[0].start + area - QUOTA,
		  file_u64(gpu_sysfs(gpu, "vf0/fb_offset")));
	ASSERT_EQ(0, fb_u64("free"));
	ASSERT_OK(retry());
	fixture_wait_clean(gpu);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	ASSERT_EQ(0, msg.num_quarantined);
}

TEST_F(clear, C25_failed_clearing_and_its_retry_are_told)
{
	struct nl *events = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	struct table table;
	unsigned int i;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_TRUE(gpu_table(gpu, &table));
	run_and_lose_memory(1);
	/* the second time because the retry fails, which is reported as well */
	for (i = 0; i < 2; i++) {
		ASSERT_TRUE(fixture_await(events, GPUVF_CMD_FB_SCRUB_FAILED,
					  &msg));
		ASSERT_EQ(0, msg.num_vf);
		ASSERT_EQ(1, msg.event.count);
		ASSERT_EQ(table.vf[1].start, msg.event.fb_offset);
		ASSERT_EQ(QUOTA, msg.event.fb_size);
		ASSERT_NE(NULL, strstr(msg.event.message,
				       "512 MiB of framebuffer at "));
		if (i)
			break;
		ASSERT_EVENTUALLY(!nl_pf_get(fx.nl, gpu, &msg) &&
				  msg.fb_quarantined == QUOTA);
		ASSERT_EVENTUALLY(!nl_vf_get(fx.nl, gpu, 1, &msg) &&
				  msg.vf[0].state == GPUVF_VF_STATE_FAILED);
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "1"));
		ASSERT_OK(retry());
	}
	fixture_wait_clean(gpu);
	/* a state that comes and goes between two notifications is not reported */
	pause_ms(50);
	ASSERT_OK(retry());
	/* the VF can be used when it is done, and nothing is dirty any more */
	do {
		ASSERT_TRUE(fixture_await(events, GPUVF_CMD_VF_STATE_CHANGE,
					  &msg));
	} while (msg.vf[0].index != 1 ||
		 msg.vf[0].state != GPUVF_VF_STATE_PROVISIONED);
	fixture_wait_clean(gpu);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	ASSERT_EQ(0, msg.fb_quarantined);
	ASSERT_EQ(0, msg.fb_needs_scrub);
	ASSERT_EQ(0, msg.num_quarantined);
	nl_close(events);
	check_it_runs(1);
}

/* a saved state is a VF's, and where it lies is not to be seen */
TEST_F(clear, C25_failed_clearing_of_a_saved_state_names_the_vf)
{
	struct nl *events = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;

	lose_a_context();
	ASSERT_TRUE(fixture_await(events, GPUVF_CMD_FB_SCRUB_FAILED, &msg));
	ASSERT_EQ(1, msg.num_vf);
	ASSERT_EQ(1, msg.vf[0].index);
	ASSERT_EQ(0, msg.event.fb_size);
	ASSERT_OK(retry());
	do {
		ASSERT_TRUE(fixture_await(events, GPUVF_CMD_VF_STATE_CHANGE,
					  &msg));
	} while (msg.vf[0].index != 1 ||
		 msg.event.old_state != GPUVF_VF_STATE_FAILED);
	nl_close(events);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "provisioned"));
}

TEST_F(clear, retry_without_anything_quarantined_changes_nothing)
{
	char *before, *after;

	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	/* without either, VFs are started by themselves */
	if (!gpu_can(gpu, "busy") && !gpu_can(gpu, "mailbox")) {
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "active") &&
				  gpu_vf_is(gpu, 1, "active"));
	}
	before = fixture_snapshot(gpu);
	ASSERT_OK(retry());
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "fb/scrub"), "0"),
		     -EINVAL);
}

/* an engine that does not come to an end: only a reset of the GPU stops it */
TEST_F(clear, C25_clear_engine_that_hangs)
{
	uint64_t starts;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	set_clear_us(4000000000);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	/* the others run on while the engine is waited for, and afterwards */
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "failed"));
	starts = gpu_truth_vf(gpu, 0, "slices");
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "slices") > starts + 3);
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "active"));

	/* busy still: it is quarantined, and the try says so at once */
	set_clear_us(100);
	ASSERT_OK(retry());
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "failed"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_OK(retry());
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, fb_u64("quarantined"));
	load_busy(gpu, 1, 100);
	load_busy(gpu, 0, 100);
}

/* its link is down, as after a fatal PCIe error; nothing is wrong with the memory */
TEST_F(clear, gpu_that_does_not_answer_quarantine_nothing)
{
	static const uint32_t slice_us[1] = { 5000 };

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	set_clear_us(100000);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	ASSERT_EVENTUALLY(fb_u64("dirty"));
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	pause_ms(500);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	set_clear_us(100);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, fb_u64("quarantined"));
	load_busy(gpu, 0, 100);
}

TEST_F(clear, no_clear_engine_no_framebuffer)
{
	struct nl_request req;
	char *before, *after;

	fixture_load("total_vfs=4 fb_mib=4096 scrub_engine=0");
	fixture_spoil();
	before = fixture_snapshot(gpu);
	ASSERT_ERROR(gpu_set_numvfs(gpu, 2), -EOPNOTSUPP);
	ASSERT_EQ(0, gpu_numvfs(gpu));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EOPNOTSUPP);
	ASSERT_ERROR(retry(), -EOPNOTSUPP);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 5000);
	ASSERT_REFUSED(gpu, &req, .error = -EOPNOTSUPP,
		       .reason = GPUVF_REASON_NOT_SUPPORTED, .vf = -1,
		       .bad_attr = -1);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 5000);
	check_words(&req, -EOPNOTSUPP,
		    "this hardware cannot scrub framebuffer between tenants");
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
	ASSERT_EQ(0, counted("scrubs"));
	ASSERT_EQ(0, counted("violations"));
}

TEST_F(clear, C25_former_guest_hung)
{
	struct nl_request req;
	struct nl_answer answer;
	uint64_t resets;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	resets = counted("vf_resets");
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "2 hang_silent"));
	ASSERT_EVENTUALLY(counted("vf_resets") > resets);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	/* all that both had goes to one */
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	nl_put_vf(&req, 2, 2 * QUOTA, 5000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	load_busy(gpu, 2, 100);
	ASSERT_EQ(0, counted("leftover_reads"));
	ASSERT_EQ(0, counted("unscrubbed_starts"));
}

/* VF 0 runs; two others change places and sizes; a write is lost on the way */
static int swap_others(void)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, GIB, 0);
	nl_put_vf(&req, 2, 256 * MIB, 0);
	return nl_call(fx.nl, &req, &answer);
}

TEST_F(clear, C20_every_lost_write_beside_a_vf_that_runs)
{
	char *before, *after;
	struct table table, now;
	unsigned int n;
	uint64_t epoch;
	int err;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_rest(gpu, 3);
	load_busy(gpu, 0, 100);
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	ASSERT_TRUE(gpu_table(gpu, &table));
	before = fixture_snapshot(gpu);
	for (n = 1; n < 10; n++) {
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_table"), "%u", n));
		set_clear_us(20000);
		err = swap_others();
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_table"), "0"));
		set_clear_us(100);
		if (!err)
			break;
		ASSERT_ERROR(err, -EUCLEAN);
		fixture_table(gpu, &now);
		ASSERT_EQ(0, memcmp(&table, &now, sizeof(now)));
		after = fixture_snapshot(gpu);
		ASSERT_SAME(after, before);
		free(after);
	}
	free(before);
	/* two are taken away, one is given, the other when it has been scrubbed */
	ASSERT_EQ(4, n);
	fixture_table(gpu, &now);
	ASSERT_EQ(GIB, now.vf[1].size);
	ASSERT_EQ(256 * MIB, now.vf[2].size);
	ASSERT_EQ(0, counted("moved_while_live"));
	ASSERT_EQ(epoch, gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "active"));
	ASSERT_EQ(GIB, file_u64(gpu_sysfs(gpu, "vf1/fb_quota")));
}

/* and the first VFs make room, each with QUOTA */
static int set_reserve(uint64_t reserve, unsigned int num_vfs)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, reserve);
	for (i = 0; i < num_vfs; i++) {
		struct nlattr *nest = nl_vf_begin(&req, i);

		mnl_attr_put_u64(req.header, GPUVF_A_VF_FB_OFFSET,
				 reserve + UNIT + i * QUOTA);
		nl_vf_end(&req, nest);
	}
	return nl_call(fx.nl, &req, &answer);
}

TEST_F(clear, C20_every_lost_write_of_the_reserve)
{
	char *before, *after;
	unsigned int n;
	int err;

	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu", QUOTA));
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	for (n = 1; n < 10; n++) {
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_table"), "%u", n));
		err = set_reserve(GIB, 1);
		if (!err)
			break;
		ASSERT_ERROR(err, -EUCLEAN);
		after = fixture_snapshot(gpu);
		ASSERT_SAME(after, before);
		free(after);
	}
	free(before);
	/* take away; context save area; size of the reserve; give */
	ASSERT_EQ(5, n);
	ASSERT_EQ(GIB, fb_u64("pf_reserve"));
}

/* what is cleared when the reserve takes it is not clean when that gives it back */
TEST_F(clear, C25_reserve_that_grows_over_what_is_being_cleared)
{
	uint64_t reserve = fb_u64("pf_reserve"), cleared;

	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu", QUOTA));
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	load_busy(gpu, 0, 100);
	set_clear_us(20000);
	cleared = counted("units_scrubbed");
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	/* its saved state first, for 20 ms; its memory takes 640 */
	pause_ms(100);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"));
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_BUSY,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
			      reserve + GIB));
	/* it does not go on to overwrite what the PF has now */
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_SCRUB_PROGRESS));
	fixture_wait_clean(gpu);
	pause_ms(1000);
	ASSERT_EQ(cleared, counted("units_scrubbed"));

	set_clear_us(100);
	cleared = counted("units_scrubbed");
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
			      (unsigned long long)reserve));
	fixture_wait_clean(gpu);
	ASSERT_EQ(cleared + GIB / UNIT, counted("units_scrubbed"));
}

/* the slots are elsewhere then, where they were never scrubbed */
TEST_F(clear, C25_context_slots_are_scrubbed_where_they_move_to)
{
	uint64_t reserve = fb_u64("pf_reserve");

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_rest(gpu, 2);
	ASSERT_OK(set_reserve(reserve + GIB, 2));
	fixture_wait_clean(gpu);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_EQ(0, counted("unscrubbed_contexts"));
	/* a commit that fails has moved them, and moved them back */
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_table"), "2"));
	ASSERT_ERROR(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
				 (unsigned long long)reserve), -EUCLEAN);
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
}

TEST_F(clear, C17_every_lost_write_of_enabling)
{
	char *before = fixture_snapshot(gpu), *after;
	unsigned int n;
	int err;

	for (n = 1; n < 10; n++) {
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_table"), "%u", n));
		err = gpu_set_numvfs(gpu, 3);
		if (!err)
			break;
		ASSERT_ERROR(err, -EUCLEAN);
		ASSERT_EQ(0, gpu_numvfs(gpu));
		after = fixture_snapshot(gpu);
		ASSERT_SAME(after, before);
		free(after);
	}
	free(before);
	ASSERT_EQ(4, n);
	ASSERT_EQ(3, gpu_numvfs(gpu));
}

/* what is in use stays, and the refusal says who uses it */
TEST_F(clear, refusals_name_who_is_in_the_way)
{
	struct nl_request req;
	uint64_t area, before_it, free_bytes, largest;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_rest(gpu, 3);
	load_busy(gpu, 1, 100);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/fb_quota"), "0"));
	before_it = file_u64(gpu_sysfs(gpu, "vf1/fb_offset"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"));
	/* what two enabled VFs had is scrubbed */
	fixture_wait_clean(gpu);
	free_bytes = fb_u64("free");
	largest = fb_u64("largest_free");
	area = largest + UNIT;
	ASSERT_TRUE(before_it > 0 && area <= free_bytes);

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, area, 5000);
	ASSERT_REFUSED(gpu, &req, .error = -ENOSPC,
		       .reason = GPUVF_REASON_FRAGMENTED, .vf = 0,
		       .bad_attr = GPUVF_A_VF_FB_QUOTA, .asked = area,
		       .limit = largest);
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, GIB);
	ASSERT_REFUSED(gpu, &req, .error = -EBUSY,
		       .reason = GPUVF_REASON_RESERVE_IN_USE, .vf = -1,
		       .bad_attr = GPUVF_A_PF_FB_PF_RESERVE, .asked = GIB,
		       .limit = fb_u64("pf_reserve"));
}

TEST_F(clear, refusals_say_it_in_words)
{
	struct nl_request req;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_rest(gpu, 3);
	load_busy(gpu, 1, 100);
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 0);
	check_words(&req, -EBUSY,
		    "is 256 MiB and cannot change while its guest uses VF 1; requested 0 MiB");
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, 0, 0);
	check_words(&req, -EBUSY,
		    "VF 1: framebuffer is 512 MiB and cannot change while its guest uses the VF; requested 0 MiB");
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/fb_quota"), "0"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, fb_u64("largest_free") + QUOTA, 0);
	check_words(&req, -ENOSPC,
		    "the largest block has 2800 MiB; gpuvf-agent can rearrange VFs not in use");
}

TEST_HARNESS_MAIN
