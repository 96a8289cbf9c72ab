// SPDX-License-Identifier: GPL-2.0
/*
 * hold_vfio DIR: open the function whose directory in sysfs is DIR through VFIO,
 * with bus mastering and MSI on, print "open", and hold it until killed. For
 * suspend.sh, which runs without the other test programs, and for users that are
 * not root, for which it has to be bound to vfio-pci before.
 */

#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vfio.h"

int main(int argc, char **argv)
{
	struct vfio vfio = VFIO_CLOSED;
	int err;

	if (argc != 2)
		return 2;
	err = vfio_bind(argv[1]);
	if (!err)
		err = vfio_open(&vfio, argv[1]);
	if (!err)
		err = vfio_msi(&vfio);
	if (!err)
		err = vfio_write(&vfio, PCI_COMMAND, PCI_COMMAND_MASTER);
	if (err) {
		printf("hold_vfio: %s: %s\n", argv[1], strerror(-err));
		return 1;
	}
	puts("open");
	fflush(stdout);
	for (;;)
		pause();
}
