// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler driven by anything: each piece of input is something that may
 * happen to it, at any time, with any clock. What must hold whatever happens is
 * checked after each step.
 */
#include <stddef.h>
#include <stdlib.h>

#include "sched/drr.h"

#define CHECK(condition)				\
	do {						\
		if (!(condition))			\
			abort();			\
	} while (0)

#define ALL_VFS		((u32)BIT(GPUVF_MAX_VFS) - 1)

static struct gpuvf_sched s;
static u64 now;

static const uint8_t *data;
static size_t left;

static u64 take(size_t bytes)
{
	u64 val = 0;

	while (bytes-- && left) {
		val = val << 8 | *data++;
		left--;
	}
	return val;
}

/* anything from 1 to U64_MAX, and often what is likely */
static u64 take_ns(void)
{
	u64 val = take(3) + 1;

	switch (take(1) % 4) {
	case 0:
		return val << (take(1) % 40);
	case 1:
		return U64_MAX - val + 1;
	default:
		return val;
	}
}

/* what a VF can be given */
static u64 take_slice_ns(void)
{
	return take_ns() % (GPUVF_SCHED_MAX_SLICE_NS - 1) + 2;
}

static void check(void)
{
	unsigned int i;

	CHECK(s.current_vf >= GPUVF_SCHED_NONE && s.current_vf < GPUVF_MAX_VFS);
	CHECK(!(gpuvf_sched_run_list(&s) & ~s.present));
	for (i = 0; i < GPUVF_MAX_VFS; i++)
		CHECK(s.present & BIT(i) || !s.vf[i].deficit_ns);
}

static void next(void)
{
	u32 ring = gpuvf_sched_run_list(&s);
	bool useful = ring & (s.started | s.work);
	int chosen = s.chosen_vf;
	struct gpuvf_sched_vf *vf;
	struct gpuvf_decision d;
	u64 deadline;

	CHECK(gpuvf_sched_next(&s, now, &d) == useful);
	if (!useful) {
		CHECK(d.vf == GPUVF_SCHED_NONE && !d.burn);
		CHECK(s.current_vf == GPUVF_SCHED_NONE);
		return;
	}
	CHECK(d.vf >= 0 && ring & BIT(d.vf) && d.vf == s.current_vf);
	CHECK(d.burn == !((s.started | s.work) & BIT(d.vf)));
	CHECK(!d.burn || s.policy == GPUVF_POLICY_FIXED);
	CHECK(chosen == GPUVF_SCHED_NONE || !(ring & BIT(chosen)) ||
	      d.vf == chosen);
	vf = &s.vf[d.vf];
	/* since it was chosen, its slice may have changed */
	CHECK(vf->deficit_ns < vf->slice_ns || d.vf == chosen ||
	      s.full_access_vf != GPUVF_SCHED_NONE);
	CHECK(s.slice_start_ns == now);
	deadline = gpuvf_sched_deadline(&s, now);
	CHECK(deadline >= now);
	if (ring & (ring - 1)) {
		CHECK(deadline - now <= vf->slice_ns);
		CHECK(deadline - now >= vf->slice_ns / 2 ||
		      deadline == U64_MAX);
	} else {
		CHECK(!vf->deficit_ns || s.full_access_vf == d.vf);
		CHECK(deadline - now <= GPUVF_SCHED_SELF_SWITCH_NS);
	}
}

/* the hardware goes over to the VF that it was given; that one has the turn */
static void go_over(void)
{
	int chosen = gpuvf_sched_choose(&s);

	CHECK(chosen != s.current_vf);
	CHECK(chosen == GPUVF_SCHED_NONE ||
	      (gpuvf_sched_run_list(&s) & BIT(chosen)));
	if (chosen == GPUVF_SCHED_NONE || !(take(1) & 1))
		return;
	if (take(1) & 1)
		gpuvf_sched_update(&s, take(4) & ALL_VFS, s.started, s.work,
				   now);
	gpuvf_sched_end(&s, now);
	gpuvf_sched_switched(&s, now);
	CHECK(s.current_vf == chosen && s.chosen_vf == GPUVF_SCHED_NONE);
	CHECK(gpuvf_sched_deadline(&s, now) >= now);
}

static void end(void)
{
	int vf = s.current_vf;
	u64 debt = s.vf[vf].deficit_ns;
	u64 charged = gpuvf_sched_end(&s, now);

	CHECK(s.current_vf == GPUVF_SCHED_NONE);
	/* no VF owes more than before and what it took */
	CHECK(s.vf[vf].deficit_ns <= debt || s.vf[vf].deficit_ns - debt <= charged);
}

static void step(void)
{
	u32 present, started, work;

	switch (take(1) % 10) {
	case 8:
		gpuvf_sched_set_full_access(&s, (int)(take(1) %
					       (GPUVF_MAX_VFS + 1)) - 1, now);
		break;
	case 9:
		if (s.current_vf != GPUVF_SCHED_NONE)
			go_over();
		break;
	case 0:
		gpuvf_sched_set_slice(&s, take(1) % GPUVF_MAX_VFS,
				      take_slice_ns());
		break;
	case 1:
		gpuvf_sched_set_policy(&s, take(1) % 3, now);
		break;
	case 2:
	case 3:
		present = take(4) & ALL_VFS;
		started = take(4) & ALL_VFS;
		work = take(4) & ALL_VFS;
		gpuvf_sched_update(&s, present, started, work, now);
		break;
	case 4:
		/* also back: then nothing has passed */
		now += take_ns();
		break;
	default:
		if (s.current_vf == GPUVF_SCHED_NONE) {
			next();
			now += take(1);
			if (s.current_vf != GPUVF_SCHED_NONE)
				gpuvf_sched_switched_in(&s, now);
		} else {
			now = gpuvf_sched_deadline(&s, now);
			now += take(2);
			end();
		}
		break;
	}
	check();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	data = input;
	left = size;
	now = take_ns();
	gpuvf_sched_init(&s, take(1) % 3);
	gpuvf_sched_update(&s, ALL_VFS, ALL_VFS, ALL_VFS, now);
	while (left)
		step();
	return 0;
}
