// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration and requests of the module over an engine that switches by itself: run list
 * and time slices are registers, four 8-bit values in ms and for each VF which of them
 * (gpu-iov register page, section 1.5). What such an engine cannot hold is rounded in the
 * plan, which a dry run shows, and read back after a commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/pf.h"
#include "config/config.h"
#include "config/request.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

#define MIB		(1ULL << 20)
#define VFS		8
#define MAX_MS		255
#define NUM_QUANTA	4
#define GFX		GPUVF_ENGINE_ID_GFX

/**
 * struct quanta - an engine that switches by itself, with its registers
 * @base: what the layers above see
 * @run_list: bit n: VF n
 * @option: four time slices, ms
 * @per_vf: 2 bits for each VF: which of them
 * @blocked: no VF that has not started starts
 * @sticky: a register that does not take the last time slice
 * @configured: how often it was configured
 */
struct quanta {
	struct gpuvf_engine base;
	u32 run_list;
	u32 option;
	u32 per_vf;
	bool blocked;
	bool sticky;
	unsigned int configured;
};

static struct gpuvf_pf *pf;
static struct gpuvf_hw hw;
static struct quanta engine;
static struct pci_dev pdev;
/* what the hardware has: the table, and what was written besides */
static struct gpuvf_extent table[VFS];
static u32 parked;
static unsigned int table_writes;
static struct gpuvf_request req;

/*
 * The first value of at least what is asked for; when all are taken, the shortest of
 * those that are longer, or else the last one becomes longer.
 */
static unsigned int choose_value(u8 *value, u8 ms)
{
	unsigned int i, best = NUM_QUANTA - 1;

	for (i = 0; i < NUM_QUANTA; i++) {
		if (!value[i] || value[i] == ms) {
			value[i] = ms;
			return i;
		}
		if (value[i] > ms &&
		    (value[best] < ms || value[i] < value[best]))
			best = i;
	}
	value[best] = max(value[best], ms);
	return best;
}

/* the registers for a configuration */
static void make_registers(const struct gpuvf_config *cfg, u32 *option,
			   u32 *per_vf)
{
	u8 value[NUM_QUANTA] = { };
	unsigned int i;

	*per_vf = 0;
	*option = 0;
	for (i = 0; i < VFS; i++)
		*per_vf |= choose_value(value, (cfg->vf[i].engine[GFX].time_slice_us +
						999) / 1000) << 2 * i;
	for (i = 0; i < NUM_QUANTA; i++)
		*option |= (u32)value[i] << 8 * i;
}

static void read_registers(u32 option, u32 per_vf, struct gpuvf_config *cfg)
{
	unsigned int i;

	for (i = 0; i < VFS; i++)
		cfg->vf[i].engine[GFX].time_slice_effective_us =
			(option >> 8 * (per_vf >> 2 * i & 3) & 0xff) * 1000;
}

static void quanta_round(struct gpuvf_engine *e, struct gpuvf_config *cfg)
{
	u32 option, per_vf;

	(void)e;
	make_registers(cfg, &option, &per_vf);
	read_registers(option, per_vf, cfg);
}

static void quanta_configure(struct gpuvf_engine *e, struct gpuvf_config *cfg)
{
	struct quanta *q = container_of(e, struct quanta, base);
	u32 option = q->option;

	make_registers(cfg, &q->option, &q->per_vf);
	if (q->sticky)
		q->option = (q->option & 0x00ffffff) | (option & 0xff000000);
	read_registers(q->option, q->per_vf, cfg);
	q->configured++;
}

static void quanta_set_enabled(struct gpuvf_engine *e, u32 vfs)
{
	container_of(e, struct quanta, base)->run_list &= vfs;
}

static u32 quanta_set_runnable(struct gpuvf_engine *e, u32 vfs)
{
	container_of(e, struct quanta, base)->run_list = vfs;
	return vfs;
}

static void quanta_block_first_start(struct gpuvf_engine *e, bool block)
{
	struct quanta *q = container_of(e, struct quanta, base);

	/* it cannot hold VFs back one by one: those that have not started leave */
	q->blocked = block;
	if (block)
		q->run_list &= e->started;
}

static bool quanta_evict(struct gpuvf_engine *e, unsigned int vf)
{
	container_of(e, struct quanta, base)->run_list &= ~BIT(vf);
	return !(e->started & BIT(vf));
}

static void quanta_take_report(struct gpuvf_engine *e,
			       struct gpuvf_engine_report *report)
{
	*report = (struct gpuvf_engine_report){ .started = e->started };
}

static void quanta_end_report(struct gpuvf_engine *e,
			      const struct gpuvf_engine_report *report)
{
	(void)e;
	(void)report;
}

static const struct gpuvf_engine_ops quanta_ops = {
	.round = quanta_round,
	.configure = quanta_configure,
	.set_enabled = quanta_set_enabled,
	.set_runnable = quanta_set_runnable,
	.block_first_start = quanta_block_first_start,
	.evict = quanta_evict,
	.take_report = quanta_take_report,
	.end_report = quanta_end_report,
};

static int hw_set_reserve(struct gpuvf_hw *h, u64 reserve_bytes,
			  const struct gpuvf_extent *context)
{
	(void)h;
	(void)reserve_bytes;
	(void)context;
	return 0;
}

static int hw_set_vf_fb(struct gpuvf_hw *h, unsigned int vf,
			const struct gpuvf_extent *extent)
{
	(void)h;
	assert_int_not_equal(extent->size, 0);
	/* it would start on what is not its own yet */
	assert_true(engine.blocked);
	table[vf] = *extent;
	parked &= ~BIT(vf);
	table_writes++;
	return 0;
}

static int hw_park_vf(struct gpuvf_hw *h, unsigned int vf)
{
	(void)h;
	parked |= BIT(vf);
	table_writes++;
	return 0;
}

static const struct gpuvf_hw_ops hw_ops = {
	.name = "double",
	.set_reserve = hw_set_reserve,
	.set_vf_fb = hw_set_vf_fb,
	.park_vf = hw_park_vf,
};

/* the layers beside: nothing needs scrubbing, and no VF is in use */

struct gpuvf_engine *gpuvf_soft_create(struct gpuvf_pf *p,
				       enum gpuvf_engine_id id)
{
	(void)p;
	(void)id;
	return &engine.base;
}

int gpuvf_scrub_check(struct gpuvf_pf *p, struct gpuvf_error *error)
{
	(void)p;
	(void)error;
	return 0;
}

const struct gpuvf_extent *gpuvf_scrub_quarantined_locked(struct gpuvf_pf *p,
							  unsigned int *num)
{
	*num = 0;
	return p->scrub.blocked;
}

bool gpuvf_scrub_is_clean_locked(struct gpuvf_pf *p,
				 const struct gpuvf_extent *extent)
{
	(void)p;
	(void)extent;
	return true;
}

int gpuvf_scrub_cancel_locked(struct gpuvf_pf *p)
{
	(void)p;
	return 0;
}

int gpuvf_scrub_retry_locked(struct gpuvf_pf *p, struct gpuvf_error *error)
{
	(void)p;
	(void)error;
	return 0;
}

void gpuvf_scrub_kick_locked(struct gpuvf_pf *p)
{
	(void)p;
}

void gpuvf_scrub_mark_locked(struct gpuvf_pf *p, unsigned int vf)
{
	(void)p;
	(void)vf;
}

void gpuvf_scrub_mark_reserved_locked(struct gpuvf_pf *p)
{
	(void)p;
}

void gpuvf_scrub_mark_contexts_locked(struct gpuvf_pf *p)
{
	(void)p;
}

void gpuvf_scrub_measure_locked(struct gpuvf_pf *p)
{
	(void)p;
}

u32 gpuvf_vfs_reap_locked(struct gpuvf_pf *p)
{
	struct gpuvf_engine_report report;

	gpuvf_engine_take_report(p, &report);
	gpuvf_engine_end_report(p, &report);
	return report.started;
}

void gpuvf_vfs_update_locked(struct gpuvf_pf *p)
{
	unsigned int i;
	u32 vfs = 0;

	p->unsettled = false;
	gpuvf_table_update_locked(p);
	for (i = 0; i < p->num_vfs; i++)
		if (gpuvf_vf_has_quota(&p->vf[i]))
			vfs |= BIT(i);
	gpuvf_engine_set_runnable(p, vfs);
}

bool gpuvf_vf_in_use_locked(struct gpuvf_vf *vf)
{
	return gpuvf_engine_started(vf->pf) & BIT(vf->index);
}

enum gpuvf_vf_state gpuvf_vf_state_locked(struct gpuvf_vf *vf)
{
	(void)vf;
	return GPUVF_VF_STATE_PROVISIONED;
}

void gpuvf_vf_pause_locked(struct gpuvf_vf *vf)
{
	vf->paused = true;
}

void gpuvf_vf_resume_locked(struct gpuvf_vf *vf)
{
	vf->paused = false;
}

void gpuvf_vf_stop_locked(struct gpuvf_vf *vf)
{
	vf->stopped = true;
}

void gpuvf_region_reset_locked(struct gpuvf_vf *vf)
{
	(void)vf;
}

void gpuvf_reset_vf_locked(struct gpuvf_vf *vf)
{
	(void)vf;
}

int gpuvf_reset_vf_wait(struct gpuvf_vf *vf, struct gpuvf_error *error)
{
	(void)vf;
	(void)error;
	return 0;
}

int gpuvf_reset_pf_locked(struct gpuvf_pf *p, struct gpuvf_error *error)
{
	(void)p;
	(void)error;
	return 0;
}

int gpuvf_reset_pf_wait(struct gpuvf_pf *p, struct gpuvf_error *error)
{
	(void)p;
	(void)error;
	return 0;
}

void gpuvf_pf_settle_locked(struct gpuvf_pf *p)
{
	if (p->unsettled)
		gpuvf_vfs_update_locked(p);
}

void gpuvf_pf_unlock(struct gpuvf_pf *p)
{
	gpuvf_pf_settle_locked(p);
	mutex_unlock(&p->lock);
}

void gpuvf_pf_changed_locked(struct gpuvf_pf *p)
{
	p->revision++;
}

void gpuvf_pf_retimed_locked(struct gpuvf_pf *p)
{
	p->revision++;
}

void gpuvf_pf_wedge_locked(struct gpuvf_pf *p, const char *what)
{
	(void)p;
	fail_msg("wedged by %s", what);
}

int gpuvf_pf_check_locked(struct gpuvf_pf *p, u32 even,
			  struct gpuvf_error *error)
{
	(void)p;
	(void)even;
	(void)error;
	return 0;
}

int gpuvf_pf_check_index(struct gpuvf_pf *p, u32 index,
			 struct gpuvf_error *error)
{
	(void)error;
	return index < p->total_vfs ? 0 : -EINVAL;
}

struct class *gpuvf_class;

void stub_log(struct pci_dev *dev, const char *format, ...)
{
	(void)dev;
	(void)format;
}

static int set_up(void **state)
{
	unsigned int i;

	(void)state;
	pf = calloc(1, sizeof(*pf));
	pdev.dev.name = "0000:41:00.0";
	pf->dev.name = pdev.dev.name;
	pf->pdev = &pdev;
	pf->hw = &hw;
	pf->total_vfs = VFS;
	for (i = 0; i < GPUVF_MAX_VFS; i++) {
		pf->vf[i].pf = pf;
		pf->vf[i].index = i;
	}
	hw = (struct gpuvf_hw){
		.ops = &hw_ops,
		.pdev = &pdev,
		.caps.capabilities = GPUVF_CAPABILITY_FRAMEBUFFER |
				     GPUVF_CAPABILITY_TIME_SLICE,
		.caps.fb = {
			.total_bytes = 1024 * MIB,
			.unit_bytes = 16 * MIB,
			.align_bytes = 16 * MIB,
			.context_bytes = 16 * MIB,
			.context_align_bytes = MIB,
		},
	};
	engine = (struct quanta){
		.base.ops = &quanta_ops,
		.base.pf = pf,
		.base.id = GFX,
		.base.time_slice_min_us = 1000,
		.base.time_slice_max_us = MAX_MS * 1000,
		.base.full_access = GPUVF_VF_NONE,
	};
	parked = 0;
	assert_int_equal(gpuvf_engine_init(pf), 0);
	mutex_lock(&pf->lock);
	assert_int_equal(gpuvf_config_init(pf), 0);
	gpuvf_engine_configure(pf);
	mutex_unlock(&pf->lock);
	pf->num_vfs = VFS;
	table_writes = 0;
	memset(&req, 0, sizeof(req));
	gpuvf_request_init(&req, GPUVF_OP_CONFIGURE);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	free(pf);
	return 0;
}

/* one more VF of the request, with its time slice */
static void ask(unsigned int vf, u32 slice_us)
{
	req.vf[req.num_vfs++] = (struct gpuvf_request_vf){
		.index = vf,
		.set = GPUVF_SET_TIME_SLICE,
		.engine = GFX,
		.time_slice_us = slice_us,
	};
}

static u32 effective(const struct gpuvf_config *cfg, unsigned int vf)
{
	return cfg->vf[vf].engine[GFX].time_slice_effective_us;
}

static void probe_parks_all_and_holds_defaults(void **state)
{
	(void)state;
	assert_int_equal(parked, GENMASK(VFS - 1, 0));
	assert_int_equal(effective(&pf->config, 0), 6000);
	assert_int_equal(engine.option, 6);
	assert_int_equal(engine.per_vf, 0);
}

static void a_dry_run_shows_rounded_slices_and_changes_nothing(void **state)
{
	u32 option = engine.option, per_vf = engine.per_vf;
	unsigned int configured = engine.configured;

	(void)state;
	req.dry_run = true;
	ask(0, 2500);
	ask(1, 2001);
	assert_int_equal(gpuvf_request_do(pf, &req), 0);
	assert_true(req.changed);
	assert_int_equal(req.result.vf[0].engine[GFX].time_slice_us, 2500);
	assert_int_equal(effective(&req.result, 0), 3000);
	assert_int_equal(effective(&req.result, 1), 3000);
	assert_int_equal(effective(&req.result, 2), 6000);
	assert_int_equal(pf->config.vf[0].engine[GFX].time_slice_us, 6000);
	assert_int_equal(engine.option, option);
	assert_int_equal(engine.per_vf, per_vf);
	assert_int_equal(engine.configured, configured);
	assert_int_equal(pf->revision, 0);
}

static void a_commit_holds_what_the_dry_run_showed(void **state)
{
	struct gpuvf_config shown;
	unsigned int i;

	(void)state;
	/* six different ones, and two as they are: more than four values */
	for (i = 0; i < 6; i++)
		ask(i, 1000 + 10500 * i);
	req.dry_run = true;
	assert_int_equal(gpuvf_request_do(pf, &req), 0);
	shown = req.result;
	req.dry_run = false;
	assert_int_equal(gpuvf_request_do(pf, &req), 0);
	for (i = 0; i < VFS; i++) {
		u32 held = (engine.option >> 8 * (engine.per_vf >> 2 * i & 3) &
			    0xff) * 1000;

		assert_int_equal(effective(&pf->config, i), held);
		assert_int_equal(effective(&shown, i), held);
		assert_int_equal(effective(&req.result, i), held);
		/* never shorter than asked for */
		assert_true(held >= pf->config.vf[i].engine[GFX].time_slice_us);
	}
	assert_int_equal(pf->revision, 1);
	/* the preemption timeout follows what holds: twice that, 20 ms at least */
	assert_int_equal(gpuvf_config_preempt_us(&pf->config.vf[5].engine[GFX]),
			 2 * effective(&pf->config, 5));
}

/* what the hardware does not take is seen, and not what was planned */
static void effective_values_are_read_back(void **state)
{
	(void)state;
	engine.sticky = true;
	ask(0, 1000);
	ask(1, 2000);
	ask(2, 3000);
	ask(3, 4000);
	assert_int_equal(gpuvf_request_do(pf, &req), 0);
	assert_int_equal(effective(&req.result, 2), 3000);
	assert_int_equal(effective(&req.result, 3), 0);
	assert_int_equal(effective(&pf->config, 3), 0);
}

static void limits_are_the_engines(void **state)
{
	(void)state;
	ask(0, MAX_MS * 1000 + 1);
	assert_int_equal(gpuvf_request_do(pf, &req), -EINVAL);
	assert_int_equal(req.error.reason, GPUVF_REASON_SLICE_TOO_LONG);
	assert_int_equal(req.error.limit, MAX_MS * 1000);
	req.num_vfs = 0;
	ask(0, 999);
	assert_int_equal(gpuvf_request_do(pf, &req), -EINVAL);
	assert_int_equal(req.error.reason, GPUVF_REASON_SLICE_TOO_SHORT);
	req.vf[0].engine = GPUVF_ENGINES;
	assert_int_equal(gpuvf_request_do(pf, &req), -EINVAL);
	assert_int_equal(req.error.reason, GPUVF_REASON_NO_SUCH_ENGINE);
	assert_int_equal(effective(&pf->config, 0), 6000);
}

static void framebuffer_is_given_while_no_vf_may_start(void **state)
{
	(void)state;
	engine.base.started = BIT(3);
	req.vf[0] = (struct gpuvf_request_vf){
		.index = 2,
		.set = GPUVF_SET_FB_QUOTA,
		.fb_quota_bytes = 100 * MIB,
	};
	req.num_vfs = 1;
	assert_int_equal(gpuvf_request_do(pf, &req), 0);
	assert_int_equal(pf->config.layout.vf[2].size, 112 * MIB);
	assert_int_equal(table[2].size, 112 * MIB);
	assert_int_equal(table[2].start, pf->config.layout.vf_base);
	assert_int_equal(parked, GENMASK(VFS - 1, 0) & ~BIT(2));
	assert_int_equal(engine.run_list, BIT(2));
	assert_false(engine.blocked);
	/* and taken away: parked, and off the run list */
	req.vf[0].fb_quota_bytes = 0;
	assert_int_equal(gpuvf_request_do(pf, &req), 0);
	assert_int_equal(parked, GENMASK(VFS - 1, 0));
	assert_int_equal(engine.run_list, 0);
	/* one with a context keeps what it has */
	req.vf[0].fb_quota_bytes = 16 * MIB;
	assert_int_equal(gpuvf_request_do(pf, &req), 0);
	engine.base.started |= BIT(2);
	req.vf[0].fb_quota_bytes = 32 * MIB;
	assert_int_equal(gpuvf_request_do(pf, &req), -EBUSY);
	assert_int_equal(req.error.reason, GPUVF_REASON_VF_IN_USE);
	assert_int_equal(table[2].size, 16 * MIB);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(probe_parks_all_and_holds_defaults),
		TEST(a_dry_run_shows_rounded_slices_and_changes_nothing),
		TEST(a_commit_holds_what_the_dry_run_showed),
		TEST(effective_values_are_read_back),
		TEST(limits_are_the_engines),
		TEST(framebuffer_is_given_while_no_vf_may_start),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
