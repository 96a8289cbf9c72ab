/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A report of a machine that may be handed to others.
 */
#ifndef AGENT_REPORT_REPORT_H
#define AGENT_REPORT_REPORT_H

#include "base/tar.h"
#include "config/config.h"
#include "model/gpu.h"
#include "report/gpu_files.h"
#include "report/scrub.h"

/**
 * struct report - what is found, and what is not
 * @tar: its files
 * @scrub: what is taken out of all of them
 * @missing: a line for each thing that could not be had, NULL: none
 * @tally: of files of GPUs
 * @num_gpus: whose files it has
 * @log_lines: messages of the kernel that it has
 */
struct report {
	struct tar tar;
	struct scrub scrub;
	char *missing;
	struct file_tally tally;
	size_t num_gpus;
	size_t log_lines;
};

void report_begin(struct report *report);
void report_add(struct report *report, const char *name, const char *text);
void report_add_json(struct report *report, const char *name, const char *text);
void report_lacks(struct report *report, const char *fmt, ...) __printf(2, 3);
void report_add_system(struct report *report);
void report_add_gpu(struct report *report, const struct gpu *gpu);
void report_add_log(struct report *report, const struct gpu_list *gpus);
void report_end(struct report *report);
void report_free(struct report *report);

/* secrets.c */
void secrets_find(struct scrub *scrub, const struct config *config,
		  const struct gpu_list *gpus);

#endif /* AGENT_REPORT_REPORT_H */
