/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The write-ahead journal: what apply is about to do, on disk before it does
 * it, so that whoever comes after a crash knows what was meant.
 */
#ifndef AGENT_JOURNAL_H
#define AGENT_JOURNAL_H

#include "state.h"

#define JOURNAL_DIR	"/var/lib/gpuvf"
#define JOURNAL_FILE	"intent"

#define BOOT_ID_SIZE	40

/**
 * struct intent - what is meant for one GPU
 * @section: name of its section
 * @vendor: of the GPU, so that another one in its place is noticed
 * @device: as @vendor
 * @total_vfs: as @vendor
 * @autoprobe: sriov_drivers_autoprobe, which is 0 for a moment meanwhile
 * @before: what was
 * @after: what shall be
 */
struct intent {
	char section[LABEL_SIZE];
	u32 vendor;
	u32 device;
	u32 total_vfs;
	u32 autoprobe;
	struct state before;
	struct state after;
};

/**
 * struct journal - an apply
 * @boot_id: when the machine was booted: VFs do not outlive that
 * @intents: one for each GPU that changes
 * @num: entries of @intents
 * @is_written: it is on disk
 */
struct journal {
	char boot_id[BOOT_ID_SIZE];
	struct intent *intents;
	size_t num;
	bool is_written;
};

void journal_set(struct journal *journal, const char *section,
		 const struct state *before, const struct state *after);
void journal_plan(struct journal *journal, const struct state *before,
		  const struct plan *plan);
int journal_write(struct journal *journal);
int journal_read(struct journal *journal);
int journal_parse(struct journal *journal, const char *text, size_t size);
int journal_remove(void);
void journal_finish(struct journal *journal);
void journal_boot_id(char *boot_id);
void journal_free(struct journal *journal);

/* recover.c */
int recover(void);

#endif /* AGENT_JOURNAL_H */
