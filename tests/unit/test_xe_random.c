// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever a GPU of xe is in, and whatever others do to it: after each apply either all
 * is as the configuration says, or its exit code and message say what is not; and what
 * could not be changed is as it was. Others are a tool that writes to sriov_admin, one
 * that writes to driver_override as driverctl does, one that changes the number of VFs,
 * guests, and a GPU that refuses. Each sequence has a seed, which a failure names:
 *
 *	GPUVF_UNIT_ROUNDS=N		sequences
 *	GPUVF_UNIT_SEED=N		the first of them
 */
#include <errno.h>

#include "everything.h"
#include "pci/sysfs.h"
#include "xe_test.h"

#define STEPS		12
#define SEQUENCES	8

/* as many as one apply could need: there and back, four times, for each file */
#define MAX_STORES	500

static const struct profile {
	const char *name;
	const char *text;
	u64 quota;
	u32 eq_ms;
	u32 pt_us;
} profiles[] = {
	{ "big", "fb = 2GiB\ntime_slice = 8ms\n", 2 * GIB, 8, 20000 },
	{ "small", "fb = 1GiB\ntime_slice = 4ms\npreempt_timeout = 30ms\n", GIB, 4, 30000 },
	{ "odd", "fb = 1000000KiB\ntime_slice = 1500us\n", 978 * MIB, 2, 20000 },
	{ "s", "fb = shared\ntime_slice = 4ms\n", 0, 4, 20000 },
	{ "t", "fb = shared\ntime_slice = 9ms\npreempt_timeout = 50ms\n", 0, 9, 50000 },
}, no_line = { .eq_ms = 6, .pt_us = 20000 };

#define FIRST_SHARED	3

static const char *const drivers[] = { NULL, "none", "vfio-pci" };
static const char *const policies[] = { NULL, "low", "normal" };

/**
 * struct wish - what a configuration asks for
 * @num: VFs
 * @vf: what each gets; NULL: no line says
 * @policy: index of @policies
 * @driver: index of @drivers, of all VFs
 */
struct wish {
	u32 num;
	const struct profile *vf[4];
	u32 policy;
	u32 driver;
};

/* of the sequence that runs */
static struct {
	u64 seed;
	const char *bdf;
	struct wish wish;
	int held;			/* VF that a process has open, -1: none */
	u32 rival_after;		/* writes until another program comes, in apply */
	bool rival_came;
	char history[6000];
} now;

static u32 counted[EXIT_LAST + 1];

static void __printf(1, 2) note(const char *fmt, ...)
{
	size_t len = strlen(now.history);
	va_list args;

	va_start(args, fmt);
	vsnprintf(now.history + len, sizeof(now.history) - len, fmt, args);
	va_end(args);
}

#define broken(what, said) \
	fail_msg("seed %llu: %s\n%s\n%s", now.seed, what, now.history, said)

static bool has_quotas(void)
{
	return xe->variant == XE_QUOTAS;
}

static void vf_name(u32 i, char *vf)
{
	snprintf(vf, BDF_SIZE, "%.11s%u", now.bdf, i + 1);
}

/* ---- what others do */

static void write_time(void)
{
	char file[64], text[16];
	u32 i = rnd(xe->total + 1);
	bool is_slice = rnd(2);

	if (i)
		snprintf(file, sizeof(file), "sriov_admin/vf%u/profile/%s", i,
			 is_slice ? "exec_quantum_ms" : "preempt_timeout_us");
	else
		snprintf(file, sizeof(file), "sriov_admin/pf/profile/%s",
			 is_slice ? "exec_quantum_ms" : "preempt_timeout_us");
	snprintf(text, sizeof(text), "%u", rnd(4) ? 1 + rnd(50) : 0);
	note("  %s = %s\n", file, text);
	fake_xe_set_by_other(xe, file, text);
}

static void write_quota(void)
{
	char file[64], text[32];

	snprintf(file, sizeof(file), "sriov_admin/vf%u/profile/vram_quota",
		 1 + rnd(xe->total));
	snprintf(text, sizeof(text), "%llu", rnd(3) * 512 * MIB);
	note("  %s = %s\n", file, text);
	fake_xe_set_by_other(xe, file, text);
}

static void write_policy(void)
{
	static const char file[] = "sriov_admin/.bulk_profile/sched_priority";
	const char *text = policies[1 + rnd(2)];

	note("  %s = %s\n", file, text);
	fake_xe_set_by_other(xe, file, text);
}

/* a VF that a process has open would hang that */
static void write_number(void)
{
	u32 num = xe->num ? 0 : 1 + rnd(xe->total);

	if (now.held >= 0)
		return;
	note("  sriov_numvfs = %u\n", num);
	xe->is_other = true;
	fake_xe_enable(xe, num);
	xe->is_other = false;
}

static void write_driver(void)
{
	static const char *const overrides[] = { "vfio-pci\n", "xe\n", "(null)\n" };
	u32 i = rnd(xe->total), which = rnd(3);
	char vf[BDF_SIZE];

	if (i >= xe->num || (int)i == now.held)
		return;
	vf_name(i, vf);
	note("  VF %u: driver_override = %s", i, overrides[which]);
	put(vf, "driver_override", overrides[which]);
	if (!which)
		bind_driver(vf, "vfio-pci");
}

static void write_autoprobe(void)
{
	const char *text = rnd(2) ? "1\n" : "0\n";

	note("  sriov_drivers_autoprobe = %s", text);
	put(now.bdf, "sriov_drivers_autoprobe", text);
}

static void do_something(void)
{
	static void (*const all[])(void) = {
		write_time, write_quota, write_policy, write_number,
		write_driver, write_autoprobe,
	};

	all[rnd(ARRAY_SIZE(all))]();
}

/* before a write of apply */
static void come(struct fake_xe *x)
{
	if (now.rival_after) {
		now.rival_after--;
		return;
	}
	x->rival = rnd(2) ? come : NULL;
	now.rival_came = true;
	note(" meanwhile\n");
	do_something();
}

/* ---- guests, and a GPU that refuses */

static void run_guest(void)
{
	u32 i = rnd(xe->total);

	if (i >= xe->num)
		return;
	xe->functions[i + 1].is_running = rnd(2);
	note("  guest of VF %u: %u\n", i, xe->functions[i + 1].is_running);
}

static void release(void)
{
	char vf[BDF_SIZE];

	if (now.held < 0)
		return;
	vf_name(now.held, vf);
	run_shell("rm -r proc/77 && rm -f " DEVICES "%s/iommu_group", vf);
	xe->functions[now.held + 1].is_held = false;
	note("  VF %d is closed\n", now.held);
	now.held = -1;
}

static void hold(void)
{
	char vf[BDF_SIZE];
	u32 i = rnd(xe->total);

	release();
	if (i >= xe->num || rnd(2))
		return;
	vf_name(i, vf);
	bind_driver(vf, "vfio-pci");
	open_vf(vf);
	xe->functions[i + 1].is_held = true;
	now.held = i;
	note("  VF %u is opened\n", i);
}

static void refuse_something(void)
{
	static const char *const files[] = {
		"vram_quota", "vf1/profile", "vf2/profile/exec_quantum_ms",
		"preempt_timeout_us", "pf/profile", ".bulk_profile",
	};
	static const int errors[] = {
		-EIO, -ENOMEM, -EPERM, -EINVAL, -EBUSY, -ECANCELED, -EACCES,
	};

	xe->fail = files[rnd(ARRAY_SIZE(files))];
	xe->fail_error = errors[rnd(ARRAY_SIZE(errors))];
	xe->fail_after = rnd(3);
	xe->fail_times = rnd(3);
	note("  %s: error %d after %u, %u times\n", xe->fail, xe->fail_error,
	     xe->fail_after, xe->fail_times);
}

static void be_out_of_order(void)
{
	static const int errors[] = { -ENOMEM, -ENOSPC, -EPERM, -EIO };

	switch (rnd(4)) {
	case 0:
		xe->is_wedged = true;
		break;
	case 1:
		xe->is_resetting = true;
		break;
	case 2:
		xe->is_locked = true;
		break;
	default:
		xe->enable_error = errors[rnd(ARRAY_SIZE(errors))];
	}
	note("  wedged %u, in a reset %u, locked %u, enabling: %d\n", xe->is_wedged,
	     xe->is_resetting, xe->is_locked, xe->enable_error);
}

static void be_in_order(void)
{
	xe->fail = NULL;
	xe->is_wedged = false;
	xe->is_resetting = false;
	xe->is_locked = false;
	xe->enable_error = 0;
	xe->rival = NULL;
}

/* as XPU Manager does, and the way back from it */
static void change_mode(void)
{
	u32 i = 1 + rnd(xe->total);

	if (!xe->is_custom) {
		xe->is_custom = true;
		xe->functions[i].has_ggtt = rnd(2);
		note("  custom mode, GGTT of VF %u: %u\n", i - 1,
		     xe->functions[i].has_ggtt);
	} else if (!xe->num) {
		xe->is_custom = false;
		for (i = 1; i <= xe->total; i++)
			xe->functions[i] = (struct xe_function){};
		note("  auto mode\n");
	}
	fake_xe_show(xe);
}

/* ---- what is asked for */

static void make_wish(struct wish *wish)
{
	u32 first = has_quotas() ? 0 : FIRST_SHARED;
	u32 end = has_quotas() ? FIRST_SHARED : ARRAY_SIZE(profiles);
	u32 i;

	*wish = (struct wish){
		.num = rnd(xe->total + 1), .policy = rnd(3), .driver = rnd(3),
	};
	/* without any line, what VFs get is for xe to say */
	for (i = 0; i < wish->num; i++)
		if (!i || rnd(5))
			wish->vf[i] = &profiles[first + rnd(end - first)];
}

static void write_wish(const struct wish *wish)
{
	static const char *const names[] = { "", "policy = best-effort\n", "policy = fixed\n" };
	char text[2000] = "[gpuvf]\nversion = 1\n";
	size_t len = strlen(text), i;

	for (i = 0; i < ARRAY_SIZE(profiles); i++)
		len += snprintf(text + len, sizeof(text) - len, "[profile %s]\n%s",
				profiles[i].name, profiles[i].text);
	len += snprintf(text + len, sizeof(text) - len, "[gpu a]\npci = %s\n%svfs = %u\n",
			now.bdf, names[wish->policy], wish->num);
	for (i = 0; i < wish->num; i++) {
		if (wish->vf[i])
			len += snprintf(text + len, sizeof(text) - len, "vf %zu = %s\n",
					i, wish->vf[i]->name);
		if (wish->driver)
			len += snprintf(text + len, sizeof(text) - len, "driver %zu = %s\n",
					i, drivers[wish->driver]);
	}
	configure(text);
	note("%s", strstr(text, "[gpu a]\n") + 8);
}

static const char *wrong_with_vf(u32 i)
{
	const struct profile *want = now.wish.vf[i] ?: &no_line;
	const struct xe_function *is = &xe->functions[i + 1];
	const char *driver = drivers[now.wish.driver];
	char vf[BDF_SIZE], bound[NAME_SIZE];

	if (has_quotas() && is->quota != want->quota)
		return "a VF has another quota";
	if (is->eq_ms != want->eq_ms || is->pt_us != want->pt_us)
		return "a VF has other times";
	if (!is->has_ggtt)
		return "a VF has no GGTT";
	vf_name(i, vf);
	sysfs_driver(vf, bound, sizeof(bound));
	if (driver && strcmp(bound, strcmp(driver, "none") ? driver : ""))
		return "a VF has another driver";
	return NULL;
}

/* Return: what is not as asked for; NULL: nothing */
static const char *find_wrong(void)
{
	const char *wrong = NULL;
	u32 i;

	if (xe->num != now.wish.num)
		return "another number of VFs is enabled";
	for (i = 0; !wrong && i < xe->num; i++)
		wrong = wrong_with_vf(i);
	for (; !wrong && i < xe->total; i++)
		if (has_quotas() && xe->functions[i + 1].quota)
			wrong = "a VF that is not enabled has a quota";
	if (!wrong && now.wish.policy &&
	    strcmp(xe->priority, policies[now.wish.policy]))
		wrong = "the policy is another one";
	return wrong;
}

/* ---- one apply */

/* all but what an FLR changes, to be freed */
static char *take_picture(void)
{
	char *text = NULL, vf[BDF_SIZE], line[NAME_SIZE];
	size_t size;
	FILE *f;
	u32 i;

	f = open_memstream(&text, &size);
	root_line(line, sizeof(line), DEVICES "%s/sriov_drivers_autoprobe", now.bdf);
	fprintf(f, "%u VFs, priority %s, autoprobe %s\n", xe->num, xe->priority, line);
	for (i = 0; i <= xe->total; i++)
		fprintf(f, "%u: quota %llu eq %u pt %u ggtt %u\n", i,
			xe->functions[i].quota, xe->functions[i].eq_ms,
			xe->functions[i].pt_us, xe->functions[i].has_ggtt);
	for (i = 0; i < xe->num; i++) {
		vf_name(i, vf);
		sysfs_driver(vf, line, sizeof(line));
		fprintf(f, "VF %u: driver '%s'", i, line);
		sysfs_driver_override(vf, line, sizeof(line));
		fprintf(f, " override '%s'\n", line);
	}
	fclose(f);
	return text;
}

static void check_refusal(int code, const char *said, const char *before,
			  bool was_interrupted)
{
	char *after = take_picture();

	if (!strchr(said, '\n'))
		broken("apply failed and did not say why", said);
	if (code == EXIT_DIFFERS || code == EXIT_PARTLY || code > EXIT_ATTENTION)
		broken("that exit code is not one of apply's with one GPU", said);
	if (code == EXIT_ATTENTION && !strstr(said, "needs attention") &&
	    !strstr(said, "not as it should be") &&
	    !strstr(said, "neither done nor taken back"))
		broken("what is in between is not named", said);
	if (code != EXIT_ATTENTION && !now.rival_came && !was_interrupted &&
	    strcmp(before, after)) {
		note("before:\n%safter:\n%s", before, after);
		broken("apply failed, and it is not as it was", said);
	}
	free(after);
}

static int apply(void)
{
	static char said[20000];
	bool was_interrupted = root_has("run/gpuvf/intent");
	char *before = take_picture();
	u32 stores = xe->stores;
	const char *wrong;
	int code;

	now.rival_came = false;
	xe->keeps_drivers_off = now.wish.driver;
	/* a change of before that is recovered now asked for something else */
	if (was_interrupted)
		xe->keeps_drivers_off = false;
	code = run("apply", said, sizeof(said));
	xe->rival = NULL;
	note("-> %d\n", code);
	assert_in_range(code, 0, EXIT_LAST);
	counted[code]++;
	if (xe->violation)
		broken(xe->violation, said);
	if (xe->stores - stores > MAX_STORES)
		broken("apply does not end", said);
	wrong = code ? NULL : find_wrong();
	if (wrong)
		broken(wrong, said);
	if (code)
		check_refusal(code, said, before, was_interrupted);
	free(before);
	return code;
}

/* no verb that looks writes anything */
static void only_look(void)
{
	static const char *const verbs[] = { "show", "plan", "assert", "show -j", "export" };
	u32 stores = xe->stores, which = rnd(ARRAY_SIZE(verbs));
	static char said[100000];

	run(verbs[which], said, sizeof(said));
	if (xe->stores != stores)
		broken(verbs[which], "which looks, has written");
}

static void disturb(void)
{
	static void (*const all[])(void) = {
		do_something, do_something, do_something, run_guest, hold,
		refuse_something, be_out_of_order, change_mode,
	};

	all[rnd(ARRAY_SIZE(all))]();
}

static void take_step(void)
{
	u32 n;

	be_in_order();
	for (n = rnd(4); n; n--)
		disturb();
	if (rnd(3)) {
		make_wish(&now.wish);
		write_wish(&now.wish);
	}
	only_look();
	if (!rnd(3)) {
		now.rival_after = rnd(8);
		xe->rival = come;
	}
	apply();
}

/* nothing is in the way any more: what is asked for is there, and stays */
static void come_to_rest(void)
{
	u32 stores, i;

	be_in_order();
	release();
	for (i = 1; i <= xe->total; i++)
		xe->functions[i].is_running = false;
	if (xe->is_custom) {
		fake_xe_enable(xe, 0);
		change_mode();
	}
	write_autoprobe();
	note(" in peace\n");
	if (apply() && apply())
		broken("with nothing in the way, apply fails", "");
	stores = xe->stores;
	if (apply() || xe->stores != stores)
		broken("a second apply writes", "");
}

static void go(u64 number, enum xe_age age, enum xe_variant variant)
{
	u32 i;

	memset(&now, 0, sizeof(now));
	seed = number;
	now.seed = number;
	now.held = -1;
	now.bdf = variant == XE_INTEGRATED ? IGPU : A;
	run_shell("rm -rf " DEVICES "* run/gpuvf");
	fake_xe_make(xe, now.bdf, age, variant);
	/* what is not known of the hardware: either way */
	xe->is_picky = rnd(2);
	xe->no_room_error = rnd(2) ? -ENOMEM : -ENOSPC;
	if (variant == XE_FAIR_ONLY)
		run_shell("rm -f " DEVICES "%s/sriov_admin/vf*/profile/vram_quota", now.bdf);
	make_wish(&now.wish);
	write_wish(&now.wish);
	for (i = 0; i < STEPS; i++)
		take_step();
	come_to_rest();
}

static void go_often(enum xe_age age, enum xe_variant variant)
{
	const char *text = getenv("GPUVF_UNIT_SEED");
	u64 first = text && *text ? strtoull(text, NULL, 0) : 1;
	u32 i, n = rounds(SEQUENCES);

	run_shell("mkdir -p sys/module/vfio/parameters && echo Y > sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	memset(counted, 0, sizeof(counted));
	for (i = 0; i < n; i++)
		go(first + i, age, variant);
	printf("# %u sequences, %u applies done, %u refused, %u in between\n", n,
	       counted[EXIT_DONE], counted[EXIT_FAILED] + counted[EXIT_USAGE] +
	       counted[EXIT_BUSY] + counted[EXIT_MISSING] + counted[EXIT_PERMISSION],
	       counted[EXIT_ATTENTION]);
	assert_true(counted[EXIT_DONE] && counted[EXIT_BUSY]);
}

static void rivals_where_quotas_can_be_set(void **state)
{
	go_often(XE_7_3, XE_QUOTAS);
}

static void rivals_where_quotas_can_be_read(void **state)
{
	go_often(XE_7_3, XE_QUOTAS_READ_ONLY);
}

static void rivals_on_an_integrated_gpu(void **state)
{
	go_often(XE_7_3, XE_INTEGRATED);
}

static void rivals_where_times_alone_can_be_preset(void **state)
{
	go_often(XE_6_19, XE_FAIR_ONLY);
}

static void rivals_on_older_kernels(void **state)
{
	go_often(XE_6_17, XE_FAIR_ONLY);
}

static void rivals_where_quotas_cannot_be_preset(void **state)
{
	go_often(XE_6_17, XE_QUOTAS);
	go_often(XE_6_19, XE_QUOTAS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(rivals_where_quotas_can_be_set),
		test(rivals_where_quotas_can_be_read),
		test(rivals_on_an_integrated_gpu),
		test(rivals_where_times_alone_can_be_preset),
		test(rivals_on_older_kernels),
		test(rivals_where_quotas_cannot_be_preset),
	};

	return cmocka_run_group_tests_name("xe, random", tests, NULL, NULL);
}
