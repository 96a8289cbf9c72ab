// SPDX-License-Identifier: GPL-2.0
/*
 * Does on purpose what no driver may do, so that the lab can show that it would
 * notice. Only for a throwaway VM.
 */

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "warn, oops, kasan, ubsan, lockdep, atomic, leak or race");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(lock);

/* volatile: the compiler does not see through it */
static volatile int index = 8;
static int table[8];
static void *volatile lost;

static void take_both(struct mutex *a, struct mutex *b)
{
	mutex_lock(a);
	mutex_lock(b);
	mutex_unlock(b);
	mutex_unlock(a);
}

static void use_after_free(void)
{
	int *volatile p = kzalloc(64, GFP_KERNEL);

	kfree(p);
	WRITE_ONCE(*p, 1);
}

static void lose_memory(void)
{
	int i;

	/* all but the last one are lost; one, a stale pointer might hide */
	for (i = 0; i < 16; i++)
		lost = kzalloc(4096, GFP_KERNEL);
}

static int shared;

static int racer(void *unused)
{
	while (!kthread_should_stop()) {
		shared++;
		cond_resched();
	}
	return 0;
}

static int race(void)
{
	unsigned long end = jiffies + 5 * HZ;
	struct task_struct *other = kthread_run(racer, NULL, "racer");

	if (IS_ERR(other))
		return PTR_ERR(other);
	while (time_before(jiffies, end)) {
		shared++;
		cond_resched();
	}
	kthread_stop(other);
	return 0;
}

static int __init splat_init(void)
{
	if (!strcmp(what, "warn")) {
		WARN(1, "on purpose\n");
	} else if (!strcmp(what, "oops")) {
		WRITE_ONCE(*(int *)(8L * index), 1);
	} else if (!strcmp(what, "kasan")) {
		use_after_free();
	} else if (!strcmp(what, "ubsan")) {
		table[index]++;
	} else if (!strcmp(what, "lockdep")) {
		take_both(&first, &second);
		take_both(&second, &first);
	} else if (!strcmp(what, "atomic")) {
		spin_lock(&lock);
		mutex_lock(&first);
		mutex_unlock(&first);
		spin_unlock(&lock);
	} else if (!strcmp(what, "leak")) {
		lose_memory();
	} else if (!strcmp(what, "race")) {
		return race();
	} else {
		return -EINVAL;
	}
	return 0;
}
module_init(splat_init);

static void __exit splat_exit(void)
{
}
module_exit(splat_exit);

MODULE_DESCRIPTION("Deliberate misbehaviour, for the lab's own test");
MODULE_LICENSE("GPL");
