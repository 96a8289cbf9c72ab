// SPDX-License-Identifier: GPL-2.0
/*
 * Small helpers without a subject of their own.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "base/exit_code.h"
#include "base/fold.h"
#include "base/progress.h"
#include "base/util.h"

/* words longer than this are not compared with the known ones */
#define WORD_MAX	32

/** out_of_memory() - report it, and end the program */
void out_of_memory(void)
{
	fputs(PROGRAM ": out of memory\n", stderr);
	exit(exit_code_of_early_end());
}

/**
 * xcalloc() - zeroed memory, or the end of the program
 * @n: number of objects
 * @size: bytes of each
 *
 * Return: never NULL.
 */
void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

/**
 * xrealloc() - memory of another size, or the end of the program
 * @p: the memory, NULL: none
 * @size: bytes, not 0
 *
 * Return: never NULL.
 */
void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		out_of_memory();
	return p;
}

/**
 * xgrow() - make room for one more object in an array
 * @array: the array, NULL when it is empty
 * @n: objects it holds
 * @size: bytes of each
 *
 * Grows by doubling; the new object is zeroed. All growth of an array has to
 * go through this function, one object at a time.
 *
 * Return: the array, perhaps elsewhere; never NULL.
 */
void *xgrow(void *array, size_t n, size_t size)
{
	/* full exactly when n is 0 or a power of two */
	if (!(n & (n - 1))) {
		array = reallocarray(array, n ? 2 * n : 1, size);
		if (!array)
			out_of_memory();
	}
	memset((char *)array + n * size, 0, size);
	return array;
}

/**
 * xstrdup() - a copy of a string, or the end of the program
 * @s: the string
 *
 * Return: to be freed; never NULL.
 */
char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		out_of_memory();
	return copy;
}

/**
 * xvasprintf() - as xasprintf()
 * @fmt: as of vprintf
 * @args: as of vprintf
 *
 * Return: to be freed; never NULL.
 */
char *xvasprintf(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		out_of_memory();
	return text;
}

/**
 * xasprintf() - print into new memory, or end the program
 * @fmt: as of printf
 *
 * Return: to be freed; never NULL.
 */
char *xasprintf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	return text;
}

/**
 * append_text() - make a text longer
 * @text: the text, to be freed; NULL: an empty one
 * @separator: in front of what is added, unless the text is empty
 * @fmt: as of printf: what comes behind it
 */
void append_text(char **text, const char *separator, const char *fmt, ...)
{
	bool is_first = !*text || !**text;
	char *longer, *more;
	va_list args;

	va_start(args, fmt);
	more = xvasprintf(fmt, args);
	va_end(args);
	longer = xasprintf("%s%s%s", *text ?: "", is_first ? "" : separator,
			   more);
	free(more);
	free(*text);
	*text = longer;
}

/**
 * copy_string() - copy into a buffer of a fixed size, cut if it is too long
 * @to: the buffer
 * @size: its size, not 0
 * @from: the string
 */
void copy_string(char *to, size_t size, const char *from)
{
	size_t len = strnlen(from, size - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

/**
 * escape() - a copy of foreign text that is safe to send to a terminal
 * @text: a line of a file, the name of a process, ...
 *
 * Tabs become blanks; every other byte that is not printable ASCII, a '?'. One
 * byte stays one column, so that a caret below still points at the right place.
 *
 * Return: to be freed; never NULL.
 */
char *escape(const char *text)
{
	char *copy = xstrdup(text);
	char *p;

	for (p = copy; *p; p++) {
		if (*p == '\t')
			*p = ' ';
		else if (*p < ' ' || *p > '~')
			*p = '?';
	}
	return copy;
}

/**
 * printable() - a copy of text that a terminal shows and does not obey
 * @text: with names of files, sections, ... in it
 *
 * Tabs become blanks; control characters, and bytes that are no character in the
 * user's locale, a '?'.
 *
 * Return: to be freed; never NULL.
 */
char *printable(const char *text)
{
	char *copy = xstrdup(text);
	char *p = copy;

	while (*p) {
		mbstate_t state = {};
		wchar_t c;
		size_t len = mbrtowc(&c, p, strlen(p), &state);

		if (len != (size_t)-1 && len != (size_t)-2 && len &&
		    iswprint(c)) {
			p += len;
			continue;
		}
		*p = *p == '\t' ? ' ' : '?';
		p++;
	}
	return copy;
}

/* standard error is the journal, which knows the name of the program */
static bool to_journal;

/**
 * pr_to_journal() - give messages a priority, if they go to the journal
 */
void pr_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	to_journal = stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
		     !fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
		     st.st_ino == ino;
}

/**
 * pr_priority() - what the journal wants in front of a message
 * @level: PR_*
 *
 * Return: a constant string, empty when messages do not go there.
 */
const char *pr_priority(enum pr_level level)
{
	static const char *const priorities[] = {
		[PR_ERROR] = "<3>", [PR_WARNING] = "<4>", [PR_INFO] = "<6>",
	};

	return to_journal ? priorities[level] : "";
}

/**
 * pr_message() - a message to the user: on stderr, with the program's name
 * @level: PR_*
 * @fmt: as of printf, without the newline
 */
void pr_message(enum pr_level level, const char *fmt, ...)
{
	int error = errno;
	char *text, *safe;
	va_list args;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	safe = printable(text);
	progress_hide();
	print_folded(stderr, "%s%s", to_journal ? pr_priority(level) :
		     PROGRAM ": ", safe);
	free(safe);
	free(text);
	/* what was reported may be what the caller returns */
	errno = error;
}

/* Levenshtein distance, without regard to case */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1];
	size_t len = strlen(b);
	size_t i, j;

	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= len; j++) {
			size_t best = diagonal;

			if (tolower(a[i - 1]) != tolower(b[j - 1]))
				best++;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[len];
}

/**
 * nearest() - the known word that was probably meant
 * @word: what was written
 * @known: the words there are
 * @n: their number
 *
 * Return: one of @known, NULL when none is near enough to be worth a guess.
 */
const char *nearest(const char *word, const char *const *known, size_t n)
{
	size_t len = strlen(word);
	const char *best = NULL;
	/* of a short word, most of it has to be right */
	size_t limit = len < 6 ? (len + 2) / 3 : len / 3 + 1;
	size_t i;

	if (len > WORD_MAX)
		return NULL;
	for (i = 0; i < n; i++) {
		size_t d;

		if (strlen(known[i]) > WORD_MAX)
			continue;
		d = distance(word, known[i]);
		if (d <= limit && d < strlen(known[i])) {
			best = known[i];
			limit = d ? d - 1 : 0;
			if (!d)
				break;
		}
	}
	return best;
}

static bool hex_field(const char **text, unsigned int digits, u32 *value)
{
	unsigned int i;

	*value = 0;
	for (i = 0; i < digits; i++, (*text)++) {
		if (!isxdigit((unsigned char)**text))
			return false;
		*value *= 16;
		*value += isdigit((unsigned char)**text) ?
			  **text - '0' : tolower(**text) - 'a' + 10;
	}
	return true;
}

/**
 * parse_bdf() - a PCI address in its full and canonical form
 * @text: as in 0000:41:00.0, or 41:00.0 for domain 0
 * @bdf: result, in lower case
 * @size: bytes of @bdf, at least 16
 *
 * Return: false when @text is no PCI address.
 */
bool parse_bdf(const char *text, char *bdf, size_t size)
{
	u32 domain = 0, bus, slot, fn;
	const char *p = text;

	if (strlen(text) > 7 &&
	    (!hex_field(&p, 4, &domain) || *p++ != ':'))
		return false;
	if (!hex_field(&p, 2, &bus) || *p++ != ':' ||
	    !hex_field(&p, 2, &slot) || slot > 31 || *p++ != '.' ||
	    !hex_field(&p, 1, &fn) || fn > 7 || *p)
		return false;
	snprintf(bdf, size, "%04x:%02x:%02x.%x", domain, bus, slot, fn);
	return true;
}
