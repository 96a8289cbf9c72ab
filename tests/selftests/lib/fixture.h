/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every test stands on: the modules loaded as it wants them, the check at the
 * end of each test that the simulator saw nothing forbidden, and that the system is
 * as it was found.
 */
#ifndef SELFTEST_FIXTURE_H
#define SELFTEST_FIXTURE_H

#include "check.h"
#include "file.h"
#include "gpu.h"
#include "module.h"
#include "nl.h"

/**
 * struct fixture - the machine under test
 * @num_gpus: how many GPUs there are
 * @total_vfs: how many VFs each of them can have
 * @gpu: the GPUs
 * @nl: a connection that knows the family
 */
struct fixture {
	unsigned int num_gpus;
	unsigned int total_vfs;
	struct gpu gpu[MAX_GPUS];
	struct nl *nl;
};

extern struct fixture fx;

const char *fixture_missing(void);
void fixture_setup(const char *sim_parameters);
void fixture_teardown(void);
bool fixture_is_loaded_as(const char *how);
void fixture_loaded_as(const char *how);
const char *fixture_most_vfs(const char *sim_parameters);
void fixture_load(const char *sim_parameters);
void fixture_unload(void);
void fixture_spoil(void);
void fixture_on_end(void (*hook)(void));
void fixture_wait_clean(const struct gpu *gpu);
void fixture_table(const struct gpu *gpu, struct table *table);
char *fixture_snapshot(const struct gpu *gpu);
void fixture_reset_config(const struct gpu *gpu);
struct nl *fixture_listen(const char *group);
bool fixture_await(struct nl *nl, uint8_t cmd, struct nl_message *msg);

#endif /* SELFTEST_FIXTURE_H */
