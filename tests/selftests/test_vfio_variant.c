// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf_vfio has the VFs: the PF's driver hears of each open, reset and close, so
 * that the next user finds nothing even where the hardware reports no FLR. Each test
 * runs on both kinds of hardware.
 */

#include <errno.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hw/regs.h>
#include "selftest.h"
#include "klog.h"
#include "load.h"
#include "user.h"
#include "vfio.h"

#define SIM	"gpus=2 total_vfs=4 fb_mib=4096 scrub_us_per_unit=100"
#define DRIVER	"gpuvf-vfio"
#define QUOTA	(512 * MIB)
#define QUOTA_UNITS	(QUOTA / UNIT)

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 5000 };

static struct vfio vfio = VFIO_CLOSED, second = VFIO_CLOSED;

static void set_scrub_us(unsigned int us)
{
	file_printf("/sys/module/gpuvf_sim/parameters/scrub_us_per_unit", "%u",
		    us);
}

static void end_sessions(void)
{
	vfio_close(&vfio);
	vfio_close(&second);
	set_scrub_us(100);
}

FIXTURE(variant) { };

FIXTURE_VARIANT(variant)
{
	const char *sim;
};

FIXTURE_VARIANT_ADD(variant, flr_notice) {
	.sim = SIM,
};

FIXTURE_VARIANT_ADD(variant, no_flr_notice) {
	.sim = SIM " flr=0",
};

FIXTURE_SETUP(variant)
{
	const char *missing = vfio_missing() ?: module_missing("gpuvf_vfio");

	selftest_begin(_metadata);
	if (missing)
		SKIP(return, "%s", missing);
	fixture_on_end(end_sessions);
	fixture_setup(variant->sim);
	if (!module_is_loaded("gpuvf_vfio"))
		ASSERT_OK(module_load("gpuvf_vfio", ""));
}

FIXTURE_TEARDOWN(variant)
{
	fixture_teardown();
}

static const char *vf_dir(const struct gpu *of, unsigned int vf)
{
	return gpu_pci(of, "virtfn%u", vf);
}

/* two VFs with 512 MiB each */
static void enable_and_bind(const struct gpu *of, const char *driver)
{
	unsigned int i;

	load_enable(of, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	fixture_wait_clean(of);
	for (i = 0; i < 2; i++)
		ASSERT_OK(vfio_bind_to(vf_dir(of, i), driver));
}

static void open_vf(unsigned int vf)
{
	ASSERT_OK(vfio_open(&vfio, vf_dir(gpu, vf)));
}

static uint64_t scrubbed(const struct gpu *of)
{
	return gpu_truth(of, "gpu", "units_scrubbed");
}

static uint64_t reset_count(unsigned int vf)
{
	return file_u64(gpu_sysfs(gpu, "vf%u/stats/resets", vf));
}

/*
 * The program as the guest's driver, which reaches its framebuffer through its BAR,
 * with a time slice or without
 */

static unsigned int regs(const struct vfio *session)
{
	int where = vfio_capability(session, GPUVF_SIM_VSEC_ID);

	ASSERT_LT(0, where);
	return where;
}

static void point(const struct vfio *session, unsigned int vf, uint64_t offset)
{
	uint64_t where = file_u64(gpu_sysfs(gpu, "vf%u/fb_offset", vf)) + offset;

	ASSERT_OK(vfio_write(session, regs(session) + GPUVF_SIM_VF_WINDOW_LO,
			     where));
	ASSERT_OK(vfio_write(session, regs(session) + GPUVF_SIM_VF_WINDOW_HI,
			     where >> 32));
}

static void writes(const struct vfio *session, unsigned int vf, uint64_t offset)
{
	point(session, vf, offset);
	ASSERT_OK(vfio_write(session, regs(session) + GPUVF_SIM_VF_APERTURE_DATA,
			     1));
	ASSERT_EQ(GPUVF_SIM_WINDOW_OK,
		  vfio_read(session, regs(session) + GPUVF_SIM_VF_WINDOW_STATUS));
}

static uint32_t finds(const struct vfio *session, unsigned int vf,
		      uint64_t offset)
{
	point(session, vf, offset);
	return vfio_read(session, regs(session) + GPUVF_SIM_VF_APERTURE_DATA);
}

static void writes_all(void)
{
	ASSERT_EVENTUALLY(finds(&vfio, 0, 0) == GPUVF_SIM_WINDOW_SCRUBBED);
	writes(&vfio, 0, 0);
	writes(&vfio, 0, QUOTA - 1);
	set_scrub_us(20000);
}

/* out of reach at once, and scrubbed before it is back; what is read is judged too */
static void finds_nothing(void)
{
	ASSERT_EQ(~0U, finds(&vfio, 0, 0));
	ASSERT_EQ(~0U, finds(&vfio, 0, QUOTA - 1));
	set_scrub_us(100);
	ASSERT_EVENTUALLY(finds(&vfio, 0, 0) == GPUVF_SIM_WINDOW_SCRUBBED);
	ASSERT_EQ(GPUVF_SIM_WINDOW_SCRUBBED, finds(&vfio, 0, QUOTA - 1));
}

TEST_F(variant, C40_next_user_of_a_vf_that_never_ran_finds_nothing)
{
	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	writes_all();
	vfio_close(&vfio);
	open_vf(0);
	finds_nothing();
}

TEST_F(variant, C40_nothing_is_left_after_a_reset_by_the_user)
{
	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	writes_all();
	ASSERT_OK(vfio_reset(&vfio));
	finds_nothing();
}

/* as a guest resets its function: vfio-pci does it on its behalf */
TEST_F(variant, C40_nothing_is_left_after_an_flr_by_the_guest)
{
	unsigned int where;

	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	writes_all();
	for (where = vfio_read(&vfio, PCI_CAPABILITY_LIST) & 0xff;
	     where && (vfio_read(&vfio, where) & 0xff) != PCI_CAP_ID_EXP;
	     where = vfio_read(&vfio, where) >> 8 & 0xff)
		;
	ASSERT_LT(0, where);
	ASSERT_OK(vfio_write(&vfio, where + PCI_EXP_DEVCTL,
			     PCI_EXP_DEVCTL_BCR_FLR));
	finds_nothing();
}

/* what gpuvf_vfio is for; the simulator sees it as a violation */
TEST_F(variant, C40_plant_vfio_pci_reports_nothing)
{
	bool leaks = !gpu_can(gpu, "flr-notice");
	uint64_t before;

	enable_and_bind(gpu, "vfio-pci");
	open_vf(0);
	writes_all();
	vfio_close(&vfio);
	if (leaks)
		fixture_spoil();
	before = gpu_truth(gpu, "gpu", "leftover_reads");
	open_vf(0);
	finds(&vfio, 0, 0);
	ASSERT_EQ(leaks, gpu_truth(gpu, "gpu", "leftover_reads") > before);
	set_scrub_us(100);
}

/* no command is refused because of a reset that the driver does not know of */
TEST_F(variant, C25_users_of_a_vf_that_runs)
{
	bool notice = gpu_can(gpu, "flr-notice");
	uint64_t races, before, epoch, other;
	unsigned int i;

	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	load_busy(gpu, 1, 100);
	other = gpu_truth_vf(gpu, 1, "epoch");
	races = gpu_truth(gpu, "gpu", "flr_races");
	for (i = 0; i < 3; i++) {
		load_busy(gpu, 0, 100);
		epoch = gpu_truth_vf(gpu, 0, "epoch");
		before = reset_count(0);
		ASSERT_OK(vfio_reset(&vfio));
		ASSERT_EVENTUALLY(reset_count(0) > before);
		load_busy(gpu, 0, 100);
		ASSERT_LT(epoch, gpu_truth_vf(gpu, 0, "epoch"));
		vfio_close(&vfio);
		ASSERT_EVENTUALLY(!gpu_vf_is(gpu, 0, "resetting"));
		open_vf(0);
	}
	if (!notice)
		ASSERT_EQ(races, gpu_truth(gpu, "gpu", "flr_races"));
	ASSERT_EQ(other, gpu_truth_vf(gpu, 1, "epoch"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "active"));
	/* leftover_reads and unscrubbed_starts are judged at the end */
}

TEST_F(variant, a_reset_is_counted_and_reported_once)
{
	uint64_t before;
	int log;

	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	before = reset_count(0);
	log = klog_open();
	ASSERT_OK(vfio_reset(&vfio));
	ASSERT_EVENTUALLY(reset_count(0) == before + 1);
	ASSERT_TRUE(klog_has(log, "VF0: was reset by its user"));
	fixture_wait_clean(gpu);
	ASSERT_EQ(before + 1, reset_count(0));
	close(log);
}

/* marks are the administrator's */
TEST_F(variant, C26_a_stopped_vf_stays_stopped)
{
	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/stop"), "1"));
	/* without SHUTDOWN the driver resets it too, and has the device locked */
	ASSERT_EVENTUALLY(!vfio_reset(&vfio));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "stopped"));
	vfio_close(&vfio);
	open_vf(0);
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "stopped"));
	vfio_close(&vfio);
}

static void *reset_thread(void *arg)
{
	(void)arg;
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	return NULL;
}

/* of an administrator, and of the user: both end, and opening waits for the first */
TEST_F(variant, opening_and_a_reset_at_the_same_time_succeed)
{
	pthread_t thread;
	unsigned int i;

	enable_and_bind(gpu, DRIVER);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, reset_thread, NULL));
		if (i & 1)
			ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "resetting"));
		open_vf(0);
		writes_all();
		set_scrub_us(100);
		vfio_close(&vfio);
		pthread_join(thread, NULL);
	}
	open_vf(0);
	ASSERT_EVENTUALLY(finds(&vfio, 0, 0) == GPUVF_SIM_WINDOW_SCRUBBED);
}

static atomic_int done;

/* as good as new: a guest starts, runs, and is reset */
static void vf_is_well(unsigned int vf)
{
	uint64_t before;

	ASSERT_EVENTUALLY(!vfio_open(&vfio, vf_dir(gpu, vf)));
	ASSERT_EVENTUALLY(finds(&vfio, vf, 0) == GPUVF_SIM_WINDOW_SCRUBBED);
	load_busy(gpu, vf, 100);
	before = reset_count(vf);
	ASSERT_OK(vfio_reset(&vfio));
	ASSERT_EVENTUALLY(reset_count(vf) > before);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, vf, "resetting"));
	vfio_close(&vfio);
}

/* a guest that resets its VF all the time, which has the device locked for it */
static void *user_reset_thread(void *arg)
{
	(void)arg;
	while (!atomic_load(&done))
		vfio_reset(&vfio);
	return NULL;
}

TEST_F(variant, a_user_cannot_keep_an_administrator_from_resetting_a_vf)
{
	uint64_t races, other, before;
	pthread_t thread;
	unsigned int i;

	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	races = gpu_truth(gpu, "gpu", "flr_races");
	other = gpu_truth_vf(gpu, 1, "epoch");
	atomic_store(&done, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, user_reset_thread, NULL));
	for (i = 0; i < 4; i++) {
		before = reset_count(0);
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
		ASSERT_LT(before, reset_count(0));
	}
	atomic_store(&done, 1);
	pthread_join(thread, NULL);
	if (!gpu_can(gpu, "flr-notice"))
		ASSERT_EQ(races, gpu_truth(gpu, "gpu", "flr_races"));
	ASSERT_EQ(other, gpu_truth_vf(gpu, 1, "epoch"));
	ASSERT_FALSE(gpu_vf_is(gpu, 0, "failed"));
	vfio_close(&vfio);
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	vf_is_well(0);
}

/* root resets the function behind its user's back */
static void *pci_reset_thread(void *arg)
{
	(void)arg;
	while (!atomic_load(&done)) {
		file_write(gpu_vf_pci(gpu, 0, "reset"), "1");
		/* opening takes the device lock only if it is free */
		pause_ms(150);
	}
	return NULL;
}

static void *gpu_reset_thread(void *arg)
{
	unsigned int i;

	(void)arg;
	for (i = 0; i < 4; i++)
		ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
	atomic_store(&done, 1);
	return NULL;
}

/* closing finds the device locked, and its own reset within another one */
TEST_F(variant, closing_while_another_resets_the_function)
{
	pthread_t thread;
	unsigned int i;

	enable_and_bind(gpu, DRIVER);
	atomic_store(&done, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, pci_reset_thread, NULL));
	for (i = 0; i < 6; i++) {
		ASSERT_EVENTUALLY(!vfio_open(&vfio, vf_dir(gpu, 0)));
		ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
		pause_ms(30);
		vfio_close(&vfio);
	}
	atomic_store(&done, 1);
	pthread_join(thread, NULL);
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	vf_is_well(0);
}

TEST_F(variant, C34_resets_of_the_gpu_and_of_its_vfs_at_the_same_time)
{
	pthread_t thread;

	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	load_busy(gpu, 0, 100);
	atomic_store(&done, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, gpu_reset_thread, NULL));
	while (!atomic_load(&done))
		vfio_reset(&vfio);
	pthread_join(thread, NULL);
	vfio_close(&vfio);
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	vf_is_well(0);
}

TEST_F(variant, two_gpus_have_nothing_to_do_with_each_other)
{
	const struct gpu *other = &fx.gpu[1];
	uint64_t before, of_other;

	enable_and_bind(gpu, DRIVER);
	enable_and_bind(other, DRIVER);
	open_vf(0);
	ASSERT_OK(vfio_open(&second, vf_dir(other, 0)));
	fixture_wait_clean(gpu);
	fixture_wait_clean(other);
	before = scrubbed(gpu);
	of_other = scrubbed(other);
	vfio_close(&vfio);
	fixture_wait_clean(gpu);
	ASSERT_EQ(before + QUOTA_UNITS, scrubbed(gpu));
	ASSERT_EQ(of_other, scrubbed(other));
	ASSERT_OK(vfio_reset(&second));
	vfio_close(&second);
	fixture_wait_clean(other);
	ASSERT_LE(of_other + QUOTA_UNITS, scrubbed(other));
	ASSERT_EQ(before + QUOTA_UNITS, scrubbed(gpu));
}

TEST_F(variant, interrupts_and_memory_are_as_of_vfio_pci)
{
	const unsigned int page = GPUVF_SIM_VF_MBOX;

	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	ASSERT_OK(vfio_msi(&vfio));
	ASSERT_OK(vfio_write(&vfio, PCI_COMMAND, PCI_COMMAND_MASTER));
	ASSERT_OK(vfio_write(&vfio, regs(&vfio) + page + GPUVF_MBOX_INT_CNTL,
			     GPUVF_MBOX_VALID_INT_EN | GPUVF_MBOX_ACK_INT_EN));
	ASSERT_OK(vfio_write(&vfio, regs(&vfio) + page + GPUVF_MBOX_TRN(0),
			     GPUVF_MBOX_REQ_INIT));
	ASSERT_OK(vfio_write(&vfio, regs(&vfio) + page + GPUVF_MBOX_CONTROL,
			     GPUVF_MBOX_TRN_VALID));
	ASSERT_EVENTUALLY(vfio_read(&vfio, regs(&vfio) + page +
				    GPUVF_MBOX_RCV(0)) == GPUVF_MBOX_READY);
	ASSERT_LT(0, vfio_events(&vfio));
}

static int opens_and_resets(void *arg)
{
	struct vfio session;
	int err = vfio_open(&session, arg);

	if (!err)
		err = vfio_reset(&session);
	vfio_close(&session);
	return err;
}

TEST_F(variant, an_ordinary_user)
{
	char dir[PATH_MAX], group[PATH_MAX], name[PATH_MAX];
	ssize_t n;

	enable_and_bind(gpu, DRIVER);
	snprintf(dir, sizeof(dir), "%s", vf_dir(gpu, 0));
	n = readlink(gpu_pci(gpu, "virtfn0/iommu_group"), group,
		     sizeof(group) - 1);
	ASSERT_LT(0, n);
	group[n] = '\0';
	snprintf(name, sizeof(name), "/dev/vfio%s", strrchr(group, '/'));
	ASSERT_EQ(-EACCES, user_runs(user_ordinary, opens_and_resets, dir));
	ASSERT_EQ(0, chmod(name, 0666));
	ASSERT_EQ(0, user_runs(user_ordinary, opens_and_resets, dir));
	fixture_wait_clean(gpu);
}

static atomic_int ended;

static void *disable_thread(void *arg)
{
	(void)arg;
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	atomic_store(&ended, 1);
	return NULL;
}

static void *remove_thread(void *arg)
{
	(void)arg;
	ASSERT_OK(file_write(gpu_pci(gpu, "remove"), "1"));
	atomic_store(&ended, 1);
	return NULL;
}

/* they wait for the session, which goes on until it closes */
static void ends_with_the_session(void *(*run)(void *arg))
{
	pthread_t thread;

	open_vf(0);
	writes_all();
	set_scrub_us(100);
	load_busy(gpu, 0, 100);
	atomic_store(&ended, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, run, NULL));
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "vfs_changing"), "1"));
	pause_ms(500);
	ASSERT_EQ(0, atomic_load(&ended));
	/* the PCI core has locked the device: closing does not reset it either */
	ASSERT_ERROR(vfio_reset(&vfio), -EAGAIN);
	vfio_close(&vfio);
	pthread_join(thread, NULL);
}

TEST_F(variant, disabling_vfs_waits_for_the_session)
{
	enable_and_bind(gpu, DRIVER);
	ends_with_the_session(disable_thread);
	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	ASSERT_EVENTUALLY(finds(&vfio, 0, 0) == GPUVF_SIM_WINDOW_SCRUBBED);
}

TEST_F(variant, pf_is_taken_away_during_a_session)
{
	enable_and_bind(gpu, DRIVER);
	/* its driver cannot be unbound before its VFs are gone */
	ASSERT_ERROR(file_write("/sys/bus/pci/drivers/gpuvf/release", gpu->bdf),
		     -EBUSY);
	ends_with_the_session(remove_thread);
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	ASSERT_EVENTUALLY(file_exists(gpu_sysfs(gpu, "state")));
	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	ASSERT_EVENTUALLY(finds(&vfio, 0, 0) == GPUVF_SIM_WINDOW_SCRUBBED);
}

TEST_F(variant, modules_in_use_stay)
{
	enable_and_bind(gpu, DRIVER);
	open_vf(0);
	ASSERT_ERROR(module_unload("gpuvf_vfio"), -EWOULDBLOCK);
	ASSERT_ERROR(module_unload("gpuvf"), -EWOULDBLOCK);
	vfio_close(&vfio);
	/* bound is not in use */
	ASSERT_OK(module_unload("gpuvf_vfio"));
	ASSERT_FALSE(file_exists(gpu_pci(gpu, "virtfn0/driver")));
	ASSERT_OK(module_load("gpuvf_vfio", ""));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	/* one module calls the other */
	ASSERT_ERROR(module_unload("gpuvf"), -EWOULDBLOCK);
}

/* bound by driver_override, where another driver has the PF */
TEST_F(variant, vfs_of_other_drivers_are_not_taken)
{
	char link[PATH_MAX];
	int log;

	ASSERT_EQ(0, system("modprobe pci-pf-stub"));
	ASSERT_OK(file_write("/sys/bus/pci/drivers/gpuvf/release", gpu->bdf));
	ASSERT_OK(file_write(gpu_pci(gpu, "driver_override"), "pci-pf-stub"));
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe", gpu->bdf));
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	log = klog_open();
	ASSERT_ERROR(vfio_bind_to(vf_dir(gpu, 0), DRIVER), -ENODEV);
	ASSERT_TRUE(klog_has(log, "not a VF of a GPU that gpuvf drives: use vfio-pci"));
	ASSERT_ERROR(readlink(gpu_pci(gpu, "virtfn0/driver"), link,
			      sizeof(link)) < 0 ? -errno : 0, -ENOENT);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(file_write(gpu_pci(gpu, "driver/unbind"), gpu->bdf));
	ASSERT_OK(file_write(gpu_pci(gpu, "driver_override"), "\n"));
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe", gpu->bdf));
	ASSERT_TRUE(file_exists(gpu_sysfs(gpu, "state")));
	close(log);
}

TEST_HARNESS_MAIN
