/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of backends share: a configuration space in memory, with the GPU-IOV
 * and the SIM capability. There is one GPU, which new_gpu() makes.
 */
#ifndef BACKEND_TEST_H
#define BACKEND_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hw/hw.h"
#include "hw/regs.h"

#define MIB		(1ULL << 20)
#define IOV		0x400
#define SIM		0x600
#define SCH		0xc0
#define CONFIG_SIZE	0x1000

static u8 config[CONFIG_SIZE];
static struct pci_dev pdev = { .vendor = GPUVF_SIM_VENDOR_ID };
static struct gpuvf_hw *hw;
static bool has_sim, all_ones;
static int total_vfs;
/* one read of so many is garbage, with this seed; 0: none is */
static u64 garbage;
static unsigned int odds = 1;
static unsigned int resets, reads;
static unsigned int messages;
static char message[256];
/* a register of which these bits do not take what is written; 0: none */
static int stuck;
static u32 stuck_bits;
/* a dword that reads as all ones; 0: none */
static int dead;
/* the command in this register is over after so many reads; 0: never */
static int command;
static unsigned int ends_after;
/* does a reset of the GPU take the function off the engine? */
static bool reset_frees;
/* registers for migration, and where FB_NEXT leads */
static u32 migrate_regs[GPUVF_MAX_VFS][GPUVF_SIM_MIG_NUM_REGS];
static u64 fb_next;
/* what was written last */
static struct {
	int where;
	u32 val;
} written[16];
static unsigned int num_written;

static u32 rnd(void)
{
	garbage = garbage * 6364136223846793005ULL + 1442695040888963407ULL;
	return garbage >> 32;
}

void stub_log(struct pci_dev *dev, const char *format, ...)
{
	va_list args;

	(void)dev;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	messages++;
}

static u32 get32(int where)
{
	u32 val;

	memcpy(&val, config + where, sizeof(val));
	return val;
}

static void put32(int where, u32 val)
{
	memcpy(config + where, &val, sizeof(val));
}

static void put16(int where, u16 val)
{
	memcpy(config + where, &val, sizeof(val));
}

static bool is_in(int where, int size, int cap)
{
	return where >= cap &&
	       where + size <= cap + (int)PCI_VNDR_HEADER_LEN(get32(cap + 4));
}

/* nothing but the command register is outside the capabilities */
static void check_access(int where, int size)
{
	assert_int_equal(where % size, 0);
	if (where == PCI_COMMAND || where == IOV + 4 || where == SIM + 4)
		return;
	if (!is_in(where, size, IOV) && !(has_sim && is_in(where, size, SIM)))
		fail_msg("access at %#x", where);
}

/* each access to the data moves the port on */
static void move_port(int where)
{
	if (where == SIM + GPUVF_SIM_FB_DATA)
		put32(SIM + GPUVF_SIM_FB_LO, get32(SIM + GPUVF_SIM_FB_LO) + 4);
}

/* of the registers for migration: DATA is the one that MIG_VF and MIG_REG name */
static void migrate_port(int where, bool write)
{
	u32 vf = get32(SIM + GPUVF_SIM_MIG_VF), reg = get32(SIM + GPUVF_SIM_MIG_REG);

	if (where == SIM + GPUVF_SIM_FB_NEXT && write) {
		put32(SIM + GPUVF_SIM_FB_LO, fb_next);
		put32(SIM + GPUVF_SIM_FB_HI, fb_next >> 32);
	}
	if (where != SIM + GPUVF_SIM_MIG_DATA)
		return;
	assert_true(vf < GPUVF_MAX_VFS && reg < GPUVF_SIM_MIG_NUM_REGS);
	if (write)
		migrate_regs[vf][reg] = get32(where);
	else
		put32(where, migrate_regs[vf][reg]);
}

static int config_read(int where, void *val, int size)
{
	u32 noise;

	check_access(where, size);
	reads++;
	if (where == command && ends_after && !--ends_after)
		put32(where, get32(where) & ~GPUVF_SCH_CMD_EXECUTE);
	migrate_port(where, false);
	memcpy(val, config + where, size);
	move_port(where);
	if (all_ones || (dead && (where & ~3) == dead))
		memset(val, 0xff, size);
	/* the headers tell what is inside; they are garbage when they are made so */
	if (garbage && where != IOV + 4 && where != SIM + 4 && !(rnd() % odds)) {
		noise = rnd() & 1 ? rnd() : rnd() & 0x1f;
		memcpy(val, &noise, size);
	}
	return 0;
}

static int config_write(int where, u32 val, int size)
{
	u32 was = 0;

	check_access(where, size);
	if (num_written < ARRAY_SIZE(written)) {
		written[num_written].where = where;
		written[num_written++].val = val;
	}
	memcpy(&was, config + where, size);
	if (where == stuck)
		val = (was & stuck_bits) | (val & ~stuck_bits);
	memcpy(config + where, &val, size);
	migrate_port(where, true);
	move_port(where);
	return 0;
}

int pci_read_config_byte(struct pci_dev *dev, int where, u8 *val)
{
	(void)dev;
	return config_read(where, val, 1);
}

int pci_read_config_word(struct pci_dev *dev, int where, u16 *val)
{
	(void)dev;
	return config_read(where, val, 2);
}

int pci_read_config_dword(struct pci_dev *dev, int where, u32 *val)
{
	(void)dev;
	return config_read(where, val, 4);
}

int pci_write_config_byte(struct pci_dev *dev, int where, u8 val)
{
	(void)dev;
	return config_write(where, val, 1);
}

int pci_write_config_word(struct pci_dev *dev, int where, u16 val)
{
	(void)dev;
	return config_write(where, val, 2);
}

int pci_write_config_dword(struct pci_dev *dev, int where, u32 val)
{
	(void)dev;
	return config_write(where, val, 4);
}

int pci_find_vsec_capability(struct pci_dev *dev, int vendor, int id)
{
	(void)dev;
	assert_int_equal(vendor, GPUVF_SIM_VENDOR_ID);
	if (id == GPUVF_SIM_VSEC_ID)
		return has_sim ? SIM : 0;
	return (get32(IOV + 4) & 0xffff) == (u32)id ? IOV : 0;
}

int pci_sriov_get_totalvfs(struct pci_dev *dev)
{
	(void)dev;
	return total_vfs;
}

int pci_save_state(struct pci_dev *dev)
{
	(void)dev;
	return 0;
}

void pci_restore_state(struct pci_dev *dev)
{
	(void)dev;
}

int __pci_reset_function_locked(struct pci_dev *dev)
{
	(void)dev;
	resets++;
	if (reset_frees)
		put32(IOV + SCH + GPUVF_SCH_ACTIVE_FCN_ID, 0);
	return 0;
}

static void put_header(int cap, u16 id, unsigned int rev, unsigned int length)
{
	put32(cap, 0x000b | 1 << 16);
	put32(cap + 4, id | rev << 16 | length << 20);
}

/* a GPU that there is nothing to say against */
static void new_gpu(unsigned int rev)
{
	memset(config, 0, sizeof(config));
	put16(PCI_COMMAND, PCI_COMMAND_MASTER);
	put_header(IOV, GPUVF_IOV_VSEC_ID, rev, GPUVF_IOV_VSEC_LENGTH);
	config[IOV + GPUVF_IOV_SCH_OFFSET_GFX] = SCH >> 4;
	put16(IOV + GPUVF_IOV_FB_AVAILABLE, 8192);
	put_header(SIM, GPUVF_SIM_VSEC_ID, GPUVF_SIM_VSEC_REV,
		   GPUVF_SIM_VSEC_LENGTH);
	put32(SIM + GPUVF_SIM_ID, GPUVF_SIM_FEATURE_SCRUB |
	      GPUVF_SIM_FEATURE_VF_FLR | GPUVF_SIM_FEATURE_MBOX |
	      GPUVF_SIM_FEATURE_BUSY | GPUVF_SIM_FEATURE_SHUTDOWN);
	has_sim = true;
	all_ones = false;
	garbage = 0;
	total_vfs = 64;
	resets = 0;
	messages = 0;
	stuck = 0;
	dead = 0;
	ends_after = 0;
	reset_frees = false;
	num_written = 0;
	free(hw);
	hw = NULL;
}

static int probe(void)
{
	struct gpuvf_hw *found = gpuvf_hw_probe(&pdev);

	if (IS_ERR(found))
		return PTR_ERR(found);
	hw = found;
	return 0;
}

/* probe says why not, once, with the value */
static inline void refuses(int err, const char *value)
{
	assert_int_equal(probe(), err);
	assert_int_equal(messages, 1);
	if (!strstr(message, value))
		fail_msg("\"%s\" does not name %s", message, value);
}

static inline void new_v1(void)
{
	new_gpu(GPUVF_IOV_VSEC_REV_V1);
	memset(config + IOV, 0, 0x100);
	put_header(IOV, GPUVF_IOV_VSEC_ID, GPUVF_IOV_VSEC_REV_V1, 0x6c);
	put16(IOV + 0x24, 8190);
}

/* a GPU that is taken, and has saved contexts */
static inline void use_v1(void)
{
	const struct gpuvf_extent context = { 256 * MIB, 8 * MIB };

	new_v1();
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->ops->set_reserve(hw, 256 * MIB, &context), 0);
}

#endif /* BACKEND_TEST_H */
