// SPDX-License-Identifier: GPL-2.0
/*
 * C31: any text as a configuration. Nothing crashes, whatever is told of it can
 * be printed, and what is accepted is accepted whole: iniparser reads the same,
 * it can be planned for a GPU, and done, it has nothing left to do.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "plan.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gpu *some_gpu(void)
{
	static struct gpu gpu = {
		.bdf = "0000:41:00.0",
		.vendor = 0x4756,
		.device = 0x0020,
		.total_vfs = 16,
		.fb_total = 16ULL << 30,
		.fb_granularity = 16 << 20,
		.fb_pf_reserve = 256 << 20,
	};

	gpu_set_vfs_len(&gpu, gpu.total_vfs);
	return &gpu;
}

/* what is live after a plan was carried out */
static void carry_out(const struct plan *plan, struct gpu *live)
{
	gpu_copy(live, &plan->wish);
	if (!(plan->wish.set & GPU_SET_POLICY))
		live->policy = plan->live.policy;
	if (!(plan->wish.set & GPU_SET_PF_RESERVE))
		live->fb_pf_reserve = plan->live.fb_pf_reserve;
}

/* the messages of ini_check_agreement() */
static bool is_disagreement(const char *message)
{
	return !strncmp(message, "other programs would", 20) ||
	       !strncmp(message, "cannot be read by iniparser", 27);
}

static void use(const struct config *config)
{
	size_t i;
	u32 vf;

	for (i = 0; i < config->num_gpus; i++) {
		const struct config_gpu *section = &config->gpus[i];
		struct plan plan, again;
		struct gpu live;

		if (section->num_vfs > MAX_VFS || section->vfs_len > MAX_VFS)
			abort();
		for (vf = 0; vf < section->vfs_len; vf++)
			if (section->vfs[vf].profile >=
			    (int)config->num_profiles)
				abort();
		plan_make(&plan, config, section, some_gpu(), NULL);
		carry_out(&plan, &live);
		plan_make(&again, config, section, &live, NULL);
		/* host drivers are not part of what was carried out */
		if (again.steps & ~STEP_DRIVERS)
			abort();
		plan_free(&again);
		plan_free(&plan);
		gpu_free(&live);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct diag_list diags = {};
	struct config config = {};
	struct ini *ini = config_add_file(&config);
	size_t i;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	ini->source.path = xstrdup("fuzz.ini");
	ini->source.text = xcalloc(size + 1, 1);
	memcpy(ini->source.text, data, size);
	ini->source.size = size;
	ini_parse(ini, &diags);
	/* the scanner lets nothing through that iniparser reads otherwise */
	for (i = 0; i < diags.num; i++)
		if (is_disagreement(diags.diags[i].message))
			abort();
	config_interpret(&config, &diags);
	diag_print(nowhere, &diags);
	if (!diags.errors)
		use(&config);
	diag_free(&diags);
	config_free(&config);
	return 0;
}
