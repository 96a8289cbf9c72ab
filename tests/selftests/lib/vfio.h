/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PCI function opened through VFIO, as a virtual machine monitor does it.
 */
#ifndef SELFTEST_VFIO_H
#define SELFTEST_VFIO_H

#include <stdbool.h>
#include <stdint.h>

#include "fixture.h"

/**
 * struct vfio - an open function
 * @container: address space
 * @group: its IOMMU group
 * @device: the function
 * @event: readable when it raised its MSI
 * @config: where its configuration space begins in @device
 */
struct vfio {
	int container;
	int group;
	int device;
	int event;
	uint64_t config;
};

#define VFIO_CLOSED	{ -1, -1, -1, -1, 0 }

const char *vfio_missing(void);
int vfio_bind_to(const char *pci_dir, const char *wanted);
int vfio_bind(const char *pci_dir);
int vfio_open(struct vfio *vfio, const char *pci_dir);
void vfio_close(struct vfio *vfio);
uint32_t vfio_read(const struct vfio *vfio, unsigned int where);
int vfio_write(const struct vfio *vfio, unsigned int where, uint32_t val);
int vfio_capability(const struct vfio *vfio, unsigned int vsec);
int vfio_map(const struct vfio *vfio, void *memory, uint64_t iova,
	     uint64_t size);
int vfio_unmap(const struct vfio *vfio, uint64_t iova, uint64_t size);
int vfio_msi(struct vfio *vfio);
uint64_t vfio_events(const struct vfio *vfio);
volatile uint32_t *vfio_bar(const struct vfio *vfio, unsigned int bar,
			    size_t *size);
int vfio_reset(const struct vfio *vfio);

/* migration, version 2 */
int vfio_migration(const struct vfio *vfio, uint64_t *flags);
int vfio_set_state(const struct vfio *vfio, unsigned int state, int *fd);
int vfio_get_state(const struct vfio *vfio);
int vfio_data_size(const struct vfio *vfio, uint64_t *bytes);

#endif /* SELFTEST_VFIO_H */
