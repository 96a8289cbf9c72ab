// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's driver as a program on VFIO: it has the VF as a virtual machine monitor
 * has it, and its framebuffer is the BAR that VFIO maps.
 */

#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include <linux/pci_regs.h>

#include <hw/regs.h>
#include "selftest.h"
#include "bar.h"
#include "load.h"
#include "vfio.h"

#include "guest.h"

#define FB_BAR	2
#define FB	MIB		/* so much of it is looked at */
#define WORDS	GUEST_TAGGED(FB / 4)

#define A	0xa0a0a0a1U
#define B	0xb0b0b0b1U

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 6000, 2000 };

/* a guest, and the VF that it has */
struct program {
	struct guest guest;
	struct vfio vfio;
	unsigned int regs;
};

static struct program the_program = { .vfio = VFIO_CLOSED };

static const char *missing(void)
{
	const char *why = bar_missing();

	return why ? why : vfio_missing();
}

static void close_program(void)
{
	vfio_close(&the_program.vfio);
}

__MODULES_FIXTURE(guest, (fixture_on_end(close_program),
			  "total_vfs=4 fb_mib=2048 vf_bar_mib=32 scrub_us_per_unit=100"),
		  missing());

static struct program *to_program(struct guest *guest)
{
	return (struct program *)guest;
}

static uint32_t program_read(struct guest *guest, unsigned int reg)
{
	struct program *program = to_program(guest);

	return vfio_read(&program->vfio, program->regs + reg);
}

static void program_write(struct guest *guest, unsigned int reg, uint32_t val)
{
	struct program *program = to_program(guest);

	ASSERT_OK(vfio_write(&program->vfio, program->regs + reg, val));
}

static void program_wait(struct guest *guest, unsigned int ms)
{
	struct pollfd fd = {
		.fd = to_program(guest)->vfio.event,
		.events = POLLIN,
	};

	if (poll(&fd, 1, ms) > 0)
		vfio_events(&to_program(guest)->vfio);
}

static __u64 program_now_us(struct guest *guest)
{
	struct timespec now;

	(void)guest;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

static const struct guest_ops program_ops = {
	.read = program_read,
	.write = program_write,
	.wait = program_wait,
	.now_us = program_now_us,
};

static struct guest *guest_open(unsigned int vf)
{
	struct program *program = &the_program;
	size_t size;

	ASSERT_OK(vfio_open(&program->vfio, gpu_pci(gpu, "virtfn%u", vf)));
	program->regs = vfio_capability(&program->vfio, GPUVF_SIM_VSEC_ID);
	ASSERT_LT(0, program->regs);
	ASSERT_OK(vfio_msi(&program->vfio));
	ASSERT_OK(vfio_write(&program->vfio, PCI_COMMAND, PCI_COMMAND_MASTER));
	program->guest.ops = &program_ops;
	program->guest.fb = vfio_bar(&program->vfio, FB_BAR, &size);
	ASSERT_NE(NULL, program->guest.fb);
	ASSERT_EQ(32 * MIB, size);
	program->guest.fb_dwords = FB / 4;
	bar_settle(gpu);
	guest_irqs(&program->guest, 1);
	return &program->guest;
}

static void guest_close(struct guest *guest)
{
	munmap((void *)guest->fb, 32 * MIB);
	vfio_close(&to_program(guest)->vfio);
}

static void begin(void)
{
	unsigned int i;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 2; i++)
		ASSERT_OK(vfio_bind(gpu_pci(gpu, "virtfn%u", i)));
}

TEST_F(guest, C40_initialises_works_and_tears_down)
{
	struct guest *guest;

	begin();
	guest = guest_open(0);
	ASSERT_EQ(0, guest_count_others(guest, 0));
	ASSERT_EQ(0, guest_init(guest, PATIENCE_MS));
	guest_write_tag(guest, A);
	ASSERT_EQ(0, guest_release(guest));
	ASSERT_LT(0, guest_work(guest, 200));
	ASSERT_EQ(0, guest_count_others(guest, A));
	ASSERT_EQ(WORDS, bar_found_of(gpu, A, "vf0"));
	ASSERT_EQ(WORDS, bar_found(gpu, A));
	ASSERT_EQ(0, guest_fini(guest, PATIENCE_MS));
	guest_close(guest);
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, bar_found(gpu, A));
}

TEST_F(guest, C25_writes_before_it_asks_and_leaves_nothing)
{
	struct guest *guest;

	begin();
	guest = guest_open(0);
	/* opening is a reset, after which all of it is scrubbed */
	fixture_wait_clean(gpu);
	guest_write_tag(guest, A);
	ASSERT_EQ(WORDS, bar_found_of(gpu, A, "vf0"));
	guest_close(guest);
	/* at once, as the next virtual machine may come */
	guest = guest_open(0);
	ASSERT_EQ(0, guest_init(guest, PATIENCE_MS));
	ASSERT_EQ(0, guest_count_others(guest, 0));
	ASSERT_EQ(0, guest_release(guest));
	guest_write_tag(guest, B);
	guest_close(guest);
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, bar_found(gpu, A));
	ASSERT_EQ(0, bar_found(gpu, B));
}

TEST_F(guest, C30_keeps_the_gpu_and_is_reset)
{
	struct guest *guest;

	begin();
	guest = guest_open(0);
	ASSERT_EQ(0, guest_init(guest, PATIENCE_MS));
	guest_write_tag(guest, A);
	/* it does not give full access back */
	ASSERT_EQ(0, guest_await_reset(guest, PATIENCE_MS));
	ASSERT_EQ(0, guest_init(guest, PATIENCE_MS));
	ASSERT_EQ(0, guest_count_others(guest, 0));
	ASSERT_EQ(0, bar_found(gpu, A));
	ASSERT_EQ(0, guest_release(guest));
	guest_close(guest);
}

TEST_HARNESS_MAIN
