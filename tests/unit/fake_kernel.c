// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "client.h"
#include "fake_kernel.h"
#include "sysfs.h"

struct fake fake;

void fake_reset(void)
{
	gpu_free(&fake.gpu);
	fake = (struct fake){
		.gpu = test_gpu(),
		.autoprobe = 1,
		.has_vfio = true,
	};
}

static int change(const char *what)
{
	if (++fake.changes == fake.fail_at)
		return fake.fail_error;
	strcat(fake.log, what);
	return 0;
}

static u64 vf_area(const struct gpu *gpu)
{
	return gpu->fb_total - gpu->fb_pf_reserve - gpu->fb_context_save;
}

/* from the bottom up, in the order of indexes */
static void place(struct gpu *gpu)
{
	u64 at = gpu->fb_pf_reserve + gpu->fb_context_save;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		vf->fb_offset = vf->fb_bytes ? at : 0;
		at += vf->fb_bytes;
		if (!vf->preempt_timeout_us && vf->time_slice_us)
			vf->preempt_timeout_us = vf_preempt_timeout_us(vf);
	}
	gpu->fb_free = gpu->fb_total - at;
	gpu->fb_largest_free = gpu->fb_free;
}

int client_open(struct client **client)
{
	*client = NULL;
	return 0;
}

void client_close(struct client *client)
{
}

int client_get_gpus(struct client *client, struct gpu_list *gpus,
		    struct client_error *why)
{
	*gpus = (struct gpu_list){};
	gpu_copy(gpu_list_add(gpus), &fake.gpu);
	return 0;
}

int client_get_gpu(struct client *client, const char *bdf, struct gpu *gpu,
		   struct client_error *why)
{
	gpu_copy(gpu, &fake.gpu);
	return 0;
}

int client_get_capacity(struct client *client, const char *bdf,
			const struct gpu *wish, u64 fb_bytes,
			struct capacity *capacity, struct client_error *why)
{
	*capacity = (struct capacity){ .fb_bytes = fb_bytes };
	return 0;
}

static int refuse(struct client_error *why, int error)
{
	*why = (struct client_error){ .error = error, .ack = "refused" };
	why->refusal.vf = NO_VF;
	return error;
}

static int next_gpu(const struct gpu *wish, struct gpu *next)
{
	u64 sum = 0;
	u32 i;

	gpu_copy(next, &fake.gpu);
	if (wish->set & GPU_SET_POLICY)
		next->policy = wish->policy;
	if (wish->set & GPU_SET_PF_RESERVE)
		next->fb_pf_reserve = wish->fb_pf_reserve;
	for (i = 0; i < FAKE_VFS; i++) {
		struct vf *vf = &next->vfs[i];

		if (vf->in_use && vf->fb_bytes != wish->vfs[i].fb_bytes)
			return -EBUSY;
		vf->fb_bytes = wish->vfs[i].fb_bytes;
		vf->time_slice_us = wish->vfs[i].time_slice_us;
		vf->preempt_timeout_us = wish->vfs[i].preempt_timeout_us;
		vf->fb_auto = false;
		copy_string(vf->profile, LABEL_SIZE, wish->vfs[i].profile);
		sum += vf->fb_bytes;
	}
	if (sum > vf_area(next))
		return -ENOSPC;
	next->provisioning = sum ? GPUVF_PROVISIONING_EXPLICIT :
				   GPUVF_PROVISIONING_AUTO;
	place(next);
	return 0;
}

int client_set_gpu(struct client *client, const struct gpu *wish, bool dry_run,
		   struct gpu *result, struct client_error *why)
{
	struct gpu next = {};
	int err = 0;

	if (!dry_run && fake.stale) {
		fake.stale--;
		fake.gpu.generation++;
	}
	if (wish->generation != fake.gpu.generation)
		return refuse(why, -ESTALE);
	err = next_gpu(wish, &next);
	if (!err && !dry_run)
		err = change("L");
	if (err) {
		gpu_free(&next);
		return refuse(why, err);
	}
	gpu_copy(result, &next);
	if (!dry_run) {
		gpu_free(&fake.gpu);
		fake.gpu = next;
		fake.gpu.generation++;
	} else {
		gpu_free(&next);
	}
	return 0;
}

int client_set_vf(struct client *client, const char *bdf, u32 index,
		  const struct vf *vf, u32 set, struct gpu *result,
		  struct client_error *why)
{
	return refuse(why, -EOPNOTSUPP);
}

int client_set_pf(struct client *client, const char *bdf,
		  const struct gpu *settings, struct gpu *result,
		  struct client_error *why)
{
	return refuse(why, -EOPNOTSUPP);
}

int client_operate(struct client *client, u8 cmd, const char *bdf, int vf,
		   struct gpu *result, struct client_error *why)
{
	return refuse(why, -EOPNOTSUPP);
}

int client_get_stats(struct client *client, struct gpu_list *gpus,
		     struct client_error *why)
{
	return refuse(why, -EOPNOTSUPP);
}

const char *client_error_text(const struct client_error *why)
{
	return why->ack;
}

bool sysfs_has_device(const char *bdf)
{
	return false;
}

bool sysfs_has_driver(const char *driver)
{
	return fake.has_vfio;
}

static u32 index_of(const char *vf)
{
	return strtoul(vf, NULL, 10);
}

void sysfs_driver(const char *bdf, char *driver, size_t size)
{
	copy_string(driver, size, fake.bound[index_of(bdf)]);
}

void sysfs_driver_override(const char *bdf, char *driver, size_t size)
{
	copy_string(driver, size, fake.override[index_of(bdf)]);
}

int sysfs_set_driver_override(const char *bdf, const char *driver)
{
	int err = change("d");

	if (!err)
		copy_string(fake.override[index_of(bdf)], NAME_SIZE, driver);
	return err;
}

int sysfs_unbind(const char *bdf)
{
	fake.bound[index_of(bdf)][0] = '\0';
	return 0;
}

/* "gpu" is the driver that takes whatever it may */
static void probe(u32 vf)
{
	const char *override = fake.override[vf];

	if (!*override && fake.autoprobe)
		copy_string(fake.bound[vf], NAME_SIZE, "gpu");
	else if (!strcmp(override, "vfio-pci") && !fake.vfio_broken)
		copy_string(fake.bound[vf], NAME_SIZE, override);
}

int sysfs_probe(const char *bdf)
{
	probe(index_of(bdf));
	return 0;
}

int sysfs_vf_bdf(const char *bdf, u32 index, char *vf, size_t size)
{
	if (index >= fake.gpu.num_vfs)
		return -ENODEV;
	snprintf(vf, size, "%u", index);
	return 0;
}

int sysfs_get_number(const char *bdf, const char *file, u32 *value)
{
	*value = strcmp(file, "sriov_numvfs") ? fake.autoprobe :
						fake.gpu.num_vfs;
	return 0;
}

static void disable(void)
{
	u32 i;

	for (i = 0; i < fake.gpu.num_vfs; i++) {
		fake.bound[i][0] = '\0';
		fake.override[i][0] = '\0';
	}
	for (i = 0; i < FAKE_VFS; i++)
		if (fake.gpu.vfs[i].fb_auto)
			fake.gpu.vfs[i] = (struct vf){};
	fake.gpu.num_vfs = 0;
	place(&fake.gpu);
}

static void enable(u32 n)
{
	u64 share = vf_area(&fake.gpu) / n;
	u32 i;

	share -= share % fake.gpu.fb_granularity;
	fake.gpu.num_vfs = n;
	for (i = 0; i < n; i++) {
		struct vf *vf = &fake.gpu.vfs[i];

		probe(i);
		if (fake.gpu.provisioning != GPUVF_PROVISIONING_AUTO)
			continue;
		vf->fb_bytes = share;
		vf->fb_auto = true;
		vf->time_slice_us = DEFAULT_TIME_SLICE_US;
	}
	place(&fake.gpu);
}

int sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	char number[16];
	int err;

	if (strcmp(file, "sriov_numvfs")) {
		fake.autoprobe = value;
		return 0;
	}
	if (value && fake.gpu.num_vfs)
		return -EBUSY;
	snprintf(number, sizeof(number), "%u", value);
	err = change(number);
	if (err)
		return err;
	if (value)
		enable(value);
	else
		disable();
	fake.gpu.generation++;
	return 0;
}

void sysfs_explain_absence(void)
{
}
