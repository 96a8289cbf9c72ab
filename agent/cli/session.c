// SPDX-License-Identifier: GPL-2.0
/*
 * What most verbs begin with.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cli/agent.h"
#include "pci/holder.h"
#include "pci/sysfs.h"
#include "show/output.h"

/* a week is as good as for ever */
#define MAX_WAIT_S	(7 * 24 * 3600)

static bool is_prefix_of(const char *word, size_t len, const char *name)
{
	return !strncmp(word, name, len);
}

/* "--json=1" for an option that takes no value; "--wa", which may be two */
static int long_option_error(const char *verb, const char *word,
			     const struct option *known)
{
	size_t len = strcspn(word + 2, "=");
	const struct option *option;
	unsigned int n = 0;
	bool exact = false;

	for (option = known; option->name; option++) {
		if (!is_prefix_of(word + 2, len, option->name))
			continue;
		n++;
		exact |= !option->name[len];
	}
	if (n > 1 && !exact)
		return usage_error(verb, "option '%s' is ambiguous", word);
	if (n && word[2 + len])
		return usage_error(verb, "option '%.*s' takes no value",
				   (int)len + 2, word);
	return usage_error(verb, "takes no option '%s'", word);
}

/**
 * option_error() - explain what getopt_long() did not like
 * @argv: of the verb
 * @opt: what it returned: ':', '?', or an option that the verb does not have
 * @known: the long options that it was given
 * @index: of the long option, -1: it was a letter
 *
 * To be called before optind is changed again.
 *
 * Return: EXIT_USAGE.
 */
int option_error(char **argv, int opt, const struct option *known, int index)
{
	const char *word = argv[optind - 1];

	if (opt == ':')
		return usage_error(argv[0], "%s needs a value", word);
	if (opt != '?')
		return index < 0 ?
		       usage_error(argv[0], "takes no option '-%c'", opt) :
		       usage_error(argv[0], "takes no option '--%s'",
				   known[index].name);
	/* in the middle of a word of letters, @word is the one before it */
	if (optopt && (strncmp(word, "--", 2) || !strchr(word, '=')))
		return usage_error(argv[0], "takes no option '-%c'", optopt);
	return long_option_error(argv[0], word, known);
}

/**
 * parse_options() - the options of a verb
 * @argc: of the verb
 * @argv: of the verb; options are moved to the front
 * @allowed: letters of the options that it takes: f, j, n, o, H, p, P (prometheus),
 *	W (wait-idle), w (wait and no-wait)
 * @options: result
 *
 * Return: index of the first argument that is no option, -1 after an error,
 * which has been reported.
 */
int parse_options(int argc, char **argv, const char *allowed,
		  struct options *options)
{
	static const struct option long_options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "human", no_argument, NULL, 'H' },
		{ "plain", no_argument, NULL, 'p' },
		{ "prometheus", required_argument, NULL, 'P' },
		{ "wait-idle", required_argument, NULL, 'W' },
		{ "wait", no_argument, NULL, 'w' },
		{ "no-wait", no_argument, NULL, 'N' },
		{ }
	};
	int index = -1;
	int opt;

	*options = (struct options){};
	opterr = 0;
	optind = 0;
	while ((opt = getopt_long(argc, argv, ":f:jno:Hp", long_options,
				  &index)) != -1) {
		if (opt == ':' || opt == '?' ||
		    !strchr(allowed, opt == 'N' ? 'w' : opt)) {
			option_error(argv, opt, long_options, index);
			return -1;
		}
		index = -1;
		if ((opt == 'f' && options->file) ||
		    (opt == 'o' && options->output) ||
		    (opt == 'P' && options->prometheus)) {
			usage_error(argv[0], "one file at a time");
			return -1;
		}
		if (opt == 'W' && parse_number(optarg, MAX_WAIT_S,
					       &options->wait_idle_s)) {
			usage_error(argv[0], "--wait-idle: '%s' is not a number of seconds up to %u",
				    optarg, MAX_WAIT_S);
			return -1;
		}
		if (opt == 'w' || opt == 'N')
			options->no_wait = opt == 'N';
		else if (opt == 'f')
			options->file = optarg;
		else if (opt == 'o')
			options->output = optarg;
		else if (opt == 'P')
			options->prometheus = optarg;
		else if (opt == 'j')
			options->json = true;
		else if (opt == 'n')
			options->dry_run = true;
		else if (opt == 'H' || opt == 'p')
			number_style = opt == 'H' ? NUMBERS_HUMAN :
						    NUMBERS_PLAIN;
	}
	return optind;
}

/** explain_no_config() - say how to come by a configuration */
void explain_no_config(void)
{
	pr_err("there is no configuration; 'generate GPU --vfs N' writes one to begin with");
}

/**
 * config_exit_code() - the exit code for a configuration or checkpoint
 * @error: of config_load(), or of what reads a checkpoint
 * @diags: its messages, may be NULL when @error is not 0
 *
 * Return: EXIT_DONE; EXIT_USAGE: it is not there, or has errors;
 * EXIT_PERMISSION: it may not be read, or others can write it; EXIT_FAILED: this
 * process lacks what it takes to read it, such as descriptors.
 */
int config_exit_code(int error, const struct diag_list *diags)
{
	switch (-error) {
	case 0:
		return diags->errors ? EXIT_USAGE : EXIT_DONE;
	case EPERM:
	case EACCES:
		return EXIT_PERMISSION;
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case ELOOP:
	case ENAMETOOLONG:
	case EINVAL:
	case EFBIG:
	case EPROTONOSUPPORT:
		return EXIT_USAGE;
	default:
		return EXIT_FAILED;
	}
}

/**
 * load_config() - read the configuration and report everything wrong with it
 * @config: all zero; to be freed also after errors
 * @file: to read, NULL: the system's
 * @demands: INPUT_STREAM: @file may be a FIFO, or standard input
 *
 * Root acts only on files that no other user can write or replace.
 *
 * Return: as config_exit_code().
 */
int load_config(struct config *config, const char *file, u32 demands)
{
	struct diag_list diags = {};
	int code;
	int err;

	if (!geteuid())
		demands |= INPUT_TRUSTED;
	err = config_load(config, file, demands, &diags);
	/* warnings alone are what check is for */
	if (diags.errors)
		diag_print(stderr, &diags);
	if (err == -ENOENT && !file)
		explain_no_config();
	code = config_exit_code(err, &diags);
	diag_free(&diags);
	return code;
}

/**
 * open_client() - get ready to talk to the kernel
 * @client: result
 *
 * Never causes a module to be loaded. Says why when there is nobody to talk to.
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_FAILED.
 */
int open_client(struct client **client)
{
	int err = client_open(client);

	if (err == -ENOENT) {
		sysfs_explain_absence();
		return EXIT_MISSING;
	}
	if (err) {
		pr_err("generic netlink: %s", strerror(-err));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/**
 * get_gpus() - all GPUs, or say why not
 * @client: the client
 * @gpus: result
 *
 * Return: EXIT_DONE, or the exit code of the error.
 */
int get_gpus(struct client *client, struct gpu_list *gpus)
{
	struct client_error why;

	if (!client_get_gpus(client, gpus, &why))
		return EXIT_DONE;
	pr_err("cannot read the GPUs: %s", client_error_text(&why));
	return exit_code_of(why.error);
}

/**
 * explain_no_gpus() - a verb about all GPUs has nothing to say without any
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
 * explain_no_gpu() - say why there is no GPU of an address
 * @gpus: all there are
 * @bdf: the address; one without a domain is of domain 0000
 */
void explain_no_gpu(const struct gpu_list *gpus, const char *bdf)
{
	const char *tail = strchr(bdf, ':');
	char *why = why_not_driven(bdf);
	const char *guess = NULL;
	size_t i;

	for (i = 0; tail && i < gpus->num && !guess; i++)
		if (!strcmp(strchrnul(gpus->gpus[i].bdf, ':'), tail))
			guess = gpus->gpus[i].bdf;
	if (guess)
		pr_err("%s; did you mean %s?", why, guess);
	else
		pr_err("%s", why);
	free(why);
}

/**
 * find_gpu() - a GPU by the name that a user gave
 * @gpus: where to look
 * @name: PCI address, or the name of a [gpu] section of the configuration
 * @code: exit code when it is not found
 *
 * Says what is wrong. A section's name is looked up only when @name is no
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
		*code = EXIT_MISSING;
		if (!gpu)
			explain_no_gpu(gpus, bdf);
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
		*code = section ? EXIT_MISSING : EXIT_USAGE;
		if (section)
			pr_err("[gpu %s]: gpuvf drives no such GPU", name);
		else
			pr_err("'%s' is neither a PCI address nor the name of a [gpu] section",
			       name);
	}
out:
	config_free(&config);
	return gpu;
}

/**
 * parse_gpu_vf() - "GPU" or "GPU/VF"
 * @text: of the command line
 * @gpu: the part in front of the slash
 * @size: bytes of @gpu
 * @vf: index, only when there is one
 *
 * Return: 1: has a VF; 0: has none; -1: is malformed.
 */
int parse_gpu_vf(const char *text, char *gpu, size_t size, u32 *vf)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (!len || len >= size)
		return -1;
	copy_string(gpu, len + 1, text);
	if (!slash)
		return 0;
	return parse_number(slash + 1, MAX_VFS - 1, vf) ? -1 : 1;
}
