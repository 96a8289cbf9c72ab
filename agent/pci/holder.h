/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which process has a VF open, or holds a lock; which driver has a GPU.
 */
#ifndef AGENT_PCI_HOLDER_H
#define AGENT_PCI_HOLDER_H

#include "model/gpu.h"

char *holder_process(const char *vf);
void holder_mark_vfs(struct gpu *gpu);
char *holder_of_vf(const char *bdf, u32 index);
char *holder_of_lock(const char *file);
char *holder_of_write(const char *bdf);
char *why_not_driven(const char *bdf);

#endif /* AGENT_PCI_HOLDER_H */
