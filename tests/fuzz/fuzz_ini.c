// SPDX-License-Identifier: GPL-2.0
/*
 * C31: any text as a configuration. Nothing crashes, what is reported of it can
 * be printed, and what is accepted is accepted whole: iniparser reads the same,
 * it can be planned for a GPU, and done, it has nothing left to do. From a pipe
 * or a huge file the same bytes arrive; what is no file is refused, and not
 * waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"
#include "base/util.h"
#include "../unit/ini_oracle.h"
#include "config/config.h"
#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gpu *some_gpu(void)
{
	static struct gpu gpu = {
		.bdf = "0000:41:00.0",
		.vendor = 0x4756,
		.device = 0x0020,
		.total_vfs = 16,
		.fb_total = 16ULL << 30,
		.fb_alloc_unit = 16 << 20,
		.fb_pf_reserve = 256 << 20,
	};

	gpu_set_vfs_len(&gpu, gpu.total_vfs);
	return &gpu;
}

/* what is live after a plan was carried out */
static void carry_out(const struct plan *plan, struct gpu *live)
{
	gpu_copy(live, &plan->wanted);
	live->fb_alloc_unit = plan->live.fb_alloc_unit;
	if (!(plan->wanted.set & GPU_SET_POLICY))
		live->policy = plan->live.policy;
	if (!(plan->wanted.set & GPU_SET_PF_RESERVE))
		live->fb_pf_reserve = plan->live.fb_pf_reserve;
}

/* every kind of GPU that other providers have */
static const struct abilities *const others[] = {
	&generic_abilities, &xe_abilities, &xe_abilities_read_only,
	&xe_abilities_fair, &xe_abilities_integrated, &nvidia_abilities,
	&nvidia_mdev_abilities, &i915_abilities, &i915_discrete_abilities,
	&gim_abilities, &gim_old_abilities,
};

/* what it is asked for is what it can do, and done, there is nothing left to do */
static void plan_for(const struct config *config,
		     const struct config_gpu *section, const struct gpu *gpu)
{
	struct plan plan, again;
	struct gpu live;

	plan_make(&plan, config, section, gpu, NULL);
	/* one that has only a number of VFs is never asked for more */
	if (plan.steps & STEP_LAYOUT && gpu->abilities == &generic_abilities)
		abort();
	carry_out(&plan, &live);
	live.abilities = gpu->abilities;
	plan_make(&again, config, section, &live, NULL);
	if (again.steps & ~STEP_DRIVERS)
		abort();
	plan_free(&again);
	plan_free(&plan);
	gpu_free(&live);
}

static void use_elsewhere(const struct config *config,
			  const struct config_gpu *section,
			  const struct abilities *abilities)
{
	struct gpu gpu = {
		.bdf = "0000:41:00.0",
		.abilities = abilities,
		.total_vfs = 16,
	};
	struct diag_list diags = {};

	gpu_set_vfs_len(&gpu, gpu.total_vfs);
	config_check_provider(config, section, &gpu, &diags);
	if (!diags.errors)
		plan_for(config, section, &gpu);
	diag_free(&diags);
	gpu_free(&gpu);
}

static void use(const struct config *config)
{
	size_t i, n;
	u32 vf;

	for (i = 0; i < config->num_gpus; i++) {
		const struct config_gpu *section = &config->gpus[i];
		struct plan plan, again;
		struct gpu live;

		if (section->num_vfs > MAX_VFS || section->vfs_len > MAX_VFS)
			abort();
		for (vf = 0; vf < section->vfs_len; vf++)
			if (section->vfs[vf].profile >=
			    (int)config->num_profiles)
				abort();
		for (n = 0; n < ARRAY_SIZE(others); n++)
			use_elsewhere(config, section, others[n]);
		plan_make(&plan, config, section, some_gpu(), NULL);
		carry_out(&plan, &live);
		plan_make(&again, config, section, &live, NULL);
		/* host drivers are not part of what was carried out */
		if (again.steps & ~STEP_DRIVERS)
			abort();
		plan_free(&again);
		plan_free(&plan);
		gpu_free(&live);
	}
}

/* through a file that is read in another way, the same bytes arrive */
static void arrives(const char *path, u32 demands, const uint8_t *data,
		    size_t size)
{
	size_t got;
	char *text;
	char *why;

	if (input_read(path, demands, INI_FILE_MAX, &text, &got, &why) ||
	    got != size || memcmp(text, data, size) || text[size])
		abort();
	free(text);
	free(why);
}

static void is_refused(const char *path, u32 demands, int error)
{
	size_t got;
	char *text;
	char *why;

	if (input_read(path, demands, INI_FILE_MAX, &text, &got, &why) != error ||
	    !why || !*why)
		abort();
	free(text);
	free(why);
}

/* a pipe holds more than an input has; a FIFO is a stream, and no file */
static void through_pipe(const uint8_t *data, size_t size)
{
	char path[64];
	int fds[2];

	if (pipe(fds))
		abort();
	if (write(fds[1], data, size) != (ssize_t)size)
		abort();
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	is_refused(path, 0, -EINVAL);
	arrives(path, INPUT_STREAM, data, size);
	close(fds[0]);
}

static void through_fifo(const uint8_t *data, size_t size)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/gpuvf-fuzz-fifo.%d", getpid());
	if (mkfifo(path, 0666))
		abort();
	/* nothing in it, with a writer and without one */
	is_refused(path, 0, -EINVAL);
	fd = open(path, O_RDWR | O_CLOEXEC);
	is_refused(path, 0, -EINVAL);
	if (chmod(path, 0666))
		abort();
	is_refused(path, INPUT_STREAM | INPUT_TRUSTED, -EPERM);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	unlink(path);
}

/* the input over and over: just what is allowed, and one byte more */
static void through_huge_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("huge", MFD_CLOEXEC);
	uint8_t *huge = xcalloc(INI_FILE_MAX + 1, 1);
	char path[64];
	size_t i;

	for (i = 0; i <= INI_FILE_MAX; i++)
		huge[i] = data[i % size];
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	if (write(fd, huge, INI_FILE_MAX) != INI_FILE_MAX)
		abort();
	arrives(path, 0, huge, INI_FILE_MAX);
	if (write(fd, huge, 1) != 1)
		abort();
	is_refused(path, 0, -EFBIG);
	close(fd);
	free(huge);
}

/* some inputs of each kind; most are only parsed, which is faster */
static void read_otherwise(const uint8_t *data, size_t size)
{
	static unsigned int count;

	if (!size)
		return;
	count++;
	if (count % 64 == 0)
		through_pipe(data, size);
	if (count % 256 == 1)
		through_fifo(data, size);
	if (count % 8192 == 2)
		through_huge_file(data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct diag_list diags = {};
	struct config config = {};
	struct ini *ini = config_add_file(&config);

	read_otherwise(data, size);
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	ini->source.path = xstrdup("fuzz.ini");
	ini->source.text = xcalloc(size + 1, 1);
	memcpy(ini->source.text, data, size);
	ini->source.size = size;
	ini_parse(ini, &diags);
	/* the scanner lets nothing through that iniparser reads otherwise */
	if (!diags.errors && !oracle_agrees(ini))
		abort();
	config_interpret(&config, &diags);
	diag_print(nowhere, &diags);
	if (!diags.errors)
		use(&config);
	diag_free(&diags);
	config_free(&config);
	return 0;
}
