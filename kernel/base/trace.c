// SPDX-License-Identifier: GPL-2.0
/*
 * Defines the tracepoints, and the names of what they show.
 */

#include <linux/kernel.h>
#include <linux/trace_events.h>

#define CREATE_TRACE_POINTS
#include "base/trace.h"

static const struct trace_print_flags trace_command_names[] = {
	GPUVF_TRACE_COMMANDS
};

/**
 * gpuvf_command_name() - return the name of a command, as the trace has it
 * @cmd: which
 */
const char *gpuvf_command_name(enum gpuvf_hw_cmd cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(trace_command_names); i++)
		if (trace_command_names[i].mask == cmd)
			return trace_command_names[i].name;
	return "?";
}
