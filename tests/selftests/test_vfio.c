// SPDX-License-Identifier: GPL-2.0
/*
 * A VF in the hands of somebody else: vfio-pci has it, and a program opens it as
 * a virtual machine monitor does. gpuvf_sim_iommu gives the VFs the IOMMU groups
 * that VFIO wants.
 */

#include <errno.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../kernel/gpuvf_regs.h"
#include "fixture.h"
#include "load.h"
#include "user.h"
#include "vfio.h"

static const struct gpu *gpu = &fx.gpu[0];

static struct vfio vfio = VFIO_CLOSED;

static const char *vf_dir(unsigned int vf)
{
	return gpu_pci(gpu, "virtfn%u", vf);
}

static void enable_and_bind(unsigned int num)
{
	unsigned int i;

	assert_ok(gpu_set_numvfs(gpu, num));
	for (i = 0; i < num; i++)
		assert_ok(vfio_bind(vf_dir(i)));
}

static void open_session(unsigned int vf)
{
	assert_ok(vfio_open(&vfio, vf_dir(vf)));
}

static void session_sees_its_function(void)
{
	int where;

	enable_and_bind(2);
	open_session(1);
	/* of a VF the hardware itself reads ffff:ffff */
	assert_u64(vfio_read(&vfio, 0), GPUVF_SIM_VENDOR_ID |
		   GPUVF_SIM_DEVICE_ID_VF << 16);
	where = vfio_capability(&vfio, GPUVF_SIM_VSEC_ID);
	assert_true(where > 0);
	assert_u64(vfio_read(&vfio, where + GPUVF_SIM_VF_ID) >> 8 & 0xff, 1);
	/* and what the PF has is not there */
	assert_int_equal(vfio_capability(&vfio, GPUVF_IOV_VSEC_ID), 0);
	vfio_close(&vfio);
}

static void session_maps_memory_and_interrupts(void)
{
	const size_t size = MIB;
	void *memory;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(memory != MAP_FAILED);
	enable_and_bind(1);
	open_session(0);
	assert_ok(vfio_map(&vfio, memory, 256 * MIB, size));
	assert_error(vfio_map(&vfio, memory, 256 * MIB, size), -EEXIST);
	assert_ok(vfio_msi(&vfio));
	assert_u64(vfio_events(&vfio), 0);
	assert_ok(vfio_unmap(&vfio, 256 * MIB, size));
	assert_error(vfio_unmap(&vfio, 256 * MIB, size), -ENOENT);
	munmap(memory, size);
}

static void holder_is_named_and_keeps_its_memory(void)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	char *before, *after;

	enable_and_bind(2);
	assert_ok(nl_vf_get(fx.nl, gpu, 0, &msg));
	assert_string_equal(msg.vf[0].holder, "vfio-pci");
	/* bound is not opened: it may still be given another size */
	assert_ok(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu",
			      (unsigned long long)(GIB)));
	open_session(0);
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 2 * GIB, 5000);
	assert_error(nl_call(fx.nl, &req, &answer), -EBUSY);
	assert_u64(answer.last.refusal.reason, GPUVF_REASON_VF_IN_USE);
	assert_true(strstr(answer.last.refusal.message, "while vfio-pci uses it"));
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
	vfio_close(&vfio);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 2 * GIB, 5000);
	assert_ok(nl_call(fx.nl, &req, &answer));
}

/* as soon as the driver does not: it resets the VF late without an FLR notice */
static void assert_user_reset(void)
{
	assert_eventually(!vfio_reset(&vfio));
}

static void C25_next_session_finds_cleared_memory(void)
{
	uint64_t resets, epoch;

	enable_and_bind(2);
	open_session(0);
	assert_ok(gpu_guest(gpu, 1, "busy 100"));
	assert_ok(gpu_guest(gpu, 0, "busy 100"));
	assert_eventually(gpu_vf_is(gpu, 0, "active"));
	assert_eventually(gpu_vf_is(gpu, 1, "active"));
	resets = gpu_truth(gpu, "gpu", "vf_resets");
	/* its user resets it: gone is what it wrote, and it starts anew */
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	assert_user_reset();
	assert_true(gpu_truth(gpu, "gpu", "vf_resets") > resets);
	load_busy(gpu, 0, 100);
	assert_true(gpu_truth_vf(gpu, 0, "epoch") > epoch);
	/* its user goes, which resets it too; the next one comes */
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	vfio_close(&vfio);
	open_session(0);
	load_busy(gpu, 0, 100);
	assert_true(gpu_truth_vf(gpu, 0, "epoch") > epoch);
	assert_eventually(gpu_vf_is(gpu, 0, "active"));
	assert_true(gpu_vf_is(gpu, 1, "active"));
	vfio_close(&vfio);
	/* leftover_reads and dirty_starts are judged at the end */
}

/*
 * The program as the guest's driver, by the VF's own registers
 */

/* where they begin */
static unsigned int regs;

static void begin_guest(unsigned int vf)
{
	open_session(vf);
	regs = vfio_capability(&vfio, GPUVF_SIM_VSEC_ID);
	assert_true(regs > 0);
	assert_ok(vfio_msi(&vfio));
	/* an MSI is a write to memory */
	assert_ok(vfio_write(&vfio, PCI_COMMAND, PCI_COMMAND_MASTER));
	assert_ok(vfio_write(&vfio, regs + GPUVF_SIM_VF_INTR_ENABLE,
			     GPUVF_SIM_VF_INTR_ALL));
}

static void guest_says(unsigned int message)
{
	assert_eventually(!(vfio_read(&vfio, regs + GPUVF_SIM_VF_TX) &
			    GPUVF_SIM_VF_TX_VALID));
	assert_ok(vfio_write(&vfio, regs + GPUVF_SIM_VF_TX,
			     GPUVF_SIM_VF_TX_VALID | message));
}

static bool guest_hears(unsigned int message)
{
	uint32_t rx = vfio_read(&vfio, regs + GPUVF_SIM_VF_RX);

	if (!(rx & GPUVF_SIM_VF_RX_VALID))
		return false;
	assert_ok(vfio_write(&vfio, regs + GPUVF_SIM_VF_RX_ACK, 1));
	return (rx & GPUVF_SIM_VF_RX_MSG) == message;
}

/* Return: GPUVF_SIM_WINDOW_* */
static uint32_t guest_writes_memory(uint64_t offset)
{
	assert_ok(vfio_write(&vfio, regs + GPUVF_SIM_VF_WINDOW_LO, offset));
	assert_ok(vfio_write(&vfio, regs + GPUVF_SIM_VF_WINDOW_HI,
			     offset >> 32));
	assert_ok(vfio_write(&vfio, regs + GPUVF_SIM_VF_WINDOW_DATA, 1));
	return vfio_read(&vfio, regs + GPUVF_SIM_VF_WINDOW_STATUS);
}

static void guest_driver_starts_works_and_stops(void)
{
	struct table table;
	uint64_t blocked, run_ns;

	enable_and_bind(2);
	fixture_table(gpu, &table);
	begin_guest(0);
	guest_says(GPUVF_MBOX_REQ_INIT);
	assert_eventually(guest_hears(GPUVF_MBOX_READY));
	assert_true(vfio_events(&vfio) > 0);

	/* it has the GPU alone; its memory is its own, and no other is */
	blocked = gpu_truth_vf(gpu, 0, "blocked_touches");
	assert_u64(guest_writes_memory(table.vf[0].start),
		   GPUVF_SIM_WINDOW_OK);
	assert_u64(guest_writes_memory(table.vf[1].start),
		   GPUVF_SIM_WINDOW_REFUSED);
	assert_u64(gpu_truth_vf(gpu, 0, "blocked_touches"), blocked + 1);
	guest_says(GPUVF_MBOX_REL_INIT);

	run_ns = gpu_truth_vf(gpu, 0, "run_ns");
	assert_ok(vfio_write(&vfio, regs + GPUVF_SIM_VF_DOORBELL, 20000));
	assert_eventually(!vfio_read(&vfio, regs + GPUVF_SIM_VF_DOORBELL));
	assert_true(gpu_truth_vf(gpu, 0, "run_ns") >= run_ns + 20000000);

	guest_says(GPUVF_MBOX_REQ_FINI);
	assert_eventually(guest_hears(GPUVF_MBOX_READY));
	guest_says(GPUVF_MBOX_REL_FINI);
}

/* and after its reset it may begin anew */
static void C26_guest_that_keeps_the_gpu_is_reset_alone(void)
{
	uint64_t resets, epoch;

	enable_and_bind(2);
	assert_ok(gpu_guest(gpu, 1, "busy 100"));
	assert_eventually(gpu_vf_is(gpu, 1, "active"));
	epoch = gpu_truth_vf(gpu, 1, "epoch");
	begin_guest(0);
	resets = gpu_truth(gpu, "gpu", "vf_resets");
	guest_says(GPUVF_MBOX_REQ_INIT);
	assert_eventually(guest_hears(GPUVF_MBOX_READY));
	assert_eventually(gpu_truth(gpu, "gpu", "vf_resets") > resets);
	assert_u64(gpu_truth_vf(gpu, 1, "epoch"), epoch);
	assert_true(gpu_vf_is(gpu, 1, "active"));

	assert_user_reset();
	guest_says(GPUVF_MBOX_REQ_INIT);
	assert_eventually(guest_hears(GPUVF_MBOX_READY));
	guest_says(GPUVF_MBOX_REL_INIT);
}

static atomic_int disabling;

static void *disable_thread(void *arg)
{
	(void)arg;
	atomic_store(&disabling, 1);
	assert_ok(gpu_set_numvfs(gpu, 0));
	atomic_store(&disabling, 2);
	return NULL;
}

/* the PCI core's way; what gpuvf can do about it is to say who it is */
static void disabling_waits_for_the_session(void)
{
	pthread_t thread;

	enable_and_bind(1);
	open_session(0);
	atomic_store(&disabling, 0);
	assert_int_equal(pthread_create(&thread, NULL, disable_thread, NULL),
			 0);
	assert_eventually(atomic_load(&disabling) == 1);
	pause_ms(2000);
	assert_int_equal(atomic_load(&disabling), 1);
	vfio_close(&vfio);
	pthread_join(thread, NULL);
	assert_u64(gpu_numvfs(gpu), 0);
}

static void count_changing(const struct nl_message *msg, void *arg)
{
	unsigned int *num = arg;

	*num += !!(msg->has & 1ULL << GPUVF_A_PF_VFS_CHANGING);
}

/* Return: 0, or the line of what does not say @wanted */
static int says_changing(struct nl *nl, bool wanted)
{
	unsigned int single = 0, dumped = 0;
	struct nl_answer answer;
	struct nl_message msg;
	struct nl_request req;

	if (nl_pf_get(nl, gpu, &msg))
		return __LINE__;
	count_changing(&msg, &single);
	nl_begin(nl, &req, GPUVF_CMD_PF_GET, NLM_F_DUMP);
	if (nl_dump(nl, &req, &answer, count_changing, &dumped))
		return __LINE__;
	if (single != wanted || dumped != wanted)
		return __LINE__;
	return file_is(gpu_sysfs(gpu, "vfs_changing"), wanted ? "1" : "0") ?
	       0 : __LINE__;
}

static int sees_change(void *arg)
{
	struct nl *nl = nl_open();

	(void)arg;
	return nl && !nl_family(nl) ? says_changing(nl, true) : __LINE__;
}

/*
 * Another program disables VFs, and that waits for the user of one: others are gone
 * by then, and what is configured is not what there is. Every user can see that.
 */
static void gpu_says_that_its_vfs_are_being_taken_away(void)
{
	struct nl *config = fixture_listen(GPUVF_MCGRP_CONFIG);
	struct nl_message msg;
	struct nl_request req;
	struct nl_answer answer;
	pthread_t thread;
	unsigned int heard;

	enable_and_bind(2);
	open_session(1);
	assert_int_equal(says_changing(fx.nl, false), 0);
	atomic_store(&disabling, 0);
	assert_int_equal(pthread_create(&thread, NULL, disable_thread, NULL),
			 0);
	assert_eventually(!file_exists(vf_dir(0)));
	assert_int_equal(says_changing(fx.nl, true), 0);
	assert_int_equal(user_runs(user_ordinary, sees_change, NULL), 0);
	for (heard = 0; !heard; count_changing(&msg, &heard))
		assert_true(fixture_await(config, GPUVF_CMD_CONFIG_CHANGE,
					  &msg));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 3, 0, 9000);
	assert_error(nl_call(fx.nl, &req, &answer), -EBUSY);
	assert_u64(answer.last.refusal.reason,
		   GPUVF_REASON_VF_COUNT_CHANGING);
	assert_int_equal(atomic_load(&disabling), 1);
	vfio_close(&vfio);
	pthread_join(thread, NULL);
	assert_int_equal(says_changing(fx.nl, false), 0);
	nl_close(config);
}

static const struct test tests[] = {
	TEST(session_sees_its_function),
	TEST(session_maps_memory_and_interrupts),
	TEST(holder_is_named_and_keeps_its_memory),
	SLOW_TEST(C25_next_session_finds_cleared_memory),
	TEST(guest_driver_starts_works_and_stops),
	SLOW_TEST(C26_guest_that_keeps_the_gpu_is_reset_alone),
	SLOW_TEST(disabling_waits_for_the_session),
	TEST(gpu_says_that_its_vfs_are_being_taken_away),
};

int main(void)
{
	return vfio_suite_run("vfio", "total_vfs=4 fb_mib=8192", tests,
			      sizeof(tests) / sizeof(*tests), &vfio);
}
