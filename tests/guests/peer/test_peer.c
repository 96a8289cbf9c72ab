// SPDX-License-Identifier: GPL-2.0
/*
 * C42: amdgpu's own mailbox files as guests of gpuvf, through the VF's mailbox page in
 * its configuration space, beside two tenants that are busy all the time.
 *
 * After each test the simulator has seen nothing forbidden, the guest was on the engine
 * each time that its driver believed so, and what a guest has written is in no memory but
 * its own.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <hw/regs.h>

#include "selftest.h"
#include "bar.h"
#include "load.h"
#include "peer.h"

#define NUM		3
#define PEER		1	/* the VF with the guest that is tested */
#define US_PER_MS	1000ULL

#define SIM	"total_vfs=4 fb_mib=4096 vf_bar_mib=32 scrub_us_per_unit=100"

/* what a guest writes into both allocation units that its BAR shows, and where */
#define TAG(vf)		(0xc42c42a0U + (vf))
#define TAG_AT		MIB
#define TAG_BYTES	(64 * 1024)
#define TAGS		(2 * TAG_BYTES / 4)

/* the longest until a request is answered, with two other VFs at work */
#define ANSWER_MS	6000
/* a reset by the host is over within this time */
#define RESET_MS	60000
/* the longest that a guest waits in all, by its own limits */
#define PATIENT_MS	900000

/* messages in a window, and the pause for each that is more */
#define FLOOD_LIMIT	56
#define FLOOD_WINDOW_MS	60000
#define FLOOD_PAUSE_MS	100

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 50000, 50000, 50000 };

/**
 * struct vm - the machine of a guest, which is a VF
 * @vf: its index
 * @config: file with its configuration space
 * @capability: where the simulator's registers are there
 * @peer: the guest
 * @full_access: it has full access, and is not to be interrupted for a reset
 * @notified: how often FLR_NOTIFICATION was read
 * @signalled: messages that were VALID and should not have been
 */
struct vm {
	unsigned int vf;
	int config;
	unsigned int capability;
	struct peer *peer;
	bool full_access;
	unsigned int notified;
	unsigned int signalled;
};

static struct vm vms[NUM];
static struct vm *const vm = &vms[PEER];

/* at the start of the test */
static struct truth before;
static uint64_t epoch[NUM];

static uint32_t vm_get(const struct vm *of, unsigned int where, unsigned int size)
{
	uint32_t val = 0;

	check(pread(of->config, &val, size, of->capability + where) == size);
	return val;
}

static void vm_put(const struct vm *of, unsigned int where, uint32_t val,
		   unsigned int size)
{
	check(pwrite(of->config, &val, size, of->capability + where) == size);
}

/* FLR_COMPLETE has no VALID, and FLR_NOTIFICATION none for a guest with full access */
static void note_reset(struct vm *of, uint32_t code)
{
	const unsigned int page = GPUVF_SIM_VF_MBOX;

	of->notified += code == GPUVF_MBOX_FLR_NOTIFICATION;
	if (code != GPUVF_MBOX_FLR_COMPLETE &&
	    (code != GPUVF_MBOX_FLR_NOTIFICATION || !of->full_access))
		return;
	of->signalled += (vm_get(of, page + GPUVF_MBOX_CONTROL, 4) &
			  GPUVF_MBOX_RCV_VALID) &&
			 vm_get(of, page + GPUVF_MBOX_RCV(0), 4) == code;
}

static uint32_t vm_read(void *context, unsigned int offset, unsigned int size)
{
	uint32_t val = vm_get(context, GPUVF_SIM_VF_MBOX + offset, size);

	if (offset == GPUVF_MBOX_RCV(0))
		note_reset(context, val);
	return val;
}

static void vm_write(void *context, unsigned int offset, uint32_t val,
		     unsigned int size)
{
	vm_put(context, GPUVF_SIM_VF_MBOX + offset, val, size);
}

static void vm_sleep(void *context, uint64_t us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	(void)context;
	nanosleep(&ts, NULL);
}

static uint64_t vm_now_us(void *context)
{
	struct timespec ts;

	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static void vm_work(void *context, unsigned int us)
{
	vm_put(context, GPUVF_SIM_VF_DOORBELL, us, 4);
}

static bool vm_has_gpu(void *context)
{
	const struct vm *of = context;

	return gpu_truth_vf_is(gpu, of->vf, "state", "run");
}

static const struct peer_io vm_io = {
	.read = vm_read,
	.write = vm_write,
	.sleep = vm_sleep,
	.now_us = vm_now_us,
	.work = vm_work,
	.has_gpu = vm_has_gpu,
};

/*
 * Searching memory takes most of the time of a test, so that make check does without the
 * card that it needs: nothing is written and nothing searched then.
 */
static bool has_memory(void)
{
	return !bar_missing();
}

static void fill_tag(const struct bar *bar, unsigned int vf)
{
	bar_fill(bar, TAG_AT, TAG_BYTES, TAG(vf));
	bar_fill(bar, UNIT + TAG_AT, TAG_BYTES, TAG(vf));
}

/* the guest of a VF writes its tag */
static void write_tag(unsigned int vf)
{
	struct bar bar;

	if (!has_memory())
		return;
	bar = bar_map_vf(gpu, vf);
	check(bar.size == 2 * UNIT);
	fill_tag(&bar, vf);
	bar_unmap(&bar);
}

/* all that it wrote is there still */
static bool has_tag(unsigned int vf)
{
	char owner[8];

	snprintf(owner, sizeof(owner), "vf%u", vf);
	return !has_memory() || bar_found_of(gpu, TAG(vf), owner) == TAGS;
}

/* in how many dwords that are not its own a tag is */
static uint64_t tags_in_foreign_memory(void)
{
	uint64_t elsewhere, count = 0;
	char owner[8];
	unsigned int i;

	for (i = 0; i < NUM && has_memory(); i++) {
		snprintf(owner, sizeof(owner), "vf%u", i);
		bar_find(gpu, TAG(i), owner, &elsewhere);
		count += elsewhere;
	}
	return count;
}

static void vm_start(struct vm *of, const char *kind)
{
	of->vf = of - vms;
	of->config = open(gpu_vf_pci(gpu, of->vf, "config"), O_RDWR | O_CLOEXEC);
	check(of->config >= 0);
	of->capability = gpu_vf_capability(gpu, of->vf, GPUVF_SIM_VSEC_ID);
	check(of->capability != 0);
	of->full_access = false;
	of->notified = 0;
	of->signalled = 0;
	of->peer = peer_new(kind, &vm_io, of);
	check(of->peer);
}

/* whatever its guest is doing */
static void vm_kill(struct vm *of)
{
	close(of->config);
	peer_free(of->peer);
	of->peer = NULL;
}

/* a VM that was given the VF is gone, and another one is given it, with empty memory */
static void vm_replace(struct vm *of, const char *kind)
{
	vm_kill(of);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, of->vf, "reset"), "1"));
	fixture_wait_clean(gpu);
	ASSERT_TRUE(!has_memory() || !bar_found(gpu, TAG(of->vf)));
	vm_start(of, kind);
}

/* what is true of every guest at any time */
static void check_guest(const struct vm *of)
{
	const struct peer_counts *counts = peer_counts(of->peer);

	check(counts->outside == 0);
	check(counts->warnings == 0);
	check(of->signalled == 0);
}

static void end_vms(void)
{
	uint64_t foreign = tags_in_foreign_memory();
	unsigned int i;

	for (i = 0; i < NUM; i++)
		if (vms[i].peer)
			vm_kill(&vms[i]);
	check(foreign == 0);
}

static void enable(void)
{
	fixture_on_end(end_vms);
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	truth_free(&before);
	before = truth_read(gpu);
}

/* the others work; the guest exists, and its driver is not loaded */
static void begin(const char *kind)
{
	unsigned int i;

	enable();
	for (i = 0; i < NUM; i++) {
		if (i == PEER)
			continue;
		ASSERT_OK(gpu_guest(gpu, i, "busy 100 boot=1000 patient"));
		ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, i, "driver", "work"));
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
		write_tag(i);
	}
	vm_start(vm, kind);
}

static uint64_t counted_vf(unsigned int vf, const char *key)
{
	return gpu_truth_vf(gpu, vf, key) - truth_vf(&before, vf, key);
}

/* the others have turns, and had full access when they believed so */
static void check_others_work(void)
{
	struct truth from = truth_read(gpu);
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		if (i == PEER)
			continue;
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, i, "slices") >
				  truth_vf(&from, i, "slices") + 3);
		ASSERT_EQ(0, counted_vf(i, "init_outside"));
	}
	truth_free(&from);
}

/* and nothing happened to them */
static void check_others(void)
{
	unsigned int i;

	check_others_work();
	for (i = 0; i < NUM; i++) {
		if (i == PEER)
			continue;
		ASSERT_EQ(epoch[i], gpu_truth_vf(gpu, i, "epoch"));
		ASSERT_EQ(0, counted_vf(i, "vf_resets"));
		ASSERT_TRUE(gpu_vf_is(gpu, i, "active"));
		ASSERT_TRUE(has_tag(i));
	}
}

/* it works in time slices, which means that it was given what it asked for */
static void check_works(const struct vm *of)
{
	uint64_t ran = gpu_truth_vf(gpu, of->vf, "run_ns");

	vm_work((void *)of, 20000);
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, of->vf, "run_ns") >= ran + 20000000);
	ASSERT_TRUE(gpu_vf_is(gpu, of->vf, "active"));
	check_guest(of);
	write_tag(of->vf);
	ASSERT_TRUE(has_tag(of->vf));
	/* while it is there: what a guest leaves is scrubbed, and a leak into it with that */
	ASSERT_EQ(0, tags_in_foreign_memory());
}

static void load(void)
{
	uint64_t from = now_ms();

	ASSERT_OK(peer_load(vm->peer));
	ASSERT_GT(ANSWER_MS, now_ms() - from);
	check_works(vm);
}

static void unload(void)
{
	uint64_t from = now_ms();

	ASSERT_OK(peer_unload(vm->peer));
	ASSERT_GT(ANSWER_MS, now_ms() - from);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, PEER, "provisioned"));
	check_guest(vm);
}

/* the host resets the guest's VF, or the GPU (-1); until that is over, the guest runs */
static void host_resets(int vf)
{
	uint64_t end = now_ms() + RESET_MS;
	struct nl_message begun, now;
	unsigned int resets;

	ASSERT_OK(nl_reset_start(fx.nl, gpu, vf, &begun));
	do {
		peer_run(vm->peer, US_PER_MS);
		check(now_ms() < end);
		if (vf < 0) {
			ASSERT_OK(nl_pf_get(fx.nl, gpu, &now));
			resets = now.resets - begun.resets;
		} else {
			ASSERT_OK(nl_vf_get(fx.nl, gpu, vf, &now));
			resets = now.vf[0].resets - begun.vf[0].resets;
		}
	} while (!resets);
	ASSERT_EQ(1, resets);
	ASSERT_LT(0, vm->notified);
}

/* a guest that ran has noticed a reset, and works again */
static void comes_back(void)
{
	const struct peer_counts *counts = peer_counts(vm->peer);
	uint64_t end = now_ms() + RESET_MS;
	uint64_t from = now_ms();

	if (!peer_answers_host_reset(vm->peer)) {
		/* one of its jobs does not end */
		ASSERT_OK(peer_reset(vm->peer));
	} else {
		while (!counts->recoveries && !counts->failures && now_ms() < end)
			peer_run(vm->peer, US_PER_MS);
		ASSERT_EQ(1, counts->recoveries);
	}
	ASSERT_EQ(0, counts->failures);
	ASSERT_EQ(0, counts->errors);
	ASSERT_GT(ANSWER_MS, now_ms() - from);
	check_works(vm);
}

static int vf_do(const char *file)
{
	return file_write(gpu_sysfs(gpu, "vf%u/%s", PEER, file), "1");
}

/* the guest is not answered, and gives up by itself */
static void is_not_answered(void)
{
	uint64_t from = now_ms();

	ASSERT_EQ(-ETIME, peer_load(vm->peer));
	ASSERT_LE(ANSWER_MS, now_ms() - from);
	ASSERT_GT(PATIENT_MS, now_ms() - from);
	ASSERT_EQ(0, peer_counts(vm->peer)->accesses);
	check_guest(vm);
	check_others();
}

FIXTURE_VARIANT(peer)
{
	const char *kind;
};

MODULES_FIXTURE(peer, SIM);

FIXTURE_VARIANT_ADD(peer, vi) {
	.kind = "vi",
};

FIXTURE_VARIANT_ADD(peer, ai) {
	.kind = "ai",
};

FIXTURE_VARIANT_ADD(peer, nv) {
	.kind = "nv",
};

TEST_F(peer, C42_guest_loads_and_unloads)
{
	unsigned int life;

	begin(variant->kind);
	for (life = 1; life <= 3; life++) {
		load();
		unload();
	}
	ASSERT_EQ(6, peer_counts(vm->peer)->accesses);
	ASSERT_EQ(0, peer_counts(vm->peer)->errors);
	ASSERT_EQ(0, counted_vf(PEER, "vf_resets"));
	check_others();
}

TEST_F(peer, C42_init_data_is_answered_with_its_version)
{
	uint64_t from;

	begin(variant->kind);
	if (!peer_asks_for_init_data(vm->peer))
		return;
	from = now_ms();
	ASSERT_OK(peer_request_init_data(vm->peer));
	ASSERT_GT(1000, now_ms() - from);
	/* most of ai's do not look at the version */
	if (!strcmp(variant->kind, "nv"))
		ASSERT_EQ(1, peer_init_data_version(vm->peer));
	ASSERT_EQ(0, peer_counts(vm->peer)->errors);
	load();
	check_others();
}

TEST_F(peer, C42_guest_that_asks_for_a_reset_gets_one)
{
	begin(variant->kind);
	load();
	ASSERT_OK(peer_reset(vm->peer));
	ASSERT_EQ(1, counted_vf(PEER, "vf_resets"));
	ASSERT_EQ(0, peer_counts(vm->peer)->errors);
	check_works(vm);
	unload();
	check_others();
}

TEST_F(peer, C42_host_resets_a_VF_whose_guest_runs)
{
	begin(variant->kind);
	load();
	host_resets(PEER);
	comes_back();
	ASSERT_EQ(peer_answers_host_reset(vm->peer) ? 1 : 2,
		  counted_vf(PEER, "vf_resets"));
	unload();
	check_others();
}

/* a job of its, or an administrator, has to notice */
static void comes_back_late(void)
{
	if (peer_answers_host_reset(vm->peer)) {
		ASSERT_OK(peer_reset(vm->peer));
		return;
	}
	unload();
	load();
}

TEST_F(peer, C42_guest_that_recovers_late_comes_back)
{
	const struct peer_counts *counts;

	begin(variant->kind);
	counts = peer_counts(vm->peer);
	peer_recovers_late(vm->peer);
	load();
	host_resets(PEER);
	peer_run(vm->peer, 1000 * US_PER_MS);
	ASSERT_EQ(0, counts->recoveries);
	ASSERT_EQ(0, counts->failures);
	comes_back_late();
	ASSERT_EQ(0, counts->errors);
	check_works(vm);
	unload();
	check_others();
}

/* then the VF is reset, which it does not notice, and it is loaded again */
TEST_F(peer, C42_guest_that_leaves_its_interrupts_enabled)
{
	begin(variant->kind);
	load();
	ASSERT_OK(peer_unload_with_interrupts(vm->peer));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, PEER, "provisioned"));
	check_guest(vm);
	ASSERT_OK(nl_reset(fx.nl, gpu, PEER));
	load();
	ASSERT_EQ(0, peer_counts(vm->peer)->errors);
	unload();
	check_others();
}

/* and its start fails, and is tried again */
static void host_resets_with_full_access(int vf)
{
	ASSERT_OK(peer_request(vm->peer, true));
	peer_initialise(vm->peer);
	vm->full_access = true;
	host_resets(vf);
	vm->full_access = false;
	ASSERT_EQ(0, peer_counts(vm->peer)->recoveries);
	peer_fail_load(vm->peer);
	load();
	unload();
}

TEST_F(peer, C42_host_resets_a_VF_with_full_access)
{
	begin(variant->kind);
	host_resets_with_full_access(PEER);
	ASSERT_EQ(1, counted_vf(PEER, "vf_resets"));
	check_others();
}

TEST_F(peer, C42_host_resets_the_GPU_while_the_guest_runs)
{
	begin(variant->kind);
	load();
	host_resets(-1);
	comes_back();
	unload();
	check_others_work();
}

TEST_F(peer, C42_host_resets_the_GPU_while_the_guest_has_full_access)
{
	begin(variant->kind);
	host_resets_with_full_access(-1);
	check_others_work();
}

/* its guest has full access and never releases it: it is reset, once */
static void ends_with_full_access(const char *kind)
{
	ASSERT_EVENTUALLY(counted_vf(PEER, "vf_resets") == 1);
	check_guest(vm);
	check_others();
	ASSERT_EQ(1, counted_vf(PEER, "vf_resets"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, PEER, "provisioned"));
	vm_replace(vm, kind);
	load();
	unload();
	check_others();
}

TEST_F(peer, C42_guest_that_dies_with_full_access_is_reset)
{
	begin(variant->kind);
	ASSERT_OK(peer_request(vm->peer, true));
	ends_with_full_access(variant->kind);
}

/* amdgpu asks for full access then, and says nothing after that */
TEST_F(peer, C42_guest_that_shuts_down_is_reset)
{
	begin(variant->kind);
	load();
	ASSERT_OK(peer_request(vm->peer, false));
	ends_with_full_access(variant->kind);
}

TEST_F(peer, C42_guest_of_a_paused_VF_is_not_answered)
{
	begin(variant->kind);
	ASSERT_OK(vf_do("pause"));
	is_not_answered();
	ASSERT_OK(vf_do("resume"));
	load();
	check_others();
}

TEST_F(peer, C42_guest_of_a_stopped_VF_is_not_answered)
{
	begin(variant->kind);
	ASSERT_OK(vf_do("stop"));
	is_not_answered();
	/* only a reset by hand takes the mark away */
	ASSERT_OK(nl_reset(fx.nl, gpu, PEER));
	load();
	check_others();
}

/* it need not wait; whether it knows that is a matter of its age */
TEST_F(peer, C42_guest_of_a_failed_VF_is_turned_away)
{
	uint64_t from;
	int err;

	begin(variant->kind);
	ASSERT_OK(gpu_guest(gpu, PEER, "busy 100 hog"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, PEER, "failed"));
	ASSERT_OK(gpu_guest(gpu, PEER, "off"));
	from = now_ms();
	err = peer_request(vm->peer, true);
	check_guest(vm);
#ifdef NV_STOPS_WAITING
	if (!strcmp(variant->kind, "nv")) {
		ASSERT_EQ(-ENODEV, err);
		ASSERT_GT(1000, now_ms() - from);
		check_others();
		return;
	}
#endif
	ASSERT_EQ(-ETIME, err);
	ASSERT_LE(ANSWER_MS, now_ms() - from);
	check_others();
}

TEST_F(peer, C42_flood_is_limited)
{
	const unsigned int messages = 5 * FLOOD_LIMIT;
	uint64_t from;
	unsigned int i;

	begin(variant->kind);
	load();
	from = now_ms();
	/* a release of what it has not, as fast as it can */
	for (i = 0; i < messages; i++)
		ASSERT_OK(peer_release(vm->peer, true));
	ASSERT_LT((messages - FLOOD_LIMIT) * FLOOD_PAUSE_MS, now_ms() - from);
	ASSERT_EQ(0, counted_vf(PEER, "vf_resets"));
	check_works(vm);
	/* what is too much is lost; later it is served as before */
	pause_ms(FLOOD_WINDOW_MS);
	unload();
	check_others();
}

TEST_F(peer, C42_guest_that_asks_for_bad_pages_is_answered)
{
	uint64_t from;
	int err;

	begin(variant->kind);
	load();
	from = now_ms();
	if (peer_request_bad_pages(vm->peer, &err)) {
		ASSERT_OK(err);
		/* and its work for the answer runs */
		peer_run(vm->peer, 100 * US_PER_MS);
		ASSERT_GT(1000, now_ms() - from);
	}
	check_works(vm);
	unload();
	check_others();
}

MODULES_FIXTURE(peers, SIM);

static const char *const kind_of[NUM] = { "vi", "ai", "nv" };

/* mapped before: what the simulator copies then takes time that the others wait for */
static struct bar bars[NUM];
/* all are in their last life; and what they have written was looked at */
static pthread_barrier_t alive, looked_at;

/* one life of a guest, up to its end; what failed, or NULL */
static const char *begin_life(struct vm *of)
{
	if (peer_load(of->peer))
		return "load";
	if (bars[of - vms].size)
		fill_tag(&bars[of - vms], of - vms);
	peer_run(of->peer, 200 * US_PER_MS);
	return NULL;
}

/* a thread that is a guest; NULL: each of its lives was as it should be */
static void *live(void *data)
{
	struct vm *of = data;
	const char *failed;
	unsigned int life;

	vm_start(of, kind_of[of - vms]);
	failed = begin_life(of);
	for (life = 1; life < 3 && !failed; life++)
		failed = peer_unload(of->peer) ? "unload" : begin_life(of);
	pthread_barrier_wait(&alive);
	pthread_barrier_wait(&looked_at);
	if (!failed && peer_unload(of->peer))
		failed = "unload";
	return (void *)failed;
}

TEST_F(peers, C42_guests_of_all_kinds_share_a_GPU)
{
	pthread_t thread[NUM];
	void *failed[NUM];
	unsigned int i;

	enable();
	pthread_barrier_init(&alive, NULL, NUM + 1);
	pthread_barrier_init(&looked_at, NULL, NUM + 1);
	for (i = 0; i < NUM && has_memory(); i++)
		bars[i] = bar_map_vf(gpu, i);
	for (i = 0; i < NUM; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, live, &vms[i]));
	pthread_barrier_wait(&alive);
	/* what a guest leaves is scrubbed, and a leak into it with that */
	for (i = 0; i < NUM; i++)
		ASSERT_TRUE(has_tag(i));
	ASSERT_EQ(0, tags_in_foreign_memory());
	pthread_barrier_wait(&looked_at);
	for (i = 0; i < NUM; i++)
		ASSERT_EQ(0, pthread_join(thread[i], &failed[i]));
	for (i = 0; i < NUM; i++) {
		if (bars[i].size)
			bar_unmap(&bars[i]);
		ASSERT_EQ(NULL, failed[i]);
		ASSERT_EQ(6, peer_counts(vms[i].peer)->accesses);
		check_guest(&vms[i]);
		ASSERT_EQ(0, counted_vf(i, "vf_resets"));
	}
}

/* before a reset there is time to see the acknowledgment, but not for ever */
TEST_F(peers, C42_reset_does_not_wait_for_a_guest_that_keeps_its_message)
{
	const unsigned int page = GPUVF_SIM_VF_MBOX;
	uint64_t from;

	enable();
	vm_start(vm, "nv");
	from = now_ms();
	vm_put(vm, page + GPUVF_MBOX_TRN(0), GPUVF_MBOX_REQ_RESET, 4);
	vm_put(vm, page + GPUVF_MBOX_CONTROL, GPUVF_MBOX_TRN_VALID, 1);
	ASSERT_EVENTUALLY(vm_get(vm, page + GPUVF_MBOX_RCV(0), 4) == GPUVF_MBOX_READY);
	ASSERT_GT(1000, now_ms() - from);
	ASSERT_EQ(1, counted_vf(PEER, "vf_resets"));
}

TEST_HARNESS_MAIN
