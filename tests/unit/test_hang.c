// SPDX-License-Identifier: GPL-2.0
/*
 * Drivers that hang while a file of sysfs is read or written: a FIFO with nothing in it
 * hangs its readers, one that is full its writers.
 */
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "apply/apply.h"
#include "generic_test.h"

#define VF0	"0000:01:00.1"

/* of a write, instead of two minutes */
#define SHORT_LIMIT_MS	500

int __real_attr_write(const char *bdf, const char *path, const char *text,
		      u32 limit_ms);
int __wrap_attr_write(const char *bdf, const char *path, const char *text,
		      u32 limit_ms);

int __wrap_attr_write(const char *bdf, const char *path, const char *text,
		      u32 limit_ms)
{
	assert_int_equal(limit_ms, 120000);
	return __real_attr_write(bdf, path, text, SHORT_LIMIT_MS);
}

/* pids of the children, with a space behind each; to be freed */
static char *list_children(void)
{
	char *path = xasprintf("/proc/self/task/%d/children", getpid());
	char *text = xcalloc(1, 256);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_true(fread(text, 1, 255, f) < 255);
	fclose(f);
	free(path);
	return text;
}

static void children_are(unsigned int expected)
{
	unsigned int n = 0;
	char *text, *at;

	/* those that wait for a request are none */
	attr_end();
	text = list_children();
	for (at = text; (at = strchr(at, ' ')); at++)
		n++;
	free(text);
	assert_int_equal(n, expected);
}

static void a_driver_that_hangs_hangs_nothing_here(void **state)
{
	u64 start = monotonic_ms();
	struct pollfd end;
	struct gpu gpu;
	int fds[2];
	int fifo;
	u32 num;

	children_are(0);
	make_vfs(NVME, 0, 2);
	fifo = hang();
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	read_one(NVME, &gpu);
	assert_true(gpu.vfs_changing);
	assert_int_equal(gpu.num_vfs, 2);
	gpu_free(&gpu);
	children_are(1);

	/* the child holds nothing open that others wait for */
	close(fds[1]);
	end = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	assert_int_equal(poll(&end, 1, 1000), 1);
	assert_true(end.revents & POLLHUP);
	close(fds[0]);

	/* every verb goes on, and there is no second child */
	configure(CONFIG "vf 0-3 = s\ndriver 0-3 = none\n");
	says("show", EXIT_DONE, "2 of 8 VFs enabled");
	says("show -j", EXIT_DONE, "\"vfs_changing\": true");
	says("plan", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	says("apply", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	children_are(1);
	assert_true(monotonic_ms() - start < 60000);

	/* it is over; what the child had seen is stale, and the child goes */
	assert_int_equal(write(fifo, "7\n", 2), 2);
	sleep_ms(300);
	put(NVME, NUMVFS, "2\n");
	assert_int_equal(sysfs_get_num_vfs(NVME, &num), 0);
	assert_int_equal(num, 2);
	children_are(0);
	close(fifo);
	says("show", EXIT_DONE, "2 of 8 VFs enabled");
}

/* it comes back while the next reader waits for it already, which then reads */
static void a_driver_that_comes_back_is_asked_again(void **state)
{
	int fifo = hang();
	pid_t pid;
	u32 num;

	assert_int_equal(sysfs_get_num_vfs(NVME, &num), -ETIMEDOUT);
	pid = fork();
	if (!pid) {
		sleep_ms(500);
		put(NVME, NUMVFS, "5\n");
		_exit(write(fifo, "4\n", 2) != 2);
	}
	assert_int_equal(sysfs_get_num_vfs(NVME, &num), 0);
	assert_int_equal(num, 5);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	children_are(0);
	close(fifo);
}

/* a display that hangs is in doctor's list */
static void doctor_goes_on_beside_a_driver_that_hangs(void **state)
{
	char *path;
	int fifo;

	make_pf(GPU, "0x030000\n", "xe", "4\n");
	run_shell("rm " DEVICES GPU "/" NUMVFS);
	run_shell("mkfifo " DEVICES GPU "/" NUMVFS);
	says("doctor -j", EXIT_MISSING, "driver xe is enabling or disabling them at this moment, or hangs in that");
	path = path_of(GPU, NUMVFS);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	free(path);
	assert_int_equal(write(fifo, "0\n", 2), 2);
	sleep_ms(300);
	put(GPU, NUMVFS, "0\n");
	says("doctor -v", EXIT_MISSING, "up to 4 VFs, 0 enabled");
	close(fifo);
}

/* what hung goes on, to its end; Return: what was written then */
static const char *let_go(void)
{
	static char page[4096 + 1];
	ssize_t got, last = 0;

	do {
		got = read(pf.hung, page, sizeof(page) - 1);
		if (got > 0)
			last = got;
		else
			sleep_ms(10);
	} while (got > 0 || (got < 0 && errno == EAGAIN));
	close(pf.hung);
	page[last] = '\0';
	return page;
}

/* processes are those that there are */
static void see_processes(void)
{
	run_shell("rmdir proc && ln -s /proc proc");
}

/* can another process have the lock of apply at once? */
static bool is_unlocked(void)
{
	char *path = xasprintf("%s%s", root, APPLY_LOCK);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool unlocked;

	assert_true(fd >= 0);
	unlocked = !flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	free(path);
	return unlocked;
}

#define CHANGING	"VFs are being enabled or disabled at this moment by process "

static void a_number_that_hangs_is_left_behind(void **state)
{
	u64 start = monotonic_ms();
	char *left;

	see_processes();
	make_pf(GPU, "0x030000\n", "xe", "4\n");
	configure(CONFIG "vf 0-3 = s\n[gpu b]\npci = " GPU "\nvf 0-1 = s\n");
	pf.hangs = NUMVFS;
	says("apply disk", EXIT_ATTENTION, "GPU " NVME ": cannot enable 4 VFs: not done within 120 s, and goes on: the driver is slow, or hangs in it (see the kernel log)");
	assert_true(is_unlocked());
	children_are(1);
	left = root_read(NULL, "run/gpuvf/intent");
	assert_says(left, NVME);
	free(left);

	/* it goes on: nothing else is begun, but with the other GPU */
	says("plan disk", EXIT_BUSY, "GPU " NVME ": " CHANGING);
	says("apply b", EXIT_ATTENTION, "GPU " NVME " [gpu disk]: cannot recover an interrupted apply: " CHANGING);
	says("plan b", EXIT_DONE, "in sync");
	children_are(1);
	assert_true(monotonic_ms() - start < 120000);

	/* the driver comes back, and has done it */
	assert_string_equal(let_go(), "4");
	make_vfs(NVME, 0, 4);
	put(NVME, NUMVFS, "4\n");
	says("apply", EXIT_DONE, "recovered an interrupted apply: the change was complete");
	children_are(0);
}

/* a driver that comes back when the time is over, but before all is given up */
static pid_t come_back_late(void)
{
	char *path = path_of(NVME, NUMVFS);
	pid_t pid = fork();
	struct stat st;

	if (!pid) {
		while (stat(path, &st) || !S_ISFIFO(st.st_mode))
			sleep_ms(10);
		sleep_ms(SHORT_LIMIT_MS + 200);
		pf.hung = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		make_vfs(NVME, 0, 4);
		put(NVME, NUMVFS, "4\n");
		let_go();
		_exit(0);
	}
	free(path);
	return pid;
}

static void a_number_that_is_late_is_taken_back(void **state)
{
	pid_t pid = come_back_late();

	configure(CONFIG "vf 0-3 = s\n");
	pf.hangs = NUMVFS;
	says("apply", EXIT_FAILED, "GPU " NVME ": rolled back to its previous state");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(num_vfs(), 0);
	children_are(0);
	close(pf.hung);
	says("apply", EXIT_DONE, "4 VFs enabled");
}

static void use_vfio(void)
{
	run_shell("ln -sfn ../../iommu_groups/12 " DEVICES NVME "/iommu_group");
	configure(CONFIG "vf 0-1 = s\ndriver 0-1 = vfio-pci\n");
}

static void a_host_driver_that_hangs_is_left_behind(void **state)
{
	static char said[10000];

	use_vfio();
	pf.hangs = "driver_override";
	says("apply", EXIT_ATTENTION, "GPU " NVME " VF 0: cannot set driver_override to 'vfio-pci': not done within 120 s, and goes on");
	children_are(1);
	assert_string_equal(let_go(), "vfio-pci");
	put(VF0, "driver_override", "vfio-pci\n");
	says("apply", EXIT_DONE, "recovered an interrupted apply: change completed");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");

	use_vfio();
	pf.hangs = "drivers_probe";
	assert_int_equal(run("apply", said, sizeof(said)), EXIT_ATTENTION);
	assert_says(said, "GPU " NVME " VF 0: cannot set its host driver: not done within 120 s, and goes on");
	/* the next one would hang as long, and to disable them longer */
	assert_null(strstr(said, "VF 1"));
	assert_says(said, "GPU " NVME " VF 0: driver_override cannot be read within 2 s: a driver is being bound or unbound, or hangs in that");
	assert_int_equal(num_vfs(), 2);
	assert_string_equal(let_go(), VF0);
	run_shell("rm sys/bus/pci/drivers_probe");
	says("apply", EXIT_DONE, "recovered an interrupted apply: change completed");
	children_are(0);
}

static void a_driver_that_hangs_on_the_way_out_is_left_behind(void **state)
{
	use_vfio();
	says("apply", EXIT_DONE, "2 VFs enabled");
	configure(CONFIG "vf 0-1 = s\ndriver 0-1 = none\n");
	pf.hangs = "unbind";
	says("apply", EXIT_ATTENTION, "GPU " NVME " VF 0: cannot set its host driver: not done within 120 s, and goes on");
	says("plan", EXIT_BUSY, "GPU " NVME " VF 0: driver_override cannot be read within 2 s: a driver is being bound or unbound, or hangs in that");
	says("export", EXIT_BUSY, "VF 0: driver_override cannot be read");
	assert_string_equal(let_go(), VF0);
	run_shell("rm " DEVICES VF0 "/driver sys/bus/pci/drivers/vfio-pci/unbind");
	says("apply", EXIT_DONE, "recovered an interrupted apply: change completed");
	says("apply", EXIT_DONE, "in sync");
	children_are(0);
}

/* a process that is killed leaves the lock to the write that it has begun */
static void the_lock_lasts_for_as_long_as_a_write(void **state)
{
	char *path = path_of(NVME, NUMVFS);
	int fd;

	assert_int_equal(apply_lock(&fd, 0), EXIT_DONE);
	assert_false(is_unlocked());
	pf.hangs = NUMVFS;
	assert_true(hangs(NUMVFS, path));
	path = path_of(NVME, NUMVFS);
	assert_int_equal(attr_write(NVME, path, "4", 120000), -ETIMEDOUT);
	free(path);
	/* as when it is killed */
	attr_keep_open(-1);
	close(fd);
	assert_false(is_unlocked());
	assert_int_equal(__real_sysfs_set_number(NVME, NUMVFS, 0), -EBUSY);
	let_go();
	children_are(1);
	assert_int_equal(__real_sysfs_set_number(NVME, AUTOPROBE, 1), 0);
	children_are(0);
	assert_true(is_unlocked());
}

/* one that a signal, or the kernel for want of memory, has ended */
static void a_child_that_is_killed_is_an_error(void **state)
{
	char *text;
	u32 num;

	assert_int_equal(sysfs_get_num_vfs(NVME, &num), 0);
	text = list_children();
	assert_int_equal(kill(strtol(text, NULL, 10), SIGKILL), 0);
	free(text);
	assert_int_equal(sysfs_get_num_vfs(NVME, &num), -EIO);
	assert_int_equal(sysfs_get_num_vfs(NVME, &num), 0);
	children_are(0);
}

static void what_is_too_long_is_refused(void **state)
{
	char *path = xcalloc(1, 5000);
	char text[8];

	memset(path, 'x', 4999);
	assert_int_equal(attr_read(NVME, path, text, sizeof(text), 1000), -ENAMETOOLONG);
	assert_int_equal(__real_attr_write(NVME, "x", path, 1000), -EINVAL);
	put(NVME, "long", "0123456789\n");
	free(path);
	path = path_of(NVME, "long");
	assert_int_equal(attr_read(NVME, path, text, sizeof(text), 1000), 0);
	assert_string_equal(text, "0123456");
	free(path);
	assert_int_equal(attr_read(NVME, "/nowhere", text, sizeof(text), 1000), -ENOENT);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_driver_that_hangs_hangs_nothing_here),
		test(a_driver_that_comes_back_is_asked_again),
		test(doctor_goes_on_beside_a_driver_that_hangs),
		test(a_number_that_hangs_is_left_behind),
		test(a_number_that_is_late_is_taken_back),
		test(a_host_driver_that_hangs_is_left_behind),
		test(a_driver_that_hangs_on_the_way_out_is_left_behind),
		test(the_lock_lasts_for_as_long_as_a_write),
		test(a_child_that_is_killed_is_an_error),
		test(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests_name("hang", tests, NULL, NULL);
}
