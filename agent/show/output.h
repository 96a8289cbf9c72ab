/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that goes to standard output: lines, tables, JSON, and how colors and numbers
 * look in them. Messages are those of base/util.h and config/diag.h.
 */
#ifndef AGENT_SHOW_OUTPUT_H
#define AGENT_SHOW_OUTPUT_H

#include <stdio.h>
#include <sys/types.h>

#include <jansson.h>

#include "base/color.h"
#include "base/units.h"
#include "base/util.h"
#include "model/gpu.h"

/* how numbers are written in tables */
enum number_style {
	NUMBERS_AUTO,	/* for people on a terminal, else plain */
	NUMBERS_HUMAN,
	NUMBERS_PLAIN,
};

extern enum number_style number_style;

bool numbers_are_human(void);
const char *show_size(char *text, u64 bytes);
const char *show_time(char *text, u64 us);

void out_text(const char *fmt, ...) __printf(1, 2);
void out_line(const char *fmt, ...) __printf(1, 2);
void out_wrapped(const char *first, const char *next, const char *text);
void out_print(void (*print)(FILE *f, const void *data), const void *data);
int out_file(const char *path, mode_t mode,
	     void (*print)(FILE *f, const void *data), const void *data);
const char *out_color(enum color color);
unsigned int out_columns(void);
bool out_flush(void);
bool out_failed(void);

#define MAX_COLUMNS	16

/**
 * struct column - a column of a table
 * @name: for --columns; its title for programs
 * @unit: of numbers for programs, behind the title; NULL: has none
 * @human: title for people, NULL: @name, with blanks
 * @help: what is in it, NULL: that is plain
 * @minor: more than 0: may be left out where the table is too wide; of several,
 *	the lowest goes first
 * @is_text: begins at the left
 * @is_elastic: cells may be cut where the table is too wide
 * @is_extra: is there only when it is asked for
 */
struct column {
	const char *name;
	const char *unit;
	const char *human;
	const char *help;
	unsigned int minor;
	bool is_text;
	bool is_elastic;
	bool is_extra;
};

struct table;

int tables_choose(const struct column *columns, const char *names, bool no_headings);
bool tables_are_all(void);
void tables_explain(const struct column *columns);
void show_gpus(const struct gpu_list *gpus, const struct column *columns,
	       void (*add_rows)(struct table *table, const struct gpu *gpu),
	       void (*show)(const struct gpu *gpu));
struct table *table_new(const struct column *columns);
void table_cell(struct table *table, const char *fmt, ...) __printf(2, 3);
void table_text(struct table *table, const char *text);
void table_empty(struct table *table, unsigned int num);
void table_cell_color(struct table *table, enum color color, const char *text);
void table_print(struct table *table, const char *indent);

/* JSON objects carry this; it changes when a reader would have to */
#define JSON_SCHEMA_VERSION	2

json_t *json_document(void);
json_t *json_of_gpus(const struct gpu_list *gpus,
		     json_t *(*of)(const struct gpu *gpu));
void json_put_u64(json_t *object, const char *key, u64 value);
void json_put_u64_if(json_t *object, const char *key, bool known, u64 value);
void json_put_text(json_t *object, const char *key, const char *text);
json_t *json_of_gpu(const struct gpu *gpu);
json_t *json_of_extents(const struct gpu *gpu);
json_t *json_of_stats(const struct gpu *gpu, u32 index);
json_t *json_of_vf(const struct gpu *gpu, u32 index);
void json_put_user(json_t *object, const struct vf_user *user);
int json_finish(json_t *document, int code);
void json_finish_line(json_t *document);

#endif /* AGENT_SHOW_OUTPUT_H */
