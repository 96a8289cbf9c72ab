/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The family's messages to and from the model. No sockets here.
 */
#ifndef AGENT_PROVIDER_GPUVF_MESSAGE_H
#define AGENT_PROVIDER_GPUVF_MESSAGE_H

#include <linux/netlink.h>

#include "model/gpu.h"

#define REFUSAL_TEXT_SIZE	256
#define NO_VF			(-1)

/**
 * struct refusal - why the kernel refused a request
 * @reason: enum gpuvf_reason, 0: the kernel said nothing precise
 * @vf: index of the VF that it is about, NO_VF: the GPU
 * @asked: the value asked for, in the unit of the reason
 * @limit: the limit that it met
 * @message: the kernel's sentence, safe to print
 */
struct refusal {
	u32 reason;
	int vf;
	u64 asked;
	u64 limit;
	char message[REFUSAL_TEXT_SIZE];
};

/**
 * struct capacity - how many more VFs of one size there is room for
 * @fb_bytes: the size, rounded up as the kernel does
 * @now: as everything lies now
 * @after_moving: when VFs that are not in use may be moved
 */
struct capacity {
	u64 fb_bytes;
	u32 now;
	u32 after_moving;
};

/**
 * struct happening - what a notification of group "event" is about
 * @vf: index of the VF, NO_VF: the GPU
 * @time_ns: CLOCK_MONOTONIC at the latest of them
 * @count: how many of the same kind stand behind it, 0: the kernel did not say
 * @has_old_state: whether @old_state means anything
 * @old_state: enum gpuvf_vf_state
 * @hang: enum gpuvf_hang; only with GPUVF_CMD_VF_HANG
 * @guard: enum gpuvf_guard; only with GPUVF_CMD_THRESHOLD_EXCEEDED
 * @limit: how often that is allowed in the window
 * @window_ms: the window
 * @fb_offset: first byte; only with GPUVF_CMD_FB_CLEAR_FAILED
 * @fb_size: bytes
 * @error: errno of a reset that failed, 0: success; only with
 *	GPUVF_CMD_VF_WAS_RESET and GPUVF_CMD_PF_WAS_RESET
 * @message: the kernel's sentence, safe to print; may be empty
 */
struct happening {
	int vf;
	u64 time_ns;
	u64 count;
	bool has_old_state;
	u32 old_state;
	u32 hang;
	u32 guard;
	u64 limit;
	u64 window_ms;
	u64 fb_offset;
	u64 fb_size;
	u32 error;
	char message[REFUSAL_TEXT_SIZE];
};

int message_read(const struct nlmsghdr *nlh, struct gpu *gpu,
		 struct refusal *refusal);
int message_read_one_vf(const struct nlmsghdr *nlh, struct gpu *gpu, int *vf);
int message_read_event(const struct nlmsghdr *nlh, struct gpu *gpu,
		       struct happening *event);
int message_read_capacity(const struct nlmsghdr *nlh,
			  struct capacity *capacity, struct refusal *refusal);
int message_read_error(const struct nlmsghdr *nlh, char *text, size_t size);
void message_put_wish(struct nlmsghdr *nlh, size_t room, const struct gpu *wish,
		      bool dry_run);

void message_put_capacity(struct nlmsghdr *nlh, u64 fb_bytes);

/* which settings of one VF message_put_vf() sends */
#define VF_SET_FB		BIT(0)
#define VF_SET_TIME_SLICE	BIT(1)
#define VF_SET_PREEMPT		BIT(2)
#define VF_SET_PROFILE		BIT(3)
#define VF_SET_OFFSET		BIT(4)
#define VF_SET_ALL		(VF_SET_FB | VF_SET_TIME_SLICE | VF_SET_PREEMPT | \
				 VF_SET_PROFILE)

void message_put_vf(struct nlmsghdr *nlh, size_t room, u32 index,
		    const struct vf *vf, u32 set);

#endif /* AGENT_PROVIDER_GPUVF_MESSAGE_H */
