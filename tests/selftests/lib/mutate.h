/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink messages that are changed, attribute by attribute.
 */
#ifndef SELFTEST_MUTATE_H
#define SELFTEST_MUTATE_H

#include "nl.h"

void mutate(struct nl_request *req, const struct nl_request *other,
	    unsigned int *seed);

#endif /* SELFTEST_MUTATE_H */
