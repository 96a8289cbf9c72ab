// SPDX-License-Identifier: GPL-2.0
/*
 * stats: what the VFs got and did, as a table, as JSON, or for Prometheus.
 */
#include <errno.h>
#include <stdio.h>

#include "model/names.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "show/output.h"
#include "show/prometheus.h"
#include "verbs/verbs.h"

#define NS_PER_SECOND	1e9

static u64 sum_run_ns(const struct gpu *gpu)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		sum += gpu->vfs[i].stats.run_ns;
	return sum;
}

/* columns of claims are there when a guest has made any */
static bool has_claims(const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].has_claims)
			return true;
	return false;
}

#define COLUMNS(without_claims) { \
	{ "GPU", .is_text = true, .is_extra = true }, \
	{ "VF", .minor = 0 }, \
	{ "PROFILE", .is_text = true, .is_elastic = true }, \
	{ "RUN", "NS", "GPU TIME", .help = "time its work ran on the GPU" }, \
	{ "SHARE", .help = "of the GPU time of all VFs" }, \
	{ "SLICES", .help = "time slices that it had" }, \
	{ "OVERRUN", "NS", .minor = 2, .help = "time beyond the ends of its time slices" }, \
	{ "IDLE", "NS", .minor = 3, \
	  .help = "time of its slices that it left to others, having no work" }, \
	{ "HANGS", .help = "of it, each of which ended in a reset" }, \
	{ "RESETS", .help = "for a hang, on request, or by its guest" }, \
	{ "MAILBOX", .minor = 1, .help = "messages of its guest" }, \
	{ "CLAIMS_USED", "B", "GUEST CLAIMS", .is_extra = without_claims, \
	  .help = "framebuffer in use, as its guest says, unchecked" }, \
	{ "CLAIMS_DRIVER", .human = "DRIVER", .minor = 4, .is_text = true, \
	  .is_extra = without_claims }, \
	{ } \
}

static const struct column columns[] = COLUMNS(true);
static const struct column with_claims[] = COLUMNS(false);

static void add_ns(struct table *table, u64 ns)
{
	if (numbers_are_human())
		table_cell(table, "%.3f s", ns / NS_PER_SECOND);
	else
		table_cell(table, "%llu", ns);
}

static void add_claims(struct table *table, const struct vf *vf)
{
	char text[UNIT_TEXT];

	if (vf->has_claims) {
		table_text(table, show_size(text, vf->claims.fb_used));
		table_text(table, vf->claims.driver);
	} else {
		table_empty(table, 2);
	}
}

static void add_row(struct table *table, const struct gpu *gpu, u32 vf)
{
	const struct vf_stats *stats = &gpu->vfs[vf].stats;
	u64 sum = sum_run_ns(gpu);
	char hangs[24];

	table_text(table, gpu->bdf);
	table_cell(table, "%u", vf);
	table_text(table, gpu->vfs[vf].profile);
	add_ns(table, stats->run_ns);
	if (sum)
		table_cell(table, "%.1f%%", 100.0 * stats->run_ns / sum);
	else
		table_empty(table, 1);
	table_cell(table, "%llu", stats->slices);
	add_ns(table, stats->overrun_ns);
	add_ns(table, stats->idle_ns);
	snprintf(hangs, sizeof(hangs), "%llu", stats->hangs);
	table_cell_color(table, stats->hangs ? COLOR_BAD : COLOR_NONE, hangs);
	table_cell(table, "%llu", stats->resets);
	table_cell(table, "%llu", stats->mbox_requests);
	add_claims(table, &gpu->vfs[vf]);
}

static void add_rows(struct table *table, const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].has_stats &&
		    (i < gpu->num_vfs || gpu->vfs[i].stats.slices))
			add_row(table, gpu, i);
}

static void show_gpu(const struct gpu *gpu)
{
	struct table *table = table_new(has_claims(gpu) ? with_claims : columns);

	out_text("%s%s%s  %u of %u VFs enabled  policy %s\n",
		 out_color(COLOR_HEAD), gpu->bdf, out_color(COLOR_NONE),
		 gpu->num_vfs, gpu->total_vfs, policy_name(gpu->policy));
	add_rows(table, gpu);
	table_print(table, "  ");
}

static json_t *gpu_json(const struct gpu *gpu)
{
	json_t *vfs = json_array();
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].has_stats)
			json_array_append_new(vfs, json_of_stats(gpu, i));
	return json_pack("{s:s,s:o}", "bdf", gpu->bdf, "vfs", vfs);
}

static void print_for_prometheus(FILE *f, const void *gpus)
{
	prometheus_print(f, gpus);
}

static int show(const struct gpu_list *gpus, bool json, const char *prometheus)
{
	bool claims = false;
	size_t i;

	if (prometheus)
		return out_file(prometheus, 0644, print_for_prometheus, gpus);
	if (json)
		return json_finish(json_of_gpus(gpus, gpu_json), EXIT_DONE);
	for (i = 0; i < gpus->num; i++)
		claims |= has_claims(&gpus->gpus[i]);
	show_gpus(gpus, columns, add_rows, show_gpu);
	tables_explain(claims ? with_claims : columns);
	return EXIT_DONE;
}

/* leave nothing but the one GPU that was asked for */
static int keep_one(struct gpu_list *gpus, const char *name)
{
	struct gpu_list one = {};
	struct gpu *gpu;
	int code;

	gpu = find_gpu(gpus, name, &code);
	if (!gpu)
		return code;
	gpu_copy(gpu_list_add(&one), gpu);
	gpu_list_free(gpus);
	*gpus = one;
	return EXIT_DONE;
}

static int collect(struct provider *provider, const char *name,
		   struct gpu_list *gpus)
{
	struct failure why;
	int code = name ? keep_one(gpus, name) : lost_code(gpus) ?:
		   keep_gpus(gpus, gpu_has_stats, "it keeps no statistics");

	if (code || !provider_stats(provider, gpus, &why))
		return code;
	if (why.error == -EPERM) {
		pr_err("statistics need CAP_SYS_ADMIN: exact times are a side channel between tenants");
		return EXIT_PERMISSION;
	}
	pr_err("cannot read the statistics: %s", failure_text(&why));
	return exit_code_of(why.error);
}

/**
 * cmd_stats() - the verb "stats"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE, EXIT_PERMISSION, EXIT_FAILED.
 */
int cmd_stats(const struct options *options, int argc, char **argv)
{
	struct gpu_list gpus;
	struct provider *provider;
	int code;

	code = tables_choose(columns, options->columns, options->no_headings);
	if (code)
		return code;
	code = provider_open_list(&provider, &gpus);
	code = code ?: collect(provider, argc ? argv[0] : NULL, &gpus);
	if (!code)
		code = show(&gpus, options->json, options->prometheus);
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}
