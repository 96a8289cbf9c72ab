/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam to hardware: what a backend has to provide. Nothing above it knows
 * registers, nothing below it knows configurations, VFs' lives or schedules.
 */
#ifndef GPUVF_HW_H
#define GPUVF_HW_H

#include <linux/gpuvf.h>
#include <linux/pci.h>
#include <linux/types.h>

#include "base/pure.h"
#include "hw/messages.h"

struct gpuvf_hw;

/* commands of the world switch */
enum gpuvf_hw_cmd {
	GPUVF_HW_IDLE,
	GPUVF_HW_SAVE,
	GPUVF_HW_LOAD,
	GPUVF_HW_RUN,
	GPUVF_HW_INIT,
	GPUVF_HW_SHUTDOWN,
	GPUVF_HW_SWITCH,	/* from one VF to the next, in one command */
};

#define GPUVF_HW_NUM_CMDS	(GPUVF_HW_SWITCH + 1)

/* what an interrupt can mean */
#define GPUVF_HW_EVENT_COMMAND		BIT(0)	/* a command is over */
#define GPUVF_HW_EVENT_BUSY		BIT(1)	/* a VF got work or ran out of it */
#define GPUVF_HW_EVENT_SCRUB		BIT(2)	/* the scrub engine stopped */
#define GPUVF_HW_EVENT_VF_FLR		BIT(3)	/* a VF was reset by its user; see flr_vfs() */
#define GPUVF_HW_EVENT_MBOX		BIT(4)	/* a guest sent or took a message */
#define GPUVF_HW_EVENT_HANG		BIT(5)	/* the engine hangs, or did */

/* where the hardware does not say which VFs an event is about */
#define GPUVF_HW_ANY_VF			(~0U)

/**
 * struct gpuvf_hw_events - what the hardware has to say
 * @events: GPUVF_HW_EVENT_* bits, 0: nothing
 * @mbox_vfs: bit n: GPUVF_HW_EVENT_MBOX is about VF n; GPUVF_HW_ANY_VF: not known
 * @hang_vfs: likewise of GPUVF_HW_EVENT_HANG
 */
struct gpuvf_hw_events {
	u32 events;
	u32 mbox_vfs;
	u32 hang_vfs;
};

/**
 * struct gpuvf_hw_caps - what a piece of hardware has, and its limits
 * @capabilities: GPUVF_CAPABILITY_* bits. GPUVF_CAPABILITY_INTERRUPT where the end of
 *	a command can raise an interrupt; the core clears it when there is no vector
 * @total_vfs: VFs for which the hardware has room; the core takes GPUVF_MAX_VFS at
 *	the most
 * @fb: its framebuffer. The core fills @fb.context_bytes, adds @park to
 *	@fb.reserved, and rounds the reserved ranges outwards to units
 * @context_slot_bytes: the context save area has a slot of this size for each VF and
 *	one for the PF
 * @park: where the entries of parked VFs point, if they cannot be empty; size 0: they
 *	can. No VF and no saved context is ever placed there, and it is not scrubbed
 * @time_slice_min_us: shortest time slice
 * @time_slice_max_us: longest time slice; at most GPUVF_SCHED_MAX_SLICE_NS
 * @command_limit_us: by enum gpuvf_hw_cmd: a command that takes longer than this hangs.
 *	IDLE has the preemption timeout of its VF instead, and SWITCH has that besides
 * @access_alone_ms: how long a guest may have full access, where no other VF has work
 * @access_limit_ms: and where one has, at the most
 * @num_registers: of a VF, for migration; at most GPUVF_STREAM_MAX_REGISTERS; 0: VFs of
 *	this piece of hardware cannot be migrated
 *
 * Filled by probe, constant from then on.
 */
struct gpuvf_hw_caps {
	u32 capabilities;
	unsigned int total_vfs;
	struct gpuvf_fb_geometry fb;
	u64 context_slot_bytes;
	struct gpuvf_extent park;
	u32 time_slice_min_us;
	u32 time_slice_max_us;
	u32 command_limit_us[GPUVF_HW_NUM_CMDS];
	u32 access_alone_ms;
	u32 access_limit_ms;
	u32 num_registers;
};

/**
 * struct gpuvf_mbox_ops - one kind of mailbox; pf->lock held
 * @rx_vfs: bit n: VF n sent a message that was not acknowledged
 * @acked_vfs: bit n: VF n acknowledged what it can read now
 * @read: that message of a VF, or what the VF has written over it
 * @ack: acknowledge it
 * @ack_seen: has the VF taken back what it sent, so that it saw the
 *	acknowledgment? Also true where there is none
 * @send: put a message in the place of the last one, which is lost if it was
 *	not read; with an interrupt, or for a guest that looks
 * @clear: the VF reads zeros, and not the last message to it
 * @listen: whether messages and acknowledgments of a VF raise interrupts;
 *	a reset of the GPU switches it off
 */
struct gpuvf_mbox_ops {
	u32 (*rx_vfs)(struct gpuvf_hw *hw);
	u32 (*acked_vfs)(struct gpuvf_hw *hw);
	void (*read)(struct gpuvf_hw *hw, unsigned int vf,
		     struct gpuvf_mbox_msg *msg);
	void (*ack)(struct gpuvf_hw *hw, unsigned int vf);
	bool (*ack_seen)(struct gpuvf_hw *hw, unsigned int vf);
	void (*send)(struct gpuvf_hw *hw, unsigned int vf,
		     const struct gpuvf_mbox_msg *msg, bool valid);
	void (*clear)(struct gpuvf_hw *hw, unsigned int vf);
	void (*listen)(struct gpuvf_hw *hw, unsigned int vf, bool on);
};

/**
 * struct gpuvf_migrate_ops - what it takes to move the state of a VF; pf->lock held
 * @get_registers: what of a VF's state is neither in its framebuffer nor in its saved
 *	context, hw->caps.num_registers values, while it is not on the engine. 0, -EIO,
 *	-EUCLEAN
 * @set_registers: the same at another VF: neither its guest nor the PF's driver sees a
 *	message or an interrupt come by that. 0, -EIO, -EUCLEAN (does not read back)
 * @context_offset: where the slot of a VF begins in the context save area, in bytes
 * @adopt: take what the slot of a VF without a context holds for its saved context: it
 *	has one from here on, as after SAVE. 0; -EINVAL: it has none; -EIO: it may have
 * @fb_next: from a byte of framebuffer on, a multiple of 4 KiB, the next page of 4 KiB
 *	that may have content; what is skipped is zeros. It may say one without content,
 *	and one behind the end. 0, -EIO. NULL: not known
 */
struct gpuvf_migrate_ops {
	int (*get_registers)(struct gpuvf_hw *hw, unsigned int vf, u32 *reg);
	int (*set_registers)(struct gpuvf_hw *hw, unsigned int vf,
			     const u32 *reg);
	u64 (*context_offset)(struct gpuvf_hw *hw, unsigned int vf);
	int (*adopt)(struct gpuvf_hw *hw, unsigned int vf);
	int (*fb_next)(struct gpuvf_hw *hw, u64 offset, u64 *next);
};

/**
 * struct gpuvf_hw_ops - one kind of hardware
 * @name: for people and for pf-get's backend attribute
 * @size: bytes of the backend's own struct, the first member of which is struct
 *	gpuvf_hw. It is allocated before @probe, zeroed but for ops and pdev, and lives
 *	as long as the PF: longer than the interrupt, and than the binding of the device
 * @probe: find the registers and fill hw->caps; writes nothing that other hardware
 *	could take amiss before it has recognised its own. May sleep. 0; -ENODEV: other
 *	hardware, without a message; else it is such hardware and cannot be used, with
 *	one message that names what is wrong and its value: -EIO, -EINVAL
 * @irq_enable: let the hardware raise interrupts, or not. Any context
 * @irq_events: fetch and acknowledge what the hardware has to say, of the engine
 *	first: that a command is over comes alone. Fills a zeroed struct. Hard-irq
 *	context, and where everything is polled the scheduler thread
 * @set_reserve: tell the hardware the PF reserve and the context save area.
 *	pf->lock; 0, -EIO, -EUCLEAN (does not read back)
 * @has_reserve: does the hardware hold what set_reserve wrote? It forgets that
 *	with a reset of the GPU, and with nothing else: also 0 where
 *	gpuvf_hw_is_wiped(). pf->lock, or the device lock. 1, 0; -EIO: it does not
 *	answer
 * @set_vf_fb: give a VF its extent, which is never empty. pf->lock; 0, -EIO, -EUCLEAN
 *	(does not read back)
 * @park_vf: let a VF reach no framebuffer of another function: an empty entry, or
 *	hw->caps.park. Same. Every VF is parked before the first is enabled, and when
 *	VFs were disabled
 * @command: start a command for a VF; the last argument is the VF that comes
 *	after it, for GPUVF_HW_SWITCH. engine lock, also in hard-irq context. 0,
 *	-EIO
 * @command_status: of the last command. Same. 0: done; -EINPROGRESS;
 *	-EIO: failed; -ECANCELED: the hardware would not do it
 * @engine_state: 0: no function is on the engine and no command under way; -EBUSY:
 *	one is; -EIO: the hardware does not answer. Same; or where no command can begin:
 *	probe, a GPU that is quiesced, one without VFs
 * @engine_test: give a command that is done only where no function hangs; until then
 *	@engine_state says -EBUSY. For hardware that does not say so by itself. Where no
 *	command can begin. 0, errno: @engine_state tells what it can
 * @engine_hangs: does the function on the engine hang, and need an FLR? Same
 * @busy_vfs: bit n: VF n has work. Any context
 * @flr_vfs: fetch and acknowledge which VFs were reset by their users. Until that
 *	the hardware starts none of them. engine lock, so that no VF is started
 *	before what this says is known
 * @scrub_start: begin to overwrite an extent. Scrub worker, pf->lock. 0, -EIO,
 *	-EBUSY: the last scrub is not over
 * @scrub_context_start: begin to overwrite a VF's saved context. Same.
 * @scrub_status: of the last scrub. Same context. 0: all of it is overwritten;
 *	-EINPROGRESS; -ECANCELED: aborted; -EIO: failed. Where it is not 0, what of
 *	it was overwritten is not known
 * @scrub_abort: stop the scrub engine, if it is at work. pf->lock. 0: it does not
 *	write any more; -EBUSY: it does not stop; -EIO
 * @set_schedule: which VFs there are (bit n: VF n), and their time slices by index.
 *	Time slices are given by commands; this is for the registers by which hardware
 *	schedules on its own, so that they never name a VF that is not enabled. What
 *	does not take its value is not reported. pf->lock
 * @verify_vf: read back the registers that a reset of the VF may have lost: its
 *	entry of the framebuffer table, which is to have the extent, or with NULL to be
 *	parked, the context save area, the PF reserve, what @set_schedule wrote, interrupt
 *	enables. Rewrite what differs, with a rate-limited warning. pf->lock; 0,
 *	-EIO, -EUCLEAN (does not read back)
 * @mbox: the mailbox operations
 * @fb_write: write a part of the framebuffer: byte offset and length, both multiples
 *	of 4, out of memory aligned to 4. pf->lock, which is held for about 1 us for
 *	each 4 bytes. 0; -EOPNOTSUPP; -EIO
 * @fb_read: read a part of it, each byte once. Same
 * @migrate: the operations for migration
 *
 * The contract. Any register may read as anything at any moment, all ones included,
 * since the device may be gone or faulty: an operation says -EIO, or 0 for a mask of
 * VFs, accesses nothing outside the registers that probe has found to be there, and
 * never loops until the hardware changes. Probe takes hardware whose figures make
 * sense, as gpuvf_hw_probe() checks besides, and refuses the rest. All that follows
 * from a failure is the core's.
 *
 * Every capability but the first two may be missing; the operations that belong to it
 * may be NULL then, and are not called. What the core does instead:
 *
 *	FRAMEBUFFER	refused at probe: nothing can be partitioned
 *	TIME_SLICE	refused at probe
 *	BUSY		busy_vfs. Policy best-effort is refused; a VF counts as having
 *			work while it has state. With a mailbox a guest begins by
 *			REQ_INIT. Without one, nothing tells that there is a guest:
 *			every VF that may run is started and counts as having work
 *	FLR_NOTICE	flr_vfs. A user's FLR is seen when a command is refused: then
 *			the VF is reset. A tenancy ends when the VF's driver is unbound,
 *			when VFs are disabled and with a reset by the PF driver. A
 *			warning at probe
 *	SHUTDOWN	GPUVF_HW_SHUTDOWN. The state of a VF is torn down by its FLR;
 *			disabling VFs and a reset of the GPU end it too
 *	MAILBOX		mbox. Guests are started when they have work
 *	INTERRUPT	everything is polled; irq_enable and irq_events are called all
 *			the same
 *	SCRUB		scrub_start, scrub_context_start, scrub_status, scrub_abort. No
 *			framebuffer is given to a VF
 *	ONESHOT		GPUVF_HW_SWITCH. IDLE, SAVE, LOAD and RUN are issued one by one
 *
 * Some have no capability. engine_test may be NULL: engine_state needs no command for
 * what it says. engine_hangs may be NULL: a hang is noticed when its command takes too
 * long. set_schedule may be NULL: there are no such registers. fb_write and fb_read,
 * never NULL, may say -EOPNOTSUPP: guests find nothing in their exchange region, and no
 * claim of theirs is known. migrate may be NULL: VFs cannot be migrated. No other
 * operation may be missing.
 */
struct gpuvf_hw_ops {
	const char *name;
	size_t size;

	int (*probe)(struct gpuvf_hw *hw);
	void (*irq_enable)(struct gpuvf_hw *hw, bool on);
	void (*irq_events)(struct gpuvf_hw *hw, struct gpuvf_hw_events *events);
	int (*set_reserve)(struct gpuvf_hw *hw, u64 reserve_bytes,
			   const struct gpuvf_extent *context);
	int (*has_reserve)(struct gpuvf_hw *hw);
	int (*set_vf_fb)(struct gpuvf_hw *hw, unsigned int vf,
			 const struct gpuvf_extent *extent);
	int (*park_vf)(struct gpuvf_hw *hw, unsigned int vf);
	int (*command)(struct gpuvf_hw *hw, enum gpuvf_hw_cmd cmd,
		       unsigned int vf, unsigned int next);
	int (*command_status)(struct gpuvf_hw *hw);
	int (*engine_state)(struct gpuvf_hw *hw);
	int (*engine_test)(struct gpuvf_hw *hw);
	bool (*engine_hangs)(struct gpuvf_hw *hw);
	u32 (*busy_vfs)(struct gpuvf_hw *hw);
	u32 (*flr_vfs)(struct gpuvf_hw *hw);
	int (*scrub_start)(struct gpuvf_hw *hw,
			   const struct gpuvf_extent *extent);
	int (*scrub_context_start)(struct gpuvf_hw *hw, unsigned int vf);
	int (*scrub_status)(struct gpuvf_hw *hw);
	int (*scrub_abort)(struct gpuvf_hw *hw);
	void (*set_schedule)(struct gpuvf_hw *hw, u32 vfs, const u32 *slice_us);
	int (*verify_vf)(struct gpuvf_hw *hw, unsigned int vf,
			 const struct gpuvf_extent *extent, u64 reserve_bytes,
			 const struct gpuvf_extent *context);
	const struct gpuvf_mbox_ops *mbox;
	int (*fb_write)(struct gpuvf_hw *hw, u64 offset, const void *buf,
			size_t len);
	int (*fb_read)(struct gpuvf_hw *hw, u64 offset, void *buf, size_t len);
	const struct gpuvf_migrate_ops *migrate;
};

/**
 * struct gpuvf_hw - a piece of hardware, as its backend sees it
 * @ops: the backend
 * @pdev: the PF's PCI device; valid as struct gpuvf_pf's
 * @caps: what it has
 */
struct gpuvf_hw {
	const struct gpuvf_hw_ops *ops;
	struct pci_dev *pdev;
	struct gpuvf_hw_caps caps;
};

/* hw/backend.c */
extern const struct pci_device_id gpuvf_hw_ids[];
struct gpuvf_hw *gpuvf_hw_probe(struct pci_dev *pdev);
void gpuvf_hw_test_engine(struct gpuvf_hw *hw);

/* can its VFs be migrated? */
static inline bool gpuvf_hw_can_migrate(const struct gpuvf_hw *hw)
{
	return hw->ops->migrate && hw->caps.num_registers;
}

/* @capability: one GPUVF_CAPABILITY_*; constant from the end of probe */
static inline bool gpuvf_hw_can(const struct gpuvf_hw *hw, u32 capability)
{
	return hw->caps.capabilities & capability;
}

/* is a function on the engine, or a command under way? Context as engine_state() */
static inline bool gpuvf_hw_engine_is_taken(struct gpuvf_hw *hw)
{
	return hw->ops->engine_state(hw) == -EBUSY;
}

/*
 * Is the PF's configuration space that of power-on? A bound PF has bus mastering,
 * which a reset of the bus takes, and a reset of a VF does not.
 */
static inline bool gpuvf_hw_is_wiped(struct pci_dev *pdev)
{
	u16 command;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	return !PCI_POSSIBLE_ERROR(command) && !(command & PCI_COMMAND_MASTER);
}

#endif /* GPUVF_HW_H */
