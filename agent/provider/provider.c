// SPDX-License-Identifier: GPL-2.0
/*
 * What most verbs begin with: a way to the kernel, and the GPUs.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/util.h"
#include "provider/provider.h"

/* the PCI core takes a second for disabling VFs, and their drivers more */
#define SETTLE_POLL_MS	100
#define SETTLE_LIMIT_MS	3000

/**
 * provider_open() - get ready to talk to the kernel
 * @client: result
 *
 * Never causes a module to be loaded. Prints why the kernel does not answer.
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_FAILED.
 */
int provider_open(struct client **client)
{
	int err = client_open(client);

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
 * provider_get_gpus() - read all GPUs, print why not
 * @client: the client
 * @gpus: result
 *
 * Return: EXIT_DONE, or the exit code of the error.
 */
int provider_get_gpus(struct client *client, struct gpu_list *gpus)
{
	struct client_error why;

	if (!client_get_gpus(client, gpus, &why))
		return EXIT_DONE;
	pr_err("cannot read the GPUs: %s", client_error_text(&why));
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
 * @client: the client
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
int provider_read_settled(struct client *client, const char *bdf,
			  struct gpu *gpu, struct client_error *why)
{
	u64 end = monotonic_ms() + SETTLE_LIMIT_MS;
	int err;

	while (!(err = client_get_gpu(client, bdf, gpu, why)) &&
	       gpu->vfs_changing && monotonic_ms() < end) {
		gpu_free(gpu);
		sleep_ms(SETTLE_POLL_MS);
	}
	return err;
}
