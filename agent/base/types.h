/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's short names for integers of a fixed size.
 */
#ifndef AGENT_BASE_TYPES_H
#define AGENT_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;

#define U32_MAX		(~(u32)0)
#define U64_MAX		(~(u64)0)

#define BIT(n)		(1u << (n))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif /* AGENT_BASE_TYPES_H */
