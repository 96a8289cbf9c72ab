// SPDX-License-Identifier: GPL-2.0
/*
 * vGPU types of NVIDIA. A VF lists only those that it could get at this moment, which
 * are none while it has one; the file that comes with the host driver has all. Sizes
 * are those in the names: L40S-12Q has 12 GiB, whatever of it the guest gets to see.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/util.h"
#include "provider/nvidia_types.h"

/* L40S-0Q has half a GiB */
#define SIZE_OF_ZERO	(512ULL << 20)
#define SIZE_UNIT	(1ULL << 30)
/* no type has more GiB than that; what has is no size */
#define MAX_SIZE	4096

/* of a list in a message */
#define MAX_LISTED	12

/* Return: behind the name of the vendor, and of a brand that it gave up */
static const char *without_vendor(const char *name)
{
	static const char *const vendors[] = { "NVIDIA ", "GRID " };
	size_t i;

	name += strspn(name, " \t");
	for (i = 0; i < ARRAY_SIZE(vendors); i++)
		if (!strncasecmp(name, vendors[i], strlen(vendors[i])))
			name += strlen(vendors[i]);
	return name + strspn(name, " \t");
}

/* "12Q", "2B4", "10CME": GiB, a letter for the kind, and what follows */
static u64 size_of_name(const char *name)
{
	const char *dash = strrchr(name, '-');
	unsigned long size;
	char *end;

	if (!dash || !isdigit((unsigned char)dash[1]))
		return 0;
	size = strtoul(dash + 1, &end, 10);
	if (!isupper((unsigned char)*end) || size > MAX_SIZE)
		return 0;
	return size ? size * SIZE_UNIT : SIZE_OF_ZERO;
}

/* "A100-1-5C": the number in front is one of slices of the GPU */
static bool is_mig_name(const char *name)
{
	const char *dash = strrchr(name, '-');
	const char *at = dash;

	while (at && at > name && isdigit((unsigned char)at[-1]))
		at--;
	return at && at < dash && at > name && at[-1] == '-';
}

static void add(struct nvidia_types *types, u32 id, const char *name)
{
	struct nvidia_type *type;

	name = without_vendor(name);
	if (!id || !*name || nvidia_type_by_id(types, id))
		return;
	types->all = xgrow(types->all, types->num, sizeof(*types->all));
	type = &types->all[types->num++];
	*type = (struct nvidia_type){ .id = id };
	copy_string(type->name, sizeof(type->name), name);
	type->fb_bytes = size_of_name(type->name);
	type->is_mig = is_mig_name(type->name);
}

static bool is_all_mig(const struct nvidia_types *types)
{
	size_t i;

	for (i = 0; i < types->num && types->all[i].is_mig; i++)
		;
	return types->num && i == types->num;
}

/**
 * nvidia_types_add_list() - add what a VF could get
 * @types: the types
 * @text: of creatable_vgpu_types: "ID : NAME" in each line, some drivers with titles
 */
void nvidia_types_add_list(struct nvidia_types *types, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xasprintf("%.*s", (int)len, text);
		char *colon = strchr(line, ':');
		char *end;
		u32 id = strtoul(line, &end, 10);

		end += strspn(end, " \t");
		len = strlen(line);
		while (len && isspace((unsigned char)line[len - 1]))
			line[--len] = '\0';
		if (colon && end == colon)
			add(types, id, colon + 1);
		text += strcspn(text, "\n");
		text += !!*text;
		free(line);
	}
	types->mig_mode = is_all_mig(types);
}

/* the value of an attribute of the tag that begins at @tag, empty: it has none */
static void attribute(const char *tag, const char *name, char *value, size_t size)
{
	const char *end = strchrnul(tag, '>');
	char *key = xasprintf(" %s=\"", name);
	const char *at = strstr(tag, key);
	size_t len;

	*value = '\0';
	if (at && at < end) {
		at += strlen(key);
		len = strcspn(at, "\">");
		copy_string(value, len < size ? len + 1 : size, at);
	}
	free(key);
}

/**
 * nvidia_types_add_file() - add what the host driver's file has for a GPU
 * @types: the types
 * @text: of vgpuConfig.xml
 * @device: the GPU's PCI device id
 */
void nvidia_types_add_file(struct nvidia_types *types, const char *text,
			   u32 device)
{
	while ((text = strstr(text, "<vgpuType "))) {
		const char *next = strstr(text + 1, "<vgpuType ");
		const char *for_device = strstr(text, "<devId ");
		char id[16], name[NAME_SIZE], number[16] = "";

		attribute(text, "id", id, sizeof(id));
		attribute(text, "name", name, sizeof(name));
		if (for_device && (!next || for_device < next))
			attribute(for_device, "deviceId", number, sizeof(number));
		if (*number && strtoul(number, NULL, 0) == device)
			add(types, strtoul(id, NULL, 0), name);
		text++;
	}
}

/** nvidia_types_free() - release the types */
void nvidia_types_free(struct nvidia_types *types)
{
	free(types->all);
	*types = (struct nvidia_types){};
}

/**
 * nvidia_type_by_id() - find a type
 * @types: the types
 * @id: as in current_vgpu_type
 *
 * Return: the type; NULL: it is not known.
 */
const struct nvidia_type *nvidia_type_by_id(const struct nvidia_types *types,
					    u32 id)
{
	size_t i;

	for (i = 0; i < types->num; i++)
		if (types->all[i].id == id)
			return &types->all[i];
	return NULL;
}

/**
 * nvidia_type_name() - the name of a type
 * @types: the types
 * @id: as in current_vgpu_type
 * @name: NAME_SIZE bytes for the result; the number of a type that is not known
 */
void nvidia_type_name(const struct nvidia_types *types, u32 id, char *name)
{
	const struct nvidia_type *type = nvidia_type_by_id(types, id);

	if (type)
		copy_string(name, NAME_SIZE, type->name);
	else
		snprintf(name, NAME_SIZE, "%u", id);
}

/* those of one size, or of all, as in "L40S-12A, L40S-12Q" */
static char *list_types(const struct nvidia_types *types, u64 fb_bytes)
{
	size_t i, listed = 0;
	char *text = NULL;

	for (i = 0; i < types->num; i++) {
		const struct nvidia_type *type = &types->all[i];

		if (type->is_mig || (fb_bytes && type->fb_bytes != fb_bytes))
			continue;
		if (++listed > MAX_LISTED)
			continue;
		append_text(&text, ", ", "%s", type->name);
	}
	if (listed > MAX_LISTED)
		append_text(&text, ", ", "...");
	return text ?: xstrdup("none");
}

/* the sizes next to one that no type has, as in "4 GiB and 6 GiB exist" */
static char *next_sizes(const struct nvidia_types *types, u64 fb_bytes)
{
	char below[UNIT_TEXT], above[UNIT_TEXT];
	u64 low = 0, high = 0;
	size_t i;

	for (i = 0; i < types->num; i++) {
		u64 size = types->all[i].is_mig ? 0 : types->all[i].fb_bytes;

		if (size && size < fb_bytes && size > low)
			low = size;
		if (size > fb_bytes && (!high || size < high))
			high = size;
	}
	format_size(below, low, " ");
	format_size(above, high, " ");
	if (low && high)
		return xasprintf("%s and %s exist", below, above);
	if (!low && !high)
		return xstrdup("no size is known");
	return xasprintf("%s is the %s", low ? below : above,
			 low ? "largest" : "smallest");
}

static int refuse(struct failure *why, u32 index, u64 asked, char *text)
{
	failure_explain(why, -EINVAL, REASON_TYPE, index, "%s", text);
	why->detail.value = asked;
	free(text);
	return -EINVAL;
}

/* Return: NULL: there is none, or none alone */
static const struct nvidia_type *find_by_size(const struct nvidia_types *types,
					      u64 fb_bytes, size_t *num)
{
	const struct nvidia_type *found = NULL;
	size_t i;

	*num = 0;
	for (i = 0; i < types->num; i++) {
		if (types->all[i].is_mig || types->all[i].fb_bytes != fb_bytes)
			continue;
		found = &types->all[i];
		++*num;
	}
	return *num == 1 ? found : NULL;
}

static const struct nvidia_type *find_by_name(const struct nvidia_types *types,
					      const char *name)
{
	size_t i;

	for (i = 0; i < types->num; i++)
		if (!strcmp(types->all[i].name, without_vendor(name)))
			return &types->all[i];
	return NULL;
}

static int choose_by_size(const struct nvidia_types *types,
			  const struct gpu *gpu, u32 index,
			  const struct vf *wanted, struct nvidia_type *type,
			  struct failure *why)
{
	const struct nvidia_type *found;
	char size[UNIT_TEXT];
	char *more, *text;
	size_t num;

	found = find_by_size(types, wanted->fb_bytes, &num);
	if (found) {
		*type = *found;
		return 0;
	}
	format_size(size, wanted->fb_bytes, " ");
	more = num ? list_types(types, wanted->fb_bytes) :
		     next_sizes(types, wanted->fb_bytes);
	if (num)
		text = xasprintf("GPU %s VF %u: several types have %s of framebuffer: %s; say which with nvidia_type",
				 gpu->bdf, index, size, more);
	else
		text = xasprintf("GPU %s VF %u: no type has %s of framebuffer; %s",
				 gpu->bdf, index, size, more);
	free(more);
	return refuse(why, index, wanted->fb_bytes, text);
}

static int choose_by_name(const struct nvidia_types *types,
			  const struct gpu *gpu, u32 index,
			  const struct vf *wanted, struct nvidia_type *type,
			  struct failure *why)
{
	const struct nvidia_type *found = find_by_name(types, wanted->type);
	char *list, *text;

	if (found) {
		*type = *found;
		return 0;
	}
	list = list_types(types, 0);
	text = xasprintf("GPU %s VF %u: it has no type '%s'; there are %s",
			 gpu->bdf, index, wanted->type, list);
	free(list);
	return refuse(why, index, 0, text);
}

static int check_choice(const struct gpu *gpu, u32 index,
			const struct vf *wanted,
			const struct nvidia_type *type, struct failure *why)
{
	char size[UNIT_TEXT], asked[UNIT_TEXT];

	if (type->is_mig)
		return refuse(why, index, 0,
			      xasprintf("GPU %s VF %u: type %s is for MIG mode; gpuvf sets types of whole GPUs only",
					gpu->bdf, index, type->name));
	if (!wanted->fb_bytes || !type->fb_bytes ||
	    wanted->fb_bytes == type->fb_bytes)
		return failure_set(why, 0);
	return refuse(why, index, wanted->fb_bytes,
		      xasprintf("GPU %s VF %u: type %s has %s of framebuffer, requested fb = %s",
				gpu->bdf, index, type->name,
				format_size(size, type->fb_bytes, " "),
				format_size(asked, wanted->fb_bytes, "")));
}

/**
 * nvidia_type_choose() - the type that a VF is to have
 * @types: what is known; none: nothing is, and a number is taken as it is
 * @gpu: the GPU
 * @index: of the VF
 * @wanted: its type by number or by name, or its size
 * @type: result; its id is 0 where that cannot be said before there are VFs
 * @why: after errors: why there is no such type
 *
 * Return: 0, or -EINVAL.
 */
int nvidia_type_choose(const struct nvidia_types *types, const struct gpu *gpu,
		       u32 index, const struct vf *wanted,
		       struct nvidia_type *type, struct failure *why)
{
	const struct nvidia_type *known;
	int err = 0;
	u32 id;

	*type = (struct nvidia_type){ .fb_bytes = wanted->fb_bytes };
	id = wanted->type_id;
	if (!id && *wanted->type &&
	    wanted->type[strspn(wanted->type, "0123456789")] == '\0')
		id = strtoul(wanted->type, NULL, 10);
	known = nvidia_type_by_id(types, id);
	if (known)
		*type = *known;
	else if (id)
		type->id = id;
	else if (!types->num)
		return failure_set(why, 0);
	else if (*wanted->type)
		err = choose_by_name(types, gpu, index, wanted, type, why);
	else
		err = choose_by_size(types, gpu, index, wanted, type, why);
	return err ?: check_choice(gpu, index, wanted, type, why);
}
