// SPDX-License-Identifier: GPL-2.0
/*
 * Who runs next, and until when; see sched/drr.h for the rules, and
 * Documentation/design/scheduling.rst for why they keep shares exact.
 */

#include "sched/drr.h"

static u64 sched_add(u64 a, u64 b)
{
	return a > U64_MAX - b ? U64_MAX : a + b;
}

static u64 sched_elapsed(const struct gpuvf_sched *s, u64 now_ns)
{
	return gpuvf_elapsed_ns(s->slice_start_ns, now_ns);
}

/**
 * gpuvf_sched_init() - no VF in the rotation, every slice at its default
 * @s: the scheduler
 * @policy: who is in the rotation
 */
void gpuvf_sched_init(struct gpuvf_sched *s, enum gpuvf_policy policy)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->policy = policy;
	s->full_access_vf = GPUVF_SCHED_NONE;
	s->current_vf = GPUVF_SCHED_NONE;
	s->last_vf = GPUVF_SCHED_NONE;
	s->chosen_vf = GPUVF_SCHED_NONE;
	for (i = 0; i < GPUVF_MAX_VFS; i++)
		s->vf[i].slice_ns = GPUVF_SCHED_DEFAULT_SLICE_NS;
}

/**
 * gpuvf_sched_set_slice() - live: holds from the VF's next time slice
 * @s: the scheduler
 * @vf: index, below GPUVF_MAX_VFS
 * @slice_ns: 2 to GPUVF_SCHED_MAX_SLICE_NS, since half of it is a divisor
 *
 * What the VF owes stays what it is, and the time slice under way is settled with the
 * slice it began with.
 */
void gpuvf_sched_set_slice(struct gpuvf_sched *s, unsigned int vf, u64 slice_ns)
{
	s->vf[vf].slice_ns = slice_ns;
}

/* in the rotation under the present policy, but for full access */
static u32 sched_members(const struct gpuvf_sched *s)
{
	switch (s->policy) {
	case GPUVF_POLICY_FIXED:
		return s->present;
	case GPUVF_POLICY_EQUAL:
		return s->present & (s->started | s->work);
	default:
		return s->present & s->work;
	}
}

/**
 * gpuvf_sched_run_list() - who is in the rotation under the present policy
 * @s: the scheduler
 *
 * fixed: present. equal: present and (started or work). best-effort: present
 * and work. With full access: of these, its owner.
 *
 * Return: bit n: VF n.
 */
u32 gpuvf_sched_run_list(const struct gpuvf_sched *s)
{
	u32 run_list = sched_members(s);

	if (s->full_access_vf != GPUVF_SCHED_NONE)
		run_list &= BIT(s->full_access_vf);
	return run_list;
}

static u32 sched_others(const struct gpuvf_sched *s)
{
	u32 run_list = gpuvf_sched_run_list(s);

	if (s->current_vf != GPUVF_SCHED_NONE)
		run_list &= ~(u32)BIT(s->current_vf);
	return run_list;
}

/**
 * gpuvf_sched_access_ns() - full access that a VF has not paid for yet
 * @s: the scheduler
 * @vf: index
 * @now_ns: now
 *
 * What it had while another VF wanted the GPU. As time passes it pays half its
 * share, and has half its slice until everything is paid: so what it gets in all
 * converges to its share.
 */
u64 gpuvf_sched_access_ns(struct gpuvf_sched *s, unsigned int vf, u64 now_ns)
{
	struct gpuvf_sched_vf *one = &s->vf[vf];
	u64 elapsed = gpuvf_elapsed_ns(one->access_at_ns, now_ns);
	u64 paid, whole = 0;
	u32 left;

	one->access_at_ns = max(one->access_at_ns, now_ns);
	if (!one->access_ns)
		return 0;
	for (left = s->present | (u32)BIT(vf); left; left &= left - 1)
		whole += 2 * s->vf[ffs(left) - 1].slice_ns;
	/* elapsed * slice / whole, where the product may not fit */
	paid = div64_u64(elapsed, whole);
	elapsed -= paid * whole;
	paid = paid * one->slice_ns +
	       div64_u64(elapsed * one->slice_ns, whole);
	one->access_ns -= min(paid, one->access_ns);
	return one->access_ns;
}

/* full access of the present time slice's VF, in which others had to wait */
static void sched_owe_access(struct gpuvf_sched *s, u64 ns, u64 now_ns)
{
	u32 others = sched_members(s) & ~(u32)BIT(s->current_vf);

	if (!others)
		return;
	gpuvf_sched_access_ns(s, s->current_vf, now_ns);
	s->vf[s->current_vf].access_ns =
		sched_add(s->vf[s->current_vf].access_ns, ns);
}

/* what a visit of the rotation is worth to a VF */
static u64 sched_quantum(const struct gpuvf_sched_vf *vf)
{
	return vf->access_ns ? vf->slice_ns / 2 : vf->slice_ns;
}

/*
 * A VF joined one that was alone: its time slice counts as one slice at most, as
 * if it had begun no earlier than that. What came before is accounted at once: it
 * was had, and no VF waited.
 */
static void sched_note_company(struct gpuvf_sched *s, bool was_alone,
			       int full_access_vf, u64 now_ns)
{
	u64 elapsed = sched_elapsed(s, now_ns);

	if (!was_alone || s->current_vf == GPUVF_SCHED_NONE || !sched_others(s))
		return;
	if (elapsed > s->quantum_ns) {
		if (s->current_vf == full_access_vf)
			sched_owe_access(s, elapsed - s->quantum_ns, now_ns);
		s->vf[s->current_vf].accounted_ns += elapsed - s->quantum_ns;
		s->slice_start_ns = now_ns - s->quantum_ns;
	}
	s->budget_ns = min(s->budget_ns, s->quantum_ns);
}

/**
 * gpuvf_sched_set_policy() - live: holds from the next decision
 * @s: the scheduler
 * @policy: the new one
 * @now_ns: now
 */
void gpuvf_sched_set_policy(struct gpuvf_sched *s, enum gpuvf_policy policy,
			    u64 now_ns)
{
	bool was_alone = !sched_others(s);

	s->policy = policy;
	sched_note_company(s, was_alone, GPUVF_SCHED_NONE, now_ns);
}

/**
 * gpuvf_sched_set_full_access() - one VF has the GPU to itself, or none has
 * @s: the scheduler
 * @vf: index, or GPUVF_SCHED_NONE
 * @now_ns: now
 *
 * Live: it holds at once. Debts stay as they are meanwhile; what it has beyond a
 * slice while others wait is paid for later, see gpuvf_sched_access_ns().
 */
void gpuvf_sched_set_full_access(struct gpuvf_sched *s, int vf, u64 now_ns)
{
	bool was_alone = !sched_others(s);
	int before = s->full_access_vf;

	s->full_access_vf = vf;
	sched_note_company(s, was_alone, before, now_ns);
}

/**
 * gpuvf_sched_update() - who may run, who has state, who has work
 * @s: the scheduler
 * @present: new value of the mask
 * @started: new value of the mask
 * @work: new value of the mask
 * @now_ns: now
 *
 * A VF that leaves @present loses its deficit. The present time slice goes on even when
 * its VF left the rotation: see gpuvf_sched_deadline().
 */
void gpuvf_sched_update(struct gpuvf_sched *s, u32 present, u32 started,
			u32 work, u64 now_ns)
{
	bool was_alone = !sched_others(s);
	u32 left;

	for (left = s->present & ~present; left; left &= left - 1)
		s->vf[ffs(left) - 1].deficit_ns = 0;
	s->present = present;
	s->started = started;
	s->work = work;
	sched_note_company(s, was_alone, GPUVF_SCHED_NONE, now_ns);
}

/* the next of @run_list, which is not empty, behind @after, in index order */
static int sched_next_of(u32 run_list, int after)
{
	u32 behind = run_list & ~(u32)(BIT(after + 1) - 1);

	return ffs(behind ? behind : run_list) - 1;
}

/*
 * A whole rotation was met by debtors, so everybody in the run list owes at least a
 * slice: skip as many rotations as all of them owe, at once. One of them owes less
 * than a slice afterwards.
 */
static void sched_skip_rotations(struct gpuvf_sched *s, u32 run_list)
{
	struct gpuvf_sched_vf *vf;
	u64 rotations = U64_MAX;
	u32 left;

	for (left = run_list; left; left &= left - 1) {
		vf = &s->vf[ffs(left) - 1];
		rotations = min(rotations,
				div64_u64(vf->deficit_ns, sched_quantum(vf)));
	}
	for (left = run_list; left; left &= left - 1) {
		vf = &s->vf[ffs(left) - 1];
		vf->deficit_ns -= rotations * sched_quantum(vf);
		vf->skipped += rotations;
	}
}

/*
 * Whose turn it is. A VF that is skipped has paid with an overrun of a slice or
 * more for being looked at, so that over time a decision looks at one VF. At the
 * most it looks at each of the run list four times. None, when the rotation comes by
 * @stop first; it goes on from there next time. Who is alone is not skipped.
 */
static int sched_pick(struct gpuvf_sched *s, u32 run_list, int stop)
{
	struct gpuvf_sched_vf *vf;
	u32 unmet = run_list;
	int i;

	for (;;) {
		if (!unmet) {
			sched_skip_rotations(s, run_list);
			unmet = run_list;
		}
		i = sched_next_of(run_list, s->last_vf);
		if (i == stop)
			return GPUVF_SCHED_NONE;
		s->last_vf = i;
		unmet &= ~(u32)BIT(i);
		vf = &s->vf[i];
		if (vf->deficit_ns < sched_quantum(vf) || !(run_list & (run_list - 1)))
			return i;
		vf->deficit_ns -= sched_quantum(vf);
		vf->skipped++;
	}
}

/* it was decided before, and still holds */
static bool sched_chosen_is_in(const struct gpuvf_sched *s, u32 run_list)
{
	return s->chosen_vf != GPUVF_SCHED_NONE && (run_list & BIT(s->chosen_vf));
}

/**
 * gpuvf_sched_choose() - who is next, before the present time slice is over
 * @s: the scheduler, with a time slice under way
 *
 * It stays so, whatever is debited until then; only who leaves the rotation before
 * its time slice has begun is not next any more.
 *
 * Return: another VF; GPUVF_SCHED_NONE: that depends on what the present time slice is
 * accounted, since all others are skipped, or there are none.
 */
int gpuvf_sched_choose(struct gpuvf_sched *s)
{
	u32 run_list = gpuvf_sched_run_list(s);

	if (!sched_chosen_is_in(s, run_list))
		s->chosen_vf = sched_others(s) ?
			       sched_pick(s, run_list, s->current_vf) :
			       GPUVF_SCHED_NONE;
	return s->chosen_vf;
}

static void sched_begin(struct gpuvf_sched *s, int i, u64 now_ns)
{
	struct gpuvf_sched_vf *vf = &s->vf[i];

	s->current_vf = i;
	s->last_vf = i;
	s->chosen_vf = GPUVF_SCHED_NONE;
	s->slice_start_ns = now_ns;
	gpuvf_sched_access_ns(s, i, now_ns);
	s->quantum_ns = sched_quantum(vf);
	if (sched_others(s)) {
		/* a slice that was changed meanwhile may be less than the deficit */
		s->budget_ns = s->quantum_ns - min(vf->deficit_ns,
						   s->quantum_ns);
		s->budget_ns = max(s->budget_ns, vf->slice_ns / 2);
		return;
	}
	/* alone: no VF to owe to, and none that waits */
	if (s->full_access_vf == GPUVF_SCHED_NONE)
		vf->deficit_ns = 0;
	s->budget_ns = GPUVF_SCHED_SELF_SWITCH_NS;
}

/**
 * gpuvf_sched_next() - begin a time slice
 * @s: the scheduler; no time slice may be under way
 * @now_ns: now: the time slice counts from here
 * @d: what to do
 *
 * Round robin in index order behind the last time slice, skipping those in deficit.
 * While no VF of the rotation has state or work, none has the time slice: under
 * policy fixed nothing would be kept from anybody by leaving the GPU empty.
 *
 * Return: true when a VF has the time slice.
 */
bool gpuvf_sched_next(struct gpuvf_sched *s, u64 now_ns, struct gpuvf_decision *d)
{
	u32 run_list = gpuvf_sched_run_list(s);

	d->vf = GPUVF_SCHED_NONE;
	d->burn = false;
	if (!(run_list & (s->started | s->work)))
		return false;

	d->vf = sched_chosen_is_in(s, run_list) ?
		s->chosen_vf : sched_pick(s, run_list, GPUVF_SCHED_NONE);
	d->burn = !((s->started | s->work) & BIT(d->vf));
	sched_begin(s, d->vf, now_ns);
	return true;
}

/**
 * gpuvf_sched_switched() - begin the turn of the VF that was chosen
 * @s: the scheduler; no time slice may be under way
 * @now_ns: now: the time slice counts from here
 *
 * The hardware went over to it already, so it has the time slice even when it is not in
 * the rotation any more; gpuvf_sched_deadline() is at once then.
 */
void gpuvf_sched_switched(struct gpuvf_sched *s, u64 now_ns)
{
	sched_begin(s, s->chosen_vf, now_ns);
}

/**
 * gpuvf_sched_switched_in() - the VF of the present time slice begins to take the GPU
 * @s: the scheduler, with a time slice under way
 * @now_ns: start of the LOAD
 *
 * The time slice counts from here: what the decision took is accounted to no VF.
 */
void gpuvf_sched_switched_in(struct gpuvf_sched *s, u64 now_ns)
{
	s->slice_start_ns = max(s->slice_start_ns, now_ns);
}

/**
 * gpuvf_sched_deadline() - when the present time slice has to end
 * @s: the scheduler, with a time slice under way
 * @now_ns: now
 *
 * To be asked again after every gpuvf_sched_update(): earlier when a VF
 * joined one that was alone; at once when the VF left the rotation and another
 * else is in it, or when it may not run any more.
 *
 * Return: absolute time; not later than @now_ns: end it now.
 */
u64 gpuvf_sched_deadline(const struct gpuvf_sched *s, u64 now_ns)
{
	u32 me = BIT(s->current_vf);

	if (!(s->present & me))
		return now_ns;
	if (!(gpuvf_sched_run_list(s) & me) && sched_others(s))
		return now_ns;
	return sched_add(s->slice_start_ns, s->budget_ns);
}

/**
 * gpuvf_sched_end() - the present time slice is over, its state saved
 * @s: the scheduler, with a time slice under way
 * @now_ns: end of the SAVE
 *
 * Return: nanoseconds accounted against the slice.
 */
u64 gpuvf_sched_end(struct gpuvf_sched *s, u64 now_ns)
{
	struct gpuvf_sched_vf *vf = &s->vf[s->current_vf];
	u64 accounted = sched_elapsed(s, now_ns);
	u64 due = sched_add(vf->deficit_ns, accounted);
	bool alone = !sched_others(s);

	vf->slices++;
	vf->accounted_ns += accounted;
	if (accounted > s->budget_ns)
		vf->overrun_ns += accounted - s->budget_ns;
	else if (!alone)
		vf->given_away_ns += s->budget_ns - accounted;

	if (s->full_access_vf == s->current_vf)
		sched_owe_access(s, accounted, now_ns);
	if (!(s->present & BIT(s->current_vf)))
		vf->deficit_ns = 0;
	else if (!alone)
		vf->deficit_ns = due - min(due, s->quantum_ns);
	else if (s->full_access_vf == GPUVF_SCHED_NONE)
		/* a VF that is alone has no deficit */
		vf->deficit_ns = 0;
	s->current_vf = GPUVF_SCHED_NONE;
	return accounted;
}
