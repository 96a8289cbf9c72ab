/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor: what this machine has and lacks for virtual functions of GPUs.
 */
#ifndef AGENT_DOCTOR_DOCTOR_H
#define AGENT_DOCTOR_DOCTOR_H

#include <jansson.h>

#include "base/util.h"
#include "doctor/families.h"
#include "model/gpu.h"

/* how a check came out */
enum finding_state {
	FINDING_OK,
	FINDING_NOTE,		/* neither good nor bad */
	FINDING_PROBLEM,	/* something is missing or in the way */
	FINDING_UNKNOWN,	/* could not be seen */
};

/* what the thing that is checked is needed for */
enum need {
	NEED_NOTHING,
	NEED_VFS,		/* to have VFs at all */
	NEED_CHANGES,		/* to change anything */
	NEED_VM,		/* to hand a VF to a virtual machine */
	NEED_MANY,		/* to have more VFs than fit on one bus */
};

/**
 * struct finding - what one check found
 * @id: of the check, for programs
 * @title: of the check, for people
 * @bdf: the GPU, empty: the machine
 * @state: how it came out
 * @need: what it is needed for
 * @found: what is there
 * @fix: what to do, NULL: nothing
 */
struct finding {
	const char *id;
	const char *title;
	char bdf[BDF_SIZE];
	enum finding_state state;
	enum need need;
	char *found;
	char *fix;
};

/**
 * struct doctor_gpu - a PCI function that may be a GPU
 * @bdf: PCI address
 * @vendor: PCI vendor
 * @device: PCI device
 * @class: PCI class, 24 bits
 * @driver: bound to it, may be empty
 * @total_vfs: how many VFs it can have, as the PCI core says
 * @num_vfs: how many are enabled
 * @is_changing: that is being changed at this moment; it may be unreadable meanwhile
 * @has_sriov: the PCI core found a usable SR-IOV capability
 * @unused_vfs: VFs of a capability that the PCI core does not use
 * @is_unseen: whether there is a capability cannot be seen
 * @is_known: module gpuvf has its id in its table
 * @has_ids: that table can be seen
 * @is_emulated: made by a hypervisor or a management controller
 * @is_bmc: the latter: a server's own display, which is not asked about
 * @family: what is known of its kind, NULL: nothing
 * @abilities: what can be set by way of another driver, NULL: it has none
 * @has_failed: it has, and its files cannot be read
 * @warning: what they say, or why they cannot be read; may be empty
 * @makes_vfs: that driver makes VFs, as is seen or else known
 */
struct doctor_gpu {
	char bdf[BDF_SIZE];
	u32 vendor;
	u32 device;
	u32 class;
	char driver[NAME_SIZE];
	u32 total_vfs;
	u32 num_vfs;
	bool is_changing;
	bool has_sriov;
	u32 unused_vfs;
	bool is_unseen;
	bool is_known;
	bool has_ids;
	bool is_emulated;
	bool is_bmc;
	const struct family *family;
	const struct abilities *abilities;
	bool has_failed;
	char warning[WARNING_SIZE];
	bool makes_vfs;
};

/**
 * struct doctor - everything that was found
 * @release: of the running kernel
 * @cmdline: of the running kernel
 * @deps: depmod's list of the running kernel's modules, may be NULL
 * @config: options of the running kernel, may be NULL
 * @in_vm: this machine is a virtual one
 * @iommu_groups: how many there are; 0: no IOMMU is on
 * @has_module: module gpuvf is loaded
 * @families: what is known of GPUs
 * @gpus: all that may be a GPU
 * @num_gpus: entries of @gpus
 * @findings: in the order of the checks
 * @num_findings: entries of @findings
 */
struct doctor {
	char release[NAME_SIZE];
	char *cmdline;
	char *deps;
	char *config;
	bool in_vm;
	size_t iommu_groups;
	bool has_module;
	struct families families;
	struct doctor_gpu *gpus;
	size_t num_gpus;
	struct finding *findings;
	size_t num_findings;
};

/* the one question that is asked, answered */
enum answer {
	ANSWER_READY,		/* a GPU can have VFs, by gpuvf or another driver */
	ANSWER_BLOCKED,		/* it could, and VFs would fail */
	ANSWER_NOT_DRIVEN,	/* gpuvf knows a GPU and does not drive it */
	ANSWER_OTHER_DRIVER,	/* another driver alone decides on VFs */
	ANSWER_NOT_KNOWN,	/* SR-IOV, which no driver uses */
	ANSWER_NOT_USED,	/* SR-IOV, and the kernel does not use it */
	ANSWER_NOT_SEEN,	/* whether SR-IOV is there cannot be seen */
	ANSWER_NO_SRIOV,	/* GPUs, none with SR-IOV */
	ANSWER_NO_GPU,
};

/* functions of VFs that a bus has room for when it does not forward ARI */
#define VFS_WITHOUT_ARI		7

void doctor_examine(struct doctor *doctor);
void doctor_free(struct doctor *doctor);

/* finding.c, for the checks */
void found(struct finding *finding, enum finding_state state,
	   const char *fmt, ...) __printf(3, 4);
void fix(struct finding *finding, const char *fmt, ...) __printf(2, 3);
bool has_word(const char *text, const char *word);
bool word_of(const char *text, const char *prefix, char *word, size_t size);
bool kernel_has(const struct doctor *doctor, const char *option);
const char *module_file(const char *deps, const char *name, char *path,
			size_t size);

/* boot.c */
const char *edit_cmdline(const struct doctor *doctor);
bool is_proxmox(void);

/**
 * struct host_check - a check of the machine
 * @id: for programs; never changed
 * @title: for people
 * @need: what it is needed for, unless @run knows better
 * @run: fills the finding
 */
struct host_check {
	const char *id;
	const char *title;
	enum need need;
	void (*run)(const struct doctor *doctor, struct finding *finding);
};

/**
 * struct gpu_check - a check of one GPU, as struct host_check
 */
struct gpu_check {
	const char *id;
	const char *title;
	enum need need;
	void (*run)(const struct doctor *doctor, const struct doctor_gpu *gpu,
		    struct finding *finding);
};

/* doctor_host.c and doctor_gpu.c; each ends with an entry without id */
extern const struct host_check host_checks[];
extern const struct gpu_check gpu_checks[];
void doctor_find_gpus(struct doctor *doctor);

/* doctor_answer.c */
enum answer doctor_answer(const struct doctor *doctor, const char *bdf);
const struct doctor_gpu *doctor_subject(const struct doctor *doctor,
					const char *bdf);
bool doctor_is_asked(const struct doctor_gpu *gpu, const char *bdf);
bool doctor_is_alike(const struct doctor *doctor, const struct doctor_gpu *a,
		     const struct doctor_gpu *b);
u32 doctor_possible_vfs(const struct doctor *doctor, const struct doctor_gpu *gpu);
const char *doctor_answer_name(enum answer answer);

/* the first words of the answer */
enum verdict {
	VERDICT_ALREADY,
	VERDICT_YES,
	VERDICT_NOT_YET,
	VERDICT_NO,
};

/* doctor_headline.c */
enum verdict doctor_verdict(const struct doctor *doctor, const char *bdf);
char *doctor_headline(const struct doctor *doctor, const char *bdf);
char *doctor_next_step(const struct doctor *doctor, const char *bdf);
char *doctor_gpu_name(const struct doctor_gpu *gpu);

/**
 * struct way - something else than VFs
 * @id: for programs; never changed
 * @what: the name
 * @price: what it costs
 * @brief: behind "On this machine you can", NULL: is in no brief answer
 * @possible: whether this machine has what it takes, NULL: any has
 */
struct way {
	const char *id;
	const char *what;
	const char *price;
	const char *brief;
	bool (*possible)(const struct doctor *doctor);
};

/* doctor_ways.c; ends with an entry without id */
extern const struct way doctor_ways[];
bool doctor_has_ways(enum answer answer);
bool doctor_way_is_possible(const struct way *way, const struct doctor *doctor);
void doctor_print_ways(const struct doctor *doctor, enum answer answer);

/* doctor_brief.c */
void doctor_print_brief(const struct doctor *doctor, const char *bdf,
			bool has_more);
json_t *doctor_answer_json(const struct doctor *doctor, const char *bdf);

/* doctor_show.c */
void doctor_print(const struct doctor *doctor, const char *bdf, bool verbose);
json_t *doctor_json(const struct doctor *doctor, const char *bdf);

#endif /* AGENT_DOCTOR_DOCTOR_H */
