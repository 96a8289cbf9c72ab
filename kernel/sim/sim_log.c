// SPDX-License-Identifier: GPL-2.0
/*
 * The last commands of a GPU, for those who measure: from these lines follows
 * who executed when, and how long the GPU waited for whom.
 *
 * A line for each command that is over, the oldest first:
 *
 *	number begin_ns end_ns code function status busy
 *
 * all but the first three in hexadecimal, as in the registers; busy is the bitmap
 * of the VFs that had work at the end. Numbers are without gaps; the first one
 * says how many were forgotten before.
 */

#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include "sim.h"

/**
 * struct sim_log_entry - a command that is over
 * @begin_ns: when the command register was written
 * @end_ns: when another command could come
 * @busy: who had work then
 * @code: GPUVF_CMD_*
 * @fcn: GPUVF_FCN_*
 * @status: GPUVF_STATUS_*
 */
struct sim_log_entry {
	u64 begin_ns;
	u64 end_ns;
	u32 busy;
	u8 code;
	u8 fcn;
	u8 status;
};

/**
 * sim_log_init() - get memory for the log, when one is wanted
 * @gpu: GPU
 *
 * Return: 0, -ENOMEM.
 */
int sim_log_init(struct sim_gpu *gpu)
{
	if (!sim_log_entries)
		return 0;
	gpu->log.entry = vcalloc(sim_log_entries, sizeof(*gpu->log.entry));
	return gpu->log.entry ? 0 : -ENOMEM;
}

/**
 * sim_log_fini() - the last access is over
 * @gpu: GPU; may not have been initialised
 */
void sim_log_fini(struct sim_gpu *gpu)
{
	vfree(gpu->log.entry);
	gpu->log.entry = NULL;
}

/**
 * sim_log_command() - the present command is over
 * @gpu: GPU
 * @now: when it was
 *
 * Context: gpu->lock.
 */
void sim_log_command(struct sim_gpu *gpu, u64 now)
{
	struct sim_log_entry *entry;
	u32 pos;

	if (!gpu->log.entry)
		return;
	div_u64_rem(gpu->log.count++, sim_log_entries, &pos);
	entry = &gpu->log.entry[pos];
	entry->begin_ns = gpu->cmd.begin_ns;
	entry->end_ns = now;
	entry->busy = gpu->busy;
	entry->code = gpu->cmd.code;
	entry->fcn = gpu->cmd.fcn;
	entry->status = gpu->cmd.status;
}

/* one consistent picture: copied under the lock, printed outside it */
static int commands_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	struct sim_log_entry *copy;
	unsigned long flags;
	u64 count, i;
	u32 pos;

	if (!gpu->log.entry)
		return 0;
	copy = vcalloc(sim_log_entries, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	raw_spin_lock_irqsave(&gpu->lock, flags);
	sim_gpu_advance(gpu);
	count = gpu->log.count;
	memcpy(copy, gpu->log.entry, sim_log_entries * sizeof(*copy));
	sim_gpu_rearm(gpu);
	raw_spin_unlock_irqrestore(&gpu->lock, flags);

	for (i = count - min_t(u64, count, sim_log_entries); i < count; i++) {
		const struct sim_log_entry *entry;

		div_u64_rem(i, sim_log_entries, &pos);
		entry = &copy[pos];
		seq_printf(m, "%llu %llu %llu %x %02x %02x %x\n", i,
			   entry->begin_ns, entry->end_ns, entry->code,
			   entry->fcn, entry->status, entry->busy);
	}
	vfree(copy);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(commands);

/**
 * sim_log_add_file() - where the log can be read
 * @gpu: GPU
 * @dir: its directory in debugfs
 */
void sim_log_add_file(struct sim_gpu *gpu, struct dentry *dir)
{
	debugfs_create_file("commands", 0400, dir, gpu, &commands_fops);
}
