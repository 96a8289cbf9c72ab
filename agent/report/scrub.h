/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Taking names of machines, tenants and people out of texts.
 */
#ifndef AGENT_REPORT_SCRUB_H
#define AGENT_REPORT_SCRUB_H

#include <jansson.h>

#include "base/types.h"

/* what a placeholder is named after */
enum secret_kind {
	SECRET_HOST,
	SECRET_VM,
	SECRET_LABEL,
	SECRET_PROCESS,
	SECRET_UUID,
	SECRET_SERIAL,
	SECRET_MAC,
	NUM_SECRET_KINDS,
};

/**
 * struct secret - a text that is taken out
 * @text: the text
 * @placeholder: what is there instead
 */
struct secret {
	char *text;
	char *placeholder;
};

/**
 * struct scrub - what is taken out, the same everywhere
 * @secrets: all that are known
 * @num: entries of @secrets
 * @of_kind: by enum secret_kind, how many there are
 */
struct scrub {
	struct secret *secrets;
	size_t num;
	unsigned int of_kind[NUM_SECRET_KINDS];
};

const char *scrub_add(struct scrub *scrub, enum secret_kind kind,
		      const char *text);
char *scrub_text(struct scrub *scrub, const char *text);
void scrub_json(struct scrub *scrub, json_t *value);
void scrub_free(struct scrub *scrub);

#endif /* AGENT_REPORT_SCRUB_H */
