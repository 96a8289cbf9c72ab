// SPDX-License-Identifier: GPL-2.0
/*
 * The providers for a command, with the exit code of what is missing.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "provider/gpuvf.h"
#include "provider/gpuvf_version.h"
#include "provider/provider.h"
#include "provider/registry.h"

static void name_gpus(struct provider *provider, const struct config *config)
{
	size_t i;

	for (i = 0; i < config->num_gpus; i++)
		if (config->gpus[i].match == CONFIG_MATCH_PCI)
			provider_include(provider, config->gpus[i].bdf);
}

/* whether the system's configuration is good is not the question here */
static void name_gpus_of_system(struct provider *provider)
{
	struct diag_list diags = {};
	struct config config = {};

	config_load(&config, NULL, geteuid() ? 0 : INPUT_TRUSTED, &diags);
	name_gpus(provider, &config);
	config_free(&config);
	diag_free(&diags);
}

static bool has_any_gpu(struct provider *provider)
{
	struct gpu_list gpus;
	struct failure why;
	bool any;

	provider_read_all(provider, &gpus, &why);
	any = gpus.num;
	gpu_list_free(&gpus);
	return any;
}

static int explain_absence(int error)
{
	if (error == -ENOENT) {
		gpuvf_explain_absence();
		return EXIT_MISSING;
	}
	pr_err("generic netlink: %s", gpuvf_error_text(error));
	return EXIT_FAILED;
}

/**
 * provider_open_gpuvf() - get ready to talk to gpuvf alone, or print why not
 * @provider: result
 *
 * Never causes a module to be loaded.
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_FAILED.
 */
int provider_open_gpuvf(struct provider **provider)
{
	int err = provider_connect(provider);

	return err ? explain_absence(err) : EXIT_DONE;
}

/**
 * provider_connect_all() - get ready for requests to those providers that are there
 * @config: whose GPUs are meant, may be NULL
 *
 * Return: the providers; see provider_is_there().
 */
struct provider *provider_connect_all(const struct config *config)
{
	struct provider *provider = registry_open();

	if (config)
		name_gpus(provider, config);
	return provider;
}

/**
 * provider_open_for() - get ready to talk to all providers
 * @provider: result
 * @config: whose GPUs are meant; NULL: the system's configuration, if there is one
 *
 * Never causes a module to be loaded. That gpuvf is not there, or cannot be asked, is an
 * error, which is printed, where there is no GPU of another provider either.
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_FAILED.
 */
int provider_open_for(struct provider **provider, const struct config *config)
{
	int err;

	*provider = provider_connect_all(config);
	if (!config)
		name_gpus_of_system(*provider);
	err = registry_error(*provider, &gpuvf_abilities);
	if (!err || has_any_gpu(*provider))
		return EXIT_DONE;
	provider_close(*provider);
	*provider = NULL;
	return explain_absence(err);
}

/**
 * provider_open() - as provider_open_for(), with the system's configuration
 * @provider: result
 *
 * Return: as provider_open_for().
 */
int provider_open(struct provider **provider)
{
	return provider_open_for(provider, NULL);
}

/**
 * provider_is_there() - can the provider of a GPU be asked?
 * @provider: from provider_connect_all()
 * @gpu: the GPU, as it was recorded
 *
 * Return: whether its owner is on this machine, and answers.
 */
bool provider_is_there(const struct provider *provider, const struct gpu *gpu)
{
	return !registry_error(provider, gpu_abilities(gpu));
}

/**
 * provider_list() - read all GPUs, or print why not
 * @provider: the provider
 * @gpus: result; that those of one provider are missing is printed
 * @known: which error of a provider was printed already, 0: none; is updated; may be
 *	NULL
 *
 * Return: EXIT_DONE, or the exit code of the error.
 */
int provider_list(struct provider *provider, struct gpu_list *gpus, int *known)
{
	struct failure why;

	if (provider_read_all(provider, gpus, &why)) {
		pr_err("cannot read the GPUs: %s", failure_text(&why));
		return exit_code_of(why.error);
	}
	if (gpus->lost && (!known || *known != gpus->lost_error))
		pr_warning("cannot read the GPUs of %s: %s",
			   gpus->lost->provider, failure_text(&why));
	if (known)
		*known = gpus->lost_error;
	return EXIT_DONE;
}

/**
 * lost_code() - the exit code of a verb about all GPUs, of which some are missing
 * @gpus: from provider_list()
 *
 * Return: EXIT_DONE: none is; else that of the error, which was printed.
 */
int lost_code(const struct gpu_list *gpus)
{
	return gpus->lost_any ? exit_code_of(gpus->lost_error) : EXIT_DONE;
}

/**
 * provider_open_list() - provider_open() and provider_list() in one
 * @provider: result, to be closed also after errors
 * @gpus: result, to be freed with gpu_list_free() also after errors
 *
 * Return: EXIT_DONE, or the exit code of the error.
 */
int provider_open_list(struct provider **provider, struct gpu_list *gpus)
{
	*gpus = (struct gpu_list){};
	return provider_open(provider) ?:
	       provider_list(*provider, gpus, NULL);
}

/**
 * explain_no_gpus() - print that there is no GPU, for verbs about all of them
 * @gpus: all GPUs
 *
 * Return: EXIT_DONE: there are some; EXIT_MISSING, which is printed.
 */
int explain_no_gpus(const struct gpu_list *gpus)
{
	if (gpus->num)
		return EXIT_DONE;
	pr_err("module gpuvf is loaded, but drives no GPU");
	return EXIT_MISSING;
}

/**
 * keep_gpus() - leave out GPUs that a verb about all of them is not about
 * @gpus: all GPUs
 * @keep: is it about this one?
 * @what: what the others lack, as in "keeps no statistics"
 *
 * Return: EXIT_DONE: some are left; EXIT_MISSING, which is printed.
 */
int keep_gpus(struct gpu_list *gpus, bool (*keep)(const struct gpu *gpu),
	      const char *what)
{
	int code = explain_no_gpus(gpus);
	size_t i = 0;

	while (i < gpus->num && !keep(&gpus->gpus[i]))
		i++;
	if (!code && i == gpus->num) {
		pr_err("GPU %s is driven by %s: %s", gpus->gpus[0].bdf,
		       gpu_driver(&gpus->gpus[0]), what);
		return EXIT_MISSING;
	}
	gpu_list_keep(gpus, keep);
	return code;
}
