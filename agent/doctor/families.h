/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Families of GPUs that can have VFs: what is known of them, beside what is seen.
 */
#ifndef AGENT_DOCTOR_FAMILIES_H
#define AGENT_DOCTOR_FAMILIES_H

#include "base/types.h"

/* below /usr/local and /usr */
#define FAMILIES_FILE	"share/gpuvf/gpu-families.ini"

/**
 * struct id_range - PCI devices of one family
 * @first: the lowest
 * @last: the highest, may be @first
 */
struct id_range {
	u32 first;
	u32 last;
};

/**
 * struct family - GPUs that are alike for this purpose
 * @id: of the section
 * @vendor: PCI vendor
 * @ranges: PCI devices
 * @num_ranges: entries of @ranges
 * @name: for people
 * @makers: drivers that make VFs of it, with ", " between them; NULL: only those
 *	that can be recognized by their files
 * @vfs: how many, as text; NULL: not known
 * @licence: what it needs, "none": none
 * @since: first release that makes VFs of it; NULL: not known
 * @how: what to do where no maker has it
 * @source: URLs
 */
struct family {
	char *id;
	u32 vendor;
	struct id_range *ranges;
	size_t num_ranges;
	char *name;
	char *makers;
	char *vfs;
	char *licence;
	char *since;
	char *how;
	char *source;
};

/**
 * struct families - the list
 * @file: where it is from, NULL: the program's own
 * @date: when it was last held against its sources
 * @makers: drivers that make VFs of whatever GPU of theirs has SR-IOV; may be NULL
 * @cards: what to buy
 * @all: the families
 * @num: entries of @all
 */
struct families {
	char *file;
	char *date;
	char *makers;
	char *cards;
	struct family *all;
	size_t num;
};

void families_load(struct families *families);
char *families_parse(struct families *families, const char *path, char *text,
		     size_t size);
void families_free(struct families *families);
const struct family *family_of(const struct families *families, u32 vendor,
			       u32 device);
bool families_make_vfs(const struct families *families,
		       const struct family *family, const char *driver);
const char *families_builtin(size_t *size);

#endif /* AGENT_DOCTOR_FAMILIES_H */
