// SPDX-License-Identifier: GPL-2.0
/*
 * plan and assert: what apply would do, and whether it would do anything.
 */
#include <stdio.h>
#include <string.h>

#include "apply/check.h"
#include "pci/vf_host.h"
#include "plan/capacity.h"
#include "plan/plan.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "show/capacity_show.h"
#include "show/output.h"
#include "show/plan_show.h"
#include "verbs/verbs.h"

static int plan_one(struct plan *plan, struct provider *provider)
{
	int code = plan_try(plan, provider, PLACE_UNASKED);

	vf_host_read(&plan->live);
	if (!code && plan->steps && !plan->live.has_states)
		pr_warning("GPU %s: VFs in use are not visible without CAP_SYS_ADMIN; apply may refuse this",
			   plan->live.bdf);
	return code;
}

/* that depends on which VFs are in use */
static bool knows_capacity(const struct plan *plan)
{
	return plan_knows_placement(plan) &&
	       (plan->live.has_states || !plan->has_after);
}

/* what there will be room for, as in show */
static void find_capacity(const struct plan *plan,
			  struct capacity_list *capacity)
{
	if (!knows_capacity(plan))
		return;
	capacity_find(capacity, plan->config, plan_future(plan));
	capacity_count(capacity, plan_future(plan));
}

static int plan_all(struct targets *targets, bool json)
{
	json_t *document = json ? json_document() : NULL;
	json_t *list = json ? json_array() : NULL;
	struct table *table = !json && tables_are_all() ?
			      table_new(plan_columns) : NULL;
	struct exit_tally tally = {};
	size_t i;
	int code;

	if (targets->missing)
		exit_add(&tally, targets->missing_code);

	for (i = 0; i < targets->num; i++) {
		struct plan *plan = &targets->plans[i];
		struct capacity_list capacity = {};

		code = plan_one(plan, targets->provider);
		find_capacity(plan, &capacity);
		if (json) {
			json_t *object = plan_json(plan);

			json_object_set_new(object, "capacity",
					    knows_capacity(plan) ?
					    capacity_json(&capacity) : json_null());
			json_object_set_new(object, "in_sync",
					    json_boolean(!plan->steps && !code));
			json_put_u64(object, "exit_code", code);
			json_array_append_new(list, object);
		} else if (table) {
			plan_add_rows(plan, table);
		} else {
			if (i)
				out_text("\n");
			fflush(stderr);
			plan_print(plan, code);
			capacity_print(&capacity);
			plan_print_sum(plan, code);
		}
		capacity_free(&capacity);
		exit_add(&tally, code);
	}
	if (table)
		table_print(table, "");
	code = exit_total(&tally);
	if (!json)
		return code;
	json_object_set_new(document, "gpus", list);
	return json_finish(document, code);
}

/**
 * cmd_plan() - the verb "plan"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE when apply would succeed, whether it has something to do
 * or not; else what apply would return.
 */
int cmd_plan(const struct options *options, int argc, char **argv)
{
	struct targets targets = {};
	int code;

	code = tables_choose(plan_columns, options->columns,
			     options->no_headings) ?:
	       targets_find(&targets, options->file, argc, argv);
	if (!code)
		code = plan_all(&targets, options->json);
	targets_free(&targets);
	return code;
}

static int assert_one(const struct plan *plan)
{
	int code = check_gpu(&plan->live);

	if (!plan->steps)
		return code ?: check_works(plan);
	plan_print(plan, code);
	plan_print_sum(plan, code);
	return code ?: EXIT_DIFFERS;
}

/**
 * cmd_assert() - the verb "assert"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE: in sync; EXIT_DIFFERS: not, and the differences are
 * printed; EXIT_MISSING: a GPU is not there; EXIT_USAGE; as check_gpu() and
 * check_works().
 */
int cmd_assert(const struct options *options, int argc, char **argv)
{
	struct targets targets = {};
	int code;
	size_t i;

	code = targets_find(&targets, options->file, argc, argv);
	if (!code && targets.missing)
		code = targets.missing_code;
	for (i = 0; i < targets.num; i++)
		code = exit_worse(code, assert_one(&targets.plans[i]));
	targets_free(&targets);
	return code;
}
