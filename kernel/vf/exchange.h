/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exchange region: data that the PF and a guest's driver leave for one another in
 * the VF's framebuffer. Pure: bytes in, bytes or claims out.
 *
 *	KiB 0        64      65      66          68               132
 *	    +--------+-------+-------+-----------+----------------+-- ...
 *	    | VBIOS  | PF2VF | VF2PF | bad pages | RAS telemetry  |
 *	    +--------+-------+-------+-----------+----------------+-- ...
 *
 * This is layout V1 of AMD's guest driver, with PF2VF in version 2 and VF2PF in
 * version 3. Everything in it is little endian and packed.
 */
#ifndef GPUVF_EXCHANGE_H
#define GPUVF_EXCHANGE_H

#include "base/pure.h"

/* bytes from the start of the VF's framebuffer */
#define GPUVF_EXCHANGE_VBIOS		0x00000 /* reserved: left as it is */
#define GPUVF_EXCHANGE_PF2VF		0x10000
#define GPUVF_EXCHANGE_VF2PF		0x10400
#define GPUVF_EXCHANGE_BAD_PAGES	0x10800 /* 64 bit page numbers */
#define GPUVF_EXCHANGE_RAS		0x11000 /* reserved: left as it is */
#define GPUVF_EXCHANGE_END		0x21000
/* from its end: the table of IP discovery; reserved: left as it is */
#define GPUVF_EXCHANGE_DISCOVERY	0x10000

/* bytes of PF2VF, and of VF2PF */
#define GPUVF_EXCHANGE_SIZE		1024U
#define GPUVF_EXCHANGE_BAD_PAGES_SIZE	2048

/* INIT_DATA_READY, word 1 */
#define GPUVF_EXCHANGE_LAYOUT		1

/* how often a guest is to write VF2PF */
#define GPUVF_EXCHANGE_INTERVAL_MS	2000

/* feature flags of PF2VF */
#define GPUVF_EXCHANGE_ERROR_LOG	0x00000001 /* the PF takes LOG_ERROR */
#define GPUVF_EXCHANGE_FLR_LOSES_VRAM	0x00000004

#define GPUVF_EXCHANGE_DRIVER_SIZE	64

/**
 * struct gpuvf_exchange_vf - what a guest is to know of its VF
 * @features: GPUVF_EXCHANGE_* flags
 * @vf: index of the VF
 * @device: PCI device id of the VF
 * @bdf: bus, device and function of the VF on the host
 * @serial: serial number of the GPU, 0: it has none
 * @vf_bytes: size of the VF's framebuffer
 * @gpu_bytes: size of the GPU's framebuffer
 */
struct gpuvf_exchange_vf {
	u32 features;
	u32 vf;
	u16 device;
	u16 bdf;
	u64 serial;
	u64 vf_bytes;
	u64 gpu_bytes;
};

/**
 * struct gpuvf_claims - what a guest says of itself: nothing of it is checked
 * @driver: version of its driver: printable ASCII; empty: it gave none
 * @used_bytes: framebuffer in use
 * @total_bytes: framebuffer that it sees
 */
struct gpuvf_claims {
	char driver[GPUVF_EXCHANGE_DRIVER_SIZE + 1];
	u64 used_bytes;
	u64 total_bytes;
};

void gpuvf_exchange_fill(u8 *buf, const struct gpuvf_exchange_vf *vf);
int gpuvf_exchange_read(const u8 *buf, u32 size, u64 vf_bytes,
			struct gpuvf_claims *claims);

#endif /* GPUVF_EXCHANGE_H */
