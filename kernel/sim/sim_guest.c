// SPDX-License-Identifier: GPL-2.0
/*
 * What the guests do: how much work they have, as a function of time.
 *
 * A busy guest gets work in pieces of one millisecond, at the rate that it was
 * told. Work waits in its backlog, and is done while its VF executes.
 */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "sim.h"

#define GUEST_PIECE_NS		(1 * NSEC_PER_MSEC)
#define GUEST_BACKLOG_MAX_NS	(100 * NSEC_PER_MSEC)

static u64 guest_period_ns(const struct sim_fcn *fcn)
{
	return div_u64(100 * GUEST_PIECE_NS, fcn->percent);
}

/**
 * sim_guest_gets_work() - does its work come in pieces?
 * @fcn: its function
 *
 * Return: false: what it does changes only by order.
 */
bool sim_guest_gets_work(const struct sim_fcn *fcn)
{
	return fcn->guest == SIM_GUEST_BUSY && fcn->percent < 100;
}

static void guest_work_until(struct sim_fcn *fcn, u64 until)
{
	u64 from = max(fcn->advanced_ns, fcn->run_begin_ns);

	if (fcn->run_begin_ns && until > from)
		fcn->backlog_ns -= min(fcn->backlog_ns, until - from);
	fcn->advanced_ns = until;
}

/**
 * sim_guest_advance() - bring a guest's backlog up to now
 * @fcn: its function
 * @now: now
 *
 * Context: the GPU's lock.
 */
void sim_guest_advance(struct sim_fcn *fcn, u64 now)
{
	u64 period;

	if (!sim_guest_gets_work(fcn)) {
		fcn->advanced_ns = now;
		return;
	}
	period = guest_period_ns(fcn);
	/* so long ago that the backlog is full whatever was done of it */
	if (now > fcn->next_work_ns + 200 * period)
		fcn->next_work_ns += div64_u64(now - fcn->next_work_ns, period) *
				     period - 150 * period;
	while (fcn->next_work_ns <= now) {
		guest_work_until(fcn, max(fcn->next_work_ns,
					  fcn->advanced_ns));
		fcn->backlog_ns = min_t(u64, fcn->backlog_ns + GUEST_PIECE_NS,
					GUEST_BACKLOG_MAX_NS);
		fcn->next_work_ns += period;
	}
	guest_work_until(fcn, now);
}

/**
 * sim_guest_is_busy() - has the guest work?
 * @fcn: its function, brought up to now
 */
bool sim_guest_is_busy(const struct sim_fcn *fcn)
{
	return fcn->guest == SIM_GUEST_BUSY &&
	       (fcn->percent == 100 || fcn->backlog_ns);
}

/**
 * sim_guest_next_change() - when the guest becomes busy, or stops being busy
 * @fcn: its function, brought up to now
 * @now: now
 *
 * Return: absolute time, U64_MAX: not by itself.
 */
u64 sim_guest_next_change(const struct sim_fcn *fcn, u64 now)
{
	if (!sim_guest_gets_work(fcn))
		return U64_MAX;
	if (!fcn->backlog_ns)
		return fcn->next_work_ns;
	if (fcn->run_begin_ns)
		return max(now, fcn->run_begin_ns) + fcn->backlog_ns;
	return U64_MAX;
}

/**
 * sim_guest_parse() - tell a guest what to do
 * @fcn: its function, brought up to now
 * @text: "off", "idle", "busy N"
 * @now: now
 *
 * Return: 0, -EINVAL.
 */
int sim_guest_parse(struct sim_fcn *fcn, const char *text, u64 now)
{
	unsigned int percent;

	if (sysfs_streq(text, "off")) {
		fcn->guest = SIM_GUEST_OFF;
	} else if (sysfs_streq(text, "idle")) {
		fcn->guest = SIM_GUEST_IDLE;
	} else if (sscanf(text, "busy %u", &percent) == 1 && percent >= 1 &&
		   percent <= 100) {
		fcn->guest = SIM_GUEST_BUSY;
		fcn->percent = percent;
		fcn->next_work_ns = now;
	} else {
		return -EINVAL;
	}
	fcn->backlog_ns = 0;
	fcn->advanced_ns = now;
	return 0;
}

/**
 * sim_guest_print() - what sim_guest_parse() would take to get here
 * @fcn: its function
 * @buf: where to
 * @size: of @buf
 */
void sim_guest_print(const struct sim_fcn *fcn, char *buf, size_t size)
{
	switch (fcn->guest) {
	case SIM_GUEST_OFF:
		scnprintf(buf, size, "off\n");
		break;
	case SIM_GUEST_IDLE:
		scnprintf(buf, size, "idle\n");
		break;
	case SIM_GUEST_BUSY:
		scnprintf(buf, size, "busy %u\n", fcn->percent);
		break;
	}
}
