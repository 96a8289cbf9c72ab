// SPDX-License-Identifier: GPL-2.0
/*
 * The guests with a made-up mailbox page, in no time: a host as it should be, and one
 * that leaves its message where it is. So a guest, and what looks at it, are right
 * before a driver is judged by them.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hw/regs.h>

#include "selftest.h"
#include "peer.h"

#define MS		1000ULL
#define GRANT_US	(20 * MS)	/* from a request to READY */
#define RESET_US	(100 * MS)
#define SEEN_US		(10 * MS)	/* from an ACK to a reset, which clears it */
#define NOTICE_US	(500 * MS)	/* what a guest has to answer FLR_NOTIFICATION */

/**
 * struct model - a VF's mailbox, and a host with this VF alone
 * @to_pf: words that the VF sends
 * @to_vf: words that the host sends
 * @ready_us: when to send READY; 0: never
 * @flr_us: when to reset the VF; 0: never
 * @full_access: the VF has it
 * @leaves_message: the host never clears what it sent
 * @refuses: requests are not answered
 * @failed: requests are answered with code 17
 */
struct model {
	uint32_t to_pf[GPUVF_MBOX_WORDS], to_vf[GPUVF_MBOX_WORDS];
	bool pf_valid, pf_ack, vf_valid, vf_ack;
	uint32_t int_cntl;
	uint64_t now_us, ready_us, flr_us;
	bool on_engine, full_access;
	bool leaves_message, refuses, failed;
	unsigned int resets, answers, logged;
};

static struct model model;

static void clear(void)
{
	if (model.leaves_message)
		return;
	memset(model.to_vf, 0, sizeof(model.to_vf));
	model.vf_valid = false;
	model.vf_ack = false;
}

static void put(uint32_t code, uint32_t data, bool valid)
{
	model.to_vf[0] = code;
	model.to_vf[1] = data;
	model.vf_valid = valid;
	model.vf_ack = false;
}

static void do_flr(void)
{
	memset(model.to_pf, 0, sizeof(model.to_pf));
	model.pf_valid = false;
	model.pf_ack = false;
	model.int_cntl = 0;
	clear();
	model.on_engine = false;
	model.full_access = false;
	model.flr_us = 0;
	model.resets++;
}

static void handle(uint32_t code)
{
	if (model.failed) {
		put(GPUVF_MBOX_UNRECOVERABLE, 0, true);
		return;
	}
	switch (code) {
	case GPUVF_MBOX_REQ_RESET:
		model.flr_us = model.now_us + SEEN_US;
		model.ready_us = model.now_us + RESET_US;
		break;
	case GPUVF_MBOX_REQ_INIT:
	case GPUVF_MBOX_REQ_FINI:
		model.on_engine = false;
		model.ready_us = model.refuses ? 0 : model.now_us + GRANT_US;
		break;
	case GPUVF_MBOX_REL_INIT:
	case GPUVF_MBOX_REL_FINI:
		model.on_engine = false;
		model.full_access = false;
		break;
	case GPUVF_MBOX_REQ_INIT_DATA:
		put(GPUVF_MBOX_INIT_DATA_READY, 1, true);
		break;
	case GPUVF_MBOX_READY_TO_RESET:
		model.answers++;
		model.flr_us = model.now_us + SEEN_US;
		break;
	case GPUVF_MBOX_LOG_ERROR:
		model.logged++;
		break;
	}
}

static void host_works(void)
{
	if (model.vf_ack)
		clear();
	if (model.pf_valid && !model.pf_ack) {
		clear();
		model.pf_ack = true;
		handle(model.to_pf[0]);
	}
	if (model.flr_us && model.now_us >= model.flr_us) {
		do_flr();
		put(GPUVF_MBOX_FLR_COMPLETE, 0, false);
	}
	if (model.ready_us && model.now_us >= model.ready_us) {
		model.ready_us = 0;
		model.on_engine = true;
		model.full_access = true;
		put(GPUVF_MBOX_READY, 0, true);
	}
}

static void host_resets(void)
{
	put(GPUVF_MBOX_FLR_NOTIFICATION, 0, !model.full_access);
	model.flr_us = model.now_us + NOTICE_US;
}

static uint32_t control(void)
{
	return (model.pf_valid ? GPUVF_MBOX_TRN_VALID : 0) |
	       (model.pf_ack ? GPUVF_MBOX_TRN_ACK : 0) |
	       (model.vf_valid ? GPUVF_MBOX_RCV_VALID : 0);
}

static uint32_t model_read(void *context, unsigned int offset, unsigned int size)
{
	(void)context;
	if (size == 1)
		return control() >> 8 * (offset - GPUVF_MBOX_CONTROL) & 0xff;
	if (offset == GPUVF_MBOX_CONTROL)
		return control();
	if (offset == GPUVF_MBOX_INT_CNTL)
		return model.int_cntl;
	if (offset >= GPUVF_MBOX_RCV(0))
		return model.to_vf[(offset - GPUVF_MBOX_RCV(0)) / 4];
	return model.to_pf[(offset - GPUVF_MBOX_TRN(0)) / 4];
}

static void model_write(void *context, unsigned int offset, uint32_t val,
			unsigned int size)
{
	unsigned int shift = 8 * (offset & 3);

	(void)context;
	if ((offset & ~3U) == GPUVF_MBOX_CONTROL) {
		if (!shift) {
			model.pf_valid = val & GPUVF_MBOX_TRN_VALID;
			model.pf_ack &= model.pf_valid;
		}
		if ((val << shift) & GPUVF_MBOX_RCV_ACK)
			model.vf_ack = model.vf_valid;
	} else if (offset == GPUVF_MBOX_INT_CNTL) {
		model.int_cntl = val;
	} else if (offset < GPUVF_MBOX_RCV(0)) {
		model.to_pf[(offset - GPUVF_MBOX_TRN(0)) / 4] = val;
	}
	(void)size;
}

/* the host acts once a millisecond */
static void model_sleep(void *context, uint64_t us)
{
	uint64_t end = model.now_us + us;

	(void)context;
	do {
		model.now_us += MS;
		host_works();
	} while (model.now_us < end);
}

static uint64_t model_now_us(void *context)
{
	(void)context;
	return model.now_us;
}

static void model_work(void *context, unsigned int us)
{
	(void)context;
	(void)us;
}

static bool model_has_gpu(void *context)
{
	(void)context;
	return model.on_engine;
}

static const struct peer_io model_io = {
	.read = model_read,
	.write = model_write,
	.sleep = model_sleep,
	.now_us = model_now_us,
	.work = model_work,
	.has_gpu = model_has_gpu,
};

FIXTURE(model) {
	struct peer *peer;
	const struct peer_counts *counts;
};

FIXTURE_VARIANT(model) {
	const char *kind;
};

FIXTURE_VARIANT_ADD(model, vi) { .kind = "vi" };
FIXTURE_VARIANT_ADD(model, ai) { .kind = "ai" };
FIXTURE_VARIANT_ADD(model, nv) { .kind = "nv" };

FIXTURE_SETUP(model)
{
	selftest_begin(_metadata);
	model = (struct model){ .now_us = 1000 * MS };
	self->peer = peer_new(variant->kind, &model_io, NULL);
	ASSERT_NE(NULL, self->peer);
	self->counts = peer_counts(self->peer);
}

FIXTURE_TEARDOWN(model)
{
	ASSERT_EQ(0, self->counts->warnings);
	peer_free(self->peer);
}

/* how long it took, in ms of the model */
static uint64_t since(uint64_t from_us)
{
	return (model.now_us - from_us) / MS;
}

TEST_F(model, guest_loads_and_unloads)
{
	uint64_t from = model.now_us;
	unsigned int life;

	for (life = 1; life <= 3; life++) {
		ASSERT_OK(peer_load(self->peer));
		ASSERT_FALSE(model.full_access);
		peer_run(self->peer, 1000 * MS);
		ASSERT_OK(peer_unload(self->peer));
		ASSERT_FALSE(model.full_access);
		ASSERT_EQ(2 * life, self->counts->accesses);
	}
	ASSERT_GT(6000, since(from));
	ASSERT_EQ(0, self->counts->outside);
	ASSERT_EQ(0, self->counts->errors);
	ASSERT_EQ(0, model.int_cntl);
}

TEST_F(model, guest_that_asks_for_a_reset_starts_again)
{
	ASSERT_OK(peer_load(self->peer));
	ASSERT_OK(peer_reset(self->peer));
	ASSERT_EQ(1, model.resets);
	ASSERT_EQ(GPUVF_MBOX_VALID_INT_EN | GPUVF_MBOX_ACK_INT_EN, model.int_cntl);
	ASSERT_OK(peer_unload(self->peer));
	ASSERT_EQ(0, self->counts->outside);
	ASSERT_EQ(0, self->counts->errors);
}

TEST_F(model, guest_that_runs_answers_a_reset_by_the_host)
{
	ASSERT_OK(peer_load(self->peer));
	host_resets();
	peer_run(self->peer, 2000 * MS);
	ASSERT_EQ(1, model.resets);
	if (peer_answers_host_reset(self->peer)) {
		ASSERT_EQ(1, model.answers);
		ASSERT_EQ(1, self->counts->recoveries);
	} else {
		ASSERT_EQ(0, model.answers);
		ASSERT_OK(peer_reset(self->peer));
	}
	ASSERT_OK(peer_unload(self->peer));
	ASSERT_EQ(0, self->counts->outside);
	ASSERT_EQ(0, self->counts->failures);
}

TEST_F(model, guest_with_full_access_does_not_answer_a_reset)
{
	ASSERT_OK(peer_request(self->peer, true));
	peer_initialise(self->peer);
	host_resets();
	peer_run(self->peer, 2000 * MS);
	ASSERT_EQ(1, model.resets);
	ASSERT_EQ(0, model.answers);
	peer_fail_load(self->peer);
	ASSERT_OK(peer_load(self->peer));
	ASSERT_EQ(0, self->counts->outside);
}

TEST_F(model, guest_that_is_not_answered_gives_up)
{
	uint64_t from = model.now_us;

	model.refuses = true;
	ASSERT_ERROR(peer_load(self->peer), -ETIME);
	ASSERT_LE(6000, since(from));
	ASSERT_GT(90000, since(from));
	ASSERT_EQ(0, self->counts->accesses);
	model.refuses = false;
	ASSERT_OK(peer_load(self->peer));
	ASSERT_EQ(0, self->counts->outside);
}

TEST_F(model, guest_of_a_VF_that_failed_gives_up)
{
	uint64_t from = model.now_us;
	int err;

	model.failed = true;
	err = peer_request(self->peer, true);
	ASSERT_EQ(0, self->counts->accesses);
#ifdef NV_STOPS_WAITING
	if (!strcmp(variant->kind, "nv")) {
		ASSERT_EQ(-ENODEV, err);
		ASSERT_GT(1000, since(from));
		return;
	}
#endif
	ASSERT_EQ(-ETIME, err);
	ASSERT_LE(6000, since(from));
}

TEST_F(model, stale_READY_is_noticed)
{
	bool believes = strcmp(variant->kind, "vi");

	model.leaves_message = true;
	ASSERT_OK(peer_load(self->peer));
	peer_run(self->peer, 1000 * MS);
	ASSERT_EQ(0, self->counts->outside);
	/* vi looks at VALID, which this host leaves too */
	ASSERT_OK(peer_request(self->peer, false));
	ASSERT_LE(believes, self->counts->outside);
}

TEST_HARNESS_MAIN
