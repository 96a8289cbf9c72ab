/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: /sys/kernel/tracing/events/gpuvf. GPUs are named by numbers, so
 * that nothing has to be copied while a time slice is switched.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM gpuvf

#if !defined(GPUVF_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define GPUVF_TRACE_H

#include <linux/pci.h>
#include <linux/tracepoint.h>

#include "types.h"

#define GPUVF_TRACE_GPU							\
	__field(int, domain)						\
	__field(u8, bus)						\
	__field(u8, devfn)						\
	__field(u32, vf)

#define GPUVF_TRACE_SET_GPU						\
	do {								\
		__entry->domain = pci_domain_nr(pdev->bus);		\
		__entry->bus = pdev->bus->number;			\
		__entry->devfn = pdev->devfn;				\
		__entry->vf = vf;					\
	} while (0)

#define GPUVF_TRACE_FORMAT	"%04x:%02x:%02x.%u vf=%u"
#define GPUVF_TRACE_ARGS						\
	__entry->domain, __entry->bus, PCI_SLOT(__entry->devfn),	\
	PCI_FUNC(__entry->devfn), __entry->vf

#define GPUVF_TRACE_COMMANDS						\
	{ GPUVF_HW_IDLE, "IDLE" },					\
	{ GPUVF_HW_SAVE, "SAVE" },					\
	{ GPUVF_HW_LOAD, "LOAD" },					\
	{ GPUVF_HW_RUN, "RUN" },					\
	{ GPUVF_HW_INIT, "INIT" },					\
	{ GPUVF_HW_SHUTDOWN, "SHUTDOWN" },				\
	{ GPUVF_HW_SWITCH, "CONTEXT_SWITCH" }

const char *gpuvf_command_name(enum gpuvf_hw_cmd cmd);

/* a VF begins a time slice, for the first time or not */
TRACE_EVENT(gpuvf_switch,
	TP_PROTO(struct pci_dev *pdev, unsigned int vf, bool first),
	TP_ARGS(pdev, vf, first),
	TP_STRUCT__entry(
		GPUVF_TRACE_GPU
		__field(bool, first)
	),
	TP_fast_assign(
		GPUVF_TRACE_SET_GPU;
		__entry->first = first;
	),
	TP_printk(GPUVF_TRACE_FORMAT " first=%d", GPUVF_TRACE_ARGS,
		  __entry->first)
);

/* a VF's time slice is over: what it was given, what it is accounted */
TRACE_EVENT(gpuvf_slice,
	TP_PROTO(struct pci_dev *pdev, unsigned int vf, u64 budget_ns,
		 u64 accounted_ns),
	TP_ARGS(pdev, vf, budget_ns, accounted_ns),
	TP_STRUCT__entry(
		GPUVF_TRACE_GPU
		__field(u64, budget_ns)
		__field(u64, accounted_ns)
	),
	TP_fast_assign(
		GPUVF_TRACE_SET_GPU;
		__entry->budget_ns = budget_ns;
		__entry->accounted_ns = accounted_ns;
	),
	TP_printk(GPUVF_TRACE_FORMAT " budget_ns=%llu accounted_ns=%llu",
		  GPUVF_TRACE_ARGS, __entry->budget_ns, __entry->accounted_ns)
);

/* a command is over, or was given up */
TRACE_EVENT(gpuvf_command,
	TP_PROTO(struct pci_dev *pdev, unsigned int vf, unsigned int cmd,
		 u64 ns, int err),
	TP_ARGS(pdev, vf, cmd, ns, err),
	TP_STRUCT__entry(
		GPUVF_TRACE_GPU
		__field(u32, cmd)
		__field(u64, ns)
		__field(int, err)
	),
	TP_fast_assign(
		GPUVF_TRACE_SET_GPU;
		__entry->cmd = cmd;
		__entry->ns = ns;
		__entry->err = err;
	),
	TP_printk(GPUVF_TRACE_FORMAT " command=%s ns=%llu err=%d",
		  GPUVF_TRACE_ARGS,
		  __print_symbolic(__entry->cmd, GPUVF_TRACE_COMMANDS),
		  __entry->ns, __entry->err)
);

/* a VF's reset is over, or the GPU's: vf=4294967295 */
TRACE_EVENT(gpuvf_reset,
	TP_PROTO(struct pci_dev *pdev, unsigned int vf, u64 ns, int err),
	TP_ARGS(pdev, vf, ns, err),
	TP_STRUCT__entry(
		GPUVF_TRACE_GPU
		__field(u64, ns)
		__field(int, err)
	),
	TP_fast_assign(
		GPUVF_TRACE_SET_GPU;
		__entry->ns = ns;
		__entry->err = err;
	),
	TP_printk(GPUVF_TRACE_FORMAT " ns=%llu err=%d", GPUVF_TRACE_ARGS,
		  __entry->ns, __entry->err)
);

/* a message between PF and VF */
TRACE_EVENT(gpuvf_mbox,
	TP_PROTO(struct pci_dev *pdev, unsigned int vf, bool to_vf,
		 const struct gpuvf_mbox_msg *msg),
	TP_ARGS(pdev, vf, to_vf, msg),
	TP_STRUCT__entry(
		GPUVF_TRACE_GPU
		__field(bool, to_vf)
		__array(u32, word, GPUVF_MBOX_WORDS)
	),
	TP_fast_assign(
		GPUVF_TRACE_SET_GPU;
		__entry->to_vf = to_vf;
		memcpy(__entry->word, msg->word, sizeof(__entry->word));
	),
	TP_printk(GPUVF_TRACE_FORMAT " %s msg=%u data=%#x,%#x,%#x",
		  GPUVF_TRACE_ARGS, __entry->to_vf ? "PF->VF" : "VF->PF",
		  __entry->word[0], __entry->word[1], __entry->word[2],
		  __entry->word[3])
);

#endif /* GPUVF_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH base
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
