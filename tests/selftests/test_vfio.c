// SPDX-License-Identifier: GPL-2.0
/*
 * A VF in the hands of another driver: vfio-pci has it, and a program opens it as
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

#include <hw/regs.h>
#include "selftest.h"
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

	ASSERT_OK(gpu_set_numvfs(gpu, num));
	for (i = 0; i < num; i++)
		ASSERT_OK(vfio_bind(vf_dir(i)));
}

static void open_session(unsigned int vf)
{
	ASSERT_OK(vfio_open(&vfio, vf_dir(vf)));
}

VFIO_FIXTURE(vfio, "total_vfs=4 fb_mib=8192", vfio);

TEST_F(vfio, session_sees_its_function)
{
	int where;

	enable_and_bind(2);
	open_session(1);
	/* of a VF the hardware itself reads ffff:ffff */
	ASSERT_EQ(GPUVF_SIM_VENDOR_ID | GPUVF_SIM_DEVICE_ID_VF << 16,
		  vfio_read(&vfio, 0));
	where = vfio_capability(&vfio, GPUVF_SIM_VSEC_ID);
	ASSERT_LT(0, where);
	ASSERT_OK(vfio_write(&vfio, where + GPUVF_SIM_VF_DOORBELL, 5000000));
	ASSERT_LT(0, gpu_truth_vf(gpu, 1, "backlog_ns") +
		  gpu_truth_vf(gpu, 1, "run_ns"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "backlog_ns"));
	/* and what the PF has is not there */
	ASSERT_EQ(0, vfio_capability(&vfio, GPUVF_IOV_VSEC_ID));
	vfio_close(&vfio);
}

TEST_F(vfio, session_maps_memory_and_interrupts)
{
	const size_t size = MIB;
	void *memory;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	enable_and_bind(1);
	open_session(0);
	ASSERT_OK(vfio_map(&vfio, memory, 256 * MIB, size));
	ASSERT_ERROR(vfio_map(&vfio, memory, 256 * MIB, size), -EEXIST);
	ASSERT_OK(vfio_msi(&vfio));
	ASSERT_EQ(0, vfio_events(&vfio));
	ASSERT_OK(vfio_unmap(&vfio, 256 * MIB, size));
	ASSERT_ERROR(vfio_unmap(&vfio, 256 * MIB, size), -ENOENT);
	munmap(memory, size);
}

TEST_F(vfio, holder_is_named_and_keeps_its_memory)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	char *before, *after;

	enable_and_bind(2);
	load_rest(gpu, 2);
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 0, &msg));
	ASSERT_STREQ("vfio-pci", msg.vf[0].driver);
	/* bound is not opened: it may still be given another size */
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu",
			      (unsigned long long)(GIB)));
	open_session(0);
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 2 * GIB, 5000);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EBUSY);
	ASSERT_EQ(GPUVF_REASON_VF_IN_USE, answer.last.refusal.reason);
	ASSERT_NE(NULL, strstr(answer.last.refusal.message,
			       "while vfio-pci uses the VF"));
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
	vfio_close(&vfio);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 2 * GIB, 5000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
}

/* as soon as the driver does not: it resets the VF late without an FLR notice */
static void user_resets(void)
{
	ASSERT_EVENTUALLY(!vfio_reset(&vfio));
}

TEST_F(vfio, C25_next_session_finds_cleared_memory)
{
	uint64_t resets, epoch;

	enable_and_bind(2);
	open_session(0);
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "active"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	resets = gpu_truth(gpu, "gpu", "vf_resets");
	/* its user resets it: gone is what it wrote, and it starts over */
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	user_resets();
	ASSERT_LT(resets, gpu_truth(gpu, "gpu", "vf_resets"));
	load_busy(gpu, 0, 100);
	ASSERT_LT(epoch, gpu_truth_vf(gpu, 0, "epoch"));
	/* its user goes, which resets it too; the next one comes */
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	vfio_close(&vfio);
	open_session(0);
	load_busy(gpu, 0, 100);
	ASSERT_LT(epoch, gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "active"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "active"));
	vfio_close(&vfio);
	/* leftover_reads and unscrubbed_starts are judged at the end */
}

/*
 * The program as the guest's driver, by the VF's own registers
 */

/* where they begin */
static unsigned int regs;

static unsigned int page(void)
{
	return regs + GPUVF_SIM_VF_MBOX;
}

static void begin_guest(unsigned int vf)
{
	open_session(vf);
	regs = vfio_capability(&vfio, GPUVF_SIM_VSEC_ID);
	ASSERT_LT(0, regs);
	ASSERT_OK(vfio_msi(&vfio));
	/* an MSI is a write to memory */
	ASSERT_OK(vfio_write(&vfio, PCI_COMMAND, PCI_COMMAND_MASTER));
	ASSERT_OK(vfio_write(&vfio, page() + GPUVF_MBOX_INT_CNTL,
			     GPUVF_MBOX_VALID_INT_EN | GPUVF_MBOX_ACK_INT_EN));
}

static void guest_says(unsigned int message)
{
	ASSERT_OK(vfio_write(&vfio, page() + GPUVF_MBOX_TRN(0), message));
	ASSERT_OK(vfio_write(&vfio, page() + GPUVF_MBOX_CONTROL,
			     GPUVF_MBOX_TRN_VALID));
	ASSERT_EVENTUALLY(vfio_read(&vfio, page() + GPUVF_MBOX_CONTROL) &
			  GPUVF_MBOX_TRN_ACK);
	ASSERT_OK(vfio_write(&vfio, page() + GPUVF_MBOX_CONTROL, 0));
}

static bool guest_hears(unsigned int message)
{
	if (!(vfio_read(&vfio, page() + GPUVF_MBOX_CONTROL) &
	      GPUVF_MBOX_RCV_VALID) ||
	    vfio_read(&vfio, page() + GPUVF_MBOX_RCV(0)) != message)
		return false;
	ASSERT_OK(vfio_write(&vfio, page() + GPUVF_MBOX_CONTROL,
			     GPUVF_MBOX_RCV_ACK));
	return true;
}

/* Return: GPUVF_SIM_WINDOW_* */
static uint32_t guest_writes_memory(uint64_t offset)
{
	ASSERT_OK(vfio_write(&vfio, regs + GPUVF_SIM_VF_WINDOW_LO, offset));
	ASSERT_OK(vfio_write(&vfio, regs + GPUVF_SIM_VF_WINDOW_HI,
			     offset >> 32));
	ASSERT_OK(vfio_write(&vfio, regs + GPUVF_SIM_VF_WINDOW_DATA, 1));
	return vfio_read(&vfio, regs + GPUVF_SIM_VF_WINDOW_STATUS);
}

TEST_F(vfio, guest_driver_starts_works_and_stops)
{
	struct table table;
	uint64_t blocked, run_ns;

	enable_and_bind(2);
	fixture_table(gpu, &table);
	begin_guest(0);
	guest_says(GPUVF_MBOX_REQ_INIT);
	ASSERT_EVENTUALLY(guest_hears(GPUVF_MBOX_READY));
	ASSERT_LT(0, vfio_events(&vfio));

	/* it has the GPU alone; its memory is its own, and no other is */
	blocked = gpu_truth_vf(gpu, 0, "blocked_touches");
	ASSERT_EQ(GPUVF_SIM_WINDOW_OK, guest_writes_memory(table.vf[0].start));
	ASSERT_EQ(GPUVF_SIM_WINDOW_REFUSED,
		  guest_writes_memory(table.vf[1].start));
	ASSERT_EQ(blocked + 1, gpu_truth_vf(gpu, 0, "blocked_touches"));
	guest_says(GPUVF_MBOX_REL_INIT);

	run_ns = gpu_truth_vf(gpu, 0, "run_ns");
	ASSERT_OK(vfio_write(&vfio, regs + GPUVF_SIM_VF_DOORBELL, 20000));
	ASSERT_EVENTUALLY(!vfio_read(&vfio, regs + GPUVF_SIM_VF_DOORBELL));
	ASSERT_LE(run_ns + 20000000, gpu_truth_vf(gpu, 0, "run_ns"));

	guest_says(GPUVF_MBOX_REQ_FINI);
	ASSERT_EVENTUALLY(guest_hears(GPUVF_MBOX_READY));
	guest_says(GPUVF_MBOX_REL_FINI);
}

/* and after its reset it may begin again */
TEST_F(vfio, C26_guest_that_keeps_the_gpu_is_reset_alone)
{
	uint64_t resets, epoch;

	enable_and_bind(2);
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	epoch = gpu_truth_vf(gpu, 1, "epoch");
	begin_guest(0);
	resets = gpu_truth(gpu, "gpu", "vf_resets");
	guest_says(GPUVF_MBOX_REQ_INIT);
	ASSERT_EVENTUALLY(guest_hears(GPUVF_MBOX_READY));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "vf_resets") > resets);
	ASSERT_EQ(epoch, gpu_truth_vf(gpu, 1, "epoch"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "active"));

	user_resets();
	guest_says(GPUVF_MBOX_REQ_INIT);
	ASSERT_EVENTUALLY(guest_hears(GPUVF_MBOX_READY));
	guest_says(GPUVF_MBOX_REL_INIT);
}

static atomic_int disabling;

static void *disable_thread(void *arg)
{
	(void)arg;
	atomic_store(&disabling, 1);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	atomic_store(&disabling, 2);
	return NULL;
}

/* the PCI core's way; what gpuvf can do about it is to say who it is */
TEST_F(vfio, disabling_waits_for_the_session)
{
	pthread_t thread;

	enable_and_bind(1);
	open_session(0);
	atomic_store(&disabling, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, disable_thread, NULL));
	ASSERT_EVENTUALLY(atomic_load(&disabling) == 1);
	pause_ms(2000);
	ASSERT_EQ(1, atomic_load(&disabling));
	vfio_close(&vfio);
	pthread_join(thread, NULL);
	ASSERT_EQ(0, gpu_numvfs(gpu));
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
TEST_F(vfio, gpu_says_that_its_vfs_are_being_taken_away)
{
	struct nl *config = fixture_listen(GPUVF_MCGRP_CONFIG);
	struct nl_message msg;
	struct nl_request req;
	struct nl_answer answer;
	pthread_t thread;
	unsigned int heard;

	enable_and_bind(2);
	open_session(1);
	ASSERT_EQ(0, says_changing(fx.nl, false));
	atomic_store(&disabling, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, disable_thread, NULL));
	ASSERT_EVENTUALLY(!file_exists(vf_dir(0)));
	ASSERT_EQ(0, says_changing(fx.nl, true));
	ASSERT_EQ(0, user_runs(user_ordinary, sees_change, NULL));
	for (heard = 0; !heard; count_changing(&msg, &heard)) {
		ASSERT_TRUE(fixture_await(config, GPUVF_CMD_CONFIG_CHANGE,
					  &msg));
	}
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 3, 0, 9000);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EBUSY);
	ASSERT_EQ(GPUVF_REASON_VF_COUNT_CHANGING, answer.last.refusal.reason);
	ASSERT_EQ(1, atomic_load(&disabling));
	vfio_close(&vfio);
	pthread_join(thread, NULL);
	ASSERT_EQ(0, says_changing(fx.nl, false));
	nl_close(config);
}

TEST_HARNESS_MAIN
