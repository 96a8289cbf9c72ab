// SPDX-License-Identifier: GPL-2.0
/*
 * Any text as a journal, and as a checkpoint. What is taken for one can be
 * compared with a GPU, written, and read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apply/checkpoint.h"
#include "apply/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct state *state)
{
	json_t *first = state_json(state);
	struct state again = {};
	json_t *second;

	/* names that are no text in UTF-8 never came out of JSON */
	if (!first || state_from_json(first, &again))
		abort();
	second = state_json(&again);
	if (!json_equal(first, second))
		abort();
	again.autoprobe = state->autoprobe;
	if (!state_holds(state, &again))
		abort();
	json_decref(first);
	json_decref(second);
	state_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct checkpoint checkpoint = {};
	struct journal journal = {};
	size_t i;

	if (!journal_parse(&journal, (const char *)data, size)) {
		for (i = 0; i < journal.num; i++) {
			use(&journal.intents[i].before);
			use(&journal.intents[i].after);
		}
	}
	journal_free(&journal);
	if (!checkpoint_parse(&checkpoint, (const char *)data, size))
		for (i = 0; i < checkpoint.num; i++)
			use(&checkpoint.states[i]);
	checkpoint_free(&checkpoint);
	return 0;
}
