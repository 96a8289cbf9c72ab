/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PFs of any driver, in a tree of files that stands for the PCI core, without
 * module gpuvf. What is written to sriov_numvfs makes and removes VFs at once, unless
 * the PF's driver is to refuse, or to hang. For programs that wrap the functions below.
 */
#ifndef GENERIC_TEST_H
#define GENERIC_TEST_H

#include <errno.h>

#include "agent_test.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "config/load.h"
#include "crash.h"
#include "pci/attr.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"
#include "pci_tree.h"
#include "provider/generic.h"
#include "provider/provider.h"
#include "verb_test.h"

#define NVME	"0000:01:00.0"
#define GPU	"0000:02:00.0"
#define CONFIG	"[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n" \
		"[gpu disk]\npci = " NVME "\n"

/*
 * How the PF's driver takes the next number, and the file that hangs when it is written;
 * what is read from @hung lets it go on
 */
static struct {
	int error;
	int disable_error;
	u32 fewer;
	bool keeps_links;
	const char *hangs;
	int hung;
} pf;

static u32 pci_writes;

static inline void before_pci_write(void)
{
	pci_writes++;
	let_rival();
}

/* a FIFO that is full hangs its writers */
static inline bool hangs(const char *file, char *path)
{
	static const char page[4096];
	int fifo;

	if (!pf.hangs || strcmp(pf.hangs, file)) {
		free(path);
		return false;
	}
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fifo = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	pf.hung = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	assert_true(fifo >= 0 && pf.hung >= 0);
	while (write(fifo, page, sizeof(page)) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	close(fifo);
	free(path);
	pf.hangs = NULL;
	return true;
}

int __real_sysfs_set_number(const char *bdf, const char *file, u32 value);
int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value);

/* sriov_numvfs is written, by anything */
static inline int set_num_vfs(const char *bdf, u32 value)
{
	char text[16];
	u32 now;
	int err;

	err = sysfs_get_num_vfs(bdf, &now);
	assert_int_equal(err, 0);
	if (value == now)
		return 0;
	if (value ? pf.error : pf.disable_error)
		return value ? pf.error : pf.disable_error;
	if (value && now)
		return -EBUSY;
	value -= value < pf.fewer ? value : pf.fewer;
	if (!pf.keeps_links)
		make_vfs(bdf, now, value);
	snprintf(text, sizeof(text), "%u\n", value);
	put(bdf, NUMVFS, text);
	return 0;
}

int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	int err;

	if (hangs(file, path_of(bdf, file)))
		return __real_sysfs_set_number(bdf, file, value);
	driver_begin();
	before_pci_write();
	err = strcmp(file, NUMVFS) ? __real_sysfs_set_number(bdf, file, value) :
	      set_num_vfs(bdf, value);
	driver_end();
	return err;
}

int __real_sysfs_set_driver_override(const char *bdf, const char *driver);
int __wrap_sysfs_set_driver_override(const char *bdf, const char *driver);

int __wrap_sysfs_set_driver_override(const char *bdf, const char *driver)
{
	bool is_there;

	if (hangs("driver_override", path_of(bdf, "driver_override")))
		return __real_sysfs_set_driver_override(bdf, driver);
	driver_begin();
	before_pci_write();
	is_there = sysfs_has_device(bdf);
	if (is_there)
		put(bdf, "driver_override", driver);
	driver_end();
	return is_there ? 0 : -ENOENT;
}

int __real_sysfs_probe(const char *bdf);
int __wrap_sysfs_probe(const char *bdf);
int __real_sysfs_unbind(const char *bdf);
int __wrap_sysfs_unbind(const char *bdf);

int __wrap_sysfs_probe(const char *bdf)
{
	char driver[NAME_SIZE];
	bool is_there;

	if (hangs("drivers_probe", root_path("sys/bus/pci/drivers_probe")))
		return __real_sysfs_probe(bdf);
	sysfs_driver_override(bdf, driver, sizeof(driver));
	driver_begin();
	before_pci_write();
	is_there = sysfs_has_device(bdf);
	if (is_there && *driver && sysfs_has_driver(driver))
		bind_driver(bdf, driver);
	driver_end();
	return is_there ? 0 : -ENODEV;
}

int __wrap_sysfs_unbind(const char *bdf)
{
	char *path;

	if (hangs("unbind", path_of(bdf, "driver/unbind")))
		return __real_sysfs_unbind(bdf);
	driver_begin();
	before_pci_write();
	path = path_of(bdf, "driver");
	unlink(path);
	free(path);
	driver_end();
	return 0;
}

static inline u32 num_vfs(void)
{
	u32 num;

	assert_int_equal(sysfs_get_num_vfs(NVME, &num), 0);
	return num;
}

static inline int set_up(void **state)
{
	memset(&pf, 0, sizeof(pf));
	tree_begin();
	make_pf(NVME, "0x010802\n", "nvme", "8\n");
	return 0;
}

static inline int clean_up(void **state)
{
	tree_end();
	return 0;
}

static inline void read_one(const char *bdf, struct gpu *gpu)
{
	struct provider *provider = provider_connect_all(NULL);
	struct failure why;

	assert_int_equal(provider_read(provider, bdf, gpu, &why), 0);
	provider_close(provider);
}

/* a driver that hangs with the lock of the device: the file is a FIFO */
static inline int hang(void)
{
	char *path = path_of(NVME, NUMVFS);
	int fd;

	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	/* there is a writer, which writes nothing */
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	free(path);
	return fd;
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

#endif /* GENERIC_TEST_H */
