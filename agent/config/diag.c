// SPDX-License-Identifier: GPL-2.0
/*
 * Messages about configuration files.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/color.h"
#include "base/fold.h"
#include "config/diag.h"
#include "model/names.h"

static const struct {
	const char *name;
	enum color color;
	enum pr_level level;
} severities[] = {
	[SEVERITY_ERROR] = { "error", COLOR_BAD, PR_ERROR },
	[SEVERITY_WARNING] = { "warning", COLOR_WARN, PR_WARNING },
	[SEVERITY_NOTE] = { "note", COLOR_DIM, PR_INFO },
};

/**
 * diag_add() - collect a message, see diag_err(), diag_warning(), diag_note()
 * @list: where to collect it
 * @severity: how bad it is
 * @at: what it is about
 * @reason: of an error, for the verb "explain"
 * @fmt: as of printf; no capital letter, no full stop, no newline
 */
void diag_add(struct diag_list *list, enum severity severity,
	      const struct source_loc *at, enum reason reason, const char *fmt, ...)
{
	struct diag *d;
	va_list args;

	list->diags = xgrow(list->diags, list->num, sizeof(*d));
	d = &list->diags[list->num];
	d->at = *at;
	d->severity = severity;
	d->reason = reason;
	/* a note stays behind the message that it belongs to */
	d->group = severity == SEVERITY_NOTE && list->num ?
		   d[-1].group : list->num;
	list->num++;
	va_start(args, fmt);
	d->message = xvasprintf(fmt, args);
	va_end(args);
	if (severity == SEVERITY_ERROR)
		list->errors++;
}

/* the message that heads the group of a message */
static const struct diag *sorted;

static int compare_places(const struct source_loc *a,
			  const struct source_loc *b)
{
	unsigned int oa = a->source ? a->source->order : 0;
	unsigned int ob = b->source ? b->source->order : 0;

	if (oa != ob)
		return oa < ob ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return 0;
}

static int compare_diags(const void *va, const void *vb)
{
	size_t a = *(const size_t *)va;
	size_t b = *(const size_t *)vb;
	int order;

	order = compare_places(&sorted[sorted[a].group].at,
			       &sorted[sorted[b].group].at);
	if (order)
		return order;
	return a < b ? -1 : 1;
}

/* columns of what stands at a place, at least 1 */
static int token_columns(const char *text)
{
	char *token = xstrdup(text);
	int n;

	token[strcspn(token, " =];#")] = '\0';
	n = text_columns(token);
	free(token);
	return n ? n : 1;
}

/*
 * Each part is made printable by itself: a character that is cut in two is not
 * one, and columns count bytes.
 */
static void print_marked(FILE *f, const char *line, unsigned int column)
{
	size_t len = strlen(line);
	size_t at = column - 1 < len ? column - 1 : len;
	char *before = xstrdup(line);
	char *left, *right;
	char tildes[200];

	memset(tildes, '~', sizeof(tildes));
	before[at] = '\0';
	left = printable(before);
	right = printable(line + at);
	fprintf(f, "    %s%s\n    %*s%s^%.*s%s\n", left, right,
		(int)(text_columns(left) + column - 1 - at), "",
		color_of(f, COLOR_MARK), token_columns(right) - 1, tildes,
		color_of(f, COLOR_NONE));
	free(left);
	free(right);
	free(before);
}

/* the line of a place, if it has one, with what stands there underlined */
static void print_line_of(FILE *f, const struct source_loc *at)
{
	const char *line;

	if (!at->source || !at->line || at->line > at->source->num_lines)
		return;
	line = at->source->lines[at->line - 1];
	/* a line of any sane length; others would only fill the screen */
	if (strlen(line) <= 200)
		print_marked(f, line, at->column);
}

/* "file:line:column:", as far as it is known; to be freed */
static char *name_of_place(const struct source_loc *at)
{
	char *path, *name;

	if (!at->source)
		return xstrdup("");
	path = printable(at->source->path);
	name = at->line ? xasprintf("%s:%u:%u:", path, at->line, at->column) :
			  xasprintf("%s:", path);
	free(path);
	return name;
}

/**
 * source_loc_print() - name a place, and show the line
 * @f: where to print
 * @at: the place; nothing is printed when it has no line
 */
void source_loc_print(FILE *f, const struct source_loc *at)
{
	char *name;

	if (!at->source || !at->line)
		return;
	name = name_of_place(at);
	fprintf(f, "%s\n", name);
	free(name);
	print_line_of(f, at);
}

static void print_one(FILE *f, const struct diag *d)
{
	const char *priority = pr_priority(severities[d->severity].level);
	char *message = printable(d->message);
	char *place = name_of_place(&d->at);
	const char *gap = *place ? " " : "";
	char mark[REASON_MARK];

	/* an error needs no name: the message is one */
	if (d->severity == SEVERITY_ERROR)
		print_folded(f, "%s%s%s%s%s", priority, place, gap, message,
			     reason_mark(mark, d->reason));
	else
		print_folded(f, "%s%s%s%s%s:%s %s", priority, place, gap,
			     color_of(f, severities[d->severity].color),
			     severities[d->severity].name,
			     color_of(f, COLOR_NONE), message);
	free(place);
	free(message);
	print_line_of(f, &d->at);
}

/**
 * diag_print() - print all messages, sorted by file, line and column
 * @f: where to print
 * @list: the messages
 */
void diag_print(FILE *f, struct diag_list *list)
{
	size_t *order = xcalloc(list->num, sizeof(*order));
	size_t i;

	for (i = 0; i < list->num; i++)
		order[i] = i;
	sorted = list->diags;
	qsort(order, list->num, sizeof(*order), compare_diags);
	for (i = 0; i < list->num; i++)
		print_one(f, &list->diags[order[i]]);
	free(order);
}

/**
 * diag_free() - forget all messages
 * @list: is empty afterwards
 */
void diag_free(struct diag_list *list)
{
	size_t i;

	for (i = 0; i < list->num; i++)
		free(list->diags[i].message);
	free(list->diags);
	*list = (struct diag_list){};
}
