// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to whatever makes the VFs of a GPU.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/util.h"
#include "provider/gpuvf.h"
#include "provider/provider.h"

/* the PCI core takes a second for disabling VFs, and their drivers more */
#define SETTLE_POLL_MS	100
#define SETTLE_LIMIT_MS	3000

/**
 * provider_connect() - get ready for requests
 * @provider: result, NULL after errors
 *
 * Never causes a module to be loaded.
 *
 * Return: 0; -ENOENT: the provider is not on this machine; another negative
 * errno.
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
 * provider_read_all() - all GPUs with all their VFs
 * @provider: the provider
 * @gpus: result, to be freed with gpu_list_free() also after errors
 * @why: more about an error
 *
 * What belongs together is from one moment: when a change comes between, it
 * is read again.
 *
 * Return: 0, or a negative errno: -EAGAIN: changes never stopped.
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

/**
 * provider_set_layout() - set the layout of a GPU, or try whether it could be
 * @provider: the provider
 * @wanted: bdf, generation, VFs; policy, PF reserve and the offsets of VFs where its
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
	return provider->ops->set_layout(provider, wanted, dry_run, result, why);
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
	return provider->ops->set_vf(provider, bdf, index, vf, set, result,
				     why);
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
	return provider->ops->set_gpu(provider, bdf, settings, result, why);
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
	return provider->ops->stats(provider, gpus, why);
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
	if (why->refusal.message[0])
		return why->refusal.message;
	if (why->ack[0])
		return why->ack;
	/* of the family: its id is not known any more */
	if (why->error == -ENOENT)
		return "module gpuvf is gone";
	return strerror(-why->error);
}

/**
 * provider_open() - get ready to talk to the kernel
 * @provider: result
 *
 * Never causes a module to be loaded. Prints why the kernel does not answer.
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_FAILED.
 */
int provider_open(struct provider **provider)
{
	int err = provider_connect(provider);

	if (err == -ENOENT) {
		gpuvf_explain_absence();
		return EXIT_MISSING;
	}
	if (err) {
		pr_err("generic netlink: %s", strerror(-err));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/**
 * provider_list() - read all GPUs, or print why not
 * @provider: the provider
 * @gpus: result
 *
 * Return: EXIT_DONE, or the exit code of the error.
 */
int provider_list(struct provider *provider, struct gpu_list *gpus)
{
	struct failure why;

	if (!provider_read_all(provider, gpus, &why))
		return EXIT_DONE;
	pr_err("cannot read the GPUs: %s", failure_text(&why));
	return exit_code_of(why.error);
}

/**
 * explain_no_gpus() - print that there is no GPU, for verbs about all of them
 * @gpus: all GPUs
 *
 * Return: EXIT_DONE: there are some; EXIT_MISSING, which is printed.
 */
int explain_no_gpus(const struct gpu_list *gpus)
{
	if (gpus->num)
		return EXIT_DONE;
	pr_err("module gpuvf is loaded, but drives no GPU");
	return EXIT_MISSING;
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
