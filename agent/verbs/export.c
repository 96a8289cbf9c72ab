// SPDX-License-Identifier: GPL-2.0
/*
 * export: what is, as a configuration that changes nothing when it is applied.
 * generate: a configuration to begin with.
 */
#include <stdio.h>
#include <stdlib.h>

#include "apply/check.h"
#include "base/units.h"
#include "config/writer.h"
#include "pci/vf_driver.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "show/output.h"
#include "verbs/verbs.h"

/* what is half enabled or half disabled is nothing to go back to */
static int export_gpu(struct writer *writer, const struct gpu *gpu,
		      unsigned int number)
{
	int code = check_gpu(gpu);
	struct vf_driver *drivers;
	char name[LABEL_SIZE];
	bool changing = false;

	if (code == EXIT_BUSY)
		return code;
	drivers = read_drivers(gpu, &changing);
	if (changing) {
		free(drivers);
		return EXIT_BUSY;
	}
	snprintf(name, sizeof(name), "gpu%u", number);
	writer_add_gpu(writer, name, gpu, drivers);
	free(drivers);
	return code;
}

static int export_named(struct writer *writer, const struct gpu_list *gpus,
			int num_names, char **names)
{
	int code = EXIT_DONE;
	int i;

	for (i = 0; i < num_names; i++) {
		int why;
		const struct gpu *gpu = find_gpu(gpus, names[i], &why);

		if (!gpu)
			return why;
		code = exit_worse(code, export_gpu(writer, gpu, i));
	}
	return code;
}

/* @output: the file, NULL: standard output; @code: what there is to say already */
static int finish(struct writer *writer, const char *output, int code)
{
	if (!code || code == EXIT_ATTENTION)
		code = exit_worse(code, out_file(output ?: "-", 0644,
						 writer_print, writer));
	writer_free(writer);
	return code;
}

/**
 * cmd_export() - the verb "export"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE, EXIT_FAILED; EXIT_BUSY: VFs are
 * being enabled or disabled; EXIT_ATTENTION: a GPU is wedged.
 */
int cmd_export(const struct options *options, int argc, char **argv)
{
	struct gpu_list gpus;
	struct provider *provider;
	struct writer writer = {};
	int code;
	size_t i;

	code = provider_open_list(&provider, &gpus);
	if (!code)
		code = argc ? explain_no_gpus(&gpus) : lost_code(&gpus) ?:
		       keep_gpus(&gpus, gpu_is_managed,
				 "no configuration names it");
	if (!code)
		code = export_named(&writer, &gpus, argc, argv);
	for (i = 0; !argc && i < gpus.num; i++)
		code = exit_worse(code, export_gpu(&writer, &gpus.gpus[i], i));
	code = finish(&writer, options->output, code);
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}

/* what VFs can have together; the borders of the area are units */
static u64 vf_area(const struct gpu *gpu)
{
	u64 g = gpu->fb_alloc_unit ?: 1;
	u64 start = round_up_to(gpu->fb_pf_reserve + gpu->fb_context_save, g);
	u64 end = gpu->fb_total - gpu->fb_total % g;

	return end > start ? end - start : 0;
}

/* a driver that decides that alone has as many as it has */
static int check_count(const struct gpu *gpu, const struct options *options)
{
	const char *cannot = ability_cannot(gpu_abilities(gpu), ABILITY_COUNT);
	char *way;

	if (options->num_vfs > gpu->total_vfs) {
		pr_err("GPU %s can have %u VF%s, not %u", gpu->bdf, gpu->total_vfs,
		       plural(gpu->total_vfs), options->num_vfs);
		return EXIT_USAGE;
	}
	if (!cannot || options->num_vfs == gpu->num_vfs)
		return EXIT_DONE;
	way = ability_way_out(gpu_abilities(gpu), ABILITY_COUNT,
			      options->num_vfs);
	pr_err("vfs: GPU %s is driven by %s, which %s%s", gpu->bdf,
	       gpu_driver(gpu), cannot, way);
	free(way);
	return EXIT_USAGE;
}

/* what each VF gets, in bytes; Return: 0: it does not fit, which is said */
static u64 find_share(const struct gpu *gpu, const struct options *options)
{
	u64 unit = gpu->fb_alloc_unit ?: 1;
	u64 area = vf_area(gpu);
	u64 share = area / options->num_vfs;
	char a[UNIT_TEXT], b[UNIT_TEXT];

	if (!gpu->fb_total) {
		if (!options->fb_bytes)
			pr_err("GPU %s: its driver %s does not say how much framebuffer there is; say with --fb how much each VF gets",
			       gpu->bdf, gpu_driver(gpu));
		return round_up_to(options->fb_bytes, unit);
	}
	share -= share % unit;
	if (options->fb_bytes > share || !share) {
		pr_err("GPU %s has %s for VFs, that is %s for each of %u", gpu->bdf,
		       format_size(a, area, " "), format_size(b, share, " "),
		    options->num_vfs);
		return 0;
	}
	return options->fb_bytes ? round_up_to(options->fb_bytes, unit) :
				   share;
}

/* Return: EXIT_DONE, @share is 0 where framebuffer cannot be set; EXIT_USAGE */
static int check_share(const struct gpu *gpu, const struct options *options,
		       u64 *share)
{
	*share = 0;
	if (gpu_can_set(gpu, ABILITY_FB)) {
		*share = find_share(gpu, options);
		return *share ? EXIT_DONE : EXIT_USAGE;
	}
	if (!options->fb_bytes)
		return EXIT_DONE;
	pr_err("fb: GPU %s is driven by %s, which %s", gpu->bdf, gpu_driver(gpu),
	       ability_cannot(gpu_abilities(gpu), ABILITY_FB));
	return EXIT_USAGE;
}

static int share_out(struct gpu *gpu, const struct options *options)
{
	u32 slice = DEFAULT_TIME_SLICE_US;
	u64 share;
	u32 i;

	if (check_count(gpu, options) || check_share(gpu, options, &share))
		return EXIT_USAGE;
	if (slice < gpu->time_slice_min_us)
		slice = gpu->time_slice_min_us;
	if (slice > gpu->time_slice_max_us && gpu->time_slice_max_us)
		slice = gpu->time_slice_max_us;
	gpu->num_vfs = options->num_vfs;
	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		*vf = (struct vf){};
		if (i >= options->num_vfs)
			continue;
		vf->fb_bytes = share;
		vf->time_slice_us = slice;
		copy_string(vf->profile, LABEL_SIZE, options->profile ?: "desktop");
	}
	return EXIT_DONE;
}

/**
 * cmd_generate() - the verb "generate"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE: it does not fit; EXIT_FAILED.
 */
int cmd_generate(const struct options *options, int argc, char **argv)
{
	struct gpu_list gpus;
	struct provider *provider;
	struct writer writer = {};
	struct gpu *gpu;
	int code;

	code = provider_open_list(&provider, &gpus);
	gpu = code ? NULL : find_gpu(&gpus, argv[0], &code);
	if (gpu)
		code = share_out(gpu, options);
	if (gpu && !code) {
		writer_add_gpu(&writer, "gpu0", gpu, NULL);
		code = finish(&writer, options->output, code);
	}
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}
