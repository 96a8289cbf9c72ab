/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model: a GPU and its VFs, whether they come from the kernel, from a file
 * or from the command line. Sizes are bytes, times microseconds.
 */
#ifndef AGENT_MODEL_GPU_H
#define AGENT_MODEL_GPU_H

#include "base/types.h"
#include "model/ability.h"

#define BDF_SIZE		16	/* 0000:41:00.0 and the zero */
#define LABEL_SIZE		32	/* 31 characters and the zero */
#define NAME_SIZE		64	/* drivers, backends */
#define WARNING_SIZE		256
#define CLAIM_SIZE		65	/* what a guest has room for, and the zero */

/* no hardware has more; also the bound of the arrays that files can ask for */
#define MAX_VFS			1024

/* what a profile without a time slice gets; also the kernel's own default */
#define DEFAULT_TIME_SLICE_US	6000

/* the kernel's histogram has fewer */
#define MAX_BUCKETS		64

/* the kernel tells of no more quarantined extents */
#define MAX_QUARANTINED		64
/* nor of more that the hardware keeps */
#define MAX_RESERVED		8

/*
 * Values are those of the netlink spec; gpuvf_message.c asserts that they are.
 */

/* how the GPU time of VFs is divided */
enum policy {
	POLICY_FIXED,
	POLICY_EQUAL,
	POLICY_BEST_EFFORT,
};

/* of a GPU */
enum pf_state {
	PF_STATE_READY,
	PF_STATE_WEDGED,
};

/* of the hardware; the names of the others are in names.c */
#define CAPABILITY_SCRUB	BIT(3)	/* can scrub framebuffer between tenants */

/* which layout VFs get when they are enabled */
enum provisioning {
	PROVISIONING_AUTO,
	PROVISIONING_EXPLICIT,
};

/* of a VF */
enum vf_state {
	VF_STATE_DISABLED,
	VF_STATE_PROVISIONED,
	VF_STATE_STARTING,
	VF_STATE_ACTIVE,
	VF_STATE_PAUSED,
	VF_STATE_STOPPED,
	VF_STATE_RESETTING,
	VF_STATE_FAILED,
};

/**
 * struct extent - a piece of framebuffer
 * @offset: first byte
 * @size: bytes
 */
struct extent {
	u64 offset;
	u64 size;
};

/**
 * struct bucket - one bucket of a histogram
 * @upper_ns: values up to this one, 0: no bound
 * @count: how many, in this bucket alone
 */
struct bucket {
	u64 upper_ns;
	u64 count;
};

/**
 * struct vf_stats - what a VF got and did; the names are those of the spec
 * @buckets: how late its time slices ended, ascending
 * @num_buckets: entries of @buckets in use
 */
struct vf_stats {
	u64 run_ns;
	u64 accounted_ns;
	u64 slices;
	u64 skipped;
	u64 overrun_ns;
	u64 idle_ns;
	u64 preempt_timeouts;
	u64 hangs;
	u64 resets;
	u64 full_access_timeouts;
	u64 mbox_requests;
	u64 mbox_limited;
	u64 mbox_unanswered;
	u64 guest_malformed;
	u64 lateness_sum_ns;
	struct bucket buckets[MAX_BUCKETS];
	u32 num_buckets;
};

/**
 * struct claims - what a guest says of itself, and nothing of it is checked; the names
 *	are those of the spec
 */
struct claims {
	char driver[CLAIM_SIZE];
	u64 fb_used;
	u64 fb_total;
	u64 time_ns;
};

/**
 * struct vf_user - the process that has a VF open
 * @pid: its number, 0: none is known
 * @process: its name, safe to print
 * @vm: name of the VM that it runs, safe to print; empty: none is known
 */
struct vf_user {
	u32 pid;
	char process[NAME_SIZE];
	char vm[NAME_SIZE];
};

/**
 * struct vf_host - what this host has of a VF that is enabled
 * @iommu_group: its number, empty: none
 * @vfio_path: what is opened to use it through VFIO; empty: its driver is none of VFIO
 * @numa_node: -1: none
 * @vendor: PCI id, 0: not known
 * @device: PCI id, 0: not known
 */
struct vf_host {
	char iommu_group[16];
	char vfio_path[NAME_SIZE];
	s32 numa_node;
	u32 vendor;
	u32 device;
};

/**
 * struct vf - one VF
 * @bdf: PCI address, empty while it is not enabled
 * @has_state: whether @state and @in_use came: they need CAP_SYS_ADMIN
 * @state: enum vf_state
 * @fb_bytes: framebuffer quota, 0: not provisioned
 * @fb_offset: where it is; means nothing without a quota
 * @fb_auto: the quota is a fair share
 * @time_slice_us: time slice
 * @preempt_timeout_us: 0: the default, see vf_preempt_timeout_us()
 * @profile: label, may be empty
 * @type: of providers that have types: its name, or its number if it has no name
 *	that is known; empty: none, or, of a wanted VF, any of its size
 * @type_id: its number, 0: not known
 * @in_use: its framebuffer cannot change
 * @driver: the driver bound to it, may be empty
 * @host: see vf_host_read()
 * @user: see process_find_users()
 * @has_stats: whether @stats were asked for and came
 * @stats: see provider_stats()
 * @has_claims: whether @claims came: its guest said something, and this user may see it
 * @claims: of its guest
 */
struct vf {
	char bdf[BDF_SIZE];
	bool has_state;
	u32 state;
	u64 fb_bytes;
	u64 fb_offset;
	bool fb_auto;
	u32 time_slice_us;
	u32 preempt_timeout_us;
	char profile[LABEL_SIZE];
	char type[NAME_SIZE];
	u32 type_id;
	bool in_use;
	char driver[NAME_SIZE];
	struct vf_host host;
	struct vf_user user;
	u64 resets;
	u64 failed_resets;
	bool has_stats;
	struct vf_stats stats;
	bool has_claims;
	struct claims claims;
};

/* which of the settings of a GPU that may be left alone are set */
#define GPU_SET_POLICY		BIT(0)
#define GPU_SET_PF_RESERVE	BIT(1)
/* VFs have to be where their offsets say, and not wherever there is room */
#define GPU_SET_PLACES		BIT(2)

/**
 * struct gpu - one PF with its VFs; the names are those of the netlink spec
 * @abilities: of the provider that it belongs to; NULL: gpuvf, or a GPU that is not
 *	live, of which all can be asked
 * @driver: of the PF; empty: the provider's own
 * @is_unnamed: it was found by its class alone; no configuration names it
 * @vfs_changing: VFs are being enabled or disabled
 * @has_states: whether @fb_needs_scrub, @fb_quarantined and @rotation_us came: they need
 *	CAP_SYS_ADMIN
 * @quarantined: where @fb_quarantined lies, ascending
 * @num_quarantined: entries of @quarantined in use
 * @fb_align: at a multiple of which framebuffer begins; 0: @fb_alloc_unit
 * @reserved: what the hardware keeps of the framebuffer
 * @num_reserved: entries of @reserved in use
 * @has_host: whether vf_host_read() looked
 * @pf_time_slice_us: of the PF's own work, where the provider has VFs wait for it;
 *	0: endless
 * @pf_preempt_timeout_us: as @pf_time_slice_us
 * @warning: what is wrong with it, and the way out; empty: nothing is known
 * @vfs_lack_something: enabled VFs do not have what a guest's driver needs, and its
 *	provider cannot give it to them; @warning says what
 * @enabling_helps: but to VFs that it enables it does
 * @policy_differs: some parts of the GPU have another policy
 * @values_differ: some parts of it have other times or framebuffer for the PF or a VF,
 *	which are 0 here then, and not what any layout says
 * @rival: another program on this host that sets the same; NULL: none is known
 * @set: GPU_SET_*: which settings are given; live GPUs have all
 * @vfs: by index
 * @vfs_len: entries of @vfs; of live GPUs equal to @total_vfs
 */
struct gpu {
	char bdf[BDF_SIZE];
	const struct abilities *abilities;
	char driver[NAME_SIZE];
	bool is_unnamed;
	u64 revision;
	char backend[NAME_SIZE];
	u32 state;
	u32 capabilities;
	u32 vendor;
	u32 device;
	s32 numa_node;
	u32 total_vfs;
	u32 num_vfs;
	bool vfs_changing;
	u32 provisioning;
	u32 policy;
	bool policy_differs;
	bool values_differ;
	u64 fb_total;
	u64 fb_alloc_unit;
	u64 fb_pf_reserve;
	u64 fb_context_save;
	u64 fb_free;
	u64 fb_largest_free;
	bool has_states;
	u64 fb_needs_scrub;
	u64 fb_quarantined;
	struct extent quarantined[MAX_QUARANTINED];
	u32 num_quarantined;
	u64 fb_align;
	struct extent reserved[MAX_RESERVED];
	u32 num_reserved;
	bool has_host;
	u32 time_slice_min_us;
	u32 time_slice_max_us;
	u32 preempt_timeout_min_us;
	u32 preempt_timeout_max_us;
	u64 rotation_us;
	u64 resets;
	u64 failed_resets;
	u32 pf_time_slice_us;
	u32 pf_preempt_timeout_us;
	char warning[WARNING_SIZE];
	bool vfs_lack_something;
	bool enabling_helps;
	const char *rival;
	u32 set;
	struct vf *vfs;
	u32 vfs_len;
};

/**
 * struct gpu_list - GPUs, each with memory of its own
 * @gpus: the GPUs
 * @num: entries of @gpus
 * @lost: the provider whose GPUs could not be read, NULL: none
 * @lost_error: negative errno of that
 * @lost_any: there are GPUs of it
 */
struct gpu_list {
	struct gpu *gpus;
	size_t num;
	const struct abilities *lost;
	int lost_error;
	bool lost_any;
};

/**
 * struct capacity - how many more VFs of one size there is room for
 * @fb_bytes: the size, rounded up as the kernel does
 * @now: as everything lies now
 * @after_moving: when VFs that are not in use may be moved
 */
struct capacity {
	u64 fb_bytes;
	u32 now;
	u32 after_moving;
};

/* what can be done to a VF, or to a GPU */
enum gpu_operation {
	OPERATION_RESET,
	OPERATION_STOP,
	OPERATION_PAUSE,
	OPERATION_RESUME,
};

/* which settings of one VF are to be changed */
#define VF_SET_FB		BIT(0)
#define VF_SET_TIME_SLICE	BIT(1)
#define VF_SET_PREEMPT		BIT(2)
#define VF_SET_PROFILE		BIT(3)
#define VF_SET_OFFSET		BIT(4)
#define VF_SET_ALL		(VF_SET_FB | VF_SET_TIME_SLICE | VF_SET_PREEMPT | \
				 VF_SET_PROFILE)

void gpu_set_vfs_len(struct gpu *gpu, u32 len);
const struct vf *gpu_vf(const struct gpu *gpu, u32 index);
bool gpu_has_quota(const struct gpu *gpu);
bool vf_same_profile(const struct vf *a, const struct vf *b);
bool gpu_has_quarantined(const struct gpu *gpu, u64 from, u64 to);
void gpu_copy(struct gpu *to, const struct gpu *from);
void gpu_free(struct gpu *gpu);
struct gpu *gpu_list_add(struct gpu_list *list);
struct gpu *gpu_list_find(const struct gpu_list *list, const char *bdf);
void gpu_list_keep(struct gpu_list *list, bool (*keep)(const struct gpu *gpu));
void gpu_list_free(struct gpu_list *list);

bool gpu_can_read(const struct gpu *gpu, enum ability_key key);
bool gpu_can_set(const struct gpu *gpu, enum ability_key key);
const struct abilities *gpu_abilities(const struct gpu *gpu);
const char *gpu_driver(const struct gpu *gpu);
bool gpu_has_stats(const struct gpu *gpu);
bool gpu_is_managed(const struct gpu *gpu);
u64 round_up_to(u64 value, u64 granularity);
u64 gpu_round(const struct gpu *gpu, enum ability_key key, u64 value);
u32 vf_preempt_timeout_us(const struct vf *vf);
u32 gpu_preempt_timeout_us(const struct gpu *gpu, const struct vf *vf);
u32 gpu_default_timeout_us(const struct gpu *gpu, const struct vf *vf);
bool gpu_has_endless(const struct gpu *gpu);
bool vf_has_share(const struct vf *vf);
bool vf_has_type(const struct vf *want, const struct vf *is);
bool vf_has_size(const struct vf *want, const struct vf *is);
bool gpu_needs_enabling(const struct gpu *gpu);
bool gpu_vf_has_share(const struct gpu *gpu, u32 index);
u64 gpu_sum_slices_us(const struct gpu *gpu);
char *vf_user_text(const struct vf_user *user);
const struct vf *gpu_first_vf_in_use(const struct gpu *gpu);

#endif /* AGENT_MODEL_GPU_H */
