// SPDX-License-Identifier: GPL-2.0
/*
 * The table of reasons, and how a message is made.
 */

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "base/error.h"
#include "base/pf.h"

#define ROW(reason, error, ack) \
	[GPUVF_REASON_##reason] = { -(error), ack }

/*
 * The errno of each reason, and a constant message for the extended ack: 6.1 knows no
 * other, and 6.12 has room for 79 bytes.
 */
static const struct error_row {
	int error;
	const char *ack;
} error_rows[] = {
	ROW(NO_SUCH_PF, ENODEV, "no such GPU is managed by gpuvf"),
	ROW(NO_SUCH_VF, EINVAL, "the VF index is beyond the GPU's last VF"),
	ROW(VF_NAMED_TWICE, EINVAL, "the request names a VF twice"),
	ROW(NOT_PERMITTED, EPERM, "that needs CAP_SYS_ADMIN in the initial user namespace"),
	ROW(STALE, ESTALE, "the configuration changed since this was planned"),
	ROW(WEDGED, EIO, "the GPU stopped answering and has to be reset first"),
	ROW(VF_COUNT_CHANGING, EBUSY, "VFs are being enabled or disabled at this moment"),
	ROW(VF_IN_USE, EBUSY, "the framebuffer of a VF cannot change while the VF is in use"),
	ROW(RESERVE_IN_USE, EBUSY, "the PF reserve cannot change while VFs are in use"),
	ROW(NO_SPACE, ENOSPC, "less framebuffer is available than requested"),
	ROW(FRAGMENTED, ENOSPC,
	    "no free block is large enough; gpuvf-agent can rearrange VFs not in use"),
	ROW(RESERVE_TOO_BIG, ENOSPC, "the PF reserve leaves no framebuffer for VFs"),
	ROW(NO_FAIR_SHARE, ENOSPC,
	    "the available framebuffer is too little to share among so many VFs"),
	ROW(SLICE_TOO_SHORT, EINVAL, "the time slice is below the hardware's minimum"),
	ROW(SLICE_TOO_LONG, EINVAL, "the time slice is above the hardware's maximum"),
	ROW(PREEMPT_TOO_SHORT, EINVAL, "the preemption timeout is below the minimum"),
	ROW(PREEMPT_TOO_LONG, EINVAL, "the preemption timeout is above the maximum"),
	ROW(BAD_LABEL, EINVAL,
	    "a profile label may have up to 31 of the characters A-Z a-z 0-9 . _ -"),
	ROW(BAD_VALUE, EINVAL, "the value is not one that can be set"),
	ROW(POLICY_UNSUPPORTED, EOPNOTSUPP, "this hardware does not report which VFs have work"),
	ROW(NOT_SUPPORTED, EOPNOTSUPP, "this hardware cannot do that"),
	ROW(HW_COMMAND, EIO, "a hardware command failed"),
	ROW(HW_MISMATCH, EUCLEAN, "the hardware did not retain what was written"),
	ROW(NO_MEMORY, ENOMEM, "the kernel is out of memory"),
	ROW(VF_NOT_ENABLED, ENODEV, "the VF is not enabled"),
	ROW(VF_WRONG_STATE, EBUSY, "the VF's state does not allow that"),
	ROW(VF_FAILED, EIO, "the VF failed and has to be reset first"),
	ROW(OFFSET_WITHOUT_QUOTA, EINVAL, "a VF without framebuffer has no offset either"),
	ROW(OFFSET_UNALIGNED, EINVAL, "the offset is not a multiple of the allocation unit"),
	ROW(OFFSET_OUTSIDE, EINVAL, "the offset is outside the framebuffer of VFs"),
	ROW(OFFSET_TAKEN, ENOSPC, "the framebuffer at that offset is not free"),
	ROW(OFFSET_IN_USE, EBUSY, "the framebuffer of a VF cannot move while the VF is in use"),
	ROW(RESET_FAILED, EIO, "the reset did not succeed"),
	ROW(PF_RESETTING, EBUSY, "the GPU is being reset already"),
	ROW(NO_SUCH_ENGINE, EINVAL, "the GPU has no such engine"),
};

static const struct error_row *error_row(enum gpuvf_reason reason)
{
	if (!reason || reason >= ARRAY_SIZE(error_rows))
		reason = GPUVF_REASON_BAD_VALUE;
	return &error_rows[reason];
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
 * gpuvf_error_set() - make errno and message of an error
 * @error: its @vf is set, and @attr, @value and @limit as far as there are any
 * @gpu: BDF of the GPU, or what was taken for one
 * @reason: why
 * @format: of the message, which follows "GPU 0000:41:00.0 VF 3: "
 *
 * Context: any.
 * Return: the errno, negative.
 */
int gpuvf_error_set(struct gpuvf_error *error, const char *gpu,
		    enum gpuvf_reason reason, const char *format, ...)
{
	const size_t size = sizeof(error->message);
	char *p = error->message;
	va_list args;
	int n;

	n = scnprintf(p, size, "GPU %.31s", gpu);
	if (error->vf != GPUVF_NO_VF)
		n += scnprintf(p + n, size - n, " VF %d", error->vf);
	n += scnprintf(p + n, size - n, ": ");
	va_start(args, format);
	vscnprintf(p + n, size - n, format, args);
	va_end(args);
	/* a name that came from somewhere must not garble a log */
	for (; *p; p++)
		if (!isascii(*p) || !isprint(*p))
			*p = '?';
	error->reason = reason;
	error->error = error_row(reason)->error;
	return error->error;
}

/**
 * gpuvf_refuse_plain() - gpuvf_error_set(), with the constant message of the reason
 * @error: as there
 * @gpu: as there
 * @reason: as there
 *
 * Context: any.
 * Return: the errno, negative.
 */
int gpuvf_refuse_plain(struct gpuvf_error *error, const char *gpu,
		       enum gpuvf_reason reason)
{
	return gpuvf_error_set(error, gpu, reason, "%s", error_row(reason)->ack);
}

/**
 * gpuvf_error_ack() - the constant message of a reason
 * @reason: which
 *
 * Return: at most 79 bytes, never freed.
 */
const char *gpuvf_error_ack(enum gpuvf_reason reason)
{
	return error_row(reason)->ack;
}

/**
 * gpuvf_error_log() - write an error to the kernel log
 * @pf: PF that refused
 * @error: made by gpuvf_error_set()
 *
 * Context: pf->lock held, so that the device is there.
 */
void gpuvf_error_log(struct gpuvf_pf *pf, const struct gpuvf_error *error)
{
	lockdep_assert_held(&pf->lock);
	if (!pf->gone)
		pci_notice_ratelimited(pf->pdev, "refused: %s\n", error->message);
}
