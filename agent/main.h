/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs, by name.
 */
#ifndef AGENT_MAIN_H
#define AGENT_MAIN_H

#include "cli/cli.h"

const struct verb *all_verbs(void);
const struct verb *find_verb(const char *name);
int run_verb(const struct verb *verb, int argc, char **argv);

#endif /* AGENT_MAIN_H */
