/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors: why a request was not carried out, in one sentence that names the
 * object, the value asked for and the limit it met; kernel log, netlink and the
 * tools that print what netlink says all show the same words. One table of reasons has
 * the errno, and the constant message of the extended ack.
 */
#ifndef GPUVF_ERROR_H
#define GPUVF_ERROR_H

#include <linux/gpuvf.h>
#include <linux/types.h>

struct gpuvf_pf;

#define GPUVF_ERROR_MESSAGE_LEN	192
#define GPUVF_NO_VF			(-1)
#define GPUVF_SIZE_LEN			32

/**
 * struct gpuvf_error - why a request was not carried out
 * @reason: why; 0 as long as nothing was refused
 * @vf: index of the VF that it is about, GPUVF_NO_VF: the PF
 * @value: the value asked for, in the unit of the reason
 * @limit: the limit that it met, in the unit of the reason
 * @attr: netlink attribute that it is about (GPUVF_A_PF_*, or GPUVF_A_VF_* when
 *	@vf is a VF), 0: none
 * @engine_attr: GPUVF_A_ENGINE_*, when @attr is GPUVF_A_VF_ENGINE
 * @error: negative errno
 * @message: one sentence
 */
struct gpuvf_error {
	enum gpuvf_reason reason;
	int vf;
	u64 value;
	u64 limit;
	u32 attr;
	u32 engine_attr;
	int error;
	char message[GPUVF_ERROR_MESSAGE_LEN];
};

/* a size as a message has it, as in "256 MiB" */
#define GPUVF_SIZE(bytes)	gpuvf_size_text((char [GPUVF_SIZE_LEN]) { }, bytes)

const char *gpuvf_size_text(char *buf, u64 bytes);
__printf(4, 5)
int gpuvf_error_set(struct gpuvf_error *error, const char *gpu,
		    enum gpuvf_reason reason, const char *format, ...);
int gpuvf_refuse_plain(struct gpuvf_error *error, const char *gpu,
		       enum gpuvf_reason reason);
const char *gpuvf_error_ack(enum gpuvf_reason reason);
void gpuvf_error_log(struct gpuvf_pf *pf, const struct gpuvf_error *error);

#endif /* GPUVF_ERROR_H */
