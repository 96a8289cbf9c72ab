// SPDX-License-Identifier: GPL-2.0
/*
 * Files that the agent writes: what is replaced, what is written to, and what
 * stays as it was.
 */
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "agent_test.h"
#include "base/exit_code.h"
#include "base/replace.h"
#include "show/output.h"

static char *dir;

static int set_up(void **state)
{
	dir = xstrdup("/tmp/gpuvf-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	return 0;
}

static int tear_down(void **state)
{
	char *command = xasprintf("rm -rf %s", dir);

	assert_int_equal(chdir("/"), 0);
	assert_int_equal(system(command), 0);
	free(command);
	free(dir);
	return 0;
}

/* what was synchronised, and which kind of file cannot be */
static struct stat synced[4];
static unsigned int num_synced;
static mode_t unsyncable;

/* in place of the C library's */
int fsync(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	if (num_synced < 4)
		synced[num_synced++] = st;
	if ((st.st_mode & S_IFMT) != unsyncable)
		return 0;
	errno = EIO;
	return -1;
}

static void print_text(FILE *f, const void *text)
{
	fputs(text, f);
}

static int put(const char *path, mode_t mode, const char *text)
{
	struct quiet quiet = be_quiet();
	int code = replace_file(path, mode, print_text, text);

	be_loud(quiet);
	return code;
}

static void holds(const char *path, const char *text)
{
	char found[64] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(fread(found, 1, sizeof(found) - 1, f), strlen(text));
	assert_string_equal(found, text);
	fclose(f);
}

static struct stat stat_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static void a_new_file_has_its_mode_whatever_the_umask(void **state)
{
	mode_t mask = umask(0077);

	assert_int_equal(put("new", 0644, "x"), EXIT_DONE);
	umask(mask);
	assert_int_equal(stat_of("new").st_mode, S_IFREG | 0644);
	holds("new", "x");
	assert_int_not_equal(access("new.tmp", F_OK), 0);
}

static void a_file_keeps_its_mode_and_owner(void **state)
{
	write_text("m", "old");
	assert_int_equal(chmod("m", 0640), 0);
	if (!geteuid())
		assert_int_equal(chown("m", 1000, 1001), 0);
	assert_int_equal(put("m", 0644, "new"), EXIT_DONE);
	holds("m", "new");
	assert_int_equal(stat_of("m").st_mode, S_IFREG | 0640);
	if (!geteuid()) {
		assert_int_equal(stat_of("m").st_uid, 1000);
		assert_int_equal(stat_of("m").st_gid, 1001);
	}
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	ino_t before;
	FILE *reader;
	char text[8] = "";

	write_text("w", "old");
	before = stat_of("w").st_ino;
	reader = fopen("w", "r");
	assert_int_equal(put("w", 0600, "newer"), EXIT_DONE);
	assert_int_equal(fread(text, 1, 7, reader), 3);
	assert_string_equal(text, "old");
	fclose(reader);
	assert_int_not_equal(stat_of("w").st_ino, before);
}

/* a power failure leaves the old file or the new one, and the new one once that is said */
static void a_file_and_its_name_are_on_the_disk(void **state)
{
	write_text("s", "old");
	num_synced = 0;
	assert_int_equal(put("s", 0600, "new"), EXIT_DONE);
	assert_int_equal(num_synced, 2);
	assert_true(S_ISREG(synced[0].st_mode));
	assert_int_equal(synced[0].st_ino, stat_of("s").st_ino);
	assert_true(S_ISDIR(synced[1].st_mode));
	assert_int_equal(synced[1].st_ino, stat_of(".").st_ino);
	unsyncable = S_IFREG;
	assert_int_equal(put("s", 0600, "newer"), EXIT_FAILED);
	holds("s", "new");
	unsyncable = S_IFDIR;
	assert_int_equal(put("s", 0600, "newer"), EXIT_FAILED);
	unsyncable = 0;
}

static void a_link_stays_and_its_target_is_replaced(void **state)
{
	assert_int_equal(mkdir("sub", 0700), 0);
	write_text("sub/target", "old");
	assert_int_equal(symlink("sub/target", "link"), 0);
	assert_int_equal(put("link", 0600, "new"), EXIT_DONE);
	assert_true(S_ISLNK(stat_of("link").st_mode));
	assert_true(S_ISREG(stat_of("sub/target").st_mode));
	holds("sub/target", "new");

	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(put("dangling", 0600, "new"), EXIT_FAILED);
	assert_true(S_ISLNK(stat_of("dangling").st_mode));
	assert_int_not_equal(access("nowhere", F_OK), 0);
}

static void a_device_is_written_to(void **state)
{
	/* a copy of the node, since a failure would destroy the real one */
	if (mknod("null", S_IFCHR | 0666, makedev(1, 3)) ||
	    mknod("full", S_IFCHR | 0666, makedev(1, 7)) ||
	    open("null", O_WRONLY | O_CLOEXEC) < 0)
		skip();
	assert_int_equal(put("null", 0600, "x"), EXIT_DONE);
	assert_true(S_ISCHR(stat_of("null").st_mode));
	assert_int_equal(symlink("null", "to-null"), 0);
	assert_int_equal(put("to-null", 0600, "x"), EXIT_DONE);
	assert_true(S_ISLNK(stat_of("to-null").st_mode));
	assert_true(S_ISCHR(stat_of("null").st_mode));
	assert_int_equal(put("full", 0600, "x"), EXIT_FAILED);
	assert_true(S_ISCHR(stat_of("full").st_mode));
}

static void a_fifo_is_written_to_and_not_waited_for(void **state)
{
	char text[8] = "";
	int fd;

	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(put("fifo", 0600, "x"), EXIT_FAILED);
	fd = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(put("fifo", 0600, "hello"), EXIT_DONE);
	assert_int_equal(read(fd, text, 7), 5);
	assert_string_equal(text, "hello");
	close(fd);
	assert_true(S_ISFIFO(stat_of("fifo").st_mode));
}

static void a_directory_is_refused(void **state)
{
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(put("d", 0600, "x"), EXIT_FAILED);
	assert_true(S_ISDIR(stat_of("d").st_mode));
}

static void a_block_device_and_a_socket_are_refused(void **state)
{
	struct sockaddr_un address = {
		.sun_family = AF_UNIX, .sun_path = "socket",
	};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      sizeof(address)), 0);
	assert_int_equal(put("socket", 0600, "x"), EXIT_FAILED);
	assert_true(S_ISSOCK(stat_of("socket").st_mode));
	close(fd);
	/* one that no driver has, in case it is opened */
	if (mknod("disk", S_IFBLK | 0600, makedev(120, 0)))
		skip();
	assert_int_equal(put("disk", 0600, "x"), EXIT_FAILED);
	assert_true(S_ISBLK(stat_of("disk").st_mode));
}

static void what_a_killed_writer_left_is_not_in_the_way(void **state)
{
	char *old = xasprintf("s.%d.tmp", getpid());

	write_text("s.tmp", "half of");
	write_text(old, "half of");
	assert_int_equal(put("s", 0600, "x"), EXIT_DONE);
	holds("s", "x");
	assert_int_not_equal(access("s.tmp", F_OK), 0);
	free(old);

	/* but no link is written through */
	write_text("victim", "mine");
	assert_int_equal(symlink("victim", "t.tmp"), 0);
	assert_int_equal(put("t", 0600, "x"), EXIT_FAILED);
	holds("victim", "mine");
}

static void writers_take_turns(void **state)
{
	int i, status;

	for (i = 0; i < 8; i++) {
		if (fork())
			continue;
		for (i = 0; i < 20; i++)
			if (put("turns", 0600, "all of it"))
				_exit(1);
		_exit(0);
	}
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	holds("turns", "all of it");
	assert_int_not_equal(access("turns.tmp", F_OK), 0);
}

static void a_dash_is_standard_output(void **state)
{
	int out = dup(STDOUT_FILENO);
	int fd = open("out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	assert_int_equal(out_file("-", 0600, print_text, "x"), EXIT_DONE);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	close(fd);
	holds("out", "x");
	assert_int_not_equal(access("-", F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_file_has_its_mode_whatever_the_umask),
		cmocka_unit_test(a_file_keeps_its_mode_and_owner),
		cmocka_unit_test(a_file_is_replaced_as_a_whole),
		cmocka_unit_test(a_file_and_its_name_are_on_the_disk),
		cmocka_unit_test(a_link_stays_and_its_target_is_replaced),
		cmocka_unit_test(a_device_is_written_to),
		cmocka_unit_test(a_fifo_is_written_to_and_not_waited_for),
		cmocka_unit_test(a_directory_is_refused),
		cmocka_unit_test(a_block_device_and_a_socket_are_refused),
		cmocka_unit_test(what_a_killed_writer_left_is_not_in_the_way),
		cmocka_unit_test(writers_take_turns),
		cmocka_unit_test(a_dash_is_standard_output),
	};

	return cmocka_run_group_tests_name("files", tests, set_up, tear_down);
}
