// SPDX-License-Identifier: GPL-2.0
/*
 * Backends over a configuration space in memory: what probe takes and refuses, that each
 * refusal is one message that names the value, that sizes are encoded as each variant has
 * them, and that no access is outside the capabilities, whatever is in them.
 */
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

static int config_read(int where, void *val, int size)
{
	u32 noise;

	check_access(where, size);
	reads++;
	memcpy(val, config + where, size);
	if (all_ones)
		memset(val, 0xff, size);
	/* the headers tell what is inside; they are garbage when they are made so */
	if (garbage && where != IOV + 4 && where != SIM + 4 && !(rnd() % odds)) {
		noise = rnd() & 1 ? rnd() : rnd() & 0x1f;
		memcpy(val, &noise, size);
	}
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
	check_access(where, 1);
	config[where] = val;
	return 0;
}

int pci_write_config_word(struct pci_dev *dev, int where, u16 val)
{
	(void)dev;
	check_access(where, 2);
	put16(where, val);
	return 0;
}

int pci_write_config_dword(struct pci_dev *dev, int where, u32 val)
{
	(void)dev;
	check_access(where, 4);
	put32(where, val);
	return 0;
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
static void refuses(int err, const char *value)
{
	assert_int_equal(probe(), err);
	assert_int_equal(messages, 1);
	if (!strstr(message, value))
		fail_msg("\"%s\" does not name %s", message, value);
}

static void takes_both_variants(void **state)
{
	static const struct gpuvf_extent fb = { 32 * MIB, 64 * MIB };
	static const struct {
		unsigned int rev, vfs, hangs_at;
	} variants[] = {
		{ GPUVF_IOV_VSEC_REV_V3, GPUVF_MAX_VFS, 0x16 },
		{ GPUVF_IOV_VSEC_REV_MI200, 16, 0x15 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(variants); i++) {
		new_gpu(variants[i].rev);
		assert_int_equal(probe(), 0);
		assert_int_equal(messages, 0);
		assert_int_equal(hw->caps.total_vfs, variants[i].vfs);
		assert_int_equal(hw->caps.fb.total_bytes, 8192 * MIB);
		assert_int_equal(hw->caps.fb.context_bytes,
				 (variants[i].vfs + 1) * 256 * 1024);
		assert_int_equal(hw->caps.command_limit_us[GPUVF_HW_INIT], 500000);
		/* without "- 1" */
		assert_int_equal(hw->ops->set_vf_fb(hw, 1, &fb), 0);
		assert_int_equal(get32(IOV + 0x3c), 4 | 2 << 16);
		assert_int_equal(hw->ops->park_vf(hw, 1), 0);
		assert_int_equal(get32(IOV + 0x3c), 0);
		config[IOV + SCH + variants[i].hangs_at] = GPUVF_ACTIVE_STALLED;
		assert_true(hw->ops->engine_hangs(hw));
		assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
	}
}

static void more_than_64_gib_are_known_and_reserved(void **state)
{
	const struct gpuvf_extent context = { 1024 * MIB, 8 * MIB };

	(void)state;
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_MEMSIZE, 196608);
	put16(IOV + GPUVF_IOV_FB_AVAILABLE, U16_MAX);
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->caps.fb.total_bytes, 196608 * MIB);
	/* 16 bits of MiB cannot hold that, and all ones is no answer */
	assert_int_equal(hw->ops->set_reserve(hw, 1024 * MIB, &context), 0);
	assert_int_equal(get32(IOV + GPUVF_IOV_FB_AVAILABLE) >> 16,
			 U16_MAX - 1);
	assert_int_equal(hw->ops->has_reserve(hw), 1);
	assert_int_equal(hw->ops->verify_vf(hw, 0, NULL, 1024 * MIB, &context),
			 0);
	/* but more than the table can name */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_MEMSIZE, 1048577);
	refuses(-EINVAL, "1048577");
}

static void refuses_what_is_not_as_it_should_be(void **state)
{
	(void)state;
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(IOV + 4, 0);
	refuses(-ENODEV, "no GPU-IOV capability");
	new_gpu(9);
	refuses(-ENODEV, "revision 9");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put_header(IOV, GPUVF_IOV_VSEC_ID, GPUVF_IOV_VSEC_REV_V3, 0x40);
	refuses(-EINVAL, "64 bytes");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put_header(IOV, GPUVF_IOV_VSEC_ID, GPUVF_IOV_VSEC_REV_V3, SCH + 0x20);
	refuses(-EINVAL, "0xc0");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	config[IOV + GPUVF_IOV_SCH_OFFSET_GFX] = 0;
	refuses(-EINVAL, "0");
	/* in the table */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	config[IOV + GPUVF_IOV_SCH_OFFSET_GFX] = 0xa0 >> 4;
	refuses(-EINVAL, "0xa0");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put16(IOV + GPUVF_IOV_FB_AVAILABLE, 0);
	refuses(-EINVAL, "0 MiB");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put16(IOV + GPUVF_IOV_FB_CONSUMED, 8193);
	refuses(-EINVAL, "8193");
	/* less than its saved contexts need */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put16(IOV + GPUVF_IOV_FB_AVAILABLE, 7);
	refuses(-EINVAL, "8 MiB");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put_header(SIM, GPUVF_SIM_VSEC_ID, GPUVF_SIM_VSEC_REV, 0x30);
	refuses(-EINVAL, "48 bytes");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	total_vfs = 0;
	refuses(-ENODEV, "no SR-IOV");
	/* a command that never ends: one reset is tried */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(IOV + SCH + GPUVF_SCH_CMD, GPUVF_SCH_CMD_EXECUTE);
	refuses(-EIO, "cannot be quiesced");
	assert_int_equal(resets, 1);
	/* gone behind the header */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(IOV + GPUVF_IOV_FB_AVAILABLE, ~0U);
	refuses(-EIO, "TOTAL_FB_AVAILABLE");
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_ID, ~0U);
	refuses(-EIO, "SIM ID");
}

static void use_everything(void)
{
	const struct gpuvf_extent fb = { 32 * MIB, 64 * MIB };
	const struct gpuvf_extent context = { 16 * MIB, 8 * MIB };
	const u32 slices[GPUVF_MAX_VFS] = { 1000, 2000, 3000, 4000, 5000, 6000 };
	struct gpuvf_hw_events events = {};
	struct gpuvf_mbox_msg msg = {};
	u32 buf[64];
	int err;

	hw->ops->irq_enable(hw, true);
	hw->ops->irq_events(hw, &events);
	hw->ops->set_reserve(hw, 16 * MIB, &context);
	hw->ops->has_reserve(hw);
	hw->ops->set_vf_fb(hw, hw->caps.total_vfs - 1, &fb);
	hw->ops->park_vf(hw, hw->caps.total_vfs - 1);
	hw->ops->command(hw, GPUVF_HW_SWITCH, 0, hw->caps.total_vfs - 1);
	err = hw->ops->command_status(hw);
	assert_true(!err || err == -EINPROGRESS || err == -EIO || err == -ECANCELED);
	err = hw->ops->engine_state(hw);
	assert_true(!err || err == -EBUSY || err == -EIO);
	if (hw->ops->engine_hangs)
		hw->ops->engine_hangs(hw);
	if (hw->ops->busy_vfs)
		hw->ops->busy_vfs(hw);
	if (hw->ops->flr_vfs)
		hw->ops->flr_vfs(hw);
	hw->ops->scrub_start(hw, &fb);
	hw->ops->scrub_context_start(hw, 3);
	hw->ops->scrub_status(hw);
	hw->ops->scrub_abort(hw);
	if (hw->ops->set_schedule)
		hw->ops->set_schedule(hw, 0x3f, slices);
	hw->ops->verify_vf(hw, 2, &fb, 16 * MIB, &context);
	hw->ops->verify_vf(hw, 2, NULL, 16 * MIB, &context);
	hw->ops->fb_write(hw, 4 * MIB, buf, sizeof(buf));
	hw->ops->fb_read(hw, 4 * MIB, buf, sizeof(buf));
	if (!hw->ops->mbox)
		return;
	hw->ops->mbox->rx_vfs(hw);
	hw->ops->mbox->read(hw, 1, &msg);
	hw->ops->mbox->send(hw, 1, &msg, true);
	hw->ops->mbox->ack(hw, 1);
	hw->ops->mbox->ack_seen(hw, 1);
	hw->ops->mbox->clear(hw, 1);
	hw->ops->mbox->listen(hw, 1, true);
}

/* a GPU that is not taken is refused with one message; one that is ends what it begins */
static bool is_taken_with_garbage(void)
{
	reads = 0;
	if (probe()) {
		assert_int_equal(messages, 1);
		return false;
	}
	if (has_sim)
		use_everything();
	assert_true(reads < 1000);
	return true;
}

static void garbage_ends_in_errors_and_in_bounds(void **state)
{
	unsigned int n, taken = 0;

	(void)state;
	for (n = 1; n <= 20000; n++) {
		new_gpu(n & 1 ? GPUVF_IOV_VSEC_REV_V3 : GPUVF_IOV_VSEC_REV_MI200);
		has_sim = n & 2;
		garbage = n;
		odds = n & 16 ? 8 : 1;
		/* capabilities of any length too */
		if (n & 4)
			put_header(IOV, GPUVF_IOV_VSEC_ID, n & 3, rnd() & 0x1ff);
		if (n & 8)
			put_header(SIM, GPUVF_SIM_VSEC_ID, 3, rnd() & 0x1ff);
		taken += is_taken_with_garbage();
	}
	assert_true(taken > 1000);

	/* and what was right turns bad */
	for (n = 1; n <= 200; n++) {
		new_gpu(n & 1 ? GPUVF_IOV_VSEC_REV_V3 : GPUVF_IOV_VSEC_REV_MI200);
		assert_int_equal(probe(), 0);
		garbage = n;
		use_everything();
	}
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	assert_int_equal(probe(), 0);
	all_ones = true;
	use_everything();
	assert_int_equal(hw->ops->command_status(hw), -EIO);
	assert_int_equal(hw->ops->engine_state(hw), -EIO);
	assert_int_equal(hw->ops->has_reserve(hw), -EIO);
	assert_int_equal(hw->ops->busy_vfs(hw), 0);
	assert_int_equal(hw->ops->flr_vfs(hw), 0);
	assert_int_equal(hw->ops->mbox->rx_vfs(hw), 0);
	assert_false(hw->ops->engine_hangs(hw));
}

/*
 * GPU-IOV v1
 */

#define V1_CMD		(IOV + 0x0c)
#define V1_STATUS	(IOV + 0x10)

static void new_v1(void)
{
	new_gpu(GPUVF_IOV_VSEC_REV_V1);
	memset(config + IOV, 0, 0x100);
	put_header(IOV, GPUVF_IOV_VSEC_ID, GPUVF_IOV_VSEC_REV_V1, 0x6c);
	put16(IOV + 0x24, 8190);
}

/* a GPU that is taken, and has saved contexts */
static void use_v1(void)
{
	const struct gpuvf_extent context = { 256 * MIB, 8 * MIB };

	new_v1();
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->ops->set_reserve(hw, 256 * MIB, &context), 0);
}

static void takes_v1(void **state)
{
	static const struct gpuvf_extent fb = { 32 * MIB, 496 * MIB };

	(void)state;
	use_v1();
	assert_int_equal(messages, 0);
	assert_int_equal(hw->caps.total_vfs, 16);
	/* the SIM capability says that there is everything */
	assert_int_equal(hw->caps.capabilities, GPUVF_CAPABILITY_FRAMEBUFFER |
			 GPUVF_CAPABILITY_TIME_SLICE | GPUVF_CAPABILITY_SCRUB);
	assert_int_equal(hw->caps.fb.total_bytes, 8190 * MIB);
	assert_int_equal(hw->caps.fb.num_reserved, 1);
	assert_int_equal(hw->caps.fb.reserved[0].start, 16 * MIB);
	assert_int_equal(hw->caps.command_limit_us[GPUVF_HW_RUN], 2000000);
	assert_int_equal(hw->caps.command_limit_us[GPUVF_HW_INIT], 3000000);
	assert_int_equal(get32(IOV + 0x20), 1 | 256 * 4 << 10);
	assert_int_equal(get32(IOV + 0x24), 8190 | (8190 - 256) << 16);
	assert_int_equal(hw->ops->has_reserve(hw), 1);
	/* the example of the register page */
	assert_int_equal(hw->ops->set_vf_fb(hw, 1, &fb), 0);
	assert_int_equal(get32(IOV + 0x30), 0x0002001e);
	assert_int_equal(hw->ops->park_vf(hw, 1), 0);
	assert_int_equal(get32(IOV + 0x30), 0x00010000);
	/* what a reset of the VF takes is written again, of one that is parked too */
	put32(IOV + 0x30, 0);
	assert_int_equal(hw->ops->verify_vf(hw, 1, NULL, 256 * MIB,
					    &(struct gpuvf_extent){
						256 * MIB, 8 * MIB }), 0);
	assert_int_equal(get32(IOV + 0x30), 0x00010000);
	new_v1();
	put_header(IOV, GPUVF_IOV_VSEC_ID, GPUVF_IOV_VSEC_REV_V1, 0x68);
	refuses(-EINVAL, "104 bytes");
	new_v1();
	put16(IOV + 0x24, 0);
	refuses(-EINVAL, "0 MiB");
	new_v1();
	put32(IOV + 0x24, ~0U);
	refuses(-EIO, "TOTAL_FB_AVAILABLE");
}

/* the command under way ends so; what it was has to be @cmd */
static int v1_ends(u32 cmd, u8 status)
{
	assert_int_equal(get32(V1_CMD), cmd);
	assert_int_equal(hw->ops->command_status(hw), -EINPROGRESS);
	put32(V1_CMD, cmd & ~0x10);
	config[V1_STATUS] = status;
	return hw->ops->command_status(hw);
}

static void v1_gives_the_pf_a_state_before_init(void **state)
{
	static const u32 pf[] = { 0x17, 0x14, 0x11, 0x12, 0x18 };
	unsigned int i;

	(void)state;
	use_v1();
	assert_int_equal(hw->ops->command(hw, GPUVF_HW_INIT, 3, 0), 0);
	for (i = 0; i < ARRAY_SIZE(pf); i++)
		assert_int_equal(v1_ends(pf[i], 0), -EINPROGRESS);
	assert_int_equal(v1_ends(0x8317, 0), 0);
	assert_int_equal(hw->ops->command(hw, GPUVF_HW_RUN, 3, 0), 0);
	assert_int_equal(v1_ends(0x8314, 0), 0);
	assert_int_equal(hw->ops->command(hw, GPUVF_HW_IDLE, 3, 0), 0);
}

/* a hang is over when the scheduler takes a command again, which only a test tells */
static void v1_tests_whether_a_function_hangs(void **state)
{
	unsigned int i;

	(void)state;
	use_v1();
	/* the PF has no state that could be loaded, and no VF had the engine */
	assert_int_equal(hw->ops->engine_test(hw), 0);
	assert_int_equal(get32(V1_CMD) & 0x10, 0);
	assert_int_equal(hw->ops->command(hw, GPUVF_HW_INIT, 3, 0), 0);
	assert_int_equal(hw->ops->engine_test(hw), -EINPROGRESS);
	for (i = 0; i < 5; i++)
		assert_int_equal(v1_ends(get32(V1_CMD), 0), -EINPROGRESS);
	/* the PF had the engine and has left it */
	assert_int_equal(v1_ends(0x8317, GPUVF_STATUS_ABORTED), -ECANCELED);
	assert_int_equal(hw->ops->engine_state(hw), 0);

	assert_int_equal(hw->ops->command(hw, GPUVF_HW_IDLE, 3, 0), 0);
	assert_int_equal(v1_ends(0x8311, GPUVF_STATUS_GFX_HANG), -EIO);
	assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
	for (i = 0; i < 2; i++) {
		assert_int_equal(hw->ops->engine_test(hw), 0);
		assert_int_equal(get32(V1_CMD), 0x19);
		assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
		put32(V1_CMD, 0x09);
		config[V1_STATUS] = i ? GPUVF_STATUS_DONE :
				    GPUVF_STATUS_ABORTED;
		assert_int_equal(hw->ops->engine_state(hw), i ? 0 : -EBUSY);
	}
	/* one that does not end */
	assert_int_equal(hw->ops->engine_test(hw), 0);
	gpuvf_hw_test_engine(hw);
	assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
	put32(V1_CMD, 0x09);
	gpuvf_hw_test_engine(hw);
	assert_int_equal(get32(V1_CMD), 0x19);
}

/* where it fails, the PF has the engine until the GPU is reset */
static void v1_takes_a_pf_that_fails_for_a_taken_engine(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		use_v1();
		assert_int_equal(hw->ops->command(hw, GPUVF_HW_INIT, 3, 0), 0);
		assert_int_equal(v1_ends(0x17, 0), -EINPROGRESS);
		assert_int_equal(v1_ends(0x14, i ? GPUVF_STATUS_ABORTED :
						   GPUVF_STATUS_SDMA_HANG),
				 -EIO);
		assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
		put32(IOV + 0x20, 0);
		assert_int_equal(hw->ops->engine_state(hw), 0);
	}
}

static void v1_finds_out_who_has_the_engine(void **state)
{
	(void)state;
	use_v1();
	/* the PF cannot get it: a VF has it */
	assert_int_equal(hw->ops->command(hw, GPUVF_HW_IDLE, 2, 0), 0);
	assert_int_equal(v1_ends(0x8211, GPUVF_STATUS_ABORTED), -EINPROGRESS);
	assert_int_equal(v1_ends(0x13, GPUVF_STATUS_ABORTED), -EIO);
	/* it can: the engine was free */
	assert_int_equal(hw->ops->command(hw, GPUVF_HW_LOAD, 2, 0), 0);
	assert_int_equal(v1_ends(0x8213, GPUVF_STATUS_ABORTED), -EINPROGRESS);
	assert_int_equal(v1_ends(0x13, 0), -EINPROGRESS);
	assert_int_equal(v1_ends(0x14, 0), -EINPROGRESS);
	assert_int_equal(v1_ends(0x11, 0), -EINPROGRESS);
	assert_int_equal(v1_ends(0x12, 0), -ECANCELED);
	assert_int_equal(hw->ops->engine_state(hw), 0);
}

static void v1_garbage_ends_in_errors_and_in_bounds(void **state)
{
	unsigned int n, taken = 0;

	(void)state;
	for (n = 1; n <= 5000; n++) {
		new_v1();
		has_sim = n & 1;
		garbage = n;
		odds = n & 4 ? 8 : 1;
		if (n & 2)
			put_header(IOV, GPUVF_IOV_VSEC_ID, 1, rnd() & 0x1ff);
		taken += is_taken_with_garbage();
	}
	assert_true(taken > 100);
	use_v1();
	all_ones = true;
	use_everything();
	assert_int_equal(hw->ops->command_status(hw), -EIO);
	assert_int_equal(hw->ops->engine_state(hw), -EIO);
	assert_int_equal(hw->ops->has_reserve(hw), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_v1),
		cmocka_unit_test(v1_gives_the_pf_a_state_before_init),
		cmocka_unit_test(v1_tests_whether_a_function_hangs),
		cmocka_unit_test(v1_takes_a_pf_that_fails_for_a_taken_engine),
		cmocka_unit_test(v1_finds_out_who_has_the_engine),
		cmocka_unit_test(v1_garbage_ends_in_errors_and_in_bounds),
		cmocka_unit_test(takes_both_variants),
		cmocka_unit_test(more_than_64_gib_are_known_and_reserved),
		cmocka_unit_test(refuses_what_is_not_as_it_should_be),
		cmocka_unit_test(garbage_ends_in_errors_and_in_bounds),
	};
	int failed = cmocka_run_group_tests_name("backend", tests, NULL, NULL);

	free(hw);
	return failed;
}
