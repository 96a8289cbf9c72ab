/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	netlink/specs/gpuvf.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_GPUVF_H
#define _UAPI_LINUX_GPUVF_H

#define GPUVF_FAMILY_NAME	"gpuvf"
#define GPUVF_FAMILY_VERSION	2

/**
 * enum gpuvf_policy - Which VFs are in the rotation of time slices, and what
 *   becomes of unused time.
 * @GPUVF_POLICY_FIXED: every provisioned VF, active or not; unused time stays
 *   unused
 * @GPUVF_POLICY_EQUAL: every VF whose guest has started on the GPU; an idle
 *   one keeps its slice
 * @GPUVF_POLICY_BEST_EFFORT: every VF that has work; unused time goes to the
 *   next one at once
 */
enum gpuvf_policy {
	GPUVF_POLICY_FIXED,
	GPUVF_POLICY_EQUAL,
	GPUVF_POLICY_BEST_EFFORT,
};

/**
 * enum gpuvf_pf_state - How a GPU is.
 * @GPUVF_PF_STATE_READY: the GPU serves its VFs
 * @GPUVF_PF_STATE_WEDGED: the hardware stopped answering; VFs can be removed,
 *   but nothing can be enabled or changed until the GPU is reset
 */
enum gpuvf_pf_state {
	GPUVF_PF_STATE_READY,
	GPUVF_PF_STATE_WEDGED,
};

/**
 * enum gpuvf_provisioning - Where VFs without a quota get their framebuffer
 *   from.
 * @GPUVF_PROVISIONING_AUTO: enabling VFs gives each VF without a quota a fair
 *   share of what is left, and disabling takes it back
 * @GPUVF_PROVISIONING_EXPLICIT: a whole layout was set; what it does not name
 *   is not provisioned
 */
enum gpuvf_provisioning {
	GPUVF_PROVISIONING_AUTO,
	GPUVF_PROVISIONING_EXPLICIT,
};

/**
 * enum gpuvf_vf_state - Where a VF is in its life.
 * @GPUVF_VF_STATE_DISABLED: no framebuffer quota, or not enabled and not
 *   provisioned
 * @GPUVF_VF_STATE_PROVISIONED: has framebuffer, and its guest has not run on
 *   the GPU yet
 * @GPUVF_VF_STATE_STARTING: its memory is being scrubbed, or its first state
 *   is being created
 * @GPUVF_VF_STATE_ACTIVE: its guest takes part in the rotation of time slices
 * @GPUVF_VF_STATE_PAUSED: its context is retained; it gets no time until
 *   resumed
 * @GPUVF_VF_STATE_STOPPED: gets no time until reset
 * @GPUVF_VF_STATE_RESETTING: a function level reset is under way
 * @GPUVF_VF_STATE_FAILED: could not be started or reset; gets no time
 */
enum gpuvf_vf_state {
	GPUVF_VF_STATE_DISABLED,
	GPUVF_VF_STATE_PROVISIONED,
	GPUVF_VF_STATE_STARTING,
	GPUVF_VF_STATE_ACTIVE,
	GPUVF_VF_STATE_PAUSED,
	GPUVF_VF_STATE_STOPPED,
	GPUVF_VF_STATE_RESETTING,
	GPUVF_VF_STATE_FAILED,
};

/**
 * enum gpuvf_capability - What the hardware behind the PF can do.
 * @GPUVF_CAPABILITY_FRAMEBUFFER: framebuffer can be partitioned
 * @GPUVF_CAPABILITY_TIME_SLICE: GPU time can be sliced
 * @GPUVF_CAPABILITY_BUSY: the hardware reports which VFs have work
 * @GPUVF_CAPABILITY_SCRUB: the hardware can scrub framebuffer between tenants
 * @GPUVF_CAPABILITY_MAILBOX: guests can talk to the PF driver
 * @GPUVF_CAPABILITY_ONESHOT: the hardware switches from one VF to another in a
 *   single command
 * @GPUVF_CAPABILITY_FLR_NOTICE: the hardware reports function level resets of
 *   VFs by their users
 * @GPUVF_CAPABILITY_SHUTDOWN: the hardware can tear down the state of one VF
 *   without resetting it
 * @GPUVF_CAPABILITY_INTERRUPT: the hardware raises interrupts; without them it
 *   is polled
 */
enum gpuvf_capability {
	GPUVF_CAPABILITY_FRAMEBUFFER = 1,
	GPUVF_CAPABILITY_TIME_SLICE = 2,
	GPUVF_CAPABILITY_BUSY = 4,
	GPUVF_CAPABILITY_SCRUB = 8,
	GPUVF_CAPABILITY_MAILBOX = 16,
	GPUVF_CAPABILITY_ONESHOT = 32,
	GPUVF_CAPABILITY_FLR_NOTICE = 64,
	GPUVF_CAPABILITY_SHUTDOWN = 128,
	GPUVF_CAPABILITY_INTERRUPT = 256,
};

/**
 * enum gpuvf_engine_id - An engine of a GPU whose time VFs share.
 * @GPUVF_ENGINE_ID_GFX: graphics and compute
 */
enum gpuvf_engine_id {
	GPUVF_ENGINE_ID_GFX,
};

/**
 * enum gpuvf_threshold - How often a VF may do something within a window of
 *   time. The limit and the window are in the event threshold-exceeded.
 * @GPUVF_THRESHOLD_MAILBOX: messages from the guest
 * @GPUVF_THRESHOLD_FULL_ACCESS: periods of full access to the GPU, as a
 *   starting guest driver takes
 * @GPUVF_THRESHOLD_FULL_ACCESS_TIMEOUT: periods of full access that the PF
 *   driver had to end
 * @GPUVF_THRESHOLD_RESET: resets that the guest asked for or made necessary
 * @GPUVF_THRESHOLD_FULL_ACCESS_TIME: full access beyond the VF's share; the
 *   limit is in milliseconds, and it pays by half its share as time passes
 * @GPUVF_THRESHOLD_PF_RESET: resets of the whole GPU that the VF made
 *   necessary, since its own reset did not free the engine
 */
enum gpuvf_threshold {
	GPUVF_THRESHOLD_MAILBOX,
	GPUVF_THRESHOLD_FULL_ACCESS,
	GPUVF_THRESHOLD_FULL_ACCESS_TIMEOUT,
	GPUVF_THRESHOLD_RESET,
	GPUVF_THRESHOLD_FULL_ACCESS_TIME,
	GPUVF_THRESHOLD_PF_RESET,
};

/**
 * enum gpuvf_hang - What hung a VF.
 * @GPUVF_HANG_COMMAND: a command of the world switch failed or did not
 *   complete in time
 * @GPUVF_HANG_PREEMPTION: the VF was not preempted within its preemption
 *   timeout
 * @GPUVF_HANG_FULL_ACCESS: the VF did not give up full access in time
 */
enum gpuvf_hang {
	GPUVF_HANG_COMMAND,
	GPUVF_HANG_PREEMPTION,
	GPUVF_HANG_FULL_ACCESS,
};

/**
 * enum gpuvf_reason - Why a request was refused. Values are stable; new ones
 *   are added last.
 * @GPUVF_REASON_NO_SUCH_PF: -ENODEV, no GPU of that name is managed here
 * @GPUVF_REASON_NO_SUCH_VF: -EINVAL, the VF index is beyond the GPU's last VF
 * @GPUVF_REASON_VF_NAMED_TWICE: -EINVAL, one request names the same VF more
 *   than once
 * @GPUVF_REASON_NOT_PERMITTED: -EPERM, the caller lacks CAP_SYS_ADMIN in the
 *   initial user namespace
 * @GPUVF_REASON_STALE: -ESTALE, another change came between planning and this
 *   request
 * @GPUVF_REASON_WEDGED: -EIO, the GPU stopped answering and has to be reset
 *   first
 * @GPUVF_REASON_VF_COUNT_CHANGING: -EBUSY, VFs are being enabled or disabled
 *   at this moment
 * @GPUVF_REASON_VF_IN_USE: -EBUSY, the VF's framebuffer cannot change while it
 *   is in use
 * @GPUVF_REASON_RESERVE_IN_USE: -EBUSY, the PF reserve cannot change while VFs
 *   are in use
 * @GPUVF_REASON_NO_SPACE: -ENOSPC, less framebuffer is available than
 *   requested
 * @GPUVF_REASON_FRAGMENTED: -ENOSPC, enough framebuffer is free, but no free
 *   block is large enough, and the request names no offsets that other VFs are
 *   to move to
 * @GPUVF_REASON_RESERVE_TOO_BIG: -ENOSPC, the PF reserve leaves no room for
 *   the VFs
 * @GPUVF_REASON_NO_FAIR_SHARE: -ENOSPC, what is left cannot be shared among so
 *   many VFs
 * @GPUVF_REASON_SLICE_TOO_SHORT: -EINVAL, the time slice is below the
 *   hardware's minimum
 * @GPUVF_REASON_SLICE_TOO_LONG: -EINVAL, the time slice is above the
 *   hardware's maximum
 * @GPUVF_REASON_PREEMPT_TOO_SHORT: -EINVAL, the preemption timeout is below
 *   the minimum
 * @GPUVF_REASON_PREEMPT_TOO_LONG: -EINVAL, the preemption timeout is above the
 *   maximum
 * @GPUVF_REASON_BAD_LABEL: -EINVAL, a profile label has a character outside
 *   [A-Za-z0-9._-]
 * @GPUVF_REASON_BAD_VALUE: -EINVAL, the value is not one of those the
 *   attribute takes
 * @GPUVF_REASON_POLICY_UNSUPPORTED: -EOPNOTSUPP, the hardware does not report
 *   which VFs have work
 * @GPUVF_REASON_NOT_SUPPORTED: -EOPNOTSUPP, this hardware cannot do that
 * @GPUVF_REASON_HW_COMMAND: -EIO, a hardware command failed or did not
 *   complete in time
 * @GPUVF_REASON_HW_MISMATCH: -EUCLEAN, the hardware did not retain what was
 *   written
 * @GPUVF_REASON_NO_MEMORY: -ENOMEM, the kernel is out of memory
 * @GPUVF_REASON_VF_NOT_ENABLED: -ENODEV, the VF has no PCI function at the
 *   moment
 * @GPUVF_REASON_VF_WRONG_STATE: -EBUSY, the VF's state does not allow the
 *   operation
 * @GPUVF_REASON_VF_FAILED: -EIO, the VF failed and has to be reset first
 * @GPUVF_REASON_RESET_FAILED: -EIO, the function or the GPU did not come back
 *   from its reset
 * @GPUVF_REASON_OFFSET_WITHOUT_QUOTA: -EINVAL, a VF without framebuffer has no
 *   offset either
 * @GPUVF_REASON_OFFSET_UNALIGNED: -EINVAL, the offset is not a multiple of
 *   fb-align
 * @GPUVF_REASON_OFFSET_OUTSIDE: -EINVAL, from that offset on it would reach
 *   out of what VFs can have
 * @GPUVF_REASON_OFFSET_TAKEN: -ENOSPC, a VF that stays there, or that the same
 *   request places there, or quarantined memory, or memory that the hardware
 *   keeps, is there
 * @GPUVF_REASON_OFFSET_IN_USE: -EBUSY, the VF's framebuffer cannot move while
 *   it is in use
 * @GPUVF_REASON_PF_RESETTING: -EBUSY, a reset of the GPU was asked for, or is
 *   under way
 * @GPUVF_REASON_NO_SUCH_ENGINE: -EINVAL, the GPU has no such engine
 */
enum gpuvf_reason {
	GPUVF_REASON_NO_SUCH_PF = 1,
	GPUVF_REASON_NO_SUCH_VF,
	GPUVF_REASON_VF_NAMED_TWICE,
	GPUVF_REASON_NOT_PERMITTED,
	GPUVF_REASON_STALE,
	GPUVF_REASON_WEDGED,
	GPUVF_REASON_VF_COUNT_CHANGING,
	GPUVF_REASON_VF_IN_USE,
	GPUVF_REASON_RESERVE_IN_USE,
	GPUVF_REASON_NO_SPACE,
	GPUVF_REASON_FRAGMENTED,
	GPUVF_REASON_RESERVE_TOO_BIG,
	GPUVF_REASON_NO_FAIR_SHARE,
	GPUVF_REASON_SLICE_TOO_SHORT,
	GPUVF_REASON_SLICE_TOO_LONG,
	GPUVF_REASON_PREEMPT_TOO_SHORT,
	GPUVF_REASON_PREEMPT_TOO_LONG,
	GPUVF_REASON_BAD_LABEL,
	GPUVF_REASON_BAD_VALUE,
	GPUVF_REASON_POLICY_UNSUPPORTED,
	GPUVF_REASON_NOT_SUPPORTED,
	GPUVF_REASON_HW_COMMAND,
	GPUVF_REASON_HW_MISMATCH,
	GPUVF_REASON_NO_MEMORY,
	GPUVF_REASON_VF_NOT_ENABLED,
	GPUVF_REASON_VF_WRONG_STATE,
	GPUVF_REASON_VF_FAILED,
	GPUVF_REASON_RESET_FAILED,
	GPUVF_REASON_OFFSET_WITHOUT_QUOTA,
	GPUVF_REASON_OFFSET_UNALIGNED,
	GPUVF_REASON_OFFSET_OUTSIDE,
	GPUVF_REASON_OFFSET_TAKEN,
	GPUVF_REASON_OFFSET_IN_USE,
	GPUVF_REASON_PF_RESETTING,
	GPUVF_REASON_NO_SUCH_ENGINE,
};

enum {
	GPUVF_A_PF_PAD = 1,
	GPUVF_A_PF_BDF,
	GPUVF_A_PF_REVISION,
	GPUVF_A_PF_BACKEND,
	GPUVF_A_PF_STATE,
	GPUVF_A_PF_CAPABILITIES,
	GPUVF_A_PF_VENDOR,
	GPUVF_A_PF_DEVICE,
	GPUVF_A_PF_NUMA_NODE,
	GPUVF_A_PF_TOTAL_VFS,
	GPUVF_A_PF_NUM_VFS,
	GPUVF_A_PF_PROVISIONING,
	GPUVF_A_PF_POLICY,
	GPUVF_A_PF_FB_TOTAL,
	GPUVF_A_PF_FB_ALLOC_UNIT,
	GPUVF_A_PF_FB_PF_RESERVE,
	GPUVF_A_PF_FB_CONTEXT_SAVE,
	GPUVF_A_PF_FB_VF_AREA,
	GPUVF_A_PF_FB_FREE,
	GPUVF_A_PF_FB_LARGEST_FREE,
	GPUVF_A_PF_FB_NEEDS_SCRUB,
	GPUVF_A_PF_FB_QUARANTINED,
	GPUVF_A_PF_ENGINE,
	GPUVF_A_PF_VF,
	GPUVF_A_PF_REPLACE,
	GPUVF_A_PF_DRY_RUN,
	GPUVF_A_PF_ERROR,
	GPUVF_A_PF_EVENT,
	GPUVF_A_PF_FB_QUARANTINED_EXTENTS,
	GPUVF_A_PF_FB_QUARANTINED_EXTENT,
	GPUVF_A_PF_VFS_CHANGING,
	GPUVF_A_PF_RESETTING,
	GPUVF_A_PF_RESETS,
	GPUVF_A_PF_FAILED_RESETS,
	GPUVF_A_PF_FB_ALIGN,
	GPUVF_A_PF_FB_RESERVED_EXTENTS,
	GPUVF_A_PF_FB_RESERVED_EXTENT,

	__GPUVF_A_PF_MAX,
	GPUVF_A_PF_MAX = (__GPUVF_A_PF_MAX - 1)
};

enum {
	GPUVF_A_EXTENT_PAD = 1,
	GPUVF_A_EXTENT_OFFSET,
	GPUVF_A_EXTENT_SIZE,

	__GPUVF_A_EXTENT_MAX,
	GPUVF_A_EXTENT_MAX = (__GPUVF_A_EXTENT_MAX - 1)
};

enum {
	GPUVF_A_VF_PAD = 1,
	GPUVF_A_VF_INDEX,
	GPUVF_A_VF_BDF,
	GPUVF_A_VF_STATE,
	GPUVF_A_VF_FB_QUOTA,
	GPUVF_A_VF_FB_OFFSET,
	GPUVF_A_VF_FB_AUTO,
	GPUVF_A_VF_ENGINE,
	GPUVF_A_VF_PROFILE,
	GPUVF_A_VF_IN_USE,
	GPUVF_A_VF_DRIVER,
	GPUVF_A_VF_STATS,
	GPUVF_A_VF_RESETS,
	GPUVF_A_VF_FAILED_RESETS,
	GPUVF_A_VF_CLAIMS,

	__GPUVF_A_VF_MAX,
	GPUVF_A_VF_MAX = (__GPUVF_A_VF_MAX - 1)
};

enum {
	GPUVF_A_ENGINE_PAD = 1,
	GPUVF_A_ENGINE_ID,
	GPUVF_A_ENGINE_TIME_SLICE_MIN_US,
	GPUVF_A_ENGINE_TIME_SLICE_MAX_US,
	GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MIN_US,
	GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MAX_US,
	GPUVF_A_ENGINE_ROTATION_US,
	GPUVF_A_ENGINE_TIME_SLICE_US,
	GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US,
	GPUVF_A_ENGINE_TIME_SLICE_EFFECTIVE_US,
	GPUVF_A_ENGINE_PREEMPT_TIMEOUT_EFFECTIVE_US,
	GPUVF_A_ENGINE_STATS,

	__GPUVF_A_ENGINE_MAX,
	GPUVF_A_ENGINE_MAX = (__GPUVF_A_ENGINE_MAX - 1)
};

enum {
	GPUVF_A_CLAIMS_PAD = 1,
	GPUVF_A_CLAIMS_DRIVER,
	GPUVF_A_CLAIMS_FB_USED,
	GPUVF_A_CLAIMS_FB_TOTAL,
	GPUVF_A_CLAIMS_TIME_NS,

	__GPUVF_A_CLAIMS_MAX,
	GPUVF_A_CLAIMS_MAX = (__GPUVF_A_CLAIMS_MAX - 1)
};

enum {
	GPUVF_A_ENGINE_STATS_PAD = 1,
	GPUVF_A_ENGINE_STATS_RUN_NS,
	GPUVF_A_ENGINE_STATS_ACCOUNTED_NS,
	GPUVF_A_ENGINE_STATS_SLICES,
	GPUVF_A_ENGINE_STATS_SKIPPED,
	GPUVF_A_ENGINE_STATS_OVERRUN_NS,
	GPUVF_A_ENGINE_STATS_IDLE_NS,
	GPUVF_A_ENGINE_STATS_PREEMPT_TIMEOUTS,
	GPUVF_A_ENGINE_STATS_HANGS,
	GPUVF_A_ENGINE_STATS_LATENESS,
	GPUVF_A_ENGINE_STATS_LATENESS_SUM_NS,

	__GPUVF_A_ENGINE_STATS_MAX,
	GPUVF_A_ENGINE_STATS_MAX = (__GPUVF_A_ENGINE_STATS_MAX - 1)
};

enum {
	GPUVF_A_STATS_PAD = 1,
	GPUVF_A_STATS_RESETS,
	GPUVF_A_STATS_FAILED_RESETS,
	GPUVF_A_STATS_FULL_ACCESS_TIMEOUTS,
	GPUVF_A_STATS_MBOX_REQUESTS,
	GPUVF_A_STATS_MBOX_LIMITED,
	GPUVF_A_STATS_MBOX_UNANSWERED,
	GPUVF_A_STATS_GUEST_MALFORMED,

	__GPUVF_A_STATS_MAX,
	GPUVF_A_STATS_MAX = (__GPUVF_A_STATS_MAX - 1)
};

enum {
	GPUVF_A_BUCKET_PAD = 1,
	GPUVF_A_BUCKET_UPPER_NS,
	GPUVF_A_BUCKET_COUNT,

	__GPUVF_A_BUCKET_MAX,
	GPUVF_A_BUCKET_MAX = (__GPUVF_A_BUCKET_MAX - 1)
};

enum {
	GPUVF_A_EVENT_PAD = 1,
	GPUVF_A_EVENT_TIME_NS,
	GPUVF_A_EVENT_COUNT,
	GPUVF_A_EVENT_OLD_STATE,
	GPUVF_A_EVENT_HANG,
	GPUVF_A_EVENT_THRESHOLD,
	GPUVF_A_EVENT_LIMIT,
	GPUVF_A_EVENT_WINDOW_MS,
	GPUVF_A_EVENT_FB_OFFSET,
	GPUVF_A_EVENT_FB_SIZE,
	GPUVF_A_EVENT_MESSAGE,
	GPUVF_A_EVENT_ERROR,

	__GPUVF_A_EVENT_MAX,
	GPUVF_A_EVENT_MAX = (__GPUVF_A_EVENT_MAX - 1)
};

enum {
	GPUVF_A_ERROR_PAD = 1,
	GPUVF_A_ERROR_REASON,
	GPUVF_A_ERROR_VF_INDEX,
	GPUVF_A_ERROR_VALUE,
	GPUVF_A_ERROR_LIMIT,
	GPUVF_A_ERROR_MESSAGE,

	__GPUVF_A_ERROR_MAX,
	GPUVF_A_ERROR_MAX = (__GPUVF_A_ERROR_MAX - 1)
};

enum {
	GPUVF_CMD_PF_GET = 1,
	GPUVF_CMD_VF_GET,
	GPUVF_CMD_CONFIG_SET,
	GPUVF_CMD_PF_ADD,
	GPUVF_CMD_PF_DEL,
	GPUVF_CMD_CONFIG_CHANGE,
	GPUVF_CMD_STATS_GET,
	GPUVF_CMD_VF_RESET,
	GPUVF_CMD_VF_STOP,
	GPUVF_CMD_VF_PAUSE,
	GPUVF_CMD_VF_RESUME,
	GPUVF_CMD_PF_RESET,
	GPUVF_CMD_FB_SCRUB,
	GPUVF_CMD_VF_STATE_CHANGE,
	GPUVF_CMD_VF_HANG,
	GPUVF_CMD_VF_WAS_RESET,
	GPUVF_CMD_THRESHOLD_EXCEEDED,
	GPUVF_CMD_FB_SCRUB_FAILED,
	GPUVF_CMD_PF_WEDGED,
	GPUVF_CMD_PF_WAS_RESET,

	__GPUVF_CMD_MAX,
	GPUVF_CMD_MAX = (__GPUVF_CMD_MAX - 1)
};

#define GPUVF_MCGRP_CONFIG	"config"
#define GPUVF_MCGRP_EVENT	"event"

#endif /* _UAPI_LINUX_GPUVF_H */
