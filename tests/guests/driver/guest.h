/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's driver for a simulated VF, for tests: what its kernel module and its
 * user-space program share. See guest.c.
 */
#ifndef GPUVF_GUEST_H
#define GPUVF_GUEST_H

#include <linux/types.h>

struct guest;

/**
 * struct guest_ops - how the driver reaches its VF
 * @read: read a register of the VF's SIM capability
 * @write: write one
 * @wait: wait for an interrupt, for so many ms at the most
 * @now_us: µs of a clock that goes on by itself
 */
struct guest_ops {
	__u32 (*read)(struct guest *guest, unsigned int reg);
	void (*write)(struct guest *guest, unsigned int reg, __u32 val);
	void (*wait)(struct guest *guest, unsigned int ms);
	__u64 (*now_us)(struct guest *guest);
};

/**
 * struct guest - a guest's driver
 * @ops: how it reaches its VF
 * @fb: its framebuffer BAR; NULL: not mapped
 * @fb_dwords: how many dwords of it are looked at, from the beginning
 */
struct guest {
	const struct guest_ops *ops;
	volatile __u32 *fb;
	__u32 fb_dwords;
};

/* where PF driver and guest exchange data, in dwords of the framebuffer: not looked at */
#define GUEST_EXCHANGE_BEGIN	(0x10000 / 4)
#define GUEST_EXCHANGE_END	(0x10800 / 4)

/* dwords of @fb_dwords that have the tag */
#define GUEST_TAGGED(fb_dwords)	((fb_dwords) - \
				 (GUEST_EXCHANGE_END - GUEST_EXCHANGE_BEGIN))

/* what guest_hear() returns when there is no message in time */
#define GUEST_SILENCE	0

void guest_irqs(struct guest *guest, int on);
int guest_say(struct guest *guest, __u32 message);
__u32 guest_hear(struct guest *guest, unsigned int ms);
int guest_init(struct guest *guest, unsigned int ms);
int guest_release(struct guest *guest);
int guest_notified(struct guest *guest);
int guest_await_reset(struct guest *guest, unsigned int ms);
int guest_answer_reset(struct guest *guest, unsigned int ms);
int guest_fini(struct guest *guest, unsigned int ms);
__u64 guest_work(struct guest *guest, unsigned int ms);
__u32 guest_count_others(struct guest *guest, __u32 tag);
void guest_write_tag(struct guest *guest, __u32 tag);

#endif /* GPUVF_GUEST_H */
