/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one way in: what wants a change, over netlink or sysfs, fills
 * a struct gpuvf_request, and gpuvf_request_do() checks it, carries it out, and
 * says why not. Only the PCI core comes another way, to enable and disable VFs.
 */
#ifndef GPUVF_REQUEST_H
#define GPUVF_REQUEST_H

#include <linux/gpuvf.h>
#include <linux/types.h>

#include "base/error.h"
#include "config/config.h"

struct gpuvf_pf;

/* what a request is for */
enum gpuvf_op {
	GPUVF_OP_CONFIGURE,
	GPUVF_OP_VF_RESET,
	GPUVF_OP_VF_STOP,
	GPUVF_OP_VF_PAUSE,
	GPUVF_OP_VF_RESUME,
	GPUVF_OP_PF_RESET,
	GPUVF_OP_FB_SCRUB,
};

/* which settings a struct gpuvf_request_vf carries */
#define GPUVF_SET_FB_QUOTA		BIT(0)
#define GPUVF_SET_TIME_SLICE		BIT(1)
#define GPUVF_SET_PREEMPT_TIMEOUT	BIT(2)
#define GPUVF_SET_PROFILE		BIT(3)
#define GPUVF_SET_FB_OFFSET		BIT(4)

/**
 * struct gpuvf_request_vf - what a request changes of one VF
 * @index: which VF; not checked yet
 * @set: GPUVF_SET_* of the members that count
 * @fb_quota_bytes: rounded up to whole allocation units; 0 takes the quota away
 * @fb_offset_bytes: where the framebuffer has to be; without it, it is placed
 * @engine: enum gpuvf_engine_id, of the next two; not checked yet
 * @time_slice_us: time slice
 * @preempt_timeout_us: 0: back to the default
 * @profile: label, zero-terminated; empty: none
 */
struct gpuvf_request_vf {
	u32 index;
	u32 set;
	u64 fb_quota_bytes;
	u64 fb_offset_bytes;
	u32 engine;
	u32 time_slice_us;
	u32 preempt_timeout_us;
	char profile[GPUVF_LABEL_SIZE];
};

/* which settings a struct gpuvf_request carries */
#define GPUVF_SET_REVISION		BIT(0)
#define GPUVF_SET_POLICY		BIT(1)
#define GPUVF_SET_PF_RESERVE		BIT(2)

/**
 * struct gpuvf_request - one change, all or nothing, and what came of it
 * @op: what for; all but GPUVF_OP_CONFIGURE need at most @vf's first index
 * @set: GPUVF_SET_REVISION, ..._POLICY, ..._PF_RESERVE: what counts
 * @revision: the revision that the change was planned against
 * @policy: enum gpuvf_policy; not checked yet
 * @pf_reserve_bytes: rounded up to the allocation unit
 * @replace: the VFs named are the whole layout, the others get nothing
 * @dry_run: do everything but the change itself
 * @num_vfs: entries of @vf in use
 * @vf: one entry for each VF named
 * @wait: of a reset: return when it is over, or when a fatal signal comes
 * @done: called under pf->lock when the request was carried out, or NULL; its
 *	errno is the request's
 * @result: of GPUVF_OP_CONFIGURE: the configuration that now holds or, with
 *	@dry_run, would hold
 * @changed: of GPUVF_OP_CONFIGURE: it is another one than before
 * @error: why the request was refused; filled where its reason is not 0
 */
struct gpuvf_request {
	enum gpuvf_op op;
	u32 set;
	u64 revision;
	u32 policy;
	u64 pf_reserve_bytes;
	bool replace;
	bool dry_run;
	bool wait;
	unsigned int num_vfs;
	struct gpuvf_request_vf vf[GPUVF_MAX_VFS];
	int (*done)(struct gpuvf_pf *pf, struct gpuvf_request *req);

	struct gpuvf_config result;
	bool changed;
	struct gpuvf_error error;
};

/* begin a request, zeroed, for @op */
static inline void gpuvf_request_init(struct gpuvf_request *req,
				      enum gpuvf_op op)
{
	req->op = op;
	req->error.vf = GPUVF_NO_VF;
}

int gpuvf_request_do(struct gpuvf_pf *pf, struct gpuvf_request *req);

#endif /* GPUVF_REQUEST_H */
