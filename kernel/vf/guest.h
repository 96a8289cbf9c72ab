/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the drivers of guests ask for over the mailbox, and the answers.
 */
#ifndef GPUVF_GUEST_H
#define GPUVF_GUEST_H

struct gpuvf_pf;

void gpuvf_guest_init(struct gpuvf_pf *pf);
void gpuvf_guest_update_locked(struct gpuvf_pf *pf);

#endif /* GPUVF_GUEST_H */
