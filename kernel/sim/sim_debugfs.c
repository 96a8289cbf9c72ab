// SPDX-License-Identifier: GPL-2.0
/*
 * What tests see and do. Beside the files of sim_truth.c and sim_fault.c:
 *
 *	/sys/kernel/debug/gpuvf_sim/gpu<K>/
 *		bdf		where the PF is
 *		plant		make what must never be: "overlap A B", "unscrubbed A",
 *				"hang A": VF A hangs, and the GPU reports it
 *		vf<N>/guest	what the VF's guest does; see sim_guest.c
 *		vf<N>/touch	the guest writes to this byte of the framebuffer
 *		vf<N>/latency	how long the VF's commands take
 *		vf<N>/slice_us	how long it is expected to execute
 *		vf<N>/memory	its framebuffer, as the guest reads and writes it
 *		vf<N>/publish	the guest's driver writes VF2PF; so many MiB in use
 *		vf<N>/change	"AT OFFSET VALUE": when the PF has read the dword at AT
 *				of the VF's framebuffer, that at OFFSET becomes VALUE
 *
 * and that of sim_window.c beside gpu<K>.
 */

#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "sim.h"

static struct dentry *sim_root;

/**
 * sim_lock() - take a GPU's lock and bring it up to now
 * @gpu: GPU
 * @flags: for sim_unlock()
 */
void sim_lock(struct sim_gpu *gpu, unsigned long *flags)
	__acquires(&gpu->lock)
{
	raw_spin_lock_irqsave(&gpu->lock, *flags);
	sim_gpu_advance(gpu);
}

/**
 * sim_unlock() - undo sim_lock(); what happens next by itself may have changed
 * @gpu: GPU
 * @flags: of sim_lock()
 */
void sim_unlock(struct sim_gpu *gpu, unsigned long flags)
	__releases(&gpu->lock)
{
	sim_gpu_rearm(gpu);
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
}

/**
 * sim_get_line() - a short line that was written
 * @line: where to
 * @size: of @line
 * @buf: what was written
 * @count: how much
 *
 * Return: 0; -EINVAL: it is not so short; -EFAULT.
 */
int sim_get_line(char *line, size_t size, const char __user *buf, size_t count)
{
	if (count >= size)
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	line[count] = '\0';
	return 0;
}

static const char * const sim_command_names[] = {
	[GPUVF_CMD_IDLE_GPU] = "idle",
	[GPUVF_CMD_SAVE_GPU_STATE] = "save",
	[GPUVF_CMD_LOAD_GPU_STATE] = "load",
	[GPUVF_CMD_RUN_GPU] = "run",
	[GPUVF_CMD_CONTEXT_SWITCH] = "switch",
	[GPUVF_CMD_INIT_GPU] = "init",
	[GPUVF_CMD_SAVE_RLCV_STATE] = "save_rlcv",
	[GPUVF_CMD_LOAD_RLCV_STATE] = "load_rlcv",
	[GPUVF_CMD_SHUTDOWN_GPU] = "shutdown",
};

/**
 * sim_command_name() - a command, for people
 * @code: GPUVF_CMD_*
 *
 * Return: NULL: there is none of that code in this generation.
 */
const char *sim_command_name(u8 code)
{
	return code < ARRAY_SIZE(sim_command_names) &&
	       sim_generation_has(code) ? sim_command_names[code] : NULL;
}

/**
 * sim_command_code() - a command by its name
 * @name: as sim_command_name() has it
 *
 * Return: GPUVF_CMD_*, 0: there is none.
 */
u8 sim_command_code(const char *name)
{
	u8 code;

	for (code = 1; code < ARRAY_SIZE(sim_command_names); code++)
		if (sim_command_name(code) &&
		    !strcmp(sim_command_names[code], name))
			return code;
	return 0;
}

static int bdf_show(struct seq_file *m, void *v)
{
	struct sim_gpu *gpu = m->private;

	seq_printf(m, "%04x:%02x:00.0\n", sim_domain(),
		   READ_ONCE(gpu->port->cfg[PCI_SECONDARY_BUS]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bdf);

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
		gpu->layout_serial++;
		gpu->fb_serial++;
	} else if (sscanf(line, "hang %u", &a) == 1 && a < sim_total_vfs) {
		/* executing, and from now on for ever */
		gpu->fcn[SIM_FCN_VF(a)].hung = true;
		sim_gpu_raise(gpu, GPUVF_IOV_INTR_HANG_NEEDS_FLR);
	} else if (sscanf(line, "unscrubbed %u", &a) == 1 && a < sim_total_vfs) {
		sim_fb_extent(gpu, a, &start, &size);
		g = start / SIM_UNIT;
		if (size && g < gpu->num_units) {
			gpu->unit[g].writer = SIM_FCN_PF;
			gpu->unit[g].epoch = 0;
			gpu->fb_serial++;
		} else {
			ret = -ENOENT;
		}
	} else if (!strcmp(strim(line), "mail")) {
		sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_MBOX_RX);
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
	char line[128];

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
	struct sim_fcn *fcn = &ref->gpu->fcn[SIM_FCN_VF(ref->vf)];
	unsigned long flags;
	char line[128];
	bool was_there;
	int err;
	u64 now;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	sim_lock(ref->gpu, &flags);
	now = sim_gpu_advance(ref->gpu);
	sim_guest_advance(fcn, now);
	was_there = sim_guest_is_there(fcn);
	if (ref->vf >= sim_vfs_enabled(ref->gpu))
		err = -ENODEV;
	else
		err = sim_guest_parse(fcn, line, now);
	if (!was_there && sim_guest_is_there(fcn))
		sim_notify(ref->gpu, GPUVF_SIM_GUEST, ref->vf);
	sim_gpu_update_vf(ref->gpu, ref->vf, now);
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
	ok = !!sim_fb_attempt(ref->gpu, ref->vf, offset);
	sim_unlock(ref->gpu, flags);
	return ok ? count : -EFAULT;
}

static const struct file_operations touch_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = touch_write,
};

static int latency_show(struct seq_file *m, void *v)
{
	struct sim_vf_ref *ref = m->private;
	u32 us[ARRAY_SIZE(sim_latency_us)];
	const char *space = "";
	unsigned long flags;
	struct sim_fcn *fcn;
	u8 code;

	sim_lock(ref->gpu, &flags);
	fcn = &ref->gpu->fcn[SIM_FCN_VF(ref->vf)];
	for (code = 0; code < ARRAY_SIZE(us); code++)
		us[code] = fcn->own_latency & BIT(code) ?
			   fcn->latency_us[code] : sim_latency_us[code];
	sim_unlock(ref->gpu, flags);

	for (code = 0; code < ARRAY_SIZE(us); code++) {
		if (!sim_command_name(code) || code == GPUVF_CMD_CONTEXT_SWITCH)
			continue;
		seq_printf(m, "%s%s=%u", space, sim_command_name(code),
			   us[code]);
		space = " ";
	}
	seq_putc(m, '\n');
	return 0;
}

/* NAME=US..., or "default" */
static int latency_parse(struct sim_fcn *fcn, char *text)
{
	char *rest = strim(text), *word, *value;
	unsigned int us;
	u8 code;

	if (!strcmp(rest, "default")) {
		fcn->own_latency = 0;
		return 0;
	}
	while ((word = strsep(&rest, " "))) {
		value = word;
		word = strsep(&value, "=");
		code = sim_command_code(word);
		if (!code || code == GPUVF_CMD_CONTEXT_SWITCH || !value ||
		    kstrtouint(value, 10, &us))
			return -EINVAL;
		fcn->own_latency |= BIT(code);
		fcn->latency_us[code] = us;
	}
	return 0;
}

static ssize_t latency_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *pos)
{
	struct sim_vf_ref *ref = ((struct seq_file *)file->private_data)->private;
	unsigned long flags;
	char line[128];
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	sim_lock(ref->gpu, &flags);
	err = latency_parse(&ref->gpu->fcn[SIM_FCN_VF(ref->vf)], line);
	sim_unlock(ref->gpu, flags);
	return err ? err : count;
}

SIM_SHOW_WRITE(latency);

static int slice_us_get(void *data, u64 *val)
{
	struct sim_vf_ref *ref = data;

	*val = div_u64(READ_ONCE(ref->gpu->fcn[SIM_FCN_VF(ref->vf)].slice_ns),
		       NSEC_PER_USEC);
	return 0;
}

static int slice_us_set(void *data, u64 val)
{
	struct sim_vf_ref *ref = data;
	unsigned long flags;

	if (val > U32_MAX)
		return -EINVAL;
	sim_lock(ref->gpu, &flags);
	ref->gpu->fcn[SIM_FCN_VF(ref->vf)].slice_ns = val * NSEC_PER_USEC;
	sim_unlock(ref->gpu, flags);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(slice_us_fops, slice_us_get, slice_us_set, "%llu\n");

/* a page at a time, so that the lock is not held for long */
#define MEMORY_MAX	SZ_4K

/* where a guest's access begins; whole dwords only */
static int memory_check(const struct sim_vf_ref *ref, size_t count, loff_t pos)
{
	if (ref->vf >= sim_vfs_enabled(ref->gpu))
		return -ENODEV;
	return pos < 0 || pos % sizeof(u32) || count % sizeof(u32) ||
	       count > MEMORY_MAX ? -EINVAL : 0;
}

static ssize_t memory_read(struct file *file, char __user *buf, size_t count,
			   loff_t *pos)
{
	struct sim_vf_ref *ref = file->private_data;
	unsigned long flags;
	ssize_t ret;
	u32 *copy;
	size_t i;

	copy = kzalloc(MEMORY_MAX, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	sim_lock(ref->gpu, &flags);
	ret = memory_check(ref, count, *pos);
	for (i = 0; !ret && i < count / sizeof(u32); i++)
		copy[i] = sim_mem_vf_get(ref->gpu, ref->vf,
					 *pos + i * sizeof(u32));
	sim_unlock(ref->gpu, flags);
	if (!ret)
		ret = copy_to_user(buf, copy, count) ? -EFAULT : count;
	if (ret > 0)
		*pos += ret;
	kfree(copy);
	return ret;
}

static ssize_t memory_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	struct sim_vf_ref *ref = file->private_data;
	unsigned long flags;
	ssize_t ret;
	u32 *copy;
	size_t i;

	if (count > MEMORY_MAX)
		return -EINVAL;
	copy = memdup_user(buf, count);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	sim_lock(ref->gpu, &flags);
	ret = memory_check(ref, count, *pos);
	for (i = 0; !ret && i < count / sizeof(u32); i++)
		sim_mem_vf_set(ref->gpu, ref->vf, *pos + i * sizeof(u32),
			       copy[i]);
	sim_unlock(ref->gpu, flags);
	if (!ret)
		ret = count;
	if (ret > 0)
		*pos += ret;
	kfree(copy);
	return ret;
}

static const struct file_operations memory_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = memory_read,
	.write = memory_write,
	.llseek = default_llseek,
};

static ssize_t publish_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *pos)
{
	struct sim_vf_ref *ref = file->private_data;
	unsigned long flags;
	bool published;
	u32 used_mib;
	int err;

	err = kstrtou32_from_user(buf, count, 0, &used_mib);
	if (err)
		return err;
	sim_lock(ref->gpu, &flags);
	published = ref->vf < sim_vfs_enabled(ref->gpu) &&
		    sim_mem_guest_publish(ref->gpu, ref->vf, used_mib);
	sim_unlock(ref->gpu, flags);
	return published ? count : -ENODEV;
}

static const struct file_operations publish_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = publish_write,
};

static ssize_t change_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	struct sim_vf_ref *ref = file->private_data;
	unsigned long flags;
	char line[64];
	u64 at, offset;
	u32 val;
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	if (sscanf(line, "%llu %llu %u", &at, &offset, &val) != 3)
		return -EINVAL;
	sim_lock(ref->gpu, &flags);
	sim_mem_change_when_read(ref->gpu, ref->vf, at, offset, val);
	sim_unlock(ref->gpu, flags);
	return count;
}

static const struct file_operations change_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = change_write,
};

static void sim_debugfs_add(struct sim_gpu *gpu)
{
	struct dentry *dir, *vf_dir;
	char name[16];
	unsigned int i;

	snprintf(name, sizeof(name), "gpu%u", gpu->index);
	dir = debugfs_create_dir(name, sim_root);
	debugfs_create_file("bdf", 0400, dir, gpu, &bdf_fops);
	debugfs_create_file("plant", 0200, dir, gpu, &plant_fops);
	sim_truth_debugfs(gpu, dir);
	sim_fault_debugfs(gpu, dir);
	sim_aer_debugfs(gpu, dir);
	sim_ram_debugfs(gpu, dir);
	for (i = 0; i < sim_total_vfs; i++) {
		struct sim_vf_ref *ref = &sim_vf_refs[gpu->index][i];

		ref->gpu = gpu;
		ref->vf = i;
		snprintf(name, sizeof(name), "vf%u", i);
		vf_dir = debugfs_create_dir(name, dir);
		debugfs_create_file("guest", 0600, vf_dir, ref, &guest_fops);
		debugfs_create_file("touch", 0200, vf_dir, ref, &touch_fops);
		debugfs_create_file("latency", 0600, vf_dir, ref,
				    &latency_fops);
		debugfs_create_file("slice_us", 0600, vf_dir, ref,
				    &slice_us_fops);
		debugfs_create_file("memory", 0600, vf_dir, ref, &memory_fops);
		debugfs_create_file("publish", 0200, vf_dir, ref,
				    &publish_fops);
		debugfs_create_file("change", 0200, vf_dir, ref, &change_fops);
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
	sim_window_debugfs(sim_root);
	for (i = 0; i < num; i++)
		sim_debugfs_add(&gpus[i]);
}

/** sim_debugfs_fini() - remove them; waits for those who read */
void sim_debugfs_fini(void)
{
	debugfs_remove(sim_root);
	sim_window_fini();
}
