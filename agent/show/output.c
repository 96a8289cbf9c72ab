// SPDX-License-Identifier: GPL-2.0
/*
 * Lines, files, colors, numbers, tables and documents. Nothing else of the agent
 * writes to standard output, see tests/lint/output.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "base/color.h"
#include "base/exit_code.h"
#include "base/fold.h"
#include "base/replace.h"
#include "base/util.h"
#include "show/output.h"

/* of text that is wrapped, wherever it goes; a narrow terminal has less */
#define WRAP_COLUMNS	80

enum number_style number_style = NUMBERS_AUTO;

/**
 * numbers_are_human() - are numbers written with handy units?
 *
 * Return: false when tables have plain bytes and microseconds.
 */
bool numbers_are_human(void)
{
	if (number_style == NUMBERS_AUTO)
		return isatty(STDOUT_FILENO);
	return number_style == NUMBERS_HUMAN;
}

/**
 * show_size() - a number of bytes for a table
 * @text: UNIT_TEXT bytes for the result
 * @bytes: the number
 *
 * Return: @text.
 */
const char *show_size(char *text, u64 bytes)
{
	if (numbers_are_human())
		return format_size(text, bytes, " ");
	snprintf(text, UNIT_TEXT, "%llu", bytes);
	return text;
}

/**
 * show_time() - a number of microseconds for a table
 * @text: UNIT_TEXT bytes for the result
 * @us: the number
 *
 * Return: @text.
 */
const char *show_time(char *text, u64 us)
{
	if (numbers_are_human())
		return format_time(text, us, " ");
	snprintf(text, UNIT_TEXT, "%llu", us);
	return text;
}

/**
 * out_text() - print text as it is
 * @fmt: as of printf
 */
void out_text(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

/**
 * out_line() - print a line, in several where it does not fit a terminal
 * @fmt: as of printf, without the newline; printable characters and out_color()
 */
void out_line(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	print_folded(stdout, "%s", text);
	free(text);
}

/**
 * out_print() - print what a function writes
 * @print: writes it
 * @data: second argument of @print
 */
void out_print(void (*print)(FILE *f, const void *data), const void *data)
{
	print(stdout, data);
}

/**
 * out_file() - as replace_file(), to standard output too
 * @path: the file; "-": standard output
 * @mode: as of replace_file()
 * @print: writes the content
 * @data: second argument of @print
 *
 * Return: EXIT_DONE, EXIT_PERMISSION, EXIT_FAILED.
 */
int out_file(const char *path, mode_t mode,
	     void (*print)(FILE *f, const void *data), const void *data)
{
	if (strcmp(path, "-"))
		return replace_file(path, mode, print, data);
	/* main() checks that it arrived */
	print(stdout, data);
	return EXIT_DONE;
}

/** out_color() - color_of() standard output */
const char *out_color(enum color color)
{
	return color_of(stdout, color);
}

/** out_columns() - terminal_columns() of standard output */
unsigned int out_columns(void)
{
	return terminal_columns(stdout);
}

/** out_flush() - print all of it now; Return: whether it and all before went out */
bool out_flush(void)
{
	return !fflush(stdout) && !ferror(stdout);
}

/** out_failed() - could something not be printed? */
bool out_failed(void)
{
	return ferror(stdout);
}

/**
 * out_wrapped() - a text in lines of handy length
 * @first: in front of the first line; empty: as much as @next is there already
 * @next: in front of the others
 * @text: the text; ASCII
 */
void out_wrapped(const char *first, const char *next, const char *text)
{
	unsigned int columns = terminal_columns(stdout);

	if (!columns || columns > WRAP_COLUMNS)
		columns = WRAP_COLUMNS;
	fputs(first, stdout);
	fold_text(stdout, columns - 1, strlen(*first ? first : next), next,
		  text);
	putchar('\n');
}

/* blanks between two columns */
#define GAP	"  "

/* what a column that can be made narrower keeps, at least */
#define NARROWEST	12

struct table {
	const struct column *columns;
	struct libscols_table *scols;
	struct libscols_column *scols_columns[MAX_COLUMNS];
	struct libscols_line *line;
	size_t at;
};

/* from the command line */
static const char *names_wanted;
static bool without_headings;

static const struct column *find_column(const struct column *columns,
					const char *name, size_t len)
{
	for (; columns->name; columns++)
		if (!strncasecmp(columns->name, name, len) &&
		    !columns->name[len])
			return columns;
	return NULL;
}

/**
 * tables_choose() - which columns tables have, from now on
 * @columns: all that there are
 * @names: those that are wanted, with commas between them; kept by reference;
 *	NULL: as many as fit
 * @no_headings: nor titles
 *
 * Return: EXIT_DONE; EXIT_USAGE: a name is unknown, which was reported.
 */
int tables_choose(const struct column *columns, const char *names, bool no_headings)
{
	const char *name = names;
	char *list = NULL;
	size_t len;

	names_wanted = names;
	without_headings = no_headings;
	for (; name; name = name[len] ? name + len + 1 : NULL) {
		len = strcspn(name, ",");
		if (!find_column(columns, name, len))
			break;
	}
	if (!name)
		return EXIT_DONE;
	for (; columns->name; columns++)
		append_text(&list, " ", "%s", columns->name);
	pr_err("--columns: '%.*s' is none of %s", (int)len, name, list);
	free(list);
	return EXIT_USAGE;
}

/** tables_are_all() - is there nothing but the columns that were named? */
bool tables_are_all(void)
{
	return names_wanted;
}

static char *title_of(const struct column *column)
{
	char *title, *at;

	if (!numbers_are_human())
		return xasprintf("%s%s%s", column->name, column->unit ? "/" : "",
				 column->unit ?: "");
	title = xstrdup(column->human ?: column->name);
	for (at = title; *at; at++)
		*at = *at == '_' ? ' ' : *at;
	return title;
}

static void add_column(struct table *table, const struct column *column)
{
	int flags = (column->is_text ? 0 : SCOLS_FL_RIGHT) |
		    (column->is_elastic ? SCOLS_FL_TRUNC : 0);
	char *title = title_of(column);
	struct libscols_column *scols;
	const char *color = out_color(COLOR_DIM);

	scols = scols_table_new_column(table->scols, title, 0, flags);
	if (!scols)
		out_of_memory();
	if (*color)
		scols_cell_set_color(scols_column_get_header(scols), color);
	table->scols_columns[column - table->columns] = scols;
	free(title);
}

/**
 * table_new() - begin a table
 * @columns: ends with one without a name; kept by reference
 *
 * Return: a table without cells; table_print() releases it.
 */
struct table *table_new(const struct column *columns)
{
	struct table *table = xcalloc(1, sizeof(*table));
	const struct column *column;
	const char *name;
	size_t len;

	table->columns = columns;
	table->scols = scols_new_table();
	if (!table->scols)
		out_of_memory();
	for (name = names_wanted; name;
	     name = name[len] ? name + len + 1 : NULL) {
		len = strcspn(name, ",");
		column = find_column(columns, name, len);
		/* once: a cell has one place */
		if (!table->scols_columns[column - columns])
			add_column(table, column);
	}
	for (column = columns; column->name && !names_wanted; column++)
		if (!column->is_extra)
			add_column(table, column);
	scols_table_set_column_separator(table->scols, GAP);
	scols_table_enable_noheadings(table->scols, without_headings);
	scols_table_enable_colors(table->scols, *out_color(COLOR_DIM));
	return table;
}

/**
 * table_cell_color() - add the next cell, row by row, in a color
 * @table: the table
 * @color: of the text
 * @text: ASCII
 */
void table_cell_color(struct table *table, enum color color, const char *text)
{
	struct libscols_column *column = table->scols_columns[table->at];
	const char *sequence = out_color(color);

	if (!table->at)
		table->line = scols_table_new_line(table->scols, NULL);
	if (!table->line)
		out_of_memory();
	if (!table->columns[++table->at].name)
		table->at = 0;
	if (!column)
		return;
	if (scols_line_set_column_data(table->line, column, text))
		out_of_memory();
	if (color != COLOR_NONE && *sequence)
		scols_cell_set_color(scols_line_get_column_cell(table->line, column),
				     sequence);
}

/**
 * table_cell() - add the next cell
 * @table: the table
 * @fmt: as of printf; ASCII
 */
void table_cell(struct table *table, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	table_cell_color(table, COLOR_NONE, text);
	free(text);
}

/**
 * table_text() - add the next cell: a text
 * @table: the table
 * @text: ASCII; empty: there is none, which a dash says
 */
void table_text(struct table *table, const char *text)
{
	table_cell_color(table, COLOR_NONE, *text ? text : "-");
}

/**
 * table_empty() - add cells without a value
 * @table: the table
 * @num: of cells
 */
void table_empty(struct table *table, unsigned int num)
{
	while (num--)
		table_text(table, "");
}

/* @width: columns, 0: as many as it takes */
static char *text_of(struct table *table, size_t width)
{
	char *text = NULL;

	scols_table_set_termforce(table->scols, width ? SCOLS_TERMFORCE_ALWAYS :
							SCOLS_TERMFORCE_NEVER);
	scols_table_set_termwidth(table->scols, width);
	if (scols_print_table_to_string(table->scols, &text))
		out_of_memory();
	return text;
}

/* columns that a terminal needs for it, when elastic columns are narrow */
static size_t least_width(const struct table *table, const char *text)
{
	size_t width = 0, slack = 0;
	size_t i;

	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xasprintf("%.*s", (int)len, text);

		if (text_columns(line) > width)
			width = text_columns(line);
		free(line);
		text += len + !!text[len];
	}
	for (i = 0; table->columns[i].name; i++) {
		struct libscols_column *column = table->scols_columns[i];

		if (column && table->columns[i].is_elastic &&
		    scols_column_get_width(column) > NARROWEST)
			slack += scols_column_get_width(column) - NARROWEST;
	}
	return width - slack;
}

/* Return: false: all columns that are left are needed */
static bool hide_one(struct table *table)
{
	size_t least = MAX_COLUMNS;
	size_t i;

	for (i = 0; table->columns[i].name; i++)
		if (table->scols_columns[i] && table->columns[i].minor &&
		    (least == MAX_COLUMNS ||
		     table->columns[i].minor < table->columns[least].minor))
			least = i;
	if (least == MAX_COLUMNS)
		return false;
	scols_column_set_flags(table->scols_columns[least], SCOLS_FL_HIDDEN);
	table->scols_columns[least] = NULL;
	return true;
}

/**
 * table_print() - print a table with its titles, and release it
 * @table: the table
 * @indent: in front of each line
 *
 * On a terminal that it is too wide for, minor columns are left out and elastic ones
 * cut, unless they were asked for.
 */
void table_print(struct table *table, const char *indent)
{
	size_t columns = names_wanted ? 0 : terminal_columns(stdout);
	char *text = text_of(table, 0);
	char *rest, *line;

	while (columns && least_width(table, text) + strlen(indent) > columns &&
	       hide_one(table)) {
		free(text);
		text = text_of(table, 0);
	}
	if (columns > strlen(indent)) {
		free(text);
		text = text_of(table, columns - strlen(indent));
	}
	for (rest = text; (line = strsep(&rest, "\n"));)
		if (*line)
			out_text("%s%s\n", indent, line);
	free(text);
	scols_unref_table(table->scols);
	free(table);
}

/**
 * tables_explain() - say what is in columns, below tables for people
 * @columns: as of table_new()
 */
void tables_explain(const struct column *columns)
{
	bool any = false;

	if (!numbers_are_human() || names_wanted || without_headings)
		return;
	for (; columns->name; columns++) {
		char *title = title_of(columns);

		if (columns->help && !columns->is_extra) {
			out_line("%s%s  %-12s  %s%s", any ? "" : "\n",
				 out_color(COLOR_DIM), title, columns->help,
				 out_color(COLOR_NONE));
			any = true;
		}
		free(title);
	}
}

/**
 * show_gpus() - print all GPUs: one below the other, or in one table if columns
 *	were chosen
 * @gpus: the GPUs
 * @columns: as of table_new()
 * @add_rows: adds one GPU to the table
 * @show: prints one GPU
 */
void show_gpus(const struct gpu_list *gpus, const struct column *columns,
	       void (*add_rows)(struct table *table, const struct gpu *gpu),
	       void (*show)(const struct gpu *gpu))
{
	struct table *table = tables_are_all() ? table_new(columns) : NULL;
	size_t i;

	for (i = 0; i < gpus->num; i++) {
		if (table) {
			add_rows(table, &gpus->gpus[i]);
			continue;
		}
		if (i)
			out_text("\n");
		show(&gpus->gpus[i]);
	}
	if (table)
		table_print(table, "");
}

static bool print_json(json_t *document, size_t flags)
{
	int err = json_dumpf(document, stdout, flags | JSON_REAL_PRECISION(6));

	out_text("\n");
	json_decref(document);
	return !err && !out_failed();
}

/**
 * json_finish() - print a document, indented, and release it
 * @document: the document
 * @code: exit code of what it is about
 *
 * Return: @code; EXIT_FAILED: that was EXIT_DONE, and it could not be printed.
 */
int json_finish(json_t *document, int code)
{
	return print_json(document, JSON_INDENT(2)) ? code : code ?: EXIT_FAILED;
}

/**
 * json_finish_line() - print a document on one line at once, and release it
 * @document: the document
 */
void json_finish_line(json_t *document)
{
	print_json(document, JSON_COMPACT);
	out_flush();
}
