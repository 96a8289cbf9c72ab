/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals: why a request was not carried out, in one sentence that names the
 * object, the value asked for and the limit it met; kernel log, netlink and the
 * tools that print what netlink says all show the same words. One table of reasons has
 * the errno, and the constant sentence of the extended ack.
 */
#ifndef GPUVF_ERROR_H
#define GPUVF_ERROR_H

#include <linux/gpuvf.h>
#include <linux/types.h>

struct gpuvf_pf;

#define GPUVF_REFUSAL_MESSAGE_LEN	192
#define GPUVF_NO_VF			(-1)
#define GPUVF_SIZE_LEN			32

/**
 * struct gpuvf_refusal - why a request was not carried out
 * @reason: why; 0 as long as nothing was refused
 * @vf: index of the VF that it is about, GPUVF_NO_VF: the PF
 * @asked: the value asked for, in the unit of the reason
 * @limit: the limit that it met, in the unit of the reason
 * @attr: netlink attribute that it is about (GPUVF_A_PF_*, or GPUVF_A_VF_* when
 *	@vf is a VF), 0: none
 * @error: negative errno
 * @message: one sentence
 */
struct gpuvf_refusal {
	enum gpuvf_reason reason;
	int vf;
	u64 asked;
	u64 limit;
	u32 attr;
	int error;
	char message[GPUVF_REFUSAL_MESSAGE_LEN];
};

/* a size as a message has it, as in "256 MiB" */
#define GPUVF_SIZE(bytes)	gpuvf_size_text((char [GPUVF_SIZE_LEN]) { }, bytes)

const char *gpuvf_size_text(char *buf, u64 bytes);
__printf(4, 5)
int gpuvf_refuse(struct gpuvf_refusal *why, const char *gpu,
		 enum gpuvf_reason reason, const char *format, ...);
int gpuvf_refuse_plain(struct gpuvf_refusal *why, const char *gpu,
		       enum gpuvf_reason reason);
const char *gpuvf_refusal_ack(enum gpuvf_reason reason);
void gpuvf_refusal_log(struct gpuvf_pf *pf, const struct gpuvf_refusal *why);

#endif /* GPUVF_ERROR_H */
