// SPDX-License-Identifier: GPL-2.0
/*
 * explain: what the reason of an error means.
 */
#include <stdlib.h>
#include <string.h>

#include "model/failure.h"
#include "model/names.h"
#include "show/explain.h"
#include "show/output.h"
#include "verbs/verbs.h"

static const char *const *all_reasons(size_t *num)
{
	static const char *names[64];
	const char *name;
	u32 i;

	*num = 0;
	for (i = 1; strcmp(name = reason_name(i), "unknown"); i++)
		names[(*num)++] = name;
	for (i = REASON_OF_AGENT; strcmp(name = reason_name(i), "unknown"); i++)
		names[(*num)++] = name;
	return names;
}

/**
 * cmd_explain() - the verb "explain"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_USAGE.
 */
int cmd_explain(const struct options *options, int argc, char **argv)
{
	const char *const *names;
	char *list = NULL;
	const char *guess;
	size_t num, i;

	names = all_reasons(&num);
	if (argc && explain(argv[0]))
		return EXIT_DONE;
	if (argc) {
		guess = nearest(argv[0], names, num);
		return usage_error("unknown reason '%s'%s%s%s", argv[0], guess ?
				   "; did you mean '" : "; without one all are listed",
				   guess ?: "", guess ? "'?" : "");
	}
	for (i = 0; i < num; i++)
		append_text(&list, " ", "%s", names[i]);
	out_wrapped("", "", list);
	free(list);
	return EXIT_DONE;
}
