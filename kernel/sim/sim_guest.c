// SPDX-License-Identifier: GPL-2.0
/*
 * What the guests want of the GPU: how much work they have, as a function of
 * time.
 *
 * Work comes in pieces, waits in the backlog, and is done while the VF executes.
 * What the guest's driver says to the PF meanwhile is in sim_driver.c.
 *
 * What a guest has to do is written in one line: what it works, then how it behaves.
 *
 *	off | idle | busy PERCENT | burst ON_US OFF_US
 *	[hog[=US]] [boot[=US]] [vi | ai | nv] [init_loop] [never_release] [dies]
 *	[deaf] [patient] [flood=US [flood_msg=N]]
 *
 * or, while it lives, in one word: reset, fini, dead.
 */

#include <linux/bitfield.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "sim.h"

#define GUEST_PIECE_NS		(1 * NSEC_PER_MSEC)
#define GUEST_BACKLOG_MAX_NS	(100 * NSEC_PER_MSEC)
#define GUEST_INIT_US		100000
#define GUEST_FLOOD_MIN_US	10
#define GUEST_FLOOD_MSG		200	/* LOG_VF_ERROR: nothing has to be done */

/* does it work, as far as its driver is? */
static bool guest_works(const struct sim_fcn *fcn)
{
	return fcn->driver.state == SIM_DRIVER_NONE ||
	       fcn->driver.state == SIM_DRIVER_WORK;
}

static bool guest_is_always_busy(const struct sim_fcn *fcn)
{
	return fcn->work.load == SIM_LOAD_BUSY && fcn->work.percent == 100 &&
	       guest_works(fcn);
}

static bool guest_gets_work(const struct sim_fcn *fcn)
{
	return fcn->work.period_ns && guest_works(fcn);
}

static void guest_work_until(struct sim_fcn *fcn, u64 until)
{
	u64 from = max(fcn->work.advanced_ns, fcn->run_begin_ns);

	/* a dead guest's work is never done */
	if (fcn->run_begin_ns && until > from &&
	    fcn->driver.state != SIM_DRIVER_DEAD)
		fcn->work.backlog_ns -= min(fcn->work.backlog_ns, until - from);
	fcn->work.advanced_ns = max(until, fcn->work.advanced_ns);
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
	struct sim_work *work = &fcn->work;
	u64 most = max_t(u64, GUEST_BACKLOG_MAX_NS, 2 * work->piece_ns);
	u64 period = work->period_ns;

	if (!guest_gets_work(fcn)) {
		guest_work_until(fcn, now);
		return;
	}
	/* so long ago that the backlog is full whatever was done of it */
	if (now > work->next_ns + 200 * period)
		work->next_ns += div64_u64(now - work->next_ns, period) *
				 period - 150 * period;
	while (work->next_ns <= now) {
		guest_work_until(fcn, work->next_ns);
		work->backlog_ns = min(work->backlog_ns + work->piece_ns, most);
		work->next_ns += period;
	}
	guest_work_until(fcn, now);
}

/**
 * sim_guest_is_there() - is there a guest, dead or alive?
 * @fcn: its function
 */
bool sim_guest_is_there(const struct sim_fcn *fcn)
{
	return fcn->work.load != SIM_LOAD_OFF;
}

/**
 * sim_guest_is_busy() - has the guest work?
 * @fcn: its function, brought up to now
 */
bool sim_guest_is_busy(const struct sim_fcn *fcn)
{
	return fcn->work.backlog_ns || guest_is_always_busy(fcn) ||
	       (fcn->driver.state == SIM_DRIVER_DEAD && fcn->driver.busy);
}

/**
 * sim_guest_next_change() - when the guest gets work, or has done all of it
 * @fcn: its function, brought up to now
 * @now: now
 *
 * Return: absolute time, SIM_NEVER: not by itself.
 */
u64 sim_guest_next_change(const struct sim_fcn *fcn, u64 now)
{
	if (guest_is_always_busy(fcn) || fcn->driver.state == SIM_DRIVER_DEAD)
		return SIM_NEVER;
	if (!fcn->work.backlog_ns)
		return guest_gets_work(fcn) ? fcn->work.next_ns : SIM_NEVER;
	if (fcn->run_begin_ns)
		return max(now, fcn->run_begin_ns) + fcn->work.backlog_ns;
	return SIM_NEVER;
}

/**
 * sim_guest_off() - the VM is gone
 * @fcn: its function
 * @now: now
 */
void sim_guest_off(struct sim_fcn *fcn, u64 now)
{
	memset(&fcn->work, 0, sizeof(fcn->work));
	memset(&fcn->driver, 0, sizeof(fcn->driver));
	fcn->work.advanced_ns = now;
}

/* one or two numbers after the first word */
static int guest_parse_load(struct sim_work *work, const char *name,
			    char **rest)
{
	unsigned int on, off;
	char *a, *b;

	if (!strcmp(name, "idle")) {
		work->load = SIM_LOAD_IDLE;
		return 0;
	}
	a = strsep(rest, " ");
	if (!strcmp(name, "busy")) {
		if (!a || kstrtouint(a, 10, &work->percent) ||
		    !work->percent || work->percent > 100)
			return -EINVAL;
		work->load = SIM_LOAD_BUSY;
		if (work->percent == 100)
			return 0;
		work->piece_ns = GUEST_PIECE_NS;
		work->period_ns = div_u64(100 * GUEST_PIECE_NS, work->percent);
		return 0;
	}
	b = strsep(rest, " ");
	/* seldom enough that following it costs nothing, and less than an hour */
	if (strcmp(name, "burst") || !a || !b || kstrtouint(a, 10, &on) ||
	    kstrtouint(b, 10, &off) || !on || on > 3600000000U ||
	    off > 3600000000U || (u64)on + off < 100)
		return -EINVAL;
	work->load = SIM_LOAD_BURST;
	work->piece_ns = on * (u64)NSEC_PER_USEC;
	work->period_ns = ((u64)on + off) * NSEC_PER_USEC;
	return 0;
}

/* NAME, or NAME=NUMBER; a number that is not there is @missing */
static bool guest_option(const char *word, const char *name,
			 unsigned int missing, unsigned int *val)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len))
		return false;
	*val = missing;
	if (!word[len])
		return true;
	return word[len] == '=' && !kstrtouint(word + len + 1, 10, val);
}

static int guest_parse_kind(struct sim_driver *driver, const char *word)
{
	const char *name;
	unsigned int kind;

	for (kind = SIM_DRIVER_VI; (name = sim_driver_kind_name(kind)); kind++) {
		if (strcmp(word, name))
			continue;
		driver->kind = kind;
		return 0;
	}
	return -EINVAL;
}

static int guest_parse_option(struct sim_work *work, struct sim_driver *driver,
			      const char *word)
{
	unsigned int val;

	if (guest_option(word, "hog", 0, &val)) {
		work->hog = !val;
		work->hog_ns = val * (u64)NSEC_PER_USEC;
	} else if (guest_option(word, "boot", GUEST_INIT_US, &val)) {
		driver->boots = true;
		driver->init_ns = max(val, 1U) * (u64)NSEC_PER_USEC;
	} else if (guest_option(word, "flood_msg", 0, &val) && val) {
		driver->flood_msg = val;
	} else if (guest_option(word, "flood", 0, &val) &&
		   val >= GUEST_FLOOD_MIN_US) {
		driver->flood_ns = val * (u64)NSEC_PER_USEC;
	} else if (!strcmp(word, "init_loop")) {
		driver->init_loop = true;
	} else if (!strcmp(word, "never_release")) {
		driver->never_release = true;
	} else if (!strcmp(word, "dies")) {
		driver->dies = true;
	} else if (!strcmp(word, "deaf")) {
		driver->deaf = true;
	} else if (!strcmp(word, "patient")) {
		driver->patient = true;
	} else {
		return guest_parse_kind(driver, word);
	}
	return 0;
}

/**
 * sim_guest_parse() - tell a guest what to do
 * @fcn: its function, brought up to now
 * @text: see the top of this file; overwritten
 * @now: now
 *
 * Return: 0, -EINVAL; -ENOENT: no such guest.
 */
int sim_guest_parse(struct sim_fcn *fcn, char *text, u64 now)
{
	struct sim_work work = { .advanced_ns = now, .next_ns = now };
	struct sim_driver driver = { .flood_msg = GUEST_FLOOD_MSG };
	char *rest = strim(text);
	char *word = strsep(&rest, " ");

	if (!strcmp(word, "reset") || !strcmp(word, "fini") ||
	    !strcmp(word, "dead"))
		return rest ? -EINVAL : sim_driver_tell(fcn, word);
	if (strcmp(word, "off")) {
		if (guest_parse_load(&work, word, &rest))
			return -EINVAL;
		while ((word = strsep(&rest, " ")))
			if (guest_parse_option(&work, &driver, word))
				return -EINVAL;
	} else if (rest) {
		return -EINVAL;
	}
	/* what only a driver that boots can do */
	if (!driver.boots && (driver.init_loop || driver.never_release ||
			      driver.dies || driver.deaf || driver.patient ||
			      driver.kind))
		return -EINVAL;
	fcn->work = work;
	fcn->driver = driver;
	sim_driver_start(fcn, now);
	return 0;
}

static const char *guest_yes(bool yes, const char *name)
{
	return yes ? name : "";
}

/**
 * sim_guest_print() - what sim_guest_parse() would take to get here
 * @fcn: its function
 * @buf: where to
 * @size: of @buf
 */
void sim_guest_print(const struct sim_fcn *fcn, char *buf, size_t size)
{
	const struct sim_driver *driver = &fcn->driver;
	const struct sim_work *work = &fcn->work;
	size_t n = 0;

	switch (work->load) {
	case SIM_LOAD_OFF:
		n = scnprintf(buf, size, "off");
		break;
	case SIM_LOAD_IDLE:
		n = scnprintf(buf, size, "idle");
		break;
	case SIM_LOAD_BUSY:
		n = scnprintf(buf, size, "busy %u", work->percent);
		break;
	case SIM_LOAD_BURST:
		n = scnprintf(buf, size, "burst %llu %llu",
			      div_u64(work->piece_ns, NSEC_PER_USEC),
			      div_u64(work->period_ns - work->piece_ns,
				      NSEC_PER_USEC));
		break;
	}
	if (work->hog_ns)
		n += scnprintf(buf + n, size - n, " hog=%llu",
			       div_u64(work->hog_ns, NSEC_PER_USEC));
	n += scnprintf(buf + n, size - n, "%s", guest_yes(work->hog, " hog"));
	if (driver->boots)
		n += scnprintf(buf + n, size - n, " boot=%llu",
			       div_u64(driver->init_ns, NSEC_PER_USEC));
	if (driver->kind)
		n += scnprintf(buf + n, size - n, " %s",
			       sim_driver_kind_name(driver->kind));
	n += scnprintf(buf + n, size - n, "%s%s%s%s%s",
		       guest_yes(driver->init_loop, " init_loop"),
		       guest_yes(driver->never_release, " never_release"),
		       guest_yes(driver->dies, " dies"),
		       guest_yes(driver->deaf, " deaf"),
		       guest_yes(driver->patient, " patient"));
	if (driver->flood_ns)
		n += scnprintf(buf + n, size - n, " flood=%llu flood_msg=%u",
			       div_u64(driver->flood_ns, NSEC_PER_USEC),
			       driver->flood_msg);
	scnprintf(buf + n, size - n, "\n");
}
