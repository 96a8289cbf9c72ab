// SPDX-License-Identifier: GPL-2.0
/*
 * daemon: keep the GPUs as configured. reload: let it read its configuration again.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "verbs/verbs.h"

/**
 * cmd_daemon() - the verb "daemon"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: as daemon_run().
 */
int cmd_daemon(const struct options *options, int argc, char **argv)
{
	if (options->file && !strcmp(options->file, "-"))
		return usage_error("cannot use standard input: the configuration is read more than once");
	return daemon_run(options->file);
}

/**
 * cmd_reload() - the verb "reload"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: what the daemon says: as apply; EXIT_MISSING: no daemon is running.
 */
int cmd_reload(const struct options *options, int argc, char **argv)
{
	return control_reload();
}
