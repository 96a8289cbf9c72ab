/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mailbox between the guests' drivers and this one: what they ask for, and
 * that they get an answer.
 */
#ifndef GPUVF_MBOX_H
#define GPUVF_MBOX_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct gpuvf_pf;
struct gpuvf_vf;

#define GPUVF_MBOX_QUEUE	4

/**
 * struct gpuvf_vf_mbox - a VF's mailbox; pf->lock
 * @queue: messages for the guest that wait until it took the one before
 * @queued: how many
 * @ending: the VF's state is being dropped; its mailbox is cleared then, and its
 *	last message waits for that
 * @ready: its guest said that it is ready to be reset
 * @held_ns: its guest sent too much: its message is refused then, not before;
 *	0: no
 */
struct gpuvf_vf_mbox {
	u16 queue[GPUVF_MBOX_QUEUE];
	unsigned int queued;
	bool ending;
	bool ready;
	u64 held_ns;
};

void gpuvf_mbox_event(struct gpuvf_pf *pf);
void gpuvf_mbox_init(struct gpuvf_pf *pf);
void gpuvf_mbox_stop(struct gpuvf_pf *pf);
void gpuvf_mbox_send_locked(struct gpuvf_vf *vf, u16 msg);
void gpuvf_mbox_end_locked(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_mbox_forget_locked(struct gpuvf_vf *vf);

#endif /* GPUVF_MBOX_H */
