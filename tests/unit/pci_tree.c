// SPDX-License-Identifier: GPL-2.0
/*
 * A tree of files that stands for the PCI core.
 */
#include <errno.h>

#include "agent_test.h"
#include "pci_tree.h"

char *root;
void (*rival)(void);
void (*reading)(void);

/* without any device */
void tree_begin(void)
{
	static const char *const dirs[] = { "run", "etc", "proc" };

	rival = NULL;
	reading = NULL;
	root = new_root(dirs, ARRAY_SIZE(dirs));
	run_shell("mkdir -p sys/bus/pci/drivers/vfio-pci " DEVICES " && : > sys/bus/pci/drivers_probe");
}

void tree_end(void)
{
	remove_root(root);
}

char *path_of(const char *bdf, const char *file)
{
	return xasprintf("%s/" DEVICES "%s/%s", root, bdf, file);
}

void put(const char *bdf, const char *file, const char *text)
{
	char *path = path_of(bdf, file);

	unlink(path);
	write_text(path, text);
	free(path);
}

/* with the directories above it */
void put_deep(const char *bdf, const char *file, const char *text)
{
	char *path = path_of(bdf, file);
	char *slash = path + strlen(root) + 1;

	while ((slash = strchr(slash, '/'))) {
		*slash = '\0';
		assert_true(!mkdir(path, 0755) || errno == EEXIST);
		*slash++ = '/';
	}
	put(bdf, file, text);
	free(path);
}

/* in the directory of the tree */
void run_shell(const char *fmt, ...)
{
	char text[1000], *command;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	command = xasprintf("cd %s && %s", root, text);
	assert_int_equal(system(command), 0);
	free(command);
}

void bind_driver(const char *bdf, const char *driver)
{
	char *path = path_of(bdf, "driver");
	char *target = xasprintf("../../drivers/%s", driver);

	unlink(path);
	assert_int_equal(symlink(target, path), 0);
	free(target);
	free(path);
}

void make_device(const char *bdf, const char *class, const char *driver)
{
	char *path = path_of(bdf, "");

	assert_true(!mkdir(path, 0755) || errno == EEXIST);
	free(path);
	put(bdf, "class", class);
	put(bdf, "vendor", "0x1b36\n");
	put(bdf, "device", "0x0010\n");
	put(bdf, "driver_override", "(null)\n");
	if (driver)
		bind_driver(bdf, driver);
}

void make_pf(const char *bdf, const char *class, const char *driver,
	     const char *total)
{
	make_device(bdf, class, driver);
	put(bdf, "numa_node", "-1\n");
	put(bdf, "sriov_totalvfs", total);
	put(bdf, "sriov_numvfs", "0\n");
	put(bdf, "sriov_drivers_autoprobe", "1\n");
}

void vf_bdf(const char *bdf, u32 i, char *vf)
{
	snprintf(vf, VF_SIZE, "%.11s%u", bdf, i + 1);
}

static void make_vf(const char *bdf, u32 i)
{
	char vf[VF_SIZE], link[VF_SIZE];
	char *path, *target;

	vf_bdf(bdf, i, vf);
	make_device(vf, "0x010802\n", NULL);
	snprintf(link, sizeof(link), "virtfn%u", i);
	path = path_of(bdf, link);
	target = xasprintf("../%s", vf);
	assert_int_equal(symlink(target, path), 0);
	free(target);
	free(path);
}

/* as pci_enable_sriov() and pci_disable_sriov() */
void make_vfs(const char *bdf, u32 from, u32 to)
{
	char vf[VF_SIZE];
	u32 i;

	for (i = from; i < to; i++)
		make_vf(bdf, i);
	for (i = to; i < from; i++) {
		vf_bdf(bdf, i, vf);
		run_shell("rm -r " DEVICES "%s " DEVICES "%s/virtfn%u", vf, bdf, i);
	}
}

void let_rival(void)
{
	void (*first)(void) = rival;

	rival = NULL;
	if (first)
		first();
}

void configure(const char *text)
{
	char *path = xasprintf("%s/etc/gpuvf.ini", root);
	FILE *f;

	unlink(path);
	if (text) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	free(path);
}

/* another process has the VFIO group of a VF open */
void open_vf(const char *vf)
{
	run_shell("mkdir -p proc/77/fd && echo qemu > proc/77/comm && "
		  "ln -s /dev/vfio/12 proc/77/fd/3 && "
		  "ln -sfn ../../iommu_groups/12 " DEVICES "%s/iommu_group", vf);
}
