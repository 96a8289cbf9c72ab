// SPDX-License-Identifier: GPL-2.0
/*
 * Writing the state of a halted VF as a stream, a section at a time.
 *
 * Nothing changes under the reader: the VF is halted and off the engine, its virtual
 * CPUs stand still, and its messages wait. What ends its tenancy all the same ends the
 * stream. A process that writes the BAR meanwhile changes what its own guest finds, and
 * nothing else: neither order nor lengths go by content.
 *
 * pf->lock is held for SAVE_PART bytes at a time.
 */

#include <linux/export.h>
#include <linux/pci.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "base/compat.h"
#include "base/pf.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/migrate.h"
#include "vf/vf.h"

/* read under one hold of pf->lock: 256 accesses of about 1 us */
#define SAVE_PART	1024U
#define SAVE_TRIES	4

/* what is written next */
enum save_stage {
	SAVE_HEADER,
	SAVE_IDENTITY,
	SAVE_GUEST,
	SAVE_REGISTERS,
	SAVE_CONTEXT,
	SAVE_FRAMEBUFFER,
	SAVE_END,
	SAVE_OVER,
};

/**
 * struct gpuvf_saver - a state that is being saved
 * @vf: whose; has a reference to the PF
 * @tenancy: the VF's, when this began
 * @stage: what comes next
 * @at: in memory: from there on
 * @err: why there is no more of it
 * @identity: of the VF
 * @guest: what is known of its guest
 * @reg: its registers
 * @writer: writes the stream
 * @before: what was read before of the present part
 * @buf: the present section
 */
struct gpuvf_saver {
	struct gpuvf_vf *vf;
	u32 tenancy;
	enum save_stage stage;
	u64 at;
	int err;
	struct gpuvf_stream_identity identity;
	struct gpuvf_stream_guest guest;
	u32 reg[GPUVF_STREAM_MAX_REGISTERS];
	struct gpuvf_stream_writer writer;
	u8 before[SAVE_PART];
	u8 buf[GPUVF_STREAM_LONGEST] __aligned(4);
};

/* is the VF the same that it was when this began? */
static int save_check_locked(struct gpuvf_saver *saver)
{
	struct gpuvf_vf *vf = saver->vf;
	const char *obstacle;

	if (vf->migration.session != saver)
		return -ENODEV;
	obstacle = gpuvf_migrate_obstacle_locked(vf);
	if (!obstacle && vf->guest.tenancy != saver->tenancy)
		obstacle = "it was reset";
	return obstacle ? gpuvf_migrate_refuse(vf, -EIO, "cannot save: %s",
					       obstacle) : 0;
}

static int save_begin_locked(struct gpuvf_saver *saver)
{
	struct gpuvf_vf *vf = saver->vf;
	struct gpuvf_pf *pf = vf->pf;
	const char *obstacle;

	/* what the scheduler saw of it, before this counts on it */
	gpuvf_vfs_reap_locked(pf);
	obstacle = gpuvf_migrate_obstacle_locked(vf);
	if (obstacle)
		return gpuvf_migrate_refuse(vf, -EIO, "cannot save: %s",
					    obstacle);
	if (WARN_ON_ONCE(!vf->migration.halted))
		return -EINVAL;
	if (vf->mbox.ending)
		return gpuvf_migrate_refuse(vf, -EBUSY,
					    "cannot save: its state is being torn down");
	saver->tenancy = vf->guest.tenancy;
	gpuvf_migrate_identify_locked(vf, &saver->identity);
	gpuvf_migrate_get_guest_locked(vf, &saver->guest);
	if (pf->hw->ops->migrate->get_registers(pf->hw, vf->index, saver->reg))
		return gpuvf_migrate_refuse(vf, -EIO,
					    "cannot save: its registers cannot be read");
	vf->migration.session = saver;
	return 0;
}

/**
 * gpuvf_save_begin() - begin to save the state of a VF
 * @vf: VF, halted
 *
 * Context: may sleep; pf->lock must not be held.
 * Return: to be freed by gpuvf_save_free(); -EIO, -EBUSY: its state cannot be saved, which
 * is logged; -ENOMEM.
 */
struct gpuvf_saver *gpuvf_save_begin(struct gpuvf_vf *vf)
{
	struct gpuvf_saver *saver = kvzalloc(sizeof(*saver), GFP_KERNEL_ACCOUNT);
	struct gpuvf_pf *pf = vf->pf;
	int err;

	if (!saver)
		return ERR_PTR(-ENOMEM);
	saver->vf = vf;
	get_device(&pf->dev);
	gpuvf_pf_lock(pf);
	err = save_begin_locked(saver);
	gpuvf_pf_unlock(pf);
	if (!err)
		return saver;
	gpuvf_save_free(saver);
	return ERR_PTR(err);
}

/* on towards the next page that may have content, or the end; stays where it is at one */
static int save_find(struct gpuvf_saver *saver, enum gpuvf_stream_type type,
		     u64 end)
{
	struct gpuvf_pf *pf = saver->vf->pf;
	const struct gpuvf_migrate_ops *ops = pf->hw->ops->migrate;
	u64 base, next;
	int err;

	gpuvf_pf_lock(pf);
	err = save_check_locked(saver);
	base = gpuvf_migrate_base_locked(saver->vf, type);
	next = base + saver->at;
	if (!err && ops->fb_next)
		err = ops->fb_next(pf->hw, base + saver->at, &next);
	gpuvf_pf_unlock(pf);
	saver->at = min(next - base, end);
	return err;
}

static bool save_has_ones(const u8 *part)
{
	u32 at;

	for (at = 0; at < SAVE_PART; at += sizeof(u32))
		if (!memchr_inv(part + at, 0xff, sizeof(u32)))
			return true;
	return false;
}

/*
 * All ones may be content, and an access that failed: what has them is read until it
 * is twice the same, or, as its guest writes it all the same, SAVE_TRIES times.
 */
static int save_read_part(struct gpuvf_saver *saver, u64 offset, u8 *to)
{
	struct gpuvf_hw *hw = saver->vf->pf->hw;
	unsigned int tries;
	int err;

	err = hw->ops->fb_read(hw, offset, to, SAVE_PART);
	for (tries = 1; tries < SAVE_TRIES && !err && save_has_ones(to); tries++) {
		memcpy(saver->before, to, SAVE_PART);
		err = hw->ops->fb_read(hw, offset, to, SAVE_PART);
		if (!err && !memcmp(saver->before, to, SAVE_PART))
			break;
	}
	return err;
}

/* @size: a multiple of GPUVF_STREAM_PAGE */
static int save_read(struct gpuvf_saver *saver, enum gpuvf_stream_type type,
		     u8 *to, u32 size)
{
	struct gpuvf_pf *pf = saver->vf->pf;
	int err = 0;
	u32 done;
	u64 base;

	for (done = 0; done < size && !err; done += SAVE_PART) {
		gpuvf_pf_lock(pf);
		err = save_check_locked(saver);
		base = gpuvf_migrate_base_locked(saver->vf, type);
		if (!err)
			err = save_read_part(saver, base + saver->at + done,
					     to + done);
		gpuvf_pf_unlock(pf);
	}
	return err;
}

static bool save_is_zero(const u8 *page)
{
	return !memchr_inv(page, 0, GPUVF_STREAM_PAGE);
}

/* the rest of a block, without pages of zeros at its beginning and end; 0: but zeros */
static int save_block(struct gpuvf_saver *saver, enum gpuvf_stream_type type,
		      u64 end, u32 *bytes)
{
	u8 *content = gpuvf_stream_content(saver->buf);
	u32 size = min_t(u64, end - saver->at, GPUVF_STREAM_BLOCK -
			 saver->at % GPUVF_STREAM_BLOCK);
	u64 next = saver->at + size;
	u32 first = 0;
	int err;

	err = save_read(saver, type, content, size);
	if (err)
		return err;
	while (size && save_is_zero(content + size - GPUVF_STREAM_PAGE))
		size -= GPUVF_STREAM_PAGE;
	while (first < size && save_is_zero(content + first))
		first += GPUVF_STREAM_PAGE;
	size -= first;
	memmove(content, content + first, size);
	*bytes = size ? gpuvf_stream_put_content(&saver->writer, saver->buf,
						 type, saver->at + first, size) :
			0;
	saver->at = next;
	return 0;
}

/* the next section of memory; 0 bytes: there is no more */
static int save_memory(struct gpuvf_saver *saver, enum gpuvf_stream_type type,
		       u64 end, u32 *bytes)
{
	u64 from;
	int err;

	*bytes = 0;
	while (saver->at < end && !*bytes) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		from = saver->at;
		err = save_find(saver, type, end);
		/* hardware goes on a bit at a time: there need be nothing where it stops */
		if (!err && saver->at == from)
			err = save_block(saver, type, end, bytes);
		if (err)
			return err;
	}
	return 0;
}

/* 0 bytes: the next stage is at once */
static int save_stage(struct gpuvf_saver *saver, u32 *bytes)
{
	const struct gpuvf_stream_identity *identity = &saver->identity;
	struct gpuvf_stream_writer *writer = &saver->writer;
	u8 *buf = saver->buf;

	switch (saver->stage) {
	case SAVE_HEADER:
		*bytes = gpuvf_stream_put_header(writer, buf);
		return 0;
	case SAVE_IDENTITY:
		*bytes = gpuvf_stream_put_identity(writer, buf, identity);
		return 0;
	case SAVE_GUEST:
		*bytes = gpuvf_stream_put_guest(writer, buf, &saver->guest);
		return 0;
	case SAVE_REGISTERS:
		*bytes = gpuvf_stream_put_registers(writer, buf, saver->reg,
						    identity->num_registers);
		return 0;
	case SAVE_CONTEXT:
		*bytes = 0;
		return saver->guest.flags & GPUVF_STREAM_STARTED ?
		       save_memory(saver, GPUVF_STREAM_CONTEXT,
				   identity->context_bytes, bytes) : 0;
	case SAVE_FRAMEBUFFER:
		return save_memory(saver, GPUVF_STREAM_FRAMEBUFFER,
				   identity->fb_bytes, bytes);
	case SAVE_END:
		*bytes = gpuvf_stream_put_end(writer, buf);
		return 0;
	default:
		return 0;
	}
}

static bool save_is_memory(enum save_stage stage)
{
	return stage == SAVE_CONTEXT || stage == SAVE_FRAMEBUFFER;
}

/* is it still there? For what reads no memory */
static int save_check(struct gpuvf_saver *saver)
{
	int err;

	gpuvf_pf_lock(saver->vf->pf);
	err = save_check_locked(saver);
	gpuvf_pf_unlock(saver->vf->pf);
	return err;
}

/**
 * gpuvf_save_next() - the next piece of a stream
 * @saver: of the stream
 * @data: becomes the piece, until the next call
 * @size: its bytes; 0: the stream is over
 *
 * Context: sleeps; pf->lock must not be held.
 * Return: 0; -EIO: the state cannot be read any more, which is logged; -ENODEV: the VF is
 * not in the state in which this began; -EINTR: a fatal signal came. It is the same from
 * then on.
 */
int gpuvf_save_next(struct gpuvf_saver *saver, const u8 **data, u32 *size)
{
	*data = saver->buf;
	*size = 0;
	if (!saver->err && saver->stage != SAVE_OVER)
		saver->err = save_check(saver);
	while (!saver->err && !*size && saver->stage != SAVE_OVER) {
		saver->err = save_stage(saver, size);
		if (*size && save_is_memory(saver->stage))
			break;
		saver->at = 0;
		saver->stage++;
	}
	return saver->err;
}
EXPORT_SYMBOL_NS_GPL(gpuvf_save_next, GPUVF_NS);

/**
 * gpuvf_save_cancel() - a state is not saved any more
 * @saver: from gpuvf_save_begin(); may be in use by another thread
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_save_cancel(struct gpuvf_saver *saver)
{
	struct gpuvf_vf *vf = saver->vf;

	gpuvf_pf_lock(vf->pf);
	if (vf->migration.session == saver)
		vf->migration.session = NULL;
	gpuvf_pf_unlock(vf->pf);
}
EXPORT_SYMBOL_NS_GPL(gpuvf_save_cancel, GPUVF_NS);

/**
 * gpuvf_save_free() - undo gpuvf_save_begin()
 * @saver: from gpuvf_save_begin(), or as far as that came
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_save_free(struct gpuvf_saver *saver)
{
	gpuvf_save_cancel(saver);
	gpuvf_pf_put(saver->vf->pf);
	kvfree(saver);
}
EXPORT_SYMBOL_NS_GPL(gpuvf_save_free, GPUVF_NS);
