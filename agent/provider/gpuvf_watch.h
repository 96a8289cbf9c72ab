/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The family gpuvf, which comes and goes with its module, and its notifications.
 */
#ifndef AGENT_PROVIDER_GPUVF_WATCH_H
#define AGENT_PROVIDER_GPUVF_WATCH_H

#include "model/event.h"
#include "model/gpu.h"

struct nl_sock;

/**
 * struct watch - what happens to GPUs
 * @event: called for each notification; may change its GPU
 * @came: the family is there, perhaps with other ids than before; or it is not
 *	known whether it is. For watch_join(). NULL: is not of interest
 * @went: the family is gone; NULL: is not of interest
 * @arg: last argument of all three
 * @quiet: errors, and what is not permitted, are not reported
 * @fd: readable when there is something for watch_read()
 * @controller: tells when the family comes and goes
 * @family: gets its notifications
 */
struct watch {
	void (*event)(struct gpu *gpu, const struct gpu_event *event, void *arg);
	void (*came)(void *arg);
	void (*went)(void *arg);
	void *arg;
	bool quiet;
	int fd;
	struct nl_sock *controller;
	struct nl_sock *family;
};

int watch_open(struct watch *watch);
int watch_join(struct watch *watch);
int watch_read(struct watch *watch);
void watch_close(struct watch *watch);

int gpuvf_find_family(u16 *id);

#endif /* AGENT_PROVIDER_GPUVF_WATCH_H */
