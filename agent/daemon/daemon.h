/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon: what it knows, and the parts that it is made of.
 */
#ifndef AGENT_DAEMON_DAEMON_H
#define AGENT_DAEMON_DAEMON_H

#include <systemd/sd-event.h>

#include "base/root.h"
#include "plan/plan.h"
#include "plan/target.h"
#include "provider/gpuvf_watch.h"

#define CONTROL_SOCKET	RUN_DIR "/daemon.sock"

struct name_watch;

/**
 * struct managed_gpu - a GPU that the configuration is about
 * @bdf: which one
 * @pending: it is still to be brought to the state of the configuration
 * @differs: it differs from the configuration, which was reported
 * @is_polled: its provider notifies of nothing
 * @code: how the last attempt ended
 * @retry_ms: no attempt before that; CLOCK_MONOTONIC
 * @backoff_ms: how long the next pause will be
 */
struct managed_gpu {
	char bdf[BDF_SIZE];
	bool pending;
	bool differs;
	bool is_polled;
	int code;
	u64 retry_ms;
	u64 backoff_ms;
};

/**
 * struct daemon - the daemon
 * @file: configuration to read, NULL: the system's
 * @targets: the last good configuration, and plans while they are worked on
 * @gpus: the GPUs it is about, as far as they came
 * @num_gpus: entries of @gpus
 * @event: the loop
 * @names: where the configuration is, watched
 * @num_names: entries of @names
 * @watch: what the kernel has to say
 * @has_family: the module is there, and heard
 * @num_missing: sections whose GPU is not there, as far as that is known
 * @absence_reported: what is missing was reported since the configuration was
 *	read
 * @waits_for_lock: another process changes GPUs, and that was reported
 * @backoff_ms: the last pause after a failure that was not one GPU's
 * @check_ms: when to look at the GPUs again, 0: not by itself
 * @reload_ms: when to read the configuration again, 0: not by itself
 */
struct daemon {
	const char *file;
	struct targets targets;
	struct managed_gpu *gpus;
	size_t num_gpus;
	sd_event *event;
	struct name_watch *names;
	size_t num_names;
	struct watch watch;
	bool has_family;
	size_t num_missing;
	bool absence_reported;
	bool waits_for_lock;
	u64 backoff_ms;
	u64 check_ms;
	u64 reload_ms;
};

/* daemon_run.c: the loop */
int daemon_run(const char *file);

/* daemon_sync.c: making GPUs what the configuration says */
int daemon_load(struct daemon *d, bool *changed);
bool daemon_has_others(const struct daemon *d);
int daemon_explain_absence(struct daemon *d);
int daemon_go_on_deaf(const struct daemon *d, int error);
int daemon_sync(struct daemon *d);
void daemon_gpu_came(struct daemon *d, const char *bdf);
void daemon_gpu_went(struct daemon *d, const char *bdf);
void daemon_forget_all(struct daemon *d);
void daemon_free(struct daemon *d);

/* daemon_kernel.c: news from the kernel */
int kernel_watch_open(struct daemon *d);

/* daemon_files.c: when the configuration's files change */
int files_watch(struct daemon *d);
void files_close(struct daemon *d);

/* daemon_control.c: the socket of "reload" */
int control_listen(void);
void control_serve(int listener, struct daemon *d, int (*reload)(struct daemon *d));
int control_reload(void);

/* daemon_notify.c: the service manager */
void notify_ready(const struct daemon *d);
void notify_reloading(void);

#endif /* AGENT_DAEMON_DAEMON_H */
