/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam to hardware: what a backend has to provide. Nothing above it knows
 * registers, nothing below it knows configurations, VFs' lives or schedules.
 */
#ifndef GPUVF_HW_H
#define GPUVF_HW_H

#include <linux/pci.h>
#include <linux/types.h>

#include "hw/regs.h"

struct gpuvf_extent;
struct gpuvf_layout;
struct gpuvf_pf;

/**
 * struct gpuvf_mbox_msg - a message between PF and VF
 * @word: code, and what goes with it
 */
struct gpuvf_mbox_msg {
	u32 word[GPUVF_MBOX_WORDS];
};

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

/* what an interrupt can mean */
#define GPUVF_HW_EVENT_COMMAND		BIT(0)	/* a command is over */
#define GPUVF_HW_EVENT_BUSY		BIT(1)	/* a VF got work or ran out of it */
#define GPUVF_HW_EVENT_SCRUB		BIT(2)	/* the scrub engine stopped */
#define GPUVF_HW_EVENT_VF_FLR		BIT(3)	/* a VF was reset by its user */
#define GPUVF_HW_EVENT_MBOX		BIT(4)	/* a guest sent or took a message */
#define GPUVF_HW_EVENT_HANG		BIT(5)	/* the engine hangs, or did */

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
 * @scrub: the VF reads zeros, and not the last message to it
 * @listen: whether messages and acknowledgments of a VF raise interrupts;
 *	a reset of the GPU switches it off
 */
struct gpuvf_mbox_ops {
	u32 (*rx_vfs)(struct gpuvf_pf *pf);
	u32 (*acked_vfs)(struct gpuvf_pf *pf);
	void (*read)(struct gpuvf_pf *pf, unsigned int vf,
		     struct gpuvf_mbox_msg *msg);
	void (*ack)(struct gpuvf_pf *pf, unsigned int vf);
	bool (*ack_seen)(struct gpuvf_pf *pf, unsigned int vf);
	void (*send)(struct gpuvf_pf *pf, unsigned int vf,
		     const struct gpuvf_mbox_msg *msg, bool valid);
	void (*clear)(struct gpuvf_pf *pf, unsigned int vf);
	void (*listen)(struct gpuvf_pf *pf, unsigned int vf, bool on);
};

/**
 * struct gpuvf_hw_ops - one kind of hardware
 * @name: for people and for pf-get's backend attribute
 * @capabilities: GPUVF_CAPABILITY_* bits that every such hardware has; probe
 *	adds those that only some has
 * @time_slice_min_us: shortest time slice the hardware takes
 * @time_slice_max_us: longest time slice the hardware takes
 * @command_limit_us: a command that takes longer than this hangs
 * @access_alone_ms: how long a guest may have full access, where no other VF has work
 * @access_limit_ms: and where one has, at the most
 * @probe: find the registers, fill pf->geometry and pf->capabilities; leave the
 *	hardware quiet. May sleep. 0, -ENODEV (not such hardware), -EIO
 * @irq_enable: let the hardware raise interrupts, or not. Any context
 * @irq_events: fetch and acknowledge what the hardware has to say, of the engine
 *	first: that a command is over comes alone. Hard-irq context; returns
 *	GPUVF_HW_EVENT_* bits, 0: nothing more
 * @set_reserve: tell the hardware the PF reserve and the context save area.
 *	pf->lock; 0, -EIO, -EUCLEAN (does not read back)
 * @has_reserve: does the hardware hold what set_reserve wrote? It forgets that
 *	with a reset of the GPU, and with nothing else: also 0 where
 *	gpuvf_hw_is_wiped(). pf->lock, or the device lock. 1, 0; -EIO: it does not
 *	answer
 * @set_vf_fb: give a VF its extent; size 0 takes it away. pf->lock; 0, -EIO,
 *	-EUCLEAN (does not read back)
 * @command: start a command for a VF; the last argument is the VF that comes
 *	after it, for GPUVF_HW_SWITCH. engine.lock, also in hard-irq context. 0,
 *	-EIO
 * @command_status: of the last command. Same. 0: done; -EINPROGRESS;
 *	-EIO: failed; -ECANCELED: the hardware would not do it
 * @engine_is_taken: is a function on the engine, or a command under way? Same
 * @engine_hangs: does the function on the engine hang, and need an FLR? Same
 * @busy_vfs: bit n: VF n has work. Any context
 * @flr_vfs: fetch and acknowledge which VFs were reset by their users. Until that
 *	the hardware starts none of them. engine.lock, so that no VF is started
 *	before what this says is known
 * @scrub_start: begin to overwrite an extent. Scrub worker, pf->lock. 0, -EIO,
 *	-EBUSY: the last scrub is not over
 * @scrub_context_start: begin to overwrite a VF's saved context. Same.
 * @scrub_status: of the last scrub. Same context. 0: all of it is overwritten;
 *	-EINPROGRESS; -ECANCELED: aborted; -EIO: failed. Where it is not 0, what of
 *	it was overwritten is not known
 * @scrub_abort: stop the clear engine, if it is at work. pf->lock. 0: it does not
 *	write any more; -EBUSY: it does not stop; -EIO
 * @set_schedule: which VFs there are (bit n: VF n), and their time slices by index.
 *	Time slices are given by commands; this is for the registers by which hardware
 *	schedules on its own, so that they never name a VF that is not enabled. What
 *	does not take its value is not reported. pf->lock
 * @verify_vf: read back the registers that a reset of the VF may have lost: its
 *	entry of the framebuffer table, which is to have the extent or nothing, the
 *	context save area, the PF reserve, what @set_schedule wrote, interrupt
 *	enables. Rewrite what differs, with a rate-limited warning. pf->lock; 0,
 *	-EIO, -EUCLEAN (does not read back)
 * @mbox: the mailbox operations
 * @fb_write: write a part of the framebuffer: byte offset and length, both multiples
 *	of 4, out of memory aligned to 4. pf->lock, which is held for about 1 us for
 *	each 4 bytes. 0; -EOPNOTSUPP; -EIO
 * @fb_read: read a part of it, each byte once. Same
 *
 * Some operations are called only where pf->capabilities has their bit, and may
 * be NULL elsewhere: busy_vfs (BUSY), flr_vfs (FLR_NOTICE), the clear operations
 * (CLEAR), the mailbox operations (MAILBOX). Likewise GPUVF_HW_SHUTDOWN is issued
 * only with SHUTDOWN, and GPUVF_HW_SWITCH only with ONESHOT. What replaces a
 * missing capability:
 *
 *	BUSY		policy best-effort is refused; a VF counts as having work
 *			while it has state. With a mailbox a guest begins by
 *			REQ_INIT. Without one, nothing tells that there is a guest:
 *			every VF that may run is started and counts as having work
 *	FLR_NOTICE	a user's FLR is seen when a command is refused: then the VF
 *			is reset. A tenancy ends when the VF's driver is unbound,
 *			when VFs are disabled and with a reset by the PF driver
 *	SHUTDOWN	the state of a VF is torn down by its FLR; disabling VFs and
 *			a reset of the GPU end it too
 *	MAILBOX		guests are started when they have work
 *	INTERRUPT	everything is polled
 *	CLEAR		no framebuffer is given to a VF
 *	ONESHOT		IDLE, SAVE, LOAD and RUN are issued one by one
 *
 * engine_hangs may be NULL: a hang is noticed when its command takes too long. There is
 * no bit for fb_write and fb_read, which are never NULL: where they say -EOPNOTSUPP,
 * guests find nothing in their exchange region, and no claim of theirs is known.
 */
struct gpuvf_hw_ops {
	const char *name;
	u32 capabilities;
	u32 time_slice_min_us;
	u32 time_slice_max_us;
	u32 command_limit_us;
	u32 access_alone_ms;
	u32 access_limit_ms;

	int (*probe)(struct gpuvf_pf *pf);
	void (*irq_enable)(struct gpuvf_pf *pf, bool on);
	u32 (*irq_events)(struct gpuvf_pf *pf);
	int (*set_reserve)(struct gpuvf_pf *pf, u64 reserve_bytes,
			   const struct gpuvf_extent *context);
	int (*has_reserve)(struct gpuvf_pf *pf);
	int (*set_vf_fb)(struct gpuvf_pf *pf, unsigned int vf,
			 const struct gpuvf_extent *extent);
	int (*command)(struct gpuvf_pf *pf, enum gpuvf_hw_cmd cmd,
		       unsigned int vf, unsigned int next);
	int (*command_status)(struct gpuvf_pf *pf);
	bool (*engine_is_taken)(struct gpuvf_pf *pf);
	bool (*engine_hangs)(struct gpuvf_pf *pf);
	u32 (*busy_vfs)(struct gpuvf_pf *pf);
	u32 (*flr_vfs)(struct gpuvf_pf *pf);
	int (*scrub_start)(struct gpuvf_pf *pf,
			   const struct gpuvf_extent *extent);
	int (*scrub_context_start)(struct gpuvf_pf *pf, unsigned int vf);
	int (*scrub_status)(struct gpuvf_pf *pf);
	int (*scrub_abort)(struct gpuvf_pf *pf);
	void (*set_schedule)(struct gpuvf_pf *pf, u32 vfs, const u32 *slice_us);
	int (*verify_vf)(struct gpuvf_pf *pf, unsigned int vf,
			 const struct gpuvf_extent *extent,
			 const struct gpuvf_layout *layout);
	const struct gpuvf_mbox_ops *mbox;
	int (*fb_write)(struct gpuvf_pf *pf, u64 offset, const void *buf,
			size_t len);
	int (*fb_read)(struct gpuvf_pf *pf, u64 offset, void *buf, size_t len);
};

extern const struct gpuvf_hw_ops gpuvf_iov_v3_ops;
extern const struct gpuvf_mbox_ops gpuvf_mbox_page_ops;

/**
 * struct gpuvf_iov - where the GPU-IOV backend finds its registers
 * @iov: GPU-IOV capability in the PF's configuration space
 * @sch: GFX scheduler block
 * @sim: SIM capability, 0: real hardware
 * @intr_enable: what GPUVF_IOV_INTR_ENABLE kept of what was written, 0: nothing is
 *	known of it, or interrupts are off
 * @sim_intr_enable: likewise of GPUVF_SIM_INTR_ENABLE
 * @schedule: what the run list and the time quanta are to hold
 */
struct gpuvf_iov {
	int iov;
	int sch;
	int sim;
	u32 intr_enable;
	u32 sim_intr_enable;
	u32 schedule[4];
};

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
