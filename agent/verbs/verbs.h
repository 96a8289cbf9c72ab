/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the verbs do.
 */
#ifndef AGENT_VERBS_VERBS_H
#define AGENT_VERBS_VERBS_H

#include "cli/cli.h"

int cmd_apply(const struct options *options, int argc, char **argv);
int cmd_check(const struct options *options, int argc, char **argv);
int cmd_checkpoint(const struct options *options, int argc, char **argv);
int cmd_restore(const struct options *options, int argc, char **argv);
int cmd_daemon(const struct options *options, int argc, char **argv);
int cmd_reload(const struct options *options, int argc, char **argv);
int cmd_doctor(const struct options *options, int argc, char **argv);
int cmd_explain(const struct options *options, int argc, char **argv);
int cmd_export(const struct options *options, int argc, char **argv);
int cmd_generate(const struct options *options, int argc, char **argv);
int cmd_monitor(const struct options *options, int argc, char **argv);
int cmd_plan(const struct options *options, int argc, char **argv);
int cmd_assert(const struct options *options, int argc, char **argv);
int cmd_report(const struct options *options, int argc, char **argv);
int cmd_set(const struct options *options, int argc, char **argv);
int cmd_show(const struct options *options, int argc, char **argv);
int cmd_stats(const struct options *options, int argc, char **argv);
int cmd_top(const struct options *options, int argc, char **argv);
int cmd_operate(const struct options *options, int argc, char **argv);

#endif /* AGENT_VERBS_VERBS_H */
