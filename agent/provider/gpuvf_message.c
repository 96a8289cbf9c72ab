// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the generic netlink family "gpuvf". What the kernel sends is
 * checked as if it came from a stranger: lengths, zero bytes, ranges.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/gpuvf.h>

#include "base/util.h"
#include "provider/gpuvf_message.h"

/* the model has the values of the spec */
#define SAME(name)	_Static_assert((int)(name) == (int)GPUVF_##name, #name)

SAME(CAPABILITY_SCRUB);
SAME(POLICY_FIXED);
SAME(POLICY_EQUAL);
SAME(POLICY_BEST_EFFORT);
SAME(PF_STATE_READY);
SAME(PF_STATE_WEDGED);
SAME(PROVISIONING_AUTO);
SAME(PROVISIONING_EXPLICIT);
SAME(VF_STATE_DISABLED);
SAME(VF_STATE_PROVISIONED);
SAME(VF_STATE_STARTING);
SAME(VF_STATE_ACTIVE);
SAME(VF_STATE_PAUSED);
SAME(VF_STATE_STOPPED);
SAME(VF_STATE_RESETTING);
SAME(VF_STATE_FAILED);
SAME(THRESHOLD_MAILBOX);
SAME(THRESHOLD_FULL_ACCESS);
SAME(THRESHOLD_FULL_ACCESS_TIMEOUT);
SAME(THRESHOLD_RESET);
SAME(THRESHOLD_FULL_ACCESS_TIME);
SAME(THRESHOLD_PF_RESET);
SAME(HANG_COMMAND);
SAME(HANG_PREEMPTION);
SAME(HANG_FULL_ACCESS);
SAME(REASON_NO_SUCH_PF);
SAME(REASON_NO_SUCH_VF);
SAME(REASON_VF_NAMED_TWICE);
SAME(REASON_NOT_PERMITTED);
SAME(REASON_STALE);
SAME(REASON_WEDGED);
SAME(REASON_VF_COUNT_CHANGING);
SAME(REASON_VF_IN_USE);
SAME(REASON_RESERVE_IN_USE);
SAME(REASON_NO_SPACE);
SAME(REASON_FRAGMENTED);
SAME(REASON_RESERVE_TOO_BIG);
SAME(REASON_NO_FAIR_SHARE);
SAME(REASON_SLICE_TOO_SHORT);
SAME(REASON_SLICE_TOO_LONG);
SAME(REASON_PREEMPT_TOO_SHORT);
SAME(REASON_PREEMPT_TOO_LONG);
SAME(REASON_BAD_LABEL);
SAME(REASON_BAD_VALUE);
SAME(REASON_POLICY_UNSUPPORTED);
SAME(REASON_NOT_SUPPORTED);
SAME(REASON_HW_COMMAND);
SAME(REASON_HW_MISMATCH);
SAME(REASON_NO_MEMORY);
SAME(REASON_VF_NOT_ENABLED);
SAME(REASON_VF_WRONG_STATE);
SAME(REASON_VF_FAILED);
SAME(REASON_RESET_FAILED);
SAME(REASON_OFFSET_WITHOUT_QUOTA);
SAME(REASON_OFFSET_UNALIGNED);
SAME(REASON_OFFSET_OUTSIDE);
SAME(REASON_OFFSET_TAKEN);
SAME(REASON_OFFSET_IN_USE);
SAME(REASON_PF_RESETTING);
SAME(REASON_NO_SUCH_ENGINE);

/* where an attribute goes in a structure */
struct field {
	enum mnl_attr_data_type type;
	size_t offset;
	size_t size;
};

#define FIELD(object, type, member) \
	{ type, offsetof(struct object, member), \
	  sizeof(((struct object *)NULL)->member) }

static const struct field pf_fields[] = {
	[GPUVF_A_PF_BDF] = FIELD(gpu, MNL_TYPE_NUL_STRING, bdf),
	[GPUVF_A_PF_REVISION] = FIELD(gpu, MNL_TYPE_U64, revision),
	[GPUVF_A_PF_BACKEND] = FIELD(gpu, MNL_TYPE_NUL_STRING, backend),
	[GPUVF_A_PF_STATE] = FIELD(gpu, MNL_TYPE_U32, state),
	[GPUVF_A_PF_CAPABILITIES] = FIELD(gpu, MNL_TYPE_U32, capabilities),
	[GPUVF_A_PF_VENDOR] = FIELD(gpu, MNL_TYPE_U32, vendor),
	[GPUVF_A_PF_DEVICE] = FIELD(gpu, MNL_TYPE_U32, device),
	[GPUVF_A_PF_NUMA_NODE] = FIELD(gpu, MNL_TYPE_U32, numa_node),
	[GPUVF_A_PF_TOTAL_VFS] = FIELD(gpu, MNL_TYPE_U32, total_vfs),
	[GPUVF_A_PF_NUM_VFS] = FIELD(gpu, MNL_TYPE_U32, num_vfs),
	[GPUVF_A_PF_VFS_CHANGING] = FIELD(gpu, MNL_TYPE_FLAG, vfs_changing),
	[GPUVF_A_PF_PROVISIONING] = FIELD(gpu, MNL_TYPE_U32, provisioning),
	[GPUVF_A_PF_POLICY] = FIELD(gpu, MNL_TYPE_U32, policy),
	[GPUVF_A_PF_FB_TOTAL] = FIELD(gpu, MNL_TYPE_U64, fb_total),
	[GPUVF_A_PF_FB_ALLOC_UNIT] = FIELD(gpu, MNL_TYPE_U64, fb_alloc_unit),
	[GPUVF_A_PF_FB_ALIGN] = FIELD(gpu, MNL_TYPE_U64, fb_align),
	[GPUVF_A_PF_FB_PF_RESERVE] = FIELD(gpu, MNL_TYPE_U64, fb_pf_reserve),
	[GPUVF_A_PF_FB_CONTEXT_SAVE] =
		FIELD(gpu, MNL_TYPE_U64, fb_context_save),
	[GPUVF_A_PF_FB_FREE] = FIELD(gpu, MNL_TYPE_U64, fb_free),
	[GPUVF_A_PF_FB_LARGEST_FREE] =
		FIELD(gpu, MNL_TYPE_U64, fb_largest_free),
	[GPUVF_A_PF_FB_NEEDS_SCRUB] = FIELD(gpu, MNL_TYPE_U64, fb_needs_scrub),
	[GPUVF_A_PF_FB_QUARANTINED] = FIELD(gpu, MNL_TYPE_U64, fb_quarantined),
	[GPUVF_A_PF_RESETS] = FIELD(gpu, MNL_TYPE_U64, resets),
	[GPUVF_A_PF_FAILED_RESETS] = FIELD(gpu, MNL_TYPE_U64, failed_resets),
};

static const struct field pf_engine_fields[] = {
	[GPUVF_A_ENGINE_TIME_SLICE_MIN_US] =
		FIELD(gpu, MNL_TYPE_U32, time_slice_min_us),
	[GPUVF_A_ENGINE_TIME_SLICE_MAX_US] =
		FIELD(gpu, MNL_TYPE_U32, time_slice_max_us),
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MIN_US] =
		FIELD(gpu, MNL_TYPE_U32, preempt_timeout_min_us),
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MAX_US] =
		FIELD(gpu, MNL_TYPE_U32, preempt_timeout_max_us),
	[GPUVF_A_ENGINE_ROTATION_US] = FIELD(gpu, MNL_TYPE_U64, rotation_us),
};

static const struct field vf_fields[] = {
	[GPUVF_A_VF_BDF] = FIELD(vf, MNL_TYPE_NUL_STRING, bdf),
	[GPUVF_A_VF_STATE] = FIELD(vf, MNL_TYPE_U32, state),
	[GPUVF_A_VF_FB_QUOTA] = FIELD(vf, MNL_TYPE_U64, fb_bytes),
	[GPUVF_A_VF_FB_OFFSET] = FIELD(vf, MNL_TYPE_U64, fb_offset),
	[GPUVF_A_VF_FB_AUTO] = FIELD(vf, MNL_TYPE_FLAG, fb_auto),
	[GPUVF_A_VF_PROFILE] = FIELD(vf, MNL_TYPE_NUL_STRING, profile),
	[GPUVF_A_VF_IN_USE] = FIELD(vf, MNL_TYPE_FLAG, in_use),
	[GPUVF_A_VF_DRIVER] = FIELD(vf, MNL_TYPE_NUL_STRING, driver),
	[GPUVF_A_VF_RESETS] = FIELD(vf, MNL_TYPE_U64, resets),
	[GPUVF_A_VF_FAILED_RESETS] = FIELD(vf, MNL_TYPE_U64, failed_resets),
};

static const struct field vf_engine_fields[] = {
	[GPUVF_A_ENGINE_TIME_SLICE_US] = FIELD(vf, MNL_TYPE_U32, time_slice_us),
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US] =
		FIELD(vf, MNL_TYPE_U32, preempt_timeout_us),
};

/* libmnl rounds the end of a message up, so it has to be round */
static bool has_payload(const struct nlmsghdr *nlh, size_t size)
{
	return nlh->nlmsg_len % MNL_ALIGNTO == 0 &&
	       mnl_nlmsg_get_payload_len(nlh) >= size;
}

static void read_string(const struct nlattr *attr, char *to, size_t size)
{
	char *text;

	/* not all that the kernel passes on is the kernel's own */
	text = escape(mnl_attr_get_str(attr));
	copy_string(to, size, text);
	free(text);
}

/* unknown attributes, of a newer kernel, are left alone */
static int read_field(const struct nlattr *attr, const struct field *fields,
		      size_t n, void *object)
{
	u16 type = mnl_attr_get_type(attr);
	const struct field *field;
	char *to;

	if (type >= n || !fields[type].size)
		return 0;
	field = &fields[type];
	to = (char *)object + field->offset;
	if (mnl_attr_validate(attr, field->type) < 0)
		return -EBADMSG;
	switch (field->type) {
	case MNL_TYPE_NUL_STRING:
		read_string(attr, to, field->size);
		break;
	case MNL_TYPE_FLAG:
		*(bool *)to = true;
		break;
	default:
		memcpy(to, mnl_attr_get_payload(attr), field->size);
	}
	return 0;
}

static int read_nest(const struct nlattr *nest, const struct field *fields,
		     size_t n, void *object)
{
	const struct nlattr *attr;
	int err;

	if (mnl_attr_validate(nest, MNL_TYPE_NESTED) < 0)
		return -EBADMSG;
	mnl_attr_for_each_nested(attr, nest) {
		err = read_field(attr, fields, n, object);
		if (err)
			return err;
	}
	return 0;
}

static const struct field stats_fields[] = {
	[GPUVF_A_STATS_RESETS] = FIELD(vf_stats, MNL_TYPE_U64, resets),
	[GPUVF_A_STATS_FULL_ACCESS_TIMEOUTS] =
		FIELD(vf_stats, MNL_TYPE_U64, full_access_timeouts),
	[GPUVF_A_STATS_MBOX_REQUESTS] =
		FIELD(vf_stats, MNL_TYPE_U64, mbox_requests),
	[GPUVF_A_STATS_MBOX_LIMITED] =
		FIELD(vf_stats, MNL_TYPE_U64, mbox_limited),
	[GPUVF_A_STATS_MBOX_UNANSWERED] =
		FIELD(vf_stats, MNL_TYPE_U64, mbox_unanswered),
	[GPUVF_A_STATS_GUEST_MALFORMED] =
		FIELD(vf_stats, MNL_TYPE_U64, guest_malformed),
};

static const struct field engine_stats_fields[] = {
	[GPUVF_A_ENGINE_STATS_RUN_NS] = FIELD(vf_stats, MNL_TYPE_U64, run_ns),
	[GPUVF_A_ENGINE_STATS_ACCOUNTED_NS] =
		FIELD(vf_stats, MNL_TYPE_U64, accounted_ns),
	[GPUVF_A_ENGINE_STATS_SLICES] = FIELD(vf_stats, MNL_TYPE_U64, slices),
	[GPUVF_A_ENGINE_STATS_SKIPPED] = FIELD(vf_stats, MNL_TYPE_U64, skipped),
	[GPUVF_A_ENGINE_STATS_OVERRUN_NS] =
		FIELD(vf_stats, MNL_TYPE_U64, overrun_ns),
	[GPUVF_A_ENGINE_STATS_IDLE_NS] = FIELD(vf_stats, MNL_TYPE_U64, idle_ns),
	[GPUVF_A_ENGINE_STATS_PREEMPT_TIMEOUTS] =
		FIELD(vf_stats, MNL_TYPE_U64, preempt_timeouts),
	[GPUVF_A_ENGINE_STATS_HANGS] = FIELD(vf_stats, MNL_TYPE_U64, hangs),
	[GPUVF_A_ENGINE_STATS_LATENESS_SUM_NS] =
		FIELD(vf_stats, MNL_TYPE_U64, lateness_sum_ns),
};

static int read_bucket(const struct nlattr *nest, struct vf_stats *stats)
{
	static const struct field fields[] = {
		[GPUVF_A_BUCKET_UPPER_NS] =
			FIELD(bucket, MNL_TYPE_U64, upper_ns),
		[GPUVF_A_BUCKET_COUNT] = FIELD(bucket, MNL_TYPE_U64, count),
	};
	struct bucket bucket = {};
	int err;

	err = read_nest(nest, fields, ARRAY_SIZE(fields), &bucket);
	/* more than there is room for is a newer kernel's, and left out */
	if (!err && stats->num_buckets < MAX_BUCKETS)
		stats->buckets[stats->num_buckets++] = bucket;
	return err;
}

static int read_stats(const struct nlattr *nest, struct vf *vf)
{
	vf->has_stats = true;
	return read_nest(nest, stats_fields, ARRAY_SIZE(stats_fields),
			 &vf->stats);
}

static int read_engine_stats(const struct nlattr *nest, struct vf *vf)
{
	const struct nlattr *attr;
	int err;

	if (mnl_attr_validate(nest, MNL_TYPE_NESTED) < 0)
		return -EBADMSG;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == GPUVF_A_ENGINE_STATS_LATENESS)
			err = read_bucket(attr, &vf->stats);
		else
			err = read_field(attr, engine_stats_fields,
					 ARRAY_SIZE(engine_stats_fields),
					 &vf->stats);
		if (err)
			return err;
	}
	return 0;
}

static int read_number(const struct nlattr *attr, u32 *value)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
		return -EBADMSG;
	*value = mnl_attr_get_u32(attr);
	return 0;
}

/* *is_gfx: of other engines, of a newer kernel, nothing is read */
static int read_engine_id(const struct nlattr *nest, bool *is_gfx)
{
	const struct nlattr *attr;
	u32 id = U32_MAX;
	int err = 0;

	if (mnl_attr_validate(nest, MNL_TYPE_NESTED) < 0)
		return -EBADMSG;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == GPUVF_A_ENGINE_ID && !err)
			err = read_number(attr, &id);
	*is_gfx = id == GPUVF_ENGINE_ID_GFX;
	return id == U32_MAX ? -EBADMSG : err;
}

static int read_pf_engine(const struct nlattr *nest, struct gpu *gpu)
{
	bool is_gfx;
	int err;

	err = read_engine_id(nest, &is_gfx);
	if (err || !is_gfx)
		return err;
	return read_nest(nest, pf_engine_fields, ARRAY_SIZE(pf_engine_fields),
			 gpu);
}

static int read_vf_engine(const struct nlattr *nest, struct vf *vf)
{
	const struct nlattr *attr;
	bool is_gfx;
	int err;

	err = read_engine_id(nest, &is_gfx);
	if (err || !is_gfx)
		return err;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == GPUVF_A_ENGINE_STATS)
			err = read_engine_stats(attr, vf);
		else
			err = read_field(attr, vf_engine_fields,
					 ARRAY_SIZE(vf_engine_fields), vf);
		if (err)
			return err;
	}
	return 0;
}

static int read_claims(const struct nlattr *nest, struct vf *vf)
{
	static const struct field fields[] = {
		[GPUVF_A_CLAIMS_DRIVER] =
			FIELD(claims, MNL_TYPE_NUL_STRING, driver),
		[GPUVF_A_CLAIMS_FB_USED] =
			FIELD(claims, MNL_TYPE_U64, fb_used),
		[GPUVF_A_CLAIMS_FB_TOTAL] =
			FIELD(claims, MNL_TYPE_U64, fb_total),
		[GPUVF_A_CLAIMS_TIME_NS] =
			FIELD(claims, MNL_TYPE_U64, time_ns),
	};

	vf->has_claims = true;
	return read_nest(nest, fields, ARRAY_SIZE(fields), &vf->claims);
}

/* add to a list of extents, ascending, with room for @max */
static int read_extent(const struct nlattr *nest, struct extent *list, u32 *num,
		       u32 max)
{
	static const struct field fields[] = {
		[GPUVF_A_EXTENT_OFFSET] = FIELD(extent, MNL_TYPE_U64, offset),
		[GPUVF_A_EXTENT_SIZE] = FIELD(extent, MNL_TYPE_U64, size),
	};
	struct extent extent = {}, *last = &list[max - 1];
	int err;

	err = read_nest(nest, fields, ARRAY_SIZE(fields), &extent);
	if (err)
		return err;
	/* as the kernel does when it has more than it tells */
	if (*num == max)
		last->size = extent.offset + extent.size - last->offset;
	else
		list[(*num)++] = extent;
	return 0;
}

/* *last: the index of the VF */
static int read_vf(const struct nlattr *nest, struct gpu *gpu, int *last)
{
	const struct nlattr *attr;
	u32 index = U32_MAX;
	struct vf vf = {};
	int err;

	if (mnl_attr_validate(nest, MNL_TYPE_NESTED) < 0)
		return -EBADMSG;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == GPUVF_A_VF_INDEX)
			err = read_number(attr, &index);
		else if (mnl_attr_get_type(attr) == GPUVF_A_VF_STATS)
			err = read_stats(attr, &vf);
		else if (mnl_attr_get_type(attr) == GPUVF_A_VF_ENGINE)
			err = read_vf_engine(attr, &vf);
		else if (mnl_attr_get_type(attr) == GPUVF_A_VF_CLAIMS)
			err = read_claims(attr, &vf);
		else
			err = read_field(attr, vf_fields, ARRAY_SIZE(vf_fields),
					 &vf);
		if (err)
			return err;
		if (mnl_attr_get_type(attr) == GPUVF_A_VF_STATE)
			vf.has_state = true;
	}
	if (index >= MAX_VFS)
		return -EBADMSG;
	gpu_set_vfs_len(gpu, index + 1);
	gpu->vfs[index] = vf;
	*last = index;
	return 0;
}

static int read_detail(const struct nlattr *nest, struct error_detail *detail)
{
	static const struct field fields[] = {
		[GPUVF_A_ERROR_REASON] =
			FIELD(error_detail, MNL_TYPE_U32, reason),
		[GPUVF_A_ERROR_VF_INDEX] = FIELD(error_detail, MNL_TYPE_U32, vf),
		[GPUVF_A_ERROR_VALUE] = FIELD(error_detail, MNL_TYPE_U64, value),
		[GPUVF_A_ERROR_LIMIT] = FIELD(error_detail, MNL_TYPE_U64, limit),
		[GPUVF_A_ERROR_MESSAGE] =
			FIELD(error_detail, MNL_TYPE_NUL_STRING, message),
	};

	*detail = (struct error_detail){ .vf = NO_VF };
	return read_nest(nest, fields, ARRAY_SIZE(fields), detail);
}

static int read_event(const struct nlattr *nest, struct gpu_event *event)
{
	static const struct field fields[] = {
		[GPUVF_A_EVENT_TIME_NS] =
			FIELD(gpu_event, MNL_TYPE_U64, time_ns),
		[GPUVF_A_EVENT_COUNT] = FIELD(gpu_event, MNL_TYPE_U64, count),
		[GPUVF_A_EVENT_OLD_STATE] =
			FIELD(gpu_event, MNL_TYPE_U32, old_state),
		[GPUVF_A_EVENT_HANG] = FIELD(gpu_event, MNL_TYPE_U32, hang),
		[GPUVF_A_EVENT_THRESHOLD] = FIELD(gpu_event, MNL_TYPE_U32, threshold),
		[GPUVF_A_EVENT_LIMIT] = FIELD(gpu_event, MNL_TYPE_U64, limit),
		[GPUVF_A_EVENT_WINDOW_MS] =
			FIELD(gpu_event, MNL_TYPE_U64, window_ms),
		[GPUVF_A_EVENT_FB_OFFSET] =
			FIELD(gpu_event, MNL_TYPE_U64, fb_offset),
		[GPUVF_A_EVENT_FB_SIZE] =
			FIELD(gpu_event, MNL_TYPE_U64, fb_size),
		[GPUVF_A_EVENT_MESSAGE] =
			FIELD(gpu_event, MNL_TYPE_NUL_STRING, message),
		[GPUVF_A_EVENT_ERROR] = FIELD(gpu_event, MNL_TYPE_U32, error),
	};

	event->old_state = U32_MAX;
	if (read_nest(nest, fields, ARRAY_SIZE(fields), event))
		return -EBADMSG;
	event->has_old_state = event->old_state != U32_MAX;
	return 0;
}

static int read_message(const struct nlmsghdr *nlh, struct gpu *gpu,
			struct error_detail *detail, int *vf)
{
	const struct nlattr *attr;
	u32 quarantined = 0, num_quarantined = 0, reserved = 0, num_reserved = 0;
	int err;

	*vf = NO_VF;
	if (!has_payload(nlh, sizeof(struct genlmsghdr)))
		return -EBADMSG;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case GPUVF_A_PF_VF:
			err = read_vf(attr, gpu, vf);
			break;
		case GPUVF_A_PF_ENGINE:
			err = read_pf_engine(attr, gpu);
			break;
		case GPUVF_A_PF_FB_QUARANTINED_EXTENTS:
			err = read_number(attr, &num_quarantined);
			break;
		case GPUVF_A_PF_FB_QUARANTINED_EXTENT:
			err = read_extent(attr, gpu->quarantined,
					  &gpu->num_quarantined, MAX_QUARANTINED);
			quarantined++;
			break;
		case GPUVF_A_PF_FB_RESERVED_EXTENTS:
			err = read_number(attr, &num_reserved);
			break;
		case GPUVF_A_PF_FB_RESERVED_EXTENT:
			err = read_extent(attr, gpu->reserved,
					  &gpu->num_reserved, MAX_RESERVED);
			reserved++;
			break;
		case GPUVF_A_PF_ERROR:
			err = detail ? read_detail(attr, detail) : 0;
			break;
		default:
			err = read_field(attr, pf_fields, ARRAY_SIZE(pf_fields),
					 gpu);
			if (mnl_attr_get_type(attr) == GPUVF_A_PF_FB_NEEDS_SCRUB)
				gpu->has_states = true;
		}
		if (err)
			return err;
	}
	/* a VF must not be placed where an extent is missing */
	if (quarantined != num_quarantined || reserved != num_reserved)
		return -EBADMSG;
	gpu->set = GPU_SET_POLICY | GPU_SET_PF_RESERVE;
	if (gpu->total_vfs <= MAX_VFS)
		gpu_set_vfs_len(gpu, gpu->total_vfs);
	return 0;
}

/**
 * message_read() - read a reply, an entry of a dump, or a notification
 * @nlh: the message, complete
 * @gpu: gets what the message has; the rest stays as it is
 * @detail: gets the detail, if the message has one; may be NULL
 *
 * Return: 0, or -EBADMSG for a message that the spec does not allow.
 */
int message_read(const struct nlmsghdr *nlh, struct gpu *gpu,
		 struct error_detail *detail)
{
	int vf;

	return read_message(nlh, gpu, detail, &vf);
}

/**
 * message_read_one_vf() - read a message that is about one VF
 * @nlh: the message, complete
 * @gpu: gets what the message has; the rest stays as it is
 * @vf: index of the VF, NO_VF: it has none
 *
 * Return: 0, or -EBADMSG for a message that the spec does not allow.
 */
int message_read_one_vf(const struct nlmsghdr *nlh, struct gpu *gpu, int *vf)
{
	return read_message(nlh, gpu, NULL, vf);
}

static enum gpu_event_kind kind_of(u8 cmd)
{
	switch (cmd) {
	case GPUVF_CMD_PF_ADD:
		return EVENT_GPU_ADDED;
	case GPUVF_CMD_PF_DEL:
		return EVENT_GPU_REMOVED;
	case GPUVF_CMD_CONFIG_CHANGE:
		return EVENT_GPU_CHANGED;
	case GPUVF_CMD_VF_STATE_CHANGE:
		return EVENT_VF_STATE;
	case GPUVF_CMD_VF_HANG:
		return EVENT_VF_HANG;
	case GPUVF_CMD_VF_WAS_RESET:
		return EVENT_VF_RESET;
	case GPUVF_CMD_THRESHOLD_EXCEEDED:
		return EVENT_VF_LIMIT;
	case GPUVF_CMD_FB_SCRUB_FAILED:
		return EVENT_SCRUB_FAILED;
	case GPUVF_CMD_PF_WEDGED:
		return EVENT_GPU_WEDGED;
	case GPUVF_CMD_PF_WAS_RESET:
		return EVENT_GPU_RESET;
	}
	return EVENT_UNKNOWN;
}

/**
 * message_read_event() - read a notification, of whichever group
 * @nlh: the message, complete
 * @gpu: gets what the message has of the GPU and its VFs
 * @event: result
 *
 * Return: 0, or -EBADMSG for a message that the spec does not allow.
 */
int message_read_event(const struct nlmsghdr *nlh, struct gpu *gpu,
		       struct gpu_event *event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	int err;

	*event = (struct gpu_event){};
	err = message_read_one_vf(nlh, gpu, &event->vf);
	if (err)
		return err;
	event->kind = kind_of(genl->cmd);
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) != GPUVF_A_PF_EVENT)
			continue;
		err = read_event(attr, event);
		if (err)
			return err;
	}
	return 0;
}

/**
 * message_read_error() - read the answer that ends a request
 * @nlh: a message of type NLMSG_ERROR, or NLMSG_DONE
 * @text: gets the message of the extended ack, empty: there is none
 * @size: bytes of @text
 *
 * Return: 0 for an acknowledgment, else the kernel's negative errno, or
 * -EBADMSG.
 */
int message_read_error(const struct nlmsghdr *nlh, char *text, size_t size)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(int);
	const struct nlattr *attr;
	int error;

	text[0] = '\0';
	if (!has_payload(nlh, sizeof(int)))
		return nlh->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	if (error > 0)
		return -EBADMSG;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		if (!has_payload(nlh, sizeof(*e)))
			return -EBADMSG;
		offset = sizeof(*e);
		/* on errors the request is sent back in front of the rest */
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
		    e->msg.nlmsg_len >= sizeof(e->msg))
			offset += e->msg.nlmsg_len - sizeof(e->msg);
	}
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    MNL_ALIGN(offset) > mnl_nlmsg_get_payload_len(nlh))
		return error;
	mnl_attr_for_each(attr, nlh, offset) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			read_string(attr, text, size);
	}
	return error;
}

static void put_engine(struct nlmsghdr *nlh, size_t room, const struct vf *vf,
		       u32 set)
{
	struct nlattr *nest;

	nest = mnl_attr_nest_start_check(nlh, room, GPUVF_A_VF_ENGINE);
	if (!nest)
		return;
	mnl_attr_put_u32_check(nlh, room, GPUVF_A_ENGINE_ID,
			       GPUVF_ENGINE_ID_GFX);
	if (set & VF_SET_TIME_SLICE)
		mnl_attr_put_u32_check(nlh, room, GPUVF_A_ENGINE_TIME_SLICE_US,
				       vf->time_slice_us);
	if (set & VF_SET_PREEMPT)
		mnl_attr_put_u32_check(nlh, room,
				       GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US,
				       vf->preempt_timeout_us);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * message_put_vf() - add a VF nest with settings to a request
 * @nlh: the request
 * @room: bytes of its buffer; enough for everything, see gpuvf.c
 * @index: of the VF
 * @vf: its settings
 * @set: VF_SET_*: which of them to send
 */
void message_put_vf(struct nlmsghdr *nlh, size_t room, u32 index,
		    const struct vf *vf, u32 set)
{
	struct nlattr *nest;

	nest = mnl_attr_nest_start_check(nlh, room, GPUVF_A_PF_VF);
	if (!nest)
		return;
	mnl_attr_put_u32_check(nlh, room, GPUVF_A_VF_INDEX, index);
	if (set & VF_SET_FB)
		mnl_attr_put_u64_check(nlh, room, GPUVF_A_VF_FB_QUOTA,
				       vf->fb_bytes);
	if (set & VF_SET_OFFSET)
		mnl_attr_put_u64_check(nlh, room, GPUVF_A_VF_FB_OFFSET,
				       vf->fb_offset);
	if (set & (VF_SET_TIME_SLICE | VF_SET_PREEMPT))
		put_engine(nlh, room, vf, set);
	if (set & VF_SET_PROFILE)
		mnl_attr_put_strz_check(nlh, room, GPUVF_A_VF_PROFILE,
					vf->profile);
	mnl_attr_nest_end(nlh, nest);
}

/* which layout it is to follow, and what is wanted of the GPU itself */
static void put_gpu(struct nlmsghdr *nlh, size_t room, const struct gpu *wanted)
{
	mnl_attr_put_u64_check(nlh, room, GPUVF_A_PF_REVISION,
			       wanted->revision);
	if (wanted->set & GPU_SET_POLICY)
		mnl_attr_put_u32_check(nlh, room, GPUVF_A_PF_POLICY,
				       wanted->policy);
	if (wanted->set & GPU_SET_PF_RESERVE)
		mnl_attr_put_u64_check(nlh, room, GPUVF_A_PF_FB_PF_RESERVE,
				       wanted->fb_pf_reserve);
}

/**
 * message_put_wanted() - the whole layout of one GPU
 * @nlh: a config-set request that has its bdf
 * @room: bytes of its buffer
 * @wanted: what is wanted, with the revision it was planned against
 * @dry_run: only ask
 */
void message_put_wanted(struct nlmsghdr *nlh, size_t room,
			const struct gpu *wanted,
			bool dry_run)
{
	u32 set = VF_SET_ALL;
	u32 i;

	if (wanted->set & GPU_SET_PLACES)
		set |= VF_SET_OFFSET;
	put_gpu(nlh, room, wanted);
	for (i = 0; i < wanted->vfs_len; i++)
		if (wanted->vfs[i].fb_bytes)
			message_put_vf(nlh, room, i, &wanted->vfs[i], set);
	mnl_attr_put_check(nlh, room, GPUVF_A_PF_REPLACE, 0, NULL);
	if (dry_run)
		mnl_attr_put_check(nlh, room, GPUVF_A_PF_DRY_RUN, 0, NULL);
}

/**
 * message_put_placed() - settings of a GPU or of one of its VFs, and places of all VFs
 * @nlh: a config-set request that has its bdf
 * @room: bytes of its buffer
 * @wanted: settings as its .set has them, with the revision it was planned against
 * @vf: index of the VF, NO_VF: none
 * @set: VF_SET_*: which of its settings to send
 */
void message_put_placed(struct nlmsghdr *nlh, size_t room,
			const struct gpu *wanted, int vf, u32 set)
{
	u32 i;

	put_gpu(nlh, room, wanted);
	for (i = 0; i < wanted->vfs_len; i++) {
		u32 of_vf = (int)i == vf ? set : 0;

		if (wanted->vfs[i].fb_bytes)
			of_vf |= VF_SET_OFFSET;
		if (of_vf)
			message_put_vf(nlh, room, i, &wanted->vfs[i], of_vf);
	}
}
