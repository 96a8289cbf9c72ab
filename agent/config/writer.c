// SPDX-License-Identifier: GPL-2.0
/*
 * Writing a configuration: VFs of one shape share a profile, VFs in a row share
 * a line.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "base/util.h"
#include "config/config.h"
#include "config/writer.h"
#include "model/names.h"

/* GPUs of two providers have no shape in common: each can do something else */
struct shape {
	char name[LABEL_SIZE];
	const struct abilities *abilities;
	struct vf vf;
};

struct section {
	char *name;
	struct gpu gpu;
	struct vf_driver *drivers;
};

static bool same_shape(const struct gpu *gpu, const struct vf *a,
		       const struct vf *b)
{
	return a->fb_bytes == b->fb_bytes && !strcmp(a->type, b->type) &&
	       a->time_slice_us == b->time_slice_us &&
	       gpu_preempt_timeout_us(gpu, a) == gpu_preempt_timeout_us(gpu, b) &&
	       !strcmp(a->profile, b->profile);
}

static bool name_taken(const struct writer *writer, const char *name)
{
	size_t i;

	for (i = 0; i < writer->num_shapes; i++)
		if (!strcasecmp(writer->shapes[i].name, name))
			return true;
	return false;
}

static void name_shape(const struct writer *writer, const char *label,
		       char *name)
{
	unsigned int n = 1;
	char base[20];

	copy_string(name, LABEL_SIZE, *label ? label : "profile");
	copy_string(base, sizeof(base), name);
	while (name_taken(writer, name))
		snprintf(name, LABEL_SIZE, "%s-%u", base, ++n);
}

static const struct shape *find_shape(const struct writer *writer,
				      const struct gpu *gpu,
				      const struct vf *vf)
{
	size_t i;

	for (i = 0; i < writer->num_shapes; i++)
		if (writer->shapes[i].abilities == gpu_abilities(gpu) &&
		    same_shape(gpu, &writer->shapes[i].vf, vf))
			return &writer->shapes[i];
	return NULL;
}

static void add_shape(struct writer *writer, const struct gpu *gpu,
		      const struct vf *vf)
{
	const char *base = vf->profile;
	char name[LABEL_SIZE];
	struct shape *shape;

	if (find_shape(writer, gpu, vf))
		return;
	if (!gpu_can_set(gpu, ABILITY_FB))
		base = "shared";
	else if (*vf->type && !check_name(vf->type))
		base = vf->type;
	name_shape(writer, base, name);
	writer->shapes = xgrow(writer->shapes, writer->num_shapes,
			       sizeof(*writer->shapes));
	shape = &writer->shapes[writer->num_shapes++];
	shape->abilities = gpu_abilities(gpu);
	shape->vf = *vf;
	copy_string(shape->name, LABEL_SIZE, name);
}

/**
 * writer_add_gpu() - add a [gpu] section
 * @writer: the writer
 * @name: of the section
 * @gpu: what to write
 * @drivers: of the VFs that are enabled, by index; NULL: do not manage them
 */
void writer_add_gpu(struct writer *writer, const char *name,
		    const struct gpu *gpu, const struct vf_driver *drivers)
{
	struct section *section;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu_vf_has_share(gpu, i))
			add_shape(writer, gpu, &gpu->vfs[i]);
	writer->sections = xgrow(writer->sections, writer->num_sections,
				 sizeof(*section));
	section = &writer->sections[writer->num_sections++];
	section->name = xstrdup(name);
	gpu_copy(&section->gpu, gpu);
	section->drivers = xcalloc(gpu->num_vfs, sizeof(*drivers));
	if (drivers && gpu->num_vfs)
		memcpy(section->drivers, drivers,
		       gpu->num_vfs * sizeof(*drivers));
}

static void write_label(FILE *f, const struct shape *shape)
{
	if (!shape->vf.profile[0])
		fprintf(f, "label = none\n");
	/* a VF can have the label "none" only by way of its profile's name */
	else if (strcmp(shape->vf.profile, shape->name))
		fprintf(f, "label = %s\n", shape->vf.profile);
}

static void write_shape(FILE *f, const struct shape *shape)
{
	const struct abilities *abilities = shape->abilities;
	struct vf by_default = shape->vf;
	char text[UNIT_TEXT];

	fprintf(f, "\n[profile %s]\n", shape->name);
	if (abilities->of[ABILITY_LABEL].can_set)
		write_label(f, shape);
	if (*shape->vf.type)
		fprintf(f, "nvidia_type = %s\n", shape->vf.type);
	/* the size of a type that has no name is not known */
	if (shape->vf.fb_bytes || !*shape->vf.type)
		fprintf(f, "fb = %s\n", abilities->of[ABILITY_FB].can_set ?
			format_size(text, shape->vf.fb_bytes, "") : "shared");
	if (!abilities->of[ABILITY_TIME_SLICE].can_set)
		return;
	fprintf(f, "time_slice = %s\n",
		format_time(text, shape->vf.time_slice_us, ""));
	by_default.preempt_timeout_us = 0;
	if (shape->vf.preempt_timeout_us &&
	    shape->vf.preempt_timeout_us != vf_preempt_timeout_us(&by_default))
		fprintf(f, "preempt_timeout = %s\n",
			format_time(text, shape->vf.preempt_timeout_us, ""));
}

static void write_range(FILE *f, const char *mark, const char *key, u32 first,
			u32 last, const char *value)
{
	if (first == last)
		fprintf(f, "%s%s %u = %s\n", mark, key, first, value);
	else
		fprintf(f, "%s%s %u-%u = %s\n", mark, key, first, last, value);
}

static const char *driver_value(const struct section *section, u32 i)
{
	static const enum host_driver drivers[] = {
		HOST_DRIVER_VFIO_PCI, HOST_DRIVER_XE_VFIO_PCI,
		HOST_DRIVER_GPUVF_VFIO, HOST_DRIVER_NONE,
	};
	const struct vf_driver *is = &section->drivers[i];
	struct vf_driver want;
	size_t n;

	/* an override that is not in force says nothing that holds */
	for (n = 0; n < ARRAY_SIZE(drivers); n++) {
		driver_want(&want, drivers[n]);
		if (driver_is(want.bound, is->bound) &&
		    driver_is(want.override, is->override))
			return host_driver_name(drivers[n]);
	}
	return "";
}

static void write_vfs(FILE *f, const struct writer *writer,
		      const struct section *section, const char *mark)
{
	const struct gpu *gpu = &section->gpu;
	u32 first, last;

	for (first = 0; first < gpu->vfs_len; first = last + 1) {
		const struct shape *shape = NULL;

		if (gpu_vf_has_share(gpu, first))
			shape = find_shape(writer, gpu, &gpu->vfs[first]);
		for (last = first; last + 1 < gpu->vfs_len; last++)
			if (!gpu_vf_has_share(gpu, last + 1) || !shape ||
			    find_shape(writer, gpu, &gpu->vfs[last + 1]) != shape)
				break;
		if (shape)
			write_range(f, mark, "vf", first, last, shape->name);
	}
	for (first = 0; first < gpu->num_vfs; first = last + 1) {
		const char *driver = driver_value(section, first);

		for (last = first; last + 1 < gpu->num_vfs; last++)
			if (strcmp(driver, driver_value(section, last + 1)))
				break;
		if (*driver)
			write_range(f, mark, "driver", first, last, driver);
	}
}

/*
 * A file says "these VFs are enabled and have this". VFs that have something
 * and are not enabled, or all of them without anything, it cannot say; and limits
 * are never none.
 *
 * Return: NULL: it can be said; else why not.
 */
static const char *why_not_said(const struct gpu *gpu)
{
	static const char framebuffer[] =
		"# VFs that are not enabled have framebuffer, or VFs that are have none.\n";
	bool any = false;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++) {
		const struct vf *vf = &gpu->vfs[i];
		bool has = gpu_vf_has_share(gpu, i);

		if (vf->fb_bytes && i >= gpu->num_vfs)
			return framebuffer;
		any |= has;
		if (!gpu_has_endless(gpu) || i >= gpu->num_vfs)
			continue;
		if (!has)
			return framebuffer;
		if (!vf->time_slice_us || !vf->preempt_timeout_us)
			return "# VFs have endless time slices or preemption timeouts.\n";
	}
	return any || !gpu->num_vfs ? NULL : framebuffer;
}

/* VFs that come only together are not wanted for their own sake */
static u32 count(const struct gpu *gpu)
{
	u32 num = gpu->num_vfs;

	if (gpu_abilities(gpu)->of[ABILITY_COUNT].all_or_none)
		while (num && !gpu_vf_has_share(gpu, num - 1))
			num--;
	return num;
}

/* may @gpu have the reserve that it has? A driver that was given none has none. */
static bool says_pf_reserve(const struct gpu *gpu)
{
	char *why;

	if (!gpu_can_set(gpu, ABILITY_PF_RESERVE))
		return false;
	why = ability_out_of_range(gpu_abilities(gpu), ABILITY_PF_RESERVE,
				   gpu->fb_pf_reserve);
	free(why);
	return !why;
}

static void write_section(FILE *f, const struct writer *writer,
			  const struct section *section)
{
	const struct gpu *gpu = &section->gpu;
	const char *why = why_not_said(gpu);
	const char *mark = why ? "# " : "";
	char text[UNIT_TEXT];

	fputc('\n', f);
	if (why)
		fprintf(f, "%s# Applying this section would change that, so it is switched off.\n",
			why);
	fprintf(f, "%s[gpu %s]\n", mark, section->name);
	fprintf(f, "%spci = %s\n", mark, gpu->bdf);
	if (gpu_abilities(gpu) != &gpuvf_abilities)
		fprintf(f, "%sprovider = %s\n", mark, gpu->abilities->provider);
	if (gpu_can_set(gpu, ABILITY_POLICY))
		fprintf(f, "%spolicy = %s\n", mark, policy_name(gpu->policy));
	if (says_pf_reserve(gpu))
		fprintf(f, "%spf_reserve = %s\n", mark,
			format_size(text, gpu->fb_pf_reserve, ""));
	fprintf(f, "%svfs = %u\n", mark, count(gpu));
	write_vfs(f, writer, section, mark);
}

/**
 * writer_free() - release what a writer has
 * @writer: is empty afterwards
 */
void writer_free(struct writer *writer)
{
	size_t i;

	for (i = 0; i < writer->num_sections; i++) {
		struct section *section = &writer->sections[i];

		gpu_free(&section->gpu);
		free(section->drivers);
		free(section->name);
	}
	free(writer->shapes);
	free(writer->sections);
	*writer = (struct writer){};
}

/**
 * writer_print() - write everything
 * @f: where to
 * @data: the writer
 */
void writer_print(FILE *f, const void *data)
{
	const struct writer *writer = data;
	size_t i;

	fprintf(f, "[gpuvf]\nversion = %u\n", CONFIG_VERSION);
	for (i = 0; i < writer->num_shapes; i++)
		write_shape(f, &writer->shapes[i]);
	for (i = 0; i < writer->num_sections; i++)
		write_section(f, writer, &writer->sections[i]);
}
