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

#include <linux/bitfield.h>
#include <linux/hrtimer.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "../hw/regs.h"
#include "sim_fault.h"
#include "sim_generation.h"
#include "sim_migrate.h"
#include "sim_notify.h"

#define SIM_MAX_GPUS	8
#define SIM_MAX_VFS	GPUVF_IOV_MAX_VFS
#define SIM_CFG_SIZE	4096
#define SIM_UNIT	((u64)GPUVF_IOV_VF_FB_UNIT)

/* where things are in configuration space */
#define SIM_CAP_PM	0x40
#define SIM_CAP_MSI	0x50
#define SIM_CAP_EXP	0x70
#define SIM_ECAP_ARI	0x100
#define SIM_ECAP_DSN	0x110
#define SIM_ECAP_PORT_AER	0x100
#define SIM_ECAP_SRIOV	0x140
#define SIM_ECAP_VF_SIM	0x140
#define SIM_ECAP_AER	0x1c0
#define SIM_ECAP_IOV	0x400
#define SIM_ECAP_SIM	0x500

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
struct sim_mem;
struct sim_ram;

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

#define SIM_NEVER	U64_MAX
#define SIM_SLOT_DWORDS	5

/* what a guest does with the GPU */
enum sim_load {
	SIM_LOAD_OFF,		/* there is no guest, or a program plays it */
	SIM_LOAD_IDLE,
	SIM_LOAD_BUSY,
	SIM_LOAD_BURST,
};

/**
 * struct sim_work - work for the GPU
 * @load: what kind of it
 * @percent: of SIM_LOAD_BUSY: how much of the GPU it wants; 100: always busy
 * @piece_ns: work comes in pieces of this size
 * @period_ns: so often
 * @next_ns: when the next piece comes
 * @backlog_ns: work that waits
 * @advanced_ns: up to when the backlog is accounted
 * @hog: IDLE does not come to its end while the guest lives
 * @hog_ns: or, when not 0, this much later
 */
struct sim_work {
	enum sim_load load;
	unsigned int percent;
	u64 piece_ns;
	u64 period_ns;
	u64 next_ns;
	u64 backlog_ns;
	u64 advanced_ns;
	bool hog;
	u64 hog_ns;
};

/* how far a guest's driver is with the PF's */
enum sim_driver_state {
	SIM_DRIVER_NONE,	/* works without asking anybody */
	SIM_DRIVER_ASK,		/* has a request to send */
	SIM_DRIVER_WAIT,	/* has sent it, and waits for READY */
	SIM_DRIVER_INIT,	/* has the GPU to itself, initialises */
	SIM_DRIVER_WORK,	/* is initialised */
	SIM_DRIVER_FINI,	/* has the GPU to itself, tears down */
	SIM_DRIVER_QUIET,	/* was notified of a reset, or saw one */
	SIM_DRIVER_UNLOADED,	/* has torn down and released */
	SIM_DRIVER_FAILED,	/* gave up */
	SIM_DRIVER_DEAD,	/* does nothing any more */
};

/* whose driver a guest's is like; sim_driver.c */
enum sim_driver_kind {
	SIM_DRIVER_PLAIN,
	SIM_DRIVER_VI,
	SIM_DRIVER_AI,
	SIM_DRIVER_NV,
};

/**
 * struct sim_driver - a guest's driver: its side of the mailbox protocol
 * @state: how far it is
 * @kind: whose it is like
 * @boots: it asks before it works
 * @init_loop: when it is initialised, it asks again
 * @never_release: it does not tell that it is initialised
 * @dies: it dies when it is given the GPU
 * @deaf: it does not answer FLR_NOTIFICATION
 * @patient: it waits for ever, whatever for
 * @busy: of a dead one: it died with work
 * @request: what it asks for, GPUVF_MBOX_REQ_*
 * @tries: how often it asks for that still
 * @send: message that is to be sent, 0: none
 * @sent: it waits for the acknowledgment of its last message
 * @init_ns: how long it executes to initialise, or to tear down
 * @look_ns: when it looks at the mailbox next
 * @asked_ns: when it sent the request
 * @sent_ns: when it sent the last message
 * @deadline_ns: when it loses patience
 * @flood_ns: period of messages sent without reason, 0: none
 * @flood_msg: which
 * @next_flood_ns: when the next one is sent
 */
struct sim_driver {
	enum sim_driver_state state;
	enum sim_driver_kind kind;
	bool boots;
	bool init_loop;
	bool never_release;
	bool dies;
	bool deaf;
	bool patient;
	bool busy;
	u32 request;
	unsigned int tries;
	u32 send;
	bool sent;
	u64 init_ns;
	u64 look_ns;
	u64 asked_ns;
	u64 sent_ns;
	u64 deadline_ns;
	u64 flood_ns;
	u32 flood_msg;
	u64 next_flood_ns;
};

/**
 * struct sim_mail - one direction of a VF's mailbox
 * @word: what the sender wrote last
 * @valid: TRN_VALID of the sender
 * @acked: TRN_ACK of the sender
 * @tenant: of what the PF sent: the VF's tenant at that time
 */
struct sim_mail {
	u32 word[GPUVF_MBOX_WORDS];
	bool valid;
	bool acked;
	u32 tenant;
};

/**
 * struct sim_mbox - a VF's mailbox
 * @to_pf: from the VF to the PF
 * @to_vf: from the PF to the VF
 * @intr_vf: the VF's interrupt control
 * @intr_pf: the PF's, for this VF
 */
struct sim_mbox {
	struct sim_mail to_pf;
	struct sim_mail to_vf;
	u32 intr_vf;
	u32 intr_pf;
};

/**
 * struct sim_port - a VF's window into the framebuffer
 * @open: @window was written since the VF was reset
 * @window: byte offset in the whole framebuffer
 * @status: GPUVF_SIM_WINDOW_*
 * @mem_open: @mem was written since the VF was reset
 * @mem: byte offset in the VF's own framebuffer
 */
struct sim_port {
	bool open;
	u64 window;
	u32 status;
	bool mem_open;
	u64 mem;
};

/**
 * struct sim_fcn - a function as the command processor knows it
 * @state: what it did last
 * @hung: does nothing until it is reset
 * @flr_pending: was reset, and the PF driver has not acknowledged that yet
 * @flr_unseen: the same without an FLR notice: the PF driver has not given it INIT
 *	since
 * @context_dirty: its slot of the context save area has content
 * @slot: of that, the first dwords; see sim_fb_save()
 * @saves: how often it was saved since INIT
 * @epoch: counts INITs
 * @tenant: whose mail and memory, counts SHUTDOWNs, resets, and VF Enable going
 * @touched_serial: framebuffer's serial when it last touched all that it has
 * @checked_serial: layout's serial when its extent was last found in order
 * @saved_serial: layout's serial when its slot was last found outside all extents
 * @work: what its guest wants of the GPU
 * @driver: what its guest says to the PF
 * @mbox: its mailbox
 * @port: its window
 * @next_ns: when something happens to it by itself
 * @own_latency: bit n: command n takes @latency_us[n]
 * @latency_us: how long its commands take
 * @slice_ns: how long it is expected to execute, 0: not known
 * @turn_begin_ns: start of the INIT or LOAD of the present time slice
 * @run_begin_ns: when it began to execute, 0: it does not
 * @wait_begin_ns: since when it has work and does not execute, 0: it does
 * @command_ns: truth: by command code
 */
struct sim_fcn {
	enum sim_fcn_state state;
	bool hung;
	bool flr_pending;
	bool flr_unseen;
	bool context_dirty;
	u32 slot[SIM_SLOT_DWORDS];
	u64 saves;
	u32 epoch;
	u32 tenant;
	u64 touched_serial;
	u64 checked_serial;
	u64 saved_serial;

	struct sim_work work;
	struct sim_driver driver;
	struct sim_mbox mbox;
	struct sim_port port;
	u64 next_ns;

	u32 own_latency;
	u32 latency_us[16];
	u64 slice_ns;

	u64 turn_begin_ns;
	u64 run_begin_ns;
	u64 wait_begin_ns;
	u64 command_ns[16];

	/* truth */
	u64 run_ns;			/* executing */
	u64 accounted_ns;			/* from start of INIT or LOAD to end of SAVE */
	u64 slices;			/* how often it executed */
	u64 longest_ns;			/* longest of them */
	u64 shortest_ns;		/* shortest of them */
	u64 waits;			/* how often it had work and had to wait */
	u64 wait_ns;			/* for how long, together */
	u64 longest_wait_ns;		/* longest of them */
	u64 late;			/* slices longer than expected by vf<N>/slice_us */
	u64 late_ns;			/* by how much, together */
	u64 late_max_ns;		/* by how much at the most */
	u64 blocked_touches;		/* accesses outside its extent, refused */
	u64 vf_resets;			/* its own FLRs */
	u64 mail_sent;			/* messages it sent */
	u64 mail_overwritten;		/* messages overwritten before they were acknowledged */
	u64 mail_taken;			/* messages it sent that the PF acknowledged */
	u64 mail_received;		/* messages it acknowledged */
	u64 inits;			/* its driver initialised and released */
	u64 finis;			/* its driver tore down and released */
	u64 init_wait_max_ns;		/* longest wait from request to READY */
	u64 ready_timeouts;		/* requests that were not answered in time */
	u64 ack_timeouts;		/* messages not acknowledged in time */
	u64 flr_timeouts;		/* waits for FLR_COMPLETE given up after 5 s */
	u64 refusals;			/* requests answered with UNRECOVERABLE */
	u64 unexpected;			/* messages that make no sense to its driver */
	u64 init_outside;		/* sent READY while its VF does not execute */
	u64 no_pf2vf;			/* READY or data came without a PF2VF that is in order */
};

/* who wrote or read a unit last, beside function numbers */
#define SIM_NOBODY	0xff
#define SIM_SCRUBBED	0xfe	/* the scrub engine */

/**
 * struct sim_unit - 16 MiB of framebuffer
 * @writer: function number, SIM_NOBODY (content of power-on), or SIM_SCRUBBED
 * @reader: function number, or SIM_NOBODY
 * @epoch: the writer's epoch
 * @tenant: the writer's tenant
 * @reader_epoch: the reader's epoch
 * @saved: bit n: its 256 KiB number n have a context that a function saved there
 */
struct sim_unit {
	u8 writer;
	u8 reader;
	u32 epoch;
	u32 tenant;
	u32 reader_epoch;
	u64 saved;
};

/* violations of what the hardware must never see; each is counted */
enum sim_violation {
	SIM_V_OVERLAPS,			/* extents of two functions overlap, or the reserve */
	SIM_V_UNSCRUBBED_STARTS,		/* INIT on memory that was not scrubbed */
	SIM_V_UNSCRUBBED_CONTEXTS,		/* INIT with a context slot that was not scrubbed */
	SIM_V_LEFTOVER_READS,		/* a guest read what another tenant had written */
	SIM_V_STALE_MAILBOXES,		/* INIT with a former tenant's message in the mailbox */
	SIM_V_LEFTOVER_MAIL,		/* a VF read a former tenant's message */
	SIM_V_FOREIGN_WRITES,		/* a guest wrote into another VF's extent, SAVE into any */
	SIM_V_MOVED_WHILE_LIVE,		/* the extent of a function with state changed */
	SIM_V_SCRUB_LIVE,		/* cleared under a function with state, or reserved */
	SIM_V_BAD_CONTEXT,		/* context save area outside or in an extent */
	SIM_V_LEFTOVER_REGISTERS,	/* INIT while the engine holds another VF's registers */
	SIM_NUM_VIOLATIONS
};

/**
 * struct sim_command - the command processor
 * @busy: a command executes
 * @failure: what is wrong with it
 * @irq: that is reported by an interrupt
 * @code: its code
 * @fcn: function that it is about
 * @next: second function of CONTEXT_SWITCH
 * @status: GPUVF_STATUS_*
 * @begin_ns: when it came
 * @end_ns: when each of its steps is over, in order; CONTEXT_SWITCH has four
 * @done_ns: when it will be done
 * @ready_ns: since when another one could come, 0: there is no hurry
 */
struct sim_command {
	bool busy;
	enum sim_failure failure;
	bool irq;
	u8 code;
	u8 fcn;
	u8 next;
	u8 status;
	u64 begin_ns;
	u64 end_ns[4];
	u64 done_ns;
	u64 ready_ns;
};

/**
 * struct sim_scrub - the scrub engine
 */
struct sim_scrub {
	u32 start;
	u32 count;
	u32 status;
	bool context;
	bool fail;
	bool skip;
	bool overwritten;	/* of memory behind the BARs, too */
	u64 begin_ns;
	u64 done_ns;
};

/* a histogram: 32 steps to each power of two, so that it is 3 % sharp */
#define SIM_HIST_BITS	5
#define SIM_HIST_SIZE	((64 - SIM_HIST_BITS + 1) << SIM_HIST_BITS)

struct sim_hist {
	u64 total;
	u64 count[SIM_HIST_SIZE];
};

/* what the log of events records */
enum sim_event {
	SIM_EVENT_BEGIN,	/* a command: code; ns of the gap before it */
	SIM_EVENT_DONE,		/* a command, or it was refused: code; status */
	SIM_EVENT_BUSY,		/* a VF got work */
	SIM_EVENT_REST,		/* a VF has no more work */
	SIM_EVENT_FLR,		/* a VF was reset */
	SIM_EVENT_RESET,	/* the GPU was reset */
	SIM_EVENT_SCRUB_BEGIN,	/* of how many units; 0: of a context slot */
	SIM_EVENT_SCRUB,	/* a scrub is over; status */
	SIM_EVENT_TO_PF,	/* a VF sent a message; which */
	SIM_EVENT_TO_VF,	/* the PF sent a message; which */
};

/**
 * struct sim_record - an entry of the log of events
 */
struct sim_record {
	u64 ns;
	u64 value;
	u8 event;
	u8 fcn;
	u8 code;
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
	u64 armed_ns;		/* when the timer fires */
	u64 next_ns;		/* when something happens by itself */

	/* registers */
	u32 intr_enable;
	u32 intr_status;
	u32 sim_intr_enable;
	u32 sim_intr_status;
	u32 context;
	u32 context_place;	/* the last one, which a reset does not move */
	u32 consumed_mib;
	u32 table[SIM_MAX_VFS];
	struct sim_command cmd;
	struct sim_scrub scrub;
	u32 mbox_index;
	struct sim_migrate migrate;
	u32 busy;

	/* the machine */
	struct sim_fcn fcn[SIM_NUM_FCNS];
	u32 engine;		/* bit n: function n is between LOAD and SAVE */
	u8 registers_of;	/* function whose state the engine's registers hold */
	bool pf_context_lost;	/* the PF's, by a move of the context save area */
	u32 running;		/* bit n: function n executes */
	u32 alive;		/* bit n: VF n has a next_ns */
	struct sim_unit *unit;
	unsigned int num_units;
	struct sim_mem *mem;
	struct sim_ram *ram;	/* NULL: nothing is behind the BARs */
	u64 fb_serial;		/* counts what changes the framebuffer's content */
	u64 layout_serial;	/* counts what changes the layout */
	bool stuck;		/* a reset did not help */
	u64 pf_bar;		/* last addresses of the framebuffer BARs, 0: none yet */
	u64 vf_bar;		/* VF 0's; the others' are behind it */
	unsigned int vfs_decoded; /* BARs of so many VFs could be written since VF Enable */
	bool reset_unseen;	/* reset under the driver's hands, not provisioned since */

	/* faults */
	struct sim_command_fault fail_command;
	struct sim_fault fault[SIM_NUM_FAULTS];
	struct sim_fault fail_enable;
	int fail_enable_from;
	struct sim_fault lose_register;
	enum sim_register register_to_lose;
	struct sim_garbage garbage;
	struct sim_misread misread[SIM_MAX_MISREADS];
	unsigned int num_misreads;
	u64 misread_hits;
	int dead_from_vf;
	u32 late_events;	/* so many acknowledges come together with an event */
	bool config_dead;
	bool link_down;		/* no function answers until a reset of the bus */
	bool no_power;		/* in D3 without power; D0 is a reset */

	/* truth */
	u64 accounted_ns;
	u64 violations[SIM_NUM_VIOLATIONS];
	u64 commands;			/* written with EXECUTE */
	u64 illegal;			/* of them: not allowed then, unknown, or too early */
	u64 bad_function;		/* of them: for a function that is not there */
	u64 busy_rejected;		/* of them: while another one executed */
	u64 flr_races;			/* of them: refused because of a reset, not illegal */
	u64 probes;			/* of the PF, refused since a VF has the engine */
	u64 switches;			/* CONTEXT_SWITCH that came to its end */
	u64 gap_ns;			/* the next command could have come and did not */
	u64 gap_max_ns;			/* longest of them */
	u64 gaps;			/* how many */
	u64 work_ns;			/* a VF with work executes */
	u64 idle_run_ns;		/* one without work executes while another has work */
	u64 command_ns;			/* no VF executes, a command does, a VF has work */
	u64 unused_ns;			/* no VF executes, no command does, a VF has work */
	u64 rest_ns;			/* no VF has work */
	u64 scrubs;			/* scrubs that came to their end */
	u64 units_scrubbed;		/* units that they overwrote */
	u64 interrupts;			/* MSIs delivered */
	u64 resets;			/* of the whole GPU */
	u64 vf_resets;			/* FLRs of VFs */
	u64 vf_lost_reads;		/* of VFs that do not answer: disabled, or no power */
	u64 vf_lost_writes;
	u64 mail_sent;			/* messages that the PF sent */
	u64 mail_interrupts;		/* interrupts for messages and acknowledgments of VFs */
	u64 mail_bad_vf;		/* messages of the PF to a VF that is not enabled */
	u64 mem_reads;			/* dwords of framebuffer that the PF read */
	u64 mem_writes;			/* and wrote */
	u64 mem_lost;			/* writes to framebuffer without room for content */
	struct sim_hist *gap_hist;
	struct sim_hist *late_hist;
	struct sim_record *event;	/* a ring of sim_events entries */
	u64 num_events;			/* since the module was loaded */
};

/* parameters */
extern unsigned int sim_gpus;
extern unsigned int sim_total_vfs;
extern unsigned int sim_vendor;
extern unsigned int sim_device;
extern unsigned int sim_vf_device;
extern unsigned int sim_class;
extern unsigned int sim_claim_vfs;
extern unsigned int sim_fb_mib;
extern unsigned int sim_fb_align_mib;
extern unsigned int sim_reserved_mib[2 * GPUVF_SIM_NUM_RESERVED];
extern unsigned int sim_vf_bar_mib;
extern unsigned int sim_latency_us[16];
extern unsigned int sim_scrub_us;
extern bool sim_scrub_engine;
extern unsigned int sim_seed;
extern unsigned int sim_events;
extern bool sim_oneshot;
extern bool sim_mailbox;
extern unsigned int sim_access_ms;
extern bool sim_msi;
extern bool sim_busy;
extern bool sim_flr;
extern bool sim_shutdown;
extern bool sim_edge;
extern bool sim_aer;

/* a VF by its function */
static inline unsigned int sim_vf_index(const struct sim_gpu *gpu,
					const struct sim_fcn *fcn)
{
	return fcn - &gpu->fcn[SIM_FCN_VF(0)];
}

/**
 * sim_fb_extent() - what the table says that a VF has
 * @gpu: GPU
 * @vf: index of the VF
 * @start: first byte
 * @size: bytes
 */
static inline void sim_fb_extent(const struct sim_gpu *gpu, unsigned int vf,
				 u64 *start, u64 *size)
{
	u32 entry = gpu->table[vf];

	*start = FIELD_GET(GPUVF_IOV_VF_FB_OFFSET, entry) * SIM_UNIT;
	*size = (FIELD_GET(GPUVF_IOV_VF_FB_SIZE, entry) +
		 sim_generation->less_one) * SIM_UNIT;
}

/* sim_host.c */
unsigned int sim_domain(void);
struct sim_gpu *sim_gpu_by_index(unsigned int index);
void sim_msi_post(struct sim_dev *dev, unsigned int vector);

/* sim_card.c */
int sim_card_take(u64 window, u64 store);
void sim_card_release(void);
struct resource *sim_card_bar(void);
u8 *sim_card_store(void);
u8 *sim_card_at(u64 address, u64 size);

/* sim_notify.c */
void sim_notify(struct sim_gpu *gpu, enum gpuvf_sim_action action,
		unsigned int n);

/* sim_config.c */
extern struct pci_ops sim_pci_ops;
int sim_config_alloc(struct sim_gpu *gpu);
void sim_config_free(struct sim_gpu *gpu);
void sim_config_set_root_bus(unsigned int busnr);
unsigned int sim_vfs_enabled(const struct sim_gpu *gpu);
bool sim_vfs_decode(const struct sim_gpu *gpu);

/* sim_aer.c */
bool sim_aer_write(struct sim_dev *dev, unsigned int where, unsigned int size,
		   u32 val);
void sim_aer_debugfs(struct sim_gpu *gpu, struct dentry *dir);

/* sim_gpu.c */
int sim_gpu_init(struct sim_gpu *gpu);
void sim_gpu_fini(struct sim_gpu *gpu);
u64 sim_gpu_advance(struct sim_gpu *gpu);
void sim_gpu_rearm(struct sim_gpu *gpu);
void sim_gpu_raise(struct sim_gpu *gpu, u32 bits);
void sim_gpu_raise_sim(struct sim_gpu *gpu, u32 bits);
void sim_gpu_enable(struct sim_gpu *gpu, u32 bits);
void sim_gpu_enable_sim(struct sim_gpu *gpu, u32 bits);
void sim_gpu_update_vf(struct sim_gpu *gpu, unsigned int vf, u64 now);
void sim_gpu_reset(struct sim_gpu *gpu, u64 now);
void sim_gpu_vf_reset(struct sim_gpu *gpu, unsigned int vf, u64 now);
void sim_gpu_vfs_off(struct sim_gpu *gpu, bool guests_go, u64 now);

/* sim_cmd.c */
void sim_cmd_write(struct sim_gpu *gpu, u32 val, u64 now);
void sim_cmd_done(struct sim_gpu *gpu);
void sim_cmd_abort(struct sim_gpu *gpu, const struct sim_fcn *fcn, u64 now);
void sim_cmd_stop(struct sim_gpu *gpu, struct sim_fcn *fcn, u64 now);
void sim_cmd_stick(struct sim_gpu *gpu, u64 now);
u32 sim_cmd_active(struct sim_gpu *gpu, u32 *status);

/* sim_scrub.c */
void sim_scrub_write(struct sim_gpu *gpu, u32 val, u64 now);
void sim_scrub_done(struct sim_gpu *gpu);
u32 sim_scrub_progress(const struct sim_gpu *gpu, u64 now);

/* sim_regs.c */
void sim_regs_read(struct sim_gpu *gpu, unsigned int where, u64 now);
void sim_regs_lose_schedule(struct sim_gpu *gpu, unsigned int reg);
bool sim_regs_write(struct sim_gpu *gpu, unsigned int where, unsigned int size,
		    u32 val, u64 now);

/* sim_fb.c */
void sim_fb_context(const struct sim_gpu *gpu, u64 *start, u64 *size);
void sim_fb_check_start(struct sim_gpu *gpu, unsigned int vf, bool init);
void sim_fb_touch(struct sim_gpu *gpu, unsigned int vf);
struct sim_unit *sim_fb_attempt(struct sim_gpu *gpu, unsigned int vf,
				u64 offset);
void sim_fb_write(struct sim_gpu *gpu, unsigned int vf,
		  struct sim_unit *unit);
bool sim_fb_read(struct sim_gpu *gpu, unsigned int vf,
		 struct sim_unit *unit);
void sim_fb_set_table(struct sim_gpu *gpu, unsigned int vf, u32 val);
void sim_fb_set_context(struct sim_gpu *gpu, u32 val);
void sim_fb_save(struct sim_gpu *gpu, unsigned int fcn);
void sim_fb_scrub_context(struct sim_gpu *gpu, unsigned int fcn);
void sim_fb_scrub(struct sim_gpu *gpu, unsigned int first, unsigned int count);
bool sim_fb_range_is_live(struct sim_gpu *gpu, unsigned int first,
			  unsigned int count);
void sim_fb_end_tenancy(struct sim_gpu *gpu, struct sim_fcn *fcn);

/* sim_mem.c */
u32 sim_mem_pf_read(struct sim_gpu *gpu, unsigned int reg);
void sim_mem_pf_write(struct sim_gpu *gpu, unsigned int reg, u32 val);
u32 sim_mem_vf_get(struct sim_gpu *gpu, unsigned int vf, u64 offset);
void sim_mem_vf_set(struct sim_gpu *gpu, unsigned int vf, u64 offset, u32 val);
u32 sim_mem_vf_read(struct sim_gpu *gpu, unsigned int vf, unsigned int reg);
void sim_mem_vf_write(struct sim_gpu *gpu, unsigned int vf, unsigned int reg,
		      u32 val);
bool sim_mem_guest_publish(struct sim_gpu *gpu, unsigned int vf, u32 used_mib);
bool sim_mem_guest_look(const struct sim_gpu *gpu, unsigned int vf);
void sim_mem_change_when_read(struct sim_gpu *gpu, unsigned int vf, u64 at,
			      u64 offset, u32 val);
void sim_mem_scrub(struct sim_gpu *gpu, unsigned int first, unsigned int count);
int sim_mem_init(struct sim_gpu *gpu);
void sim_mem_fini(struct sim_gpu *gpu);

/* sim_ram.c */
void sim_ram_changed(struct sim_gpu *gpu);
bool sim_ram_is_behind(const struct sim_gpu *gpu);
bool sim_ram_scrub(struct sim_gpu *gpu, unsigned int first, unsigned int count);
u64 sim_ram_shown(const struct sim_gpu *gpu, unsigned int vf);
u32 sim_ram_read(const struct sim_gpu *gpu, u64 offset);
void sim_ram_write(struct sim_gpu *gpu, u64 offset, const void *buf, size_t len);
void sim_ram_debugfs(struct sim_gpu *gpu, struct dentry *dir);
int sim_ram_init(struct sim_gpu *gpu);
void sim_ram_fini(struct sim_gpu *gpu);

/* sim_mbox.c */
void sim_mbox_check_start(struct sim_gpu *gpu, unsigned int vf);
void sim_mbox_reset(struct sim_fcn *fcn, bool all);
bool sim_mbox_waits(const struct sim_fcn *fcn);
void sim_mbox_vf_send(struct sim_gpu *gpu, unsigned int vf, u32 code, u32 data,
		      u64 now);
void sim_mbox_vf_ack(struct sim_gpu *gpu, unsigned int vf);
u32 sim_mbox_vf_read(struct sim_gpu *gpu, unsigned int vf, unsigned int reg);
void sim_mbox_vf_write(struct sim_gpu *gpu, unsigned int vf, unsigned int reg,
		       unsigned int size, u32 val, u64 now);
u32 sim_mbox_pf_read(struct sim_gpu *gpu, unsigned int reg);
void sim_mbox_pf_write(struct sim_gpu *gpu, unsigned int reg, unsigned int size,
		       u32 val, u64 now);

/* sim_vf.c */
void sim_vf_read(struct sim_dev *dev, unsigned int where, u64 now);
void sim_vf_write(struct sim_dev *dev, unsigned int where, unsigned int size,
		  u32 val, u64 now);

/* sim_guest.c */
void sim_guest_advance(struct sim_fcn *fcn, u64 now);
bool sim_guest_is_busy(const struct sim_fcn *fcn);
bool sim_guest_is_there(const struct sim_fcn *fcn);
u64 sim_guest_next_change(const struct sim_fcn *fcn, u64 now);
void sim_guest_off(struct sim_fcn *fcn, u64 now);
int sim_guest_parse(struct sim_fcn *fcn, char *text, u64 now);
void sim_guest_print(const struct sim_fcn *fcn, char *buf, size_t size);

/* sim_driver.c */
void sim_driver_start(struct sim_fcn *fcn, u64 now);
void sim_driver_advance(struct sim_gpu *gpu, unsigned int vf, u64 now);
u64 sim_driver_next(const struct sim_fcn *fcn);
void sim_driver_look(struct sim_fcn *fcn, u64 now);
void sim_driver_flr(struct sim_fcn *fcn, u64 now);
int sim_driver_tell(struct sim_fcn *fcn, const char *what);
const char *sim_driver_state_name(const struct sim_fcn *fcn);
const char *sim_driver_kind_name(unsigned int kind);

/* sim_fault.c */
bool sim_fault_hits(struct sim_fault *fault);
enum sim_failure sim_fault_of_command(struct sim_gpu *gpu);
u32 sim_fault_of_read(struct sim_gpu *gpu, unsigned int where,
		      unsigned int size, u32 val);
void sim_fault_lose_register(struct sim_gpu *gpu, unsigned int vf);
const char *sim_fault_name(enum sim_fault_id id);
u64 sim_fault_total(const struct sim_gpu *gpu);
void sim_fault_debugfs(struct sim_gpu *gpu, struct dentry *dir);

/* sim_truth.c */
int sim_truth_init(struct sim_gpu *gpu);
void sim_truth_fini(struct sim_gpu *gpu);
void sim_truth_account(struct sim_gpu *gpu, u64 now);
void sim_truth_hist(struct sim_hist *hist, u64 value);
void sim_truth_event(struct sim_gpu *gpu, u64 now, enum sim_event event,
		     unsigned int fcn, u8 code, u64 value);
void sim_truth_debugfs(struct sim_gpu *gpu, struct dentry *dir);

/* sim_window.c */
void sim_window_debugfs(struct dentry *dir);
void sim_window_fini(void);

/* sim_debugfs.c */
void sim_lock(struct sim_gpu *gpu, unsigned long *flags)
	__acquires(&gpu->lock);
void sim_unlock(struct sim_gpu *gpu, unsigned long flags)
	__releases(&gpu->lock);
int sim_get_line(char *line, size_t size, const char __user *buf,
		 size_t count);
const char *sim_command_name(u8 code);
u8 sim_command_code(const char *name);
void sim_debugfs_init(struct sim_gpu *gpus, unsigned int num);
void sim_debugfs_fini(void);

/* as DEFINE_SHOW_ATTRIBUTE(), for a file that is written too */
#define SIM_SHOW_WRITE(name)						\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return single_open(file, name##_show, inode->i_private);	\
}									\
									\
static const struct file_operations name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = name##_open,						\
	.read = seq_read,						\
	.write = name##_write,						\
	.llseek = seq_lseek,						\
	.release = single_release,					\
}

#endif /* GPUVF_SIM_H */
