/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing a configuration that ini_load() reads back.
 */
#ifndef AGENT_CONFIG_WRITER_H
#define AGENT_CONFIG_WRITER_H

#include <stdio.h>

#include "model/host_driver.h"

/**
 * struct writer - a configuration that is put together
 * @shapes: of VFs; each becomes a profile
 * @num_shapes: entries of @shapes
 * @sections: of GPUs
 * @num_sections: entries of @sections
 */
struct writer {
	struct shape *shapes;
	size_t num_shapes;
	struct section *sections;
	size_t num_sections;
};

void writer_add_gpu(struct writer *writer, const char *name,
		    const struct gpu *gpu, const struct vf_driver *drivers);
void writer_print(FILE *f, const void *data);
void writer_free(struct writer *writer);

#endif /* AGENT_CONFIG_WRITER_H */
