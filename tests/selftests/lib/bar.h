/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Framebuffer BARs as memory, where the VM has a card for it (tests/lab/run -f), and
 * what the simulator finds in its framebuffers.
 */
#ifndef SELFTEST_BAR_H
#define SELFTEST_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu.h"

/**
 * struct bar - a BAR of a function, mapped
 * @dword: its memory
 * @size: bytes
 */
struct bar {
	volatile uint32_t *dword;
	size_t size;
};

const char *bar_missing(void);
struct bar bar_map(const char *resource);
struct bar bar_map_vf(const struct gpu *gpu, unsigned int vf);
struct bar bar_map_pf(const struct gpu *gpu);
void bar_unmap(struct bar *bar);
void bar_settle(const struct gpu *gpu);

uint32_t bar_get(const struct bar *bar, size_t offset);
void bar_set(const struct bar *bar, size_t offset, uint32_t val);
void bar_fill(const struct bar *bar, size_t offset, size_t len, uint32_t val);
size_t bar_count(const struct bar *bar, size_t offset, size_t len, uint32_t val);

uint64_t bar_find(const struct gpu *gpu, uint32_t tag, const char *owner,
		  uint64_t *elsewhere);
uint64_t bar_found(const struct gpu *gpu, uint32_t tag);
uint64_t bar_found_of(const struct gpu *gpu, uint32_t tag, const char *owner);

#endif /* SELFTEST_BAR_H */
