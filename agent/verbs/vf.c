// SPDX-License-Identifier: GPL-2.0
/*
 * reset, stop, pause, resume: what is done to one VF, and the reset of a GPU.
 */
#include <stdio.h>
#include <string.h>

#include "apply/check.h"
#include "model/names.h"
#include "plan/report.h"
#include "plan/target.h"
#include "provider/gpuvf_reset.h"
#include "provider/provider.h"
#include "show/output.h"
#include "verbs/verbs.h"

/**
 * struct operation - what a verb does
 * @verb: the verb
 * @operation: what it does
 * @for_gpu: it can be done to a whole GPU too
 * @done: what is printed when it was done
 */
struct operation {
	const char *verb;
	enum gpu_operation operation;
	bool for_gpu;
	const char *done;
};

static const struct operation operations[] = {
	{ "reset", OPERATION_RESET, true, "reset" },
	{ "stop", OPERATION_STOP, false, "stopped" },
	{ "pause", OPERATION_PAUSE, false, "paused" },
	{ "resume", OPERATION_RESUME, false, "resumed" },
};

static const struct operation *find_operation(const char *verb)
{
	size_t i;

	for (i = 0; strcmp(operations[i].verb, verb); i++)
		;
	return &operations[i];
}

static void report(const struct operation *op, const struct gpu *gpu, int vf,
		   const struct gpu *now)
{
	const char *state = vf != NO_VF && (u32)vf < now->vfs_len ?
			    vf_state_name(now->vfs[vf].state) : op->done;
	bool is_other = strcmp(state, op->done);
	char name[16] = "";

	if (vf != NO_VF)
		snprintf(name, sizeof(name), " VF %d", vf);
	out_text("%s%s: %s%s%s\n", gpu->bdf, name, op->done,
		 is_other ? ", now " : "", is_other ? state : "");
}

static int do_it(struct provider *provider, const struct operation *op,
		 const struct gpu *gpu, int vf, struct gpu *now,
		 struct failure *why)
{
	const char *bdf = gpu->bdf;

	/* the only one that takes its time, where something reports its end */
	if (op->operation == OPERATION_RESET && gpu_abilities(gpu)->has_events)
		return reset_and_wait(provider, bdf, vf, now, why);
	return provider_operate(provider, op->operation, bdf, vf, now, why);
}

static int operate(const struct operation *op, const char *name, int vf)
{
	struct provider *provider;
	struct gpu_list gpus;
	struct failure why;
	struct gpu *gpu;
	struct gpu now;
	int code;

	code = provider_open_list(&provider, &gpus);
	gpu = code ? NULL : find_gpu(&gpus, name, &code);
	if (gpu && do_it(provider, op, gpu, vf, &now, &why)) {
		code = check_failed(provider, gpu->bdf,
				    report_error(&why, gpu->bdf));
	} else if (gpu) {
		code = EXIT_DONE;
		exit_set_changed();
		report(op, gpu, vf, &now);
		gpu_free(&now);
	}
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}

/**
 * cmd_operate() - the verbs "reset", "stop", "pause", "resume"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE, EXIT_BUSY, EXIT_PERMISSION,
 * EXIT_FAILED.
 */
int cmd_operate(const struct options *options, int argc, char **argv)
{
	const struct operation *op = find_operation(options->verb->name);
	char name[NAME_SIZE];
	int has_vf;
	u32 index = 0;

	has_vf = parse_gpu_vf(argv[0], name, sizeof(name), &index);
	if (has_vf < 0)
		return EXIT_USAGE;
	if (!has_vf && !op->for_gpu)
		return usage_error("'%s' is a whole GPU: expected GPU/VF, as in %s/0",
				   argv[0], argv[0]);
	return operate(op, name, has_vf ? (int)index : NO_VF);
}
