/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has a VF open.
 */
#ifndef AGENT_HOLDER_H
#define AGENT_HOLDER_H

#include "types.h"

char *holder_process(const char *vf);
char *holder_of_vf(const char *bdf, u32 index);

#endif /* AGENT_HOLDER_H */
