// SPDX-License-Identifier: GPL-2.0
/*
 * qemu_vmrun - nested virtual machines in QEMU's virtual time
 *
 * QEMU does not clear the number of an interrupt that VMRUN injects before it leaves the
 * guest again (exception_index in helper_vmrun(), 7.2 and 10.0). If the instructions end
 * that -icount allows up to the next timer, it delivers that interrupt once more, though
 * the guest has interrupts off by then; the guest waits for a lock that it holds itself.
 * So each VMRUN with an interrupt is to be left before the first instruction: by an
 * interrupt of the host that is pending already.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

extern struct tracepoint __tracepoint_kvm_inj_virq;
extern struct tracepoint __tracepoint_kvm_entry;

#define NUM_TASKS	32768

/* by process id: a VCPU of this task enters its guest with an interrupt next */
static DECLARE_BITMAP(injecting, NUM_TASKS);

static void nothing(struct irq_work *work)
{
}

static DEFINE_IRQ_WORK(interrupt, nothing);

/* KVM has decided to inject one; it may be preempted before it enters */
static void probe_inj_virq(void *data, unsigned int vector, bool soft, bool reinjected)
{
	set_bit(current->pid % NUM_TASKS, injecting);
}

/* with interrupts off, up to VMRUN */
static void probe_entry(void *data, void *vcpu, bool force_immediate_exit)
{
	if (test_and_clear_bit(current->pid % NUM_TASKS, injecting))
		irq_work_queue(&interrupt);
}

static int __init qemu_vmrun_init(void)
{
	int ret;

	ret = tracepoint_probe_register(&__tracepoint_kvm_inj_virq, probe_inj_virq, NULL);
	if (ret)
		return ret;
	ret = tracepoint_probe_register(&__tracepoint_kvm_entry, probe_entry, NULL);
	if (ret)
		tracepoint_probe_unregister(&__tracepoint_kvm_inj_virq, probe_inj_virq, NULL);
	return ret;
}

static void __exit qemu_vmrun_exit(void)
{
	tracepoint_probe_unregister(&__tracepoint_kvm_entry, probe_entry, NULL);
	tracepoint_probe_unregister(&__tracepoint_kvm_inj_virq, probe_inj_virq, NULL);
	tracepoint_synchronize_unregister();
	irq_work_sync(&interrupt);
}

module_init(qemu_vmrun_init);
module_exit(qemu_vmrun_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Leaves each VMRUN with an interrupt at once, for QEMU with -icount");
