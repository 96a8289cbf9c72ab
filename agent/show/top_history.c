// SPDX-License-Identifier: GPL-2.0
/*
 * A look at the GPUs is spread evenly over the seconds since the look before. What was
 * seen more than a minute ago is written over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "show/top_history.h"

#define NS_PER_SECOND	1000000000ULL

/**
 * history_ran_ns() - time of a VF on the GPU between two looks
 * @before: the GPU at the first, NULL: there was none
 * @now: the GPU at the second
 * @vf: index
 */
u64 history_ran_ns(const struct gpu *before, const struct gpu *now, u32 vf)
{
	u64 was = before && vf < before->vfs_len ?
		  before->vfs[vf].stats.run_ns : 0;
	u64 is = now->vfs[vf].stats.run_ns;

	/* smaller: the module is another one */
	return before && is > was ? is - was : 0;
}

/* of the time slices that ended in between: the bound of the last bucket that has any */
static struct lateness late_between(const struct vf_stats *was,
				    const struct vf_stats *is)
{
	struct lateness late = {};
	u64 below = 0;
	u32 i;

	for (i = 0; i < is->num_buckets; i++) {
		const struct bucket *bucket = &is->buckets[i];
		u64 old = i < was->num_buckets ? was->buckets[i].count : 0;

		if (bucket->count > old)
			late = (struct lateness){
				.ns = bucket->upper_ns ?: below,
				.is_beyond = !bucket->upper_ns,
			};
		below = bucket->upper_ns;
	}
	return late;
}

/** lateness_worse() - the later one of two */
struct lateness lateness_worse(struct lateness a, struct lateness b)
{
	if (a.ns != b.ns)
		return a.ns > b.ns ? a : b;
	return a.is_beyond ? a : b;
}

static struct vf_history *find(const struct top_history *history, const char *bdf,
			       u32 vf)
{
	size_t i;

	for (i = 0; i < history->num; i++)
		if (history->vfs[i].vf == vf && !strcmp(history->vfs[i].bdf, bdf))
			return &history->vfs[i];
	return NULL;
}

static struct vf_history *find_or_add(struct top_history *history, const char *bdf,
				      u32 vf)
{
	struct vf_history *entry = find(history, bdf, vf);

	if (entry)
		return entry;
	history->vfs = xgrow(history->vfs, history->num, sizeof(*history->vfs));
	entry = &history->vfs[history->num++];
	copy_string(entry->bdf, BDF_SIZE, bdf);
	entry->vf = vf;
	return entry;
}

static void add_seconds(struct vf_history *vf, u64 ran_ns, struct lateness late,
			u64 from_ns, u64 to_ns)
{
	u64 first = from_ns / NS_PER_SECOND, last = to_ns / NS_PER_SECOND;
	u64 num = last - first + 1;
	u64 i = num > HISTORY_SECONDS ? last - HISTORY_SECONDS + 1 : first;

	for (; i <= last; i++) {
		struct second *second = &vf->seconds[i % HISTORY_SECONDS];

		if (second->number != i)
			*second = (struct second){ .number = i };
		second->ran_ns += ran_ns / num;
		second->elapsed_ns += (to_ns - from_ns) / num;
		second->late = lateness_worse(second->late, late);
	}
}

/**
 * history_add() - keep what the VFs of a GPU did between two looks
 * @history: of all VFs
 * @before: the GPU at the first look, NULL: there was none
 * @now: the GPU at the second
 * @from_ns: when the first was
 * @to_ns: when the second was
 */
void history_add(struct top_history *history, const struct gpu *before,
		 const struct gpu *now, u64 from_ns, u64 to_ns)
{
	u32 i;

	if (!before || to_ns <= from_ns)
		return;
	for (i = 0; i < now->vfs_len && i < before->vfs_len; i++) {
		if (!now->vfs[i].has_stats || (i >= now->num_vfs &&
					       !now->vfs[i].fb_bytes))
			continue;
		add_seconds(find_or_add(history, now->bdf, i),
			    history_ran_ns(before, now, i),
			    late_between(&before->vfs[i].stats, &now->vfs[i].stats),
			    from_ns, to_ns);
	}
}

/**
 * history_find() - the last minute of a VF
 * @history: of all
 * @bdf: of its GPU
 * @vf: index
 *
 * Return: NULL when it was not seen.
 */
const struct vf_history *history_find(const struct top_history *history,
				      const char *bdf, u32 vf)
{
	return find(history, bdf, vf);
}

/* the seconds before @now that a cell of a drawing stands for are seen together */
static struct second sum(const struct vf_history *vf, u64 now, unsigned int oldest,
			 unsigned int latest)
{
	struct second sum = {};
	unsigned int ago;

	for (ago = latest; ago <= oldest; ago++) {
		const struct second *second;

		if (ago > now)
			break;
		second = &vf->seconds[(now - ago) % HISTORY_SECONDS];
		if (second->number != now - ago)
			continue;
		sum.ran_ns += second->ran_ns;
		sum.elapsed_ns += second->elapsed_ns;
		sum.late = lateness_worse(sum.late, second->late);
	}
	return sum;
}

/**
 * history_late() - the worst lateness of a VF in the last minute
 * @vf: its last minute, NULL: it was not seen
 * @now_ns: on the clock of history_add()
 */
struct lateness history_late(const struct vf_history *vf, u64 now_ns)
{
	if (!vf)
		return (struct lateness){};
	return sum(vf, now_ns / NS_PER_SECOND, HISTORY_SECONDS - 1, 0).late;
}

/**
 * history_draw() - draw how much of the GPU a VF had in the last minute
 * @vf: its last minute, NULL: it was not seen
 * @now_ns: on the clock of history_add(): the right end
 * @width: cells, 1 to HISTORY_SECONDS
 * @utf8: whether more than ASCII can be shown
 * @text: result; a cell that was not seen is a blank
 * @size: bytes of @text; 3 for each cell and 1 more are enough
 */
void history_draw(const struct vf_history *vf, u64 now_ns, unsigned int width,
		  bool utf8, char *text, size_t size)
{
	static const char *const levels[][8] = {
		{ ".", ":", "-", "=", "+", "*", "%", "#" },
		{ "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
	};
	unsigned int i;
	size_t len = 0;

	text[0] = '\0';
	for (i = 0; vf && i < width; i++) {
		unsigned int oldest = HISTORY_SECONDS * (width - i) / width - 1;
		unsigned int latest = HISTORY_SECONDS * (width - i - 1) / width;
		struct second cell = sum(vf, now_ns / NS_PER_SECOND, oldest, latest);
		u64 level = cell.elapsed_ns ? cell.ran_ns * 8 / cell.elapsed_ns : 0;

		len += snprintf(text + len, size - len, "%s", !cell.elapsed_ns ?
				" " : levels[utf8][level > 7 ? 7 : level]);
	}
}

/** history_free() - release all of it */
void history_free(struct top_history *history)
{
	free(history->vfs);
	*history = (struct top_history){};
}
