// SPDX-License-Identifier: GPL-2.0
/*
 * A guest's driver: its side of the mailbox protocol, as a function of time.
 *
 *	ask ─REQ_INIT─► wait ─READY─► init ─REL_INIT─► work ─┐
 *	 ▲               │ FAIL, 6 s                 │       │ told to: REQ_RESET,
 *	 │               ▼                           │       │ REQ_FINI
 *	 │             failed     FLR_NOTIFICATION,  │       ▼
 *	 │                        or FLR seen        ▼      ask
 *	 └──────────FLR_COMPLETE, 5 s───────────── quiet
 *
 * How long guests wait is what Linux's driver does (GPU-IOV register page,
 * section 4.4). Initialising takes a time of executing, so that it gets on only
 * while the VF has the GPU.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "sim.h"

#define DRIVER_REACT_NS		(20 * NSEC_PER_USEC)
#define DRIVER_ACK_NS		(500ULL * NSEC_PER_MSEC)
#define DRIVER_READY_NS		(6000ULL * NSEC_PER_MSEC)
#define DRIVER_FLR_NS		(5000ULL * NSEC_PER_MSEC)

static const char * const driver_state_names[] = {
	[SIM_DRIVER_NONE] = "none",
	[SIM_DRIVER_ASK] = "ask",
	[SIM_DRIVER_WAIT] = "wait",
	[SIM_DRIVER_INIT] = "init",
	[SIM_DRIVER_WORK] = "work",
	[SIM_DRIVER_FINI] = "fini",
	[SIM_DRIVER_QUIET] = "quiet",
	[SIM_DRIVER_UNLOADED] = "unloaded",
	[SIM_DRIVER_FAILED] = "failed",
	[SIM_DRIVER_DEAD] = "dead",
};

static bool driver_lives(const struct sim_driver *driver)
{
	return driver->boots && driver->state != SIM_DRIVER_UNLOADED &&
	       driver->state != SIM_DRIVER_FAILED &&
	       driver->state != SIM_DRIVER_DEAD;
}

static void driver_ask(struct sim_driver *driver, u16 request)
{
	driver->state = SIM_DRIVER_ASK;
	driver->request = request;
	driver->send = request;
	driver->deadline_ns = SIM_NEVER;
}

static void driver_give_up(struct sim_driver *driver)
{
	if (driver->init_loop) {
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
		return;
	}
	driver->state = SIM_DRIVER_FAILED;
	driver->send = 0;
	driver->deadline_ns = SIM_NEVER;
}

static void driver_die(struct sim_fcn *fcn)
{
	fcn->driver.busy = sim_guest_is_busy(fcn);
	fcn->driver.state = SIM_DRIVER_DEAD;
}

static void driver_be_quiet(struct sim_driver *driver, u64 now)
{
	driver->state = SIM_DRIVER_QUIET;
	driver->deadline_ns = now + DRIVER_FLR_NS;
}

/* it was given the GPU */
static void driver_ready(struct sim_fcn *fcn, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	fcn->init_wait_max_ns = max(fcn->init_wait_max_ns,
				    now - driver->asked_ns);
	fcn->init_outside += !fcn->run_begin_ns;
	driver->state = driver->request == GPUVF_MBOX_REQ_FINI ?
			SIM_DRIVER_FINI : SIM_DRIVER_INIT;
	driver->deadline_ns = SIM_NEVER;
	fcn->work.backlog_ns = driver->init_ns;
	if (driver->dies)
		driver_die(fcn);
}

static void driver_message(struct sim_fcn *fcn, u16 msg, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	if (msg == GPUVF_MBOX_READY && driver->state == SIM_DRIVER_WAIT) {
		driver_ready(fcn, now);
	} else if (msg == GPUVF_MBOX_FAIL && driver->state == SIM_DRIVER_WAIT) {
		fcn->refusals++;
		driver_give_up(driver);
	} else if (msg == GPUVF_MBOX_FLR_NOTIFICATION) {
		if (driver->deaf)
			return;
		driver_be_quiet(driver, now);
		driver->send = GPUVF_MBOX_READY_TO_RESET;
	} else if (msg == GPUVF_MBOX_FLR_COMPLETE &&
		   driver->state == SIM_DRIVER_QUIET) {
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
	} else {
		fcn->unexpected++;
	}
}

static void driver_take_mail(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	u16 msg = fcn->mbox.to_vf.msg;

	fcn->driver.look_ns = SIM_NEVER;
	if (!fcn->mbox.to_pf.valid)
		fcn->driver.sent = false;
	if (!fcn->mbox.to_vf.valid)
		return;
	sim_mbox_vf_ack(gpu, vf);
	driver_message(fcn, msg, now);
}

/* it has initialised, or torn down */
static void driver_finish(struct sim_fcn *fcn, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	if (fcn->work.backlog_ns)
		return;
	if (driver->state == SIM_DRIVER_INIT) {
		fcn->inits++;
		driver->state = SIM_DRIVER_WORK;
		fcn->work.next_ns = now;
		if (!driver->never_release)
			driver->send = GPUVF_MBOX_REL_INIT;
	} else if (driver->state == SIM_DRIVER_FINI && !driver->send) {
		fcn->finis++;
		driver->send = GPUVF_MBOX_REL_FINI;
	}
}

static void driver_lose_patience(struct sim_fcn *fcn, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	if (driver->patient)
		return;
	if (driver->sent && now >= driver->sent_ns + DRIVER_ACK_NS) {
		driver->sent = false;
		fcn->ack_timeouts++;
		if (driver->state == SIM_DRIVER_WAIT)
			driver_give_up(driver);
	}
	if (now < driver->deadline_ns)
		return;
	if (driver->state == SIM_DRIVER_WAIT) {
		fcn->ready_timeouts++;
		driver_give_up(driver);
	} else if (driver->state == SIM_DRIVER_QUIET) {
		fcn->flr_timeouts++;
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
	}
}

static void driver_send(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	struct sim_driver *driver = &fcn->driver;
	u16 msg = driver->send;

	if (!msg || fcn->mbox.to_pf.valid)
		return;
	sim_mbox_vf_send(gpu, vf, msg, 0, now);
	driver->send = 0;
	driver->sent = true;
	driver->sent_ns = now;
	if (driver->state == SIM_DRIVER_ASK) {
		driver->state = SIM_DRIVER_WAIT;
		driver->asked_ns = now;
		driver->deadline_ns = now + DRIVER_READY_NS;
	} else if (msg == GPUVF_MBOX_REL_INIT && driver->init_loop) {
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
	} else if (msg == GPUVF_MBOX_REL_FINI) {
		driver->state = SIM_DRIVER_UNLOADED;
	}
}

/* what came while the mailbox was not free is dropped, as if it was written */
static void driver_flood(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	struct sim_driver *driver = &fcn->driver;
	u64 missed;

	if (!driver->flood_ns || driver->next_flood_ns > now)
		return;
	missed = div64_u64(now - driver->next_flood_ns, driver->flood_ns);
	driver->next_flood_ns += missed * driver->flood_ns;
	if (driver->next_flood_ns == now &&
	    sim_mbox_vf_send(gpu, vf, driver->flood_msg, 0, now))
		fcn->mail_dropped += missed;
	else
		fcn->mail_dropped += missed + (driver->next_flood_ns < now);
	driver->next_flood_ns += driver->flood_ns;
}

/**
 * sim_driver_advance() - let a guest's driver do what is due
 * @gpu: GPU
 * @vf: index of an enabled VF whose work is brought up to now
 * @now: now
 *
 * Context: gpu->lock.
 */
void sim_driver_advance(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];

	if (!sim_guest_is_there(fcn) || fcn->driver.state == SIM_DRIVER_DEAD)
		return;
	if (driver_lives(&fcn->driver)) {
		if (fcn->driver.look_ns <= now)
			driver_take_mail(gpu, vf, now);
		driver_lose_patience(fcn, now);
		driver_finish(fcn, now);
		if (driver_lives(&fcn->driver))
			driver_send(gpu, vf, now);
	}
	driver_flood(gpu, vf, now);
}

/**
 * sim_driver_next() - when a guest's driver has something to do by itself
 * @fcn: its function
 *
 * Return: absolute time, SIM_NEVER: not by itself.
 */
u64 sim_driver_next(const struct sim_fcn *fcn)
{
	const struct sim_driver *driver = &fcn->driver;
	u64 next = SIM_NEVER;

	if (!sim_guest_is_there(fcn) || driver->state == SIM_DRIVER_DEAD)
		return SIM_NEVER;
	if (driver->flood_ns && !fcn->mbox.to_pf.valid)
		next = driver->next_flood_ns;
	if (!driver_lives(driver))
		return next;
	next = min(next, driver->look_ns);
	if (driver->patient)
		return next;
	next = min(next, driver->deadline_ns);
	if (driver->sent)
		next = min(next, driver->sent_ns + DRIVER_ACK_NS);
	return next;
}

/**
 * sim_driver_look() - something is new in the mailbox of a guest
 * @fcn: its function
 * @now: now
 */
void sim_driver_look(struct sim_fcn *fcn, u64 now)
{
	fcn->driver.look_ns = min(fcn->driver.look_ns, now + DRIVER_REACT_NS);
}

/**
 * sim_driver_start() - a guest begins its life
 * @fcn: its function, with what the guest is told to do
 * @now: now
 */
void sim_driver_start(struct sim_fcn *fcn, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	driver->look_ns = SIM_NEVER;
	driver->deadline_ns = SIM_NEVER;
	driver->next_flood_ns = now;
	if (driver->boots)
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
}

/**
 * sim_driver_flr() - a guest's VF was reset
 * @fcn: its function
 * @now: now
 *
 * Who waits for READY goes on waiting: it may have asked for the reset.
 */
void sim_driver_flr(struct sim_fcn *fcn, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	driver->busy = false;
	driver->sent = false;
	if (!driver_lives(driver) || driver->state == SIM_DRIVER_ASK ||
	    driver->state == SIM_DRIVER_WAIT)
		return;
	driver->send = 0;
	if (driver->state != SIM_DRIVER_QUIET)
		driver_be_quiet(driver, now);
}

/**
 * sim_driver_tell() - a guest is told to do something with its driver
 * @fcn: its function
 * @what: "reset", "fini", "dead"
 *
 * Return: 0; -ENOENT: it cannot.
 */
int sim_driver_tell(struct sim_fcn *fcn, const char *what)
{
	struct sim_driver *driver = &fcn->driver;

	if (!sim_guest_is_there(fcn) || driver->state == SIM_DRIVER_DEAD)
		return -ENOENT;
	if (!strcmp(what, "dead")) {
		driver_die(fcn);
		return 0;
	}
	if (driver->state != SIM_DRIVER_WORK)
		return -ENOENT;
	driver_ask(driver, !strcmp(what, "fini") ? GPUVF_MBOX_REQ_FINI :
						   GPUVF_MBOX_REQ_RESET);
	return 0;
}

/**
 * sim_driver_state_name() - how far a guest's driver is, for people
 * @fcn: its function
 */
const char *sim_driver_state_name(const struct sim_fcn *fcn)
{
	return driver_state_names[fcn->driver.state];
}
