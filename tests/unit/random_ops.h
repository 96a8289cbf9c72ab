/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random sequences: configurations are applied while other programs change the GPU,
 * between two applies and before each write of one. After each of them either the double
 * has what was asked for, or the exit code and a message say what it has not; it took a
 * bounded time, and nothing was done that must never be. When the others have stopped,
 * the next apply gets what it asks for. Verbs that look write nothing.
 *
 *	GPUVF_SEQUENCES=N	so many; GPUVF_UNIT_ROUNDS may make it fewer
 *	GPUVF_UNIT_SEED=N	the first of them
 */
#ifndef RANDOM_OPS_H
#define RANDOM_OPS_H

#include "everything.h"
#include "fake_clock.h"
#include "pci_tree.h"
#include "verb_test.h"

#define SEQUENCES	24
#define STEPS		8

/* what others do during one apply: then they rest */
#define MAX_STRIKES	4

/* in the time of fake_clock.c: each of five tries of a helper has two minutes */
#define LIMIT_MS	(30 * 60 * 1000)
#define LIMIT_WRITES	2000

/**
 * struct random_test - what is random about one driver's GPUs
 * @gpu: its address, or as much of it as all GPUs of @begin have
 * @sequences: how many, 0: SEQUENCES
 * @begin: a new tree with a GPU
 * @end: remove it
 * @choose: choose a target, and write it to @config; @sure: one that can be had
 * @find_wrong: what the double has not of that target, NULL: it has all
 * @picture: what the double has, of all that a configuration can say; NULL: it has what
 *	none can, and so nothing would put it back
 * @other: another program does something; @meanwhile: during an apply
 * @is_hampered: has another program left something that no apply can change, and that
 *	keeps VFs from being enabled? NULL: there is nothing of the kind
 * @calm: others stop, and take back what only they can
 * @between_reads: others come before reads of the driver's files, too
 * @writes: that were made so far
 * @violations: what must never be done, and was
 */
struct random_test {
	const char *gpu;
	unsigned int sequences;
	void (*begin)(void);
	void (*end)(void);
	void (*choose)(char *config, size_t size, bool sure);
	const char *(*find_wrong)(void);
	char *(*picture)(void);
	void (*other)(bool meanwhile);
	bool (*is_hampered)(void);
	void (*calm)(void);
	bool between_reads;
	u32 (*writes)(void);
	u32 (*violations)(void);
};

static const struct random_test *random_test;

/* of others, and whether the last one came while apply read */
static unsigned int strikes;
static u32 writes_at_strike;
static bool struck_in_read;

/* applies that were done, refused, left something in between */
static unsigned int counted[3];

/* for messages */
static unsigned int sequence, step;
static char config[4000], said[100000], history[8000];

static inline void random_failed(const char *what, int code)
{
	/* cmocka has room for about a thousand bytes */
	print_error("%s\n%s\n%s\n", history, config, said);
	fail_msg("seed %u, step %u: %s; exit code %d, others came %u times",
		 sequence, step, what, code, strikes);
}

/* what others have done so far, for the message of a failure */
static inline void __printf(1, 2) note(const char *fmt, ...)
{
	size_t len = strlen(history);
	va_list args;

	va_start(args, fmt);
	vsnprintf(history + len, sizeof(history) - len, fmt, args);
	va_end(args);
}

static inline void strike(void)
{
	strikes++;
	struck_in_read = false;
	note(" meanwhile: ");
	random_test->other(true);
}

static inline void before_write(void)
{
	if (strikes < MAX_STRIKES && !rnd(3))
		strike();
	rival = before_write;
}

/* there are far more of these */
static inline void before_read(void)
{
	static bool is_busy;

	if (is_busy || strikes >= MAX_STRIKES || rnd(100))
		return;
	is_busy = true;
	strike();
	is_busy = false;
	struck_in_read = true;
	writes_at_strike = random_test->writes();
}

/* did another program come after the last look of apply, for all that is known? */
static inline bool came_unseen(void)
{
	return strikes && struck_in_read &&
	       random_test->writes() == writes_at_strike;
}

static inline void let_others(bool on)
{
	strikes = 0;
	rival = on ? before_write : NULL;
	reading = on && random_test->between_reads ? before_read : NULL;
}

/* a change that was refused: what there was is there, or it is said that it is not */
static inline void check_refusal(int code, const char *before, const char *after)
{
	static const u32 known = BIT(EXIT_FAILED) | BIT(EXIT_USAGE) |
				 BIT(EXIT_BUSY) | BIT(EXIT_MISSING) |
				 BIT(EXIT_PERMISSION) | BIT(EXIT_ATTENTION);

	if (!(known & BIT(code)))
		random_failed("an exit code that says nothing of this", code);
	if (!strstr(said, random_test->gpu))
		random_failed("the GPU is not named", code);
	if (strikes)
		return;
	if (code == EXIT_ATTENTION) {
		if (!random_test->is_hampered || !random_test->is_hampered())
			random_failed("left undone, although no one was in the way", code);
		return;
	}
	if (before && (!after || strcmp(before, after))) {
		print_error("before: %s\nafter:  %s\n", before, after ?: "what no one asked for");
		random_failed("not as it was", code);
	}
}

static inline int timed_apply(void)
{
	u64 begin = fake_clock_skipped();
	u32 writes = random_test->writes();
	int code = run("apply", said, sizeof(said));

	if (fake_clock_skipped() - begin > LIMIT_MS)
		random_failed("it took too long", code);
	if (random_test->writes() - writes > LIMIT_WRITES)
		random_failed("there were too many writes", code);
	return code;
}

static inline void one_apply(void)
{
	/* what an earlier one has left is recovered first */
	char *before = root_has("run/gpuvf/intent") ? NULL :
		       random_test->picture();
	u32 violations = random_test->violations();
	const char *wrong;
	unsigned int n;
	char *after;
	int code;

	let_others(rnd(2));
	code = timed_apply();
	n = strikes;
	let_others(false);
	strikes = n;
	counted[code == EXIT_ATTENTION ? 2 : !!code]++;
	after = random_test->picture();
	wrong = code || came_unseen() ? NULL : random_test->find_wrong();
	if (wrong) {
		print_error("%s\n", after ?: "");
		random_failed(wrong, code);
	}
	if (code)
		check_refusal(code, before, after);
	/* what came after the last look cannot be seen */
	if (!strikes && random_test->violations() != violations)
		random_failed("what must never be done was done", code);
	free(before);
	free(after);
}

static inline void only_look(void)
{
	static const char *const verbs[] = { "show", "show -j", "plan", "assert", "export" };
	const char *verb = verbs[rnd(ARRAY_SIZE(verbs))];
	u32 writes = random_test->writes();
	int code = run(verb, said, sizeof(said));

	if (random_test->writes() != writes)
		random_failed(verb, code);
}

/* nothing is in the way any more */
static inline void last_apply(void)
{
	const char *wrong;
	u32 writes;
	int code;

	random_test->calm();
	random_test->choose(config, sizeof(config), true);
	configure(config);
	strikes = 0;
	code = timed_apply();
	wrong = code ? "what can be had is refused" : random_test->find_wrong();
	if (wrong)
		random_failed(wrong, code);
	writes = random_test->writes();
	code = timed_apply();
	if (code || random_test->writes() != writes)
		random_failed("what is there is written again", code);
}

static inline void one_sequence(void)
{
	unsigned int i;

	/* those of neighbours are not alike */
	seed = sequence * 2654435761ULL;
	*history = '\0';
	random_test->begin();
	for (step = 0; step < STEPS; step++) {
		for (i = rnd(4); i; i--)
			random_test->other(false);
		random_test->choose(config, sizeof(config), false);
		configure(config);
		only_look();
		one_apply();
		note("apply\n");
	}
	last_apply();
	random_test->end();
}

static inline void random_sequences(const struct random_test *test)
{
	const char *number = getenv("GPUVF_SEQUENCES");
	const char *first = getenv("GPUVF_UNIT_SEED");
	unsigned int usual = test->sequences ?: SEQUENCES;
	unsigned int n = rounds(usual), end;

	n = n < usual ? n : usual;
	n = number ? strtoul(number, NULL, 10) : n;
	random_test = test;
	sequence = first ? strtoul(first, NULL, 10) : 1;
	for (end = sequence + n; sequence < end; sequence++)
		one_sequence();
	printf("# %u sequences, %u applies done, %u refused, %u in between\n", n,
	       counted[0], counted[1], counted[2]);
	/* all of it happens, or nothing was tested */
	assert_true(n < usual || (counted[0] && counted[1]));
}

#endif /* RANDOM_OPS_H */
