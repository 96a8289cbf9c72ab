/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink family "gpuvf", spoken by hand over libmnl.
 */
#ifndef SELFTEST_NL_H
#define SELFTEST_NL_H

#include <libmnl/libmnl.h>
#include <linux/gpuvf.h>
#include <stdbool.h>
#include <stdint.h>

#include "gpu.h"

struct nl;

/**
 * struct nl_claims - what a guest says of itself
 * @has: bit n: attribute n is there
 */
struct nl_claims {
	uint32_t has;
	uint64_t fb_used;
	uint64_t fb_total;
	uint64_t time_ns;
	char driver[65];
};

/**
 * struct nl_engine - an engine of a GPU or a VF
 * @has: bit n: attribute n is there
 * @id: GPUVF_ENGINE_ID_*
 * @time_slice_us: effective, of a VF
 * @preempt_timeout_us: effective, of a VF
 */
struct nl_engine {
	uint32_t has;
	uint32_t id;
	uint32_t time_slice_us;
	uint32_t preempt_timeout_us;
};

/**
 * struct nl_vf - a VF as a message has it
 * @has: bit n: attribute n is there
 * @time_slice_us: of its engine, as @preempt_timeout_us
 */
struct nl_vf {
	uint32_t has;
	uint32_t index;
	uint32_t state;
	uint32_t time_slice_us;
	uint32_t preempt_timeout_us;
	uint64_t fb_quota;
	uint64_t fb_offset;
	uint64_t resets;
	uint64_t failed_resets;
	char bdf[16];
	char profile[32];
	char driver[32];
	struct nl_engine engine;
	struct nl_claims claims;
};

/**
 * struct nl_refusal - why not
 * @has: bit n: attribute n is there
 */
struct nl_refusal {
	uint32_t has;
	uint32_t reason;
	uint32_t vf_index;
	uint64_t value;
	uint64_t limit;
	char message[256];
};

/**
 * struct nl_event - what happened
 * @has: bit n: attribute n is there
 */
struct nl_event {
	uint32_t has;
	uint64_t time_ns;
	uint64_t count;
	uint32_t old_state;
	uint32_t hang;
	uint32_t threshold;
	uint64_t limit;
	uint64_t window_ms;
	uint64_t fb_offset;
	uint64_t fb_size;
	uint32_t error;
	char message[256];
};

#define NL_BUCKETS	16

/* an attribute of a VF's nest for its engine, or the counter of one */
#define OF_ENGINE		32
#define ENGINE_ATTR(name)	(OF_ENGINE + GPUVF_A_ENGINE_##name)
#define ENGINE_STAT(name)	(OF_ENGINE + GPUVF_A_ENGINE_STATS_##name)

/**
 * struct nl_stats - what a VF got and did
 * @has: bit n: counter n is there
 * @counter: by GPUVF_A_STATS_* and ENGINE_STAT()
 * @num_buckets: how many buckets the histogram has
 * @upper_ns: of each bucket, 0: of the last
 * @lateness: what is in each bucket
 */
struct nl_stats {
	uint64_t has;
	uint64_t counter[OF_ENGINE + GPUVF_A_ENGINE_STATS_MAX + 1];
	unsigned int num_buckets;
	uint64_t upper_ns[NL_BUCKETS];
	uint64_t lateness[NL_BUCKETS];
};

/* as the spec says */
#define NL_EXTENTS	64
#define NL_RESERVED	8

/**
 * struct nl_message - a message of the family
 * @cmd: GPUVF_CMD_*
 * @has: bit n: attribute n is there
 * @num_quarantined: how many extents are in @quarantined
 * @num_reserved: how many extents are in @reserved
 * @num_vf: how many VFs are in @vf
 * @stats: of the last of them
 */
struct nl_message {
	uint8_t cmd;
	uint64_t has;
	char bdf[16];
	char backend[32];
	uint64_t revision;
	uint32_t state;
	uint32_t capabilities;
	uint32_t vendor;
	uint32_t device;
	int32_t numa_node;
	uint32_t total_vfs;
	uint32_t num_vfs;
	uint32_t provisioning;
	uint32_t policy;
	uint64_t fb_total;
	uint64_t fb_alloc_unit;
	uint64_t fb_pf_reserve;
	uint64_t fb_context_save;
	struct extent vf_area;
	uint64_t fb_free;
	uint64_t fb_largest_free;
	uint64_t fb_needs_scrub;
	uint64_t fb_quarantined;
	uint32_t quarantined_extents;
	unsigned int num_quarantined;
	struct extent quarantined[NL_EXTENTS];
	uint64_t fb_align;
	uint32_t reserved_extents;
	unsigned int num_reserved;
	struct extent reserved[NL_RESERVED];
	struct nl_engine engine;
	uint32_t time_slice_min_us;
	uint32_t time_slice_max_us;
	uint32_t preempt_timeout_min_us;
	uint32_t preempt_timeout_max_us;
	uint64_t rotation_us;
	uint64_t resets;
	uint64_t failed_resets;
	unsigned int num_vf;
	struct nl_vf vf[MAX_VFS];
	struct nl_refusal refusal;
	struct nl_stats stats;
	struct nl_event event;
};

/**
 * struct nl_answer - all that came back for one request
 * @messages: how many messages of the family
 * @parts: how many times something was received for it
 * @last: the last of them
 * @ack: sentence of the extended ack, or empty
 * @bad_attr: type of the attribute that the extended ack points at, or -1
 * @missing_attr: type of the attribute that the extended ack misses, or -1
 * @missing_in: type of the nest that it is missing in, or -1
 * @interrupted: a dump that is not consistent
 * @malformed: a message that does not hold to the specification
 */
struct nl_answer {
	unsigned int messages;
	unsigned int parts;
	struct nl_message last;
	char ack[256];
	int bad_attr;
	int missing_attr;
	int missing_in;
	bool interrupted;
	bool malformed;
};

/**
 * struct nl_request - a request in the making
 * @header: of the message
 * @buf: the message
 */
struct nl_request {
	struct nlmsghdr *header;
	char buf[16384];
};

bool nl_take_message(const struct nlmsghdr *nlh, struct nl_message *msg);
struct nl *nl_open(void);
void nl_close(struct nl *nl);
int nl_family(struct nl *nl);

void nl_begin(struct nl *nl, struct nl_request *req, uint8_t cmd,
	      uint16_t flags);
void nl_config_set(struct nl *nl, struct nl_request *req,
		   const struct gpu *gpu);
struct nlattr *nl_vf_begin(struct nl_request *req, uint32_t index);
void nl_vf_end(struct nl_request *req, struct nlattr *nest);
void nl_put_u32(struct nl_request *req, unsigned int attr, uint32_t value);
void nl_put_vf(struct nl_request *req, uint32_t index, uint64_t fb_quota,
	       uint32_t time_slice_us);
int nl_call(struct nl *nl, struct nl_request *req, struct nl_answer *answer);
int nl_dump(struct nl *nl, struct nl_request *req, struct nl_answer *answer,
	    void (*each)(const struct nl_message *msg, void *arg), void *arg);
int nl_dump_rest(struct nl *nl, struct nl_request *req,
		 struct nl_answer *answer,
		 void (*each)(const struct nl_message *msg, void *arg),
		 void *arg);
int nl_dump_begin(struct nl *nl, struct nl_request *req);
int nl_dump_end(struct nl *nl, struct nl_request *req,
		struct nl_answer *answer);

/* reset a VF, or with -1 the GPU; both wait until it is over, -EIO: it failed */
int nl_reset_start(struct nl *nl, const struct gpu *gpu, int vf,
		   struct nl_message *msg);
int nl_reset_wait(struct nl *nl, const struct gpu *gpu, int vf,
		  const struct nl_message *begun);
int nl_reset(struct nl *nl, const struct gpu *gpu, int vf);

int nl_pf_get(struct nl *nl, const struct gpu *gpu, struct nl_message *msg);
int nl_vf_get(struct nl *nl, const struct gpu *gpu, unsigned int vf,
	      struct nl_message *msg);

int nl_join(struct nl *nl, const char *group);
int nl_listen(struct nl *nl);
int nl_shrink(struct nl *nl, int bytes);
void nl_know(struct nl *nl, const struct nl *who_knows);
int nl_try_number(struct nl *nl, const struct nl *who_knows);
int nl_shout(struct nl *nl, struct nl_request *req);
int nl_next_event(struct nl *nl, struct nl_message *msg, int timeout_ms);

#endif /* SELFTEST_NL_H */
