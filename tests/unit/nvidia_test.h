/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of nvidia share.
 */
#ifndef NVIDIA_TEST_H
#define NVIDIA_TEST_H

#include <errno.h>
#include <sys/stat.h>

#include "fake_nvidia.h"
#include "verb_test.h"

#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile q]\nfb = 12GiB\nnvidia_type = L40S-12Q\n" \
		"[profile a]\nfb = 12GiB\nnvidia_type = L40S-12A\n" \
		"[profile big]\nfb = 24GiB\n" \
		"[profile any]\nfb = 12GiB\n"
#define CONFIG	HEAD "[gpu l40s]\npci = " GPU "\n"

static inline u32 writes(void)
{
	return rules[0].accepted + rules[0].refused;
}

/* the types of the first VFs */
static inline void types_are(const char *expected)
{
	char text[64] = "";
	u32 i;

	for (i = 0; i < TOTAL; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%u", i ? " " : "", rules[0].vfs[i].type);
	assert_string_equal(text, expected);
}

static inline void log_is(const char *name, const char *expected)
{
	char *text = root_read(NULL, "%s", name) ?: xstrdup("");

	assert_string_equal(text, expected);
	free(text);
}

/* errnos that a driver without public source may have */
static const int plausible[] = NVR_PLAUSIBLE;

static inline int set_up(void **state)
{
	fake_nvidia_begin();
	return 0;
}

static inline int clean_up(void **state)
{
	tree_end();
	return rules[0].violations || rules[1].violations;
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

#endif /* NVIDIA_TEST_H */
