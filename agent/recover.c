// SPDX-License-Identifier: GPL-2.0
/*
 * After an apply that did not come to its end: which GPU is in which state, as
 * it is seen and not as it is remembered; and what is in between is finished.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "journal.h"
#include "sysfs.h"
#include "util.h"

static const char in_between_new[] =
	"it was in between, and is in the new layout now";

static void tell(const struct intent *intent, const char *what)
{
	pr_err("GPU %s [gpu %s]: an apply was interrupted; %s",
	       intent->before.gpu.bdf, intent->section, what);
}

/*
 * The moment at which no driver can be bound to new VFs may have stayed.
 *
 * Return: whether it had; VFs that are there have missed their probe then.
 */
static bool release_autoprobe(const struct intent *intent)
{
	const char *bdf = intent->before.gpu.bdf;
	u32 now;

	if (sysfs_get_number(bdf, AUTOPROBE, &now) || now == intent->autoprobe)
		return false;
	sysfs_set_number(bdf, AUTOPROBE, intent->autoprobe);
	return true;
}

static bool holds(const struct state *state, const struct gpu *live)
{
	struct vf_driver *drivers = read_drivers(live);
	bool yes = state_holds(state, live, drivers);

	free(drivers);
	return yes;
}

/* neither here nor there: forward if possible, else back */
static int finish(const struct intent *intent, struct client *client)
{
	int err;

	err = state_restore(&intent->after, client);
	if (!err) {
		tell(intent, in_between_new);
		return EXIT_DONE;
	}
	if (!state_restore(&intent->before, client)) {
		tell(intent, "it was in between, and is back in the old layout now");
		return EXIT_DONE;
	}
	pr_err("GPU %s [gpu %s]: an apply was interrupted; it is in between, and could be brought to neither layout: %s",
	       intent->before.gpu.bdf, intent->section, strerror(-err));
	return EXIT_PARTLY;
}

/*
 * New VFs are kept from drivers until it is said who may have which. Those that
 * anybody may have are probed after that, unless apply died before.
 *
 * Return: 1: a VF has got its driver now; 0: none was missing; or a negative
 * errno.
 */
static int probe_again(const struct intent *intent, const struct gpu *live)
{
	struct vf_driver *was, *is;
	int ret;
	u32 i;

	if (intent->before.gpu.num_vfs == intent->after.gpu.num_vfs)
		return 0;
	was = read_drivers(live);
	ret = drivers_restore(live->bdf, intent->after.drivers, live->num_vfs);
	is = read_drivers(live);
	for (i = 0; !ret && i < live->num_vfs; i++)
		ret = !!strcmp(was[i].bound, is[i].bound);
	free(was);
	free(is);
	return ret;
}

/* the layout is the new one; is the rest? */
static int be_new(const struct intent *intent, const struct gpu *live,
		  struct client *client)
{
	int ret = probe_again(intent, live);

	if (ret < 0)
		return finish(intent, client);
	tell(intent, ret ? in_between_new : "it is in the new layout");
	return EXIT_DONE;
}

static int resolve(const struct intent *intent, struct client *client)
{
	struct client_error why;
	int code = EXIT_DONE;
	struct gpu live;
	bool probed;

	if (client_get_gpu(client, intent->before.gpu.bdf, &live, &why)) {
		tell(intent, "gpuvf drives it no more");
		return EXIT_DONE;
	}
	if (live.vendor != intent->vendor || live.device != intent->device ||
	    live.total_vfs != intent->total_vfs) {
		tell(intent, "another GPU is in its place now");
		gpu_free(&live);
		return EXIT_DONE;
	}
	probed = !release_autoprobe(intent);
	if (probed && holds(&intent->after, &live))
		code = be_new(intent, &live, client);
	else if (holds(&intent->before, &live))
		tell(intent, "it is in the old layout");
	else
		code = finish(intent, client);
	gpu_free(&live);
	return code;
}

static int resolve_all(const struct journal *journal)
{
	struct client *client;
	int code = EXIT_DONE;
	size_t i;

	if (client_open(&client)) {
		pr_err("an apply was interrupted; which GPU is in which layout can be seen when the module is there");
		return EXIT_MISSING;
	}
	for (i = 0; i < journal->num; i++)
		code = resolve(&journal->intents[i], client) ?: code;
	client_close(client);
	return code;
}

/**
 * recover() - take up what an interrupted apply has left
 *
 * To be called with apply's lock held. Says what it finds, and nothing when
 * there is nothing.
 *
 * Return: EXIT_DONE: every GPU is in its old or its new layout; EXIT_MISSING:
 * that cannot be seen now; EXIT_PARTLY: some GPU is neither.
 */
int recover(void)
{
	struct journal journal = {};
	char boot_id[BOOT_ID_SIZE];
	int code = EXIT_DONE;
	int err;

	err = journal_read(&journal);
	if (err == -EINVAL) {
		pr_err(JOURNAL_DIR "/" JOURNAL_FILE " is damaged, and of no use");
	} else if (err) {
		/* without rights there is no apply either */
		if (err != -ENOENT && err != -EACCES && err != -EPERM)
			pr_err(JOURNAL_DIR ": %s", strerror(-err));
		goto out;
	} else {
		journal_boot_id(boot_id);
		if (!strcmp(boot_id, journal.boot_id))
			code = resolve_all(&journal);
		else
			pr_err("an apply was interrupted by the end of the machine; nothing is left of it");
	}
	if (!code)
		journal_remove();
out:
	journal_free(&journal);
	return code;
}
