/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which process has a VF open, or holds a lock; which driver has a GPU.
 */
#ifndef AGENT_PCI_PROCESS_H
#define AGENT_PCI_PROCESS_H

#include "model/gpu.h"

char *process_open_at(const char *vf);
void process_find_users(struct gpu *gpu);
char *process_vm(const char *pid);
char *process_of_vf(const char *bdf, u32 index);
char *process_of_lock(const char *file);
char *process_of_write(const char *bdf);
char *why_not_driven(const char *bdf);

#endif /* AGENT_PCI_PROCESS_H */
