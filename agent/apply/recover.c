// SPDX-License-Identifier: GPL-2.0
/*
 * Recovery after an interrupted apply: read which GPU is in which state, and
 * complete or undo the change of those that are in between.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/check.h"
#include "apply/execute.h"
#include "apply/journal.h"
#include "base/exit_code.h"
#include "base/signals.h"
#include "base/util.h"
#include "provider/provider.h"

static void report(const struct intent *intent, const char *done,
		   const char *what)
{
	char *section = escape(intent->section);

	pr_err("GPU %s [gpu %s]: %s an interrupted apply: %s",
	       intent->before.gpu.bdf, section, done, what);
	free(section);
}

static void recovered(const struct intent *intent, const char *what)
{
	report(intent, "recovered", what);
}

static void not_recovered(const struct intent *intent, const char *why)
{
	report(intent, "cannot recover", why);
}

/* in neither state: forward if possible, else back */
static bool finish(const struct intent *intent, struct provider *provider)
{
	struct execution there = {
		.want = &intent->after,
		.provider = provider,
		.may_lack_probe = true,
	};
	struct execution back = {
		.want = &intent->before,
		.provider = provider,
	};

	if (!execute(&there)) {
		recovered(intent, "change completed");
		return true;
	}
	if (!execute(&back)) {
		recovered(intent, "change undone");
		return true;
	}
	not_recovered(intent, "the change can be neither completed nor undone");
	return false;
}

/*
 * The layout is the new one. VFs that any driver may have are probed last, which
 * may not have been reached.
 */
static bool probe_again(const struct intent *intent, struct provider *provider)
{
	struct execution x = {
		.want = &intent->after,
		.provider = provider,
		.may_lack_probe = intent->before.gpu.num_vfs !=
				  intent->after.gpu.num_vfs,
	};

	if (execute(&x))
		return finish(intent, provider);
	recovered(intent, x.touched ? "change completed" :
					"the change was complete");
	return true;
}

/* Return: false when the GPU is in neither state, or cannot be seen */
static bool resolve(const struct intent *intent, struct provider *provider)
{
	struct failure why;
	struct state now = {};
	struct gpu live;
	bool resolved = true;
	char *text;
	int err;

	err = provider_read_settled(provider, intent->before.gpu.bdf, &live,
				    &why);
	if (err == -ENODEV) {
		report(intent, "dropped", gpu_abilities(&intent->before.gpu) ==
		       &gpuvf_abilities ? "gpuvf no longer drives it" :
		       "it is not there any more");
		return true;
	}
	if (err) {
		not_recovered(intent, failure_text(&why));
		return false;
	}
	if (live.vfs_changing) {
		text = why_changing(&live);
		not_recovered(intent, text);
		free(text);
		gpu_free(&live);
		return false;
	}
	state_live(&now, &live);
	if (!state_is_of(&intent->before, &live))
		report(intent, "dropped", "another GPU is in its place now");
	else if (state_holds(&intent->after, &now) && !live.vfs_lack_something)
		resolved = probe_again(intent, provider);
	else if (state_holds(&intent->before, &now))
		recovered(intent, "nothing was changed");
	else
		resolved = finish(intent, provider);
	state_free(&now);
	gpu_free(&live);
	return resolved;
}

static void resolve_all(struct journal *journal)
{
	struct provider *provider = provider_connect_all(NULL);
	bool unseen = false;
	sigset_t signals;
	size_t i = 0;

	signals_hold(&signals);
	while (i < journal->num) {
		struct intent *intent = &journal->intents[i];

		intent->is_unseen = !provider_is_there(provider,
						       &intent->before.gpu);
		unseen |= intent->is_unseen;
		if (!intent->is_unseen && resolve(intent, provider))
			journal_done(journal, intent->before.gpu.bdf);
		else
			i++;
	}
	if (unseen)
		pr_err("cannot recover an interrupted apply: module gpuvf is not loaded");
	exit_set_underway(false);
	journal_write(journal);
	signals_release(&signals);
	provider_close(provider);
}

/* Return: EXIT_DONE; EXIT_FAILED: it is in the way of the next one */
static int set_aside(int why)
{
	int err = journal_set_aside();

	if (err) {
		pr_err(JOURNAL_DIR "/" JOURNAL_FILE " is damaged, and cannot be renamed: %s",
		       strerror(-err));
		return EXIT_FAILED;
	}
	pr_err(JOURNAL_DIR "/" JOURNAL_FILE " is %s; kept as " JOURNAL_DAMAGED ": cannot recover an interrupted apply",
	       why == -EINVAL ? "damaged" : "of another version");
	return EXIT_DONE;
}

/**
 * recover() - complete or undo an interrupted apply
 * @journal: all zero; gets the intents that are not resolved, for those that
 *	are recorded next
 *
 * Prints what it finds, and nothing when there is nothing.
 *
 * Context: apply's lock is held.
 *
 * Return: EXIT_DONE; EXIT_FAILED: the journal can be neither read nor set
 * aside: nothing may be changed, since that would overwrite it.
 */
int recover(struct journal *journal)
{
	int err = journal_read(journal);

	switch (err) {
	case 0:
		resolve_all(journal);
		return EXIT_DONE;
	case -ENOENT:
	/* without the right to read it there is none to write it */
	case -EACCES:
	case -EPERM:
		return EXIT_DONE;
	case -EINVAL:
	case -EPROTONOSUPPORT:
	case -EFBIG:
		journal_free(journal);
		return set_aside(err == -EFBIG ? -EINVAL : err);
	}
	pr_err(JOURNAL_DIR "/" JOURNAL_FILE ": %s", strerror(-err));
	journal_free(journal);
	return EXIT_FAILED;
}
