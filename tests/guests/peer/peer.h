/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest whose driver's mailbox code is amdgpu's own. What amdgpu does around it, as
 * far as the host sees it, is here: load, unload, recovery from a reset.
 *
 * A guest is one thread. Its interrupts come while it waits or idles; its work items
 * run while it idles, as they do beside a driver that has nothing to do.
 */
#ifndef GUEST_PEER_H
#define GUEST_PEER_H

#include <stdbool.h>
#include <stdint.h>

struct peer;

/**
 * struct peer_io - the machine that the guest is in
 * @read: a register of the VF's mailbox page: offset (GPUVF_MBOX_*), size 1 or 4
 * @write: the same
 * @sleep: let time pass
 * @now_us: a clock
 * @work: give the VF's engine so much to do
 * @has_gpu: is the VF on the engine, by what the hardware knows?
 */
struct peer_io {
	uint32_t (*read)(void *context, unsigned int offset, unsigned int size);
	void (*write)(void *context, unsigned int offset, uint32_t val,
		      unsigned int size);
	void (*sleep)(void *context, uint64_t us);
	uint64_t (*now_us)(void *context);
	void (*work)(void *context, unsigned int us);
	bool (*has_gpu)(void *context);
};

/**
 * struct peer_counts - what happened to a guest
 * @accesses: it was given full access
 * @outside: and was not on the engine then
 * @recoveries: it came back after a reset by the host
 * @failures: it did not
 * @warnings: of its code, and deadlocks
 * @errors: lines of its log
 */
struct peer_counts {
	unsigned int accesses;
	unsigned int outside;
	unsigned int recoveries;
	unsigned int failures;
	unsigned int warnings;
	unsigned int errors;
};

struct peer *peer_new(const char *kind, const struct peer_io *io, void *context);
void peer_free(struct peer *peer);
const struct peer_counts *peer_counts(const struct peer *peer);
bool peer_answers_host_reset(const struct peer *peer);
void peer_recovers_late(struct peer *peer);
int peer_init_data_version(const struct peer *peer);
bool peer_asks_for_init_data(const struct peer *peer);

int peer_request_init_data(struct peer *peer);
int peer_request(struct peer *peer, bool init);
void peer_initialise(struct peer *peer);
int peer_release(struct peer *peer, bool init);
int peer_load(struct peer *peer);
void peer_fail_load(struct peer *peer);
int peer_unload(struct peer *peer);
int peer_unload_with_interrupts(struct peer *peer);
int peer_reset(struct peer *peer);
bool peer_request_bad_pages(struct peer *peer, int *err);
void peer_run(struct peer *peer, uint64_t us);

#endif /* GUEST_PEER_H */
