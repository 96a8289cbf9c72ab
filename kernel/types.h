/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One GPU and its VFs: struct gpuvf_pf and struct gpuvf_vf, of which each layer has
 * a part. Every file may include this, and see the data of all layers; what a file
 * may call is in tests/lint/layers.kernel.
 *
 * Locks, outermost first:
 *	what the PCI core holds (device lock, rescan lock)
 *	pf->lock		configuration, VFs' lives, unscrubbed maps
 *	the lock of an engine	its scheduler; also in hard interrupts
 *	pf->public_lock		what every user may see
 * The last two are spinlocks and never nest in one another.
 */
#ifndef GPUVF_TYPES_H
#define GPUVF_TYPES_H

#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/gpuvf.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "base/event.h"
#include "config/config.h"
#include "fb/layout.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

struct dentry;
struct gpuvf_sink;

#define GPUVF_BDF_SIZE		16
#define GPUVF_DRIVER_SIZE	32

/* why a VF has failed: its reset failed */
#define GPUVF_FAULT_RESET	BIT(0)
/* the VF exceeded a rate limit that ends with failing it */
#define GPUVF_FAULT_LIMIT	BIT(1)
/* its slot of the context save area could not be scrubbed */
#define GPUVF_FAULT_CONTEXT	BIT(2)

/**
 * struct gpuvf_vf - one VF, enabled or not
 * @pf: whose VF it is
 * @index: counted from 0, as the PCI core's virtfn0
 * @pdev: its PCI device while enabled, else NULL; pf->lock
 * @faults: GPUVF_FAULT_* bits: why it has failed, and is not scheduled; pf->lock
 * @paused: keeps its state, gets no time until resumed; pf->lock
 * @stopped: gets no time until it is reset; pf->lock
 * @resetting: a reset is under way; pf->lock
 * @teardown: the reset under way replaces a SHUTDOWN that the hardware does not
 *	have: it only ends the VF's state; pf->lock
 * @reset_by_user: the reset under way is carried out by its user's driver; pf->lock
 * @take_over: the reset under way is to be left to its user's driver; pf->lock, which
 *	@reset_work reads it without
 * @reset_asked: an administrator asked for the reset under way: if it succeeds,
 *	it clears @faults, @paused and @stopped; pf->lock
 * @reset_waits: @resetting, and there is nothing to do before the reset of the
 *	GPU under way, or the resume, is over; pf->lock
 * @pci_locked: the reset of the GPU under way has locked its PCI device and saved its
 *	configuration space
 * @ready: its guest is ready for the reset that was announced
 * @reset_done: the last reset that an administrator asked for is over
 * @init_after_reset: its guest asked for the reset, and wants to start again;
 *	pf->lock
 * @access: what its guest has full access for, or waits for it; pf->lock
 * @mbox: its mailbox; pf->lock
 * @guest: its exchange region; pf->lock
 * @throttle: what it did how often; pf->lock
 * @migration: its state is about to be moved; pf->lock
 * @notified_state: the state that listeners know of; pf->lock
 * @reset_err: what became of the last reset; pf->lock
 * @reset_work: carries a reset out
 * @stats: what is counted under pf->lock; the rest is the scheduler's
 * @bdf: its PCI address, empty while there is no such PCI device;
 *	pf->public_lock
 * @driver: name of the driver that has it, or empty; pf->public_lock
 * @kobj: its directory in sysfs
 */
struct gpuvf_vf {
	struct gpuvf_pf *pf;
	unsigned int index;
	struct pci_dev *pdev;
	u32 faults;
	bool paused;
	bool stopped;
	bool resetting;
	bool teardown;
	bool reset_by_user;
	bool take_over;
	bool reset_asked;
	bool reset_waits;
	bool pci_locked;
	struct completion ready;
	struct completion reset_done;
	bool init_after_reset;
	enum gpuvf_access access;
	struct gpuvf_vf_mbox mbox;
	struct gpuvf_vf_guest guest;
	struct gpuvf_throttle throttle;
	struct gpuvf_vf_migration migration;
	enum gpuvf_vf_state notified_state;
	int reset_err;
	struct work_struct reset_work;
	struct gpuvf_vf_stats stats;
	char bdf[GPUVF_BDF_SIZE];
	char driver[GPUVF_DRIVER_SIZE];
	struct kobject kobj;
};

/**
 * struct gpuvf_public - what every user may see of a GPU
 * @revision: of the configuration
 * @wedged: the hardware stopped answering
 * @vfs_changing: VFs are being enabled or disabled
 * @num_vfs: number of enabled VFs
 * @config: the configuration; what is free in its layout is measured when it is
 *	read, as if nothing were quarantined
 *
 * A copy of members of struct gpuvf_pf, made under pf->lock by
 * gpuvf_pf_publish_locked(). Users without CAP_SYS_ADMIN read it under
 * pf->public_lock alone: pf->lock is held for long at times, is needed to answer
 * guests, and the time that it takes to get it tells what tenants do.
 * Nothing in it changes because of what a guest does.
 */
struct gpuvf_public {
	u64 revision;
	bool wedged;
	bool vfs_changing;
	unsigned int num_vfs;
	struct gpuvf_config config;
};

/**
 * struct gpuvf_pf - one GPU
 * @dev: device of class gpuvf, named by the BDF; its reference count is the
 *	PF's
 * @pdev: the PCI device; valid while pf->lock is held and @gone is false, and
 *	in everything that gpuvf_pf_remove() stops
 * @hw: hardware, behind its backend; lives as long as the PF
 * @sink: the layers above
 * @vendor: PCI vendor id
 * @device: PCI device id
 * @numa_node: NUMA_NO_NODE where there is none
 * @total_vfs: how many VFs it can have, at most GPUVF_MAX_VFS
 * @pci_state: the PF's configuration space as it is to be
 * @irq: vector, 0: the hardware has none and everything is polled
 * @released: its driver is about to be unbound; no VFs are enabled any more. The
 *	lock of its PCI device
 * @lock: protects what follows
 * @unsettled: see gpuvf_pf_unsettle_locked()
 * @gone: removed; nothing may be asked of it any more
 * @wedged: the hardware stopped answering
 * @resetting: the GPU is to be reset by @reset_work, or is being reset by it
 * @reset_asked: an administrator asked for that
 * @reset_needed: nothing else frees the engine
 * @reset_task: the thread that is in the reset by @reset_work; NULL: none is. Only
 *	this thread may compare it without pf->lock
 * @reset_err: of the last reset of the GPU
 * @reset_done: the last reset of the GPU that an administrator asked for is over
 * @resets: how many of them succeeded
 * @failed_resets: how many failed
 * @in_reset: the PCI core is resetting the GPU; requests wait for the end, since
 *	what they write now would be lost. Resets of VFs do so too
 * @out_of_reset: that is over; never reset while it is not
 * @frozen: a fatal PCIe error: the hardware is not to be relied on before a reset of
 *	the GPU has succeeded. It changes under the device lock too
 * @quiesced: the GPU is at rest until it is resumed: no reset begins, and messages
 *	of guests wait
 * @reset_notified: bit n: the guest of VF n was notified of the GPU's reset under way
 * @vf_count_changing: VFs are being enabled or disabled
 * @module_pinned: VFs are enabled and hold a reference on the module
 * @num_vfs: how many VFs are enabled
 * @revision: of the configuration, changes with every change
 * @config: the configuration that holds
 * @vf: VFs by index
 * @in_table: bit n: the framebuffer table of the hardware has the extent of VF n
 * @scrub: what still has to be scrubbed, and the worker that does
 * @full_access: who has the GPU to himself
 * @mbox_work: listens to the guests
 * @mbox_vfs: bit n: of VF n, since the hardware may have something to say of it
 * @guest_reader: reads what guests say of themselves
 * @reset_work: resets the GPU
 * @recover_work: looks for what became of a fatal PCIe error
 * @recover_since: in jiffies: when the last one came; device lock
 * @engine: what gives VFs their time slices, by enum gpuvf_engine_id
 * @report: takes the reports of the engines
 * @public_lock: protects @public, and @bdf and @driver of the VFs
 * @public: what every user may see
 * @notify_work: notifies user space of changes
 * @public_changed: bit 0: @public changed since @notify_work ran
 * @notified_wedged: what the last uevent said
 * @events: events that are reported later
 * @debugfs: directory for engineers
 */
struct gpuvf_pf {
	struct device dev;
	struct pci_dev *pdev;
	struct gpuvf_hw *hw;
	const struct gpuvf_sink *sink;
	u16 vendor;
	u16 device;
	int numa_node;
	unsigned int total_vfs;
	struct pci_saved_state *pci_state;
	int irq;
	bool released;

	/* what follows; taken before the scheduler's lock */
	struct mutex lock;
	bool unsettled;
	bool gone;
	bool wedged;
	bool resetting;
	bool reset_asked;
	bool reset_needed;
	struct task_struct *reset_task;
	int reset_err;
	struct completion reset_done;
	u64 resets;
	u64 failed_resets;
	bool in_reset;
	struct completion out_of_reset;
	bool frozen;
	bool quiesced;
	u32 reset_notified;
	bool vf_count_changing;
	bool module_pinned;
	unsigned int num_vfs;
	u64 revision;
	struct gpuvf_config config;
	struct gpuvf_vf vf[GPUVF_MAX_VFS];
	u32 in_table;
	struct gpuvf_scrub scrub;

	struct gpuvf_full_access full_access;
	struct delayed_work mbox_work;
	atomic_t mbox_vfs;
	struct gpuvf_guest_reader guest_reader;
	struct delayed_work reset_work;
	struct delayed_work recover_work;
	unsigned long recover_since;
	struct gpuvf_engine *engine[GPUVF_ENGINES];
	struct work_struct report;
	/* what every user may see; no other lock is taken inside */
	spinlock_t public_lock;
	struct gpuvf_public public;
	struct delayed_work notify_work;
	unsigned long public_changed;
	bool notified_wedged;
	struct gpuvf_events events;
	struct dentry *debugfs;
};

#endif /* GPUVF_TYPES_H */
