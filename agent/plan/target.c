// SPDX-License-Identifier: GPL-2.0
/*
 * From the names on a command line, or from none, to a plan for each GPU.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "config/load.h"
#include "pci/process.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"
#include "plan/plan.h"
#include "plan/target.h"
#include "provider/provider.h"

/* is it a GPU of the provider whose GPUs could not be read? */
static bool is_lost(const struct gpu_list *gpus, const char *bdf)
{
	char driver[NAME_SIZE];

	if (!gpus->lost)
		return false;
	sysfs_driver(bdf, driver, sizeof(driver));
	return !strcmp(driver, gpus->lost->provider);
}

/* could a section get a GPU of that provider? */
static bool may_be_lost(const struct gpu_list *gpus,
			const struct config_gpu *section)
{
	const struct abilities *provider = config_provider(section);

	if (section->match == CONFIG_MATCH_PCI)
		return is_lost(gpus, section->bdf);
	return gpus->lost_any &&
	       (!provider || same_provider(provider, gpus->lost));
}

/**
 * explain_no_gpu() - print why there is no GPU of an address
 * @gpus: all there are
 * @bdf: the address; one without a domain is of domain 0000
 *
 * Return: EXIT_MISSING, or the exit code of the error that keeps it from being read.
 */
int explain_no_gpu(const struct gpu_list *gpus, const char *bdf)
{
	const char *tail = strchr(bdf, ':');
	const char *guess = NULL;
	char *why;
	size_t i;

	if (is_lost(gpus, bdf)) {
		pr_err("GPU %s is driven by %s, whose GPUs cannot be read", bdf,
		       gpus->lost->provider);
		return exit_code_of(gpus->lost_error);
	}
	why = why_not_driven(bdf);
	for (i = 0; tail && i < gpus->num && !guess; i++)
		if (!strcmp(strchrnul(gpus->gpus[i].bdf, ':'), tail))
			guess = gpus->gpus[i].bdf;
	if (guess)
		pr_err("%s; did you mean %s?", why, guess);
	else
		pr_err("%s", why);
	free(why);
	return EXIT_MISSING;
}

/* as in "gpuvf drives no", in front of "GPU" */
static char *no_provider_has(const struct config_gpu *section)
{
	const struct abilities *provider = config_provider(section);

	if (!provider)
		return xstrdup("no provider has such a");
	if (provider == &gpuvf_abilities)
		return xstrdup("gpuvf drives no");
	return xasprintf("provider %s has no", provider->provider);
}

/* Return: the exit code */
static int explain_missing(const struct config_gpu *section,
			   const struct gpu_list *gpus)
{
	bool lost = may_be_lost(gpus, section);
	char *why;

	if (lost)
		why = xasprintf("the GPUs of %s cannot be read",
				gpus->lost->provider);
	else if (section->match == CONFIG_MATCH_PCI)
		why = why_not_driven(section->bdf);
	else
		why = no_provider_has(section);
	if (lost || section->match == CONFIG_MATCH_PCI)
		pr_err("[gpu %s]: %s", section->name, why);
	else if (section->match == CONFIG_MATCH_ID)
		pr_err("[gpu %s]: %s GPU %04x:%04x", section->name, why,
		       section->vendor, section->device);
	else
		pr_err("[gpu %s]: %s GPU", section->name, why);
	free(why);
	source_loc_print(stderr, &section->match_at);
	return lost ? exit_code_of(gpus->lost_error) : EXIT_MISSING;
}

/**
 * find_gpu() - a GPU by the name that a user gave
 * @gpus: where to look
 * @name: PCI address, or the name of a [gpu] section of the configuration
 * @code: exit code when it is not found
 *
 * Prints what is wrong. A section's name is looked up only when @name is no
 * address, so that show works without any configuration.
 *
 * Return: the GPU, NULL when it is not there.
 */
struct gpu *find_gpu(const struct gpu_list *gpus, const char *name, int *code)
{
	const struct config_gpu *section;
	struct config config = {};
	struct gpu *gpu = NULL;
	char bdf[BDF_SIZE];
	size_t i;

	if (parse_bdf(name, bdf, sizeof(bdf))) {
		gpu = gpu_list_find(gpus, bdf);
		*code = gpu ? EXIT_DONE : explain_no_gpu(gpus, bdf);
		return gpu;
	}
	*code = EXIT_USAGE;
	if (!config_is_there()) {
		pr_err("'%s' is not a PCI address, and there is no configuration that could name it",
		       name);
		return NULL;
	}
	*code = load_config(&config, NULL, 0);
	section = *code ? NULL : config_gpu_by_name(&config, name);
	for (i = 0; section && i < gpus->num; i++) {
		if (config_for_gpu(&config, &gpus->gpus[i]) != section)
			continue;
		if (gpu) {
			pr_err("[gpu %s] is for more than one GPU: %s, %s; give an address",
			       name, gpu->bdf, gpus->gpus[i].bdf);
			*code = EXIT_USAGE;
			gpu = NULL;
			goto out;
		}
		gpu = &gpus->gpus[i];
	}
	if (!gpu && !*code) {
		*code = EXIT_USAGE;
		if (section)
			*code = explain_missing(section, gpus);
		else
			pr_err("'%s' is neither a PCI address nor the name of a [gpu] section",
			       name);
	}
out:
	config_free(&config);
	return gpu;
}

static void make_plan(struct plan *plan, const struct config *config,
		      const struct config_gpu *section, const struct gpu *live)
{
	struct gpu now = *live;
	struct vf_driver *drivers = read_drivers(live, &now.vfs_changing);

	plan_make(plan, config, section, &now, drivers);
	free(drivers);
}

/**
 * plan_refresh() - read the GPU and plan again
 * @plan: is made again
 * @provider: the provider
 *
 * Return: EXIT_DONE, or why the GPU could not be read.
 */
int plan_refresh(struct plan *plan, struct provider *provider)
{
	const struct config_gpu *section = plan->section;
	const struct config *config = plan->config;
	struct failure why;
	struct gpu live;

	if (provider_read_settled(provider, plan->live.bdf, &live, &why)) {
		pr_err("GPU %s: %s", plan->live.bdf, failure_text(&why));
		return exit_code_of(why.error);
	}
	plan_free(plan);
	make_plan(plan, config, section, &live);
	gpu_free(&live);
	return EXIT_DONE;
}

static void add_plan(struct targets *targets, const struct config_gpu *section,
		     const struct gpu *live)
{
	size_t i;

	for (i = 0; i < targets->num; i++)
		if (!strcmp(targets->plans[i].live.bdf, live->bdf))
			return;
	targets->plans = xgrow(targets->plans, targets->num,
			       sizeof(*targets->plans));
	make_plan(&targets->plans[targets->num++], &targets->config, section,
		  live);
}

/*
 * Every GPU of a section; those that a better match takes are not missing, and those
 * that cannot be read are, whatever else there is.
 */
static void add_section(struct targets *targets,
			const struct config_gpu *section,
			const struct gpu_list *gpus)
{
	bool lost = may_be_lost(gpus, section);
	bool any = false;
	size_t i;

	for (i = 0; i < gpus->num; i++) {
		const struct gpu *gpu = &gpus->gpus[i];

		any |= config_matches(section, gpu);
		if (config_for_gpu(&targets->config, gpu) == section)
			add_plan(targets, section, gpu);
	}
	if (any && !lost)
		return;
	targets->missing++;
	if (lost)
		targets->missing_code = exit_code_of(gpus->lost_error);
	else if (!targets->missing_code)
		targets->missing_code = EXIT_MISSING;
	if (!targets->quiet_missing)
		explain_missing(section, gpus);
}

static int add_name(struct targets *targets, const char *name,
		    const struct gpu_list *gpus)
{
	const struct config_gpu *section;
	const struct gpu *gpu;
	char bdf[BDF_SIZE];

	section = config_gpu_by_name(&targets->config, name);
	if (section) {
		add_section(targets, section, gpus);
		return EXIT_DONE;
	}
	if (!parse_bdf(name, bdf, sizeof(bdf))) {
		pr_err("'%s' is neither a PCI address nor the name of a [gpu] section",
		       name);
		return EXIT_USAGE;
	}
	gpu = gpu_list_find(gpus, bdf);
	if (!gpu)
		return explain_no_gpu(gpus, bdf);
	section = config_for_gpu(&targets->config, gpu);
	if (!section) {
		pr_err("no [gpu] section is for GPU %s", bdf);
		return EXIT_USAGE;
	}
	add_plan(targets, section, gpu);
	return EXIT_DONE;
}

static int add_all(struct targets *targets, int num_names, char **names,
		   const struct gpu_list *gpus)
{
	size_t n;
	int i;

	for (i = 0; i < num_names; i++) {
		int code = add_name(targets, names[i], gpus);

		if (code)
			return code;
	}
	for (n = 0; !num_names && n < targets->config.num_gpus; n++)
		add_section(targets, &targets->config.gpus[n], gpus);
	return targets->num ? EXIT_DONE : targets->missing_code;
}

/* all that providers cannot do, of all sections, before anything is done */
static int check_providers(const struct config *config,
			   const struct gpu_list *gpus)
{
	struct diag_list diags = {};
	int code = EXIT_DONE;
	size_t i;

	for (i = 0; i < gpus->num; i++) {
		const struct config_gpu *section;

		section = config_for_gpu(config, &gpus->gpus[i]);
		if (section)
			config_check_provider(config, section, &gpus->gpus[i],
					      &diags);
	}
	diag_print(stderr, &diags);
	if (diags.errors)
		code = EXIT_USAGE;
	diag_free(&diags);
	return code;
}

/**
 * targets_check() - does a configuration ask for what providers cannot do?
 * @config: the configuration, without errors
 *
 * Prints every error. GPUs that cannot be read now are checked when they are planned
 * for.
 *
 * Return: EXIT_DONE, EXIT_USAGE.
 */
int targets_check(const struct config *config)
{
	struct provider *provider = provider_connect_all(config);
	struct gpu_list gpus;
	struct failure why;
	int code = EXIT_DONE;

	if (!provider_read_all(provider, &gpus, &why))
		code = check_providers(config, &gpus);
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}

/**
 * targets_find() - read the configuration and plan for every GPU it is about
 * @targets: all zero; to be freed also after errors
 * @file: configuration to read, "-": standard input, NULL: the system's
 * @num_names: entries of @names, 0: all GPUs that the configuration names
 * @names: PCI addresses, or names of sections
 *
 * Says what went wrong.
 *
 * Return: EXIT_DONE, also when only some of the GPUs are there (see
 * @targets->missing); else an exit code.
 */
int targets_find(struct targets *targets, const char *file, int num_names,
		 char **names)
{
	int code = load_config(&targets->config, file, INPUT_STREAM);

	return code ?: targets_plan(targets, num_names, names);
}

/**
 * targets_plan() - plan for every GPU that a configuration is about
 * @targets: with a configuration, and nothing else
 * @num_names: entries of @names, 0: all GPUs that the configuration names
 * @names: PCI addresses, or names of sections
 *
 * Says what went wrong.
 *
 * Return: as targets_find().
 */
int targets_plan(struct targets *targets, int num_names, char **names)
{
	struct gpu_list gpus = {};
	int code;

	code = provider_open_for(&targets->provider, &targets->config);
	if (code)
		return code;
	code = provider_list(targets->provider, &gpus, &targets->known_error);
	code = code ?: check_providers(&targets->config, &gpus);
	if (!code)
		code = add_all(targets, num_names, names, &gpus);
	gpu_list_free(&gpus);
	return code;
}

/**
 * targets_drop() - release everything but the configuration
 * @targets: can be planned for again afterwards
 */
void targets_drop(struct targets *targets)
{
	size_t i;

	for (i = 0; i < targets->num; i++)
		plan_free(&targets->plans[i]);
	free(targets->plans);
	provider_close(targets->provider);
	*targets = (struct targets){
		.config = targets->config,
		.quiet_missing = targets->quiet_missing,
		.known_error = targets->known_error,
	};
}

/**
 * targets_free() - release everything
 * @targets: is empty afterwards
 */
void targets_free(struct targets *targets)
{
	targets_drop(targets);
	config_free(&targets->config);
}
