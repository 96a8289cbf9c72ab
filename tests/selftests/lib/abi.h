/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The document of the sysfs ABI, as far as tests need it.
 */
#ifndef SELFTEST_ABI_H
#define SELFTEST_ABI_H

#include <stdbool.h>

#define ABI_MAX_ENTRIES	128

/**
 * struct abi_entry - a file, link or directory that is documented
 * @path: below the PF's directory, with vf<N> for each VF; empty: itself
 * @mode: of a file; 0: a link or a directory
 */
struct abi_entry {
	char path[64];
	unsigned int mode;
};

/**
 * struct abi - all of them
 */
struct abi {
	unsigned int num;
	struct abi_entry entry[ABI_MAX_ENTRIES];
};

bool abi_read(struct abi *abi);
const struct abi_entry *abi_find(const struct abi *abi, const char *path);

#endif /* SELFTEST_ABI_H */
