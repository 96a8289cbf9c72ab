// SPDX-License-Identifier: GPL-2.0
/*
 * show: the GPUs and their VFs as they are.
 */
#include <stdio.h>
#include <string.h>

#include "model/names.h"
#include "pci/vf_host.h"
#include "plan/capacity.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "show/capacity_show.h"
#include "show/memory_map.h"
#include "show/output.h"
#include "show/vf_show.h"
#include "verbs/verbs.h"

static enum color color_of_state(u32 state)
{
	switch (state) {
	case VF_STATE_ACTIVE:
		return COLOR_GOOD;
	case VF_STATE_FAILED:
		return COLOR_BAD;
	case VF_STATE_PAUSED:
	case VF_STATE_STOPPED:
	case VF_STATE_RESETTING:
		return COLOR_WARN;
	}
	return COLOR_NONE;
}

static const struct column columns[] = {
	{ "GPU", .is_text = true, .is_extra = true },
	{ "VF", .minor = 0 },
	{ "PCI_ADDRESS", .is_text = true, .minor = 4 },
	{ "PROFILE", .is_text = true, .is_elastic = true },
	{ "FRAMEBUFFER", "B", .minor = 0 },
	{ "TIME_SLICE", "US", .minor = 2 },
	{ "SHARE", .minor = 1 },
	{ "STATE", .is_text = true },
	{ "DRIVER", .is_text = true, .minor = 3 },
	{ "USED_BY", .is_text = true, .is_elastic = true },
	{ }
};

static void add_row(struct table *table, const struct gpu *gpu, u32 index)
{
	const struct vf *vf = &gpu->vfs[index];
	u64 sum = gpu_sum_slices_us(gpu);
	char text[UNIT_TEXT];

	table_text(table, gpu->bdf);
	snprintf(text, sizeof(text), "%u", index);
	table_cell_color(table, color_of_vf(index), text);
	table_text(table, vf->bdf);
	table_text(table, *vf->profile ? vf->profile : vf->type);
	table_text(table, vf->fb_bytes ? show_size(text, vf->fb_bytes) : "");
	if (gpu_vf_has_share(gpu, index) &&
	    gpu_can_read(gpu, ABILITY_TIME_SLICE)) {
		table_text(table, vf->time_slice_us ?
			   show_time(text, vf->time_slice_us) : "endless");
		table_cell(table, "%.1f%%",
			   sum ? 100.0 * vf->time_slice_us / sum : 0);
	} else {
		table_empty(table, 2);
	}
	if (vf->has_state)
		table_cell_color(table, color_of_state(vf->state),
				 vf_state_name(vf->state));
	else
		table_empty(table, 1);
	table_text(table, vf->driver);
	if (vf->user.pid)
		table_cell(table, "%s (%u)", *vf->user.vm ? vf->user.vm :
			   vf->user.process, vf->user.pid);
	else
		table_text(table, vf->in_use ? "in use" : "");
}

/*
 * What more there is room for. Profiles come from the configuration too, where
 * there is one; whether it is good is not the question here.
 */
static void find_capacity(const struct gpu *gpu,
			  struct capacity_list *capacity)
{
	struct diag_list diags = {};
	struct config config = {};

	config_load(&config, NULL, 0, &diags);
	capacity_find(capacity, diags.errors ? NULL : &config, gpu);
	capacity_count(capacity, gpu);
	diag_free(&diags);
	config_free(&config);
}

static json_t *gpu_json(const struct gpu *gpu)
{
	struct capacity_list capacity = {};
	json_t *object = json_of_gpu(gpu);

	/* room depends on which VFs are in use */
	if (!gpu->has_states || !gpu_can_read(gpu, ABILITY_FB_OFFSET)) {
		json_object_set_new(object, "capacity", json_null());
		return object;
	}
	find_capacity(gpu, &capacity);
	json_object_set_new(object, "capacity", capacity_json(&capacity));
	capacity_free(&capacity);
	return object;
}

/* the way out of each state that does not end by itself */
static void show_ways_out(const struct gpu *gpu)
{
	u32 i;

	if (gpu->state == PF_STATE_WEDGED)
		out_line("  %swedged: the GPU stopped answering%s; '" PROGRAM " reset %s' resets it and writes its configuration again, and each guest starts again; if it comes back wedged, it needs a power cycle ('" PROGRAM " explain wedged')",
			 out_color(COLOR_BAD), out_color(COLOR_NONE), gpu->bdf);
	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].has_state && gpu->vfs[i].state == VF_STATE_FAILED)
			out_line("  VF %u %sfailed%s; '" PROGRAM " reset %s/%u' lets it start again",
				 i, out_color(COLOR_BAD), out_color(COLOR_NONE),
				 gpu->bdf, i);
}

static void explain_missing(const struct gpu *gpu)
{
	if (!gpu->has_states)
		out_text("  states, use, scrubbing and room need CAP_SYS_ADMIN to be shown\n");
}

static void add_rows(struct table *table, const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (i < gpu->num_vfs || vf_has_share(&gpu->vfs[i]) ||
		    (gpu->vfs_changing && *gpu->vfs[i].bdf))
			add_row(table, gpu, i);
}

static void show_gpu(const struct gpu *gpu)
{
	struct capacity_list capacity = {};
	struct table *table = table_new(columns);
	bool wedged = gpu->state != PF_STATE_READY;
	bool has_policy = gpu_can_read(gpu, ABILITY_POLICY);

	if (tables_are_all()) {
		add_rows(table, gpu);
		table_print(table, "");
		return;
	}

	out_line("%s%s%s  %s%s%s  %s%s%s  %u of %u VFs enabled%s%s",
		 out_color(COLOR_HEAD), gpu->bdf, out_color(COLOR_NONE),
		 gpu->backend, *gpu->driver ? "  driver " : "", gpu->driver,
		 out_color(wedged ? COLOR_BAD : COLOR_GOOD),
		 pf_state_name(gpu->state), out_color(COLOR_NONE),
		 gpu->num_vfs, gpu->total_vfs, has_policy ? "  policy " : "",
		 has_policy ? policy_name(gpu->policy) : "");
	if (gpu->vfs_changing)
		out_text("  %sVFs are being enabled or disabled%s\n",
			 out_color(COLOR_WARN), out_color(COLOR_NONE));
	if (*gpu->warning)
		out_line("  %s%s%s", out_color(COLOR_WARN), gpu->warning,
			 out_color(COLOR_NONE));
	show_ways_out(gpu);
	memory_map_line(gpu, "");
	memory_map_figures(gpu);
	if (gpu->has_states && gpu_can_read(gpu, ABILITY_FB_OFFSET)) {
		find_capacity(gpu, &capacity);
		capacity_print(&capacity);
		capacity_free(&capacity);
	}
	add_rows(table, gpu);
	table_print(table, "  ");
	explain_missing(gpu);
}

static void show_vf(struct provider *provider, const struct gpu *gpu, u32 index)
{
	struct gpu_list one = {};
	struct failure why;
	struct table *table;

	if (tables_are_all()) {
		table = table_new(columns);
		add_row(table, gpu, index);
		table_print(table, "");
		return;
	}
	gpu_copy(gpu_list_add(&one), gpu);
	/* without privileges there are none, as without states */
	if (gpu_has_stats(gpu))
		provider_stats(provider, &one, &why);
	vf_show(&one.gpus[0], index);
	explain_missing(gpu);
	gpu_list_free(&one);
}

static int show_all(const struct gpu_list *gpus, bool json)
{
	int code = explain_no_gpus(gpus) ?: lost_code(gpus);

	if (json)
		return json_finish(json_of_gpus(gpus, gpu_json), code);
	show_gpus(gpus, columns, add_rows, show_gpu);
	return code;
}

static int show_one(struct provider *provider, const struct gpu_list *gpus,
		    const char *name, bool json)
{
	const struct gpu *gpu;
	char gpu_name[NAME_SIZE];
	json_t *document;
	int has_vf, code;
	u32 index = 0;

	has_vf = parse_gpu_vf(name, gpu_name, sizeof(gpu_name), &index);
	if (has_vf < 0)
		return EXIT_USAGE;
	gpu = find_gpu(gpus, gpu_name, &code);
	if (!gpu)
		return code;
	if (has_vf && index >= gpu->vfs_len) {
		pr_err("GPU %s has VFs 0-%u, not %u", gpu->bdf, gpu->vfs_len - 1,
		       index);
		return EXIT_MISSING;
	}
	if (!json) {
		if (has_vf)
			show_vf(provider, gpu, index);
		else
			show_gpu(gpu);
		return EXIT_DONE;
	}
	document = json_document();
	json_object_set_new(document, has_vf ? "vf" : "gpu", has_vf ?
			    json_of_vf(gpu, index) : gpu_json(gpu));
	return json_finish(document, EXIT_DONE);
}

/**
 * cmd_show() - the verb "show"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE, EXIT_FAILED.
 */
int cmd_show(const struct options *options, int argc, char **argv)
{
	struct gpu_list gpus;
	struct provider *provider;
	size_t i;
	int code;

	code = tables_choose(columns, options->columns, options->no_headings);
	if (code)
		return code;
	code = provider_open_list(&provider, &gpus);
	for (i = 0; !code && i < gpus.num; i++)
		vf_host_read(&gpus.gpus[i]);
	if (!code)
		code = argc ? show_one(provider, &gpus, argv[0], options->json) :
			      show_all(&gpus, options->json);
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}
