// SPDX-License-Identifier: GPL-2.0
/*
 * Every provider, in the order in which they are asked which GPU is theirs. One that
 * is not on this machine, or does not answer, is left out: that fails only what is
 * about its GPUs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "pci/attr.h"
#include "pci/process.h"
#include "provider/generic.h"
#include "provider/gim.h"
#include "provider/gpuvf.h"
#include "provider/gpuvf_version.h"
#include "provider/i915.h"
#include "provider/nvidia.h"
#include "provider/registry.h"
#include "provider/xe.h"

static const struct provider_ops *const all[] = {
	&gpuvf_ops, &xe_ops, &nvidia_ops, &i915_ops, &gim_ops, &generic_ops,
};

#define NUM_PROVIDERS	ARRAY_SIZE(all)

/**
 * struct registry - a provider that passes on
 * @provider: its base
 * @open: by index into @all; NULL: not there
 * @error: by index: why it is not there
 */
struct registry {
	struct provider provider;
	struct provider *open[NUM_PROVIDERS];
	int error[NUM_PROVIDERS];
};

_Static_assert(!offsetof(struct registry, provider), "to_registry()");

static struct registry *to_registry(struct provider *provider)
{
	return (struct registry *)provider;
}

/* the first that says yes; Return: NUM_PROVIDERS: none */
static size_t find_owner(const char *bdf)
{
	size_t i = 0;

	while (i < NUM_PROVIDERS && !all[i]->owns(bdf))
		i++;
	return i;
}

/* Return: NULL: @why says why there is none that could be asked */
static struct provider *owner_of(struct provider *provider, const char *bdf,
				 struct failure *why)
{
	struct registry *registry = to_registry(provider);
	size_t i = find_owner(bdf);
	char *text;

	/* gpuvf knows a GPU for longer than it has a link to its driver */
	if (i == NUM_PROVIDERS && registry->open[0])
		i = 0;
	if (i < NUM_PROVIDERS && registry->open[i])
		return registry->open[i];
	if (i < NUM_PROVIDERS) {
		failure_explain(why, registry->error[i], REASON_NO_SUCH_PF, NO_VF,
				"GPU %s is driven by %s, which does not answer here%s%s",
				bdf, all[i]->abilities->provider,
				registry->error[i] == -ENOENT ? "" : ": ",
				registry->error[i] == -ENOENT ? "" :
				gpuvf_error_text(registry->error[i]));
	} else {
		text = why_not_driven(bdf);
		failure_explain(why, -ENODEV, REASON_NO_SUCH_PF, NO_VF, "%s", text);
		free(text);
	}
	return NULL;
}

static void all_close(struct provider *provider)
{
	struct registry *registry = to_registry(provider);
	size_t i;

	for (i = 0; i < NUM_PROVIDERS; i++)
		provider_close(registry->open[i]);
	attr_end();
	free(registry);
}

static void all_include(struct provider *provider, const char *bdf)
{
	struct registry *registry = to_registry(provider);
	size_t i;

	for (i = 0; i < NUM_PROVIDERS; i++)
		provider_include(registry->open[i], bdf);
}

/* the GPUs of a provider may differ */
static void own(struct gpu *gpu, const struct provider_ops *ops)
{
	gpu->abilities = gpu->abilities ?: ops->abilities;
}

/* is there a GPU of the provider, as far as links and files say? */
static bool has_any(size_t i)
{
	char **names = root_list("sys/bus/pci/devices");
	char bdf[BDF_SIZE];
	bool any = false;
	size_t n;

	for (n = 0; names[n] && !any; n++)
		any = parse_bdf(names[n], bdf, sizeof(bdf)) &&
		      find_owner(bdf) == i;
	root_list_free(names);
	return any;
}

static void take(struct gpu_list *gpus, struct gpu_list *some, size_t i)
{
	size_t n;

	for (n = 0; n < some->num; n++) {
		/* a later one would have it too */
		if (find_owner(some->gpus[n].bdf) < i) {
			gpu_free(&some->gpus[n]);
			continue;
		}
		own(&some->gpus[n], all[i]);
		*gpu_list_add(gpus) = some->gpus[n];
	}
	free(some->gpus);
}

static int read_all_of(struct registry *registry, size_t i,
		       struct gpu_list *gpus, struct failure *why)
{
	struct gpu_list some;
	int err;

	if (!registry->open[i])
		return failure_set(why, registry->error[i] == -ENOENT ? 0 :
				   registry->error[i]);
	err = provider_read_all(registry->open[i], &some, why);
	if (err)
		gpu_list_free(&some);
	else
		take(gpus, &some, i);
	return err;
}

/*
 * A provider that fails takes no GPUs from the others: it is an error where they have
 * none, else @gpus says whose are missing, and @why says why.
 */
static int all_read_all(struct provider *provider, struct gpu_list *gpus,
			struct failure *why)
{
	struct registry *registry = to_registry(provider);
	struct failure this;
	size_t i;
	int err;

	*gpus = (struct gpu_list){};
	failure_set(why, 0);
	for (i = 0; i < NUM_PROVIDERS; i++) {
		err = read_all_of(registry, i, gpus, &this);
		if (!err || gpus->lost)
			continue;
		gpus->lost = all[i]->abilities;
		gpus->lost_error = err;
		gpus->lost_any = has_any(i);
		*why = this;
	}
	return gpus->num ? 0 : gpus->lost_error;
}

static int all_read(struct provider *provider, const char *bdf,
		    struct gpu *gpu, struct failure *why)
{
	struct provider *owner = owner_of(provider, bdf, why);
	int err = owner ? provider_read(owner, bdf, gpu, why) : why->error;

	if (!err)
		own(gpu, owner->ops);
	return err;
}

static int all_set_layout(struct provider *provider, const struct gpu *wanted,
			  bool dry_run, struct gpu *result,
			  struct failure *why)
{
	struct provider *owner = owner_of(provider, wanted->bdf, why);

	return owner ? provider_set_layout(owner, wanted, dry_run, result,
					   why) : why->error;
}

static int all_set_num_vfs(struct provider *provider, const char *bdf, u32 num,
			   struct failure *why)
{
	struct provider *owner = owner_of(provider, bdf, why);

	return owner ? provider_set_num_vfs(owner, bdf, num, why) : why->error;
}

static int all_set_vf(struct provider *provider, const char *bdf, u32 index,
		      const struct vf *vf, u32 set, struct gpu *result,
		      struct failure *why)
{
	struct provider *owner = owner_of(provider, bdf, why);

	return owner ? provider_set_vf(owner, bdf, index, vf, set, result,
				       why) : why->error;
}

static int all_set_gpu(struct provider *provider, const char *bdf,
		       const struct gpu *settings, struct gpu *result,
		       struct failure *why)
{
	struct provider *owner = owner_of(provider, bdf, why);

	return owner ? provider_set_gpu(owner, bdf, settings, result, why) :
		       why->error;
}

static int all_set_placed(struct provider *provider, const struct gpu *wanted,
			  int vf, u32 set, struct gpu *result,
			  struct failure *why)
{
	struct provider *owner = owner_of(provider, wanted->bdf, why);

	return owner ? provider_set_placed(owner, wanted, vf, set, result,
					   why) : why->error;
}

static int all_operate(struct provider *provider, enum gpu_operation operation,
		       const char *bdf, int vf, struct gpu *result,
		       struct failure *why)
{
	struct provider *owner = owner_of(provider, bdf, why);

	return owner ? provider_operate(owner, operation, bdf, vf, result,
					why) : why->error;
}

/* GPUs without statistics are left as they are */
static int all_stats(struct provider *provider, struct gpu_list *gpus,
		     struct failure *why)
{
	struct registry *registry = to_registry(provider);
	bool any = !gpus->num;
	struct provider *owner;
	int err = 0;
	size_t i;

	for (i = 0; i < gpus->num; i++)
		any |= gpu_can_read(&gpus->gpus[i], ABILITY_STATS);
	if (!any) {
		owner = owner_of(provider, gpus->gpus[0].bdf, why);
		return owner ? provider_stats(owner, gpus, why) : why->error;
	}
	failure_set(why, 0);
	for (i = 0; i < NUM_PROVIDERS && !err; i++)
		if (registry->open[i] && all[i]->stats)
			err = provider_stats(registry->open[i], gpus, why);
	return err;
}

static const char *all_count_hint(struct provider *provider, const char *bdf,
				  int error)
{
	struct failure why;
	struct provider *owner = owner_of(provider, bdf, &why);

	return owner ? provider_count_hint(owner, bdf, error) : NULL;
}

/* what a provider cannot do is for the owner of the GPU to say */
static const struct provider_ops all_ops = {
	.abilities = &gpuvf_abilities,
	.close = all_close,
	.include = all_include,
	.read_all = all_read_all,
	.read = all_read,
	.set_layout = all_set_layout,
	.set_num_vfs = all_set_num_vfs,
	.set_vf = all_set_vf,
	.set_gpu = all_set_gpu,
	.set_placed = all_set_placed,
	.operate = all_operate,
	.stats = all_stats,
	.count_hint = all_count_hint,
};

/**
 * registry_open() - get ready for requests to all providers
 *
 * Return: a provider that passes each request on to the owner of the GPU.
 */
struct provider *registry_open(void)
{
	struct registry *registry = xcalloc(1, sizeof(*registry));
	size_t i;

	registry->provider.ops = &all_ops;
	for (i = 0; i < NUM_PROVIDERS; i++)
		registry->error[i] = all[i]->open(&registry->open[i]);
	return &registry->provider;
}

/**
 * registry_read_foreign() - read a GPU that another driver than gpuvf has
 * @bdf: PCI address
 * @gpu: result, to be freed after success; after errors other than -ENODEV it has
 *	abilities, and nothing else
 * @why: more about an error
 *
 * Reads files only, and asks no kernel.
 *
 * Return: 0; -ENODEV: it has no driver that a provider knows; another negative errno.
 */
int registry_read_foreign(const char *bdf, struct gpu *gpu,
			  struct failure *why)
{
	size_t i = find_owner(bdf);
	struct provider *provider;
	int err;

	if (i == NUM_PROVIDERS || all[i] == &gpuvf_ops)
		return failure_set(why, -ENODEV);
	err = all[i]->open(&provider);
	if (err)
		return failure_set(why, err);
	err = provider_read(provider, bdf, gpu, why);
	provider_close(provider);
	if (err)
		*gpu = (struct gpu){};
	own(gpu, all[i]);
	return err;
}

/**
 * registry_error() - why one provider cannot be asked
 * @provider: from registry_open()
 * @abilities: its abilities
 *
 * Return: 0: it can; else a negative errno: -ENOENT: it is not on this machine.
 */
int registry_error(const struct provider *provider,
		   const struct abilities *abilities)
{
	const struct registry *registry = (const struct registry *)provider;
	size_t i;

	for (i = 0; i < NUM_PROVIDERS; i++)
		if (same_provider(all[i]->abilities, abilities))
			return registry->error[i];
	return -ENOENT;
}
