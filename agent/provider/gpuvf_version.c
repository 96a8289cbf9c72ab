// SPDX-License-Identifier: GPL-2.0
/*
 * The version of the netlink family, which the module and this program have to agree
 * on.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/root.h"
#include "base/util.h"
#include "provider/gpuvf_version.h"

static char mismatch[400];

/**
 * gpuvf_check_version() - check that the module speaks the version of this program
 * @version: of the family, as the kernel's controller has it
 *
 * Return: 0; -EPROTO: it does not, and gpuvf_error_text() says what to do.
 */
int gpuvf_check_version(u32 version)
{
	char release[32] = "unknown release";
	const u32 own = AGENT_FAMILY_VERSION;

	if (version == own)
		return 0;
	root_line(release, sizeof(release), "sys/module/gpuvf/version");
	snprintf(mismatch, sizeof(mismatch),
		 "module gpuvf (%s) speaks version %u of its netlink family, this gpuvf-agent (" VERSION ") version %u: %s",
		 release, version, own, version < own ?
		 "stop gpuvf.service, disable all VFs, and reload the module (modprobe -r gpuvf; modprobe gpuvf)" :
		 "stop gpuvf.service, and start it with the gpuvf-agent of the module's release");
	return -EPROTO;
}

/**
 * gpuvf_error_text() - describe why gpuvf cannot be asked
 * @error: negative errno, other than -ENOENT
 *
 * Return: the message; of another version of the family, with both versions.
 */
const char *gpuvf_error_text(int error)
{
	return error == -EPROTO && *mismatch ? mismatch : strerror(-error);
}
