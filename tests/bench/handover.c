// SPDX-License-Identifier: GPL-2.0
/*
 * handover DIR DRIVER: a VF goes from one guest to the next.
 *
 * DIR is the VF's directory in sysfs, DRIVER the host driver. The first guest opens the
 * VF, initialises, and is gone; the next one opens it and asks for full access until it
 * is READY. Prints when the first one began to close the VF, in ns of CLOCK_MONOTONIC,
 * which is the clock of the simulator's events.
 */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/pci_regs.h>

#include <hw/regs.h>
#include "vfio.h"

#include "guest.h"

/* a guest gives up after so long */
#define READY_MS	6000

static struct vfio vfio = VFIO_CLOSED;
static unsigned int regs;

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "handover: %s failed\n", what);
	exit(1);
}

static __u32 program_read(struct guest *guest, unsigned int reg)
{
	(void)guest;
	return vfio_read(&vfio, regs + reg);
}

static void program_write(struct guest *guest, unsigned int reg, __u32 val)
{
	(void)guest;
	must(vfio_write(&vfio, regs + reg, val), "writing a register");
}

static void program_wait(struct guest *guest, unsigned int ms)
{
	struct pollfd fd = { .fd = vfio.event, .events = POLLIN };

	(void)guest;
	if (poll(&fd, 1, ms) > 0)
		vfio_events(&vfio);
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static __u64 program_now_us(struct guest *guest)
{
	(void)guest;
	return now_ns() / 1000;
}

static const struct guest_ops program_ops = {
	.read = program_read,
	.write = program_write,
	.wait = program_wait,
	.now_us = program_now_us,
};

static void initialise(struct guest *guest, const char *dir)
{
	must(vfio_open(&vfio, dir), "opening the VF");
	regs = vfio_capability(&vfio, GPUVF_SIM_VSEC_ID);
	must(vfio_msi(&vfio), "its MSI");
	must(vfio_write(&vfio, PCI_COMMAND, PCI_COMMAND_MASTER), "bus mastering");
	guest_irqs(guest, 1);
	must(guest_init(guest, READY_MS), "getting full access");
}

int main(int argc, char **argv)
{
	struct guest guest = { .ops = &program_ops };
	__u64 begin;

	if (argc != 3)
		return 2;
	must(vfio_bind_to(argv[1], argv[2]), "binding the VF");
	initialise(&guest, argv[1]);
	must(guest_release(&guest), "releasing full access");
	usleep(500000);

	begin = now_ns();
	vfio_close(&vfio);
	initialise(&guest, argv[1]);
	must(guest_release(&guest), "releasing full access");
	vfio_close(&vfio);
	printf("%llu\n", begin);
	return 0;
}
