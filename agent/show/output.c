// SPDX-License-Identifier: GPL-2.0
/*
 * Colors, numbers and tables.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/color.h"
#include "base/fold.h"
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
 * print_wrapped() - a text in lines of handy length, on stdout
 * @first: in front of the first line; empty: as much as @next is there already
 * @next: in front of the others
 * @text: the text; ASCII
 */
void print_wrapped(const char *first, const char *next, const char *text)
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
#define GAP	2

/* what a column that can be made narrower keeps, at least */
#define NARROWEST	12

/* where a cell was cut */
#define CUT		"..."

struct column {
	const char *title;
	enum align align;
	size_t width;
	unsigned int minor;
	bool is_elastic;
	bool is_hidden;
};

struct cell {
	char *text;
	enum color color;
};

struct table {
	struct column *columns;
	size_t num_columns;
	struct cell *cells;
	size_t num_cells;
};

/**
 * table_new() - begin a table
 *
 * Return: a table without columns; table_print() releases it.
 */
struct table *table_new(void)
{
	return xcalloc(1, sizeof(struct table));
}

/**
 * table_column() - add a column; all columns come before the first cell
 * @table: the table
 * @title: kept by reference
 * @align: of the cells and the title
 */
void table_column(struct table *table, const char *title, enum align align)
{
	struct column *column;

	table->columns = xgrow(table->columns, table->num_columns,
			       sizeof(*column));
	column = &table->columns[table->num_columns++];
	column->title = title;
	column->align = align;
	column->width = strlen(title);
}

/**
 * table_minor() - the newest column may be left out
 * @table: the table
 * @rank: more than 0; of several, the lowest goes first
 *
 * It is, on a terminal that the whole table is too wide for.
 */
void table_minor(struct table *table, unsigned int rank)
{
	table->columns[table->num_columns - 1].minor = rank;
}

/**
 * table_elastic() - cells of the newest column may be cut
 * @table: the table
 *
 * They are, on a terminal that the table is too wide for otherwise.
 */
void table_elastic(struct table *table)
{
	table->columns[table->num_columns - 1].is_elastic = true;
}

static struct cell *add_cell(struct table *table, char *text)
{
	struct column *column;
	struct cell *cell;

	table->cells = xgrow(table->cells, table->num_cells, sizeof(*cell));
	cell = &table->cells[table->num_cells];
	cell->text = text;
	column = &table->columns[table->num_cells % table->num_columns];
	if (strlen(text) > column->width)
		column->width = strlen(text);
	table->num_cells++;
	return cell;
}

/**
 * table_cell() - add the next cell, row by row
 * @table: the table
 * @fmt: as of printf; ASCII
 */
void table_cell(struct table *table, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = xstrdup("");
	va_end(args);
	add_cell(table, text);
}

/**
 * table_cell_color() - add the next cell, in a color
 * @table: the table
 * @color: of the text
 * @text: ASCII
 */
void table_cell_color(struct table *table, enum color color, const char *text)
{
	add_cell(table, xstrdup(text))->color = color;
}

static void print_text(FILE *f, const struct column *column, const char *text)
{
	if (strlen(text) <= column->width)
		fputs(text, f);
	else
		fprintf(f, "%.*s" CUT, (int)(column->width - strlen(CUT)),
			text);
}

static void print_cell(FILE *f, const struct column *column, const char *text,
		       enum color color, bool last)
{
	int pad = column->width > strlen(text) ?
		  column->width - strlen(text) : 0;

	if (column->is_hidden)
		return;
	if (column->align == ALIGN_RIGHT)
		fprintf(f, "%*s", pad, "");
	fputs(color == COLOR_NONE ? "" : color_of(f, color), f);
	print_text(f, column, text);
	fputs(color == COLOR_NONE ? "" : color_of(f, COLOR_NONE), f);
	if (column->align == ALIGN_LEFT && !last)
		fprintf(f, "%*s", pad, "");
	if (last)
		fputc('\n', f);
	else
		fprintf(f, "%*s", GAP, "");
}

static size_t width_of(const struct table *table, const char *indent)
{
	size_t width = strlen(indent);
	size_t i;

	for (i = 0; i < table->num_columns; i++)
		if (!table->columns[i].is_hidden)
			width += table->columns[i].width + GAP;
	return width - GAP;
}

static size_t least_width(const struct column *column)
{
	size_t least = strlen(column->title);

	if (least < NARROWEST)
		least = NARROWEST;
	return column->is_elastic && column->width > least ? least :
							     column->width;
}

/* by how much the table can be made narrower with the columns that it has */
static size_t slack_of(const struct table *table)
{
	size_t slack = 0;
	size_t i;

	for (i = 0; i < table->num_columns; i++)
		if (!table->columns[i].is_hidden)
			slack += table->columns[i].width -
				 least_width(&table->columns[i]);
	return slack;
}

/* NULL: all that are left are needed */
static struct column *least_needed(const struct table *table)
{
	struct column *least = NULL;
	size_t i;

	for (i = 0; i < table->num_columns; i++) {
		struct column *column = &table->columns[i];

		if (column->minor && !column->is_hidden &&
		    (!least || column->minor < least->minor))
			least = column;
	}
	return least;
}

/* NULL: none can be made narrower */
static struct column *widest_elastic(const struct table *table)
{
	struct column *widest = NULL;
	size_t i;

	for (i = 0; i < table->num_columns; i++) {
		struct column *column = &table->columns[i];

		if (!column->is_hidden && column->width > least_width(column) &&
		    (!widest || column->width > widest->width))
			widest = column;
	}
	return widest;
}

static void make_it_fit(struct table *table, FILE *f, const char *indent)
{
	unsigned int columns = terminal_columns(f);
	struct column *column;

	if (!columns)
		return;
	while (width_of(table, indent) > columns + slack_of(table) &&
	       (column = least_needed(table)))
		column->is_hidden = true;
	while (width_of(table, indent) > columns &&
	       (column = widest_elastic(table)))
		column->width--;
}

/**
 * table_print() - print a table with its titles, and release it
 * @table: the table
 * @f: where to
 * @indent: in front of each line
 */
void table_print(struct table *table, FILE *f, const char *indent)
{
	size_t n = table->num_columns;
	size_t last = 0;
	size_t i;

	make_it_fit(table, f, indent);
	for (i = 0; i < n; i++)
		if (!table->columns[i].is_hidden)
			last = i;
	fputs(indent, f);
	for (i = 0; i < n; i++)
		print_cell(f, &table->columns[i], table->columns[i].title,
			   COLOR_DIM, i == last);
	for (i = 0; i < table->num_cells; i++) {
		struct cell *cell = &table->cells[i];

		if (!(i % n))
			fputs(indent, f);
		print_cell(f, &table->columns[i % n], cell->text, cell->color,
			   i % n == last);
	}
	table_free(table);
}

/**
 * table_free() - release a table without printing it
 * @table: the table
 */
void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->num_cells; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table->columns);
	free(table);
}
