/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The version of the netlink family gpuvf.
 */
#ifndef AGENT_PROVIDER_GPUVF_VERSION_H
#define AGENT_PROVIDER_GPUVF_VERSION_H

#include <linux/gpuvf.h>

#include "base/types.h"

/* what this program speaks; tests build it with others */
#ifndef AGENT_FAMILY_VERSION
#define AGENT_FAMILY_VERSION	GPUVF_FAMILY_VERSION
#endif

int gpuvf_check_version(u32 version);
const char *gpuvf_error_text(int error);

#endif /* AGENT_PROVIDER_GPUVF_VERSION_H */
