/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One turn on the engine, as far as the interrupt and quiescing have a part in it.
 */
#ifndef GPUVF_SWITCH_H
#define GPUVF_SWITCH_H

#include <linux/types.h>

#include "sched/engine.h"

struct gpuvf_pf;

void gpuvf_turn_set_phase_locked(struct gpuvf_world *w, enum gpuvf_phase phase,
				 unsigned int vf);
void gpuvf_turn_lost_locked(struct gpuvf_pf *pf);
void gpuvf_turn_drop_locked(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_turn_look_locked(struct gpuvf_pf *pf, u64 done_ns);
void gpuvf_turn_interrupt(struct gpuvf_pf *pf, u64 now);

#endif /* GPUVF_SWITCH_H */
