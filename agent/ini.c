// SPDX-License-Identifier: GPL-2.0
/*
 * The scanner: the subset of the INI format that iniparser 4.1 and everybody
 * else read alike. What is refused, and what iniparser would make of it:
 *
 *	anything behind "[section]"	a syntax error, or part of the header
 *	':' in a section's name		the section is not enumerated
 *	a section or key twice		silently merged
 *	quotes, a second '='		taken off, or kept, depending on place
 *	'#' or ';' inside a value	starts a comment
 *	'\' at the end of a line	the next line belongs to this one
 *	more than 1000 bytes a line	an error through a global callback
 *	keys before any section		kept under a section without a name
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ini.h"
#include "ini_check.h"
#include "input.h"
#include "util.h"

#define LINE_MAX_BYTES	1000

static struct place place_of(const struct ini *ini, size_t line, size_t column)
{
	return (struct place){ &ini->source, line, column };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_comment(char c)
{
	return c == '#' || c == ';';
}

static const char *skip_blanks(const char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

static char *copy_between(const char *start, const char *end)
{
	char *copy;

	while (end > start && is_blank(end[-1]))
		end--;
	copy = xcalloc(end - start + 1, 1);
	memcpy(copy, start, end - start);
	return copy;
}

/* characters that a section's name or a key is made of */
static const char *bad_name_char(const char *start, const char *end)
{
	for (; start < end; start++)
		if (!isalnum((unsigned char)*start) &&
		    !strchr("._- \t", *start))
			return start;
	return NULL;
}

/*
 * What no line may have, comments included: the bytes that other readers take
 * as something else.
 */
static bool scan_bytes(struct ini *ini, size_t number, struct diag_list *diags)
{
	const char *line = ini->source.lines[number - 1];
	bool comment = is_comment(*skip_blanks(line));
	size_t len = strlen(line);
	struct place at;
	size_t i;

	if (len > LINE_MAX_BYTES) {
		at = place_of(ini, number, 1);
		diag_err(diags, &at,
			 "line is longer than %d bytes", LINE_MAX_BYTES);
		return false;
	}
	for (i = 0; i < len; i++) {
		unsigned char c = line[i];

		at = place_of(ini, number, i + 1);
		if (c == '\r') {
			diag_err(diags, &at, "carriage return: lines have to end with a newline only");
			return false;
		}
		if (c == 0x7f || (c < ' ' && c != '\t') ||
		    (c > 0x7f && !comment)) {
			diag_err(diags, &at,
				 "byte 0x%02x is not allowed here", c);
			return false;
		}
	}
	while (len && is_blank(line[len - 1]))
		len--;
	if (len && line[len - 1] == '\\') {
		at = place_of(ini, number, len);
		diag_err(diags, &at, "a backslash at the end of a line is not allowed");
		return false;
	}
	return true;
}

static struct ini_section *find_section(struct ini *ini, const char *name)
{
	size_t i;

	for (i = 0; i < ini->num_sections; i++)
		if (!strcasecmp(ini->sections[i].name, name))
			return &ini->sections[i];
	return NULL;
}

static void scan_section(struct ini *ini, size_t number, const char *line,
			 const char *open, struct diag_list *diags)
{
	const char *start = skip_blanks(open + 1);
	const char *end = strchr(start, ']');
	struct place at = place_of(ini, number, start - line + 1);
	struct ini_section *section, *twin;
	const char *bad;

	/*
	 * A header that is not good still begins a section, so that its keys
	 * are not taken for those of the section before.
	 */
	twin = NULL;
	ini->sections = xgrow(ini->sections, ini->num_sections,
			      sizeof(*section));
	section = &ini->sections[ini->num_sections];
	section->at = at;
	section->name = copy_between(start, end ? end : start);
	if (!end) {
		diag_err(diags, &at, "section header has no ']'");
	} else if (!*section->name) {
		diag_err(diags, &at, "section has no name");
	} else if (bad_name_char(start, end)) {
		bad = bad_name_char(start, end);
		at.column = bad - line + 1;
		diag_err(diags, &at, "'%c' is not allowed in a section's name", *bad);
		section->name[0] = '\0';
	} else if (*skip_blanks(end + 1)) {
		at.column = skip_blanks(end + 1) - line + 1;
		diag_err(diags, &at, "nothing may follow a section header; comments have a line of their own");
	} else {
		twin = find_section(ini, section->name);
	}
	ini->num_sections++;
	if (twin) {
		section->is_repeated = true;
		diag_err(diags, &at, "section [%s] is here for the second time", section->name);
		diag_notice(diags, &twin->at, "the first is here");
	}
}

/* is the value free of everything that readers disagree about? */
static bool scan_value(struct ini *ini, size_t number, const char *line,
		       const char *value, const char **end,
		       struct diag_list *diags)
{
	struct place at = place_of(ini, number, value - line + 1);
	const char *p;

	for (p = value; *p; p++) {
		at.column = p - line + 1;
		if (is_comment(*p)) {
			if (p == value || is_blank(p[-1]))
				break;
			diag_err(diags, &at, "'%c' begins a comment; put a blank before it", *p);
			return false;
		}
		if (*p == '"' || *p == '\'') {
			diag_err(diags, &at, "values are written without quotes");
			return false;
		}
		if (*p == '=') {
			diag_err(diags, &at, "a second '=' on the line");
			return false;
		}
	}
	*end = p;
	if (p == value) {
		at.column = value - line + 1;
		diag_err(diags, &at, "value is missing");
		return false;
	}
	return true;
}

static const struct ini_entry *find_twin(const struct ini *ini,
					 const char *key)
{
	size_t i;

	for (i = ini->num_entries; i-- > 0;) {
		if (ini->entries[i].section != ini->num_sections - 1)
			break;
		if (!strcasecmp(ini->entries[i].key, key))
			return &ini->entries[i];
	}
	return NULL;
}

static void scan_entry(struct ini *ini, size_t number, const char *line,
		       const char *start, struct diag_list *diags)
{
	struct place key_at = place_of(ini, number, start - line + 1);
	const char *equals = strchr(start, '=');
	const struct ini_entry *twin;
	struct ini_entry *entry;
	const char *value, *end;
	const char *bad;
	char *key;

	if (!equals || equals == start) {
		diag_err(diags, &key_at, "neither 'key = value' nor a section nor a comment");
		return;
	}
	bad = bad_name_char(start, equals);
	if (bad) {
		key_at.column = bad - line + 1;
		diag_err(diags, &key_at, "'%c' is not allowed in a key", *bad);
		return;
	}
	if (!ini->num_sections) {
		diag_err(diags, &key_at, "key stands before the first section");
		return;
	}
	value = skip_blanks(equals + 1);
	if (!scan_value(ini, number, line, value, &end, diags))
		return;

	key = copy_between(start, equals);
	twin = find_twin(ini, key);
	if (twin) {
		diag_err(diags, &key_at, "key '%s' is here for the second time", key);
		diag_notice(diags, &twin->key_at, "the first is here");
		free(key);
		return;
	}
	ini->entries = xgrow(ini->entries, ini->num_entries, sizeof(*entry));
	entry = &ini->entries[ini->num_entries++];
	entry->section = ini->num_sections - 1;
	entry->key = key;
	entry->value = copy_between(value, end);
	entry->key_at = key_at;
	entry->value_at = place_of(ini, number, value - line + 1);
}

static void scan_line(struct ini *ini, size_t number, struct diag_list *diags)
{
	const char *line = ini->source.lines[number - 1];
	const char *start = skip_blanks(line);

	if (!scan_bytes(ini, number, diags))
		return;
	if (!*start || is_comment(*start))
		return;
	if (*start == '[')
		scan_section(ini, number, line, start, diags);
	else
		scan_entry(ini, number, line, start, diags);
}

static void split_lines(struct source *source)
{
	char *copy = xstrdup(source->text);
	char *line, *end;

	/* the first line owns the copy, see ini_free() */
	for (line = copy; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		source->lines = xgrow(source->lines, source->num_lines,
				      sizeof(*source->lines));
		source->lines[source->num_lines++] = line;
	}
}

/**
 * ini_parse() - scan a file that is in memory, and let iniparser confirm it
 * @ini: @source.path, .text, .size and .order are set, the rest is zero
 * @diags: every error of the file
 *
 * After errors, @ini has what could be understood, so that the caller can find
 * further errors.
 *
 * Return: 0, whatever is in it; a negative errno when iniparser could not read
 * it for want of memory or descriptors.
 */
int ini_parse(struct ini *ini, struct diag_list *diags)
{
	size_t errors = diags->errors;
	struct place whole = { &ini->source, 0, 0 };
	size_t number;

	if (strlen(ini->source.text) != ini->source.size) {
		diag_err(diags, &whole, "file has a zero byte: not a text file");
		return 0;
	}
	split_lines(&ini->source);
	for (number = 1; number <= ini->source.num_lines; number++)
		scan_line(ini, number, diags);
	return diags->errors == errors ? ini_check_agreement(ini, diags) : 0;
}

/**
 * ini_load() - read a file from disk, or standard input
 * @ini: all zero but for @source.order
 * @path: "-" is standard input, where @demands has INPUT_STREAM
 * @demands: INPUT_*
 * @diags: why it could not be read, and every error in it
 *
 * Return: 0 when the file could be read, whatever is in it; a negative errno
 * when not, as of input_read().
 */
int ini_load(struct ini *ini, const char *path, u32 demands,
	     struct diag_list *diags)
{
	bool is_stdin = !strcmp(path, "-") && demands & INPUT_STREAM;
	struct place whole = { &ini->source, 0, 0 };
	char *why;
	int err;

	ini->source.path = xstrdup(is_stdin ? "<stdin>" : path);
	err = input_read(path, demands, INI_FILE_MAX, &ini->source.text,
			 &ini->source.size, &why);
	if (!err)
		return ini_parse(ini, diags);
	diag_err(diags, &whole, "%s", why);
	free(why);
	return err;
}

/**
 * ini_free() - release everything
 * @ini: places inside it must not be used any more
 */
void ini_free(struct ini *ini)
{
	size_t i;

	for (i = 0; i < ini->num_sections; i++)
		free(ini->sections[i].name);
	for (i = 0; i < ini->num_entries; i++) {
		free(ini->entries[i].key);
		free(ini->entries[i].value);
	}
	free(ini->sections);
	free(ini->entries);
	if (ini->source.num_lines)
		free(ini->source.lines[0]);
	free(ini->source.lines);
	free(ini->source.text);
	free(ini->source.path);
	*ini = (struct ini){};
}
