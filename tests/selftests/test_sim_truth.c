// SPDX-License-Identifier: GPL-2.0
/*
 * What the simulated GPU says that happened, and what it says of itself, without gpuvf.
 */

#include "sim.h"

/* every moment is accounted to something */
TEST_F(sim, time_is_accounted_without_rest)
{
	static const char *const parts[] = {
		"work_ns", "idle_run_ns", "command_ns", "unused_ns", "rest_ns",
	};
	struct truth from, to;
	uint64_t sum = 0;
	unsigned int i;

	hw_start(gpu, 0);
	from = truth_read(gpu);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 40"));
	pause_ms(5);
	hw_leave(gpu, 0);
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	pause_ms(5);
	/* what waits is done first, then VF 0 executes without work at times */
	hw_enter(gpu, 0);
	ASSERT_EVENTUALLY(counted("idle_run_ns") > 0);
	to = truth_read(gpu);
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint64_t ns = truth_get(&to, "gpu", parts[i]) -
			      truth_get(&from, "gpu", parts[i]);

		sum += ns;
		ASSERT_LT(0, ns);
	}
	ASSERT_EQ(truth_get(&to, "gpu", "now_ns") -
			  truth_get(&from, "gpu", "now_ns"),
		  sum);
	/* VF 1 waits, and its wait under way counts */
	ASSERT_EQ(0, counted_vf(1, "waits"));
	ASSERT_LE(5000 * US, counted_vf(1, "wait_ns"));
	ASSERT_LE(truth_vf(&to, 1, "wait_ns") - truth_vf(&from, 1, "wait_ns"),
		  truth_vf(&to, 1, "longest_wait_ns"));
	truth_free(&from);
	truth_free(&to);
}

/* all that are in the histogram, and where the value is */
static uint64_t histogram(const char *file, uint64_t value, bool *has)
{
	char *text = file_read_all(gpu_sim(gpu, "%s", file));
	unsigned long long low, high, count;
	uint64_t sum = 0;
	char *line, *rest = text;

	ASSERT_NE(NULL, text);
	*has = false;
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%llu %llu %llu", &low, &high, &count) != 3)
			continue;
		sum += count;
		*has |= value >= low && value <= high;
		/* 3 % sharp */
		ASSERT_GE(low / 32, high - low);
	}
	free(text);
	return sum;
}

TEST_F(sim, gaps_are_measured_and_logged)
{
	uint64_t done, begin, gap;
	bool has;

	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	/* no function has work: nothing is lost */
	ASSERT_EQ(0, counted("gaps"));
	hw_vf(gpu, 0, GPUVF_SIM_VF_DOORBELL, 50000000);
	ASSERT_EQ(0, command(GPUVF_CMD_LOAD_GPU_STATE, 0));
	ASSERT_TRUE(hw_event(gpu, "done vf0 load", &done, NULL));
	ASSERT_EQ(1, counted("gaps"));
	pause_ms(3);
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 0));
	ASSERT_TRUE(hw_event(gpu, "begin vf0 run", &begin, &gap));
	ASSERT_EQ(begin - done, gap);
	ASSERT_LE(3000 * US, gap);
	ASSERT_EQ(2, counted("gaps"));
	/* while a function executes, the next command is not late */
	pause_ms(3);
	ASSERT_EQ(0, command(GPUVF_CMD_IDLE_GPU, 0));
	ASSERT_EQ(2, counted("gaps"));
	ASSERT_EQ(2, histogram("gaps", gap, &has));
	ASSERT_TRUE(has);
	ASSERT_LE(gap, gpu_truth(gpu, "gpu", "gap_max_ns"));
	ASSERT_LE(gap, gpu_truth(gpu, "gpu", "gap_p999_ns"));
	ASSERT_LE(gpu_truth(gpu, "gpu", "gap_p50_ns"),
		  gpu_truth(gpu, "gpu", "gap_p999_ns"));
	ASSERT_OK(file_write(gpu_sim(gpu, "gaps"), "0"));
	ASSERT_EQ(0, histogram("gaps", gap, &has));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "gap_p50_ns"));
}

TEST_F(sim, lateness_is_what_goes_beyond_the_slice)
{
	bool has;

	ASSERT_OK(file_write(gpu_sim(gpu, "vf0/slice_us"), "1000"));
	hw_start(gpu, 0);
	pause_ms(3);
	hw_leave(gpu, 0);
	ASSERT_EQ(1, counted_vf(0, "late"));
	ASSERT_EQ(counted_vf(0, "run_ns") - 1000 * US,
		  counted_vf(0, "late_ns"));
	ASSERT_EQ(1, histogram("lateness", counted_vf(0, "late_ns"), &has));
	ASSERT_TRUE(has);
	ASSERT_OK(file_write(gpu_sim(gpu, "vf0/slice_us"), "60000000"));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(1, counted_vf(0, "late"));
	ASSERT_EQ(2, histogram("lateness", 0, &has));
}

TEST_F(sim, units_have_owners)
{
	static const char owners[] = "0-65 writer=none reader=none\n"
				     "66-66 writer=scrubbed reader=none\n"
				     "67-67 writer=none reader=none\n"
				     "68-71 writer=vf1:1 reader=vf1:1\n"
				     "72-";
	struct iov iov;
	char *text;

	load(PARAMETERS);
	ASSERT_TRUE(gpu_iov(gpu, &iov));
	text = file_read_all(gpu_sim(gpu, "units"));
	ASSERT_STREQ("0-255 writer=none reader=none", text);
	free(text);
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 50000000);
	hw_start(gpu, 1);
	hw_clear(gpu, 66, 1);
	text = file_read_all(gpu_sim(gpu, "units"));
	ASSERT_EQ(0, strncmp(owners, text, strlen(owners)));
	/* where the PF had to have a state, its saved context is there */
	ASSERT_STREQ(iov.rev == GPUVF_IOV_VSEC_REV_V1 ?
		     "75 writer=none reader=none\n"
		     "76-76 writer=pf reader=none\n"
		     "77-255 writer=none reader=none" :
		     "255 writer=none reader=none", text + strlen(owners));
	free(text);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_OK(file_write(gpu_sim(gpu, "plant"), "unscrubbed 1"));
	text = file_read_all(gpu_sim(gpu, "units"));
	ASSERT_NE(NULL, strstr(text, "\n68-68 writer=pf reader=vf1:1\n"));
	free(text);
}

TEST_F(sim, events_are_the_last_ones)
{
	uint64_t ns;

	load(PARAMETERS " events=16");
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_TRUE(hw_event(gpu, "begin vf0 init", &ns, NULL));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_FALSE(hw_event(gpu, "begin vf0 init", &ns, NULL));
	ASSERT_TRUE(hw_event(gpu, "done vf0 save", &ns, NULL));
}

/*
 * What it is
 */

TEST_F(sim, it_is_a_display_device_and_a_test_module)
{
	char taint[16];

	ASSERT_TRUE(file_is(gpu_pci(gpu, "class"), "0x038000"));
	ASSERT_LT(0, file_read("/sys/module/gpuvf_sim/taint", taint,
			       sizeof(taint)));
	ASSERT_NE(NULL, strchr(taint, 'N'));
}

/* nothing loads it by itself, and every parameter says what it is */
TEST_F(sim, its_module_information_is_complete)
{
	char command[256], line[256];
	unsigned int parameters = 0;
	FILE *info;

	snprintf(command, sizeof(command), "/sbin/modinfo %s/gpuvf_sim.ko",
		 getenv("GPUVF_MODULES"));
	info = popen(command, "r");
	ASSERT_NE(NULL, info);
	while (fgets(line, sizeof(line), info)) {
		ASSERT_NE(0, strncmp(line, "alias:", 6));
		if (strncmp(line, "parm:", 5))
			continue;
		parameters++;
		/* without a description the type alone follows the name */
		ASSERT_NE(NULL, strstr(line, " ("));
		ASSERT_EQ(NULL, strstr(line, ":uint"));
		ASSERT_EQ(NULL, strstr(line, ":bool"));
	}
	ASSERT_EQ(0, pclose(info));
	ASSERT_LT(10, parameters);
}

TEST_F(sim, bad_parameters_are_refused)
{
	static const char *const bad[] = {
		"gpus=0", "gpus=9", "total_vfs=0", "total_vfs=32", "fb_mib=63",
		"fb_mib=1048577", "generation=v1 fb_mib=65536",
		"generation=v3 fb_align_mib=8", "generation=v3 fb_align_mib=48",
		"reserved_mib=1,2,3,4,5,6,7,8,9", "generation=3", "generation=", "generation=v1 total_vfs=17",
		"generation=mi200 total_vfs=17", "vf_bar_mib=3", "events=15",
		"vendor=0", "vendor=0xffff", "device=0x10000",
		"vf_device=0x10000", "class=0x1000000",
	};
	unsigned int i;

	ASSERT_OK(hw_unload(&the_gpu));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ASSERT_ERROR(module_load("gpuvf_sim", bad[i]), -EINVAL);
}

TEST_HARNESS_MAIN
