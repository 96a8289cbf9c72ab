// SPDX-License-Identifier: GPL-2.0
/*
 * Events: told at once, or counted and told later when they come too often.
 *
 *	event ──► slot (VF, kind) ── fewer than 8 this second ──► log, netlink
 *	                │
 *	                └── more: kept, the latest one with a count
 *	                                    │
 *	             end of the second ─────┴──────────────────► log, netlink
 *
 * Of limits that a guest runs into again and again, one in ten seconds is told.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "base/event.h"
#include "base/pf.h"

/* so many of one kind from one VF in a second are told one by one */
#define EVENT_BURST		8
#define EVENT_WINDOW_NS		((u64)NSEC_PER_SEC)

/* the same, of a limit that was exceeded */
#define EVENT_LIMIT_BURST	1
#define EVENT_LIMIT_WINDOW_NS	(10 * (u64)NSEC_PER_SEC)

#define EVENT_FIRST		GPUVF_CMD_VF_STATE_CHANGE
#define EVENT_COMMANDS		(GPUVF_CMD_PF_WAS_RESET - EVENT_FIRST + 1)

/* each limit is a kind of its own: one must not hide another */
#define EVENT_KINDS		(EVENT_COMMANDS + GPUVF_GUARD_PF_RESET + 1)

/* the last row is the PF's */
#define EVENT_SLOTS		((GPUVF_MAX_VFS + 1) * EVENT_KINDS)

/**
 * struct gpuvf_event_slot - events of one kind, of one VF
 * @window_ns: when the present second began
 * @told: how many were told in it
 * @held: what is told at its end; its count is 0 when there is nothing
 */
struct gpuvf_event_slot {
	u64 window_ns;
	unsigned int told;
	struct gpuvf_event held;
};

static bool event_is_limit(const struct gpuvf_event *event)
{
	return event->cmd == GPUVF_CMD_THRESHOLD_EXCEEDED;
}

static unsigned int event_burst(const struct gpuvf_event *event)
{
	return event_is_limit(event) ? EVENT_LIMIT_BURST : EVENT_BURST;
}

static u64 event_window_ns(const struct gpuvf_event *event)
{
	return event_is_limit(event) ? EVENT_LIMIT_WINDOW_NS : EVENT_WINDOW_NS;
}

static struct gpuvf_event_slot *event_slot(struct gpuvf_pf *pf,
					   const struct gpuvf_event *event)
{
	unsigned int row = event->vf == GPUVF_NO_VF ? GPUVF_MAX_VFS : event->vf;
	unsigned int kind = event_is_limit(event) ?
			    EVENT_COMMANDS + event->guard :
			    event->cmd - EVENT_FIRST;

	return &pf->events.slot[row * EVENT_KINDS + kind];
}

static void event_tell_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_event *event)
{
	const char *message = event->message;

	switch (event->cmd) {
	case GPUVF_CMD_VF_STATE_CHANGE:
		/* what led to it is told by itself */
		pci_dbg(pf->pdev, "%s\n", message);
		break;
	case GPUVF_CMD_PF_WEDGED:
	case GPUVF_CMD_FB_CLEAR_FAILED:
		pci_err(pf->pdev, "%s\n", message);
		break;
	case GPUVF_CMD_PF_WAS_RESET:
	case GPUVF_CMD_VF_WAS_RESET:
		pci_info(pf->pdev, "%s\n", message);
		break;
	default:
		pci_warn(pf->pdev, "%s\n", message);
	}
	if (event->count > 1)
		pci_info(pf->pdev, "the last line stands for %llu\n",
			 event->count);
	pf->sink->event(pf, event);
}

static void event_flush(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, events.flush);
	u64 now = ktime_get_ns();
	bool more = false;
	unsigned int i;

	/* not gpuvf_pf_unlock(), which is above: nothing here has to be settled */
	mutex_lock(&pf->lock);
	for (i = 0; i < EVENT_SLOTS && !pf->gone; i++) {
		struct gpuvf_event_slot *slot = &pf->events.slot[i];

		if (!slot->held.count)
			continue;
		if (now < slot->window_ns + event_window_ns(&slot->held)) {
			more = true;
			continue;
		}
		slot->window_ns = now;
		slot->told = 1;
		event_tell_locked(pf, &slot->held);
		slot->held.count = 0;
	}
	if (more)
		schedule_delayed_work(&pf->events.flush, HZ);
	mutex_unlock(&pf->lock);
}

/* keep it for later, together with what is kept already */
static void event_hold_locked(struct gpuvf_pf *pf,
			      struct gpuvf_event_slot *slot,
			      const struct gpuvf_event *event)
{
	enum gpuvf_vf_state old_state = event->old_state;
	u64 count = slot->held.count;

	if (count)
		old_state = slot->held.old_state;
	slot->held = *event;
	slot->held.count = count + 1;
	slot->held.old_state = old_state;
	schedule_delayed_work(&pf->events.flush, HZ);
}

/**
 * gpuvf_event_locked() - tell the kernel log and the listeners of netlink
 * @pf: PF
 * @event: what happened, but for time, count and sentence
 * @format: of the sentence; it follows "VF 3: " where the event has a VF
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_event_locked(struct gpuvf_pf *pf, struct gpuvf_event *event,
			const char *format, ...)
{
	struct gpuvf_event_slot *slot = event_slot(pf, event);
	const size_t size = sizeof(event->message);
	va_list args;
	int n = 0;

	lockdep_assert_held(&pf->lock);
	if (pf->gone)
		return;
	if (event->vf != GPUVF_NO_VF)
		n = scnprintf(event->message, size, "VF %d: ", event->vf);
	va_start(args, format);
	vscnprintf(event->message + n, size - n, format, args);
	va_end(args);
	event->time_ns = ktime_get_ns();
	event->count = 1;

	if (!slot->held.count &&
	    event->time_ns >= slot->window_ns + event_window_ns(event)) {
		slot->window_ns = event->time_ns;
		slot->told = 0;
	}
	if (slot->held.count || slot->told >= event_burst(event)) {
		event_hold_locked(pf, slot, event);
		return;
	}
	slot->told++;
	event_tell_locked(pf, event);
}

/**
 * gpuvf_events_init() - nothing happened yet
 * @pf: PF
 *
 * Return: 0, -ENOMEM.
 */
int gpuvf_events_init(struct gpuvf_pf *pf)
{
	INIT_DELAYED_WORK(&pf->events.flush, event_flush);
	pf->events.slot = kvcalloc(EVENT_SLOTS, sizeof(*pf->events.slot),
				   GFP_KERNEL);
	return pf->events.slot ? 0 : -ENOMEM;
}

/**
 * gpuvf_events_stop() - no event is told any more
 * @pf: PF that is gone
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_events_stop(struct gpuvf_pf *pf)
{
	cancel_delayed_work_sync(&pf->events.flush);
}

/**
 * gpuvf_events_fini() - free what gpuvf_events_init() took
 * @pf: PF after gpuvf_events_stop(), or one that never had an event
 */
void gpuvf_events_fini(struct gpuvf_pf *pf)
{
	kvfree(pf->events.slot);
	pf->events.slot = NULL;
}
