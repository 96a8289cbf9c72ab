// SPDX-License-Identifier: GPL-2.0
/*
 * Why a request failed.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"
#include "model/failure.h"

/**
 * failure_set() - a request failed, and there is no more to say
 * @why: result
 * @error: negative errno, or 0
 *
 * Return: @error.
 */
int failure_set(struct failure *why, int error)
{
	*why = (struct failure){ .error = error, .detail.vf = NO_VF };
	return error;
}

/**
 * failure_explain() - a request failed, and this is why
 * @why: result
 * @error: negative errno
 * @reason: for the verb "explain"
 * @vf: index of the VF that it is about, NO_VF: the GPU
 * @fmt: a message that names the GPU, as of printf
 *
 * Return: @error.
 */
int failure_explain(struct failure *why, int error, enum reason reason, int vf,
		    const char *fmt, ...)
{
	va_list args;

	failure_set(why, error);
	why->detail.reason = reason;
	why->detail.vf = vf;
	va_start(args, fmt);
	vsnprintf(why->detail.message, sizeof(why->detail.message), fmt,
		  args);
	va_end(args);
	return error;
}
