/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers with units, read strictly and written so that they can be read again.
 */
#ifndef AGENT_BASE_UNITS_H
#define AGENT_BASE_UNITS_H

#include "base/types.h"

/* room for any number that format_*() writes */
#define UNIT_TEXT	32

const char *parse_size(const char *text, u64 *bytes);
const char *parse_time(const char *text, u32 *us);
const char *parse_number(const char *text, u32 max, u32 *value);
const char *check_name(const char *name);
/* as format_size() and format_time() */
typedef const char *format_fn(char *text, u64 value, const char *gap);

const char *format_size(char *text, u64 bytes, const char *gap);
const char *format_time(char *text, u64 us, const char *gap);

#endif /* AGENT_BASE_UNITS_H */
