/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exchange regions of a PF's VFs: what the guests' drivers find in them, and what
 * the guests say of themselves.
 */
#ifndef GPUVF_REGION_H
#define GPUVF_REGION_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "fb/layout.h"
#include "vf/exchange.h"

struct gpuvf_pf;
struct gpuvf_vf;

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
void gpuvf_region_forget_locked(struct gpuvf_vf *vf);
void gpuvf_region_init(struct gpuvf_pf *pf);
void gpuvf_region_stop(struct gpuvf_pf *pf);

#endif /* GPUVF_REGION_H */
