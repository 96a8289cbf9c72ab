/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world thread: carries the scheduler's decisions out on the hardware.
 */
#ifndef GPUVF_WORLD_H
#define GPUVF_WORLD_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "gpuvf_hw.h"
#include "gpuvf_sched.h"

struct gpuvf_pf;
struct gpuvf_vf_stats;
struct task_struct;

/**
 * struct gpuvf_world - the thread of one GPU and what it is told
 * @task: the thread
 * @events: GPUVF_HW_EVENT_* bits that came since the thread last looked
 * @wait: the thread sleeps here
 * @irq_ns: when the interrupt came that says a command is over
 * @done_ns: when the last command was over; the thread's own
 * @last_cmd: the command issued last; the thread's own
 * @report: tells the rest of the driver, under pf->lock, what the thread saw
 * @lock: protects what follows
 * @sched: who runs next, and until when
 * @runnable: bit n: VF n may be given turns
 * @started: bit n: VF n has state on the GPU
 * @held: bit n: VF n must not be started at this moment
 * @was_reset: bit n: VF n was reset by its user; not yet reported
 * @failed: bit n: VF n did not obey and was reset for it; not yet reported
 * @stalled: a command hung and a reset of its VF did not help
 * @preempt_us: by VF index: how long it may take to leave the GPU
 * @switch_ns: what a world switch costs, averaged over the last ones
 */
struct gpuvf_world {
	struct task_struct *task;
	atomic_t events;
	wait_queue_head_t wait;
	u64 irq_ns;
	u64 done_ns;
	enum gpuvf_hw_cmd last_cmd;
	struct work_struct report;

	spinlock_t lock;
	struct gpuvf_sched sched;
	u32 runnable;
	u32 started;
	u32 held;
	u32 was_reset;
	u32 failed;
	bool stalled;
	u32 preempt_us[GPUVF_MAX_VFS];
	u64 switch_ns;
};

int gpuvf_world_start(struct gpuvf_pf *pf);
void gpuvf_world_stop(struct gpuvf_pf *pf);
void gpuvf_world_park(struct gpuvf_pf *pf);
void gpuvf_world_unpark(struct gpuvf_pf *pf);
u32 gpuvf_world_hold(struct gpuvf_pf *pf);
void gpuvf_world_release(struct gpuvf_pf *pf);
u32 gpuvf_world_shutdown_vfs(struct gpuvf_pf *pf);
void gpuvf_world_revive(struct gpuvf_pf *pf);
u32 gpuvf_world_forget(struct gpuvf_pf *pf);
u32 gpuvf_world_started(struct gpuvf_pf *pf);
u64 gpuvf_world_switch_ns(struct gpuvf_pf *pf);
void gpuvf_world_stats(struct gpuvf_pf *pf, unsigned int vf,
		       struct gpuvf_vf_stats *stats);
void gpuvf_world_wait_off(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_world_vf_was_reset(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_world_set_runnable(struct gpuvf_pf *pf, u32 vfs);
void gpuvf_world_configure(struct gpuvf_pf *pf);
void gpuvf_world_event(struct gpuvf_pf *pf, u32 events);

#endif /* GPUVF_WORLD_H */
