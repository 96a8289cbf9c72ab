/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as configuration, requests and backends need in user space:
 * included before all others, in the place of the kernel's headers, which are empty here. There is
 * one thread, so that locks are nothing but whether they are held.
 */
#ifndef KERNEL_STUB_H
#define KERNEL_STUB_H

/* isascii() */
#define _DEFAULT_SOURCE

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef long long s64;
typedef int atomic_t;
typedef struct {
	bool held;
} spinlock_t;

struct mutex {
	bool held;
};

struct completion {
	unsigned int done;
};

struct work_struct {
	int unused;
};

struct delayed_work {
	struct work_struct work;
};

struct kobject {
	int unused;
};

struct device {
	const char *name;
};

struct class;
struct task_struct;
struct pci_dev {
	struct device dev;
	bool enabled;
	u16 vendor;
};

struct pci_device_id {
	int vendor;
	int device;
};

#define __aligned(n)		__attribute__((aligned(n)))
#define __printf(a, b)		__attribute__((format(printf, a, b)))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define GENMASK(high, low)	((u32)((2ULL << (high)) - (1ULL << (low))))
#define NSEC_PER_USEC		1000L
#define SZ_4K			0x1000
#define SZ_1M			0x100000
#define SZ_256M			0x10000000
#define GFP_KERNEL		0
#define USEC_PER_MSEC		1000L
#define U16_MAX			0xffff
#define PCI_COMMAND		4
#define PCI_COMMAND_MASTER	4

#define static_assert(x)	_Static_assert(x, "")
#define READ_ONCE(x)		(x)
#define WARN_ON_ONCE(x)		({ bool is_ = (x); if (is_) abort(); is_; })
#define WRITE_ONCE(x, value)	((x) = (value))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define lockdep_assert_held(lock) \
	do { if (!(lock)->held) abort(); } while (0)
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define round_up(x, to)		(((x) + (to) - 1) & ~((to) - 1))
#define div_u64(a, b)		((u64)(a) / (b))
#define __ffs(x)		((unsigned int)__builtin_ctzll(x))
#define FIELD_PREP(mask, value)	(((u32)(value) << __builtin_ctz(mask)) & (mask))
#define DIV_ROUND_UP(a, b)	(((a) + (b) - 1) / (b))
#define IS_ALIGNED(x, to)	(!((x) & ((to) - 1)))
#define round_down(x, to)	((x) & ~((to) - 1))
#define is_power_of_2(x)	((x) && !((x) & ((x) - 1)))
#define min3(a, b, c)		min_t(u64, a, min_t(u64, b, c))
/* without a clock: five looks */
#define read_poll_timeout(op, val, condition, delay_us, limit_us, first, ...) \
	({ \
		int looks_ = 5; \
		do \
			(val) = op(__VA_ARGS__); \
		while (!(condition) && --looks_); \
		(condition) ? 0 : -ETIMEDOUT; \
	})
#define lower_32_bits(x)	((u32)(x))
#define upper_32_bits(x)	((u32)((u64)(x) >> 32))
#define cpu_to_le32(x)		(x)
#define le32_to_cpu(x)		(x)
#define __le32			u32
#define ERR_PTR(err)		((void *)(long)(err))
#define PTR_ERR(p)		((long)(p))
#define IS_ERR(p)		((unsigned long)(p) > -4096UL)
#define for_each_set_bit(i, mask, size) \
	for ((i) = 0; (i) < (size); (i)++) \
		if (*(mask) >> (i) & 1)
#define kzalloc(size, flags)	calloc(1, size)
#define kmalloc(size, flags)	malloc(size)
#define kfree(p)		free(p)
#define scnprintf(...)		snprintf(__VA_ARGS__)
#define vscnprintf(...)		vsnprintf(__VA_ARGS__)
#define pci_err(...)		stub_log(__VA_ARGS__)
#define pci_notice(pdev, text)	((void)(pdev))
#define dev_warn_ratelimited(dev, ...)	((void)(dev))
#define pci_info_ratelimited(...)	stub_log(__VA_ARGS__)
#define pci_notice_ratelimited(...)	stub_log(__VA_ARGS__)
#define PCI_VNDR_HEADER		4
#define PCI_VNDR_HEADER_REV(x)	((x) >> 16 & 0xf)
#define PCI_VNDR_HEADER_LEN(x)	((x) >> 20 & 0xfff)
#define PCI_DEVICE(v, d)	.vendor = (v), .device = (d)
#define MODULE_DEVICE_TABLE(type, name)
#define PCI_SET_ERROR_RESPONSE(p)	(*(p) = (typeof(*(p)))~0)
#define PCI_POSSIBLE_ERROR(x)	((x) == (typeof(x))~0)

/* what a test program has: its log, and the configuration space of its device */
__printf(2, 3)
void stub_log(struct pci_dev *pdev, const char *format, ...);
int pci_read_config_byte(struct pci_dev *pdev, int where, u8 *val);
int pci_read_config_word(struct pci_dev *pdev, int where, u16 *val);
int pci_read_config_dword(struct pci_dev *pdev, int where, u32 *val);
int pci_write_config_byte(struct pci_dev *pdev, int where, u8 val);
int pci_write_config_word(struct pci_dev *pdev, int where, u16 val);
int pci_write_config_dword(struct pci_dev *pdev, int where, u32 val);
int pci_find_vsec_capability(struct pci_dev *pdev, int vendor, int id);
int pci_sriov_get_totalvfs(struct pci_dev *pdev);
int pci_save_state(struct pci_dev *pdev);
void pci_restore_state(struct pci_dev *pdev);
int __pci_reset_function_locked(struct pci_dev *pdev);

static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	snprintf(to, size, "%s", from);
	return strlen(to);
}

static inline void spin_lock(spinlock_t *lock)
{
	if (lock->held)
		abort();
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	lock->held = false;
}

#define spin_lock_irq(lock)	spin_lock(lock)
#define spin_unlock_irq(lock)	spin_unlock(lock)

static inline void mutex_lock(struct mutex *mutex)
{
	if (mutex->held)
		abort();
	mutex->held = true;
}

static inline int mutex_lock_killable(struct mutex *mutex)
{
	mutex_lock(mutex);
	return 0;
}

static inline void mutex_unlock(struct mutex *mutex)
{
	mutex->held = false;
}

static inline int wait_for_completion_killable(struct completion *completion)
{
	return completion->done ? 0 : -EINTR;
}

static inline bool cancel_work_sync(struct work_struct *work)
{
	(void)work;
	return false;
}

static inline const char *dev_name(const struct device *dev)
{
	return dev->name;
}

static inline void put_device(struct device *dev)
{
	(void)dev;
}

static inline struct device *class_find_device_by_name(struct class *class,
						       const char *name)
{
	(void)class;
	(void)name;
	return NULL;
}

static inline bool pci_is_enabled(struct pci_dev *pdev)
{
	return pdev->enabled;
}

#endif /* KERNEL_STUB_H */
