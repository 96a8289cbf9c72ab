// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the netlink family "gpuvf": each attribute where it belongs, and nothing
 * that the specification does not have.
 */

#include <linux/genetlink.h>
#include <stddef.h>
#include <string.h>

#include "nl.h"
#include "spec.h"

/* where an attribute goes; @len 0: a string of @size bytes, with its zero */
struct nl_field {
	uint16_t offset;
	uint16_t size;
	uint8_t len;
};

#define FIELD(type, member, bytes) \
	{ offsetof(struct type, member), 0, bytes }
#define STRING(type, member) \
	{ offsetof(struct type, member), sizeof(((struct type *)0)->member), 0 }
#define FLAG { 0, 0, 0xff }
#define ELSEWHERE { 0, 0, 0xfe }

static const struct nl_field pf_fields[GPUVF_A_PF_MAX + 1] = {
	[GPUVF_A_PF_BDF] = STRING(nl_message, bdf),
	[GPUVF_A_PF_REVISION] = FIELD(nl_message, revision, 8),
	[GPUVF_A_PF_BACKEND] = STRING(nl_message, backend),
	[GPUVF_A_PF_STATE] = FIELD(nl_message, state, 4),
	[GPUVF_A_PF_CAPABILITIES] = FIELD(nl_message, capabilities, 4),
	[GPUVF_A_PF_VENDOR] = FIELD(nl_message, vendor, 4),
	[GPUVF_A_PF_DEVICE] = FIELD(nl_message, device, 4),
	[GPUVF_A_PF_NUMA_NODE] = FIELD(nl_message, numa_node, 4),
	[GPUVF_A_PF_TOTAL_VFS] = FIELD(nl_message, total_vfs, 4),
	[GPUVF_A_PF_VFS_CHANGING] = FLAG,
	[GPUVF_A_PF_NUM_VFS] = FIELD(nl_message, num_vfs, 4),
	[GPUVF_A_PF_PROVISIONING] = FIELD(nl_message, provisioning, 4),
	[GPUVF_A_PF_POLICY] = FIELD(nl_message, policy, 4),
	[GPUVF_A_PF_FB_TOTAL] = FIELD(nl_message, fb_total, 8),
	[GPUVF_A_PF_FB_ALLOC_UNIT] = FIELD(nl_message, fb_alloc_unit, 8),
	[GPUVF_A_PF_FB_PF_RESERVE] = FIELD(nl_message, fb_pf_reserve, 8),
	[GPUVF_A_PF_FB_CONTEXT_SAVE] = FIELD(nl_message, fb_context_save, 8),
	[GPUVF_A_PF_FB_FREE] = FIELD(nl_message, fb_free, 8),
	[GPUVF_A_PF_FB_LARGEST_FREE] = FIELD(nl_message, fb_largest_free, 8),
	[GPUVF_A_PF_FB_NEEDS_SCRUB] = FIELD(nl_message, fb_needs_scrub, 8),
	[GPUVF_A_PF_FB_QUARANTINED] = FIELD(nl_message, fb_quarantined, 8),
	[GPUVF_A_PF_FB_QUARANTINED_EXTENTS] =
		FIELD(nl_message, quarantined_extents, 4),
	[GPUVF_A_PF_FB_ALIGN] = FIELD(nl_message, fb_align, 8),
	[GPUVF_A_PF_FB_RESERVED_EXTENTS] =
		FIELD(nl_message, reserved_extents, 4),
	[GPUVF_A_PF_DRY_RUN] = FLAG,
	[GPUVF_A_PF_RESETTING] = FLAG,
	[GPUVF_A_PF_RESETS] = FIELD(nl_message, resets, 8),
	[GPUVF_A_PF_FAILED_RESETS] = FIELD(nl_message, failed_resets, 8),
};

static const struct nl_field vf_fields[GPUVF_A_VF_MAX + 1] = {
	[GPUVF_A_VF_INDEX] = FIELD(nl_vf, index, 4),
	[GPUVF_A_VF_BDF] = STRING(nl_vf, bdf),
	[GPUVF_A_VF_STATE] = FIELD(nl_vf, state, 4),
	[GPUVF_A_VF_FB_QUOTA] = FIELD(nl_vf, fb_quota, 8),
	[GPUVF_A_VF_FB_OFFSET] = FIELD(nl_vf, fb_offset, 8),
	[GPUVF_A_VF_FB_AUTO] = FLAG,
	[GPUVF_A_VF_ENGINE] = ELSEWHERE,
	[GPUVF_A_VF_PROFILE] = STRING(nl_vf, profile),
	[GPUVF_A_VF_IN_USE] = FLAG,
	[GPUVF_A_VF_DRIVER] = STRING(nl_vf, driver),
	[GPUVF_A_VF_STATS] = ELSEWHERE,
	[GPUVF_A_VF_CLAIMS] = ELSEWHERE,
	[GPUVF_A_VF_RESETS] = FIELD(nl_vf, resets, 8),
	[GPUVF_A_VF_FAILED_RESETS] = FIELD(nl_vf, failed_resets, 8),
};

/* of a GPU and of a VF; what the spec has in either is there */
static const struct nl_field pf_engine_fields[GPUVF_A_ENGINE_MAX + 1] = {
	[GPUVF_A_ENGINE_ID] = FIELD(nl_message, engine.id, 4),
	[GPUVF_A_ENGINE_TIME_SLICE_MIN_US] =
		FIELD(nl_message, time_slice_min_us, 4),
	[GPUVF_A_ENGINE_TIME_SLICE_MAX_US] =
		FIELD(nl_message, time_slice_max_us, 4),
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MIN_US] =
		FIELD(nl_message, preempt_timeout_min_us, 4),
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MAX_US] =
		FIELD(nl_message, preempt_timeout_max_us, 4),
	[GPUVF_A_ENGINE_ROTATION_US] = FIELD(nl_message, rotation_us, 8),
};

static const struct nl_field vf_engine_fields[GPUVF_A_ENGINE_MAX + 1] = {
	[GPUVF_A_ENGINE_ID] = FIELD(nl_vf, engine.id, 4),
	[GPUVF_A_ENGINE_TIME_SLICE_US] = FIELD(nl_vf, time_slice_us, 4),
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US] =
		FIELD(nl_vf, preempt_timeout_us, 4),
	[GPUVF_A_ENGINE_TIME_SLICE_EFFECTIVE_US] =
		FIELD(nl_vf, engine.time_slice_us, 4),
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_EFFECTIVE_US] =
		FIELD(nl_vf, engine.preempt_timeout_us, 4),
	[GPUVF_A_ENGINE_STATS] = ELSEWHERE,
};

static const struct nl_field event_fields[GPUVF_A_EVENT_MAX + 1] = {
	[GPUVF_A_EVENT_TIME_NS] = FIELD(nl_event, time_ns, 8),
	[GPUVF_A_EVENT_COUNT] = FIELD(nl_event, count, 8),
	[GPUVF_A_EVENT_OLD_STATE] = FIELD(nl_event, old_state, 4),
	[GPUVF_A_EVENT_HANG] = FIELD(nl_event, hang, 4),
	[GPUVF_A_EVENT_THRESHOLD] = FIELD(nl_event, threshold, 4),
	[GPUVF_A_EVENT_LIMIT] = FIELD(nl_event, limit, 8),
	[GPUVF_A_EVENT_WINDOW_MS] = FIELD(nl_event, window_ms, 8),
	[GPUVF_A_EVENT_FB_OFFSET] = FIELD(nl_event, fb_offset, 8),
	[GPUVF_A_EVENT_FB_SIZE] = FIELD(nl_event, fb_size, 8),
	[GPUVF_A_EVENT_MESSAGE] = STRING(nl_event, message),
	[GPUVF_A_EVENT_ERROR] = FIELD(nl_event, error, 4),
};

static const struct nl_field error_fields[GPUVF_A_ERROR_MAX + 1] = {
	[GPUVF_A_ERROR_REASON] = FIELD(nl_refusal, reason, 4),
	[GPUVF_A_ERROR_VF_INDEX] = FIELD(nl_refusal, vf_index, 4),
	[GPUVF_A_ERROR_VALUE] = FIELD(nl_refusal, value, 8),
	[GPUVF_A_ERROR_LIMIT] = FIELD(nl_refusal, limit, 8),
	[GPUVF_A_ERROR_MESSAGE] = STRING(nl_refusal, message),
};

/* false: the attribute is not what the specification says */
static bool take_field(const struct nl_field *field, const struct nlattr *attr,
		       void *to)
{
	size_t len = mnl_attr_get_payload_len(attr);
	const char *data = mnl_attr_get_payload(attr);

	if (field->len == 0xff)
		return !len;
	if (field->len == 0xfe)
		return true;
	if (field->len) {
		if (len != field->len)
			return false;
		memcpy((char *)to + field->offset, data, len);
		return true;
	}
	/* an attribute that has no entry has no size either */
	if (!len || len > field->size || data[len - 1] ||
	    strlen(data) + 1 != len)
		return false;
	memcpy((char *)to + field->offset, data, len);
	return true;
}

static bool take_nest(const struct nlattr *nest, const struct nl_field *fields,
		      unsigned int max, uint32_t *has, void *to)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		unsigned int type = mnl_attr_get_type(attr);

		/* padding; and each attribute once */
		if (type == 1 && !mnl_attr_get_payload_len(attr))
			continue;
		if (type > max || (*has & 1U << type) ||
		    !take_field(&fields[type], attr, to))
			return false;
		*has |= 1U << type;
	}
	return true;
}

static bool take_bucket(const struct nlattr *nest, struct nl_stats *stats)
{
	const struct nlattr *attr;

	if (stats->num_buckets == NL_BUCKETS)
		return false;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == GPUVF_A_BUCKET_UPPER_NS)
			stats->upper_ns[stats->num_buckets] =
				mnl_attr_get_u64(attr);
		if (mnl_attr_get_type(attr) == GPUVF_A_BUCKET_COUNT)
			stats->lateness[stats->num_buckets] =
				mnl_attr_get_u64(attr);
	}
	stats->num_buckets++;
	return true;
}

static bool take_stats(const struct nlattr *nest, struct nl_stats *stats,
		       unsigned int of)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		unsigned int type = of + mnl_attr_get_type(attr);

		stats->has |= 1ULL << type;
		if (type == ENGINE_STAT(LATENESS)) {
			if (!take_bucket(attr, stats))
				return false;
		} else if (type != of + GPUVF_A_STATS_PAD) {
			stats->counter[type] = mnl_attr_get_u64(attr);
		}
	}
	return true;
}

/* the only engine there is */
static bool take_pf_engine(const struct nlattr *nest, struct nl_message *msg)
{
	return take_nest(nest, pf_engine_fields, GPUVF_A_ENGINE_MAX,
			 &msg->engine.has, msg) &&
	       msg->engine.has & 1U << GPUVF_A_ENGINE_ID &&
	       msg->engine.id == GPUVF_ENGINE_ID_GFX;
}

static bool take_vf_engine(const struct nlattr *nest, struct nl_message *msg,
			   struct nl_vf *vf)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == GPUVF_A_ENGINE_STATS &&
		    !take_stats(attr, &msg->stats, OF_ENGINE))
			return false;
	return take_nest(nest, vf_engine_fields, GPUVF_A_ENGINE_MAX,
			 &vf->engine.has, vf) &&
	       vf->engine.has & 1U << GPUVF_A_ENGINE_ID &&
	       vf->engine.id == GPUVF_ENGINE_ID_GFX;
}

static bool take_claims(const struct nlattr *nest, struct nl_claims *claims)
{
	static const struct nl_field fields[GPUVF_A_CLAIMS_MAX + 1] = {
		[GPUVF_A_CLAIMS_DRIVER] = STRING(nl_claims, driver),
		[GPUVF_A_CLAIMS_FB_USED] = FIELD(nl_claims, fb_used, 8),
		[GPUVF_A_CLAIMS_FB_TOTAL] = FIELD(nl_claims, fb_total, 8),
		[GPUVF_A_CLAIMS_TIME_NS] = FIELD(nl_claims, time_ns, 8),
	};

	/* all of them, or no nest */
	return take_nest(nest, fields, GPUVF_A_CLAIMS_MAX, &claims->has,
			 claims) &&
	       claims->has == (1U << GPUVF_A_CLAIMS_DRIVER |
			       1U << GPUVF_A_CLAIMS_FB_USED |
			       1U << GPUVF_A_CLAIMS_FB_TOTAL |
			       1U << GPUVF_A_CLAIMS_TIME_NS);
}

static bool take_vf(const struct nlattr *nest, struct nl_message *msg)
{
	struct nl_vf *vf = &msg->vf[msg->num_vf];
	const struct nlattr *attr;

	if (msg->num_vf++ == MAX_VFS)
		return false;
	memset(&msg->stats, 0, sizeof(msg->stats));
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == GPUVF_A_VF_STATS &&
		    !take_stats(attr, &msg->stats, 0))
			return false;
		if (mnl_attr_get_type(attr) == GPUVF_A_VF_ENGINE &&
		    !take_vf_engine(attr, msg, vf))
			return false;
		if (mnl_attr_get_type(attr) == GPUVF_A_VF_CLAIMS &&
		    !take_claims(attr, &vf->claims))
			return false;
	}
	return take_nest(nest, vf_fields, GPUVF_A_VF_MAX, &vf->has, vf) &&
	       (vf->has & 1U << GPUVF_A_VF_INDEX);
}

static bool take_extent(const struct nlattr *nest, struct extent *extent)
{
	static const struct nl_field fields[GPUVF_A_EXTENT_MAX + 1] = {
		[GPUVF_A_EXTENT_OFFSET] = FIELD(extent, start, 8),
		[GPUVF_A_EXTENT_SIZE] = FIELD(extent, size, 8),
	};
	uint32_t has = 0;

	return take_nest(nest, fields, GPUVF_A_EXTENT_MAX, &has, extent) &&
	       has == (1U << GPUVF_A_EXTENT_OFFSET | 1U << GPUVF_A_EXTENT_SIZE);
}

static bool take_attr(const struct nlattr *attr, struct nl_message *msg)
{
	unsigned int type = mnl_attr_get_type(attr);

	if (type > GPUVF_A_PF_MAX)
		return false;
	if (type == GPUVF_A_PF_PAD)
		return !mnl_attr_get_payload_len(attr);
	if (type == GPUVF_A_PF_VF) {
		msg->has |= 1ULL << type;
		return take_vf(attr, msg);
	}
	if (type == GPUVF_A_PF_FB_QUARANTINED_EXTENT) {
		msg->has |= 1ULL << type;
		return msg->num_quarantined < NL_EXTENTS &&
		       take_extent(attr, &msg->quarantined[msg->num_quarantined++]);
	}
	if (type == GPUVF_A_PF_FB_RESERVED_EXTENT) {
		msg->has |= 1ULL << type;
		return msg->num_reserved < NL_RESERVED &&
		       take_extent(attr, &msg->reserved[msg->num_reserved++]);
	}
	if (msg->has & 1ULL << type)
		return false;
	msg->has |= 1ULL << type;
	if (type == GPUVF_A_PF_ERROR)
		return take_nest(attr, error_fields, GPUVF_A_ERROR_MAX,
				 &msg->refusal.has, &msg->refusal);
	if (type == GPUVF_A_PF_ENGINE)
		return take_pf_engine(attr, msg);
	if (type == GPUVF_A_PF_EVENT)
		return take_nest(attr, event_fields, GPUVF_A_EVENT_MAX,
				 &msg->event.has, &msg->event);
	if (type == GPUVF_A_PF_FB_VF_AREA)
		return take_extent(attr, &msg->vf_area);
	return take_field(&pf_fields[type], attr, msg);
}

/**
 * nl_take_message() - read a message of the family
 * @nlh: message
 * @msg: where to
 *
 * Return: false: it is not as the spec says.
 */
bool nl_take_message(const struct nlmsghdr *nlh, struct nl_message *msg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	memset(msg, 0, sizeof(*msg));
	msg->cmd = genl->cmd;
	if (genl->version != GPUVF_FAMILY_VERSION || !spec_allows(nlh))
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (!take_attr(attr, msg))
			return false;
	return true;
}
