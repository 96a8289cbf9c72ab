// SPDX-License-Identifier: GPL-2.0
/*
 * What tests see and do: ground truth, guests, faults.
 *
 *	/sys/kernel/debug/gpuvf_sim/gpu<K>/
 *		bdf truth table commands fail_command fail_enable fail_clear
 *		lose_interrupt lose_message config_dead plant vf<N>/{guest,touch}
 */

#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "sim.h"

static struct dentry *sim_root;

static void sim_lock(struct sim_gpu *gpu, unsigned long *flags)
{
	raw_spin_lock_irqsave(&gpu->lock, *flags);
	/* also what no register shows, such as a backlog */
	gpu->guests_due_ns = 0;
	sim_gpu_advance(gpu);
}

static void sim_unlock(struct sim_gpu *gpu, unsigned long flags)
{
	sim_gpu_rearm(gpu);
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
}

/* a short line that somebody wrote */
static int sim_get_line(char *line, size_t size, const char __user *buf,
			size_t count)
{
	if (count >= size)
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	line[count] = '\0';
	return 0;
}

/* as DEFINE_SHOW_ATTRIBUTE(), for a file that is written too */
#define SIM_SHOW_WRITE(name)						\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return single_open(file, name##_show, inode->i_private);	\
}									\
									\
static const struct file_operations name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = name##_open,						\
	.read = seq_read,						\
	.write = name##_write,						\
	.llseek = seq_lseek,						\
	.release = single_release,					\
}

static int bdf_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;

	seq_printf(m, "%04x:%02x:00.0\n", sim_domain(),
		   READ_ONCE(gpu->port->cfg[PCI_SECONDARY_BUS]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bdf);

static u64 truth_violations(const struct sim_gpu *gpu)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < SIM_NUM_VIOLATIONS; i++)
		sum += gpu->violations[i];
	return sum;
}

static void truth_print_gpu(struct seq_file *m, const struct sim_gpu *gpu,
			    u64 now)
{
	static const char * const names[] = {
#define X(name) #name,
		SIM_VIOLATIONS(X)
#undef X
	};
	unsigned int i;

	seq_printf(m, "gpu now_ns=%llu commands=%llu illegal=%llu bad_function=%llu busy_rejected=%llu flr_races=%llu injected=%llu",
		   now, gpu->commands, gpu->illegal, gpu->bad_function,
		   gpu->busy_rejected, gpu->flr_races, gpu->injected);
	seq_printf(m, " violations=%llu", truth_violations(gpu));
	for (i = 0; i < SIM_NUM_VIOLATIONS; i++)
		seq_printf(m, " %s=%llu", names[i], gpu->violations[i]);
	seq_printf(m, " gap_ns=%llu gap_max_ns=%llu gaps=%llu clears=%llu granules_cleared=%llu interrupts=%llu resets=%llu vf_resets=%llu",
		   gpu->gap_ns, gpu->gap_max_ns, gpu->gaps, gpu->clears,
		   gpu->granules_cleared, gpu->interrupts, gpu->resets,
		   gpu->vf_resets);
	seq_printf(m, " mail_sent=%llu mail_dropped=%llu mail_bad_vf=%llu busy=%x\n",
		   gpu->mail_sent, gpu->mail_dropped, gpu->mail_bad_vf,
		   gpu->busy);
}

static void truth_print_fcn(struct seq_file *m, const struct sim_fcn *fcn,
			    u64 now)
{
	static const char * const states[] = {
		[SIM_SHUTDOWN] = "shutdown",
		[SIM_INIT] = "init",
		[SIM_LOAD] = "load",
		[SIM_RUN] = "run",
		[SIM_IDLE] = "idle",
		[SIM_SAVE] = "save",
	};
	u64 running = fcn->run_begin_ns && now > fcn->run_begin_ns ?
		      now - fcn->run_begin_ns : 0;

	/* the slice and the turn under way count up to now */
	seq_printf(m, " state=%s run_ns=%llu slices=%llu longest_ns=%llu shortest_ns=%llu charged_ns=%llu",
		   states[fcn->state], fcn->run_ns + running, fcn->slices,
		   fcn->longest_ns, fcn->shortest_ns, fcn->charged_ns);
	seq_printf(m, " idle_ns=%llu save_ns=%llu load_ns=%llu init_ns=%llu epoch=%u backlog_ns=%llu blocked_touches=%llu",
		   fcn->command_ns[GPUVF_CMD_IDLE_GPU],
		   fcn->command_ns[GPUVF_CMD_SAVE_GPU_STATE],
		   fcn->command_ns[GPUVF_CMD_LOAD_GPU_STATE],
		   fcn->command_ns[GPUVF_CMD_INIT_GPU], fcn->epoch,
		   fcn->backlog_ns, fcn->blocked_touches);
	seq_printf(m, " mail_sent=%llu mail_dropped=%llu\n", fcn->mail_sent,
		   fcn->mail_dropped);
}

/* one consistent picture: copied under the lock, printed outside it */
static int truth_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;
	struct sim_gpu *copy;
	unsigned long flags;
	unsigned int i;
	u64 now;

	copy = vmalloc(sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	sim_lock(gpu, &flags);
	now = ktime_get_ns();
	memcpy(copy, gpu, sizeof(*copy));
	sim_unlock(gpu, flags);

	truth_print_gpu(m, copy, now);
	seq_puts(m, "fn=pf");
	truth_print_fcn(m, &copy->fcn[SIM_FCN_PF], now);
	for (i = 0; i < sim_total_vfs; i++) {
		seq_printf(m, "fn=vf%u", i);
		truth_print_fcn(m, &copy->fcn[SIM_FCN_VF(i)], now);
	}
	vfree(copy);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(truth);

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

static const char * const fault_names[] = {
	[SIM_FAULT_NONE] = "none",
	[SIM_FAULT_ERROR] = "error",
	[SIM_FAULT_HANG_STATUS] = "hang_status",
	[SIM_FAULT_HANG_CLEAR] = "hang_clear",
	[SIM_FAULT_HANG_SILENT] = "hang_silent",
	[SIM_FAULT_SLOW] = "slow",
};

static int fail_command_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;

	seq_printf(m, "%u %s\n", READ_ONCE(gpu->fail_command),
		   fault_names[READ_ONCE(gpu->fail_kind)]);
	return 0;
}

static ssize_t fail_command_write(struct file *file, const char __user *buf,
				  size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = ((struct seq_file *)file->private_data)->private;
	char line[64], kind[16] = "error";
	unsigned int n, slow_us = 0;
	unsigned long flags;
	int err, fault;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	if (sscanf(line, "%u %15s %u", &n, kind, &slow_us) < 1)
		return -EINVAL;
	fault = match_string(fault_names, ARRAY_SIZE(fault_names), kind);
	if (fault < 0)
		return fault;
	sim_lock(gpu, &flags);
	gpu->fail_command = n;
	gpu->fail_kind = fault;
	gpu->fail_slow_ns = slow_us * (u64)NSEC_PER_USEC;
	sim_unlock(gpu, flags);
	return count;
}

SIM_SHOW_WRITE(fail_command);

static ssize_t plant_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = file->private_data;
	unsigned int a, b, g;
	unsigned long flags;
	ssize_t ret = count;
	u64 start, size;
	char line[64];
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	sim_lock(gpu, &flags);
	if (sscanf(line, "overlap %u %u", &a, &b) == 2 && a < sim_total_vfs &&
	    b < sim_total_vfs) {
		gpu->table[b] = gpu->table[a];
	} else if (sscanf(line, "dirty %u", &a) == 1 && a < sim_total_vfs) {
		sim_fb_extent(gpu, a, &start, &size);
		g = start / SIM_GRANULE;
		if (size && g < gpu->num_granules) {
			gpu->granule[g].writer = SIM_FCN_PF;
			gpu->granule[g].epoch = 0;
		} else {
			ret = -ENOENT;
		}
	} else {
		ret = -EINVAL;
	}
	sim_unlock(gpu, flags);
	return ret;
}

static const struct file_operations plant_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = plant_write,
};

/**
 * struct sim_vf_ref - a VF's directory
 * @gpu: the GPU
 * @vf: index of the VF
 */
struct sim_vf_ref {
	struct sim_gpu *gpu;
	unsigned int vf;
};

static struct sim_vf_ref sim_vf_refs[SIM_MAX_GPUS][SIM_MAX_VFS];

static int guest_show(struct seq_file *m, void *v)
{
	struct sim_vf_ref *ref = m->private;
	unsigned long flags;
	char line[32];

	sim_lock(ref->gpu, &flags);
	sim_guest_print(&ref->gpu->fcn[SIM_FCN_VF(ref->vf)], line,
			sizeof(line));
	sim_unlock(ref->gpu, flags);
	seq_puts(m, line);
	return 0;
}

static ssize_t guest_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	struct sim_vf_ref *ref = ((struct seq_file *)file->private_data)->private;
	unsigned long flags;
	char line[32];
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	sim_lock(ref->gpu, &flags);
	if (ref->vf >= sim_vfs_enabled(ref->gpu))
		err = -ENODEV;
	else
		err = sim_guest_parse(&ref->gpu->fcn[SIM_FCN_VF(ref->vf)], line,
				      ktime_get_ns());
	ref->gpu->guests_due_ns = 0;
	sim_gpu_advance(ref->gpu);
	sim_unlock(ref->gpu, flags);
	return err ? err : count;
}

SIM_SHOW_WRITE(guest);

static ssize_t touch_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	struct sim_vf_ref *ref = file->private_data;
	unsigned long flags;
	u64 offset;
	bool ok;
	int err;

	err = kstrtou64_from_user(buf, count, 0, &offset);
	if (err)
		return err;
	sim_lock(ref->gpu, &flags);
	ok = sim_fb_attempt(ref->gpu, ref->vf, offset);
	sim_unlock(ref->gpu, flags);
	return ok ? count : -EFAULT;
}

static const struct file_operations touch_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = touch_write,
};

/* numbers that are set under the lock */
#define SIM_NUMBER(name, type, member)					\
static int name##_get(void *data, u64 *val)				\
{									\
	struct sim_gpu *gpu = data;					\
									\
	*val = (s64)READ_ONCE(gpu->member);				\
	return 0;							\
}									\
									\
static int name##_set(void *data, u64 val)				\
{									\
	struct sim_gpu *gpu = data;					\
	unsigned long flags;						\
									\
	sim_lock(gpu, &flags);						\
	gpu->member = (type)val;					\
	sim_unlock(gpu, flags);						\
	return 0;							\
}									\
DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(name##_fops, name##_get, name##_set, "%lld\n")

SIM_NUMBER(fail_enable, int, fail_enable);
SIM_NUMBER(fail_clear, unsigned int, fail_clear);
SIM_NUMBER(lose_interrupt, unsigned int, lose_interrupt);
SIM_NUMBER(lose_message, unsigned int, lose_message);
SIM_NUMBER(config_dead, bool, config_dead);

static void sim_debugfs_add(struct sim_gpu *gpu)
{
	struct dentry *dir, *vf_dir;
	char name[8];
	unsigned int i;

	snprintf(name, sizeof(name), "gpu%u", gpu->index);
	dir = debugfs_create_dir(name, sim_root);
	debugfs_create_file("bdf", 0400, dir, gpu, &bdf_fops);
	debugfs_create_file("truth", 0400, dir, gpu, &truth_fops);
	debugfs_create_file("table", 0400, dir, gpu, &table_fops);
	sim_log_add_file(gpu, dir);
	debugfs_create_file("fail_command", 0600, dir, gpu, &fail_command_fops);
	debugfs_create_file("plant", 0200, dir, gpu, &plant_fops);
	debugfs_create_file("fail_enable", 0600, dir, gpu, &fail_enable_fops);
	debugfs_create_file("fail_clear", 0600, dir, gpu, &fail_clear_fops);
	debugfs_create_file("lose_interrupt", 0600, dir, gpu,
			    &lose_interrupt_fops);
	debugfs_create_file("lose_message", 0600, dir, gpu,
			    &lose_message_fops);
	debugfs_create_file("config_dead", 0600, dir, gpu, &config_dead_fops);
	for (i = 0; i < sim_total_vfs; i++) {
		struct sim_vf_ref *ref = &sim_vf_refs[gpu->index][i];

		ref->gpu = gpu;
		ref->vf = i;
		snprintf(name, sizeof(name), "vf%u", i);
		vf_dir = debugfs_create_dir(name, dir);
		debugfs_create_file("guest", 0600, vf_dir, ref, &guest_fops);
		debugfs_create_file("touch", 0200, vf_dir, ref, &touch_fops);
	}
}

/**
 * sim_debugfs_init() - make the files
 * @gpus: the GPUs
 * @num: how many
 */
void sim_debugfs_init(struct sim_gpu *gpus, unsigned int num)
{
	unsigned int i;

	sim_root = debugfs_create_dir("gpuvf_sim", NULL);
	for (i = 0; i < num; i++)
		sim_debugfs_add(&gpus[i]);
}

/** sim_debugfs_fini() - remove them; waits for those who read */
void sim_debugfs_fini(void)
{
	debugfs_remove(sim_root);
}
