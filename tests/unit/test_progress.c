// SPDX-License-Identifier: GPL-2.0
/*
 * What takes longer than a second says on a terminal how far it is, and nowhere else.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "base/exit_code.h"
#include "base/fold.h"
#include "base/progress.h"
#include "fake_kernel.h"
#include "terminal_test.h"
#include "verb_test.h"

#define CONFIG	"[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n" \
		"[gpu g]\npci = 0000:41:00.0\nvf 0-3 = p\n"

/* @keys and @status: as of with_keys() */
static char *on_terminal(const char *words, const char *keys, int *status)
{
	char *text = with_keys(words, 80, keys, status);
	char *rest = xstrdup(text), *copy = rest, *line;

	/* each line of progress is written over the one before it */
	while ((line = strsep(&rest, "\r\n")))
		if (text_columns(line) > 80 + strlen(END))
			fail_msg("%s: too long: %s", words, line);
	free(copy);
	return text;
}

/* the same in a pipe: nothing moves */
static void is_quiet(const char *words, int code)
{
	static char said[10000];

	assert_int_equal(run(words, said, sizeof(said)), code);
	assert_null(strchr(said, '\r'));
	assert_null(strchr(said, '\033'));
}

static void let_scrubbing_take_long(void)
{
	fake_reset();
	fake.gpu.fb_needs_scrub = 8 * GIB;
	/* 32 looks */
	fake.scrubs = 256 * MIB;
}

static void scrubbing_is_a_bar_of_bytes(void **state)
{
	char *text;
	int status;

	let_scrubbing_take_long();
	text = on_terminal("apply -f t.ini", NULL, &status);
	assert_int_equal(status, 0);
	assert_says(text, "\rGPU 0000:41:00.0: scrubbing [#########");
	assert_says(text, "GiB of ");
	assert_says(text, " s left\033[K");
	/* and is gone in the end */
	assert_string_equal(text + strlen(text) - strlen("\r\033[K"), "\r\033[K");
	free(text);
	let_scrubbing_take_long();
	is_quiet("apply -f t.ini", EXIT_DONE);
	/* what is over at once needs no line */
	fake_reset();
	text = on_terminal("apply -f t.ini", NULL, &status);
	assert_null(strstr(text, "\033[K"));
	free(text);
}

/* all is done but what the GPU does by itself */
static void an_interrupt_does_not_end_scrubbing(void **state)
{
	char *text;
	int status;

	let_scrubbing_take_long();
	/* more lines than a terminal holds: it cannot be over before it is interrupted */
	fake.scrubs = MIB;
	text = on_terminal("apply -f t.ini", INTERRUPT, &status);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	assert_says(text, "scrubbing continues without");
	assert_says(text, "4 VFs enabled");
	free(text);
}

static void vfs_are_counted_as_they_come(void **state)
{
	char *text;

	fake_reset();
	fake.is_slow = true;
	text = on_terminal("apply -f t.ini", NULL, NULL);
	assert_says(text, "\rGPU 0000:41:00.0: enabling VFs [##########..........] 2 of 4\033[K");
	assert_says(text, "4 VFs enabled");
	free(text);
	fake_reset();
	fake.is_slow = true;
	is_quiet("apply -f t.ini", EXIT_DONE);
}

static void a_driver_that_takes_its_time_is_waited_for(void **state)
{
	char *text;

	write_text("driver.ini", CONFIG "driver 3 = vfio-pci\n");
	fake_reset();
	fake.is_slow = true;
	text = on_terminal("apply -f driver.ini", NULL, NULL);
	assert_says(text, "\rGPU 0000:41:00.0: setting host drivers of its VFs, 1 s\033[K");
	assert_says(text, "4 VFs enabled");
	free(text);
}

static void use_a_vf(void)
{
	fake_reset();
	fake.gpu.num_vfs = 2;
	fake.gpu.vfs[1].has_state = true;
	fake.gpu.vfs[1].in_use = true;
	copy_string(fake.gpu.vfs[1].bdf, BDF_SIZE, "0000:41:02.1");
	copy_string(fake.gpu.vfs[1].driver, NAME_SIZE, "vfio-pci");
}

/* once where nothing can be written over, as of each message */
static void what_is_waited_for_is_named(void **state)
{
	static char said[10000];
	char *text;
	int status;

	use_a_vf();
	text = on_terminal("apply --wait-idle 2 -f t.ini", NULL, &status);
	assert_int_equal(WEXITSTATUS(status), EXIT_BUSY);
	assert_says(text, "waiting up to 2 s for VM web, process 77");
	assert_says(text, "\rwaiting 1 s more for VM web, process 77 (qemu), which has GPU");
	free(text);
	use_a_vf();
	assert_int_equal(run("apply --wait-idle 1 -f t.ini", said, sizeof(said)), EXIT_BUSY);
	assert_says(said, "waiting up to 1 s for VM web, process 77 (qemu), which has GPU 0000:41:00.0 VF 1 open\n");
	assert_null(strstr(said, "more for"));
}

static void a_reset_says_how_long_it_takes(void **state)
{
	char *text;

	fake_reset();
	fake.gpu.resets = 1;
	fake.reset_reads = 3;
	text = on_terminal("reset 41:00.0", NULL, NULL);
	assert_says(text, "does not answer takes over a minute");
	assert_says(text, "\rGPU 0000:41:00.0: reset [....................] 2 s of at most 120\033[K");
	assert_says(text, "0000:41:00.0: reset");
	free(text);
	fake_reset();
	fake.gpu.resets = 1;
	fake.reset_reads = 3;
	is_quiet("reset 41:00.0", EXIT_DONE);
}

/* a daemon that takes its time */
static pid_t start_daemon(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "run/gpuvf/daemon.sock" };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (!pid) {
		int client = accept(listener, NULL, NULL);

		usleep(1500000);
		if (client >= 0 && write(client, "0\nin sync\n", 10) == 10)
			_exit(0);
		_exit(1);
	}
	close(listener);
	return pid;
}

static void the_daemon_is_waited_for(void **state)
{
	char *text;
	pid_t pid;

	pid = start_daemon();
	text = on_terminal("reload", NULL, NULL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_says(text, "\rwaiting for the daemon, 1 s\033[K");
	assert_says(text, "in sync");
	free(text);
}

static void bars_are_full_in_the_end(void **state)
{
	char text[32];

	assert_string_equal(progress_bar(text, sizeof(text), 0, 10),
			    "[....................]");
	assert_string_equal(progress_bar(text, sizeof(text), 5, 10),
			    "[##########..........]");
	assert_string_equal(progress_bar(text, sizeof(text), U64_MAX, U64_MAX),
			    "[####################]");
	assert_string_equal(progress_bar(text, sizeof(text), 0, 0),
			    "[....................]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scrubbing_is_a_bar_of_bytes),
		cmocka_unit_test(an_interrupt_does_not_end_scrubbing),
		cmocka_unit_test(vfs_are_counted_as_they_come),
		cmocka_unit_test(a_driver_that_takes_its_time_is_waited_for),
		cmocka_unit_test(what_is_waited_for_is_named),
		cmocka_unit_test(a_reset_says_how_long_it_takes),
		cmocka_unit_test(the_daemon_is_waited_for),
		cmocka_unit_test(bars_are_full_in_the_end),
	};
	static const char *const dirs[] = {
		"etc", "run", "run/gpuvf", "sys", "proc", "proc/77", "proc/77/fd",
		"sys/bus", "sys/bus/pci", "sys/bus/pci/devices",
		"sys/bus/pci/devices/0000:41:02.1",
	};
	char *root;
	int failed;

	setenv("NO_COLOR", "1", 1);
	root = new_root(dirs, ARRAY_SIZE(dirs));
	assert_int_equal(chdir(root), 0);
	assert_int_equal(symlink("../../../../kernel/iommu_groups/7",
				 "sys/bus/pci/devices/0000:41:02.1/iommu_group"), 0);
	assert_int_equal(symlink("/dev/vfio/7", "proc/77/fd/9"), 0);
	write_text("proc/77/comm", "qemu\n");
	write_text("proc/77/cgroup", "0::/machine.slice/machine-web.scope\n");
	write_text("t.ini", CONFIG);
	failed = cmocka_run_group_tests_name("progress", tests, NULL, NULL);
	fake_free();
	remove_root(root);
	return failed;
}
