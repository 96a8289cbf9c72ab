// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest's driver does with its VF: it asks for full access to initialise, has
 * the PF driver take it back, works, answers when its VF is to be reset, and tears down.
 * It looks at its framebuffer through the BAR, and writes its tag there.
 *
 * Compiled into a kernel module (gpuvf_guest.c), which runs in a nested virtual machine,
 * and into a program on VFIO (test_vfio_guest.c).
 */

#include "guest.h"
#include "hw/messages.h"
#include "hw/regs.h"

#define PAGE(reg)	(GPUVF_SIM_VF_MBOX + (reg))

/* as amdgpu's: so long a message may wait for its acknowledgment */
#define ACK_MS		500

/* work that waits at any time, so that the VF always has some */
#define BACKLOG_US	50000

static __u32 get(struct guest *guest, unsigned int reg)
{
	return guest->ops->read(guest, reg);
}

static void set(struct guest *guest, unsigned int reg, __u32 val)
{
	guest->ops->write(guest, reg, val);
}

/**
 * guest_irqs() - let the mailbox raise the VF's interrupt, or not
 * @guest: guest
 * @on: whether it does
 */
void guest_irqs(struct guest *guest, int on)
{
	set(guest, PAGE(GPUVF_MBOX_INT_CNTL),
	    on ? GPUVF_MBOX_VALID_INT_EN | GPUVF_MBOX_ACK_INT_EN : 0);
}

/**
 * guest_say() - send a message
 * @guest: guest
 * @message: GPUVF_MBOX_*
 *
 * Return: 0; -1: it was not acknowledged in time.
 */
int guest_say(struct guest *guest, __u32 message)
{
	__u64 end = guest->ops->now_us(guest) + ACK_MS * 1000ULL;
	int acked;

	set(guest, PAGE(GPUVF_MBOX_TRN(0)), message);
	set(guest, PAGE(GPUVF_MBOX_CONTROL), GPUVF_MBOX_TRN_VALID);
	do {
		acked = get(guest, PAGE(GPUVF_MBOX_CONTROL)) & GPUVF_MBOX_TRN_ACK;
		if (!acked)
			guest->ops->wait(guest, 5);
	} while (!acked && guest->ops->now_us(guest) < end);
	set(guest, PAGE(GPUVF_MBOX_CONTROL), 0);
	return acked ? 0 : -1;
}

/**
 * guest_hear() - wait for a message, and acknowledge it
 * @guest: guest
 * @ms: how long
 *
 * Return: GPUVF_MBOX_*, GUEST_SILENCE.
 */
__u32 guest_hear(struct guest *guest, unsigned int ms)
{
	__u64 end = guest->ops->now_us(guest) + ms * 1000ULL;
	__u32 message;

	do {
		message = get(guest, PAGE(GPUVF_MBOX_RCV(0)));
		if (message && get(guest, PAGE(GPUVF_MBOX_CONTROL)) &
			       GPUVF_MBOX_RCV_VALID) {
			set(guest, PAGE(GPUVF_MBOX_CONTROL),
			    GPUVF_MBOX_RCV_ACK);
			return message;
		}
		guest->ops->wait(guest, 5);
	} while (guest->ops->now_us(guest) < end);
	return GUEST_SILENCE;
}

static int ask(struct guest *guest, __u32 request, unsigned int ms)
{
	if (guest_say(guest, request))
		return -1;
	return guest_hear(guest, ms) == GPUVF_MBOX_READY ? 0 : -1;
}

/**
 * guest_init() - ask for full access
 * @guest: guest
 * @ms: how long to wait for it
 *
 * Return: 0; -1: it was not given.
 */
int guest_init(struct guest *guest, unsigned int ms)
{
	return ask(guest, GPUVF_MBOX_REQ_INIT, ms);
}

/**
 * guest_release() - the driver is initialised, and gives full access back
 * @guest: guest
 *
 * Return: as guest_say().
 */
int guest_release(struct guest *guest)
{
	return guest_say(guest, GPUVF_MBOX_REL_INIT);
}

/**
 * guest_notified() - whether the guest was notified of a reset
 * @guest: guest
 *
 * Return: 1: it has to guest_answer_reset() soon; 0.
 */
int guest_notified(struct guest *guest)
{
	return get(guest, PAGE(GPUVF_MBOX_RCV(0))) ==
	       GPUVF_MBOX_FLR_NOTIFICATION;
}

/**
 * guest_await_reset() - wait for the end of a reset
 * @guest: guest; one that has full access is not notified before
 * @ms: how long
 *
 * Return: 0: it can initialise again; -1.
 */
int guest_await_reset(struct guest *guest, unsigned int ms)
{
	__u64 end = guest->ops->now_us(guest) + ms * 1000ULL;

	/* this one is not VALID: it is there to be read */
	while (get(guest, PAGE(GPUVF_MBOX_RCV(0))) != GPUVF_MBOX_FLR_COMPLETE) {
		if (guest->ops->now_us(guest) >= end)
			return -1;
		guest->ops->wait(guest, 5);
	}
	guest_irqs(guest, 1);
	return 0;
}

/**
 * guest_answer_reset() - be reset, as it was notified
 * @guest: guest that guest_notified()
 * @ms: how long to wait for the end of the reset
 *
 * Return: as guest_await_reset().
 */
int guest_answer_reset(struct guest *guest, unsigned int ms)
{
	/* the reset may come before the acknowledgment */
	guest_say(guest, GPUVF_MBOX_READY_TO_RESET);
	return guest_await_reset(guest, ms);
}

/**
 * guest_fini() - tear down
 * @guest: guest that is initialised
 * @ms: how long to wait for full access
 *
 * Return: 0; -1: it was not given, or not taken back.
 */
int guest_fini(struct guest *guest, unsigned int ms)
{
	if (ask(guest, GPUVF_MBOX_REQ_FINI, ms))
		return -1;
	return guest_say(guest, GPUVF_MBOX_REL_FINI);
}

/**
 * guest_work() - have work all the time
 * @guest: guest that is initialised
 * @ms: for so long, or until it is notified of a reset
 *
 * What is left then is not waited for.
 *
 * Return: µs of work that were done.
 */
__u64 guest_work(struct guest *guest, unsigned int ms)
{
	__u64 end = guest->ops->now_us(guest) + ms * 1000ULL, given = 0;
	__u32 left = get(guest, GPUVF_SIM_VF_DOORBELL);

	given = left;
	while (guest->ops->now_us(guest) < end && !guest_notified(guest)) {
		if (left < BACKLOG_US) {
			set(guest, GPUVF_SIM_VF_DOORBELL, BACKLOG_US);
			given += BACKLOG_US;
		}
		guest->ops->wait(guest, 10);
		left = get(guest, GPUVF_SIM_VF_DOORBELL);
	}
	return given - left;
}

static int is_exchange(__u32 dword)
{
	return dword >= GUEST_EXCHANGE_BEGIN && dword < GUEST_EXCHANGE_END;
}

/**
 * guest_count_others() - look for what the guest did not write
 * @guest: guest
 * @tag: what it wrote
 *
 * What the PF driver leaves for this guest is none of it.
 *
 * Return: how many dwords are neither 0 nor @tag.
 */
__u32 guest_count_others(struct guest *guest, __u32 tag)
{
	__u32 i, val, count = 0;

	for (i = 0; i < guest->fb_dwords; i++) {
		if (is_exchange(i))
			continue;
		val = guest->fb[i];
		count += val && val != tag;
	}
	return count;
}

/**
 * guest_write_tag() - fill the framebuffer, as far as it is looked at
 * @guest: guest
 * @tag: with this; what the PF driver leaves for this guest stays
 */
void guest_write_tag(struct guest *guest, __u32 tag)
{
	__u32 i;

	for (i = 0; i < guest->fb_dwords; i++)
		if (!is_exchange(i))
			guest->fb[i] = tag;
}
