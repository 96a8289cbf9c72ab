/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure files (fb/layout, fb/layout_check, sched/drr, vf/exchange, vf/stream) need
 * from their surroundings: types, errnos, and nothing else. They compile unchanged into
 * the module and into user-space tests.
 */
#ifndef GPUVF_PURE_H
#define GPUVF_PURE_H

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef long long s64;

#define BIT(n)		(1UL << (n))
#define U64_MAX		UINT64_MAX

#define min(a, b) \
	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) \
	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })

static inline void cond_resched(void)
{
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}
#endif /* __KERNEL__ */

/* as many as the register page knows; see GPUVF_IOV_MAX_VFS */
#define GPUVF_MAX_VFS	31

/* engines whose time VFs share; by enum gpuvf_engine_id */
#define GPUVF_ENGINES	1

/**
 * struct gpuvf_extent - a piece of framebuffer
 * @start: first byte
 * @size: bytes; 0 is no extent at all, and @start then means nothing
 */
struct gpuvf_extent {
	u64 start;
	u64 size;
};

/* ranges of the framebuffer that hardware and firmware keep */
#define GPUVF_FB_MAX_RESERVED	8

/**
 * struct gpuvf_fb_geometry - framebuffer of the hardware
 * @total_bytes: size of the framebuffer, need not be a multiple of the unit
 * @unit_bytes: unit of quotas, a power of two
 * @align_bytes: extents of VFs begin on multiples of this: the unit, or a power of two
 *	above it
 * @context_bytes: size of the context save area
 * @context_align_bytes: it begins on a multiple of this, a power of two
 * @num_reserved: entries of @reserved in use
 * @reserved: ranges in which no extent of a VF and no saved context may be. They
 *	belong to the PF where its reserve covers them
 */
struct gpuvf_fb_geometry {
	u64 total_bytes;
	u64 unit_bytes;
	u64 align_bytes;
	u64 context_bytes;
	u64 context_align_bytes;
	unsigned int num_reserved;
	struct gpuvf_extent reserved[GPUVF_FB_MAX_RESERVED];
};

/*
 * Time between two stamps; 0 where the second one is the earlier one, as it can be
 * when they were taken on different CPUs, or before a lock was waited for.
 */
static inline u64 gpuvf_elapsed_ns(u64 from_ns, u64 to_ns)
{
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

/* numbers as guests and streams have them: little endian, at any address */
static inline u32 gpuvf_get_le32(const u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

static inline u64 gpuvf_get_le64(const u8 *at)
{
	return gpuvf_get_le32(at) | (u64)gpuvf_get_le32(at + 4) << 32;
}

static inline void gpuvf_put_le32(u8 *at, u32 val)
{
	at[0] = val & 0xff;
	at[1] = val >> 8 & 0xff;
	at[2] = val >> 16 & 0xff;
	at[3] = val >> 24;
}

static inline void gpuvf_put_le64(u8 *at, u64 val)
{
	gpuvf_put_le32(at, val);
	gpuvf_put_le32(at + 4, val >> 32);
}

#endif /* GPUVF_PURE_H */
