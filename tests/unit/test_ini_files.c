// SPDX-License-Identifier: GPL-2.0
/*
 * The files of a configuration: who may write them, pipes and devices, and drop-ins.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent_test.h"
#include "base/root.h"

#define HEAD	"[gpuvf]\nversion = 1\n"
#define BASE	HEAD "[profile p]\nfb = 1GiB\n"

static int load(const char *path, u32 demands, size_t *errors)
{
	struct diag_list diags = {};
	struct ini ini = {};
	int err;

	err = ini_load(&ini, path, demands, &diags);
	*errors = diags.errors;
	diag_free(&diags);
	ini_free(&ini);
	return err;
}

static void refuses_files_that_others_can_write(void **state)
{
	char path[] = "/tmp/gpuvf-test-XXXXXX";
	int fd = mkstemp(path);
	size_t errors;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, HEAD, strlen(HEAD)), strlen(HEAD));
	fchmod(fd, 0664);
	assert_int_equal(load(path, INPUT_TRUSTED, &errors), -EPERM);
	assert_int_equal(errors, 1);
	assert_int_equal(load(path, 0, &errors), 0);
	fchmod(fd, 0646);
	assert_int_equal(load(path, INPUT_TRUSTED, &errors), -EPERM);
	fchmod(fd, 0644);
	assert_int_equal(load(path, INPUT_TRUSTED, &errors),
			 geteuid() ? -EPERM : 0);
	if (!geteuid()) {
		assert_int_equal(fchown(fd, 1000, 0), 0);
		assert_int_equal(load(path, INPUT_TRUSTED, &errors), -EPERM);
	}
	close(fd);
	unlink(path);
	assert_int_equal(load(path, 0, &errors), -ENOENT);
	assert_int_equal(load("/tmp", 0, &errors), -EINVAL);
}

/* a directory, a file in it, and a link to that file from elsewhere */
struct tree {
	char dir[32];
	char *inner;
	char *file;
	char *link;
};

static struct tree make_tree(void)
{
	struct tree t = { .dir = "/tmp/gpuvf-test-XXXXXX" };
	FILE *f;

	assert_non_null(mkdtemp(t.dir));
	t.inner = xasprintf("%s/inner", t.dir);
	t.file = xasprintf("%s/x.ini", t.inner);
	t.link = xasprintf("%s/link.ini", t.dir);
	assert_int_equal(mkdir(t.inner, 0755), 0);
	f = fopen(t.file, "w");
	assert_non_null(f);
	fputs(HEAD, f);
	fclose(f);
	assert_int_equal(symlink("inner/x.ini", t.link), 0);
	return t;
}

static void remove_tree(struct tree *t)
{
	unlink(t->link);
	unlink(t->file);
	rmdir(t->inner);
	rmdir(t->dir);
	free(t->link);
	free(t->file);
	free(t->inner);
}

static void refuses_files_that_others_can_put_there(void **state)
{
	struct tree t;
	size_t errors;

	if (geteuid())
		skip();
	t = make_tree();
	assert_int_equal(load(t.link, INPUT_TRUSTED, &errors), 0);
	/* the file's own directory, by name and by link */
	assert_int_equal(chmod(t.inner, 0777), 0);
	assert_int_equal(load(t.file, INPUT_TRUSTED, &errors), -EPERM);
	assert_int_equal(load(t.link, INPUT_TRUSTED, &errors), -EPERM);
	assert_int_equal(load(t.link, 0, &errors), 0);
	/* others cannot replace root's files in a sticky directory */
	assert_int_equal(chmod(t.inner, 01777), 0);
	assert_int_equal(load(t.file, INPUT_TRUSTED, &errors), 0);
	assert_int_equal(chmod(t.inner, 0755), 0);
	assert_int_equal(chown(t.inner, 1000, 0), 0);
	assert_int_equal(load(t.file, INPUT_TRUSTED, &errors), -EPERM);
	assert_int_equal(chown(t.inner, 0, 0), 0);
	/* the link's directory */
	assert_int_equal(chmod(t.dir, 0770), 0);
	assert_int_equal(load(t.file, INPUT_TRUSTED, &errors), 0);
	assert_int_equal(load(t.link, INPUT_TRUSTED, &errors), -EPERM);
	remove_tree(&t);
}

/* a FIFO with @text in it, or with nothing for ever */
static int feed(const char *path, mode_t mode, uid_t owner, const char *text)
{
	int fd;

	assert_int_equal(mkfifo(path, mode), 0);
	assert_int_equal(chmod(path, mode), 0);
	if (!geteuid())
		assert_int_equal(chown(path, owner, 0), 0);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void refuses_fifos_that_others_can_write(void **state)
{
	char path[] = "/tmp/gpuvf-test-fifo.XXXXXX";
	size_t errors;
	int fd;

	/* a name that no other run of this test has */
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(unlink(path), 0);
	alarm(20);
	/* a FIFO is no file of the system's, and is not waited for */
	fd = feed(path, 0600, 0, "");
	assert_int_equal(load(path, 0, &errors), -EINVAL);
	assert_int_equal(errors, 1);
	close(fd);
	unlink(path);

	fd = feed(path, 0666, 0, HEAD);
	assert_int_equal(load(path, INPUT_TRUSTED | INPUT_STREAM, &errors),
			 -EPERM);
	close(fd);
	unlink(path);

	if (!geteuid()) {
		fd = feed(path, 0600, 1000, HEAD);
		assert_int_equal(load(path, INPUT_TRUSTED | INPUT_STREAM,
				      &errors), -EPERM);
		close(fd);
		unlink(path);
	}
	alarm(0);
}

/* as of <(command) in a shell: slow, in pieces, more than a pipe holds */
static void takes_a_pipe_in_pieces(void **state)
{
	char path[32], filler[4096];
	size_t errors;
	int fds[2], i;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	if (!fork()) {
		memset(filler, '#', sizeof(filler));
		for (i = 255; i < sizeof(filler); i += 256)
			filler[i] = '\n';
		close(fds[0]);
		if (write(fds[1], HEAD, strlen(HEAD)) < 0)
			_exit(1);
		for (i = 0; i < 40; i++) {
			usleep(1000);
			if (write(fds[1], filler, sizeof(filler)) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	assert_int_equal(load(path, INPUT_STREAM, &errors), 0);
	assert_int_equal(errors, 0);
	close(fds[0]);
	wait(NULL);
}

static void refuses_devices_and_endless_files(void **state)
{
	char path[32], zeros[4096] = {};
	size_t errors;
	int fds[2];

	assert_int_equal(load("/dev/zero", INPUT_STREAM, &errors), -EINVAL);
	assert_int_equal(errors, 1);
	assert_int_equal(load("/dev/null", INPUT_STREAM, &errors), -EINVAL);

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	if (!fork()) {
		close(fds[0]);
		while (write(fds[1], zeros, sizeof(zeros)) > 0)
			;
		_exit(0);
	}
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	assert_int_equal(load(path, INPUT_STREAM, &errors), -EFBIG);
	assert_int_equal(errors, 1);
	close(fds[0]);
	wait(NULL);
}

/* which is no error of the configuration */
static void tells_a_lack_of_descriptors(void **state)
{
	char path[] = "/tmp/gpuvf-test-XXXXXX";
	int fd = mkstemp(path), held[2], n;
	struct rlimit old, low;
	size_t errors;

	assert_int_equal(write(fd, HEAD, strlen(HEAD)), strlen(HEAD));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	held[0] = dup(fd);
	/* none left; one left: for the file, not for iniparser as well */
	for (n = 1; n <= 2; n++) {
		low.rlim_cur = held[0] + n;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
		assert_int_equal(load(path, 0, &errors), -EMFILE);
		assert_int_equal(errors, 1);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	}
	assert_int_equal(load(path, 0, &errors), 0);
	close(held[0]);
	close(fd);
	unlink(path);
}

static char *etc;

static void write_etc(const char *name, const char *text)
{
	char *path = xasprintf("%s/etc/%s", etc, name);

	write_text(path, text);
	free(path);
}

static void link_etc(const char *target, const char *name)
{
	char *path = xasprintf("%s/etc/%s", etc, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

static void make_etc(void)
{
	char *command;

	etc = xstrdup("/tmp/gpuvf-test-XXXXXX");
	assert_non_null(mkdtemp(etc));
	command = xasprintf("mkdir -p %s/etc/gpuvf.d", etc);
	assert_int_equal(system(command), 0);
	free(command);
	root_set(etc);
}

static void remove_etc(void)
{
	char *command = xasprintf("rm -rf %s", etc);

	root_set("");
	assert_int_equal(system(command), 0);
	free(command);
	free(etc);
}

static int load_etc(struct config *config, size_t *errors)
{
	struct diag_list diags = {};
	int err;

	*config = (struct config){};
	err = config_load(config, NULL, 0, &diags);
	*errors = diags.errors;
	diag_free(&diags);
	return err;
}

static void drop_ins_are_read_in_order(void **state)
{
	struct config config;
	size_t errors;

	make_etc();
	assert_int_equal(load_etc(&config, &errors), -ENOENT);
	config_free(&config);
	write_etc("gpuvf.ini", BASE "[gpu g]\nmatch = *\nvf 0 = q\n");
	write_etc("gpuvf.d/20-z.ini", "[profile r]\nfb = 3GiB\n");
	write_etc("gpuvf.d/10-a.ini", "[profile q]\nfb = 2GiB\n");
	/* none of these is a drop-in */
	write_etc("gpuvf.d/.hidden.ini", "nonsense");
	write_etc("gpuvf.d/30.ini~", "nonsense");
	write_etc("gpuvf.d/.ini", "nonsense");
	assert_int_equal(load_etc(&config, &errors), 0);
	assert_int_equal(errors, 0);
	assert_int_equal(config.num_files, 3);
	assert_int_equal(config.num_profiles, 3);
	assert_string_equal(config.profiles[1].name, "q");
	assert_string_equal(config.profiles[2].name, "r");
	assert_int_equal(config.gpus[0].vfs[0].profile, 1);
	config_free(&config);

	/* errors of all files are found together */
	write_etc("gpuvf.d/10-a.ini", "[profile q]\nfb = 2\n");
	write_etc("gpuvf.d/20-z.ini", "[profile p]\nfb = 3\n");
	assert_int_equal(load_etc(&config, &errors), 0);
	assert_int_equal(errors, 3);
	config_free(&config);
	remove_etc();
}

static void drop_ins_may_be_all_there_is(void **state)
{
	struct config config;
	size_t errors;

	make_etc();
	assert_false(config_is_there());
	/* what is no drop-in is no configuration */
	write_etc("gpuvf.d/10-a.ini~", BASE);
	assert_false(config_is_there());
	assert_int_equal(load_etc(&config, &errors), -ENOENT);
	config_free(&config);
	write_etc("gpuvf.d/10-a.ini", BASE);
	write_etc("gpuvf.d/20-b.ini", "[gpu g]\nmatch = *\nvf 0 = p\n");
	assert_true(config_is_there());
	assert_int_equal(load_etc(&config, &errors), 0);
	assert_int_equal(errors, 0);
	assert_int_equal(config.num_files, 2);
	assert_int_equal(config.num_gpus, 1);
	config_free(&config);

	/* one of them has to say the version */
	write_etc("gpuvf.d/10-a.ini", "[profile p]\nfb = 1GiB\n");
	assert_int_equal(load_etc(&config, &errors), 0);
	assert_int_equal(errors, 1);
	config_free(&config);

	/* a file that is there and cannot be read is not passed over */
	write_etc("gpuvf.d/10-a.ini", BASE);
	link_etc("/nonexistent", "gpuvf.ini");
	assert_int_equal(load_etc(&config, &errors), -ENOENT);
	assert_int_equal(errors, 1);
	config_free(&config);
	remove_etc();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_files_that_others_can_write),
		cmocka_unit_test(refuses_files_that_others_can_put_there),
		cmocka_unit_test(refuses_fifos_that_others_can_write),
		cmocka_unit_test(takes_a_pipe_in_pieces),
		cmocka_unit_test(refuses_devices_and_endless_files),
		cmocka_unit_test(tells_a_lack_of_descriptors),
		cmocka_unit_test(drop_ins_are_read_in_order),
		cmocka_unit_test(drop_ins_may_be_all_there_is),
	};

	return cmocka_run_group_tests_name("files of a configuration", tests, NULL, NULL);
}
