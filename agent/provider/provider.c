// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to whatever makes the VFs of a GPU.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "pci/sysfs.h"
#include "provider/gpuvf.h"
#include "provider/gpuvf_version.h"
#include "provider/provider.h"

/* the PCI core takes a second for disabling VFs, and their drivers more */
#define SETTLE_POLL_MS	100
#define SETTLE_LIMIT_MS	3000

/**
 * provider_connect() - get ready for requests to gpuvf alone, which notifies
 * @provider: result, NULL after errors
 *
 * Never causes a module to be loaded.
 *
 * Return: 0; -ENOENT: it is not on this machine; another negative errno.
 */
int provider_connect(struct provider **provider)
{
	*provider = NULL;
	return gpuvf_ops.open(provider);
}

/**
 * provider_close() - release a provider
 * @provider: may be NULL
 */
void provider_close(struct provider *provider)
{
	if (provider)
		provider->ops->close(provider);
}

/**
 * provider_include() - a configuration names a GPU
 * @provider: the provider, NULL: none
 * @bdf: PCI address
 *
 * It is then one of all GPUs, whatever kind of device it is.
 */
void provider_include(struct provider *provider, const char *bdf)
{
	if (provider && provider->ops->include)
		provider->ops->include(provider, bdf);
}

/**
 * provider_read_all() - all GPUs with all their VFs
 * @provider: the provider
 * @gpus: result, to be freed with gpu_list_free() also after errors
 * @why: more about an error
 *
 * What belongs together is from one moment: when a change comes between, it
 * is read again.
 *
 * Return: 0, also when the GPUs of one provider are missing, which @gpus and @why tell;
 * or a negative errno: -EAGAIN: changes never stopped.
 */
int provider_read_all(struct provider *provider, struct gpu_list *gpus,
		      struct failure *why)
{
	return provider->ops->read_all(provider, gpus, why);
}

/**
 * provider_read() - one GPU with all its VFs
 * @provider: the provider
 * @bdf: its PCI address
 * @gpu: result, to be freed with gpu_free() after success
 * @why: more about an error
 *
 * Return: 0; -ENODEV: no such GPU; else a negative errno.
 */
int provider_read(struct provider *provider, const char *bdf, struct gpu *gpu,
		  struct failure *why)
{
	return provider->ops->read(provider, bdf, gpu, why);
}

static int refuse(const struct abilities *abilities, const char *bdf,
		  enum ability_key key, const char *reason, struct failure *why)
{
	char driver[NAME_SIZE];

	sysfs_driver(bdf, driver, sizeof(driver));
	return failure_explain(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, NO_VF,
			       "%s: GPU %s is driven by %s, which %s",
			       ability_name(key), bdf,
			       *driver ? driver : abilities->provider,
			       reason ?: "cannot do that");
}

static int cannot(const struct provider *provider, const char *bdf,
		  enum ability_key key, struct failure *why)
{
	const struct abilities *abilities = provider->ops->abilities;

	return refuse(abilities, bdf, key, ability_cannot(abilities, key), why);
}

/* settings of a VF as numbers, where they are some */
static const struct {
	u32 set;
	enum ability_key key;
} vf_settings[] = {
	{ VF_SET_FB, ABILITY_FB },
	{ VF_SET_TIME_SLICE, ABILITY_TIME_SLICE },
	{ VF_SET_PREEMPT, ABILITY_PREEMPT_TIMEOUT },
	{ VF_SET_PROFILE, ABILITY_LABEL },
	{ VF_SET_OFFSET, ABILITY_FB_OFFSET },
};

static u64 number_of(const struct vf *vf, enum ability_key key)
{
	switch (key) {
	case ABILITY_FB:
		return vf->fb_bytes;
	case ABILITY_TIME_SLICE:
		return vf->time_slice_us;
	case ABILITY_PREEMPT_TIMEOUT:
		return vf->preempt_timeout_us;
	case ABILITY_FB_OFFSET:
		return vf->fb_offset;
	default:
		return 0;
	}
}

/* the moment that it is for one VF */
static u32 moment_of(const struct gpu *gpu, u32 index)
{
	u32 moment = WHEN_EMPTY;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].fb_bytes)
			moment = 0;
	if (!gpu->num_vfs)
		return moment | WHEN_BEFORE_ENABLE;
	return moment | (gpu->vfs[index].in_use ? WHEN_RUNNING : WHEN_UNUSED);
}

/* what a provider that can be asked beforehand says better */
static int check_vf_setting(const struct gpu *live, u32 index,
			    const struct vf *vf, enum ability_key key,
			    struct failure *why)
{
	const struct abilities *abilities = gpu_abilities(live);
	const char *reason = ability_cannot(abilities, key);
	char *range;

	if (reason)
		return refuse(abilities, live->bdf, key, reason, why);
	range = ability_out_of_range(abilities, key, number_of(vf, key));

	if (range)
		failure_explain(why, -ERANGE, REASON_BAD_VALUE, index,
				"%s: GPU %s is driven by %s, which %s",
				ability_name(key), live->bdf, gpu_driver(live),
				range);
	else if (!(abilities->of[key].when & moment_of(live, index)))
		failure_explain(why, -EBUSY, !live->num_vfs ?
				REASON_VF_NOT_ENABLED : REASON_VF_IN_USE, index,
				"%s: GPU %s VF %u %s, and driver %s cannot change it then",
				ability_name(key), live->bdf, index,
				!live->num_vfs ? "is not enabled" :
				live->vfs[index].in_use ? "is in use" :
				"is enabled", gpu_driver(live));
	else
		failure_set(why, 0);
	free(range);
	return why->error;
}

static int check_vf(struct provider *provider, const char *bdf, u32 index,
		    const struct vf *vf, u32 set, struct failure *why)
{
	const struct abilities *abilities = provider->ops->abilities;
	struct gpu live;
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vf_settings); i++)
		if (set & vf_settings[i].set &&
		    ability_cannot(abilities, vf_settings[i].key))
			return cannot(provider, bdf, vf_settings[i].key, why);
	if (abilities->has_dry_run)
		return 0;
	err = provider_read(provider, bdf, &live, why);
	if (err)
		return err;
	if (index >= live.vfs_len)
		err = failure_explain(why, -ENODEV, REASON_NO_SUCH_VF, NO_VF,
				      "GPU %s has %u VF%s, no VF %u", bdf,
				      live.vfs_len, plural(live.vfs_len), index);
	for (i = 0; !err && i < ARRAY_SIZE(vf_settings); i++)
		if (set & vf_settings[i].set)
			err = check_vf_setting(&live, index, vf,
					       vf_settings[i].key, why);
	gpu_free(&live);
	return err;
}

/**
 * provider_set_layout() - set the layout of a GPU, or try whether it could be
 * @provider: the provider
 * @wanted: bdf, revision, VFs; policy, PF reserve and the offsets of VFs where its
 *	.set says so
 * @dry_run: change nothing
 * @result: what then holds, or would hold; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int provider_set_layout(struct provider *provider, const struct gpu *wanted,
			bool dry_run, struct gpu *result, struct failure *why)
{
	if (!provider->ops->set_layout)
		return cannot(provider, wanted->bdf, ABILITY_FB, why);
	return provider->ops->set_layout(provider, wanted, dry_run, result, why);
}

/**
 * provider_set_num_vfs() - enable VFs, or disable all
 * @provider: the provider
 * @bdf: of the GPU
 * @num: 0, or how many, none of them being enabled
 * @why: more about an error, without the GPU; without a message, the driver's errno
 *	is all there is
 *
 * Return: 0, or a negative errno.
 */
int provider_set_num_vfs(struct provider *provider, const char *bdf, u32 num,
			 struct failure *why)
{
	if (provider->ops->set_num_vfs)
		return provider->ops->set_num_vfs(provider, bdf, num, why);
	return failure_set(why, sysfs_set_number(bdf, NUMVFS, num));
}

/**
 * provider_set_vf() - change settings of one VF
 * @provider: the provider
 * @bdf: of the GPU
 * @index: of the VF
 * @vf: the settings
 * @set: VF_SET_*: which of them
 * @result: what then holds; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int provider_set_vf(struct provider *provider, const char *bdf, u32 index,
		    const struct vf *vf, u32 set, struct gpu *result,
		    struct failure *why)
{
	int err = check_vf(provider, bdf, index, vf, set, why);

	return err ?: provider->ops->set_vf(provider, bdf, index, vf, set,
					    result, why);
}

/**
 * provider_set_gpu() - change settings of a GPU as a whole
 * @provider: the provider
 * @bdf: of the GPU
 * @settings: policy and PF reserve, as its .set says
 * @result: what then holds; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int provider_set_gpu(struct provider *provider, const char *bdf,
		     const struct gpu *settings, struct gpu *result,
		     struct failure *why)
{
	const struct abilities *abilities = provider->ops->abilities;

	const char *reason = NULL;

	if (settings->set & GPU_SET_POLICY)
		reason = ability_cannot_word(abilities, ABILITY_POLICY,
					     settings->policy);
	if (reason)
		return refuse(abilities, bdf, ABILITY_POLICY, reason, why);
	if (settings->set & GPU_SET_PF_RESERVE &&
	    ability_cannot(abilities, ABILITY_PF_RESERVE))
		return cannot(provider, bdf, ABILITY_PF_RESERVE, why);
	return provider->ops->set_gpu(provider, bdf, settings, result, why);
}

/**
 * provider_set_placed() - change settings, and where the framebuffer of VFs is
 * @provider: the provider, which takes offsets
 * @wanted: bdf, revision, the offsets of all VFs; policy and PF reserve where its
 *	.set says so
 * @vf: index of the VF of which settings change too, NO_VF: none
 * @set: VF_SET_*: which of them
 * @result: what then holds; to be freed after success
 * @why: more about an error
 *
 * Unlike provider_set_layout(), leaves what is not given as it is.
 *
 * Return: 0, or the kernel's negative errno.
 */
int provider_set_placed(struct provider *provider, const struct gpu *wanted,
			int vf, u32 set, struct gpu *result,
			struct failure *why)
{
	if (!provider->ops->set_placed)
		return cannot(provider, wanted->bdf, ABILITY_FB_OFFSET, why);
	return provider->ops->set_placed(provider, wanted, vf, set, result,
					 why);
}

/**
 * provider_operate() - do something to a GPU or to one of its VFs
 * @provider: the provider
 * @operation: what to do; only a reset can be done to a GPU
 * @bdf: of the GPU
 * @vf: index of the VF, NO_VF: the GPU
 * @result: what the kernel says of it then; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int provider_operate(struct provider *provider, enum gpu_operation operation,
		     const char *bdf, int vf, struct gpu *result,
		     struct failure *why)
{
	if (!provider->ops->operate)
		return cannot(provider, bdf, ABILITY_OPERATE, why);
	return provider->ops->operate(provider, operation, bdf, vf, result,
				      why);
}

/**
 * provider_stats() - what the VFs got and did
 * @provider: the provider
 * @gpus: as provider_read_all() found them; gets the statistics of those that
 *	are still there
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno: -EPERM without privilege.
 */
int provider_stats(struct provider *provider, struct gpu_list *gpus,
		   struct failure *why)
{
	if (!provider->ops->stats)
		return cannot(provider, gpus->num ? gpus->gpus[0].bdf : "",
			      ABILITY_STATS, why);
	return provider->ops->stats(provider, gpus, why);
}

/**
 * provider_count_hint() - say what is behind an error of sriov_numvfs
 * @provider: the provider
 * @bdf: of the GPU
 * @error: negative errno
 *
 * Return: the likely cause and the way out; NULL: nothing is known.
 */
const char *provider_count_hint(struct provider *provider, const char *bdf,
				int error)
{
	if (!provider->ops->count_hint)
		return NULL;
	return provider->ops->count_hint(provider, bdf, error);
}

/**
 * failure_text() - describe an error as well as possible
 * @why: filled by a request that failed
 *
 * Return: the kernel's full message, else the extended ack, else the errno in
 * words.
 */
const char *failure_text(const struct failure *why)
{
	if (why->detail.message[0])
		return why->detail.message;
	if (why->ack[0])
		return why->ack;
	/* of the family: its id is not known any more */
	if (why->error == -ENOENT)
		return "module gpuvf is gone";
	return gpuvf_error_text(why->error);
}

/**
 * provider_read_settled() - read a GPU when no VFs are being enabled or disabled
 * @provider: the provider
 * @bdf: of the GPU
 * @gpu: result
 * @why: more about an error
 *
 * What another program does to the number of VFs is over after a second or two,
 * unless a driver of a VF waits for its user.
 *
 * Return: 0, also when VFs are still being enabled or disabled after some
 * seconds, which @gpu tells; or a negative errno.
 */
int provider_read_settled(struct provider *provider, const char *bdf,
			  struct gpu *gpu, struct failure *why)
{
	u64 end = monotonic_ms() + SETTLE_LIMIT_MS;
	int err;

	while (!(err = provider_read(provider, bdf, gpu, why)) &&
	       gpu->vfs_changing && monotonic_ms() < end) {
		gpu_free(gpu);
		sleep_ms(SETTLE_POLL_MS);
	}
	return err;
}
