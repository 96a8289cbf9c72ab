// SPDX-License-Identifier: GPL-2.0
/*
 * Lines that fit a terminal. Where there is none, a line stays one line: scripts
 * and journals take it apart by lines.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/fold.h"

/* of a terminal that does not say */
#define USUAL_COLUMNS	80

/**
 * terminal_columns() - how wide is a terminal?
 * @f: what is printed to
 *
 * Return: columns; 0: it is no terminal.
 */
unsigned int terminal_columns(FILE *f)
{
	struct winsize screen;

	if (!isatty(fileno(f)))
		return 0;
	if (ioctl(fileno(f), TIOCGWINSZ, &screen) || !screen.ws_col)
		return USUAL_COLUMNS;
	return screen.ws_col;
}

/* bytes of an escape sequence that sets a color, 0: there is none */
static size_t color_len(const char *text)
{
	return strncmp(text, "\033[", 2) ? 0 : strcspn(text, "m") + 1;
}

/* of the first bytes of a text */
static unsigned int columns_of(const char *text, size_t len)
{
	unsigned int columns = 0;
	const char *end = text + len;

	while (text < end) {
		mbstate_t state = {};
		size_t n = color_len(text);
		wchar_t c;
		int width;

		if (n) {
			text += n;
			continue;
		}
		n = mbrtowc(&c, text, end - text, &state);
		if (n == (size_t)-1 || n == (size_t)-2 || !n) {
			n = 1;
			width = 1;
		} else {
			width = wcwidth(c);
		}
		columns += width < 0 ? 1 : width;
		text += n;
	}
	return columns;
}

/**
 * text_columns() - how many columns does a terminal need for a text?
 * @text: of printable characters and color_of()
 *
 * Return: columns.
 */
unsigned int text_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

/**
 * fold_text() - print text in lines of a width, without a newline at its end
 * @f: where to
 * @width: columns of a line; 0: all of it is one line
 * @column: columns of the first line that are taken already
 * @next: in front of all lines but the first
 * @text: words with blanks between them; those in front stay
 *
 * A word that is longer than a line stays in one piece.
 */
void fold_text(FILE *f, unsigned int width, unsigned int column,
	       const char *next, const char *text)
{
	bool begun = false;

	while (*text) {
		size_t gap = strspn(text, " ");
		size_t len = strcspn(text + gap, " ");
		unsigned int columns = columns_of(text + gap, len);

		if (width && begun && len && column + gap + columns > width) {
			fprintf(f, "\n%s", next);
			column = strlen(next);
			text += gap;
			gap = 0;
		}
		fwrite(text, 1, gap + len, f);
		column += gap + columns;
		begun |= len;
		text += gap + len;
	}
}

/**
 * print_folded() - print a line, in several where it does not fit a terminal
 * @f: where to
 * @fmt: as of printf, without the newline; printable characters and color_of()
 *
 * Where memory is short, it is one line.
 */
void print_folded(FILE *f, const char *fmt, ...)
{
	unsigned int columns = terminal_columns(f);
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (columns && vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (text) {
		/* some terminals begin a line when the last column is written */
		fold_text(f, columns - 1, 0, FOLD_INDENT, text);
		free(text);
	} else {
		va_start(args, fmt);
		vfprintf(f, fmt, args);
		va_end(args);
	}
	fputc('\n', f);
}
