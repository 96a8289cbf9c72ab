// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the scheduler decides. A decision is a whole turn: who is next, until
 * when, and the end of it. What a turn takes beyond its deadline is not the same
 * twice, and one VF in eight takes more than its slice, so that debts are paid
 * and turns are skipped.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "sched/drr.h"

#define TURNS	4000000U
#define US	1000ULL
#define MS	1000000ULL

static u64 clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static double ns_per_decision(unsigned int num_vfs, u64 *skipped)
{
	struct gpuvf_sched s;
	u32 all = (1ULL << num_vfs) - 1;
	u64 begin, elapsed, now = 0;
	unsigned int i;

	gpuvf_sched_init(&s, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < num_vfs; i++)
		gpuvf_sched_set_slice(&s, i, (2 + (i * 7) % 31) * MS);
	gpuvf_sched_update(&s, all, all, all, now);

	begin = clock_ns();
	for (i = 0; i < TURNS; i++) {
		struct gpuvf_decision d;

		if (!gpuvf_sched_next(&s, now, &d))
			return 0;
		now = gpuvf_sched_deadline(&s, now) + (200 + i % 64) * US;
		if (d.vf % 8 == 7)
			now += s.vf[d.vf].slice_ns + 3 * MS;
		gpuvf_sched_end(&s, now);
	}
	elapsed = clock_ns() - begin;

	*skipped = 0;
	for (i = 0; i < num_vfs; i++)
		*skipped += s.vf[i].skipped;
	return (double)elapsed / TURNS;
}

int main(void)
{
	static const unsigned int vfs[] = { 1, 2, 8, 16, 31 };
	u64 skipped;
	double ns;
	unsigned int i;

	printf("The scheduler alone, in user space; processor time, one core, real time\n\n");
	printf("%6s %16s %16s %18s\n", "VFs", "ns/decision", "decisions/s",
	       "skipped/decision");
	for (i = 0; i < sizeof(vfs) / sizeof(*vfs); i++) {
		ns = ns_per_decision(vfs[i], &skipped);
		printf("%6u %16.1f %16.0f %18.3f\n", vfs[i], ns, 1e9 / ns,
		       (double)skipped / TURNS);
	}
	return 0;
}
