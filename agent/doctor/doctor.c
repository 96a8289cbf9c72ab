// SPDX-License-Identifier: GPL-2.0
/*
 * Going through the checks. All of them only read files, and ask the kernel
 * which netlink families there are: nothing here can load a module.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "doctor/doctor.h"

/**
 * found() - what a check found
 * @finding: of the check
 * @state: how it came out
 * @fmt: as of printf; no full stop
 */
void found(struct finding *finding, enum finding_state state,
	   const char *fmt, ...)
{
	va_list args;
	char *text;

	finding->state = state;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = xstrdup("");
	va_end(args);
	free(finding->found);
	/* names of machines and words of command lines are anybody's */
	finding->found = escape(text);
	free(text);
}

/**
 * fix() - what to do about what a check found
 * @finding: of the check
 * @fmt: as of printf; no full stop
 */
void fix(struct finding *finding, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = xstrdup("");
	va_end(args);
	free(finding->fix);
	finding->fix = escape(text);
	free(text);
}

/* the next word of a text, NULL at the end */
static const char *next_word(const char *text, size_t *len)
{
	text += strspn(text, " \t\n");
	*len = strcspn(text, " \t\n");
	return *len ? text : NULL;
}

/**
 * has_word() - is there this word in a text?
 * @text: words with blanks between them, may be NULL
 * @word: the word
 *
 * Return: whether it is there.
 */
bool has_word(const char *text, const char *word)
{
	size_t len;

	for (text = next_word(text ?: "", &len); text;
	     text = next_word(text + len, &len))
		if (len == strlen(word) && !strncmp(text, word, len))
			return true;
	return false;
}

/**
 * word_of() - the last word of a text that begins as wanted
 * @text: words with blanks between them, may be NULL
 * @prefix: as in "iommu="
 * @word: result, the whole word
 * @size: bytes of @word
 *
 * Return: whether there is one.
 */
bool word_of(const char *text, const char *prefix, char *word, size_t size)
{
	size_t len;

	word[0] = '\0';
	for (text = next_word(text ?: "", &len); text;
	     text = next_word(text + len, &len))
		if (!strncmp(text, prefix, strlen(prefix)))
			copy_string(word, len + 1 < size ? len + 1 : size,
				    text);
	return *word;
}

/**
 * kernel_has() - was the running kernel built with an option?
 * @doctor: the doctor
 * @option: its name with '=' behind it
 *
 * Return: false also when it cannot be seen.
 */
bool kernel_has(const struct doctor *doctor, const char *option)
{
	char word[NAME_SIZE];

	return word_of(doctor->config, option, word, sizeof(word)) &&
	       word[strlen(option)] != 'n';
}

static char *kernel_config(const char *release)
{
	char *text = root_read(NULL, "boot/config-%s", release);

	if (!text)
		text = root_read(NULL, "lib/modules/%s/config", release);
	if (!text)
		text = root_read(NULL, "lib/modules/%s/build/.config", release);
	return text;
}

/* depmod's lists have paths, in which '-' and '_' are the same */
static bool is_file_of(const char *file, size_t len, const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (i >= len || (file[i] == '-' ? '_' : file[i]) !=
		    (name[i] == '-' ? '_' : name[i]))
			return false;
	return len - i >= 3 && !strncmp(file + i, ".ko", 3) &&
	       (len - i == 3 || file[i + 3] == '.');
}

/**
 * module_file() - where a module is installed
 * @deps: a list of depmod, may be NULL
 * @name: of the module
 * @path: result, as the list has it
 * @size: bytes of @path
 *
 * Return: @path, NULL when the list does not have the module.
 */
const char *module_file(const char *deps, const char *name, char *path,
			size_t size)
{
	const char *line;

	for (line = deps; line && *line; line = strchr(line, '\n'),
	     line += !!line) {
		size_t len = strcspn(line, ":\n");
		const char *file = line + len;

		while (file > line && file[-1] != '/')
			file--;
		if (!is_file_of(file, line + len - file, name))
			continue;
		copy_string(path, len + 1 < size ? len + 1 : size, line);
		return path;
	}
	return NULL;
}

static struct finding *new_finding(struct doctor *doctor, const char *id,
				   const char *title, enum need need)
{
	struct finding *finding;

	doctor->findings = xgrow(doctor->findings, doctor->num_findings,
				 sizeof(*finding));
	finding = &doctor->findings[doctor->num_findings++];
	finding->id = id;
	finding->title = title;
	finding->need = need;
	return finding;
}

static void look_around(struct doctor *doctor)
{
	char *cpuinfo = root_read(NULL, "proc/cpuinfo");
	char **groups;

	root_line(doctor->release, sizeof(doctor->release),
		  "proc/sys/kernel/osrelease");
	doctor->cmdline = root_read(NULL, "proc/cmdline");
	doctor->deps = root_read(NULL, "lib/modules/%s/modules.dep",
				 doctor->release);
	doctor->config = kernel_config(doctor->release);
	doctor->in_vm = has_word(cpuinfo, "hypervisor") ||
			root_has("sys/hypervisor/type");
	doctor->has_module = root_has("sys/module/gpuvf");
	groups = root_list("sys/kernel/iommu_groups");
	while (groups[doctor->iommu_groups])
		doctor->iommu_groups++;
	root_list_free(groups);
	free(cpuinfo);
}

/**
 * doctor_examine() - run every check
 * @doctor: all zero; to be freed with doctor_free()
 */
void doctor_examine(struct doctor *doctor)
{
	const struct host_check *host;
	const struct gpu_check *check;
	struct finding *finding;
	size_t i;

	look_around(doctor);
	doctor_find_gpus(doctor);
	for (host = host_checks; host->id; host++) {
		finding = new_finding(doctor, host->id, host->title,
				      host->need);
		host->run(doctor, finding);
		/* it had nothing to say about this machine */
		if (!finding->found)
			doctor->num_findings--;
	}
	for (i = 0; i < doctor->num_gpus; i++) {
		for (check = gpu_checks; check->id; check++) {
			finding = new_finding(doctor, check->id, check->title,
					      check->need);
			copy_string(finding->bdf, BDF_SIZE,
				    doctor->gpus[i].bdf);
			check->run(doctor, &doctor->gpus[i], finding);
			/* it had nothing to say about this GPU */
			if (!finding->found)
				doctor->num_findings--;
		}
	}
}

/**
 * doctor_free() - release everything
 * @doctor: is empty afterwards
 */
void doctor_free(struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_findings; i++) {
		free(doctor->findings[i].found);
		free(doctor->findings[i].fix);
	}
	free(doctor->findings);
	free(doctor->gpus);
	free(doctor->cmdline);
	free(doctor->deps);
	free(doctor->config);
	*doctor = (struct doctor){};
}
