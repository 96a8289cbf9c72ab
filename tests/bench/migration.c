// SPDX-License-Identifier: GPL-2.0
/*
 * migration FROM TO CONTENT: the VF of one GPU is migrated to that of another.
 *
 * FROM and TO are the VFs' directories in sysfs. The guest writes CONTENT into its
 * framebuffer, works, and is migrated as QEMU does it: the destination is ready for the
 * stream before the source is halted. CONTENT is so many KiB that are no zeros, or "ones":
 * 1024 KiB of all ones, or "sparse": a dword in each 64 KiB of 1024.
 *
 * Prints the bytes of the stream and of memory in it, and in ns: how long the destination
 * needed to be ready; then, what is the downtime together, halting, saving, restoring, and
 * the time until the guest sees its work go on.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/vfio.h>

#include <hw/regs.h>
#include <vf/stream.h>
#include "vfio.h"

/* of each allocation unit so much has content at its beginning: simulator.rst */
#define UNIT_HEAD	(256 * 1024)
#define WORK_US		30000000
#define STATE(name)	VFIO_DEVICE_STATE_##name

static struct vfio from = VFIO_CLOSED, to = VFIO_CLOSED;
static unsigned int regs;
static __u8 stream[4 * MIB];

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "migration: %s failed\n", what);
	exit(1);
}

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int enter(const struct vfio *vf, unsigned int state)
{
	int fd;

	must(vfio_set_state(vf, state, &fd), "a state");
	return fd;
}

static void set(unsigned int reg, __u32 val)
{
	must(vfio_write(&from, regs + reg, val), "writing a register");
}

static void write_content(const char *content)
{
	const bool sparse = !strcmp(content, "sparse"), ones = !strcmp(content, "ones");
	const size_t size = sparse || ones ? MIB : atoi(content) * 1024;
	const size_t step = sparse ? 65536 : 4;
	size_t at;

	for (at = 0; at < size; at += step) {
		/* from there on it moves by itself */
		if (sparse || at % UNIT_HEAD == 0) {
			set(GPUVF_SIM_VF_FB_LO, at / UNIT_HEAD * UNIT + at % UNIT_HEAD);
			set(GPUVF_SIM_VF_FB_HI, 0);
		}
		set(GPUVF_SIM_VF_FB_DATA, ones ? ~0U : 0xc0de);
	}
}

static __u32 work_left(const struct vfio *vf)
{
	return vfio_read(vf, regs + GPUVF_SIM_VF_DOORBELL);
}

static void work_goes_on(const struct vfio *vf)
{
	__u32 before = work_left(vf);

	while (work_left(vf) == before)
		;
}

static size_t save(int fd)
{
	size_t size = 0;
	ssize_t n;

	do {
		n = read(fd, stream + size, sizeof(stream) - size);
		must(n < 0, "saving");
		size += n;
	} while (n);
	close(fd);
	return size;
}

static void restore(int fd, size_t size)
{
	must(write(fd, stream, size) != (ssize_t)size, "restoring");
	close(fd);
	enter(&to, STATE(STOP));
}

/* bytes of memory in it */
static size_t memory(size_t size)
{
	const __u32 *section;
	size_t at, sum = 0;

	for (at = GPUVF_STREAM_HEADER; at < size;
	     at += GPUVF_STREAM_SECTION + section[2]) {
		section = (const __u32 *)(stream + at);
		if (section[0] == GPUVF_STREAM_CONTEXT ||
		    section[0] == GPUVF_STREAM_FRAMEBUFFER)
			sum += section[2] - GPUVF_STREAM_OFFSET;
	}
	return sum;
}

int main(int argc, char **argv)
{
	unsigned long long ready, begin, halted, saved, restored, end;
	size_t size;
	int in;

	if (argc != 4)
		return 2;
	must(vfio_bind_to(argv[1], "gpuvf-vfio") ||
	     vfio_bind_to(argv[2], "gpuvf-vfio"), "binding the VFs");
	must(vfio_open(&from, argv[1]) || vfio_open(&to, argv[2]), "opening the VFs");
	regs = vfio_capability(&from, GPUVF_SIM_VSEC_ID);
	sleep(1);
	write_content(argv[3]);
	must(vfio_write(&from, regs + GPUVF_SIM_VF_DOORBELL, WORK_US), "its work");
	work_goes_on(&from);

	ready = now_ns();
	in = enter(&to, STATE(RESUMING));
	ready = now_ns() - ready;

	begin = now_ns();
	enter(&from, STATE(STOP));
	halted = now_ns();
	size = save(enter(&from, STATE(STOP_COPY)));
	saved = now_ns();
	restore(in, size);
	restored = now_ns();
	enter(&to, STATE(RUNNING));
	work_goes_on(&to);
	end = now_ns();
	printf("%zu %zu %llu %llu %llu %llu %llu\n", size, memory(size), ready,
	       halted - begin, saved - halted, restored - saved, end - restored);
	vfio_close(&from);
	vfio_close(&to);
	return 0;
}
