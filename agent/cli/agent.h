/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every verb shares: the verb table, exit codes, and the way from the
 * words of a command line to GPUs.
 */
#ifndef AGENT_CLI_AGENT_H
#define AGENT_CLI_AGENT_H

#include <stdio.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "config/config.h"
#include "model/gpu.h"
#include "provider/gpuvf.h"

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

int cmd_check(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_apply(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_daemon(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_reload(int argc, char **argv);
int cmd_operate(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_assert(int argc, char **argv);
int cmd_generate(int argc, char **argv);
int cmd_checkpoint(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* verb.c */
const struct verb *find_verb(const char *name);
bool verb_writes(const struct verb *verb);
void print_usage(FILE *f, const struct verb *verb);
void print_help(const struct verb *verb);
int unknown_verb(const char *name);
int usage_error(const char *verb, const char *fmt, ...) __printf(2, 3);

/* session.c */

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
void explain_no_config(void);
int config_exit_code(int error, const struct diag_list *diags);
int load_config(struct config *config, const char *file, u32 demands);
int open_client(struct client **client);
int get_gpus(struct client *client, struct gpu_list *gpus);
int explain_no_gpus(const struct gpu_list *gpus);
void explain_no_gpu(const struct gpu_list *gpus, const char *bdf);
struct gpu *find_gpu(const struct gpu_list *gpus, const char *name,
		     int *code);
int parse_gpu_vf(const char *text, char *gpu, size_t size, u32 *vf);

#endif /* AGENT_CLI_AGENT_H */
