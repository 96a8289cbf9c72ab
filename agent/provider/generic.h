/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PFs of any driver, by what the PCI core offers for all of them.
 */
#ifndef AGENT_PROVIDER_GENERIC_H
#define AGENT_PROVIDER_GENERIC_H

#include "provider/provider.h"

extern const struct provider_ops generic_ops;

#endif /* AGENT_PROVIDER_GENERIC_H */
