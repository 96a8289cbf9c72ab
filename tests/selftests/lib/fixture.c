// SPDX-License-Identifier: GPL-2.0
/*
 * What every suite stands on.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fixture.h"
#include "leak.h"

#define MAX_TESTS	64

struct fixture fx;

/* how the modules are loaded now, and how the suite wants them */
static char *loaded_as;
static const char *suite_parameters;

/* truth shows violations that were made on purpose: load anew */
static bool spoiled;

/* see fixture_on_end() */
static void (*end_hook)(void);

/* what sysfs showed at the start of the test, of each GPU */
static char *found[MAX_GPUS];

/* what may differ between two moments of one configuration */
static const char *const leave_out[] = {
	"generation", "round_us", "power", "stats", "uevent", NULL
};

bool on_debug_kernel(void)
{
	const char *kernel = getenv("GPUVF_KERNEL");

	return kernel && !strncmp(kernel, "debug", strlen("debug"));
}

bool in_virtual_time(void)
{
	return getenv("GPUVF_VIRTUAL");
}

bool is_quick(void)
{
	const char *quick = getenv("GPUVF_QUICK");

	return quick && *quick && strcmp(quick, "0");
}

/**
 * patience_ms() - how long to wait for what has to come
 *
 * $GPUVF_PATIENCE_MS, for tests that are expected to fail.
 */
uint64_t patience_ms(void)
{
	const char *patience = getenv("GPUVF_PATIENCE_MS");

	if (patience)
		return strtoull(patience, NULL, 10);
	return in_virtual_time() ? 3600000 : on_debug_kernel() ? 120000 : 40000;
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

void pause_ms(unsigned int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	nanosleep(&ts, NULL);
}

void check_failed(const char *what, const char *file, int line)
{
	print_error("# %s\n", what);
	_fail(file, line);
	abort();
}

void check_error(int got, int wanted, const char *what, const char *file,
		 int line)
{
	if (got == wanted)
		return;
	print_error("# %s: %s (%d), expected %s (%d)\n", what,
		    got ? strerror(-got) : "success", got,
		    wanted ? strerror(-wanted) : "success", wanted);
	_fail(file, line);
}

void check_u64(uint64_t got, uint64_t wanted, const char *what,
	       const char *file, int line)
{
	if (got == wanted)
		return;
	print_error("# %s: %llu, expected %llu\n", what,
		    (unsigned long long)got, (unsigned long long)wanted);
	_fail(file, line);
}

void check_same(const char *got, const char *wanted, const char *what,
		const char *file, int line)
{
	size_t i = 0, begin = 0;

	if (got && wanted && !strcmp(got, wanted))
		return;
	if (!got || !wanted)
		check_failed("a text is missing", file, line);
	for (; got[i] && got[i] == wanted[i]; i++)
		if (got[i] == '\n')
			begin = i + 1;
	print_error("# %s differs: \"%.*s\", expected \"%.*s\"\n", what,
		    (int)strcspn(got + begin, "\n"), got + begin,
		    (int)strcspn(wanted + begin, "\n"), wanted + begin);
	_fail(file, line);
}

void check_ratio(uint64_t part, uint64_t whole, double wanted,
		 double tolerance, const char *what, const char *file, int line)
{
	double ratio = whole ? (double)part / whole : 0;

	if (whole && ratio >= wanted * (1 - tolerance) &&
	    ratio <= wanted * (1 + tolerance))
		return;
	print_error("# %s: %llu / %llu = %.3f, expected %.3f +- %.0f %%\n",
		    what, (unsigned long long)part, (unsigned long long)whole,
		    ratio, wanted, tolerance * 100);
	_fail(file, line);
}

/**
 * fixture_wait_clean() - wait until everything that can be cleared is
 * @gpu: GPU
 */
void fixture_wait_clean(const struct gpu *gpu)
{
	assert_eventually(file_u64(gpu_sysfs(gpu, "fb/dirty")) ==
			  file_u64(gpu_sysfs(gpu, "fb/withheld")));
}

/**
 * fixture_table() - the hardware's framebuffer table, once no VF is parked
 * @gpu: GPU of which nothing is withheld
 * @table: where to
 */
void fixture_table(const struct gpu *gpu, struct table *table)
{
	fixture_wait_clean(gpu);
	assert_true(gpu_table(gpu, table));
}

/**
 * fixture_snapshot() - everything that gpuvf shows of a GPU in sysfs
 * @gpu: GPU
 *
 * Without what may differ between two moments of one configuration.
 *
 * Return: to be freed.
 */
char *fixture_snapshot(const struct gpu *gpu)
{
	return tree_snapshot(gpu_sysfs(gpu, "."), leave_out);
}

/**
 * fixture_reset_config() - back to how a GPU is that nobody configured
 * @gpu: GPU
 */
void fixture_reset_config(const struct gpu *gpu)
{
	uint64_t total = file_u64(gpu_sysfs(gpu, "fb/total"));
	uint64_t reserve = total / 16 < 256 * MIB ? total / 16 : 256 * MIB;
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY,
			 gpu_can(gpu, "busy") ? GPUVF_POLICY_BEST_EFFORT :
						GPUVF_POLICY_EQUAL);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, reserve);
	assert_ok(nl_call(fx.nl, &req, &answer));
}

static bool find_gpu(unsigned int index)
{
	struct gpu *gpu = &fx.gpu[index];

	gpu->index = index;
	return file_read(gpu_sim(gpu, "bdf"), gpu->bdf, sizeof(gpu->bdf)) > 0 &&
	       file_exists(gpu_sysfs(gpu, "state"));
}

static void note_found(void)
{
	unsigned int i;

	for (i = 0; i < MAX_GPUS; i++) {
		free(found[i]);
		found[i] = i < fx.num_gpus ? fixture_snapshot(&fx.gpu[i]) :
					     NULL;
	}
}

/**
 * fixture_load() - load both modules, unless they are loaded just so
 * @sim_parameters: of the simulator
 */
void fixture_load(const char *sim_parameters)
{
	unsigned int i;

	if (loaded_as && !spoiled && !strcmp(loaded_as, sim_parameters))
		return;
	fixture_unload();
	assert_ok(module_load("gpuvf_sim", sim_parameters));
	assert_ok(module_load("gpuvf", ""));
	loaded_as = strdup(sim_parameters);
	for (i = 0; i < MAX_GPUS && find_gpu(i); i++)
		;
	assert_true(i > 0);
	fx.num_gpus = i;
	fx.total_vfs = gpu_total_vfs(&fx.gpu[0]);
	fx.nl = nl_open();
	assert_non_null(fx.nl);
	assert_ok(nl_family(fx.nl));
	/* without an engine for it nothing ever becomes clean */
	for (i = 0; i < fx.num_gpus && !strstr(sim_parameters,
					       "clear_engine=0"); i++)
		fixture_wait_clean(&fx.gpu[i]);
	note_found();
}

/**
 * fixture_unload() - unload both modules, as far as they are loaded
 *
 * VFs must be disabled.
 */
void fixture_unload(void)
{
	nl_close(fx.nl);
	memset(&fx, 0, sizeof(fx));
	if (module_is_loaded("gpuvf"))
		assert_ok(module_unload("gpuvf"));
	if (module_is_loaded("gpuvf_sim"))
		assert_ok(module_unload("gpuvf_sim"));
	free(loaded_as);
	loaded_as = NULL;
	spoiled = false;
}

/**
 * fixture_spoil() - this test makes the simulator see what is forbidden
 *
 * Its truth is not judged at the end, and the modules are loaded anew.
 */
void fixture_spoil(void)
{
	spoiled = true;
}

/**
 * fixture_listen() - hear what a group is told from now on
 * @group: name of the group
 *
 * Return: a connection that is used for nothing else; to be closed by nl_close().
 */
struct nl *fixture_listen(const char *group)
{
	struct nl *nl = nl_open();

	assert_non_null(nl);
	assert_ok(nl_family(nl));
	assert_ok(nl_join(nl, group));
	return nl;
}

/**
 * fixture_await() - the next notification of a kind, looking past others
 * @nl: from fixture_listen()
 * @cmd: GPUVF_CMD_*
 * @msg: where to
 *
 * Return: false: none came, and that is said.
 */
bool fixture_await(struct nl *nl, uint8_t cmd, struct nl_message *msg)
{
	int err;

	do {
		err = nl_next_event(nl, msg, PATIENCE_MS);
	} while (!err && msg->cmd != cmd);
	if (err)
		print_error("# event %u: %s\n", cmd, strerror(-err));
	return !err;
}

/**
 * fixture_on_end() - have something done when a test ends, failed or not
 * @hook: called before VFs are disabled, after each test of the program
 */
void fixture_on_end(void (*hook)(void))
{
	end_hook = hook;
}

static int test_setup(void **state)
{
	(void)state;
	fixture_load(suite_parameters);
	note_found();
	return 0;
}

/* C28 and C16: nothing illegal, nobody in anybody's memory, in every test */
static int judge(const struct gpu *gpu)
{
	static const char *const forbidden[] = {
		"illegal", "bad_function", "busy_rejected", "violations",
	};
	struct truth truth = truth_read(gpu);
	unsigned int i;
	int bad = 0;

	for (i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		if (truth_get(&truth, "gpu", forbidden[i]))
			bad++;
	if (bad)
		print_error("# GPU %u saw what is forbidden: %.*s\n",
			    gpu->index, (int)strcspn(truth.text ?: "", "\n"),
			    truth.text ?: "nothing at all");
	truth_free(&truth);
	return bad;
}

static void disarm(const struct gpu *gpu)
{
	file_write(gpu_sim(gpu, "config_dead"), "0");
	file_write(gpu_sim(gpu, "late_events"), "0");
	file_write(gpu_sim(gpu, "fail_command"), "0");
	file_write(gpu_sim(gpu, "fail_enable"), "-1");
	file_write(gpu_sim(gpu, "fail_clear"), "0");
	file_write(gpu_sim(gpu, "lose_register"), "none");
	file_write(gpu_sim(gpu, "fail_table"), "0");
	file_write(gpu_sim(gpu, "lose_interrupt"), "0");
	file_write(gpu_sim(gpu, "lose_message"), "0");
	file_write(gpu_sim(gpu, "fail_flr"), "0");
	file_write(gpu_sim(gpu, "fail_reset"), "0");
	file_write(gpu_sim(gpu, "fail_access"), "0");
	file_write(gpu_sim(gpu, "lose_power"), "0");
	file_write(gpu_sim(gpu, "lose_reset"), "0");
}

/* no VF, no fault, no wedge */
static void calm(const struct gpu *gpu)
{
	disarm(gpu);
	if (gpu_numvfs(gpu))
		assert_ok(gpu_set_numvfs(gpu, 0));
	if (!file_is(gpu_sysfs(gpu, "state"), "ready"))
		assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
}

/* and configured as it was found */
static void restore(const struct gpu *gpu, const char *before)
{
	char *after;

	fixture_reset_config(gpu);
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(after);
}

static int test_teardown(void **state)
{
	unsigned int i;
	int bad = 0;

	(void)state;
	if (end_hook)
		end_hook();
	for (i = 0; i < fx.num_gpus; i++)
		calm(&fx.gpu[i]);
	for (i = 0; i < fx.num_gpus && !spoiled; i++)
		bad += judge(&fx.gpu[i]);
	if (bad)
		spoiled = true;
	for (i = 0; i < fx.num_gpus && !spoiled; i++)
		restore(&fx.gpu[i], found[i]);
	return bad ? -1 : 0;
}

static int suite_teardown(void **state)
{
	(void)state;
	fixture_unload();
	return 0;
}

static void test_body(void **state)
{
	const struct test *test = *state;
	uint64_t begin = now_ms();

	test->run();
	if (getenv("GPUVF_TIMES"))
		print_message("# %s: %llu ms\n", test->name,
			      (unsigned long long)(now_ms() - begin));
}

/* is the test on a list of those that cannot run here? See tests/selftests/run */
static bool is_listed(const char *name)
{
	const char *listed = getenv("GPUVF_NOT");
	size_t len = strlen(name);
	const char *p = listed;

	while (p && (p = strstr(p, name))) {
		if ((p == listed || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
		p += len;
	}
	return false;
}

static void skip_body(void **state)
{
	(void)state;
	skip();
}

/**
 * suite_run_as() - run the tests of a program
 * @suite: what is done around them
 * @tests: the tests
 * @num: how many
 *
 * GPUVF_TEST in the environment may be a pattern of names to run, GPUVF_NOT has
 * names to skip, and with GPUVF_TIMES the duration of each test is printed.
 *
 * Return: for main().
 */
int suite_run_as(const struct suite *suite, const struct test *tests,
		 size_t num)
{
	struct CMUnitTest group[MAX_TESTS];
	size_t i, n = 0;

	/*
	 * Virtual time runs fast while everybody waits for the disk: what is
	 * needed of the program and its libraries is to be there.
	 */
	if (mlockall(MCL_CURRENT))
		print_error("# mlockall: %s\n", strerror(errno));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (getenv("GPUVF_TEST"))
		cmocka_set_test_filter(getenv("GPUVF_TEST"));
	for (i = 0; i < num && n < MAX_TESTS; i++) {
		if ((tests[i].slow && is_quick()) ||
		    (tests[i].leaky && leaks_are_counted()))
			continue;
		if (is_listed(tests[i].name)) {
			group[n++] = (struct CMUnitTest){
				.name = tests[i].name,
				.test_func = skip_body,
			};
			continue;
		}
		group[n++] = (struct CMUnitTest){
			.name = tests[i].name,
			.test_func = test_body,
			.setup_func = suite->setup,
			.teardown_func = suite->teardown,
			.initial_state = (void *)&tests[i],
		};
	}
	return _cmocka_run_group_tests(suite->name, group, n, NULL,
				       suite->end) ? 1 : 0;
}

/**
 * suite_run() - run the tests of a program, with both modules loaded
 * @name: of the suite
 * @sim_parameters: how the simulator is to be loaded for each test
 * @tests: the tests
 * @num: how many
 *
 * Return: for main().
 */
int suite_run(const char *name, const char *sim_parameters,
	      const struct test *tests, size_t num)
{
	const struct suite suite = {
		.name = name,
		.setup = test_setup,
		.teardown = test_teardown,
		.end = suite_teardown,
	};

	suite_parameters = sim_parameters;
	return suite_run_as(&suite, tests, num);
}
