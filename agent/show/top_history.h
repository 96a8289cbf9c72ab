/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last minute of each VF, second by second, as top saw it.
 */
#ifndef AGENT_SHOW_TOP_HISTORY_H
#define AGENT_SHOW_TOP_HISTORY_H

#include "model/gpu.h"

#define HISTORY_SECONDS	60

/**
 * struct lateness - how late a time slice ended
 * @ns: at most so late, 0: none ended late
 * @is_beyond: the opposite: later than @ns
 */
struct lateness {
	u64 ns;
	bool is_beyond;
};

/**
 * struct second - what was seen of a VF in a second
 * @number: which second of the clock this is
 * @ran_ns: time on the GPU
 * @elapsed_ns: of how long
 * @late: the worst
 */
struct second {
	u64 number;
	u64 ran_ns;
	u64 elapsed_ns;
	struct lateness late;
};

/**
 * struct vf_history - the last minute of a VF
 * @bdf: of its GPU
 * @vf: index
 * @seconds: by number modulo their number
 */
struct vf_history {
	char bdf[BDF_SIZE];
	u32 vf;
	struct second seconds[HISTORY_SECONDS];
};

/**
 * struct top_history - of all VFs
 * @vfs: one for each that was seen
 * @num: entries of @vfs
 */
struct top_history {
	struct vf_history *vfs;
	size_t num;
};

u64 history_ran_ns(const struct gpu *before, const struct gpu *now, u32 vf);
void history_add(struct top_history *history, const struct gpu *before,
		 const struct gpu *now, u64 from_ns, u64 to_ns);
const struct vf_history *history_find(const struct top_history *history,
				      const char *bdf, u32 vf);
struct lateness history_late(const struct vf_history *vf, u64 now_ns);
struct lateness lateness_worse(struct lateness a, struct lateness b);
void history_draw(const struct vf_history *vf, u64 now_ns, unsigned int width,
		  bool utf8, char *text, size_t size);
void history_free(struct top_history *history);

#endif /* AGENT_SHOW_TOP_HISTORY_H */
