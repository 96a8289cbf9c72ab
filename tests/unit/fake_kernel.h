/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two GPUs and the PCI core, as far as apply can tell. Takes the place of the
 * agent's provider/gpuvf.c and pci/sysfs.c. VF I of the first GPU has the address
 * "I", of the second "100 + I".
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "agent_test.h"
#include "provider/provider.h"

#define FAKE_VFS	16

#define FAKE_GPUS	2

/**
 * struct fake_gpu - one GPU of the fake kernel
 * @gpu: the GPU
 * @is_there: it is one of those that gpuvf drives; the first always is
 * @autoprobe: sriov_drivers_autoprobe
 * @autoprobe_fails: so often it cannot be set to 1
 * @bound: driver of each VF
 * @override: driver_override of each VF
 * @has_vfio: driver vfio-pci is loaded
 * @has_gpu: driver "gpu" is loaded, which takes whatever it may
 * @vfio_broken: vfio-pci takes nothing
 * @no_iommu: there is no IOMMU group
 * @forgets: the layout is gone when VFs are disabled
 * @eager: a host driver waits for VFs that it may have, at every moment
 * @taken: by index: a host driver has ever been bound to the VF
 * @get_error: the GPU cannot be read
 * @changing_for: so often the GPU is read until its VFs are no longer being enabled
 *	or disabled; 0: for ever
 * @changes_late: that begins with the first layout that is sent
 * @reset_reads: so often the GPU is read before its reset is over
 * @scrubs: bytes that are scrubbed from one look to the next
 * @is_slow: enabling VFs and probing takes a second, and then half of the VFs can be
 *	seen
 * @raise_at: the change at which the program gets the signal @signal
 * @log: one letter per change: L layout, numbers: VF count, d driver
 * @changes: changes asked for so far
 * @fail_at: the change that fails, counted from 1; 0: none
 * @fail_error: with this negative errno
 * @fail_on: and so do all changes after it
 * @fail_wedges: and the GPU is wedged then
 * @set_error: what becomes of a change of one VF or of the settings of the GPU,
 *	and of a reset
 * @stale: so many layouts are refused because another program was faster
 * @deny: no layout may be set, nor asked about
 * @asked: so many layouts were checked, whether to be set or not
 * @when_asked: happens just before each of them, may be NULL
 */
struct fake_gpu {
	struct gpu gpu;
	bool is_there;
	u32 autoprobe;
	unsigned int autoprobe_fails;
	char bound[FAKE_VFS][NAME_SIZE];
	char override[FAKE_VFS][NAME_SIZE];
	bool has_vfio;
	bool has_gpu;
	bool vfio_broken;
	bool no_iommu;
	bool forgets;
	bool eager;
	bool taken[FAKE_VFS];
	int get_error;
	unsigned int changing_for;
	bool changes_late;
	unsigned int reset_reads;
	u64 scrubs;
	bool is_slow;
	unsigned int raise_at;
	int signal;
	char log[256];
	unsigned int changes;
	unsigned int fail_at;
	int fail_error;
	bool fail_on;
	bool fail_wedges;
	int set_error;
	unsigned int stale;
	bool deny;
	unsigned int asked;
	void (*when_asked)(void);
};

/**
 * struct fake_errors - what becomes of requests about all GPUs
 * @list: negative errno of reading them, 0: they are read
 * @stats: of reading their statistics
 */
struct fake_errors {
	int list;
	int stats;
};

extern struct fake_gpu fakes[FAKE_GPUS];
extern struct fake_errors fake_errors;

/* for what takes one */
extern struct provider fake_provider;

/* the first one, which most tests are about */
#define fake	fakes[0]

void fake_reset(void);
void fake_free(void);

void fake_vm(const char *root);

#endif /* FAKE_KERNEL_H */
