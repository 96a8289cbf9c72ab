// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffer: who wrote which unit last, and what must never be seen.
 */

#include <linux/bitfield.h>
#include <linux/math64.h>

#include "sim.h"

/* slots of the context save area that a unit has room for */
#define FB_SLOTS	(GPUVF_IOV_VF_FB_UNIT / GPUVF_IOV_CNTXT_UNIT)

/* begins a saved context, in the memory of a card */
#define FB_CONTEXT_MARK	0x54585443

static_assert(FB_SLOTS == 64, "struct sim_unit has a bit for each");

static bool fb_overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a_size && b_size && a < b + b_size && b < a + a_size;
}

/**
 * sim_fb_context() - where the context save area is
 * @gpu: GPU
 * @start: first byte
 * @size: bytes, for all functions together
 */
void sim_fb_context(const struct sim_gpu *gpu, u64 *start, u64 *size)
{
	*start = FIELD_GET(GPUVF_IOV_CNTXT_OFFSET, gpu->context) *
		 (u64)GPUVF_IOV_CNTXT_UNIT;
	*size = FIELD_GET(GPUVF_IOV_CNTXT_SIZE, gpu->context) *
		(u64)GPUVF_IOV_CNTXT_UNIT * (sim_total_vfs + 1);
}

/* units of an extent, as far as they exist */
static void fb_units(const struct sim_gpu *gpu, unsigned int vf,
		     unsigned int *first, unsigned int *end)
{
	u64 start, size;

	sim_fb_extent(gpu, vf, &start, &size);
	*first = min_t(u64, div_u64(start, GPUVF_IOV_VF_FB_UNIT),
		       gpu->num_units);
	*end = min_t(u64, div_u64(start + size, GPUVF_IOV_VF_FB_UNIT),
		     gpu->num_units);
}

/* does firmware keep any of it? */
static bool fb_is_reserved(u64 start, u64 size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sim_reserved_mib); i += 2)
		if (fb_overlap(start, size, (u64)sim_reserved_mib[i] * SZ_1M,
			       (u64)sim_reserved_mib[i + 1] * SZ_1M))
			return true;
	return false;
}

/* where that of the PF ends; D: 16 bits of MiB do not say it of a large framebuffer */
static u64 fb_pf_end(const struct sim_gpu *gpu)
{
	u64 context, size;

	if (sim_fb_mib <= U16_MAX)
		return (u64)(sim_fb_mib - gpu->consumed_mib) * SZ_1M;
	sim_fb_context(gpu, &context, &size);
	return context;
}

/* looked at again when something changed, or was wrong */
static void fb_check_layout(struct sim_gpu *gpu, unsigned int vf)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	bool bad = false;
	u64 start, size, other, other_size;
	u64 total = (u64)sim_fb_mib * SZ_1M;
	unsigned int i;

	if (fcn->checked_serial == gpu->layout_serial)
		return;
	sim_fb_extent(gpu, vf, &start, &size);
	for (i = 0; i < sim_vfs_enabled(gpu); i++) {
		if (i == vf)
			continue;
		sim_fb_extent(gpu, i, &other, &other_size);
		if (!fb_overlap(start, size, other, other_size))
			continue;
		gpu->violations[SIM_V_OVERLAPS]++;
		bad = true;
	}
	/* what PF and firmware keep for themselves, and what does not exist */
	if (start < fb_pf_end(gpu) || start + size > total ||
	    start & ((u64)sim_fb_align_mib * SZ_1M - 1) ||
	    fb_is_reserved(start, size)) {
		gpu->violations[SIM_V_OVERLAPS]++;
		bad = true;
	}

	sim_fb_context(gpu, &other, &other_size);
	if (!other_size || other + other_size > total ||
	    fb_overlap(start, size, other, other_size) ||
	    fb_is_reserved(other, other_size)) {
		gpu->violations[SIM_V_BAD_CONTEXT]++;
		bad = true;
	}
	fcn->checked_serial = bad ? 0 : gpu->layout_serial;
}

/* the VF's tenant wrote it, or the scrub engine did; not with saved contexts */
static bool fb_is_own(const struct sim_gpu *gpu, unsigned int vf,
		      const struct sim_unit *unit)
{
	if (unit->saved)
		return false;
	return unit->writer == SIM_SCRUBBED ||
	       (unit->writer == SIM_FCN_VF(vf) &&
		unit->tenant == gpu->fcn[SIM_FCN_VF(vf)].tenant);
}

/**
 * sim_fb_check_start() - a function is about to get the GPU
 * @gpu: GPU
 * @vf: index of its VF
 * @init: for the first time
 */
void sim_fb_check_start(struct sim_gpu *gpu, unsigned int vf, bool init)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	unsigned int g, end;

	fb_check_layout(gpu, vf);
	if (!init)
		return;
	if (fcn->context_dirty)
		gpu->violations[SIM_V_UNSCRUBBED_CONTEXTS]++;
	fb_units(gpu, vf, &g, &end);
	for (; g < end; g++) {
		if (!fb_is_own(gpu, vf, &gpu->unit[g])) {
			gpu->violations[SIM_V_UNSCRUBBED_STARTS]++;
			break;
		}
	}
}

/**
 * sim_fb_read() - a guest reads a unit
 * @gpu: GPU
 * @vf: index of its VF
 * @unit: the unit
 *
 * Return: false: it holds what another tenant has written, which is counted.
 */
bool sim_fb_read(struct sim_gpu *gpu, unsigned int vf,
		 struct sim_unit *unit)
{
	bool own = fb_is_own(gpu, vf, unit);

	if (!own)
		gpu->violations[SIM_V_LEFTOVER_READS]++;
	unit->reader = SIM_FCN_VF(vf);
	unit->reader_epoch = gpu->fcn[SIM_FCN_VF(vf)].epoch;
	return own;
}

static void fb_write(const struct sim_gpu *gpu, unsigned int fcn,
		     struct sim_unit *unit)
{
	unit->writer = fcn;
	unit->epoch = gpu->fcn[fcn].epoch;
	unit->tenant = gpu->fcn[fcn].tenant;
}

/**
 * sim_fb_write() - a guest writes a unit
 * @gpu: GPU
 * @vf: index of its VF
 * @unit: the unit
 */
void sim_fb_write(struct sim_gpu *gpu, unsigned int vf,
		  struct sim_unit *unit)
{
	fb_write(gpu, SIM_FCN_VF(vf), unit);
	unit->saved = 0;
}

/* does another VF have any of it? */
static bool fb_is_shared(struct sim_gpu *gpu, unsigned int vf)
{
	unsigned int first, end, i, other, other_end;
	bool shared = false;

	fb_units(gpu, vf, &first, &end);
	for (i = 0; i < sim_vfs_enabled(gpu); i++) {
		if (i == vf)
			continue;
		fb_units(gpu, i, &other, &other_end);
		if (max(first, other) >= min(end, other_end))
			continue;
		gpu->violations[SIM_V_FOREIGN_WRITES]++;
		shared = true;
	}
	return shared;
}

/**
 * sim_fb_touch() - a guest works: it reads and writes all that it has
 * @gpu: GPU
 * @vf: index of its VF
 *
 * Done again only when something changed since: its own content stays its own.
 */
void sim_fb_touch(struct sim_gpu *gpu, unsigned int vf)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	unsigned int g, end;

	if (fcn->touched_serial == gpu->fb_serial)
		return;
	fb_units(gpu, vf, &g, &end);
	for (; g < end; g++) {
		sim_fb_read(gpu, vf, &gpu->unit[g]);
		sim_fb_write(gpu, vf, &gpu->unit[g]);
	}
	if (fb_is_shared(gpu, vf))
		gpu->fb_serial++;
	else
		fcn->touched_serial = gpu->fb_serial;
}

/**
 * sim_fb_attempt() - a guest tries to get at something
 * @gpu: GPU
 * @vf: index of its VF
 * @offset: byte in the whole framebuffer
 *
 * Return: the unit; NULL: refused and counted, the byte is not its own.
 */
struct sim_unit *sim_fb_attempt(struct sim_gpu *gpu, unsigned int vf,
				u64 offset)
{
	u64 g = div_u64(offset, GPUVF_IOV_VF_FB_UNIT);
	u64 start, size;

	sim_fb_extent(gpu, vf, &start, &size);
	if (offset >= start && offset - start < size && g < gpu->num_units)
		return &gpu->unit[g];
	gpu->fcn[SIM_FCN_VF(vf)].blocked_touches++;
	return NULL;
}

/**
 * sim_fb_set_table() - a VF's entry of the framebuffer table is written
 * @gpu: GPU
 * @vf: index of the VF
 * @val: new entry
 */
void sim_fb_set_table(struct sim_gpu *gpu, unsigned int vf, u32 val)
{
	if (gpu->table[vf] != val &&
	    gpu->fcn[SIM_FCN_VF(vf)].state != SIM_SHUTDOWN)
		gpu->violations[SIM_V_MOVED_WHILE_LIVE]++;
	gpu->table[vf] = val;
	gpu->layout_serial++;
	gpu->fb_serial++;
	sim_ram_changed(gpu);
}

/**
 * sim_fb_set_context() - the context save area is placed
 * @gpu: GPU
 * @val: new value of the register
 *
 * What the slots hold at another place is unknown, and what functions had saved is
 * lost.
 */
void sim_fb_set_context(struct sim_gpu *gpu, u32 val)
{
	unsigned int i;

	gpu->context = val;
	gpu->layout_serial++;
	if (val == gpu->context_place)
		return;
	gpu->context_place = val;
	for (i = 0; i < SIM_NUM_FCNS; i++) {
		gpu->fcn[i].context_dirty = true;
		memset(gpu->fcn[i].slot, 0, sizeof(gpu->fcn[i].slot));
		/* no tenant's: its driver gives it another one */
		if (i == SIM_FCN_PF && sim_generation->init_by_pf)
			gpu->pf_context_lost = true;
		else if (gpu->fcn[i].state != SIM_SHUTDOWN)
			gpu->violations[SIM_V_MOVED_WHILE_LIVE]++;
	}
}

static bool fb_is_in_extent(const struct sim_gpu *gpu, unsigned int g)
{
	unsigned int i, first, end;

	for (i = 0; i < sim_vfs_enabled(gpu); i++) {
		fb_units(gpu, i, &first, &end);
		if (g >= first && g < end)
			return true;
	}
	return false;
}

/* the slot of a function, in units of 256 KiB; D: in the order of their numbers */
static void fb_slot(const struct sim_gpu *gpu, unsigned int fcn, u32 *first,
		    u32 *end)
{
	u32 size = FIELD_GET(GPUVF_IOV_CNTXT_SIZE, gpu->context);

	/* what is in system memory is in no unit */
	if (gpu->context & GPUVF_IOV_CNTXT_LOC_SYSMEM)
		size = 0;
	*first = FIELD_GET(GPUVF_IOV_CNTXT_OFFSET, gpu->context) + fcn * size;
	*end = min_t(u32, *first + size, gpu->num_units * FB_SLOTS);
}

/* what the state is: at the start of the slot */
static void fb_write_context(struct sim_gpu *gpu, u32 slot, unsigned int fcn,
			     bool saved)
{
	const u32 record[SIM_SLOT_DWORDS] = {
		FB_CONTEXT_MARK, fcn, gpu->fcn[fcn].epoch, gpu->fcn[fcn].tenant,
		gpu->fcn[fcn].saves,
	};
	static const u32 none[SIM_SLOT_DWORDS];

	memcpy(gpu->fcn[fcn].slot, saved ? record : none, sizeof(record));
	sim_ram_write(gpu, slot * (u64)GPUVF_IOV_CNTXT_UNIT,
		      gpu->fcn[fcn].slot, sizeof(record));
}

/**
 * sim_fb_slot() - a dword of what a slot of the context save area holds
 * @gpu: GPU
 * @offset: byte in the framebuffer, a multiple of 4
 *
 * Return: where it is; NULL: in none, or where slots have no content.
 */
u32 *sim_fb_slot(struct sim_gpu *gpu, u64 offset)
{
	u64 start, size, in_slot;
	unsigned int fcn;

	sim_fb_context(gpu, &start, &size);
	if (!size || gpu->context & GPUVF_IOV_CNTXT_LOC_SYSMEM ||
	    offset < start || offset - start >= size)
		return NULL;
	size = div_u64(size, sim_total_vfs + 1);
	fcn = div64_u64(offset - start, size);
	in_slot = offset - start - fcn * size;
	return in_slot < sizeof(gpu->fcn[fcn].slot) ?
	       &gpu->fcn[fcn].slot[in_slot / sizeof(u32)] : NULL;
}

/* the slot of a function has a context from now on */
static void fb_mark_context(struct sim_gpu *gpu, unsigned int fcn)
{
	struct sim_fcn *saver = &gpu->fcn[fcn];
	bool outside = true;
	u32 slot, end, next;

	saver->context_dirty = true;
	fb_slot(gpu, fcn, &slot, &end);
	for (; slot < end; slot = next) {
		unsigned int g = slot / FB_SLOTS;
		struct sim_unit *unit = &gpu->unit[g];

		next = min_t(u32, end, (g + 1) * FB_SLOTS);
		fb_write(gpu, fcn, unit);
		unit->saved |= GENMASK_ULL((next - 1) % FB_SLOTS,
					   slot % FB_SLOTS);
		/* each time slice ends here: extents are looked at once for a layout */
		if (saver->saved_serial == gpu->layout_serial ||
		    !fb_is_in_extent(gpu, g))
			continue;
		outside = false;
		gpu->violations[SIM_V_FOREIGN_WRITES]++;
		gpu->fb_serial++;
	}
	saver->saved_serial = outside ? gpu->layout_serial : 0;
}

/**
 * sim_fb_save() - SAVE writes the context of a function into its slot
 * @gpu: GPU
 * @fcn: number of the function
 */
void sim_fb_save(struct sim_gpu *gpu, unsigned int fcn)
{
	u32 slot, end;

	gpu->fcn[fcn].saves++;
	if (fcn == SIM_FCN_PF)
		gpu->pf_context_lost = false;
	fb_slot(gpu, fcn, &slot, &end);
	if (slot < end)
		fb_write_context(gpu, slot, fcn, true);
	fb_mark_context(gpu, fcn);
}

/**
 * sim_fb_adopt() - take what the slot of a function holds for its context
 * @gpu: GPU
 * @fcn: number of the function
 *
 * Return: false: it holds none.
 */
bool sim_fb_adopt(struct sim_gpu *gpu, unsigned int fcn)
{
	if (gpu->fcn[fcn].slot[0] != FB_CONTEXT_MARK)
		return false;
	gpu->fcn[fcn].saves = gpu->fcn[fcn].slot[4];
	fb_mark_context(gpu, fcn);
	return true;
}

/**
 * sim_fb_end_tenancy() - a function is another tenant's from now on
 * @gpu: GPU
 * @fcn: the function
 *
 * Through its BAR, where there is memory behind it, a guest writes unseen: all that the
 * BAR shows counts as written by the one that leaves.
 */
void sim_fb_end_tenancy(struct sim_gpu *gpu, struct sim_fcn *fcn)
{
	unsigned int vf = sim_vf_index(gpu, fcn), g, end;
	u64 shown;

	if (fcn != &gpu->fcn[SIM_FCN_PF]) {
		shown = sim_ram_shown(gpu, vf);
		fb_units(gpu, vf, &g, &end);
		shown = DIV_ROUND_UP_ULL(shown, GPUVF_IOV_VF_FB_UNIT);
		end = min_t(u64, end, g + shown);
		for (; g < end; g++)
			fb_write(gpu, SIM_FCN_VF(vf), &gpu->unit[g]);
		if (shown)
			gpu->fb_serial++;
	}
	fcn->tenant++;
}

/**
 * sim_fb_scrub_context() - the slot of a function is overwritten
 * @gpu: GPU
 * @fcn: number of the function
 */
void sim_fb_scrub_context(struct sim_gpu *gpu, unsigned int fcn)
{
	u32 slot, end;

	gpu->fcn[fcn].context_dirty = false;
	fb_slot(gpu, fcn, &slot, &end);
	if (slot < end)
		fb_write_context(gpu, slot, fcn, false);
	for (; slot < end; slot++)
		gpu->unit[slot / FB_SLOTS].saved &=
			~BIT_ULL(slot % FB_SLOTS);
}

/**
 * sim_fb_scrub() - overwrite units
 * @gpu: GPU
 * @first: first unit
 * @count: how many
 */
void sim_fb_scrub(struct sim_gpu *gpu, unsigned int first, unsigned int count)
{
	unsigned int g;

	for (g = first; g < first + count; g++) {
		gpu->unit[g].writer = SIM_SCRUBBED;
		gpu->unit[g].saved = 0;
	}
	gpu->units_scrubbed += count;
	gpu->fb_serial++;
}

/**
 * sim_fb_range_is_live() - does a function with state, or firmware, own any of a range?
 * @gpu: GPU
 * @first: first unit
 * @count: how many
 */
bool sim_fb_range_is_live(struct sim_gpu *gpu, unsigned int first,
			  unsigned int count)
{
	unsigned int i, g, end;

	if (fb_is_reserved(first * SIM_UNIT, count * SIM_UNIT))
		return true;
	for (i = 0; i < sim_total_vfs; i++) {
		if (gpu->fcn[SIM_FCN_VF(i)].state == SIM_SHUTDOWN)
			continue;
		fb_units(gpu, i, &g, &end);
		if (max(first, g) < min(first + count, end))
			return true;
	}
	return false;
}
