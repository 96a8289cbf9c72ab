// SPDX-License-Identifier: GPL-2.0
/*
 * A simulated GPU without gpuvf, driven register by register.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>
#include "fixture.h"
#include "hw.h"
#include "klog.h"

/* the size of each VF's extent, and where the first one is */
#define EXTENT_UNITS	4
#define FIRST_UNIT	(GIB / UNIT)

static int find(struct gpu *gpu)
{
	gpu->index = 0;
	return file_read(gpu_sim(gpu, "bdf"), gpu->bdf, sizeof(gpu->bdf)) > 0 ?
	       0 : -ENOENT;
}

/**
 * hw_load() - load the simulator, and let pci-pf-stub have its first PF
 * @gpu: which that is
 * @sim_parameters: of the simulator
 *
 * Return: 0, or a negative errno.
 */
int hw_load(struct gpu *gpu, const char *sim_parameters)
{
	int err;

	if (system("modprobe pci-pf-stub"))
		return -ENOENT;
	err = module_load("gpuvf_sim", sim_parameters);
	if (!err) {
		fixture_loaded_as(sim_parameters);
		err = find(gpu);
	}
	if (!err)
		err = file_write(gpu_pci(gpu, "driver_override"),
				 "pci-pf-stub");
	if (!err)
		err = file_write("/sys/bus/pci/drivers_probe", gpu->bdf);
	return err;
}

/**
 * hw_is_loaded() - did an earlier test load it with hw_load(), and just so?
 * @gpu: which it is
 * @sim_parameters: of the simulator
 */
bool hw_is_loaded(struct gpu *gpu, const char *sim_parameters)
{
	return fixture_is_loaded_as(sim_parameters) && !find(gpu);
}

/**
 * hw_unload() - undo hw_load(), whatever is going on
 * @gpu: the GPU
 *
 * Return: 0, or a negative errno.
 */
int hw_unload(struct gpu *gpu)
{
	if (!module_is_loaded("gpuvf_sim"))
		return 0;
	if (!find(gpu) && gpu_numvfs(gpu))
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_loaded_as("");
	return module_unload("gpuvf_sim");
}

static unsigned int capability(const struct gpu *gpu, unsigned int vsec)
{
	unsigned int where = gpu_capability(gpu, vsec);

	check(where != 0);
	return where;
}

void hw_iov(const struct gpu *gpu, unsigned int reg, uint32_t val)
{
	ASSERT_OK(gpu_config_write(gpu, capability(gpu, GPUVF_IOV_VSEC_ID) +
				   reg, val));
}

uint32_t hw_iov_get(const struct gpu *gpu, unsigned int reg)
{
	return gpu_config_read(gpu, capability(gpu, GPUVF_IOV_VSEC_ID) + reg);
}

static struct iov registers(const struct gpu *gpu)
{
	struct iov iov;

	check(gpu_iov(gpu, &iov));
	return iov;
}

void hw_sch(const struct gpu *gpu, unsigned int reg, uint32_t val)
{
	ASSERT_OK(gpu_config_write(gpu, registers(gpu).sch + reg, val));
}

uint32_t hw_sch_get(const struct gpu *gpu, unsigned int reg)
{
	return gpu_config_read(gpu, registers(gpu).sch + reg);
}

void hw_sim(const struct gpu *gpu, unsigned int reg, uint32_t val)
{
	ASSERT_OK(gpu_config_write(gpu, capability(gpu, GPUVF_SIM_VSEC_ID) +
				   reg, val));
}

uint32_t hw_sim_get(const struct gpu *gpu, unsigned int reg)
{
	return gpu_config_read(gpu, capability(gpu, GPUVF_SIM_VSEC_ID) + reg);
}

static void vf_access(const struct gpu *gpu, unsigned int vf,
		      unsigned int where, uint32_t *val, bool out)
{
	int fd = open(gpu_vf_pci(gpu, vf, "config"), O_RDWR | O_CLOEXEC);
	ssize_t n;

	check(fd >= 0);
	n = out ? pwrite(fd, val, 4, where) : pread(fd, val, 4, where);
	close(fd);
	check(n == 4);
}

void hw_vf_config(const struct gpu *gpu, unsigned int vf, unsigned int where,
		  uint32_t val)
{
	vf_access(gpu, vf, where, &val, true);
}

uint32_t hw_vf_config_get(const struct gpu *gpu, unsigned int vf,
			  unsigned int where)
{
	uint32_t val;

	vf_access(gpu, vf, where, &val, false);
	return val;
}

/* the VF's SIM capability */
static unsigned int vf_capability(const struct gpu *gpu, unsigned int vf)
{
	unsigned int where = PCI_CFG_SPACE_SIZE;
	uint32_t header;

	while (where) {
		header = hw_vf_config_get(gpu, vf, where);
		if (PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_VNDR &&
		    (hw_vf_config_get(gpu, vf, where + PCI_VNDR_HEADER) &
		     0xffff) == GPUVF_SIM_VSEC_ID)
			return where;
		where = PCI_EXT_CAP_NEXT(header);
	}
	check_failed("VF without SIM capability", __FILE__, __LINE__);
}

void hw_vf(const struct gpu *gpu, unsigned int vf, unsigned int reg,
	   uint32_t val)
{
	hw_vf_config(gpu, vf, vf_capability(gpu, vf) + reg, val);
}

uint32_t hw_vf_get(const struct gpu *gpu, unsigned int vf, unsigned int reg)
{
	return hw_vf_config_get(gpu, vf, vf_capability(gpu, vf) + reg);
}

/* where a function's capability is; @vf is -1 for the PF */
static unsigned int find_capability(const struct gpu *gpu, int vf,
				    unsigned int id)
{
	unsigned int where = PCI_CAPABILITY_LIST;
	uint32_t val;

	do {
		val = vf < 0 ? gpu_config_read(gpu, where & ~3U) :
			       hw_vf_config_get(gpu, vf, where & ~3U);
		where = val >> 8 * (where & 3) & 0xff;
		val = vf < 0 ? gpu_config_read(gpu, where) :
			       hw_vf_config_get(gpu, vf, where);
	} while ((val & 0xff) != id && where++);
	check(where != 0);
	return where;
}

/**
 * hw_flr() - reset a VF by its registers alone, which the PCI core does not know of
 * @gpu: GPU
 * @vf: index of the VF
 */
void hw_flr(const struct gpu *gpu, unsigned int vf)
{
	hw_vf_config(gpu, vf,
		     find_capability(gpu, vf, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL,
		     PCI_EXP_DEVCTL_BCR_FLR);
}

/**
 * hw_msi() - let a function raise MSIs that no handler takes; they are counted
 * @gpu: GPU
 * @vf: index of the VF, -1: the PF
 *
 * Return: offset of its MSI capability.
 */
unsigned int hw_msi(const struct gpu *gpu, int vf)
{
	unsigned int where = find_capability(gpu, vf, PCI_CAP_ID_MSI);

	if (vf < 0) {
		ASSERT_OK(gpu_config_write(gpu, PCI_COMMAND,
					   PCI_COMMAND_MASTER));
		ASSERT_OK(gpu_config_write(gpu, where,
					   PCI_MSI_FLAGS_ENABLE << 16));
	} else {
		hw_vf_config(gpu, vf, PCI_COMMAND, PCI_COMMAND_MASTER);
		hw_vf_config(gpu, vf, where, PCI_MSI_FLAGS_ENABLE << 16);
	}
	return where;
}

/**
 * hw_begin() - give a command and do not wait
 * @gpu: GPU
 * @code: GPUVF_CMD_*
 * @fcn: function code, and if there are two, the second one 8 bits higher
 */
void hw_begin(const struct gpu *gpu, unsigned int code, unsigned int fcn)
{
	hw_sch(gpu, GPUVF_SCH_CMD, code | GPUVF_SCH_CMD_EXECUTE | fcn << 8);
}

static bool is_over(const struct gpu *gpu)
{
	return !(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
}

/**
 * hw_wait() - wait until a command is over
 * @gpu: GPU
 *
 * Return: its status.
 */
int hw_wait(const struct gpu *gpu)
{
	ASSERT_EVENTUALLY(is_over(gpu));
	return hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS) & 0xff;
}

int hw_command(const struct gpu *gpu, unsigned int code, unsigned int fcn)
{
	hw_begin(gpu, code, fcn);
	return hw_wait(gpu);
}

int hw_switch(const struct gpu *gpu, unsigned int from, unsigned int to)
{
	return hw_command(gpu, GPUVF_CMD_CONTEXT_SWITCH,
			  GPUVF_FCN_VF(from) | GPUVF_FCN_VF(to) << 8);
}

/* write a part of a dword */
static void write_part(const struct gpu *gpu, unsigned int where,
		       const void *val, size_t size)
{
	int fd = open(gpu_pci(gpu, "config"), O_RDWR | O_CLOEXEC);
	ssize_t n;

	check(fd >= 0);
	n = pwrite(fd, val, size, where);
	close(fd);
	check(n == (ssize_t)size);
}

/**
 * hw_write16() - write half a dword of the PF's configuration space
 * @gpu: GPU
 * @where: offset in it
 * @val: what to write
 */
void hw_write16(const struct gpu *gpu, unsigned int where, uint16_t val)
{
	write_part(gpu, where, &val, sizeof(val));
}

/**
 * hw_set_extent() - write an entry of the framebuffer table
 * @gpu: GPU
 * @vf: index of the VF
 * @first: first unit
 * @units: how many; 0: none, where there can be none, else unit 0
 */
void hw_set_extent(const struct gpu *gpu, unsigned int vf, unsigned int first,
		   unsigned int units)
{
	struct iov iov = registers(gpu);

	ASSERT_OK(gpu_config_write(gpu, iov.table + 4 * vf, first << 16 |
				   (units - (iov.less_one && units))));
}

/**
 * hw_context() - read the context save area's register
 * @gpu: GPU
 */
uint32_t hw_context(const struct gpu *gpu)
{
	return gpu_config_read(gpu, registers(gpu).cntxt);
}

/**
 * hw_set_context() - write it
 * @gpu: GPU
 * @val: GPUVF_IOV_CNTXT_*
 */
void hw_set_context(const struct gpu *gpu, uint32_t val)
{
	ASSERT_OK(gpu_config_write(gpu, registers(gpu).cntxt, val));
}

/**
 * hw_misread() - from now on, a dword of configuration space reads as something else
 * @gpu: GPU. The simulator's file misread, with "none", ends it
 * @where: offset
 * @val: what it reads as
 * @mask: bits that do
 */
void hw_misread(const struct gpu *gpu, unsigned int where, uint32_t val,
		uint32_t mask)
{
	char text[64];

	snprintf(text, sizeof(text), "%u %#x %#x", where, val, mask);
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), text));
}

/**
 * hw_is_refused() - gpuvf is loaded, does not take a GPU, and says so; unload it
 * @gpu: GPU. Nothing of it is misread any more then
 * @message: end of a line of the log
 */
void hw_is_refused(const struct gpu *gpu, const char *message)
{
	int log = klog_open();

	check(log >= 0);
	ASSERT_OK(module_load("gpuvf", ""));
	check(!file_exists(gpu_sysfs(gpu, "state")));
	if (!klog_has(log, message)) {
		report("not in the log: %s", message);
		test_abort();
	}
	close(log);
	ASSERT_OK(module_unload("gpuvf"));
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), "none"));
}

/**
 * hw_layout() - give each VF four units, above a GiB for the PF
 * @gpu: GPU
 * @vfs: how many VFs
 */
void hw_layout(const struct gpu *gpu, unsigned int vfs)
{
	struct iov iov = registers(gpu);
	unsigned int mib = gpu_config_read(gpu, iov.fb) & 0xffff;
	unsigned int context = FIRST_UNIT + vfs * EXTENT_UNITS;
	unsigned int i;

	hw_set_context(gpu, 1 | (context * (UNIT / GPUVF_IOV_CNTXT_UNIT)) << 10);
	hw_write16(gpu, iov.fb + 2, mib - GIB / MIB);
	for (i = 0; i < vfs; i++)
		hw_set_extent(gpu, i, FIRST_UNIT + i * EXTENT_UNITS,
			      EXTENT_UNITS);
}

static void clear(const struct gpu *gpu, unsigned int start, unsigned int count,
		  unsigned int control)
{
	hw_sim(gpu, GPUVF_SIM_SCRUB_START, start);
	hw_sim(gpu, GPUVF_SIM_SCRUB_COUNT, count);
	hw_sim(gpu, GPUVF_SIM_SCRUB_CONTROL, GPUVF_SIM_SCRUB_GO | control);
	ASSERT_EVENTUALLY(hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS) !=
			  GPUVF_SIM_SCRUB_ST_BUSY);
}

void hw_clear(const struct gpu *gpu, unsigned int first, unsigned int count)
{
	clear(gpu, first, count, 0);
}

void hw_clear_context(const struct gpu *gpu, unsigned int vf)
{
	clear(gpu, GPUVF_FCN_VF(vf), 0, GPUVF_SIM_SCRUB_CONTEXT);
}

static void pf_command(const struct gpu *gpu, unsigned int code)
{
	check(hw_command(gpu, code, GPUVF_FCN_PF) == GPUVF_STATUS_DONE);
}

/**
 * hw_pf_state() - let the engine's registers hold a state of the PF
 * @gpu: GPU, no function on the engine
 *
 * INIT of a VF begins with what they hold where the generation is v1.
 */
void hw_pf_state(const struct gpu *gpu)
{
	if (registers(gpu).rev != GPUVF_IOV_VSEC_REV_V1)
		return;
	pf_command(gpu, GPUVF_CMD_INIT_GPU);
	pf_command(gpu, GPUVF_CMD_RUN_GPU);
	pf_command(gpu, GPUVF_CMD_IDLE_GPU);
	pf_command(gpu, GPUVF_CMD_SAVE_GPU_STATE);
}

/**
 * hw_start() - clear a VF's memory and let it execute
 * @gpu: GPU with a layout, no function on the engine
 * @vf: index of the VF
 */
void hw_start(const struct gpu *gpu, unsigned int vf)
{
	hw_pf_state(gpu);
	hw_clear(gpu, FIRST_UNIT + vf * EXTENT_UNITS, EXTENT_UNITS);
	hw_clear_context(gpu, vf);
	check(hw_command(gpu, GPUVF_CMD_INIT_GPU, GPUVF_FCN_VF(vf)) == GPUVF_STATUS_DONE);
	check(hw_command(gpu, GPUVF_CMD_RUN_GPU, GPUVF_FCN_VF(vf)) == GPUVF_STATUS_DONE);
}

/**
 * hw_leave() - take the GPU from the VF that executes
 * @gpu: GPU
 * @vf: index of the VF
 */
void hw_leave(const struct gpu *gpu, unsigned int vf)
{
	check(hw_command(gpu, GPUVF_CMD_IDLE_GPU, GPUVF_FCN_VF(vf)) == GPUVF_STATUS_DONE);
	check(hw_command(gpu, GPUVF_CMD_SAVE_GPU_STATE,
			 GPUVF_FCN_VF(vf)) == GPUVF_STATUS_DONE);
}

/**
 * hw_enter() - let a VF with saved state execute
 * @gpu: GPU, no VF on the engine
 * @vf: index of the VF
 */
void hw_enter(const struct gpu *gpu, unsigned int vf)
{
	check(hw_command(gpu, GPUVF_CMD_LOAD_GPU_STATE,
			 GPUVF_FCN_VF(vf)) == GPUVF_STATUS_DONE);
	check(hw_command(gpu, GPUVF_CMD_RUN_GPU, GPUVF_FCN_VF(vf)) == GPUVF_STATUS_DONE);
}

static void choose(const struct gpu *gpu, unsigned int vf)
{
	hw_sim(gpu, GPUVF_SIM_MBOX + GPUVF_MBOX_INDEX, vf);
}

/**
 * hw_mbox() - write a register of the PF's mailbox page
 * @gpu: GPU
 * @vf: index of the VF whose mailbox it is
 * @reg: GPUVF_MBOX_*
 * @val: what to write
 */
void hw_mbox(const struct gpu *gpu, unsigned int vf, unsigned int reg,
	     uint32_t val)
{
	choose(gpu, vf);
	hw_sim(gpu, GPUVF_SIM_MBOX + reg, val);
}

/**
 * hw_mbox_get() - read a register of the PF's mailbox page
 * @gpu: GPU
 * @vf: index of the VF whose mailbox it is
 * @reg: GPUVF_MBOX_*
 *
 * Return: its value.
 */
uint32_t hw_mbox_get(const struct gpu *gpu, unsigned int vf, unsigned int reg)
{
	choose(gpu, vf);
	return hw_sim_get(gpu, GPUVF_SIM_MBOX + reg);
}

/**
 * hw_send() - a message of the PF
 * @gpu: GPU
 * @vf: index of the VF that it is for
 * @code: GPUVF_MBOX_*
 * @data: the word after it
 */
void hw_send(const struct gpu *gpu, unsigned int vf, unsigned int code,
	     unsigned int data)
{
	hw_mbox(gpu, vf, GPUVF_MBOX_CONTROL, 0);
	hw_mbox(gpu, vf, GPUVF_MBOX_TRN(1), data);
	hw_mbox(gpu, vf, GPUVF_MBOX_TRN(0), code);
	hw_mbox(gpu, vf, GPUVF_MBOX_CONTROL, GPUVF_MBOX_TRN_VALID);
}

/**
 * hw_unsend() - the VF reads zeros
 * @gpu: GPU
 * @vf: index of the VF
 */
void hw_unsend(const struct gpu *gpu, unsigned int vf)
{
	unsigned int i;

	for (i = 0; i < GPUVF_MBOX_WORDS; i++)
		hw_mbox(gpu, vf, GPUVF_MBOX_TRN(i), 0);
	hw_mbox(gpu, vf, GPUVF_MBOX_CONTROL, 0);
}

/**
 * hw_has_mail() - is there a message of a VF that was not acknowledged?
 * @gpu: GPU
 * @vf: index of the VF
 */
bool hw_has_mail(const struct gpu *gpu, unsigned int vf)
{
	return hw_sim_get(gpu, GPUVF_SIM_MBOX_RX) & 1U << vf;
}

/**
 * hw_ack() - acknowledge a VF's message, by the byte that is for it
 * @gpu: GPU
 * @vf: index of the VF
 */
void hw_ack(const struct gpu *gpu, unsigned int vf)
{
	unsigned int where = capability(gpu, GPUVF_SIM_VSEC_ID) +
			     GPUVF_SIM_MBOX + GPUVF_MBOX_CONTROL + 1;
	const uint8_t ack = GPUVF_MBOX_RCV_ACK >> 8;

	choose(gpu, vf);
	write_part(gpu, where, &ack, sizeof(ack));
}

/**
 * hw_vf_send() - a message of a VF
 * @gpu: GPU
 * @vf: index of the VF
 * @code: GPUVF_MBOX_*
 * @data: the word after it
 */
void hw_vf_send(const struct gpu *gpu, unsigned int vf, unsigned int code,
		unsigned int data)
{
	const unsigned int page = GPUVF_SIM_VF_MBOX;

	hw_vf(gpu, vf, page + GPUVF_MBOX_CONTROL, 0);
	hw_vf(gpu, vf, page + GPUVF_MBOX_TRN(0), code);
	hw_vf(gpu, vf, page + GPUVF_MBOX_TRN(1), data);
	hw_vf(gpu, vf, page + GPUVF_MBOX_CONTROL, GPUVF_MBOX_TRN_VALID);
}

/**
 * hw_vf_ack() - a VF acknowledges what it can read, and sends nothing any more
 * @gpu: GPU
 * @vf: index of the VF
 */
void hw_vf_ack(const struct gpu *gpu, unsigned int vf)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_CONTROL,
	      GPUVF_MBOX_RCV_ACK);
}

/**
 * hw_vf_mbox() - read a register of a VF's mailbox page
 * @gpu: GPU
 * @vf: index of the VF
 * @reg: GPUVF_MBOX_*
 *
 * Return: its value.
 */
uint32_t hw_vf_mbox(const struct gpu *gpu, unsigned int vf, unsigned int reg)
{
	return hw_vf_get(gpu, vf, GPUVF_SIM_VF_MBOX + reg);
}

/**
 * hw_event() - look up the last event of a kind in the simulator's log
 * @gpu: GPU
 * @what: "begin vf0 idle", "flr vf1"
 * @ns: when it was
 * @value: what goes with it; may be NULL
 *
 * Return: false: there is none.
 */
bool hw_event(const struct gpu *gpu, const char *what, uint64_t *ns,
	      uint64_t *value)
{
	FILE *file = fopen(gpu_sim(gpu, "events"), "re");
	size_t size = 0, len = strlen(what);
	char *line = NULL, *rest;
	bool found = false;

	check(file);
	while (getline(&line, &size, file) > 0) {
		unsigned long long at = strtoull(line, &rest, 10);

		if (*rest++ != ' ' || strncmp(rest, what, len) ||
		    rest[len] != ' ')
			continue;
		*ns = at;
		if (value)
			*value = strtoull(rest + len, NULL, 10);
		found = true;
	}
	free(line);
	fclose(file);
	return found;
}
