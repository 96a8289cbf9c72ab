/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the live state of a GPU to a wanted one.
 */
#ifndef AGENT_APPLY_EXECUTE_H
#define AGENT_APPLY_EXECUTE_H

#include "apply/state.h"

/**
 * struct execution - one GPU on its way
 * @want: where to
 * @provider: the provider
 * @plan: whose lines an error of the kernel is about; NULL: no configuration's
 * @may_lack_probe: VFs that are there may have been enabled while probing was
 *	held off, by an apply that ended before it had them probed
 * @has_new_number: the number of VFs changes, or has changed
 * @touched: result: something was changed
 */
struct execution {
	const struct state *want;
	struct provider *provider;
	const struct plan *plan;
	bool may_lack_probe;
	bool has_new_number;
	bool touched;
};

int execute(struct execution *x);

#endif /* AGENT_APPLY_EXECUTE_H */
