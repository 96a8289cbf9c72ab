/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For test programs, and once in each: the kernel's harness, and fixtures with the
 * modules loaded.
 */
#ifndef SELFTEST_SELFTEST_H
#define SELFTEST_SELFTEST_H

#include <kselftest_harness.h>

#include "fixture.h"

/* a test waits for what has to come, and says what did not: this is later */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	((int)(PATIENCE_MS / 1000) * 10)

/* of the test that runs: so the functions that it calls have ASSERT_*() too */
static struct __test_metadata *_metadata;

void test_abort(void)
{
	/* the end of the program, where no test runs */
	if (!_metadata)
		_exit(KSFT_FAIL);
	_metadata->exit_code = KSFT_FAIL;
	__bail(1, _metadata);
	abort();
}

/*
 * The harness takes a program whose tests were all skipped for one that passed, which a
 * runner would count.
 */
static void exit_as_skipped(int code, void *unused)
{
	(void)unused;
	if (code != KSFT_PASS || !ksft_get_xskip_cnt() ||
	    ksft_get_xskip_cnt() != ksft_test_num())
		return;
	fflush(stdout);
	_exit(KSFT_SKIP);
}

static void __attribute__((constructor)) selftest_start(void)
{
	on_exit(exit_as_skipped, NULL);
}

/**
 * selftest_begin() - first of all in each FIXTURE_SETUP()
 * @test: _metadata
 */
static inline void __attribute__((unused)) selftest_begin(struct __test_metadata *test)
{
	_metadata = test;
}

/**
 * MODULES_FIXTURE() - both modules are loaded, and the GPUs are as they were found
 * @fixture_name: for TEST_F()
 * @sim_parameters: how the simulator is loaded for each test
 *
 * At the end of each test the simulator must have seen nothing forbidden.
 */
#define MODULES_FIXTURE(fixture_name, sim_parameters)			\
	__MODULES_FIXTURE(fixture_name, sim_parameters, fixture_missing())

#define __MODULES_FIXTURE(fixture_name, sim_parameters, missing)	\
	FIXTURE(fixture_name) { };					\
	FIXTURE_SETUP(fixture_name)					\
	{								\
		const char *reason = missing;				\
									\
		selftest_begin(_metadata);				\
		if (reason)						\
			SKIP(return, "%s", reason);			\
		fixture_setup(sim_parameters);				\
	}								\
	FIXTURE_TEARDOWN(fixture_name)					\
	{								\
		fixture_teardown();					\
	}								\
	struct __test_metadata

/**
 * VFIO_FIXTURE() - MODULES_FIXTURE() with VFIO, and IOMMU groups for the VFs
 * @fixture_name: for TEST_F()
 * @sim_parameters: how the simulator is loaded for each test
 * @session: struct vfio, is closed at the end of each test
 */
#define VFIO_FIXTURE(fixture_name, sim_parameters, session)		\
	static void fixture_name##_close_session(void)			\
	{								\
		vfio_close(&(session));					\
	}								\
	__MODULES_FIXTURE(fixture_name,					\
			  (fixture_on_end(fixture_name##_close_session), sim_parameters), \
			  vfio_missing())

#endif /* SELFTEST_SELFTEST_H */
