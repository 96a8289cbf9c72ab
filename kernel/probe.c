// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's headers offer. Each GPUVF_PROBE_... below is compiled alone
 * by probe.mk; what compiles is a GPUVF_HAVE_... for base/compat.h. With none of
 * them the file has to compile, or the headers are not usable at all.
 */

#include <linux/device/class.h>
#include <linux/module.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#ifdef GPUVF_PROBE_CLASS_WITHOUT_OWNER
struct class *probe(void)
{
	return class_create("probe");
}
#endif

#ifdef GPUVF_PROBE_GENL_INFO_DUMP
struct nlattr **probe(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}
#endif

#ifdef GPUVF_PROBE_WORK_BY_CPU
void probe(struct work_struct *work)
{
	queue_work(system_percpu_wq, work);
	queue_work(system_dfl_wq, work);
}
#endif
