// SPDX-License-Identifier: GPL-2.0
/*
 * Framebuffer in real memory, where there is a card for it (sim_card.c).
 *
 *	framebuffer   | 0 | 1 | 2 | 3 | 4 | 5 | 6 |   units, at home in the store
 *	                        └───┐   └───┐
 *	BAR of VF 0   | 2 | 3 |     │       │         extent: units 2 to 3
 *	BAR of VF 1   | 4 | 5 |                       4 to 6, of which it shows these
 *	BAR of the PF | 0 | 1 | 2 | 3 |               those from the beginning
 *
 * Memory cannot be at two addresses: content is copied. A slot is as much of a BAR as
 * shows one unit. Each byte of framebuffer has one place where it is live: in the slot
 * of a VF, else in that of the PF, else in the store. A slot that shows a unit that is
 * live elsewhere has a copy: the PF's as it was when a VF got the unit, that of a second
 * VF when extents overlap.
 *
 * A worker copies, as extents change, and overwrites for the scrub engine. It is the
 * only one that changes where things are live. It holds the GPU's lock for a piece at
 * a time, so that ports find each byte at one place; what comes through a BAR at that
 * moment is lost, as memory cannot refuse it.
 */

#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "sim.h"

/* copied with interrupts off */
#define RAM_PIECE	SZ_16K

/* BAR of the PF */
#define RAM_PF_BAR	SZ_256M

/* what a slot shows, beside units */
#define RAM_NOTHING	-1	/* zeros */
#define RAM_STALE	-2	/* what is to be overwritten */

/**
 * struct ram_slot - a piece of a BAR
 * @at: its memory; NULL: the BAR had no address yet
 * @bytes: size; that of a unit, or of the whole BAR
 * @shows: unit, or RAM_*
 * @fresh: the BAR just got its first address: there are but zeros
 */
struct ram_slot {
	u8 *at;
	u32 bytes;
	int shows;
	bool fresh;
};

/**
 * struct ram_unit - a unit of framebuffer
 * @live: where its first bytes are live; NULL, and the others: in the store
 * @zero: in the store there are but zeros
 */
struct ram_unit {
	struct ram_slot *live;
	bool zero;
};

/**
 * struct ram_view - a function's BAR
 * @address: on the bus
 * @slot: its slots
 * @num: how many
 */
struct ram_view {
	u64 address;
	struct ram_slot *slot;
	unsigned int num;
};

/**
 * struct sim_ram - one GPU's framebuffer in memory
 * @gpu: GPU
 * @queue: where @work is done
 * @work: copies and overwrites
 * @busy: the worker is at it; nests outside the GPU's lock
 * @store: where units are at home
 * @unit: all units
 * @view: BARs, by function
 * @slot: all slots, first the PF's
 * @num_slots: how many
 * @moving: unit that changes its place, -1: none
 * @from: it is live there still, from @moved bytes on
 * @moved: and these are at the new place
 * @wanted: counts changes of extents and BARs
 * @done: of those, which are done
 * @scrub: counts scrubs
 * @scrub_first: of the last one: its first unit
 * @scrub_count: how many; 0: there is nothing to do
 * @tag: what is searched for
 */
struct sim_ram {
	struct sim_gpu *gpu;
	struct workqueue_struct *queue;
	struct work_struct work;
	struct mutex busy;	/* held by the worker */
	u8 *store;
	struct ram_unit *unit;
	struct ram_view view[SIM_NUM_FCNS];
	struct ram_slot *slot;
	unsigned int num_slots;

	int moving;
	struct ram_slot *from;
	u32 moved;

	u64 wanted;
	u64 done;
	u64 scrub;
	unsigned int scrub_first;
	unsigned int scrub_count;
	u32 tag;
};

static u8 *ram_place(const struct sim_ram *ram, unsigned int g, u32 in_unit,
		     const struct ram_slot *slot)
{
	return slot && in_unit < slot->bytes ?
	       slot->at + in_unit : ram->store + g * SIM_UNIT + in_unit;
}

/* where a byte is live */
static u8 *ram_at(const struct sim_ram *ram, u64 offset)
{
	unsigned int g = offset / GPUVF_IOV_VF_FB_UNIT;
	u32 in_unit = offset & (SIM_UNIT - 1);
	bool still_there = ram->moving == g && in_unit >= ram->moved;

	return ram_place(ram, g, in_unit,
			 still_there ? ram->from : ram->unit[g].live);
}

/*
 * @from: NULL: zeros. What is the same is not written: memory of the host that was
 * never written is none. Return: is there anything but zeros?
 */
static bool ram_copy(u8 *to, const u8 *from, size_t bytes)
{
	const u64 *src = (const u64 *)from;
	u64 *dst = (u64 *)to;
	u64 val = 0, any = 0;
	size_t i;

	for (i = 0; i < bytes / sizeof(u64); i++) {
		if (src)
			val = READ_ONCE(src[i]);
		any |= val;
		if (READ_ONCE(dst[i]) != val)
			WRITE_ONCE(dst[i], val);
	}
	return any;
}

/*
 * The worker; all with ram->busy held
 */

static bool ram_copy_piece(struct sim_ram *ram, u8 *to, const u8 *from)
{
	unsigned long flags;
	bool any;

	raw_spin_lock_irqsave(&ram->gpu->lock, flags);
	any = ram_copy(to, from, RAM_PIECE);
	raw_spin_unlock_irqrestore(&ram->gpu->lock, flags);
	cond_resched();
	return any;
}

static void ram_zero(struct sim_ram *ram, u8 *at, u32 bytes)
{
	u32 i;

	for (i = 0; i < bytes; i += RAM_PIECE)
		ram_copy_piece(ram, at + i, NULL);
}

/* from now on a unit is live there; NULL: in the store */
static void ram_move(struct sim_ram *ram, unsigned int g, struct ram_slot *to)
{
	struct ram_unit *unit = &ram->unit[g];
	unsigned long flags;
	u8 *src, *dst;
	u32 i;

	raw_spin_lock_irqsave(&ram->gpu->lock, flags);
	ram->from = unit->live;
	ram->moved = 0;
	ram->moving = g;
	unit->live = to;
	raw_spin_unlock_irqrestore(&ram->gpu->lock, flags);
	for (i = 0; i < SIM_UNIT; i += RAM_PIECE) {
		src = ram_place(ram, g, i, ram->from);
		dst = ram_place(ram, g, i, to);
		raw_spin_lock_irqsave(&ram->gpu->lock, flags);
		if (src != dst && ram_copy(dst, src, RAM_PIECE))
			unit->zero = false;
		ram->moved = i + RAM_PIECE;
		raw_spin_unlock_irqrestore(&ram->gpu->lock, flags);
		cond_resched();
	}
	ram->moving = -1;
}

static void ram_evict(struct sim_ram *ram, struct ram_slot *slot)
{
	if (slot->shows >= 0 && ram->unit[slot->shows].live == slot)
		ram_move(ram, slot->shows, NULL);
	if (slot->shows != RAM_NOTHING)
		slot->shows = RAM_STALE;
}

static bool ram_is_pf(const struct sim_ram *ram, const struct ram_slot *slot)
{
	return slot < ram->slot + ram->view[SIM_FCN_PF].num;
}

static void ram_show(struct sim_ram *ram, struct ram_slot *slot, unsigned int g)
{
	struct ram_slot *live = ram->unit[g].live;
	u32 i;

	slot->shows = g;
	/* memory that was never used is left alone: the host does not have it yet */
	if (!live && slot->fresh && ram->unit[g].zero) {
		ram->unit[g].live = slot;
		return;
	}
	if (!live || (ram_is_pf(ram, live) && !ram_is_pf(ram, slot))) {
		ram_move(ram, g, slot);
		return;
	}
	for (i = 0; i < slot->bytes; i += RAM_PIECE)
		ram_copy_piece(ram, slot->at + i, ram_place(ram, g, i, live));
}

/* what a slot is to show */
static int ram_wants(const struct sim_ram *ram, unsigned int fcn,
		     unsigned int index)
{
	u64 start = 0, size = RAM_PF_BAR, offset;

	if (fcn != SIM_FCN_PF)
		sim_fb_extent(ram->gpu, fcn - SIM_FCN_VF(0), &start, &size);
	offset = start + index * SIM_UNIT;
	return index * SIM_UNIT < size && offset < ram->gpu->num_units * SIM_UNIT ?
	       offset / GPUVF_IOV_VF_FB_UNIT : RAM_NOTHING;
}

/* 0, which is not the card's, as long as it has none */
static u64 ram_address(const struct sim_gpu *gpu, unsigned int fcn)
{
	if (fcn == SIM_FCN_PF || !gpu->vf_bar)
		return fcn == SIM_FCN_PF ? gpu->pf_bar : 0;
	return gpu->vf_bar + (fcn - SIM_FCN_VF(0)) * (u64)sim_vf_bar_mib * SZ_1M;
}

/* a BAR was given an address, or another one */
static void ram_follow(struct sim_ram *ram, unsigned int fcn)
{
	struct ram_view *view = &ram->view[fcn];
	u64 size = (u64)view->num * view->slot->bytes;
	u64 address = ram_address(ram->gpu, fcn);
	u8 *at = sim_card_at(address, size);
	unsigned long flags;
	unsigned int i;

	if (!at || address == view->address)
		return;
	for (i = 0; i < view->num; i++) {
		struct ram_slot *slot = &view->slot[i];

		ram_evict(ram, slot);
		if (slot->at)
			ram_zero(ram, slot->at, slot->bytes);
		raw_spin_lock_irqsave(&ram->gpu->lock, flags);
		slot->at = at + i * (u64)slot->bytes;
		slot->shows = RAM_NOTHING;
		slot->fresh = !view->address;
		raw_spin_unlock_irqrestore(&ram->gpu->lock, flags);
	}
	view->address = address;
}

static void ram_leave(struct sim_ram *ram, unsigned int fcn)
{
	struct ram_view *view = &ram->view[fcn];
	unsigned int i;

	for (i = 0; view->address && i < view->num; i++)
		if (view->slot[i].shows != ram_wants(ram, fcn, i))
			ram_evict(ram, &view->slot[i]);
}

static void ram_enter(struct sim_ram *ram, unsigned int fcn)
{
	struct ram_view *view = &ram->view[fcn];
	unsigned int i;

	for (i = 0; view->address && i < view->num; i++) {
		struct ram_slot *slot = &view->slot[i];
		int g = ram_wants(ram, fcn, i);

		if (g == RAM_NOTHING && slot->shows == RAM_STALE) {
			ram_zero(ram, slot->at, slot->bytes);
			slot->shows = RAM_NOTHING;
		} else if (g >= 0 && (slot->shows != g || !ram->unit[g].live)) {
			ram_evict(ram, slot);
			ram_show(ram, slot, g);
		}
		slot->fresh = false;
	}
}

/* VFs before the PF, whose BAR takes what they leave */
static void ram_settle(struct sim_ram *ram)
{
	unsigned int fcn;

	for (fcn = 0; fcn <= sim_total_vfs; fcn++)
		ram_follow(ram, fcn);
	for (fcn = 0; fcn <= sim_total_vfs; fcn++)
		ram_leave(ram, fcn);
	for (fcn = sim_total_vfs + 1; fcn-- > 0;)
		ram_enter(ram, fcn);
}

/* a unit is overwritten, wherever it can be seen */
static void ram_scrub_unit(struct sim_ram *ram, unsigned int g)
{
	struct ram_unit *unit = &ram->unit[g];
	unsigned int i;

	if (!unit->zero)
		ram_zero(ram, ram->store + g * SIM_UNIT, SIM_UNIT);
	unit->zero = true;
	for (i = 0; i < ram->num_slots; i++)
		if (ram->slot[i].shows == g)
			ram_zero(ram, ram->slot[i].at, ram->slot[i].bytes);
}

/* what waited for the worker goes on now, unless there is more to do */
static bool ram_over(struct sim_ram *ram, u64 wanted, u64 scrub)
{
	struct sim_gpu *gpu = ram->gpu;
	unsigned long flags;
	bool over;
	u64 now;

	raw_spin_lock_irqsave(&gpu->lock, flags);
	now = ktime_get_ns();
	over = ram->wanted == wanted && ram->scrub == scrub;
	if (over) {
		/* INIT waited for this */
		if (gpu->cmd.busy && gpu->cmd.code == GPUVF_CMD_INIT_GPU &&
		    gpu->cmd.done_ns < now)
			gpu->cmd.done_ns = now;
		ram->done = wanted;
		if (ram->scrub_count) {
			gpu->scrub.overwritten = true;
			gpu->scrub.done_ns = now;
		}
		ram->scrub_count = 0;
		/* the GPU's timer sees to it */
		gpu->next_ns = min(gpu->next_ns, now);
		gpu->armed_ns = now;
		hrtimer_start(&gpu->timer, ns_to_ktime(now),
			      HRTIMER_MODE_ABS_HARD);
	}
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
	return over;
}

static void ram_work(struct work_struct *work)
{
	struct sim_ram *ram = container_of(work, struct sim_ram, work);
	unsigned int first, count, i;
	unsigned long flags;
	u64 wanted, scrub;

	mutex_lock(&ram->busy);
	do {
		raw_spin_lock_irqsave(&ram->gpu->lock, flags);
		wanted = ram->wanted;
		scrub = ram->scrub;
		first = ram->scrub_first;
		count = ram->scrub_count;
		raw_spin_unlock_irqrestore(&ram->gpu->lock, flags);
		if (wanted != ram->done)
			ram_settle(ram);
		for (i = 0; i < count; i++)
			ram_scrub_unit(ram, first + i);
	} while (!ram_over(ram, wanted, scrub));
	mutex_unlock(&ram->busy);
}

/*
 * For others
 */

/**
 * sim_ram_changed() - an extent changed, or a BAR
 * @gpu: GPU
 *
 * Context: gpu->lock.
 */
void sim_ram_changed(struct sim_gpu *gpu)
{
	if (!gpu->ram)
		return;
	gpu->ram->wanted++;
	queue_work(gpu->ram->queue, &gpu->ram->work);
}

/**
 * sim_ram_is_behind() - do BARs not show yet what they are to show?
 * @gpu: GPU
 *
 * Context: gpu->lock.
 */
bool sim_ram_is_behind(const struct sim_gpu *gpu)
{
	return gpu->ram && gpu->ram->wanted != gpu->ram->done;
}

/**
 * sim_ram_scrub() - units are to be overwritten
 * @gpu: GPU
 * @first: first unit
 * @count: how many; 0: those of the scrub before are not any more
 *
 * Context: gpu->lock.
 * Return: false: there is nothing to overwrite. true: the scrub engine's operation is
 * done a second time when that is overwritten.
 */
bool sim_ram_scrub(struct sim_gpu *gpu, unsigned int first, unsigned int count)
{
	struct sim_ram *ram = gpu->ram;

	if (!ram)
		return false;
	ram->scrub++;
	ram->scrub_first = first;
	ram->scrub_count = count;
	if (count)
		queue_work(ram->queue, &ram->work);
	return count;
}

/**
 * sim_ram_shown() - how much of its framebuffer a guest can have written unseen
 * @gpu: GPU
 * @vf: index of its VF
 *
 * Context: gpu->lock.
 * Return: bytes from the start of the VF's extent.
 */
u64 sim_ram_shown(const struct sim_gpu *gpu, unsigned int vf)
{
	return gpu->ram && vf < gpu->vfs_decoded ?
	       (u64)sim_vf_bar_mib * SZ_1M : 0;
}

/**
 * sim_ram_read() - read framebuffer
 * @gpu: GPU with a card
 * @offset: byte in the framebuffer, a multiple of 4
 *
 * Context: gpu->lock.
 * Return: the dword; 0: there is no such byte.
 */
u32 sim_ram_read(const struct sim_gpu *gpu, u64 offset)
{
	if (offset >= gpu->num_units * SIM_UNIT)
		return 0;
	return READ_ONCE(*(u32 *)ram_at(gpu->ram, offset));
}

/* looked through with interrupts off */
#define RAM_LOOK	SZ_64K

static bool ram_page_is_zero(const u8 *at)
{
	const u64 *val = (const u64 *)at;
	unsigned int i;

	for (i = 0; i < SZ_4K / sizeof(*val); i++)
		if (READ_ONCE(val[i]))
			return false;
	return true;
}

/**
 * sim_ram_next() - where there may be content
 * @gpu: GPU with a card
 * @offset: byte in the framebuffer, a multiple of 4 KiB
 *
 * Context: gpu->lock.
 * Return: the next page that may have any, from @offset on: what is skipped is zeros.
 */
u64 sim_ram_next(const struct sim_gpu *gpu, u64 offset)
{
	const u64 limit = min(offset + SZ_1M, gpu->num_units * SIM_UNIT);
	const struct sim_ram *ram = gpu->ram;
	unsigned int looked = 0;

	while (offset < limit && looked < RAM_LOOK) {
		const struct ram_unit *unit =
			&ram->unit[offset / GPUVF_IOV_VF_FB_UNIT];

		/* nothing was written, and it is in no BAR */
		if (!unit->zero || unit->live ||
		    ram->moving == offset / GPUVF_IOV_VF_FB_UNIT) {
			if (!ram_page_is_zero(ram_at(ram, offset)))
				break;
			looked += SZ_4K;
		}
		offset += SZ_4K;
	}
	return offset;
}

/**
 * sim_ram_write() - write framebuffer
 * @gpu: GPU, with a card or without
 * @offset: byte in the framebuffer, a multiple of 4
 * @buf: what is written
 * @len: bytes, no more than up to the next multiple of 4 KiB
 *
 * Context: gpu->lock.
 */
void sim_ram_write(struct sim_gpu *gpu, u64 offset, const void *buf, size_t len)
{
	if (!gpu->ram || offset >= gpu->num_units * SIM_UNIT)
		return;
	gpu->ram->unit[offset / GPUVF_IOV_VF_FB_UNIT].zero = false;
	memcpy(ram_at(gpu->ram, offset), buf, len);
}

/*
 * The file "find": a dword is written, and reading tells which units have it
 */

/* of whole pages; most have no content, and the tag is not 0 */
static u64 ram_count(const u8 *at, size_t bytes, u32 tag)
{
	const u8 *end = at + bytes;
	const u32 *dword;
	u64 count = 0;

	for (; at < end; at += PAGE_SIZE) {
		if (!memchr_inv(at, 0, PAGE_SIZE))
			continue;
		for (dword = (const u32 *)at;
		     dword < (const u32 *)(at + PAGE_SIZE); dword++)
			count += READ_ONCE(*dword) == tag;
	}
	return count;
}

static u64 ram_count_in_unit(const struct sim_ram *ram, unsigned int g)
{
	const struct ram_unit *unit = &ram->unit[g];
	u64 count = 0;
	u32 i;

	for (i = 0; i < SIM_UNIT; i += RAM_PIECE) {
		if (unit->zero && (!unit->live || i >= unit->live->bytes))
			break;
		count += ram_count(ram_place(ram, g, i, unit->live), RAM_PIECE,
				   ram->tag);
		cond_resched();
	}
	return count;
}

/* the functions that have a unit */
static void ram_print_owners(struct seq_file *m, const struct sim_gpu *gpu,
			     unsigned int g)
{
	u64 start, size, at = g * SIM_UNIT;
	unsigned int vf, owners = 0;

	for (vf = 0; vf < sim_total_vfs; vf++) {
		sim_fb_extent(gpu, vf, &start, &size);
		if (at >= start && at - start < size)
			seq_printf(m, "%svf%u", owners++ ? "," : "", vf);
	}
	if (!owners)
		seq_puts(m, "pf");
}

static int find_show(struct seq_file *m, void *unused)
{
	struct sim_gpu *gpu = m->private;
	struct sim_ram *ram = gpu->ram;
	unsigned int g;
	u64 count;

	/* BARs show what they are to show */
	flush_work(&ram->work);
	mutex_lock(&ram->busy);
	for (g = 0; g < gpu->num_units; g++) {
		count = ram_count_in_unit(ram, g);
		if (!count)
			continue;
		seq_printf(m, "unit=%u of=", g);
		ram_print_owners(m, gpu, g);
		seq_printf(m, " count=%llu\n", count);
	}
	mutex_unlock(&ram->busy);
	return 0;
}

static ssize_t find_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = ((struct seq_file *)file->private_data)->private;
	u32 tag;
	int err = kstrtou32_from_user(buf, count, 0, &tag);

	if (err)
		return err;
	/* all that was never written is 0 */
	if (!tag)
		return -EINVAL;
	mutex_lock(&gpu->ram->busy);
	gpu->ram->tag = tag;
	mutex_unlock(&gpu->ram->busy);
	return count;
}

SIM_SHOW_WRITE(find);

/**
 * sim_ram_debugfs() - make the file "find"
 * @gpu: GPU, with a card or without
 * @dir: where
 */
void sim_ram_debugfs(struct sim_gpu *gpu, struct dentry *dir)
{
	if (gpu->ram)
		debugfs_create_file("find", 0600, dir, gpu, &find_fops);
}

static void ram_init_views(struct sim_ram *ram)
{
	const u64 vf_bar = (u64)sim_vf_bar_mib * SZ_1M;
	unsigned int fcn, i;
	u64 bar, bytes;

	for (fcn = 0; fcn <= sim_total_vfs; fcn++) {
		struct ram_view *view = &ram->view[fcn];

		bar = fcn == SIM_FCN_PF ? RAM_PF_BAR : vf_bar;
		bytes = min(bar, SIM_UNIT);
		view->num = div_u64(bar, bytes);
		view->slot = ram->slot + ram->num_slots;
		ram->num_slots += view->num;
		for (i = 0; i < view->num; i++) {
			view->slot[i].bytes = bytes;
			view->slot[i].shows = RAM_NOTHING;
		}
	}
}

/**
 * sim_ram_init() - put a GPU's framebuffer into the memory of a card, if there is one
 * @gpu: GPU
 *
 * Return: 0, -ENOMEM: sim_ram_fini() frees what was allocated.
 */
int sim_ram_init(struct sim_gpu *gpu)
{
	const unsigned int vf_slots = DIV_ROUND_UP(sim_vf_bar_mib,
						   SIM_UNIT / SZ_1M);
	u8 *store = sim_card_store();
	struct sim_ram *ram;
	unsigned int g;

	if (!store)
		return 0;
	ram = kzalloc(sizeof(*ram), GFP_KERNEL);
	if (!ram)
		return -ENOMEM;
	gpu->ram = ram;
	ram->gpu = gpu;
	ram->store = store + gpu->index * (u64)sim_fb_mib * SZ_1M;
	ram->moving = -1;
	mutex_init(&ram->busy);
	INIT_WORK(&ram->work, ram_work);
	ram->queue = alloc_workqueue("gpuvf_sim_ram%u", WQ_UNBOUND, 1,
				     gpu->index);
	ram->unit = vcalloc(gpu->num_units, sizeof(*ram->unit));
	ram->slot = vcalloc(RAM_PF_BAR / SIM_UNIT + sim_total_vfs * vf_slots,
			    sizeof(*ram->slot));
	if (!ram->queue || !ram->unit || !ram->slot)
		return -ENOMEM;
	/* QEMU's memory is, and this module leaves it so */
	for (g = 0; g < gpu->num_units; g++)
		ram->unit[g].zero = true;
	ram_init_views(ram);
	return 0;
}

/**
 * sim_ram_fini() - undo sim_ram_init(); what was written is overwritten
 * @gpu: GPU; may not have been initialised
 *
 * Context: may sleep.
 */
void sim_ram_fini(struct sim_gpu *gpu)
{
	struct sim_ram *ram = gpu->ram;
	unsigned int i;

	if (!ram)
		return;
	if (ram->queue)
		destroy_workqueue(ram->queue);
	for (i = 0; i < ram->num_slots; i++)
		if (ram->slot[i].at)
			ram_zero(ram, ram->slot[i].at, ram->slot[i].bytes);
	for (i = 0; ram->num_slots && i < gpu->num_units; i++)
		if (!ram->unit[i].zero)
			ram_zero(ram, ram->store + i * SIM_UNIT, SIM_UNIT);
	vfree(ram->slot);
	vfree(ram->unit);
	kfree(ram);
	gpu->ram = NULL;
}
