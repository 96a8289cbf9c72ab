/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The software scheduler, for its own files: gives VFs their time slices on an engine that
 * switches by commands. A thread decides when a time slice ends; the commands in between
 * follow one another in the completion interrupt.
 */
#ifndef GPUVF_SOFT_H
#define GPUVF_SOFT_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "hw/hw.h"
#include "sched/drr.h"
#include "sched/engine.h"
#include "sched/stats.h"

struct task_struct;

/* beside the GPUVF_HW_EVENT_* bits: what the thread goes by was changed */
#define GPUVF_SOFT_CHANGED	BIT(30)

/* the interrupt handler left events in the hardware; the thread fetches them */
#define GPUVF_SOFT_POLL		BIT(28)

/* a time slice came to where the thread has to look at it */
#define GPUVF_SOFT_SLICE	BIT(29)

/* where the engine is; see the picture at the top of sched/switch.c */
enum gpuvf_phase {
	GPUVF_PHASE_EMPTY,
	GPUVF_PHASE_SWITCH_IN,
	GPUVF_PHASE_START,
	GPUVF_PHASE_RUN,
	GPUVF_PHASE_BURN,
	GPUVF_PHASE_PREEMPT,
	GPUVF_PHASE_SAVE,
	GPUVF_PHASE_SWITCH,
	GPUVF_PHASE_TEAR_DOWN,
	GPUVF_PHASE_FAULT,
	GPUVF_PHASE_BLOCKED,
};

/**
 * struct gpuvf_soft_vf - what the scheduler knows of one VF; all under the lock
 * @preempt_us: how long it may take to leave the GPU
 * @fault: why it hung, an errno; see gpuvf_soft.hung
 * @fault_cmd: the command that it hung at
 * @run_ns: its work executed
 * @lateness: how late its time slices ended
 * @lateness_sum_ns: all of that added up
 */
struct gpuvf_soft_vf {
	u32 preempt_us;
	int fault;
	enum gpuvf_hw_cmd fault_cmd;
	u64 run_ns;
	u64 lateness[GPUVF_LATENESS_BUCKETS];
	u64 lateness_sum_ns;
};

/* how many commands are kept for debugfs */
#define GPUVF_COMMAND_LOG_SIZE	1024

/**
 * struct gpuvf_command - a command that is over
 * @end_ns: when the driver saw that; CLOCK_MONOTONIC
 * @ns: how long it took
 * @vf: index of the VF
 * @cmd: which
 * @err: what came of it
 */
struct gpuvf_command {
	u64 end_ns;
	u64 ns;
	unsigned int vf;
	enum gpuvf_hw_cmd cmd;
	int err;
};

/**
 * struct gpuvf_command_log - the last commands; the lock
 * @count: commands so far
 * @ring: command n is at n modulo the size
 */
struct gpuvf_command_log {
	u64 count;
	struct gpuvf_command ring[GPUVF_COMMAND_LOG_SIZE];
};

/**
 * struct gpuvf_soft - an engine, and what its thread goes by
 * @base: what the layers above see; @base.lock protects what is said to be under the lock
 * @pf: whose engine it is
 * @hw: the hardware
 * @task: the thread
 * @events: GPUVF_HW_EVENT_* bits that came since the thread last looked
 * @hang_vfs: bit n: a hang of VF n may have been among them
 * @off_wait: those who wait for the engine to be where they want it
 * @sched: from here on under the lock, taken with interrupts off: who runs next, and until when
 * @phase: where the engine is
 * @vf: whose turn it is, or who blocks the engine
 * @next_vf: who comes after @vf; GPUVF_PHASE_SWITCH only
 * @cmd: the command issued last
 * @cmd_ns: when it was issued
 * @limit_ns: when it is given up
 * @fault: errno of the command that failed; GPUVF_PHASE_FAULT only
 * @fault_seen: the thread has looked at the hardware since
 * @stuck: only a reset of the GPU ends GPUVF_PHASE_BLOCKED
 * @first: the present time slice began with INIT
 * @executing_ns: since when the VF executes
 * @switch_in_ns: how long it took to enter
 * @preempt_ns: when its preemption began
 * @parking: no new turn is begun
 * @work: bit n: VF n has work, as last heard
 * @runnable: bit n: VF n may be given time slices
 * @first_start_blocked: bit n: VF n must not be started at this moment
 * @tear_down: bit n: the state of VF n is to be dropped
 * @torn_down: bit n: that was done; not yet reported
 * @was_reset: bit n: VF n lost its state in a reset; not yet reported
 * @flr: bit n: VF n was reset, whether it had state or not; not yet reported
 * @reset_seen: bit n: the hardware reported a reset of VF n since one of ours
 *	began
 * @hung: bit n: VF n did not obey and has to be reset; not yet reported
 * @switch_ns: what a world switch costs, averaged over the last ones
 * @vfs: by VF index
 * @commands: the last commands; the last member, since it is large
 */
struct gpuvf_soft {
	struct gpuvf_engine base;
	struct gpuvf_pf *pf;
	struct gpuvf_hw *hw;
	struct task_struct *task;
	atomic_t events;
	atomic_t hang_vfs;
	wait_queue_head_t off_wait;

	struct gpuvf_sched sched;
	enum gpuvf_phase phase;
	unsigned int vf;
	unsigned int next_vf;
	enum gpuvf_hw_cmd cmd;
	u64 cmd_ns;
	u64 limit_ns;
	int fault;
	bool fault_seen;
	bool stuck;
	bool first;
	u64 executing_ns;
	u64 switch_in_ns;
	u64 preempt_ns;
	bool parking;
	u32 work;
	u32 runnable;
	u32 first_start_blocked;
	u32 tear_down;
	u32 torn_down;
	u32 was_reset;
	u32 flr;
	u32 reset_seen;
	u32 hung;
	u64 switch_ns;
	struct gpuvf_soft_vf vfs[GPUVF_MAX_VFS];
	struct gpuvf_command_log commands;
};

static inline struct gpuvf_soft *gpuvf_to_soft(struct gpuvf_engine *engine)
{
	return container_of(engine, struct gpuvf_soft, base);
}

/* may the thread stand still as things are? */
static inline bool gpuvf_soft_is_quiescent(const struct gpuvf_soft *e)
{
	enum gpuvf_phase phase = READ_ONCE(e->phase);

	return phase == GPUVF_PHASE_EMPTY || phase == GPUVF_PHASE_BLOCKED;
}

/* sched/quiesce.c: quiesce the engine, and which VFs retain their contexts over that */
void gpuvf_soft_quiesce(struct gpuvf_engine *engine);
void gpuvf_soft_quiesce_end(struct gpuvf_engine *engine);

/* sched/switch.c: the world switch, and the thread that begins it */
int gpuvf_switch_start(struct gpuvf_engine *engine);
void gpuvf_switch_interrupt(struct gpuvf_engine *engine,
			    const struct gpuvf_hw_events *hw, u64 now);
void gpuvf_switch_set_phase_locked(struct gpuvf_soft *e, enum gpuvf_phase phase,
				   unsigned int vf);
void gpuvf_switch_lost_locked(struct gpuvf_soft *e);
void gpuvf_switch_tear_down_locked(struct gpuvf_soft *e, unsigned int vf);
void gpuvf_switch_poll_locked(struct gpuvf_soft *e, u64 done_ns);

/* sched/masks.c */
void gpuvf_soft_event(struct gpuvf_soft *e, u32 events);
void gpuvf_soft_lose_locked(struct gpuvf_soft *e, u32 vfs);
void gpuvf_soft_masks_locked(struct gpuvf_soft *e);
u32 gpuvf_soft_flr_locked(struct gpuvf_soft *e);

#endif /* GPUVF_SOFT_H */
