// SPDX-License-Identifier: GPL-2.0
/*
 * Framebuffer BARs as memory.
 */

#include <dirent.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bar.h"
#include "fixture.h"

static bool is_card(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vendor", name);
	if (!file_is(path, "0x1af4"))
		return false;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/device", name);
	return file_is(path, "0x1110");
}

static bool has_card(void)
{
	DIR *dir = opendir("/sys/bus/pci/devices");
	struct dirent *entry;
	bool found = false;

	check(dir);
	while (!found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.' && is_card(entry->d_name);
	closedir(dir);
	return found;
}

/**
 * bar_missing() - fixture_missing(), and a card with memory
 *
 * Return: the reason to skip the test, NULL: nothing is missing.
 */
const char *bar_missing(void)
{
	const char *missing = fixture_missing();

	if (!missing && !has_card())
		missing = "no memory behind BARs (tests/lab/run -f 8G)";
	return missing;
}

/**
 * bar_map() - map a BAR
 * @resource: its file in sysfs
 */
struct bar bar_map(const char *resource)
{
	int fd = open(resource, O_RDWR | O_SYNC | O_CLOEXEC);
	struct bar bar;
	struct stat st;
	void *at;

	check(fd >= 0 && !fstat(fd, &st) && st.st_size > 0);
	at = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(at != MAP_FAILED);
	close(fd);
	bar.dword = at;
	bar.size = st.st_size;
	return bar;
}

/**
 * bar_map_vf() - map the framebuffer BAR of a VF, which shows what it has to
 * @gpu: GPU
 * @vf: index of the VF
 */
struct bar bar_map_vf(const struct gpu *gpu, unsigned int vf)
{
	bar_settle(gpu);
	return bar_map(gpu_vf_pci(gpu, vf, "resource2"));
}

/**
 * bar_map_pf() - map the framebuffer BAR of the PF, which shows what it has to
 * @gpu: GPU
 *
 * pci-pf-stub does not enable it. Enabling VFs does so up to 6.12, and not on 7.3.
 */
struct bar bar_map_pf(const struct gpu *gpu)
{
	uint32_t command = gpu_config_read(gpu, PCI_COMMAND) & 0xffff;

	check(!gpu_config_write(gpu, PCI_COMMAND, command | PCI_COMMAND_MEMORY));
	bar_settle(gpu);
	return bar_map(gpu_pci(gpu, "resource2"));
}

void bar_unmap(struct bar *bar)
{
	munmap((void *)bar->dword, bar->size);
	bar->dword = NULL;
}

/**
 * bar_settle() - wait until BARs show what they have to after a change of extents
 * @gpu: GPU
 */
void bar_settle(const struct gpu *gpu)
{
	bar_found(gpu, ~0U);
}

uint32_t bar_get(const struct bar *bar, size_t offset)
{
	return bar->dword[offset / 4];
}

void bar_set(const struct bar *bar, size_t offset, uint32_t val)
{
	bar->dword[offset / 4] = val;
}

void bar_fill(const struct bar *bar, size_t offset, size_t len, uint32_t val)
{
	size_t i;

	for (i = offset / 4; i < (offset + len) / 4; i++)
		bar->dword[i] = val;
}

/**
 * bar_count() - how many dwords are this
 * @bar: BAR
 * @offset: from this byte on
 * @len: in so many bytes
 * @val: what
 */
size_t bar_count(const struct bar *bar, size_t offset, size_t len, uint32_t val)
{
	size_t i, count = 0;

	for (i = offset / 4; i < (offset + len) / 4; i++)
		count += bar->dword[i] == val;
	return count;
}

/**
 * bar_find() - in how many dwords of a framebuffer a tag is, by the simulator
 * @gpu: GPU
 * @tag: dword, not 0
 * @owner: "pf" or "vf0"
 * @elsewhere: filled with those in memory of other functions, may be NULL
 *
 * Return: those in memory of @owner alone.
 */
uint64_t bar_find(const struct gpu *gpu, uint32_t tag, const char *owner,
		  uint64_t *elsewhere)
{
	char *text, *line, *rest, of[128];
	uint64_t own = 0, others = 0;
	unsigned long long count;

	ASSERT_OK(file_printf(gpu_sim(gpu, "find"), "%u", tag));
	text = file_read_all(gpu_sim(gpu, "find"));
	check(text);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		check(sscanf(line, "unit=%*u of=%127s count=%llu", of,
			     &count) == 2);
		*(strcmp(owner, of) ? &others : &own) += count;
	}
	free(text);
	if (elsewhere)
		*elsewhere = others;
	return own;
}

/**
 * bar_found() - in how many dwords of a framebuffer a tag is, by the simulator
 * @gpu: GPU
 * @tag: dword, not 0
 */
uint64_t bar_found(const struct gpu *gpu, uint32_t tag)
{
	uint64_t elsewhere;

	return bar_find(gpu, tag, "pf", &elsewhere) + elsewhere;
}

/**
 * bar_found_of() - the same, in memory of one function only
 * @gpu: GPU
 * @tag: dword, not 0
 * @owner: "pf" or "vf0"
 */
uint64_t bar_found_of(const struct gpu *gpu, uint32_t tag, const char *owner)
{
	return bar_find(gpu, tag, owner, NULL);
}
