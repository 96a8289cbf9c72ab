// SPDX-License-Identifier: GPL-2.0
/*
 * Every verb that judges agrees with what apply says, in every state of a GPU:
 * what apply would not call "in sync" no verb calls so.
 */
#include <errno.h>

#include <jansson.h>

#include "apply/check.h"
#include "base/exit_code.h"
#include "daemon/daemon.h"
#include "doctor/doctor.h"
#include "fake_kernel.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"
#include "main.h"

#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile small]\nfb = 1GiB\ntime_slice = 4ms\n" \
		"[profile big]\nfb = 4GiB\ntime_slice = 12ms\n" \
		"[profile huge]\nfb = 15GiB\n" \
		"[gpu g]\npci = 0000:41:00.0\n"
#define FOUR	HEAD "vf 0-3 = small\n"

/**
 * struct situation - a state of a GPU, and what is asked for
 * @name: of the state
 * @first: is applied first
 * @change: what happens to the GPU then, may be NULL
 * @wanted: is what every verb is asked about
 * @code: what apply returns
 * @in_sync: it says that nothing is to be done
 */
struct situation {
	const char *name;
	const char *first;
	void (*change)(void);
	const char *wanted;
	int code;
	bool in_sync;
};

static char *root;

static void set_slice(void)
{
	fake.gpu.vfs[1].time_slice_us = 5000;
}

static void use_vf(void)
{
	fake.gpu.vfs[1].in_use = true;
}

static void unload_gpu_driver(void)
{
	u32 i;

	fake.has_gpu = false;
	for (i = 0; i < FAKE_VFS; i++)
		fake.bound[i][0] = '\0';
}

static void take_by_new_id(void)
{
	copy_string(fake.bound[0], NAME_SIZE, "vfio-pci");
}

static void break_override(void)
{
	copy_string(fake.override[0], NAME_SIZE, "vfio-pci");
}

static void unload_vfio(void)
{
	fake.has_vfio = false;
}

static void remove_iommu(void)
{
	fake.no_iommu = true;
}

static void wedge(void)
{
	fake.gpu.state = PF_STATE_WEDGED;
}

static void begin_disabling(void)
{
	fake.gpu.vfs_changing = true;
	fake.gpu.vfs[0].bdf[0] = '\0';
}

static void lose_gpu(void)
{
	fake.is_there = false;
}

static const struct situation situations[] = {
	{ "in sync", FOUR, NULL, FOUR, EXIT_DONE, true },
	{ "in sync and in use", FOUR, use_vf, FOUR, EXIT_DONE, true },
	{ "another time slice", FOUR, set_slice, FOUR, EXIT_DONE, false },
	{ "another number", HEAD "vf 0 = big\n", NULL, FOUR, EXIT_DONE, false },
	{ "another number, in use", HEAD "vf 0-1 = small\n", use_vf, FOUR,
	  EXIT_BUSY, false },
	{ "another size, in use", FOUR, use_vf,
	  HEAD "vf 0 = small\nvf 1 = big\nvf 2-3 = small\n", EXIT_BUSY,
	  false },
	{ "no driver, and none may come", FOUR, unload_gpu_driver,
	  FOUR "driver 0-3 = none\n", EXIT_DONE, false },
	{ "none may come already", FOUR "driver 0-3 = none\n", NULL,
	  FOUR "driver 0-3 = none\n", EXIT_DONE, true },
	{ "vfio-pci by new_id", FOUR, take_by_new_id,
	  FOUR "driver 0 = vfio-pci\n", EXIT_DONE, false },
	{ "an override that is not in force", FOUR, break_override, FOUR,
	  EXIT_DONE, true },
	{ "a driver that is not loaded", FOUR, unload_vfio,
	  FOUR "driver 0 = vfio-pci\n", EXIT_MISSING, false },
	{ "no IOMMU", FOUR, remove_iommu, FOUR "driver 0 = vfio-pci\n",
	  EXIT_MISSING, false },
	{ "a driver taken from a user", FOUR "driver 1 = vfio-pci\n", use_vf,
	  FOUR "driver 1 = none\n", EXIT_BUSY, false },
	{ "wedged", FOUR, wedge, FOUR, EXIT_ATTENTION, false },
	{ "wedged, and differs", FOUR, wedge, HEAD "vf 0 = big\n",
	  EXIT_ATTENTION, false },
	{ "being disabled", FOUR, begin_disabling, FOUR, EXIT_BUSY, false },
	{ "being disabled, and differs", FOUR, begin_disabling,
	  HEAD "vf 0 = big\n", EXIT_BUSY, false },
	{ "too much framebuffer", FOUR, NULL, HEAD "vf 0-3 = huge\n",
	  EXIT_USAGE, false },
	{ "too many VFs", FOUR, NULL, HEAD "vf 0-16 = small\n", EXIT_USAGE,
	  false },
	{ "no GPU", FOUR, lose_gpu, FOUR, EXIT_MISSING, false },
};

static char *path_of(const char *file)
{
	return xasprintf("%s/%s", root, file);
}

/* a verb with a configuration; @out: what it says on stdout, may be NULL */
static int run(char *verb, const char *option,
	       const char *text, char **out)
{
	char *config = path_of("t.ini"), *file = path_of("out");
	char *argv[5] = { verb, "-f", config, (char *)option, NULL };
	struct quiet quiet = be_quiet();
	size_t size;
	int code;
	FILE *f;

	f = fopen(config, "w");
	fputs(text, f);
	fclose(f);
	f = fopen(file, "w");
	dup2(fileno(f), STDOUT_FILENO);
	fclose(f);
	code = run_verb(find_verb(verb), option ? 4 : 3, argv);
	be_loud(quiet);
	if (out)
		*out = root_read(&size, "out");
	free(config);
	free(file);
	return code;
}

/* a verb without one */
static int run_bare(char *verb, const char *option,
		    char **out)
{
	char *argv[3] = { verb, (char *)option, NULL };
	char *file = path_of("out");
	struct quiet quiet = be_quiet();
	FILE *f = fopen(file, "w");
	size_t size;
	int code;

	dup2(fileno(f), STDOUT_FILENO);
	fclose(f);
	code = run_verb(find_verb(verb), option ? 2 : 1, argv);
	be_loud(quiet);
	*out = root_read(&size, "out");
	free(file);
	return code;
}

static bool is_settled(void)
{
	return fake.is_there && gpu_is_settled(&fake.gpu);
}

static void begin(const struct situation *s)
{
	fake_reset();
	assert_int_equal(run("apply", NULL, s->first, NULL), EXIT_DONE);
	if (s->change)
		s->change();
	fake.log[0] = '\0';
}

#define expect(s, what) \
	do { \
		if (!(what)) \
			fail_msg("%s: %s", (s)->name, #what); \
	} while (0)

static void apply_says(const struct situation *s)
{
	char *out;
	int code;

	begin(s);
	code = run("apply", NULL, s->wanted, &out);
	expect(s, code == s->code);
	expect(s, !!strstr(out, "in sync") == s->in_sync);
	/* in sync or refused: nothing was done */
	expect(s, !*fake.log == (s->in_sync || code));
	free(out);
}

static void plan_agrees(const struct situation *s)
{
	json_t *document, *gpu;
	char *out;
	int code;

	begin(s);
	code = run("plan", NULL, s->wanted, &out);
	expect(s, code == s->code);
	expect(s, !!strstr(out, "in sync") == s->in_sync);
	free(out);
	code = run("plan", "-j", s->wanted, &out);
	expect(s, code == s->code);
	document = json_loads(out, 0, NULL);
	gpu = json_array_get(json_object_get(document, "gpus"), 0);
	if (fake.is_there)
		expect(s, json_is_true(json_object_get(gpu, "in_sync")) ==
			  s->in_sync);
	json_decref(document);
	free(out);
	expect(s, !*fake.log);
}

static void assert_agrees(const struct situation *s)
{
	int code;

	begin(s);
	code = run("assert", NULL, s->wanted, NULL);
	expect(s, (code == EXIT_DONE) == s->in_sync);
	if (!is_settled())
		expect(s, code == s->code);
	expect(s, !*fake.log);
}

static int load_and_sync(struct daemon *d)
{
	return daemon_load(d, NULL) ?: daemon_sync(d);
}

/* after a reload; and when the GPU was changed while it looked */
static void daemon_agrees(const struct situation *s)
{
	struct daemon d = {};
	char *file = path_of("t.ini");
	struct quiet quiet;
	int code;

	begin(s);
	run("check", NULL, s->wanted, NULL);
	d.file = file;
	quiet = be_quiet();
	code = load_and_sync(&d);
	be_loud(quiet);
	/* a GPU that is not there may come */
	if (fake.is_there)
		expect(s, code == s->code);
	daemon_free(&d);

	d = (struct daemon){ .file = file };
	fake_reset();
	run("apply", NULL, s->wanted, NULL);
	quiet = be_quiet();
	load_and_sync(&d);
	be_loud(quiet);
	if (!d.num_gpus || d.gpus[0].pending) {
		/* what cannot be had at all is never watched */
		daemon_free(&d);
		free(file);
		return;
	}
	begin(s);
	quiet = be_quiet();
	code = daemon_sync(&d);
	be_loud(quiet);
	if (fake.is_there)
		expect(s, (code == EXIT_DONE) == s->in_sync);
	expect(s, !*fake.log);
	daemon_free(&d);
	free(file);
}

/* what is exported, if anything is, is in sync */
static void export_agrees(const struct situation *s)
{
	char *out;
	int code;

	begin(s);
	code = run_bare("export", NULL, &out);
	if (code == EXIT_BUSY || !fake.is_there)
		expect(s, !strstr(out, "[gpu "));
	else
		expect(s, run("assert", NULL, out, NULL) == code);
	if (fake.is_there)
		expect(s, (code == EXIT_DONE) == is_settled());
	free(out);
}

static int run_with_file(char *verb, const char *name,
			 char **out)
{
	char *path = path_of(name);
	int code = run_bare(verb, path, out);

	free(path);
	return code;
}

/* and restore, of a GPU that was as it is wanted */
static void restore_agrees(const struct situation *s)
{
	char *out;
	int code;

	fake_reset();
	if (run("apply", NULL, s->wanted, NULL))
		return;
	assert_int_equal(run_with_file("checkpoint", "saved", &out),
			 EXIT_DONE);
	free(out);
	begin(s);
	code = run_with_file("restore", "saved", &out);
	expect(s, code == s->code);
	/* of a checkpoint, unlike a file, each override is a part */
	if (s->change != break_override) {
		expect(s, !!strstr(out, "in sync") == s->in_sync);
		expect(s, !*fake.log == (s->in_sync || code));
	}
	free(out);
}

/* --wait-idle waits for what apply refuses as busy, and for nothing else */
static void waiting_agrees(const struct situation *s)
{
	struct vf_driver *drivers;
	struct config config;
	struct plan plan;

	begin(s);
	drivers = read_drivers(&fake.gpu, NULL);
	config_is_good(&config, s->wanted);
	plan_make(&plan, &config, &config.gpus[0], &fake.gpu, drivers);
	expect(s, plan_is_blocked(&plan) == (s->code == EXIT_BUSY));
	plan_free(&plan);
	config_free(&config);
	free(drivers);
}

/* show says what keeps apply from it */
static void show_agrees(const struct situation *s)
{
	json_t *document, *gpu;
	const char *state;
	char *out;

	begin(s);
	if (!fake.is_there)
		return;
	assert_int_equal(run_bare("show", "-j", &out), EXIT_DONE);
	document = json_loads(out, 0, NULL);
	gpu = json_array_get(json_object_get(document, "gpus"), 0);
	state = json_string_value(json_object_get(gpu, "state"));
	expect(s, !strcmp(state, "wedged") ==
		  (fake.gpu.state == PF_STATE_WEDGED));
	expect(s, json_is_true(json_object_get(gpu, "vfs_changing")) ==
		  fake.gpu.vfs_changing);
	json_decref(document);
	free(out);
}

static void put(const char *path, const char *text)
{
	char *command = xasprintf("mkdir -p $(dirname %s/%s) && printf '%s' > %s/%s",
				  root, path, text, root, path);

	assert_int_equal(system(command), 0);
	free(command);
}

static void put_link(const char *path, const char *target)
{
	char *command = xasprintf("mkdir -p $(dirname %s/%s) && ln -s %s %s/%s",
				  root, path, target, root, path);

	assert_int_equal(system(command), 0);
	free(command);
}

#define DEVICE	"sys/bus/pci/devices/0000:41:00.0/"
#define CLASS	"sys/class/gpuvf/0000:41:00.0/"

/* the first GPU of the fake kernel as files, as far as the doctor looks at them */
static void put_host(void)
{
	char number[16];

	put("proc/sys/kernel/osrelease", "6.12.9\n");
	put("proc/self/status", "CapEff:\t000001ffffffffff\n");
	put("sys/module/gpuvf/version", "1\n");
	if (fake.has_vfio)
		put("sys/bus/pci/drivers/vfio-pci/new_id", "");
	if (!fake.is_there)
		return;
	put(DEVICE "class", "0x038000\n");
	put(DEVICE "vendor", "0x4756\n");
	put(DEVICE "device", "0x0020\n");
	put_link(DEVICE "driver", "../../drivers/gpuvf");
	put(DEVICE "sriov_totalvfs", "16\n");
	snprintf(number, sizeof(number), "%u\n", fake.gpu.num_vfs);
	put(DEVICE "sriov_numvfs", number);
	if (!fake.no_iommu) {
		put_link(DEVICE "iommu_group", "../../../kernel/iommu_groups/9");
		put("sys/kernel/iommu_groups/9/type", "DMA\n");
	}
	put(CLASS "state", fake.gpu.state == PF_STATE_WEDGED ?
	    "wedged\n" : "ready\n");
	put(CLASS "vfs_changing", fake.gpu.vfs_changing ? "1\n" : "0\n");
}

static const struct finding *finding_of(const struct doctor *doctor,
					const char *id)
{
	size_t i;

	for (i = 0; i < doctor->num_findings; i++)
		if (!strcmp(doctor->findings[i].id, id))
			return &doctor->findings[i];
	return NULL;
}

static bool is_problem(const struct doctor *doctor, const char *id)
{
	const struct finding *finding = finding_of(doctor, id);

	return finding && finding->state == FINDING_PROBLEM;
}

static bool is_ok(const struct doctor *doctor, const char *id)
{
	return finding_of(doctor, id)->state == FINDING_OK;
}

static bool keeps_from_vfs(const struct finding *finding)
{
	return finding->state == FINDING_PROBLEM && finding->need == NEED_VFS;
}

static bool says_changing(const struct finding *finding)
{
	return strstr(finding->found, "at this moment");
}

/* the answer is what apply would say, and no finding says otherwise */
static void doctor_agrees(const struct situation *s)
{
	struct doctor doctor = {};
	enum answer answer;
	char *command;
	size_t i;

	begin(s);
	put_host();
	doctor_examine(&doctor);
	answer = doctor_answer(&doctor, NULL);
	expect(s, (answer <= ANSWER_BLOCKED) == fake.is_there);
	expect(s, (answer == ANSWER_BLOCKED) == (s->code == EXIT_ATTENTION));
	for (i = 0; answer == ANSWER_READY && i < doctor.num_findings; i++)
		expect(s, !keeps_from_vfs(&doctor.findings[i]));
	if (fake.is_there && s->code == EXIT_MISSING)
		expect(s, is_problem(&doctor, "iommu") || !is_ok(&doctor, "vfio"));
	if (fake.gpu.vfs_changing)
		expect(s, says_changing(finding_of(&doctor, "state")));
	doctor_free(&doctor);
	command = xasprintf("rm -r %s/sys %s/proc", root, root);
	assert_int_equal(system(command), 0);
	free(command);
}

static void every_verb_agrees_with_apply(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(situations); i++) {
		apply_says(&situations[i]);
		plan_agrees(&situations[i]);
		assert_agrees(&situations[i]);
		daemon_agrees(&situations[i]);
		export_agrees(&situations[i]);
		show_agrees(&situations[i]);
		restore_agrees(&situations[i]);
		doctor_agrees(&situations[i]);
		waiting_agrees(&situations[i]);
	}
}

/* another program enables or disables VFs, which takes a second */
static void apply_waits_for_the_pci_core(void **state)
{
	/* since before; and from the moment when the layout is sent */
	static const bool late[] = { false, true };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(late); i++) {
		fake_reset();
		assert_int_equal(run("apply", NULL, FOUR, NULL), EXIT_DONE);
		fake.gpu.vfs_changing = !late[i];
		fake.changes_late = late[i];
		fake.changing_for = 2;
		fake.log[0] = '\0';
		assert_int_equal(run("apply", NULL, HEAD "vf 0-1 = big\n"
				     "vf 2-3 = small\n", NULL), EXIT_DONE);
		assert_string_equal(fake.log, "L");
		assert_int_equal(fake.gpu.vfs[1].fb_bytes, 4 * GIB);
	}
}

static int generate(const char *vfs)
{
	char *file = path_of("etc/gpuvf.ini");
	char *argv[7] = { "generate", "g", "--vfs", (char *)vfs, "-o", file,
			 NULL };
	struct quiet quiet = be_quiet();
	int code = run_verb(find_verb("generate"), ARRAY_SIZE(argv) - 1, argv);

	be_loud(quiet);
	free(file);
	return code;
}

/* the file that is written is the one that says which GPU "g" is */
static void a_configuration_is_replaced_after_it_was_read(void **state)
{
	char *file = path_of("etc/gpuvf.ini");
	FILE *f = fopen(file, "w");
	struct config config;
	size_t size;
	char *text;

	fputs(FOUR, f);
	fclose(f);
	fake_reset();
	assert_int_equal(generate("99"), EXIT_USAGE);
	text = root_read(&size, "etc/gpuvf.ini");
	assert_string_equal(text, FOUR);
	free(text);
	assert_int_equal(generate("2"), EXIT_DONE);
	text = root_read(&size, "etc/gpuvf.ini");
	config_is_good(&config, text);
	assert_int_equal(config.gpus[0].num_vfs, 2);
	config_free(&config);
	free(text);
	unlink(file);
	free(file);
}

/* what a verb says on stderr; @code: of the verb */
static void listen(char *verb, int argc, char **argv,
		   int *code, char *text, size_t size)
{
	int err = dup(STDERR_FILENO);
	struct quiet quiet = be_quiet();
	FILE *said = tmpfile();

	dup2(fileno(said), STDERR_FILENO);
	*code = run_verb(find_verb(verb), argc, argv);
	be_loud(quiet);
	dup2(err, STDERR_FILENO);
	close(err);
	rewind(said);
	text[fread(text, 1, size - 1, said)] = '\0';
	fclose(said);
}

static void is_said_once(const char *text, const char *message)
{
	const char *first = strstr(text, message);

	if (!first || strstr(first + 1, message))
		fail_msg("not once: '%s' in: %s", message, text);
}

/* the PCI core waits up to a minute for a GPU that is dead */
static void a_long_reset_says_that_it_is_waited_for(void **state)
{
	char *argv[3] = { "reset", "0000:41:00.0", NULL };
	char text[512];
	int code;

	fake_reset();
	fake.gpu.resets = 1;
	fake.reset_reads = 3;
	listen("reset", 2, argv, &code, text, sizeof(text));
	assert_int_equal(code, EXIT_DONE);
	is_said_once(text, "GPU 0000:41:00.0: waiting for the reset, up to 120 s");
}

static void what_is_missing_is_said_once(void **state)
{
	char *file = path_of("t.ini");
	char *argv[5] = { "apply", "-f", file, "--wait-idle=5" };
	char text[2048];
	int code;

	fake_reset();
	run("check", NULL, FOUR "[gpu gone]\npci = 0000:43:00.0\n", NULL);
	listen("apply", 4, argv, &code, text, sizeof(text));
	assert_int_equal(code, EXIT_PARTLY);
	is_said_once(text, "[gpu gone]: there is no PCI device 0000:43:00.0");
	fake.is_there = false;
	listen("apply", 4, argv, &code, text, sizeof(text));
	assert_int_equal(code, EXIT_MISSING);
	is_said_once(text, "[gpu gone]: there is no PCI device 0000:43:00.0");
	free(file);
}

static int set_up(void **state)
{
	static const char *const dirs[] = { "run", "etc" };

	root = new_root(dirs, ARRAY_SIZE(dirs));
	return 0;
}

static int clean_up(void **state)
{
	fake_free();
	remove_root(root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_agrees_with_apply),
		cmocka_unit_test(apply_waits_for_the_pci_core),
		cmocka_unit_test(a_long_reset_says_that_it_is_waited_for),
		cmocka_unit_test(what_is_missing_is_said_once),
		cmocka_unit_test(a_configuration_is_replaced_after_it_was_read),
	};

	return cmocka_run_group_tests_name("agree", tests, set_up, clean_up);
}
