/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPUs of NVIDIA's vGPU host driver.
 */
#ifndef AGENT_PROVIDER_NVIDIA_H
#define AGENT_PROVIDER_NVIDIA_H

#include "provider/provider.h"

extern const struct provider_ops nvidia_ops;

const char *nvidia_rival(void);

#endif /* AGENT_PROVIDER_NVIDIA_H */
