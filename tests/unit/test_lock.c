// SPDX-License-Identifier: GPL-2.0
/*
 * Another process has the lock, without which nothing is changed.
 */
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "apply_test.h"
#include "daemon/daemon.h"

/* a process that has the lock, until it is killed */
static pid_t lock_elsewhere(void)
{
	char *lock = path_of("run/gpuvf/apply.lock");
	char *dir = path_of("run/gpuvf");
	int ends[2];
	pid_t pid;
	char c;

	mkdir(dir, 0700);
	free(dir);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		int fd = open(lock, O_RDWR | O_CREAT, 0600);

		if (flock(fd, LOCK_EX) || write(ends[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &c, 1), 1);
	close(ends[0]);
	free(lock);
	return pid;
}

static void unlock_elsewhere(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void add_process(int pid, const char *name, const char *file,
			const char *info)
{
	char *path, *target = path_of(file);
	static const char *const dirs[] = { "", "/fd", "/fdinfo" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		path = xasprintf("%s/proc/%d%s", root, pid, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
	}
	path = xasprintf("%s/proc/%d/fd/3", root, pid);
	assert_int_equal(symlink(target, path), 0);
	free(path);
	free(target);
	path = xasprintf("proc/%d/fdinfo/3", pid);
	write_file(path, info);
	free(path);
	path = xasprintf("proc/%d/comm", pid);
	write_file(path, name);
	free(path);
}

/* one process has the lock; others have the file open, or another one locked */
static void make_proc(void)
{
	static const char locked[] =
		"pos:\t0\nflags:\t02\n"
		"lock:\t1: FLOCK  ADVISORY  WRITE 7 00:1a:567 0 EOF\n";
	char *dir = path_of("proc");

	assert_int_equal(mkdir(dir, 0755), 0);
	free(dir);
	write_file("run/gpuvf/other.lock", "");
	add_process(70, "waits\n", "run/gpuvf/apply.lock",
		    "pos:\t0\nflags:\t02\n");
	add_process(71, "elsewhere\n", "run/gpuvf/other.lock", locked);
	add_process(72, "holder\n", "run/gpuvf/apply.lock", locked);
}

static void a_lock_of_another_process_is_waited_for_and_named(void **state)
{
	pid_t pid = lock_elsewhere();
	char *said;
	struct listening l;
	int fd, code;

	/* the daemon's way: at once */
	assert_int_equal(apply_lock(&fd, 0), EXIT_BUSY);
	assert_int_equal(fd, -1);
	make_proc();
	l = listen_begin();
	code = apply_lock(&fd, 2);
	said = listen_end(l);
	assert_int_equal(code, EXIT_BUSY);
	assert_int_equal(fd, -1);
	assert_says(said, "process 72 (holder) changes GPUs (it holds /run/gpuvf/apply.lock); waiting for it\n");
	assert_says(said, "process 72 (holder) changes GPUs (it holds /run/gpuvf/apply.lock); nothing was changed\n");
	free(said);
	unlock_elsewhere(pid);
	assert_int_equal(apply_lock(&fd, 0), EXIT_DONE);
	close(fd);
}

static int sync_quietly(struct daemon *d)
{
	struct quiet quiet = be_quiet();
	int code = daemon_sync(d);

	be_loud(quiet);
	return code;
}

/* and looks again by itself, whatever went wrong */
static void the_daemon_tries_again(void **state)
{
	char *lock = path_of("run/gpuvf/apply.lock");
	char *config = path_of("t.ini");
	struct daemon d = { .file = config };
	pid_t pid;

	write_file("t.ini", CONFIG);
	fake_reset();
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	/* the lock is not to be had: another process, or no file */
	pid = lock_elsewhere();
	assert_int_equal(sync_quietly(&d), EXIT_BUSY);
	assert_true(d.check_ms);
	unlock_elsewhere(pid);
	unlink(lock);
	assert_int_equal(symlink(lock, lock), 0);
	assert_int_equal(sync_quietly(&d), EXIT_FAILED);
	assert_true(d.check_ms);
	assert_int_equal(unlink(lock), 0);
	/* changes that do not stop, no memory */
	fake_errors.list = -EAGAIN;
	assert_int_equal(sync_quietly(&d), EXIT_FAILED);
	assert_true(d.check_ms);
	fake_errors.list = -ENOMEM;
	assert_int_equal(sync_quietly(&d), EXIT_FAILED);
	assert_true(d.check_ms);
	assert_string_equal(fake.log, "");
	fake_errors.list = 0;
	assert_int_equal(sync_quietly(&d), EXIT_DONE);
	assert_int_equal(fake.gpu.num_vfs, 2);
	assert_false(d.check_ms);
	daemon_free(&d);
	free(config);
	free(lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lock_of_another_process_is_waited_for_and_named),
		cmocka_unit_test(the_daemon_tries_again),
	};

	return cmocka_run_group_tests_name("lock", tests, set_up, clean_up);
}
