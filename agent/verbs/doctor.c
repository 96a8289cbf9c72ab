// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: can this machine have virtual functions of GPUs, and if not, why not,
 * and what now?
 */
#include <string.h>

#include "config/load.h"
#include "doctor/doctor.h"
#include "show/output.h"
#include "verbs/verbs.h"

static const struct doctor_gpu *gpu_of_section(const struct doctor *doctor,
					       const struct config_gpu *section)
{
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++) {
		/* whichever provider it will have */
		struct gpu gpu = {
			.abilities = config_provider(section),
			.vendor = doctor->gpus[i].vendor,
			.device = doctor->gpus[i].device,
		};

		copy_string(gpu.bdf, BDF_SIZE, doctor->gpus[i].bdf);
		if (config_matches(section, &gpu))
			return &doctor->gpus[i];
	}
	return NULL;
}

/* the module may not be there: find_gpu() would have nothing to look in */
static int name_to_bdf(const struct doctor *doctor, const char *name,
		       char *bdf)
{
	const struct doctor_gpu *gpu = NULL;
	const struct config_gpu *section;
	struct config config = {};
	int code = EXIT_DONE;
	size_t i;

	if (parse_bdf(name, bdf, BDF_SIZE)) {
		for (i = 0; i < doctor->num_gpus; i++)
			if (!strcmp(doctor->gpus[i].bdf, bdf))
				return EXIT_DONE;
		pr_err("there is no GPU %s on the PCI buses of this machine",
		       bdf);
		return EXIT_MISSING;
	}
	code = load_config(&config, NULL, 0);
	section = code ? NULL : config_gpu_by_name(&config, name);
	if (section)
		gpu = gpu_of_section(doctor, section);
	if (gpu) {
		copy_string(bdf, BDF_SIZE, gpu->bdf);
	} else if (section) {
		pr_err("[gpu %s]: there is no such GPU on the PCI buses of this machine",
		       name);
		code = EXIT_MISSING;
	} else if (!code) {
		pr_err("'%s' is neither a PCI address nor the name of a [gpu] section",
		       name);
		code = EXIT_USAGE;
	}
	config_free(&config);
	return code;
}

/**
 * cmd_doctor() - the verb "doctor"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE: gpuvf drives a GPU, or the one that was asked about;
 * EXIT_MISSING: it does not, and the answer says what now; EXIT_USAGE.
 */
int cmd_doctor(const struct options *options, int argc, char **argv)
{
	struct doctor doctor = {};
	char buffer[BDF_SIZE];
	const char *bdf = NULL;
	int code = EXIT_DONE;

	doctor_examine(&doctor);
	if (argc) {
		code = name_to_bdf(&doctor, argv[0], buffer);
		bdf = buffer;
	}
	if (!code) {
		if (doctor_answer(&doctor, bdf) != ANSWER_READY)
			code = EXIT_MISSING;
		if (options->json)
			code = json_finish(doctor_json(&doctor, bdf), code);
		else
			doctor_print(&doctor, bdf, options->verbose);
	}
	doctor_free(&doctor);
	return code;
}
