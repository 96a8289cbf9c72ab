// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that the simulated GPU is given, without gpuvf.
 */

#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdarg.h>
#include <unistd.h>

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
		{ "hang_sdma", false, GPUVF_STATUS_SDMA_HANG },
		{ "hang_silent", true, 0 },
	};
	unsigned int i;

	for (i = 0; i < 4; i++) {
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
					     hangs[i].status,
			  hw_wait(gpu));
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 2);
	}
	ASSERT_EQ(4, counted("injected_fail_flr"));
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

/* where the GPU-IOV capability is, and its second dword */
static unsigned int header(void)
{
	return gpu_capability(gpu, GPUVF_IOV_VSEC_ID) + 4;
}

static void misread(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void misread(const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), text));
}

TEST_F(sim, capabilities_read_as_they_are_not_when_told)
{
	unsigned int where = header();
	uint32_t val = gpu_config_read(gpu, where);
	uint32_t half;
	unsigned int i;
	int fd;

	/* the length alone */
	misread("0x%x 0x00400000 0xfff00000", where);
	ASSERT_EQ((val & 0xfffff) | 0x00400000, gpu_config_read(gpu, where));
	ASSERT_EQ(1, counted("injected_misread"));
	/* in a read of a part too */
	fd = open(gpu_pci(gpu, "config"), O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	half = 0;
	ASSERT_EQ(2, pread(fd, &half, 2, where + 2));
	ASSERT_EQ(((val & 0xfffff) | 0x00400000) >> 16, half);
	close(fd);
	/* another dword, and all of it; its neighbours are not concerned */
	misread("%u 0xffffffff", where + 4);
	ASSERT_EQ(~0U, gpu_config_read(gpu, where + 4));
	ASSERT_NE(~0U, gpu_config_read(gpu, where + 8));
	ASSERT_EQ(3, counted("injected"));
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), "none"));
	ASSERT_EQ(val, gpu_config_read(gpu, where));
	ASSERT_EQ(3, counted("injected_misread"));
	/* where capabilities are, in dwords, and eight of them */
	ASSERT_ERROR(file_write(gpu_sim(gpu, "misread"), "0x402 1"), -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "misread"), "0x3fc 1"), -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "misread"), "4096 1"), -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "misread"), "0x404"), -EINVAL);
	for (i = 0; i < 8; i++)
		misread("%u 1", where + 4 * i);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "misread"), "0x500 1"), -ENOSPC);
}

/* a word for each of some reads; the same seed, the same words */
static void garbage(unsigned int seed, uint32_t *words, unsigned int num)
{
	char text[32];
	unsigned int i, where = header();

	snprintf(text, sizeof(text), "1 %u sticky", seed);
	ASSERT_OK(file_write(gpu_sim(gpu, "garbage"), text));
	for (i = 0; i < num; i++)
		words[i] = gpu_config_read(gpu, where);
	ASSERT_OK(file_write(gpu_sim(gpu, "garbage"), "0 0"));
}

TEST_F(sim, capabilities_are_garbage_when_told)
{
	uint32_t val = gpu_config_read(gpu, header());
	uint32_t words[64], again[64], zero = 0, ones = 0, flipped = 0, other = 0;
	unsigned int i, where = header();

	garbage(7, words, 64);
	ASSERT_EQ(64, counted("injected_garbage"));
	for (i = 0; i < 64; i++) {
		zero += words[i] == 0;
		ones += words[i] == ~0U;
		flipped += __builtin_popcount(words[i] ^ val) == 1;
		other += words[i] && words[i] != ~0U &&
			 __builtin_popcount(words[i] ^ val) > 1;
	}
	ASSERT_LT(0, zero);
	ASSERT_LT(0, ones);
	ASSERT_LT(0, flipped);
	ASSERT_LT(0, other);
	ASSERT_EQ(val, gpu_config_read(gpu, where));
	garbage(7, again, 64);
	ASSERT_EQ(0, memcmp(words, again, sizeof(words)));
	garbage(8, again, 64);
	ASSERT_NE(0, memcmp(words, again, sizeof(words)));
	/* the third read from now on, and no other */
	ASSERT_OK(file_write(gpu_sim(gpu, "garbage"), "3 2"));
	ASSERT_EQ(val, gpu_config_read(gpu, where));
	ASSERT_EQ(GPUVF_SIM_VENDOR_ID | GPUVF_SIM_DEVICE_ID_PF << 16,
		  gpu_config_read(gpu, 0));
	ASSERT_EQ(val, gpu_config_read(gpu, where));
	ASSERT_NE(val, gpu_config_read(gpu, where));
	ASSERT_EQ(val, gpu_config_read(gpu, where));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "garbage"), "0 2"));
	ASSERT_EQ(3 * 64 + 1, counted("injected"));
	ASSERT_ERROR(file_write(gpu_sim(gpu, "garbage"), "1"), -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "garbage"), "1 2 x"), -EINVAL);
}

TEST_HARNESS_MAIN
