/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests of apply and of whole verbs share: a fake kernel, and configurations for it,
 * as text or in the file t.ini.
 */
#ifndef APPLY_TEST_H
#define APPLY_TEST_H

#include "apply/apply.h"
#include "apply/check.h"
#include "base/exit_code.h"
#include "fake_kernel.h"

#define GPU	"[gpuvf]\nversion = 1\n" \
		"[profile small]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[profile big]\nfb = 4GiB\ntime_slice = 12ms\n" \
		"[gpu g]\nmatch = *\n"

/* the same for one GPU of two */
#define CONFIG	"[gpuvf]\nversion = 1\n" \
		"[profile small]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[gpu a]\npci = 0000:41:00.0\nvf 0-1 = small\n"

static char *root;

static inline char *path_of(const char *file)
{
	return xasprintf("%s/%s", root, file);
}

static inline void write_file(const char *file, const char *text)
{
	char *path = path_of(file);

	write_text(path, text);
	free(path);
}

/* a verb with the configuration t.ini */
static inline char *with_file(const char *verb)
{
	return xasprintf("%s -f %s/t.ini", verb, root);
}

static inline int apply(const char *text)
{
	struct vf_driver drivers[FAKE_VFS] = {};
	struct journal journal = {};
	struct config config;
	struct quiet quiet;
	struct plan plan;
	int code;
	u32 i;

	for (i = 0; i < FAKE_VFS; i++) {
		copy_string(drivers[i].bound, NAME_SIZE, fake.bound[i]);
		copy_string(drivers[i].override, NAME_SIZE, fake.override[i]);
	}
	config_is_good(&config, text);
	plan_make(&plan, &config, &config.gpus[0], &fake.gpu, drivers);
	quiet = be_quiet();
	code = apply_plan(&plan, &fake_provider, &journal);
	code = exit_worse(code, journal_finish(&journal));
	be_loud(quiet);
	plan_free(&plan);
	config_free(&config);
	return code;
}

static inline void log_is(const char *expected)
{
	assert_string_equal(fake.log, expected);
	fake.log[0] = '\0';
	fake.changes = 0;
}

static size_t log_at_signal;

static inline void note_signal(int number)
{
	log_at_signal = strlen(fake.log);
}

static inline int set_up(void **state)
{
	static const char *const dirs[] = { "run", "etc" };

	root = new_root(dirs, ARRAY_SIZE(dirs));
	return 0;
}

static inline int clean_up(void **state)
{
	fake_free();
	remove_root(root);
	return 0;
}

#endif /* APPLY_TEST_H */
