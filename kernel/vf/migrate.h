/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Migration of a VF: it is halted, its state is written as a stream, and read at another
 * one; Documentation/design/migration.rst.
 *
 * A saver or a restorer is used by one thread at a time, which sees to that itself. It
 * may outlive the VF and the PF's binding: from then on all that is left is to free it.
 */
#ifndef GPUVF_MIGRATE_H
#define GPUVF_MIGRATE_H

#include <linux/types.h>

#include "vf/stream.h"

struct gpuvf_pf;
struct gpuvf_vf;
struct gpuvf_restorer;
struct gpuvf_saver;

/* vf/migrate.c */
bool gpuvf_migrate_is_possible(const struct gpuvf_vf *vf);
int gpuvf_migrate_halt(struct gpuvf_vf *vf);
void gpuvf_migrate_run(struct gpuvf_vf *vf);
u64 gpuvf_migrate_max_bytes(struct gpuvf_vf *vf);
void gpuvf_migrate_identify_locked(struct gpuvf_vf *vf,
				   struct gpuvf_stream_identity *identity);
const char *gpuvf_migrate_obstacle_locked(struct gpuvf_vf *vf);
void gpuvf_migrate_get_guest_locked(struct gpuvf_vf *vf,
				    struct gpuvf_stream_guest *guest);
void gpuvf_migrate_set_guest_locked(struct gpuvf_vf *vf,
				    const struct gpuvf_stream_guest *guest);
u64 gpuvf_migrate_base_locked(struct gpuvf_vf *vf, enum gpuvf_stream_type type);
__printf(3, 4)
int gpuvf_migrate_refuse(struct gpuvf_vf *vf, int err, const char *format, ...);

/* vf/save.c */
struct gpuvf_saver *gpuvf_save_begin(struct gpuvf_vf *vf);
int gpuvf_save_next(struct gpuvf_saver *saver, const u8 **data, u32 *size);
void gpuvf_save_cancel(struct gpuvf_saver *saver);
void gpuvf_save_free(struct gpuvf_saver *saver);

/* vf/restore.c */
struct gpuvf_restorer *gpuvf_restore_begin(struct gpuvf_vf *vf);
u8 *gpuvf_restore_space(struct gpuvf_restorer *restorer, u32 *size);
int gpuvf_restore_read(struct gpuvf_restorer *restorer, u32 size);
int gpuvf_restore_end(struct gpuvf_restorer *restorer);
void gpuvf_restore_cancel(struct gpuvf_restorer *restorer);
void gpuvf_restore_free(struct gpuvf_restorer *restorer);

#endif /* GPUVF_MIGRATE_H */
