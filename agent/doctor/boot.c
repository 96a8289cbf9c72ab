// SPDX-License-Identifier: GPL-2.0
/*
 * Where a distribution keeps the kernel command line.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "doctor/doctor.h"

/**
 * struct boot_loader - one way to change the kernel command line
 * @ids: of distributions, as ID and ID_LIKE in os-release have them
 * @release: pattern of the kernel's release, where there is no os-release
 * @how: to edit it
 */
static const struct boot_loader {
	const char *ids[4];
	const char *release;
	const char *how;
} boot_loaders[] = {
	{ { "proxmox" }, "*-pve",
	  "Proxmox: /etc/kernel/cmdline, then proxmox-boot-tool refresh; with GRUB, GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub" },
	{ { "fedora", "rhel", "centos" }, "*.[ef][lc][0-9]*",
	  "grubby --update-kernel=ALL --args=... or --remove-args=..." },
	{ { "arch" }, "*-arch*",
	  "GRUB_CMDLINE_LINUX in /etc/default/grub, then grub-mkconfig -o /boot/grub/grub.cfg; with systemd-boot, 'options' in /boot/loader/entries" },
	{ { "suse", "opensuse" }, "*-default",
	  "GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then grub2-mkconfig -o /boot/grub2/grub.cfg" },
	{ { "debian", "ubuntu" }, NULL,
	  "GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub" },
};

/* is the value of ID= or ID_LIKE= there, with or without quotes? */
static bool has_id(const char *os_release, const char *id)
{
	static const char *const keys[] = { "ID=", "ID_LIKE=" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *line = os_release;
		bool found = false;
		char *value;

		while (line && strncmp(line, keys[i], strlen(keys[i])))
			line = strchr(line, '\n'), line += !!line;
		if (!line)
			continue;
		line += strlen(keys[i]);
		value = xasprintf("%.*s", (int)strcspn(line, "\n"), line);
		while (strpbrk(value, "\"'"))
			*strpbrk(value, "\"'") = ' ';
		found = has_word(value, id);
		free(value);
		if (found)
			return true;
	}
	return false;
}

static bool is_of(const struct boot_loader *loader, const char *os_release)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(loader->ids) && loader->ids[i]; i++)
		if (has_id(os_release, loader->ids[i]))
			return true;
	return false;
}

/**
 * edit_cmdline() - where this distribution keeps the kernel command line
 * @doctor: the doctor
 *
 * Return: a constant.
 */
const char *edit_cmdline(const struct doctor *doctor)
{
	char *os_release = root_read(NULL, "etc/os-release");
	const char *how = NULL;
	size_t i;

	if (!os_release)
		os_release = root_read(NULL, "usr/lib/os-release");
	/* which says that it is a Debian */
	if (is_proxmox() || !fnmatch(boot_loaders[0].release, doctor->release, 0))
		how = boot_loaders[0].how;
	for (i = 0; !how && os_release && i < ARRAY_SIZE(boot_loaders); i++)
		if (is_of(&boot_loaders[i], os_release))
			how = boot_loaders[i].how;
	for (i = 0; !how && i < ARRAY_SIZE(boot_loaders); i++)
		if (!boot_loaders[i].release ||
		    !fnmatch(boot_loaders[i].release, doctor->release, 0))
			how = boot_loaders[i].how;
	free(os_release);
	return how;
}

/** is_proxmox() - is this Proxmox VE? */
bool is_proxmox(void)
{
	return root_has("usr/bin/pveversion");
}
