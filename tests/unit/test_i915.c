// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of i915 with SR-IOV, in a tree of files with the double's rules behind them.
 */
#include <errno.h>

#include "double_table.h"
#include "fake_i915.h"
#include "provider/provider.h"
#include "verb_test.h"

#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile s]\nfb = shared\ntime_slice = 16ms\npreempt_timeout = 20ms\n" \
		"[profile t]\nfb = shared\ntime_slice = 8ms\n" \
		"[profile f]\nfb = 2GiB\ntime_slice = 16ms\n" \
		"[profile g]\nfb = 4GiB\ntime_slice = 16ms\n"
#define CONFIG	HEAD "[gpu igpu]\npci = " GPU "\n"

static int set_up(void **state)
{
	fake_i915_begin();
	return 0;
}

static int clean_up(void **state)
{
	tree_end();
	return rules.violations;
}

static u32 writes(void)
{
	return rules.accepted + rules.refused;
}

/* no guest of any enabled VF would be without GGTT, or run without a limit */
static void all_work(void)
{
	u32 i;

	for (i = 0; i < rules.num; i++)
		if (!i915r_guest_works(&rules, i))
			fail_msg("a guest of VF %u does not work", i);
}

/* ---- the rules are those of the table */

static const struct {
	const char *word;
	enum i915r_file file;
} words[] = {
	{ "eq", I915R_SLICE }, { "pt", I915R_TIMEOUT }, { "ggtt", I915R_GGTT },
	{ "ctx", I915R_CONTEXTS }, { "db", I915R_DOORBELLS },
	{ "lmem", I915R_LMEM },
};

static int file_of_word(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i].word))
			return words[i].file;
	return -1;
}

/* "eq 0=16", "manual", "num 2"; Return: the rest */
static char *next_words(char *text, char *word, u64 *a, u64 *b)
{
	size_t len;

	text += strspn(text, " ");
	len = strcspn(text, " ");
	snprintf(word, 32, "%.*s", (int)len, text);
	text += len;
	*a = 0;
	*b = 0;
	while (*text == ' ')
		text++;
	if (*text >= '0' && *text <= '9') {
		*a = strtoull(text, &text, 10);
		if (*text == '=')
			*b = strtoull(text + 1, &text, 10);
	}
	return text;
}

static void take_situation(struct i915r_gpu *gpu, char *text)
{
	char word[32];
	u64 a, b;

	while (*(text += strspn(text, " "))) {
		text = next_words(text, word, &a, &b);
		if (!strcmp(word, "manual") || !strcmp(word, "auto"))
			gpu->manual = *word == 'm';
		else if (!strcmp(word, "num"))
			assert_int_equal(i915r_set_num(gpu, a), 0);
		else if (!strcmp(word, "lmem") && !b)
			gpu->lmem = 16 * GIB;
		else if (file_of_word(word) >= 0)
			gpu->vf[a][0].value[file_of_word(word)] = b;
		else
			assert_string_equal(word, "-");
	}
}

static int do_write(struct i915r_gpu *gpu, char *text)
{
	char word[32];
	u64 a, b;
	int vf;

	if (!strncmp(text, "pf ", 3)) {
		char *equals = strchr(text, '=');

		*equals = '\0';
		return i915r_store(gpu, -1, 0, file_of_word(text + 3),
				   strtoull(equals + 1, NULL, 10));
	}
	next_words(text, word, &a, &b);
	vf = a;
	if (!strcmp(word, "auto"))
		return i915r_store_auto(gpu, a);
	if (!strcmp(word, "clear"))
		return i915r_control(gpu, vf, "clear");
	if (!strcmp(word, "num"))
		return i915r_set_num(gpu, a);
	return i915r_store(gpu, vf, 0, file_of_word(word), b);
}

static void state_is(const struct i915r_gpu *gpu, char *text)
{
	char word[32];
	u64 a, b;

	while (*(text += strspn(text, " "))) {
		text = next_words(text, word, &a, &b);
		if (!strcmp(word, "manual") || !strcmp(word, "auto"))
			assert_int_equal(gpu->manual, *word == 'm');
		else if (!strcmp(word, "num"))
			assert_int_equal(gpu->num, a);
		else if (!strcmp(word, "works") || !strcmp(word, "broken"))
			assert_int_equal(i915r_guest_works(gpu, a), *word == 'w');
		else
			assert_true(gpu->vf[a][0].value[file_of_word(word)] == b);
	}
}

static void run_row(char **field)
{
	struct i915r_gpu gpu = { .gts = 2, .total = TOTAL };

	take_situation(&gpu, field[TABLE_SITUATION]);
	assert_int_equal(-do_write(&gpu, field[TABLE_WRITE]),
			 errno_of(field[TABLE_ERRNO]));
	state_is(&gpu, field[TABLE_STATE]);
}

static void the_double_does_what_its_table_says(void **state)
{
	run_table("i915", run_row);
}

/* ---- which GPUs */

static void only_those_with_the_directory_are_i915s(void **state)
{
	says("show", EXIT_DONE, GPU "  i915  driver i915  ready  0 of 7 VFs enabled  policy best-effort");
	says("show -j", EXIT_DONE, "\"provider\": \"i915\"");
	says("show -j", EXIT_DONE, "\"fb_quota_bytes\": null");
	/* i915 of Linux itself */
	run_shell("mv " DEVICES GPU "/drm .");
	says("show", EXIT_DONE, GPU "  generic  driver i915");
	run_shell("mv drm " DEVICES GPU);
	bind_driver(GPU, "xe");
	says("show", EXIT_DONE, GPU "  generic  driver xe");
	bind_driver(GPU, "i915");
	/* by the other name, with one GT that has no number */
	rules.gts = 1;
	fake_i915_make_files();
	run_shell("cd " DEVICES GPU "/drm/card0 && mv prelim_iov iov && cd iov && "
		  "for d in pf vf*; do mv $d/gt0 $d/gt; done");
	says("show", EXIT_DONE, GPU "  i915  driver i915");
	assert_int_equal(writes(), 0);
}

/* ---- apply */

static void apply_presets_times_and_stays_in_auto_mode(void **state)
{
	configure(CONFIG "policy = fixed\nvf 0-1 = s\nvf 2 = t\n");
	says("check", EXIT_DONE, "OK");
	says("plan", EXIT_DONE, "set the layout, enable 3 VFs");
	says("plan", EXIT_DONE, "driver i915 has no dry run; it may still refuse this");
	assert_int_equal(writes(), 0);
	says("apply", EXIT_DONE, "3 VFs enabled");
	assert_int_equal(rules.num, 3);
	assert_false(rules.manual);
	all_work();
	assert_int_equal(rules.vf[2][1].value[I915R_SLICE], 8);
	assert_int_equal(rules.vf[2][1].value[I915R_TIMEOUT], 20000);
	assert_int_equal(rules.pf[1].value[I915R_SLICE], 16);
	assert_true(rules.idle[0] && rules.idle[1]);
	/* what is so stays so */
	rules.accepted = 0;
	says("apply", EXIT_DONE, "in sync");
	says("assert", EXIT_DONE, "");
	says("show", EXIT_DONE, "policy fixed");
	says("plan -j", EXIT_DONE, "\"in_sync\": true");
	assert_int_equal(writes(), 0);
	/* another number: all of it again */
	configure(CONFIG "policy = fixed\nvf 0-3 = s\n");
	says("apply", EXIT_DONE, "4 VFs enabled");
	assert_false(rules.manual);
	all_work();
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	assert_int_equal(rules.num, 0);
}

/* a live change makes the device manual, which the next number has to take back */
static void a_live_change_does_not_spoil_the_next_number(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	rules.accepted = 0;
	configure(CONFIG "vf 0 = s\nvf 1 = t\n");
	says("plan", EXIT_DONE, "retime");
	says("apply", EXIT_DONE, "2 VFs enabled");
	/* one value on each of two GTs: the timeout is the same */
	assert_int_equal(writes(), 2);
	assert_true(rules.manual);
	all_work();
	configure(CONFIG "vf 0-4 = s\n");
	says("apply", EXIT_DONE, "5 VFs enabled");
	assert_false(rules.manual);
	all_work();
	/* however "clear" treats times */
	rules.clear_keeps_times = true;
	rules.manual = true;
	configure(CONFIG "vf 0-2 = t\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	all_work();
	assert_int_equal(rules.vf[0][0].value[I915R_SLICE], 8);
	assert_int_equal(rules.vf[3][0].value[I915R_SLICE], 0);
	rules.manual = true;
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
}

static void what_others_left_is_cleared(void **state)
{
	rules.vf[0][0].value[I915R_GGTT] = 4096;
	rules.vf[6][0].value[I915R_CONTEXTS] = 128;
	rules.vf[6][1].value[I915R_SLICE] = 99;
	rules.manual = true;
	says("show", EXIT_DONE, "auto_provisioning is off: VFs that something else than gpuvf-agent enables get no GGTT");
	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	assert_false(rules.manual);
	all_work();
	assert_int_equal(rules.vf[6][0].value[I915R_CONTEXTS], 0);
	assert_int_equal(rules.vf[6][1].value[I915R_SLICE], 0);
	/* a VF whose reset hung kept its share */
	rules.flr_hangs = true;
	configure(CONFIG "vf 0-2 = s\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	all_work();
	/* or a part of it, of which nothing says anything else */
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	rules.flr_hangs = false;
	memset(rules.vf, 0, sizeof(rules.vf));
	rules.vf[0][0].value[I915R_DOORBELLS] = 1;
	rules.manual = false;
	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	all_work();
}

static void gts_that_differ_are_made_the_same(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	rules.vf[1][1].value[I915R_SLICE] = 1;
	says("show", EXIT_DONE, "the times of VF 1 differ between its GTs; apply sets all of them");
	says("assert", EXIT_DIFFERS, "retime");
	says("apply", EXIT_DONE, "2 VFs enabled");
	assert_int_equal(rules.vf[1][1].value[I915R_SLICE], 16);
	rules.idle[1] = true;
	says("show", EXIT_DONE, "the policy differs between its GTs; gpuvf-agent set " GPU " policy=best-effort sets it on all");
	says("set " GPU " policy=best-effort", EXIT_DONE, "");
	assert_false(rules.idle[1]);
	rules.idle[1] = true;
	configure(CONFIG "policy = best-effort\nvf 0-1 = s\n");
	says("assert", EXIT_DIFFERS, "set the layout");
	says("apply", EXIT_DONE, "2 VFs enabled");
	assert_false(rules.idle[1]);
	says("apply", EXIT_DONE, "in sync");
	rules.pf[1].value[I915R_TIMEOUT] = 1;
	says("show", EXIT_DONE, "the times of its PF differ between its GTs");
}

static void what_it_cannot_hold_is_refused_at_its_line(void **state)
{
	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\ntime_slice = 101s\nlabel = x\n"
		  "[gpu g]\npci = " GPU "\npolicy = equal\npf_reserve = 1GiB\nvf 0 = p\n");
	says("apply", EXIT_USAGE, "gpuvf.ini:4:6: fb: GPU " GPU " is driven by i915, which has no framebuffer of its own: its VFs use the host's memory; write fb = shared");
	says("apply", EXIT_USAGE, "gpuvf.ini:5:14: time_slice: GPU " GPU " is driven by i915, which takes ");
	says("apply", EXIT_USAGE, "gpuvf.ini:6:9: label: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:9:10: policy: GPU " GPU " is driven by i915, which has best-effort and fixed only");
	says("apply", EXIT_USAGE, "gpuvf.ini:10:14: pf_reserve: GPU " GPU " is driven by i915, which has no framebuffer of its own to keep");
	assert_int_equal(writes(), 0);
	configure(CONFIG "vf 0-7 = s\n");
	says("apply", EXIT_USAGE, "8 VFs requested, at most 7 possible");
	says("reset igpu", EXIT_USAGE, "only VFs can be reset from here");
	says("pause igpu/0", EXIT_MISSING, "VF 0: is not enabled");
	says("stats igpu", EXIT_USAGE, "has no statistics of VFs");
	says("set igpu policy=equal", EXIT_USAGE, "has best-effort and fixed only");
	says("set igpu/0 fb=1GiB", EXIT_USAGE, "has no framebuffer of its own");
}

static void verbs_on_a_vf_are_words_of_its_control(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	says("stop igpu/1", EXIT_DONE, "");
	assert_true(rules.stopped[1]);
	says("pause igpu/0", EXIT_DONE, "");
	says("resume igpu/0", EXIT_DONE, "");
	rules.fail_next = -EBUSY;
	says("pause igpu/0", EXIT_BUSY, "i915 is in the middle of a change of this VF");
	put("0000:00:02.1", "reset", "");
	says("reset igpu/0", EXIT_DONE, "");
	use_vf(0);
	says("reset igpu/0", EXIT_BUSY, "VF 0: is in use, and its user has to reset it");
	leave_vf();
	says("reset igpu/5", EXIT_MISSING, "VF 5: is not enabled");
	says("set igpu/0 time_slice=3ms", EXIT_DONE, "");
	assert_int_equal(rules.vf[0][1].value[I915R_SLICE], 3);
	says("set igpu/0 preempt_timeout=default", EXIT_DONE, "");
	assert_int_equal(rules.vf[0][0].value[I915R_TIMEOUT], 20000);
	says("set igpu policy=fixed", EXIT_DONE, "");
	assert_true(rules.idle[1]);
}

/* ---- what drivers do */

/* what a file below prelim_iov may say to a write; each file, one after the other, says it */
static const struct {
	int error;
	int code;
	const char *said;
} file_cases[] = {
	{ -EINVAL, EXIT_USAGE, "Invalid argument" },		/* a spare too small, no word of control */
	{ -ERANGE, EXIT_USAGE, "Numerical result out of range" },
	{ -E2BIG, EXIT_FAILED, "more than the GPU has of it" },	/* GGTT */
	{ -EOVERFLOW, EXIT_FAILED, "more than the GPU has of it" },
	{ -EDQUOT, EXIT_FAILED, "more than is left of it" },	/* contexts, doorbells, lmem */
	{ -ENOSPC, EXIT_USAGE, "No space left on device" },	/* contexts, doorbells */
	{ -EOPNOTSUPP, EXIT_USAGE, "Operation not supported" },	/* of the PF */
	{ -ENODEV, EXIT_MISSING, "No such device" },		/* of a media GT */
	{ -ESTALE, EXIT_DONE, "2 VFs enabled" },		/* it was changed meanwhile: again */
	{ -EBUSY, EXIT_BUSY, "i915 is in the middle of a change of this VF" },
	{ -ETIMEDOUT, EXIT_FAILED, "the firmware gave no answer" },
	{ -EIO, EXIT_FAILED, "Input/output error" },		/* a file without store */
	{ -ENODATA, EXIT_FAILED, "No data available" },
	{ -EPERM, EXIT_PERMISSION, "Operation not permitted" },
	{ -EACCES, EXIT_PERMISSION, "Permission denied" },
};

/* all that is not counted */
static void is_as_it_was(const struct i915r_gpu *before)
{
	assert_memory_equal(rules.vf, before->vf, sizeof(rules.vf));
	assert_memory_equal(rules.pf, before->pf, sizeof(rules.pf));
	assert_memory_equal(rules.idle, before->idle, sizeof(rules.idle));
	assert_int_equal(rules.num, before->num);
}

/* Return: whether there was a write that could fail */
static bool fails_at(u32 at, size_t i)
{
	static char text[20000];
	struct i915r_gpu before = rules;
	int code;

	fail_at = at;
	fail_error = file_cases[i].error;
	code = run("apply", text, sizeof(text));
	if (fail_at) {
		fail_at = 0;
		return false;
	}
	assert_int_equal(code, file_cases[i].code);
	assert_says(text, file_cases[i].said);
	assert_says(text, GPU);
	if (code)
		is_as_it_was(&before);
	return true;
}

static void errnos_of_files_leave_all_as_it_was(void **state)
{
	size_t i;
	u32 at;

	for (i = 0; i < ARRAY_SIZE(file_cases); i++) {
		/* each write fails in one way at least */
		u32 step = i ? 40 : 1;

		for (at = 1; ; at += step) {
			configure(CONFIG "vfs = 0\npolicy = best-effort\n");
			says("apply", EXIT_DONE, "");
			configure(CONFIG "policy = fixed\nvf 0-1 = s\n");
			if (!fails_at(at, i))
				break;
		}
		assert_in_range(at, 15, 41);
		/* while there are VFs */
		for (at = 1; ; at += step) {
			configure(CONFIG "policy = fixed\nvf 0-1 = s\n");
			says("apply", EXIT_DONE, "");
			configure(CONFIG "policy = best-effort\nvf 0-1 = t\n");
			if (!fails_at(at, i))
				break;
		}
		assert_in_range(at, 6, 41);
		/* and times are endless, as another tool leaves them */
		for (at = 1; ; at += step) {
			configure(CONFIG "vfs = 0\npolicy = best-effort\n");
			says("apply", EXIT_DONE, "");
			assert_int_equal(fake_i915_set_num(2), 0);
			configure(CONFIG "vf 0-1 = s\n");
			if (!fails_at(at, i))
				break;
		}
		assert_in_range(at, 6, 41);
	}
}

/* what sriov_numvfs may say */
static const struct {
	int error;
	int code;
	const char *said;
} number_cases[] = {
	{ -ENOKEY, EXIT_FAILED, "a VF has a share of some things and none of others" },
	{ -EUCLEAN, EXIT_FAILED, "a VF has quotas already, and auto_provisioning is on" },
	{ -EBUSY, EXIT_BUSY, "the PF is not ready, or VFs are enabled" },
	{ -ENOSPC, EXIT_USAGE, "nothing is left to share" },
	{ -ENOENT, EXIT_MISSING, "this i915 was loaded without max_vfs" },
	{ -EPERM, EXIT_PERMISSION, "Operation not permitted" },	/* auto mode is off; a debugger */
	{ -ENODEV, EXIT_MISSING, "No such device" },		/* no PF */
	{ -ENODATA, EXIT_FAILED, "No data available" },
	{ -ENOMEM, EXIT_FAILED, "Cannot allocate memory" },
	{ -ERANGE, EXIT_USAGE, "Numerical result out of range" },
	{ -EIO, EXIT_FAILED, "Input/output error" },		/* what the PF's setup failed with */
};

static void errnos_of_the_number_leave_all_as_it_was(void **state)
{
	struct i915r_gpu before;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(number_cases); i++) {
		before = rules;
		configure(CONFIG "policy = fixed\nvf 0-1 = s\n");
		enable_error = number_cases[i].error;
		says("apply", number_cases[i].code, number_cases[i].said);
		says("apply", number_cases[i].code, "GPU " GPU ": cannot enable 2 VFs: ");
		is_as_it_was(&before);
		enable_error = 0;
		says("apply", EXIT_DONE, "2 VFs enabled");
		/* assigned to a guest of Xen, and whatever else */
		before = rules;
		configure(CONFIG "policy = best-effort\nvfs = 0\n");
		disable_error = number_cases[i].error;
		says("apply", number_cases[i].code, "GPU " GPU ": cannot disable its 2 VFs: ");
		is_as_it_was(&before);
		disable_error = 0;
		says("apply", EXIT_DONE, "0 VFs enabled");
	}
}

/* what control and an FLR may say to verbs on a VF */
static void errnos_of_control_are_named(void **state)
{
	size_t i;

	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	for (i = 0; i < ARRAY_SIZE(file_cases); i++) {
		if (file_cases[i].error == -ESTALE)
			continue;
		fail_at = 1;
		fail_error = file_cases[i].error;
		says("pause igpu/1", file_cases[i].code, file_cases[i].said);
	}
}

/* another one is as fast as it can be */
static void spoil(void)
{
	rules.vf[0][0].value[I915R_GGTT] = 4096;
	rules.manual = true;
}

static void another_program_between_reading_and_writing(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	rival = spoil;
	/* it is looked at again, and cleared */
	says("apply", EXIT_DONE, "2 VFs enabled");
	assert_false(rules.manual);
	all_work();
}

static void no_guest_works(void)
{
	fake_i915_set_num(0);
	i915r_store_auto(&rules, 0);
	fake_i915_set_num(2);
	assert_false(i915r_guest_works(&rules, 0));
}

/* as many as are asked for, by another tool that has left the device manual */
static void vfs_in_which_no_guest_works_are_enabled_again(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	no_guest_works();
	says("show", EXIT_DONE, "VF 0 has no GGTT, contexts or doorbells, and no guest works on it");
	says("plan", EXIT_DONE, "disable 2 VFs, set the layout, enable 2 VFs");
	says("assert", EXIT_DIFFERS, "enable 2 VFs");
	says("apply", EXIT_DONE, "2 VFs enabled");
	all_work();
	says("apply", EXIT_DONE, "in sync");
	/* not from under a guest */
	no_guest_works();
	use_vf(1);
	says("plan", EXIT_FAILED, "VF 0 has no GGTT");
	says("apply", EXIT_FAILED, "VF 0 has no GGTT");
	assert_int_equal(rules.num, 2);
	leave_vf();
	says("apply", EXIT_DONE, "2 VFs enabled");
	all_work();
}

static u32 reads;

/* after so many reads of files another tool sets the times of VF 1 */
static void set_other_vf(void)
{
	if (reads && !--reads) {
		i915r_store(&rules, 1, 0, I915R_SLICE, 77);
		i915r_store(&rules, 1, 1, I915R_SLICE, 77);
	}
}

/* what is read, changed in one place and written must not take back another change */
static void set_takes_back_nothing_that_came_meanwhile(void **state)
{
	static char text[10000];
	u32 n;

	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	reading = set_other_vf;
	for (n = 1, reads = 0; !reads; n++) {
		i915r_store(&rules, 1, 0, I915R_SLICE, 5);
		i915r_store(&rules, 1, 1, I915R_SLICE, 5);
		reads = n;
		run("set igpu/0 time_slice=3ms", text, sizeof(text));
		assert_int_equal(rules.vf[1][0].value[I915R_SLICE], reads ? 5 : 77);
	}
	/* far more than one look at the GPU takes */
	assert_true(n > 100);
}

static void numbers_that_are_none_are_no_numbers(void **state)
{
	static const char *const bad[] = { "", "x\n", "-1\n", "16 ms\n", "99999999999999999999\n" };
	size_t i;

	configure(CONFIG "vf 0 = s\n");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		nonsense = bad[i];
		says("show", EXIT_DONE, "GPU " GPU ": files of drm/card0/prelim_iov: Invalid argument");
		says("apply", EXIT_BUSY, "files of drm/card0/prelim_iov: Invalid argument");
	}
	assert_int_equal(writes(), 0);
}

static void files_that_vanish_are_no_crash(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	vanished = true;
	says("show", EXIT_MISSING, "module gpuvf is not loaded");
	says("apply", EXIT_MISSING, "module gpuvf is not loaded");
	vanished = false;
	says("apply", EXIT_DONE, "in sync");
}

static void what_is_exported_changes_nothing(void **state)
{
	char *file = xasprintf("%s/out.ini", root);
	char *words_;

	configure(CONFIG "policy = fixed\nvf 0-1 = s\nvf 2 = t\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	says("export", EXIT_DONE, "provider = i915\npolicy = fixed\nvfs = 3\nvf 0-1 = shared\nvf 2 = shared-2\n");
	words_ = xasprintf("export -o %s", file);
	says(words_, EXIT_DONE, "");
	free(words_);
	words_ = xasprintf("assert -f %s", file);
	says(words_, EXIT_DONE, "");
	free(words_);
	free(file);
}

/* ---- with framebuffer */

static void framebuffer_comes_with_shares_of_all_else(void **state)
{
	fake_i915_make_flex();
	/* all of it is given away: what grows can only have what another one gave up */
	rules.lmem = 8 * GIB + 128 * MIB;
	says("show -j", EXIT_DONE, "\"fb_alloc_unit_bytes\": 2097152");
	configure(CONFIG "pf_reserve = 128MiB\nvf 0-1 = f\nvf 2 = g\n");
	says("apply", EXIT_DONE, "3 VFs enabled, 3 with framebuffer");
	all_work();
	assert_int_equal(rules.vf[2][0].value[I915R_LMEM], 4 * GIB);
	assert_int_equal(rules.pf[0].value[I915R_LMEM], 128 * MIB);
	says("apply", EXIT_DONE, "in sync");
	/* live, with a VF that shrinks for one that grows */
	configure(CONFIG "pf_reserve = 128MiB\nvf 0 = f\nvf 1 = g\nvf 2 = f\n");
	says("apply", EXIT_DONE, "3 with framebuffer");
	assert_int_equal(rules.vf[2][0].value[I915R_LMEM], 2 * GIB);
	/* not while there are VFs */
	configure(CONFIG "pf_reserve = 256MiB\nvf 0 = f\nvf 1 = g\nvf 2 = f\n");
	says("plan", EXIT_BUSY, "pf_reserve is 128 MiB and can change only while no VF is enabled; requested 256 MiB [reserve-in-use]");
	says("apply", EXIT_BUSY, "pf_reserve is 128 MiB");
	/* another number */
	configure(CONFIG "pf_reserve = 128MiB\nvf 0-3 = f\n");
	says("apply", EXIT_DONE, "4 VFs enabled, 4 with framebuffer");
	all_work();
	configure(CONFIG "vfs = 0\npf_reserve = 64MiB\n");
	says("apply", EXIT_USAGE, "pf_reserve: GPU " GPU " is driven by i915, which takes at least 128 MiB, not 64 MiB");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	assert_int_equal(rules.vf[0][0].value[I915R_LMEM], 0);
	configure(CONFIG "vf 0 = s\n");
	says("apply", EXIT_USAGE, "which gives each VF framebuffer of its own");
}

/* what no configuration can ask for, since it is refused at its line */
static void without_framebuffer_none_is_written(void **state)
{
	struct provider *provider = provider_connect_all(NULL);
	struct failure why;
	struct gpu wanted, result;

	assert_int_equal(provider_read(provider, GPU, &wanted, &why), 0);
	wanted.vfs[0].fb_bytes = GIB;
	assert_int_equal(provider_set_layout(provider, &wanted, false, &result,
					     &why), -EOPNOTSUPP);
	assert_says(why.detail.message, "VF 0: fb: i915 has no framebuffer of its own");
	assert_int_equal(rules.accepted + rules.refused, 0);
	gpu_free(&wanted);
	provider_close(provider);
}

static void a_share_of_nothing_is_explained(void **state)
{
	fake_i915_make_flex();
	rules.pf[0].value[I915R_CONTEXTS] = 65536 - 128;
	configure(CONFIG "vf 0-1 = f\n");
	says("apply", EXIT_USAGE, "2 VFs need a share of 128 each at least, and available/contexts_free is 128");
	says("show", EXIT_DONE, "0 of 7 VFs enabled");
	configure(CONFIG "vf 0 = f\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
}

static void too_much_framebuffer_is_refused_and_rolled_back(void **state)
{
	fake_i915_make_flex();
	configure(CONFIG "vf 0-1 = f\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	configure(HEAD "[profile h]\nfb = 15GiB\ntime_slice = 16ms\n"
		  "[gpu igpu]\npci = " GPU "\nvf 0 = f\nvf 1 = h\n");
	says("apply", EXIT_FAILED, "more than is left of it");
	assert_int_equal(rules.vf[1][0].value[I915R_LMEM], 2 * GIB);
	says("show", EXIT_DONE, "2 of 7 VFs enabled");
	configure(HEAD "[profile h]\nfb = 15GiB\ntime_slice = 16ms\n"
		  "[gpu igpu]\npci = " GPU "\nvf 0-1 = f\nvf 2 = h\n");
	says("apply", EXIT_FAILED, ": rolled back to its previous state");
	assert_int_equal(rules.num, 2);
	all_work();
}

static void a_vf_in_use_keeps_its_framebuffer(void **state)
{
	fake_i915_make_flex();
	configure(CONFIG "vf 0-1 = f\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	use_vf(1);
	configure(CONFIG "vf 0-1 = g\n");
	says("plan", EXIT_BUSY, "VF 1: framebuffer is 2 GiB and cannot change while the VF is in use; requested 4 GiB");
	says("apply", EXIT_BUSY, "process 77 (qemu) has it open");
	assert_int_equal(rules.vf[0][0].value[I915R_LMEM], 2 * GIB);
	/* the other one may change, and so may the times of both */
	configure(CONFIG "vf 0 = g\nvf 1 = f\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_BUSY, "VF 1 is in use");
	leave_vf();
	says("apply", EXIT_DONE, "0 VFs enabled");
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_double_does_what_its_table_says),
		test(only_those_with_the_directory_are_i915s),
		test(apply_presets_times_and_stays_in_auto_mode),
		test(a_live_change_does_not_spoil_the_next_number),
		test(what_others_left_is_cleared),
		test(gts_that_differ_are_made_the_same),
		test(what_it_cannot_hold_is_refused_at_its_line),
		test(verbs_on_a_vf_are_words_of_its_control),
		test(errnos_of_files_leave_all_as_it_was),
		test(errnos_of_the_number_leave_all_as_it_was),
		test(errnos_of_control_are_named),
		test(another_program_between_reading_and_writing),
		test(vfs_in_which_no_guest_works_are_enabled_again),
		test(set_takes_back_nothing_that_came_meanwhile),
		test(numbers_that_are_none_are_no_numbers),
		test(files_that_vanish_are_no_crash),
		test(what_is_exported_changes_nothing),
		test(framebuffer_comes_with_shares_of_all_else),
		test(without_framebuffer_none_is_written),
		test(a_share_of_nothing_is_explained),
		test(too_much_framebuffer_is_refused_and_rolled_back),
		test(a_vf_in_use_keeps_its_framebuffer),
	};

	return cmocka_run_group_tests_name("i915", tests, NULL, NULL);
}
