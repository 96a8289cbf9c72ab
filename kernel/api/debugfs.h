/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For engineers: what a GPU's driver has in mind, and the last commands that it
 * gave. Not stable: no program may rely on these files.
 */
#ifndef GPUVF_DEBUGFS_H
#define GPUVF_DEBUGFS_H

struct gpuvf_pf;

void gpuvf_debugfs_register(void);
void gpuvf_debugfs_unregister(void);
void gpuvf_debugfs_add(struct gpuvf_pf *pf);
void gpuvf_debugfs_del(struct gpuvf_pf *pf);

#endif /* GPUVF_DEBUGFS_H */
