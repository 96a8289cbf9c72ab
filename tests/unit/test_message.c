// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the netlink family: what is read, what is not believed.
 */
#include <errno.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/gpuvf.h>

#include "agent_test.h"
#include "provider/gpuvf_message.h"

#define ROOM	65536

static char buffer[ROOM] __attribute__((aligned(8)));

static struct nlmsghdr *new_message(void)
{
	struct nlmsghdr *nlh;

	memset(buffer, 0, sizeof(buffer));
	nlh = mnl_nlmsg_put_header(buffer);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return nlh;
}

/* a copy of exact size on the heap: reading past its end is caught by ASan */
static int read_exact(const struct nlmsghdr *nlh, struct gpu *gpu,
		      struct error_detail *detail)
{
	struct nlmsghdr *copy = malloc(nlh->nlmsg_len);
	int err;

	memcpy(copy, nlh, nlh->nlmsg_len);
	err = message_read(copy, gpu, detail);
	free(copy);
	return err;
}

static void put_bucket(struct nlmsghdr *nlh, u64 upper_ns, u64 count)
{
	struct nlattr *bucket;

	bucket = mnl_attr_nest_start(nlh, GPUVF_A_ENGINE_STATS_LATENESS);
	if (upper_ns)
		mnl_attr_put_u64(nlh, GPUVF_A_BUCKET_UPPER_NS, upper_ns);
	mnl_attr_put_u64(nlh, GPUVF_A_BUCKET_COUNT, count);
	mnl_attr_nest_end(nlh, bucket);
}

static void reads_an_event(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct gpu_event event;
	struct gpu gpu = {};
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, "0000:41:00.0");
	nest = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, 3);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_STATE, VF_STATE_FAILED);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, GPUVF_A_PF_EVENT);
	mnl_attr_put_u32(nlh, GPUVF_A_EVENT_OLD_STATE, VF_STATE_DISABLED);
	mnl_attr_put_u64(nlh, GPUVF_A_EVENT_COUNT, 2);
	mnl_attr_put_strz(nlh, GPUVF_A_EVENT_MESSAGE, "because");
	mnl_attr_nest_end(nlh, nest);
	assert_int_equal(message_read_event(nlh, &gpu, &event), 0);
	assert_int_equal(event.vf, 3);
	assert_int_equal(event.count, 2);
	/* a state of 0 that was said is not one that was not */
	assert_true(event.has_old_state);
	assert_int_equal(event.old_state, VF_STATE_DISABLED);
	assert_string_equal(event.message, "because");
	gpu_free(&gpu);
}

static struct nlmsghdr *claiming_message(const char *driver)
{
	struct nlmsghdr *nlh = new_message();
	struct nlattr *vf, *claims;

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, "0000:41:00.0");
	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, 2);
	claims = mnl_attr_nest_start(nlh, GPUVF_A_VF_CLAIMS);
	mnl_attr_put_strz(nlh, GPUVF_A_CLAIMS_DRIVER, driver);
	mnl_attr_put_u64(nlh, GPUVF_A_CLAIMS_FB_USED, GIB / 2);
	mnl_attr_put_u64(nlh, GPUVF_A_CLAIMS_FB_TOTAL, GIB);
	mnl_attr_put_u64(nlh, GPUVF_A_CLAIMS_TIME_NS, 77);
	mnl_attr_nest_end(nlh, claims);
	mnl_attr_nest_end(nlh, vf);
	return nlh;
}

static void reads_claims(void **state)
{
	char longest[65], longer[80];
	struct gpu gpu = {};
	int index;

	assert_int_equal(message_read_one_vf(claiming_message("6.12 \x1b[2J"),
					     &gpu, &index), 0);
	assert_int_equal(index, 2);
	assert_true(gpu.vfs[2].has_claims);
	assert_false(gpu.vfs[1].has_claims);
	assert_string_equal(gpu.vfs[2].claims.driver, "6.12 ?[2J");
	assert_int_equal(gpu.vfs[2].claims.fb_used, GIB / 2);
	assert_int_equal(gpu.vfs[2].claims.fb_total, GIB);
	assert_int_equal(gpu.vfs[2].claims.time_ns, 77);
	gpu_free(&gpu);

	/* as long as the kernel sends it, and longer */
	memset(longest, 'v', sizeof(longest));
	longest[64] = '\0';
	memset(longer, 'v', sizeof(longer));
	longer[79] = '\0';
	gpu = (struct gpu){};
	assert_int_equal(message_read_one_vf(claiming_message(longest),
					     &gpu, &index), 0);
	assert_string_equal(gpu.vfs[2].claims.driver, longest);
	gpu_free(&gpu);
	gpu = (struct gpu){};
	assert_int_equal(message_read_one_vf(claiming_message(longer),
					     &gpu, &index), 0);
	assert_string_equal(gpu.vfs[2].claims.driver, longest);
	gpu_free(&gpu);
}

static void an_event_of_the_gpu_has_no_vf(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct gpu_event event;
	struct gpu gpu = {};

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, "0000:41:00.0");
	assert_int_equal(message_read_event(nlh, &gpu, &event), 0);
	assert_int_equal(event.vf, NO_VF);
	assert_false(event.has_old_state);
	gpu_free(&gpu);
}

static struct nlattr *begin_engine(struct nlmsghdr *nlh, int type, u32 id)
{
	struct nlattr *engine = mnl_attr_nest_start(nlh, type);

	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_ID, id);
	return engine;
}

static struct nlmsghdr *full_message(void)
{
	struct nlmsghdr *nlh = new_message();
	struct nlattr *vf, *engine, *stats;

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, "0000:41:00.0");
	mnl_attr_put_u64(nlh, GPUVF_A_PF_REVISION, 0x123456789abcdef0);
	mnl_attr_put_strz(nlh, GPUVF_A_PF_BACKEND, "gpu-iov-v3");
	mnl_attr_put_u32(nlh, GPUVF_A_PF_NUMA_NODE, -1);
	mnl_attr_put_u32(nlh, GPUVF_A_PF_TOTAL_VFS, 4);
	mnl_attr_put_u64(nlh, GPUVF_A_PF_FB_TOTAL, 16 * GIB);
	engine = begin_engine(nlh, GPUVF_A_PF_ENGINE, GPUVF_ENGINE_ID_GFX);
	mnl_attr_put_u64(nlh, GPUVF_A_ENGINE_ROTATION_US, 5);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_TIME_SLICE_MAX_US, 500);
	mnl_attr_nest_end(nlh, engine);
	/* an engine that this agent does not know */
	engine = begin_engine(nlh, GPUVF_A_PF_ENGINE, 7);
	mnl_attr_put_u64(nlh, GPUVF_A_ENGINE_ROTATION_US, 70);
	mnl_attr_nest_end(nlh, engine);
	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, 2);
	mnl_attr_put_u64(nlh, GPUVF_A_VF_FB_QUOTA, GIB);
	mnl_attr_put_u64(nlh, GPUVF_A_VF_FB_OFFSET, 3 * GIB);
	mnl_attr_put(nlh, GPUVF_A_VF_IN_USE, 0, NULL);
	mnl_attr_put_strz(nlh, GPUVF_A_VF_PROFILE, "desktop");
	mnl_attr_put_strz(nlh, GPUVF_A_VF_DRIVER, "vfio-pci");
	mnl_attr_put_u32(nlh, 99, 1);
	stats = mnl_attr_nest_start(nlh, GPUVF_A_VF_STATS);
	mnl_attr_put_u64(nlh, GPUVF_A_STATS_RESETS, 3);
	mnl_attr_nest_end(nlh, stats);
	engine = begin_engine(nlh, GPUVF_A_VF_ENGINE, GPUVF_ENGINE_ID_GFX);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_TIME_SLICE_US, 6000);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US, 30000);
	stats = mnl_attr_nest_start(nlh, GPUVF_A_ENGINE_STATS);
	mnl_attr_put_u64(nlh, GPUVF_A_ENGINE_STATS_RUN_NS, 12345678901);
	mnl_attr_put_u64(nlh, GPUVF_A_ENGINE_STATS_HANGS, 2);
	put_bucket(nlh, 1000, 5);
	put_bucket(nlh, 0, 7);
	mnl_attr_nest_end(nlh, stats);
	mnl_attr_nest_end(nlh, engine);
	engine = begin_engine(nlh, GPUVF_A_VF_ENGINE, 7);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_TIME_SLICE_US, 7000);
	mnl_attr_nest_end(nlh, engine);
	mnl_attr_nest_end(nlh, vf);
	mnl_attr_put_u32(nlh, 999, 1);
	return nlh;
}

static void put_extent(struct nlmsghdr *nlh, u16 attr, u64 offset, u64 size)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u64(nlh, GPUVF_A_EXTENT_OFFSET, offset);
	mnl_attr_put_u64(nlh, GPUVF_A_EXTENT_SIZE, size);
	mnl_attr_nest_end(nlh, nest);
}

static void put_quarantined(struct nlmsghdr *nlh, u64 offset, u64 size)
{
	put_extent(nlh, GPUVF_A_PF_FB_QUARANTINED_EXTENT, offset, size);
}

static void reads_what_is_quarantined_and_no_more_than_there_may_be(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct gpu gpu = {};
	u32 i;

	mnl_attr_put_u32(nlh, GPUVF_A_PF_FB_QUARANTINED_EXTENTS, MAX_QUARANTINED);
	for (i = 0; i < MAX_QUARANTINED; i++)
		put_quarantined(nlh, i * GIB, MIB);
	assert_int_equal(read_exact(nlh, &gpu, NULL), 0);
	assert_int_equal(gpu.num_quarantined, MAX_QUARANTINED);
	assert_int_equal(gpu.quarantined[3].offset, 3 * GIB);
	assert_int_equal(gpu.quarantined[3].size, MIB);
	gpu_free(&gpu);
	/* one more than is said */
	put_quarantined(nlh, i * GIB, MIB);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);
	/* a newer kernel may have more than there is room for: the last has them all */
	gpu = (struct gpu){};
	nlh = new_message();
	for (i = 0; i < MAX_QUARANTINED + 2; i++)
		put_quarantined(nlh, i * GIB, MIB);
	mnl_attr_put_u32(nlh, GPUVF_A_PF_FB_QUARANTINED_EXTENTS, i);
	assert_int_equal(read_exact(nlh, &gpu, NULL), 0);
	assert_int_equal(gpu.num_quarantined, MAX_QUARANTINED);
	assert_int_equal(gpu.quarantined[MAX_QUARANTINED - 1].offset,
			 (MAX_QUARANTINED - 1) * GIB);
	assert_int_equal(gpu.quarantined[MAX_QUARANTINED - 1].size, 2 * GIB + MIB);
	gpu_free(&gpu);
	/* one that is missing */
	gpu = (struct gpu){};
	nlh = new_message();
	mnl_attr_put_u32(nlh, GPUVF_A_PF_FB_QUARANTINED_EXTENTS, 2);
	put_quarantined(nlh, 0, MIB);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);
	nlh = new_message();
	mnl_attr_put_u16(nlh, GPUVF_A_PF_FB_QUARANTINED_EXTENT, 1);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);
	/* likewise of what the hardware keeps */
	gpu = (struct gpu){};
	nlh = new_message();
	mnl_attr_put_u32(nlh, GPUVF_A_PF_FB_RESERVED_EXTENTS, 1);
	put_extent(nlh, GPUVF_A_PF_FB_RESERVED_EXTENT, GIB, MIB);
	mnl_attr_put_u64(nlh, GPUVF_A_PF_FB_ALIGN, 2 * MIB);
	assert_int_equal(read_exact(nlh, &gpu, NULL), 0);
	assert_int_equal(gpu.num_reserved, 1);
	assert_int_equal(gpu.reserved[0].offset, GIB);
	assert_int_equal(gpu.reserved[0].size, MIB);
	assert_int_equal(gpu.fb_align, 2 * MIB);
	gpu_free(&gpu);
	put_extent(nlh, GPUVF_A_PF_FB_RESERVED_EXTENT, 2 * GIB, MIB);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);
}

static void reads_everything(void **state)
{
	struct gpu gpu = {};

	assert_int_equal(read_exact(full_message(), &gpu, NULL), 0);
	assert_string_equal(gpu.bdf, "0000:41:00.0");
	assert_true(gpu.revision == 0x123456789abcdef0);
	assert_string_equal(gpu.backend, "gpu-iov-v3");
	assert_int_equal(gpu.numa_node, -1);
	assert_int_equal(gpu.fb_total, 16 * GIB);
	assert_int_equal(gpu.rotation_us, 5);
	assert_int_equal(gpu.time_slice_max_us, 500);
	assert_int_equal(gpu.vfs[2].time_slice_us, 6000);
	assert_int_equal(gpu.vfs[2].preempt_timeout_us, 30000);
	assert_int_equal(gpu.vfs_len, 4);
	assert_int_equal(gpu.vfs[2].fb_bytes, GIB);
	assert_int_equal(gpu.vfs[2].fb_offset, 3 * GIB);
	assert_true(gpu.vfs[2].in_use);
	assert_false(gpu.vfs[2].fb_auto);
	assert_string_equal(gpu.vfs[2].profile, "desktop");
	assert_string_equal(gpu.vfs[2].driver, "vfio-pci");
	assert_int_equal(gpu.vfs[1].fb_bytes, 0);
	gpu_free(&gpu);
}

static void an_engine_has_an_id(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct nlattr *engine, *vf;
	struct gpu gpu = {};

	engine = mnl_attr_nest_start(nlh, GPUVF_A_PF_ENGINE);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_TIME_SLICE_MAX_US, 500);
	mnl_attr_nest_end(nlh, engine);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);

	nlh = new_message();
	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, 0);
	engine = mnl_attr_nest_start(nlh, GPUVF_A_VF_ENGINE);
	mnl_attr_put_u16(nlh, GPUVF_A_ENGINE_ID, 0);
	mnl_attr_nest_end(nlh, engine);
	mnl_attr_nest_end(nlh, vf);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);

	nlh = new_message();
	mnl_attr_put_u32(nlh, GPUVF_A_PF_ENGINE, 0);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);
}

static void reads_statistics(void **state)
{
	struct vf_stats *stats;
	struct gpu gpu = {};

	assert_int_equal(read_exact(full_message(), &gpu, NULL), 0);
	assert_false(gpu.vfs[1].has_stats);
	assert_true(gpu.vfs[2].has_stats);
	stats = &gpu.vfs[2].stats;
	assert_true(stats->run_ns == 12345678901);
	assert_int_equal(stats->hangs, 2);
	assert_int_equal(stats->resets, 3);
	assert_int_equal(stats->num_buckets, 2);
	assert_int_equal(stats->buckets[0].upper_ns, 1000);
	assert_int_equal(stats->buckets[0].count, 5);
	assert_int_equal(stats->buckets[1].upper_ns, 0);
	assert_int_equal(stats->buckets[1].count, 7);
	gpu_free(&gpu);
}

static void more_buckets_than_there_is_room_for_are_left_out(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct nlattr *vf, *engine, *stats;
	struct gpu gpu = {};
	u32 i;

	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, 0);
	engine = begin_engine(nlh, GPUVF_A_VF_ENGINE, GPUVF_ENGINE_ID_GFX);
	stats = mnl_attr_nest_start(nlh, GPUVF_A_ENGINE_STATS);
	for (i = 0; i <= MAX_BUCKETS; i++)
		put_bucket(nlh, i + 1, 1);
	mnl_attr_nest_end(nlh, stats);
	mnl_attr_nest_end(nlh, engine);
	mnl_attr_nest_end(nlh, vf);
	assert_int_equal(read_exact(nlh, &gpu, NULL), 0);
	assert_int_equal(gpu.vfs[0].stats.num_buckets, MAX_BUCKETS);
	assert_int_equal(gpu.vfs[0].stats.buckets[MAX_BUCKETS - 1].upper_ns,
			 MAX_BUCKETS);
	gpu_free(&gpu);
}

static void an_event_is_about_the_vf_that_it_has(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct gpu_event event;
	struct gpu gpu = {};
	struct nlattr *vf;

	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, 2);
	mnl_attr_nest_end(nlh, vf);
	/* more VFs than the one that the event is about */
	mnl_attr_put_u32(nlh, GPUVF_A_PF_TOTAL_VFS, 16);
	assert_int_equal(message_read_event(nlh, &gpu, &event), 0);
	assert_int_equal(event.vf, 2);
	assert_int_equal(gpu.vfs_len, 16);
	gpu_free(&gpu);
	nlh = new_message();
	mnl_attr_put_u32(nlh, GPUVF_A_PF_TOTAL_VFS, 16);
	assert_int_equal(message_read_event(nlh, &gpu, &event), 0);
	assert_int_equal(event.vf, NO_VF);
	gpu_free(&gpu);
}

static void survives_every_truncation(void **state)
{
	u32 len = full_message()->nlmsg_len;
	u32 cut;

	for (cut = sizeof(struct nlmsghdr); cut < len; cut++) {
		struct nlmsghdr *nlh = full_message();
		struct gpu gpu = {};

		nlh->nlmsg_len = cut;
		read_exact(nlh, &gpu, NULL);
		gpu_free(&gpu);
	}
}

static void survives_every_wrong_byte(void **state)
{
	u32 len = full_message()->nlmsg_len;
	u32 i;

	for (i = sizeof(struct nlmsghdr); i < len; i++) {
		static const u8 values[] = { 0x00, 0x01, 0x7f, 0xff };
		size_t v;

		for (v = 0; v < sizeof(values); v++) {
			struct nlmsghdr *nlh = full_message();
			struct error_detail detail = {};
			struct gpu gpu = {};

			buffer[i] = values[v];
			read_exact(nlh, &gpu, &detail);
			gpu_free(&gpu);
		}
	}
}

static void refuses_what_the_spec_does_not_allow(void **state)
{
	struct gpu gpu = {};
	struct nlmsghdr *nlh;
	struct nlattr *vf;

	nlh = new_message();
	mnl_attr_put_u32(nlh, GPUVF_A_PF_REVISION, 1);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);

	nlh = new_message();
	mnl_attr_put(nlh, GPUVF_A_PF_BDF, 4, "0000");
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);

	/* a VF without an index, and one that no hardware has */
	nlh = new_message();
	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u64(nlh, GPUVF_A_VF_FB_QUOTA, 1);
	mnl_attr_nest_end(nlh, vf);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);

	nlh = new_message();
	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, 0x7fffffff);
	mnl_attr_nest_end(nlh, vf);
	assert_int_equal(read_exact(nlh, &gpu, NULL), -EBADMSG);
	gpu_free(&gpu);
}

static void foreign_text_cannot_steer_a_terminal(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct gpu gpu = {};

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BACKEND, "a\033[2Jb\nc\303\244");
	assert_int_equal(read_exact(nlh, &gpu, NULL), 0);
	assert_string_equal(gpu.backend, "a?[2Jb?c??");
	gpu_free(&gpu);
}

static void too_long_text_is_cut(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct gpu gpu = {};
	char text[200];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, text);
	assert_int_equal(read_exact(nlh, &gpu, NULL), 0);
	assert_int_equal(strlen(gpu.bdf), BDF_SIZE - 1);
	gpu_free(&gpu);
}

static void reads_a_refusal(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct error_detail detail = {};
	struct gpu gpu = {};
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, GPUVF_A_PF_ERROR);
	mnl_attr_put_u32(nlh, GPUVF_A_ERROR_REASON, REASON_NO_SPACE);
	mnl_attr_put_u32(nlh, GPUVF_A_ERROR_VF_INDEX, 3);
	mnl_attr_put_u64(nlh, GPUVF_A_ERROR_VALUE, 9 * GIB);
	mnl_attr_put_u64(nlh, GPUVF_A_ERROR_LIMIT, 4 * GIB);
	mnl_attr_put_strz(nlh, GPUVF_A_ERROR_MESSAGE, "GPU x VF 3: no");
	mnl_attr_nest_end(nlh, nest);
	assert_int_equal(read_exact(nlh, &gpu, &detail), 0);
	assert_int_equal(detail.reason, REASON_NO_SPACE);
	assert_int_equal(detail.vf, 3);
	assert_int_equal(detail.value, 9 * GIB);
	assert_int_equal(detail.limit, 4 * GIB);
	assert_string_equal(detail.message, "GPU x VF 3: no");

	/* one about the GPU has no VF */
	nlh = new_message();
	nest = mnl_attr_nest_start(nlh, GPUVF_A_PF_ERROR);
	mnl_attr_put_u32(nlh, GPUVF_A_ERROR_REASON, REASON_STALE);
	mnl_attr_nest_end(nlh, nest);
	assert_int_equal(read_exact(nlh, &gpu, &detail), 0);
	assert_int_equal(detail.vf, NO_VF);
	gpu_free(&gpu);
}

/* an error as the kernel sends it: errno, the request, the sentence */
static struct nlmsghdr *error_message(int error, bool capped, const char *text)
{
	struct nlmsghdr *nlh;
	struct nlmsgerr *e;

	memset(buffer, 0, sizeof(buffer));
	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = NLMSG_ERROR;
	e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));
	e->error = error;
	e->msg.nlmsg_len = sizeof(e->msg) + 20;
	if (capped)
		nlh->nlmsg_flags |= NLM_F_CAPPED;
	else
		mnl_nlmsg_put_extra_header(nlh, 20);
	if (text) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, 20);
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	}
	return nlh;
}

static int read_error_exact(const struct nlmsghdr *nlh, char *text, size_t size)
{
	struct nlmsghdr *copy = malloc(nlh->nlmsg_len);
	int err;

	memcpy(copy, nlh, nlh->nlmsg_len);
	err = message_read_error(copy, text, size);
	free(copy);
	return err;
}

static void reads_the_extended_ack(void **state)
{
	char text[64];

	assert_int_equal(read_error_exact(error_message(-ENOSPC, false, "no room"),
					  text, sizeof(text)), -ENOSPC);
	assert_string_equal(text, "no room");
	assert_int_equal(read_error_exact(error_message(-EINVAL, true, "bad"),
					  text, sizeof(text)), -EINVAL);
	assert_string_equal(text, "bad");
	assert_int_equal(read_error_exact(error_message(-EPERM, true, NULL),
					  text, sizeof(text)), -EPERM);
	assert_string_equal(text, "");
	assert_int_equal(read_error_exact(error_message(0, true, NULL), text,
					  sizeof(text)), 0);
}

static void survives_bad_errors(void **state)
{
	u32 len = error_message(-ENOSPC, false, "no room")->nlmsg_len;
	char text[64];
	u32 cut;

	for (cut = sizeof(struct nlmsghdr); cut < len; cut++) {
		struct nlmsghdr *nlh = error_message(-ENOSPC, false, "no room");

		nlh->nlmsg_len = cut;
		assert_int_not_equal(read_error_exact(nlh, text, sizeof(text)),
				     0);
	}
	assert_int_equal(read_error_exact(error_message(5, true, NULL), text,
					  sizeof(text)), -EBADMSG);
}

static void a_wish_has_all_that_it_needs(void **state)
{
	struct nlmsghdr *nlh = new_message();
	struct gpu wanted = test_gpu();
	bool replace = false, dry_run = false;
	const struct nlattr *attr;
	struct gpu back = {};

	wanted.set = GPU_SET_POLICY;
	wanted.policy = POLICY_EQUAL;
	wanted.fb_pf_reserve = 77;
	wanted.vfs[1].fb_bytes = GIB;
	wanted.vfs[1].time_slice_us = 4000;
	copy_string(wanted.vfs[1].profile, LABEL_SIZE, "desktop");
	message_put_wanted(nlh, ROOM, &wanted, true);
	assert_int_equal(read_exact(nlh, &back, NULL), 0);
	assert_int_equal(back.revision, 7);
	assert_int_equal(back.policy, POLICY_EQUAL);
	assert_int_equal(back.fb_pf_reserve, 0);
	assert_int_equal(back.vfs_len, 2);
	assert_int_equal(back.vfs[1].fb_bytes, GIB);
	assert_int_equal(back.vfs[1].time_slice_us, 4000);
	assert_string_equal(back.vfs[1].profile, "desktop");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		replace |= mnl_attr_get_type(attr) == GPUVF_A_PF_REPLACE;
		dry_run |= mnl_attr_get_type(attr) == GPUVF_A_PF_DRY_RUN;
	}
	assert_true(replace);
	assert_true(dry_run);
	gpu_free(&wanted);
	gpu_free(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_everything),
		cmocka_unit_test(reads_what_is_quarantined_and_no_more_than_there_may_be),
		cmocka_unit_test(an_engine_has_an_id),
		cmocka_unit_test(reads_statistics),
		cmocka_unit_test(reads_an_event),
		cmocka_unit_test(reads_claims),
		cmocka_unit_test(an_event_of_the_gpu_has_no_vf),
		cmocka_unit_test(an_event_is_about_the_vf_that_it_has),
		cmocka_unit_test(more_buckets_than_there_is_room_for_are_left_out),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(survives_every_wrong_byte),
		cmocka_unit_test(refuses_what_the_spec_does_not_allow),
		cmocka_unit_test(foreign_text_cannot_steer_a_terminal),
		cmocka_unit_test(too_long_text_is_cut),
		cmocka_unit_test(reads_a_refusal),
		cmocka_unit_test(reads_the_extended_ack),
		cmocka_unit_test(survives_bad_errors),
		cmocka_unit_test(a_wish_has_all_that_it_needs),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
