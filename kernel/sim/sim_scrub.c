// SPDX-License-Identifier: GPL-2.0
/*
 * The scrub engine: overwrites framebuffer, or a slot of the context save area.
 */

#include <linux/ktime.h>
#include <linux/math64.h>

#include "sim.h"

static void scrub_units(struct sim_gpu *gpu, unsigned int first,
			unsigned int count)
{
	sim_fb_clear(gpu, first, count);
	sim_mem_clear(gpu, first, count);
}

static void clear_over(struct sim_gpu *gpu, u32 status, u64 now)
{
	gpu->clear.status = status;
	sim_truth_event(gpu, now, SIM_EVENT_SCRUB, SIM_FCN_PF, 0, status);
	sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_SCRUB_DONE);
}

/**
 * sim_scrub_done() - the operation under way has come to its end
 * @gpu: GPU
 *
 * Context: gpu->lock.
 */
void sim_scrub_done(struct sim_gpu *gpu)
{
	struct sim_scrub *clear = &gpu->clear;

	gpu->scrubs++;
	if (clear->fail) {
		if (!clear->context)
			scrub_units(gpu, clear->start, clear->count / 2);
		clear_over(gpu, GPUVF_SIM_SCRUB_ST_ERROR, clear->done_ns);
		return;
	}
	if (clear->context)
		sim_fb_clear_context(gpu, SIM_FCN_VF(clear->start &
						     GPUVF_FCN_INDEX));
	else
		scrub_units(gpu, clear->start, clear->count);
	clear_over(gpu, GPUVF_SIM_SCRUB_ST_DONE, clear->done_ns);
}

static bool clear_is_possible(const struct sim_gpu *gpu)
{
	const struct sim_scrub *clear = &gpu->clear;

	if (clear->context)
		return (clear->start & ~GPUVF_FCN_INDEX) == GPUVF_FCN_IS_VF &&
		       (clear->start & GPUVF_FCN_INDEX) < sim_total_vfs;
	return clear->count && clear->count <= gpu->num_units &&
	       clear->start <= gpu->num_units - clear->count;
}

/* a function has what is to be scrubbed */
static bool clear_is_live(struct sim_gpu *gpu)
{
	const struct sim_scrub *clear = &gpu->clear;

	if (clear->context)
		return gpu->fcn[SIM_FCN_VF(clear->start &
					   GPUVF_FCN_INDEX)].state !=
		       SIM_SHUTDOWN;
	return sim_fb_range_is_live(gpu, clear->start, clear->count);
}

/**
 * sim_scrub_write() - the control register is written
 * @gpu: GPU, brought up to now
 * @val: what is written
 * @now: now
 */
void sim_scrub_write(struct sim_gpu *gpu, u32 val, u64 now)
{
	struct sim_scrub *clear = &gpu->clear;

	if (!sim_scrub_engine)
		return;
	if (val & GPUVF_SIM_SCRUB_ABORT) {
		if (clear->status == GPUVF_SIM_SCRUB_ST_BUSY)
			clear_over(gpu, GPUVF_SIM_SCRUB_ST_ABORTED, now);
		return;
	}
	if (!(val & GPUVF_SIM_SCRUB_GO) ||
	    clear->status == GPUVF_SIM_SCRUB_ST_BUSY)
		return;
	clear->context = val & GPUVF_SIM_SCRUB_CONTEXT;
	if (!clear_is_possible(gpu)) {
		clear_over(gpu, GPUVF_SIM_SCRUB_ST_BAD_RANGE, now);
		return;
	}
	if (clear_is_live(gpu))
		gpu->violations[SIM_V_SCRUB_LIVE]++;
	clear->fail = sim_fault_hits(&gpu->fault[SIM_F_FAIL_CLEAR]);
	clear->status = GPUVF_SIM_SCRUB_ST_BUSY;
	clear->begin_ns = now;
	clear->done_ns = now + (clear->context ? 1 : clear->count) *
			       (u64)sim_scrub_us * NSEC_PER_USEC;
}

/**
 * sim_scrub_progress() - how many units are done
 * @gpu: GPU, brought up to now
 * @now: now
 */
u32 sim_scrub_progress(const struct sim_gpu *gpu, u64 now)
{
	const struct sim_scrub *clear = &gpu->clear;
	u64 unit_ns;

	if (clear->status == GPUVF_SIM_SCRUB_ST_DONE)
		return clear->count;
	if (clear->status != GPUVF_SIM_SCRUB_ST_BUSY || clear->context)
		return 0;
	/* the speed when it began; the parameter may have changed since */
	unit_ns = div_u64(clear->done_ns - clear->begin_ns, clear->count);
	return unit_ns ? div64_u64(now - clear->begin_ns, unit_ns) : 0;
}
