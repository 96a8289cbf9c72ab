// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/gpuvf/<BDF>, for engineers. Not stable: names, fields and
 * formats change as the driver does.
 *
 *	state		configuration, framebuffer and scheduler of one moment
 *	commands	the last 1024 commands of the world switch: when it was
 *			over, which, for which VF, how long it took, and what
 *			came of it
 */

#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "api/api.h"
#include "base/pf.h"
#include "base/trace.h"
#include "config/config.h"
#include "fb/fb.h"
#include "sched/soft.h"
#include "vf/vf.h"

static struct dentry *debugfs_root;

/* the engine that the software scheduler drives, of which engineers want to see more */
static struct gpuvf_soft *debugfs_soft(struct gpuvf_pf *pf)
{
	return gpuvf_to_soft(pf->engine[GPUVF_ENGINE_ID_GFX]);
}

static int commands_show(struct seq_file *m, void *unused)
{
	struct gpuvf_soft *e = debugfs_soft(m->private);
	const struct gpuvf_command_log *log = &e->commands;
	const u64 size = GPUVF_COMMAND_LOG_SIZE;
	u64 n, count;

	spin_lock_irq(&e->base.lock);
	count = log->count;
	spin_unlock_irq(&e->base.lock);
	for (n = count > size ? count - size : 0; n < count; n++) {
		struct gpuvf_command one;
		bool retained;

		/* one by one: who switches time slices must not wait for us */
		spin_lock_irq(&e->base.lock);
		one = log->ring[n % GPUVF_COMMAND_LOG_SIZE];
		retained = n + size >= log->count;
		spin_unlock_irq(&e->base.lock);
		if (retained)
			seq_printf(m, "%llu VF %u %s %llu ns %d\n", one.end_ns,
				   one.vf, gpuvf_command_name(one.cmd),
				   one.ns, one.err);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(commands);

static void debugfs_show_pf(struct seq_file *m, struct gpuvf_pf *pf)
{
	seq_printf(m, "%s %s revision %llu capabilities %#x irq %d\n",
		   gpuvf_pf_name(pf), pf->hw->ops->name, pf->revision,
		   pf->hw->caps.capabilities, pf->irq);
	seq_printf(m, "wedged %d resetting %d vf_count_changing %d module_pinned %d num_vfs %u total_vfs %u\n",
		   pf->wedged, pf->resetting, pf->vf_count_changing,
		   pf->module_pinned, pf->num_vfs, pf->total_vfs);
	seq_printf(m, "needs_scrub units %*pbl\n", (int)pf->scrub.units,
		   pf->scrub.needs_scrub);
	seq_printf(m, "quarantined units %*pbl\n", (int)pf->scrub.units,
		   pf->scrub.quarantined);
	seq_printf(m, "needs_scrub contexts %#x\n", pf->scrub.contexts);
}

static void debugfs_show_vf(struct seq_file *m, struct gpuvf_vf *vf,
			    const struct gpuvf_sched_vf *sched)
{
	const struct gpuvf_config *cfg = &vf->pf->config;
	const struct gpuvf_extent *fb = &cfg->layout.vf[vf->index];

	seq_printf(m, "VF %u %s state %u fb %llu+%llu auto %d",
		   vf->index, vf->pdev ? pci_name(vf->pdev) : "-",
		   gpuvf_vf_state_locked(vf), fb->start, fb->size,
		   cfg->vf[vf->index].fb_auto);
	seq_printf(m, " faults %#x paused %d stopped %d resetting %d",
		   vf->faults, vf->paused, vf->stopped, vf->resetting);
	seq_printf(m, " slice %llu deficit %llu access %llu slices %llu accounted %llu overrun %llu skipped %llu\n",
		   sched->slice_ns, sched->deficit_ns, sched->access_ns,
		   sched->slices, sched->accounted_ns, sched->overrun_ns, sched->skipped);
}

static void debugfs_show_sched(struct seq_file *m,
			       const struct gpuvf_sched *sched)
{
	seq_printf(m, "scheduler: policy %u present %#x started %#x work %#x run_list %#x\n",
		   sched->policy, sched->present, sched->started, sched->work,
		   gpuvf_sched_run_list(sched));
	seq_printf(m, "slice: VF %d after VF %d since %llu for %llu ns, now %llu\n",
		   sched->current_vf, sched->last_vf, sched->slice_start_ns,
		   sched->budget_ns, ktime_get_ns());
}

static void debugfs_show_engine(struct seq_file *m, const struct gpuvf_soft *e)
{
	seq_printf(m, "engine: phase %u VF %u next %u command %u since %llu limit %llu fault %d\n",
		   e->phase, e->vf, e->next_vf, e->cmd, e->cmd_ns, e->limit_ns,
		   e->fault);
	seq_printf(m, "VFs: work %#x runnable %#x started %#x first_start_blocked %#x tear_down %#x torn_down %#x was_reset %#x flr %#x hung %#x due %#x\n",
		   e->work, e->runnable, e->base.started, e->first_start_blocked, e->tear_down,
		   e->torn_down, e->was_reset, e->flr, e->hung, e->base.due);
	seq_printf(m, "full_access %d runs %d parking %d switch %llu ns\n",
		   e->base.full_access, e->base.full_access_runs, e->parking,
		   e->switch_ns);
}

static int state_show(struct seq_file *m, void *unused)
{
	const size_t size = offsetof(struct gpuvf_soft, commands);
	struct gpuvf_pf *pf = m->private;
	struct gpuvf_soft *e, *live = debugfs_soft(pf);
	unsigned int i;

	/* a copy: who switches time slices must not wait for the printing */
	e = kmalloc(size, GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	gpuvf_pf_lock(pf);
	spin_lock_irq(&live->base.lock);
	memcpy(e, live, size);
	spin_unlock_irq(&live->base.lock);

	debugfs_show_pf(m, pf);
	debugfs_show_engine(m, e);
	debugfs_show_sched(m, &e->sched);
	for (i = 0; i < pf->total_vfs; i++)
		debugfs_show_vf(m, &pf->vf[i], &e->sched.vf[i]);
	gpuvf_pf_unlock(pf);
	kfree(e);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

/**
 * gpuvf_debugfs_add() - make a GPU's files
 * @pf: PF
 *
 * When they cannot be had, everything else works as ever.
 *
 * Context: may sleep.
 */
void gpuvf_debugfs_add(struct gpuvf_pf *pf)
{
	pf->debugfs = debugfs_create_dir(gpuvf_pf_name(pf), debugfs_root);
	debugfs_create_file("state", 0400, pf->debugfs, pf, &state_fops);
	debugfs_create_file("commands", 0400, pf->debugfs, pf, &commands_fops);
}

/**
 * gpuvf_debugfs_del() - remove a GPU's files
 * @pf: PF
 *
 * Waits for reads under way.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_debugfs_del(struct gpuvf_pf *pf)
{
	debugfs_remove_recursive(pf->debugfs);
}

/** gpuvf_debugfs_register() - /sys/kernel/debug/gpuvf, where there is debugfs */
void gpuvf_debugfs_register(void)
{
	debugfs_root = debugfs_create_dir("gpuvf", NULL);
}

/** gpuvf_debugfs_unregister() - undo gpuvf_debugfs_register() */
void gpuvf_debugfs_unregister(void)
{
	debugfs_remove_recursive(debugfs_root);
}
