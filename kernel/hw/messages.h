/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol between the PF and the drivers of guests: what a message is, and the
 * codes. How messages are carried is the hardware's matter; what they mean is in
 * Documentation/design/guests.rst.
 */
#ifndef GPUVF_MESSAGES_H
#define GPUVF_MESSAGES_H

#include <linux/types.h>

#define GPUVF_MBOX_WORDS		4

/**
 * struct gpuvf_mbox_msg - a message between PF and VF
 * @word: code, and what goes with it
 */
struct gpuvf_mbox_msg {
	__u32 word[GPUVF_MBOX_WORDS];
};

/* messages of a VF to the PF */
#define GPUVF_MBOX_REQ_INIT		1
#define GPUVF_MBOX_REL_INIT		2
#define GPUVF_MBOX_REQ_FINI		3
#define GPUVF_MBOX_REL_FINI		4
#define GPUVF_MBOX_REQ_RESET		5
#define GPUVF_MBOX_REQ_INIT_DATA	6
#define GPUVF_MBOX_LOG_ERROR		200
#define GPUVF_MBOX_READY_TO_RESET	201
#define GPUVF_MBOX_RAS_POISON		202	/* word 1: block */
#define GPUVF_MBOX_REQ_BAD_PAGES	205

/* messages of the PF to a VF */
#define GPUVF_MBOX_READY		1
#define GPUVF_MBOX_FLR_NOTIFICATION	2
#define GPUVF_MBOX_FLR_COMPLETE		3
#define GPUVF_MBOX_INIT_DATA_READY	7	/* word 1: version */
#define GPUVF_MBOX_POISON_READY		8
#define GPUVF_MBOX_BAD_PAGES_READY	15
#define GPUVF_MBOX_UNRECOVERABLE	17	/* the guest need not wait any longer */

#endif /* GPUVF_MESSAGES_H */
