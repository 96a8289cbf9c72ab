/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GPUVF_IRQ_H
#define GPUVF_IRQ_H

struct gpuvf_pf;

int gpuvf_irq_request(struct gpuvf_pf *pf);
void gpuvf_irq_free(struct gpuvf_pf *pf);
void gpuvf_irq_poll(struct gpuvf_pf *pf);

#endif /* GPUVF_IRQ_H */
