// SPDX-License-Identifier: GPL-2.0
/*
 * Signals that must not end the program between two steps: a GPU would be left
 * half-way. Those of a user and of a lost terminal are held off until a GPU is
 * in one state or the other; those of an output that nothing reads are errors
 * of write().
 */
#include <stdio.h>
#include <sys/signalfd.h>

#include "base/signals.h"
#include "base/types.h"

static const int held[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/** signals_ignore_lost_output() - let writes fail instead of ending the program */
void signals_ignore_lost_output(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/**
 * signals_hold() - hold off the signals that end the program
 * @before: result, for signals_release()
 */
void signals_hold(sigset_t *before)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(held); i++)
		sigaddset(&set, held[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

/**
 * signals_are_pending() - ask whether one of them waits
 *
 * Return: whether the program should begin nothing more.
 */
bool signals_are_pending(void)
{
	sigset_t pending;
	size_t i;

	sigpending(&pending);
	for (i = 0; i < ARRAY_SIZE(held); i++)
		if (sigismember(&pending, held[i]))
			return true;
	return false;
}

/**
 * signals_release() - act on the signals that were held off
 * @before: from signals_hold()
 *
 * Context: everything that was said is written out first, since this may be the
 * end of the program.
 */
void signals_release(const sigset_t *before)
{
	fflush(NULL);
	sigprocmask(SIG_SETMASK, before, NULL);
}

/**
 * signals_open() - have signals as events of a descriptor
 * @signals: which ones, 0 behind the last
 *
 * Return: a descriptor for struct signalfd_siginfo, or -1.
 */
int signals_open(const int *signals)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}
