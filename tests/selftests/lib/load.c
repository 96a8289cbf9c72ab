// SPDX-License-Identifier: GPL-2.0
/*
 * VFs with guests that work, and what they got of the GPU.
 */

#include <stdio.h>
#include <stdlib.h>

#include "load.h"

/**
 * load_enable() - enable VFs with 512 MiB each
 * @gpu: GPU
 * @num: how many
 * @slice_us: time slice of each
 * @policy: GPUVF_POLICY_*; equal in place of best-effort without busy bits
 *
 * On return their memory is cleared, so that they can start at once.
 */
void load_enable(const struct gpu *gpu, unsigned int num,
		 const uint32_t *slice_us, uint32_t policy)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i;

	if (policy == GPUVF_POLICY_BEST_EFFORT && !gpu_can(gpu, "busy"))
		policy = GPUVF_POLICY_EQUAL;
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, policy);
	mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	for (i = 0; i < num; i++)
		nl_put_vf(&req, i, 512 * MIB, slice_us[i]);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_OK(gpu_set_numvfs(gpu, num));
	fixture_wait_clean(gpu);
}

/**
 * load_rest() - VFs without work have no state, whatever the hardware is
 * @gpu: GPU
 * @num: how many VFs are enabled
 *
 * Where neither busy bits nor a mailbox tell which VF has a guest, each is started when
 * it is enabled, and is in use: these are stopped. load_busy() ends that.
 */
void load_rest(const struct gpu *gpu, unsigned int num)
{
	unsigned int i;

	if (!gpu_starts_all(gpu))
		return;
	for (i = 0; i < num; i++) {
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf%u/stop", i), "1"));
		ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "vf%u/in_use", i),
					  "0"));
	}
	fixture_wait_clean(gpu);
}

/* a guest that asked too often for its start was refused, and has given up */
#define ASK_AGAIN_MS	70000

static bool works_at_last(const struct gpu *gpu, unsigned int vf)
{
	uint64_t end = now_ms() + ASK_AGAIN_MS;

	while (!gpu_truth_vf_is(gpu, vf, "driver", "work")) {
		if (now_ms() > end)
			return false;
		pause_ms(2);
	}
	return true;
}

/**
 * load_busy() - let a guest work, and wait until it does
 * @gpu: GPU
 * @vf: index of its VF
 * @percent: how much of the GPU it wants
 */
void load_busy(const struct gpu *gpu, unsigned int vf, unsigned int percent)
{
	uint64_t before = gpu_truth_vf(gpu, vf, "run_ns");
	uint64_t end = now_ms() + PATIENCE_MS;
	char what[16];

	if (gpu_vf_is(gpu, vf, "stopped"))
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf%u/reset", vf), "1"));
	snprintf(what, sizeof(what), "busy %u", percent);
	/* one that worked before has turns until it asks */
	do {
		ASSERT_OK(gpu_guest(gpu, vf, what));
	} while (gpu_guests_ask(gpu) && !works_at_last(gpu, vf) &&
		 now_ms() < end);
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, vf, "run_ns") > before);
}

static void sum_up(const struct truth *from, const struct truth *to,
		   struct shares *shares)
{
	unsigned int i;

	shares->elapsed_ns = truth_get(to, "gpu", "now_ns") -
			     truth_get(from, "gpu", "now_ns");
	shares->commands = truth_get(to, "gpu", "commands") -
			   truth_get(from, "gpu", "commands");
	shares->accounted_ns = 0;
	for (i = 0; i < fx.total_vfs; i++) {
		struct share *vf = &shares->vf[i];

		vf->accounted_ns = truth_vf(to, i, "accounted_ns") -
				 truth_vf(from, i, "accounted_ns");
		vf->run_ns = truth_vf(to, i, "run_ns") -
			     truth_vf(from, i, "run_ns");
		vf->slices = truth_vf(to, i, "slices") -
			     truth_vf(from, i, "slices");
		shares->accounted_ns += vf->accounted_ns;
	}
}

static bool is_enough(const struct shares *shares, uint64_t accounted_ns,
		      uint64_t ns)
{
	return shares->accounted_ns >= accounted_ns && shares->elapsed_ns >= ns;
}

static void measure(const struct gpu *gpu, const struct truth *from,
		    uint64_t accounted_ns, uint64_t ns, struct shares *shares)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	struct truth to;
	bool enough;

	do {
		pause_ms(20);
		to = truth_read(gpu);
		sum_up(from, &to, shares);
		truth_free(&to);
		enough = is_enough(shares, accounted_ns, ns);
	} while (!enough && now_ms() < end);
	check(enough);
}

/**
 * load_measure_from() - let the GPU work
 * @gpu: GPU
 * @from: what was true when it began
 * @until_charged_ns: until so much was charged to all VFs together since
 * @shares: who got what since
 */
void load_measure_from(const struct gpu *gpu, const struct truth *from,
		       uint64_t until_charged_ns, struct shares *shares)
{
	measure(gpu, from, until_charged_ns, 0, shares);
}

/**
 * load_measure() - let the GPU work from now on
 * @gpu: GPU
 * @until_charged_ns: until so much was charged to all VFs together
 * @shares: who got what
 */
void load_measure(const struct gpu *gpu, uint64_t until_charged_ns,
		  struct shares *shares)
{
	struct truth from = truth_read(gpu);

	measure(gpu, &from, until_charged_ns, 0, shares);
	truth_free(&from);
}

/**
 * load_watch() - watch the GPU, whether it works or not
 * @gpu: GPU
 * @ns: for so long by its own clock
 * @shares: who got what
 */
void load_watch(const struct gpu *gpu, uint64_t ns, struct shares *shares)
{
	struct truth from = truth_read(gpu);

	measure(gpu, &from, 0, ns, shares);
	truth_free(&from);
}
