/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that is there or ends the program, strings that are safe to print,
 * and the one voice for messages.
 */
#ifndef AGENT_BASE_UTIL_H
#define AGENT_BASE_UTIL_H

#include <stdarg.h>

#include "base/types.h"

#define PROGRAM		"gpuvf-agent"

#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define __aligned(n)	__attribute__((aligned(n)))

_Noreturn void out_of_memory(void);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
void *xgrow(void *array, size_t n, size_t size);
char *xstrdup(const char *s);
char *xvasprintf(const char *fmt, va_list args) __printf(1, 0);
void append_text(char **text, const char *separator, const char *fmt, ...)
	__printf(3, 4);
char *xasprintf(const char *fmt, ...) __printf(1, 2);
void copy_string(char *to, size_t size, const char *from);
char *escape(const char *text);
char *printable(const char *text);

/* how urgent a message is */
enum pr_level {
	PR_ERROR,
	PR_WARNING,
	PR_INFO,
};

void pr_to_journal(void);
const char *pr_priority(enum pr_level level);
void pr_message(enum pr_level level, const char *fmt, ...) __printf(2, 3);
const char *nearest(const char *word, const char *const *known, size_t n);
bool parse_bdf(const char *text, char *bdf, size_t size);

/* what went wrong */
#define pr_err(...)	pr_message(PR_ERROR, __VA_ARGS__)
/* what is no failure */
#define pr_warning(...)	pr_message(PR_WARNING, __VA_ARGS__)

/** plural() - the end of a noun behind a number */
static inline const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

#endif /* AGENT_BASE_UTIL_H */
