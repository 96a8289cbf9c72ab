// SPDX-License-Identifier: GPL-2.0
/*
 * A plan, for people and for programs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/names.h"
#include "plan/plan.h"
#include "show/memory_map.h"
#include "show/output.h"
#include "show/plan_show.h"

static const struct {
	u32 change;
	const char *name;
} change_names[] = {
	{ VF_CREATE, "create" },
	{ VF_REMOVE, "remove" },
	{ VF_RESIZE, "resize" },
	{ VF_MOVE, "move" },
	{ VF_RETIME, "retime" },
	{ VF_RELABEL, "relabel" },
	{ VF_REBIND, "rebind" },
	{ VF_RETYPE, "retype" },
};

static char mark_of(u32 changes)
{
	if (changes & VF_REMOVE)
		return '-';
	if (changes & VF_CREATE)
		return '+';
	return changes ? '~' : '=';
}

static char *name_changes(u32 changes)
{
	char *text = NULL;
	char *marked;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(change_names); i++) {
		if (!(changes & change_names[i].change))
			continue;
		/* a VF that is created gets its driver as a matter of course */
		if (change_names[i].change == VF_REBIND && changes & VF_CREATE)
			continue;
		append_text(&text, ", ", "%s", change_names[i].name);
	}
	if (!text)
		text = xstrdup("keep");
	/* a program that reads the column has no use for it */
	if (!numbers_are_human())
		return text;
	marked = xasprintf("%c %s", mark_of(changes), text);
	free(text);
	return marked;
}

static enum color color_of_change(u32 changes)
{
	if (changes & VF_REMOVE)
		return COLOR_BAD;
	if (changes & VF_CREATE)
		return COLOR_GOOD;
	return changes ? COLOR_WARN : COLOR_NONE;
}

/* "2 GiB -> 4 GiB", or only what it will be */
static void size_cell(struct table *table, u64 from, u64 to)
{
	char a[UNIT_TEXT], b[UNIT_TEXT];

	if (from && to && from != to)
		table_cell(table, "%s -> %s", show_size(a, from),
			   show_size(b, to));
	else
		table_text(table, show_size(a, to ? to : from));
}

static void time_cell(struct table *table, u32 from, u32 to)
{
	char a[UNIT_TEXT], b[UNIT_TEXT];

	if (from && from != to)
		table_cell(table, "%s -> %s", show_time(a, from),
			   show_time(b, to));
	else
		table_text(table, show_time(a, to));
}

/**
 * plan_future() - what will hold: as the kernel says, or as the file wants it
 * @plan: the plan
 *
 * Return: the GPU then; see plan_knows_placement().
 */
const struct gpu *plan_future(const struct plan *plan)
{
	if (plan->has_after)
		return &plan->after;
	return plan->steps & STEP_LAYOUT ? &plan->wanted : &plan->live;
}

/**
 * plan_knows_placement() - is it known where things will be?
 * @plan: the plan
 *
 * A provider that cannot say where VFs are never knows. Only the kernel knows that
 * of a new layout; and enabling and disabling VFs
 * hands out fair shares and takes them back, where no layout was ever set.
 *
 * Return: whether plan_future() says it.
 */
bool plan_knows_placement(const struct plan *plan)
{
	if (!gpu_can_read(&plan->live, ABILITY_FB_OFFSET))
		return false;
	if (plan->has_after)
		return true;
	return !(plan->steps & STEP_LAYOUT) &&
	       (plan->live.num_vfs == plan->wanted.num_vfs ||
		plan->live.provisioning != PROVISIONING_AUTO);
}

/* a rotation of all slices, less the own one; without switches if never asked */
static u64 worst_wait_us(const struct gpu *gpu, const struct vf *vf)
{
	u64 rotation_us = gpu->rotation_us ?: gpu_sum_slices_us(gpu);

	return rotation_us > vf->time_slice_us ? rotation_us - vf->time_slice_us : 0;
}

static void vf_row(struct table *table, const struct plan *plan, u32 i)
{
	const struct gpu *after = plan_future(plan);
	const struct vf *is = gpu_vf(&plan->live, i);
	const struct vf *to = gpu_vf(after, i);
	u64 sum = gpu_sum_slices_us(after);
	char *changes = name_changes(plan->changes[i]);
	char text[UNIT_TEXT];

	table_text(table, plan->live.bdf);
	table_cell(table, "%u", i);
	table_cell_color(table, color_of_change(plan->changes[i]), changes);
	free(changes);
	table_text(table, *to->profile ? to->profile : to->type);
	if (gpu_can_set(&plan->live, ABILITY_FB))
		size_cell(table, is->fb_bytes, to->fb_bytes);
	else
		table_text(table, "shared");
	if (!to->fb_bytes || !gpu_can_read(&plan->live, ABILITY_FB_OFFSET))
		table_empty(table, 1);
	else
		table_text(table, plan_knows_placement(plan) ?
			   show_size(text, to->fb_offset) : "?");
	if (!gpu_vf_has_share(after, i) ||
	    !gpu_can_read(&plan->live, ABILITY_TIME_SLICE)) {
		table_empty(table, 3);
		return;
	}
	time_cell(table, gpu_vf_has_share(&plan->live, i) ? is->time_slice_us : 0,
		  to->time_slice_us);
	table_cell(table, "%.1f%%", sum ? 100.0 * to->time_slice_us / sum : 0);
	table_text(table, show_time(text, worst_wait_us(after, to)));
}

const struct column plan_columns[] = {
	{ "GPU", .is_text = true, .is_extra = true },
	{ "VF", .minor = 0 },
	{ "CHANGE", .is_text = true, .is_elastic = true },
	{ "PROFILE", .is_text = true, .is_elastic = true },
	{ "FRAMEBUFFER", "B", .minor = 0 },
	{ "OFFSET", "B", .minor = 1 },
	{ "TIME_SLICE", "US", .minor = 0 },
	{ "SHARE", .minor = 2 },
	{ "WORST_WAIT", "US", .minor = 3 },
	{ }
};

/**
 * plan_add_rows() - the VFs of a plan
 * @plan: the plan
 * @table: of plan_columns
 */
void plan_add_rows(const struct plan *plan, struct table *table)
{
	u32 i;

	for (i = 0; i < plan->wanted.vfs_len; i++)
		if (vf_has_share(gpu_vf(&plan->live, i)) ||
		    plan->wanted.vfs[i].fb_bytes || plan->changes[i] ||
		    i < plan->wanted.num_vfs)
			vf_row(table, plan, i);
}

/**
 * plan_steps_text() - the order of what will be done
 * @plan: the plan
 *
 * Return: to be freed; empty when nothing will.
 */
char *plan_steps_text(const struct plan *plan)
{
	char *text = xstrdup("");

	if (plan->steps & STEP_DISABLE)
		append_text(&text, ", ", "disable %u VF%s", plan->live.num_vfs,
			    plural(plan->live.num_vfs));
	if (plan->steps & STEP_LAYOUT)
		append_text(&text, ", ", "set the layout");
	if (plan->steps & STEP_ENABLE)
		append_text(&text, ", ", "enable %u VF%s", plan->wanted.num_vfs,
			    plural(plan->wanted.num_vfs));
	if (plan->steps & STEP_DRIVERS)
		append_text(&text, ", ", "set host drivers");
	return text;
}

static void print_gpu_changes(const struct plan *plan)
{
	char a[UNIT_TEXT], b[UNIT_TEXT];

	if (plan->policy_changes)
		out_text("  policy: %s -> %s\n", policy_name(plan->live.policy),
			 policy_name(plan->wanted.policy));
	if (plan->reserve_changes)
		out_text("  PF reserve: %s -> %s\n",
			 show_size(a, plan->live.fb_pf_reserve),
			 show_size(b, plan->wanted.fb_pf_reserve));
	if (plan->live.num_vfs != plan->wanted.num_vfs)
		out_text("  VFs enabled: %u -> %u\n", plan->live.num_vfs,
			 plan->wanted.num_vfs);
}

static enum host_driver new_driver(const struct plan *plan, u32 vf)
{
	return plan->changes[vf] & VF_REBIND ? plan_wanted_driver(plan, vf) :
					       HOST_DRIVER_UNSET;
}

static void print_driver_changes(const struct plan *plan)
{
	u32 first, last;

	for (first = 0; first < plan->wanted.num_vfs; first = last + 1) {
		enum host_driver driver = new_driver(plan, first);

		for (last = first; last + 1 < plan->wanted.num_vfs; last++)
			if (new_driver(plan, last + 1) != driver)
				break;
		if (driver == HOST_DRIVER_UNSET)
			continue;
		out_text("  host driver: %s for VF %u", host_driver_name(driver),
			 first);
		if (last > first)
			out_text("-%u", last);
		out_text("\n");
	}
}

/* the PF's own work is in the rotation too */
static void print_endless_pf(const struct plan *plan)
{
	if (gpu_has_endless(&plan->live) && plan->wanted.num_vfs &&
	    (!plan->wanted.pf_time_slice_us ||
	     !plan->wanted.pf_preempt_timeout_us))
		out_line("  the PF has no time slice or no preemption timeout: VFs wait for a job on the host without a limit");
}

/* VFs that come only together */
static void print_others(const struct plan *plan)
{
	if (plan->section->num_vfs && plan->section->num_vfs < plan->wanted.num_vfs)
		out_line("  driver %s has all %u VFs enabled or none; %u of them get something",
			 gpu_driver(&plan->live), plan->wanted.num_vfs,
			 plan->section->num_vfs);
}

/* before and after, where that is another */
static void print_maps(const struct plan *plan)
{
	bool moves = plan->steps & STEP_LAYOUT && gpu_has_quota(&plan->live);

	if (!plan_knows_placement(plan))
		return;
	if (moves)
		memory_map_line(&plan->live, "now  ");
	memory_map_line(plan_future(plan), moves ? "then " : "");
	memory_map_figures(plan_future(plan));
}

static void add_guest(char **text, const struct gpu *gpu, u32 vf)
{
	char *user = vf_user_text(&gpu->vfs[vf].user);

	append_text(text, ", ", "VF %u%s%s%s", vf, user ? " (" : "", user ?: "",
		    user ? ")" : "");
	free(user);
}

static char *guests_text(const struct plan *plan)
{
	char *guests = NULL, *text;
	u32 i;

	if (!plan->live.has_states)
		return xstrdup("whether VFs are in use is not visible");
	for (i = 0; i < plan->live.vfs_len; i++)
		if (plan_interrupts(plan, i))
			add_guest(&guests, &plan->live, i);
	text = xasprintf("%s%s", guests ? "in the way: " :
			 "no guest is interrupted", guests ?: "");
	free(guests);
	return text;
}

/**
 * plan_print_sum() - the last line: how many VFs change, and who is in the way
 * @plan: the plan; nothing is printed when it has nothing to do
 * @refused: as of plan_print()
 */
void plan_print_sum(const struct plan *plan, bool refused)
{
	u32 created = 0, changed = 0, removed = 0;
	char *guests;
	u32 i;

	if (!plan->steps)
		return;
	for (i = 0; i < plan->wanted.vfs_len; i++) {
		created += mark_of(plan->changes[i]) == '+';
		changed += mark_of(plan->changes[i]) == '~';
		removed += mark_of(plan->changes[i]) == '-';
	}
	guests = guests_text(plan);
	out_line("  %s+ %u created, ~ %u changed, - %u removed; %s",
		 refused ? "refused: " : "", created, changed, removed, guests);
	free(guests);
}

/**
 * plan_print() - a plan for people
 * @plan: the plan
 * @refused: it cannot be carried out, which was reported
 */
void plan_print(const struct plan *plan, bool refused)
{
	struct table *table = table_new(plan_columns);
	char *steps = plan_steps_text(plan);

	out_line("%s%s%s [gpu %s]: %s%s%s%s", out_color(COLOR_HEAD),
		 plan->live.bdf, out_color(COLOR_NONE), plan->section->name,
		 refused ? out_color(COLOR_BAD) : "",
		 refused ? "refused: " : "",
		 refused ? out_color(COLOR_NONE) : "",
		 *steps ? steps : refused ? "no change" : "in sync");
	free(steps);
	print_gpu_changes(plan);
	print_driver_changes(plan);
	plan_add_rows(plan, table);
	table_print(table, "  ");
	print_maps(plan);
	print_endless_pf(plan);
	print_others(plan);
	if (plan->steps && !gpu_abilities(&plan->live)->has_dry_run)
		out_text("  driver %s has no dry run; it may still refuse this\n",
			 gpu_driver(&plan->live));
}

static json_t *steps_json(const struct plan *plan)
{
	/* by the number of their bit */
	static const char *const names[] = {
		"disable", "layout", "enable", "drivers",
	};
	json_t *steps = json_array();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (plan->steps & BIT(i))
			json_array_append_new(steps, json_string(names[i]));
	return steps;
}

static json_t *changes_json(u32 changes)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(change_names); i++)
		if (changes & change_names[i].change)
			json_array_append_new(array,
					      json_string(change_names[i].name));
	return array;
}

static json_t *vf_json(const struct plan *plan, u32 i)
{
	const struct gpu *after = plan_future(plan);
	json_t *vf = json_of_vf(after, i);

	json_object_set_new(vf, "changes", changes_json(plan->changes[i]));
	json_put_u64_if(vf, "worst_wait_us", gpu_vf_has_share(after, i) &&
			gpu_can_read(&plan->live, ABILITY_TIME_SLICE),
			worst_wait_us(after, &after->vfs[i]));
	if (gpu_can_read(&plan->live, ABILITY_PREEMPT_TIMEOUT))
		json_put_u64(vf, "preempt_timeout_us",
			     gpu_preempt_timeout_us(after, &after->vfs[i]));
	if (!plan_knows_placement(plan))
		json_object_set_new(vf, "fb_offset_bytes", json_null());
	/* what is, and not what will be */
	json_object_del(vf, "bdf");
	json_object_del(vf, "state");
	json_object_del(vf, "fb_auto");
	json_object_del(vf, "in_use");
	json_object_del(vf, "driver");
	return vf;
}

static json_t *error_json(const struct error_detail *detail)
{
	if (!detail->reason)
		return json_null();
	return json_pack("{s:s,s:o,s:I,s:I,s:s}", "reason",
			 reason_name(detail->reason), "vf",
			 detail->vf == NO_VF ? json_null() :
			 json_integer(detail->vf), "value",
			 (json_int_t)detail->value, "limit",
			 (json_int_t)detail->limit, "message",
			 detail->message);
}

/**
 * plan_json() - a plan for programs
 * @plan: the plan
 *
 * Return: a new object: what holds and what will hold, both as in show -j,
 * the steps in their order, and the changes of each VF.
 */
json_t *plan_json(const struct plan *plan)
{
	const struct gpu *after = plan_future(plan);
	json_t *object = json_object();
	json_t *vfs = json_array();
	u32 i;

	json_object_set_new(object, "bdf", json_string(plan->live.bdf));
	json_object_set_new(object, "section",
			    json_string(plan->section->name));
	json_object_set_new(object, "in_sync", json_boolean(!plan->steps));
	json_object_set_new(object, "steps", steps_json(plan));
	json_object_set_new(object, "error", error_json(&plan->detail));
	json_put_u64(object, "num_vfs", plan->wanted.num_vfs);
	for (i = 0; i < plan->wanted.vfs_len && i < after->vfs_len; i++)
		json_array_append_new(vfs, vf_json(plan, i));
	json_object_set_new(object, "vfs", vfs);
	json_object_set_new(object, "fb_extents", plan_knows_placement(plan) ?
			    json_of_extents(after) : json_null());
	json_object_set_new(object, "live", json_of_gpu(&plan->live));
	return object;
}
