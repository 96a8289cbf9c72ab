/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated GPU without gpuvf: driven register by register, with the kernel's
 * own driver for PFs that only enables VFs.
 */
#ifndef SELFTEST_HW_H
#define SELFTEST_HW_H

#include <stdbool.h>
#include <stdint.h>

#include "gpu.h"

bool hw_is_loaded(struct gpu *gpu, const char *sim_parameters);
int hw_load(struct gpu *gpu, const char *sim_parameters);
int hw_unload(struct gpu *gpu);

/* registers of the PF, by capability */
void hw_iov(const struct gpu *gpu, unsigned int reg, uint32_t val);
uint32_t hw_iov_get(const struct gpu *gpu, unsigned int reg);
void hw_sch(const struct gpu *gpu, unsigned int reg, uint32_t val);
uint32_t hw_sch_get(const struct gpu *gpu, unsigned int reg);
void hw_sim(const struct gpu *gpu, unsigned int reg, uint32_t val);
uint32_t hw_sim_get(const struct gpu *gpu, unsigned int reg);

void hw_write16(const struct gpu *gpu, unsigned int where, uint16_t val);
void hw_set_extent(const struct gpu *gpu, unsigned int vf, unsigned int first,
		   unsigned int units);
uint32_t hw_context(const struct gpu *gpu);
void hw_set_context(const struct gpu *gpu, uint32_t val);
void hw_misread(const struct gpu *gpu, unsigned int where, uint32_t val,
		uint32_t mask);
void hw_is_refused(const struct gpu *gpu, const char *message);

/* registers of a VF */
void hw_vf(const struct gpu *gpu, unsigned int vf, unsigned int reg,
	   uint32_t val);
uint32_t hw_vf_get(const struct gpu *gpu, unsigned int vf, unsigned int reg);
void hw_vf_config(const struct gpu *gpu, unsigned int vf, unsigned int where,
		  uint32_t val);
uint32_t hw_vf_config_get(const struct gpu *gpu, unsigned int vf,
			  unsigned int where);
void hw_flr(const struct gpu *gpu, unsigned int vf);
unsigned int hw_msi(const struct gpu *gpu, int vf);

/* what a driver does, in one go */
int hw_command(const struct gpu *gpu, unsigned int code, unsigned int fcn);
int hw_switch(const struct gpu *gpu, unsigned int from, unsigned int to);
void hw_begin(const struct gpu *gpu, unsigned int code, unsigned int fcn);
int hw_wait(const struct gpu *gpu);
void hw_layout(const struct gpu *gpu, unsigned int vfs);
void hw_pf_state(const struct gpu *gpu);
void hw_clear(const struct gpu *gpu, unsigned int first, unsigned int count);
void hw_clear_context(const struct gpu *gpu, unsigned int vf);
void hw_start(const struct gpu *gpu, unsigned int vf);
void hw_leave(const struct gpu *gpu, unsigned int vf);
void hw_enter(const struct gpu *gpu, unsigned int vf);
bool hw_event(const struct gpu *gpu, const char *what, uint64_t *ns,
	      uint64_t *value);

/* the mailbox, from the PF's side */
void hw_mbox(const struct gpu *gpu, unsigned int vf, unsigned int reg,
	     uint32_t val);
uint32_t hw_mbox_get(const struct gpu *gpu, unsigned int vf, unsigned int reg);
void hw_send(const struct gpu *gpu, unsigned int vf, unsigned int code,
	     unsigned int data);
void hw_unsend(const struct gpu *gpu, unsigned int vf);
bool hw_has_mail(const struct gpu *gpu, unsigned int vf);
void hw_ack(const struct gpu *gpu, unsigned int vf);

/* and from a VF's */
void hw_vf_send(const struct gpu *gpu, unsigned int vf, unsigned int code,
		unsigned int data);
void hw_vf_ack(const struct gpu *gpu, unsigned int vf);
uint32_t hw_vf_mbox(const struct gpu *gpu, unsigned int vf, unsigned int reg);

#endif /* SELFTEST_HW_H */
