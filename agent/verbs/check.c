// SPDX-License-Identifier: GPL-2.0
/*
 * check: is the configuration good, as far as that can be said without a GPU?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"
#include "show/output.h"
#include "verbs/verbs.h"

static void say_good(const struct config *config)
{
	char *list = xstrdup("");
	size_t i;

	for (i = 0; i < config->num_files; i++) {
		char *path = printable(config->files[i]->source.path);

		append_text(&list, ", ", "%s", path);
		free(path);
	}
	out_line("%s: OK: %zu profile%s, %zu GPU section%s", list,
		 config->num_profiles, plural(config->num_profiles),
		 config->num_gpus, plural(config->num_gpus));
	free(list);
}

/**
 * cmd_check() - the verb "check"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_USAGE, EXIT_PERMISSION.
 */
int cmd_check(const struct options *options, int argc, char **argv)
{
	struct diag_list diags = {};
	struct config config = {};
	const char *file;
	int code, err;

	if (argc && options->file)
		return usage_error("either --file or FILE, not both");
	file = argc ? argv[0] : options->file;

	/* any user may own a file that is only checked */
	err = config_load(&config, file, INPUT_STREAM, &diags);
	diag_print(stderr, &diags);
	if (err == -ENOENT && !file)
		explain_no_config();
	code = config_exit_code(err, &diags);
	if (diags.errors > 1)
		fprintf(stderr, "%zu errors\n", diags.errors);
	if (!code)
		say_good(&config);
	diag_free(&diags);
	config_free(&config);
	return code;
}
