/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every layer needs of a PF: references, its lock, its changes, and the way for
 * reports upwards.
 */
#ifndef GPUVF_PF_H
#define GPUVF_PF_H

#include <linux/device/class.h>

#include "types.h"

struct gpuvf_event;
struct gpuvf_error;

/**
 * struct gpuvf_sink - where the lower layers report what the upper ones have to do
 * @settle: do what follows from a change, see gpuvf_pf_unsettle_locked(), and clear
 *	pf->unsettled first; pf->lock held, may sleep
 * @event: notify user space of an event; pf->lock held, may sleep
 * @poll: do what an interrupt would do; the scheduler thread
 *
 * These calls, and nothing else but work items, lead upwards.
 */
struct gpuvf_sink {
	void (*settle)(struct gpuvf_pf *pf);
	void (*event)(struct gpuvf_pf *pf, const struct gpuvf_event *event);
	void (*poll)(struct gpuvf_pf *pf);
};

extern struct class *gpuvf_class;

static inline struct gpuvf_pf *gpuvf_pf_of_dev(struct device *dev)
{
	return container_of(dev, struct gpuvf_pf, dev);
}

/*
 * Find a PF by name, as in 0000:41:00.0. It has a reference then, to be given back by
 * gpuvf_pf_put(). May sleep.
 */
static inline struct gpuvf_pf *gpuvf_pf_get(const char *bdf)
{
	struct device *dev = class_find_device_by_name(gpuvf_class, bdf);

	return dev ? gpuvf_pf_of_dev(dev) : NULL;
}

static inline void gpuvf_pf_put(struct gpuvf_pf *pf)
{
	put_device(&pf->dev);
}

static inline bool gpuvf_vf_has_quota(const struct gpuvf_vf *vf)
{
	return vf->pf->config.layout.vf[vf->index].size;
}

/* does a VF reach its extent, as far as the hardware knows? pf->lock held */
static inline bool gpuvf_table_has(const struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->lock);
	return pf->in_table & BIT(vf);
}

/* @capability: one GPUVF_CAPABILITY_*; constant from the end of probe */
static inline bool gpuvf_pf_can(const struct gpuvf_pf *pf, u32 capability)
{
	return gpuvf_hw_can(pf->hw, capability);
}

/* BDF, as in 0000:41:00.0; constant as long as the PF lives */
static inline const char *gpuvf_pf_name(const struct gpuvf_pf *pf)
{
	return dev_name(&pf->dev);
}

/*
 * Bit n: VF n has state on the GPU, and can go on with it. Unless the scheduler thread is
 * parked or holds them, VFs may be started at any moment.
 */
static inline u32 gpuvf_engine_started(const struct gpuvf_pf *pf)
{
	const struct gpuvf_engine *e;
	u32 vfs = 0;

	gpuvf_for_each_engine(e, pf)
		vfs |= READ_ONCE(e->started);
	return vfs;
}

/*
 * Bit n: VF n kept its state when all were to be dropped: its memory must stay as it is
 * until gpuvf_engine_all_lost_locked(). It changes under pf->lock only.
 */
static inline u32 gpuvf_engine_retained(const struct gpuvf_pf *pf)
{
	const struct gpuvf_engine *e;
	u32 vfs = 0;

	gpuvf_for_each_engine(e, pf)
		vfs |= READ_ONCE(e->retained);
	return vfs;
}

/* released by gpuvf_pf_unlock() */
static inline void gpuvf_pf_lock(struct gpuvf_pf *pf)
{
	mutex_lock(&pf->lock);
}

/* gpuvf_pf_check_locked(): what does not stand in the way */
#define GPUVF_EVEN_WEDGED		BIT(0)
#define GPUVF_EVEN_COUNT_CHANGING	BIT(1)

struct gpuvf_pf *gpuvf_pf_get_nth(unsigned int n);
void gpuvf_pf_count_public(void);
void gpuvf_pf_copy_public(struct gpuvf_pf *pf);
void gpuvf_pf_changed_locked(struct gpuvf_pf *pf);
void gpuvf_pf_retimed_locked(struct gpuvf_pf *pf);
void gpuvf_pf_publish_locked(struct gpuvf_pf *pf);
void gpuvf_pf_notify_public(struct gpuvf_pf *pf);
void gpuvf_pf_notify(struct gpuvf_pf *pf);
u32 gpuvf_pf_change_seq(bool states);
void gpuvf_pf_wedge_locked(struct gpuvf_pf *pf, const char *what);
void gpuvf_pf_unsettle_locked(struct gpuvf_pf *pf);
void gpuvf_pf_settle_locked(struct gpuvf_pf *pf);
void gpuvf_pf_unlock(struct gpuvf_pf *pf);
int gpuvf_pf_check_locked(struct gpuvf_pf *pf, u32 even,
			  struct gpuvf_error *error);
int gpuvf_pf_check_index(struct gpuvf_pf *pf, u32 index,
			 struct gpuvf_error *error);

#endif /* GPUVF_PF_H */
