/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit codes: what each means, which of two wins, and which one says that the
 * program ended before its time.
 */
#ifndef AGENT_BASE_EXIT_CODE_H
#define AGENT_BASE_EXIT_CODE_H

#include "base/types.h"

/* distinct and documented in gpuvf-agent(8); never renumbered */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,	/* and nothing changed */
	EXIT_USAGE = 2,		/* or an error in the configuration */
	EXIT_DIFFERS = 3,
	EXIT_PARTLY = 4,	/* some GPUs are done, the others unchanged */
	EXIT_BUSY = 5,
	EXIT_MISSING = 6,
	EXIT_PERMISSION = 7,
	EXIT_ATTENTION = 8,	/* a GPU is in neither the old nor the new state */
	EXIT_UNREPORTED = 9,	/* done, but not reported */
};

#define EXIT_LAST	EXIT_UNREPORTED

/**
 * struct exit_tally - exit codes of several GPUs, see exit_total()
 * @code: the one that wins so far
 * @any_done: at least one GPU is as it should be
 */
struct exit_tally {
	int code;
	bool any_done;
};

int exit_code_of(int error);
int exit_worse(int a, int b);
void exit_add(struct exit_tally *tally, int code);
int exit_total(const struct exit_tally *tally);

void exit_set_underway(bool underway);
void exit_set_changed(void);
int exit_code_of_early_end(void);
int exit_code_of_lost_output(int code);

#endif /* AGENT_BASE_EXIT_CODE_H */
