// SPDX-License-Identifier: GPL-2.0
/*
 * Two directories for each PF: dri/BDF has what xe's own has, as far as tools use it;
 * gpuvf_double/BDF is the double's:
 *
 *	truth		the state, whatever sysfs says
 *	stores		writes that reached xe: of sriov_admin and starts of VFs, of
 *			sriov_numvfs
 *	violations	what nothing that is careful does, and what is wrong as it is
 *	fail		WHAT VF ERRNO COUNT: make something fail
 *	wedged, resetting, delay_ms
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "lower.h"
#include "xe_sriov_pf_helpers.h"
#include "xe_sriov_pf_provision.h"

static struct dentry *own_root;
static struct dentry *dri_root;

/* seq_file's own cannot have a write() that gets the private data */
#define DOUBLE_FILE(name, show, store)					\
	static int name##_open(struct inode *inode, struct file *file)	\
	{								\
		return single_open(file, show, inode->i_private);	\
	}								\
	static const struct file_operations name##_fops = {		\
		.owner = THIS_MODULE,					\
		.open = name##_open,					\
		.read = seq_read,					\
		.write = store,						\
		.llseek = seq_lseek,					\
		.release = single_release,				\
	}

static int truth_show(struct seq_file *m, void *unused)
{
	struct xe_device *xe = m->private;
	unsigned int n, t;

	guard(mutex)(xe_sriov_pf_master_mutex(xe));
	seq_printf(m, "mode %s\n", xe->sriov.pf.provision.mode ==
		   XE_SRIOV_PROVISIONING_MODE_AUTO ? "auto" : "custom");
	for (t = 0; t < xe->info.tile_count; t++)
		seq_printf(m, "tile %u free %llu of %llu idle %u\n", t,
			   xe->vram_free[t], xe->vram[t], xe->sched_if_idle[t]);
	for (n = 0; n <= xe_sriov_pf_get_totalvfs(xe); n++) {
		for (t = 0; t < xe->info.gt_count; t++) {
			const struct double_gt *gt = &xe->functions[n].gt[t];

			seq_printf(m, "%u.%u lmem %llu eq %u pt %u priority %u ggtt %llu%s%s\n",
				   n, t, gt->lmem, gt->eq, gt->pt, gt->priority,
				   gt->ggtt,
				   xe->functions[n].running ? " running" : "",
				   xe->functions[n].stopped ? " stopped" : "");
		}
	}
	return 0;
}

DOUBLE_FILE(truth, truth_show, NULL);

static int stores_show(struct seq_file *m, void *unused)
{
	struct xe_device *xe = m->private;

	seq_printf(m, "%d %d\n", atomic_read(&xe->writes),
		   atomic_read(&xe->numbers));
	return 0;
}

DOUBLE_FILE(stores, stores_show, NULL);

static void show_vf_violations(struct seq_file *m, struct xe_device *xe,
			       unsigned int n, unsigned int t)
{
	const struct double_gt *gt = &xe->functions[n].gt[t];

	if (n > xe_sriov_pf_num_vfs(xe)) {
		if (gt->lmem)
			seq_printf(m, "quota left on VF %u, which is not enabled\n", n);
		return;
	}
	if (!gt->eq || !gt->pt)
		seq_printf(m, "endless times of %s %u\n", n ? "VF" : "PF", n);
	if (n && !gt->ggtt)
		seq_printf(m, "no GGTT for VF %u\n", n);
	if (n && xe_device_has_lmtt(xe) && !gt->lmem)
		seq_printf(m, "no framebuffer for VF %u\n", n);
}

static int violations_show(struct seq_file *m, void *unused)
{
	struct xe_device *xe = m->private;
	unsigned int n, t;

	guard(mutex)(xe_sriov_pf_master_mutex(xe));
	if (atomic_read(&xe->taken))
		seq_printf(m, "xe of the host took %d VFs\n",
			   atomic_read(&xe->taken));
	if (atomic_read(&xe->bad_starts))
		seq_printf(m, "%d guests started without what they need\n",
			   atomic_read(&xe->bad_starts));
	if (atomic_read(&xe->running_quotas))
		seq_printf(m, "%d quotas written under a running guest\n",
			   atomic_read(&xe->running_quotas));
	if (xe->sriov.pf.provision.mode != XE_SRIOV_PROVISIONING_MODE_AUTO)
		seq_puts(m, "custom mode\n");
	if (xe->pm_references != !!xe_sriov_pf_num_vfs(xe))
		seq_printf(m, "%d references of runtime PM\n", xe->pm_references);
	for (n = !xe_sriov_pf_num_vfs(xe); n <= xe_sriov_pf_get_totalvfs(xe); n++)
		for (t = 0; t < xe->info.gt_count; t++)
			show_vf_violations(m, xe, n, t);
	return 0;
}

DOUBLE_FILE(violations, violations_show, NULL);

/* a write from user space as text; Return: its bytes, or a negative errno */
static ssize_t take(char *text, size_t size, const char __user *from,
		    size_t count)
{
	if (count >= size)
		return -EINVAL;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	text[count] = '\0';
	return count;
}

static struct xe_device *xe_of(struct file *file)
{
	return ((struct seq_file *)file->private_data)->private;
}

static int nothing_show(struct seq_file *m, void *unused)
{
	return 0;
}

static ssize_t fail_write(struct file *file, const char __user *from,
			  size_t count, loff_t *pos)
{
	struct xe_device *xe = xe_of(file);
	struct double_fault fault = {};
	char text[64];
	ssize_t got = take(text, sizeof(text), from, count);

	if (got < 0)
		return got;
	if (sscanf(text, "%15s %u %d %u", fault.what, &fault.vfid, &fault.error,
		   &fault.count) < 3)
		fault = (struct double_fault){};
	fault.error = -abs(fault.error);
	guard(mutex)(xe_sriov_pf_master_mutex(xe));
	xe->fault = fault;
	return got;
}

DOUBLE_FILE(fail, nothing_show, fail_write);

static ssize_t restore_write(struct file *file, const char __user *from,
			     size_t count, loff_t *pos)
{
	int err = xe_sriov_pf_provision_set_mode(xe_of(file),
						 XE_SRIOV_PROVISIONING_MODE_AUTO);

	return err ?: count;
}

DOUBLE_FILE(restore, nothing_show, restore_write);

static int lockdown_open(struct inode *inode, struct file *file)
{
	struct xe_device *xe = inode->i_private;

	file->private_data = xe;
	return xe_sriov_pf_arm_guard(xe, &xe->sriov.pf.guard_vfs_enabling, true,
				     NULL);
}

static int lockdown_release(struct inode *inode, struct file *file)
{
	struct xe_device *xe = file->private_data;

	xe_sriov_pf_disarm_guard(xe, &xe->sriov.pf.guard_vfs_enabling, true,
				 NULL);
	return 0;
}

static const struct file_operations lockdown_fops = {
	.owner = THIS_MODULE,
	.open = lockdown_open,
	.release = lockdown_release,
};

static int ggtt_get(void *data, u64 *bytes)
{
	const struct double_function *vf = data;

	*bytes = vf->gt[0].ggtt;
	return 0;
}

/* as of all that xe has here: what is set by hand is not touched any more */
static int ggtt_set(void *data, u64 bytes)
{
	struct double_function *vf = data;

	vf->gt[0].ggtt = bytes;
	return xe_sriov_pf_provision_set_custom_mode(vf->xe);
}
DEFINE_DEBUGFS_ATTRIBUTE(ggtt_fops, ggtt_get, ggtt_set, "%llu\n");

static void add_dri(struct xe_device *xe, const char *name)
{
	struct dentry *sriov, *dir;
	unsigned int n;
	char text[16];

	xe->debugfs = debugfs_create_dir(name, dri_root);
	sriov = debugfs_create_dir("sriov", xe->debugfs);
	debugfs_create_file("restore_auto_provisioning", 0200, sriov, xe,
			    &restore_fops);
	debugfs_create_file("lockdown_vfs_enabling", 0400, sriov, xe,
			    &lockdown_fops);
	for (n = 1; n <= xe_sriov_pf_get_totalvfs(xe); n++) {
		xe->functions[n].xe = xe;
		snprintf(text, sizeof(text), "vf%u", n);
		dir = debugfs_create_dir(text, sriov);
		dir = debugfs_create_dir("tile0", dir);
		debugfs_create_file_unsafe("ggtt_quota", 0600, dir,
					   &xe->functions[n], &ggtt_fops);
	}
}

/**
 * double_debugfs_add() - add the files of a PF
 * @xe: the PF
 */
void double_debugfs_add(struct xe_device *xe)
{
	const char *name = dev_name(xe->drm.dev);
	struct dentry *own = debugfs_create_dir(name, own_root);

	xe->own_debugfs = own;
	debugfs_create_file("truth", 0400, own, xe, &truth_fops);
	debugfs_create_file("stores", 0400, own, xe, &stores_fops);
	debugfs_create_file("violations", 0400, own, xe, &violations_fops);
	debugfs_create_file("fail", 0200, own, xe, &fail_fops);
	debugfs_create_bool("wedged", 0600, own, &xe->wedged);
	debugfs_create_bool("resetting", 0600, own, &xe->resetting);
	debugfs_create_u32("delay_ms", 0600, own, &xe->delay_ms);
	add_dri(xe, name);
}

/**
 * double_debugfs_remove() - remove the files of a PF
 * @xe: the PF
 */
void double_debugfs_remove(struct xe_device *xe)
{
	debugfs_remove(xe->own_debugfs);
	debugfs_remove(xe->debugfs);
}

void double_debugfs_init(void)
{
	own_root = debugfs_create_dir("gpuvf_double", NULL);
	dri_root = debugfs_create_dir("dri", NULL);
}

void double_debugfs_exit(void)
{
	debugfs_remove(own_root);
	debugfs_remove(dri_root);
}
