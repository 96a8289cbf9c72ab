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
	sim_fb_scrub(gpu, first, count);
	sim_mem_scrub(gpu, first, count);
}

static void scrub_over(struct sim_gpu *gpu, u32 status, u64 now)
{
	gpu->scrub.status = status;
	sim_truth_event(gpu, now, SIM_EVENT_SCRUB, SIM_FCN_PF, 0, status);
	sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_SCRUB_DONE);
}

/* units that the operation under way overwrites */
static unsigned int scrub_effect(const struct sim_scrub *scrub)
{
	if (scrub->context || scrub->skip)
		return 0;
	return scrub->fail ? scrub->count / 2 : scrub->count;
}

/**
 * sim_scrub_done() - the operation under way has come to its end
 * @gpu: GPU
 *
 * With memory behind the BARs it has when that is overwritten.
 *
 * Context: gpu->lock.
 */
void sim_scrub_done(struct sim_gpu *gpu)
{
	struct sim_scrub *scrub = &gpu->scrub;
	unsigned int count = scrub_effect(scrub);

	if (!scrub->overwritten && sim_ram_scrub(gpu, scrub->start, count)) {
		scrub->done_ns = SIM_NEVER;
		return;
	}
	gpu->scrubs++;
	if (count)
		scrub_units(gpu, scrub->start, count);
	if (scrub->context && !scrub->fail && !scrub->skip)
		sim_fb_scrub_context(gpu, SIM_FCN_VF(scrub->start &
						     GPUVF_FCN_INDEX));
	scrub_over(gpu, scrub->fail ? GPUVF_SIM_SCRUB_ST_ERROR :
				      GPUVF_SIM_SCRUB_ST_DONE, scrub->done_ns);
}

static bool scrub_is_possible(const struct sim_gpu *gpu)
{
	const struct sim_scrub *scrub = &gpu->scrub;

	if (scrub->context)
		return (scrub->start & ~GPUVF_FCN_INDEX) == GPUVF_FCN_IS_VF &&
		       (scrub->start & GPUVF_FCN_INDEX) < sim_total_vfs;
	return scrub->count && scrub->count <= gpu->num_units &&
	       scrub->start <= gpu->num_units - scrub->count;
}

/* a function has what is to be scrubbed */
static bool scrub_is_live(struct sim_gpu *gpu)
{
	const struct sim_scrub *scrub = &gpu->scrub;

	if (scrub->context)
		return gpu->fcn[SIM_FCN_VF(scrub->start &
					   GPUVF_FCN_INDEX)].state !=
		       SIM_SHUTDOWN;
	return sim_fb_range_is_live(gpu, scrub->start, scrub->count);
}

/**
 * sim_scrub_write() - the control register is written
 * @gpu: GPU, brought up to now
 * @val: what is written
 * @now: now
 */
void sim_scrub_write(struct sim_gpu *gpu, u32 val, u64 now)
{
	struct sim_scrub *scrub = &gpu->scrub;

	if (!sim_scrub_engine)
		return;
	if (val & GPUVF_SIM_SCRUB_ABORT) {
		if (scrub->status != GPUVF_SIM_SCRUB_ST_BUSY)
			return;
		sim_ram_scrub(gpu, 0, 0);
		scrub_over(gpu, GPUVF_SIM_SCRUB_ST_ABORTED, now);
		return;
	}
	if (!(val & GPUVF_SIM_SCRUB_GO) ||
	    scrub->status == GPUVF_SIM_SCRUB_ST_BUSY)
		return;
	scrub->context = val & GPUVF_SIM_SCRUB_CONTEXT;
	if (!scrub_is_possible(gpu)) {
		scrub_over(gpu, GPUVF_SIM_SCRUB_ST_BAD_RANGE, now);
		return;
	}
	if (scrub_is_live(gpu))
		gpu->violations[SIM_V_SCRUB_LIVE]++;
	scrub->fail = sim_fault_hits(&gpu->fault[SIM_F_FAIL_SCRUB]);
	scrub->skip = sim_fault_hits(&gpu->fault[SIM_F_SKIP_SCRUB]);
	scrub->overwritten = false;
	scrub->status = GPUVF_SIM_SCRUB_ST_BUSY;
	scrub->begin_ns = now;
	scrub->done_ns = now + (scrub->context ? 1 : scrub->count) *
			       (u64)sim_scrub_us * NSEC_PER_USEC;
	sim_truth_event(gpu, now, SIM_EVENT_SCRUB_BEGIN, SIM_FCN_PF, 0,
			scrub->context ? 0 : scrub->count);
}

/**
 * sim_scrub_progress() - how many units are done
 * @gpu: GPU, brought up to now
 * @now: now
 */
u32 sim_scrub_progress(const struct sim_gpu *gpu, u64 now)
{
	const struct sim_scrub *scrub = &gpu->scrub;
	u64 unit_ns;

	if (scrub->status == GPUVF_SIM_SCRUB_ST_DONE)
		return scrub->count;
	if (scrub->status != GPUVF_SIM_SCRUB_ST_BUSY || scrub->context)
		return 0;
	/* it took its time, and memory is being overwritten */
	if (scrub->done_ns == SIM_NEVER)
		return scrub->count;
	/* the speed when it began; the parameter may have changed since */
	unit_ns = div_u64(scrub->done_ns - scrub->begin_ns, scrub->count);
	return unit_ns ? div64_u64(now - scrub->begin_ns, unit_ns) : 0;
}
