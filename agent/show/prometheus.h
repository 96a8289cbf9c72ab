/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPUs and VFs in Prometheus' text format.
 */
#ifndef AGENT_SHOW_PROMETHEUS_H
#define AGENT_SHOW_PROMETHEUS_H

#include <stdio.h>

#include "model/gpu.h"

void prometheus_print(FILE *f, const struct gpu_list *gpus);

#endif /* AGENT_SHOW_PROMETHEUS_H */
