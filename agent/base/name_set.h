/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of names, without regard to case.
 */
#ifndef AGENT_BASE_NAME_SET_H
#define AGENT_BASE_NAME_SET_H

#include "base/types.h"

#define NO_NAME		SIZE_MAX

/**
 * struct names - where each name was seen first
 * @root: of a tree of the C library; NULL: empty
 */
struct names {
	void *root;
};

size_t names_add(struct names *names, const char *name, size_t index);
size_t names_find(const struct names *names, const char *name);
void names_free(struct names *names);

#endif /* AGENT_BASE_NAME_SET_H */
