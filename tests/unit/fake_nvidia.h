/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPUs of NVIDIA's vGPU host driver: a tree of files with the rules of its double behind
 * them. Helper programs are scripts of the tree.
 */
#ifndef FAKE_NVIDIA_H
#define FAKE_NVIDIA_H

#include "doubles/nvidia_rules.h"
#include "pci_tree.h"

#define GPU	"0000:3d:00.0"
#define OTHER	"0000:5e:00.0"
#define TOTAL	8
#define NUM_FAKE_NVIDIA	2

#define MANAGE	"usr/lib/nvidia/sriov-manage"
#define SMI	"usr/bin/nvidia-smi"

/* what the real one does, by what is seen of it */
#define HONEST \
	"echo \"$*\" >> ../../../../manage.log\n" \
	"pf=$2 n=0 base=0\n" \
	"[ $pf = " OTHER " ] && base=100\n" \
	"if [ $1 = -e ]; then\n" \
	"	[ -e $pf/virtfn0 ] && exit\n" \
	"	while [ $n -lt 8 ]; do\n" \
	"		if [ $n -lt 7 ]; then vf=${pf%0}$((n + 1))\n" \
	"		else vf=${pf%00.0}01.0; fi\n" \
	"		mkdir -p $vf/$kind $vf/vfio-dev/vfio$((n + base))\n" \
	"		: > $vf/$kind/current_vgpu_type\n" \
	"		: > $vf/$kind/creatable_vgpu_types\n" \
	"		ln -s ../../drivers/nvidia $vf/driver\n" \
	"		ln -s ../$vf $pf/virtfn$n\n" \
	"		n=$((n + 1))\n" \
	"	done\n" \
	"	echo 8 > $pf/sriov_numvfs\n" \
	"else\n" \
	"	for link in $pf/virtfn*; do rm -r $(readlink -f $link) $link; done\n" \
	"	echo 0 > $pf/sriov_numvfs\n" \
	"fi\n"

/* the first GPU, and another one beside it */
extern struct nvr_gpu rules[NUM_FAKE_NVIDIA];

/* the driver has written and says that it has not, or the other way round */
extern int lie;

/* the last writes of types that fit in it, as in "0=11 1=0 " */
extern char written[256];

void fake_nvidia_begin(void);
void fake_nvidia_make_gpu(const char *bdf);
void fake_nvidia_write_types_file(void);
void fake_nvidia_sync(void);
void use_vf(u32 vf);
void leave_vf(u32 vf);
void write_script(const char *name, const char *text);

#endif /* FAKE_NVIDIA_H */
