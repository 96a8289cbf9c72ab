// SPDX-License-Identifier: GPL-2.0
/*
 * Backend for GPUs with the GPU-IOV capability, generation v1, which the FirePro S7150
 * has: everything in the PF's configuration space, see hw/regs.h.
 *
 * There is one scheduler, which says that a command executes and how it ended, and
 * nothing else. So:
 *
 *	a command		is polled
 *	no entry of the table	parked VFs have a unit of the PF's, the same for
 *	is empty		all
 *	INIT of a VF takes over	before it the PF is given the engine and taken off:
 *	the engine's registers	INIT, RUN, IDLE, SAVE
 *	no register tells who	the scheduler's own state is loaded, as after an FLR:
 *	has the engine		it takes no command while a function hangs
 *
 * CONTEXT_SWITCH, which AMD's driver for this generation never uses, is not used here
 * either.
 */

#include <linux/bitfield.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/regs.h"
#include "hw/sim_port.h"

/* what AMD's driver for this generation gives a command; section 2.3 */
#define V1_COMMAND_LIMIT_US	2000000
#define V1_INIT_LIMIT_US	3000000

/* and its time slices, the longest of which are for a VF that is alone; section 3.3 */
#define V1_TIME_SLICE_MIN_US	1000
#define V1_TIME_SLICE_MAX_US	500000

/*
 * AMD's driver leaves the PF 16 MiB at the least, which are the PF's own. The unit after
 * them belongs to the PF reserve too, unless that is so small.
 */
#define V1_PARK_UNIT		1

#define V1_CAPABILITIES		(GPUVF_CAPABILITY_FRAMEBUFFER | \
				 GPUVF_CAPABILITY_TIME_SLICE)

/**
 * struct v1_way - commands of the PF, which has the engine from the first on
 * @num: how many
 * @code: GPUVF_CMD_*
 */
struct v1_way {
	unsigned int num;
	u8 code[5];
};

/* before INIT of a VF */
static const struct v1_way v1_init = {
	5, { GPUVF_CMD_INIT_GPU, GPUVF_CMD_RUN_GPU, GPUVF_CMD_IDLE_GPU,
	     GPUVF_CMD_SAVE_GPU_STATE, GPUVF_CMD_SAVE_RLCV_STATE }
};

/* after a command that was refused: the first one is, too, unless the engine is free */
static const struct v1_way v1_probe_engine = {
	4, { GPUVF_CMD_LOAD_GPU_STATE, GPUVF_CMD_RUN_GPU, GPUVF_CMD_IDLE_GPU,
	     GPUVF_CMD_SAVE_GPU_STATE }
};

/**
 * struct v1 - a GPU of this generation
 * @port: what the layers above see, and the SIM capability
 * @cap: GPU-IOV capability in the PF's configuration space
 * @vf: VF of the last command
 * @init: that is INIT, and no test of the engine came after it
 * @way: what the PF has to do for it; NULL: nothing, or no more
 * @step: of @way: the one under way, or that failed, with which the PF has the engine
 * @rlcv_saved: &v1_init was done since the GPU was reset last, or probed: no VF had the
 *	engine before
 */
struct v1 {
	struct gpuvf_sim_port port;
	int cap;
	unsigned int vf;
	bool init;
	const struct v1_way *way;
	unsigned int step;
	bool rlcv_saved;
};

static_assert(!offsetof(struct v1, port.hw));

static struct v1 *to_v1(struct gpuvf_hw *hw)
{
	return container_of(hw, struct v1, port.hw);
}

/* there are none */
static void v1_irq_enable(struct gpuvf_hw *hw, bool on)
{
}

static void v1_irq_events(struct gpuvf_hw *hw, struct gpuvf_hw_events *events)
{
}

/*
 * Framebuffer
 */

static u32 v1_context(const struct gpuvf_extent *context)
{
	return FIELD_PREP(GPUVF_IOV_CNTXT_SIZE, 1) |
	       FIELD_PREP(GPUVF_IOV_CNTXT_OFFSET,
			  context->start / GPUVF_IOV_CNTXT_UNIT);
}

static u16 v1_consumed(const struct gpuvf_hw *hw, u64 reserve_bytes)
{
	return (hw->caps.fb.total_bytes - reserve_bytes) / SZ_1M;
}

static u32 v1_entry(const struct gpuvf_extent *extent)
{
	return FIELD_PREP(GPUVF_IOV_VF_FB_SIZE,
			  extent->size / GPUVF_IOV_VF_FB_UNIT - 1) |
	       FIELD_PREP(GPUVF_IOV_VF_FB_OFFSET,
			  extent->start / GPUVF_IOV_VF_FB_UNIT);
}

static int v1_set_reserve(struct gpuvf_hw *hw, u64 reserve_bytes,
			  const struct gpuvf_extent *context)
{
	const int cap = to_v1(hw)->cap;
	const int reg = cap + GPUVF_IOV_V1_FB_CONSUMED;
	u16 consumed = v1_consumed(hw, reserve_bytes);
	u16 kept;
	int err;

	err = gpuvf_hw_set32(hw, cap + GPUVF_IOV_V1_CNTXT,
			     v1_context(context));
	if (err)
		return err;
	if (pci_write_config_word(hw->pdev, reg, consumed) ||
	    pci_read_config_word(hw->pdev, reg, &kept))
		return -EIO;
	return kept == consumed ? 0 : -EUCLEAN;
}

/* the size is never 0 in what v1_set_reserve() writes */
static int v1_has_reserve(struct gpuvf_hw *hw)
{
	u32 context;
	int err;

	err = gpuvf_hw_read32(hw, to_v1(hw)->cap + GPUVF_IOV_V1_CNTXT,
			      &context);
	return err ? err : context && !gpuvf_hw_is_wiped(hw->pdev);
}

static int v1_set_vf_fb(struct gpuvf_hw *hw, unsigned int vf,
			const struct gpuvf_extent *extent)
{
	/* the half with the offset does not take 16 bits */
	return gpuvf_hw_set32(hw, to_v1(hw)->cap + GPUVF_IOV_V1_VF_FB(vf),
			      v1_entry(extent));
}

static int v1_park_vf(struct gpuvf_hw *hw, unsigned int vf)
{
	return v1_set_vf_fb(hw, vf, &hw->caps.park);
}

static int v1_verify_vf(struct gpuvf_hw *hw, unsigned int vf,
			const struct gpuvf_extent *extent, u64 reserve_bytes,
			const struct gpuvf_extent *context)
{
	const struct v1 *v1 = to_v1(hw);
	const struct gpuvf_extent *wanted = extent ?: &hw->caps.park;
	const u32 consumed = v1_consumed(hw, reserve_bytes);
	int entry, save, reserve, err = 0;

	entry = gpuvf_hw_verify32(hw, vf, "VF_FB",
				  v1->cap + GPUVF_IOV_V1_VF_FB(vf), ~0U,
				  v1_entry(wanted));
	save = gpuvf_hw_verify32(hw, vf, "CNTXT",
				 v1->cap + GPUVF_IOV_V1_CNTXT, ~0U,
				 v1_context(context));
	/* in the upper half of this dword */
	reserve = gpuvf_hw_verify32(hw, vf, "FB_CONSUMED",
				    v1->cap + GPUVF_IOV_V1_FB_AVAILABLE,
				    0xffff0000, consumed << 16);
	if (entry < 0 || save < 0 || reserve < 0)
		return -EIO;
	if (save || reserve)
		err = v1_set_reserve(hw, reserve_bytes, context);
	if (entry && !err)
		err = v1_set_vf_fb(hw, vf, wanted);
	return err;
}

/*
 * Commands
 */

static int v1_issue(struct gpuvf_hw *hw, u8 code, u8 fcn)
{
	return gpuvf_hw_write32(hw, to_v1(hw)->cap + GPUVF_IOV_V1_SCH +
				GPUVF_SCH_CMD,
				FIELD_PREP(GPUVF_SCH_CMD_CODE, code) |
				GPUVF_SCH_CMD_EXECUTE |
				FIELD_PREP(GPUVF_SCH_CMD_FCN, fcn));
}

static int v1_begin(struct gpuvf_hw *hw, const struct v1_way *way)
{
	struct v1 *v1 = to_v1(hw);

	v1->way = way;
	v1->step = 0;
	return v1_issue(hw, way->code[0], GPUVF_FCN_PF);
}

static int v1_command(struct gpuvf_hw *hw, enum gpuvf_hw_cmd cmd,
		      unsigned int vf, unsigned int next)
{
	/* others do not exist, and are not given */
	static const u8 codes[GPUVF_HW_NUM_CMDS] = {
		[GPUVF_HW_IDLE] = GPUVF_CMD_IDLE_GPU,
		[GPUVF_HW_SAVE] = GPUVF_CMD_SAVE_GPU_STATE,
		[GPUVF_HW_LOAD] = GPUVF_CMD_LOAD_GPU_STATE,
		[GPUVF_HW_RUN] = GPUVF_CMD_RUN_GPU,
	};
	struct v1 *v1 = to_v1(hw);

	v1->vf = vf;
	v1->init = cmd == GPUVF_HW_INIT;
	v1->way = NULL;
	return v1->init ? v1_begin(hw, &v1_init) :
			  v1_issue(hw, codes[cmd], GPUVF_FCN_VF(vf));
}

/* of the command that was issued last. 0; -EINPROGRESS; -EIO: it does not answer */
static int v1_read_status(struct gpuvf_hw *hw, u32 *status)
{
	const int sch = to_v1(hw)->cap + GPUVF_IOV_V1_SCH;
	u32 cmd;

	if (gpuvf_hw_read32(hw, sch + GPUVF_SCH_CMD, &cmd) ||
	    gpuvf_hw_read32(hw, sch + GPUVF_SCH_CMD_STATUS, status))
		return -EIO;
	*status &= 0xff;
	return cmd & GPUVF_SCH_CMD_EXECUTE ? -EINPROGRESS : 0;
}

static bool v1_is_refused(u32 status)
{
	return status == GPUVF_STATUS_UNSUPPORTED ||
	       status == GPUVF_STATUS_ABORTED;
}

/* a command of the PF is over: what follows */
static int v1_go_on(struct gpuvf_hw *hw, u32 status)
{
	struct v1 *v1 = to_v1(hw);
	const struct v1_way *way = v1->way;
	int err;

	if (status != GPUVF_STATUS_DONE) {
		/* a VF has the engine, and not the PF */
		if (way == &v1_probe_engine && !v1->step &&
		    v1_is_refused(status))
			v1->way = NULL;
		return -EIO;
	}
	if (++v1->step < way->num) {
		err = v1_issue(hw, way->code[v1->step], GPUVF_FCN_PF);
		return err ?: -EINPROGRESS;
	}
	v1->way = NULL;
	if (way == &v1_probe_engine)
		return -ECANCELED;
	v1->rlcv_saved = true;
	err = v1_issue(hw, GPUVF_CMD_INIT_GPU, GPUVF_FCN_VF(v1->vf));
	return err ?: -EINPROGRESS;
}

/*
 * A command is refused when the user of its VF has reset it, and by hardware that fails:
 * the core has to know whether the engine is free then.
 */
static int v1_command_status(struct gpuvf_hw *hw)
{
	struct v1 *v1 = to_v1(hw);
	u32 status;
	int err;

	err = v1_read_status(hw, &status);
	if (err)
		return err;
	if (v1->way)
		return v1_go_on(hw, status);
	if (status == GPUVF_STATUS_DONE)
		return 0;
	if (!v1_is_refused(status))
		return -EIO;
	if (v1->init)
		return -ECANCELED;
	err = v1_begin(hw, &v1_probe_engine);
	return err ?: -EINPROGRESS;
}

/*
 * Nothing says who is on the engine. A VF that was made to leave, or was reset, is not,
 * nor one whose command was refused with -ECANCELED. So it is free, unless a function
 * hangs: then the last command, which may be v1_engine_test()'s, was not taken.
 */
static int v1_engine_state(struct gpuvf_hw *hw)
{
	struct v1 *v1 = to_v1(hw);
	int err, has_reserve;
	u32 status;

	err = v1_read_status(hw, &status);
	if (err)
		return err == -EINPROGRESS ? -EBUSY : err;
	has_reserve = v1_has_reserve(hw);
	if (has_reserve < 0)
		return has_reserve;
	if (!has_reserve) {
		/* the GPU was reset */
		v1->way = NULL;
		v1->rlcv_saved = false;
	}
	if (v1->way)
		return -EBUSY;
	if (!v1->rlcv_saved || status == GPUVF_STATUS_DONE)
		return 0;
	/* the PF had the engine, and left it, right before INIT */
	return v1->init && v1_is_refused(status) ? 0 : -EBUSY;
}

static int v1_engine_test(struct gpuvf_hw *hw)
{
	struct v1 *v1 = to_v1(hw);
	u32 status;
	int err;

	err = v1_read_status(hw, &status);
	if (err || v1->way || !v1->rlcv_saved)
		return err;
	v1->init = false;
	return v1_issue(hw, GPUVF_CMD_LOAD_RLCV_STATE, GPUVF_FCN_PF);
}

/*
 * Probe
 */

static int v1_probe_fb(struct v1 *v1)
{
	struct gpuvf_hw *hw = &v1->port.hw;
	struct gpuvf_fb_geometry *fb = &hw->caps.fb;
	u32 val, mib, consumed;

	if (gpuvf_hw_probe_read32(hw, v1->cap + GPUVF_IOV_V1_FB_AVAILABLE,
				  "TOTAL_FB_AVAILABLE", &val))
		return -EIO;
	mib = val & 0xffff;
	consumed = val >> 16;
	if (!mib || consumed > mib) {
		pci_err(hw->pdev, "%u MiB of framebuffer, of which %u are consumed: 1 to %llu are possible\n",
			mib, consumed, (u64)U16_MAX);
		return -EINVAL;
	}
	fb->unit_bytes = GPUVF_IOV_VF_FB_UNIT;
	fb->align_bytes = GPUVF_IOV_VF_FB_UNIT;
	fb->total_bytes = (u64)mib * SZ_1M;
	fb->context_align_bytes = GPUVF_IOV_CNTXT_UNIT;
	hw->caps.context_slot_bytes = GPUVF_IOV_CNTXT_UNIT;
	hw->caps.park.start = V1_PARK_UNIT * GPUVF_IOV_VF_FB_UNIT;
	hw->caps.park.size = GPUVF_IOV_VF_FB_UNIT;
	return 0;
}

static void v1_set_limits(struct gpuvf_hw *hw)
{
	struct gpuvf_hw_caps *caps = &hw->caps;
	unsigned int i;

	caps->total_vfs = GPUVF_IOV_V1_MAX_VFS;
	caps->time_slice_min_us = V1_TIME_SLICE_MIN_US;
	caps->time_slice_max_us = V1_TIME_SLICE_MAX_US;
	for (i = 0; i < GPUVF_HW_NUM_CMDS; i++)
		caps->command_limit_us[i] = V1_COMMAND_LIMIT_US;
	caps->command_limit_us[GPUVF_HW_INIT] = V1_INIT_LIMIT_US;
}

static int v1_probe(struct gpuvf_hw *hw)
{
	struct v1 *v1 = to_v1(hw);
	unsigned int length;
	u32 header;
	int err;

	v1->cap = pci_find_vsec_capability(hw->pdev, hw->pdev->vendor,
					   GPUVF_IOV_VSEC_ID);
	if (!v1->cap ||
	    gpuvf_hw_read32(hw, v1->cap + PCI_VNDR_HEADER, &header) ||
	    PCI_VNDR_HEADER_REV(header) != GPUVF_IOV_VSEC_REV_V1)
		return -ENODEV;
	length = PCI_VNDR_HEADER_LEN(header);
	if (length < GPUVF_IOV_V1_VSEC_LENGTH) {
		pci_err(hw->pdev, "GPU-IOV capability of %u bytes, revision %u needs %u\n",
			length, GPUVF_IOV_VSEC_REV_V1, GPUVF_IOV_V1_VSEC_LENGTH);
		return -EINVAL;
	}
	v1_set_limits(hw);
	err = gpuvf_sim_probe(hw);
	if (err)
		return err;
	/* whatever else the SIM capability says, this generation does not have it */
	hw->caps.capabilities &= GPUVF_CAPABILITY_SCRUB;
	hw->caps.capabilities |= V1_CAPABILITIES;
	return v1_probe_fb(v1);
}

const struct gpuvf_hw_ops gpuvf_iov_v1_ops = {
	.name = "gpu-iov-v1",
	.size = sizeof(struct v1),
	.probe = v1_probe,
	.irq_enable = v1_irq_enable,
	.irq_events = v1_irq_events,
	.set_reserve = v1_set_reserve,
	.has_reserve = v1_has_reserve,
	.set_vf_fb = v1_set_vf_fb,
	.park_vf = v1_park_vf,
	.command = v1_command,
	.command_status = v1_command_status,
	.engine_state = v1_engine_state,
	.engine_test = v1_engine_test,
	.scrub_start = gpuvf_sim_scrub_start,
	.scrub_context_start = gpuvf_sim_scrub_context_start,
	.scrub_status = gpuvf_sim_scrub_status,
	.scrub_abort = gpuvf_sim_scrub_abort,
	.verify_vf = v1_verify_vf,
	.fb_write = gpuvf_sim_fb_write,
	.fb_read = gpuvf_sim_fb_read,
};
