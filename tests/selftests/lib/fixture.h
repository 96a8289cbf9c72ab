/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every suite stands on: the modules loaded as a test wants them, the
 * check at the end of each test that the simulator saw nothing forbidden, and
 * that the system is as it was found.
 */
#ifndef SELFTEST_FIXTURE_H
#define SELFTEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "file.h"
#include "gpu.h"
#include "module.h"
#include "nl.h"

/**
 * struct fixture - the machine under test
 * @num_gpus: how many GPUs there are
 * @total_vfs: how many VFs each of them can have
 * @gpu: the GPUs
 * @nl: a connection that knows the family
 */
struct fixture {
	unsigned int num_gpus;
	unsigned int total_vfs;
	struct gpu gpu[MAX_GPUS];
	struct nl *nl;
};

extern struct fixture fx;

/**
 * struct test - a test of a suite
 * @name: what it promises; a number of the list of promises where there is one
 * @run: the test
 * @slow: left out of a quick run
 * @leaky: left out where leaks are counted: the PCI core leaks in it, whoever's
 *	driver it is
 */
struct test {
	const char *name;
	void (*run)(void);
	bool slow;
	bool leaky;
};

#define TEST(function) { .name = #function, .run = function }
#define SLOW_TEST(function) { .name = #function, .run = function, .slow = true }

#define LEAKY_TEST(function) \
	{ .name = #function, .run = function, .slow = true, .leaky = true }

/**
 * struct suite - what is done around the tests of a program
 * @name: of the suite
 * @setup: before each test
 * @teardown: after each test
 * @end: after all of them
 */
struct suite {
	const char *name;
	int (*setup)(void **state);
	int (*teardown)(void **state);
	int (*end)(void **state);
};

int suite_run_as(const struct suite *suite, const struct test *tests,
		 size_t num);
int suite_run(const char *name, const char *sim_parameters,
	      const struct test *tests, size_t num);
#define SUITE_RUN(name, sim_parameters, tests) \
	suite_run(name, sim_parameters, tests, sizeof(tests) / sizeof(*(tests)))

bool on_debug_kernel(void);
bool in_virtual_time(void);
bool is_quick(void);
uint64_t patience_ms(void);

void fixture_load(const char *sim_parameters);
void fixture_unload(void);
void fixture_spoil(void);
void fixture_on_end(void (*hook)(void));
void fixture_wait_clean(const struct gpu *gpu);
void fixture_table(const struct gpu *gpu, struct table *table);
char *fixture_snapshot(const struct gpu *gpu);
void fixture_reset_config(const struct gpu *gpu);
struct nl *fixture_listen(const char *group);
bool fixture_await(struct nl *nl, uint8_t cmd, struct nl_message *msg);

uint64_t now_ms(void);
void pause_ms(unsigned int ms);

void check_error(int got, int wanted, const char *what, const char *file,
		 int line);
void check_u64(uint64_t got, uint64_t wanted, const char *what,
	       const char *file, int line);
void check_same(const char *got, const char *wanted, const char *what,
		const char *file, int line);
void check_failed(const char *what, const char *file, int line)
	__attribute__((noreturn));
void check_ratio(uint64_t part, uint64_t whole, double wanted,
		 double tolerance, const char *what, const char *file,
		 int line);

/* an expression that is 0 or a negative errno */
#define assert_error(expression, wanted) \
	check_error(expression, wanted, #expression, __FILE__, __LINE__)
#define assert_ok(expression) assert_error(expression, 0)

#define assert_u64(expression, wanted) \
	check_u64(expression, wanted, #expression, __FILE__, __LINE__)

/* two texts of many lines; the first line that differs is shown */
#define assert_same(got, wanted) \
	check_same(got, wanted, #got, __FILE__, __LINE__)

/* part / whole is wanted, give or take tolerance of it */
#define assert_ratio(part, whole, wanted, tolerance) \
	check_ratio(part, whole, wanted, tolerance, #part " / " #whole, \
		    __FILE__, __LINE__)

/*
 * How long to wait for what has to come: not a figure that is tested, only the
 * end of patience on a slow machine. (Virtual time flies when the VM waits for a
 * disk: an hour of it is some seconds.)
 */
#define PATIENCE_MS	patience_ms()

/* does it become true? */
#define eventually(condition)						\
	({								\
		uint64_t end_ = now_ms() + PATIENCE_MS;			\
		bool yes_;						\
									\
		while (!(yes_ = (condition)) && now_ms() < end_)	\
			pause_ms(2);					\
		yes_;							\
	})

#define assert_eventually(condition)					\
	do {								\
		if (!eventually(condition))				\
			check_failed("never: " #condition, __FILE__,	\
				     __LINE__);				\
	} while (0)

#endif /* SELFTEST_FIXTURE_H */
