// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the configuration for a command, with the exit code of what is wrong.
 */
#include <errno.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "config/load.h"

/** explain_no_config() - explain how to get a configuration */
void explain_no_config(void)
{
	pr_err("there is no configuration; run 'gpuvf-agent generate GPU --vfs N > /etc/gpuvf.ini'");
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
