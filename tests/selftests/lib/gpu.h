/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One simulated GPU, seen from all sides: sysfs, the PCI core, and the
 * simulator's own ground truth.
 */
#ifndef SELFTEST_GPU_H
#define SELFTEST_GPU_H

#include <stdbool.h>
#include <stdint.h>

#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
#define UNIT		(16 * MIB)

/* what the hardware and the driver can do at the most */
#define MAX_GPUS	8
#define MAX_VFS		31

/**
 * struct gpu - a GPU
 * @index: of the simulator, counted from 0
 * @bdf: PCI address of its PF
 */
struct gpu {
	unsigned int index;
	char bdf[16];
};

/**
 * struct truth - what the simulator knows, at one moment
 * @text: as the file has it
 */
struct truth {
	char *text;
};

/**
 * struct extent - a piece of framebuffer
 */
struct extent {
	uint64_t start;
	uint64_t size;
};

/**
 * struct table - framebuffer of all functions, as the hardware has it
 * @vf: extent of each VF
 * @context: context save area
 * @consumed: bytes that are not the PF's
 */
struct table {
	struct extent vf[MAX_VFS];
	struct extent context;
	uint64_t consumed;
};

/**
 * struct iov - where a GPU has the registers of its GPU-IOV capability
 * @rev: generation, GPUVF_IOV_VSEC_REV_*
 * @sch: scheduler block, in configuration space, as the others
 * @cntxt: context save area
 * @fb: FB_AVAILABLE and FB_CONSUMED, 16 bit each
 * @table: entry of VF 0 in the framebuffer table
 * @less_one: sizes in it are in units - 1
 */
struct iov {
	unsigned int rev;
	unsigned int sch;
	unsigned int cntxt;
	unsigned int fb;
	unsigned int table;
	bool less_one;
};

const char *gpu_real(void);
const char *gpu_sysfs(const struct gpu *gpu, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *gpu_pci(const struct gpu *gpu, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *gpu_sim(const struct gpu *gpu, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *gpu_vf_pci(const struct gpu *gpu, unsigned int vf,
		       const char *file);

int gpu_set_numvfs(const struct gpu *gpu, unsigned int num);
unsigned int gpu_numvfs(const struct gpu *gpu);
unsigned int gpu_total_vfs(const struct gpu *gpu);
bool gpu_can(const struct gpu *gpu, const char *capability);
bool gpu_guests_ask(const struct gpu *gpu);
bool gpu_starts_all(const struct gpu *gpu);
int gpu_guest(const struct gpu *gpu, unsigned int vf, const char *what);
bool gpu_vf_is(const struct gpu *gpu, unsigned int vf, const char *state);

struct truth truth_read(const struct gpu *gpu);
void truth_free(struct truth *truth);
uint64_t truth_get(const struct truth *truth, const char *who,
		   const char *key);
uint64_t truth_vf(const struct truth *truth, unsigned int vf, const char *key);
uint64_t gpu_truth(const struct gpu *gpu, const char *who, const char *key);
uint64_t gpu_truth_vf(const struct gpu *gpu, unsigned int vf, const char *key);
bool gpu_truth_vf_is(const struct gpu *gpu, unsigned int vf, const char *key,
		     const char *value);

bool gpu_table(const struct gpu *gpu, struct table *table);

int gpu_capability(const struct gpu *gpu, unsigned int vsec);
int gpu_vf_capability(const struct gpu *gpu, unsigned int vf,
		      unsigned int vsec);
bool gpu_iov(const struct gpu *gpu, struct iov *iov);
uint32_t gpu_config_read(const struct gpu *gpu, unsigned int where);
int gpu_config_write(const struct gpu *gpu, unsigned int where, uint32_t val);
int gpu_command(const struct gpu *gpu, unsigned int code, unsigned int fcn);

#endif /* SELFTEST_GPU_H */
