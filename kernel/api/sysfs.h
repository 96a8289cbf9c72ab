/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GPUVF_SYSFS_H
#define GPUVF_SYSFS_H

struct attribute_group;
struct class;
struct gpuvf_pf;
struct gpuvf_vf;

extern struct class *gpuvf_class;
extern const struct attribute_group *gpuvf_pf_groups[];

int gpuvf_sysfs_register(void);
void gpuvf_sysfs_unregister(void);
int gpuvf_sysfs_add(struct gpuvf_pf *pf);
void gpuvf_sysfs_del(struct gpuvf_pf *pf);
int gpuvf_sysfs_vf_add(struct gpuvf_vf *vf);
void gpuvf_sysfs_vf_del(struct gpuvf_vf *vf);
void gpuvf_sysfs_link_vf(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_sysfs_unlink_vf(struct gpuvf_pf *pf, unsigned int vf);

#endif /* GPUVF_SYSFS_H */
