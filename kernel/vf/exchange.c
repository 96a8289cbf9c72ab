// SPDX-License-Identifier: GPL-2.0
/*
 * The exchange region: PF2VF is written, VF2PF is read.
 *
 * Both begin with
 *
 *	0	size in bytes of what is summed, at most 1 KiB
 *	4	version
 *	16	checksum: the sum of all bytes but its own four, plus a key, which is 0
 *
 * A guest can write anything into VF2PF at any time: it is read out of a copy, and
 * nothing in the copy is used before it was found in bounds.
 */

#include "vf/exchange.h"

/* in both */
#define EXCHANGE_HEAD_SIZE	0
#define EXCHANGE_HEAD_VERSION	4
#define EXCHANGE_CHECKSUM	16

/* bytes from the start of PF2VF */
#define PF2VF_VERSION		2
#define PF2VF_FEATURES		20
#define PF2VF_BAD_PAGES		76	/* 64 bit */
#define PF2VF_BAD_PAGES_SIZE	84	/* of the entries that there are */
#define PF2VF_INTERVAL_MS	88
#define PF2VF_SERIAL		92	/* 64 bit */
#define PF2VF_FUNCTION		100
#define PF2VF_UUID		172	/* 128 bit */
#define PF2VF_CAPACITY		192
#define PF2VF_BDF		196

/* the share of a whole GPU */
#define PF2VF_CAPACITY_ALL	65535

/* bytes from the start of VF2PF */
#define VF2PF_VERSION		3
#define VF2PF_DRIVER		20
#define VF2PF_USED_MIB		92
#define VF2PF_TOTAL_MIB		148
#define VF2PF_NEEDED		152	/* end of the last field that is read */

#define EXCHANGE_MIB_SHIFT	20

static u32 exchange_checksum(const u8 *buf, u32 size)
{
	u32 i, sum = 0;

	for (i = 0; i < size; i++)
		if (i < EXCHANGE_CHECKSUM || i >= EXCHANGE_CHECKSUM + 4)
			sum += buf[i];
	return sum;
}

/*
 * The fields that AMD's layout has for a VF: device id, function, and the GPU's serial
 * number in pieces. Version 8 is what RFC 9562 has for a vendor's own.
 */
static void exchange_put_uuid(u8 *at, const struct gpuvf_exchange_vf *vf)
{
	gpuvf_put_le32(at, vf->device | (vf->vf & 0xff) << 16 |
		       (u32)(vf->serial >> 56) << 24);
	gpuvf_put_le32(at + 4, 8U << 28);
	gpuvf_put_le32(at + 8, 2U << 6 | (u32)(vf->serial >> 48 & 0xff) << 8 |
		       (u32)(vf->serial >> 32 & 0xffff) << 16);
	gpuvf_put_le32(at + 12, vf->serial);
}

static u32 exchange_capacity(const struct gpuvf_exchange_vf *vf)
{
	u64 gpu_mib = vf->gpu_bytes >> EXCHANGE_MIB_SHIFT;
	u64 vf_mib = vf->vf_bytes >> EXCHANGE_MIB_SHIFT;

	if (vf_mib >= gpu_mib)
		return PF2VF_CAPACITY_ALL;
	return div64_u64(vf_mib * PF2VF_CAPACITY_ALL, gpu_mib);
}

/**
 * gpuvf_exchange_fill() - make PF2VF for a VF
 * @buf: GPUVF_EXCHANGE_SIZE bytes
 * @vf: what the guest is to know
 *
 * The list of bad pages is empty. What is 0 is not limited, or not known: no limits of
 * encoding and decoding, no firmware that the PF placed, registers are accessed
 * directly. Without a serial number there is no UUID either.
 *
 * Context: any.
 */
void gpuvf_exchange_fill(u8 *buf, const struct gpuvf_exchange_vf *vf)
{
	memset(buf, 0, GPUVF_EXCHANGE_SIZE);
	gpuvf_put_le32(buf + EXCHANGE_HEAD_SIZE, GPUVF_EXCHANGE_SIZE);
	gpuvf_put_le32(buf + EXCHANGE_HEAD_VERSION, PF2VF_VERSION);
	gpuvf_put_le32(buf + PF2VF_FEATURES, vf->features);
	gpuvf_put_le64(buf + PF2VF_BAD_PAGES, GPUVF_EXCHANGE_BAD_PAGES);
	gpuvf_put_le32(buf + PF2VF_BAD_PAGES_SIZE, 0);
	gpuvf_put_le32(buf + PF2VF_INTERVAL_MS, GPUVF_EXCHANGE_INTERVAL_MS);
	gpuvf_put_le64(buf + PF2VF_SERIAL, vf->serial);
	gpuvf_put_le32(buf + PF2VF_FUNCTION, vf->vf);
	if (vf->serial)
		exchange_put_uuid(buf + PF2VF_UUID, vf);
	gpuvf_put_le32(buf + PF2VF_CAPACITY, exchange_capacity(vf));
	gpuvf_put_le32(buf + PF2VF_BDF, vf->bdf);
	gpuvf_put_le32(buf + EXCHANGE_CHECKSUM,
		       exchange_checksum(buf, GPUVF_EXCHANGE_SIZE));
}

/* up to a NUL, or as much as there is room for in VF2PF */
static void exchange_get_driver(const u8 *from, char *to)
{
	unsigned int i;

	for (i = 0; i < GPUVF_EXCHANGE_DRIVER_SIZE && from[i]; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	to[i] = '\0';
}

/**
 * gpuvf_exchange_read() - read what a guest says of itself out of VF2PF
 * @buf: private copy: it must not change meanwhile
 * @size: bytes in @buf; what is beyond GPUVF_EXCHANGE_SIZE is not looked at
 * @vf_bytes: size of the VF's framebuffer: a guest that says it has more is taken at
 *	this much
 * @claims: filled when 0 is returned, else left as it is
 *
 * Context: any.
 * Return: 0; -ENODATA: nothing was written since the memory was scrubbed; -EINVAL: the
 * size in the header is more than there is, or less than the fields need;
 * -EPROTONOSUPPORT: unknown version; -EBADMSG: wrong checksum.
 */
int gpuvf_exchange_read(const u8 *buf, u32 size, u64 vf_bytes,
			struct gpuvf_claims *claims)
{
	u32 said;

	size = min(size, GPUVF_EXCHANGE_SIZE);
	if (size < VF2PF_NEEDED)
		return -EINVAL;
	said = gpuvf_get_le32(buf + EXCHANGE_HEAD_SIZE);
	if (!said && !gpuvf_get_le32(buf + EXCHANGE_HEAD_VERSION))
		return -ENODATA;
	if (said < VF2PF_NEEDED || said > size)
		return -EINVAL;
	if (gpuvf_get_le32(buf + EXCHANGE_HEAD_VERSION) != VF2PF_VERSION)
		return -EPROTONOSUPPORT;
	if (gpuvf_get_le32(buf + EXCHANGE_CHECKSUM) !=
	    exchange_checksum(buf, said))
		return -EBADMSG;

	exchange_get_driver(buf + VF2PF_DRIVER, claims->driver);
	/* 32 bits of MiB fit in 64 bits of bytes */
	claims->used_bytes = min((u64)gpuvf_get_le32(buf + VF2PF_USED_MIB) <<
				 EXCHANGE_MIB_SHIFT, vf_bytes);
	claims->total_bytes = min((u64)gpuvf_get_le32(buf + VF2PF_TOTAL_MIB) <<
				  EXCHANGE_MIB_SHIFT, vf_bytes);
	return 0;
}
