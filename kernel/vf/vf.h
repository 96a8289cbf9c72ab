/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VFs of a GPU: what layers above may call, and what struct gpuvf_vf and struct
 * gpuvf_pf have of each file of vf/.
 */
#ifndef GPUVF_VF_H
#define GPUVF_VF_H

#include <linux/gpuvf.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "fb/layout.h"
#include "vf/exchange.h"

struct gpuvf_pf;
struct gpuvf_error;
struct gpuvf_vf;

/* vf/throttle.c: what a VF may do so often in a stretch of time, and no oftener */

/* all that the table of vf/throttle.c remembers of a VF */
#define GPUVF_GUARD_TIMES		(56 + 9 + 2 + 3 + 2)

/* full access beyond its share; twice what one access may take beside others */
#define GPUVF_LIMIT_ACCESS_MS		3000

/**
 * struct gpuvf_throttle - when a VF did what is guarded, the last times
 * @time_ns: a ring for each guard, one behind the other; 0: never
 * @next: by enum gpuvf_threshold: the oldest place of its ring
 */
struct gpuvf_throttle {
	u64 time_ns[GPUVF_GUARD_TIMES];
	u8 next[GPUVF_THRESHOLD_PF_RESET + 1];
};

bool gpuvf_throttle_locked(struct gpuvf_vf *vf, enum gpuvf_threshold threshold);
void gpuvf_throttle_get_locked(const struct gpuvf_vf *vf, u64 *age_ns);
void gpuvf_throttle_set_locked(struct gpuvf_vf *vf, const u64 *age_ns);

/* vf/mailbox.c: messages between the drivers of guests and this one */

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

void gpuvf_mbox_event(struct gpuvf_pf *pf, u32 vfs);
void gpuvf_mbox_listen_locked(struct gpuvf_pf *pf);
void gpuvf_mbox_clear_locked(struct gpuvf_vf *vf);
void gpuvf_mbox_send_locked(struct gpuvf_vf *vf, u32 code, u32 data);
void gpuvf_mbox_refuse_locked(struct gpuvf_vf *vf);
void gpuvf_mbox_end_locked(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_mbox_reset_locked(struct gpuvf_vf *vf);
void gpuvf_mbox_settle(struct gpuvf_pf *pf, u32 vfs);

/* vf/region.c: what guests find in their exchange regions, and say of themselves */

/**
 * struct gpuvf_vf_guest - a VF's exchange region; pf->lock
 * @placed: the extent in which PF2VF is; size 0: nowhere
 * @tenancy: counts tenancies, so that what was read in one is not taken in the next
 * @time_ns: when @claims were read, CLOCK_MONOTONIC; 0: there are none
 * @claims: what the guest said last
 */
struct gpuvf_vf_guest {
	struct gpuvf_extent placed;
	u32 tenancy;
	u64 time_ns;
	struct gpuvf_claims claims;
};

/**
 * struct gpuvf_guest_reader - reads VF2PF of one VF after the other
 * @work: the reader
 * @copy: of the VF2PF that is being read; only @work uses it
 * @region: of what is being placed; pf->lock
 */
struct gpuvf_guest_reader {
	struct delayed_work work;
	u8 copy[GPUVF_EXCHANGE_SIZE] __aligned(4);
	u8 region[GPUVF_EXCHANGE_RAS - GPUVF_EXCHANGE_PF2VF] __aligned(4);
};

int gpuvf_region_place_locked(struct gpuvf_vf *vf);
void gpuvf_region_reset_locked(struct gpuvf_vf *vf);
void gpuvf_region_adopt_locked(struct gpuvf_vf *vf);
void gpuvf_region_init(struct gpuvf_pf *pf);

/* vf/full_access.c: the GPU for one VF alone, while its driver starts or stops */

/* what a guest wants full access for */
enum gpuvf_access {
	GPUVF_ACCESS_NONE,
	GPUVF_ACCESS_INIT,
	GPUVF_ACCESS_FINI,
};

/**
 * struct gpuvf_full_access - who has the GPU to himself, and who waits for it
 * @owner: index of the VF, GPUVF_VF_NONE; pf->lock
 * @notified: the guest of the owner knows that it has; pf->lock
 * @until: jiffies: when it is taken away from the owner; pf->lock
 * @limit: takes it away
 * @waiting: how many wait; pf->lock
 * @queue: indices of those who wait, the first comes first; pf->lock
 */
struct gpuvf_full_access {
	int owner;
	bool notified;
	unsigned long until;
	struct delayed_work limit;
	unsigned int waiting;
	u8 queue[GPUVF_MAX_VFS];
};

void gpuvf_full_access_init(struct gpuvf_pf *pf);
void gpuvf_full_access_ask_locked(struct gpuvf_vf *vf, enum gpuvf_access access);
void gpuvf_full_access_end_locked(struct gpuvf_vf *vf);
int gpuvf_full_access_expired_locked(struct gpuvf_pf *pf);
void gpuvf_full_access_update_locked(struct gpuvf_pf *pf, u32 runnable);

/* vf/vf.c: the states of VFs */

extern const char * const gpuvf_vf_state_names[];

void gpuvf_vf_failed_locked(struct gpuvf_vf *vf, u32 fault);
void gpuvf_vf_clear_marks_locked(struct gpuvf_vf *vf);
enum gpuvf_vf_state gpuvf_vf_state_locked(struct gpuvf_vf *vf);
bool gpuvf_vf_in_use_locked(struct gpuvf_vf *vf);
void gpuvf_vfs_notify_states_locked(struct gpuvf_pf *pf);

/* vf/reset.c: the reset ladder: one VF, the GPU with all of them, wedged */

void gpuvf_reset_init(struct gpuvf_pf *pf);
void gpuvf_reset_vf_tear_down_locked(struct gpuvf_vf *vf);
void gpuvf_reset_vf_end_locked(struct gpuvf_vf *vf, int err, int engine_err,
			       bool notified);
void gpuvf_reset_vf_start_locked(struct gpuvf_vf *vf);
void gpuvf_reset_vf_locked(struct gpuvf_vf *vf);
int gpuvf_reset_vf_wait(struct gpuvf_vf *vf, struct gpuvf_error *error);
void gpuvf_reset_end_waiting_locked(struct gpuvf_pf *pf, int err);
void gpuvf_reset_resume_locked(struct gpuvf_pf *pf);
void gpuvf_reset_pf_end_locked(struct gpuvf_pf *pf, int err);
int gpuvf_reset_pf_locked(struct gpuvf_pf *pf, struct gpuvf_error *error);
int gpuvf_reset_pf_wait(struct gpuvf_pf *pf, struct gpuvf_error *error);
void gpuvf_reset_vf_hung_locked(struct gpuvf_vf *vf);
void gpuvf_reset_pf_held(struct gpuvf_pf *pf);
void gpuvf_reset_notify_all(struct gpuvf_pf *pf);
void gpuvf_reset_complete_all_locked(struct gpuvf_pf *pf);
void gpuvf_resets_flush(struct gpuvf_pf *pf);

/* vf/guest.c: what guests ask for over the mailbox, and the answers */

void gpuvf_guest_init(struct gpuvf_pf *pf);
void gpuvf_guest_update_locked(struct gpuvf_pf *pf);

/* vf/lifecycle.c: what changes VFs, and what follows from it */

void gpuvf_vfs_init(struct gpuvf_pf *pf);
void gpuvf_vfs_update_locked(struct gpuvf_pf *pf);
u32 gpuvf_vfs_reap_locked(struct gpuvf_pf *pf);
void gpuvf_vf_end_tenancy_locked(struct gpuvf_vf *vf);
void gpuvf_vfs_end_tenancy_locked(struct gpuvf_pf *pf, unsigned int num_vfs);
void gpuvf_vf_pause_locked(struct gpuvf_vf *vf);
void gpuvf_vf_resume_locked(struct gpuvf_vf *vf);
void gpuvf_vf_stop_locked(struct gpuvf_vf *vf);

/* vf/migrate.c, vf/save.c, vf/restore.c; vf/migrate.h has the functions */

/**
 * struct gpuvf_vf_migration - a VF whose state is about to be moved; pf->lock
 * @halted: it gets no time slices, and its messages wait
 * @session: what saves or restores its state; NULL: nothing does
 */
struct gpuvf_vf_migration {
	bool halted;
	const void *session;
};

/* vf/user.c: what the host driver of a VF, and the process that has it open, do */

void gpuvf_vf_wait_reset(struct gpuvf_vf *vf);
void gpuvf_vf_user_reset_begin(struct gpuvf_vf *vf);
void gpuvf_vf_user_reset_end(struct gpuvf_vf *vf);
void gpuvf_vf_user_reset_failed(struct gpuvf_vf *vf);
void gpuvf_vf_user_gone(struct gpuvf_vf *vf);
void gpuvf_vf_user_gone_locked(struct gpuvf_vf *vf);

#endif /* GPUVF_VF_H */
