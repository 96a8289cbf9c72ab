// SPDX-License-Identifier: GPL-2.0
/*
 * What cannot be had cheaper on this machine: the kernel's own wake-up of a
 * SCHED_FIFO thread by a high resolution timer, and one access to configuration
 * space of a simulated GPU. Measured once, when the module is loaded; read it in
 * /sys/module/bare/parameters. Only for a throwaway VM.
 */

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/sort.h>

/* of the simulated GPU's register page */
#define BARE_VENDOR	0x4756
#define BARE_PF		0x0020
#define BARE_VSEC	0x0002
#define BARE_STATUS	0x10	/* write 1 to clear: writing 0 does nothing */

#define BARE_SAMPLES	2000
#define BARE_SLEEP_NS	137000

/* p50, p99, p99.9 */
static unsigned int wakeup_ns[3];
module_param_array(wakeup_ns, uint, NULL, 0444);
MODULE_PARM_DESC(wakeup_ns, "timer to thread running: median, 99th, 99.9th percentile");

static unsigned int clock_ns;
module_param(clock_ns, uint, 0444);
MODULE_PARM_DESC(clock_ns, "reading the clock");

static unsigned int read_ns;
module_param(read_ns, uint, 0444);
MODULE_PARM_DESC(read_ns, "reading a dword of configuration space");

static unsigned int write_ns;
module_param(write_ns, uint, 0444);
MODULE_PARM_DESC(write_ns, "writing a dword of configuration space");

static u32 late[BARE_SAMPLES];

static int bare_compare(const void *a, const void *b)
{
	return *(const u32 *)a < *(const u32 *)b ? -1 :
	       *(const u32 *)a > *(const u32 *)b;
}

static void bare_wakeup(void)
{
	unsigned int i;

	for (i = 0; i < BARE_SAMPLES; i++) {
		ktime_t expires = ktime_add_ns(ktime_get(), BARE_SLEEP_NS);

		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
		late[i] = ktime_to_ns(ktime_sub(ktime_get(), expires));
	}
	sort(late, BARE_SAMPLES, sizeof(*late), bare_compare, NULL);
	wakeup_ns[0] = late[BARE_SAMPLES / 2];
	wakeup_ns[1] = late[BARE_SAMPLES * 99 / 100];
	wakeup_ns[2] = late[BARE_SAMPLES * 999 / 1000];
}

static void bare_access(struct pci_dev *pdev, int reg)
{
	u64 begin = ktime_get_ns();
	unsigned int i;
	u32 val;

	for (i = 0; i < BARE_SAMPLES; i++)
		ktime_get_ns();
	clock_ns = div_u64(ktime_get_ns() - begin, BARE_SAMPLES);

	begin = ktime_get_ns();
	for (i = 0; i < BARE_SAMPLES; i++)
		pci_read_config_dword(pdev, reg, &val);
	read_ns = div_u64(ktime_get_ns() - begin, BARE_SAMPLES);

	begin = ktime_get_ns();
	for (i = 0; i < BARE_SAMPLES; i++)
		pci_write_config_dword(pdev, reg, 0);
	write_ns = div_u64(ktime_get_ns() - begin, BARE_SAMPLES);
}

/**
 * struct bare_job - what the thread is to do
 * @pdev: PF of a simulated GPU
 * @reg: a register of it that may be read and written
 * @done: it did
 */
struct bare_job {
	struct pci_dev *pdev;
	int reg;
	struct completion done;
};

static int bare_thread(void *data)
{
	struct bare_job *job = data;

	sched_set_fifo(current);
	bare_wakeup();
	bare_access(job->pdev, job->reg);
	complete(&job->done);
	return 0;
}

static int __init bare_init(void)
{
	struct bare_job job;
	struct task_struct *task;

	job.pdev = pci_get_device(BARE_VENDOR, BARE_PF, NULL);
	if (!job.pdev)
		return -ENODEV;
	job.reg = pci_find_vsec_capability(job.pdev, BARE_VENDOR, BARE_VSEC) +
		  BARE_STATUS;
	init_completion(&job.done);
	task = kthread_run(bare_thread, &job, "bare");
	if (!IS_ERR(task))
		wait_for_completion(&job.done);
	pci_dev_put(job.pdev);
	return PTR_ERR_OR_ZERO(task);
}
module_init(bare_init);

static void __exit bare_exit(void)
{
}
module_exit(bare_exit);

MODULE_DESCRIPTION("what a wake-up and a configuration access cost");
MODULE_LICENSE("GPL");
