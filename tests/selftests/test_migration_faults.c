// SPDX-License-Identifier: GPL-2.0
/*
 * Migration of VFs that does not come to its end: the source goes on, and the destination
 * has nothing of it, whatever goes wrong when.
 */

#include "migration.h"

static void is_refused(int err, const char *message)
{
	int log = klog_open(), got = restore(&dest, &stream), fd;

	ASSERT_ERROR(got, err);
	ASSERT_TRUE(klog_has(log, message));
	close(log);
	/* it neither runs nor is it anything but empty */
	ASSERT_ERROR(try_state(&dest, STATE(RUNNING), &fd), err);
	ASSERT_EQ(STATE(RESUMING), vfio_get_state(&dest));
	fixture_wait_clean(to);
	ASSERT_TRUE(has_nothing(to, 0));
	ASSERT_TRUE(stands_still(to, 0));
	ASSERT_OK(vfio_reset(&dest));
	ASSERT_EVENTUALLY(!gpu_vf_is(to, 0, "resetting"));
}

/* one byte is another one */
static void byte_is_refused(size_t at, int err, const char *message)
{
	ASSERT_LT(at, stream.size);
	stream.bytes[at] ^= 0x10;
	is_refused(err, message);
	stream.bytes[at] ^= 0x10;
	pause_ms(600);
}

/* @bytes: what the message says of them */
static void size_is_refused(size_t size, int err, const char *what, size_t bytes)
{
	size_t whole = stream.size;
	char message[100];

	snprintf(message, sizeof(message), "cannot restore: %s %zu bytes", what,
		 bytes);
	stream.size = size;
	is_refused(err, message);
	stream.size = whole;
	pause_ms(600);
}

TEST_F(migration, streams_that_are_not_right_are_refused)
{
	static const size_t cuts[] = {
		0, 5, AT_IDENTITY, AT_GUEST, AT_GUEST + 8, AT_REGISTERS + 16, 50000,
	};
	unsigned int i;

	start_guest();
	set_state(&source, STATE(STOP));
	save(&source, &stream);
	open_vf(&dest, to, 0);
	byte_is_refused(0, -EINVAL, "cannot restore: not a state of a VF");
	byte_is_refused(AT_VERSION, -EINVAL,
			"cannot restore: version 17 at byte 0, this driver has 1");
	byte_is_refused(AT_BACKEND, -EBADMSG,
			"cannot restore: section at byte 16: wrong checksum");
	byte_is_refused(AT_GUEST, -EINVAL,
			"cannot restore: section at byte 76: invalid");
	byte_is_refused(AT_REGISTERS + 20, -EBADMSG,
			"cannot restore: section at byte 684: wrong checksum");
	byte_is_refused(stream.size / 2, -EBADMSG, "wrong checksum");
	byte_is_refused(stream.size - 1, -EBADMSG, "wrong checksum");
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		size_is_refused(cuts[i], -ENODATA, "ends after", cuts[i]);
	size_is_refused(stream.size - 1, -ENODATA, "ends after",
			stream.size - 1);
	stream.bytes = realloc(stream.bytes, stream.size + 1);
	check(stream.bytes);
	stream.bytes[stream.size] = 0;
	size_is_refused(stream.size + 1, -ENOSPC, "more than", stream.size);
	dest_is_well();
}

TEST_F(migration, reset_in_each_state)
{
	unsigned int i;

	enable_both();
	open_vf(&source, from, 0);
	for (i = 0; i < 4; i++) {
		if (states[i] != STATE(RESUMING))
			work(from, &source, 0, 10000);
		enter(&source, states[i]);
		ASSERT_OK(vfio_reset(&source));
		ASSERT_EQ(STATE(RUNNING), vfio_get_state(&source));
		ASSERT_EVENTUALLY(!gpu_vf_is(from, 0, "resetting"));
		fixture_wait_clean(from);
		ASSERT_TRUE(has_nothing(from, 0));
	}
	work(from, &source, 0, 1000);
}

TEST_F(migration, closing_in_each_state)
{
	unsigned int i;

	enable_both();
	for (i = 0; i < 4; i++) {
		open_vf(&source, from, 0);
		write_fb(&source, 0, 1);
		if (states[i] != STATE(RESUMING))
			work(from, &source, 0, 10000);
		enter(&source, states[i]);
		vfio_close(&source);
		fixture_wait_clean(from);
		ASSERT_TRUE(has_nothing(from, 0));
	}
	open_vf(&source, from, 0);
	ASSERT_EQ(STATE(RUNNING), vfio_get_state(&source));
	work(from, &source, 0, 1000);
}

/* descriptors that outlive the session read and write nothing */
TEST_F(migration, descriptors_of_a_closed_vf_are_void)
{
	uint8_t piece[16];
	int out, in;

	start_guest();
	open_vf(&dest, to, 0);
	out = open_state(&source, STATE(STOP_COPY));
	in = open_state(&dest, STATE(RESUMING));
	ASSERT_EQ(16, read(out, piece, 16));
	ASSERT_EQ(16, write(in, piece, 16));
	vfio_close(&source);
	vfio_close(&dest);
	ASSERT_EQ(-1, read(out, piece, 16));
	ASSERT_EQ(ENODEV, errno);
	ASSERT_OK(gpu_set_numvfs(from, 0));
	ASSERT_EQ(-1, read(out, piece, 16));
	ASSERT_EQ(ENODEV, errno);
	close(out);
	close(in);
	fixture_wait_clean(to);
}

/* the GPU is reset by an administrator: what is under way is void, and nothing stays */
TEST_F(migration, reset_of_the_gpu_ends_a_stream)
{
	int out, in, fd;

	start_guest();
	save(&source, &stream);
	open_vf(&dest, to, 0);
	out = open_state(&source, STATE(STOP_COPY));
	in = open_state(&dest, STATE(RESUMING));
	ASSERT_OK(write_all(in, stream.bytes, stream.size - 100));
	ASSERT_OK(file_write(gpu_sysfs(from, "reset"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(to, "reset"), "1"));
	ASSERT_ERROR(read_all(out, &(struct stream){ }), -EIO);
	write_all(in, stream.bytes + stream.size - 100, 100);
	ASSERT_ERROR(try_state(&dest, STATE(STOP), &fd), -EIO);
	close(out);
	close(in);
	fixture_wait_clean(to);
	ASSERT_TRUE(has_nothing(to, 0));
	set_state(&source, STATE(RUNNING));
	work(from, &source, 0, 1000);
	dest_is_well();
}

/* the same of a reset of the VF */
TEST_F(migration, reset_of_the_vf_by_an_administrator_ends_a_stream)
{
	int out;

	start_guest();
	out = open_state(&source, STATE(STOP_COPY));
	ASSERT_OK(file_write(gpu_sysfs(from, "vf0/reset"), "1"));
	ASSERT_NE(0, read_all(out, &stream));
	close(out);
	/* its guest is reset, as by any reset, and works again */
	ASSERT_EVENTUALLY(vfio_get_state(&source) == STATE(RUNNING));
	work(from, &source, 0, 1000);
}

TEST_F(migration, context_that_the_hardware_refuses)
{
	start_guest();
	set_state(&source, STATE(STOP));
	save(&source, &stream);
	open_vf(&dest, to, 0);
	ASSERT_OK(file_write(gpu_sim(to, "fail_adopt"), "1"));
	is_refused(-EINVAL, "VF0: cannot restore: the hardware does not take its context");
	ASSERT_OK(file_write(gpu_sim(to, "fail_adopt"), "0"));
	dest_is_well();
}

static void *reader(void *arg)
{
	const int *fd = arg;
	uint8_t piece[64];
	ssize_t n;

	do {
		n = read(*fd, piece, sizeof(piece));
	} while (n > 0 || (n < 0 && errno == EBUSY));
	return NULL;
}

static void *writer(void *arg)
{
	const int *fd = arg;
	size_t at;

	for (at = 0; at < stream.size; at += 64)
		if (write(*fd, stream.bytes + at, 64) < 0 && errno != EBUSY)
			break;
	return NULL;
}

/* threads that read and write one descriptor, while states change and resets come */
TEST_F(migration, threads_and_resets_at_the_same_time)
{
	pthread_t thread[4];
	int out, in, fd;
	unsigned int i, n;

	start_guest();
	save(&source, &stream);
	open_vf(&dest, to, 0);
	for (n = 0; n < 6; n++) {
		out = open_state(&source, STATE(STOP_COPY));
		in = open_state(&dest, STATE(RESUMING));
		for (i = 0; i < 4; i++)
			ASSERT_EQ(0, pthread_create(&thread[i], NULL,
						    i % 2 ? writer : reader,
						    i % 2 ? &in : &out));
		if (n % 3 == 1)
			pause_ms(5);
		if (n % 2)
			vfio_reset(&dest);
		else
			try_state(&dest, STATE(STOP), &fd);
		try_state(&source, STATE(STOP), &fd);
		for (i = 0; i < 4; i++)
			pthread_join(thread[i], NULL);
		close(out);
		close(in);
		ASSERT_OK(vfio_reset(&dest));
		ASSERT_EVENTUALLY(!gpu_vf_is(to, 0, "resetting"));
	}
	set_state(&source, STATE(RUNNING));
	ASSERT_TRUE(goes_on(from, 0));
	dest_is_well();
}

/* where it hangs it is reset, and with that its state of migration */
TEST_F(migration, vf_that_hangs_while_it_is_halted)
{
	uint64_t resets;

	start_guest();
	resets = file_u64(gpu_sysfs(from, "vf0/stats/resets"));
	ASSERT_OK(file_write(gpu_sim(from, "fail_command"),
			     "1 hang_silent vf=0 command=idle"));
	enter(&source, STATE(STOP));
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(from, "vf0/stats/resets")) > resets);
	ASSERT_EVENTUALLY(!gpu_vf_is(from, 0, "resetting"));
	ASSERT_OK(file_write(gpu_sim(from, "fail_command"), "0"));
	fixture_wait_clean(from);
	/* the reset was one of its state too */
	ASSERT_EVENTUALLY(vfio_get_state(&source) == STATE(RUNNING));
	work(from, &source, 0, 1000);
}

/* what is in a stream but ages, which go on */
static bool same_state(const struct stream *a, const struct stream *b)
{
	return a->size == b->size &&
	       !memcmp(a->bytes + AT_REGISTERS, b->bytes + AT_REGISTERS,
		       a->size - AT_REGISTERS - 20);
}

/* one access to the hardware has no effect: the state is the same, or there is none */
TEST_F(migration, each_access_that_is_lost_while_saving)
{
	struct stream got = { };
	unsigned int n;
	int out, err;

	start_guest();
	set_state(&source, STATE(STOP));
	save(&source, &stream);
	/* the first ones one by one: registers, and where memory begins */
	for (n = 1; n < 4000; n += n < 100 ? 1 : 131) {
		uint64_t before = gpu_truth(from, "gpu", "injected");

		ASSERT_OK(file_printf(gpu_sim(from, "fail_access"), "%u", n));
		err = try_state(&source, STATE(STOP_COPY), &out);
		if (!err)
			err = read_all(out, &got);
		ASSERT_OK(file_write(gpu_sim(from, "fail_access"), "0"));
		close(out);
		ASSERT_EQ(before + 1, gpu_truth(from, "gpu", "injected"));
		if (!err)
			ASSERT_TRUE(same_state(&stream, &got));
		set_state(&source, STATE(STOP));
	}
	free(got.bytes);
	set_state(&source, STATE(RUNNING));
	ASSERT_TRUE(goes_on(from, 0));
	wrote_much(&source);
}

/* nothing runs at the destination but what is whole */
TEST_F(migration, each_access_that_is_lost_while_restoring)
{
	unsigned int n, injected = 0;

	start_guest();
	set_state(&source, STATE(STOP));
	save(&source, &stream);
	open_vf(&dest, to, 0);
	for (n = 1; n < 80; n++) {
		int in = open_state(&dest, STATE(RESUMING)), fd, err;
		uint64_t before = gpu_truth(to, "gpu", "injected");

		ASSERT_OK(write_all(in, stream.bytes, stream.size));
		close(in);
		ASSERT_OK(file_printf(gpu_sim(to, "fail_access"), "%u", n));
		err = try_state(&dest, STATE(STOP), &fd);
		ASSERT_OK(file_write(gpu_sim(to, "fail_access"), "0"));
		injected += gpu_truth(to, "gpu", "injected") - before;
		ASSERT_EQ(err ? STATE(RESUMING) : STATE(STOP),
			  vfio_get_state(&dest));
		/* with a context that it may have, it is torn down or reset */
		ASSERT_EVENTUALLY(!vfio_reset(&dest));
		ASSERT_EVENTUALLY(!gpu_vf_is(to, 0, "resetting"));
		fixture_wait_clean(to);
		ASSERT_TRUE(has_nothing(to, 0));
	}
	ASSERT_LT(70, injected);
	dest_is_well();
}

static void *remove_thread(void *arg)
{
	(void)arg;
	ASSERT_OK(file_write(gpu_pci(from, "remove"), "1"));
	return NULL;
}

/* it waits for the session, which goes on until it closes; streams are refused */
TEST_F(migration, pf_is_taken_away_during_a_save)
{
	pthread_t thread;
	int out;

	start_guest();
	out = open_state(&source, STATE(STOP_COPY));
	ASSERT_EQ(0, pthread_create(&thread, NULL, remove_thread, NULL));
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(from, "vfs_changing"), "1"));
	pause_ms(200);
	ASSERT_ERROR(read_all(out, &stream), -EIO);
	vfio_close(&source);
	pthread_join(thread, NULL);
	ASSERT_ERROR(read_all(out, &stream), -EIO);
	close(out);
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	ASSERT_EVENTUALLY(file_exists(gpu_sysfs(from, "state")));
}

/* allocations of this thread, on kernels that can let them fail */
static const char fail_nth[] = "/proc/thread-self/fail-nth";

static void let_memory_fail(void)
{
	ASSERT_OK(file_write("/sys/kernel/debug/failslab/ignore-gfp-wait", "N"));
	ASSERT_OK(file_write("/sys/kernel/debug/failslab/verbose", "0"));
	ASSERT_OK(file_write("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait",
			     "N"));
	ASSERT_OK(file_write("/sys/kernel/debug/fail_page_alloc/verbose", "0"));
	/* copies from and to the process fail too */
	file_write("/sys/kernel/debug/fail_usercopy/verbose", "0");
}

/* Return: was there an nth one? */
static bool with_nth_failing(unsigned int n, const struct vfio *vf,
			     unsigned int state, int *err, int *fd)
{
	int nth = open(fail_nth, O_RDWR | O_CLOEXEC);
	char text[16];
	ssize_t len;

	ASSERT_LE(0, nth);
	len = snprintf(text, sizeof(text), "%u", n);
	ASSERT_EQ(len, pwrite(nth, text, len, 0));
	*err = try_state(vf, state, fd);
	len = pread(nth, text, sizeof(text) - 1, 0);
	/* what is left over may be met by these calls themselves */
	if (pwrite(nth, "0", 1, 0) != 1)
		ASSERT_EQ(1, pwrite(nth, "0", 1, 0));
	close(nth);
	text[len > 0 ? len : 0] = '\0';
	return len > 0 && !atoi(text);
}

/* where the answer could not be given, the state was entered all the same */
static void back_to_stop(const struct vfio *vf)
{
	if (vfio_get_state(vf) == STATE(RESUMING))
		ASSERT_OK(vfio_reset(vf));
	set_state(vf, STATE(STOP));
}

/* it does not come to another state than it was in, or was to come to */
static void each_allocation_of(const struct vfio *vf, unsigned int state)
{
	unsigned int n, failed = 0;
	bool injected = true;
	int err, fd;

	for (n = 1; injected && n < 200; n++) {
		injected = with_nth_failing(n, vf, state, &err, &fd);
		failed += err == -ENOMEM;
		if (err && err != -EFAULT)
			ASSERT_ERROR(err, -ENOMEM);
		if (!err)
			close(fd);
		ASSERT_TRUE(vfio_get_state(vf) == STATE(STOP) ||
			    vfio_get_state(vf) == state);
		back_to_stop(vf);
	}
	ASSERT_FALSE(injected);
	ASSERT_LT(0, failed);
}

TEST_F(migration, each_allocation_fails)
{
	if (!file_exists(fail_nth))
		SKIP(return, "allocations cannot be made to fail in this kernel");
	start_guest();
	set_state(&source, STATE(STOP));
	save(&source, &stream);
	open_vf(&dest, to, 0);
	set_state(&dest, STATE(STOP));
	let_memory_fail();
	each_allocation_of(&source, STATE(STOP_COPY));
	each_allocation_of(&dest, STATE(RESUMING));
	set_state(&source, STATE(RUNNING));
	ASSERT_TRUE(goes_on(from, 0));
	dest_is_well();
}

TEST_HARNESS_MAIN
