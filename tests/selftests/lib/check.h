/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests and this library check and wait for. A check that fails ends the test
 * that runs, with a line that says what was expected.
 */
#ifndef SELFTEST_CHECK_H
#define SELFTEST_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool on_debug_kernel(void);
bool in_virtual_time(void);
bool is_quick(void);
uint64_t patience_ms(void);
uint64_t now_ms(void);
void pause_ms(unsigned int ms);

/* a line of diagnosis in the output */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* the end of the test that runs; each program has it from selftest.h */
_Noreturn void test_abort(void);

void check_failed(const char *what, const char *file, int line)
	__attribute__((noreturn));
void check_error(int got, int wanted, const char *what, const char *file,
		 int line);
void check_figure(uint64_t got, uint64_t wanted, const char *what,
		  const char *file, int line);
void check_same(const char *got, const char *wanted, const char *what,
		const char *file, int line);
void check_ratio(uint64_t part, uint64_t whole, double wanted,
		 double tolerance, const char *what, const char *file,
		 int line);

/* what this library takes for granted; tests have ASSERT_EQ() and the like */
#define check(condition)						\
	do {								\
		if (!(condition))					\
			check_failed(#condition, __FILE__, __LINE__);	\
	} while (0)

/* an expression that is 0 or a negative errno */
#define ASSERT_ERROR(expression, wanted) \
	check_error(expression, wanted, #expression, __FILE__, __LINE__)
#define ASSERT_OK(expression) ASSERT_ERROR(expression, 0)

/* two texts of many lines; the first line that differs is shown */
#define ASSERT_SAME(got, wanted) \
	check_same(got, wanted, #got, __FILE__, __LINE__)

/* part / whole is wanted, give or take tolerance of it */
#define ASSERT_RATIO(part, whole, wanted, tolerance) \
	check_ratio(part, whole, wanted, tolerance, #part " / " #whole, \
		    __FILE__, __LINE__)

/*
 * How long to wait for what has to come: not a figure that is tested, only the
 * end of patience on a slow machine. (Virtual time flies when the VM waits for a
 * disk: an hour of it is some seconds.)
 */
#define PATIENCE_MS	patience_ms()

/* does it become true? It is looked at less often the longer it takes */
#define eventually(condition)						\
	({								\
		uint64_t begin_ = now_ms(), waited_ = 0;		\
		bool yes_;						\
									\
		while (!(yes_ = (condition)) && waited_ < PATIENCE_MS) { \
			pause_ms(waited_ < 1600 ? 2 + waited_ / 32 : 50); \
			waited_ = now_ms() - begin_;			\
		}							\
		yes_;							\
	})

#define ASSERT_EVENTUALLY(condition)					\
	do {								\
		if (!eventually(condition))				\
			check_failed("never: " #condition, __FILE__,	\
				     __LINE__);				\
	} while (0)

#endif /* SELFTEST_CHECK_H */
