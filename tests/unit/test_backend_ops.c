// SPDX-License-Identifier: GPL-2.0
/*
 * The operations of backends, register by register, over a configuration space in memory:
 * what they write, in which order, and what they make of what they read.
 */
#include "backend_test.h"

#define GIB		(1ULL << 30)
#define SCH_REG(reg)	(IOV + SCH + (reg))
#define MBOX(reg)	(SIM + GPUVF_SIM_MBOX + (reg))

static const struct gpuvf_extent context = { 256 * MIB, 8 * MIB };
static const struct gpuvf_extent fb = { 32 * MIB, 64 * MIB };

static void use_v3(void)
{
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->ops->set_reserve(hw, 256 * MIB, &context), 0);
	num_written = 0;
}

/* the next thing that was written is this */
static void wrote(unsigned int *n, int where, u32 val)
{
	assert_true(*n < num_written);
	assert_int_equal(written[*n].where, where);
	assert_int_equal(written[*n].val, val);
	++*n;
}

static int verify(const struct gpuvf_extent *extent)
{
	return hw->ops->verify_vf(hw, 1, extent, 256 * MIB, &context);
}

/* @kept: where what is written for the dword at @reg can be lost */
static void check_rewritten(int reg, int kept)
{
	u32 val = get32(reg);

	put32(reg, val ^ 0x30000);
	assert_int_equal(verify(&fb), 0);
	assert_int_equal(get32(reg), val);
	/* what a reset of the bus took is not mended here and there */
	put32(reg, val ^ 0x30000);
	put16(PCI_COMMAND, 0);
	assert_int_equal(verify(&fb), 0);
	assert_int_equal(get32(reg), val ^ 0x30000);
	assert_int_equal(hw->ops->has_reserve(hw), 0);
	put16(PCI_COMMAND, PCI_COMMAND_MASTER);
	stuck = kept;
	stuck_bits = ~0U;
	assert_int_equal(verify(&fb), -EUCLEAN);
	stuck = 0;
	dead = reg;
	assert_int_equal(verify(&fb), -EIO);
	dead = 0;
	assert_int_equal(verify(&fb), 0);
	assert_int_equal(get32(reg), val);
}

static void what_a_reset_has_lost_is_rewritten(void **state)
{
	(void)state;
	use_v1();
	assert_int_equal(hw->ops->set_vf_fb(hw, 1, &fb), 0);
	check_rewritten(IOV + 0x30, IOV + 0x30);
	check_rewritten(IOV + 0x20, IOV + 0x20);
	check_rewritten(IOV + 0x24, IOV + 0x26);
	use_v3();
	assert_int_equal(hw->ops->set_vf_fb(hw, 1, &fb), 0);
	check_rewritten(IOV + 0x3c, IOV + 0x3c);
	check_rewritten(IOV + 0x24, IOV + 0x24);
	check_rewritten(IOV + 0x28, IOV + 0x2a);
}

static void what_does_not_read_back_is_an_error(void **state)
{
	static const struct {
		unsigned int rev;
		int context, consumed, entry;
	} gpus[] = {
		{ GPUVF_IOV_VSEC_REV_V1, IOV + 0x20, IOV + 0x26, IOV + 0x30 },
		{ GPUVF_IOV_VSEC_REV_V3, IOV + 0x24, IOV + 0x2a, IOV + 0x3c },
	};
	unsigned int i;

	(void)state;
	stuck_bits = ~0U;
	for (i = 0; i < ARRAY_SIZE(gpus); i++) {
		gpus[i].rev == GPUVF_IOV_VSEC_REV_V1 ? new_v1() : new_gpu(gpus[i].rev);
		assert_int_equal(probe(), 0);
		assert_int_equal(hw->ops->has_reserve(hw), 0);
		stuck = gpus[i].context;
		assert_int_equal(hw->ops->set_reserve(hw, 256 * MIB, &context),
				 -EUCLEAN);
		stuck = gpus[i].consumed;
		assert_int_equal(hw->ops->set_reserve(hw, 256 * MIB, &context),
				 -EUCLEAN);
		stuck = gpus[i].entry;
		assert_int_equal(hw->ops->set_vf_fb(hw, 1, &fb), -EUCLEAN);
	}
}

/*
 * Commands
 */

static void commands_are_those_of_the_register_page(void **state)
{
	static const u32 codes[GPUVF_HW_NUM_CMDS] = {
		[GPUVF_HW_IDLE] = 0x8311, [GPUVF_HW_SAVE] = 0x8312,
		[GPUVF_HW_LOAD] = 0x8313, [GPUVF_HW_RUN] = 0x8314,
		[GPUVF_HW_INIT] = 0x8317, [GPUVF_HW_SHUTDOWN] = 0x831d,
		[GPUVF_HW_SWITCH] = 0x858315,
	};
	unsigned int cmd;

	(void)state;
	for (cmd = 0; cmd < GPUVF_HW_NUM_CMDS; cmd++) {
		use_v3();
		assert_int_equal(hw->ops->command(hw, cmd, 3, 5), 0);
		assert_int_equal(get32(SCH_REG(GPUVF_SCH_CMD)), codes[cmd]);
	}
	for (cmd = GPUVF_HW_IDLE; cmd <= GPUVF_HW_RUN; cmd++) {
		use_v1();
		assert_int_equal(hw->ops->command(hw, cmd, 3, 5), 0);
		assert_int_equal(get32(IOV + 0x0c), codes[cmd]);
	}
}

static void status_of_v3_tells_how_a_command_ended(void **state)
{
	static const struct {
		u8 status;
		int err;
	} ends[] = {
		{ GPUVF_STATUS_DONE, 0 },
		{ GPUVF_STATUS_UNSUPPORTED, -ECANCELED },
		{ GPUVF_STATUS_ABORTED, -ECANCELED },
		{ GPUVF_STATUS_GFX_HANG, -EIO },
		{ GPUVF_STATUS_SDMA_HANG, -EIO },
	};
	unsigned int i;

	(void)state;
	use_v3();
	assert_int_equal(hw->ops->command(hw, GPUVF_HW_RUN, 3, 0), 0);
	assert_int_equal(hw->ops->command_status(hw), -EINPROGRESS);
	assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
	put32(SCH_REG(GPUVF_SCH_CMD), 0x8304);
	assert_int_equal(hw->ops->engine_state(hw), 0);
	put32(SCH_REG(GPUVF_SCH_ACTIVE_FCN_ID), 0x80000003);
	assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		config[SCH_REG(GPUVF_SCH_CMD_STATUS)] = ends[i].status;
		assert_int_equal(hw->ops->command_status(hw), ends[i].err);
	}
}

/* a command of v1 is given, and ends so; it is the PF's as long as others follow */
static int v1_ends(enum gpuvf_hw_cmd cmd, u8 status)
{
	int err = -EINPROGRESS, tries;

	assert_int_equal(hw->ops->command(hw, cmd, 3, 0), 0);
	command = IOV + 0x0c;
	config[IOV + 0x10] = status;
	for (tries = 0; tries < 10 && err == -EINPROGRESS; tries++) {
		ends_after = 1;
		err = hw->ops->command_status(hw);
	}
	num_written = 0;
	return err;
}

/* the state of the scheduler is loaded, unless the PF has the engine */
static void v1_tests_the_engine_unless_the_pf_has_it(void **state)
{
	unsigned int n = 0;

	(void)state;
	use_v1();
	assert_int_equal(v1_ends(GPUVF_HW_INIT, GPUVF_STATUS_DONE), 0);
	assert_int_equal(v1_ends(GPUVF_HW_INIT, GPUVF_STATUS_SDMA_HANG), -EIO);
	assert_int_equal(hw->ops->engine_test(hw), 0);
	assert_int_equal(num_written, 0);
	assert_int_equal(hw->ops->engine_state(hw), -EBUSY);
	/* a VF has it where the PF does not get it */
	assert_int_equal(v1_ends(GPUVF_HW_IDLE, GPUVF_STATUS_ABORTED), -EIO);
	assert_int_equal(hw->ops->engine_test(hw), 0);
	wrote(&n, IOV + 0x0c, 0x19);
}

static void test_of_the_engine_is_waited_for(void **state)
{
	(void)state;
	use_v1();
	assert_int_equal(v1_ends(GPUVF_HW_INIT, GPUVF_STATUS_DONE), 0);
	ends_after = 3;
	gpuvf_hw_test_engine(hw);
	assert_int_equal(get32(IOV + 0x0c), 0x09);
	assert_int_equal(hw->ops->engine_state(hw), 0);
}

/*
 * Interrupts
 */

static void check_events(int reg, u32 status, u32 events)
{
	struct gpuvf_hw_events is = {};
	unsigned int n = 0;

	num_written = 0;
	put32(reg, status);
	hw->ops->irq_events(hw, &is);
	assert_int_equal(is.events, events);
	assert_int_equal(is.hang_vfs,
			 events & GPUVF_HW_EVENT_HANG ? GPUVF_HW_ANY_VF : 0);
	assert_int_equal(is.mbox_vfs,
			 events & GPUVF_HW_EVENT_MBOX ? GPUVF_HW_ANY_VF : 0);
	/* acknowledged, and nothing else */
	wrote(&n, reg, status);
	assert_int_equal(num_written, n);
	put32(reg, 0);
}

static void interrupts_become_events(void **state)
{
	(void)state;
	use_v3();
	check_events(SIM + GPUVF_SIM_INTR_STATUS, 1, GPUVF_HW_EVENT_SCRUB);
	check_events(SIM + GPUVF_SIM_INTR_STATUS, 2, GPUVF_HW_EVENT_VF_FLR);
	check_events(SIM + GPUVF_SIM_INTR_STATUS, 4, GPUVF_HW_EVENT_MBOX);
	check_events(SIM + GPUVF_SIM_INTR_STATUS, 8, GPUVF_HW_EVENT_MBOX);
	/* the end of a command comes alone, and the rest is not lost */
	put32(SIM + GPUVF_SIM_INTR_STATUS, 0xf);
	check_events(IOV + 0x10, 1, GPUVF_HW_EVENT_COMMAND);
	check_events(IOV + 0x10, 2, GPUVF_HW_EVENT_HANG);
	check_events(IOV + 0x10, 4, GPUVF_HW_EVENT_HANG);
	check_events(IOV + 0x10, 8, GPUVF_HW_EVENT_BUSY);
	check_events(SIM + GPUVF_SIM_INTR_STATUS, 0xf, GPUVF_HW_EVENT_SCRUB |
		     GPUVF_HW_EVENT_VF_FLR | GPUVF_HW_EVENT_MBOX);
}

static void enable_bits_are_kept_as_far_as_there_are_some(void **state)
{
	(void)state;
	use_v3();
	hw->ops->irq_enable(hw, true);
	assert_int_equal(get32(IOV + 0x0c), 0xf);
	assert_int_equal(get32(SIM + 0x10), 0xf);
	put32(IOV + 0x0c, 0);
	put32(SIM + 0x10, 0);
	assert_int_equal(verify(NULL), 0);
	assert_int_equal(get32(IOV + 0x0c), 0xf);
	assert_int_equal(get32(SIM + 0x10), 0xf);
	stuck = IOV + 0x0c;
	stuck_bits = ~0U;
	put32(stuck, 0);
	assert_int_equal(verify(NULL), -EUCLEAN);
	hw->ops->irq_enable(hw, false);
	stuck = 0;
	hw->ops->irq_enable(hw, false);
	assert_int_equal(get32(IOV + 0x0c), 0);
	assert_int_equal(get32(SIM + 0x10), 0);
	assert_int_equal(verify(NULL), 0);
	assert_int_equal(get32(IOV + 0x0c), 0);
	/* the hardware has no busy bits */
	stuck = IOV + 0x0c;
	stuck_bits = GPUVF_IOV_INTR_BUSY_CHANGE;
	hw->ops->irq_enable(hw, true);
	assert_int_equal(get32(IOV + 0x0c), 0x7);
	assert_int_equal(verify(NULL), 0);
}

/*
 * The hardware's own schedule
 */

static void quanta_are_never_too_short(void **state)
{
	static const u32 slice_us[GPUVF_MAX_VFS] = {
		1000, 2500, 5000, 7000, 2000, 9000, [17] = 6000, [18] = 300000,
	};
	/* four there are: 1, 3, 5, and one that gets as long as it has to be */
	static const struct {
		int reg;
		u32 val;
	} holds[] = {
		{ SCH_REG(0x10), 0x6003f },
		{ SCH_REG(0x18), 0xfe050301 },
		{ SCH_REG(0x1c), 0xde4 },
		{ SCH_REG(0x20), 0x3c },
	};
	unsigned int i;

	(void)state;
	use_v3();
	hw->ops->set_schedule(hw, 0x6003f, slice_us);
	for (i = 0; i < ARRAY_SIZE(holds); i++)
		assert_int_equal(get32(holds[i].reg), holds[i].val);
	for (i = 0; i < ARRAY_SIZE(holds); i++) {
		put32(holds[i].reg, 0);
		assert_int_equal(verify(NULL), 0);
		assert_int_equal(get32(holds[i].reg), holds[i].val);
		/* nothing runs by what they say */
		stuck = holds[i].reg;
		stuck_bits = ~0U;
		put32(stuck, 0);
		assert_int_equal(verify(NULL), 0);
		stuck = 0;
	}
}

/*
 * Scrub engine, framebuffer
 */

static void scrub_engine_gets_whole_extents(void **state)
{
	static const int ends[] = { -EIO, -EINPROGRESS, 0, -EIO, -ECANCELED, -EIO };
	unsigned int i, n = 0;

	(void)state;
	use_v3();
	assert_int_equal(hw->ops->scrub_start(hw, &fb), 0);
	wrote(&n, SIM + 0x1c, 2);
	wrote(&n, SIM + 0x20, 4);
	wrote(&n, SIM + 0x24, GPUVF_SIM_SCRUB_GO);
	assert_int_equal(hw->ops->scrub_context_start(hw, 3), 0);
	wrote(&n, SIM + 0x1c, 0x83);
	wrote(&n, SIM + 0x20, 0);
	wrote(&n, SIM + 0x24, GPUVF_SIM_SCRUB_GO | GPUVF_SIM_SCRUB_CONTEXT);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		put32(SIM + 0x28, i);
		assert_int_equal(hw->ops->scrub_status(hw), ends[i]);
		assert_int_equal(hw->ops->scrub_abort(hw),
				 i == GPUVF_SIM_SCRUB_ST_BUSY ? -EBUSY : 0);
		wrote(&n, SIM + 0x24, GPUVF_SIM_SCRUB_ABORT);
	}
	put32(SIM + 0x28, GPUVF_SIM_SCRUB_ST_BUSY);
	assert_int_equal(hw->ops->scrub_start(hw, &fb), -EBUSY);
	assert_int_equal(hw->ops->scrub_context_start(hw, 3), -EBUSY);
	assert_int_equal(num_written, n);
	/* seen, and no more to be seen */
	put32(SIM + GPUVF_SIM_VF_FLR, 0x42);
	assert_int_equal(hw->ops->flr_vfs(hw), 0x42);
	wrote(&n, SIM + GPUVF_SIM_VF_FLR, 0x42);
}

static void port_to_framebuffer_knows_more_than_4_gib(void **state)
{
	u32 buf[2] = { 0x11, 0x22 };
	unsigned int n = 0;

	(void)state;
	use_v3();
	assert_int_equal(hw->ops->fb_write(hw, 5 * GIB + 16, buf, 8), 0);
	wrote(&n, SIM + GPUVF_SIM_FB_LO, GIB + 16);
	wrote(&n, SIM + GPUVF_SIM_FB_HI, 1);
	wrote(&n, SIM + GPUVF_SIM_FB_DATA, 0x11);
	wrote(&n, SIM + GPUVF_SIM_FB_DATA, 0x22);
	put32(SIM + GPUVF_SIM_FB_DATA, 0x33);
	assert_int_equal(hw->ops->fb_read(hw, 4 * MIB, buf, 8), 0);
	assert_int_equal(buf[0], 0x33);
	/* somewhere else: tried three times */
	stuck = SIM + GPUVF_SIM_FB_LO;
	stuck_bits = ~0U;
	n = num_written;
	assert_int_equal(hw->ops->fb_read(hw, 8 * MIB, buf, 4), -EIO);
	assert_int_equal(num_written, n + 6);
	/* and nothing is written there */
	num_written = 0;
	assert_int_equal(hw->ops->fb_write(hw, 8 * MIB, buf, 8), -EIO);
	assert_int_equal(num_written, 6);
	/* without the capability there is no port */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	has_sim = false;
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->ops->fb_read(hw, 4 * MIB, buf, 8), -EOPNOTSUPP);
}

/*
 * Mailbox
 */

static void mail_goes_by_the_handshake(void **state)
{
	struct gpuvf_mbox_msg msg = { .word = { 1, 2, 3, 4 } };
	unsigned int n = 0, i, valid;

	(void)state;
	use_v3();
	/* the code comes last, while nothing is VALID */
	for (valid = 0; valid < 2; valid++) {
		num_written = 0;
		n = 0;
		hw->ops->mbox->send(hw, 5, &msg, valid);
		wrote(&n, MBOX(GPUVF_MBOX_INDEX), 5);
		wrote(&n, MBOX(GPUVF_MBOX_CONTROL), 0);
		for (i = 4; i-- > 0;)
			wrote(&n, MBOX(GPUVF_MBOX_TRN(i)), i + 1);
		if (valid)
			wrote(&n, MBOX(GPUVF_MBOX_CONTROL), 1);
		assert_int_equal(num_written, n);
	}
	num_written = 0;
	n = 0;
	hw->ops->mbox->clear(hw, 6);
	wrote(&n, MBOX(GPUVF_MBOX_INDEX), 6);
	for (i = 0; i < 4; i++)
		wrote(&n, MBOX(GPUVF_MBOX_TRN(i)), 0);
	wrote(&n, MBOX(GPUVF_MBOX_CONTROL), 0);
	for (i = 0; i < 4; i++)
		put32(MBOX(GPUVF_MBOX_RCV(i)), 0x10 + i);
	hw->ops->mbox->read(hw, 7, &msg);
	wrote(&n, MBOX(GPUVF_MBOX_INDEX), 7);
	for (i = 0; i < 4; i++)
		assert_int_equal(msg.word[i], 0x10 + i);
	hw->ops->mbox->ack(hw, 8);
	wrote(&n, MBOX(GPUVF_MBOX_INDEX), 8);
	wrote(&n, MBOX(GPUVF_MBOX_CONTROL) + 1, 2);
	num_written = 0;
	n = 0;
	hw->ops->mbox->listen(hw, 9, true);
	wrote(&n, MBOX(GPUVF_MBOX_INDEX), 9);
	wrote(&n, MBOX(GPUVF_MBOX_INT_CNTL), 3);
	hw->ops->mbox->listen(hw, 9, false);
	wrote(&n, MBOX(GPUVF_MBOX_INDEX), 9);
	wrote(&n, MBOX(GPUVF_MBOX_INT_CNTL), 0);
	assert_int_equal(num_written, n);
}

static void acknowledgment_is_seen_when_the_message_is_gone(void **state)
{
	(void)state;
	use_v3();
	put32(MBOX(GPUVF_MBOX_CONTROL), GPUVF_MBOX_RCV_VALID);
	assert_false(hw->ops->mbox->ack_seen(hw, 5));
	assert_int_equal(get32(MBOX(GPUVF_MBOX_INDEX)), 5);
	/* the next message is there already */
	put32(SIM + GPUVF_SIM_MBOX_RX, 1 << 5);
	assert_true(hw->ops->mbox->ack_seen(hw, 5));
	assert_int_equal(hw->ops->mbox->rx_vfs(hw), 1 << 5);
	put32(SIM + GPUVF_SIM_MBOX_RX, 0);
	put32(MBOX(GPUVF_MBOX_CONTROL), 0);
	assert_true(hw->ops->mbox->ack_seen(hw, 5));
	put32(SIM + GPUVF_SIM_MBOX_ACKED, 1 << 6);
	assert_int_equal(hw->ops->mbox->acked_vfs(hw), 1 << 6);
}

/*
 * Probe
 */

static void probe_leaves_the_hardware_quiet(void **state)
{
	(void)state;
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(IOV + 0x0c, 0xf);
	put32(SIM + 0x10, 0xf);
	put32(SCH_REG(GPUVF_SCH_ACTIVE_FCN_ID), 0x80000003);
	total_vfs = 4;
	reset_frees = true;
	assert_int_equal(probe(), 0);
	assert_int_equal(resets, 1);
	assert_int_equal(get32(IOV + 0x0c), 0);
	assert_int_equal(get32(SIM + 0x10), 0);
	assert_int_equal(hw->caps.total_vfs, 4);
	assert_int_equal(hw->caps.fb.context_bytes, 5 * 256 * 1024);
	/* one that a reset does not free cannot be used */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SCH_REG(GPUVF_SCH_ACTIVE_FCN_ID), 0x80000003);
	refuses(-EIO, "cannot be quiesced");
	assert_int_equal(resets, 1);
}

static void capabilities_are_what_there_is(void **state)
{
	const u32 always = GPUVF_CAPABILITY_FRAMEBUFFER |
			   GPUVF_CAPABILITY_TIME_SLICE |
			   GPUVF_CAPABILITY_INTERRUPT;

	(void)state;
	/* a card is taken to have what is documented */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	has_sim = false;
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->caps.capabilities, always |
			 GPUVF_CAPABILITY_BUSY | GPUVF_CAPABILITY_SHUTDOWN);
	assert_int_equal(hw->caps.access_alone_ms, 3000);
	assert_int_equal(hw->caps.access_limit_ms, 1500);
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_ID, GPUVF_SIM_FEATURE_SCRUB);
	put32(SIM + GPUVF_SIM_ACCESS, 5000 << 16 | 700);
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->caps.capabilities, always | GPUVF_CAPABILITY_SCRUB);
	assert_int_equal(hw->caps.access_alone_ms, 5000);
	assert_int_equal(hw->caps.access_limit_ms, 700);
}

static void reserved(unsigned int start_mib, unsigned int mib)
{
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_RESERVED(2), start_mib);
	put32(SIM + GPUVF_SIM_RESERVED(2) + 4, mib);
}

static void alignment(unsigned int mib)
{
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_FB_ALIGN, mib);
}

static void geometry_is_checked(void **state)
{
	(void)state;
	reserved(1020, 8);
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->caps.fb.num_reserved, 1);
	assert_int_equal(hw->caps.fb.reserved[0].start, 1008 * MIB);
	assert_int_equal(hw->caps.fb.reserved[0].size, 32 * MIB);
	reserved(8190, 3);
	refuses(-EINVAL, "reserved range of 3 MiB");
	alignment(64);
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->caps.fb.align_bytes, 64 * MIB);
	assert_int_equal(hw->caps.fb.unit_bytes, 16 * MIB);
	alignment(0);
	assert_int_equal(probe(), 0);
	assert_int_equal(hw->caps.fb.align_bytes, 16 * MIB);
	alignment(48);
	refuses(-EINVAL, "48 MiB");
	alignment(8);
	refuses(-EINVAL, "8 MiB");
}

static void refuses_totals_of_v1_without_sense(void **state)
{
	(void)state;
	new_v1();
	put16(IOV + 0x26, 8191);
	refuses(-EINVAL, "8191");
	new_v1();
	put_header(IOV, GPUVF_IOV_VSEC_ID, 9, 0x6c);
	refuses(-ENODEV, "revision 9");
}

static void migration_is_by_the_registers_for_it(void **state)
{
	const struct gpuvf_migrate_ops *ops;
	u32 reg[GPUVF_SIM_MIG_NUM_REGS];
	unsigned int i;
	u64 next;

	(void)state;
	/* without the feature, or too short for it, there is none */
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	assert_int_equal(probe(), 0);
	assert_false(gpuvf_hw_can_migrate(hw));
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_ID, ~0U & ~0xff);
	put_header(SIM, GPUVF_SIM_VSEC_ID, GPUVF_SIM_VSEC_REV, 0xac);
	assert_int_equal(probe(), 0);
	assert_false(gpuvf_hw_can_migrate(hw));
	new_v1();
	put32(SIM + GPUVF_SIM_ID, ~0U & ~0xff);
	assert_int_equal(probe(), 0);
	assert_false(gpuvf_hw_can_migrate(hw));

	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_ID, GPUVF_SIM_FEATURE_MIGRATE);
	assert_int_equal(probe(), 0);
	assert_true(gpuvf_hw_can_migrate(hw));
	ops = hw->ops->migrate;
	assert_int_equal(hw->caps.num_registers, 17);
	for (i = 0; i < 17; i++)
		migrate_regs[7][i] = i == 3 ? ~0U : 0x1000 + i;
	assert_int_equal(ops->get_registers(hw, 7, reg), 0);
	assert_memory_equal(reg, migrate_regs[7], sizeof(reg));
	assert_int_equal(ops->set_registers(hw, 2, reg), 0);
	assert_memory_equal(reg, migrate_regs[2], sizeof(reg));
	/* the PF's slot is the first one */
	assert_int_equal(ops->context_offset(hw, 0), 256 * 1024);
	assert_int_equal(ops->context_offset(hw, 30), 31 * 256 * 1024);
	fb_next = (5ULL << 32) + 0x3000;
	assert_int_equal(ops->fb_next(hw, 5ULL << 32, &next), 0);
	assert_true(next == fb_next);
	/* another reader has moved the port on, each time */
	fb_next = (5ULL << 32) + 0x3004;
	assert_int_equal(ops->fb_next(hw, 5ULL << 32, &next), -EIO);
	fb_next = 0x1000;
	assert_int_equal(ops->fb_next(hw, 5ULL << 32, &next), -EIO);
}

static void adopt_says_how_it_ended(void **state)
{
	const struct gpuvf_migrate_ops *ops;
	u32 reg[GPUVF_SIM_MIG_NUM_REGS];

	(void)state;
	new_gpu(GPUVF_IOV_VSEC_REV_V3);
	put32(SIM + GPUVF_SIM_ID, GPUVF_SIM_FEATURE_MIGRATE);
	assert_int_equal(probe(), 0);
	ops = hw->ops->migrate;
	memset(reg, 0, sizeof(reg));
	/* what it reads makes no sense: it may have it */
	assert_int_equal(ops->adopt(hw, 9), -EIO);
	assert_int_equal(get32(SIM + GPUVF_SIM_MIG_VF), 9);
	assert_int_equal(get32(SIM + GPUVF_SIM_MIG_ADOPT), 1);
	stuck = SIM + GPUVF_SIM_MIG_ADOPT;
	stuck_bits = ~0U;
	put32(stuck, GPUVF_SIM_MIG_ADOPTED);
	assert_int_equal(ops->adopt(hw, 9), 0);
	put32(stuck, GPUVF_SIM_MIG_REFUSED);
	assert_int_equal(ops->adopt(hw, 9), -EINVAL);
	put32(stuck, GPUVF_SIM_MIG_NOTHING);
	assert_int_equal(ops->adopt(hw, 9), -EINVAL);
	/* it is about another VF: nothing is done */
	put32(stuck, GPUVF_SIM_MIG_ADOPTED);
	stuck = SIM + GPUVF_SIM_MIG_VF;
	num_written = 0;
	assert_int_equal(ops->adopt(hw, 8), -EINVAL);
	assert_int_equal(num_written, 1);
	assert_int_equal(ops->set_registers(hw, 8, reg), -EUCLEAN);
	assert_int_equal(num_written, 2);
	stuck = 0;
	all_ones = true;
	assert_int_equal(ops->adopt(hw, 9), -EINVAL);
	assert_int_equal(ops->get_registers(hw, 9, reg), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_reset_has_lost_is_rewritten),
		cmocka_unit_test(what_does_not_read_back_is_an_error),
		cmocka_unit_test(commands_are_those_of_the_register_page),
		cmocka_unit_test(status_of_v3_tells_how_a_command_ended),
		cmocka_unit_test(v1_tests_the_engine_unless_the_pf_has_it),
		cmocka_unit_test(test_of_the_engine_is_waited_for),
		cmocka_unit_test(interrupts_become_events),
		cmocka_unit_test(enable_bits_are_kept_as_far_as_there_are_some),
		cmocka_unit_test(quanta_are_never_too_short),
		cmocka_unit_test(scrub_engine_gets_whole_extents),
		cmocka_unit_test(port_to_framebuffer_knows_more_than_4_gib),
		cmocka_unit_test(mail_goes_by_the_handshake),
		cmocka_unit_test(acknowledgment_is_seen_when_the_message_is_gone),
		cmocka_unit_test(migration_is_by_the_registers_for_it),
		cmocka_unit_test(adopt_says_how_it_ended),
		cmocka_unit_test(probe_leaves_the_hardware_quiet),
		cmocka_unit_test(capabilities_are_what_there_is),
		cmocka_unit_test(geometry_is_checked),
		cmocka_unit_test(refuses_totals_of_v1_without_sense),
	};
	int failed = cmocka_run_group_tests_name("operations of backends", tests,
						 NULL, NULL);

	free(hw);
	return failed;
}
