/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this host has for the VFs of a GPU, and which processes use them.
 */
#ifndef AGENT_PCI_VF_HOST_H
#define AGENT_PCI_VF_HOST_H

#include "model/gpu.h"

void vf_host_read(struct gpu *gpu);

#endif /* AGENT_PCI_VF_HOST_H */
