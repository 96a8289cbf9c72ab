/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the agent's tests share: a configuration from a string, its messages as
 * a string, and a GPU as the kernel would describe it.
 */
#ifndef AGENT_TEST_H
#define AGENT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/root.h"
#include "base/units.h"
#include "base/util.h"
#include "config/config.h"
#include "model/gpu.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

static inline void add_text(struct config *config, const char *path,
			    const char *text, struct diag_list *diags)
{
	struct ini *ini = config_add_file(config);

	ini->source.path = xstrdup(path);
	ini->source.text = xstrdup(text);
	ini->source.size = strlen(text);
	ini_parse(ini, diags);
}

/* the configuration, and everything said about it, "" when it is good */
static inline char *read_config(struct config *config, const char *text)
{
	struct diag_list diags = {};
	char *said = NULL;
	size_t size;
	FILE *f;

	*config = (struct config){};
	add_text(config, "t.ini", text, &diags);
	config_interpret(config, &diags);
	f = open_memstream(&said, &size);
	diag_print(f, &diags);
	fclose(f);
	diag_free(&diags);
	return said;
}

/* what the agent says while it is tested does not belong in the test report */
struct quiet {
	int out;
	int err;
};

static inline struct quiet be_quiet(void)
{
	struct quiet quiet;
	int nowhere;

	fflush(NULL);
	quiet.out = dup(STDOUT_FILENO);
	quiet.err = dup(STDERR_FILENO);
	nowhere = open("/dev/null", O_WRONLY);
	dup2(nowhere, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
	return quiet;
}

static inline void be_loud(struct quiet quiet)
{
	fflush(NULL);
	dup2(quiet.out, STDOUT_FILENO);
	dup2(quiet.err, STDERR_FILENO);
	close(quiet.out);
	close(quiet.err);
}

/* what is said on stderr while a function runs */
struct listening {
	FILE *f;
	int err;
};

static inline struct listening listen_begin(void)
{
	struct listening l = { .f = tmpfile() };

	assert_non_null(l.f);
	fflush(NULL);
	l.err = dup(STDERR_FILENO);
	dup2(fileno(l.f), STDERR_FILENO);
	return l;
}

static inline char *listen_end(struct listening l)
{
	char *said = xcalloc(1, 10000);

	fflush(NULL);
	dup2(l.err, STDERR_FILENO);
	close(l.err);
	rewind(l.f);
	assert_true(fread(said, 1, 9999, l.f) < 9999);
	fclose(l.f);
	return said;
}

/* a file whose directory is there, with that text alone */
static inline void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* a system whose files are those below a new directory in $TMPDIR, or /tmp */
static inline char *new_root(const char *const *dirs, size_t n)
{
	char *root = xasprintf("%s/gpuvf-test-XXXXXX", getenv("TMPDIR") ?: "/tmp");
	size_t i;

	assert_non_null(mkdtemp(root));
	for (i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", root, dirs[i]);

		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
	}
	root_set(root);
	return root;
}

static inline void remove_root(char *root)
{
	char *command = xasprintf("rm -rf %s", root);

	assert_int_equal(system(command), 0);
	free(command);
	free(root);
}

#define assert_says(said, what) \
	do { \
		if (!strstr(said, what)) \
			fail_msg("'%s' is not in:\n%s", what, said); \
	} while (0)

static inline void config_is_good(struct config *config, const char *text)
{
	char *said = read_config(config, text);

	assert_string_equal(said, "");
	free(said);
}

static inline void config_is_refused(const char *text, const char *message)
{
	struct config config;
	char *said = read_config(&config, text);

	assert_says(said, message);
	free(said);
	config_free(&config);
}

/* as the simulated GPU is after the module was loaded */
static inline struct gpu test_gpu(void)
{
	struct gpu gpu = {
		.bdf = "0000:41:00.0",
		.revision = 7,
		.backend = "gpu-iov-v3",
		.vendor = 0x4756,
		.device = 0x0020,
		.total_vfs = 16,
		.fb_total = 16 * GIB,
		.fb_alloc_unit = 16 * MIB,
		.fb_pf_reserve = 256 * MIB,
		.fb_context_save = 16 * MIB,
		.fb_free = 16 * GIB - 272 * MIB,
		.fb_largest_free = 16 * GIB - 272 * MIB,
		.time_slice_min_us = 1000,
		.time_slice_max_us = 500000,
		.set = GPU_SET_POLICY | GPU_SET_PF_RESERVE,
	};

	gpu_set_vfs_len(&gpu, gpu.total_vfs);
	return gpu;
}

#endif /* AGENT_TEST_H */
