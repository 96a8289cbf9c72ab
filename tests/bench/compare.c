// SPDX-License-Identifier: GPL-2.0
/*
 * Three ways to share a GPU, over the same loads, in nothing but arithmetic:
 *
 * gpuvf	kernel/sched/drr.c itself, best-effort; the next command follows
 *		the completion interrupt of the last one
 * plain	round robin over all VFs: each executes for its slice, and what
 *		leaving and entering cost is accounted to none; the same interrupts
 * gim		as AMD's open driver for the S7150 does it: the slice is a relative
 *		timer that is started when the VF executes, the timer queues a work
 *		item, and the end of each command is looked for every 100 us by a
 *		busy loop
 *
 * All of them have the same processor: waking a thread and accessing
 * configuration space cost what the world table says of the bare machine.
 *
 *	compare [csv]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/drr.h"

#define US		1000ULL
#define MS		1000000ULL
#define SEC		1000000000ULL

/* measured in virtual time on kernel 6.12, see table_world */
#define WAKE_NS		3200
#define ACCESS_NS	290
/* from the end of a command to its interrupt handler */
#define INTERRUPT_NS	1240

/* AMD's loop */
#define POLL_NS		(100 * US)

#define LENGTH_NS	(100 * SEC)
#define PIECE_NS	(1 * MS)

enum way { WAY_GPUVF, WAY_PLAIN, WAY_GIM, NUM_WAYS };

static const char * const way_names[] = { "gpuvf", "plain", "gim" };

/* commands of a switch, in ns */
struct costs {
	u64 idle;
	u64 save;
	u64 load;
	u64 run;
};

struct load {
	const char *name;
	unsigned int num_vfs;
	u64 slice[GPUVF_MAX_VFS];
	struct costs cost[GPUVF_MAX_VFS];
	/* how much of the GPU its guest wants, in percent */
	unsigned int percent[GPUVF_MAX_VFS];
};

struct outcome {
	u64 elapsed;
	u64 executing;		/* a VF executes */
	u64 useful;		/* ... and has something to execute */
	u64 commands;		/* the device carries out commands */
	u64 cpu;		/* the host's processor */
	u64 switches;
	u64 longest_wait;	/* for a turn, with work, of one that leaves in time */
	u64 charged[GPUVF_MAX_VFS];
	double lag;		/* the largest so far */
	double lag_at[3];	/* after 1, 10, 100 s */
};

/* what a guest has to do */
struct guest {
	unsigned int percent;
	u64 backlog;
	u64 next;		/* when the next piece of work comes */
};

static struct guest guest[GPUVF_MAX_VFS];

static void guests_advance(const struct load *load, u64 now)
{
	unsigned int i;

	for (i = 0; i < load->num_vfs; i++) {
		struct guest *g = &guest[i];

		for (; g->percent < 100 && g->next <= now;
		     g->next += PIECE_NS * 100 / g->percent)
			if (g->backlog < 100 * MS)
				g->backlog += PIECE_NS;
	}
}

static u64 guest_work(unsigned int vf)
{
	return guest[vf].percent == 100 ? U64_MAX : guest[vf].backlog;
}

static u32 working(const struct load *load)
{
	u32 work = 0;
	unsigned int i;

	for (i = 0; i < load->num_vfs; i++)
		if (guest_work(i))
			work |= BIT(i);
	return work;
}

/* the device is done with a command after @ns: when does the next one come? */
static u64 command(enum way way, struct outcome *out, u64 ns)
{
	u64 polls;

	out->commands += ns;
	if (way == WAY_GIM) {
		/* two registers are read each time; the processor is busy */
		polls = (ns + POLL_NS - 1) / POLL_NS;
		ns = polls * (POLL_NS + 2 * ACCESS_NS) + ACCESS_NS;
		out->cpu += ns;
		return ns;
	}
	/* status read and cleared, completion read, the next command written */
	out->cpu += INTERRUPT_NS + 5 * ACCESS_NS;
	return ns + INTERRUPT_NS + 5 * ACCESS_NS;
}

static double largest_lag(const struct load *load, const struct outcome *out)
{
	double slices = 0, charged = 0, worst = 0, lag;
	unsigned int i;

	for (i = 0; i < load->num_vfs; i++) {
		slices += load->slice[i];
		charged += out->charged[i];
	}
	for (i = 0; i < load->num_vfs; i++) {
		lag = fabs(out->charged[i] - charged * load->slice[i] / slices);
		worst = lag > worst ? lag : worst;
	}
	return worst;
}

static double share_error(const struct load *load, const struct outcome *out)
{
	double slices = 0, charged = 0, worst = 0, wanted, error;
	unsigned int i;

	for (i = 0; i < load->num_vfs; i++) {
		slices += load->slice[i];
		charged += out->charged[i];
	}
	for (i = 0; i < load->num_vfs; i++) {
		wanted = charged * load->slice[i] / slices;
		error = fabs(out->charged[i] - wanted) / wanted;
		worst = error > worst ? error : worst;
	}
	return worst;
}

static bool all_busy(const struct load *load)
{
	unsigned int i;

	for (i = 0; i < load->num_vfs; i++)
		if (load->percent[i] < 100)
			return false;
	return true;
}

/* one line of the curve for each twentieth of a decade */
static void sample(const struct load *load, enum way way, struct outcome *out,
		   u64 now, double *next, bool csv)
{
	double lag = largest_lag(load, out);

	out->lag = lag > out->lag ? lag : out->lag;
	if (now <= 1 * SEC)
		out->lag_at[0] = out->lag;
	if (now <= 10 * SEC)
		out->lag_at[1] = out->lag;
	out->lag_at[2] = out->lag;
	if (csv && now >= *next) {
		printf("%s,%s,%.4f,%.4f\n", load->name, way_names[way],
		       now / 1e9, out->lag / 1e6);
		while (*next <= now)
			*next *= pow(10, 0.05);
	}
}

static void live(const struct load *load, enum way way, struct outcome *out,
		 bool csv)
{
	u32 all = (1ULL << load->num_vfs) - 1, work;
	u64 now = 0, enter, begin, end, wait, useful;
	u64 waits_since[GPUVF_MAX_VFS] = { 0 };
	struct gpuvf_decision d;
	struct gpuvf_sched s;
	double next = 0.05e9;
	unsigned int i;
	int vf = -1;

	memset(out, 0, sizeof(*out));
	gpuvf_sched_init(&s, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < load->num_vfs; i++) {
		gpuvf_sched_set_slice(&s, i, load->slice[i]);
		guest[i].percent = load->percent[i];
		guest[i].backlog = 0;
		guest[i].next = i * MS;
	}

	while (now < LENGTH_NS) {
		guests_advance(load, now);
		work = working(load);
		enter = now;
		if (way == WAY_GPUVF) {
			gpuvf_sched_update(&s, all, all, work, now);
			if (!gpuvf_sched_next(&s, now, &d)) {
				now += 10 * US;
				continue;
			}
			vf = d.vf;
		} else {
			vf = (vf + 1) % load->num_vfs;
		}
		if (guest_work(vf) && load->cost[vf].idle < load->slice[vf]) {
			wait = enter - waits_since[vf];
			out->longest_wait = max(out->longest_wait, wait);
		}

		now += command(way, out, load->cost[vf].load);
		begin = now + load->cost[vf].run;
		now += command(way, out, load->cost[vf].run);
		if (way == WAY_GPUVF) {
			end = gpuvf_sched_deadline(&s, now);
			/* it has nothing more to do: the interrupt tells */
			if (guest_work(vf) != U64_MAX &&
			    begin + guest_work(vf) < end &&
			    (work & ~(u32)BIT(vf)))
				end = begin + guest_work(vf) + INTERRUPT_NS;
		} else {
			end = now + load->slice[vf];
		}
		/* the timer wakes the thread, or the work item */
		end = max(end, now) + WAKE_NS + ACCESS_NS;
		out->cpu += WAKE_NS + ACCESS_NS;
		guests_advance(load, end);
		useful = min(guest_work(vf), end - begin);
		if (guest_work(vf) != U64_MAX)
			guest[vf].backlog -= useful;
		out->executing += end - begin;
		out->useful += useful;

		now = end + command(way, out, load->cost[vf].idle);
		/* until the next one's LOAD could begin */
		end = now + load->cost[vf].save;
		now += command(way, out, load->cost[vf].save);
		out->charged[vf] += end - enter;
		out->switches++;
		waits_since[vf] = end;
		if (way == WAY_GPUVF) {
			guests_advance(load, end);
			gpuvf_sched_update(&s, all, all, working(load), end);
			gpuvf_sched_end(&s, end);
		}
		sample(load, way, out, now, &next, csv);
	}
	out->elapsed = now;
}

static void print(const struct load *load, enum way way,
		  const struct outcome *out)
{
	double elapsed = out->elapsed;
	bool busy = all_busy(load);
	unsigned int i;

	printf("%-22s %-6s", load->name, way_names[way]);
	if (busy) {
		printf(" %9.4f", 100 * share_error(load, out));
		for (i = 0; i < 3; i++)
			printf(" %9.2f", out->lag_at[i] / 1e6);
	} else {
		for (i = 0; i < 4; i++)
			printf(" %9s", "-");
	}
	printf(" %9.2f %9.2f %9.2f %9.1f %9.1f\n",
	       100 * out->useful / elapsed,
	       100 * (out->executing - out->useful) / elapsed,
	       100 * (elapsed - out->executing - out->commands) / elapsed,
	       out->longest_wait / 1e6, out->cpu / 1e3 / out->switches);
}

static void make(struct load *load, const char *name, unsigned int num_vfs)
{
	unsigned int i;

	memset(load, 0, sizeof(*load));
	load->name = name;
	load->num_vfs = num_vfs;
	for (i = 0; i < num_vfs; i++) {
		load->slice[i] = 6 * MS;
		load->cost[i] = (struct costs){ 50 * US, 150 * US, 150 * US,
						20 * US };
		load->percent[i] = 100;
	}
}

static void slices_differ(struct load *load)
{
	static const u64 ms[] = { 2, 3, 5, 8, 12, 16, 24, 32 };
	unsigned int i;

	for (i = 0; i < load->num_vfs; i++)
		load->slice[i] = ms[i % 8] * MS;
}

static void costs_differ(struct load *load)
{
	unsigned int i;

	for (i = 0; i < load->num_vfs; i++) {
		load->cost[i].save = (50 + 650 * i / (load->num_vfs - 1)) * US;
		load->cost[i].load = load->cost[i].save;
	}
}

/* one needs long to leave: a long draw call that cannot be preempted */
static void one_overruns(struct load *load)
{
	load->cost[load->num_vfs / 2].idle = 10 * MS;
}

static void half_are_idle(struct load *load)
{
	unsigned int i;

	for (i = 0; i < load->num_vfs; i += 2)
		load->percent[i] = 5;
}

int main(int argc, char **argv)
{
	bool csv = argc > 1 && !strcmp(argv[1], "csv");
	struct outcome out;
	struct load load[6];
	unsigned int i;
	enum way way;

	make(&load[0], "8 alike", 8);
	make(&load[1], "8, costs differ", 8);
	costs_differ(&load[1]);
	make(&load[2], "16, slices differ", 16);
	slices_differ(&load[2]);
	make(&load[3], "8, one overruns", 8);
	one_overruns(&load[3]);
	make(&load[4], "31, all of that", 31);
	slices_differ(&load[4]);
	costs_differ(&load[4]);
	one_overruns(&load[4]);
	make(&load[5], "8, half want 5 %", 8);
	half_are_idle(&load[5]);

	if (!csv) {
		printf("%-29s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", "",
		       "share", "lag ms", "lag ms", "lag ms", "working",
		       "executing", "waiting", "longest", "CPU us");
		printf("%-22s %-6s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n",
		       "VFs", "way", "error %", "in 1 s", "in 10 s",
		       "in 100 s", "%", "nothing %", "%", "wait ms",
		       "/switch");
	}
	for (i = 0; i < sizeof(load) / sizeof(*load); i++)
		for (way = 0; way < NUM_WAYS; way++) {
			if (csv && !all_busy(&load[i]))
				continue;
			live(&load[i], way, &out, csv);
			if (!csv)
				print(&load[i], way, &out);
		}
	return 0;
}
