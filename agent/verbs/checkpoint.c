// SPDX-License-Identifier: GPL-2.0
/*
 * checkpoint: save the settings of all GPUs to a file. restore: bring them back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/check.h"
#include "apply/checkpoint.h"
#include "base/util.h"
#include "config/load.h"
#include "provider/provider.h"
#include "show/output.h"
#include "verbs/verbs.h"

/* what is half enabled or half disabled is nothing to go back to */
static int add_gpu(json_t *list, const struct gpu *gpu)
{
	struct state state = {};
	int code = EXIT_DONE;
	json_t *object;

	state_live(&state, gpu);
	if (state.gpu.vfs_changing) {
		code = check_gpu(&state.gpu);
		goto out;
	}
	object = json_pack("{s:I,s:I,s:I,s:o}", "vendor",
			   (json_int_t)gpu->vendor, "device",
			   (json_int_t)gpu->device, "total_vfs",
			   (json_int_t)gpu->total_vfs, "state",
			   state_json(&state));
	json_array_append_new(list, object);
out:
	state_free(&state);
	return code;
}

static void print_json(FILE *f, const void *document)
{
	json_dumpf(document, f, JSON_INDENT(1));
}

/**
 * cmd_checkpoint() - the verb "checkpoint"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE, EXIT_PERMISSION, EXIT_FAILED;
 * EXIT_BUSY: VFs are being enabled or disabled.
 */
int cmd_checkpoint(const struct options *options, int argc, char **argv)
{
	struct gpu_list gpus;
	struct provider *provider;
	json_t *document, *list;
	int code;
	size_t i;

	code = provider_open_list(&provider, &gpus);
	code = code ?: lost_code(&gpus) ?:
	       keep_gpus(&gpus, gpu_is_managed,
			 "no configuration names it");
	if (!code) {
		document = json_document();
		list = json_array();
		for (i = 0; i < gpus.num && !code; i++)
			code = add_gpu(list, &gpus.gpus[i]);
		json_object_set_new(document, "gpus", list);
		code = code ?: out_file(argv[0], 0600, print_json, document);
		json_decref(document);
	}
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}

/* the largest: 64 GPUs with 1024 VFs each are less */
#define CHECKPOINT_MAX	(16 << 20)

/* root acts on what root alone can have written, as on a configuration */
static int read_checkpoint(struct checkpoint *checkpoint, const char *path)
{
	u32 demands = INPUT_STREAM | (geteuid() ? 0 : INPUT_TRUSTED);
	size_t size;
	char *text;
	char *why;
	int err;

	err = input_read(path, demands, CHECKPOINT_MAX, &text, &size, &why);
	if (!err) {
		err = checkpoint_parse(checkpoint, text, size);
		if (err == -EPROTONOSUPPORT)
			why = xasprintf("has another schema_version than %d",
					JSON_SCHEMA_VERSION);
		else if (err)
			why = xasprintf("is no checkpoint");
	}
	if (err)
		pr_err("%s: %s", path, why);
	free(why);
	free(text);
	return err ? config_exit_code(err, NULL) : EXIT_DONE;
}

/**
 * cmd_restore() - the verb "restore"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE; EXIT_DIFFERS: all but the placement is as it was; as apply.
 */
int cmd_restore(const struct options *options, int argc, char **argv)
{
	struct checkpoint checkpoint = {};
	struct provider *provider = NULL;
	int code, fd = -1;

	code = read_checkpoint(&checkpoint, argv[0]);
	code = code ?: provider_open(&provider);
	code = code ?: apply_lock(&fd, LOCK_WAIT_S);
	code = code ?: checkpoint_restore(&checkpoint, provider);
	apply_unlock(&fd);
	provider_close(provider);
	checkpoint_free(&checkpoint);
	return code;
}
