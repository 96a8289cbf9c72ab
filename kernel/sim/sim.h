/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gpuvf_sim - a GPU in software, behind a virtual PCI host bridge.
 *
 * This is hardware: it shares with gpuvf.ko the register page and nothing else,
 * and what it counts is the truth that tests go by.
 *
 *	root bus      root port k            bus behind it
 *	  00.0  ─────  GPU 0's port  ─────►  PF at routing id 0, VF n at 1 + n
 *	  01.0  ─────  GPU 1's port  ─────►  ...
 *
 * Locks: gpu->lock, a raw spinlock, protects everything of one GPU; it is taken
 * in config accesses, which come in any context, so nothing slow is done under
 * it. The lock of pending interrupts nests inside it.
 */
#ifndef GPUVF_SIM_H
#define GPUVF_SIM_H

#include <linux/hrtimer.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "../gpuvf_regs.h"

#define SIM_MAX_GPUS	8
#define SIM_MAX_VFS	GPUVF_IOV_MAX_VFS
#define SIM_CFG_SIZE	4096
#define SIM_GRANULE	((u64)GPUVF_IOV_VF_FB_UNIT)

/* where things are in configuration space */
#define SIM_CAP_PM	0x40
#define SIM_CAP_MSI	0x50
#define SIM_CAP_EXP	0x70
#define SIM_ECAP_ARI	0x100
#define SIM_ECAP_SRIOV	0x140
#define SIM_ECAP_VF_SIM	0x140
#define SIM_ECAP_IOV	0x400
#define SIM_ECAP_SIM	0x500
#define SIM_SCH		(SIM_ECAP_IOV + 0xc0)

/* routing id of VF 0, and from VF to VF, relative to the PF */
#define SIM_VF_OFFSET	1
#define SIM_VF_STRIDE	1

/* functions of a GPU by number: 0 the PF, n + 1 VF n */
#define SIM_FCN_PF	0
#define SIM_FCN_VF(n)	((n) + 1)
#define SIM_NUM_FCNS	(SIM_MAX_VFS + 1)

enum sim_kind {
	SIM_ROOT_PORT,
	SIM_PF,
	SIM_VF,
};

struct dentry;
struct sim_gpu;
struct sim_log_entry;

/**
 * struct sim_dev - a PCI function's configuration space
 * @gpu: the GPU that it belongs to
 * @kind: what it is
 * @index: VF index
 * @cfg: what reads see
 */
struct sim_dev {
	struct sim_gpu *gpu;
	enum sim_kind kind;
	unsigned int index;
	u8 cfg[SIM_CFG_SIZE];
};

/* where a function is on its way through the command processor */
enum sim_fcn_state {
	SIM_SHUTDOWN,
	SIM_INIT,
	SIM_LOAD,
	SIM_RUN,
	SIM_IDLE,
	SIM_SAVE,
};

enum sim_guest {
	SIM_GUEST_OFF,
	SIM_GUEST_IDLE,
	SIM_GUEST_BUSY,
};

/**
 * struct sim_mail - one direction of a VF's mailbox
 * @msg: GPUVF_MBOX_*, or whatever was written
 * @data: what goes with it
 * @valid: under way: the receiver has not taken it
 * @used: there is content, perhaps taken already
 * @tenant: the VF's tenant when it was sent
 */
struct sim_mail {
	u16 msg;
	u16 data;
	bool valid;
	bool used;
	u32 tenant;
};

/**
 * struct sim_mbox - a VF's mailbox
 * @to_pf: from the VF to the PF
 * @to_vf: from the PF to the VF
 * @intr_enable: GPUVF_SIM_VF_INTR_*
 */
struct sim_mbox {
	struct sim_mail to_pf;
	struct sim_mail to_vf;
	u32 intr_enable;
};

/**
 * struct sim_fcn - a function as the command processor knows it
 * @state: what it did last
 * @hung: does nothing until it is reset
 * @flr_pending: was reset, and the PF driver has not acknowledged that yet
 * @context_dirty: its slot of the context save area has content
 * @epoch: whose memory, counts INITs
 * @tenant: whose mail, counts SHUTDOWNs, resets, and VF Enable going
 * @mbox: its mailbox
 * @guest: what its guest does
 * @percent: how much of the GPU a busy guest wants
 * @backlog_ns: work that waits
 * @advanced_ns: up to when the backlog is accounted
 * @next_work_ns: when the next piece of work comes
 * @turn_begin_ns: start of the INIT or LOAD of the present turn
 * @run_begin_ns: when it began to execute, 0: it does not
 * @run_ns: truth: executing
 * @charged_ns: truth: from start of INIT or LOAD to end of SAVE
 * @slices: truth: how often it executed
 * @longest_ns: truth: longest of them
 * @shortest_ns: truth: shortest of them
 * @command_ns: truth: by command code
 * @blocked_touches: truth: accesses outside its extent, refused
 * @mail_sent: truth: messages that the VF sent
 * @mail_dropped: truth: those that it sent before the last one was taken
 */
struct sim_fcn {
	enum sim_fcn_state state;
	bool hung;
	bool flr_pending;
	bool context_dirty;
	u32 epoch;
	u32 tenant;
	struct sim_mbox mbox;

	enum sim_guest guest;
	unsigned int percent;
	u64 backlog_ns;
	u64 advanced_ns;
	u64 next_work_ns;

	u64 turn_begin_ns;
	u64 run_begin_ns;
	u64 run_ns;
	u64 charged_ns;
	u64 slices;
	u64 longest_ns;
	u64 shortest_ns;
	u64 command_ns[16];
	u64 blocked_touches;
	u64 mail_sent;
	u64 mail_dropped;
};

/* who wrote a granule last */
#define SIM_WRITER_UNKNOWN	0xff
#define SIM_WRITER_CLEAR	0xfe

/**
 * struct sim_granule - 16 MiB of framebuffer
 * @writer: function number, or SIM_WRITER_*
 * @epoch: the writer's epoch
 */
struct sim_granule {
	u8 writer;
	u32 epoch;
};

/* violations of what the hardware must never see; each is counted */
#define SIM_VIOLATIONS(X) \
	X(overlaps)		/* extents of two functions overlap, or the reserve */ \
	X(dirty_starts)		/* INIT on memory that was not cleared */ \
	X(dirty_contexts)	/* INIT with a context slot that was not cleared */ \
	X(leftover_reads)	/* a guest read what another tenant had written */ \
	X(dirty_mailboxes)	/* INIT with a former tenant's message in the mailbox */ \
	X(leftover_mail)	/* a VF read a former tenant's message */ \
	X(foreign_writes)	/* a guest wrote into another VF's extent */ \
	X(moved_while_live)	/* the extent of a function with state changed */ \
	X(clear_live)		/* cleared under a function with state */ \
	X(bad_context)		/* context save area outside or in an extent */

enum sim_violation {
#define X(name) SIM_V_##name,
	SIM_VIOLATIONS(X)
#undef X
	SIM_NUM_VIOLATIONS
};

enum sim_fault {
	SIM_FAULT_NONE,
	SIM_FAULT_ERROR,
	SIM_FAULT_HANG_STATUS,
	SIM_FAULT_HANG_CLEAR,
	SIM_FAULT_HANG_SILENT,
	SIM_FAULT_SLOW,
};

/**
 * struct sim_command - the command processor
 * @busy: a command executes
 * @fault: what is wrong with it
 * @code: its code
 * @fcn: function that it is about
 * @next: second function of CONTEXT_SWITCH
 * @status: GPUVF_STATUS_*
 * @begin_ns: when it came
 * @done_ns: when it will be done
 * @ready_ns: since when another one could come
 */
struct sim_command {
	bool busy;
	enum sim_fault fault;
	u8 code;
	u8 fcn;
	u8 next;
	u8 status;
	u64 begin_ns;
	u64 done_ns;
	u64 ready_ns;
};

/**
 * struct sim_log - the last commands, in the order in which they were over
 * @entry: a ring of sim_log_entries entries
 * @count: how many commands were over since the module was loaded
 */
struct sim_log {
	struct sim_log_entry *entry;
	u64 count;
};

/**
 * struct sim_clear - the clear engine
 */
struct sim_clear {
	u32 start;
	u32 count;
	u32 status;
	bool context;
	bool fail;
	u64 begin_ns;
	u64 done_ns;
};

/**
 * struct sim_gpu - one GPU and its root port
 */
struct sim_gpu {
	raw_spinlock_t lock;
	unsigned int index;
	struct sim_dev *port;
	struct sim_dev *pf;
	struct sim_dev *vf[SIM_MAX_VFS];
	struct hrtimer timer;

	/* registers */
	u32 intr_enable;
	u32 intr_status;
	u32 sim_intr_enable;
	u32 sim_intr_status;
	u32 context;
	u32 consumed_mib;
	u32 table[SIM_MAX_VFS];
	struct sim_command cmd;
	struct sim_clear clear;
	struct sim_log log;
	u32 busy;

	/* when a guest changes by itself, 0: to be found out */
	u64 guests_due_ns;

	/* the machine */
	struct sim_fcn fcn[SIM_NUM_FCNS];
	struct sim_granule *granule;
	unsigned int num_granules;

	/* faults */
	unsigned int fail_command;
	enum sim_fault fail_kind;
	u64 fail_slow_ns;
	int fail_enable;
	int dead_from_vf;
	unsigned int fail_clear;
	unsigned int lose_interrupt;
	unsigned int lose_message;
	bool config_dead;

	/* truth */
	u64 violations[SIM_NUM_VIOLATIONS];
	u64 commands;
	u64 illegal;
	u64 bad_function;
	u64 busy_rejected;
	u64 flr_races;
	u64 injected;
	u64 gap_ns;
	u64 gap_max_ns;
	u64 gaps;
	u64 clears;
	u64 granules_cleared;
	u64 interrupts;
	u64 mail_sent;
	u64 mail_dropped;
	u64 mail_bad_vf;
	u64 resets;
	u64 vf_resets;
};

/* parameters */
extern unsigned int sim_gpus;
extern unsigned int sim_total_vfs;
extern unsigned int sim_fb_mib;
extern unsigned int sim_vf_bar_mib;
extern unsigned int sim_latency_us[16];
extern unsigned int sim_clear_us;
extern unsigned int sim_seed;
extern bool sim_oneshot;
extern bool sim_mailbox;
extern unsigned int sim_log_entries;

/* sim_host.c */
unsigned int sim_domain(void);
struct sim_gpu *sim_gpu_by_index(unsigned int index);
void sim_msi_post(struct sim_dev *dev, unsigned int vector);

/* sim_config.c */
extern struct pci_ops sim_pci_ops;
int sim_config_alloc(struct sim_gpu *gpu);
void sim_config_free(struct sim_gpu *gpu);
void sim_config_set_root_bus(unsigned int busnr);
unsigned int sim_vfs_enabled(const struct sim_gpu *gpu);

/* sim_gpu.c */
int sim_gpu_init(struct sim_gpu *gpu);
void sim_gpu_fini(struct sim_gpu *gpu);
void sim_gpu_advance(struct sim_gpu *gpu);
void sim_gpu_rearm(struct sim_gpu *gpu);
void sim_gpu_raise_sim(struct sim_gpu *gpu, u32 bits);
void sim_gpu_reset(struct sim_gpu *gpu);
void sim_gpu_vf_reset(struct sim_gpu *gpu, unsigned int vf);
void sim_gpu_vfs_off(struct sim_gpu *gpu);
void sim_gpu_read(struct sim_gpu *gpu, unsigned int where);
bool sim_gpu_write(struct sim_gpu *gpu, unsigned int where, unsigned int size,
		   u32 val);

/* sim_fb.c */
void sim_fb_extent(const struct sim_gpu *gpu, unsigned int vf, u64 *start,
		   u64 *size);
void sim_fb_context(const struct sim_gpu *gpu, u64 *start, u64 *size);
void sim_fb_check_start(struct sim_gpu *gpu, unsigned int vf, bool init);
void sim_fb_touch(struct sim_gpu *gpu, unsigned int vf);
bool sim_fb_attempt(struct sim_gpu *gpu, unsigned int vf, u64 offset);
void sim_fb_set_table(struct sim_gpu *gpu, unsigned int vf, u32 val);
void sim_fb_clear(struct sim_gpu *gpu, unsigned int first, unsigned int count);
bool sim_fb_range_is_live(struct sim_gpu *gpu, unsigned int first,
			  unsigned int count);

/* sim_mbox.c */
void sim_mbox_check_start(struct sim_gpu *gpu, unsigned int vf);
void sim_mbox_clear(struct sim_fcn *fcn);
bool sim_mbox_vf_send(struct sim_gpu *gpu, unsigned int vf, u16 msg, u16 data);
void sim_mbox_vf_ack(struct sim_gpu *gpu, unsigned int vf);
u32 sim_mbox_vf_tx(struct sim_gpu *gpu, unsigned int vf);
u32 sim_mbox_vf_rx(struct sim_gpu *gpu, unsigned int vf);
u32 sim_mbox_pf_read(struct sim_gpu *gpu, unsigned int reg);
void sim_mbox_pf_write(struct sim_gpu *gpu, unsigned int reg, u32 val);

/* sim_vf.c */
void sim_vf_read(struct sim_dev *dev, unsigned int where);
void sim_vf_write(struct sim_dev *dev, unsigned int where, unsigned int size,
		  u32 val);

/* sim_guest.c */
void sim_guest_advance(struct sim_fcn *fcn, u64 now);
bool sim_guest_gets_work(const struct sim_fcn *fcn);
bool sim_guest_is_busy(const struct sim_fcn *fcn);
u64 sim_guest_next_change(const struct sim_fcn *fcn, u64 now);
int sim_guest_parse(struct sim_fcn *fcn, const char *text, u64 now);
void sim_guest_print(const struct sim_fcn *fcn, char *buf, size_t size);

/* sim_log.c */
int sim_log_init(struct sim_gpu *gpu);
void sim_log_fini(struct sim_gpu *gpu);
void sim_log_command(struct sim_gpu *gpu, u64 now);
void sim_log_add_file(struct sim_gpu *gpu, struct dentry *dir);

/* sim_debugfs.c */
void sim_debugfs_init(struct sim_gpu *gpus, unsigned int num);
void sim_debugfs_fini(void);

#endif /* GPUVF_SIM_H */
