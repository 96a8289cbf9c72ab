// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications to the service manager.
 */
#include <stdio.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "daemon/daemon.h"

/* "2 GPUs as configured", or how many are not */
static void write_status(const struct daemon *d, char *text, size_t size)
{
	size_t good = 0;
	size_t i;

	for (i = 0; i < d->num_gpus; i++)
		good += !d->gpus[i].pending && !d->gpus[i].differs;
	if (!d->num_gpus)
		snprintf(text, size, "no GPU of the configuration is there");
	else if (d->num_missing)
		snprintf(text, size, "%zu of %zu GPUs as configured, %zu missing",
			 good, d->num_gpus + d->num_missing, d->num_missing);
	else
		snprintf(text, size, "%zu of %zu GPUs as configured", good,
			 d->num_gpus);
}

/**
 * notify_ready() - up, and how it is going
 * @d: the daemon
 */
void notify_ready(const struct daemon *d)
{
	char status[128];

	write_status(d, status, sizeof(status));
	sd_notifyf(0, "READY=1\nSTATUS=%s\nMAINPID=%d", status, getpid());
}

/** notify_reloading() - notify of a reload; notify_ready() follows */
void notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   monotonic_ms() * 1000);
}
