/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AMD's mailbox page, from the PF's side.
 */
#ifndef GPUVF_MAILBOX_PAGE_H
#define GPUVF_MAILBOX_PAGE_H

#include <linux/types.h>

struct gpuvf_mbox_msg;
struct gpuvf_pf;

u32 gpuvf_mbox_page_rx_vfs(struct gpuvf_pf *pf);
u32 gpuvf_mbox_page_acked_vfs(struct gpuvf_pf *pf);
void gpuvf_mbox_page_read(struct gpuvf_pf *pf, unsigned int vf,
			  struct gpuvf_mbox_msg *msg);
void gpuvf_mbox_page_ack(struct gpuvf_pf *pf, unsigned int vf);
bool gpuvf_mbox_page_ack_seen(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_mbox_page_send(struct gpuvf_pf *pf, unsigned int vf,
			  const struct gpuvf_mbox_msg *msg, bool valid);
void gpuvf_mbox_page_clear(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_mbox_page_listen(struct gpuvf_pf *pf, unsigned int vf, bool on);

#endif /* GPUVF_MAILBOX_PAGE_H */
