// SPDX-License-Identifier: GPL-2.0
/*
 * Families of GPUs, from a file that can be corrected without a new program. Where
 * there is none, or a bad one, the copy in the program is used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "config/ini.h"
#include "doctor/families.h"

#define FAMILY		"family "
#define MAX_RANGES	64

/* the Makefile says where the file is; it is not looked for when the program runs */
asm(".pushsection .rodata\n"
	".globl families_text, families_text_end\n"
	"families_text:\n"
	"\t.incbin \"" FAMILIES_INI "\"\n"
	"families_text_end:\n"
	".popsection\n");
extern const char families_text[], families_text_end[];

/**
 * families_builtin() - the program's own list
 * @size: result, bytes of it
 *
 * Return: its text, without a zero byte at the end.
 */
const char *families_builtin(size_t *size)
{
	*size = families_text_end - families_text;
	return families_text;
}

/* where a value of a section is kept */
struct member {
	const char *key;
	size_t at;
	bool is_needed;
};

#define MEMBER(type, key, needed)	{ #key, offsetof(struct type, key), needed }

static const struct member head_members[] = {
	MEMBER(families, date, true), MEMBER(families, cards, true),
	MEMBER(families, makers, false), { }
};

static const struct member family_members[] = {
	MEMBER(family, name, true), MEMBER(family, licence, true),
	MEMBER(family, how, true), MEMBER(family, source, true),
	MEMBER(family, makers, false), MEMBER(family, vfs, false),
	MEMBER(family, since, false), { }
};

static char **value_at(const struct member *member, void *object)
{
	return (char **)((char *)object + member->at);
}

static bool parse_hex(const char **text, u32 *value)
{
	char *end;

	*value = strtoul(*text, &end, 16);
	/* no sign, no 0x */
	if (end - *text != 4)
		return false;
	*text = end;
	return true;
}

/* "9a40, 9a49-9a59"; false: malformed */
static bool parse_ranges(struct family *family, const char *text)
{
	struct id_range *range;

	for (;;) {
		family->ranges = xgrow(family->ranges, family->num_ranges,
				       sizeof(*family->ranges));
		range = &family->ranges[family->num_ranges++];
		if (!parse_hex(&text, &range->first))
			return false;
		range->last = range->first;
		if (*text == '-' && (text++, !parse_hex(&text, &range->last)))
			return false;
		if (range->last < range->first || !*text)
			return range->last >= range->first;
		if (strncmp(text, ", ", 2) || family->num_ranges == MAX_RANGES)
			return false;
		text += 2;
	}
}

static bool overlap(const struct family *a, const struct family *b)
{
	size_t i, k;

	if (a->vendor != b->vendor)
		return false;
	for (i = 0; i < a->num_ranges; i++)
		for (k = 0; k < b->num_ranges; k++)
			if (a->ranges[i].first <= b->ranges[k].last &&
			    b->ranges[k].first <= a->ranges[i].last)
				return true;
	return false;
}

/* Return: what is wrong with an entry, NULL: nothing */
static const char *take_entry(const struct ini_entry *entry,
			      const struct member *members, void *object,
			      struct family *family)
{
	const char *text = entry->value;

	for (; members->key; members++) {
		if (strcmp(members->key, entry->key))
			continue;
		*value_at(members, object) = xstrdup(entry->value);
		return *entry->value ? NULL : "has no value";
	}
	if (family && !strcmp(entry->key, "vendor"))
		return parse_hex(&text, &family->vendor) && !*text ? NULL :
		       "is not a PCI vendor, as in 8086";
	if (family && !strcmp(entry->key, "devices"))
		return parse_ranges(family, text) ? NULL :
		       "is not a list of PCI devices, as in 9a40, 9a49-9a59";
	return "is not a key of this section";
}

/* Return: what is wrong with a section, to be freed; NULL: nothing */
static char *take_section(const struct ini *ini,
			  const struct ini_section *section,
			  const struct member *members, void *object,
			  struct family *family)
{
	size_t i;

	for (i = 0; i < section->num_entries; i++) {
		const struct ini_entry *entry =
			&ini->entries[section->first_entry + i];
		const char *wrong = take_entry(entry, members, object, family);

		if (wrong)
			return xasprintf("line %u: '%s' %s",
					 entry->key_at.line, entry->key, wrong);
	}
	for (; members->key; members++)
		if (members->is_needed && !*value_at(members, object))
			return xasprintf("line %u: [%s] has no '%s'",
					 section->at.line, section->name,
					 members->key);
	if (family && (!family->vendor || !family->num_ranges))
		return xasprintf("line %u: [%s] has no '%s'", section->at.line,
				 section->name, family->vendor ? "devices" :
				 "vendor");
	return NULL;
}

static char *take_family(struct families *families, const struct ini *ini,
			 const struct ini_section *section)
{
	struct family *family;
	char *wrong;
	size_t i;

	families->all = xgrow(families->all, families->num,
			      sizeof(*families->all));
	family = &families->all[families->num++];
	*family = (struct family){
		.id = xstrdup(section->name + strlen(FAMILY)),
	};
	wrong = take_section(ini, section, family_members, family, family);
	for (i = 0; !wrong && i + 1 < families->num; i++)
		if (overlap(&families->all[i], family))
			wrong = xasprintf("line %u: [%s] has devices of [" FAMILY "%s]",
					  section->at.line, section->name,
					  families->all[i].id);
	return wrong;
}

static char *take_sections(struct families *families, const struct ini *ini)
{
	char *wrong = NULL;
	size_t i;

	for (i = 0; i < ini->num_sections && !wrong; i++) {
		const struct ini_section *section = &ini->sections[i];

		if (!strcmp(section->name, "families"))
			wrong = take_section(ini, section, head_members,
					     families, NULL);
		else if (!strncmp(section->name, FAMILY, strlen(FAMILY)))
			wrong = take_family(families, ini, section);
		else
			wrong = xasprintf("line %u: [%s] is neither [families] nor [" FAMILY "NAME]",
					  section->at.line, section->name);
	}
	if (!wrong && !families->date)
		wrong = xstrdup("has no section [families]");
	return wrong;
}

/**
 * families_parse() - read a list
 * @families: all zero; to be freed with families_free() also after errors
 * @path: where it is from, for messages
 * @text: the list, with a zero byte behind it; is freed
 * @size: bytes of @text
 *
 * Return: the first error, to be freed; NULL: there is none.
 */
char *families_parse(struct families *families, const char *path, char *text,
		     size_t size)
{
	struct ini ini = {
		.source = { .path = xstrdup(path), .text = text, .size = size },
	};
	struct diag_list diags = {};
	char *wrong = NULL;
	int err;

	err = ini_parse(&ini, &diags);
	if (diags.errors)
		wrong = xasprintf("line %u: %s", diags.diags[0].at.line,
				  diags.diags[0].message);
	else if (err)
		wrong = xasprintf("%s", strerror(-err));
	else
		wrong = take_sections(families, &ini);
	diag_free(&diags);
	ini_free(&ini);
	return wrong;
}

static void use_builtin(struct families *families)
{
	size_t size;
	const char *builtin = families_builtin(&size);
	char *text = xcalloc(size + 1, 1);
	char *wrong;

	memcpy(text, builtin, size);
	wrong = families_parse(families, "gpu-families.ini", text, size);
	/* a program whose tests were not run */
	if (wrong) {
		pr_err("gpu-families.ini in this program: %s", wrong);
		abort();
	}
}

/**
 * families_load() - read the list of this system, or the program's own
 * @families: all zero; to be freed with families_free()
 *
 * A bad file is reported, and the program's own list used.
 */
void families_load(struct families *families)
{
	static const char *const dirs[] = { "usr/local", "usr" };
	char *text, *path, *wrong;
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		text = root_read(&size, "%s/" FAMILIES_FILE, dirs[i]);
		if (!text)
			continue;
		path = xasprintf("/%s/" FAMILIES_FILE, dirs[i]);
		wrong = families_parse(families, path, text, size);
		if (!wrong) {
			families->file = path;
			return;
		}
		pr_warning("%s: %s; using the list of families in this program",
			   path, wrong);
		free(wrong);
		free(path);
		families_free(families);
		break;
	}
	use_builtin(families);
}

static void free_members(const struct member *members, void *object)
{
	for (; members->key; members++)
		free(*value_at(members, object));
}

/**
 * families_free() - release everything
 * @families: is empty afterwards
 */
void families_free(struct families *families)
{
	size_t i;

	for (i = 0; i < families->num; i++) {
		free_members(family_members, &families->all[i]);
		free(families->all[i].ranges);
		free(families->all[i].id);
	}
	free_members(head_members, families);
	free(families->all);
	free(families->file);
	*families = (struct families){};
}

/**
 * family_of() - the family of a GPU
 * @families: the list
 * @vendor: PCI vendor
 * @device: PCI device
 *
 * Return: the family, NULL: it is in none.
 */
const struct family *family_of(const struct families *families, u32 vendor,
			       u32 device)
{
	const struct family one = {
		.vendor = vendor,
		.ranges = &(struct id_range){ device, device },
		.num_ranges = 1,
	};
	size_t i;

	for (i = 0; i < families->num; i++)
		if (overlap(&families->all[i], &one))
			return &families->all[i];
	return NULL;
}

/* is it in "xe, pci-pf-stub"? */
static bool is_listed(const char *list, const char *driver)
{
	size_t len = strlen(driver);

	for (; list && len; list = strstr(list, ", "), list += list ? 2 : 0)
		if (!strncmp(list, driver, len) &&
		    (!list[len] || list[len] == ','))
			return true;
	return false;
}

/**
 * families_make_vfs() - does a driver make VFs, as far as is known?
 * @families: the list
 * @family: of the GPU, may be NULL
 * @driver: bound to the GPU, may be empty
 *
 * Return: false also where it has to be seen, and not known.
 */
bool families_make_vfs(const struct families *families,
		       const struct family *family, const char *driver)
{
	return (family && is_listed(family->makers, driver)) ||
	       is_listed(families->makers, driver);
}
