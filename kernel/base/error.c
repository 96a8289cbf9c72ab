// SPDX-License-Identifier: GPL-2.0
/*
 * The table of reasons, and how a sentence is made from it.
 */

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "base/error.h"
#include "base/pf.h"

/* how the figures of a sentence are written */
enum refusal_unit {
	UNIT_NONE,
	UNIT_BYTES,
	UNIT_US,
};

/**
 * struct refusal_row - one reason
 * @error: errno
 * @unit: of {asked}, {limit}, {extra}
 * @ack: constant sentence for the extended ack: 6.1 knows no other, and 6.12
 *	has room for 79 bytes
 * @sentence: the full one; {asked}, {limit}, {extra} (with their unit), {count}
 *	(@asked without one) and {who} are filled in; the object stands before
 */
struct refusal_row {
	int error;
	enum refusal_unit unit;
	const char *ack;
	const char *sentence;
};

#define ROW(reason, error, unit, ack, sentence) \
	[GPUVF_REASON_##reason] = { -(error), unit, ack, sentence }

static const struct refusal_row refusal_rows[] = {
	ROW(NO_SUCH_PF, ENODEV, UNIT_NONE,
	    "no such GPU is managed by gpuvf",
	    "no such GPU is managed by gpuvf"),
	ROW(NO_SUCH_VF, EINVAL, UNIT_NONE,
	    "the VF index is beyond the GPU's last VF",
	    "there is no VF {asked}: the GPU has {limit} VFs, counted from 0"),
	ROW(VF_NAMED_TWICE, EINVAL, UNIT_NONE,
	    "the request names a VF twice",
	    "named twice in one request"),
	ROW(NOT_PERMITTED, EPERM, UNIT_NONE,
	    "that needs CAP_SYS_ADMIN in the initial user namespace",
	    "that needs CAP_SYS_ADMIN in the initial user namespace"),
	ROW(STALE, ESTALE, UNIT_NONE,
	    "the configuration changed since this was planned",
	    "planned against generation {asked}, but the configuration is at generation {limit} now"),
	ROW(WEDGED, EIO, UNIT_NONE,
	    "the GPU stopped answering and has to be reset first",
	    "the GPU stopped answering and has to be reset first"),
	ROW(VF_COUNT_CHANGING, EBUSY, UNIT_NONE,
	    "VFs are being enabled or disabled at this moment",
	    "VFs are being enabled or disabled at this moment"),
	ROW(VF_IN_USE, EBUSY, UNIT_BYTES,
	    "the framebuffer of a VF cannot change while the VF is in use",
	    "has {limit} of framebuffer and keeps them while {who} uses it; {asked} were asked for"),
	ROW(RESERVE_IN_USE, EBUSY, UNIT_BYTES,
	    "the PF reserve cannot change while VFs are in use",
	    "the PF reserve stays {limit} while {who}; {asked} were asked for"),
	ROW(NO_SPACE, ENOSPC, UNIT_BYTES,
	    "more framebuffer is asked for than is left",
	    "{asked} of framebuffer are asked for, and {limit} are left"),
	ROW(FRAGMENTED, ENOSPC, UNIT_BYTES,
	    "no free block is large enough; gpuvf-agent can rearrange VFs not in use",
	    "{asked} of {who}: {extra} are free, the largest block has {limit}; gpuvf-agent can rearrange VFs not in use"),
	ROW(RESERVE_TOO_BIG, ENOSPC, UNIT_BYTES,
	    "the PF reserve leaves no framebuffer for VFs",
	    "a PF reserve of {asked} leaves no framebuffer for VFs; {limit} is the most"),
	ROW(NO_FAIR_SHARE, ENOSPC, UNIT_BYTES,
	    "what is left of the framebuffer cannot be shared among so many VFs",
	    "{limit} of framebuffer are left, too little to share among {count} VFs"),
	ROW(SLICE_TOO_SHORT, EINVAL, UNIT_US,
	    "the time slice is below the hardware's minimum",
	    "a time slice of {asked} is below the hardware's minimum of {limit}"),
	ROW(SLICE_TOO_LONG, EINVAL, UNIT_US,
	    "the time slice is above the hardware's maximum",
	    "a time slice of {asked} is above the hardware's maximum of {limit}"),
	ROW(PREEMPT_TOO_SHORT, EINVAL, UNIT_US,
	    "the preemption timeout is below the minimum",
	    "a preemption timeout of {asked} is below the minimum of {limit}"),
	ROW(PREEMPT_TOO_LONG, EINVAL, UNIT_US,
	    "the preemption timeout is above the maximum",
	    "a preemption timeout of {asked} is above the maximum of {limit}"),
	ROW(BAD_LABEL, EINVAL, UNIT_NONE,
	    "a profile label may have up to 31 of the characters A-Z a-z 0-9 . _ -",
	    "profile \"{who}\": a label has up to 31 of the characters A-Z a-z 0-9 . _ -"),
	ROW(BAD_VALUE, EINVAL, UNIT_NONE,
	    "the value is not one that can be set",
	    "\"{who}\" is not a value that can be set"),
	ROW(POLICY_UNSUPPORTED, EOPNOTSUPP, UNIT_NONE,
	    "this hardware does not tell which VFs have work",
	    "best-effort needs hardware that tells which VFs have work"),
	ROW(NOT_SUPPORTED, EOPNOTSUPP, UNIT_NONE,
	    "this hardware cannot do that",
	    "this hardware does not support {who}"),
	ROW(HW_COMMAND, EIO, UNIT_NONE,
	    "the hardware did not do what it was told",
	    "the hardware did not do what it was told: {who}"),
	ROW(HW_MISMATCH, EUCLEAN, UNIT_NONE,
	    "the hardware did not keep what was written",
	    "the hardware did not keep what was written: {who}"),
	ROW(NO_MEMORY, ENOMEM, UNIT_NONE,
	    "the kernel is out of memory",
	    "the kernel is out of memory"),
	ROW(VF_NOT_ENABLED, ENODEV, UNIT_NONE,
	    "the VF is not enabled",
	    "{who} needs an enabled VF, and {limit} VFs are enabled"),
	ROW(VF_WRONG_STATE, EBUSY, UNIT_NONE,
	    "the VF's state does not allow that",
	    "the VF cannot be made to {who}"),
	ROW(VF_FAILED, EIO, UNIT_NONE,
	    "the VF failed and has to be reset first",
	    "the VF failed and has to be reset before it can {who}"),
	ROW(OFFSET_WITHOUT_QUOTA, EINVAL, UNIT_BYTES,
	    "a VF without framebuffer has no offset either",
	    "an offset of {asked} is asked for, but no framebuffer"),
	ROW(OFFSET_UNALIGNED, EINVAL, UNIT_BYTES,
	    "the offset is not a multiple of the granularity",
	    "an offset of {asked} is not a multiple of {limit}"),
	ROW(OFFSET_OUTSIDE, EINVAL, UNIT_BYTES,
	    "at that offset the VF would reach out of what VFs can have",
	    "{extra} of framebuffer at {asked} would reach beyond {limit}, where the framebuffer of VFs begins or ends"),
	ROW(OFFSET_TAKEN, ENOSPC, UNIT_BYTES,
	    "the framebuffer at that offset is not free",
	    "{extra} of framebuffer at {asked} cannot be had: from {limit} on {who} there"),
	ROW(OFFSET_IN_USE, EBUSY, UNIT_BYTES,
	    "the framebuffer of a VF cannot move while the VF is in use",
	    "its framebuffer stays at {limit} while {who} uses it; {asked} was asked for"),
	ROW(RESET_FAILED, EIO, UNIT_NONE,
	    "the reset did not succeed",
	    "the reset did not succeed: {who}"),
	ROW(PF_RESETTING, EBUSY, UNIT_NONE,
	    "the GPU is being reset already",
	    "the GPU is being reset already"),
};

static int refusal_figure(char *buf, size_t size, enum refusal_unit unit,
			  u64 value)
{
	switch (unit) {
	case UNIT_BYTES:
		if (value % SZ_1M)
			return scnprintf(buf, size, "%llu bytes", value);
		return scnprintf(buf, size, "%llu MiB", value / SZ_1M);
	case UNIT_US:
		return scnprintf(buf, size, "%llu us", value);
	default:
		return scnprintf(buf, size, "%llu", value);
	}
}

/* a name that came from somewhere: nothing of it may garble a log */
static int refusal_name(char *buf, size_t size, const char *name)
{
	size_t n;

	for (n = 0; name[n] && n + 1 < size; n++)
		buf[n] = isascii(name[n]) && isprint(name[n]) ? name[n] : '?';
	buf[n] = '\0';
	return n;
}

/* write what stands for the token at @token; how long the token is, or 0 */
static size_t refusal_token(char *buf, size_t size, int *written,
			    const char *token, enum refusal_unit unit,
			    const struct gpuvf_refusal *why)
{
	if (!strncmp(token, "{asked}", 7)) {
		*written = refusal_figure(buf, size, unit, why->asked);
		return 7;
	}
	if (!strncmp(token, "{limit}", 7)) {
		*written = refusal_figure(buf, size, unit, why->limit);
		return 7;
	}
	if (!strncmp(token, "{extra}", 7)) {
		*written = refusal_figure(buf, size, unit, why->extra);
		return 7;
	}
	if (!strncmp(token, "{count}", 7)) {
		*written = refusal_figure(buf, size, UNIT_NONE, why->asked);
		return 7;
	}
	if (!strncmp(token, "{who}", 5)) {
		*written = refusal_name(buf, size, why->who ?: "?");
		return 5;
	}
	return 0;
}

static const struct refusal_row *refusal_row(enum gpuvf_reason reason)
{
	if (!reason || reason >= ARRAY_SIZE(refusal_rows))
		reason = GPUVF_REASON_BAD_VALUE;
	return &refusal_rows[reason];
}

/**
 * gpuvf_refuse() - make errno and sentence of a refusal
 * @why: reason and figures are set
 * @gpu: BDF of the GPU, or what somebody took for one
 *
 * Context: any.
 * Return: the errno, negative.
 */
int gpuvf_refuse(struct gpuvf_refusal *why, const char *gpu)
{
	const struct refusal_row *row = refusal_row(why->reason);
	const size_t size = sizeof(why->message);
	char *buf = why->message;
	const char *p;
	int n, written;

	n = scnprintf(buf, size, "GPU ");
	n += refusal_name(buf + n, min_t(size_t, size - n, 32), gpu);
	if (why->vf != GPUVF_NO_VF)
		n += scnprintf(buf + n, size - n, " VF %d", why->vf);
	n += scnprintf(buf + n, size - n, ": ");
	for (p = row->sentence; *p && n + 1 < size;) {
		size_t len = refusal_token(buf + n, size - n, &written, p,
					   row->unit, why);

		if (len) {
			n += written;
			p += len;
		} else {
			buf[n++] = *p++;
		}
	}
	buf[n] = '\0';
	why->who = NULL;
	why->error = row->error;
	return row->error;
}

/**
 * gpuvf_size_text() - write a size as a message has it; see GPUVF_SIZE()
 * @buf: GPUVF_SIZE_LEN bytes
 * @bytes: size
 *
 * Return: @buf.
 */
const char *gpuvf_size_text(char *buf, u64 bytes)
{
	if (bytes % SZ_1M)
		scnprintf(buf, GPUVF_SIZE_LEN, "%llu bytes", bytes);
	else
		scnprintf(buf, GPUVF_SIZE_LEN, "%llu MiB", bytes / SZ_1M);
	return buf;
}

/**
 * gpuvf_refuse_f() - make errno and message of a refusal
 * @why: its @vf is set, and @attr, @asked and @limit as far as there are any
 * @gpu: BDF of the GPU, or what was taken for one
 * @reason: why
 * @format: of the message, which follows "GPU 0000:41:00.0 VF 3: "
 *
 * Context: any.
 * Return: the errno, negative.
 */
int gpuvf_refuse_f(struct gpuvf_refusal *why, const char *gpu,
		   enum gpuvf_reason reason, const char *format, ...)
{
	const size_t size = sizeof(why->message);
	char *p = why->message;
	va_list args;
	int n;

	n = scnprintf(p, size, "GPU %.31s", gpu);
	if (why->vf != GPUVF_NO_VF)
		n += scnprintf(p + n, size - n, " VF %d", why->vf);
	n += scnprintf(p + n, size - n, ": ");
	va_start(args, format);
	vscnprintf(p + n, size - n, format, args);
	va_end(args);
	/* a name that came from somewhere must not garble a log */
	for (; *p; p++)
		if (!isascii(*p) || !isprint(*p))
			*p = '?';
	why->reason = reason;
	why->error = refusal_row(reason)->error;
	return why->error;
}

/**
 * gpuvf_refuse_plain() - gpuvf_refuse_f(), with the constant sentence of the reason
 * @why: as there
 * @gpu: as there
 * @reason: as there
 *
 * Context: any.
 * Return: the errno, negative.
 */
int gpuvf_refuse_plain(struct gpuvf_refusal *why, const char *gpu,
		       enum gpuvf_reason reason)
{
	return gpuvf_refuse_f(why, gpu, reason, "%s", refusal_row(reason)->ack);
}

/**
 * gpuvf_refusal_ack() - the constant sentence of a reason
 * @reason: which
 *
 * Return: at most 79 bytes, never freed.
 */
const char *gpuvf_refusal_ack(enum gpuvf_reason reason)
{
	return refusal_row(reason)->ack;
}

/**
 * gpuvf_refusal_log() - write a refusal to the kernel log
 * @pf: PF that refused
 * @why: made by gpuvf_refuse()
 *
 * Context: pf->lock held, so that the device is there.
 */
void gpuvf_refusal_log(struct gpuvf_pf *pf, const struct gpuvf_refusal *why)
{
	lockdep_assert_held(&pf->lock);
	if (!pf->gone)
		pci_notice_ratelimited(pf->pdev, "refused: %s\n", why->message);
}
