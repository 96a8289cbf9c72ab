// SPDX-License-Identifier: GPL-2.0
/*
 * What the files of GPUs and of VFs have in common: who may read and write, and how a
 * value becomes a request.
 */

#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "api/sysfs_value.h"
#include "base/error.h"
#include "base/pf.h"
#include "config/request.h"

/**
 * gpuvf_sysfs_request() - begin a request
 * @op: what for
 *
 * Return: the request, which gpuvf_sysfs_request_do() frees; NULL: no memory.
 */
struct gpuvf_request *gpuvf_sysfs_request(enum gpuvf_op op)
{
	/* too big for the stack */
	struct gpuvf_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (req)
		gpuvf_request_init(req, op);
	return req;
}

/**
 * gpuvf_sysfs_request_do() - carry a request out, and free it
 * @pf: PF that it is about
 * @req: from gpuvf_sysfs_request()
 * @count: what to return on success
 *
 * Return: @count, or the errno of the refusal.
 */
ssize_t gpuvf_sysfs_request_do(struct gpuvf_pf *pf, struct gpuvf_request *req,
			       size_t count)
{
	int err;

	req->wait = true;
	err = gpuvf_request_do(pf, req);
	kfree(req);
	return err ? err : count;
}

/**
 * gpuvf_sysfs_refuse() - refuse a write whose value is invalid
 * @pf: PF
 * @vf: index of the VF, GPUVF_NO_VF: it is about the GPU
 * @buf: what was written
 * @count: bytes of @buf
 *
 * Return: -EINVAL.
 */
ssize_t gpuvf_sysfs_refuse(struct gpuvf_pf *pf, int vf, const char *buf,
			   size_t count)
{
	char text[GPUVF_LABEL_SIZE + 1] = { 0 };
	struct gpuvf_refusal why = {
		.vf = vf,
		.who = text,
		.reason = GPUVF_REASON_BAD_VALUE,
	};
	size_t i;

	/* a zero byte is shown, as everything else that cannot be printed */
	count = min(count, sizeof(text) - 1);
	for (i = 0; i < count; i++)
		text[i] = buf[i] ?: '?';
	strim(text);
	gpuvf_refuse(&why, gpuvf_pf_name(pf));
	gpuvf_pf_lock(pf);
	gpuvf_refusal_log(pf, &why);
	gpuvf_pf_unlock(pf);
	return why.error;
}

/**
 * gpuvf_sysfs_permit() - check that the writer may change the GPU
 * @pf: PF
 * @vf: index of the VF, GPUVF_NO_VF: it is about the GPU
 *
 * The file's mode is the opener's business; as everywhere in sysfs, a descriptor that
 * was passed on gives no capability.
 *
 * Context: pf->lock need not be held: the PF stays until its files are removed.
 * Return: 0, -EPERM.
 */
int gpuvf_sysfs_permit(struct gpuvf_pf *pf, int vf)
{
	struct gpuvf_refusal why = {
		.vf = vf,
		.reason = GPUVF_REASON_NOT_PERMITTED,
	};

	if (capable(CAP_SYS_ADMIN))
		return 0;
	gpuvf_refuse(&why, gpuvf_pf_name(pf));
	/* a rate limit of its own: others' messages must not get lost by it */
	pci_notice_ratelimited(pf->pdev, "refused: %s\n", why.message);
	return why.error;
}

/**
 * gpuvf_sysfs_line() - measure the line that was written
 * @buf: what was written
 * @count: bytes of @buf
 *
 * Return: the length without a newline; -EINVAL: something, a zero byte included, lies
 * behind the first line.
 */
ssize_t gpuvf_sysfs_line(const char *buf, size_t count)
{
	size_t len = strnlen(buf, count);

	if (len == count && len && buf[len - 1] == '\n')
		return len - 1;
	return len == count ? len : -EINVAL;
}

/**
 * gpuvf_sysfs_u64() - parse a number; kstrtou64() also takes a sign
 * @buf: what was written
 * @count: bytes of @buf
 * @value: where the number goes
 *
 * Return: 0, -EINVAL, -ERANGE.
 */
int gpuvf_sysfs_u64(const char *buf, size_t count, u64 *value)
{
	if (gpuvf_sysfs_line(buf, count) <= 0 || !isdigit(*buf))
		return -EINVAL;
	return kstrtou64(buf, 10, value);
}

/**
 * gpuvf_sysfs_u32() - parse a number of 32 bits
 * @buf: what was written
 * @count: bytes of @buf
 * @value: where the number goes
 *
 * Return: 0, -EINVAL.
 */
int gpuvf_sysfs_u32(const char *buf, size_t count, u32 *value)
{
	u64 wide;
	int err = gpuvf_sysfs_u64(buf, count, &wide);

	if (err || wide > U32_MAX)
		return -EINVAL;
	*value = wide;
	return 0;
}

/**
 * gpuvf_sysfs_is_one() - was a 1 written, which starts an operation?
 * @buf: what was written
 * @count: bytes of @buf
 */
bool gpuvf_sysfs_is_one(const char *buf, size_t count)
{
	return gpuvf_sysfs_line(buf, count) == 1 && *buf == '1';
}

/**
 * gpuvf_sysfs_may_see() - check whether the reader may see what tenants do
 *
 * No audit record for each user that reads what is for every user.
 */
bool gpuvf_sysfs_may_see(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}
