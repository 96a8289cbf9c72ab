// SPDX-License-Identifier: GPL-2.0
/*
 * The types of the VFs of one GPU.
 *
 * A VF takes another type only by way of none, and none only while nothing has it open.
 * Without heterogeneous mode all types of a GPU are of one size, until the last is
 * gone; the mode itself can change only then. What fits is decided as each is written:
 * so those that change are cleared first, and the largest are written first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/helper.h"
#include "base/root.h"
#include "base/units.h"
#include "pci/sysfs.h"
#include "provider/nvidia_layout.h"

#define DEVICE		"sys/bus/pci/devices/%s/"

/* a type is gone only some time after the VM that used it */
#define CLEAR_TRIES	10
#define CLEAR_RETRY_MS	1000

#define SMI_LIMIT_MS	60000
/* exit code of nvidia-smi */
#define SMI_IN_USE	19

static const char *const files_with_types[] = {
	"usr/share/nvidia/vgpu/vgpuConfig.xml",
	"etc/nvidia/vgpu/vgpuConfig.xml",
	"run/nvidia/driver/usr/share/nvidia/vgpu/vgpuConfig.xml",
};

/**
 * struct change - on the way from the types that are to those that shall be
 * @live: the GPU as it was read; gets what is written
 * @types: what is known
 * @to: by index of VF: the type it shall have; id 0: none
 * @why: of the first error
 */
struct change {
	struct gpu *live;
	struct nvidia_types types;
	struct nvidia_type *to;
	struct failure *why;
};

/**
 * nvidia_read_type() - read which type a VF has
 * @vf: its PCI address
 * @id: result, 0: none
 *
 * Return: 0; -ENOENT: it has no such file; -EINVAL: it says no number; another
 * negative errno.
 */
int nvidia_read_type(const char *vf, u32 *id)
{
	return sysfs_get_number(vf, NVIDIA_TYPE_FILE, id);
}

/**
 * nvidia_load_types() - find the types that a GPU can have
 * @gpu: the GPU
 * @types: empty; to be freed with nvidia_types_free()
 */
void nvidia_load_types(const struct gpu *gpu, struct nvidia_types *types)
{
	char *text = NULL;
	size_t i;

	/* every VF without a type lists the same */
	for (i = 0; i < gpu->vfs_len && !types->num; i++) {
		if (!*gpu->vfs[i].bdf ||
		    sysfs_read(gpu->vfs[i].bdf, "nvidia/creatable_vgpu_types",
			       &text))
			continue;
		nvidia_types_add_list(types, text);
		free(text);
	}
	text = NULL;
	for (i = 0; i < ARRAY_SIZE(files_with_types) && !text; i++)
		text = root_read(NULL, "%s", files_with_types[i]);
	if (text)
		nvidia_types_add_file(types, text, gpu->device);
	free(text);
}

static int choose(struct change *change, const struct gpu *wanted)
{
	u32 i;

	for (i = 0; i < change->live->vfs_len; i++) {
		static const struct vf nothing;
		const struct vf *want = i < wanted->vfs_len ?
					&wanted->vfs[i] : &nothing;
		const struct vf *is = &change->live->vfs[i];
		int err = 0;

		if (!vf_has_share(want))
			continue;
		/* any type of that size will do, and it has one */
		if (!*want->type && !want->type_id && is->type_id &&
		    is->fb_bytes == want->fb_bytes)
			change->to[i] = (struct nvidia_type){
				.id = is->type_id, .fb_bytes = is->fb_bytes,
			};
		else
			err = nvidia_type_choose(&change->types, change->live,
						 i, want, &change->to[i],
						 change->why);
		if (!err && !change->to[i].id && change->live->num_vfs)
			err = failure_explain(change->why, -ENOENT,
					      REASON_TYPES_UNKNOWN, i,
					      "GPU %s VF %u: which types it can have is not known: neither it nor /%s says",
					      change->live->bdf, i,
					      files_with_types[0]);
		if (err)
			return err;
	}
	return 0;
}

static bool changes(const struct change *change, u32 i)
{
	return change->live->vfs[i].type_id != change->to[i].id;
}

static int check_users(const struct change *change)
{
	const struct gpu *live = change->live;
	u32 i;

	for (i = 0; i < live->vfs_len; i++) {
		const struct vf *vf = &live->vfs[i];

		if (!vf->in_use || !changes(change, i))
			continue;
		return failure_explain(change->why, -EBUSY, REASON_VF_IN_USE, i,
				       "GPU %s VF %u: keeps type %s while it is in use",
				       live->bdf, i, *vf->type ? vf->type : "none");
	}
	return 0;
}

static bool has_sizes(const struct change *change, bool wanted)
{
	u64 size = 0;
	u32 i;

	for (i = 0; i < change->live->vfs_len; i++) {
		u64 next = wanted ? change->to[i].fb_bytes :
				    change->live->vfs[i].fb_bytes;

		if (next && size && next != size)
			return true;
		size = next ?: size;
	}
	return false;
}

/* a driver that has the mode gives each type a place */
static bool is_heterogeneous(const struct change *change)
{
	u32 i, number;

	for (i = 0; i < change->live->vfs_len; i++)
		if (change->live->vfs[i].type_id &&
		    !sysfs_get_number(change->live->vfs[i].bdf,
				      "nvidia/placement_id", &number))
			return true;
	return has_sizes(change, false);
}

static int refuse_mode(const struct change *change, u32 i)
{
	return failure_explain(change->why, -EBUSY, REASON_VF_IN_USE, i,
			       "GPU %s: types of different sizes need heterogeneous mode, which can change only while no VF has a type, and VF %u is in use",
			       change->live->bdf, i);
}

/* Return: 1: the mode has to change; 0; -EBUSY */
static int needs_mode(const struct change *change)
{
	u32 i;

	if (!has_sizes(change, true) || is_heterogeneous(change))
		return 0;
	for (i = 0; i < change->live->vfs_len; i++)
		if (change->live->vfs[i].type_id && change->live->vfs[i].in_use)
			return refuse_mode(change, i);
	return 1;
}

static int set_mode(const struct change *change)
{
	char *path = root_path("usr/bin/nvidia-smi");
	const char *const argv[] = {
		path, "vgpu", "-shm", "1", "-i", change->live->bdf, NULL,
	};
	const char *bdf = change->live->bdf;
	char said[HELPER_TEXT];
	int code = helper_run(argv, SMI_LIMIT_MS, said);

	if (code == SMI_IN_USE)
		code = failure_explain(change->why, -EBUSY, REASON_VF_IN_USE, NO_VF,
				       "GPU %s: heterogeneous mode cannot change while a VF has a type",
				       bdf);
	else if (code < 0)
		failure_explain(change->why, code, REASON_TOOL_FAILED, NO_VF,
				"GPU %s: types of different sizes need heterogeneous mode: %s: %s",
				bdf, path, code == -EPERM ? said :
				code == -ETIMEDOUT ? "gave no answer" :
				strerror(-code));
	else if (code)
		code = failure_explain(change->why, -EIO, REASON_TOOL_FAILED, NO_VF,
				       "GPU %s: types of different sizes need heterogeneous mode: %s ended with exit code %d: %s",
				       bdf, path, code, said);
	else
		pr_warning("GPU %s: switched to heterogeneous mode, since its types have different sizes",
			   bdf);
	free(path);
	return code;
}

static int write_type(const char *vf, u32 id)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", id);
	return sysfs_write(vf, NVIDIA_TYPE_FILE, text);
}

/* @id: that it was to get, 0: none */
static int give_up(const struct change *change, u32 i, u32 id, int err, u32 is)
{
	const struct vf *vf = &change->live->vfs[i];
	char name[NAME_SIZE];
	char *text;

	nvidia_type_name(&change->types, id, name);
	if (err)
		text = xasprintf("the driver says %s", strerror(-err));
	else
		text = xasprintf("the driver says nothing, and it has type %u", is);
	failure_explain(change->why, err ?: -EIO, REASON_DRIVER_ERROR, i,
			"GPU %s VF %u: cannot %s%s: %s",
			change->live->bdf, i, id ? "get type " : "give up type ",
			id ? name : vf->type, text);
	change->why->has_changed = true;
	free(text);
	return change->why->error;
}

static int clear(const struct change *change, u32 i)
{
	struct vf *vf = &change->live->vfs[i];
	u32 is = vf->type_id;
	int tries, err = 0;

	for (tries = 0; is && tries < CLEAR_TRIES; tries++) {
		if (tries)
			sleep_ms(CLEAR_RETRY_MS);
		err = write_type(vf->bdf, 0);
		if (nvidia_read_type(vf->bdf, &is))
			is = vf->type_id;
	}
	if (is)
		return give_up(change, i, 0, err, is);
	vf->type_id = 0;
	return 0;
}

static int set(const struct change *change, u32 i)
{
	struct vf *vf = &change->live->vfs[i];
	u32 want = change->to[i].id, is = 0;
	int err = write_type(vf->bdf, want);
	int unread = nvidia_read_type(vf->bdf, &is);

	if (unread || is != want)
		return give_up(change, i, want, err ?: unread, is);
	vf->type_id = want;
	return 0;
}

/* Return: the VF with the largest type that it does not have yet, -1: none */
static int next_largest(const struct change *change)
{
	int found = -1;
	u32 i;

	for (i = 0; i < change->live->vfs_len; i++)
		if (change->to[i].id && changes(change, i) &&
		    (found < 0 ||
		     change->to[i].fb_bytes > change->to[found].fb_bytes))
			found = i;
	return found;
}

static int write_all(const struct change *change, bool mode)
{
	u32 i;
	int err = 0, next;

	for (i = 0; i < change->live->vfs_len && !err; i++)
		if (change->live->vfs[i].type_id &&
		    (mode || changes(change, i)))
			err = clear(change, i);
	if (!err && mode)
		err = set_mode(change);
	while (!err && (next = next_largest(change)) >= 0)
		err = set(change, next);
	return err;
}

/* what would be, in the model */
static void foresee(const struct change *change)
{
	u32 i;

	for (i = 0; i < change->live->vfs_len; i++) {
		struct vf *vf = &change->live->vfs[i];

		if (!changes(change, i))
			continue;
		vf->type_id = change->to[i].id;
		vf->fb_bytes = change->to[i].fb_bytes;
		copy_string(vf->type, NAME_SIZE, change->to[i].name);
	}
}

static int make_change(struct change *change, const struct gpu *wanted,
		       bool dry_run)
{
	int mode, err;

	if (change->types.mig_mode)
		return failure_explain(change->why, -EOPNOTSUPP,
				       REASON_NOT_SUPPORTED, NO_VF,
				       "GPU %s is in MIG mode; gpuvf sets types of whole GPUs only",
				       change->live->bdf);
	err = choose(change, wanted) ?: check_users(change);
	if (err)
		return err;
	mode = needs_mode(change);
	if (mode < 0)
		return mode;
	if (dry_run)
		foresee(change);
	else if (change->live->num_vfs)
		err = write_all(change, mode);
	return err;
}

/**
 * nvidia_change_types() - make the types of all VFs what they shall be
 * @live: the GPU as it was read just now; what holds afterwards has to be read again
 * @wanted: a type or a size of each VF
 * @dry_run: only foresee what @live will be
 * @why: after errors; has_changed: something was written before that
 *
 * Writes only what differs. Before there are VFs there is nothing to write, and that
 * is no error.
 *
 * Return: 0; -EINVAL: there is no such type; -EBUSY: a VF in use would change;
 * -EOPNOTSUPP: MIG mode; or the driver's negative errno.
 */
int nvidia_change_types(struct gpu *live, const struct gpu *wanted,
			bool dry_run, struct failure *why)
{
	struct change change = {
		.live = live,
		.to = xcalloc(live->vfs_len, sizeof(*change.to)),
		.why = why,
	};
	int err;

	failure_set(why, 0);
	nvidia_load_types(live, &change.types);
	err = make_change(&change, wanted, dry_run);
	nvidia_types_free(&change.types);
	free(change.to);
	return err;
}
