/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of a GPU for a report.
 */
#ifndef AGENT_REPORT_GPU_FILES_H
#define AGENT_REPORT_GPU_FILES_H

#include "model/gpu.h"

/**
 * struct file_tally - what became of files
 * @read: so many were read
 * @failed: so many could not be
 */
struct file_tally {
	size_t read;
	size_t failed;
};

char *gpu_files(const struct gpu *gpu, struct file_tally *tally);

#endif /* AGENT_REPORT_GPU_FILES_H */
