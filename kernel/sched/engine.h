/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engines of a GPU: what gives VFs their time slices on one of them, and what the
 * layers above ask of all of them together.
 */
#ifndef GPUVF_ENGINE_H
#define GPUVF_ENGINE_H

#include <linux/gpuvf.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "hw/hw.h"
#include "sched/drr.h"
#include "sched/stats.h"

struct gpuvf_config;
struct gpuvf_engine;
struct gpuvf_engine_report;
struct gpuvf_pf;
struct gpuvf_vf;

#define GPUVF_VF_NONE	GPUVF_SCHED_NONE

/**
 * struct gpuvf_engine_ops - what gives VFs their time slices on an engine
 * @start_up: begin, with no VF that may run; pf->config is known. May sleep. 0, errno
 * @shut_down: end for good, with no enabled VF. May sleep; pf->lock not held
 * @destroy: when the PF goes; also without @start_up
 * @interrupt: the hardware has something to say, at a time in ns. Hard-irq context, or
 *	where everything is polled any
 * @look_again: the interrupt handler has left events in the hardware, to be fetched by
 *	pf->sink->poll() later. Same
 * @round: which time slices would hold: fill time_slice_effective_us of this engine for
 *	every VF of a configuration. Changes nothing else. pf->lock, or probe
 * @configure: take over policy and times of a configuration, from each VF's next time
 *	slice on, and fill time_slice_effective_us with what the engine holds. pf->lock
 * @set_enabled: bit n: VF n is enabled; hardware that schedules by itself must not name
 *	another one. With the time slices of pf->config. pf->lock, or probe
 * @set_runnable: bit n: VF n is enabled, has scrubbed memory, and nothing is against
 *	it. pf->lock. Returns the mask without VFs that have to wait for a report
 * @block_first_start: no VF that has not started starts, until it is called with false.
 *	pf->lock, which is not released in between
 * @evict: keep a VF without a context from starting, until @set_runnable. pf->lock.
 *	false: it has a context, which has to be torn down first
 * @tear_down_vf: drop a VF's context, if it has one, and report that. pf->lock; does not
 *	wait. Only where the hardware has GPUVF_CAPABILITY_SHUTDOWN
 * @reset_begin: take a VF off the engine, which may not run any more, before its reset.
 *	Sleeps as long as that can take
 * @reset_end: the VF was reset, with true as far as the PCI core knows; its context is
 *	lost, unless the reset did not reach it. May sleep. 0; -EIO: it did not; -EBUSY:
 *	no VF can use the engine before the GPU is reset
 * @take_fault: what a VF that is reported as hung failed at, and forget it: -ETIMEDOUT:
 *	a command did not end in time; -ESTALE: it was refused, and the engine is free:
 *	without an FLR notice, the sign of an FLR by the VF's user; another errno; 0:
 *	nothing. Interrupts on
 * @set_full_access: give one VF that may run the engine to itself, or with GPUVF_VF_NONE
 *	to all again: then all others in the rotation get a slice before the next full
 *	access. Reports when the VF executes. pf->lock; does not wait
 * @get_access_ns: full access that a VF has not paid for yet; interrupts on
 * @set_access_ns: it has to pay for so much from now on. Same
 * @take_off: keep a VF, which may not run any more, from the engine: its context is
 *	saved then. Sleeps as long as that can take. 0; -ETIMEDOUT
 * @adopt: a VF that may not run has a saved context, which the engine did not save.
 *	pf->lock
 * @quiesce: take all VFs off, drop their contexts, and begin no time slice any more. A
 *	context that cannot be dropped is retained. After a fatal PCIe error nothing is
 *	waited for. pf->lock; sleeps
 * @quiesce_end: time slices may begin again. May sleep
 * @rotation_us: one rotation of all provisioned VFs of a configuration, switches
 *	included as far as they were measured. Any context
 * @stats: fill GPUVF_ENGINE_COUNTERS, but those of faults, and the lateness. pf->lock
 * @take_report: what happened to VFs since the last report. VFs that were reset or torn
 *	down do not start before @end_report. pf->lock
 * @end_report: the caller has marked what VFs left behind. pf->lock, held since then
 *
 * What it has to report it leaves in the engine, and schedules pf->report.
 */
struct gpuvf_engine_ops {
	int (*start_up)(struct gpuvf_engine *engine);
	void (*shut_down)(struct gpuvf_engine *engine);
	void (*destroy)(struct gpuvf_engine *engine);
	void (*interrupt)(struct gpuvf_engine *engine,
			  const struct gpuvf_hw_events *hw, u64 now);
	void (*look_again)(struct gpuvf_engine *engine);
	void (*round)(struct gpuvf_engine *engine, struct gpuvf_config *cfg);
	void (*configure)(struct gpuvf_engine *engine,
			  struct gpuvf_config *cfg);
	void (*set_enabled)(struct gpuvf_engine *engine, u32 vfs);
	u32 (*set_runnable)(struct gpuvf_engine *engine, u32 vfs);
	void (*block_first_start)(struct gpuvf_engine *engine, bool block);
	bool (*evict)(struct gpuvf_engine *engine, unsigned int vf);
	void (*tear_down_vf)(struct gpuvf_engine *engine, unsigned int vf);
	void (*reset_begin)(struct gpuvf_engine *engine, unsigned int vf);
	int (*reset_end)(struct gpuvf_engine *engine, unsigned int vf,
			 bool done);
	int (*take_fault)(struct gpuvf_engine *engine, unsigned int vf,
			  enum gpuvf_hw_cmd *cmd);
	void (*set_full_access)(struct gpuvf_engine *engine, int vf);
	u64 (*get_access_ns)(struct gpuvf_engine *engine, unsigned int vf);
	void (*set_access_ns)(struct gpuvf_engine *engine, unsigned int vf,
			      u64 ns);
	int (*take_off)(struct gpuvf_engine *engine, unsigned int vf);
	void (*adopt)(struct gpuvf_engine *engine, unsigned int vf);
	void (*quiesce)(struct gpuvf_engine *engine);
	void (*quiesce_end)(struct gpuvf_engine *engine);
	u64 (*rotation_us)(struct gpuvf_engine *engine,
			   const struct gpuvf_config *cfg);
	void (*stats)(struct gpuvf_engine *engine, unsigned int vf,
		      struct gpuvf_vf_stats *stats);
	void (*take_report)(struct gpuvf_engine *engine,
			    struct gpuvf_engine_report *report);
	void (*end_report)(struct gpuvf_engine *engine,
			   const struct gpuvf_engine_report *report);
};

/**
 * struct gpuvf_engine - an engine of a GPU, the same for all that drive one
 * @ops: what drives it
 * @pf: whose engine it is
 * @id: which; the index in pf->engine
 * @time_slice_min_us: shortest time slice
 * @time_slice_max_us: longest time slice
 * @hangs: by VF index: see GPUVF_ENGINE_COUNTERS; pf->lock
 * @preempt_timeouts: likewise
 * @lock: protects what follows, and what the implementation has besides; also taken in
 *	hard interrupts
 * @started: bit n: VF n has state on the engine, and can go on with it
 * @retained: bit n: the hardware would not drop the state of VF n when the engine was
 *	quiesced: its memory must stay as it is until gpuvf_engine_all_lost_locked().
 *	It changes under pf->lock too
 * @full_access: the one VF that has the engine to itself, or GPUVF_VF_NONE
 * @full_access_runs: it executes
 * @due: bit n: VF n is to have a slice before the next full access
 */
struct gpuvf_engine {
	const struct gpuvf_engine_ops *ops;
	struct gpuvf_pf *pf;
	enum gpuvf_engine_id id;
	u32 time_slice_min_us;
	u32 time_slice_max_us;
	u64 hangs[GPUVF_MAX_VFS];
	u64 preempt_timeouts[GPUVF_MAX_VFS];

	/* what follows, and all of the implementation; also in hard interrupts */
	spinlock_t lock;
	u32 started;
	u32 retained;
	int full_access;
	bool full_access_runs;
	u32 due;
};

/**
 * struct gpuvf_engine_report - what happened to VFs since the last report
 * @was_reset: bit n: VF n lost its state in a reset
 * @torn_down: bit n: the state of VF n was dropped, as was asked for
 * @hung: bit n: VF n has to be reset; see gpuvf_engine_take_fault()
 * @flr: bit n: VF n was reset by its user
 * @started: bit n: VF n has state, whether it gets time slices or not
 */
struct gpuvf_engine_report {
	u32 was_reset;
	u32 torn_down;
	u32 hung;
	u32 flr;
	u32 started;
};

/* @e: each engine of @pf that there is, as struct gpuvf_engine * */
#define gpuvf_for_each_engine(e, pf)					\
	for (unsigned int id_ = 0;					\
	     id_ < GPUVF_ENGINES && ((e) = (pf)->engine[id_]); id_++)

/* sched/soft.c: the software scheduler, for hardware that switches by commands */
struct gpuvf_engine *gpuvf_soft_create(struct gpuvf_pf *pf,
				       enum gpuvf_engine_id id);

/* sched/engine.c: all engines of a PF together */
int gpuvf_engine_init(struct gpuvf_pf *pf);
void gpuvf_engine_free(struct gpuvf_pf *pf);
int gpuvf_engine_start(struct gpuvf_pf *pf);
void gpuvf_engine_stop(struct gpuvf_pf *pf);
void gpuvf_engine_interrupt(struct gpuvf_pf *pf,
			    const struct gpuvf_hw_events *hw, u64 now);
void gpuvf_engine_look_again(struct gpuvf_pf *pf);
void gpuvf_engine_round(struct gpuvf_pf *pf, struct gpuvf_config *cfg);
void gpuvf_engine_configure(struct gpuvf_pf *pf);
void gpuvf_engine_set_enabled(struct gpuvf_pf *pf, u32 vfs);
u32 gpuvf_engine_set_runnable(struct gpuvf_pf *pf, u32 vfs);
void gpuvf_engine_block_first_start(struct gpuvf_pf *pf);
void gpuvf_engine_allow_first_start(struct gpuvf_pf *pf);
bool gpuvf_engine_evict(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_engine_tear_down(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_engine_reset_begin(struct gpuvf_pf *pf, unsigned int vf);
int gpuvf_engine_reset_end(struct gpuvf_pf *pf, unsigned int vf, bool done);
struct gpuvf_engine *gpuvf_engine_take_fault(struct gpuvf_pf *pf,
					     unsigned int vf, int *err,
					     enum gpuvf_hw_cmd *cmd);
void gpuvf_engine_set_full_access(struct gpuvf_pf *pf, int vf);
bool gpuvf_engine_full_access_runs(struct gpuvf_pf *pf);
bool gpuvf_engine_full_access_is_free(struct gpuvf_pf *pf);
u64 gpuvf_engine_access_ns(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_engine_set_access_ns(struct gpuvf_pf *pf, unsigned int vf, u64 ns);
int gpuvf_engine_take_off(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_engine_adopt(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_engine_quiesce_locked(struct gpuvf_pf *pf);
void gpuvf_engine_quiesce_end(struct gpuvf_pf *pf);
void gpuvf_engine_all_lost_locked(struct gpuvf_pf *pf);
u64 gpuvf_engine_rotation_us(struct gpuvf_pf *pf,
			     const struct gpuvf_config *cfg);
void gpuvf_vf_stats_get(struct gpuvf_vf *vf, struct gpuvf_engine *engine,
			struct gpuvf_vf_stats *stats);
void gpuvf_engine_take_report(struct gpuvf_pf *pf,
			      struct gpuvf_engine_report *report);
void gpuvf_engine_end_report(struct gpuvf_pf *pf,
			     const struct gpuvf_engine_report *report);

#endif /* GPUVF_ENGINE_H */
