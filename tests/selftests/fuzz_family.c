// SPDX-License-Identifier: GPL-2.0
/*
 * C29: netlink messages that are changed at random, where those that reach code
 * that none before did are kept, and changed again. It begins with what the spec
 * says, right and wrong. By itself, with modules that say what was run:
 *
 *	make fuzz-kernel [FUZZ_SECONDS=60] [SEED=1]
 *
 * Files are in the log directory of the VM: "corpus" has the messages that were
 * kept, which are where the next run begins; "last" those that were being sent
 * when something happened. A copy of that in place of the corpus sends them again.
 */

#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "kcov.h"
#include "klog.h"
#include "load.h"
#include "mutate.h"
#include "request.h"

#define NUM_VFS		2
#define MAX_KEPT	8192
#define BATCH		16

static const char corpus_file[] = "/run/lab/corpus";
static const char last_file[] = "/run/lab/last";

static const struct gpu *gpu = &fx.gpu[0];

static struct fuzz {
	struct nl *nl;
	struct kcov kcov;
	unsigned int seed;
	unsigned long long messages;
	unsigned long long answers;
	struct nlmsghdr *kept[MAX_KEPT];
	unsigned int num_kept;
} fuzz;

/* what is kept in memory and files, as a request */
static void recall(struct nl_request *req, const struct nlmsghdr *nlh)
{
	memcpy(req->buf, nlh, nlh->nlmsg_len);
	req->header = (struct nlmsghdr *)req->buf;
}

static void keep(const struct nl_request *req)
{
	if (fuzz.num_kept == MAX_KEPT)
		return;
	fuzz.kept[fuzz.num_kept] = malloc(req->header->nlmsg_len);
	ASSERT_NE(NULL, fuzz.kept[fuzz.num_kept]);
	memcpy(fuzz.kept[fuzz.num_kept++], req->buf, req->header->nlmsg_len);
}

/* a reset takes long, and there is little to be seen: most of them are wrong */
static void tame(struct nl_request *req)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(req->header);

	if (genl->cmd == GPUVF_CMD_PF_RESET && roll(&fuzz.seed, 100))
		mnl_attr_put_u32(req->header, GPUVF_A_PF_NUM_VFS, 1);
}

static void send_one(struct nl_request *req)
{
	int n;

	kcov_begin(&fuzz.kcov);
	n = nl_shout(fuzz.nl, req);
	if (kcov_end(&fuzz.kcov))
		keep(req);
	if (n < 0)
		report("message %llu, in %s: %s\n", fuzz.messages, last_file,
		       strerror(-n));
	ASSERT_LE(0, n);
	fuzz.messages++;
	fuzz.answers += n;
}

static void write_messages(const char *path, struct nlmsghdr *const *messages,
			   unsigned int num)
{
	FILE *file = fopen(path, "w");
	unsigned int i;

	ASSERT_NE(NULL, file);
	for (i = 0; i < num; i++) {
		ASSERT_EQ(1,
			  fwrite(messages[i], messages[i]->nlmsg_len, 1, file));
	}
	ASSERT_EQ(0, fclose(file));
}

static void send_file(const char *path)
{
	static struct nl_request req;
	FILE *file = fopen(path, "r");
	size_t more;

	req.header = (struct nlmsghdr *)req.buf;
	while (file && fread(req.buf, NLMSG_HDRLEN, 1, file) == 1) {
		ASSERT_LE(NLMSG_HDRLEN + GENL_HDRLEN, req.header->nlmsg_len);
		ASSERT_GE(sizeof(req.buf), req.header->nlmsg_len);
		more = req.header->nlmsg_len - NLMSG_HDRLEN;
		ASSERT_EQ(1, fread(req.buf + NLMSG_HDRLEN, more, 1, file));
		send_one(&req);
	}
	if (file)
		fclose(file);
}

/* each operation: bare, and with each attribute, right and wrong */
static void send_spec(void)
{
	static struct nl_request req;
	struct mistake mistake = { 0 };
	unsigned int i, dump;

	for (i = 0; i < spec_num_ops; i++)
		for (dump = 0; dump < 2; dump++) {
			const struct spec_op *op = &spec_ops[i];

			for (mistake.type = 0; mistake.type <= op->set->last;
			     mistake.type++)
				for (mistake.how = WRONG_NOTHING;
				     mistake.how <= WRONG_INSIDE;
				     mistake.how++) {
					request_make(fuzz.nl, &req, gpu, op,
						     dump, mistake);
					tame(&req);
					send_one(&req);
				}
		}
}

static const struct nlmsghdr *any_kept(void)
{
	return fuzz.kept[roll(&fuzz.seed, fuzz.num_kept)];
}

static void make_one(struct nl_request *req)
{
	static struct nl_request other;

	if (!roll(&fuzz.seed, 10)) {
		request_random(fuzz.nl, req, gpu, &fuzz.seed);
		return;
	}
	recall(req, any_kept());
	recall(&other, any_kept());
	mutate(req, &other, &fuzz.seed);
	tame(req);
}

/* on file before any is sent: the kernel may not live to tell */
static void send_batch(void)
{
	static struct nl_request batch[BATCH];
	struct nlmsghdr *messages[BATCH];
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		make_one(&batch[i]);
		messages[i] = batch[i].header;
	}
	write_messages(last_file, messages, BATCH);
	for (i = 0; i < BATCH; i++)
		send_one(&batch[i]);
}

static void tell(const char *when)
{
	report("%s: %llu messages, %u kept, %u blocks, %u edges\n", when,
	       fuzz.messages, fuzz.num_kept, fuzz.kcov.blocks, fuzz.kcov.edges);
	fflush(NULL);
}

static unsigned int wanted(const char *variable, unsigned int otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static void begin(void)
{
	static const uint32_t slice_us[NUM_VFS] = { 5000, 5000 };
	unsigned int i;

	load_enable(gpu, NUM_VFS, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < NUM_VFS; i++)
		ASSERT_OK(gpu_guest(gpu, i, "busy 20"));
	fuzz.seed = wanted("GPUVF_SEED", 1);
	fuzz.nl = nl_open();
	ASSERT_NE(NULL, fuzz.nl);
	ASSERT_OK(nl_family(fuzz.nl));
	ASSERT_OK(kcov_open(&fuzz.kcov));
}

MODULES_FIXTURE(fuzz_family, "total_vfs=4 fb_mib=4096");

TEST_F(fuzz_family, C29_messages_that_reach_new_code)
{
	uint64_t until, next_word;
	unsigned int reports;
	int log = klog_open();

	ASSERT_LE(0, log);
	begin();
	send_spec();
	tell("what the spec says");
	/* modules that were not built for it would have nothing to say */
	ASSERT_LT(100, fuzz.kcov.edges);
	send_file(corpus_file);
	tell("what was kept before");
	until = now_ms() + 1000 * wanted("GPUVF_FUZZ_SECONDS", 60);
	next_word = now_ms() + 60000;
	while (now_ms() < until) {
		send_batch();
		if (now_ms() < next_word)
			continue;
		tell("so far");
		next_word += 60000;
	}
	tell("in the end");
	kcov_close(&fuzz.kcov);
	write_messages(corpus_file, fuzz.kept, fuzz.num_kept);
	reports = klog_reports(log);
	report("%llu answers, %u reports of the kernel\n", fuzz.answers,
	       reports);
	ASSERT_EQ(0, reports);
	nl_close(fuzz.nl);
}

TEST_HARNESS_MAIN
