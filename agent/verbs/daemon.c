// SPDX-License-Identifier: GPL-2.0
/*
 * daemon: keep the GPUs as configured. reload: let it read its configuration again.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "verbs/verbs.h"

/**
 * cmd_daemon() - the verb "daemon"
 * @argc: words
 * @argv: words; argv[0] is the verb
 *
 * Return: as daemon_run().
 */
int cmd_daemon(int argc, char **argv)
{
	struct options options;
	int first;

	first = parse_options(argc, argv, "f", &options);
	if (first < 0)
		return EXIT_USAGE;
	if (first < argc)
		return usage_error(argv[0], "unexpected argument '%s'",
				   argv[first]);
	if (options.file && !strcmp(options.file, "-"))
		return usage_error(argv[0], "reads its configuration again and again, and standard input only once");
	return daemon_run(options.file);
}

/**
 * cmd_reload() - the verb "reload"
 * @argc: words
 * @argv: words; argv[0] is the verb
 *
 * Return: what the daemon says: as apply; EXIT_MISSING: no daemon is running.
 */
int cmd_reload(int argc, char **argv)
{
	struct options options;
	int first;

	first = parse_options(argc, argv, "", &options);
	if (first < 0)
		return EXIT_USAGE;
	if (first < argc)
		return usage_error(argv[0], "unexpected argument '%s'",
				   argv[first]);
	return control_reload();
}
