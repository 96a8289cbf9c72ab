/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tar files (ustar) of a few texts.
 */
#ifndef AGENT_BASE_TAR_H
#define AGENT_BASE_TAR_H

#include <stddef.h>

#include "base/types.h"

/* of a member; longer ones would need a prefix */
#define TAR_NAME_MAX	100

/**
 * struct tar_member - a file in a tar file
 * @name: its path there
 * @text: its content
 * @size: bytes of @text
 */
struct tar_member {
	char name[TAR_NAME_MAX + 1];
	char *text;
	size_t size;
};

/**
 * struct tar - a tar file in memory
 * @members: in their order
 * @num: entries of @members
 */
struct tar {
	struct tar_member *members;
	size_t num;
};

void tar_add(struct tar *tar, const char *name, char *text);
int tar_write(const struct tar *tar, const char *path, u64 time_s);
void tar_free(struct tar *tar);

#endif /* AGENT_BASE_TAR_H */
