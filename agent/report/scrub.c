// SPDX-License-Identifier: GPL-2.0
/*
 * Secrets are texts that were found where names are (labels, processes, the machine),
 * and what has the form of one: UUIDs, MAC addresses, what follows "comm:" or "serial".
 * Each gets a placeholder, the same wherever it is, so that a reader can still see that
 * two things have one name.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/ability.h"
#include "report/scrub.h"

/* shorter ones are taken out as whole words only: they are part of too much */
#define SHORT		4

static const char *const kinds[] = {
	[SECRET_HOST] = "host",
	[SECRET_VM] = "vm",
	[SECRET_LABEL] = "label",
	[SECRET_PROCESS] = "process",
	[SECRET_UUID] = "uuid",
	[SECRET_SERIAL] = "serial",
	[SECRET_MAC] = "mac",
};

/* a report would be of no use without these, and they are nothing of a site's */
static bool is_public(const char *text)
{
	static const char *const words[] = {
		"vfio", "vfio-pci", "none", "default", "gpu", "pci", "pci-pf-stub",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(text, words[i]))
			return true;
	return abilities_by_name(text) || !text[strspn(text, "0123456789")];
}

static const struct secret *find(const struct scrub *scrub, const char *text)
{
	size_t i;

	for (i = 0; i < scrub->num; i++)
		if (!strcmp(scrub->secrets[i].text, text))
			return &scrub->secrets[i];
	return NULL;
}

/**
 * scrub_add() - take a text out from now on
 * @scrub: all secrets
 * @kind: what it is
 * @text: the text
 *
 * Return: what is there instead: @text itself where it is empty, a number, or the name
 * of a driver.
 */
const char *scrub_add(struct scrub *scrub, enum secret_kind kind,
		      const char *text)
{
	const struct secret *known = find(scrub, text);
	struct secret *secret;

	if (known)
		return known->placeholder;
	if (is_public(text))
		return text;
	scrub->secrets = xgrow(scrub->secrets, scrub->num,
			       sizeof(*scrub->secrets));
	secret = &scrub->secrets[scrub->num++];
	secret->text = xstrdup(text);
	secret->placeholder = xasprintf("<%s-%u>", kinds[kind],
					++scrub->of_kind[kind]);
	return secret->placeholder;
}

static bool is_of_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* the longest one that is at a place; @start: of the whole text */
static const struct secret *secret_at(const struct scrub *scrub,
				      const char *start, const char *at)
{
	const struct secret *best = NULL;
	size_t i, len, best_len = 0;

	for (i = 0; i < scrub->num; i++) {
		const struct secret *secret = &scrub->secrets[i];

		len = strlen(secret->text);
		if (len <= best_len || strncasecmp(at, secret->text, len))
			continue;
		if (len < SHORT && ((at > start && is_of_word(at[-1])) ||
				    is_of_word(at[len])))
			continue;
		best = secret;
		best_len = len;
	}
	return best;
}

/* @form: x is a hexadecimal digit, all else itself */
static bool has_form(const char *text, const char *form)
{
	for (; *form; form++, text++)
		if (*form == 'x' ? !isxdigit((unsigned char)*text) :
				   *form != *text)
			return false;
	return !isxdigit((unsigned char)*text);
}

static const char *skip(const char *text, const char *chars)
{
	return text + strspn(text, chars);
}

/**
 * struct clue - a word, and the kind of text that follows it
 * @word: the word
 * @ends: what the text ends in front of
 * @kind: of the text
 * @is_of: whether that is what the word is about; NULL: it always is
 */
struct clue {
	const char *word;
	const char *ends;
	enum secret_kind kind;
	bool (*is_of)(const char *text, const char *end);
};

/* "serial console" has none */
static bool has_digit(const char *text, const char *end)
{
	return text + strcspn(text, "0123456789") < end;
}

/* "task qemu:1234 blocked" */
static bool is_numbered(const char *text, const char *end)
{
	return *end == ':' && isdigit((unsigned char)end[1]);
}

static const struct clue clues[] = {
	{ "Comm: ", "\n", SECRET_PROCESS, NULL },
	{ "comm: ", " ,;\n", SECRET_PROCESS, NULL },
	{ "comm=", " ,;\n", SECRET_PROCESS, NULL },
	{ "task ", " :\n", SECRET_PROCESS, is_numbered },
	{ "serial", " ,;)\n", SECRET_SERIAL, has_digit },
	{ "Serial", " ,;)\n", SECRET_SERIAL, has_digit },
	{ "S/N", " ,;)\n", SECRET_SERIAL, has_digit },
};

/* the name of a process may have blanks: "Comm: CPU 0/KVM Not tainted" */
static const char *end_of(const struct clue *clue, const char *at)
{
	static const char *const behind[] = { " Not tainted", " Tainted" };
	const char *end = at + strcspn(at, clue->ends);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(behind); i++) {
		const char *this = strstr(at, behind[i]);

		if (this && this < end)
			end = this;
	}
	return end;
}

static void add_piece(struct scrub *scrub, enum secret_kind kind,
		      const char *begin, const char *end)
{
	char *text = xasprintf("%.*s", (int)(end - begin), begin);

	scrub_add(scrub, kind, text);
	free(text);
}

/* @at: begins a word */
static void follow(struct scrub *scrub, const struct clue *clue, const char *at)
{
	const char *end;

	if (strncmp(at, clue->word, strlen(clue->word)))
		return;
	at += strlen(clue->word);
	if (clue->kind == SECRET_SERIAL &&
	    !strncasecmp(skip(at, " "), "number", strlen("number")))
		at = skip(at, " ") + strlen("number");
	at = skip(at, " :=#\"");
	end = end_of(clue, at);
	while (end > at && end[-1] == '"')
		end--;
	if (!clue->is_of || clue->is_of(at, end))
		add_piece(scrub, clue->kind, at, end);
}

/* "process 77 (qemu)", and "qemu[77]: " in front of a message of the kernel */
static void find_process(struct scrub *scrub, const char *text, const char *at)
{
	const char *number, *end;

	if (!strncmp(at, "process ", strlen("process "))) {
		number = at + strlen("process ");
		end = skip(number, "0123456789");
		if (end > number && !strncmp(end, " (", 2))
			add_piece(scrub, SECRET_PROCESS, end + 2,
				  end + 2 + strcspn(end + 2, ")\n"));
	}
	if (at > text && at[-1] != '\n' &&
	    (at < text + 2 || strncmp(at - 2, "] ", 2)))
		return;
	end = at + strcspn(at, " [\n");
	number = skip(end + (*end == '['), "0123456789");
	if (*end == '[' && number > end + 1 && !strncmp(number, "]:", 2))
		add_piece(scrub, SECRET_PROCESS, at, end);
}

static void find_forms(struct scrub *scrub, const char *text)
{
	static const char uuid[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	static const char mac[] = "xx:xx:xx:xx:xx:xx";
	const char *at;
	size_t i;

	for (at = text; *at; at++) {
		if (at > text && is_of_word(at[-1]))
			continue;
		if (has_form(at, uuid))
			add_piece(scrub, SECRET_UUID, at, at + strlen(uuid));
		else if (has_form(at, mac))
			add_piece(scrub, SECRET_MAC, at, at + strlen(mac));
		for (i = 0; i < ARRAY_SIZE(clues); i++)
			follow(scrub, &clues[i], at);
		find_process(scrub, text, at);
	}
}

/**
 * scrub_text() - take secrets out of a text
 * @scrub: gets those that the text has in a known form
 * @text: the text
 *
 * Return: to be freed.
 */
char *scrub_text(struct scrub *scrub, const char *text)
{
	const struct secret *secret;
	char *clean = NULL;
	const char *at;
	size_t size;
	FILE *f;

	find_forms(scrub, text);
	f = open_memstream(&clean, &size);
	if (!f)
		out_of_memory();
	for (at = text; *at; at++) {
		secret = secret_at(scrub, text, at);
		if (secret) {
			fputs(secret->placeholder, f);
			at += strlen(secret->text) - 1;
		} else {
			fputc(*at, f);
		}
	}
	if (fclose(f))
		out_of_memory();
	return clean;
}

/* @key: of a value in an object; Return: what is there instead, NULL: it stays */
static json_t *clean_value(struct scrub *scrub, const char *key, json_t *value)
{
	json_t *new;
	char *text;

	/* what a guest says of itself */
	if (!strcmp(key, "guest_claims"))
		return json_null();
	if (!json_is_string(value))
		return NULL;
	if (!strcmp(key, "profile") || !strcmp(key, "label"))
		return json_string(scrub_add(scrub, SECRET_LABEL,
					     json_string_value(value)));
	text = scrub_text(scrub, json_string_value(value));
	new = json_string(text);
	free(text);
	return new;
}

/**
 * scrub_json() - take secrets out of a document, and what guests say
 * @scrub: gets labels, and what scrub_text() finds
 * @value: an object or an array; keys stay as they are
 */
void scrub_json(struct scrub *scrub, json_t *value)
{
	json_t *inner, *new;
	const char *key;
	size_t i;

	json_object_foreach(value, key, inner) {
		new = clean_value(scrub, key, inner);
		if (new)
			json_object_set_new(value, key, new);
		else
			scrub_json(scrub, inner);
	}
	json_array_foreach(value, i, inner) {
		new = clean_value(scrub, "", inner);
		if (new)
			json_array_set_new(value, i, new);
		else
			scrub_json(scrub, inner);
	}
}

/**
 * scrub_free() - release all secrets
 * @scrub: is empty afterwards
 */
void scrub_free(struct scrub *scrub)
{
	size_t i;

	for (i = 0; i < scrub->num; i++) {
		free(scrub->secrets[i].text);
		free(scrub->secrets[i].placeholder);
	}
	free(scrub->secrets);
	*scrub = (struct scrub){};
}
