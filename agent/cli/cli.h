/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line: verbs, their options, their usage.
 */
#ifndef AGENT_CLI_CLI_H
#define AGENT_CLI_CLI_H

#include <stdio.h>

#include "base/exit_code.h"
#include "base/util.h"

/**
 * struct verb - one verb of the command line
 * @name: the word
 * @run: does it; argv[0] is the verb. Return: enum exit_code
 * @help: one line
 * @usage: what may follow the verb
 * @options: a line for each of its options
 */
struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
	const char *usage;
	const char *options;
};

void usage_set_verb(const struct verb *verb);
void print_usage(FILE *f, const struct verb *verb);
void print_help(const struct verb *verb);
int usage_error(const char *verb, const char *fmt, ...) __printf(2, 3);

/* options that more than one verb takes */
struct options {
	const char *file;
	const char *output;
	const char *prometheus;
	u32 wait_idle_s;
	bool json;
	bool dry_run;
	bool no_wait;
};

struct option;
int option_error(char **argv, int opt, const struct option *known, int index);
int parse_options(int argc, char **argv, const char *allowed,
		  struct options *options);
int parse_gpu_vf(const char *text, char *gpu, size_t size, u32 *vf);

#endif /* AGENT_CLI_CLI_H */
