/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What VFs and their GPU did that an administrator should know of: one message, for
 * the kernel log and for the netlink group "event". A guest can cause events,
 * so each kind of them is reported only so often for each VF; what comes oftener is
 * counted, and reported as one.
 */
#ifndef GPUVF_EVENT_H
#define GPUVF_EVENT_H

#include <linux/gpuvf.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "base/error.h"
#include "base/pure.h"

struct gpuvf_pf;

/**
 * struct gpuvf_event - something that happened
 * @cmd: which notification: GPUVF_CMD_VF_STATE_CHANGE to
 *	GPUVF_CMD_PF_WAS_RESET
 * @vf: index of the VF, GPUVF_NO_VF: the whole GPU
 * @time_ns: CLOCK_MONOTONIC, of the latest one; set by gpuvf_event_locked()
 * @count: how many it stands for; set by gpuvf_event_locked()
 * @old_state: of the VF; GPUVF_CMD_VF_STATE_CHANGE only
 * @hang: what the VF hung at; GPUVF_CMD_VF_HANG only
 * @threshold: what it did too often; GPUVF_CMD_THRESHOLD_EXCEEDED only
 * @limit: how often it may in @window_ms; GPUVF_CMD_THRESHOLD_EXCEEDED only
 * @window_ms: see @limit
 * @error: positive errno, 0: success; GPUVF_CMD_VF_WAS_RESET and
 *	GPUVF_CMD_PF_WAS_RESET only
 * @fb: framebuffer that could not be scrubbed; GPUVF_CMD_FB_SCRUB_FAILED only
 * @message: the sentence, as in the kernel log
 */
struct gpuvf_event {
	u8 cmd;
	int vf;
	u64 time_ns;
	u64 count;
	enum gpuvf_vf_state old_state;
	enum gpuvf_hang hang;
	enum gpuvf_threshold threshold;
	u64 limit;
	u64 window_ms;
	u32 error;
	struct gpuvf_extent fb;
	char message[GPUVF_ERROR_MESSAGE_LEN];
};

/* an event: GPUVF_CMD_@command of a VF, or GPUVF_NO_VF, and further members */
#define GPUVF_EVENT(command, index, ...)				\
	(&(struct gpuvf_event){						\
		.cmd = GPUVF_CMD_##command, .vf = (index), __VA_ARGS__	\
	})

/**
 * struct gpuvf_event_slot - events of one kind, of one VF
 * @until_ns: when the present window ends
 * @reported: how many were reported in it
 * @pending: what is reported at its end; its count is 0 when there is nothing
 */
struct gpuvf_event_slot {
	u64 until_ns;
	unsigned int reported;
	struct gpuvf_event pending;
};

/* each limit is a kind of its own: one must not hide another */
#define GPUVF_EVENT_COMMANDS	(GPUVF_CMD_PF_WAS_RESET - GPUVF_CMD_VF_STATE_CHANGE + 1)
#define GPUVF_EVENT_KINDS	(GPUVF_EVENT_COMMANDS + GPUVF_THRESHOLD_PF_RESET + 1)

/**
 * struct gpuvf_events - events of a PF that are held back
 * @slot: by VF, the PF last, and kind
 * @flush: reports what was held back, when its time has come
 */
struct gpuvf_events {
	struct gpuvf_event_slot slot[GPUVF_MAX_VFS + 1][GPUVF_EVENT_KINDS];
	struct delayed_work flush;
};

void gpuvf_events_init(struct gpuvf_pf *pf);
__printf(3, 4)
void gpuvf_event_locked(struct gpuvf_pf *pf, struct gpuvf_event *event,
			const char *format, ...);

#endif /* GPUVF_EVENT_H */
