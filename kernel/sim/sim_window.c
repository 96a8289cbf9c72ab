// SPDX-License-Identifier: GPL-2.0
/*
 * Windows: whatever executes an instruction of the kernel is held up there, so that a
 * test can do what would otherwise have to come within the few instructions around it.
 *
 *	/sys/kernel/debug/gpuvf_sim/window
 *		SYMBOL[+OFFSET] MS [from=CALLER]: the first one that comes there from
 *		now on waits for up to so long; "go": it goes on; "none": there is no
 *		window
 *
 * It waits in a kprobe's handler: its CPU does nothing else, interrupts apart where
 * they were enabled and the kprobe is at the start of a function.
 */

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "sim.h"

/* lockup detectors begin to speak at 10 s */
#define WINDOW_MAX_MS	8000

/**
 * struct sim_window - the one window that there is
 * @lock: held by writers
 * @probe: where it is
 * @symbol: function that it is in
 * @from: part of the name of the caller, as in "pf_irq [gpuvf]"; "": any
 * @max_ms: how long it is open at the most
 * @armed: @probe is registered
 * @hits: how many came there, from @from
 * @task: ID of the task that the first one ran on; 0: idle
 * @cpu: and which CPU
 * @open: it waits there
 * @go: it is not to wait any longer
 */
static struct sim_window {
	struct mutex lock;	/* held by writers */
	struct kprobe probe;
	char symbol[64];
	char from[64];
	unsigned int max_ms;
	bool armed;
	atomic_t hits;
	pid_t task;
	unsigned int cpu;
	bool open;
	bool go;
} window = { .lock = __MUTEX_INITIALIZER(window.lock) };

/* at the start of a function: what is on top of the stack is where it returns to */
static bool window_is_from(struct pt_regs *regs)
{
	char caller[KSYM_SYMBOL_LEN];

	if (!*window.from)
		return true;
	snprintf(caller, sizeof(caller), "%ps",
		 (void *)regs_get_kernel_stack_nth(regs, 0));
	return strstr(caller, window.from);
}

static int window_hit(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned int ms;

	if (!window_is_from(regs) || atomic_inc_return(&window.hits) != 1)
		return 0;
	WRITE_ONCE(window.task, current->pid);
	WRITE_ONCE(window.cpu, smp_processor_id());
	WRITE_ONCE(window.open, true);
	for (ms = 0; ms < READ_ONCE(window.max_ms) && !READ_ONCE(window.go); ms++)
		mdelay(1);
	WRITE_ONCE(window.open, false);
	return 0;
}

/* with it the kprobe is never made a jump, into text that a preempted task stays in */
static void window_passed(struct kprobe *probe, struct pt_regs *regs,
			  unsigned long flags)
{
}

static void window_disarm_locked(void)
{
	lockdep_assert_held(&window.lock);
	WRITE_ONCE(window.go, true);
	if (window.armed)
		unregister_kprobe(&window.probe);
	window.armed = false;
}

/*
 * A kprobe that is there already stays: nothing is patched while other CPUs come
 * through it. What was held up goes on, and is not held up again.
 */
static int window_arm_locked(const char *symbol, unsigned int offset,
			     const char *from, unsigned int max_ms)
{
	int err;

	lockdep_assert_held(&window.lock);
	if (window.armed &&
	    (strcmp(window.symbol, symbol) || strcmp(window.from, from) ||
	     window.probe.offset != offset))
		window_disarm_locked();
	WRITE_ONCE(window.go, true);
	while (READ_ONCE(window.open))
		usleep_range(50, 100);
	WRITE_ONCE(window.task, 0);
	WRITE_ONCE(window.max_ms, max_ms);
	WRITE_ONCE(window.go, false);
	/* the next one that comes is the first */
	atomic_set(&window.hits, 0);
	if (window.armed)
		return 0;
	strscpy(window.symbol, symbol, sizeof(window.symbol));
	strscpy(window.from, from, sizeof(window.from));
	window.probe = (struct kprobe){
		.symbol_name = window.symbol,
		.offset = offset,
		.pre_handler = window_hit,
		.post_handler = window_passed,
	};
	err = register_kprobe(&window.probe);
	window.armed = !err;
	return err;
}

/* SYMBOL[+OFFSET] MS [from=CALLER] */
static int window_parse_locked(char *line)
{
	char *symbol = strsep(&line, " "), *word;
	char *plus = strchr(symbol, '+');
	unsigned int offset = 0, max_ms;

	if (plus) {
		*plus++ = '\0';
		if (kstrtouint(plus, 0, &offset))
			return -EINVAL;
	}
	if (!*symbol || strlen(symbol) >= sizeof(window.symbol))
		return -EINVAL;
	word = strsep(&line, " ");
	if (!word || kstrtouint(word, 0, &max_ms) || max_ms > WINDOW_MAX_MS)
		return -EINVAL;
	if (line && !str_has_prefix(line, "from="))
		return -EINVAL;
	line = line ? line + strlen("from=") : "";
	if (strlen(line) >= sizeof(window.from))
		return -EINVAL;
	return window_arm_locked(symbol, offset, line, max_ms);
}

static ssize_t window_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	char line[160], *text;
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	text = strim(line);
	mutex_lock(&window.lock);
	if (!strcmp(text, "go"))
		WRITE_ONCE(window.go, true);
	else if (!strcmp(text, "none"))
		window_disarm_locked();
	else
		err = window_parse_locked(text);
	mutex_unlock(&window.lock);
	return err ? err : count;
}

static int window_show(struct seq_file *m, void *v)
{
	seq_printf(m, "open=%d hits=%d task=%d cpu=%u\n", READ_ONCE(window.open),
		   atomic_read(&window.hits), READ_ONCE(window.task),
		   READ_ONCE(window.cpu));
	return 0;
}

SIM_SHOW_WRITE(window);

/**
 * sim_window_debugfs() - make the file by which windows are asked for
 * @dir: directory of the simulator
 */
void sim_window_debugfs(struct dentry *dir)
{
	debugfs_create_file("window", 0600, dir, NULL, &window_fops);
}

/** sim_window_fini() - remove the window, if there is one; its file is gone */
void sim_window_fini(void)
{
	mutex_lock(&window.lock);
	window_disarm_locked();
	mutex_unlock(&window.lock);
}
