// SPDX-License-Identifier: GPL-2.0
/*
 * A guest's driver: its side of the mailbox protocol, as a function of time.
 *
 *	ask ─REQ_INIT─► wait ─READY─► init ─REL_INIT─► work ─┐
 *	 ▲               │ no answer,                │       │ asked to: REQ_RESET,
 *	 │               ▼ UNRECOVERABLE             │       │ REQ_FINI
 *	 │             failed     FLR_NOTIFICATION,  │       ▼
 *	 │                        or FLR seen        ▼      ask
 *	 └──────────FLR_COMPLETE, or no answer────── quiet
 *
 * Initialising takes a time of executing, so that it gets on only while the VF has
 * the GPU. How long guests wait, how often they ask and what they look at is what
 * Linux's drivers do, of which there are three: Documentation/design/guests.rst. A
 * plain one is stricter with itself: it takes what is VALID, acknowledges all that it
 * takes, and never writes over a message of its own.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "sim.h"

#define DRIVER_REACT_NS		(20 * NSEC_PER_USEC)

/* of its framebuffer, as it says */
#define DRIVER_USED_MIB		1

/**
 * struct driver_habits - what drivers of one kind do
 * @name: for people
 * @ack_ms: how long it waits for the acknowledgment of its message
 * @answer_ms: how long it waits for the answer
 * @flr_ms: how long it waits for FLR_COMPLETE
 * @tries: how often it asks for the GPU to initialise or to tear down
 * @reset_tries: how often it asks for a reset
 * @needs_ack: without acknowledgment it gives up
 * @needs_valid: READY without VALID is none
 * @acks_all: it acknowledges all that it sees, and not what it waits for alone
 * @says_ready: it answers FLR_NOTIFICATION
 * @init_data: it asks for its data first
 * @hears_failure: UNRECOVERABLE ends its waiting
 */
struct driver_habits {
	const char *name;
	unsigned int ack_ms;
	unsigned int answer_ms;
	unsigned int flr_ms;
	unsigned int tries;
	unsigned int reset_tries;
	bool needs_ack;
	bool needs_valid;
	bool acks_all;
	bool says_ready;
	bool init_data;
	bool hears_failure;
};

static const struct driver_habits driver_habits[] = {
	[SIM_DRIVER_PLAIN] = {
		.name = "plain", .ack_ms = 500, .answer_ms = 6000,
		.flr_ms = 5000, .tries = 1, .reset_tries = 1,
		.needs_ack = true, .needs_valid = true, .acks_all = true,
		.says_ready = true, .hears_failure = true,
	},
	/* mxgpu_vi.c */
	[SIM_DRIVER_VI] = {
		.name = "vi", .ack_ms = 12000, .answer_ms = 12000,
		.flr_ms = 12000, .tries = 1, .reset_tries = 1,
		.needs_ack = true, .needs_valid = true,
	},
	/* mxgpu_ai.c of 6.1 and 6.12 */
	[SIM_DRIVER_AI] = {
		.name = "ai", .ack_ms = 500, .answer_ms = 6000,
		.flr_ms = 10000, .tries = 1, .reset_tries = 11,
		.says_ready = true,
	},
	/* mxgpu_nv.c of 6.12 */
	[SIM_DRIVER_NV] = {
		.name = "nv", .ack_ms = 500, .answer_ms = 15000,
		.flr_ms = 10000, .tries = 5, .reset_tries = 11,
		.says_ready = true, .init_data = true,
	},
};

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

static const struct driver_habits *habits_of(const struct sim_driver *driver)
{
	return &driver_habits[driver->kind];
}

static void driver_ask(struct sim_driver *driver, u32 request)
{
	driver->state = SIM_DRIVER_ASK;
	driver->request = request;
	driver->tries = request == GPUVF_MBOX_REQ_RESET ?
			habits_of(driver)->reset_tries :
			habits_of(driver)->tries;
	driver->send = request;
	driver->deadline_ns = SIM_NEVER;
}

static void driver_give_up(struct sim_driver *driver)
{
	if (driver->request == GPUVF_MBOX_REQ_INIT_DATA || driver->init_loop) {
		/* data are not essential */
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
		return;
	}
	driver->state = SIM_DRIVER_FAILED;
	driver->send = 0;
	driver->deadline_ns = SIM_NEVER;
}

static void driver_no_answer(struct sim_driver *driver)
{
	if (--driver->tries) {
		driver->state = SIM_DRIVER_ASK;
		driver->send = driver->request;
		driver->deadline_ns = SIM_NEVER;
		return;
	}
	driver_give_up(driver);
}

static void driver_die(struct sim_fcn *fcn)
{
	fcn->driver.busy = sim_guest_is_busy(fcn);
	fcn->driver.state = SIM_DRIVER_DEAD;
}

static void driver_be_quiet(struct sim_driver *driver, u64 now)
{
	driver->state = SIM_DRIVER_QUIET;
	driver->deadline_ns = now + habits_of(driver)->flr_ms *
			      (u64)NSEC_PER_MSEC;
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

/* what it waited for came */
static void driver_answered(struct sim_fcn *fcn, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	if (driver->request == GPUVF_MBOX_REQ_INIT_DATA)
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
	else
		driver_ready(fcn, now);
}

static u32 driver_awaits(const struct sim_driver *driver)
{
	if (driver->state != SIM_DRIVER_WAIT)
		return driver->state == SIM_DRIVER_QUIET ?
		       GPUVF_MBOX_FLR_COMPLETE : 0;
	/* the answer cannot be there before the acknowledgment */
	if (driver->sent)
		return 0;
	return driver->request == GPUVF_MBOX_REQ_INIT_DATA ?
	       GPUVF_MBOX_INIT_DATA_READY : GPUVF_MBOX_READY;
}

/* something that it does not wait for; @news: VALID, and not acknowledged */
static void driver_message(struct sim_fcn *fcn, u32 code, bool news, u64 now)
{
	struct sim_driver *driver = &fcn->driver;
	const struct driver_habits *habits = habits_of(driver);

	if (code == GPUVF_MBOX_UNRECOVERABLE && habits->hears_failure &&
	    driver->state == SIM_DRIVER_WAIT) {
		fcn->refusals++;
		driver_give_up(driver);
	} else if (code == GPUVF_MBOX_FLR_NOTIFICATION && news) {
		/* the interrupt handler of vendors' looks at it at run time alone */
		if (driver->deaf ||
		    (!habits->acks_all && driver->state != SIM_DRIVER_WORK))
			return;
		driver_be_quiet(driver, now);
		if (habits->says_ready)
			driver->send = GPUVF_MBOX_READY_TO_RESET;
	} else if (news && habits->acks_all &&
		   code != GPUVF_MBOX_UNRECOVERABLE) {
		fcn->unexpected++;
	}
}

static void driver_take_mail(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	const struct sim_mail *mail = &fcn->mbox.to_vf;
	struct sim_driver *driver = &fcn->driver;
	const struct driver_habits *habits = habits_of(driver);
	u32 code = mail->word[0];
	bool news = mail->valid && !mail->acked;
	u32 awaited;

	driver->look_ns = SIM_NEVER;
	if (driver->sent && !sim_mbox_waits(fcn)) {
		driver->sent = false;
		sim_mbox_vf_write(gpu, vf, GPUVF_MBOX_CONTROL, 1, 0, now);
	}
	awaited = driver_awaits(driver);
	if (awaited && code == awaited &&
	    (news || !habits->needs_valid || code == GPUVF_MBOX_FLR_COMPLETE)) {
		if (news)
			sim_mbox_vf_ack(gpu, vf);
		if (driver->state == SIM_DRIVER_QUIET)
			driver_ask(driver, GPUVF_MBOX_REQ_INIT);
		else
			driver_answered(fcn, now);
		return;
	}
	/* the answer to come is not read before the acknowledgment */
	if (code == GPUVF_MBOX_READY && driver->sent)
		return;
	if (news && habits->acks_all)
		sim_mbox_vf_ack(gpu, vf);
	if (code)
		driver_message(fcn, code, news, now);
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
	const struct driver_habits *habits = habits_of(driver);

	if (driver->patient)
		return;
	if (driver->sent &&
	    now >= driver->sent_ns + habits->ack_ms * (u64)NSEC_PER_MSEC) {
		driver->sent = false;
		fcn->ack_timeouts++;
		if (driver->state == SIM_DRIVER_WAIT && habits->needs_ack)
			driver_give_up(driver);
		/* else it looks for the answer now */
		sim_driver_look(fcn, now);
	}
	if (now < driver->deadline_ns)
		return;
	if (driver->state == SIM_DRIVER_WAIT) {
		fcn->ready_timeouts++;
		driver_no_answer(driver);
	} else if (driver->state == SIM_DRIVER_QUIET) {
		fcn->flr_timeouts++;
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
	}
}

static void driver_send(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	struct sim_driver *driver = &fcn->driver;
	const struct driver_habits *habits = habits_of(driver);
	u32 msg = driver->send;

	/* all wait for an acknowledgment that is still to come, in their own time */
	if (!msg || driver->sent || (habits->acks_all && sim_mbox_waits(fcn)))
		return;
	sim_mbox_vf_send(gpu, vf, msg, 0, now);
	driver->send = 0;
	driver->sent = true;
	driver->sent_ns = now;
	if (driver->state == SIM_DRIVER_ASK) {
		driver->state = SIM_DRIVER_WAIT;
		driver->asked_ns = now;
		driver->deadline_ns = now + (habits->ack_ms * !habits->needs_ack +
					     habits->answer_ms) *
					    (u64)NSEC_PER_MSEC;
	} else if (msg == GPUVF_MBOX_REL_INIT && driver->init_loop) {
		driver_ask(driver, GPUVF_MBOX_REQ_INIT);
	} else if (msg == GPUVF_MBOX_REL_FINI) {
		driver->state = SIM_DRIVER_UNLOADED;
	}
}

/* of what came while the PF did not look, the last message counts */
static void driver_flood(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	struct sim_driver *driver = &fcn->driver;
	u64 missed;

	if (!driver->flood_ns || driver->next_flood_ns > now)
		return;
	missed = div64_u64(now - driver->next_flood_ns, driver->flood_ns);
	driver->next_flood_ns += missed * driver->flood_ns + driver->flood_ns;
	fcn->mail_sent += missed;
	fcn->mail_overwritten += missed;
	sim_mbox_vf_send(gpu, vf, driver->flood_msg, 0, now);
}

/* what it looks for when it may, and what it says when it has initialised */
static void driver_exchange(struct sim_gpu *gpu, unsigned int vf,
			    enum sim_driver_state was)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	bool data = was == SIM_DRIVER_WAIT &&
		    fcn->driver.state == SIM_DRIVER_ASK &&
		    fcn->mbox.to_vf.word[0] == GPUVF_MBOX_INIT_DATA_READY;

	if (data || (was == SIM_DRIVER_WAIT &&
		     fcn->driver.state == SIM_DRIVER_INIT))
		fcn->no_pf2vf += !sim_mem_guest_look(gpu, vf);
	if (was == SIM_DRIVER_INIT && fcn->driver.state == SIM_DRIVER_WORK)
		sim_mem_guest_publish(gpu, vf, DRIVER_USED_MIB);
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
	enum sim_driver_state was = fcn->driver.state;

	if (!sim_guest_is_there(fcn) || was == SIM_DRIVER_DEAD)
		return;
	if (driver_lives(&fcn->driver)) {
		if (fcn->driver.look_ns <= now)
			driver_take_mail(gpu, vf, now);
		driver_lose_patience(fcn, now);
		driver_finish(fcn, now);
		driver_exchange(gpu, vf, was);
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
	if (driver->flood_ns && !sim_mbox_waits(fcn))
		next = driver->next_flood_ns;
	if (!driver_lives(driver))
		return next;
	next = min(next, driver->look_ns);
	if (driver->patient)
		return next;
	next = min(next, driver->deadline_ns);
	if (driver->sent)
		next = min(next, driver->sent_ns + habits_of(driver)->ack_ms *
				 (u64)NSEC_PER_MSEC);
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
 * @fcn: its function, with what the guest is asked to do
 * @now: now
 */
void sim_driver_start(struct sim_fcn *fcn, u64 now)
{
	struct sim_driver *driver = &fcn->driver;

	driver->look_ns = SIM_NEVER;
	driver->deadline_ns = SIM_NEVER;
	driver->next_flood_ns = now;
	if (driver->boots)
		driver_ask(driver, habits_of(driver)->init_data ?
				   GPUVF_MBOX_REQ_INIT_DATA :
				   GPUVF_MBOX_REQ_INIT);
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
 * sim_driver_tell() - a guest is asked to do something with its driver
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

/**
 * sim_driver_kind_name() - whose driver a guest's is like, for people
 * @kind: SIM_DRIVER_*
 *
 * Return: the name; NULL: there is no such kind.
 */
const char *sim_driver_kind_name(unsigned int kind)
{
	return kind < ARRAY_SIZE(driver_habits) ? driver_habits[kind].name :
						  NULL;
}
