/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Migration of a VF by VFIO's protocol, version 2: its states, and the descriptors that
 * a state is read from and written to.
 */
#ifndef GPUVF_VFIO_MIGRATION_H
#define GPUVF_VFIO_MIGRATION_H

#include <linux/mutex.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

struct file;

/**
 * struct gpuvf_variant - a VF that VFIO has
 * @core: what vfio-pci makes of it
 * @lock: protects what follows. Taken inside the device lock and VFIO's memory_lock, so
 *	that no memory of a process is touched with it held, and outside gpuvf.ko's locks
 * @state: where it is
 * @file: of STOP_COPY or RESUMING, else NULL
 */
struct gpuvf_variant {
	struct vfio_pci_core_device core;
	/* what follows */
	struct mutex lock;
	enum vfio_device_mig_state state;
	struct file *file;
};

void gpuvf_migration_init(struct gpuvf_variant *variant);
void gpuvf_migration_end(struct gpuvf_variant *variant);

#endif /* GPUVF_VFIO_MIGRATION_H */
