// SPDX-License-Identifier: GPL-2.0
/*
 * After an apply that did not come to its end: which GPU is in which state, as
 * it is seen and not as it is remembered; and what is in between is finished.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/execute.h"
#include "apply/journal.h"
#include "base/exit_code.h"
#include "base/signals.h"
#include "base/util.h"
#include "provider/provider.h"

static const char in_between_new[] =
	"it was in between, and is in the new layout now";

static void tell(const struct intent *intent, const char *what)
{
	char *section = escape(intent->section);

	pr_err("GPU %s [gpu %s]: an apply was interrupted; %s",
	       intent->before.gpu.bdf, section, what);
	free(section);
}

/* neither here nor there: forward if possible, else back */
static bool finish(const struct intent *intent, struct client *client)
{
	struct execution there = {
		.want = &intent->after,
		.client = client,
		.may_lack_probe = true,
	};
	struct execution back = {
		.want = &intent->before,
		.client = client,
	};

	if (!execute(&there)) {
		tell(intent, in_between_new);
		return true;
	}
	if (!execute(&back)) {
		tell(intent, "it was in between, and is back in the old layout now");
		return true;
	}
	tell(intent, "it is in between, and could be brought to neither layout");
	return false;
}

/*
 * The layout is the new one. VFs that any driver may have are probed last, and
 * that may not have come.
 */
static bool probe_again(const struct intent *intent, struct client *client)
{
	struct execution x = {
		.want = &intent->after,
		.client = client,
		.may_lack_probe = intent->before.gpu.num_vfs !=
				  intent->after.gpu.num_vfs,
	};

	if (execute(&x))
		return finish(intent, client);
	tell(intent, x.touched ? in_between_new : "it is in the new layout");
	return true;
}

static bool is_another(const struct intent *intent, const struct gpu *live)
{
	return live->vendor != intent->vendor ||
	       live->device != intent->device ||
	       live->total_vfs != intent->total_vfs;
}

/* Return: false when the GPU is in neither state, or cannot be seen */
static bool resolve(const struct intent *intent, struct client *client)
{
	struct client_error why;
	struct state now = {};
	struct gpu live;
	bool resolved = true;
	int err;

	err = provider_read_settled(client, intent->before.gpu.bdf, &live, &why);
	if (err == -ENODEV) {
		tell(intent, "gpuvf no longer drives it");
		return true;
	}
	if (err) {
		tell(intent, client_error_text(&why));
		return false;
	}
	if (live.vfs_changing) {
		tell(intent, "its VFs are being enabled or disabled at this moment");
		gpu_free(&live);
		return false;
	}
	state_live(&now, &live);
	if (is_another(intent, &live))
		tell(intent, "another GPU is in its place now");
	else if (state_holds(&intent->after, &now))
		resolved = probe_again(intent, client);
	else if (state_holds(&intent->before, &now))
		tell(intent, "it is in the old layout");
	else
		resolved = finish(intent, client);
	state_free(&now);
	gpu_free(&live);
	return resolved;
}

static void resolve_all(struct journal *journal)
{
	struct client *client;
	sigset_t signals;
	size_t i = 0;

	if (client_open(&client)) {
		pr_err("an apply was interrupted; which GPU is in which layout can be seen when the module is there");
		journal->is_unseen = true;
		return;
	}
	signals_hold(&signals);
	while (i < journal->num) {
		struct intent *intent = &journal->intents[i];

		if (resolve(intent, client))
			journal_done(journal, intent->before.gpu.bdf);
		else
			i++;
	}
	exit_set_underway(false);
	journal_write(journal);
	signals_release(&signals);
	client_close(client);
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
	pr_err(JOURNAL_DIR "/" JOURNAL_FILE " is %s; kept as " JOURNAL_DAMAGED ": an apply was interrupted, and what it was doing is not known",
	       why == -EINVAL ? "damaged" : "of another version");
	return EXIT_DONE;
}

/**
 * recover() - take up what an interrupted apply has left
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
