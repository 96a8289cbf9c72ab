// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU itself, without gpuvf: its command processor does what the
 * register page says.
 */

#include "sim.h"

static const struct {
	unsigned int code;
	const char *key;
} steps[] = {
	{ GPUVF_CMD_IDLE_GPU, "idle_ns" },
	{ GPUVF_CMD_SAVE_GPU_STATE, "save_ns" },
	{ GPUVF_CMD_LOAD_GPU_STATE, "load_ns" },
	{ GPUVF_CMD_RUN_GPU, "run_cmd_ns" },
};

/* a command of this state that is not among the legal ones is refused */
static void check_refused(unsigned int legal)
{
	static const unsigned int codes[] = {
		GPUVF_CMD_IDLE_GPU, GPUVF_CMD_SAVE_GPU_STATE,
		GPUVF_CMD_LOAD_GPU_STATE, GPUVF_CMD_RUN_GPU,
		GPUVF_CMD_CONTEXT_SWITCH, GPUVF_CMD_INIT_GPU,
		GPUVF_CMD_SHUTDOWN_GPU,
	};
	uint64_t illegal = counted("illegal");
	unsigned int i;

	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (legal & 1 << codes[i])
			continue;
		ASSERT_EQ(GPUVF_STATUS_ABORTED,
			  hw_command(gpu, codes[i],
				     GPUVF_FCN_VF(0) | GPUVF_FCN_VF(0) << 8));
		ASSERT_EQ(++illegal, counted("illegal"));
	}
}

static void go(unsigned int code, const char *state)
{
	ASSERT_EQ(GPUVF_STATUS_DONE, command(code, 0));
	ASSERT_TRUE(has_state(0, state));
}

TEST_F(sim, only_legal_commands_are_obeyed)
{
	hw_clear_context(gpu, 0);
	hw_clear(gpu, 64, 8);
	check_refused(1 << GPUVF_CMD_INIT_GPU);
	go(GPUVF_CMD_INIT_GPU, "init");
	check_refused(1 << GPUVF_CMD_RUN_GPU);
	go(GPUVF_CMD_RUN_GPU, "run");
	check_refused(1 << GPUVF_CMD_IDLE_GPU | 1 << GPUVF_CMD_CONTEXT_SWITCH);
	go(GPUVF_CMD_IDLE_GPU, "idle");
	check_refused(1 << GPUVF_CMD_SAVE_GPU_STATE);
	go(GPUVF_CMD_SAVE_GPU_STATE, "save");
	check_refused(1 << GPUVF_CMD_LOAD_GPU_STATE |
		      1 << GPUVF_CMD_SHUTDOWN_GPU);
	go(GPUVF_CMD_LOAD_GPU_STATE, "load");
	check_refused(1 << GPUVF_CMD_RUN_GPU);
	go(GPUVF_CMD_RUN_GPU, "run");
	/* the engine is taken */
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_INIT_GPU, 1));
	go(GPUVF_CMD_IDLE_GPU, "idle");
	go(GPUVF_CMD_SAVE_GPU_STATE, "save");
	go(GPUVF_CMD_SHUTDOWN_GPU, "shutdown");
	ASSERT_EQ(0, counted("violations"));
}

TEST_F(sim, unknown_commands_and_functions_are_refused)
{
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, command(0xf, 0));
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, command(0x6, 0));
	ASSERT_EQ(0, counted("bad_function"));
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, command(GPUVF_CMD_INIT_GPU, NUM));
	/* neither the PF nor a VF */
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED,
		  hw_command(gpu, GPUVF_CMD_INIT_GPU, 0x41));
	ASSERT_EQ(2, counted("bad_function"));
	ASSERT_EQ(4, counted("illegal"));
}

TEST_F(sim, second_command_is_rejected)
{
	struct iov iov;

	ASSERT_TRUE(gpu_iov(gpu, &iov));
	hw_clear_context(gpu, 0);
	hw_clear(gpu, 64, 4);
	hw_pf_state(gpu);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 slow 300000"));
	hw_begin(gpu, GPUVF_CMD_INIT_GPU, GPUVF_FCN_VF(0));
	ASSERT_EQ(iov.rev == GPUVF_IOV_VSEC_REV_V3 ?
		  GPUVF_STATUS_EXECUTING | GPUVF_CMD_INIT_GPU :
		  GPUVF_STATUS_INITIALISING,
		  hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS));
	hw_begin(gpu, GPUVF_CMD_RUN_GPU, GPUVF_FCN_VF(0));
	ASSERT_EQ(1, counted("busy_rejected"));
	ASSERT_EQ(GPUVF_STATUS_DONE, hw_wait(gpu));
	ASSERT_TRUE(has_state(0, "init"));
	ASSERT_EQ(300100 * US, counted_vf(0, "init_ns"));
}

static uint64_t step_ns(unsigned int vf, unsigned int i)
{
	return counted_vf(vf, steps[i].key);
}

TEST_F(sim, switch_is_the_four_steps_in_one)
{
	static const uint64_t wanted[] = { 50 * US, 150 * US, 170 * US,
					   20 * US };
	uint64_t before[4][2], slices[2], begin, end;
	unsigned int i;

	ASSERT_TRUE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_ONESHOT);
	/* what each VF needs for it, VF 0 has of its own */
	ASSERT_OK(file_write(gpu_sim(gpu, "vf0/latency"), "load=170"));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	for (i = 0; i < 4; i++) {
		before[i][0] = step_ns(0, i);
		before[i][1] = step_ns(1, i);
	}
	slices[0] = counted_vf(0, "slices");
	slices[1] = counted_vf(1, "slices");
	ASSERT_EQ(GPUVF_STATUS_DONE, hw_switch(gpu, 1, 0));
	ASSERT_TRUE(has_state(0, "run"));
	ASSERT_TRUE(has_state(1, "save"));
	for (i = 0; i < 4; i++) {
		unsigned int vf = i < 2 ? 1 : 0;

		ASSERT_EQ(before[i][vf] + wanted[i], step_ns(vf, i));
		ASSERT_EQ(before[i][!vf], step_ns(!vf, i));
	}
	ASSERT_EQ(slices[1] + 1, counted_vf(1, "slices"));
	/* charged from its INIT to the end of its SAVE, which is in the middle */
	ASSERT_TRUE(hw_event(gpu, "begin vf1 init", &begin, NULL));
	ASSERT_TRUE(hw_event(gpu, "done vf1 switch", &end, NULL));
	ASSERT_EQ(end - 170 * US - 20 * US - begin,
		  counted_vf(1, "accounted_ns"));
	hw_leave(gpu, 0);
	ASSERT_EQ(slices[0] + 1, counted_vf(0, "slices"));
	ASSERT_EQ(1, counted("switches"));
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(sim, switch_that_is_not_legal_is_refused)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	/* none executes; VF 2 was never started; VF 3 is not there */
	ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_switch(gpu, 0, 0));
	hw_start(gpu, 1);
	ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_switch(gpu, 1, 2));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_switch(gpu, 0, 1));
	ASSERT_EQ(3, counted("illegal"));
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, hw_switch(gpu, 1, 3));
	ASSERT_EQ(1, counted("bad_function"));
	/* VF 1 went on executing all the time, and can be switched to itself */
	ASSERT_TRUE(has_state(1, "run"));
	ASSERT_EQ(GPUVF_STATUS_DONE, hw_switch(gpu, 1, 1));
	ASSERT_TRUE(has_state(1, "run"));
	ASSERT_EQ(1, counted_vf(1, "slices"));
	ASSERT_EQ(1, counted("switches"));
}

TEST_F(sim, nothing_starts_before_an_flr_is_acknowledged)
{
	flr(1);
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_TRUE(has_state(1, "shutdown"));
	ASSERT_EQ(1, counted("flr_races"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	hw_start(gpu, 1);
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(sim, switch_is_ended_by_the_reset_of_either)
{
	unsigned int vf;

	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	for (vf = 0; vf < 2; vf++) {
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
				     "1 hang_status command=switch"));
		hw_begin(gpu, GPUVF_CMD_CONTEXT_SWITCH, GPUVF_FCN_VF(1) |
			 GPUVF_FCN_VF(0) << 8);
		flr(vf);
		ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_wait(gpu));
		ASSERT_TRUE(has_state(vf, "shutdown"));
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 3);
		if (vf == 1) {
			ASSERT_TRUE(has_state(0, "save"));
			continue;
		}
		/* the other one's state was saved; it hangs all the same */
		ASSERT_TRUE(has_state(1, "save"));
		flr(1);
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 3);
		hw_start(gpu, 0);
		hw_leave(gpu, 0);
		hw_start(gpu, 1);
	}
	ASSERT_EQ(0, counted("illegal"));
	ASSERT_EQ(0, counted("violations"));
}

TEST_F(sim, switch_can_be_absent)
{
	load("total_vfs=4 fb_mib=4096 scrub_us_per_unit=1");
	ASSERT_FALSE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_ONESHOT);
	hw_start(gpu, 0);
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, hw_switch(gpu, 0, 0));
	hw_leave(gpu, 0);
}

TEST_F(sim, latency_is_each_vfs_own)
{
	char text[128];

	ASSERT_OK(file_write(gpu_sim(gpu, "vf1/latency"),
			     "idle=70 init=500 shutdown=30"));
	ASSERT_OK(file_write(gpu_sim(gpu, "vf1/latency"), "save=90"));
	ASSERT_LT(0,
		  file_read(gpu_sim(gpu, "vf1/latency"), text, sizeof(text)));
	ASSERT_STREQ("idle=70 save=90 load=150 run=20 init=500 shutdown=30",
		     text);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(500 * US, counted_vf(1, "init_ns"));
	ASSERT_EQ(70 * US, counted_vf(1, "idle_ns"));
	ASSERT_EQ(90 * US, counted_vf(1, "save_ns"));
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 1));
	ASSERT_EQ(30 * US, counted_vf(1, "shutdown_ns"));
	ASSERT_ERROR(file_write(gpu_sim(gpu, "vf1/latency"), "idle"), -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "vf1/latency"), "switch=1"),
		     -EINVAL);
	ASSERT_OK(file_write(gpu_sim(gpu, "vf1/latency"), "default"));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(50 * US, counted_vf(0, "idle_ns"));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "vf1/latency"),
			    "idle=50 save=150 load=150 run=20 init=100 shutdown=20"));
}

TEST_F(sim, quanta_and_run_list_are_kept)
{
	static const unsigned int regs[] = {
		GPUVF_SCH_ACTIVE_FUNCTIONS, GPUVF_SCH_TIME_QUANTA_OPTION,
		GPUVF_SCH_TIME_QUANTA_PER_VF, GPUVF_SCH_TIME_QUANTA_PF,
	};
	unsigned int i;

	for (i = 0; i < 4; i++)
		hw_sch(gpu, regs[i], 0x80706050 + i);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0x80706050 + i, hw_sch_get(gpu, regs[i]));
	}
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, hw_sch_get(gpu, regs[i]));
	}
}

TEST_HARNESS_MAIN
