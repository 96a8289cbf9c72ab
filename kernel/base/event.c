// SPDX-License-Identifier: GPL-2.0
/*
 * Events: reported at once, or counted and reported later when they come too often.
 *
 *	event ──► slot (VF, kind) ── fewer than 8 this second ──► log, netlink
 *	                │
 *	                └── more: kept, the latest one with a count
 *	                                    │
 *	             end of the second ─────┴──────────────────► log, netlink
 *
 * Of limits that a guest runs into again and again, one in ten seconds is reported.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pci.h>

#include "base/event.h"
#include "base/pf.h"

/* so many events of one kind from one VF in a window have a message each */
#define EVENT_BURST		8
#define EVENT_WINDOW_NS		((u64)NSEC_PER_SEC)

/* the same, of a limit that was exceeded */
#define EVENT_LIMIT_BURST	1
#define EVENT_LIMIT_WINDOW_NS	(10 * (u64)NSEC_PER_SEC)

static bool event_is_limit(const struct gpuvf_event *event)
{
	return event->cmd == GPUVF_CMD_THRESHOLD_EXCEEDED;
}

static struct gpuvf_event_slot *event_slot(struct gpuvf_pf *pf,
					   const struct gpuvf_event *event)
{
	unsigned int row = event->vf == GPUVF_NO_VF ? GPUVF_MAX_VFS : event->vf;

	return &pf->events.slot[row][event_is_limit(event) ?
				     GPUVF_EVENT_COMMANDS + event->threshold :
				     event->cmd - GPUVF_CMD_VF_STATE_CHANGE];
}

static void event_begin_window(struct gpuvf_event_slot *slot,
			       const struct gpuvf_event *event, u64 now)
{
	slot->until_ns = now + (event_is_limit(event) ? EVENT_LIMIT_WINDOW_NS :
							EVENT_WINDOW_NS);
	slot->reported = 0;
}

static void event_report_locked(struct gpuvf_pf *pf,
				struct gpuvf_event_slot *slot,
				const struct gpuvf_event *event)
{
	const char *message = event->message;

	slot->reported++;
	switch (event->cmd) {
	case GPUVF_CMD_VF_STATE_CHANGE:
		/* what led to it is reported by itself */
		pci_dbg(pf->pdev, "%s\n", message);
		break;
	case GPUVF_CMD_PF_WEDGED:
	case GPUVF_CMD_FB_SCRUB_FAILED:
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
		pci_info(pf->pdev, "the last event occurred %llu times\n",
			 event->count);
	pf->sink->event(pf, event);
}

static void event_flush(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, events.flush);
	struct gpuvf_event_slot *slot = &pf->events.slot[0][0];
	const struct gpuvf_event_slot *end = slot + sizeof(pf->events.slot) /
						    sizeof(*slot);
	u64 now = ktime_get_ns();
	bool more = false;

	/* not gpuvf_pf_unlock(), which is above: nothing here has to be settled */
	mutex_lock(&pf->lock);
	for (; slot < end && !pf->gone; slot++) {
		if (!slot->pending.count)
			continue;
		if (now < slot->until_ns) {
			more = true;
			continue;
		}
		event_begin_window(slot, &slot->pending, now);
		event_report_locked(pf, slot, &slot->pending);
		slot->pending.count = 0;
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
	u64 count = slot->pending.count;

	if (count)
		old_state = slot->pending.old_state;
	slot->pending = *event;
	slot->pending.count = count + 1;
	slot->pending.old_state = old_state;
	schedule_delayed_work(&pf->events.flush, HZ);
}

/**
 * gpuvf_event_locked() - tell the kernel log and the listeners of netlink
 * @pf: PF
 * @event: what happened, but for time, count and sentence
 * @format: of the sentence; it follows "VF3: " where the event has a VF
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
		n = scnprintf(event->message, size, "VF%d: ", event->vf);
	va_start(args, format);
	vscnprintf(event->message + n, size - n, format, args);
	va_end(args);
	event->time_ns = ktime_get_ns();
	event->count = 1;

	if (!slot->pending.count && event->time_ns >= slot->until_ns)
		event_begin_window(slot, event, event->time_ns);
	if (slot->pending.count || slot->reported >= (event_is_limit(event) ?
					       EVENT_LIMIT_BURST : EVENT_BURST)) {
		event_hold_locked(pf, slot, event);
		return;
	}
	event_report_locked(pf, slot, event);
}

/**
 * gpuvf_events_init() - initialise what reports events later
 * @pf: PF, zeroed
 */
void gpuvf_events_init(struct gpuvf_pf *pf)
{
	INIT_DELAYED_WORK(&pf->events.flush, event_flush);
}
