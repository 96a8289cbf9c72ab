// SPDX-License-Identifier: GPL-2.0
/*
 * report: all that is asked for when something does not work, in one file.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/root.h"
#include "doctor/doctor.h"
#include "pci/attr.h"
#include "pci/sysfs.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "report/report.h"
#include "verbs/verbs.h"

/* of a verb that only looks */
#define VERB_LIMIT_MS	60000
#define VERB_POLL_MS	10

#define OUTPUT_MAX	(16 << 20)

typedef int (*verb_fn)(const struct options *options, int argc, char **argv);

/**
 * struct output - what a verb printed
 * @text: on standard output
 * @messages: on standard error
 * @code: its exit code, -1: it did not come to its end
 */
struct output {
	char *text;
	char *messages;
	int code;
};

static char *text_in(int fd)
{
	size_t size;
	char *text;

	lseek(fd, 0, SEEK_SET);
	if (read_all(fd, OUTPUT_MAX, &text, &size) && !text)
		text = xstrdup("");
	close(fd);
	return text;
}

static int wait_for(pid_t pid)
{
	u64 end = monotonic_ms() + VERB_LIMIT_MS;
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (monotonic_ms() >= end) {
			kill(pid, SIGKILL);
			return -1;
		}
		sleep_ms(VERB_POLL_MS);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* in a child, whose output goes into memory */
static int run(verb_fn run_it, bool json, struct output *output)
{
	const struct options options = { .json = json, .verbose = true };
	int out = memfd_create("output", MFD_CLOEXEC);
	int err = memfd_create("messages", MFD_CLOEXEC);
	pid_t pid;

	if (out < 0 || err < 0)
		return -errno;
	/* what is in the buffer, and children that serve this process, are not its */
	out_flush();
	attr_end();
	pid = fork();
	if (!pid) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		output->code = run_it(&options, 0, NULL);
		out_flush();
		attr_end();
		_exit(output->code);
	}
	if (pid < 0)
		return -errno;
	output->code = wait_for(pid);
	output->text = text_in(out);
	output->messages = text_in(err);
	return 0;
}

/* what it says on standard error is why it has no more to say */
static void add_verb(struct report *report, const char *name, const char *words,
		     verb_fn run_it, bool json)
{
	struct output output = { };
	int err = run(run_it, json, &output);

	if (err) {
		report_lacks(report, "%s: %s", words, strerror(-err));
	} else if (output.code < 0) {
		report_lacks(report, "%s came to no end", words);
	} else if (*output.messages) {
		output.messages[strcspn(output.messages, "\n")] = '\0';
		report_lacks(report, "%s: exit code %d: %s", words, output.code,
			     output.messages);
	}
	if (json)
		report_add_json(report, name, output.text ?: "");
	else
		report_add(report, name, output.text ?: "");
	free(output.text);
	free(output.messages);
}

/* those that may be GPUs, and have no VFs, or a provider that does not answer */
static void add_others(struct gpu_list *gpus)
{
	struct doctor doctor = {};
	size_t i;

	doctor_find_gpus(&doctor);
	for (i = 0; i < doctor.num_gpus; i++) {
		const struct doctor_gpu *found = &doctor.gpus[i];
		struct gpu *gpu;

		if (gpu_list_find(gpus, found->bdf))
			continue;
		gpu = gpu_list_add(gpus);
		*gpu = (struct gpu){ .vendor = found->vendor,
				     .device = found->device };
		copy_string(gpu->bdf, BDF_SIZE, found->bdf);
		copy_string(gpu->driver, NAME_SIZE, found->driver);
		/* what its provider does not take is all the more of interest */
		gpu->abilities = abilities_by_name(found->driver) ?:
				 &generic_abilities;
		gpu_set_vfs_len(gpu, found->total_vfs < MAX_VFS ?
				found->total_vfs : MAX_VFS);
		gpu->has_states = !geteuid();
	}
	doctor_free(&doctor);
}

/* a device that is named is one of them, whatever it is */
static void find_gpus(struct gpu_list *gpus, const struct config *config,
		      int num_names, char **names)
{
	struct provider *provider = provider_connect_all(config);
	struct failure why;
	char bdf[BDF_SIZE];
	int i;

	for (i = 0; i < num_names; i++)
		if (parse_bdf(names[i], bdf, sizeof(bdf)))
			provider_include(provider, bdf);
	provider_read_all(provider, gpus, &why);
	provider_close(provider);
	add_others(gpus);
	/* the file that a driver hangs in was read here already */
	attr_forget();
}

static int keep_named(struct gpu_list *gpus, int num_names, char **names)
{
	struct gpu_list named = {};
	const struct gpu *gpu;
	int i, code = EXIT_DONE;

	for (i = 0; i < num_names && !code; i++) {
		gpu = find_gpu(gpus, names[i], &code);
		if (gpu && !gpu_list_find(&named, gpu->bdf))
			gpu_copy(gpu_list_add(&named), gpu);
	}
	if (num_names) {
		gpu_list_free(gpus);
		*gpus = named;
	}
	return code;
}

static void fill(struct report *report, const struct gpu_list *gpus)
{
	size_t i;

	report_begin(report);
	report_add_system(report);
	add_verb(report, "show.json", "show -j", cmd_show, true);
	add_verb(report, "doctor.txt", "doctor", cmd_doctor, false);
	add_verb(report, "doctor.json", "doctor -j", cmd_doctor, true);
	for (i = 0; i < gpus->num; i++)
		report_add_gpu(report, &gpus->gpus[i]);
	if (!gpus->num)
		report_lacks(report, "no GPU was found");
	report_add_log(report, gpus);
	report_end(report);
	attr_end();
}

static int cannot_write(const char *path, int error)
{
	if (error == -EEXIST)
		pr_err("cannot write %s: there is a file of that name", path);
	else
		pr_err("cannot write %s: %s", path, strerror(-error));
	return error == -EACCES || error == -EPERM ? EXIT_PERMISSION :
						     EXIT_FAILED;
}

static int finish(const struct report *report, const char *path)
{
	int err = tar_write(&report->tar, path, time(NULL));

	if (err)
		return cannot_write(path, err);
	exit_set_changed();
	out_line("%s: %zu GPU%s, %zu files of them, %zu message%s of the kernel; names of hosts, VMs, processes and labels, UUIDs and serial numbers are replaced",
		 path, report->num_gpus, plural(report->num_gpus),
		 report->tally.read, report->log_lines,
		 plural(report->log_lines));
	if (report->missing)
		out_text("missing:\n%s\n", report->missing);
	out_line("Look through it before you send it: tar xOf %s | less", path);
	return EXIT_DONE;
}

static int write_report(const char *path, int num_names, char **names)
{
	struct diag_list diags = {};
	struct report report = {};
	struct config config = {};
	struct gpu_list gpus = {};
	int code;

	/* whether it is good is not the question here */
	config_load(&config, NULL, 0, &diags);
	diag_free(&diags);
	find_gpus(&gpus, &config, num_names, names);
	/* before others are left out: their names are secrets too */
	secrets_find(&report.scrub, &config, &gpus);
	code = keep_named(&gpus, num_names, names);
	if (!code) {
		fill(&report, &gpus);
		code = finish(&report, path);
	}
	report_free(&report);
	gpu_list_free(&gpus);
	config_free(&config);
	return code;
}

/**
 * cmd_report() - the verb "report"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, also when not all could be read, which the report says;
 * EXIT_MISSING: a GPU that is named is not there; EXIT_USAGE, EXIT_PERMISSION,
 * EXIT_FAILED.
 */
int cmd_report(const struct options *options, int argc, char **argv)
{
	char name[64] = "";
	const char *path = options->output ?: name;
	time_t now = time(NULL);
	struct stat st;
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(name, sizeof(name), "gpuvf-report-%Y%m%d-%H%M%S.tar",
			 &tm);
	/* what is there is said before anything is read */
	if (!lstat(path, &st))
		return cannot_write(path, -EEXIST);
	return write_report(path, argc, argv);
}
