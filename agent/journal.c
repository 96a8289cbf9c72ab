// SPDX-License-Identifier: GPL-2.0
/*
 * The journal on disk. It is written beside its place, flushed, moved there, and
 * the directory is flushed: at every moment there is the whole of it or nothing.
 * Whoever touches it holds apply's lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "root.h"
#include "sysfs.h"
#include "util.h"

#define JOURNAL_NEW	JOURNAL_FILE ".new"
#define JOURNAL_VERSION	1
#define JOURNAL_MAX	0x100000

/**
 * journal_boot_id() - which boot of the machine this is
 * @boot_id: BOOT_ID_SIZE bytes for the result
 */
void journal_boot_id(char *boot_id)
{
	root_line(boot_id, BOOT_ID_SIZE, "proc/sys/kernel/random/boot_id");
}

static struct intent *find_intent(struct journal *journal, const char *bdf)
{
	size_t i;

	for (i = 0; i < journal->num; i++)
		if (!strcmp(journal->intents[i].before.gpu.bdf, bdf))
			return &journal->intents[i];
	return NULL;
}

/**
 * journal_set() - say what is meant for a GPU, instead of what was said before
 * @journal: gets it; nothing is written yet
 * @section: of the GPU, or what else is being done to it
 * @before: what was before the first step, of the live GPU
 * @after: what shall be
 */
void journal_set(struct journal *journal, const char *section,
		 const struct state *before, const struct state *after)
{
	const struct gpu *live = &before->gpu;
	struct intent *intent = find_intent(journal, live->bdf);

	if (!intent) {
		journal->intents = xgrow(journal->intents, journal->num,
					 sizeof(*intent));
		intent = &journal->intents[journal->num++];
	}
	state_free(&intent->before);
	state_free(&intent->after);
	copy_string(intent->section, LABEL_SIZE, section);
	intent->vendor = live->vendor;
	intent->device = live->device;
	intent->total_vfs = live->total_vfs;
	intent->autoprobe = 1;
	sysfs_get_number(live->bdf, AUTOPROBE, &intent->autoprobe);
	state_copy(&intent->before, before);
	state_copy(&intent->after, after);
}

/**
 * journal_plan() - journal_set() for a plan
 * @journal: gets it; nothing is written yet
 * @before: what was before the first step
 * @plan: what is to be done now
 */
void journal_plan(struct journal *journal, const struct state *before,
		  const struct plan *plan)
{
	struct state after = {};

	state_after(&after, plan);
	journal_set(journal, plan->section->name, before, &after);
	state_free(&after);
}

static json_t *intent_json(const struct intent *intent)
{
	return json_pack("{s:s,s:I,s:I,s:I,s:I,s:o,s:o}", "section",
			 intent->section, "vendor", (json_int_t)intent->vendor,
			 "device", (json_int_t)intent->device, "total_vfs",
			 (json_int_t)intent->total_vfs, "autoprobe",
			 (json_int_t)intent->autoprobe, "before",
			 state_json(&intent->before), "after",
			 state_json(&intent->after));
}

static int intent_from_json(json_t *object, struct intent *intent)
{
	json_int_t vendor, device, total_vfs, autoprobe;
	json_t *before, *after;
	const char *section;

	if (json_unpack(object, "{s:s,s:I,s:I,s:I,s:I,s:o,s:o}", "section",
			&section, "vendor", &vendor, "device", &device,
			"total_vfs", &total_vfs, "autoprobe", &autoprobe,
			"before", &before, "after", &after) ||
	    strlen(section) >= LABEL_SIZE)
		return -EINVAL;
	copy_string(intent->section, LABEL_SIZE, section);
	intent->vendor = vendor;
	intent->device = device;
	intent->total_vfs = total_vfs;
	intent->autoprobe = !!autoprobe;
	if (state_from_json(before, &intent->before) ||
	    state_from_json(after, &intent->after) ||
	    strcmp(intent->before.gpu.bdf, intent->after.gpu.bdf))
		return -EINVAL;
	return 0;
}

/* the directory, which is root's alone */
static int open_dir(bool create)
{
	char *path = root_path("%s", &JOURNAL_DIR[1]);
	struct stat st;
	int fd, err;

	if (create && mkdir(path, 0700) && errno != EEXIST) {
		err = errno;
		free(path);
		return -err;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	err = errno;
	free(path);
	if (fd < 0)
		return -err;
	if (fstat(fd, &st) || st.st_uid != geteuid()) {
		close(fd);
		return -EPERM;
	}
	if (st.st_mode & 0077 && fchmod(fd, 0700)) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t written = write(fd, text, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		size -= written;
	}
	return fsync(fd) ? -errno : 0;
}

static int replace(int dir, const char *text)
{
	int fd, err;

	/* of somebody who died while writing it */
	if (unlinkat(dir, JOURNAL_NEW, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, JOURNAL_NEW,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, strlen(text));
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, JOURNAL_NEW, dir, JOURNAL_FILE))
		err = -errno;
	if (!err && fsync(dir))
		err = -errno;
	return err;
}

/**
 * journal_write() - have it on disk, whole, before anything is done
 * @journal: the journal
 *
 * Return: 0, or a negative errno: nothing may be done then.
 */
int journal_write(struct journal *journal)
{
	json_t *intents = json_array();
	char boot_id[BOOT_ID_SIZE];
	json_t *document;
	char *text;
	int dir, err;
	size_t i;

	dir = open_dir(true);
	if (dir < 0) {
		json_decref(intents);
		return dir;
	}
	journal_boot_id(boot_id);
	for (i = 0; i < journal->num; i++)
		json_array_append_new(intents,
				      intent_json(&journal->intents[i]));
	document = json_pack("{s:i,s:s,s:o}", "version", JOURNAL_VERSION,
			     "boot_id", boot_id, "gpus", intents);
	text = json_dumps(document, JSON_INDENT(1));
	json_decref(document);
	err = text ? replace(dir, text) : -ENOMEM;
	journal->is_written |= !err;
	free(text);
	close(dir);
	return err;
}

/**
 * journal_remove() - all is done and told
 *
 * Return: 0, also when there was no journal; or a negative errno.
 */
int journal_remove(void)
{
	int dir = open_dir(false);
	int err = 0;

	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	if (unlinkat(dir, JOURNAL_FILE, 0))
		err = errno == ENOENT ? 0 : -errno;
	else if (fsync(dir))
		err = -errno;
	close(dir);
	return err;
}

/**
 * journal_finish() - whatever came of it has been seen and told
 * @journal: is empty afterwards; what it has written is removed
 */
void journal_finish(struct journal *journal)
{
	if (journal->is_written)
		journal_remove();
	journal_free(journal);
}

/**
 * journal_parse() - understand the text of a journal
 * @journal: all zero; to be freed also after errors
 * @text: the text, which may be damaged
 * @size: bytes of it
 *
 * Return: 0; -EINVAL: it is none.
 */
int journal_parse(struct journal *journal, const char *text, size_t size)
{
	json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	const char *boot_id;
	int err = -EINVAL;
	json_t *intents;
	int version;
	size_t i;

	if (document &&
	    !json_unpack(document, "{s:i,s:s,s:o}", "version", &version,
			 "boot_id", &boot_id, "gpus", &intents) &&
	    version == JOURNAL_VERSION && strlen(boot_id) < BOOT_ID_SIZE &&
	    json_is_array(intents))
		err = 0;
	if (!err)
		copy_string(journal->boot_id, BOOT_ID_SIZE, boot_id);
	for (i = 0; !err && i < json_array_size(intents); i++) {
		struct intent *intent;

		journal->intents = xgrow(journal->intents, journal->num,
					 sizeof(*intent));
		intent = &journal->intents[journal->num++];
		err = intent_from_json(json_array_get(intents, i), intent);
	}
	json_decref(document);
	return err;
}

/**
 * journal_read() - is there one that nobody finished?
 * @journal: all zero; to be freed also after errors
 *
 * Return: 0; -ENOENT: there is none; -EINVAL: it is damaged; another negative
 * errno.
 */
int journal_read(struct journal *journal)
{
	int dir = open_dir(false);
	ssize_t got;
	char *text;
	int fd, err;

	if (dir < 0)
		return dir;
	fd = openat(dir, JOURNAL_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	err = errno;
	close(dir);
	/* a link is not what was put there */
	if (fd < 0)
		return err == ELOOP ? -EINVAL : -err;
	text = xcalloc(1, JOURNAL_MAX);
	got = read(fd, text, JOURNAL_MAX);
	err = got < 0 ? -errno : journal_parse(journal, text, got);
	free(text);
	close(fd);
	return err;
}

/**
 * journal_free() - release a journal; its file stays
 * @journal: is empty afterwards
 */
void journal_free(struct journal *journal)
{
	size_t i;

	for (i = 0; i < journal->num; i++) {
		state_free(&journal->intents[i].before);
		state_free(&journal->intents[i].after);
	}
	free(journal->intents);
	*journal = (struct journal){};
}
