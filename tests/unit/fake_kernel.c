// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "base/progress.h"
#include "fake_kernel.h"
#include "model/host_driver.h"
#include "pci/sysfs.h"
#include "provider/gpuvf.h"

struct fake_gpu fakes[FAKE_GPUS];
struct fake_errors fake_errors;

void fake_free(void)
{
	size_t i;

	for (i = 0; i < FAKE_GPUS; i++)
		gpu_free(&fakes[i].gpu);
}

void fake_reset(void)
{
	size_t i;

	fake_free();
	fake_errors = (struct fake_errors){};
	for (i = 0; i < FAKE_GPUS; i++) {
		fakes[i] = (struct fake_gpu){
			.gpu = test_gpu(),
			.is_there = !i,
			.autoprobe = 1,
			.has_vfio = true,
			.has_gpu = true,
		};
		snprintf(fakes[i].gpu.bdf, BDF_SIZE, "0000:4%zu:00.0", i + 1);
		fakes[i].gpu.has_states = true;
		fakes[i].gpu.capabilities = CAPABILITY_SCRUB;
	}
}

/* of a PF; a test that does not care gives "" */
static struct fake_gpu *fake_of(const char *bdf)
{
	return strcmp(bdf, fakes[1].gpu.bdf) ? &fakes[0] : &fakes[1];
}

static u32 number_of(const char *vf)
{
	return strtoul(vf, NULL, 10);
}

static struct fake_gpu *fake_of_vf(const char *vf)
{
	return &fakes[number_of(vf) / 100];
}

static u32 index_of(const char *vf)
{
	return number_of(vf) % 100;
}

/* a driver that was loaded for VFs takes those that it may have */
static void be_eager(struct fake_gpu *f)
{
	u32 i;

	for (i = 0; f->eager && i < f->gpu.num_vfs; i++) {
		if (!f->autoprobe || *f->override[i] || *f->bound[i])
			continue;
		copy_string(f->bound[i], NAME_SIZE, "gpu");
		f->taken[i] = true;
	}
}

static int change(struct fake_gpu *f, const char *what)
{
	if (++f->changes == f->raise_at)
		raise(f->signal);
	if (f->changes == f->fail_at ||
	    (f->fail_on && f->fail_at && f->changes > f->fail_at)) {
		if (f->fail_wedges)
			f->gpu.state = PF_STATE_WEDGED;
		return f->fail_error;
	}
	strcat(f->log, what);
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
	}
}

static void settle(struct gpu *gpu)
{
	u32 i;

	gpu->fb_free = vf_area(gpu);
	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		gpu->fb_free -= vf->fb_bytes;
		if (!vf->preempt_timeout_us && vf->time_slice_us)
			vf->preempt_timeout_us = vf_preempt_timeout_us(vf);
	}
	gpu->fb_largest_free = gpu->fb_free;
}

static bool is_free(const struct gpu *gpu, u32 index)
{
	const struct vf *vf = &gpu->vfs[index];
	u32 i;

	if (vf->fb_offset % gpu->fb_alloc_unit ||
	    vf->fb_offset < gpu->fb_pf_reserve + gpu->fb_context_save ||
	    vf->fb_offset + vf->fb_bytes > gpu->fb_total ||
	    (!vf->in_use && gpu_has_quarantined(gpu, vf->fb_offset,
						vf->fb_offset + vf->fb_bytes)))
		return false;
	for (i = 0; i < index; i++)
		if (gpu->vfs[i].fb_bytes &&
		    gpu->vfs[i].fb_offset < vf->fb_offset + vf->fb_bytes &&
		    vf->fb_offset < gpu->vfs[i].fb_offset + gpu->vfs[i].fb_bytes)
			return false;
	return true;
}

static bool same_framebuffer(const struct gpu *is, const struct gpu *next)
{
	u32 i;

	for (i = 0; i < next->vfs_len; i++)
		if (is->vfs[i].fb_bytes != next->vfs[i].fb_bytes ||
		    is->vfs[i].fb_offset != next->vfs[i].fb_offset)
			return false;
	return is->fb_pf_reserve == next->fb_pf_reserve;
}

/* where it was asked for; 0, or why it cannot be there */
static u32 place_as_wanted(const struct gpu *is, struct gpu *next,
			   const struct gpu *wanted)
{
	u32 i;

	for (i = 0; i < next->vfs_len; i++)
		if (next->vfs[i].fb_bytes)
			next->vfs[i].fb_offset = wanted->vfs[i].fb_offset;
	if (same_framebuffer(is, next))
		return 0;
	for (i = 0; i < next->vfs_len; i++) {
		if (!next->vfs[i].fb_bytes)
			continue;
		if (is->vfs[i].in_use && is->vfs[i].fb_bytes &&
		    is->vfs[i].fb_offset != wanted->vfs[i].fb_offset)
			return REASON_OFFSET_IN_USE;
		if (!is_free(next, i))
			return REASON_OFFSET_TAKEN;
	}
	return 0;
}

static int refuse(struct failure *why, int error)
{
	*why = (struct failure){ .error = error, .ack = "refused" };
	why->detail.vf = NO_VF;
	return error;
}

static int fake_open(struct provider **provider)
{
	*provider = &fake_provider;
	return 0;
}

static bool fake_owns(const char *bdf)
{
	size_t i;

	for (i = 0; i < FAKE_GPUS; i++)
		if (fakes[i].is_there && !strcmp(fakes[i].gpu.bdf, bdf))
			return true;
	return false;
}

static void fake_close(struct provider *provider)
{
}

static int fake_read_all(struct provider *provider, struct gpu_list *gpus,
			 struct failure *why)
{
	size_t i;

	*gpus = (struct gpu_list){};
	if (fake_errors.list)
		return refuse(why, fake_errors.list);
	for (i = 0; i < FAKE_GPUS; i++)
		if (fakes[i].is_there)
			gpu_copy(gpu_list_add(gpus), &fakes[i].gpu);
	return 0;
}

static int fake_read(struct provider *provider, const char *bdf,
		     struct gpu *gpu, struct failure *why)
{
	struct fake_gpu *f = fake_of(bdf);
	int error = f->is_there ? f->get_error : -ENODEV;

	if (f->gpu.vfs_changing && f->changing_for && !--f->changing_for)
		f->gpu.vfs_changing = false;

	if (error)
		return refuse(why, error);
	gpu_copy(gpu, &f->gpu);
	f->gpu.fb_needs_scrub -= f->scrubs < f->gpu.fb_needs_scrub ?
				 f->scrubs : f->gpu.fb_needs_scrub;
	if (f->reset_reads && f->reset_reads--)
		gpu->resets--;
	return 0;
}

static int next_gpu(const struct fake_gpu *f, const struct gpu *wanted,
		    struct gpu *next, u32 *reason)
{
	u64 sum = 0;
	u32 i;

	gpu_copy(next, &f->gpu);
	if (wanted->set & GPU_SET_POLICY)
		next->policy = wanted->policy;
	if (wanted->set & GPU_SET_PF_RESERVE)
		next->fb_pf_reserve = wanted->fb_pf_reserve;
	for (i = 0; i < FAKE_VFS; i++) {
		struct vf *vf = &next->vfs[i];

		if (vf->in_use && vf->fb_bytes != wanted->vfs[i].fb_bytes)
			return -EBUSY;
		vf->fb_bytes = wanted->vfs[i].fb_bytes;
		vf->time_slice_us = wanted->vfs[i].time_slice_us;
		vf->preempt_timeout_us = wanted->vfs[i].preempt_timeout_us;
		vf->fb_auto = false;
		copy_string(vf->profile, LABEL_SIZE, wanted->vfs[i].profile);
		sum += vf->fb_bytes;
	}
	if (sum > vf_area(next))
		return -ENOSPC;
	next->provisioning = sum ? PROVISIONING_EXPLICIT :
				   PROVISIONING_AUTO;
	if (wanted->set & GPU_SET_PLACES)
		*reason = place_as_wanted(&f->gpu, next, wanted);
	else
		place(next);
	settle(next);
	return *reason ? -ENOSPC : 0;
}

static int fake_set_layout(struct provider *provider, const struct gpu *wanted,
			   bool dry_run, struct gpu *result,
			   struct failure *why)
{
	struct fake_gpu *f = fake_of(wanted->bdf);
	struct gpu next = {};
	u32 reason = 0;
	int err = 0;

	if (f->deny) {
		refuse(why, -EPERM);
		why->ack[0] = '\0';
		return -EPERM;
	}
	f->asked++;
	if (f->when_asked)
		f->when_asked();
	if (f->stale) {
		f->stale--;
		f->gpu.revision++;
	}
	if (f->gpu.state == PF_STATE_WEDGED)
		return refuse(why, -EIO);
	if (!dry_run && f->changes_late) {
		f->changes_late = false;
		f->gpu.vfs_changing = true;
	}
	if (f->gpu.vfs_changing) {
		refuse(why, -EBUSY);
		why->detail.reason = REASON_VF_COUNT_CHANGING;
		return -EBUSY;
	}
	if (wanted->revision != f->gpu.revision)
		return refuse(why, -ESTALE);
	err = next_gpu(f, wanted, &next, &reason);
	if (!err && !dry_run)
		err = change(f, "L");
	if (err) {
		gpu_free(&next);
		refuse(why, err);
		why->detail.reason = reason;
		return err;
	}
	gpu_copy(result, &next);
	if (!dry_run) {
		gpu_free(&f->gpu);
		f->gpu = next;
		f->gpu.revision++;
	} else {
		gpu_free(&next);
	}
	return 0;
}

static int end_change(struct fake_gpu *f, struct gpu *result,
		      struct failure *why)
{
	if (f->set_error && f->fail_wedges)
		f->gpu.state = PF_STATE_WEDGED;
	if (f->set_error)
		return refuse(why, f->set_error);
	gpu_copy(result, &f->gpu);
	return 0;
}

static int fake_set_vf(struct provider *provider, const char *bdf, u32 index,
		       const struct vf *vf, u32 set, struct gpu *result,
		       struct failure *why)
{
	return end_change(fake_of(bdf), result, why);
}

static int fake_set_gpu(struct provider *provider, const char *bdf,
			const struct gpu *settings, struct gpu *result,
			struct failure *why)
{
	return end_change(fake_of(bdf), result, why);
}

static int fake_set_placed(struct provider *provider, const struct gpu *wanted,
			   int vf, u32 set, struct gpu *result,
			   struct failure *why)
{
	struct fake_gpu *f = fake_of(wanted->bdf);
	struct gpu next;
	u32 reason, i;

	if (f->when_asked)
		f->when_asked();
	if (wanted->revision != f->gpu.revision)
		return refuse(why, -ESTALE);
	gpu_copy(&next, &f->gpu);
	if (wanted->set & GPU_SET_PF_RESERVE)
		next.fb_pf_reserve = wanted->fb_pf_reserve;
	for (i = 0; i < next.vfs_len && (set & VF_SET_FB); i++)
		if ((int)i == vf)
			next.vfs[i].fb_bytes = wanted->vfs[i].fb_bytes;
	reason = place_as_wanted(&f->gpu, &next, wanted);
	if (reason) {
		gpu_free(&next);
		refuse(why, -ENOSPC);
		why->detail.reason = reason;
		return -ENOSPC;
	}
	if (!f->set_error) {
		settle(&next);
		gpu_free(&f->gpu);
		f->gpu = next;
		f->gpu.revision++;
	} else {
		gpu_free(&next);
	}
	return end_change(f, result, why);
}

static int fake_operate(struct provider *provider, enum gpu_operation operation,
			const char *bdf, int vf, struct gpu *result,
			struct failure *why)
{
	struct fake_gpu *f = fake_of(bdf);
	int err = end_change(f, result, why);

	/* a reset is over when it is asked for */
	if (!err && operation == OPERATION_RESET && vf == NO_VF)
		f->gpu.resets++;
	else if (!err && operation == OPERATION_RESET &&
		 (u32)vf < f->gpu.vfs_len)
		f->gpu.vfs[vf].resets++;
	return err;
}

static int fake_stats(struct provider *provider, struct gpu_list *gpus,
		      struct failure *why)
{
	size_t i;
	u32 vf;

	if (fake_errors.stats)
		return refuse(why, fake_errors.stats);
	for (i = 0; i < gpus->num; i++)
		for (vf = 0; vf < gpus->gpus[i].num_vfs; vf++)
			gpus->gpus[i].vfs[vf].has_stats = true;
	return 0;
}

const struct provider_ops gpuvf_ops = {
	.abilities = &gpuvf_abilities,
	.owns = fake_owns,
	.open = fake_open,
	.close = fake_close,
	.read_all = fake_read_all,
	.read = fake_read,
	.set_layout = fake_set_layout,
	.set_vf = fake_set_vf,
	.set_gpu = fake_set_gpu,
	.set_placed = fake_set_placed,
	.operate = fake_operate,
	.stats = fake_stats,
};

struct provider fake_provider = { .ops = &gpuvf_ops };

bool sysfs_has_device(const char *bdf)
{
	return false;
}

bool sysfs_has_driver(const char *driver)
{
	return fake.has_vfio || strcmp(driver, "vfio-pci");
}

bool sysfs_has_iommu(const char *bdf)
{
	return !fake_of(bdf)->no_iommu;
}

void sysfs_driver(const char *bdf, char *driver, size_t size)
{
	copy_string(driver, size, fake_of_vf(bdf)->bound[index_of(bdf)]);
}

int sysfs_driver_override(const char *bdf, char *driver, size_t size)
{
	copy_string(driver, size, fake_of_vf(bdf)->override[index_of(bdf)]);
	return 0;
}

int sysfs_set_driver_override(const char *bdf, const char *driver)
{
	struct fake_gpu *f = fake_of_vf(bdf);
	int err = change(f, "d");

	if (!err)
		copy_string(f->override[index_of(bdf)], NAME_SIZE, driver);
	be_eager(f);
	return err;
}

int sysfs_unbind(const char *bdf)
{
	struct fake_gpu *f = fake_of_vf(bdf);

	f->bound[index_of(bdf)][0] = '\0';
	be_eager(f);
	return 0;
}

static void probe(struct fake_gpu *f, u32 vf)
{
	const char *override = f->override[vf];

	if (*f->bound[vf])
		return;
	if (!*override && f->autoprobe && f->has_gpu)
		copy_string(f->bound[vf], NAME_SIZE, "gpu");
	else if (is_vfio_driver(override) && !f->vfio_broken)
		copy_string(f->bound[vf], NAME_SIZE, override);
}

/* as what waits for a child that writes; @seen: VFs that are there meanwhile */
static void take_time(struct fake_gpu *f, u32 seen)
{
	u32 num_vfs = f->gpu.num_vfs;

	if (!f->is_slow)
		return;
	f->gpu.num_vfs = seen;
	sleep_ms(1100);
	progress_tick();
	f->gpu.num_vfs = num_vfs;
}

int sysfs_probe(const char *bdf)
{
	take_time(fake_of_vf(bdf), fake_of_vf(bdf)->gpu.num_vfs);
	probe(fake_of_vf(bdf), index_of(bdf));
	return 0;
}

int sysfs_vf_bdf(const char *bdf, u32 index, char *vf, size_t size)
{
	struct fake_gpu *f = fake_of(bdf);

	if (index >= f->gpu.num_vfs)
		return -ENODEV;
	snprintf(vf, size, "%u", index + (f == &fakes[1] ? 100 : 0));
	return 0;
}

int sysfs_get_number(const char *bdf, const char *file, u32 *value)
{
	const struct fake_gpu *f = fake_of(bdf);

	*value = strcmp(file, "sriov_numvfs") ? f->autoprobe : f->gpu.num_vfs;
	return 0;
}

static void disable(struct fake_gpu *f)
{
	u32 i;

	for (i = 0; i < f->gpu.num_vfs; i++) {
		f->bound[i][0] = '\0';
		f->override[i][0] = '\0';
	}
	for (i = 0; i < FAKE_VFS; i++)
		if (f->gpu.vfs[i].fb_auto || f->forgets)
			f->gpu.vfs[i] = (struct vf){};
	f->gpu.num_vfs = 0;
	settle(&f->gpu);
}

static void enable(struct fake_gpu *f, u32 n)
{
	u64 share = vf_area(&f->gpu) / n;
	u32 i;

	share -= share % f->gpu.fb_alloc_unit;
	f->gpu.num_vfs = n;
	for (i = 0; i < n; i++) {
		struct vf *vf = &f->gpu.vfs[i];

		probe(f, i);
		f->taken[i] |= *f->bound[i];
		if (f->gpu.provisioning != PROVISIONING_AUTO)
			continue;
		vf->fb_bytes = share;
		vf->fb_auto = true;
		vf->time_slice_us = DEFAULT_TIME_SLICE_US;
	}
	if (f->gpu.provisioning == PROVISIONING_AUTO)
		place(&f->gpu);
	settle(&f->gpu);
}

/* what only other providers' GPUs have */
int sysfs_read(const char *bdf, const char *file, char **text)
{
	return -ENOENT;
}

int sysfs_write(const char *bdf, const char *file, const char *text)
{
	return -ENOENT;
}

int sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	struct fake_gpu *f = fake_of(bdf);
	char number[16];
	int err;

	if (strcmp(file, "sriov_numvfs")) {
		if (value && f->autoprobe_fails) {
			f->autoprobe_fails--;
			return -EIO;
		}
		f->autoprobe = value;
		be_eager(f);
		return 0;
	}
	if (value && f->gpu.num_vfs)
		return -EBUSY;
	snprintf(number, sizeof(number), "%u", value);
	err = change(f, number);
	if (err)
		return err;
	take_time(f, value / 2);
	if (value)
		enable(f, value);
	else
		disable(f);
	f->gpu.revision++;
	be_eager(f);
	return 0;
}

void gpuvf_explain_absence(void)
{
}

/**
 * fake_vm() - VM "web", process 77, has VF 0 open
 * @root: where the files of the system are
 */
void fake_vm(const char *root)
{
	char *command = xasprintf("cd %s && mkdir -p proc/77/fd sys/class/vfio/7 "
				  "sys/bus/pci/devices/0000:41:02.0 && "
				  "cd sys/bus/pci/devices/0000:41:02.0 && "
				  "ln -sfn ../../../kernel/iommu_groups/7 iommu_group && "
				  "echo 0x4756 > vendor && echo 0x0021 > device && "
				  "echo 1 > numa_node && cd ../../../../../proc/77 && "
				  "ln -sf /dev/vfio/7 fd/9 && echo qemu-system-x86 > comm && "
				  "printf 'qemu\\0-name\\0guest=web\\0' > cmdline", root);

	assert_int_equal(system(command), 0);
	free(command);
}
