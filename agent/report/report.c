// SPDX-License-Identifier: GPL-2.0
/*
 * What a report has, and what it says of itself. All that is added goes through
 * the scrub.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/root.h"
#include "base/util.h"
#include "pci/sysfs.h"
#include "report/kernel_log.h"
#include "report/report.h"

#define DIR	"gpuvf-report/"

/* whose messages are about VFs of any GPU */
static const char *const drivers[] = { "gpuvf", "vfio" };

/**
 * report_begin() - begin a report
 * @report: all zero; to be freed with report_free()
 */
void report_begin(struct report *report)
{
	/* the first to be read; its text is known at the end */
	tar_add(&report->tar, DIR "README", xstrdup(""));
}

/* @text: is the report's from now on */
static void add(struct report *report, const char *name, char *text)
{
	char *path = xasprintf(DIR "%s", name);

	tar_add(&report->tar, path, text);
	free(path);
}

/**
 * report_add() - add a file
 * @report: the report
 * @name: of the file
 * @text: its content
 */
void report_add(struct report *report, const char *name, const char *text)
{
	add(report, name, scrub_text(&report->scrub, text));
}

/**
 * report_add_json() - add a file with a JSON document
 * @report: the report
 * @name: of the file
 * @text: its content
 *
 * Unlike in other files, names that are part of what is always there, as "state", are
 * taken out only where they are values.
 */
void report_add_json(struct report *report, const char *name, const char *text)
{
	json_t *document = json_loads(text, 0, NULL);
	char *clean;

	if (!document) {
		report_add(report, name, text);
		return;
	}
	scrub_json(&report->scrub, document);
	clean = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(document);
	if (!clean)
		out_of_memory();
	add(report, name, xasprintf("%s\n", clean));
	free(clean);
}

/**
 * report_lacks() - note what could not be had
 * @report: the report
 * @fmt: as of printf
 */
void report_lacks(struct report *report, const char *fmt, ...)
{
	char *text, *clean;
	va_list args;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	clean = scrub_text(&report->scrub, text);
	append_text(&report->missing, "\n", "%s", clean);
	free(clean);
	free(text);
}

/* what names the release, and nothing that an administrator may have written */
static void add_distribution(char **text)
{
	static const char *const keys[] = {
		"ID=", "VERSION_ID=", "VERSION_CODENAME=", "PRETTY_NAME=",
		"BUILD_ID=", "VARIANT_ID=",
	};
	char *release = root_read(NULL, "etc/os-release");
	char *rest, *line;
	size_t i;

	if (!release)
		release = root_read(NULL, "usr/lib/os-release");
	rest = release;
	while ((line = strsep(&rest, "\n")))
		for (i = 0; i < ARRAY_SIZE(keys); i++)
			if (!strncmp(line, keys[i], strlen(keys[i])))
				append_text(text, "", "%s\n", line);
	free(release);
}

/**
 * report_add_system() - add version, kernel and distribution
 * @report: the report
 */
void report_add_system(struct report *report)
{
	char release[256], version[256];
	struct utsname name;
	char *text = NULL;

	report_add(report, "version", PROGRAM " " VERSION "\n");
	root_line(release, sizeof(release), "proc/sys/kernel/osrelease");
	root_line(version, sizeof(version), "proc/sys/kernel/version");
	append_text(&text, "", "kernel: %s %s", release, version);
	if (!root_is_elsewhere() && !uname(&name))
		append_text(&text, "", " %s", name.machine);
	append_text(&text, "", "\n");
	add_distribution(&text);
	report_add(report, "system", text);
	free(text);
}

/**
 * report_add_gpu() - add the files of a GPU
 * @report: the report
 * @gpu: the GPU
 */
void report_add_gpu(struct report *report, const struct gpu *gpu)
{
	size_t failed = report->tally.failed;
	char *text = gpu_files(gpu, &report->tally);
	char name[TAR_NAME_MAX];

	snprintf(name, sizeof(name), "gpus/%s", gpu->bdf);
	report_add(report, name, text);
	free(text);
	report->num_gpus++;
	failed = report->tally.failed - failed;
	if (failed)
		report_lacks(report, "%zu file%s of GPU %s could not be read; gpus/%s says why",
			     failed, plural(failed), gpu->bdf, gpu->bdf);
	if (!gpu->has_states)
		report_lacks(report, "which VFs of GPU %s are in use is shown to root only",
			     gpu->bdf);
}

static void add_word(char ***words, size_t *num, const char *word)
{
	if (!*word)
		return;
	*words = xgrow(*words, *num, sizeof(**words));
	(*words)[(*num)++] = xstrdup(word);
}

/* of the GPU and its VFs; the IOMMU leaves a domain of 0000 out */
static void add_words(char ***words, size_t *num, const struct gpu *gpu)
{
	char vf[BDF_SIZE], driver[NAME_SIZE];
	u32 i;

	sysfs_driver(gpu->bdf, driver, sizeof(driver));
	add_word(words, num, driver);
	add_word(words, num, gpu->bdf + strlen(gpu->bdf) - strlen("00:00.0"));
	for (i = 0; i < gpu->vfs_len; i++)
		if (!sysfs_vf_bdf(gpu->bdf, i, vf, sizeof(vf)))
			add_word(words, num,
				 vf + strlen(vf) - strlen("00:00.0"));
}

/**
 * report_add_log() - add what the kernel said about GPUs and their drivers
 * @report: the report
 * @gpus: the GPUs
 */
void report_add_log(struct report *report, const struct gpu_list *gpus)
{
	char **words = NULL;
	size_t i, num = 0;
	char *text;
	int err;

	for (i = 0; i < ARRAY_SIZE(drivers); i++)
		add_word(&words, &num, drivers[i]);
	for (i = 0; i < gpus->num; i++)
		add_words(&words, &num, &gpus->gpus[i]);
	text = kernel_log((const char *const *)words, num, &report->log_lines,
			  &err);
	report_add(report, "kernel.log", text);
	if (err)
		report_lacks(report, "messages of the kernel could not be read: /dev/kmsg: %s",
			     strerror(-err));
	free(text);
	for (i = 0; i < num; i++)
		free(words[i]);
	free(words);
}

/**
 * report_end() - let the report say what it has, and what it lacks
 * @report: the report; nothing is added afterwards
 */
void report_end(struct report *report)
{
	struct tar_member *readme = &report->tar.members[0];

	free(readme->text);
	readme->text = xasprintf("A report of " PROGRAM " " VERSION " for support.\n\n"
		"version      which gpuvf-agent\n"
		"system       which kernel and distribution\n"
		"show.json    what 'gpuvf-agent show -j' says\n"
		"doctor.txt   what 'gpuvf-agent doctor' says\n"
		"doctor.json  what 'gpuvf-agent doctor -j' says\n"
		"gpus/        %zu GPU%s: %zu files of sysfs and procfs, each known to do nothing\n"
		"             as it is read\n"
		"kernel.log   %zu message%s of the kernel about these GPUs and their drivers,\n"
		"             the last %u at the most\n\n"
		"Replaced by names such as <label-1>, the same in all files: names of hosts (%u),\n"
		"of virtual machines (%u) and of processes (%u); labels, and names in the\n"
		"configuration (%u); UUIDs (%u), serial numbers (%u) and MAC addresses (%u).\n"
		"Left out: what guests say of themselves, and the configuration.\n"
		"PCI addresses are as they are. Please look through it before you send it.\n\n"
		"Missing:\n%s\n",
		report->num_gpus, plural(report->num_gpus), report->tally.read,
		report->log_lines, plural(report->log_lines), KERNEL_LOG_LINES,
		report->scrub.of_kind[SECRET_HOST],
		report->scrub.of_kind[SECRET_VM],
		report->scrub.of_kind[SECRET_PROCESS],
		report->scrub.of_kind[SECRET_LABEL],
		report->scrub.of_kind[SECRET_UUID],
		report->scrub.of_kind[SECRET_SERIAL],
		report->scrub.of_kind[SECRET_MAC],
		report->missing ?: "nothing");
	readme->size = strlen(readme->text);
}

/**
 * report_free() - release everything
 * @report: is empty afterwards
 */
void report_free(struct report *report)
{
	tar_free(&report->tar);
	scrub_free(&report->scrub);
	free(report->missing);
	*report = (struct report){};
}
