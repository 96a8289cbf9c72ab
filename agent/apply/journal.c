// SPDX-License-Identifier: GPL-2.0
/*
 * The journal on disk. It is written beside its place and moved there: at every
 * moment there is the whole of it or nothing. /run is memory, and a kill leaves
 * the page cache alone, so nothing is flushed. Only the holder of apply's lock
 * touches it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/journal.h"
#include "base/exit_code.h"
#include "base/root.h"
#include "base/util.h"

#define JOURNAL_NEW	JOURNAL_FILE ".new"
#define JOURNAL_VERSION	1

static struct intent *find_intent(struct journal *journal, const char *bdf)
{
	size_t i;

	for (i = 0; i < journal->num; i++)
		if (!strcmp(journal->intents[i].before.gpu.bdf, bdf))
			return &journal->intents[i];
	return NULL;
}

static struct intent *add_intent(struct journal *journal)
{
	journal->intents = xgrow(journal->intents, journal->num,
				 sizeof(*journal->intents));
	return &journal->intents[journal->num++];
}

static void free_intent(struct intent *intent)
{
	if (intent->left)
		free_intent(intent->left);
	free(intent->left);
	state_free(&intent->before);
	state_free(&intent->after);
}

/* what an earlier program has left is what the GPU goes back to */
static struct intent *take_place(struct intent *intent)
{
	struct intent *left = intent->left;

	if (intent->is_ours) {
		state_free(&intent->before);
		state_free(&intent->after);
	} else {
		left = xcalloc(1, sizeof(*left));
		*left = *intent;
	}
	*intent = (struct intent){ .left = left };
	return intent;
}

/**
 * journal_begin() - record what is about to be done to a GPU
 * @journal: gets it; nothing is written yet
 * @section: of the GPU, or what else is being done to it
 * @before: as it is before the first step, of the live GPU
 * @after: as it is to be
 *
 * Takes the place of an intent for the same GPU that was not resolved, until
 * journal_cancel(). What that one would go back to is kept: it is a state that
 * the GPU once was in as a whole.
 */
void journal_begin(struct journal *journal, const char *section,
		   const struct state *before, const struct state *after)
{
	const struct gpu *live = &before->gpu;
	struct intent *intent = find_intent(journal, live->bdf);

	intent = intent ? take_place(intent) : add_intent(journal);
	intent->is_ours = true;
	copy_string(intent->section, LABEL_SIZE, section);
	state_copy(&intent->before,
		   intent->left ? &intent->left->before : before);
	/* so that another GPU in its place is noticed */
	intent->before.gpu.vendor = live->vendor;
	intent->before.gpu.device = live->device;
	intent->before.gpu.total_vfs = live->total_vfs;
	state_copy(&intent->after, after);
}

static void remove_intent(struct journal *journal, struct intent *intent)
{
	size_t behind = &journal->intents[--journal->num] - intent;

	memmove(intent, intent + 1, behind * sizeof(*intent));
}

/**
 * journal_done() - a GPU is in one state or the other
 * @journal: the journal; nothing is written yet
 * @bdf: of the GPU, which may have no intent
 */
void journal_done(struct journal *journal, const char *bdf)
{
	struct intent *intent = find_intent(journal, bdf);

	if (!intent)
		return;
	free_intent(intent);
	remove_intent(journal, intent);
}

/**
 * journal_cancel() - nothing has been done to a GPU, or all of it taken back
 * @journal: the journal; nothing is written yet
 * @bdf: of the GPU, which may have no intent
 *
 * What an earlier program has left for that GPU is there again.
 */
void journal_cancel(struct journal *journal, const char *bdf)
{
	struct intent *intent = find_intent(journal, bdf);
	struct intent *left = intent ? intent->left : NULL;

	if (!intent || !intent->is_ours)
		return;
	intent->left = NULL;
	free_intent(intent);
	if (left)
		*intent = *left;
	else
		remove_intent(journal, intent);
	free(left);
}

static json_t *intent_json(const struct intent *intent)
{
	const struct gpu *gpu = &intent->before.gpu;

	return json_pack("{s:s,s:I,s:I,s:I,s:I,s:o,s:o}", "section",
			 intent->section, "vendor", (json_int_t)gpu->vendor,
			 "device", (json_int_t)gpu->device, "total_vfs",
			 (json_int_t)gpu->total_vfs, "autoprobe",
			 (json_int_t)intent->before.autoprobe, "before",
			 state_json(&intent->before), "after",
			 state_json(&intent->after));
}

static int intent_from_json(json_t *object, void *to)
{
	json_int_t vendor, device, total_vfs, autoprobe;
	struct intent *intent = add_intent(to);
	struct gpu *gpu = &intent->before.gpu;
	json_t *before, *after;
	const char *section;

	if (json_unpack(object, "{s:s,s:I,s:I,s:I,s:I,s:o,s:o}", "section",
			&section, "vendor", &vendor, "device", &device,
			"total_vfs", &total_vfs, "autoprobe", &autoprobe,
			"before", &before, "after", &after) ||
	    strlen(section) >= LABEL_SIZE)
		return -EINVAL;
	copy_string(intent->section, LABEL_SIZE, section);
	gpu->vendor = vendor;
	gpu->device = device;
	gpu->total_vfs = total_vfs;
	if (state_from_json(before, &intent->before) ||
	    state_from_json(after, &intent->after) ||
	    strcmp(gpu->bdf, intent->after.gpu.bdf))
		return -EINVAL;
	intent->before.autoprobe = !!autoprobe;
	intent->after.autoprobe = !!autoprobe;
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

static int replace(int dir, const char *text)
{
	int fd, err = 0;

	/* of a program that ended while it wrote it */
	if (unlinkat(dir, JOURNAL_NEW, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, JOURNAL_NEW,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (dprintf(fd, "%s", text) < 0)
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, JOURNAL_NEW, dir, JOURNAL_FILE))
		err = -errno;
	return err;
}

static int remove_file(void)
{
	int dir = open_dir(false);
	int err = 0;

	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	if (unlinkat(dir, JOURNAL_FILE, 0))
		err = errno == ENOENT ? 0 : -errno;
	close(dir);
	return err;
}

/**
 * journal_write() - have the journal on disk, whole, before anything is done
 * @journal: the journal; without intents its file is removed
 *
 * Return: 0, or a negative errno: nothing may be done then.
 */
int journal_write(const struct journal *journal)
{
	json_t *document, *intents;
	char *text;
	int dir, err;
	size_t i;

	if (!journal->num)
		return remove_file();
	dir = open_dir(true);
	if (dir < 0)
		return dir;
	intents = json_array();
	for (i = 0; i < journal->num; i++)
		json_array_append_new(intents,
				      intent_json(&journal->intents[i]));
	document = json_pack("{s:i,s:o}", "version", JOURNAL_VERSION, "gpus",
			     intents);
	text = document ? json_dumps(document, JSON_INDENT(1)) : NULL;
	json_decref(document);
	err = text ? replace(dir, text) : -ENOMEM;
	free(text);
	close(dir);
	return err;
}

/**
 * journal_finish() - leave what is not resolved to the next start
 * @journal: is empty afterwards; its file has what is left, or is removed
 *
 * Prints which GPUs are left.
 *
 * Return: EXIT_DONE; EXIT_ATTENTION: a GPU is in neither of its states.
 */
int journal_finish(struct journal *journal)
{
	int code = EXIT_DONE;
	size_t i;
	int err;

	err = journal_write(journal);
	if (err && err != -EACCES && err != -EPERM)
		pr_err(JOURNAL_DIR "/" JOURNAL_FILE ": %s", strerror(-err));
	for (i = 0; i < journal->num; i++) {
		if (journal->intents[i].is_unseen)
			continue;
		pr_err("GPU %s [gpu %s]: a change is neither completed nor rolled back; the next apply tries again",
		       journal->intents[i].before.gpu.bdf,
		       journal->intents[i].section);
		code = EXIT_ATTENTION;
	}
	journal_free(journal);
	return code;
}

/**
 * journal_parse() - understand the text of a journal
 * @journal: all zero; to be freed also after errors
 * @text: the text, which may be damaged
 * @size: bytes of it
 *
 * Return: 0; -EINVAL: it is none; -EPROTONOSUPPORT: it is of another version.
 */
int journal_parse(struct journal *journal, const char *text, size_t size)
{
	return states_parse(text, size, "version", JOURNAL_VERSION,
			    intent_from_json, journal);
}

/**
 * journal_read() - read what a program that ended early has left
 * @journal: all zero; to be freed also after errors
 *
 * Return: 0; -ENOENT: there is none; as journal_parse(): it can be set aside;
 * another negative errno: it cannot be read.
 */
int journal_read(struct journal *journal)
{
	int dir = open_dir(false);
	struct stat st;
	size_t size;
	char *text;
	int fd, err;

	if (dir < 0)
		return dir;
	fd = openat(dir, JOURNAL_FILE,
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	err = errno;
	close(dir);
	/* a link, a socket, a device: not what was put there */
	if (fd < 0)
		return err == ELOOP || err == ENXIO || err == ENODEV ?
		       -EINVAL : -err;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	err = read_all(fd, FILE_MAX_BYTES, &text, &size) ?:
	      journal_parse(journal, text, size);
	close(fd);
	free(text);
	return err;
}

/**
 * journal_set_aside() - rename a journal that cannot be understood
 *
 * It may still say to a person, or to another version, what was being done.
 *
 * Return: 0, or a negative errno.
 */
int journal_set_aside(void)
{
	int dir = open_dir(false);
	int err = 0;

	if (dir < 0)
		return dir;
	if (renameat(dir, JOURNAL_FILE, dir, JOURNAL_DAMAGED))
		err = -errno;
	close(dir);
	return err;
}

/**
 * journal_free() - release a journal; its file stays
 * @journal: is empty afterwards
 */
void journal_free(struct journal *journal)
{
	size_t i;

	for (i = 0; i < journal->num; i++)
		free_intent(&journal->intents[i]);
	free(journal->intents);
	*journal = (struct journal){};
}
