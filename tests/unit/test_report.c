// SPDX-License-Identifier: GPL-2.0
/*
 * report, on trees of files that stand for hosts: what is in the tar file, byte for byte
 * what is not, and which files are never opened.
 */
#include <errno.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/tar.h"
#include "report/kernel_log.h"
#include "report/scrub.h"
#include "verb_test.h"
#include "pci_tree.h"

#define GPU	"0000:02:00.0"
#define OTHER	"0000:07:00.0"
#define PROFILE	"sriov_admin/pf/profile"

static void put_file(const char *path, const char *text)
{
	char *full = xasprintf("%s/%s", root, path);

	write_text(full, text);
	free(full);
}

static void make_xe(void)
{
	u32 i;

	make_pf(GPU, "0x030000\n", "xe", "2\n");
	run_shell("cd " DEVICES GPU " && mkdir -p " PROFILE
		  " sriov_admin/vf1/profile sriov_admin/vf2/profile");
	for (i = 0; i < 3; i++) {
		char name[64];

		snprintf(name, sizeof(name), i ? "sriov_admin/vf%u/profile" :
			 PROFILE, i);
		run_shell("cd " DEVICES GPU "/%s && echo 16 > exec_quantum_ms && "
			  "echo 20000 > preempt_timeout_us && "
			  "echo 'low [normal]' > sched_priority", name);
	}
	put(GPU, "sriov_numvfs", "1\n");
	make_vfs(GPU, 0, 1);
	bind_driver("0000:02:00.1", "vfio-pci");
}

static int begin(void **state)
{
	tree_begin();
	run_shell("mkdir -p dev proc/sys/kernel etc/libvirt/qemu sys/module && "
		  "echo node7.example.org > proc/sys/kernel/hostname && "
		  "echo 6.12.3-test > proc/sys/kernel/osrelease && "
		  "echo '#1 SMP' > proc/sys/kernel/version && "
		  "printf 'PRETTY_NAME=\"Debian 13\"\\nHOME_URL=x\\nID=debian\\n' > etc/os-release");
	make_xe();
	put_file("dev/kmsg",
		 "6,1,1000001,-;xe " GPU ": [drm] Running in SR-IOV PF mode\n"
		 " SUBSYSTEM=pci\n"
		 "6,2,2000002,-;usb 1-1: new device\n"
		 "6,3,3000003,-;DMAR: request device [02:00.1]\n");
	return 0;
}

static int end(void **state)
{
	tree_end();
	return 0;
}

/* @words: after "report -o FILE"; Return: exit code */
static int report(const char *words, char *said, size_t size)
{
	char *line = xasprintf("report -o %s/out.tar%s%s", root,
			       *words ? " " : "", words);
	int code = run(line, said, size);

	free(line);
	return code;
}

static char *read_tar(size_t *size)
{
	return root_read(size, "out.tar");
}

/* by the system's tar, which checks sums too */
static char *content_of(const char *member)
{
	char *text;

	run_shell("tar xOf out.tar 'gpuvf-report/%s' > content", member);
	text = root_read(NULL, "content");
	return text ?: xstrdup("");
}

static void reports(const char *words, const char *says_this)
{
	static char said[10000];
	int code = report(words, said, sizeof(said));

	if (code)
		fail_msg("exit code %d: %s", code, said);
	assert_says(said, says_this);
}

#define LIST	"gpuvf-report/README\ngpuvf-report/version\ngpuvf-report/system\n" \
		"gpuvf-report/show.json\ngpuvf-report/doctor.txt\n" \
		"gpuvf-report/doctor.json\n"

static void it_has_what_it_says(void **state)
{
	char *text;

	reports("", "out.tar: 1 GPU, ");
	run_shell("tar tf out.tar > list");
	text = root_read(NULL, "list");
	assert_string_equal(text, LIST "gpuvf-report/gpus/" GPU "\n"
			    "gpuvf-report/kernel.log\n");
	free(text);
	text = content_of("version");
	assert_string_equal(text, "gpuvf-agent " VERSION "\n");
	free(text);
	text = content_of("system");
	assert_string_equal(text, "kernel: 6.12.3-test #1 SMP\n"
			    "PRETTY_NAME=\"Debian 13\"\nID=debian\n");
	free(text);
	text = content_of("kernel.log");
	assert_string_equal(text,
			    "[    1.000001] xe " GPU ": [drm] Running in SR-IOV PF mode\n"
			    "[    3.000003] DMAR: request device [02:00.1]\n");
	free(text);
	text = content_of("show.json");
	assert_says(text, "\"bdf\": \"" GPU "\"");
	free(text);
	text = content_of("doctor.json");
	assert_says(text, "\"findings\"");
	free(text);
	text = content_of("doctor.txt");
	assert_says(text, "GPU " GPU);
	free(text);
	text = content_of("README");
	assert_says(text, "1 GPU: ");
	assert_says(text, "2 messages of the kernel");
	free(text);
}

/* names of files, without what is behind the colon */
static void files_of_a_gpu_are_exact(void **state)
{
	char *text;

	put(GPU, "secret_file", "no\n");
	put(GPU, "rom", "no\n");
	reports(GPU, "1 GPU");
	run_shell("tar xOf out.tar gpuvf-report/gpus/" GPU
		  " | sed 's/: .*//; s/ ->.*//; s|/" DEVICES "||' > content");
	text = root_read(NULL, "content");
	assert_string_equal(text,
			    GPU "/driver\n" GPU "/vendor\n" GPU "/device\n" GPU "/class\n"
		GPU "/numa_node\n" GPU "/sriov_totalvfs\n"
		GPU "/sriov_drivers_autoprobe\n"
		GPU "/" PROFILE "/exec_quantum_ms\n"
		GPU "/" PROFILE "/preempt_timeout_us\n"
		GPU "/" PROFILE "/sched_priority\n"
		GPU "/sriov_admin/vf1/profile/exec_quantum_ms\n"
		GPU "/sriov_admin/vf2/profile/exec_quantum_ms\n"
		GPU "/sriov_admin/vf1/profile/preempt_timeout_us\n"
		GPU "/sriov_admin/vf2/profile/preempt_timeout_us\n"
		GPU "/sriov_admin/vf1/profile/sched_priority\n"
		GPU "/sriov_admin/vf2/profile/sched_priority\n"
		GPU "/driver_override\n" GPU "/sriov_numvfs\n"
		"\nVF 0\n0000:02:00.1/driver\n0000:02:00.1/vendor\n"
		"0000:02:00.1/device\n0000:02:00.1/driver_override\n");
	free(text);
	text = content_of("gpus/" GPU);
	assert_says(text, "vf2/profile/sched_priority: low [normal]\n");
	assert_says(text, "/sriov_numvfs: 1\n");
	free(text);
}

static bool is_in_tar(const char *secret)
{
	size_t size;
	char *tar = read_tar(&size);
	bool found = memmem(tar, size, secret, strlen(secret));

	free(tar);
	return found;
}

static void random_text(char *text, size_t len)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzQZ0123456789-";
	size_t i;

	text[0] = 'a' + rand() % 26;
	text[1] = 'q';
	for (i = 2; i < len; i++)
		text[i] = chars[rand() % (sizeof(chars) - 2)];
	text[len] = '\0';
}

static void random_uuid(char *uuid)
{
	snprintf(uuid, 37, "%08x-%04x-%04x-%04x-%08x%04x", (u32)rand(),
		 rand() & 0xffff, rand() & 0xffff, rand() & 0xffff, (u32)rand(),
		 rand() & 0xffff);
}

enum planted { HOST, DOMAIN, VM, DOMAIN_XML, LABEL, PROFILE_NAME, SECTION,
	       PROCESS, PAST_PROCESS, HUNG, SERIAL, UUID, MAC, NUM_PLANTED };

static void plant(char secrets[NUM_PLANTED][64])
{
	char *text;

	run_shell("printf '%s.%s\\n' > proc/sys/kernel/hostname",
		  secrets[HOST], secrets[DOMAIN]);
	run_shell("touch etc/libvirt/qemu/%s.xml", secrets[DOMAIN_XML]);
	open_vf("0000:02:00.1");
	run_shell("echo %s > proc/77/comm && "
		  "printf 'qemu\\0-name\\0guest=%s,debug=on\\0-uuid\\0%s\\0' > proc/77/cmdline",
		  secrets[PROCESS], secrets[VM], secrets[UUID]);
	text = xasprintf("[gpuvf]\nversion = 1\n"
			 "[profile %s]\nlabel = %s\nfb = shared\n"
			 "[gpu %s]\npci = " GPU "\nvf 0 = %s\n",
			 secrets[PROFILE_NAME], secrets[LABEL], secrets[SECTION],
			 secrets[PROFILE_NAME]);
	configure(text);
	free(text);
	text = xasprintf("6,1,1,-;xe " GPU ": on %s.%s for %s and %s: %s, %s, %s, %s\n"
			 "6,2,2,-;vfio-pci 0000:02:00.1: CPU: 1 PID: 5 Comm: %s 0/KVM Not tainted\n"
			 "6,3,3,-;vfio: task %s:4711 blocked\n"
			 "6,4,4,-;xe " GPU ": board serial number: %s, GPU-%s\n"
			 "6,5,5,-;xe " GPU ": link of %s\n"
			 "6,6,6,-;xe " GPU ": used by %s\n",
			 secrets[HOST], secrets[DOMAIN], secrets[VM],
			 secrets[DOMAIN_XML], secrets[LABEL],
			 secrets[PROFILE_NAME], secrets[SECTION],
			 secrets[PROCESS], secrets[PAST_PROCESS], secrets[HUNG],
			 secrets[SERIAL], secrets[UUID], secrets[MAC],
			 secrets[VM]);
	put_file("dev/kmsg", text);
	put(GPU, PROFILE "/sched_priority", text);
	free(text);
}

/* names of every kind, wherever they may come from, in no byte of the file */
static void no_name_is_in_it(void **state)
{
	char secrets[NUM_PLANTED][64];
	int round, i;

	srand(20);
	for (round = 0; round < 4; round++) {
		for (i = 0; i < NUM_PLANTED; i++)
			random_text(secrets[i], 4 + rand() % 12);
		secrets[SERIAL][3] = '7';
		random_uuid(secrets[UUID]);
		snprintf(secrets[MAC], 64, "%02x:%02x:%02x:%02x:%02x:%02x",
			 rand() & 255, rand() & 255, rand() & 255, rand() & 255,
			 rand() & 255, rand() & 255);
		plant(secrets);
		reports("", "out.tar");
		for (i = 0; i < NUM_PLANTED; i++)
			if ((i != VM && i != PROCESS && i != UUID) || !geteuid())
				if (is_in_tar(secrets[i]))
					fail_msg("round %d: '%s' (%d) is in it",
						 round, secrets[i], i);
		assert_true(is_in_tar(GPU));
		run_shell("rm -r out.tar proc/77 etc/libvirt/qemu/* "
			  DEVICES "0000:02:00.1/iommu_group");
	}
}

/* the same name is the same placeholder, in all files */
static void placeholders_are_stable(void **state)
{
	struct scrub scrub = {};
	char *text;

	scrub_add(&scrub, SECRET_LABEL, "desktop");
	scrub_add(&scrub, SECRET_HOST, "node7");
	text = scrub_text(&scrub, "desktop on node7, Desktop; nodes: node71");
	assert_string_equal(text, "<label-1> on <host-1>, <label-1>; nodes: <host-1>1");
	free(text);
	text = scrub_text(&scrub, "12345678-1234-1234-1234-123456789abc x 12345678-1234-1234-1234-123456789abd 12345678-1234-1234-1234-123456789abc");
	assert_string_equal(text, "<uuid-1> x <uuid-2> <uuid-1>");
	free(text);
	scrub_free(&scrub);
}

/* what is no name stays: addresses, drivers, numbers, words in a row */
static void what_is_no_name_stays(void **state)
{
	static const char *const texts[] = {
		"xe 0000:03:00.0: [drm] GuC 70.36.0.1, 4 VFs",
		"this process is done, task done",
		"a serial console, a process",
		"aa:bb:cc:dd:ee", "0000:03:00.0", "xe: ring[3]: stopped",
		"12345678-1234-1234-1234-123456789abcd",
		"[    1.5] vfio-pci 0000:03:00.1: enabling device (0000 -> 0002)",
	};
	struct scrub scrub = {};
	size_t i;

	scrub_add(&scrub, SECRET_LABEL, "xe");
	scrub_add(&scrub, SECRET_LABEL, "vfio-pci");
	scrub_add(&scrub, SECRET_LABEL, "4");
	scrub_add(&scrub, SECRET_LABEL, "");
	scrub_add(&scrub, SECRET_LABEL, "do");
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		char *text = scrub_text(&scrub, texts[i]);

		assert_string_equal(text, texts[i]);
		free(text);
	}
	assert_int_equal(scrub.num, 1);
	scrub_free(&scrub);
}

/* keys are not names, and what guests say is left out */
static void documents_keep_their_keys(void **state)
{
	json_t *document = json_loads("{\"state\": \"ready\", \"profile\": \"state\", "
				      "\"vfs\": [{\"guest_claims\": {\"driver\": \"x\"}, "
				      "\"profile\": \"state\", \"why\": \"node7\"}, \"node7\"]}",
				      0, NULL);
	struct scrub scrub = {};
	char *text;

	scrub_add(&scrub, SECRET_HOST, "node7");
	scrub_json(&scrub, document);
	text = json_dumps(document, JSON_SORT_KEYS);
	assert_string_equal(text, "{\"profile\": \"<label-1>\", \"state\": \"ready\", "
			    "\"vfs\": [{\"guest_claims\": null, \"profile\": \"<label-1>\", "
			    "\"why\": \"<host-1>\"}, \"<host-1>\"]}");
	free(text);
	json_decref(document);
	scrub_free(&scrub);
}

static void what_cannot_be_read_is_said(void **state)
{
	char *text;

	run_shell("rm " DEVICES GPU "/vendor dev/kmsg && mkdir " DEVICES GPU "/vendor");
	reports(GPU, "1 file of GPU " GPU " could not be read");
	text = content_of("gpus/" GPU);
	assert_says(text, GPU "/vendor: cannot be read: Is a directory\n");
	free(text);
	text = content_of("README");
	assert_says(text, "/dev/kmsg: No such file or directory");
	assert_says(text, "1 file of GPU " GPU " could not be read");
	free(text);
	text = content_of("kernel.log");
	assert_string_equal(text, "");
	free(text);
}

/* with the lock of the device, in sriov_numvfs */
static void a_driver_that_hangs_does_not_hang_it(void **state)
{
	char *path = path_of(GPU, "sriov_numvfs");
	char *text;
	int fd;

	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	reports("", "of GPU " GPU " could not be read");
	text = content_of("gpus/" GPU);
	assert_says(text, "/sriov_numvfs: the driver gave no answer in 2 s\n");
	assert_says(text, "sriov_admin/vf1/profile/exec_quantum_ms: 16\n");
	assert_says(text, "0000:02:00.1/driver -> vfio-pci\n");
	free(text);
	close(fd);
	free(path);
}

/* @limit: bytes that a file may have, 0: any number */
static void fails(const char *words, int expected, const char *what, rlim_t limit)
{
	struct rlimit old, now;
	char said[10000];
	int code;

	getrlimit(RLIMIT_FSIZE, &old);
	now = old;
	now.rlim_cur = limit ?: old.rlim_cur;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &now);
	code = report(words, said, sizeof(said));
	setrlimit(RLIMIT_FSIZE, &old);
	if (code != expected)
		fail_msg("exit code %d, not %d: %s", code, expected, said);
	assert_says(said, what);
}

/* at each block of it */
static void a_full_disk_leaves_nothing(void **state)
{
	struct tar tar = {};
	struct rlimit old, now;
	char *path = xasprintf("%s/full.tar", root);
	rlim_t limit;

	tar_add(&tar, "a", xstrdup("text"));
	tar_add(&tar, "b", xstrdup(""));
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	now = old;
	for (limit = 0; limit < 5 * 512; limit += 100) {
		now.rlim_cur = limit;
		setrlimit(RLIMIT_FSIZE, &now);
		assert_int_equal(tar_write(&tar, path, 0), -EFBIG);
		setrlimit(RLIMIT_FSIZE, &old);
		assert_false(root_has("full.tar"));
	}
	assert_int_equal(tar_write(&tar, path, 0), 0);
	run_shell("[ $(stat -c %%s full.tar) = 2560 ] && [ \"$(tar tf full.tar | tr '\\n' ' ')\" = 'a b ' ]");
	tar_free(&tar);
	free(path);
}

static void what_is_there_is_not_overwritten(void **state)
{
	char *text;

	put_file("out.tar", "mine");
	fails("", EXIT_FAILED, "there is a file of that name", 0);
	text = root_read(NULL, "out.tar");
	assert_string_equal(text, "mine");
	free(text);
	run_shell("rm out.tar && ln -s elsewhere out.tar");
	fails("", EXIT_FAILED, "there is a file of that name", 0);
	assert_false(root_has("elsewhere"));
	run_shell("echo mine > elsewhere");
	fails("", EXIT_FAILED, "there is a file of that name", 0);
	text = root_read(NULL, "elsewhere");
	assert_string_equal(text, "mine\n");
	free(text);
	run_shell("rm out.tar && mkdir out.tar");
	fails("", EXIT_FAILED, "there is a file of that name", 0);
}

static void where_it_cannot_be_written_it_fails(void **state)
{
	char said[10000];

	assert_int_equal(run("report -o /nonexistent/a", said, sizeof(said)),
			 EXIT_FAILED);
	assert_says(said, "cannot write /nonexistent/a: No such file or directory");
	assert_int_equal(run("report -o", said, sizeof(said)), EXIT_USAGE);
}

static void gpus_are_named_as_everywhere(void **state)
{
	char *text;

	make_pf(OTHER, "0x010802\n", "nvme", "4\n");
	fails("09:00.0", EXIT_MISSING, "there is no PCI device 0000:09:00.0", 0);
	fails("office", EXIT_USAGE, "'office' is not a PCI address", 0);
	assert_false(root_has("out.tar"));
	/* any device that can have VFs, where it is asked for */
	reports("07:00.0", "1 GPU");
	run_shell("tar tf out.tar | grep gpus/ > list && rm out.tar");
	text = root_read(NULL, "list");
	assert_string_equal(text, "gpuvf-report/gpus/" OTHER "\n");
	free(text);
	configure("[gpuvf]\nversion = 1\n[gpu desk]\npci = " GPU "\n");
	reports("desk 02:00.0 07:00.0", "2 GPUs");
	run_shell("tar tf out.tar | grep gpus/ > list");
	text = root_read(NULL, "list");
	assert_string_equal(text, "gpuvf-report/gpus/" GPU "\ngpuvf-report/gpus/" OTHER "\n");
	free(text);
}

/* one that no provider has is a GPU too */
static void gpus_without_vfs_are_there(void **state)
{
	make_device("0000:05:00.0", "0x030000\n", "amdgpu");
	reports("", "2 GPUs");
	free(content_of("gpus/0000:05:00.0"));
}

/* names of files that were opened in a directory since inotify_init() */
static bool was_opened(int fd, const char *name)
{
	static char events[1 << 20] __aligned(8);
	ssize_t got = read(fd, events, sizeof(events));
	char *at = events;
	bool opened = false;

	while (got > 0 && at < events + got) {
		struct inotify_event *event = (struct inotify_event *)at;

		opened |= event->len && !strcmp(event->name, name);
		at += sizeof(*event) + event->len;
	}
	return opened;
}

static void gims_reset_gpu_is_never_opened(void **state)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char *dir;

	make_pf(OTHER, "0x038000\n", "gim", "4\n");
	put(OTHER, "accelerator_partition_profile", "1\n");
	put(OTHER, "memory_partition_mode", "NPS1\n");
	put(OTHER, "reset_gpu", "1\n");
	put(OTHER, "reset", "1\n");
	dir = path_of(OTHER, "");
	assert_true(inotify_add_watch(fd, dir, IN_OPEN | IN_ACCESS) >= 0);
	reports("", "2 GPUs");
	assert_false(was_opened(fd, "reset_gpu"));
	run_shell("rm out.tar");
	reports(OTHER, "1 GPU");
	assert_false(was_opened(fd, "reset"));
	run_shell("cat " DEVICES OTHER "/reset_gpu > /dev/null");
	assert_true(was_opened(fd, "reset_gpu"));
	free(dir);
	close(fd);
}

static void i915s_memory_of_guests_is_never_opened(void **state)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char *dir, *text;

	make_pf(OTHER, "0x030000\n", "i915", "2\n");
	run_shell("cd " DEVICES OTHER " && "
		  "mkdir -p drm/card3/prelim_iov/pf/gt0 drm/card3/prelim_iov/vf1/gt0 && "
		  "cd drm/card3/prelim_iov && echo PF > mode && "
		  "for d in pf vf1; do echo 1 > $d/gt0/exec_quantum_ms; done && "
		  "echo guest > vf1/gt0/state");
	/* what the provider wants of such a GPU is not all there */
	dir = path_of(OTHER, "drm/card3/prelim_iov/vf1/gt0");
	assert_true(inotify_add_watch(fd, dir, IN_OPEN | IN_ACCESS) >= 0);
	reports(OTHER, "1 GPU");
	assert_false(was_opened(fd, "state"));
	text = content_of("gpus/" OTHER);
	assert_says(text, "drm/card3/prelim_iov/vf1/gt0/exec_quantum_ms: 1\n");
	assert_says(text, "drm/card3/prelim_iov/mode: PF\n");
	free(text);
	free(dir);
	close(fd);
}

/* types of NVIDIA are many lines, more than a name has bytes */
static void long_files_are_there_as_a_whole(void **state)
{
	char *text, *types = xstrdup("");
	int i;

	for (i = 0; i < 60; i++)
		append_text(&types, "", "%d : NVIDIA L40S-%dQ\n", 1000 + i, i);
	make_pf(OTHER, "0x030200\n", "nvidia", "1\n");
	put(OTHER, "vendor", "0x10de\n");
	make_vfs(OTHER, 0, 1);
	put(OTHER, "sriov_numvfs", "1\n");
	run_shell("mkdir " DEVICES "0000:07:00.1/nvidia sys/module/nvidia_vgpu_vfio");
	put("0000:07:00.1", "nvidia/creatable_vgpu_types", types);
	put("0000:07:00.1", "nvidia/current_vgpu_type", "0\n");
	reports(OTHER, "1 GPU");
	text = content_of("gpus/" OTHER);
	assert_says(text, "nvidia/creatable_vgpu_types:\n  1000 : NVIDIA L40S-0Q\n");
	assert_says(text, "  1059 : NVIDIA L40S-59Q\n");
	free(text);
	free(types);
}

static void the_log_is_bounded(void **state)
{
	static const char *const words[] = { "xe", "02:00.0" };
	char *text, *path = xasprintf("%s/dev/kmsg", root);
	FILE *f = fopen(path, "w");
	size_t lines, i, len;
	int err;

	for (i = 0; i < 3000; i++)
		fprintf(f, "6,%zu,%zu,-;xe %zu\n6,0,0,-;xenon %zu\n 1;xe\n;xe\nxe\n",
			i, i, i, i);
	fputs("4,1,5,-;0000:02:00.0 \33[31m", f);
	for (i = 0; i < 5000; i++)
		fputc('y', f);
	fputs("\n4,1,5,-;end of xe", f);
	fclose(f);
	text = kernel_log(words, ARRAY_SIZE(words), &lines, &err);
	assert_int_equal(err, 0);
	assert_int_equal(lines, KERNEL_LOG_LINES);
	assert_int_equal(strncmp(text, "[    0.001002] xe 1002\n", 23), 0);
	assert_null(strstr(text, "xenon"));
	assert_null(strchr(text, '\33'));
	assert_says(text, "0000:02:00.0 ?[31myyy");
	len = strlen("[    0.000005] end of xe\n");
	assert_string_equal(text + strlen(text) - len,
			    "[    0.000005] end of xe\n");
	assert_true(strlen(strstr(text, "0000:02:00.0")) < 1100);
	free(text);
	free(path);
}

/* another user, who may read less */
static void an_ordinary_user_gets_a_report(void **state)
{
	int status;
	pid_t pid;

	if (geteuid())
		skip();
	run_shell("mkdir public && chmod 777 public && chmod 755 . && chmod 600 dev/kmsg");
	pid = fork();
	if (!pid) {
		char *words = xasprintf("report -o %s/public/out.tar", root);
		char said[10000];
		int code = 99;

		if (!setgid(65534) && !setuid(65534))
			code = run(words, said, sizeof(said));
		_exit(code);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	run_shell("tar xOf public/out.tar gpuvf-report/README > content && "
		  "grep -q 'kernel could not be read: /dev/kmsg: Permission denied' content && "
		  "grep -q 'in use is shown to root only' content && "
		  "[ $(stat -c %%u public/out.tar) = 65534 ]");
}

#define here(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		here(it_has_what_it_says),
		here(files_of_a_gpu_are_exact),
		here(no_name_is_in_it),
		here(placeholders_are_stable),
		here(what_is_no_name_stays),
		here(documents_keep_their_keys),
		here(what_cannot_be_read_is_said),
		here(a_driver_that_hangs_does_not_hang_it),
		here(a_full_disk_leaves_nothing),
		here(what_is_there_is_not_overwritten),
		here(where_it_cannot_be_written_it_fails),
		here(gpus_are_named_as_everywhere),
		here(gpus_without_vfs_are_there),
		here(gims_reset_gpu_is_never_opened),
		here(i915s_memory_of_guests_is_never_opened),
		here(long_files_are_there_as_a_whole),
		here(the_log_is_bounded),
		here(an_ordinary_user_gets_a_report),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
