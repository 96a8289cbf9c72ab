// SPDX-License-Identifier: GPL-2.0
/*
 * Ground truth: what is counted, and where it can be read.
 *
 *	truth		all counters: a line for the GPU, one for each function
 *	events		the last events, oldest first
 *	gaps lateness	histograms, "LOW HIGH COUNT" in ns; writing empties them
 *	units	framebuffer: who wrote and read what last
 *	table		framebuffer table, context save area, reserve
 *
 * A gap is the time from when the device could take the next command to when it
 * got it, while some VF had work and none executed. Lateness is how much longer
 * a VF executed than vf<N>/slice_us.
 */

#include <linux/bitops.h>
#include <linux/debugfs.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "sim.h"

/*
 * Counting
 */

/**
 * sim_truth_account() - something is about to change: whose was the time so far?
 * @gpu: GPU
 * @now: now
 *
 * Context: gpu->lock.
 */
void sim_truth_account(struct sim_gpu *gpu, u64 now)
{
	u64 ns = now > gpu->accounted_ns ? now - gpu->accounted_ns : 0;
	u32 working = gpu->running >> SIM_FCN_VF(0) & gpu->busy;

	gpu->accounted_ns = max(gpu->accounted_ns, now);
	if (!gpu->busy)
		gpu->rest_ns += ns;
	else if (working)
		gpu->work_ns += ns;
	else if (gpu->running)
		gpu->idle_run_ns += ns;
	else if (gpu->cmd.busy)
		gpu->command_ns += ns;
	else
		gpu->unused_ns += ns;
}

static unsigned int hist_index(u64 value)
{
	unsigned int shift;

	if (value < BIT(SIM_HIST_BITS))
		return value;
	shift = fls64(value) - 1 - SIM_HIST_BITS;
	return ((shift + 1) << SIM_HIST_BITS) +
	       ((value >> shift) & (BIT(SIM_HIST_BITS) - 1));
}

static u64 hist_low(unsigned int index)
{
	unsigned int shift = index >> SIM_HIST_BITS;

	if (!shift)
		return index;
	return (BIT(SIM_HIST_BITS) + (index & (BIT(SIM_HIST_BITS) - 1)))
	       << (shift - 1);
}

static u64 hist_high(unsigned int index)
{
	return index + 1 < SIM_HIST_SIZE ? hist_low(index + 1) - 1 : U64_MAX;
}

/**
 * sim_truth_hist() - count a value
 * @hist: histogram
 * @value: value
 */
void sim_truth_hist(struct sim_hist *hist, u64 value)
{
	hist->total++;
	hist->count[hist_index(value)]++;
}

/* that @permille of the values are not above */
static u64 hist_percentile(const struct sim_hist *hist, unsigned int permille)
{
	u64 wanted = div_u64(hist->total * permille + 999, 1000);
	unsigned int i;
	u64 seen = 0;

	for (i = 0; i < SIM_HIST_SIZE && hist->total; i++) {
		seen += hist->count[i];
		if (seen >= wanted)
			return hist_high(i);
	}
	return 0;
}

/**
 * sim_truth_event() - remember an event
 * @gpu: GPU
 * @now: when it was
 * @event: what it was
 * @fcn: number of the function that it is about
 * @code: of a command
 * @value: see enum sim_event
 */
void sim_truth_event(struct sim_gpu *gpu, u64 now, enum sim_event event,
		     unsigned int fcn, u8 code, u64 value)
{
	gpu->event[gpu->num_events++ % sim_events] = (struct sim_record){
		.ns = now,
		.value = value,
		.event = event,
		.fcn = fcn,
		.code = code,
	};
}

/**
 * sim_truth_init() - room for what is counted
 * @gpu: GPU
 *
 * Return: 0, -ENOMEM; sim_truth_fini() is to be called then too.
 */
int sim_truth_init(struct sim_gpu *gpu)
{
	gpu->gap_hist = vzalloc(sizeof(*gpu->gap_hist));
	gpu->late_hist = vzalloc(sizeof(*gpu->late_hist));
	gpu->event = vcalloc(sim_events, sizeof(*gpu->event));
	return gpu->gap_hist && gpu->late_hist && gpu->event ? 0 : -ENOMEM;
}

/**
 * sim_truth_fini() - undo sim_truth_init()
 * @gpu: GPU
 */
void sim_truth_fini(struct sim_gpu *gpu)
{
	vfree(gpu->event);
	vfree(gpu->late_hist);
	vfree(gpu->gap_hist);
}

/*
 * Under the lock, but a piece at a time: the driver's commands come under the same
 * lock, and are not to wait for who looks.
 */
static void hist_copy(struct sim_gpu *gpu, struct sim_hist *copy,
		      const struct sim_hist *hist)
{
	const unsigned int piece = 1 << SIM_HIST_BITS;
	unsigned long flags;
	unsigned int i;

	copy->total = 0;
	for (i = 0; i < SIM_HIST_SIZE; i++) {
		if (i % piece == 0) {
			raw_spin_lock_irqsave(&gpu->lock, flags);
			memcpy(&copy->count[i], &hist->count[i],
			       piece * sizeof(copy->count[0]));
			raw_spin_unlock_irqrestore(&gpu->lock, flags);
		}
		copy->total += copy->count[i];
	}
}

/*
 * truth
 */

/* to be printed outside the lock; of one moment, but for the histograms */
struct truth_picture {
	struct sim_gpu gpu;
	struct sim_hist gaps;
	struct sim_hist late;
};

/* a figure that is printed by its name */
struct truth_counter {
	const char *name;
	size_t offset;
};

#define COUNTER(type, member) { #member, offsetof(struct type, member) }

static const struct truth_counter gpu_counters[] = {
	COUNTER(sim_gpu, commands),
	COUNTER(sim_gpu, illegal),
	COUNTER(sim_gpu, bad_function),
	COUNTER(sim_gpu, busy_rejected),
	COUNTER(sim_gpu, flr_races),
	COUNTER(sim_gpu, probes),
	COUNTER(sim_gpu, switches),
	COUNTER(sim_gpu, gap_ns),
	COUNTER(sim_gpu, gap_max_ns),
	COUNTER(sim_gpu, gaps),
	COUNTER(sim_gpu, work_ns),
	COUNTER(sim_gpu, idle_run_ns),
	COUNTER(sim_gpu, command_ns),
	COUNTER(sim_gpu, unused_ns),
	COUNTER(sim_gpu, rest_ns),
	COUNTER(sim_gpu, scrubs),
	COUNTER(sim_gpu, units_scrubbed),
	COUNTER(sim_gpu, interrupts),
	COUNTER(sim_gpu, resets),
	COUNTER(sim_gpu, vf_resets),
	COUNTER(sim_gpu, vf_lost_reads),
	COUNTER(sim_gpu, vf_lost_writes),
	COUNTER(sim_gpu, mail_sent),
	COUNTER(sim_gpu, mail_interrupts),
	COUNTER(sim_gpu, mail_bad_vf),
	COUNTER(sim_gpu, mem_reads),
	COUNTER(sim_gpu, mem_writes),
	COUNTER(sim_gpu, mem_lost),
};

static const struct truth_counter fcn_counters[] = {
	COUNTER(sim_fcn, run_ns),
	COUNTER(sim_fcn, accounted_ns),
	COUNTER(sim_fcn, slices),
	COUNTER(sim_fcn, longest_ns),
	COUNTER(sim_fcn, shortest_ns),
	COUNTER(sim_fcn, waits),
	COUNTER(sim_fcn, wait_ns),
	COUNTER(sim_fcn, longest_wait_ns),
	COUNTER(sim_fcn, late),
	COUNTER(sim_fcn, late_ns),
	COUNTER(sim_fcn, late_max_ns),
	COUNTER(sim_fcn, blocked_touches),
	COUNTER(sim_fcn, saves),
	COUNTER(sim_fcn, vf_resets),
	COUNTER(sim_fcn, mail_sent),
	COUNTER(sim_fcn, mail_overwritten),
	COUNTER(sim_fcn, mail_taken),
	COUNTER(sim_fcn, mail_received),
	COUNTER(sim_fcn, inits),
	COUNTER(sim_fcn, finis),
	COUNTER(sim_fcn, init_wait_max_ns),
	COUNTER(sim_fcn, ready_timeouts),
	COUNTER(sim_fcn, ack_timeouts),
	COUNTER(sim_fcn, flr_timeouts),
	COUNTER(sim_fcn, refusals),
	COUNTER(sim_fcn, unexpected),
	COUNTER(sim_fcn, init_outside),
	COUNTER(sim_fcn, no_pf2vf),
};

static const char * const violation_names[] = {
	[SIM_V_OVERLAPS] = "overlaps",
	[SIM_V_UNSCRUBBED_STARTS] = "unscrubbed_starts",
	[SIM_V_UNSCRUBBED_CONTEXTS] = "unscrubbed_contexts",
	[SIM_V_LEFTOVER_READS] = "leftover_reads",
	[SIM_V_STALE_MAILBOXES] = "stale_mailboxes",
	[SIM_V_LEFTOVER_MAIL] = "leftover_mail",
	[SIM_V_FOREIGN_WRITES] = "foreign_writes",
	[SIM_V_MOVED_WHILE_LIVE] = "moved_while_live",
	[SIM_V_SCRUB_LIVE] = "scrub_live",
	[SIM_V_BAD_CONTEXT] = "bad_context",
	[SIM_V_LEFTOVER_REGISTERS] = "leftover_registers",
};

static void truth_print(struct seq_file *m, const void *object,
			const struct truth_counter *counters, unsigned int num)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		seq_printf(m, " %s=%llu", counters[i].name,
			   *(const u64 *)(object + counters[i].offset));
}

static u64 truth_violations(const struct sim_gpu *gpu)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < SIM_NUM_VIOLATIONS; i++)
		sum += gpu->violations[i];
	return sum;
}

static void truth_print_gpu(struct seq_file *m,
			    const struct truth_picture *picture, u64 now)
{
	const struct sim_gpu *gpu = &picture->gpu;
	unsigned int i;

	seq_printf(m, "gpu now_ns=%llu violations=%llu injected=%llu", now,
		   truth_violations(gpu), sim_fault_total(gpu));
	for (i = 0; i < SIM_NUM_VIOLATIONS; i++)
		seq_printf(m, " %s=%llu", violation_names[i],
			   gpu->violations[i]);
	truth_print(m, gpu, gpu_counters, ARRAY_SIZE(gpu_counters));
	seq_printf(m, " injected_fail_command=%llu injected_fail_enable=%llu",
		   gpu->fail_command.fault.hits, gpu->fail_enable.hits);
	for (i = 0; i < SIM_NUM_FAULTS; i++)
		seq_printf(m, " injected_%s=%llu", sim_fault_name(i),
			   gpu->fault[i].hits);
	seq_printf(m, " injected_garbage=%llu injected_misread=%llu",
		   gpu->garbage.fault.hits, gpu->misread_hits);
	seq_printf(m, " gap_p50_ns=%llu gap_p99_ns=%llu gap_p999_ns=%llu",
		   hist_percentile(&picture->gaps, 500),
		   hist_percentile(&picture->gaps, 990),
		   hist_percentile(&picture->gaps, 999));
	seq_printf(m, " late_p50_ns=%llu late_p99_ns=%llu late_p999_ns=%llu",
		   hist_percentile(&picture->late, 500),
		   hist_percentile(&picture->late, 990),
		   hist_percentile(&picture->late, 999));
	seq_printf(m, " stuck=%u busy=%x\n", gpu->stuck, gpu->busy);
}

/* the slice and the wait under way count up to now */
static void truth_bring_up(struct sim_fcn *fcn, u64 now)
{
	if (fcn->run_begin_ns && now > fcn->run_begin_ns)
		fcn->run_ns += now - fcn->run_begin_ns;
	if (fcn->wait_begin_ns && now > fcn->wait_begin_ns) {
		fcn->wait_ns += now - fcn->wait_begin_ns;
		fcn->longest_wait_ns = max(fcn->longest_wait_ns,
					   now - fcn->wait_begin_ns);
	}
}

static void truth_print_fcn(struct seq_file *m, const struct sim_fcn *fcn)
{
	static const char * const states[] = {
		[SIM_SHUTDOWN] = "shutdown",
		[SIM_INIT] = "init",
		[SIM_LOAD] = "load",
		[SIM_RUN] = "run",
		[SIM_IDLE] = "idle",
		[SIM_SAVE] = "save",
	};
	unsigned int code;

	seq_printf(m, " state=%s driver=%s hung=%u epoch=%u tenant=%u backlog_ns=%llu",
		   states[fcn->state], sim_driver_state_name(fcn), fcn->hung,
		   fcn->epoch, fcn->tenant, fcn->work.backlog_ns);
	truth_print(m, fcn, fcn_counters, ARRAY_SIZE(fcn_counters));
	for (code = 0; code < ARRAY_SIZE(fcn->command_ns); code++)
		if (sim_command_name(code) && code != GPUVF_CMD_CONTEXT_SWITCH)
			/* run_ns is what comes after RUN */
			seq_printf(m, " %s%s_ns=%llu", sim_command_name(code),
				   code == GPUVF_CMD_RUN_GPU ? "_cmd" : "",
				   fcn->command_ns[code]);
	seq_putc(m, '\n');
}

static int truth_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	struct truth_picture *picture;
	unsigned long flags;
	unsigned int i;
	u64 now;

	picture = vmalloc(sizeof(*picture));
	if (!picture)
		return -ENOMEM;
	sim_lock(gpu, &flags);
	now = sim_gpu_advance(gpu);
	for (i = 0; i < sim_total_vfs; i++)
		sim_guest_advance(&gpu->fcn[SIM_FCN_VF(i)], now);
	sim_truth_account(gpu, now);
	memcpy(&picture->gpu, gpu, sizeof(*gpu));
	sim_unlock(gpu, flags);
	hist_copy(gpu, &picture->gaps, gpu->gap_hist);
	hist_copy(gpu, &picture->late, gpu->late_hist);

	truth_print_gpu(m, picture, now);
	for (i = 0; i <= sim_total_vfs; i++) {
		if (i == SIM_FCN_PF)
			seq_puts(m, "fn=pf");
		else
			seq_printf(m, "fn=vf%u", i - SIM_FCN_VF(0));
		truth_bring_up(&picture->gpu.fcn[i], now);
		truth_print_fcn(m, &picture->gpu.fcn[i]);
	}
	vfree(picture);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(truth);

/*
 * Histograms
 */

static int hist_print(struct seq_file *m, struct sim_gpu *gpu,
		      const struct sim_hist *hist)
{
	struct sim_hist *copy = vmalloc(sizeof(*copy));
	unsigned int i;

	if (!copy)
		return -ENOMEM;
	hist_copy(gpu, copy, hist);
	for (i = 0; i < SIM_HIST_SIZE; i++)
		if (copy->count[i])
			seq_printf(m, "%llu %llu %llu\n", hist_low(i),
				   hist_high(i), copy->count[i]);
	vfree(copy);
	return 0;
}

static ssize_t hist_empty(struct sim_gpu *gpu, struct sim_hist *hist,
			  size_t count)
{
	unsigned long flags;

	sim_lock(gpu, &flags);
	memset(hist, 0, sizeof(*hist));
	sim_unlock(gpu, flags);
	return count;
}

static struct sim_gpu *hist_gpu(struct file *file)
{
	return ((struct seq_file *)file->private_data)->private;
}

static int gaps_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;

	return hist_print(m, gpu, gpu->gap_hist);
}

static ssize_t gaps_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *pos)
{
	return hist_empty(hist_gpu(file), hist_gpu(file)->gap_hist, count);
}

SIM_SHOW_WRITE(gaps);

static int lateness_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;

	return hist_print(m, gpu, gpu->late_hist);
}

static ssize_t lateness_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *pos)
{
	return hist_empty(hist_gpu(file), hist_gpu(file)->late_hist, count);
}

SIM_SHOW_WRITE(lateness);

/*
 * events: read one by one, so that the lock is never held long; what is
 * overwritten meanwhile is left out
 */

static void *events_start(struct seq_file *m, loff_t *pos)
{
	struct sim_gpu *gpu = m->private;
	u64 num = READ_ONCE(gpu->num_events);

	if (!*pos && num > sim_events)
		*pos = num - sim_events;
	return *pos < num ? pos : NULL;
}

static void *events_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct sim_gpu *gpu = m->private;

	++*pos;
	return *pos < READ_ONCE(gpu->num_events) ? pos : NULL;
}

static void events_stop(struct seq_file *m, void *v)
{
}

static void events_print(struct seq_file *m, const struct sim_record *record)
{
	static const char * const names[] = {
		[SIM_EVENT_BEGIN] = "begin",
		[SIM_EVENT_DONE] = "done",
		[SIM_EVENT_BUSY] = "busy",
		[SIM_EVENT_REST] = "rest",
		[SIM_EVENT_FLR] = "flr",
		[SIM_EVENT_RESET] = "reset",
		[SIM_EVENT_SCRUB_BEGIN] = "scrub_begin",
		[SIM_EVENT_SCRUB] = "scrub",
		[SIM_EVENT_TO_PF] = "to_pf",
		[SIM_EVENT_TO_VF] = "to_vf",
	};
	const char *command = sim_command_name(record->code);

	seq_printf(m, "%llu %s ", record->ns, names[record->event]);
	if (record->fcn == SIM_FCN_PF)
		seq_puts(m, "pf");
	else
		seq_printf(m, "vf%u", record->fcn - SIM_FCN_VF(0));
	if (record->code)
		seq_printf(m, " %s", command ?: "unknown");
	seq_printf(m, " %llu\n", record->value);
}

static int events_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	u64 number = *(loff_t *)v;
	struct sim_record record;
	unsigned long flags;
	bool there;

	raw_spin_lock_irqsave(&gpu->lock, flags);
	there = number < gpu->num_events &&
		gpu->num_events - number <= sim_events;
	record = gpu->event[number % sim_events];
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
	if (there)
		events_print(m, &record);
	return 0;
}

static const struct seq_operations events_sops = {
	.start = events_start,
	.next = events_next,
	.stop = events_stop,
	.show = events_show,
};
DEFINE_SEQ_ATTRIBUTE(events);

/*
 * units
 */

static void unit_print_owner(struct seq_file *m, const char *what, u8 who,
			     u32 epoch)
{
	seq_printf(m, " %s=", what);
	if (who == SIM_NOBODY)
		seq_puts(m, "none");
	else if (who == SIM_SCRUBBED)
		seq_puts(m, "scrubbed");
	else if (who == SIM_FCN_PF)
		seq_puts(m, "pf");
	else
		seq_printf(m, "vf%u:%u", who - SIM_FCN_VF(0), epoch);
}

static void units_print(struct seq_file *m, unsigned int first,
			unsigned int last,
			const struct sim_unit *unit)
{
	seq_printf(m, "%u-%u", first, last);
	unit_print_owner(m, "writer", unit->writer, unit->epoch);
	unit_print_owner(m, "reader", unit->reader,
			 unit->reader_epoch);
	seq_putc(m, '\n');
}

static bool units_are_alike(const struct sim_unit *a,
			    const struct sim_unit *b)
{
	return a->writer == b->writer && a->reader == b->reader &&
	       (a->epoch == b->epoch || a->writer >= SIM_SCRUBBED) &&
	       (a->reader_epoch == b->reader_epoch || a->reader == SIM_NOBODY);
}

/* runs of the same, so that the file is short */
static int units_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	struct sim_unit *copy;
	unsigned int i, first = 0;
	unsigned long flags;

	copy = vcalloc(gpu->num_units, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	sim_lock(gpu, &flags);
	memcpy(copy, gpu->unit, gpu->num_units * sizeof(*copy));
	sim_unlock(gpu, flags);
	for (i = 1; i <= gpu->num_units; i++) {
		if (i < gpu->num_units &&
		    units_are_alike(&copy[first], &copy[i]))
			continue;
		units_print(m, first, i - 1, &copy[first]);
		first = i;
	}
	vfree(copy);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(units);

static int table_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	u64 start[SIM_NUM_FCNS], size[SIM_NUM_FCNS];
	unsigned long flags;
	unsigned int i;
	u32 consumed;

	sim_lock(gpu, &flags);
	for (i = 0; i < sim_total_vfs; i++)
		sim_fb_extent(gpu, i, &start[i], &size[i]);
	sim_fb_context(gpu, &start[i], &size[i]);
	consumed = gpu->consumed_mib;
	sim_unlock(gpu, flags);

	for (i = 0; i < sim_total_vfs; i++)
		seq_printf(m, "vf%u offset=%llu size=%llu\n", i, start[i],
			   size[i]);
	seq_printf(m, "context offset=%llu size=%llu\n", start[i], size[i]);
	seq_printf(m, "consumed size=%llu\n", (u64)consumed * SZ_1M);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(table);

/**
 * sim_truth_debugfs() - the files of a GPU that tell what is true
 * @gpu: GPU
 * @dir: its directory
 */
void sim_truth_debugfs(struct sim_gpu *gpu, struct dentry *dir)
{
	debugfs_create_file("truth", 0400, dir, gpu, &truth_fops);
	debugfs_create_file("events", 0400, dir, gpu, &events_fops);
	debugfs_create_file("gaps", 0600, dir, gpu, &gaps_fops);
	debugfs_create_file("lateness", 0600, dir, gpu, &lateness_fops);
	debugfs_create_file("units", 0400, dir, gpu, &units_fops);
	debugfs_create_file("table", 0400, dir, gpu, &table_fops);
}
