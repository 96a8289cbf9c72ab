/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Migration of VFs; part of sim.h.
 */
#ifndef GPUVF_SIM_MIGRATE_H
#define GPUVF_SIM_MIGRATE_H

#include <linux/types.h>

struct sim_gpu;

/* work that a VF can have: more than an hour makes no sense, and sums cannot overflow */
#define SIM_BACKLOG_MAX_NS	(3600ULL * NSEC_PER_SEC)

/**
 * struct sim_migrate - registers for migration
 * @vf: index of the VF that they are about
 * @reg: GPUVF_SIM_MIG_R_*
 * @result: of the last ADOPT
 */
struct sim_migrate {
	u32 vf;
	u32 reg;
	u32 result;
};

extern bool sim_migration;

/* sim_fb.c */
u32 *sim_fb_slot(struct sim_gpu *gpu, u64 offset);
bool sim_fb_adopt(struct sim_gpu *gpu, unsigned int fcn);

/* sim_mem.c, sim_ram.c */
void sim_mem_next(struct sim_gpu *gpu);
u64 sim_ram_next(const struct sim_gpu *gpu, u64 offset);

/* sim_migrate.c */
u32 sim_migrate_read(struct sim_gpu *gpu, unsigned int reg);
void sim_migrate_write(struct sim_gpu *gpu, unsigned int reg, u32 val, u64 now);

#endif /* GPUVF_SIM_MIGRATE_H */
