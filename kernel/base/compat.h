/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How kernels differ for the driver; sim/sim_compat.h has what the simulator needs
 * besides, and no other file knows. Which of the GPUVF_HAVE_... there
 * are is found out by compiling probe.c; the versions in the comments are
 * those of mainline.
 */
#ifndef GPUVF_COMPAT_H
#define GPUVF_COMPAT_H

#include <linux/device/class.h>
#include <linux/gpuvf.h>
#include <linux/stringify.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "gpuvf_have.h"

/*
 * 6.7, and 6.1.68 of Debian 12's line: who may join a multicast group can be
 * restricted. Without that, any user could read exact times.
 */
#ifndef GENL_MCAST_CAP_SYS_ADMIN
#error "this kernel cannot restrict a multicast group; 6.1.68 and later can"
#endif

/* 6.4: a class has no owner any more */
#ifdef GPUVF_HAVE_CLASS_WITHOUT_OWNER
#define gpuvf_class_create(name)	class_create(name)
#else
#define gpuvf_class_create(name)	class_create(THIS_MODULE, name)
#endif

/* 6.7: what a dump was asked for moved into struct genl_info */
static inline struct nlattr **gpuvf_dump_attrs(struct netlink_callback *cb)
{
#ifdef GPUVF_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* 6.2: an extended ack with figures, of up to 79 bytes; before that only constants */
#ifdef NL_SET_ERR_MSG_FMT
#define gpuvf_extack_version(extack, of_request)			\
	NL_SET_ERR_MSG_FMT(extack,					\
		"request of family version %u, gpuvf.ko has %u: use its gpuvf-agent", \
		of_request, GPUVF_FAMILY_VERSION)
#else
#define gpuvf_extack_version(extack, of_request)			\
	do {								\
		(void)(of_request);					\
		NL_SET_ERR_MSG(extack,					\
			"request of another family version, gpuvf.ko has " \
			__stringify(GPUVF_FAMILY_VERSION)		\
			": use its gpuvf-agent");			\
	} while (0)
#endif

/*
 * By 7.3: the same queue of work that runs on the CPU where it was queued, or on any,
 * under another name. The former ones warn.
 */
#ifdef GPUVF_HAVE_WORK_BY_CPU
#define gpuvf_percpu_wq		system_percpu_wq
#define gpuvf_unbound_wq	system_dfl_wq
#else
#define gpuvf_percpu_wq		system_wq
#define gpuvf_unbound_wq	system_unbound_wq
#endif

/* 6.13: the namespace of a symbol is a string */
#ifdef GPUVF_HAVE_NS_OF_WORD
#define GPUVF_NS	GPUVF
#else
#define GPUVF_NS	"GPUVF"
#endif

#endif /* GPUVF_COMPAT_H */
