/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For test programs of migration, and once in each: two simulated GPUs, the program as
 * the virtual machine monitor and as the guest of their VFs, the fixture "migration".
 */
#ifndef SELFTEST_MIGRATION_H
#define SELFTEST_MIGRATION_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>

#include "selftest.h"
#include "klog.h"
#include "vfio.h"

#define UNUSED		__attribute__((unused))

#define SIM	"gpus=2 total_vfs=4 fb_mib=2048 scrub_us_per_unit=100"
#define DRIVER	"gpuvf-vfio"
#define NUM	2
#define UNITS	2
#define QUOTA	(UNITS * UNIT)
#define KIB	1024

/* of each unit there is content in these, see simulator.rst */
#define HEAD	(256 * KIB)
#define TAIL	(64 * KIB)
#define PAGE	(4 * KIB)

/* where the stream says something */
#define AT_VERSION	8
#define AT_IDENTITY	16
#define AT_BACKEND	32
#define AT_GUEST	(AT_IDENTITY + 16 + 44)
#define AT_REGISTERS	(AT_GUEST + 16 + 592)

#define STATE(name)	VFIO_DEVICE_STATE_##name
/* Linux 6.2; here there is no such state */
#define STATE_PRE_COPY	6

static const struct gpu *from = &fx.gpu[0], *to = &fx.gpu[1];
static struct vfio source = VFIO_CLOSED, dest = VFIO_CLOSED;

/* a stream in memory */
struct stream {
	uint8_t *bytes;
	size_t size;
};

static struct stream stream;

static void end_sessions(void)
{
	vfio_close(&source);
	vfio_close(&dest);
	free(stream.bytes);
	stream = (struct stream){ };
}

FIXTURE(migration) { };

FIXTURE_VARIANT(migration)
{
	const char *sim;
	const char *file;	/* a state of such a GPU is kept in */
};

FIXTURE_VARIANT_ADD(migration, v3) {
	.sim = SIM,
	.file = "state.v3",
};

FIXTURE_VARIANT_ADD(migration, mi200_without_flr_notice) {
	.sim = SIM " generation=mi200 flr=0",
	.file = "state.mi200",
};

FIXTURE_SETUP(migration)
{
	const char *missing = vfio_missing() ?: module_missing("gpuvf_vfio");

	selftest_begin(_metadata);
	if (missing)
		SKIP(return, "%s", missing);
	fixture_on_end(end_sessions);
	fixture_setup(variant->sim);
	if (!module_is_loaded("gpuvf_vfio"))
		ASSERT_OK(module_load("gpuvf_vfio", ""));
}

FIXTURE_TEARDOWN(migration)
{
	fixture_teardown();
}

/*
 * The guest
 */

static UNUSED unsigned int regs(const struct vfio *vf)
{
	int where = vfio_capability(vf, GPUVF_SIM_VSEC_ID);

	ASSERT_LT(0, where);
	return where;
}

static UNUSED void set(const struct vfio *vf, unsigned int reg, uint32_t val)
{
	ASSERT_OK(vfio_write(vf, regs(vf) + reg, val));
}

static UNUSED uint32_t get(const struct vfio *vf, unsigned int reg)
{
	return vfio_read(vf, regs(vf) + reg);
}

static UNUSED void write_fb(const struct vfio *vf, uint64_t offset, uint32_t val)
{
	set(vf, GPUVF_SIM_VF_FB_LO, offset);
	set(vf, GPUVF_SIM_VF_FB_HI, offset >> 32);
	set(vf, GPUVF_SIM_VF_FB_DATA, val);
}

static UNUSED uint32_t read_fb(const struct vfio *vf, uint64_t offset)
{
	set(vf, GPUVF_SIM_VF_FB_LO, offset);
	set(vf, GPUVF_SIM_VF_FB_HI, offset >> 32);
	return get(vf, GPUVF_SIM_VF_FB_DATA);
}

/* on different pages of each unit, at the borders of blocks too */
static const UNUSED uint32_t places[] = {
	0, PAGE - 4, PAGE, 64 * KIB - 4, 64 * KIB, HEAD - 4, UNIT - TAIL, UNIT - 4,
};

#define NUM_PLACES	(sizeof(places) / sizeof(places[0]))

static UNUSED uint32_t word(unsigned int unit, unsigned int place)
{
	return 0xc0de0000 | unit << 8 | place;
}

static UNUSED void write_much(const struct vfio *vf)
{
	unsigned int i, unit;

	for (unit = 0; unit < UNITS; unit++)
		for (i = 0; i < NUM_PLACES; i++)
			write_fb(vf, unit * UNIT + places[i], word(unit, i));
}

/* is it what write_much() wrote? */
static UNUSED void wrote_much(const struct vfio *vf)
{
	unsigned int i, unit;

	for (unit = 0; unit < UNITS; unit++)
		for (i = 0; i < NUM_PLACES; i++)
			ASSERT_EQ(word(unit, i),
				  read_fb(vf, unit * UNIT + places[i]));
}

/* works for so long, which starts it */
static UNUSED void work(const struct gpu *gpu, const struct vfio *vf,
			unsigned int index, uint32_t us)
{
	uint64_t before = gpu_truth_vf(gpu, index, "run_ns");

	set(vf, GPUVF_SIM_VF_DOORBELL, us);
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, index, "run_ns") > before);
}

/* does it get time slices? */
static UNUSED bool goes_on(const struct gpu *gpu, unsigned int vf)
{
	uint64_t before = gpu_truth_vf(gpu, vf, "slices");

	return eventually(gpu_truth_vf(gpu, vf, "slices") > before + 1);
}

static UNUSED bool stands_still(const struct gpu *gpu, unsigned int vf)
{
	uint64_t before = gpu_truth_vf(gpu, vf, "slices");

	pause_ms(100);
	return gpu_truth_vf(gpu, vf, "slices") == before;
}

/* all that can have content of a VF's framebuffer, as its guest reads it */
#define CONTENT	(UNITS * (HEAD + TAIL))

static UNUSED uint8_t *content(const struct gpu *gpu, unsigned int vf)
{
	uint8_t *all = malloc(CONTENT), *at = all;
	unsigned int unit;
	uint64_t offset;
	int fd = open(gpu_sim(gpu, "vf%u/memory", vf), O_RDONLY);

	check(all && fd >= 0);
	for (unit = 0; unit < UNITS; unit++) {
		for (offset = 0; offset < UNIT; offset += PAGE) {
			if (offset >= HEAD && offset < UNIT - TAIL)
				continue;
			check(pread(fd, at, PAGE, unit * UNIT + offset) == PAGE);
			at += PAGE;
		}
	}
	close(fd);
	return all;
}

static UNUSED bool is_zero(const uint8_t *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

static UNUSED bool has_nothing(const struct gpu *gpu, unsigned int vf)
{
	uint8_t *all = content(gpu, vf);
	bool nothing = is_zero(all, CONTENT);

	free(all);
	return nothing;
}

/*
 * The monitor
 */

static UNUSED const char *vf_dir(const struct gpu *gpu, unsigned int vf)
{
	return gpu_pci(gpu, "virtfn%u", vf);
}

static UNUSED void enable(const struct gpu *gpu, uint64_t quota)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, GPUVF_POLICY_BEST_EFFORT);
	mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	for (i = 0; i < NUM; i++)
		nl_put_vf(&req, i, quota, 2000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	fixture_wait_clean(gpu);
	for (i = 0; i < NUM; i++)
		ASSERT_OK(vfio_bind_to(vf_dir(gpu, i), DRIVER));
}

static UNUSED void enable_both(void)
{
	enable(from, QUOTA);
	enable(to, QUOTA);
}

static UNUSED void open_vf(struct vfio *vf, const struct gpu *gpu, unsigned int index)
{
	ASSERT_OK(vfio_open(vf, vf_dir(gpu, index)));
	fixture_wait_clean(gpu);
}

static UNUSED int try_state(const struct vfio *vf, unsigned int state, int *fd)
{
	return vfio_set_state(vf, state, fd);
}

/* one without a descriptor */
static UNUSED void set_state(const struct vfio *vf, unsigned int state)
{
	int fd;

	ASSERT_OK(try_state(vf, state, &fd));
	ASSERT_EQ(-1, fd);
	ASSERT_EQ(state, vfio_get_state(vf));
}

static UNUSED int open_state(const struct vfio *vf, unsigned int state)
{
	int fd;

	ASSERT_OK(try_state(vf, state, &fd));
	ASSERT_LE(0, fd);
	ASSERT_EQ(state, vfio_get_state(vf));
	return fd;
}

/* 0, or a negative errno */
static UNUSED int read_all(int fd, struct stream *s)
{
	size_t room = 0;
	ssize_t n;

	free(s->bytes);
	*s = (struct stream){ };
	do {
		if (s->size == room) {
			room = room ? 2 * room : 64 * KIB;
			s->bytes = realloc(s->bytes, room);
			check(s->bytes);
		}
		n = read(fd, s->bytes + s->size, room - s->size);
		if (n > 0)
			s->size += n;
	} while (n > 0);
	return n ? -errno : 0;
}

static UNUSED int write_all(int fd, const uint8_t *bytes, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = write(fd, bytes + done, size - done);
		if (n < 0)
			return -errno;
		done += n;
	}
	return 0;
}

/* the state of the source, which is in STOP then */
static UNUSED void save(const struct vfio *vf, struct stream *s)
{
	int fd = open_state(vf, STATE(STOP_COPY));

	ASSERT_OK(read_all(fd, s));
	close(fd);
	set_state(vf, STATE(STOP));
}

/* what comes of a stream; STOP is asked for when all of it was taken */
static UNUSED int restore(const struct vfio *vf, const struct stream *s)
{
	int fd = open_state(vf, STATE(RESUMING)), err, unused;

	err = write_all(fd, s->bytes, s->size);
	close(fd);
	return err ? err : try_state(vf, STATE(STOP), &unused);
}

/* a guest that has written much and works, on the source, which is open */
static UNUSED void start_guest(void)
{
	enable_both();
	open_vf(&source, from, 0);
	write_much(&source);
	work(from, &source, 0, 30000000);
}

/* the destination is as new, and takes a state that is right */
static UNUSED void dest_is_well(void)
{
	ASSERT_OK(vfio_reset(&dest));
	ASSERT_EQ(STATE(RUNNING), vfio_get_state(&dest));
	ASSERT_EVENTUALLY(!gpu_vf_is(to, 0, "resetting"));
	fixture_wait_clean(to);
	ASSERT_TRUE(has_nothing(to, 0));
	ASSERT_OK(restore(&dest, &stream));
	set_state(&dest, STATE(RUNNING));
	ASSERT_TRUE(goes_on(to, 0));
}

static UNUSED void enter(const struct vfio *vf, unsigned int state)
{
	int fd;

	ASSERT_OK(try_state(vf, state, &fd));
	if (fd >= 0)
		close(fd);
}

static const UNUSED unsigned int states[] = {
	STATE(RUNNING_P2P), STATE(STOP), STATE(STOP_COPY), STATE(RESUMING),
};

#endif /* SELFTEST_MIGRATION_H */
