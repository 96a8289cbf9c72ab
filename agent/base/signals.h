/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals that must not end the program between two steps.
 */
#ifndef AGENT_BASE_SIGNALS_H
#define AGENT_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

void signals_ignore_lost_output(void);
void signals_hold(sigset_t *before);
bool signals_are_pending(void);
void signals_release(const sigset_t *before);
int signals_open(const int *signals);

#endif /* AGENT_BASE_SIGNALS_H */
