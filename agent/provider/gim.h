/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPUs of AMD's GIM, which are shown and left as they are.
 */
#ifndef AGENT_PROVIDER_GIM_H
#define AGENT_PROVIDER_GIM_H

#include "provider/provider.h"

extern const struct provider_ops gim_ops;

#endif /* AGENT_PROVIDER_GIM_H */
