// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that the kernel has lost.
 */

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "leak.h"

static const char kmemleak[] = "/sys/kernel/debug/kmemleak";

/**
 * leaks_are_counted() - does this kernel look for leaks?
 */
bool leaks_are_counted(void)
{
	return file_exists(kmemleak);
}

/**
 * leaks() - how many objects were leaked since the boot?
 *
 * Takes six seconds. Says where they are from.
 */
unsigned int leaks(void)
{
	static const char mark[] = "unreferenced object";
	unsigned int num = 0;
	char *text, *at;

	/* what is younger than five seconds is not looked at */
	ASSERT_OK(file_write(kmemleak, "scan"));
	pause_ms(6000);
	ASSERT_OK(file_write(kmemleak, "scan"));
	text = file_read_all(kmemleak);
	check(text);
	for (at = text; (at = strstr(at, mark)); at += strlen(mark))
		num++;
	if (num)
		report("%s", text);
	free(text);
	return num;
}
