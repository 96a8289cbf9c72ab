// SPDX-License-Identifier: GPL-2.0
/*
 * The scanner: the subset of the INI format that iniparser 4.1 and other
 * parsers read alike. What is refused, and what iniparser would make of it:
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

#include "base/input.h"
#include "base/name_set.h"
#include "base/util.h"
#include "config/ini.h"
#include "config/ini_value.h"

#define LINE_MAX_BYTES	1000

/* what stands where only ASCII may, by what has to be written instead */
enum foreign {
	FOREIGN_INVISIBLE,
	FOREIGN_SPACE,
	FOREIGN_MICRO,
	FOREIGN_DASH,
	FOREIGN_QUOTE,
	FOREIGN_LETTER,
	FOREIGN_BYTE,
	NUM_FOREIGN
};

/**
 * struct scan - scanning one file
 * @ini: the file
 * @diags: gets every error
 * @sections: names of @ini's sections
 * @keys: keys of the last section
 * @crlf: where the first line ends with CR LF; line 0: none does
 * @num_crlf: how many lines do
 * @foreign: for each kind of character where the first stands; line 0: nowhere
 * @code: what that one is
 * @num_foreign: how many lines have one of its kind
 */
struct scan {
	struct ini *ini;
	struct diag_list *diags;
	struct names sections;
	struct names keys;
	struct source_loc crlf;
	size_t num_crlf;
	struct source_loc foreign[NUM_FOREIGN];
	u32 code[NUM_FOREIGN];
	size_t num_foreign[NUM_FOREIGN];
};

static struct source_loc place_of(const struct ini *ini, size_t line,
				  size_t column)
{
	return (struct source_loc){ &ini->source, line, column };
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

/* what the last section lacks may be in a line that could not be read */
static void note_damage(struct ini *ini)
{
	if (ini->num_sections)
		ini->sections[ini->num_sections - 1].is_damaged = true;
	else
		ini->is_damaged = true;
}

/* Return: bytes of a character in UTF-8, 0: it is none */
static size_t decode_utf8(const char *text, u32 *code)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc2 ? 2 : 0;
	size_t i;

	if (!len || *p > 0xf4)
		return 0;
	*code = *p & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	return len;
}

static enum foreign kind_of(u32 code)
{
	if (code == 0x00ad || (code >= 0x200b && code <= 0x200f) ||
	    code == 0x2060 || code == 0xfeff)
		return FOREIGN_INVISIBLE;
	if (code == 0x00a0 || (code >= 0x2000 && code <= 0x200a) ||
	    code == 0x202f || code == 0x3000)
		return FOREIGN_SPACE;
	if (code == 0x00b5 || code == 0x03bc)
		return FOREIGN_MICRO;
	if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212)
		return FOREIGN_DASH;
	if ((code >= 0x2018 && code <= 0x201f) || code == 0x00ab ||
	    code == 0x00bb)
		return FOREIGN_QUOTE;
	return FOREIGN_LETTER;
}

/* one message for each kind: the same mistake stands in many lines */
static void note_foreign(struct scan *scan, size_t number, size_t at)
{
	const char *text = scan->ini->source.lines[number - 1] + at;
	enum foreign kind;
	u32 code;

	if (decode_utf8(text, &code)) {
		kind = kind_of(code);
	} else {
		kind = FOREIGN_BYTE;
		code = (unsigned char)*text;
	}
	if (!scan->num_foreign[kind]++) {
		scan->foreign[kind] = place_of(scan->ini, number, at + 1);
		scan->code[kind] = code;
	}
}

static void tell_foreign(const struct scan *scan)
{
	static const char *const fixes[] = {
		[FOREIGN_INVISIBLE] = "it is invisible, delete it",
		[FOREIGN_SPACE] = "write an ordinary blank",
		[FOREIGN_MICRO] = "write us for microseconds",
		[FOREIGN_DASH] = "write '-'",
		[FOREIGN_QUOTE] = "values are written without quotes",
		[FOREIGN_LETTER] =
			"names, values and units are ASCII, as in MiB or ms",
		[FOREIGN_BYTE] =
			"names, values and units are ASCII, as in MiB or ms",
	};
	unsigned int i;

	for (i = 0; i < NUM_FOREIGN; i++) {
		size_t more = scan->num_foreign[i] - 1;
		char others[64] = "";

		if (!scan->num_foreign[i])
			continue;
		if (more)
			snprintf(others, sizeof(others),
				 " (and one like it in %zu more line%s)", more,
				 plural(more));
		diag_err(scan->diags, &scan->foreign[i], REASON_BAD_SYNTAX,
			 "%s%0*X is not allowed here%s: %s",
			 i == FOREIGN_BYTE ? "byte 0x" : "character U+",
			 i == FOREIGN_BYTE ? 2 : 4, scan->code[i], others,
			 fixes[i]);
	}
}

static void tell_crlf(const struct scan *scan)
{
	if (scan->num_crlf)
		diag_err(scan->diags, &scan->crlf, REASON_BAD_SYNTAX,
			 "%zu line%s with CR LF instead of LF: sed -i 's/\\r$//' FILE",
			 scan->num_crlf, scan->num_crlf == 1 ? " ends" :
			 "s end");
}

/*
 * What no line may have, comments included: the bytes that other readers take
 * as something else.
 */
static bool scan_bytes(struct scan *scan, size_t number)
{
	const char *line = scan->ini->source.lines[number - 1];
	bool comment = is_comment(*skip_blanks(line));
	size_t len = strlen(line);
	struct source_loc at = place_of(scan->ini, number, 1);
	size_t i;

	if (len > LINE_MAX_BYTES) {
		diag_err(scan->diags, &at, REASON_BAD_SYNTAX,
			 "line is longer than %d bytes",
			 LINE_MAX_BYTES);
		return false;
	}
	for (i = 0; i < len; i++) {
		unsigned char c = line[i];

		at.column = i + 1;
		if (c == '\r') {
			diag_err(scan->diags, &at, REASON_BAD_SYNTAX,
				 "carriage return: lines have to end with a newline only");
			return false;
		}
		if (c == 0x7f || (c < ' ' && c != '\t')) {
			diag_err(scan->diags, &at, REASON_BAD_SYNTAX,
				 "byte 0x%02x is not allowed here", c);
			return false;
		}
		if (c > 0x7f && !comment) {
			note_foreign(scan, number, i);
			return false;
		}
	}
	while (len && is_blank(line[len - 1]))
		len--;
	if (len && line[len - 1] == '\\') {
		at.column = len;
		diag_err(scan->diags, &at, REASON_BAD_SYNTAX,
			 "a backslash at the end of a line is not allowed");
		return false;
	}
	return true;
}

/*
 * A header that cannot be read still begins a section, so that its keys are not
 * taken for those of the section before.
 */
static struct ini_section *begin_section(struct scan *scan,
					 const struct source_loc *at, char *name)
{
	struct ini *ini = scan->ini;
	struct ini_section *section;

	names_free(&scan->keys);
	ini->sections = xgrow(ini->sections, ini->num_sections,
			      sizeof(*section));
	section = &ini->sections[ini->num_sections++];
	section->at = *at;
	section->name = name;
	section->first_entry = ini->num_entries;
	return section;
}

static void begin_unreadable_section(struct scan *scan,
				     const struct source_loc *at)
{
	begin_section(scan, at, xstrdup(""))->is_damaged = true;
	scan->ini->is_damaged = true;
}

static void scan_section(struct scan *scan, size_t number, const char *line,
			 const char *open)
{
	const char *start = skip_blanks(open + 1);
	const char *end = strchr(start, ']');
	struct source_loc at = place_of(scan->ini, number, start - line + 1);
	struct diag_list *diags = scan->diags;
	struct ini_section *section;
	const char *bad;
	size_t twin;

	if (!end) {
		diag_err(diags, &at, REASON_BAD_SYNTAX,
			 "section header has no ']'");
	} else if (skip_blanks(start) == end) {
		diag_err(diags, &at, REASON_BAD_SYNTAX, "section has no name");
	} else if (bad_name_char(start, end)) {
		bad = bad_name_char(start, end);
		at.column = bad - line + 1;
		diag_err(diags, &at, REASON_BAD_SYNTAX,
			 "'%c' is not allowed in a section's name", *bad);
	} else if (*skip_blanks(end + 1)) {
		at.column = skip_blanks(end + 1) - line + 1;
		diag_err(diags, &at, REASON_BAD_SYNTAX,
			 "nothing may follow a section header; comments have a line of their own");
	} else {
		section = begin_section(scan, &at, copy_between(start, end));
		twin = names_add(&scan->sections, section->name,
				 scan->ini->num_sections - 1);
		if (twin == NO_NAME)
			return;
		section->is_repeated = true;
		diag_err(diags, &at, REASON_BAD_SYNTAX,
			 "duplicate section [%s]", section->name);
		diag_note(diags, &scan->ini->sections[twin].at,
			  "first defined here");
		return;
	}
	begin_unreadable_section(scan, &at);
}

/* is the value free of everything that readers disagree about? */
static bool scan_value(struct ini *ini, size_t number, const char *line,
		       const char *value, struct diag_list *diags)
{
	struct source_loc at = place_of(ini, number, value - line + 1);
	const char *p;

	for (p = value; *p; p++) {
		at.column = p - line + 1;
		if (is_comment(*p)) {
			if (p == value || is_blank(p[-1]))
				break;
			diag_err(diags, &at, REASON_BAD_SYNTAX,
				 "'%c' begins a comment; put a blank before it", *p);
			return false;
		}
		if (*p == '"' || *p == '\'') {
			diag_err(diags, &at, REASON_BAD_SYNTAX,
				 "values are written without quotes");
			return false;
		}
		if (*p == '=') {
			diag_err(diags, &at, REASON_BAD_SYNTAX,
				 "a second '=' on the line");
			return false;
		}
	}
	if (p == value) {
		at.column = value - line + 1;
		diag_err(diags, &at, REASON_BAD_SYNTAX, "value is missing");
		return false;
	}
	return true;
}

/* Return: false when the line cannot be read */
static bool scan_entry(struct scan *scan, size_t number, const char *line,
		       const char *start)
{
	struct source_loc key_at = place_of(scan->ini, number, start - line + 1);
	const char *equals = strchr(start, '=');
	struct diag_list *diags = scan->diags;
	struct ini *ini = scan->ini;
	struct ini_entry *entry;
	const char *value, *bad;
	size_t twin;
	char *key;

	if (!equals && start[strcspn(start, " \t:")] == ':') {
		key_at.column += strcspn(start, ":");
		diag_err(diags, &key_at, REASON_BAD_SYNTAX,
			 "write '=' between key and value, not ':'");
		return false;
	}
	if (!equals || equals == start) {
		diag_err(diags, &key_at, REASON_BAD_SYNTAX,
			 "neither 'key = value' nor a section nor a comment");
		return false;
	}
	bad = bad_name_char(start, equals);
	if (bad) {
		key_at.column = bad - line + 1;
		diag_err(diags, &key_at, REASON_BAD_SYNTAX,
			 "'%c' is not allowed in a key", *bad);
		return false;
	}
	if (!ini->num_sections) {
		diag_err(diags, &key_at, REASON_BAD_SYNTAX,
			 "key stands before the first section");
		return false;
	}
	value = skip_blanks(equals + 1);
	if (!scan_value(ini, number, line, value, diags))
		return false;

	key = copy_between(start, equals);
	twin = names_add(&scan->keys, key, ini->num_entries);
	if (twin != NO_NAME) {
		diag_err(diags, &key_at, REASON_BAD_SYNTAX,
			 "duplicate key '%s'", key);
		diag_note(diags, &ini->entries[twin].key_at,
			  "first defined here");
		free(key);
		return true;
	}
	ini->entries = xgrow(ini->entries, ini->num_entries, sizeof(*entry));
	entry = &ini->entries[ini->num_entries++];
	ini->sections[ini->num_sections - 1].num_entries++;
	entry->section = ini->num_sections - 1;
	entry->key = key;
	entry->value = NULL;
	entry->key_at = key_at;
	entry->value_at = place_of(ini, number, value - line + 1);
	return true;
}

/* a line that has something that no line may have: what was it meant to be? */
static void scan_unreadable_line(struct scan *scan, size_t number,
				 const char *line)
{
	const char *start = line;
	struct source_loc at;

	while (is_blank(*start) || (unsigned char)*start > 0x7f)
		start++;
	at = place_of(scan->ini, number, start - line + 1);
	if (*start == '[')
		begin_unreadable_section(scan, &at);
	else
		note_damage(scan->ini);
}

static void scan_line(struct scan *scan, size_t number)
{
	char *line = scan->ini->source.lines[number - 1];
	const char *start = skip_blanks(line);
	size_t len = strlen(line);

	if (len && line[len - 1] == '\r') {
		line[len - 1] = '\0';
		if (!scan->num_crlf++)
			scan->crlf = place_of(scan->ini, number, len);
	}
	if (!scan_bytes(scan, number))
		scan_unreadable_line(scan, number, line);
	else if (*start == '[')
		scan_section(scan, number, line, start);
	else if (*start && !is_comment(*start) &&
		 !scan_entry(scan, number, line, start))
		note_damage(scan->ini);
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

/* what a text file cannot have; the mark of UTF-32 begins as that of UTF-16 does */
static const char *wrong_as_a_whole(const struct source *source)
{
	static const struct {
		char mark[5];
		size_t len;
		const char *why;
	} marks[] = {
		{ "\xff\xfe\0\0", 4, "is UTF-32, must be UTF-8: iconv -f UTF-32 -t UTF-8" },
		{ "\0\0\xfe\xff", 4, "is UTF-32, must be UTF-8: iconv -f UTF-32 -t UTF-8" },
		{ "\xff\xfe", 2, "is UTF-16, must be UTF-8: iconv -f UTF-16 -t UTF-8" },
		{ "\xfe\xff", 2, "is UTF-16, must be UTF-8: iconv -f UTF-16 -t UTF-8" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (source->size >= marks[i].len &&
		    !memcmp(source->text, marks[i].mark, marks[i].len))
			return marks[i].why;
	if (strlen(source->text) != source->size)
		return "file has a zero byte: not a text file";
	if (strchr(source->text, '\r') && !strchr(source->text, '\n'))
		return "lines end with CR instead of LF: sed -i 's/\\r/\\n/g' FILE";
	return NULL;
}

static bool drop_byte_order_mark(char *line)
{
	if (strncmp(line, "\xef\xbb\xbf", 3))
		return false;
	memmove(line, line + 3, strlen(line + 3) + 1);
	return true;
}

/**
 * ini_parse() - scan a file that is in memory, and let iniparser read its values
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
	struct scan scan = { .ini = ini, .diags = diags };
	struct source_loc whole = { &ini->source, 0, 0 };
	const char *wrong = wrong_as_a_whole(&ini->source);
	size_t number;

	if (wrong) {
		diag_err(diags, &whole, REASON_BAD_SYNTAX, "%s", wrong);
		ini->is_damaged = true;
		return 0;
	}
	split_lines(&ini->source);
	if (drop_byte_order_mark(ini->source.lines[0]))
		diag_err(diags, &whole, REASON_BAD_SYNTAX,
			 "begins with a byte order mark: save it as UTF-8 without one, or sed -i '1s/^\\xef\\xbb\\xbf//' FILE");
	for (number = 1; number <= ini->source.num_lines; number++)
		scan_line(&scan, number);
	tell_crlf(&scan);
	tell_foreign(&scan);
	names_free(&scan.sections);
	names_free(&scan.keys);
	return ini_read_values(ini, diags);
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
	struct source_loc whole = { &ini->source, 0, 0 };
	char *why;
	int err;

	ini->source.path = xstrdup(is_stdin ? "<stdin>" : path);
	err = input_read(path, demands, INI_FILE_MAX, &ini->source.text,
			 &ini->source.size, &why);
	if (!err)
		return ini_parse(ini, diags);
	diag_err(diags, &whole, NO_REASON, "%s", why);
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
