// SPDX-License-Identifier: GPL-2.0
/*
 * The exchange region: a guest's driver finds PF2VF when it gets READY, what it says of
 * itself in VF2PF is shown to administrators, whatever it is, and nothing of either is
 * left for the next tenant.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "agent.h"
#include "load.h"
#include "stats.h"
#include "user.h"

#define NUM		2
#define VF_BYTES	(512 * MIB)

/* bytes in a VF's framebuffer */
#define PF2VF		0x10000
#define VF2PF		0x10400
#define BAD_PAGES	0x10800
#define MESSAGE		1024

/* how often VF2PF is read, and some time for it */
#define INTERVAL_MS	2000
#define READ_MS		(INTERVAL_MS + 500)

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 5000, 5000 };

/* a message, as it is in memory */
union message {
	uint8_t byte[MESSAGE];
	uint32_t dword[MESSAGE / 4];
};

static void memory(const struct gpu *of, unsigned int vf, uint64_t offset,
		   void *buf, size_t len)
{
	int fd = open(gpu_sim(of, "vf%u/memory", vf), O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(len, pread(fd, buf, len, offset));
	close(fd);
}

static void set_memory(unsigned int vf, uint64_t offset, const void *buf,
		       size_t len)
{
	int fd = open(gpu_sim(gpu, "vf%u/memory", vf), O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(len, pwrite(fd, buf, len, offset));
	close(fd);
}

/* as guests do it */
static uint32_t checksum(const union message *message, size_t size)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < size; i++)
		sum += message->byte[i];
	for (i = 16; i < 20; i++)
		sum -= message->byte[i];
	return sum;
}

static void write_message(union message *message)
{
	memset(message, 0, sizeof(*message));
	message->dword[0] = MESSAGE;
	message->dword[1] = 3;
	strcpy((char *)message->byte + 20, "6.12.57 test");
	message->dword[92 / 4] = 100;
	message->dword[148 / 4] = 500;
	message->dword[4] = checksum(message, MESSAGE);
}

static void say(unsigned int vf, const union message *message)
{
	set_memory(vf, VF2PF, message, sizeof(*message));
}

static bool driver_is(const struct gpu *of, unsigned int vf, const char *state)
{
	return gpu_truth_vf_is(of, vf, "driver", state);
}

static void start_guest(const struct gpu *of, unsigned int vf)
{
	ASSERT_OK(gpu_guest(of, vf, "busy 10 boot=1000 patient"));
	ASSERT_EVENTUALLY(driver_is(of, vf, "work"));
}

/* at the start of the test: it only grows */
static uint64_t malformed_before[NUM];

static uint64_t malformed(unsigned int vf)
{
	return file_u64(gpu_sysfs(gpu, "vf%u/stats/guest_malformed", vf)) -
	       malformed_before[vf];
}

static void start(unsigned int num)
{
	unsigned int i;

	load_enable(gpu, num, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < num; i++) {
		start_guest(gpu, i);
		malformed_before[i] = 0;
		malformed_before[i] = malformed(i);
	}
}

static struct nl_claims claims(unsigned int vf)
{
	struct nl_message msg;

	ASSERT_OK(nl_vf_get(fx.nl, gpu, vf, &msg));
	ASSERT_EQ(!!(msg.vf[0].has & 1U << GPUVF_A_VF_CLAIMS),
		  !!msg.vf[0].claims.has);
	return msg.vf[0].claims;
}

/* VF2PF of an active VF was read once more, and it was in order */
static struct nl_claims next_claims(unsigned int vf)
{
	uint64_t time_ns = claims(vf).time_ns;

	ASSERT_EVENTUALLY(claims(vf).time_ns > time_ns);
	return claims(vf);
}

static void check_claims(const struct nl_claims *is, const char *driver,
			 uint64_t used_mib, uint64_t total_mib)
{
	ASSERT_STREQ(driver, is->driver);
	ASSERT_EQ(used_mib * MIB, is->fb_used);
	ASSERT_EQ(total_mib * MIB, is->fb_total);
}

#define SIM "gpus=2 total_vfs=4 fb_mib=4096 scrub_us_per_unit=100"

MODULES_FIXTURE(exchange, SIM);

static void check_pf2vf(const struct gpu *of, unsigned int vf,
			union message *message)
{
	unsigned int bus, slot, function;

	memory(of, vf, PF2VF, message, sizeof(*message));
	ASSERT_EQ(MESSAGE, message->dword[0]);
	ASSERT_EQ(2, message->dword[1]);
	ASSERT_EQ(message->dword[4], checksum(message, MESSAGE));
	/* an empty list of bad pages, and what a guest makes of the interval */
	ASSERT_EQ(BAD_PAGES, message->dword[76 / 4]);
	ASSERT_EQ(0, message->dword[84 / 4]);
	ASSERT_EQ(INTERVAL_MS, message->dword[88 / 4]);
	ASSERT_EQ(vf, message->dword[100 / 4]);
	ASSERT_EQ(65535 / 8, message->dword[192 / 4]);
	ASSERT_EQ(3, sscanf(strrchr(realpath(gpu_sysfs(of, "vf%u/device", vf), NULL),
				    '/'), "/%*x:%x:%x.%x", &bus, &slot, &function));
	ASSERT_EQ(bus << 8 | slot << 3 | function, message->dword[196 / 4]);
}

TEST_F(exchange, guest_finds_pf2vf_when_it_gets_ready)
{
	union message message, list[2];
	unsigned int i, j;

	start(NUM);
	for (i = 0; i < NUM; i++) {
		check_pf2vf(gpu, i, &message);
		memory(gpu, i, BAD_PAGES, list, sizeof(list));
		for (j = 0; j < 2 * MESSAGE / 4; j++)
			ASSERT_EQ(0, list[0].dword[j]);
		/* it looked at that moment, and found the same */
		ASSERT_EQ(0, gpu_truth_vf(gpu, i, "no_pf2vf"));
	}
	/* slots that are reserved are left alone */
	memory(gpu, 0, 0, &message, sizeof(message));
	for (j = 0; j < MESSAGE / 4; j++)
		ASSERT_EQ(0, message.dword[j]);
	memory(gpu, 0, VF_BYTES - 0x10000, &message, sizeof(message));
	for (j = 0; j < MESSAGE / 4; j++)
		ASSERT_EQ(0, message.dword[j]);
}

/* one that asks for its data first is not answered before its memory is scrubbed */
TEST_F(exchange, data_wait_until_memory_is_scrubbed)
{
	static const char speed[] =
		"/sys/module/gpuvf_sim/parameters/scrub_us_per_unit";
	union message message;

	start(1);
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	/* all of it takes 640 ms */
	ASSERT_OK(file_write(speed, "20000"));
	ASSERT_OK(nl_reset(fx.nl, gpu, 0));
	ASSERT_OK(gpu_guest(gpu, 0, "idle boot=1000 nv"));
	pause_ms(100);
	ASSERT_TRUE(driver_is(gpu, 0, "wait"));
	ASSERT_EVENTUALLY(driver_is(gpu, 0, "work"));
	ASSERT_OK(file_write(speed, "100"));
	check_pf2vf(gpu, 0, &message);
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "no_pf2vf"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "ready_timeouts"));
}

TEST_F(exchange, each_vf_has_its_own_identity)
{
	union message first, second, other;

	start(NUM);
	load_enable(&fx.gpu[1], 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	start_guest(&fx.gpu[1], 0);
	check_pf2vf(gpu, 0, &first);
	check_pf2vf(gpu, 1, &second);
	check_pf2vf(&fx.gpu[1], 0, &other);
	/* one serial number for a GPU, one UUID for a VF */
	ASSERT_NE(0, first.dword[92 / 4] | first.dword[96 / 4]);
	ASSERT_EQ(0, memcmp(first.byte + 92, second.byte + 92, 8));
	ASSERT_NE(0, memcmp(first.byte + 92, other.byte + 92, 8));
	ASSERT_NE(0, memcmp(first.byte + 172, second.byte + 172, 16));
	ASSERT_NE(0, memcmp(first.byte + 172, other.byte + 172, 16));
	ASSERT_NE(first.dword[196 / 4], other.dword[196 / 4]);
}

TEST_F(exchange, claims_are_shown_by_netlink_and_sysfs)
{
	struct nl_claims is;
	char driver[80];

	start(NUM);
	is = next_claims(0);
	check_claims(&is, "gpuvf_sim guest 1.0", 1, VF_BYTES / MIB);
	ASSERT_LT(0, file_read(gpu_sysfs(gpu, "vf0/guest/driver"), driver,
			       sizeof(driver)));
	ASSERT_STREQ("gpuvf_sim guest 1.0", driver);
	ASSERT_EQ(MIB, file_u64(gpu_sysfs(gpu, "vf0/guest/fb_used")));
	ASSERT_EQ(VF_BYTES, file_u64(gpu_sysfs(gpu, "vf0/guest/fb_total")));
	ASSERT_LE(is.time_ns, file_u64(gpu_sysfs(gpu, "vf0/guest/time_ns")));
	/* they follow what the guest says, and each VF has its own */
	ASSERT_OK(file_write(gpu_sim(gpu, "vf0/publish"), "77"));
	next_claims(0);
	is = next_claims(0);
	check_claims(&is, "gpuvf_sim guest 1.0", 77, VF_BYTES / MIB);
	is = claims(1);
	check_claims(&is, "gpuvf_sim guest 1.0", 1, VF_BYTES / MIB);
	ASSERT_EQ(0, malformed(0) + malformed(1));
	/* VF 2 has no guest */
	ASSERT_EQ(0, claims(2).has);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf2/guest/driver"), ""));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf2/guest/fb_used"), ""));
}

static char *agent_says(const char *const *args)
{
	ASSERT_EQ(0, agent_end(agent_start(false, args)));
	return agent_said();
}

#define METRICS	"/run/gpuvf-metrics"

TEST_F(exchange, agent_shows_claims_as_claims)
{
	static const char *const show[] = { "show", "-j", NULL };
	static const char *const stats_json[] = { "stats", "-j", NULL };
	static const char *const stats[] = { "stats", NULL };
	static const char *const metrics[] = { "stats", "--prometheus", METRICS, NULL };
	static const char json[] = "\"guest_claims\": {";
	static const char json_driver[] = "\"driver\": \"6\\\"12\"";
	union message message;
	char *said;

	if (!getenv("GPUVF_AGENT"))
		SKIP(return, "there is no agent");
	start(1);
	write_message(&message);
	strcpy((char *)message.byte + 20, "6\"12");
	message.dword[4] = checksum(&message, MESSAGE);
	say(0, &message);
	ASSERT_EVENTUALLY(!strcmp(claims(0).driver, "6\"12"));

	said = agent_says(show);
	ASSERT_NE(NULL, strstr(said, json));
	ASSERT_NE(NULL, strstr(said, json_driver));
	ASSERT_NE(NULL, strstr(said, "\"fb_used_bytes\": 104857600"));
	free(said);
	said = agent_says(stats_json);
	ASSERT_NE(NULL, strstr(said, json));
	ASSERT_NE(NULL, strstr(said, json_driver));
	ASSERT_NE(NULL, strstr(said, "\"guest_malformed\": "));
	free(said);
	said = agent_says(stats);
	ASSERT_NE(NULL, strstr(said, "6\"12"));
	free(said);
	free(agent_says(metrics));
	said = file_read_all(METRICS);
	ASSERT_NE(NULL, strstr(said, "gpuvf_vf_guest_driver_info{"));
	ASSERT_NE(NULL, strstr(said, ",driver=\"6\\\"12\"} 1"));
	ASSERT_NE(NULL, strstr(said, "gpuvf_vf_guest_framebuffer_used_bytes{"));
	free(said);
	unlink(METRICS);
	agent_forget();
}

/* a dword of an otherwise correct VF2PF, summed or not */
FIXTURE_VARIANT(malformed)
{
	unsigned int at;
	uint32_t val;
	bool not_summed;
};

MODULES_FIXTURE(malformed, SIM);

FIXTURE_VARIANT_ADD(malformed, without_size) {
	.at = 0, .val = 0,
};

FIXTURE_VARIANT_ADD(malformed, size_of_the_header) {
	.at = 0, .val = 20,
};

FIXTURE_VARIANT_ADD(malformed, size_without_all_fields) {
	.at = 0, .val = 151,
};

FIXTURE_VARIANT_ADD(malformed, size_beyond_the_message) {
	.at = 0, .val = 1025,
};

FIXTURE_VARIANT_ADD(malformed, size_of_4_gib) {
	.at = 0, .val = 0xffffffff,
};

FIXTURE_VARIANT_ADD(malformed, old_version) {
	.at = 4, .val = 2,
};

FIXTURE_VARIANT_ADD(malformed, new_version) {
	.at = 4, .val = 4,
};

FIXTURE_VARIANT_ADD(malformed, without_version) {
	.at = 4, .val = 0,
};

FIXTURE_VARIANT_ADD(malformed, checksum) {
	.at = 92, .val = 1, .not_summed = true,
};

TEST_F(malformed, claims_are_counted_and_change_nothing)
{
	union message message;
	struct nl_claims is, was;
	uint64_t count;

	start(NUM);
	was = next_claims(0);
	write_message(&message);
	message.dword[variant->at / 4] = variant->val;
	if (!variant->not_summed)
		message.dword[4] = checksum(&message, MESSAGE);
	say(0, &message);
	ASSERT_EVENTUALLY(malformed(0) > 1);
	is = claims(0);
	ASSERT_EQ(was.time_ns, is.time_ns);
	check_claims(&is, was.driver, was.fb_used / MIB, was.fb_total / MIB);
	/* when it is in order again, it is taken again */
	write_message(&message);
	say(0, &message);
	is = next_claims(0);
	check_claims(&is, "6.12.57 test", 100, 500);
	count = malformed(0);
	next_claims(0);
	ASSERT_EQ(count, malformed(0));
	ASSERT_EQ(0, malformed(1));
}

TEST_F(exchange, claims_are_bounded_and_made_safe)
{
	union message message;
	struct nl_claims is;
	unsigned int i;

	start(1);
	next_claims(0);
	write_message(&message);
	memset(message.byte + 20, 'v', 64);
	message.byte[20] = '\033';
	message.byte[21] = '\n';
	message.byte[22] = 0x80;
	message.dword[92 / 4] = 0xffffffff;
	message.dword[148 / 4] = 0x80000000;
	message.dword[4] = checksum(&message, MESSAGE);
	say(0, &message);
	next_claims(0);
	is = next_claims(0);
	ASSERT_EQ(VF_BYTES, is.fb_used);
	ASSERT_EQ(VF_BYTES, is.fb_total);
	ASSERT_EQ(64, strlen(is.driver));
	for (i = 0; i < 64; i++)
		ASSERT_EQ(i < 3 ? '?' : 'v', is.driver[i]);
	/* a guest that has nothing to say says nothing wrong */
	ASSERT_EQ(0, malformed(0));
	memset(&message, 0, sizeof(message));
	say(0, &message);
	pause_ms(2 * READ_MS);
	ASSERT_EQ(0, malformed(0));
	ASSERT_EQ(64, strlen(claims(0).driver));
}

/* when the PF has read the dword at one place, another one changes */
static void change(unsigned int at, unsigned int offset, uint32_t val)
{
	ASSERT_OK(file_printf(gpu_sim(gpu, "vf0/change"), "%u %u %u",
			      VF2PF + at, VF2PF + offset, val));
}

TEST_F(exchange, what_changes_while_it_is_read_does_no_harm)
{
	union message message;
	struct nl_claims is;
	uint64_t count;

	start(1);
	write_message(&message);
	say(0, &message);
	next_claims(0);
	is = next_claims(0);
	check_claims(&is, "6.12.57 test", 100, 500);

	/* the size, when it was read already, and when all was: only the next reads see it */
	count = malformed(0);
	change(0, 0, 0xffffffff);
	is = next_claims(0);
	check_claims(&is, "6.12.57 test", 100, 500);
	ASSERT_EVENTUALLY(malformed(0) > count);
	say(0, &message);
	next_claims(0);
	count = malformed(0);
	change(MESSAGE - 4, 92, 5);
	is = next_claims(0);
	check_claims(&is, "6.12.57 test", 100, 500);
	ASSERT_EVENTUALLY(malformed(0) > count);

	/* what is read later: the sum does not fit, and nothing is taken */
	say(0, &message);
	is = next_claims(0);
	count = malformed(0);
	change(0, 92, 5);
	ASSERT_EVENTUALLY(malformed(0) > count);
	ASSERT_EQ(100 * MIB, claims(0).fb_used);
}

TEST_F(exchange, no_more_than_1_kib_is_read_at_a_time)
{
	union message message;
	uint64_t from, reads;

	start(NUM);
	next_claims(0);
	write_message(&message);
	message.dword[0] = 0xffffffff;
	say(0, &message);
	from = gpu_truth(gpu, "gpu", "mem_reads");
	pause_ms(5 * INTERVAL_MS);
	reads = gpu_truth(gpu, "gpu", "mem_reads") - from;
	/* of two VFs, each dword once */
	ASSERT_EQ(0, reads % (MESSAGE / 4));
	ASSERT_LE(4 * NUM * MESSAGE / 4, reads);
	ASSERT_GE(6 * NUM * MESSAGE / 4, reads);
	/* and nothing at all when there is no VF */
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	from = gpu_truth(gpu, "gpu", "mem_reads");
	pause_ms(3 * INTERVAL_MS);
	ASSERT_EQ(from, gpu_truth(gpu, "gpu", "mem_reads"));
}

/* as when another program reads configuration space, and moves the port on */
TEST_F(exchange, lost_access_is_made_up_for_at_once)
{
	struct nl_claims is;
	uint64_t time_ns;
	unsigned int n;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_OK(gpu_guest(gpu, 0, "idle boot=1000 patient"));
	ASSERT_EVENTUALLY(driver_is(gpu, 0, "work"));
	malformed_before[0] = 0;
	malformed_before[0] = malformed(0);
	/* of 69 for each of four parts: offset, where the port is, data, where it is then */
	for (n = 3; n < 69 * 4; n += 33) {
		time_ns = next_claims(0).time_ns;
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_access"), "%u", n));
		is = next_claims(0);
		ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_access"), "0"));
		ASSERT_GT(INTERVAL_MS * 1500000ULL, is.time_ns - time_ns);
		check_claims(&is, "gpuvf_sim guest 1.0", 1, VF_BYTES / MIB);
	}
	ASSERT_EQ(0, malformed(0));
}

/* the ends of a tenancy */
static void end_by_reset(void)
{
	ASSERT_OK(nl_reset(fx.nl, gpu, 0));
}

/* where nothing reports that, the tenancy does not end by it */
static void end_by_user(void)
{
	if (!gpu_can(gpu, "flr-notice")) {
		end_by_reset();
		return;
	}
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
}

static void end_by_unloading(void)
{
	ASSERT_OK(gpu_guest(gpu, 0, "fini"));
	ASSERT_EVENTUALLY(driver_is(gpu, 0, "unloaded"));
}

static void end_by_disabling(void)
{
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
}

static void end_by_reset_of_the_gpu(void)
{
	ASSERT_OK(nl_reset(fx.nl, gpu, -1));
}

FIXTURE_VARIANT(tenancy)
{
	void (*end)(void);
};

MODULES_FIXTURE(tenancy, SIM);

FIXTURE_VARIANT_ADD(tenancy, ends_by_a_reset_of_the_vf) {
	.end = end_by_reset,
};

FIXTURE_VARIANT_ADD(tenancy, ends_by_a_reset_by_its_user) {
	.end = end_by_user,
};

FIXTURE_VARIANT_ADD(tenancy, ends_by_unloading) {
	.end = end_by_unloading,
};

FIXTURE_VARIANT_ADD(tenancy, ends_by_disabling) {
	.end = end_by_disabling,
};

FIXTURE_VARIANT_ADD(tenancy, ends_by_a_reset_of_the_gpu) {
	.end = end_by_reset_of_the_gpu,
};

/* the simulator counts what one tenant reads of another's; the fixture looks at that */
TEST_F(tenancy, and_claims_and_messages_end_with_it)
{
	union message message;
	struct nl_claims is;
	unsigned int i;

	start(NUM);
	write_message(&message);
	say(0, &message);
	ASSERT_EVENTUALLY(claims(0).fb_used == 100 * MIB);
	/* the old one's driver does not come back by itself */
	ASSERT_OK(gpu_guest(gpu, 0, "dead"));
	if (variant->end == end_by_unloading)
		start_guest(gpu, 0);
	variant->end();
	ASSERT_EVENTUALLY(!claims(0).has);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/guest/driver"), ""));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/guest/time_ns"), ""));
	fixture_wait_clean(gpu);
	pause_ms(READ_MS);
	ASSERT_EQ(0, claims(0).has);
	memory(gpu, 0, PF2VF, &message, sizeof(message));
	for (i = 0; i < MESSAGE / 4; i++)
		ASSERT_EQ(0, message.dword[i]);
	memory(gpu, 0, VF2PF, &message, sizeof(message));
	for (i = 0; i < MESSAGE / 4; i++)
		ASSERT_EQ(0, message.dword[i]);

	/* the next one finds a PF2VF of its own, and says what it is */
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	start_guest(gpu, 0);
	check_pf2vf(gpu, 0, &message);
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "no_pf2vf"));
	ASSERT_EVENTUALLY(claims(0).has);
	is = claims(0);
	check_claims(&is, "gpuvf_sim guest 1.0", 1, VF_BYTES / MIB);
}

/* READY comes once more in the same tenancy, to tear down */
TEST_F(exchange, messages_stay_as_long_as_the_tenancy)
{
	union message message, pf2vf, after;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_OK(gpu_guest(gpu, 0, "idle boot=50000 patient"));
	ASSERT_EVENTUALLY(driver_is(gpu, 0, "work"));
	write_message(&message);
	say(0, &message);
	check_pf2vf(gpu, 0, &pf2vf);
	ASSERT_OK(gpu_guest(gpu, 0, "fini"));
	ASSERT_EVENTUALLY(driver_is(gpu, 0, "fini"));
	memory(gpu, 0, VF2PF, &after, sizeof(after));
	ASSERT_TRUE(driver_is(gpu, 0, "fini"));
	ASSERT_EQ(0, memcmp(&message, &after, sizeof(message)));
	memory(gpu, 0, PF2VF, &after, sizeof(after));
	ASSERT_EQ(0, memcmp(&pf2vf, &after, sizeof(after)));
	ASSERT_EVENTUALLY(driver_is(gpu, 0, "unloaded"));
}

/* without READY there is no PF2VF, and what is in memory is not read */
TEST_F(exchange, guest_that_was_not_let_in_is_not_read)
{
	union message message;
	uint64_t reads;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	write_message(&message);
	say(0, &message);
	reads = gpu_truth(gpu, "gpu", "mem_reads");
	pause_ms(2 * READ_MS);
	ASSERT_EQ(0, claims(0).has);
	ASSERT_EQ(reads, gpu_truth(gpu, "gpu", "mem_reads"));
}

/* nor where guests cannot ask, and work without PF2VF */
TEST_F(exchange, guest_without_mailbox_is_not_read)
{
	union message message;
	uint64_t reads;

	fixture_load(SIM " mbox=0");
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 10"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "active"));
	write_message(&message);
	say(0, &message);
	reads = gpu_truth(gpu, "gpu", "mem_reads");
	pause_ms(2 * READ_MS);
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "active"));
	ASSERT_EQ(0, claims(0).has);
	ASSERT_EQ(reads, gpu_truth(gpu, "gpu", "mem_reads"));
}

/* one that pauses keeps what it said last */
TEST_F(exchange, paused_vf_keeps_its_claims)
{
	struct nl_claims is, was;

	start(1);
	next_claims(0);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/pause"), "1"));
	was = claims(0);
	pause_ms(READ_MS);
	is = claims(0);
	check_claims(&is, was.driver, was.fb_used / MIB, was.fb_total / MIB);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	next_claims(0);
}

/* Return: 0: this process learns nothing of what guests say */
static int sees_no_claims(void *arg)
{
	static const char *const files[] = {
		"driver", "fb_used", "fb_total", "time_ns",
	};
	struct nl *nl = nl_open();
	struct nl_message msg;
	char text[128];
	unsigned int i;

	(void)arg;
	if (!nl || nl_family(nl) || nl_vf_get(nl, gpu, 0, &msg))
		return __LINE__;
	if (msg.vf[0].has & 1U << GPUVF_A_VF_CLAIMS)
		return __LINE__;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (file_read(gpu_sysfs(gpu, "vf0/guest/%s", files[i]), text,
			      sizeof(text)) >= 0)
			return __LINE__;
	return 0;
}

TEST_F(exchange, users_without_the_capability_see_no_claims)
{
	static int (*const become[])(void) = {
		user_ordinary, user_of_group_root,
		user_root_without_capabilities, user_root_of_a_namespace,
		user_with_net_admin,
	};
	unsigned int i;

	start(1);
	next_claims(0);
	for (i = 0; i < sizeof(become) / sizeof(*become); i++)
		ASSERT_EQ(0, user_runs(become[i], sees_no_claims, NULL));
	/* the same questions find something when this program asks */
	ASSERT_NE(0, sees_no_claims(NULL));
}

TEST_HARNESS_MAIN
