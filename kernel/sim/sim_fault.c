// SPDX-License-Identifier: GPL-2.0
/*
 * Faults: what goes wrong, when, and how often it did.
 *
 *	fail_command	N [KIND [US]] [vf=V] [command=NAME] [irq] [sticky]
 *	fail_enable	V [sticky]: VFs from V on do not answer, -1: none
 *	fail_scrub, fail_table, lose_interrupt, lose_message, fail_flr, fail_reset,
 *	fail_access, lose_power, lose_reset, fail_adopt	N [sticky]
 *	lose_register	NAME [sticky]: the FLR of a VF sets a PF register to 0; or none
 *	config_dead	1: neither PF nor VFs answer, 0: they do
 *	garbage		N SEED [sticky]: a read of the PF's GPU-IOV or SIM capability
 *	misread		WHERE VALUE [MASK]: a dword there reads so from now on; or none
 *	late_events	N: as the next N interrupts are acknowledged, another event comes
 *	pcie_error	see sim_aer.c
 *
 * The Nth one from now on goes wrong, and if sticky all that follow; 0 ends it.
 * With irq the GPU raises the interrupt for a hang, or for one that is over.
 */

#include <linux/debugfs.h>
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "sim.h"

static const char * const fault_kinds[] = {
	[SIM_FAIL_NONE] = "none",
	[SIM_FAIL_ERROR] = "error",
	[SIM_FAIL_HANG_STATUS] = "hang_status",
	[SIM_FAIL_HANG_SCRUB] = "hang_scrub",
	[SIM_FAIL_HANG_SDMA] = "hang_sdma",
	[SIM_FAIL_HANG_SILENT] = "hang_silent",
	[SIM_FAIL_SLOW] = "slow",
	[SIM_FAIL_FLR] = "flr",
};

static const char * const fault_names[] = {
	[SIM_F_FAIL_SCRUB] = "fail_scrub",
	[SIM_F_SKIP_SCRUB] = "skip_scrub",
	[SIM_F_FAIL_TABLE] = "fail_table",
	[SIM_F_LOSE_INTERRUPT] = "lose_interrupt",
	[SIM_F_LOSE_MESSAGE] = "lose_message",
	[SIM_F_FAIL_FLR] = "fail_flr",
	[SIM_F_FAIL_RESET] = "fail_reset",
	[SIM_F_FAIL_ACCESS] = "fail_access",
	[SIM_F_LOSE_POWER] = "lose_power",
	[SIM_F_LOSE_RESET] = "lose_reset",
	[SIM_F_FAIL_ADOPT] = "fail_adopt",
};

/**
 * sim_fault_name() - a fault, for people
 * @id: which
 */
const char *sim_fault_name(enum sim_fault_id id)
{
	return fault_names[id];
}

/**
 * sim_fault_hits() - it could go wrong now; does it?
 * @fault: fault
 *
 * Context: the GPU's lock.
 */
bool sim_fault_hits(struct sim_fault *fault)
{
	if (!fault->nth)
		return false;
	if (fault->nth > 1) {
		fault->nth--;
		return false;
	}
	if (!fault->sticky)
		fault->nth = 0;
	fault->hits++;
	return true;
}

/**
 * sim_fault_of_command() - how does the command go wrong that came now?
 * @gpu: GPU
 *
 * Context: gpu->lock.
 */
enum sim_failure sim_fault_of_command(struct sim_gpu *gpu)
{
	struct sim_command_fault *fault = &gpu->fail_command;

	if ((fault->vf >= 0 && gpu->cmd.fcn != GPUVF_FCN_VF(fault->vf)) ||
	    (fault->code && gpu->cmd.code != fault->code))
		return SIM_FAIL_NONE;
	if (!sim_fault_hits(&fault->fault))
		return SIM_FAIL_NONE;
	gpu->cmd.irq = fault->irq;
	return fault->kind;
}

/**
 * sim_fault_total() - how many faults there were, of all kinds
 * @gpu: GPU
 */
u64 sim_fault_total(const struct sim_gpu *gpu)
{
	u64 total = gpu->fail_command.fault.hits + gpu->fail_enable.hits +
		    gpu->lose_register.hits + gpu->garbage.fault.hits +
		    gpu->misread_hits;
	unsigned int i;

	for (i = 0; i < SIM_NUM_FAULTS; i++)
		total += gpu->fault[i].hits;
	return total;
}

static const char *fault_sticky(const struct sim_fault *fault)
{
	return fault->nth && fault->sticky ? " sticky" : "";
}

/* N [sticky] */
static int fault_parse(char *line, int lowest, int *nth, bool *sticky)
{
	char *rest = strim(line);
	char *word = strsep(&rest, " ");

	if (kstrtoint(word, 10, nth) || *nth < lowest)
		return -EINVAL;
	*sticky = rest && !strcmp(rest, "sticky");
	return rest && !*sticky ? -EINVAL : 0;
}

/*
 * Faults that are only counted
 */

struct fault_ref {
	struct sim_gpu *gpu;
	struct sim_fault *fault;
};

static struct fault_ref fault_refs[SIM_MAX_GPUS][SIM_NUM_FAULTS];

static int fault_show(struct seq_file *m, void *v)
{
	struct fault_ref *ref = m->private;
	unsigned long flags;
	struct sim_fault fault;

	sim_lock(ref->gpu, &flags);
	fault = *ref->fault;
	sim_unlock(ref->gpu, flags);
	seq_printf(m, "%u%s\n", fault.nth, fault_sticky(&fault));
	return 0;
}

static ssize_t fault_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	struct fault_ref *ref = ((struct seq_file *)file->private_data)->private;
	unsigned long flags;
	char line[64];
	bool sticky;
	int err, nth;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (!err)
		err = fault_parse(line, 0, &nth, &sticky);
	if (err)
		return err;
	sim_lock(ref->gpu, &flags);
	ref->fault->nth = nth;
	ref->fault->sticky = sticky;
	sim_unlock(ref->gpu, flags);
	return count;
}

SIM_SHOW_WRITE(fault);

/*
 * Commands
 */

static int fail_command_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	struct sim_command_fault fault;
	unsigned long flags;

	sim_lock(gpu, &flags);
	fault = gpu->fail_command;
	sim_unlock(gpu, flags);
	seq_printf(m, "%u %s", fault.fault.nth, fault_kinds[fault.kind]);
	if (fault.vf >= 0)
		seq_printf(m, " vf=%d", fault.vf);
	if (fault.code)
		seq_printf(m, " command=%s", sim_command_name(fault.code));
	seq_printf(m, "%s%s\n", fault.irq ? " irq" : "",
		   fault_sticky(&fault.fault));
	return 0;
}

static int fail_command_option(struct sim_command_fault *fault,
			       const char *word)
{
	unsigned int us;
	int kind;

	if (!strcmp(word, "sticky")) {
		fault->fault.sticky = true;
		return 0;
	}
	if (!strcmp(word, "irq")) {
		fault->irq = true;
		return 0;
	}
	if (!strncmp(word, "vf=", 3))
		return kstrtoint(word + 3, 10, &fault->vf) || fault->vf < 0 ?
		       -EINVAL : 0;
	if (!strncmp(word, "command=", 8)) {
		fault->code = sim_command_code(word + 8);
		return fault->code ? 0 : -EINVAL;
	}
	kind = match_string(fault_kinds, ARRAY_SIZE(fault_kinds), word);
	if (kind >= 0) {
		fault->kind = kind;
		return 0;
	}
	if (kstrtouint(word, 10, &us))
		return -EINVAL;
	fault->slow_ns = us * (u64)NSEC_PER_USEC;
	return 0;
}

static ssize_t fail_command_write(struct file *file, const char __user *buf,
				  size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = ((struct seq_file *)file->private_data)->private;
	struct sim_command_fault fault = { .kind = SIM_FAIL_ERROR, .vf = -1 };
	char line[96], *rest, *word;
	unsigned long flags;
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	rest = strim(line);
	if (kstrtouint(strsep(&rest, " "), 10, &fault.fault.nth))
		return -EINVAL;
	while ((word = strsep(&rest, " ")))
		if (fail_command_option(&fault, word))
			return -EINVAL;
	sim_lock(gpu, &flags);
	fault.fault.hits = gpu->fail_command.fault.hits;
	gpu->fail_command = fault;
	sim_unlock(gpu, flags);
	return count;
}

SIM_SHOW_WRITE(fail_command);

/*
 * VFs that do not answer when they are enabled
 */

static int fail_enable_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	struct sim_fault fault;
	unsigned long flags;
	int from;

	sim_lock(gpu, &flags);
	fault = gpu->fail_enable;
	from = gpu->fail_enable_from;
	sim_unlock(gpu, flags);
	seq_printf(m, "%d%s\n", fault.nth ? from : -1, fault_sticky(&fault));
	return 0;
}

static ssize_t fail_enable_write(struct file *file, const char __user *buf,
				 size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = ((struct seq_file *)file->private_data)->private;
	unsigned long flags;
	char line[64];
	bool sticky;
	int err, from;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (!err)
		err = fault_parse(line, -1, &from, &sticky);
	if (err)
		return err;
	sim_lock(gpu, &flags);
	gpu->fail_enable_from = from;
	gpu->fail_enable.nth = from >= 0;
	gpu->fail_enable.sticky = sticky;
	sim_unlock(gpu, flags);
	return count;
}

SIM_SHOW_WRITE(fail_enable);

/*
 * Registers that an FLR loses
 */

static const char * const register_names[] = {
	[SIM_R_NONE] = "none",
	[SIM_R_VF_FB] = "vf_fb",
	[SIM_R_CNTXT] = "cntxt",
	[SIM_R_FB_CONSUMED] = "fb_consumed",
	[SIM_R_INTR_ENABLE] = "intr_enable",
	[SIM_R_SIM_INTR_ENABLE] = "sim_intr_enable",
	[SIM_R_ACTIVE_FUNCTIONS] = "active_functions",
	[SIM_R_QUANTA_OPTION] = "quanta_option",
	[SIM_R_QUANTA_PER_VF] = "quanta_per_vf",
	[SIM_R_QUANTA_PF] = "quanta_pf",
};

/**
 * sim_fault_lose_register() - a VF was reset: lose the register that was asked for
 * @gpu: GPU
 * @vf: index of the VF
 *
 * Context: gpu->lock. The interrupt that reports the FLR is on its way already.
 */
void sim_fault_lose_register(struct sim_gpu *gpu, unsigned int vf)
{
	if (!sim_fault_hits(&gpu->lose_register))
		return;
	switch (gpu->register_to_lose) {
	case SIM_R_NONE:
		break;
	case SIM_R_VF_FB:
		sim_fb_set_table(gpu, vf, 0);
		break;
	case SIM_R_CNTXT:
		gpu->context = 0;
		gpu->layout_serial++;
		break;
	case SIM_R_FB_CONSUMED:
		gpu->consumed_mib = 0;
		gpu->layout_serial++;
		break;
	case SIM_R_INTR_ENABLE:
		gpu->intr_enable = 0;
		break;
	case SIM_R_SIM_INTR_ENABLE:
		gpu->sim_intr_enable = 0;
		break;
	case SIM_R_ACTIVE_FUNCTIONS:
		sim_regs_lose_schedule(gpu, GPUVF_SCH_ACTIVE_FUNCTIONS);
		break;
	case SIM_R_QUANTA_OPTION:
		sim_regs_lose_schedule(gpu, GPUVF_SCH_TIME_QUANTA_OPTION);
		break;
	case SIM_R_QUANTA_PER_VF:
		sim_regs_lose_schedule(gpu, GPUVF_SCH_TIME_QUANTA_PER_VF);
		break;
	case SIM_R_QUANTA_PF:
		sim_regs_lose_schedule(gpu, GPUVF_SCH_TIME_QUANTA_PF);
		break;
	}
}

static int lose_register_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	enum sim_register which;
	struct sim_fault fault;
	unsigned long flags;

	sim_lock(gpu, &flags);
	fault = gpu->lose_register;
	which = gpu->register_to_lose;
	sim_unlock(gpu, flags);
	seq_printf(m, "%s%s\n", register_names[fault.nth ? which : SIM_R_NONE],
		   fault_sticky(&fault));
	return 0;
}

static ssize_t lose_register_write(struct file *file, const char __user *buf,
				   size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = ((struct seq_file *)file->private_data)->private;
	char line[64], *rest;
	unsigned long flags;
	int err, which;
	bool sticky;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	rest = strim(line);
	which = match_string(register_names, ARRAY_SIZE(register_names),
			     strsep(&rest, " "));
	sticky = rest && !strcmp(rest, "sticky");
	if (which < 0 || (rest && !sticky))
		return -EINVAL;
	sim_lock(gpu, &flags);
	gpu->register_to_lose = which;
	gpu->lose_register.nth = which != SIM_R_NONE;
	gpu->lose_register.sticky = sticky;
	sim_unlock(gpu, flags);
	return count;
}

SIM_SHOW_WRITE(lose_register);

/*
 * Wrong answers
 */

/* all ones, zeros, one bit the other way round, or anything */
static u32 fault_garbage(struct sim_garbage *garbage, u32 val)
{
	u32 random = jhash_2words(garbage->count++, garbage->seed, 0);

	switch (random % 4) {
	case 0:
		return ~0U;
	case 1:
		return 0;
	case 2:
		return val ^ BIT(random >> 8 & 31);
	default:
		return jhash_1word(random, garbage->seed);
	}
}

/**
 * sim_fault_of_read() - what a read of the PF's capabilities gets, right or wrong
 * @gpu: GPU
 * @where: offset in configuration space
 * @size: bytes
 * @val: what is there
 *
 * Context: gpu->lock.
 * Return: what the reader gets.
 */
u32 sim_fault_of_read(struct sim_gpu *gpu, unsigned int where,
		      unsigned int size, u32 val)
{
	unsigned int i, shift = where % 4 * BITS_PER_BYTE;

	for (i = 0; i < gpu->num_misreads; i++) {
		const struct sim_misread *misread = &gpu->misread[i];

		if (misread->where != (where & ~3U))
			continue;
		val &= ~(misread->mask >> shift);
		val |= (misread->val & misread->mask) >> shift;
		gpu->misread_hits++;
	}
	if (sim_fault_hits(&gpu->garbage.fault))
		val = fault_garbage(&gpu->garbage, val);
	return val & GENMASK(size * BITS_PER_BYTE - 1, 0);
}

static int garbage_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	struct sim_garbage garbage;
	unsigned long flags;

	sim_lock(gpu, &flags);
	garbage = gpu->garbage;
	sim_unlock(gpu, flags);
	seq_printf(m, "%u %u%s\n", garbage.fault.nth, garbage.seed,
		   fault_sticky(&garbage.fault));
	return 0;
}

static ssize_t garbage_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = ((struct seq_file *)file->private_data)->private;
	struct sim_garbage garbage = { };
	unsigned long flags;
	char line[64], rest[8] = "";
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	if (sscanf(line, "%u %u %7s", &garbage.fault.nth, &garbage.seed,
		   rest) < 2)
		return -EINVAL;
	garbage.fault.sticky = !strcmp(rest, "sticky");
	if (*rest && !garbage.fault.sticky)
		return -EINVAL;
	sim_lock(gpu, &flags);
	garbage.fault.hits = gpu->garbage.fault.hits;
	gpu->garbage = garbage;
	sim_unlock(gpu, flags);
	return count;
}

SIM_SHOW_WRITE(garbage);

static int misread_show(struct seq_file *m, void *v)
{
	struct sim_misread misread[SIM_MAX_MISREADS];
	struct sim_gpu *gpu = m->private;
	unsigned int i, num;
	unsigned long flags;

	sim_lock(gpu, &flags);
	num = gpu->num_misreads;
	memcpy(misread, gpu->misread, sizeof(misread));
	sim_unlock(gpu, flags);
	for (i = 0; i < num; i++)
		seq_printf(m, "0x%03x 0x%08x 0x%08x\n", misread[i].where,
			   misread[i].val, misread[i].mask);
	return 0;
}

static ssize_t misread_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = ((struct seq_file *)file->private_data)->private;
	struct sim_misread misread = { .mask = ~0U };
	unsigned int where = 0;
	unsigned long flags;
	char line[64];
	bool none;
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	none = !strcmp(strim(line), "none");
	if (!none && (sscanf(line, "%i %i %i", &where, &misread.val,
			     &misread.mask) < 2 || where % 4 ||
		      where < SIM_ECAP_IOV || where >= SIM_CFG_SIZE))
		return -EINVAL;
	misread.where = where;
	sim_lock(gpu, &flags);
	if (none)
		gpu->num_misreads = 0;
	else if (gpu->num_misreads < SIM_MAX_MISREADS)
		gpu->misread[gpu->num_misreads++] = misread;
	else
		err = -ENOSPC;
	sim_unlock(gpu, flags);
	return err ? err : count;
}

SIM_SHOW_WRITE(misread);

/*
 * No answer
 */

static int config_dead_get(void *data, u64 *val)
{
	struct sim_gpu *gpu = data;

	*val = READ_ONCE(gpu->config_dead);
	return 0;
}

static int config_dead_set(void *data, u64 val)
{
	struct sim_gpu *gpu = data;
	unsigned long flags;

	sim_lock(gpu, &flags);
	gpu->config_dead = val;
	sim_unlock(gpu, flags);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(config_dead_fops, config_dead_get, config_dead_set,
			 "%llu\n");

/**
 * sim_fault_debugfs() - the files of a GPU by which faults are asked for
 * @gpu: GPU
 * @dir: its directory
 */
void sim_fault_debugfs(struct sim_gpu *gpu, struct dentry *dir)
{
	unsigned int i;

	debugfs_create_file("fail_command", 0600, dir, gpu, &fail_command_fops);
	debugfs_create_file("fail_enable", 0600, dir, gpu, &fail_enable_fops);
	debugfs_create_file("lose_register", 0600, dir, gpu,
			    &lose_register_fops);
	debugfs_create_file("garbage", 0600, dir, gpu, &garbage_fops);
	debugfs_create_file("misread", 0600, dir, gpu, &misread_fops);
	debugfs_create_file("config_dead", 0600, dir, gpu, &config_dead_fops);
	debugfs_create_u32("late_events", 0600, dir, &gpu->late_events);
	for (i = 0; i < SIM_NUM_FAULTS; i++) {
		struct fault_ref *ref = &fault_refs[gpu->index][i];

		ref->gpu = gpu;
		ref->fault = &gpu->fault[i];
		debugfs_create_file(fault_names[i], 0600, dir, ref, &fault_fops);
	}
}
