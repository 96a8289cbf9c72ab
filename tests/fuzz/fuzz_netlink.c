// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a message of the kernel: replies, refusals, errors, events. All
 * of it is read within its bounds, and strings that come out of it end.
 *
 * The first byte says what kind of message it is, the attributes are behind it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "base/util.h"
#include "provider/gpuvf_message.h"
#include "show/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_string(const char *text, size_t size)
{
	if (strnlen(text, size) == size)
		abort();
}

static void use(const struct gpu *gpu)
{
	json_t *object;
	u32 i;

	check_string(gpu->bdf, sizeof(gpu->bdf));
	check_string(gpu->backend, sizeof(gpu->backend));
	if (gpu->vfs_len > MAX_VFS)
		abort();
	for (i = 0; i < gpu->vfs_len; i++) {
		check_string(gpu->vfs[i].bdf, BDF_SIZE);
		check_string(gpu->vfs[i].profile, LABEL_SIZE);
		check_string(gpu->vfs[i].driver, NAME_SIZE);
	}
	object = json_of_gpu(gpu);
	json_decref(object);
}

/* exactly as long as it says, so that reading on is seen */
static struct nlmsghdr *message(u16 type, u8 cmd, size_t header,
				const uint8_t *data, size_t size)
{
	struct nlmsghdr *nlh = xcalloc(1, NLMSG_HDRLEN + header + size);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	nlh->nlmsg_len = NLMSG_HDRLEN + header + size;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_ACK_TLVS | (cmd & 1 ? NLM_F_CAPPED : 0);
	if (header)
		genl->cmd = cmd;
	memcpy((char *)nlh + NLMSG_HDRLEN + header, data, size);
	return nlh;
}

static void read_error(u8 kind, const uint8_t *data, size_t size)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR, kind, 0, data, size);
	char text[REFUSAL_TEXT_SIZE];

	message_read_error(nlh, text, sizeof(text));
	check_string(text, sizeof(text));
	free(nlh);
}

static void read_object(u8 kind, const uint8_t *data, size_t size)
{
	struct nlmsghdr *nlh = message(NLMSG_MIN_TYPE, kind, GENL_HDRLEN, data,
				       size);
	struct error_detail detail = { .vf = NO_VF };
	struct gpu_event event;
	struct gpu gpu = {};
	int err;

	if (kind & 0x80)
		err = message_read_event(nlh, &gpu, &event);
	else
		err = message_read(nlh, &gpu, &detail);
	if (!err)
		use(&gpu);
	if (!err && kind & 0x80)
		check_string(event.message, sizeof(event.message));
	check_string(detail.message, sizeof(detail.message));
	gpu_free(&gpu);
	free(nlh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] == 0xff)
		read_error(size, data + 1, size - 1);
	else
		read_object(data[0], data + 1, size - 1);
	return 0;
}
