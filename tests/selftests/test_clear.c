// SPDX-License-Identifier: GPL-2.0
/*
 * Clearing that fails, cannot be done or takes long, and layouts that the
 * hardware does not take: nobody gets dirty memory, nobody who runs is
 * disturbed, and what was withheld comes back when it is asked for.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernel/gpuvf_regs.h"
#include "fixture.h"
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
	assert_ok(file_printf("/sys/module/gpuvf_sim/parameters/clear_us_per_granule",
			      "%u", us));
}

static int retry(void)
{
	return file_write(gpu_sysfs(gpu, "fb/retry_withheld"), "1");
}

static void check_words(struct nl_request *req, int err, const char *words)
{
	struct nl_answer answer;

	assert_error(nl_call(fx.nl, req, &answer), err);
	if (!strstr(answer.last.refusal.message, words))
		print_error("# \"%s\" lacks \"%s\"\n",
			    answer.last.refusal.message, words);
	assert_non_null(strstr(answer.last.refusal.message, words));
}

/* a VF runs and is reset, and its extent cannot be scrubbed; then all VFs go */
static void run_and_lose_memory(unsigned int vf)
{
	load_busy(gpu, vf, 100);
	assert_ok(gpu_guest(gpu, vf, "off"));
	/* first its context slot is scrubbed, then its memory */
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "2"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf%u/reset", vf), "1"));
	assert_eventually(file_is(gpu_sim(gpu, "fail_clear"), "0"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
}

/* three VFs go, and the context slot of VF 1 cannot be scrubbed */
static void lose_a_context(void)
{
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	/* slots come first, in ascending order */
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "2"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	assert_true(file_is(gpu_sim(gpu, "fail_clear"), "0"));
}

static void check_it_runs(unsigned int vf)
{
	assert_ok(gpu_set_numvfs(gpu, 3));
	fixture_wait_clean(gpu);
	load_busy(gpu, vf, 100);
	assert_true(gpu_vf_is(gpu, vf, "active"));
}

static void C25_withheld_memory_is_tried_again_on_request(void)
{
	uint64_t free_before = fb_u64("free");

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	run_and_lose_memory(1);
	assert_u64(fb_u64("withheld"), QUOTA);
	/* three have their quotas, what is withheld of them is not free twice */
	assert_u64(fb_u64("free"), free_before - 3 * QUOTA);

	/* nobody's quota any more, and yet nobody can have it */
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "0"));
	assert_u64(fb_u64("free"), free_before - 3 * QUOTA);
	assert_u64(fb_u64("largest_free"), free_before - 3 * QUOTA);

	/* it fails again, and says so again */
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "1"));
	assert_ok(retry());
	assert_eventually(file_is(gpu_sim(gpu, "fail_clear"), "0"));
	fixture_wait_clean(gpu);
	assert_u64(fb_u64("withheld"), QUOTA);
	assert_u64(fb_u64("free"), free_before - 3 * QUOTA);

	assert_ok(retry());
	fixture_wait_clean(gpu);
	assert_u64(fb_u64("withheld"), 0);
	assert_u64(fb_u64("free"), free_before - 2 * QUOTA);
	assert_ok(file_printf(gpu_sysfs(gpu, "vf1/fb_quota"), "%llu", QUOTA));
	check_it_runs(1);
}

static void C25_saved_state_is_tried_again_on_request(void)
{
	lose_a_context();
	assert_u64(fb_u64("withheld"), 0);
	assert_true(gpu_vf_is(gpu, 1, "failed"));
	assert_ok(retry());
	assert_eventually(gpu_vf_is(gpu, 1, "provisioned"));
	check_it_runs(1);
}

static void check_capacity(uint64_t size, unsigned int now,
			   unsigned int after_moving, uint32_t reason)
{
	struct nl_message msg;

	assert_ok(nl_capacity_get(fx.nl, gpu, size, &msg));
	assert_u64(msg.capacity.now, now);
	assert_u64(msg.capacity.after_moving, after_moving);
	assert_u64(msg.capacity.fb_quota,
		   (size + GRANULE - 1) / GRANULE * GRANULE);
	assert_u64(msg.refusal.reason, reason);
	assert_u64(msg.generation, file_u64(gpu_sysfs(gpu, "generation")));
}

/* what the VFs @first and, unless it is the same, @last have */
static void check_withheld(const struct nl_message *msg,
			   const struct table *table, unsigned int first,
			   unsigned int last)
{
	assert_u64(msg->num_withheld, first == last ? 1 : 2);
	assert_u64(msg->withheld[0].start, table->vf[first].start);
	assert_u64(msg->withheld[0].size, QUOTA);
	assert_u64(msg->withheld[msg->num_withheld - 1].start,
		   table->vf[last].start);
	assert_u64(msg->withheld[msg->num_withheld - 1].size, QUOTA);
	assert_u64(msg->fb_withheld, msg->num_withheld * QUOTA);
}

static void keep_last(const struct nl_message *msg, void *arg)
{
	memcpy(arg, msg, sizeof(*msg));
}

static void C25_where_withheld_memory_lies_is_told(void)
{
	struct nl_answer answer;
	struct nl_request req;
	uint64_t area = fb_u64("free");
	struct nl_message msg;
	struct table table;

	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	assert_u64(msg.num_withheld, 0);
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	assert_true(gpu_table(gpu, &table));
	run_and_lose_memory(0);
	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	check_withheld(&msg, &table, 0, 0);

	/* with VF 1 between them they are two, and in everything that is full */
	assert_ok(gpu_set_numvfs(gpu, 3));
	fixture_wait_clean(gpu);
	run_and_lose_memory(2);
	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	check_withheld(&msg, &table, 0, 2);
	nl_begin(fx.nl, &req, GPUVF_CMD_PF_GET, NLM_F_DUMP);
	assert_ok(nl_dump(fx.nl, &req, &answer, keep_last, &msg));
	check_withheld(&msg, &table, 0, 2);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 3, GIB, 0);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	assert_ok(nl_call(fx.nl, &req, &answer));
	check_withheld(&answer.last, &table, 0, 2);

	/* those who lie on it are moved with whatever comes, and need room too */
	check_capacity(area - 4 * QUOTA, 0, 0, GPUVF_REASON_NO_SPACE);
	check_capacity(area - 5 * QUOTA, 1, 1, 0);
	assert_ok(file_printf(gpu_sysfs(gpu, "vf3/fb_quota"), "%llu",
			      area - 5 * QUOTA));
	assert_ok(retry());
	fixture_wait_clean(gpu);
	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	assert_u64(msg.num_withheld, 0);
}

static void C25_failed_clearing_and_its_retry_are_told(void)
{
	struct nl *events = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	struct table table;
	unsigned int i;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	assert_true(gpu_table(gpu, &table));
	run_and_lose_memory(1);
	/* the second time because the retry fails, which is told as well */
	for (i = 0; i < 2; i++) {
		assert_true(fixture_await(events, GPUVF_CMD_FB_CLEAR_FAILED,
					  &msg));
		assert_u64(msg.num_vf, 0);
		assert_u64(msg.event.count, 1);
		assert_u64(msg.event.fb_offset, table.vf[1].start);
		assert_u64(msg.event.fb_size, QUOTA);
		assert_non_null(strstr(msg.event.message,
				       "512 MiB of framebuffer at "));
		if (i)
			break;
		assert_eventually(!nl_pf_get(fx.nl, gpu, &msg) &&
				  msg.fb_withheld == QUOTA);
		assert_eventually(!nl_vf_get(fx.nl, gpu, 1, &msg) &&
				  msg.vf[0].state == GPUVF_VF_STATE_FAILED);
		assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "1"));
		assert_ok(retry());
	}
	fixture_wait_clean(gpu);
	/* a state that comes and goes between two notifications is not reported */
	pause_ms(50);
	assert_ok(retry());
	/* the VF can be used when it is done, and nothing is dirty any more */
	do
		assert_true(fixture_await(events, GPUVF_CMD_VF_STATE_CHANGE,
					  &msg));
	while (msg.vf[0].index != 1 ||
	       msg.vf[0].state != GPUVF_VF_STATE_PROVISIONED);
	fixture_wait_clean(gpu);
	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	assert_u64(msg.fb_withheld, 0);
	assert_u64(msg.fb_dirty, 0);
	assert_u64(msg.num_withheld, 0);
	nl_close(events);
	check_it_runs(1);
}

/* a saved state is a VF's, and where it lies is nobody's business */
static void C25_failed_clearing_of_a_saved_state_names_the_vf(void)
{
	struct nl *events = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;

	lose_a_context();
	assert_true(fixture_await(events, GPUVF_CMD_FB_CLEAR_FAILED, &msg));
	assert_u64(msg.num_vf, 1);
	assert_u64(msg.vf[0].index, 1);
	assert_u64(msg.event.fb_size, 0);
	assert_ok(retry());
	do
		assert_true(fixture_await(events, GPUVF_CMD_VF_STATE_CHANGE,
					  &msg));
	while (msg.vf[0].index != 1 ||
	       msg.event.old_state != GPUVF_VF_STATE_FAILED);
	nl_close(events);
	assert_eventually(gpu_vf_is(gpu, 1, "provisioned"));
}

static void retry_without_anything_withheld_changes_nothing(void)
{
	char *before, *after;

	assert_ok(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	/* without either, VFs are started by themselves */
	if (!gpu_can(gpu, "busy") && !gpu_can(gpu, "mailbox"))
		assert_eventually(gpu_vf_is(gpu, 0, "active") &&
				  gpu_vf_is(gpu, 1, "active"));
	before = fixture_snapshot(gpu);
	assert_ok(retry());
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
	assert_error(file_write(gpu_sysfs(gpu, "fb/retry_withheld"), "0"),
		     -EINVAL);
}

/* an engine that does not come to an end: only a reset of the GPU stops it */
static void C25_clear_engine_that_hangs(void)
{
	uint64_t starts;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	set_clear_us(4000000000);
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	/* the others run on while the engine is waited for, and afterwards */
	assert_eventually(gpu_vf_is(gpu, 1, "failed"));
	starts = gpu_truth_vf(gpu, 0, "slices");
	assert_eventually(gpu_truth_vf(gpu, 0, "slices") > starts + 3);
	assert_true(gpu_vf_is(gpu, 0, "active"));

	/* busy still: it is withheld, and the try says so at once */
	set_clear_us(100);
	assert_ok(retry());
	assert_eventually(gpu_vf_is(gpu, 1, "failed"));
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_ok(retry());
	fixture_wait_clean(gpu);
	assert_u64(fb_u64("withheld"), 0);
	load_busy(gpu, 1, 100);
	load_busy(gpu, 0, 100);
}

/* its link is down, as after a fatal PCIe error; nothing is wrong with the memory */
static void gpu_that_does_not_answer_withholds_nothing(void)
{
	static const uint32_t slice_us[1] = { 5000 };

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	set_clear_us(100000);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	assert_eventually(fb_u64("dirty"));
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	pause_ms(500);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	set_clear_us(100);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_wait_clean(gpu);
	assert_u64(fb_u64("withheld"), 0);
	load_busy(gpu, 0, 100);
}

static void no_clear_engine_no_framebuffer(void)
{
	struct nl_request req;
	char *before, *after;

	fixture_load("total_vfs=4 fb_mib=4096 clear_engine=0");
	fixture_spoil();
	before = fixture_snapshot(gpu);
	assert_error(gpu_set_numvfs(gpu, 2), -EOPNOTSUPP);
	assert_u64(gpu_numvfs(gpu), 0);
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EOPNOTSUPP);
	assert_error(retry(), -EOPNOTSUPP);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 5000);
	assert_refused(gpu, &req, .error = -EOPNOTSUPP,
		       .reason = GPUVF_REASON_NOT_SUPPORTED, .vf = -1,
		       .bad_attr = -1);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 5000);
	check_words(&req, -EOPNOTSUPP,
		    "this hardware does not support clearing framebuffer between tenants");
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
	assert_u64(counted("clears"), 0);
	assert_u64(counted("violations"), 0);
}

static void C25_former_guest_hung(void)
{
	struct nl_request req;
	struct nl_answer answer;
	uint64_t resets;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	resets = counted("vf_resets");
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "2 hang_silent"));
	assert_eventually(counted("vf_resets") > resets);
	assert_ok(gpu_set_numvfs(gpu, 0));
	/* all that both had goes to one */
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	nl_put_vf(&req, 2, 2 * QUOTA, 5000);
	assert_ok(nl_call(fx.nl, &req, &answer));
	assert_ok(gpu_set_numvfs(gpu, 3));
	load_busy(gpu, 2, 100);
	assert_u64(counted("leftover_reads"), 0);
	assert_u64(counted("dirty_starts"), 0);
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

static void C20_every_lost_write_beside_a_vf_that_runs(void)
{
	char *before, *after;
	struct table table, now;
	unsigned int n;
	uint64_t epoch;
	int err;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	assert_true(gpu_table(gpu, &table));
	before = fixture_snapshot(gpu);
	for (n = 1; n < 10; n++) {
		assert_ok(file_printf(gpu_sim(gpu, "fail_table"), "%u", n));
		set_clear_us(20000);
		err = swap_others();
		assert_ok(file_write(gpu_sim(gpu, "fail_table"), "0"));
		set_clear_us(100);
		if (!err)
			break;
		assert_error(err, -EUCLEAN);
		fixture_table(gpu, &now);
		assert_memory_equal(&table, &now, sizeof(now));
		after = fixture_snapshot(gpu);
		assert_same(after, before);
		free(after);
	}
	free(before);
	/* two are taken away, one is given, the other when it has been scrubbed */
	assert_u64(n, 4);
	fixture_table(gpu, &now);
	assert_u64(now.vf[1].size, GIB);
	assert_u64(now.vf[2].size, 256 * MIB);
	assert_u64(counted("moved_while_live"), 0);
	assert_u64(gpu_truth_vf(gpu, 0, "epoch"), epoch);
	assert_true(gpu_vf_is(gpu, 0, "active"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf1/fb_quota")), GIB);
}

static void C20_every_lost_write_of_the_reserve(void)
{
	char *before, *after;
	unsigned int n;
	int err;

	/* the first VF has to make room */
	assert_ok(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu", QUOTA));
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	for (n = 1; n < 10; n++) {
		assert_ok(file_printf(gpu_sim(gpu, "fail_table"), "%u", n));
		err = file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu", GIB);
		if (!err)
			break;
		assert_error(err, -EUCLEAN);
		after = fixture_snapshot(gpu);
		assert_same(after, before);
		free(after);
	}
	free(before);
	/* take away; context save area; size of the reserve; give */
	assert_u64(n, 5);
	assert_u64(fb_u64("pf_reserve"), GIB);
}

/* what is cleared when the reserve takes it is not clean when that gives it back */
static void C25_reserve_that_grows_over_what_is_being_cleared(void)
{
	uint64_t reserve = fb_u64("pf_reserve"), cleared;

	assert_ok(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu", QUOTA));
	assert_ok(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	load_busy(gpu, 0, 100);
	set_clear_us(20000);
	cleared = counted("granules_cleared");
	assert_ok(gpu_set_numvfs(gpu, 0));
	/* its saved state first, for 20 ms; its memory takes 640 */
	pause_ms(100);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"));
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS),
		   GPUVF_SIM_CLEAR_ST_BUSY);
	assert_ok(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
			      reserve + GIB));
	/* it does not go on to overwrite what the PF has now */
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_PROGRESS), 0);
	fixture_wait_clean(gpu);
	pause_ms(1000);
	assert_u64(counted("granules_cleared"), cleared);

	set_clear_us(100);
	cleared = counted("granules_cleared");
	assert_ok(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
			      (unsigned long long)reserve));
	fixture_wait_clean(gpu);
	assert_u64(counted("granules_cleared"), cleared + GIB / GRANULE);
}

/* the slots are elsewhere then, where they were never scrubbed */
static void C25_context_slots_are_scrubbed_where_they_move_to(void)
{
	uint64_t reserve = fb_u64("pf_reserve");

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	assert_ok(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
			      (unsigned long long)(reserve + GIB)));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	assert_u64(counted("dirty_contexts"), 0);
	/* a commit that fails has moved them, and moved them back */
	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	assert_ok(file_write(gpu_sim(gpu, "fail_table"), "2"));
	assert_error(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%llu",
				 (unsigned long long)reserve), -EUCLEAN);
	assert_ok(gpu_set_numvfs(gpu, 2));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
}

static void C17_every_lost_write_of_enabling(void)
{
	char *before = fixture_snapshot(gpu), *after;
	unsigned int n;
	int err;

	for (n = 1; n < 10; n++) {
		assert_ok(file_printf(gpu_sim(gpu, "fail_table"), "%u", n));
		err = gpu_set_numvfs(gpu, 3);
		if (!err)
			break;
		assert_error(err, -EUCLEAN);
		assert_u64(gpu_numvfs(gpu), 0);
		after = fixture_snapshot(gpu);
		assert_same(after, before);
		free(after);
	}
	free(before);
	assert_u64(n, 4);
	assert_u64(gpu_numvfs(gpu), 3);
}

/* what is in use stays, and the refusal says who uses it */
static void refusals_name_who_is_in_the_way(void)
{
	struct nl_request req;
	uint64_t area, before_it, free_bytes, largest;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	assert_ok(file_write(gpu_sysfs(gpu, "vf2/fb_quota"), "0"));
	before_it = file_u64(gpu_sysfs(gpu, "vf1/fb_offset"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"));
	/* what two enabled VFs had is scrubbed */
	fixture_wait_clean(gpu);
	free_bytes = fb_u64("free");
	largest = fb_u64("largest_free");
	area = largest + GRANULE;
	assert_true(before_it > 0 && area <= free_bytes);

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, area, 5000);
	assert_refused(gpu, &req, .error = -ENOSPC,
		       .reason = GPUVF_REASON_FRAGMENTED, .vf = 0,
		       .bad_attr = GPUVF_A_VF_FB_QUOTA, .asked = area,
		       .limit = largest);
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, GIB);
	assert_refused(gpu, &req, .error = -EBUSY,
		       .reason = GPUVF_REASON_RESERVE_IN_USE, .vf = -1,
		       .bad_attr = GPUVF_A_PF_FB_PF_RESERVE, .asked = GIB,
		       .limit = fb_u64("pf_reserve"));
}

static void refusals_say_it_in_words(void)
{
	struct nl_request req;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 0);
	check_words(&req, -EBUSY,
		    "stays 256 MiB while its guest uses VF 1; 0 MiB were asked for");
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, 0, 0);
	check_words(&req, -EBUSY,
		    "VF 1: has 512 MiB of framebuffer and keeps them while its guest uses it; 0 MiB were asked for");
	assert_ok(file_write(gpu_sysfs(gpu, "vf2/fb_quota"), "0"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, fb_u64("largest_free") + QUOTA, 0);
	check_words(&req, -ENOSPC, "VF 1 (its guest) is in the way");
}

static void capacity_is_what_can_be_created(void)
{
	struct nl_message msg;
	uint64_t area = fb_u64("free");
	unsigned int i;

	check_capacity(area, 1, 1, 0);
	check_capacity(area + 1, 0, 0, GPUVF_REASON_NO_SPACE);
	check_capacity(1, 4, 4, 0);
	check_capacity(GIB, 3, 3, 0);
	assert_error(nl_capacity_get(fx.nl, gpu, 0, &msg), -EINVAL);
	assert_u64(msg.refusal.reason, GPUVF_REASON_BAD_VALUE);

	/* idle ones can be moved, one in use cannot */
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"));
	area = fb_u64("free");
	assert_u64(fb_u64("largest_free"), area - QUOTA);
	check_capacity(area, 0, 1, 0);
	load_busy(gpu, 1, 100);
	load_busy(gpu, 2, 100);
	check_capacity(area, 0, 0, GPUVF_REASON_FRAGMENTED);
	check_capacity(area - QUOTA, 1, 1, 0);
	check_capacity(QUOTA, 2, 2, 0);

	/* and what it says is so */
	assert_ok(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu", QUOTA));
	assert_ok(file_printf(gpu_sysfs(gpu, "vf3/fb_quota"), "%llu", QUOTA));
	for (i = 0; i < 4; i++)
		assert_u64(file_u64(gpu_sysfs(gpu, "vf%u/fb_quota", i)), QUOTA);
	check_capacity(GRANULE, 0, 0, GPUVF_REASON_NO_SUCH_VF);
}

static void ask_of_a_dry_run(uint64_t quota, uint64_t size,
			     struct nl_answer *answer, int err)
{
	struct nl_request req;
	struct nlattr *nest;

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, quota, 0);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	nest = mnl_attr_nest_start(req.header, GPUVF_A_PF_CAPACITY);
	mnl_attr_put_u64(req.header, GPUVF_A_CAPACITY_FB_QUOTA, size);
	mnl_attr_nest_end(req.header, nest);
	assert_error(nl_call(fx.nl, &req, answer), err);
	assert_false(answer->malformed);
}

static void check_foretold(uint64_t quota, uint64_t size, unsigned int now,
			   unsigned int after_moving, uint32_t reason)
{
	struct nl_answer answer;

	ask_of_a_dry_run(quota, size, &answer, 0);
	assert_u64(answer.last.vf[0].fb_quota, quota);
	assert_u64(answer.last.capacity.now, now);
	assert_u64(answer.last.capacity.after_moving, after_moving);
	assert_u64(answer.last.capacity.fb_quota, size);
	assert_u64(answer.last.refusal.reason, reason);
}

static void capacity_of_a_dry_run_is_what_will_be(void)
{
	struct nl_answer answer;
	uint64_t area = fb_u64("free");
	char *before, *after;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	load_busy(gpu, 2, 100);
	before = fixture_snapshot(gpu);
	/* without VF 0 there is a hole in front of those in use */
	check_foretold(0, QUOTA, 2, 2, 0);
	check_foretold(0, area - 2 * QUOTA, 0, 0, GPUVF_REASON_FRAGMENTED);
	check_foretold(0, area - 3 * QUOTA, 1, 1, 0);
	/* with a larger one the hole is there, and behind them less */
	check_foretold(GIB, QUOTA, 1, 1, 0);
	check_foretold(GIB, area - 2 * QUOTA - GIB, 0, 0,
		       GPUVF_REASON_FRAGMENTED);
	ask_of_a_dry_run(0, 0, &answer, -EINVAL);
	assert_u64(answer.last.refusal.reason, GPUVF_REASON_BAD_VALUE);
	assert_u64(answer.bad_attr, GPUVF_A_PF_CAPACITY);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);

	/* and what was foretold is so */
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"));
	check_capacity(QUOTA, 2, 2, 0);
	check_capacity(area - 2 * QUOTA, 0, 0, GPUVF_REASON_FRAGMENTED);
}

static void malformed_questions_of_capacity(void)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nlattr *nest;
	unsigned int n;

	/* no nest; an empty one; the size twice; what only answers have */
	for (n = 0; n < 4; n++) {
		nl_begin(fx.nl, &req, GPUVF_CMD_CAPACITY_GET, NLM_F_ACK);
		mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
		if (n) {
			nest = mnl_attr_nest_start(req.header,
						   GPUVF_A_PF_CAPACITY);
			if (n > 1)
				mnl_attr_put_u64(req.header,
						 GPUVF_A_CAPACITY_FB_QUOTA,
						 GIB);
			if (n == 2)
				mnl_attr_put_u64(req.header,
						 GPUVF_A_CAPACITY_FB_QUOTA,
						 GIB);
			if (n == 3)
				mnl_attr_put_u32(req.header,
						 GPUVF_A_CAPACITY_NOW, 1);
			mnl_attr_nest_end(req.header, nest);
		}
		assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
		assert_true(*answer.ack);
		assert_u64(answer.messages, 0);
	}
	/* what is changed is answered without */
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	nest = mnl_attr_nest_start(req.header, GPUVF_A_PF_CAPACITY);
	mnl_attr_put_u64(req.header, GPUVF_A_CAPACITY_FB_QUOTA, GIB);
	mnl_attr_nest_end(req.header, nest);
	assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
	assert_u64(answer.bad_attr, GPUVF_A_PF_CAPACITY);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/fb_quota")), 0);
}

static const struct test tests[] = {
	TEST(C25_withheld_memory_is_tried_again_on_request),
	TEST(C25_where_withheld_memory_lies_is_told),
	TEST(C25_failed_clearing_and_its_retry_are_told),
	TEST(C25_failed_clearing_of_a_saved_state_names_the_vf),
	SLOW_TEST(C25_saved_state_is_tried_again_on_request),
	SLOW_TEST(retry_without_anything_withheld_changes_nothing),
	SLOW_TEST(C25_clear_engine_that_hangs),
	SLOW_TEST(no_clear_engine_no_framebuffer),
	SLOW_TEST(C25_former_guest_hung),
	TEST(C20_every_lost_write_beside_a_vf_that_runs),
	SLOW_TEST(C20_every_lost_write_of_the_reserve),
	TEST(gpu_that_does_not_answer_withholds_nothing),
	TEST(C25_reserve_that_grows_over_what_is_being_cleared),
	TEST(C25_context_slots_are_scrubbed_where_they_move_to),
	SLOW_TEST(C17_every_lost_write_of_enabling),
	SLOW_TEST(refusals_name_who_is_in_the_way),
	SLOW_TEST(refusals_say_it_in_words),
	TEST(capacity_is_what_can_be_created),
	TEST(capacity_of_a_dry_run_is_what_will_be),
	SLOW_TEST(malformed_questions_of_capacity),
};

int main(void)
{
	return SUITE_RUN("clear",
			 "total_vfs=4 fb_mib=4096 clear_us_per_granule=100",
			 tests);
}
