// SPDX-License-Identifier: GPL-2.0
/*
 * Migration of a VF by VFIO's protocol, version 2.
 *
 *	RUNNING ──halt──► RUNNING_P2P ◄──────► STOP ◄──────► STOP_COPY: a file to read
 *	        ◄──run───                        ▲
 *	                                         └─────────► RESUMING: a file to write
 *
 * Any reset, and closing, lead to RUNNING. That takes @lock, with locks held that a page
 * fault may wait for: so memory of the process is read and written with no lock held. A
 * file has one user at a time instead; a second one gets EBUSY.
 *
 * What a file reads and writes is gpuvf.ko's: a saver or a restorer, which knows by
 * itself whether it is still that of the VF's state.
 */

#include <linux/anon_inodes.h>
#include <linux/bitops.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "device/vfio.h"
#include "vfio/migration.h"
#include "vfio/vfio_compat.h"

/* struct migration_file.flags */
#define MIGRATION_BUSY	0

/**
 * struct migration_file - what a descriptor reads or writes
 * @flags: MIGRATION_BUSY: a thread is at it
 * @saver: STOP_COPY; else NULL
 * @restorer: RESUMING; else NULL
 * @data: of @saver: what is left of the present piece
 * @size: its bytes
 */
struct migration_file {
	unsigned long flags;
	struct gpuvf_saver *saver;
	struct gpuvf_restorer *restorer;
	const u8 *data;
	u32 size;
};

static struct gpuvf_variant *to_variant(struct vfio_device *vdev)
{
	return container_of(vdev, struct gpuvf_variant, core.vdev);
}

/* what is read by now, or @err if that is nothing */
static ssize_t file_result(size_t done, int err)
{
	return done ? done : err;
}

static ssize_t save_read(struct file *filp, char __user *buf, size_t len,
			 loff_t *pos)
{
	struct migration_file *file = filp->private_data;
	size_t done = 0, n;
	int err = 0;

	if (test_and_set_bit_lock(MIGRATION_BUSY, &file->flags))
		return -EBUSY;
	while (done < len && !err) {
		if (!file->size)
			err = gpuvf_save_next(file->saver, &file->data,
					      &file->size);
		/* the end */
		if (err || !file->size)
			break;
		n = min_t(size_t, len - done, file->size);
		if (copy_to_user(buf + done, file->data, n)) {
			err = -EFAULT;
			break;
		}
		file->data += n;
		file->size -= n;
		done += n;
	}
	clear_bit_unlock(MIGRATION_BUSY, &file->flags);
	return file_result(done, err);
}

static int save_release(struct inode *inode, struct file *filp)
{
	struct migration_file *file = filp->private_data;

	gpuvf_save_free(file->saver);
	kfree(file);
	return 0;
}

static const struct file_operations save_fops = {
	.owner = THIS_MODULE,
	.read = save_read,
	.release = save_release,
};

static ssize_t restore_write(struct file *filp, const char __user *buf,
			     size_t len, loff_t *pos)
{
	struct migration_file *file = filp->private_data;
	size_t done = 0;
	int err = 0;
	u32 n;
	u8 *to;

	if (test_and_set_bit_lock(MIGRATION_BUSY, &file->flags))
		return -EBUSY;
	while (done < len && !err) {
		to = gpuvf_restore_space(file->restorer, &n);
		if (IS_ERR(to)) {
			err = PTR_ERR(to);
			break;
		}
		n = min_t(size_t, len - done, n);
		if (copy_from_user(to, buf + done, n)) {
			err = -EFAULT;
			break;
		}
		err = gpuvf_restore_read(file->restorer, n);
		if (!err)
			done += n;
	}
	clear_bit_unlock(MIGRATION_BUSY, &file->flags);
	return file_result(done, err);
}

static int restore_release(struct inode *inode, struct file *filp)
{
	struct migration_file *file = filp->private_data;

	gpuvf_restore_free(file->restorer);
	kfree(file);
	return 0;
}

static const struct file_operations restore_fops = {
	.owner = THIS_MODULE,
	.write = restore_write,
	.release = restore_release,
};

static void file_free(struct migration_file *file)
{
	if (!IS_ERR_OR_NULL(file->saver))
		gpuvf_save_free(file->saver);
	if (!IS_ERR_OR_NULL(file->restorer))
		gpuvf_restore_free(file->restorer);
	kfree(file);
}

static int file_begin(struct gpuvf_variant *variant, struct migration_file *file,
		      bool save)
{
	struct pci_dev *pdev = variant->core.pdev;

	if (save)
		file->saver = gpuvf_vfio_save(pdev);
	else
		file->restorer = gpuvf_vfio_restore(pdev);
	return save ? PTR_ERR_OR_ZERO(file->saver) :
		      PTR_ERR_OR_ZERO(file->restorer);
}

/* the file of STOP_COPY, with a reference for the caller, or of RESUMING */
static struct file *file_open(struct gpuvf_variant *variant, bool save)
{
	struct migration_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	struct file *filp;
	int err;

	if (!file)
		return ERR_PTR(-ENOMEM);
	err = file_begin(variant, file, save);
	if (err) {
		file_free(file);
		return ERR_PTR(err);
	}
	filp = save ? anon_inode_getfile("gpuvf_vfio_save", &save_fops, file,
					 O_RDONLY) :
		      anon_inode_getfile("gpuvf_vfio_restore", &restore_fops,
					 file, O_WRONLY);
	if (IS_ERR(filp)) {
		file_free(file);
		return filp;
	}
	stream_open(filp->f_inode, filp);
	variant->file = get_file(filp);
	return filp;
}

/* its descriptor may stay open, and reads and writes nothing any more */
static void file_drop(struct gpuvf_variant *variant)
{
	struct migration_file *file;

	if (!variant->file)
		return;
	file = variant->file->private_data;
	if (file->saver)
		gpuvf_save_cancel(file->saver);
	else
		gpuvf_restore_cancel(file->restorer);
	fput(variant->file);
	variant->file = NULL;
}

static int file_end_restore(struct gpuvf_variant *variant)
{
	struct migration_file *file = variant->file->private_data;
	int err;

	if (test_and_set_bit_lock(MIGRATION_BUSY, &file->flags))
		return -EBUSY;
	err = gpuvf_restore_end(file->restorer);
	/* if it went well it is busy for ever: the stream is over */
	if (err)
		clear_bit_unlock(MIGRATION_BUSY, &file->flags);
	else
		file_drop(variant);
	return err;
}

#define ARC(from, to)	((from) << 8 | (to))

/* from a state to the next one; VFIO combines these. Returns a file, NULL, or an error */
static struct file *migration_step(struct gpuvf_variant *variant, u32 next)
{
	struct pci_dev *pdev = variant->core.pdev;

	switch (ARC(variant->state, next)) {
	case ARC(VFIO_DEVICE_STATE_RUNNING, VFIO_DEVICE_STATE_RUNNING_P2P):
		return ERR_PTR(gpuvf_vfio_halt(pdev));
	case ARC(VFIO_DEVICE_STATE_RUNNING_P2P, VFIO_DEVICE_STATE_RUNNING):
		gpuvf_vfio_run(pdev);
		return NULL;
	case ARC(VFIO_DEVICE_STATE_RUNNING_P2P, VFIO_DEVICE_STATE_STOP):
	case ARC(VFIO_DEVICE_STATE_STOP, VFIO_DEVICE_STATE_RUNNING_P2P):
		return NULL;
	case ARC(VFIO_DEVICE_STATE_STOP, VFIO_DEVICE_STATE_STOP_COPY):
		return file_open(variant, true);
	case ARC(VFIO_DEVICE_STATE_STOP, VFIO_DEVICE_STATE_RESUMING):
		return file_open(variant, false);
	case ARC(VFIO_DEVICE_STATE_STOP_COPY, VFIO_DEVICE_STATE_STOP):
		file_drop(variant);
		return NULL;
	case ARC(VFIO_DEVICE_STATE_RESUMING, VFIO_DEVICE_STATE_STOP):
		return ERR_PTR(file_end_restore(variant));
	default:
		/* VFIO has no other arcs for what this device can do */
		WARN_ON_ONCE(true);
		return ERR_PTR(-EINVAL);
	}
}

static struct file *migration_set_state(struct vfio_device *vdev,
					enum vfio_device_mig_state wanted)
{
	struct gpuvf_variant *variant = to_variant(vdev);
	enum vfio_device_mig_state next;
	struct file *file = NULL;
	int err;

	mutex_lock(&variant->lock);
	while (variant->state != wanted) {
		err = vfio_mig_get_next_state(vdev, variant->state, wanted, &next);
		file = err ? ERR_PTR(err) : migration_step(variant, next);
		if (IS_ERR(file))
			break;
		variant->state = next;
	}
	mutex_unlock(&variant->lock);
	return file;
}

static int migration_get_state(struct vfio_device *vdev,
			       enum vfio_device_mig_state *state)
{
	struct gpuvf_variant *variant = to_variant(vdev);

	mutex_lock(&variant->lock);
	*state = variant->state;
	mutex_unlock(&variant->lock);
	return 0;
}

#ifdef GPUVF_HAVE_VFIO_DATA_SIZE
static int migration_get_data_size(struct vfio_device *vdev,
				   unsigned long *bytes)
{
	*bytes = gpuvf_vfio_max_bytes(to_variant(vdev)->core.pdev);
	return 0;
}
#endif

static const struct vfio_migration_ops migration_ops = {
	.migration_set_state = migration_set_state,
	.migration_get_state = migration_get_state,
	GPUVF_VFIO_DATA_SIZE
};

/**
 * gpuvf_migration_init() - offer migration, where the hardware has it
 * @variant: VF that is not registered with VFIO yet
 */
void gpuvf_migration_init(struct gpuvf_variant *variant)
{
	struct vfio_device *vdev = &variant->core.vdev;

	mutex_init(&variant->lock);
	variant->state = VFIO_DEVICE_STATE_RUNNING;
	if (!gpuvf_vfio_can_migrate(variant->core.pdev))
		return;
	vdev->mig_ops = &migration_ops;
	vdev->migration_flags = VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P;
}

/**
 * gpuvf_migration_end() - the VF was reset, or closed
 * @variant: VF, whatever state it is in
 *
 * Context: sleeps. The device lock and VFIO's memory_lock may be held.
 */
void gpuvf_migration_end(struct gpuvf_variant *variant)
{
	mutex_lock(&variant->lock);
	if (variant->state != VFIO_DEVICE_STATE_RUNNING) {
		/* before it may run: a restore ends the tenancy of what it has written */
		file_drop(variant);
		variant->state = VFIO_DEVICE_STATE_RUNNING;
		gpuvf_vfio_run(variant->core.pdev);
	}
	mutex_unlock(&variant->lock);
}
