// SPDX-License-Identifier: GPL-2.0
/*
 * All that verbs print about GPUs in several states, as whole documents: JSON and
 * text byte for byte as in documents/. With GPUVF_WRITE_DOCUMENTS in the environment
 * they are written again, for git diff to show what has changed.
 */
#include "fake_kernel.h"
#include "show/output.h"
#include "verb_test.h"

#define DOCUMENT_MAX	1000000

#define PROFILES	"[gpuvf]\nversion = 1\n" \
			"[profile desktop]\nfb = 2GiB\ntime_slice = 4ms\n" \
			"[profile render]\nlabel = none\nfb = 1.5GiB\n" \
			"time_slice = 8ms\npreempt_timeout = 40ms\n"
#define CONFIG		PROFILES \
			"[gpu first]\npci = 0000:41:00.0\npolicy = equal\n" \
			"pf_reserve = 512MiB\nvf 0-2 = desktop\nvf 3 = render\n" \
			"driver 0-1 = vfio-pci\ndriver 2 = none\n"
#define SECOND		CONFIG "[gpu second]\nmatch = 4756:0020\nvf 0 = render\n"
#define SMALLER		PROFILES \
			"[gpu first]\npci = 0000:41:00.0\nvfs = 4\n" \
			"policy = best-effort\nvf 0 = render\nvf 1-2 = desktop\n"
#define TOO_LARGE	PROFILES \
			"[gpu first]\npci = 0000:41:00.0\nvf 0-11 = desktop\n"

static char *root;

static void write_file(const char *file, const char *text)
{
	char *path = xasprintf("%s/%s", root, file);

	write_text(path, text);
	free(path);
}

/* as after apply, with guests in VF 0 and VF 1 */
static void provision(void)
{
	static char said[10000];
	u32 i;

	write_file("etc/gpuvf.ini", CONFIG);
	assert_int_equal(run("apply", said, sizeof(said)), EXIT_DONE);
	for (i = 0; i < fake.gpu.num_vfs; i++) {
		struct vf *vf = &fake.gpu.vfs[i];

		snprintf(vf->bdf, BDF_SIZE, "0000:41:02.%u", i % 8);
		copy_string(vf->driver, NAME_SIZE, fake.bound[i]);
		vf->has_state = true;
		vf->state = i < 2 ? VF_STATE_ACTIVE : VF_STATE_PROVISIONED;
		vf->in_use = i < 2;
	}
	fake.gpu.rotation_us = 24000;
}

static void add_statistics(void)
{
	u32 i;

	provision();
	for (i = 0; i < fake.gpu.num_vfs; i++) {
		struct vf_stats *stats = &fake.gpu.vfs[i].stats;

		*stats = (struct vf_stats){
			.run_ns = 123456789012 * (i + 1),
			.accounted_ns = 123456789999 * (i + 1),
			.slices = 1000 + i, .skipped = i, .overrun_ns = 17 * i,
			.idle_ns = 999, .preempt_timeouts = 1, .hangs = i / 2,
			.resets = 2, .full_access_timeouts = 3,
			.mbox_requests = 40, .mbox_limited = 5,
			.mbox_unanswered = 6, .lateness_sum_ns = 70000,
			.buckets = {
				{ 1000, 800 }, { 1000000, 190 + i }, { 0, 10 },
			},
			.num_buckets = 3,
		};
	}
}

static void let_guests_claim(void)
{
	struct vf *vf;

	add_statistics();
	vf = &fake.gpu.vfs[1];
	vf->has_claims = true;
	vf->claims = (struct claims){
		.driver = "a \"driver\"", .fb_used = 512 * MIB,
		.fb_total = 2 * GIB, .time_ns = 1234567,
	};
	vf->stats.guest_malformed = 4;
}

/* what has VF 1 is not known */
static void run_a_vm(void)
{
	let_guests_claim();
	fake_vm(root);
}

static void want_less_of_a_vm(void)
{
	run_a_vm();
	write_file("etc/gpuvf.ini", SMALLER);
}

static void want_less(void)
{
	provision();
	write_file("etc/gpuvf.ini", SMALLER);
}

static void want_less_of_idle_vfs(void)
{
	u32 i;

	want_less();
	for (i = 0; i < fake.gpu.num_vfs; i++)
		fake.gpu.vfs[i].in_use = false;
}

static void want_too_much(void)
{
	write_file("etc/gpuvf.ini", TOO_LARGE);
}

static void want_two_gpus(void)
{
	provision();
	fakes[1].is_there = true;
	fakes[1].gpu.num_vfs = 0;
	write_file("etc/gpuvf.ini", SECOND);
}

static void break_down(void)
{
	struct gpu *gpu = &fake.gpu;

	provision();
	gpu->state = PF_STATE_WEDGED;
	gpu->vfs[2].state = VF_STATE_FAILED;
	gpu->fb_needs_scrub = 256 * MIB;
	gpu->fb_quarantined = 64 * MIB;
	gpu->quarantined[0].offset = gpu->vfs[2].fb_offset + 128 * MIB;
	gpu->quarantined[0].size = 64 * MIB;
	gpu->num_quarantined = 1;
	gpu->fb_largest_free = gpu->fb_free / 2;
}

static void change_number(void)
{
	provision();
	fake.gpu.vfs_changing = true;
	fake.gpu.vfs[3].bdf[0] = '\0';
}

static void take_rights(void)
{
	u32 i;

	provision();
	fake.gpu.has_states = false;
	for (i = 0; i < fake.gpu.vfs_len; i++) {
		fake.gpu.vfs[i].has_state = false;
		fake.gpu.vfs[i].in_use = false;
	}
	write_file("etc/gpuvf.ini", SMALLER);
}

static void write_configuration(void)
{
	write_file("etc/gpuvf.ini", CONFIG);
}

static const struct {
	const char *name;
	void (*prepare)(void);
	const char *words[28];
} documents[] = {
	{ "help", write_configuration, {
		"help", "help show", "help check", "help plan", "help apply",
		"help assert", "help set", "help reset", "help stop", "help pause",
		"help resume", "help stats", "help top", "help export",
		"help generate", "help checkpoint", "help restore", "help doctor",
		"help explain",
		"help monitor", "help daemon", "help reload", "help help",
		"help shwo",
	} },
	{ "changes", write_configuration, {
		"apply", "apply", "pause 41:00.0/0", "reset first/1",
		"reset 41:00.0", "set 41:00.0/1 label=other time_slice=5ms",
		"set first fb=1GiB", "stop 41:00.0", "apply first nothing",
		"show -o NO_SUCH", "plan -j --wrong",
	} },
	{ "fresh", write_configuration, {
		"show -j", "show", "show 41:00.0/3", "show -j first/3",
		"plan -j", "plan", "plan -H", "export", "stats -j", "check",
		"generate 41:00.0 --vfs 3 --fb 4GiB --profile big",
	} },
	{ "provisioned", provision, {
		"show -j", "show", "show -H first", "show -j 41:00.0",
		"show -j 41:00.0/1", "show -o VF,STATE,GPU", "plan -j", "plan",
		"export", "checkpoint -",
	} },
	{ "statistics", add_statistics, {
		"stats -j", "stats", "stats -H", "stats -o GPU,VF,CLAIMS_USED",
		"stats --prometheus -",
	} },
	{ "claims", let_guests_claim, {
		"stats -j 41:00.0", "stats", "show -j 41:00.0/1",
		"stats --prometheus -",
	} },
	{ "in-use", want_less, {
		"plan -j", "plan", "assert",
	} },
	{ "smaller", want_less_of_idle_vfs, {
		"plan -j", "plan", "plan -H -o VF,CHANGE,FRAMEBUFFER",
		"plan --noheadings", "assert",
	} },
	{ "too-large", want_too_much, {
		"plan -j", "plan", "assert",
	} },
	{ "two", want_two_gpus, {
		"show -j", "show", "show -o GPU,VF,PROFILE --noheadings",
		"plan -j", "plan", "stats", "export", "export 42:00.0",
	} },
	{ "wedged", break_down, {
		"show -j", "show", "show -H", "plan -j", "plan", "export",
	} },
	{ "changing", change_number, {
		"show -j", "show", "plan -j", "plan", "assert", "export",
	} },
	{ "without-rights", take_rights, {
		"show -j", "show", "plan -j", "plan", "show 41:00.0/0",
	} },
	{ "vm", run_a_vm, {
		"show -j 41:00.0/0", "show 41:00.0/0", "show -H 41:00.0/0",
		"show -H 41:00.0/1", "show 41:00.0/2", "show",
		"show -o VF,USED_BY 41:00.0/0",
	} },
	{ "vm-in-the-way", want_less_of_a_vm, {
		"plan -H", "plan -j", "apply", "assert -H",
	} },
};

/* it has another name each time */
static void leave_root_out(char *text)
{
	while ((text = strstr(text, root)))
		memmove(text, text + strlen(root),
			strlen(text + strlen(root)) + 1);
}

/* how wide a table's columns are differs from one libsmartcols to the next */
static void narrow(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (strncmp(text, "   ", 3))
			*to++ = *text;
	*to = '\0';
}

static char *make(const char *const *words)
{
	static char said[DOCUMENT_MAX];
	char *document = xstrdup("");

	for (; *words; words++) {
		int code;

		number_style = NUMBERS_AUTO;
		code = run(*words, said, sizeof(said));
		leave_root_out(said);
		if (!strstr(*words, " -j"))
			narrow(said);
		append_text(&document, "\n", "$ %s\n%sexit code %d\n", *words,
			    said, code);
	}
	return document;
}

static char *read_document(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = xcalloc(DOCUMENT_MAX, 1);

	if (!f)
		fail_msg("%s is not there", path);
	assert_true(fread(text, 1, DOCUMENT_MAX - 1, f) < DOCUMENT_MAX - 1);
	fclose(f);
	return text;
}

static void write_document(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* the first line that differs says more than two documents */
static void compare(const char *path, const char *expected, const char *text)
{
	unsigned int line = 1;
	size_t i, start = 0;

	for (i = 0; expected[i] && expected[i] == text[i]; i++) {
		if (expected[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	if (expected[i] != text[i])
		fail_msg("%s:%u: expected\n%.*s\nbut it is\n%.*s", path, line,
			 (int)strcspn(expected + start, "\n"), expected + start,
			 (int)strcspn(text + start, "\n"), text + start);
}

static void documents_are_what_they_were(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(documents); i++) {
		char *path = xasprintf(DOCUMENT_DIR "/%s", documents[i].name);
		char *text, *expected;

		fake_reset();
		documents[i].prepare();
		text = make(documents[i].words);
		if (getenv("GPUVF_WRITE_DOCUMENTS"))
			write_document(path, text);
		expected = read_document(path);
		compare(path, expected, text);
		free(expected);
		free(text);
		free(path);
	}
	fake_free();
}

int main(void)
{
	static const char *const dirs[] = { "etc", "run" };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_are_what_they_were),
	};
	int failed;

	setenv("LC_ALL", "C", 1);
	root = new_root(dirs, ARRAY_SIZE(dirs));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_root(root);
	return failed;
}
