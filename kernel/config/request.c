// SPDX-License-Identifier: GPL-2.0
/*
 * The one way in. A request is checked, carried out and answered here; what is
 * not to be is refused with a sentence, which goes to the kernel log too:
 *
 *	api/netlink_set.c ──┐                        ┌─► config/config.c
 *	                    ├─► gpuvf_request_do() ──┼─► vf/lifecycle.c
 *	api/sysfs.c ────────┘                        ├─► vf/reset.c
 *	                                             └─► fb/scrub.c
 */

#include <linux/completion.h>
#include <linux/mutex.h>

#include "base/error.h"
#include "base/pf.h"
#include "config/config.h"
#include "config/request.h"
#include "fb/fb.h"
#include "vf/vf.h"

/**
 * struct request_op - one kind of request: of a VF, of the GPU, or a configuration
 * @verb: what an operation on a VF does to it, for the sentence of an error;
 *	NULL: it is about the GPU
 * @live: not for a VF that failed, was stopped, or has no framebuffer
 * @even: GPUVF_EVEN_* bits of what does not stand in the way
 * @vf: do it to a VF or start it, under pf->lock
 * @pf: likewise to the GPU; 0, or an errno with @error filled
 * @vf_wait: wait until what @vf started is over, without pf->lock; 0, or an
 *	errno; NULL: it starts nothing
 * @pf_wait: likewise for @pf
 */
struct request_op {
	const char *verb;
	bool live;
	u32 even;
	void (*vf)(struct gpuvf_vf *vf);
	int (*pf)(struct gpuvf_pf *pf, struct gpuvf_error *error);
	int (*vf_wait)(struct gpuvf_vf *vf, struct gpuvf_error *error);
	int (*pf_wait)(struct gpuvf_pf *pf, struct gpuvf_error *error);
};

static const struct request_op request_ops[] = {
	[GPUVF_OP_CONFIGURE] = { },
	[GPUVF_OP_VF_RESET] = { "reset", .vf = gpuvf_reset_vf_locked,
				.vf_wait = gpuvf_reset_vf_wait },
	[GPUVF_OP_VF_STOP] = { "stop", true, .vf = gpuvf_vf_stop_locked },
	[GPUVF_OP_VF_PAUSE] = { "pause", true, .vf = gpuvf_vf_pause_locked },
	[GPUVF_OP_VF_RESUME] = { "resume", true, .vf = gpuvf_vf_resume_locked },
	[GPUVF_OP_PF_RESET] = { .even = GPUVF_EVEN_WEDGED,
				.pf = gpuvf_reset_pf_locked,
				.pf_wait = gpuvf_reset_pf_wait },
	[GPUVF_OP_FB_SCRUB] = { .even = GPUVF_EVEN_COUNT_CHANGING,
				.pf = gpuvf_scrub_retry_locked },
};

static struct gpuvf_vf *request_vf(struct gpuvf_pf *pf,
				   const struct gpuvf_request *req)
{
	return &pf->vf[req->vf[0].index];
}

/* the state of a VF does not allow what would be done to it: @is says why not */
static int request_refuse_state(struct gpuvf_vf *vf, const char *verb,
				const char *is, struct gpuvf_error *error)
{
	error->vf = vf->index;
	return gpuvf_error_set(error, gpuvf_pf_name(vf->pf),
			       GPUVF_REASON_VF_WRONG_STATE,
			       "the VF cannot be made to %s %s", verb, is);
}

static int request_check_state(struct gpuvf_vf *vf, enum gpuvf_op op,
			       struct gpuvf_error *error)
{
	const char *verb = request_ops[op].verb;

	/* a user who resets the VF without end must not keep an administrator out */
	if (vf->resetting && !vf->teardown && !vf->reset_by_user)
		return request_refuse_state(vf, verb, "while it is being reset",
					    error);
	/* what is stopped can be stopped again */
	if (!request_ops[op].live || (op == GPUVF_OP_VF_STOP && vf->stopped))
		return 0;
	switch (gpuvf_vf_state_locked(vf)) {
	case GPUVF_VF_STATE_FAILED:
		error->vf = vf->index;
		return gpuvf_error_set(error, gpuvf_pf_name(vf->pf),
				       GPUVF_REASON_VF_FAILED,
				       "the VF failed and has to be reset before it can %s",
				       verb);
	case GPUVF_VF_STATE_STOPPED:
		return request_refuse_state(vf, verb, "since it was stopped",
					    error);
	case GPUVF_VF_STATE_DISABLED:
		return request_refuse_state(vf, verb,
					    "since it has no framebuffer", error);
	default:
		return 0;
	}
}

static int request_check_vf(struct gpuvf_pf *pf, struct gpuvf_request *req)
{
	struct gpuvf_error *error = &req->error;
	unsigned int index = req->vf[0].index;
	int err = gpuvf_pf_check_index(pf, index, error);

	if (err)
		return err;
	if (pf->vf[index].pdev)
		return request_check_state(&pf->vf[index], req->op, error);
	error->vf = index;
	error->limit = pf->num_vfs;
	return gpuvf_error_set(error, gpuvf_pf_name(pf), GPUVF_REASON_VF_NOT_ENABLED,
			       "%s needs an enabled VF, and %u VFs are enabled",
			       request_ops[req->op].verb, pf->num_vfs);
}

static int request_carry_out(struct gpuvf_pf *pf, struct gpuvf_request *req)
{
	const struct request_op *op = &request_ops[req->op];

	if (op->pf)
		return op->pf(pf, &req->error);
	if (!op->vf)
		return gpuvf_config_apply_locked(pf, req);
	op->vf(request_vf(pf, req));
	return 0;
}

static int request_do_locked(struct gpuvf_pf *pf, struct gpuvf_request *req)
{
	const struct request_op *op = &request_ops[req->op];
	int err;

	err = gpuvf_pf_check_locked(pf, op->even, &req->error);
	if (!err && op->verb)
		err = request_check_vf(pf, req);
	if (!err)
		err = request_carry_out(pf, req);
	/* the answer is about what follows too */
	gpuvf_pf_settle_locked(pf);
	/* it may have gone while the lock was free */
	if (!err)
		err = gpuvf_pf_check_locked(pf, ~0U, &req->error);
	if (!err && req->done)
		err = req->done(pf, req);
	if (req->error.reason && !req->dry_run)
		gpuvf_error_log(pf, &req->error);
	return err;
}

/*
 * Take pf->lock while no reset of the GPU is under way. Such a reset takes a
 * minute when the GPU does not answer, so the caller can be killed meanwhile.
 * To be refused, a second reset of the GPU need not wait for the first.
 */
static int request_lock(struct gpuvf_pf *pf, enum gpuvf_op op)
{
	for (;;) {
		if (mutex_lock_killable(&pf->lock))
			return -EINTR;
		if (!pf->in_reset ||
		    (op == GPUVF_OP_PF_RESET && pf->resetting))
			return 0;
		gpuvf_pf_unlock(pf);
		if (wait_for_completion_killable(&pf->out_of_reset))
			return -EINTR;
	}
}

/* wait until what the request started is over, if the requester wants that */
static int request_wait(struct gpuvf_pf *pf, struct gpuvf_request *req)
{
	const struct request_op *op = &request_ops[req->op];
	int err = 0;

	if (req->wait && op->vf_wait)
		err = op->vf_wait(request_vf(pf, req), &req->error);
	else if (req->wait && op->pf_wait)
		err = op->pf_wait(pf, &req->error);
	if (req->error.reason) {
		gpuvf_pf_lock(pf);
		gpuvf_error_log(pf, &req->error);
		gpuvf_pf_unlock(pf);
	}
	return err;
}

/**
 * gpuvf_request_do() - check a request and carry it out, all or nothing
 * @pf: PF that it is about
 * @req: the request; @result, @changed and @error are filled
 *
 * ====================  ======================================================
 * GPUVF_OP_CONFIGURE    change the configuration, or try what that would lead to
 * GPUVF_OP_VF_RESET     start to reset a VF: its state is dropped, its memory
 *                       cleared; the way out of being failed, stopped or paused.
 *                       With @req->wait: wait for the end, 100 ms and more
 * GPUVF_OP_VF_STOP      take the GPU from a VF until it is reset; its state is
 *                       dropped
 * GPUVF_OP_VF_PAUSE     give a VF no more time until it is resumed
 * GPUVF_OP_VF_RESUME    give it its time again
 * GPUVF_OP_PF_RESET     start to reset the GPU and provision it again; the way out
 *                       of being wedged. With @req->wait: wait for the end, which
 *                       may take seconds
 * GPUVF_OP_FB_SCRUB     try once more to scrub what is quarantined
 * ====================  ======================================================
 *
 * A VF that is stopped, paused or not paused already stays so. While the PCI core
 * resets the GPU every request waits for the end of that: 100 ms, and a minute on
 * a GPU that does not answer. One for a reset that GPUVF_OP_PF_RESET has started
 * already is refused at once.
 *
 * Context: may sleep; pf->lock and the device lock must not be held.
 * Return: 0; -EINTR: the caller was killed while it waited, nothing was done; or
 * the errno of the reason, see enum gpuvf_reason in uapi/linux/gpuvf.h.
 */
int gpuvf_request_do(struct gpuvf_pf *pf, struct gpuvf_request *req)
{
	int err;

	err = request_lock(pf, req->op);
	if (err)
		return err;
	err = request_do_locked(pf, req);
	gpuvf_pf_unlock(pf);
	return err ? err : request_wait(pf, req);
}
