// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmsg gives a record with each read: "PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT",
 * and lines that begin with a blank, which say what device it is about.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "base/util.h"
#include "report/kernel_log.h"

/* a record is shorter; the kernel's buffer has a few MiB at the most */
#define RECORD_SIZE	8192
#define MAX_BYTES	(32 << 20)

/* what is longer is cut off */
#define LINE_MAX	1000

/* not a letter or a digit: "xe_guc" and "xe:" have the word xe, "xenon" has not */
static bool is_end(char c)
{
	return !isalnum((unsigned char)c);
}

static bool has(const char *text, const char *word)
{
	const char *at = text;

	while ((at = strstr(at, word))) {
		if ((at == text || is_end(at[-1])) && is_end(at[strlen(word)]))
			return true;
		at++;
	}
	return false;
}

static bool has_any(const char *text, const char *const *words, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (has(text, words[i]))
			return true;
	return false;
}

/* Return: to be freed; *error: 0, or a negative errno */
static char *read_records(int *error)
{
	char *path = root_path("dev/kmsg");
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char *text = xcalloc(1, RECORD_SIZE + 1);
	size_t size = 0;
	ssize_t got = 1;

	*error = fd < 0 ? -errno : 0;
	free(path);
	while (fd >= 0 && got && size < MAX_BYTES) {
		text = xrealloc(text, size + RECORD_SIZE + 1);
		got = read(fd, text + size, RECORD_SIZE);
		/* records that were overwritten meanwhile */
		if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (got < 0 && errno != EAGAIN)
			*error = -errno;
		if (got < 0)
			break;
		size += got;
	}
	text[size] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

/* as dmesg prints it; Return: NULL: it is no message */
static char *line_of(char *record)
{
	char *message = strchr(record, ';');
	char *clean, *line;
	unsigned long long us;

	if (*record == ' ' || !message || !isdigit((unsigned char)*record))
		return NULL;
	clean = escape(message + 1);
	if (sscanf(record, "%*u,%*u,%llu", &us) == 1)
		line = xasprintf("[%5llu.%06llu] %.*s", us / 1000000,
				 us % 1000000, LINE_MAX, clean);
	else
		line = xasprintf("%.*s", LINE_MAX, clean);
	free(clean);
	return line;
}

static char *join(char **lines, size_t from, size_t num)
{
	char *text = NULL;
	size_t i, size;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		out_of_memory();
	for (i = from; i < num; i++) {
		fprintf(f, "%s\n", lines[i]);
		free(lines[i]);
	}
	if (fclose(f))
		out_of_memory();
	return text;
}

/**
 * kernel_log() - the messages of the kernel about some devices and drivers
 * @words: addresses and names, one of which a message has
 * @num_words: entries of @words
 * @lines: result, how many there are, KERNEL_LOG_LINES at the most
 * @error: result, 0, or the negative errno that keeps all or some from being read
 *
 * Return: a line for each, to be freed.
 */
char *kernel_log(const char *const *words, size_t num_words, size_t *lines,
		 int *error)
{
	char *records = read_records(error);
	char *rest = records, *record, *text;
	char **kept = NULL;
	size_t i, num = 0, first;

	while ((record = strsep(&rest, "\n"))) {
		char *line = line_of(record);

		if (!line || !has_any(line, words, num_words)) {
			free(line);
			continue;
		}
		kept = xgrow(kept, num, sizeof(*kept));
		kept[num++] = line;
	}
	first = num > KERNEL_LOG_LINES ? num - KERNEL_LOG_LINES : 0;
	for (i = 0; i < first; i++)
		free(kept[i]);
	text = join(kept, first, num);
	*lines = num - first;
	free(kept);
	free(records);
	return text;
}
