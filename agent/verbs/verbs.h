/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the verbs do.
 */
#ifndef AGENT_VERBS_VERBS_H
#define AGENT_VERBS_VERBS_H

#include "cli/cli.h"

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

#endif /* AGENT_VERBS_VERBS_H */
