// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the state of a VF out of a stream, into a halted VF.
 *
 *	its tenancy ends ──scrubbed──► IDENTITY is compared
 *	                                  │
 *	        memory is written as it comes, the rest is kept
 *	                                  │ END, and the state is left by its user
 *	                                  ▼
 *	registers are written, the context is adopted ──run──► it may have time slices
 *
 * The VF has its extent in the framebuffer table all the while, as a VF has that was
 * opened and did not start: so the end of a tenancy marks what was written, as it marks
 * what a guest wrote through its BAR. Anything wrong ends the tenancy. A VF that has no
 * context, and is halted, does not start.
 */

#include <linux/delay.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/pci.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "base/compat.h"
#include "base/pf.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/migrate.h"
#include "vf/vf.h"

/* written under one hold of pf->lock: 256 accesses of about 1 us */
#define RESTORE_PART	1024U

/* how long the scrubbing of an extent is waited for, and how often looked */
#define RESTORE_SCRUB_LIMIT_MS	30000
#define RESTORE_SCRUB_POLL_MS	2

/**
 * struct gpuvf_restorer - a state that is being restored
 * @vf: whose; has a reference to the PF
 * @tenancy: the VF's, since this began
 * @err: why no more of it is read
 * @identity: of the VF
 * @guest: what was known of the guest
 * @reg: registers
 * @section: read last
 * @reader: reads the stream
 */
struct gpuvf_restorer {
	struct gpuvf_vf *vf;
	u32 tenancy;
	int err;
	struct gpuvf_stream_identity identity;
	struct gpuvf_stream_guest guest;
	u32 reg[GPUVF_STREAM_MAX_REGISTERS];
	struct gpuvf_stream_section section;
	struct gpuvf_stream_reader reader;
};

/* content is written out of the reader's buffer as it is */
static_assert((offsetof(struct gpuvf_restorer, reader.buf) +
	       GPUVF_STREAM_SECTION + GPUVF_STREAM_OFFSET) % 4 == 0);

/* what was written goes, unless something else has seen to that already */
static void restore_drop_locked(struct gpuvf_restorer *r)
{
	struct gpuvf_vf *vf = r->vf;

	if (vf->migration.session != r)
		return;
	vf->migration.session = NULL;
	if (vf->guest.tenancy == r->tenancy && !vf->pf->gone)
		gpuvf_vf_user_gone_locked(vf);
}

/* is the VF the same that it was when this began? */
static int restore_check_locked(struct gpuvf_restorer *r)
{
	struct gpuvf_vf *vf = r->vf;
	const char *obstacle;

	if (vf->migration.session != r)
		return -ENODEV;
	obstacle = gpuvf_migrate_obstacle_locked(vf);
	if (!obstacle && vf->guest.tenancy != r->tenancy)
		obstacle = "it was reset";
	if (!obstacle && gpuvf_scrub_vf_is_quarantined_locked(vf->pf, vf->index))
		obstacle = "its framebuffer is quarantined";
	return obstacle ? gpuvf_migrate_refuse(vf, -EIO, "cannot restore: %s",
					       obstacle) : 0;
}

static int restore_begin_locked(struct gpuvf_restorer *r)
{
	struct gpuvf_vf *vf = r->vf;
	struct gpuvf_pf *pf = vf->pf;
	const char *obstacle;

	/* what the scheduler saw of it, before this counts on it */
	gpuvf_vfs_reap_locked(pf);
	obstacle = gpuvf_migrate_obstacle_locked(vf);
	if (obstacle)
		return gpuvf_migrate_refuse(vf, -EIO, "cannot restore: %s",
					    obstacle);
	if (WARN_ON_ONCE(!vf->migration.halted))
		return -EINVAL;
	if ((gpuvf_engine_started(pf) | gpuvf_engine_retained(pf)) &
	    BIT(vf->index))
		return gpuvf_migrate_refuse(vf, -EBUSY,
					    "cannot restore: its guest has started");
	/* its user may have written its BAR, and what the stream leaves out is zeros */
	gpuvf_vf_user_gone_locked(vf);
	r->tenancy = vf->guest.tenancy;
	gpuvf_migrate_identify_locked(vf, &r->identity);
	vf->migration.session = r;
	return 0;
}

/* 1: its memory is scrubbed, and it has its extent; 0: not yet */
static int restore_is_clean(struct gpuvf_restorer *r)
{
	struct gpuvf_vf *vf = r->vf;
	struct gpuvf_pf *pf = vf->pf;
	int ret;

	gpuvf_pf_lock(pf);
	ret = restore_check_locked(r);
	if (!ret)
		ret = gpuvf_scrub_vf_is_clean_locked(pf, vf->index) &&
		      gpuvf_table_has(pf, vf->index);
	gpuvf_pf_unlock(pf);
	return ret;
}

static int restore_wait_clean(struct gpuvf_restorer *r)
{
	unsigned long end = jiffies + msecs_to_jiffies(RESTORE_SCRUB_LIMIT_MS);
	int ret;

	for (;;) {
		ret = restore_is_clean(r);
		if (ret)
			return min(ret, 0);
		if (time_after(jiffies, end))
			return gpuvf_migrate_refuse(r->vf, -EBUSY,
						    "cannot restore: its framebuffer is not scrubbed within %u s",
						    RESTORE_SCRUB_LIMIT_MS / 1000);
		if (msleep_interruptible(RESTORE_SCRUB_POLL_MS))
			return -EINTR;
	}
}

/**
 * gpuvf_restore_begin() - begin to restore the state of a VF
 * @vf: VF, halted
 *
 * Its tenancy ends.
 *
 * Context: sleeps, until its memory is scrubbed; pf->lock must not be held.
 * Return: to be freed by gpuvf_restore_free(); -EIO: no state can be restored, -EBUSY: its
 * guest has started, or its memory is not scrubbed in time, which are logged; -EINTR: a
 * signal came; -ENOMEM.
 */
struct gpuvf_restorer *gpuvf_restore_begin(struct gpuvf_vf *vf)
{
	struct gpuvf_restorer *r = kvzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	struct gpuvf_pf *pf = vf->pf;
	int err;

	if (!r)
		return ERR_PTR(-ENOMEM);
	r->vf = vf;
	gpuvf_stream_reader_init(&r->reader);
	get_device(&pf->dev);
	gpuvf_pf_lock(pf);
	err = restore_begin_locked(r);
	gpuvf_pf_unlock(pf);
	if (!err)
		err = restore_wait_clean(r);
	if (!err)
		return r;
	gpuvf_restore_free(r);
	return ERR_PTR(err);
}

/*
 * What is in the stream
 */

static int restore_compare(struct gpuvf_restorer *r,
			   const struct gpuvf_stream_identity *its)
{
	const struct gpuvf_stream_identity *own = &r->identity;
	struct gpuvf_vf *vf = r->vf;

	if (strcmp(its->backend, own->backend))
		return gpuvf_migrate_refuse(vf, -EINVAL,
					    "cannot restore: of backend %s, this GPU has %s",
					    its->backend, own->backend);
	if (its->device != own->device)
		return gpuvf_migrate_refuse(vf, -EINVAL,
					    "cannot restore: of device id %04x, the VF has %04x",
					    its->device, own->device);
	if (its->fb_bytes != own->fb_bytes)
		return gpuvf_migrate_refuse(vf, -EINVAL,
					    "cannot restore: of %llu MiB of framebuffer, the VF has %llu MiB",
					    its->fb_bytes / SZ_1M,
					    own->fb_bytes / SZ_1M);
	if (its->capabilities != own->capabilities)
		return gpuvf_migrate_refuse(vf, -EINVAL,
					    "cannot restore: of capabilities %#x, this GPU has %#x",
					    its->capabilities,
					    own->capabilities);
	if (its->context_bytes != own->context_bytes ||
	    its->num_registers != own->num_registers)
		return gpuvf_migrate_refuse(vf, -EINVAL,
					    "cannot restore: of %llu bytes of context and %u registers, the VF has %llu and %u",
					    its->context_bytes,
					    its->num_registers,
					    own->context_bytes,
					    own->num_registers);
	return 0;
}

static int restore_memory(struct gpuvf_restorer *r,
			  const struct gpuvf_stream_section *section)
{
	struct gpuvf_pf *pf = r->vf->pf;
	u64 base;
	int err = 0;
	u32 done;

	for (done = 0; done < section->size && !err; done += RESTORE_PART) {
		gpuvf_pf_lock(pf);
		err = restore_check_locked(r);
		if (!err) {
			base = gpuvf_migrate_base_locked(r->vf, section->type);
			err = pf->hw->ops->fb_write(pf->hw, base +
						    section->offset + done,
						    section->content + done,
						    RESTORE_PART);
			if (err)
				gpuvf_migrate_refuse(r->vf, err,
						     "cannot restore: framebuffer cannot be written (%pe)",
						     ERR_PTR(err));
		}
		gpuvf_pf_unlock(pf);
	}
	return err;
}

static int restore_section(struct gpuvf_restorer *r)
{
	const struct gpuvf_stream_section *section = &r->section;

	switch (section->type) {
	case GPUVF_STREAM_IDENTITY:
		return restore_compare(r, &section->identity);
	case GPUVF_STREAM_GUEST:
		r->guest = section->guest;
		return 0;
	case GPUVF_STREAM_REGISTERS:
		memcpy(r->reg, section->reg, sizeof(r->reg));
		return 0;
	case GPUVF_STREAM_CONTEXT:
	case GPUVF_STREAM_FRAMEBUFFER:
		return restore_memory(r, section);
	default:
		return 0;
	}
}

static int restore_fault(struct gpuvf_restorer *r, int err)
{
	const struct gpuvf_stream_reader *reader = &r->reader;

	switch (reader->fault) {
	case GPUVF_STREAM_BAD_MAGIC:
		return gpuvf_migrate_refuse(r->vf, err,
					    "cannot restore: not a state of a VF");
	case GPUVF_STREAM_BAD_VERSION:
		return gpuvf_migrate_refuse(r->vf, err,
					    "cannot restore: version %u at byte %llu, this driver has %u",
					    reader->version, reader->bytes,
					    GPUVF_STREAM_VERSION);
	case GPUVF_STREAM_BAD_CHECKSUM:
		return gpuvf_migrate_refuse(r->vf, err,
					    "cannot restore: section at byte %llu: wrong checksum",
					    reader->bytes);
	default:
		return gpuvf_migrate_refuse(r->vf, err,
					    "cannot restore: section at byte %llu: invalid",
					    reader->bytes);
	}
}

/* nothing more is read */
static int restore_fail(struct gpuvf_restorer *r, int err)
{
	struct gpuvf_pf *pf = r->vf->pf;

	r->err = err;
	gpuvf_pf_lock(pf);
	restore_drop_locked(r);
	gpuvf_pf_unlock(pf);
	return err;
}

/**
 * gpuvf_restore_space() - where the next bytes of a stream belong
 * @r: of the stream
 * @size: so many at the most
 *
 * Context: may sleep; pf->lock must not be held.
 * Return: a place for them, until gpuvf_restore_read(); -ENOSPC: the stream is over, which
 * is logged; or what the last gpuvf_restore_read() returned.
 */
u8 *gpuvf_restore_space(struct gpuvf_restorer *r, u32 *size)
{
	u8 *to = gpuvf_stream_space(&r->reader, size);

	if (!r->err && !*size) {
		gpuvf_migrate_refuse(r->vf, -ENOSPC,
				     "cannot restore: more than %llu bytes",
				     r->reader.bytes);
		restore_fail(r, -ENOSPC);
	}
	return r->err ? ERR_PTR(r->err) : to;
}
EXPORT_SYMBOL_NS_GPL(gpuvf_restore_space, GPUVF_NS);

/**
 * gpuvf_restore_read() - read what is there of a stream by now
 * @r: of the stream
 * @size: bytes that were put where gpuvf_restore_space() said
 *
 * Context: sleeps; pf->lock must not be held.
 * Return: 0; -EINVAL: not a stream, or of another VF; -EBADMSG: a wrong checksum; -EIO: the
 * state cannot be restored: which are logged; -ENODEV: the VF is not in the state in
 * which this began. It is the same from then on.
 */
int gpuvf_restore_read(struct gpuvf_restorer *r, u32 size)
{
	int ret;

	if (r->err)
		return r->err;
	ret = gpuvf_stream_read(&r->reader, size, &r->section);
	if (ret < 0)
		return restore_fail(r, restore_fault(r, ret));
	if (ret > 0)
		ret = restore_section(r);
	return ret ? restore_fail(r, ret) : 0;
}
EXPORT_SYMBOL_NS_GPL(gpuvf_restore_read, GPUVF_NS);

/* all of the stream was read */
static int restore_adopt_locked(struct gpuvf_restorer *r)
{
	struct gpuvf_vf *vf = r->vf;
	struct gpuvf_pf *pf = vf->pf;
	const struct gpuvf_migrate_ops *ops = pf->hw->ops->migrate;
	int err;

	/* a reset that the scheduler saw ends the tenancy here */
	gpuvf_vfs_reap_locked(pf);
	err = restore_check_locked(r);
	if (err)
		return err;
	if (ops->set_registers(pf->hw, vf->index, r->reg))
		return gpuvf_migrate_refuse(vf, -EIO,
					    "cannot restore: its registers cannot be written");
	if (r->guest.flags & GPUVF_STREAM_STARTED) {
		err = ops->adopt(pf->hw, vf->index);
		/* one that it may have is torn down as any */
		if (err != -EINVAL)
			gpuvf_engine_adopt(pf, vf->index);
		if (err)
			return gpuvf_migrate_refuse(vf, err,
						    "cannot restore: the hardware does not take its context");
	}
	gpuvf_migrate_set_guest_locked(vf, &r->guest);
	vf->migration.session = NULL;
	gpuvf_pf_unsettle_locked(pf);
	return 0;
}

/**
 * gpuvf_restore_end() - the VF has the state, if all of it came
 * @r: of the stream
 *
 * The VF is halted still.
 *
 * Context: may sleep; pf->lock must not be held.
 * Return: 0; -ENODATA: the stream is not whole; -EINVAL, -EIO: its state is not taken:
 * which are logged; or what gpuvf_restore_read() returned last.
 */
int gpuvf_restore_end(struct gpuvf_restorer *r)
{
	struct gpuvf_pf *pf = r->vf->pf;
	int err = r->err;

	if (err)
		return err;
	if (!gpuvf_stream_is_over(&r->reader))
		return restore_fail(r, gpuvf_migrate_refuse(r->vf, -ENODATA,
							    "cannot restore: ends after %llu bytes",
							    r->reader.bytes +
							    r->reader.have));
	gpuvf_pf_lock(pf);
	err = restore_adopt_locked(r);
	gpuvf_pf_unlock(pf);
	return err ? restore_fail(r, err) : 0;
}
EXPORT_SYMBOL_NS_GPL(gpuvf_restore_end, GPUVF_NS);

/**
 * gpuvf_restore_cancel() - a state is not restored any more
 * @r: from gpuvf_restore_begin(); may be in use by another thread
 *
 * If the VF has not got it yet, what was written is scrubbed.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_restore_cancel(struct gpuvf_restorer *r)
{
	struct gpuvf_pf *pf = r->vf->pf;

	gpuvf_pf_lock(pf);
	restore_drop_locked(r);
	gpuvf_pf_unlock(pf);
}
EXPORT_SYMBOL_NS_GPL(gpuvf_restore_cancel, GPUVF_NS);

/**
 * gpuvf_restore_free() - undo gpuvf_restore_begin()
 * @r: from gpuvf_restore_begin(), or as far as that came
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_restore_free(struct gpuvf_restorer *r)
{
	gpuvf_restore_cancel(r);
	gpuvf_pf_put(r->vf->pf);
	kvfree(r);
}
EXPORT_SYMBOL_NS_GPL(gpuvf_restore_free, GPUVF_NS);
