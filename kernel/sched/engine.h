/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world: gives VFs their turns on one GPU. A thread decides when a turn
 * ends; the commands in between follow one another in the completion interrupt.
 */
#ifndef GPUVF_ENGINE_H
#define GPUVF_ENGINE_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "hw/hw.h"
#include "sched/drr.h"
#include "sched/stats.h"

struct gpuvf_config;
struct gpuvf_pf;
struct gpuvf_vf;
struct task_struct;

#define GPUVF_NOBODY	GPUVF_SCHED_NONE

/* beside the GPUVF_HW_EVENT_* bits: somebody changed what the thread is told */
#define GPUVF_WORLD_NEWS	BIT(30)

/* the interrupt handler left events in the hardware; the thread fetches them */
#define GPUVF_WORLD_POLL	BIT(28)

/* a turn came to where the thread has to look at it */
#define GPUVF_WORLD_TURN	BIT(29)

/* where the engine is; see the picture at the top of sched/switch.c */
enum gpuvf_phase {
	GPUVF_PHASE_EMPTY,
	GPUVF_PHASE_ENTER,
	GPUVF_PHASE_START,
	GPUVF_PHASE_RUN,
	GPUVF_PHASE_BURN,
	GPUVF_PHASE_LEAVE,
	GPUVF_PHASE_SAVE,
	GPUVF_PHASE_SWITCH,
	GPUVF_PHASE_DROP,
	GPUVF_PHASE_FAULT,
	GPUVF_PHASE_BLOCKED,
};

/**
 * struct gpuvf_world_vf - what the world knows of one VF; all under world.lock
 * @preempt_us: how long it may take to leave the GPU
 * @fault: why it was caught, an errno; see gpuvf_world.caught
 * @fault_cmd: the command that it was caught at
 * @run_ns: its work executed
 * @latency: how late its turns ended
 * @latency_sum_ns: all of that added up
 */
struct gpuvf_world_vf {
	u32 preempt_us;
	int fault;
	enum gpuvf_hw_cmd fault_cmd;
	u64 run_ns;
	u64 latency[GPUVF_LATENCY_BUCKETS];
	u64 latency_sum_ns;
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
 * struct gpuvf_command_log - the last commands; world.lock
 * @count: commands so far
 * @ring: command n is at n modulo the size
 */
struct gpuvf_command_log {
	u64 count;
	struct gpuvf_command ring[GPUVF_COMMAND_LOG_SIZE];
};

/**
 * struct gpuvf_world - the engine of one GPU, and what its thread is told
 * @task: the thread
 * @events: GPUVF_HW_EVENT_* bits that came since the thread last looked
 * @report: takes the reports; initialised by gpuvf_vfs_init()
 * @off_wait: those who wait for the engine to be where they want it
 * @lock: protects what follows; taken with interrupts off
 * @sched: who runs next, and until when
 * @phase: where the engine is
 * @vf: whose turn it is, or who blocks the engine
 * @next_vf: who comes after @vf; GPUVF_PHASE_SWITCH only
 * @cmd: the command issued last
 * @cmd_ns: when it was issued
 * @limit_ns: when it is given up
 * @fault: errno of the command that failed; GPUVF_PHASE_FAULT only
 * @fault_seen: the thread has looked at the hardware since
 * @stuck: only a reset of the GPU ends GPUVF_PHASE_BLOCKED
 * @first: the present turn began with INIT
 * @executing_ns: since when the VF executes
 * @enter_ns: how long it took to enter
 * @leave_ns: when it was told to leave
 * @parking: no new turn is begun
 * @work: bit n: VF n has work, as last heard
 * @runnable: bit n: VF n may be given turns
 * @started: bit n: VF n has state on the GPU
 * @held: bit n: VF n must not be started at this moment
 * @drop: bit n: the state of VF n is to be dropped
 * @dropped: bit n: that was done; not yet reported
 * @kept: bit n: the hardware would not drop the state of VF n; see sched/quiesce.c
 * @was_reset: bit n: VF n lost its state in a reset; not yet reported
 * @flr: bit n: VF n was reset, whether it had state or not; not yet reported
 * @reset_seen: bit n: the hardware told of a reset of VF n since one of ours
 *	began
 * @caught: bit n: VF n did not obey and has to be reset; not yet reported
 * @exclusive: the one VF that has the GPU to itself, or GPUVF_NOBODY
 * @exclusive_runs: it executes; the report work is told once
 * @owed: bit n: VF n is to have a slice before the next exclusive access
 * @switch_ns: what a world switch costs, averaged over the last ones
 * @vfs: by VF index
 */
struct gpuvf_world {
	struct task_struct *task;
	atomic_t events;
	struct work_struct report;
	wait_queue_head_t off_wait;

	/* what follows; taken with interrupts off */
	spinlock_t lock;
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
	u64 enter_ns;
	u64 leave_ns;
	bool parking;
	u32 work;
	u32 runnable;
	u32 started;
	u32 held;
	u32 drop;
	u32 dropped;
	u32 kept;
	u32 was_reset;
	u32 flr;
	u32 reset_seen;
	u32 caught;
	int exclusive;
	bool exclusive_runs;
	u32 owed;
	u64 switch_ns;
	struct gpuvf_world_vf vfs[GPUVF_MAX_VFS];
};

/**
 * struct gpuvf_world_report - what happened to VFs since the last report
 * @was_reset: bit n: VF n lost its state in a reset
 * @dropped: bit n: the state of VF n was dropped, as was asked for
 * @caught: bit n: VF n has to be reset; see gpuvf_world_fault()
 * @flr: bit n: VF n was reset by its user
 * @started: bit n: VF n has state, whether it gets turns or not
 */
struct gpuvf_world_report {
	u32 was_reset;
	u32 dropped;
	u32 caught;
	u32 flr;
	u32 started;
};

/* may the thread stand still as things are? */
static inline bool gpuvf_world_is_at_rest(const struct gpuvf_world *w)
{
	enum gpuvf_phase phase = READ_ONCE(w->phase);

	return phase == GPUVF_PHASE_EMPTY || phase == GPUVF_PHASE_BLOCKED;
}

void gpuvf_world_hold(struct gpuvf_pf *pf);
void gpuvf_world_release(struct gpuvf_pf *pf);
u64 gpuvf_world_round_us(struct gpuvf_pf *pf, const struct gpuvf_config *cfg);
void gpuvf_vf_stats_get(struct gpuvf_vf *vf, struct gpuvf_vf_stats *stats);
u32 gpuvf_world_set_runnable(struct gpuvf_pf *pf, u32 vfs);
void gpuvf_world_configure(struct gpuvf_pf *pf);
void gpuvf_world_drop(struct gpuvf_pf *pf, unsigned int vf);
bool gpuvf_world_evict(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_world_reset_begin(struct gpuvf_pf *pf, unsigned int vf);
int gpuvf_world_reset_end(struct gpuvf_pf *pf, unsigned int vf, bool done);
void gpuvf_world_set_exclusive(struct gpuvf_pf *pf, int vf);
u64 gpuvf_world_access_ns(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_world_forgive_access(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_world_fault(struct gpuvf_pf *pf, unsigned int vf, int *err,
		       enum gpuvf_hw_cmd *cmd);
void gpuvf_world_lose_locked(struct gpuvf_pf *pf, u32 vfs);
void gpuvf_world_masks_locked(struct gpuvf_world *w);
u32 gpuvf_world_flr_locked(struct gpuvf_pf *pf);
void gpuvf_world_take_report(struct gpuvf_pf *pf,
			     struct gpuvf_world_report *report);
void gpuvf_world_end_report(struct gpuvf_pf *pf,
			    const struct gpuvf_world_report *report);
void gpuvf_world_event(struct gpuvf_pf *pf, u32 events);

/* sched/switch.c: the world switch, and the thread that begins it */
int gpuvf_world_start(struct gpuvf_pf *pf);
void gpuvf_world_stop(struct gpuvf_pf *pf);
void gpuvf_turn_set_phase_locked(struct gpuvf_world *w, enum gpuvf_phase phase,
				 unsigned int vf);
void gpuvf_turn_lost_locked(struct gpuvf_pf *pf);
void gpuvf_turn_drop_locked(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_turn_look_locked(struct gpuvf_pf *pf, u64 done_ns);
void gpuvf_turn_interrupt(struct gpuvf_pf *pf, u64 now);

/* sched/quiesce.c: quiesce the GPU, and which VFs retain their contexts over that */
void gpuvf_halt_locked(struct gpuvf_pf *pf);
void gpuvf_halt_end(struct gpuvf_pf *pf);
void gpuvf_halt_all_lost_locked(struct gpuvf_pf *pf);

#endif /* GPUVF_ENGINE_H */
