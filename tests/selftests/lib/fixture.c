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
#include <unistd.h>

#include "fixture.h"
#include "leak.h"

struct fixture fx;

/*
 * What one test leaves to the next, each of which is a process: how the modules are
 * loaded; whether the truth shows violations that were made on purpose; whether a
 * test ended without its teardown.
 */
static struct {
	char loaded_as[512];
	bool spoiled;
	bool unfinished;
} *shared;

/* see fixture_on_end() */
static void (*end_hook)(void);

/* what sysfs showed at the start of the test, of each GPU */
static char *found[MAX_GPUS];

/* what may differ between two moments of one configuration */
static const char *const leave_out[] = {
	"revision", "rotation_us", "power", "stats", "uevent", NULL
};

/**
 * fixture_wait_clean() - wait until everything that can be cleared is
 * @gpu: GPU
 */
void fixture_wait_clean(const struct gpu *gpu)
{
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "fb/needs_scrub")) ==
			  file_u64(gpu_sysfs(gpu, "fb/quarantined")));
}

/**
 * fixture_table() - the hardware's framebuffer table, once no VF is parked
 * @gpu: GPU of which nothing is quarantined
 * @table: where to
 */
void fixture_table(const struct gpu *gpu, struct table *table)
{
	fixture_wait_clean(gpu);
	check(gpu_table(gpu, table));
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
 * fixture_reset_config() - back to how a GPU is without configuration
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
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
}

static bool find_gpu(unsigned int index)
{
	struct gpu *gpu = &fx.gpu[index];

	gpu->index = index;
	return file_read(gpu_sim(gpu, "bdf"), gpu->bdf, sizeof(gpu->bdf)) > 0 &&
	       file_exists(gpu_sysfs(gpu, "state"));
}

static void find_gpus(void)
{
	fx.num_gpus = 0;
	while (fx.num_gpus < MAX_GPUS && find_gpu(fx.num_gpus))
		fx.num_gpus++;
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
 * fixture_is_loaded_as() - are the modules loaded just so?
 * @how: as in fixture_loaded_as()
 */
bool fixture_is_loaded_as(const char *how)
{
	return shared->loaded_as[0] && !shared->spoiled &&
	       !strcmp(shared->loaded_as, how);
}

/**
 * fixture_loaded_as() - say to later tests how the modules are loaded now
 * @how: parameters of the simulator; what is loaded is unloaded at the end
 */
void fixture_loaded_as(const char *how)
{
	snprintf(shared->loaded_as, sizeof(shared->loaded_as), "%s", how);
	shared->spoiled = false;
}

/**
 * fixture_most_vfs() - parameters for as many VFs as there can be
 * @sim_parameters: the other ones
 *
 * Return: parameters of the simulator, valid until the next call.
 */
const char *fixture_most_vfs(const char *sim_parameters)
{
	static char all[256];

	snprintf(all, sizeof(all), "%s total_vfs=%u", sim_parameters,
		 module_most_vfs());
	return all;
}

/**
 * fixture_load() - load both modules, unless they are loaded just so
 * @sim_parameters: of the simulator
 */
void fixture_load(const char *sim_parameters)
{
	bool loaded = fixture_is_loaded_as(sim_parameters);
	unsigned int i;

	if (loaded && fx.nl)
		return;
	if (!loaded) {
		fixture_unload();
		ASSERT_OK(module_load("gpuvf_sim", sim_parameters));
		ASSERT_OK(module_load("gpuvf", ""));
		fixture_loaded_as(sim_parameters);
	}
	find_gpus();
	check(fx.num_gpus > 0);
	fx.total_vfs = gpu_total_vfs(&fx.gpu[0]);
	fx.nl = nl_open();
	check(fx.nl);
	ASSERT_OK(nl_family(fx.nl));
	/* without an engine for it nothing ever becomes clean */
	for (i = 0; i < fx.num_gpus && !strstr(sim_parameters,
					       "scrub_engine=0"); i++)
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
	if (module_is_loaded("gpuvf_vfio"))
		ASSERT_OK(module_unload("gpuvf_vfio"));
	if (module_is_loaded("gpuvf"))
		ASSERT_OK(module_unload("gpuvf"));
	if (module_is_loaded("gpuvf_sim"))
		ASSERT_OK(module_unload("gpuvf_sim"));
	fixture_loaded_as("");
}

/**
 * fixture_spoil() - this test makes the simulator see what is forbidden
 *
 * Its truth is not judged at the end, and the modules are loaded again.
 */
void fixture_spoil(void)
{
	shared->spoiled = true;
}

/**
 * fixture_listen() - receive what a group gets from now on
 * @group: name of the group
 *
 * Return: a connection that is used for nothing else; to be closed by nl_close().
 */
struct nl *fixture_listen(const char *group)
{
	struct nl *nl = nl_open();

	check(nl);
	ASSERT_OK(nl_family(nl));
	ASSERT_OK(nl_join(nl, group));
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
		report("event %u: %s\n", cmd, strerror(-err));
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

/* C28 and C16: nothing illegal, none in another's memory, in every test */
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
		report("GPU %u saw what is forbidden: %.*s",
		       gpu->index, (int)strcspn(truth.text ?: "", "\n"),
			    truth.text ?: "nothing at all");
	truth_free(&truth);
	return bad;
}

static void disarm(const struct gpu *gpu)
{
	file_write(gpu_sim(gpu, "config_dead"), "0");
	file_write(gpu_sim(gpu, "misread"), "none");
	file_write(gpu_sim(gpu, "garbage"), "0 0");
	file_write(gpu_sim(gpu, "late_events"), "0");
	file_write(gpu_sim(gpu, "fail_command"), "0");
	file_write(gpu_sim(gpu, "fail_enable"), "-1");
	file_write(gpu_sim(gpu, "fail_scrub"), "0");
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
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	if (file_exists(gpu_sysfs(gpu, "state")) &&
	    !file_is(gpu_sysfs(gpu, "state"), "ready"))
		ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
}

/* whatever is loaded, and whatever state it is in */
static void tidy(void)
{
	unsigned int i;

	for (i = 0; i < MAX_GPUS; i++) {
		struct gpu gpu = { .index = i };

		if (file_read(gpu_sim(&gpu, "bdf"), gpu.bdf,
			      sizeof(gpu.bdf)) > 0)
			calm(&gpu);
	}
	fixture_unload();
	shared->unfinished = false;
}

/* and configured as it was found */
static void restore(const struct gpu *gpu, const char *before)
{
	char *after;

	fixture_reset_config(gpu);
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(after);
}

/**
 * fixture_missing() - what a test would need that is not there
 *
 * Return: the reason to skip it, NULL: nothing is missing.
 */
const char *fixture_missing(void)
{
	static char why[256];
	const char *missing = module_missing("gpuvf_sim") ?:
			      module_missing("gpuvf");
	const char *gpu;

	if (geteuid())
		return "only root loads modules";
	if (missing)
		return missing;
	gpu = gpu_real();
	if (gpu) {
		snprintf(why, sizeof(why),
			 "GPU %s is not a simulated one, and its driver would be unloaded",
			 gpu);
		return why;
	}
	return NULL;
}

/**
 * fixture_setup() - before each test
 * @sim_parameters: how the simulator is to be loaded
 */
void fixture_setup(const char *sim_parameters)
{
	if (shared->unfinished)
		tidy();
	shared->unfinished = true;
	fixture_load(sim_parameters);
	note_found();
}

/**
 * fixture_teardown() - after each test, failed or not
 *
 * Fails it if the simulator saw what is forbidden, or if the system is not as it was
 * found.
 */
void fixture_teardown(void)
{
	unsigned int i;
	int bad = 0;

	if (end_hook)
		end_hook();
	for (i = 0; i < fx.num_gpus; i++)
		calm(&fx.gpu[i]);
	for (i = 0; i < fx.num_gpus && !shared->spoiled; i++)
		bad += judge(&fx.gpu[i]);
	if (bad)
		shared->spoiled = true;
	for (i = 0; i < fx.num_gpus && !shared->spoiled; i++)
		restore(&fx.gpu[i], found[i]);
	shared->unfinished = false;
	if (bad)
		test_abort();
}

/* at the end of the program, in the process that ran no test */
static void unload_at_exit(void)
{
	if (!shared->loaded_as[0])
		return;
	tidy();
	/* no function of a simulated GPU is left that would hold it */
	if (module_is_loaded("gpuvf_sim_iommu"))
		ASSERT_OK(module_unload("gpuvf_sim_iommu"));
}

static void __attribute__((constructor)) fixture_init(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || atexit(unload_at_exit)) {
		perror("fixture");
		_exit(1);
	}
	/*
	 * Virtual time runs fast while the VM waits for the disk: what is needed
	 * of the program and its libraries is to be there.
	 */
	if (mlockall(MCL_CURRENT))
		report("mlockall: %s", strerror(errno));
}
