// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of NVIDIA's vGPU host driver: those of its resource manager, whose source
 * is public, behind files, whose source is not.
 */
#include "nvidia_rules.h"

static const struct nvr_type *type_of(const struct nvr_gpu *gpu, u32 id)
{
	u32 i;

	for (i = 0; i < gpu->num_types; i++)
		if (gpu->types[i].id == id)
			return &gpu->types[i];
	return NULL;
}

/* Return: how many VFs have a type of those that @type is counted with */
static u32 count(const struct nvr_gpu *gpu, u32 *mib, u32 *other_size, u32 size)
{
	u32 i, num = 0;

	*mib = 0;
	*other_size = 0;
	for (i = 0; i < gpu->total; i++) {
		const struct nvr_type *type = type_of(gpu, gpu->vfs[i].type);

		if (!type)
			continue;
		num++;
		*mib += type->mib;
		*other_size += type->mib != size;
	}
	return num;
}

/**
 * nvr_can_create() - could a VF get a type at this moment?
 * @gpu: the GPU
 * @vf: index
 * @type: the type
 *
 * Homogeneous mode is about the size: types of one size mix.
 *
 * Return: whether it could.
 */
bool nvr_can_create(const struct nvr_gpu *gpu, u32 vf,
		    const struct nvr_type *type)
{
	u32 mib, other_size, num;

	if (gpu->late || gpu->vfs[vf].type || gpu->vfs[vf].is_broken ||
	    type->is_mig != gpu->mig)
		return false;
	num = count(gpu, &mib, &other_size, type->mib);
	if (mib + type->mib > gpu->mib)
		return false;
	return gpu->heterogeneous || (!other_size && num < type->max);
}

static int refuse(struct nvr_gpu *gpu, int err)
{
	gpu->refused++;
	return err;
}

static int clear(struct nvr_gpu *gpu, struct nvr_vf *vf)
{
	if (!vf->type || vf->is_open)
		return refuse(gpu, -EPERM);
	gpu->accepted++;
	if (gpu->forgets)
		return 0;
	vf->kept = vf->type;
	vf->keeps = gpu->lag;
	vf->type = 0;
	return 0;
}

/**
 * nvr_store_type() - current_vgpu_type is written
 * @gpu: the GPU
 * @vf: index
 * @id: number, 0: none
 *
 * Return: 0, or a negative errno.
 */
int nvr_store_type(struct nvr_gpu *gpu, u32 vf, u32 id)
{
	const struct nvr_type *type = type_of(gpu, id);

	if (!gpu->enabled || vf >= gpu->total || vf >= NVR_VF_LIMIT)
		return refuse(gpu, -gpu->unknown_errno);
	gpu->violations += gpu->vfs[vf].is_open;
	if (gpu->vfs[vf].is_broken)
		return refuse(gpu, -EIO);
	if (!id)
		return clear(gpu, &gpu->vfs[vf]);
	if (gpu->vfs[vf].type)
		return refuse(gpu, -gpu->unknown_errno);
	if (!type || !nvr_can_create(gpu, vf, type))
		return refuse(gpu, -gpu->unknown_errno);
	gpu->accepted++;
	if (!gpu->forgets)
		gpu->vfs[vf].type = id;
	return 0;
}

/**
 * nvr_show_type() - current_vgpu_type is read
 * @gpu: the GPU
 * @vf: index
 *
 * Return: number, 0: none.
 */
u32 nvr_show_type(struct nvr_gpu *gpu, u32 vf)
{
	struct nvr_vf *v = &gpu->vfs[vf];

	if (!v->type && v->keeps) {
		v->keeps--;
		return v->kept;
	}
	return v->type;
}

/**
 * nvr_enable() - sriov-manage -e or -d
 * @gpu: the GPU
 * @on: enable all VFs, which is harmless where they are
 *
 * Heterogeneous mode ends either way.
 */
void nvr_enable(struct nvr_gpu *gpu, bool on)
{
	u32 i;

	gpu->heterogeneous = false;
	for (i = 0; i < gpu->total; i++)
		gpu->violations += !on && gpu->vfs[i].is_open;
	if (!on || !gpu->enabled)
		memset(gpu->vfs, 0, sizeof(gpu->vfs));
	gpu->enabled = on;
}

/**
 * nvr_set_heterogeneous() - nvidia-smi vgpu -shm
 * @gpu: the GPU
 * @on: the mode
 *
 * Return: 0; -EBUSY: a VF has a type; -EOPNOTSUPP: MIG mode.
 */
int nvr_set_heterogeneous(struct nvr_gpu *gpu, bool on)
{
	u32 mib, other_size;

	if (gpu->mig)
		return -EOPNOTSUPP;
	if (count(gpu, &mib, &other_size, 0))
		return -EBUSY;
	gpu->heterogeneous = on;
	return 0;
}

/**
 * nvr_unbind() - driver nvidia is unbound from a VF, which breaks it
 * @gpu: the GPU
 * @vf: index
 */
void nvr_unbind(struct nvr_gpu *gpu, u32 vf)
{
	gpu->vfs[vf].type = 0;
	gpu->vfs[vf].is_broken = true;
}
