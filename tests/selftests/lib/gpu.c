// SPDX-License-Identifier: GPL-2.0
/*
 * One simulated GPU, seen from all sides.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>
#include "file.h"
#include "gpu.h"

#define SIM_DIR "/sys/kernel/debug/gpuvf_sim"

/* a few names at a time, so that calls can be nested in one expression */
static const char *make_path(const char *prefix, const char *format,
			     va_list args)
{
	static _Thread_local char paths[8][PATH_MAX];
	static _Thread_local unsigned int next;
	char *path = paths[next++ % 8];
	int n;

	n = snprintf(path, PATH_MAX, "%s/", prefix);
	vsnprintf(path + n, PATH_MAX - n, format, args);
	return path;
}

#define MAKE_PATH(directory, name)					\
	do {								\
		char prefix[256];					\
		const char *path;					\
		va_list args;						\
									\
		snprintf(prefix, sizeof(prefix), directory, name);	\
		va_start(args, format);					\
		path = make_path(prefix, format, args);			\
		va_end(args);						\
		return path;						\
	} while (0)

/**
 * gpu_sysfs() - name of a file that gpuvf made
 * @gpu: GPU
 * @format: below /sys/class/gpuvf/BDF, as of printf()
 *
 * Return: valid until the eighth next call of its kind in this thread.
 */
const char *gpu_sysfs(const struct gpu *gpu, const char *format, ...)
{
	MAKE_PATH("/sys/class/gpuvf/%s", gpu->bdf);
}

/**
 * gpu_pci() - name of a file of the PF that the PCI core made
 * @gpu: GPU
 * @format: below /sys/bus/pci/devices/BDF, as of printf()
 *
 * Return: as gpu_sysfs().
 */
const char *gpu_pci(const struct gpu *gpu, const char *format, ...)
{
	MAKE_PATH("/sys/bus/pci/devices/%s", gpu->bdf);
}

/**
 * gpu_sim() - name of a file of the simulator
 * @gpu: GPU
 * @format: below the GPU's directory, as of printf()
 *
 * Return: as gpu_sysfs().
 */
const char *gpu_sim(const struct gpu *gpu, const char *format, ...)
{
	MAKE_PATH(SIM_DIR "/gpu%u", gpu->index);
}

/**
 * gpu_vf_pci() - name of a file of an enabled VF that the PCI core made
 * @gpu: GPU
 * @vf: index of the VF
 * @file: name
 *
 * Return: as gpu_sysfs().
 */
const char *gpu_vf_pci(const struct gpu *gpu, unsigned int vf,
		       const char *file)
{
	return gpu_pci(gpu, "virtfn%u/%s", vf, file);
}

/**
 * gpu_set_numvfs() - enable or disable VFs
 * @gpu: GPU
 * @num: how many
 *
 * Return: as file_write().
 */
int gpu_set_numvfs(const struct gpu *gpu, unsigned int num)
{
	return file_printf(gpu_pci(gpu, "sriov_numvfs"), "%u", num);
}

/**
 * gpu_numvfs() - how many VFs the PCI core says are enabled
 * @gpu: GPU
 */
unsigned int gpu_numvfs(const struct gpu *gpu)
{
	return file_u64(gpu_pci(gpu, "sriov_numvfs"));
}

/**
 * gpu_total_vfs() - how many VFs it can have
 * @gpu: GPU
 */
unsigned int gpu_total_vfs(const struct gpu *gpu)
{
	return file_u64(gpu_pci(gpu, "sriov_totalvfs"));
}

/**
 * gpu_can() - has the GPU this capability?
 * @gpu: GPU
 * @capability: as sysfs names it
 *
 * Return: also true without gpuvf.ko.
 */
bool gpu_can(const struct gpu *gpu, const char *capability)
{
	size_t len = strlen(capability);
	char text[256], *p = text;

	if (file_read(gpu_sysfs(gpu, "capabilities"), text, sizeof(text)) <= 0)
		return true;
	for (; *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (!strncmp(p, capability, len) && strchr(" \n", p[len]))
			return true;
	return false;
}

/**
 * gpu_guests_ask() - does a guest with work have to ask for its start?
 * @gpu: GPU
 *
 * It may do so nine times a minute.
 */
bool gpu_guests_ask(const struct gpu *gpu)
{
	return !gpu_can(gpu, "busy") && gpu_can(gpu, "mailbox");
}

/**
 * gpu_starts_all() - is each VF started when it is enabled, whether it has work or not?
 * @gpu: GPU
 */
bool gpu_starts_all(const struct gpu *gpu)
{
	return !gpu_can(gpu, "busy") && !gpu_can(gpu, "mailbox");
}

/**
 * gpu_guest() - tell a VF's guest what to do
 * @gpu: GPU
 * @vf: index of an enabled VF
 * @what: "off", "idle", "busy N"
 *
 * Without busy bits, a guest with work has to ask for its start.
 *
 * Return: as file_write().
 */
int gpu_guest(const struct gpu *gpu, unsigned int vf, const char *what)
{
	if ((!strncmp(what, "busy ", 5) || !strncmp(what, "burst ", 6)) &&
	    !strstr(what, "boot") && gpu_guests_ask(gpu))
		return file_printf(gpu_sim(gpu, "vf%u/guest", vf), "%s boot=100",
				   what);
	return file_write(gpu_sim(gpu, "vf%u/guest", vf), what);
}

/**
 * gpu_vf_is() - is the VF in this state?
 * @gpu: GPU
 * @vf: index of the VF
 * @state: as sysfs says it
 */
bool gpu_vf_is(const struct gpu *gpu, unsigned int vf, const char *state)
{
	return file_is(gpu_sysfs(gpu, "vf%u/state", vf), state);
}

/**
 * truth_read() - ask the simulator
 * @gpu: GPU
 *
 * Return: to be freed by truth_free(); everything in it reads as UINT64_MAX
 * when the simulator is not there.
 */
struct truth truth_read(const struct gpu *gpu)
{
	struct truth truth = { file_read_all(gpu_sim(gpu, "truth")) };

	return truth;
}

/**
 * truth_free() - done with it
 * @truth: what truth_read() returned
 */
void truth_free(struct truth *truth)
{
	free(truth->text);
	truth->text = NULL;
}

/**
 * truth_get() - one figure
 * @truth: what truth_read() returned
 * @who: "gpu", "fn=pf", "fn=vf3"
 * @key: name of the figure
 *
 * Return: the figure, UINT64_MAX: there is none.
 */
uint64_t truth_get(const struct truth *truth, const char *who,
		   const char *key)
{
	size_t who_len = strlen(who), key_len = strlen(key);
	const char *line = truth->text;
	const char *p, *end;

	for (; line && *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (strncmp(line, who, who_len) || line[who_len] != ' ')
			continue;
		for (p = line + who_len; p && p < end; p = strchr(p + 1, ' '))
			if (!strncmp(p + 1, key, key_len) &&
			    p[1 + key_len] == '=')
				return strtoull(p + key_len + 2, NULL, 10);
		break;
	}
	return UINT64_MAX;
}

/**
 * truth_vf() - one figure of a VF
 * @truth: what truth_read() returned
 * @vf: index of the VF
 * @key: name of the figure
 *
 * Return: as truth_get().
 */
uint64_t truth_vf(const struct truth *truth, unsigned int vf, const char *key)
{
	char who[16];

	snprintf(who, sizeof(who), "fn=vf%u", vf);
	return truth_get(truth, who, key);
}

/**
 * gpu_truth() - one figure as it is now
 * @gpu: GPU
 * @who: as of truth_get()
 * @key: name of the figure
 *
 * Return: as truth_get().
 */
uint64_t gpu_truth(const struct gpu *gpu, const char *who, const char *key)
{
	struct truth truth = truth_read(gpu);
	uint64_t value = truth_get(&truth, who, key);

	truth_free(&truth);
	return value;
}

/**
 * gpu_truth_vf() - one figure of a VF as it is now
 * @gpu: GPU
 * @vf: index of the VF
 * @key: name of the figure
 *
 * Return: as truth_get().
 */
uint64_t gpu_truth_vf(const struct gpu *gpu, unsigned int vf, const char *key)
{
	char who[16];

	snprintf(who, sizeof(who), "fn=vf%u", vf);
	return gpu_truth(gpu, who, key);
}

/**
 * gpu_truth_vf_is() - has a VF this value now, which is a word?
 * @gpu: GPU
 * @vf: index of the VF
 * @key: "state", "driver"
 * @value: the word
 */
bool gpu_truth_vf_is(const struct gpu *gpu, unsigned int vf, const char *key,
		     const char *value)
{
	struct truth truth = truth_read(gpu);
	char who[16], what[64], *line;
	bool is = false;

	snprintf(who, sizeof(who), "\nfn=vf%u ", vf);
	snprintf(what, sizeof(what), " %s=%s ", key, value);
	line = truth.text ? strstr(truth.text, who) : NULL;
	if (line) {
		line[1 + strcspn(line + 1, "\n")] = '\0';
		is = strstr(line, what);
	}
	truth_free(&truth);
	return is;
}

/* where the backend for v1 has the entries of VFs that are parked: no extent */
#define PARKED	UNIT

static void forget_parked(const struct gpu *gpu, struct table *table)
{
	struct iov iov;
	unsigned int i;

	if (!gpu_iov(gpu, &iov) || !iov.less_one)
		return;
	for (i = 0; i < MAX_VFS; i++)
		if (table->vf[i].start == PARKED && table->vf[i].size == UNIT)
			table->vf[i] = (struct extent){ 0 };
}

/**
 * gpu_table() - what the hardware has in its framebuffer table
 * @gpu: GPU
 * @table: where to; a VF that is parked has no extent
 *
 * Return: false: the simulator is not there, or says something else.
 */
bool gpu_table(const struct gpu *gpu, struct table *table)
{
	char *text = file_read_all(gpu_sim(gpu, "table"));
	char *line, *rest = text;
	struct extent e;
	unsigned int vf;
	int seen = 0;

	memset(table, 0, sizeof(*table));
	while (rest && (line = strsep(&rest, "\n"))) {
		if (sscanf(line, "vf%u offset=%" SCNu64 " size=%" SCNu64, &vf,
			   &e.start, &e.size) == 3 && vf < MAX_VFS) {
			table->vf[vf] = e;
		} else if (sscanf(line, "context offset=%" SCNu64 " size=%"
				  SCNu64, &e.start, &e.size) == 2) {
			table->context = e;
			seen++;
		} else if (sscanf(line, "consumed size=%" SCNu64, &e.size)
			   == 1) {
			table->consumed = e.size;
			seen++;
		}
	}
	free(text);
	forget_parked(gpu, table);
	return seen == 2;
}

static int config_access(const struct gpu *gpu, unsigned int where,
			 uint32_t *val, bool out)
{
	int fd = open(gpu_pci(gpu, "config"), O_RDWR | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = out ? pwrite(fd, val, 4, where) : pread(fd, val, 4, where);
	close(fd);
	return n == 4 ? 0 : -EIO;
}

/**
 * gpu_config_read() - a register of the PF, behind the driver's back
 * @gpu: GPU
 * @where: offset in configuration space
 *
 * Return: all ones when it cannot be read.
 */
uint32_t gpu_config_read(const struct gpu *gpu, unsigned int where)
{
	uint32_t val;

	return config_access(gpu, where, &val, false) ? ~0U : val;
}

/**
 * gpu_config_write() - write a register of the PF, behind the driver's back
 * @gpu: GPU
 * @where: offset in configuration space
 * @val: what to write
 *
 * Return: 0, or a negative errno.
 */
int gpu_config_write(const struct gpu *gpu, unsigned int where, uint32_t val)
{
	return config_access(gpu, where, &val, true);
}

/* in the configuration space that @path shows */
static int find_capability(const char *path, unsigned int vsec)
{
	uint32_t config[PCI_CFG_SPACE_EXP_SIZE / 4];
	unsigned int where = PCI_CFG_SPACE_SIZE;
	ssize_t n = -1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = pread(fd, config, sizeof(config), 0);
		close(fd);
	}
	while (where && where + 8 <= n) {
		uint32_t header = config[where / 4];

		if (PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_VNDR &&
		    (config[(where + PCI_VNDR_HEADER) / 4] & 0xffff) == vsec)
			return where;
		where = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

/**
 * gpu_capability() - find a vendor-specific extended capability of the PF
 * @gpu: GPU
 * @vsec: its id
 *
 * Return: offset, 0: there is none.
 */
int gpu_capability(const struct gpu *gpu, unsigned int vsec)
{
	return find_capability(gpu_pci(gpu, "config"), vsec);
}

/**
 * gpu_vf_capability() - find a vendor-specific extended capability of a VF
 * @gpu: GPU
 * @vf: index of an enabled VF
 * @vsec: its id
 *
 * Return: offset, 0: there is none.
 */
int gpu_vf_capability(const struct gpu *gpu, unsigned int vf,
		      unsigned int vsec)
{
	return find_capability(gpu_vf_pci(gpu, vf, "config"), vsec);
}

/**
 * gpu_iov() - find the registers of the GPU-IOV capability
 * @gpu: GPU
 * @iov: where to
 *
 * Return: false: it has no such capability, or none of a generation that is known.
 */
bool gpu_iov(const struct gpu *gpu, struct iov *iov)
{
	unsigned int where = gpu_capability(gpu, GPUVF_IOV_VSEC_ID);
	unsigned int pointer = GPUVF_IOV_SCH_OFFSET_GFX;

	if (!where)
		return false;
	iov->rev = PCI_VNDR_HEADER_REV(gpu_config_read(gpu, where +
						       PCI_VNDR_HEADER));
	iov->less_one = iov->rev == GPUVF_IOV_VSEC_REV_V1;
	switch (iov->rev) {
	case GPUVF_IOV_VSEC_REV_V1:
		iov->sch = where + GPUVF_IOV_V1_SCH;
		iov->cntxt = where + GPUVF_IOV_V1_CNTXT;
		iov->fb = where + GPUVF_IOV_V1_FB_AVAILABLE;
		iov->table = where + GPUVF_IOV_V1_VF_FB(0);
		return true;
	case GPUVF_IOV_VSEC_REV_MI200:
	case GPUVF_IOV_VSEC_REV_V3:
		iov->sch = where + ((gpu_config_read(gpu, where +
						     (pointer & ~3U)) >>
				     8 * (pointer & 3) & 0xff) << 4);
		iov->cntxt = where + GPUVF_IOV_CNTXT;
		iov->fb = where + GPUVF_IOV_FB_AVAILABLE;
		iov->table = where + GPUVF_IOV_VF_FB(0);
		return true;
	default:
		return false;
	}
}

/**
 * gpu_command() - give the hardware a command, behind the driver's back
 * @gpu: GPU whose driver has nothing to do
 * @code: GPUVF_CMD_*
 * @fcn: GPUVF_FCN_VF(n)
 *
 * Waits until it is over.
 *
 * Return: the hardware's status, or a negative errno.
 */
int gpu_command(const struct gpu *gpu, unsigned int code, unsigned int fcn)
{
	unsigned int tries;
	struct iov iov;
	int err;

	if (!gpu_iov(gpu, &iov))
		return -ENODEV;
	err = gpu_config_write(gpu, iov.sch + GPUVF_SCH_CMD, code |
			       GPUVF_SCH_CMD_EXECUTE | fcn << 8);
	if (err)
		return err;
	for (tries = 0; tries < 10000; tries++) {
		if (!(gpu_config_read(gpu, iov.sch + GPUVF_SCH_CMD) &
		      GPUVF_SCH_CMD_EXECUTE))
			return gpu_config_read(gpu, iov.sch +
					       GPUVF_SCH_CMD_STATUS) & 0xff;
		usleep(100);
	}
	return -ETIMEDOUT;
}

static bool is_simulated(const char *bdf)
{
	char text[32];
	unsigned int i;

	for (i = 0; i < MAX_GPUS; i++) {
		const struct gpu gpu = { .index = i };

		if (file_read(gpu_sim(&gpu, "bdf"), text, sizeof(text)) > 0 &&
		    !strcmp(text, bdf))
			return true;
	}
	return false;
}

/**
 * gpu_real() - is there a GPU of gpuvf that is not a simulated one?
 *
 * Return: its PCI address, or NULL: there is none.
 */
const char *gpu_real(void)
{
	static char bdf[NAME_MAX + 1];
	struct dirent *entry;
	DIR *dir = opendir("/sys/bus/pci/drivers/gpuvf");
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(bdf, sizeof(bdf), "%s", entry->d_name);
		found = strchr(bdf, ':') && !is_simulated(bdf);
	}
	if (dir)
		closedir(dir);
	return found ? bdf : NULL;
}
