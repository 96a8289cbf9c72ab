/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tree of files that stands for the PCI core: nothing happens by itself in it.
 */
#ifndef XE_TREE_H
#define XE_TREE_H

#include "base/types.h"
#include "base/util.h"

#define DEVICES	"sys/bus/pci/devices/"

/* of a VF's address */
#define VF_SIZE	32

extern char *root;

/* another program, just before the next write, after which there is none */
extern void (*rival)(void);

/* before each file of a driver is read, NULL: nothing */
extern void (*reading)(void);

void tree_begin(void);
void tree_end(void);
char *path_of(const char *bdf, const char *file);
void put(const char *bdf, const char *file, const char *text);
void put_deep(const char *bdf, const char *file, const char *text);
void run_shell(const char *fmt, ...) __printf(1, 2);
void bind_driver(const char *bdf, const char *driver);
void make_device(const char *bdf, const char *class, const char *driver);
void make_pf(const char *bdf, const char *class, const char *driver,
	     const char *total);
void vf_bdf(const char *bdf, u32 i, char *vf);
void make_vfs(const char *bdf, u32 from, u32 to);
void let_rival(void);
void configure(const char *text);
void open_vf(const char *vf);

#endif /* XE_TREE_H */
