// SPDX-License-Identifier: GPL-2.0
/*
 * What the checks share: writing down what they found, and reading lists of words.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "doctor/doctor.h"

/* names of machines and words of command lines may have any bytes */
static void __printf(2, 0) set(char **to, const char *fmt, va_list args)
{
	char *text = xvasprintf(fmt, args);

	free(*to);
	*to = escape(text);
	free(text);
}

/**
 * found() - what a check found
 * @finding: of the check
 * @state: how it came out
 * @fmt: as of printf; no full stop
 */
void found(struct finding *finding, enum finding_state state,
	   const char *fmt, ...)
{
	va_list args;

	finding->state = state;
	va_start(args, fmt);
	set(&finding->found, fmt, args);
	va_end(args);
}

/**
 * fix() - what to do about what a check found
 * @finding: of the check
 * @fmt: as of printf; no full stop
 */
void fix(struct finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(&finding->fix, fmt, args);
	va_end(args);
}

/* the next word of a text, NULL at the end */
static const char *next_word(const char *text, size_t *len)
{
	text += strspn(text, " \t\n");
	*len = strcspn(text, " \t\n");
	return *len ? text : NULL;
}

/**
 * has_word() - is there this word in a text?
 * @text: words with blanks between them, may be NULL
 * @word: the word
 *
 * Return: whether it is there.
 */
bool has_word(const char *text, const char *word)
{
	size_t len;

	for (text = next_word(text ?: "", &len); text;
	     text = next_word(text + len, &len))
		if (len == strlen(word) && !strncmp(text, word, len))
			return true;
	return false;
}

/**
 * word_of() - the last word of a text that begins as wanted
 * @text: words with blanks between them, may be NULL
 * @prefix: as in "iommu="
 * @word: result, the whole word
 * @size: bytes of @word
 *
 * Return: whether there is one.
 */
bool word_of(const char *text, const char *prefix, char *word, size_t size)
{
	size_t len;

	word[0] = '\0';
	for (text = next_word(text ?: "", &len); text;
	     text = next_word(text + len, &len))
		if (!strncmp(text, prefix, strlen(prefix)))
			copy_string(word, len + 1 < size ? len + 1 : size,
				    text);
	return *word;
}

/**
 * kernel_has() - was the running kernel built with an option?
 * @doctor: the doctor
 * @option: its name with '=' behind it
 *
 * Return: false also when it cannot be seen.
 */
bool kernel_has(const struct doctor *doctor, const char *option)
{
	char word[NAME_SIZE];

	return word_of(doctor->config, option, word, sizeof(word)) &&
	       word[strlen(option)] != 'n';
}

/* depmod's lists have paths, in which '-' and '_' are the same */
static bool is_file_of(const char *file, size_t len, const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (i >= len || (file[i] == '-' ? '_' : file[i]) !=
		    (name[i] == '-' ? '_' : name[i]))
			return false;
	return len - i >= 3 && !strncmp(file + i, ".ko", 3) &&
	       (len - i == 3 || file[i + 3] == '.');
}

/**
 * module_file() - where a module is installed
 * @deps: a list of depmod, may be NULL
 * @name: of the module
 * @path: result, as the list has it
 * @size: bytes of @path
 *
 * Return: @path, NULL when the list does not have the module.
 */
const char *module_file(const char *deps, const char *name, char *path,
			size_t size)
{
	const char *line;

	for (line = deps; line && *line; line = strchr(line, '\n'),
	     line += !!line) {
		size_t len = strcspn(line, ":\n");
		const char *file = line + len;

		while (file > line && file[-1] != '/')
			file--;
		if (!is_file_of(file, line + len - file, name))
			continue;
		copy_string(path, len + 1 < size ? len + 1 : size, line);
		return path;
	}
	return NULL;
}
