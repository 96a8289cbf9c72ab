/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mailbox between the drivers of guests and this one.
 */
#ifndef GPUVF_MAILBOX_H
#define GPUVF_MAILBOX_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct gpuvf_pf;
struct gpuvf_vf;

/**
 * struct gpuvf_vf_mbox - a VF's mailbox; pf->lock
 * @sent: its guest can read a message
 * @granted: its guest may initialise, and has not released the GPU yet
 * @ending: its guest asked for something for which the VF's state is dropped first;
 *	messages wait for that
 * @data_due: its guest asked for data, which wait until its memory is scrubbed
 * @held_ns: its guest sent too much: its message is taken then, and does not count;
 *	0: no
 */
struct gpuvf_vf_mbox {
	bool sent;
	bool granted;
	bool ending;
	bool data_due;
	u64 held_ns;
};

void gpuvf_mbox_event(struct gpuvf_pf *pf);
void gpuvf_mbox_stop(struct gpuvf_pf *pf);
void gpuvf_mbox_listen_locked(struct gpuvf_pf *pf);
void gpuvf_mbox_clear_locked(struct gpuvf_vf *vf);
void gpuvf_mbox_send_locked(struct gpuvf_vf *vf, u32 code, u32 data);
void gpuvf_mbox_refuse_locked(struct gpuvf_vf *vf);
void gpuvf_mbox_end_locked(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_mbox_forget_locked(struct gpuvf_vf *vf);
void gpuvf_mbox_settle(struct gpuvf_pf *pf, u32 vfs);

#endif /* GPUVF_MAILBOX_H */
