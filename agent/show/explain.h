/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an error means and what to do, from Documentation/admin/troubleshooting.rst.
 */
#ifndef AGENT_SHOW_EXPLAIN_H
#define AGENT_SHOW_EXPLAIN_H

#include <stdbool.h>

bool explain(const char *reason);

#endif /* AGENT_SHOW_EXPLAIN_H */
