// SPDX-License-Identifier: GPL-2.0
/*
 * monitor, with a kernel and notifications of its own: what becomes of each error,
 * at the start and when the module comes back, and of lost messages.
 */
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "fake_kernel.h"
#include "provider/gpuvf_watch.h"
#include "main.h"

/* what becomes of listening: exit codes */
static struct {
	int open;
	/* the module comes back, and then these happen */
	bool comes;
	int join_again;
	int list_again;
	/* messages were lost, and this many wait; reading everything fails until then */
	unsigned int waiting;
	/* sends notifications */
	void (*send)(struct watch *watch);
} news;

/* always readable */
int watch_open(struct watch *watch)
{
	watch->fd = eventfd(1, EFD_CLOEXEC);
	return news.open;
}

int watch_join(struct watch *watch)
{
	return news.join_again;
}

int watch_read(struct watch *watch)
{
	if (news.comes) {
		news.comes = false;
		fake_errors.list = news.list_again;
		watch->came(watch->arg);
		raise(SIGTERM);
	}
	if (news.send) {
		news.send(watch);
		news.send = NULL;
		raise(SIGTERM);
	}
	if (!news.waiting)
		return -EAGAIN;
	if (fake_errors.list != -EPERM) {
		fake_errors.list = -EPERM;
		return -ENOBUFS;
	}
	if (--news.waiting)
		return 0;
	fake_errors.list = 0;
	raise(SIGTERM);
	return -EAGAIN;
}

void watch_close(struct watch *watch)
{
	close(watch->fd);
}

int gpuvf_find_family(u16 *id)
{
	return -ENOENT;
}

/* until SIGTERM, which is there from the start or when the module has come */
static int monitor(const char *option, char **said)
{
	char *argv[3] = { "monitor", (char *)option };
	FILE *f = tmpfile();
	char *text = xcalloc(1, 100000);
	sigset_t set;
	int status;
	pid_t pid;

	assert_non_null(f);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(fileno(f), STDOUT_FILENO);
		dup2(fileno(f), STDERR_FILENO);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		alarm(60);
		if (!news.comes && !news.waiting && !news.send)
			raise(SIGTERM);
		status = run_verb(find_verb("monitor"), option ? 2 : 1, argv);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	rewind(f);
	assert_true(fread(text, 1, 99999, f) < 99999);
	fclose(f);
	*said = text;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define ends_with(option, expected) \
	do { \
		char *said_; \
		int code_ = monitor(option, &said_); \
		if (code_ != (expected)) \
			fail_msg("exit code %d, not %d:\n%s", code_, \
				 expected, said_); \
		free(said_); \
	} while (0)

static void reset(void)
{
	fake_reset();
	memset(&news, 0, sizeof(news));
}

static void exit_codes_of_the_first_look(void **state)
{
	static const struct {
		int error;
		int code;
	} table[] = {
		{ 0, EXIT_DONE },
		{ -EPERM, EXIT_PERMISSION },
		{ -EACCES, EXIT_PERMISSION },
		{ -EBUSY, EXIT_BUSY },
		{ -ENODEV, EXIT_MISSING },
		{ -EOPNOTSUPP, EXIT_USAGE },
		{ -ENOBUFS, EXIT_FAILED },
		{ -ENOMEM, EXIT_FAILED },
		{ -EBADMSG, EXIT_FAILED },
		{ -EIO, EXIT_FAILED },
		/* it looks again: GPUs are changed all the time */
		{ -EAGAIN, EXIT_DONE },
		/* the module went, and may come back */
		{ -ENOENT, EXIT_DONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		reset();
		fake_errors.list = table[i].error;
		ends_with(NULL, table[i].code);
		ends_with("-j", table[i].code);
	}
}

static void exit_codes_of_listening(void **state)
{
	static const struct {
		int open;
		int code;
	} table[] = {
		{ EXIT_DONE, EXIT_DONE },
		{ EXIT_FAILED, EXIT_FAILED },
		/* the module went since it was asked for */
		{ EXIT_MISSING, EXIT_DONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		reset();
		news.open = table[i].open;
		ends_with(NULL, table[i].code);
	}
}

/* the same when the module was unloaded and is loaded again */
static void exit_codes_of_a_later_look(void **state)
{
	static const struct {
		int join;
		int list;
		int code;
	} table[] = {
		{ .code = EXIT_DONE },
		{ .join = EXIT_FAILED, .code = EXIT_FAILED },
		{ .join = EXIT_MISSING, .code = EXIT_DONE },
		{ .list = -EPERM, .code = EXIT_PERMISSION },
		{ .list = -ENOMEM, .code = EXIT_FAILED },
		{ .list = -EAGAIN, .code = EXIT_DONE },
		{ .list = -ENOENT, .code = EXIT_DONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		reset();
		/* it is woken by what waits there */
		news.open = EXIT_MISSING;
		news.comes = true;
		news.join_again = table[i].join;
		news.list_again = table[i].list;
		ends_with(NULL, table[i].code);
	}
}

/* the kernel drops more without an error while messages wait */
static void messages_that_wait_are_taken_before_all_is_read(void **state)
{
	reset();
	/* it is woken to look again */
	fake_errors.list = -EAGAIN;
	news.waiting = 3;
	ends_with(NULL, EXIT_DONE);
}

static void notify(struct watch *watch, enum gpu_event_kind kind, int vf, u64 time_ns)
{
	const struct gpu_event event = { .kind = kind, .vf = vf, .time_ns = time_ns };
	struct gpu gpu;

	gpu_copy(&gpu, &fake.gpu);
	watch->event(&gpu, &event, watch->arg);
	gpu_free(&gpu);
}

/* what was read when it began is notified of as well, and some things twice */
static void send_all(struct watch *watch)
{
	notify(watch, EVENT_GPU_ADDED, NO_VF, 0);
	notify(watch, EVENT_GPU_CHANGED, NO_VF, 0);
	notify(watch, EVENT_VF_STATE, 1, 1);
	fake.gpu.vfs[1].state = VF_STATE_ACTIVE;
	notify(watch, EVENT_VF_STATE, 1, monotonic_ns());
	notify(watch, EVENT_GPU_CHANGED, NO_VF, 0);
	fake.gpu.revision++;
	fake.gpu.vfs[2].time_slice_us = 9000;
	fake.gpu.vfs[2].fb_bytes = 64 * MIB;
	notify(watch, EVENT_GPU_CHANGED, NO_VF, 0);
	fake.gpu.revision++;
	notify(watch, EVENT_GPU_CHANGED, NO_VF, 0);
	fake.gpu.state = PF_STATE_WEDGED;
	notify(watch, EVENT_GPU_WEDGED, NO_VF, monotonic_ns());
	notify(watch, EVENT_GPU_CHANGED, NO_VF, 0);
}

static void send_state_of_vm(struct watch *watch)
{
	notify(watch, EVENT_VF_STATE, 0, monotonic_ns());
}

static unsigned int count(const char *said, const char *what)
{
	unsigned int n = 0;

	for (; (said = strstr(said, what)); said += strlen(what))
		n++;
	return n;
}

static void each_change_is_printed_once(void **state)
{
	static const char *const events[][2] = {
		{ "present", "\"event\":\"present\"" },
		{ " vf-state-change: VF 1: active", "\"event\":\"vf-state-change\"" },
		{ " changed: VF 2: framebuffer 0 B -> 64 MiB", "\"event\":\"changed\"" },
		{ " pf-wedged", "\"event\":\"pf-wedged\"" },
	};
	unsigned int json;
	size_t i;

	for (json = 0; json < 2; json++) {
		char *said;

		reset();
		fake.gpu.vfs[1].has_state = true;
		fake.gpu.vfs[1].state = VF_STATE_STARTING;
		news.send = send_all;
		assert_int_equal(monitor(json ? "-j" : NULL, &said), EXIT_DONE);
		for (i = 0; i < ARRAY_SIZE(events); i++)
			if (count(said, events[i][json]) != 1)
				fail_msg("%s: not once in\n%s", events[i][json], said);
		if (count(said, "\n") != ARRAY_SIZE(events))
			fail_msg("more than that:\n%s", said);
		free(said);
	}
}

/* in what is there in the beginning, and in an event of its VF */
static void the_vm_is_named(void **state)
{
	char *said, *root = new_root(NULL, 0);

	reset();
	fake.gpu.has_states = true;
	copy_string(fake.gpu.vfs[0].bdf, BDF_SIZE, "0000:41:02.0");
	copy_string(fake.gpu.vfs[0].driver, NAME_SIZE, "vfio-pci");
	fake_vm(root);
	news.send = send_state_of_vm;
	assert_int_equal(monitor("-j", &said), EXIT_DONE);
	if (count(said, "\"vm\":\"web\",\"pid\":77,\"process\":\"qemu-system-x86\"") != 2)
		fail_msg("not twice in\n%s", said);
	free(said);
	root_set("");
	remove_root(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes_of_the_first_look),
		cmocka_unit_test(exit_codes_of_listening),
		cmocka_unit_test(exit_codes_of_a_later_look),
		cmocka_unit_test(each_change_is_printed_once),
		cmocka_unit_test(the_vm_is_named),
		cmocka_unit_test(messages_that_wait_are_taken_before_all_is_read),
	};
	int failed;

	failed = cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
	fake_free();
	return failed;
}
