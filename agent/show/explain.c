// SPDX-License-Identifier: GPL-2.0
/*
 * The page is part of the program. An entry of it is a message in a line of its own, and
 * below it, indented, the reason and what to do:
 *
 *	``there is no VF %u: the GPU has %u VFs, counted from 0``
 *	   *no-such-vf.* The last VF's number is one less than ``sriov_totalvfs``.
 */
#include <stdlib.h>
#include <string.h>

#include "show/explain.h"
#include "show/output.h"

#define INDENT	"   "

/* the Makefile says where the page is; it is not looked for when the program runs */
asm(".pushsection .rodata\n"
	"explain_page:\n"
	"\t.incbin \"" TROUBLESHOOTING_RST "\"\n"
	"\t.byte 0\n"
	".popsection\n");
extern const char explain_page[];

/* of the page; Return: behind its end */
static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + !!*line;
}

static bool is_blank(const char *line)
{
	return *line == '\n';
}

static bool is_indented(const char *line)
{
	return !strncmp(line, INDENT, strlen(INDENT));
}

static const char *end_of_entry(const char *body)
{
	while (*body && (is_blank(body) || is_indented(body)))
		body = next_line(body);
	return body;
}

/* Return: what follows "*reason.*"; NULL: the entry is about another one */
static const char *skip_reason(const char *body, const char *reason)
{
	const char *at = body + strspn(body, " ");
	size_t len = strlen(reason);

	if (*at != '*' || strncmp(at + 1, reason, len) ||
	    strncmp(at + 1 + len, ".*", 2))
		return NULL;
	return at + len + strlen("*.*");
}

/* a figure or a name: "%llu", "%#x" */
static const char *skip_format(const char *at)
{
	at += strspn(at, "%#0123456789l");
	if (!strncmp(at, "pe", 2))
		return at + 2;
	return at + !!*at;
}

/* without marks, and with "..." for what a message has in place of a format */
static void add_plain(char **text, const char *separator, const char *from,
		      const char *end)
{
	char *plain = NULL, *to;
	const char *at = from;

	plain = xcalloc(1, 3 * (end - from) + 1);
	for (to = plain; at < end; at++) {
		if (!strncmp(at, ":doc:", strlen(":doc:"))) {
			at += strlen(":doc:") - 1;
		} else if (*at == '%') {
			to = stpcpy(to, "...");
			at = skip_format(at) - 1;
		} else if (*at != '`' && *at != '*') {
			*to++ = *at;
		}
	}
	append_text(text, separator, "%s", plain);
	free(plain);
}

/* frees it */
static void print_paragraph(char **text)
{
	if (*text)
		out_wrapped("    ", "    ", *text);
	free(*text);
	*text = NULL;
}

/* a paragraph that ends with two colons has lines below it that stay as they are */
static void print_body(const char *body, const char *end)
{
	bool is_literal = false;
	char *text = NULL;

	for (; body < end; body = next_line(body)) {
		const char *from = body + strspn(body, " ");
		const char *to = body + strcspn(body, "\n");

		if (is_blank(body)) {
			is_literal = text && strlen(text) >= 2 &&
				     !strcmp(text + strlen(text) - 2, "::");
			print_paragraph(&text);
		} else if (is_literal && from > body + strlen(INDENT)) {
			out_text("        %.*s\n", (int)(to - from), from);
		} else {
			add_plain(&text, " ", from, to);
		}
	}
	print_paragraph(&text);
}

/**
 * explain() - print what an error means, and what to do
 * @reason: as the netlink spec calls it
 *
 * Return: false: the page says nothing of it.
 */
bool explain(const char *reason)
{
	const char *line, *body, *text;
	bool any = false;

	for (line = explain_page; *line; line = body) {
		char *message = NULL;

		body = next_line(line);
		text = skip_reason(body, reason);
		if (strncmp(line, "``", 2) || !text)
			continue;
		add_plain(&message, "", line, body - 1);
		if (any)
			out_text("\n");
		out_text("%s", out_color(COLOR_HEAD));
		out_wrapped("", "", message);
		out_text("%s", out_color(COLOR_NONE));
		free(message);
		print_body(text, end_of_entry(body));
		any = true;
	}
	return any;
}
