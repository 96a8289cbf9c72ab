/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C30: in which state the GPU is where apply was killed, and what the next start of the
 * agent may say of it and do about it.
 *
 * For selftests and for unit tests: no harness is used here.
 */
#ifndef SELFTEST_RECOVERY_H
#define SELFTEST_RECOVERY_H

#include <stdbool.h>
#include <string.h>

/* as before the apply that was killed, as it was to be, or anything in between */
enum found { FOUND_OLD, FOUND_NEW, FOUND_BETWEEN };

static inline enum found find_picture(const char *now, const char *old,
				      const char *new)
{
	if (!strcmp(now, old))
		return FOUND_OLD;
	return strcmp(now, new) ? FOUND_BETWEEN : FOUND_NEW;
}

/*
 * Return: whether what the next start @said is what there is: @has_intent: a record of the
 * change was there; @dead: where the GPU was then; @ended: where it is now
 */
static inline bool is_recovered(const char *said, bool has_intent,
				enum found dead, enum found ended)
{
	if (!has_intent)
		return !strstr(said, "interrupted") && ended == dead &&
		       dead != FOUND_BETWEEN;
	if (strstr(said, "interrupted apply: nothing was changed"))
		return ended == FOUND_OLD && dead == FOUND_OLD;
	if (strstr(said, "interrupted apply: the change was complete"))
		return ended == FOUND_NEW && dead == FOUND_NEW;
	return strstr(said, "interrupted apply: change completed") &&
	       ended == FOUND_NEW;
}

#endif /* SELFTEST_RECOVERY_H */
