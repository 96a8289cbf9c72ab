// SPDX-License-Identifier: GPL-2.0
/*
 * What is in the framebuffer, where PF and guests exchange data: at the start and at
 * the end of each unit. Elsewhere it reads 0, and what is written is lost; there,
 * sim_fb.c knows who wrote last, and that is all.
 *
 * Accesses come under a raw spinlock, where nothing can be allocated: pages of content
 * come out of a pool, and go back to it when their unit is scrubbed. When it is
 * empty a write is lost, and counted.
 *
 * Where a card has the framebuffer (sim_ram.c), content is there, of all of it, and
 * pages only tell whose it is.
 *
 * A page belongs to the tenant of the VF that had it when it was written, also when
 * the PF wrote it: what the PF left for one tenant is a leftover for the next.
 */

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "sim.h"

/* of each unit, from its start and to its end */
#define MEM_HEAD	SZ_256K
#define MEM_TAIL	SZ_64K

#define MEM_PAGE	SZ_4K
#define MEM_PAGES	512
#define MEM_HASH_BITS	7

/* of no VF: the PF wrote it for itself */
#define MEM_NO_VF	SIM_MAX_VFS

/* what PF and guest's driver leave for one another: bytes in the VF's framebuffer */
#define MEM_PF2VF		0x10000
#define MEM_PF2VF_VERSION	2
#define MEM_VF2PF		0x10400
#define MEM_VF2PF_VERSION	3
#define MEM_MESSAGE_SIZE	1024
#define MEM_CHECKSUM		16
#define MEM_VF2PF_DRIVER	20
#define MEM_VF2PF_DRIVER_SIZE	64
#define MEM_VF2PF_USED		92	/* MiB */
#define MEM_VF2PF_TOTAL		148	/* MiB */
#define MEM_GUEST_DRIVER	"gpuvf_sim guest 1.0"

/**
 * struct sim_page - 4 KiB with content
 * @node: in the hash, or among those that are free
 * @number: offset in the framebuffer, in pages
 * @vf: index of the VF that had it when it was written, or MEM_NO_VF
 * @tenant: and the VF's tenant
 * @mixed: others' content is left in it
 * @content: as the bus has it
 */
struct sim_page {
	struct hlist_node node;
	u32 number;
	unsigned int vf;
	u32 tenant;
	bool mixed;
	u32 content[MEM_PAGE / sizeof(u32)];
};

/**
 * struct sim_mem - the content of one GPU's framebuffer
 * @hash: pages with content
 * @free: the others
 * @offset: of the PF's port
 * @change_at: when the PF has read the dword there; SIM_NEVER: never
 * @change: then this one changes
 * @change_to: and is this
 * @page: the pool
 */
struct sim_mem {
	struct hlist_head hash[1 << MEM_HASH_BITS];
	struct hlist_head free;
	u64 offset;
	u64 change_at;
	u64 change;
	u32 change_to;
	struct sim_page page[MEM_PAGES];
};

static bool mem_has_content(const struct sim_gpu *gpu, u64 offset)
{
	u32 in_unit = offset & (SIM_UNIT - 1);

	return offset < gpu->num_units * SIM_UNIT &&
	       (in_unit < MEM_HEAD || in_unit >= SIM_UNIT - MEM_TAIL);
}

static struct hlist_head *mem_bucket(struct sim_mem *mem, u32 number)
{
	return &mem->hash[hash_32(number, MEM_HASH_BITS)];
}

static struct sim_page *mem_find(const struct sim_gpu *gpu, u64 offset)
{
	u32 number = offset / MEM_PAGE;
	struct sim_page *page;

	hlist_for_each_entry(page, mem_bucket(gpu->mem, number), node)
		if (page->number == number)
			return page;
	return NULL;
}

static u32 mem_get(struct sim_gpu *gpu, u64 offset)
{
	const struct sim_page *page = mem_find(gpu, offset);
	const u32 *slot = sim_fb_slot(gpu, offset);

	if (gpu->ram)
		return sim_ram_read(gpu, offset);
	if (slot)
		return *slot;
	return page ? page->content[offset % MEM_PAGE / sizeof(u32)] : 0;
}

static struct sim_page *mem_make(struct sim_gpu *gpu, u64 offset,
				 unsigned int vf, u32 tenant)
{
	struct sim_mem *mem = gpu->mem;
	struct sim_page *page;

	if (hlist_empty(&mem->free)) {
		gpu->mem_lost++;
		return NULL;
	}
	page = hlist_entry(mem->free.first, struct sim_page, node);
	hlist_del(&page->node);
	memset(page->content, 0, sizeof(page->content));
	page->number = offset / MEM_PAGE;
	page->vf = vf;
	page->tenant = tenant;
	page->mixed = false;
	hlist_add_head(&page->node, mem_bucket(mem, page->number));
	return page;
}

/* what was never written reads 0 already */
static void mem_set(struct sim_gpu *gpu, u64 offset, u32 val, unsigned int vf,
		    u32 tenant)
{
	struct sim_page *page = mem_find(gpu, offset);
	u32 *slot = sim_fb_slot(gpu, offset);

	sim_ram_write(gpu, offset, &val, sizeof(val));
	if (slot) {
		*slot = val;
		return;
	}
	if (!mem_has_content(gpu, offset) || (!page && !val))
		return;
	if (!page)
		page = mem_make(gpu, offset, vf, tenant);
	if (!page)
		return;
	page->mixed |= page->vf != vf || page->tenant != tenant;
	page->vf = vf;
	page->tenant = tenant;
	page->content[offset % MEM_PAGE / sizeof(u32)] = val;
}

/* the VF that has it, or MEM_NO_VF */
static unsigned int mem_vf(const struct sim_gpu *gpu, u64 offset)
{
	unsigned int i;
	u64 start, size;

	for (i = 0; i < sim_total_vfs; i++) {
		sim_fb_extent(gpu, i, &start, &size);
		if (offset >= start && offset - start < size)
			return i;
	}
	return MEM_NO_VF;
}

/* half of a port's offset is written */
static void mem_seek(u64 *offset, bool high, u32 val)
{
	if (high)
		*offset = (u32)*offset | (u64)val << 32;
	else
		*offset = (*offset & ~0xffffffffULL) | (val & ~3U);
}

/* a guest changes what it wrote */
static void mem_change(struct sim_gpu *gpu, u64 offset, u32 val)
{
	struct sim_page *page = mem_find(gpu, offset);

	if (!page)
		return;
	page->content[offset % MEM_PAGE / sizeof(u32)] = val;
	sim_ram_write(gpu, offset, &val, sizeof(val));
}

/**
 * sim_mem_pf_read() - a register of the PF's port is read
 * @gpu: GPU
 * @reg: GPUVF_SIM_FB_*
 *
 * Context: gpu->lock.
 * Return: its value.
 */
u32 sim_mem_pf_read(struct sim_gpu *gpu, unsigned int reg)
{
	struct sim_mem *mem = gpu->mem;
	u64 offset = mem->offset;
	u32 val;

	if (reg == GPUVF_SIM_FB_LO)
		return lower_32_bits(offset);
	if (reg == GPUVF_SIM_FB_HI)
		return upper_32_bits(offset);
	gpu->mem_reads++;
	mem->offset += sizeof(u32);
	val = mem_get(gpu, offset);
	if (offset == mem->change_at) {
		mem->change_at = SIM_NEVER;
		mem_change(gpu, mem->change, mem->change_to);
	}
	return val;
}

/**
 * sim_mem_pf_write() - a register of the PF's port is written
 * @gpu: GPU
 * @reg: GPUVF_SIM_FB_*
 * @val: what is written
 *
 * Context: gpu->lock.
 */
void sim_mem_pf_write(struct sim_gpu *gpu, unsigned int reg, u32 val)
{
	struct sim_mem *mem = gpu->mem;
	unsigned int vf;

	if (reg != GPUVF_SIM_FB_DATA) {
		mem_seek(&mem->offset, reg == GPUVF_SIM_FB_HI, val);
		return;
	}
	gpu->mem_writes++;
	vf = mem_vf(gpu, mem->offset);
	mem_set(gpu, mem->offset, val, vf,
		vf == MEM_NO_VF ? 0 : gpu->fcn[SIM_FCN_VF(vf)].tenant);
	mem->offset += sizeof(u32);
}

/* the first dword of a slot at or behind @offset that is not 0; SIM_NEVER: none */
static u64 mem_next_slot(struct sim_gpu *gpu, u64 offset)
{
	u64 start, size, slot, at;
	unsigned int fcn;

	sim_fb_context(gpu, &start, &size);
	slot = div_u64(size, sim_total_vfs + 1);
	for (fcn = 0; fcn <= sim_total_vfs && slot; fcn++) {
		at = start + fcn * slot;
		if (at + MEM_PAGE > offset && sim_fb_slot(gpu, at) &&
		    gpu->fcn[fcn].slot[0])
			return at;
	}
	return SIM_NEVER;
}

/**
 * sim_mem_next() - the PF's port moves on to where there may be content
 * @gpu: GPU
 *
 * Context: gpu->lock.
 */
void sim_mem_next(struct sim_gpu *gpu)
{
	struct sim_mem *mem = gpu->mem;
	u64 from = mem->offset & ~(u64)(MEM_PAGE - 1);
	u64 next = from + SZ_1M;
	unsigned int i;

	if (gpu->ram) {
		mem->offset = sim_ram_next(gpu, from);
		return;
	}
	for (i = 0; i < MEM_PAGES; i++) {
		u64 at = mem->page[i].number * (u64)MEM_PAGE;

		if (mem->page[i].number != U32_MAX && at >= from)
			next = min(next, at);
	}
	next = min(next, mem_next_slot(gpu, from));
	mem->offset = max(next, from);
}

/* was it written for the VF's present tenant, all of it? */
static bool mem_is_own(const struct sim_gpu *gpu, const struct sim_page *page,
		       unsigned int vf)
{
	return page->vf == vf && !page->mixed &&
	       page->tenant == gpu->fcn[SIM_FCN_VF(vf)].tenant;
}

/* where a VF's byte is in the framebuffer, SIM_NEVER: refused and counted */
static u64 mem_vf_offset(struct sim_gpu *gpu, unsigned int vf, u64 offset,
			 struct sim_unit **unit)
{
	u64 start, size;

	sim_fb_extent(gpu, vf, &start, &size);
	*unit = NULL;
	/* where there is no extent, and where the sum would wrap around */
	if (offset < size)
		*unit = sim_fb_attempt(gpu, vf, start + offset);
	else
		gpu->fcn[SIM_FCN_VF(vf)].blocked_touches++;
	return *unit ? start + offset : SIM_NEVER;
}

/**
 * sim_mem_vf_get() - a guest reads its framebuffer
 * @gpu: GPU
 * @vf: index of its VF
 * @offset: byte in the VF's framebuffer, a multiple of 4
 *
 * A former tenant's content is a leftover, also where the PF wrote it.
 *
 * Context: gpu->lock.
 * Return: the dword; all ones: the VF has no such byte.
 */
u32 sim_mem_vf_get(struct sim_gpu *gpu, unsigned int vf, u64 offset)
{
	const struct sim_page *page;
	struct sim_unit *unit;
	u64 at = mem_vf_offset(gpu, vf, offset, &unit);

	if (at == SIM_NEVER)
		return ~0U;
	page = mem_find(gpu, at);
	/* one read is one violation */
	if (sim_fb_read(gpu, vf, unit) && page &&
	    !mem_is_own(gpu, page, vf))
		gpu->violations[SIM_V_LEFTOVER_READS]++;
	return mem_get(gpu, at);
}

/**
 * sim_mem_vf_set() - a guest writes its framebuffer
 * @gpu: GPU
 * @vf: index of its VF
 * @offset: byte in the VF's framebuffer, a multiple of 4
 * @val: the dword
 *
 * Context: gpu->lock.
 */
void sim_mem_vf_set(struct sim_gpu *gpu, unsigned int vf, u64 offset, u32 val)
{
	struct sim_unit *unit;
	u64 at = mem_vf_offset(gpu, vf, offset, &unit);

	if (at == SIM_NEVER)
		return;
	sim_fb_write(gpu, vf, unit);
	mem_set(gpu, at, val, vf, gpu->fcn[SIM_FCN_VF(vf)].tenant);
}

/**
 * sim_mem_vf_read() - a register of a VF's port is read
 * @gpu: GPU, whose VFs decode
 * @vf: index of the VF
 * @reg: GPUVF_SIM_VF_FB_*
 *
 * Until an offset was written the port is closed: a reader of the whole configuration
 * space accesses nothing.
 *
 * Context: gpu->lock.
 * Return: its value; all ones: not possible.
 */
u32 sim_mem_vf_read(struct sim_gpu *gpu, unsigned int vf, unsigned int reg)
{
	struct sim_port *port = &gpu->fcn[SIM_FCN_VF(vf)].port;
	u32 val;

	if (reg == GPUVF_SIM_VF_FB_LO)
		return lower_32_bits(port->mem);
	if (reg == GPUVF_SIM_VF_FB_HI)
		return upper_32_bits(port->mem);
	if (!port->mem_open)
		return ~0U;
	val = sim_mem_vf_get(gpu, vf, port->mem);
	port->mem += sizeof(u32);
	return val;
}

/**
 * sim_mem_vf_write() - a register of a VF's port is written
 * @gpu: GPU, whose VFs decode
 * @vf: index of the VF
 * @reg: GPUVF_SIM_VF_FB_*
 * @val: what is written
 *
 * Context: gpu->lock.
 */
void sim_mem_vf_write(struct sim_gpu *gpu, unsigned int vf, unsigned int reg,
		      u32 val)
{
	struct sim_port *port = &gpu->fcn[SIM_FCN_VF(vf)].port;

	if (reg != GPUVF_SIM_VF_FB_DATA) {
		port->mem_open = true;
		mem_seek(&port->mem, reg == GPUVF_SIM_VF_FB_HI, val);
	} else if (port->mem_open) {
		sim_mem_vf_set(gpu, vf, port->mem, val);
		port->mem += sizeof(u32);
	}
}

/* configuration space, and what is in it, has the byte order of this machine */
static void mem_put32(u8 *at, u32 val)
{
	memcpy(at, &val, sizeof(val));
}

static u32 mem_get32(const u8 *at)
{
	u32 val;

	memcpy(&val, at, sizeof(val));
	return val;
}

/* both ways */
static u32 mem_checksum(const u8 *message)
{
	unsigned int i;
	u32 sum = 0;

	for (i = 0; i < MEM_MESSAGE_SIZE; i++)
		if (i < MEM_CHECKSUM || i >= MEM_CHECKSUM + 4)
			sum += message[i];
	return sum;
}

/**
 * sim_mem_guest_look() - a guest's driver looks for PF2VF, now that it may
 * @gpu: GPU
 * @vf: index of its VF
 *
 * A PF driver need not place any: what it finds, or not, is no violation.
 *
 * Context: gpu->lock.
 * Return: true: there is one for this tenant, and it is in order.
 */
bool sim_mem_guest_look(const struct sim_gpu *gpu, unsigned int vf)
{
	const struct sim_page *page;
	const u8 *message;
	u64 start, size;

	sim_fb_extent(gpu, vf, &start, &size);
	page = size ? mem_find(gpu, start + MEM_PF2VF) : NULL;
	if (!page || !mem_is_own(gpu, page, vf))
		return false;
	message = (const u8 *)page->content + MEM_PF2VF % MEM_PAGE;
	return mem_get32(message) == MEM_MESSAGE_SIZE &&
	       mem_get32(message + 4) == MEM_PF2VF_VERSION &&
	       mem_get32(message + MEM_CHECKSUM) == mem_checksum(message);
}

/**
 * sim_mem_guest_publish() - a guest's driver says what it is: it writes VF2PF
 * @gpu: GPU
 * @vf: index of its VF
 * @used_mib: how much memory it says that it uses
 *
 * Context: gpu->lock.
 * Return: false: the VF has no framebuffer, or there is no room for content.
 */
bool sim_mem_guest_publish(struct sim_gpu *gpu, unsigned int vf, u32 used_mib)
{
	struct sim_page *page;
	u64 start, size;
	u8 *message;

	sim_fb_extent(gpu, vf, &start, &size);
	if (!size)
		return false;
	sim_mem_vf_set(gpu, vf, MEM_VF2PF, MEM_MESSAGE_SIZE);
	page = mem_find(gpu, start + MEM_VF2PF);
	if (!page)
		return false;
	message = (u8 *)page->content + MEM_VF2PF % MEM_PAGE;
	memset(message, 0, MEM_MESSAGE_SIZE);
	mem_put32(message, MEM_MESSAGE_SIZE);
	mem_put32(message + 4, MEM_VF2PF_VERSION);
	strscpy(message + MEM_VF2PF_DRIVER, MEM_GUEST_DRIVER,
		MEM_VF2PF_DRIVER_SIZE);
	mem_put32(message + MEM_VF2PF_USED, used_mib);
	mem_put32(message + MEM_VF2PF_TOTAL, div_u64(size, SZ_1M));
	mem_put32(message + MEM_CHECKSUM, mem_checksum(message));
	sim_ram_write(gpu, start + MEM_VF2PF, message, MEM_MESSAGE_SIZE);
	return true;
}

/**
 * sim_mem_change_when_read() - a guest changes a dword while the PF reads
 * @gpu: GPU
 * @vf: index of its VF
 * @at: when the PF has read the dword at this byte of the VF's framebuffer
 * @offset: this one changes, if it was written before
 * @val: and is this
 *
 * There is one such change at a time, and it happens once.
 *
 * Context: gpu->lock.
 */
void sim_mem_change_when_read(struct sim_gpu *gpu, unsigned int vf, u64 at,
			      u64 offset, u32 val)
{
	u64 start, size;

	sim_fb_extent(gpu, vf, &start, &size);
	gpu->mem->change_at = start + (at & ~3ULL);
	gpu->mem->change = start + (offset & ~3ULL);
	gpu->mem->change_to = val;
}

/**
 * sim_mem_scrub() - units are overwritten
 * @gpu: GPU
 * @first: first unit
 * @count: how many
 *
 * Context: gpu->lock.
 */
void sim_mem_scrub(struct sim_gpu *gpu, unsigned int first, unsigned int count)
{
	const u32 pages = GPUVF_IOV_VF_FB_UNIT / MEM_PAGE;
	struct sim_mem *mem = gpu->mem;
	unsigned int i;

	for (i = 0; i < MEM_PAGES; i++) {
		struct sim_page *page = &mem->page[i];

		if (page->number / pages < first ||
		    page->number / pages - first >= count)
			continue;
		hlist_del(&page->node);
		hlist_add_head(&page->node, &mem->free);
		page->number = U32_MAX;
	}
}

/**
 * sim_mem_init() - nothing was written yet
 * @gpu: GPU
 *
 * Return: 0, -ENOMEM.
 */
int sim_mem_init(struct sim_gpu *gpu)
{
	struct sim_mem *mem = vzalloc(sizeof(*mem));
	unsigned int i;

	if (!mem)
		return -ENOMEM;
	mem->change_at = SIM_NEVER;
	for (i = 0; i < MEM_PAGES; i++) {
		mem->page[i].number = U32_MAX;
		hlist_add_head(&mem->page[i].node, &mem->free);
	}
	gpu->mem = mem;
	return 0;
}

/**
 * sim_mem_fini() - undo sim_mem_init()
 * @gpu: GPU; may not have been initialised
 */
void sim_mem_fini(struct sim_gpu *gpu)
{
	vfree(gpu->mem);
	gpu->mem = NULL;
}
