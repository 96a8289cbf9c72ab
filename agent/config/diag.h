/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places in configuration files, and the messages about them: all of them in
 * one pass, in the order in which a reader of the files meets them.
 */
#ifndef AGENT_CONFIG_DIAG_H
#define AGENT_CONFIG_DIAG_H

#include <stdio.h>

#include "base/types.h"
#include "base/util.h"
#include "model/failure.h"

/**
 * struct source - a configuration file in memory
 * @path: as it is shown in messages
 * @order: files are read in this order, the first is 0
 * @text: the whole file, zero-terminated
 * @size: bytes of @text
 * @lines: each line, zero-terminated, without its newline
 * @num_lines: entries of @lines
 */
struct source {
	char *path;
	unsigned int order;
	char *text;
	size_t size;
	char **lines;
	size_t num_lines;
};

/**
 * struct source_loc - where in a file something stands
 * @source: the file, NULL: nowhere
 * @line: counted from 1; 0: the file as a whole
 * @column: counted from 1
 */
struct source_loc {
	const struct source *source;
	unsigned int line;
	unsigned int column;
};

enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
	SEVERITY_NOTE,
};

struct diag {
	struct source_loc at;
	enum severity severity;
	size_t group;
	enum reason reason;
	char *message;
};

/**
 * struct diag_list - messages collected in one pass
 * @diags: the messages
 * @num: entries of @diags
 * @errors: how many of them are errors
 */
struct diag_list {
	struct diag *diags;
	size_t num;
	size_t errors;
};

void diag_add(struct diag_list *list, enum severity severity,
	      const struct source_loc *at, enum reason reason, const char *fmt, ...)
	__printf(5, 6);

/* something that makes the configuration unusable */
#define diag_err(list, at, reason, ...) \
	diag_add(list, SEVERITY_ERROR, at, reason, __VA_ARGS__)
/* something that is allowed and probably not meant */
#define diag_warning(list, at, ...) \
	diag_add(list, SEVERITY_WARNING, at, NO_REASON, __VA_ARGS__)
/* a second place that the message before is about */
#define diag_note(list, at, ...) \
	diag_add(list, SEVERITY_NOTE, at, NO_REASON, __VA_ARGS__)

void diag_print(FILE *f, struct diag_list *list);
void diag_free(struct diag_list *list);
void source_loc_print(FILE *f, const struct source_loc *at);

#endif /* AGENT_CONFIG_DIAG_H */
