// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that the simulated GPU is given, without gpuvf.
 */

#include <linux/pci_regs.h>

#include "sim.h"

TEST_F(sim, fault_hits_the_command_it_is_for)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
			     "2 error vf=1 command=idle"));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_command"),
			    "2 error vf=1 command=idle"));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	hw_enter(gpu, 1);
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_IDLE_GPU, 1));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_command"),
			    "0 error vf=1 command=idle"));
	hw_leave(gpu, 1);
	ASSERT_EQ(1, counted("injected_fail_command"));
	ASSERT_EQ(0, counted("illegal"));
	/* sticky: until 0 is written */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 error sticky"));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_LOAD_GPU_STATE, 1));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_LOAD_GPU_STATE, 0));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "0"));
	hw_enter(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(3, counted("injected"));
	ASSERT_ERROR(file_write(gpu_sim(gpu, "fail_command"), "1 nonsense"),
		     -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "fail_command"),
				"1 command=nonsense"), -EINVAL);
}

static void hang(unsigned int vf, const char *how)
{
	char text[64];

	snprintf(text, sizeof(text), "1 %s", how);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), text));
	hw_begin(gpu, GPUVF_CMD_IDLE_GPU, GPUVF_FCN_VF(vf));
}

TEST_F(sim, flr_ends_a_hang_unless_told)
{
	static const struct {
		const char *how;
		bool execute;
		uint32_t status;
	} hangs[] = {
		{ "hang_status", true, 0x11 },
		{ "hang_scrub", false, GPUVF_STATUS_GFX_HANG },
		{ "hang_silent", true, 0 },
	};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		hw_start(gpu, 1);
		hang(1, hangs[i].how);
		ASSERT_EVENTUALLY(!(hw_sch_get(gpu, GPUVF_SCH_CMD) &
				    GPUVF_SCH_CMD_EXECUTE) != hangs[i].execute);
		ASSERT_EQ(hangs[i].status,
			  hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS));
		ASSERT_TRUE(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			    GPUVF_SIM_VF_STATE_HUNG);
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
		flr(1);
		ASSERT_TRUE(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			    GPUVF_SIM_VF_STATE_HUNG);
		ASSERT_EQ(!hangs[i].execute, !(hw_sch_get(gpu, GPUVF_SCH_CMD) &
					       GPUVF_SCH_CMD_EXECUTE));
		flr(1);
		ASSERT_FALSE(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			     GPUVF_SIM_VF_STATE_HUNG);
		ASSERT_EQ(hangs[i].execute ? GPUVF_STATUS_ABORTED :
					     GPUVF_STATUS_GFX_HANG,
			  hw_wait(gpu));
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 2);
	}
	ASSERT_EQ(3, counted("injected_fail_flr"));
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(sim, reset_ends_every_hang_unless_told)
{
	hw_start(gpu, 0);
	hang(0, "hang_status");
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "1 sticky"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	ASSERT_EQ(1, gpu_truth(gpu, "gpu", "stuck"));
	ASSERT_EQ(2, counted("injected_fail_reset"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "0"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_FALSE(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "stuck"));
	hw_layout(gpu, 1);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
}

TEST_F(sim, clearing_fails_half_way_when_told)
{
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "1"));
	hw_clear(gpu, 64, 4);
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_ERROR,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
	ASSERT_EQ(2, counted("units_scrubbed"));
	hw_clear(gpu, 64, 4);
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_DONE,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
	hw_clear(gpu, 255, 2);
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_BAD_RANGE,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
	ASSERT_EQ(2, counted("scrubs"));
}

TEST_F(sim, vfs_do_not_answer_when_told)
{
	fixture_spoil();
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_enable"), "0 sticky"));
	ASSERT_GT(0, gpu_set_numvfs(gpu, 2));
	ASSERT_GT(0, gpu_set_numvfs(gpu, 2));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_enable"), "0 sticky"));
	/* the PCI core looks at the first one only */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_enable"), "1"));
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_enable"), "-1"));
	ASSERT_EQ(3, counted("injected_fail_enable"));
	ASSERT_EQ(0x03800001, hw_vf_config_get(gpu, 0, PCI_CLASS_REVISION));
	ASSERT_EQ(~0U, hw_vf_config_get(gpu, 1, PCI_CLASS_REVISION));
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	ASSERT_EQ(~0U, gpu_config_read(gpu, 0));
	ASSERT_EQ(~0U, hw_vf_config_get(gpu, 0, PCI_CLASS_REVISION));
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_EQ(GPUVF_SIM_VENDOR_ID | GPUVF_SIM_DEVICE_ID_PF << 16,
		  gpu_config_read(gpu, 0));
}

TEST_HARNESS_MAIN
