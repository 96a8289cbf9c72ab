/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What amdgpu's mailbox files need of amdgpu.h and of all that it includes, in user
 * space. A series may use a part of it only.
 *
 * The functions are peer.c's. Time passes in the delays alone, and so does whatever
 * is to happen to the guest meanwhile: its interrupts.
 */
#ifndef GUEST_AMDGPU_H
#define GUEST_AMDGPU_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t ktime_t;

struct amdgpu_device;
struct amdgpu_irq_src;
struct amdgpu_iv_entry;
struct device;
struct work_struct;
enum idh_request;

#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))

/* newer series have the versions of what is exchanged there */
#if __has_include("amdgv_sriovmsg.h")
#include "amdgv_sriovmsg.h"
#endif

/*
 * The kernel
 */
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define MAX_SCHEDULE_TIMEOUT	LONG_MAX

void guest_say(const struct amdgpu_device *adev, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool guest_warn(bool condition, const char *what);

#define guest_not_said(format, ...)					\
	do {								\
		if (0)							\
			guest_say(NULL, format, ##__VA_ARGS__);		\
	} while (0)
#define pr_err(format, ...)		guest_say(NULL, format, ##__VA_ARGS__)
#define dev_err(dev, format, ...)	guest_say(adev, format, ##__VA_ARGS__)
#define dev_warn(dev, format, ...)	guest_say(adev, format, ##__VA_ARGS__)
#define dev_err_ratelimited(dev, format, ...) dev_err(dev, format, ##__VA_ARGS__)
#define dev_dbg(dev, format, ...)	guest_not_said(format, ##__VA_ARGS__)
#define DRM_DEBUG(format, ...)		guest_not_said(format, ##__VA_ARGS__)
#define WARN_ONCE(condition, format, ...) guest_warn(condition, #condition)
#define BUG_ON(condition)		guest_warn(condition, #condition)

void guest_delay_us(u64 us);
ktime_t ktime_get(void);

#define mdelay(ms)	guest_delay_us((ms) * 1000ULL)
#define msleep(ms)	guest_delay_us((ms) * 1000ULL)
#define ktime_to_ms(time) ((time) / 1000000)

static inline void set_bit(unsigned int nr, unsigned long *bits)
{
	*bits |= 1UL << nr;
}

static inline void clear_bit(unsigned int nr, unsigned long *bits)
{
	*bits &= ~(1UL << nr);
}

typedef struct {
	int counter;
} atomic_t;

static inline void atomic_set(atomic_t *v, int val)
{
	v->counter = val;
}

static inline int atomic_cmpxchg(atomic_t *v, int old, int val)
{
	int was = v->counter;

	if (was == old)
		v->counter = val;
	return was;
}

/* one thread is the whole guest: a lock that is taken twice is a deadlock */
struct guest_lock {
	bool taken;
};

bool guest_lock(struct guest_lock *lock, bool try);
void guest_unlock(struct guest_lock *lock);

#define mutex			guest_lock
#define rw_semaphore		guest_lock
#define mutex_lock(lock)	guest_lock(lock, false)
#define mutex_unlock(lock)	guest_unlock(lock)
#define down_write(sem)		guest_lock(sem, false)
#define up_write(sem)		guest_unlock(sem)
#define down_read_trylock(sem)	guest_lock(sem, true)
#define up_read(sem)		guest_unlock(sem)

struct work_struct {
	void (*func)(struct work_struct *work);
	bool pending;
};

#define INIT_WORK(work, function) ((work)->func = (function))

bool schedule_work(struct work_struct *work);

/*
 * Registers. Those of soc15 are named by block, instance and segment: the mailbox is
 * in segment 2 of NBIO, which begins at dword 0xd20.
 */
u32 guest_read(struct amdgpu_device *adev, u32 byte, unsigned int size);
void guest_write(struct amdgpu_device *adev, u32 byte, u32 val, unsigned int size);

#define RREG8(byte)			((u8)guest_read(adev, byte, 1))
#define WREG8(byte, val)		guest_write(adev, byte, val, 1)
#define RREG32_NO_KIQ(dword)		guest_read(adev, (dword) * 4, 4)
#define WREG32_NO_KIQ(dword, val)	guest_write(adev, (dword) * 4, val, 4)

#define GUEST_SEGMENT_NBIO(segment)	((segment) == 2 ? 0xd20 : UINT32_MAX / 8)
#define SOC15_REG_OFFSET(ip, inst, reg)	(GUEST_SEGMENT_##ip(reg##_BASE_IDX) + (reg))

#define REG_FIELD_MASK(reg, field)	reg##__##field##_MASK
#define REG_SET_FIELD(val, reg, field, to)				\
	(((val) & ~REG_FIELD_MASK(reg, field)) |			\
	 (REG_FIELD_MASK(reg, field) & (u32)(to) << reg##__##field##__SHIFT))

/*
 * Interrupts
 */
enum amdgpu_interrupt_state {
	AMDGPU_IRQ_STATE_DISABLE,
	AMDGPU_IRQ_STATE_ENABLE,
};

struct amdgpu_irq_src_funcs {
	int (*set)(struct amdgpu_device *adev, struct amdgpu_irq_src *src,
		   unsigned int type, enum amdgpu_interrupt_state state);
	int (*process)(struct amdgpu_device *adev, struct amdgpu_irq_src *src,
		       struct amdgpu_iv_entry *entry);
};

struct amdgpu_irq_src {
	unsigned int num_types;
	const struct amdgpu_irq_src_funcs *funcs;
	unsigned int users;
};

enum {
	AMDGPU_IRQ_CLIENTID_LEGACY,
	SOC15_IH_CLIENTID_BIF,
};

int amdgpu_irq_add_id(struct amdgpu_device *adev, unsigned int client,
		      unsigned int source, struct amdgpu_irq_src *src);
int amdgpu_irq_get(struct amdgpu_device *adev, struct amdgpu_irq_src *src,
		   unsigned int type);
int amdgpu_irq_put(struct amdgpu_device *adev, struct amdgpu_irq_src *src,
		   unsigned int type);

/*
 * Resets
 */
struct amdgpu_reset_domain {
	struct guest_lock sem;
	atomic_t in_gpu_reset;
};

enum amd_reset_method {
	AMD_RESET_METHOD_NONE,
};

enum {
	AMDGPU_NEED_FULL_RESET,
	AMDGPU_HOST_FLR,
};

struct amdgpu_reset_context {
	enum amd_reset_method method;
	struct amdgpu_device *reset_req_dev;
	unsigned long flags;
};

struct amdgpu_job;

bool amdgpu_reset_domain_schedule(struct amdgpu_reset_domain *domain,
				  struct work_struct *work);
int amdgpu_device_gpu_recover(struct amdgpu_device *adev, struct amdgpu_job *job,
			      struct amdgpu_reset_context *context);
bool amdgpu_device_should_recover_gpu(struct amdgpu_device *adev);
bool amdgpu_device_has_job_running(struct amdgpu_device *adev);

/*
 * A virtual function
 */
enum amdgpu_ras_block {
	AMDGPU_RAS_BLOCK__UMC,
};

struct amdgpu_ras {
	bool is_rma;
};

struct amdgpu_virt_ops {
	int (*req_full_gpu)(struct amdgpu_device *adev, bool init);
	int (*rel_full_gpu)(struct amdgpu_device *adev, bool init);
	int (*req_init_data)(struct amdgpu_device *adev);
	int (*reset_gpu)(struct amdgpu_device *adev);
	void (*ready_to_reset)(struct amdgpu_device *adev);
	int (*wait_reset)(struct amdgpu_device *adev);
	void (*trans_msg)(struct amdgpu_device *adev, enum idh_request req, u32 data1,
			  u32 data2, u32 data3);
	void (*ras_poison_handler)(struct amdgpu_device *adev,
				   enum amdgpu_ras_block block);
	bool (*rcvd_ras_intr)(struct amdgpu_device *adev);
	int (*req_ras_err_count)(struct amdgpu_device *adev);
	int (*req_ras_cper_dump)(struct amdgpu_device *adev, u64 vf_rptr);
	int (*req_bad_pages)(struct amdgpu_device *adev);
	int (*req_ras_chk_criti)(struct amdgpu_device *adev, u64 addr);
	int (*req_remote_ras_cmd)(struct amdgpu_device *adev, u32 param1, u32 param2,
				  u32 param3);
	int (*req_ptl_update)(struct amdgpu_device *adev, u32 req_code, u32 state,
			      u32 format1, u32 format2);
};

struct amdgpu_virt {
	struct amdgpu_irq_src ack_irq;
	struct amdgpu_irq_src rcv_irq;
	struct work_struct flr_work;
	struct work_struct req_bad_pages_work;
	struct work_struct handle_bad_pages_work;
	const struct amdgpu_virt_ops *ops;
	struct {
		unsigned int checksum_key;
	} fw_reserve;
	struct {
		u32 offset;
		u32 size_kb;
	} init_data_header;
	struct guest_lock access_req_mutex;
	int req_init_data_ver;
	u32 ptl_state, ptl_pref_format1, ptl_pref_format2;
	bool runtime;
};

enum amd_asic_type {
	CHIP_TONGA,
	CHIP_FIJI,
};

/* all ones: no job ever times out, so that a host's reset is answered at once */
struct amdgpu_device {
	struct device *dev;
	enum amd_asic_type asic_type;
	struct amdgpu_virt virt;
	struct amdgpu_ras ras;
	struct amdgpu_reset_domain *reset_domain;
	long sdma_timeout, gfx_timeout, compute_timeout, video_timeout;
};

#define UMC_HWIP		0
#define IP_VERSION(major, minor, revision) ((major) << 16 | (minor) << 8 | (revision))

#define amdgpu_ip_version(adev, block, instance) IP_VERSION(0, 0, 0)
#define amdgpu_sriov_runtime(adev) ((adev)->virt.runtime)
#define amdgpu_in_reset(adev)	((adev)->reset_domain->in_gpu_reset.counter)
#define amdgpu_ras_get_context(adev) (&(adev)->ras)
#define amdgpu_ras_is_rma(adev)	((adev)->ras.is_rma)

extern int amdgpu_gpu_recovery;

void amdgpu_virt_init_data_exchange(struct amdgpu_device *adev);
void amdgpu_virt_fini_data_exchange(struct amdgpu_device *adev);
void amdgpu_virt_request_bad_pages(struct amdgpu_device *adev);
void amdgpu_device_program_register_sequence(struct amdgpu_device *adev,
					     const u32 *registers, u32 count);

#endif /* GUEST_AMDGPU_H */
