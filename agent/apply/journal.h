/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The write-ahead journal: what is about to be done, recorded before it is
 * done, for the start after a crash of this program. A reboot leaves no VFs,
 * and so nothing to recover.
 */
#ifndef AGENT_APPLY_JOURNAL_H
#define AGENT_APPLY_JOURNAL_H

#include "apply/state.h"
#include "base/root.h"

#define JOURNAL_DIR	RUN_DIR
#define JOURNAL_FILE	"intent"
#define JOURNAL_DAMAGED	JOURNAL_FILE ".damaged"

/**
 * struct intent - what is about to be done to one GPU
 * @section: name of its section
 * @before: as it was
 * @after: as it is to be
 * @is_ours: this program has begun it
 * @is_unseen: an earlier program has left it, and its GPU could not be looked at,
 *	since its provider is not there
 * @left: what an earlier program has left, and this intent takes the place of;
 *	NULL: nothing
 */
struct intent {
	char section[LABEL_SIZE];
	struct state before;
	struct state after;
	bool is_ours;
	bool is_unseen;
	struct intent *left;
};

/**
 * struct journal - intents that are not resolved
 * @intents: at most one for each GPU
 * @num: entries of @intents
 */
struct journal {
	struct intent *intents;
	size_t num;
};

void journal_begin(struct journal *journal, const char *section,
		   const struct state *before, const struct state *after);
void journal_done(struct journal *journal, const char *bdf);
void journal_cancel(struct journal *journal, const char *bdf);
int journal_write(const struct journal *journal);
int journal_finish(struct journal *journal);
int journal_read(struct journal *journal);
int journal_parse(struct journal *journal, const char *text, size_t size);
int journal_set_aside(void);
void journal_free(struct journal *journal);

/* recover.c */
int recover(struct journal *journal);

#endif /* AGENT_APPLY_JOURNAL_H */
