/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing a configuration that ini_load() reads back.
 */
#ifndef AGENT_CONFIG_WRITER_H
#define AGENT_CONFIG_WRITER_H

#include <stdio.h>

#include "model/host_driver.h"

struct writer;

struct writer *writer_new(FILE *f);
void writer_add_gpu(struct writer *writer, const char *name,
		    const struct gpu *gpu, const struct vf_driver *drivers);
void writer_finish(struct writer *writer);
void writer_free(struct writer *writer);

#endif /* AGENT_CONFIG_WRITER_H */
