// SPDX-License-Identifier: GPL-2.0
/*
 * Migration of VFs by VFIO's protocol, as a virtual machine monitor uses it: what moves,
 * what stays, and what is refused. Judged by what the simulators say.
 */

#include <linux/pci_regs.h>
#include <sys/stat.h>
#include <time.h>

#include "migration.h"
#include "user.h"

TEST_F(migration, is_offered_with_the_largest_size)
{
	uint64_t flags, bytes;
	int err;

	enable_both();
	open_vf(&source, from, 0);
	ASSERT_OK(vfio_migration(&source, &flags));
	ASSERT_EQ(VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P, flags);
	ASSERT_EQ(STATE(RUNNING), vfio_get_state(&source));
	err = vfio_data_size(&source, &bytes);
	if (err == -ENOTTY)
		return;
	ASSERT_OK(err);
	ASSERT_LT(QUOTA + 256 * KIB, bytes);
	ASSERT_GT(QUOTA + 256 * KIB + QUOTA / 1000, bytes);
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

/* a figure, not a limit: the part of the downtime that is gpuvf's and the hardware's */
static void report_times(uint64_t begin, uint64_t halted, uint64_t saved)
{
	report("%zu bytes of a VF with %llu MiB; halted in %llu us, saved in %llu us",
	       stream.size, QUOTA / MIB, (unsigned long long)(halted - begin),
	       (unsigned long long)(saved - halted));
}

TEST_F(migration, state_moves_to_another_gpu)
{
	uint64_t before, slices, begin, halted;
	uint8_t *had, *has;

	start_guest();
	begin = now_us();
	set_state(&source, STATE(STOP));
	halted = now_us();
	save(&source, &stream);
	report_times(begin, halted, now_us());
	set_state(&source, STATE(RUNNING));
	set(&source, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_INT_CNTL,
	    GPUVF_MBOX_VALID_INT_EN);
	set_state(&source, STATE(STOP));
	ASSERT_TRUE(stands_still(from, 0));
	had = content(from, 0);
	ASSERT_FALSE(is_zero(had, CONTENT));
	before = get(&source, GPUVF_SIM_VF_DOORBELL);
	slices = gpu_truth_vf(from, 0, "saves");
	save(&source, &stream);

	open_vf(&dest, to, 0);
	begin = now_us();
	ASSERT_OK(restore(&dest, &stream));
	report("restored in %llu us, scrubbing before included",
	       (unsigned long long)(now_us() - begin));
	has = content(to, 0);
	ASSERT_EQ(0, memcmp(had, has, CONTENT));
	ASSERT_EQ(slices, gpu_truth_vf(to, 0, "saves"));
	ASSERT_EQ(before, get(&dest, GPUVF_SIM_VF_DOORBELL));
	ASSERT_EQ(GPUVF_MBOX_VALID_INT_EN,
		  get(&dest, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_INT_CNTL));
	ASSERT_TRUE(stands_still(to, 0));
	set_state(&dest, STATE(RUNNING));
	ASSERT_TRUE(goes_on(to, 0));
	ASSERT_EVENTUALLY(get(&dest, GPUVF_SIM_VF_DOORBELL) < before);
	ASSERT_EQ(0xc0de0000, read_fb(&dest, 0));
	free(had);
	free(has);

	/* what it leaves behind is scrubbed, here as there */
	vfio_close(&source);
	fixture_wait_clean(from);
	ASSERT_TRUE(has_nothing(from, 0));
	vfio_close(&dest);
	fixture_wait_clean(to);
	ASSERT_TRUE(has_nothing(to, 0));
}

/*
 * QEMU refuses a destination where any other byte is there than at the source, but for the
 * header, which it emulates
 */
TEST_F(migration, configuration_space_is_that_of_any_other_vf)
{
	unsigned int where;

	enable_both();
	open_vf(&source, from, 0);
	open_vf(&dest, to, 1);
	ASSERT_EQ(regs(&source), regs(&dest));
	for (where = PCI_STD_HEADER_SIZEOF; where < PCI_CFG_SPACE_EXP_SIZE;
	     where += 4)
		ASSERT_EQ(vfio_read(&source, where), vfio_read(&dest, where));
}

/* to the other VF of the same GPU, and without a context */
TEST_F(migration, guest_that_has_not_started_moves)
{
	enable_both();
	open_vf(&source, from, 0);
	write_fb(&source, 8, 0x12345678);
	save(&source, &stream);
	open_vf(&dest, from, 1);
	ASSERT_OK(restore(&dest, &stream));
	ASSERT_EQ(0x12345678, read_fb(&dest, 8));
	set_state(&dest, STATE(RUNNING));
	ASSERT_FALSE(gpu_vf_is(from, 1, "active"));
	work(from, &dest, 1, 1000);
	ASSERT_EQ(0x12345678, read_fb(&dest, 8));
}

/* but for the block that has some */
TEST_F(migration, memory_without_content_is_not_read)
{
	uint64_t before;

	enable_both();
	open_vf(&source, from, 0);
	write_fb(&source, UNIT, 0x12345678);
	before = gpu_truth(from, "gpu", "mem_reads");
	save(&source, &stream);
	ASSERT_LT(0, gpu_truth(from, "gpu", "mem_reads") - before);
	ASSERT_GE(64 * KIB / 4, gpu_truth(from, "gpu", "mem_reads") - before);
}

/* a message that was sent, and not taken, is answered at the destination */
TEST_F(migration, message_that_waits_is_answered_there)
{
	enable_both();
	open_vf(&source, from, 0);
	set_state(&source, STATE(STOP));
	set(&source, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_TRN(0), GPUVF_MBOX_REQ_INIT);
	set(&source, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_CONTROL, GPUVF_MBOX_TRN_VALID);
	pause_ms(50);
	ASSERT_EQ(GPUVF_MBOX_TRN_VALID,
		  get(&source, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_CONTROL) & 0xff);
	save(&source, &stream);
	open_vf(&dest, to, 0);
	ASSERT_OK(restore(&dest, &stream));
	set_state(&dest, STATE(RUNNING));
	ASSERT_EVENTUALLY(get(&dest, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_RCV(0)) ==
			  GPUVF_MBOX_READY);
	ASSERT_TRUE(gpu_vf_is(to, 0, "starting"));
	/* the source is not done out of its answer either */
	set_state(&source, STATE(RUNNING));
	ASSERT_EVENTUALLY(get(&source, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_RCV(0)) ==
			  GPUVF_MBOX_READY);
}

TEST_F(migration, each_arc)
{
	static const unsigned int ways[][4] = {
		{ STATE(RUNNING_P2P), STATE(RUNNING) },
		{ STATE(STOP), STATE(RUNNING) },
		{ STATE(RUNNING_P2P), STATE(STOP), STATE(RUNNING_P2P),
		  STATE(RUNNING) },
	};
	uint64_t epoch;
	unsigned int i, n;
	int fd;

	start_guest();
	epoch = gpu_truth_vf(from, 0, "epoch");
	for (i = 0; i < 3; i++) {
		for (n = 0; n < 4 && ways[i][n]; n++) {
			set_state(&source, ways[i][n]);
			if (ways[i][n] != STATE(RUNNING))
				ASSERT_TRUE(stands_still(from, 0));
		}
		ASSERT_TRUE(goes_on(from, 0));
	}
	/* those that there are not */
	ASSERT_ERROR(try_state(&source, STATE_PRE_COPY, &fd), -EINVAL);
	ASSERT_ERROR(try_state(&source, STATE(ERROR), &fd), -EINVAL);
	ASSERT_ERROR(try_state(&source, 99, &fd), -EINVAL);
	ASSERT_EQ(STATE(RUNNING), vfio_get_state(&source));
	ASSERT_TRUE(goes_on(from, 0));
	ASSERT_EQ(epoch, gpu_truth_vf(from, 0, "epoch"));
}

TEST_F(migration, cancelled_half_way_the_source_goes_on)
{
	uint8_t *had, *has, piece[700];
	uint64_t epoch, left;
	int fd;

	start_guest();
	epoch = gpu_truth_vf(from, 0, "epoch");
	fd = open_state(&source, STATE(STOP_COPY));
	had = content(from, 0);
	ASSERT_EQ(sizeof(piece), read(fd, piece, sizeof(piece)));
	ASSERT_EQ(16, read(fd, piece, 16));
	left = get(&source, GPUVF_SIM_VF_DOORBELL);
	set_state(&source, STATE(RUNNING));
	ASSERT_TRUE(goes_on(from, 0));
	ASSERT_EVENTUALLY(get(&source, GPUVF_SIM_VF_DOORBELL) < left);
	/* what is left of a piece, and then no more */
	while (read(fd, piece, sizeof(piece)) > 0)
		;
	ASSERT_EQ(ENODEV, errno);
	close(fd);
	has = content(from, 0);
	ASSERT_EQ(0, memcmp(had, has, CONTENT));
	ASSERT_EQ(epoch, gpu_truth_vf(from, 0, "epoch"));
	free(had);
	free(has);
	/* and can be moved after all */
	save(&source, &stream);
	open_vf(&dest, to, 0);
	ASSERT_OK(restore(&dest, &stream));
}

TEST_F(migration, vf_of_another_size_takes_nothing)
{
	int log;

	enable(from, QUOTA);
	enable(to, 2 * QUOTA);
	open_vf(&source, from, 0);
	write_much(&source);
	save(&source, &stream);
	open_vf(&dest, to, 0);
	log = klog_open();
	ASSERT_ERROR(restore(&dest, &stream), -EINVAL);
	ASSERT_TRUE(klog_has(log, "VF0: cannot restore: of 32 MiB of framebuffer, the VF has 64 MiB"));
	close(log);
	set_state(&source, STATE(RUNNING));
	work(from, &source, 0, 1000);
}

TEST_F(migration, destination_that_is_busy_goes_on)
{
	int log, fd;

	start_guest();
	save(&source, &stream);
	open_vf(&dest, to, 0);
	write_fb(&dest, 0, 0x77777777);
	work(to, &dest, 0, 30000000);
	log = klog_open();
	ASSERT_ERROR(try_state(&dest, STATE(RESUMING), &fd), -EBUSY);
	ASSERT_TRUE(klog_has(log, "VF0: cannot restore: its guest has started"));
	close(log);
	set_state(&dest, STATE(RUNNING));
	ASSERT_TRUE(goes_on(to, 0));
	ASSERT_EQ(0x77777777, read_fb(&dest, 0));
}

/* a mark of an administrator holds at the destination, whatever comes */
TEST_F(migration, paused_destination_stays_paused)
{
	start_guest();
	save(&source, &stream);
	open_vf(&dest, to, 0);
	ASSERT_OK(file_write(gpu_sysfs(to, "vf0/pause"), "1"));
	ASSERT_OK(restore(&dest, &stream));
	set_state(&dest, STATE(RUNNING));
	ASSERT_TRUE(gpu_vf_is(to, 0, "paused"));
	ASSERT_TRUE(stands_still(to, 0));
	ASSERT_OK(file_write(gpu_sysfs(to, "vf0/resume"), "1"));
	ASSERT_TRUE(goes_on(to, 0));
}

/* quotas are the destination's: one that is stopped takes nothing */
TEST_F(migration, stopped_destination_takes_nothing)
{
	int log, fd;

	start_guest();
	save(&source, &stream);
	open_vf(&dest, to, 0);
	ASSERT_OK(file_write(gpu_sysfs(to, "vf0/stop"), "1"));
	log = klog_open();
	ASSERT_ERROR(try_state(&dest, STATE(RESUMING), &fd), -EIO);
	ASSERT_TRUE(klog_has(log, "VF0: cannot restore: it is stopped"));
	close(log);
	ASSERT_TRUE(gpu_vf_is(to, 0, "stopped"));
}

/* of what is read while it is written anything may come, and the stream is in order */
TEST_F(migration, guest_that_writes_its_bar_during_save)
{
	uint8_t piece[1000];
	uint32_t n = 0;
	ssize_t got;
	int out, in;

	start_guest();
	open_vf(&dest, to, 0);
	out = open_state(&source, STATE(STOP_COPY));
	in = open_state(&dest, STATE(RESUMING));
	while ((got = read(out, piece, sizeof(piece))) > 0) {
		ASSERT_OK(write_all(in, piece, got));
		write_fb(&source, n % HEAD, n);
		write_fb(&source, UNIT + n % HEAD, n);
		n += 4096 + 4;
	}
	ASSERT_EQ(0, got);
	close(out);
	close(in);
	set_state(&dest, STATE(RUNNING));
	ASSERT_TRUE(goes_on(to, 0));
}

static void to_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ASSERT_LE(0, fd);
	start_guest();
	save(&source, &stream);
	ASSERT_OK(write_all(fd, stream.bytes, stream.size));
	close(fd);
}

static void from_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_OK(read_all(fd, &stream));
	close(fd);
	open_vf(&dest, to, 0);
	ASSERT_OK(restore(&dest, &stream));
	ASSERT_LT(0, gpu_truth_vf(to, 0, "saves"));
	set_state(&dest, STATE(RUNNING));
	ASSERT_TRUE(goes_on(to, 0));
	wrote_much(&dest);
	vfio_close(&dest);
	fixture_wait_clean(to);
}

/*
 * tests/guests/migration/kernels lets each kernel do the first half, and the others the
 * second: GPUVF_STATE_TO is a directory, GPUVF_STATE_FROM one or more
 */
TEST_F(migration, state_goes_through_a_file)
{
	const char *into = getenv("GPUVF_STATE_TO");
	const char *out_of = getenv("GPUVF_STATE_FROM");
	char path[PATH_MAX], *dirs, *dir, *rest;

	snprintf(path, sizeof(path), "%s/%s", into ?: "/tmp", variant->file);
	if (!out_of)
		to_file(path);
	if (into)
		return;
	if (out_of)
		enable_both();
	dirs = strdup(out_of ?: "/tmp");
	check(dirs);
	for (dir = strtok_r(dirs, " ", &rest); dir;
	     dir = strtok_r(NULL, " ", &rest)) {
		snprintf(path, sizeof(path), "%s/%s", dir, variant->file);
		from_file(path);
	}
	free(dirs);
	if (!out_of)
		ASSERT_EQ(0, unlink(path));
}

struct move {
	char from[300];
	char to[300];
};

static int moves(void *arg)
{
	const struct move *move = arg;
	struct vfio one, other;
	int err, in, out;

	err = vfio_open(&one, move->from) ?: vfio_open(&other, move->to);
	if (err)
		return err;
	err = vfio_set_state(&one, STATE(STOP_COPY), &out) ?:
	      read_all(out, &stream) ?:
	      vfio_set_state(&other, STATE(RESUMING), &in) ?:
	      write_all(in, stream.bytes, stream.size) ?:
	      vfio_set_state(&other, STATE(RUNNING), &in);
	vfio_close(&one);
	vfio_close(&other);
	return err;
}

static void give_to_all(const char *dir)
{
	char link[400], group[400], name[400];
	ssize_t n;

	snprintf(link, sizeof(link), "%s/iommu_group", dir);
	n = readlink(link, group, sizeof(group) - 1);
	ASSERT_LT(0, n);
	group[n] = '\0';
	snprintf(name, sizeof(name), "/dev/vfio%s", strrchr(group, '/'));
	ASSERT_EQ(0, chmod(name, 0666));
}

TEST_F(migration, an_ordinary_user)
{
	struct move move;

	enable_both();
	snprintf(move.from, sizeof(move.from), "%s", vf_dir(from, 0));
	snprintf(move.to, sizeof(move.to), "%s", vf_dir(to, 0));
	give_to_all(move.from);
	give_to_all(move.to);
	ASSERT_EQ(0, user_runs(user_ordinary, moves, &move));
}

TEST_HARNESS_MAIN
