/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs share that measure the netlink family: messages, clocks, and a
 * GPU's files.
 */
#ifndef BENCH_GENL_H
#define BENCH_GENL_H

#include <libmnl/libmnl.h>
#include <linux/gpuvf.h>
#include <stdint.h>

struct message {
	char buf[16384];
};

/* of gpuvf, once a lookup was answered */
extern uint16_t family;

void die(const char *what);
uint64_t now(void);
void pause_us(unsigned int us);
int by_size(const void *a, const void *b);

void genl_open(void);
struct nlmsghdr *genl_begin(struct message *msg, uint16_t type, uint8_t cmd);
void genl_put_time_slice(struct nlmsghdr *nlh, uint32_t us);
void genl_lookup(struct message *msg);
int genl_call(const struct message *msg);

int gpu_file(const char *bdf, const char *name, int flags);
void gpu_settle(const char *bdf);

#endif /* BENCH_GENL_H */
