// SPDX-License-Identifier: GPL-2.0
/*
 * "My GPU does not support virtualization, what now?": which answer it is, and about
 * which GPU.
 */
#include <string.h>

#include "doctor/doctor.h"

static const char *const answer_names[] = {
	[ANSWER_READY] = "ready",
	[ANSWER_BLOCKED] = "blocked",
	[ANSWER_NOT_DRIVEN] = "not-driven",
	[ANSWER_OTHER_DRIVER] = "other-driver",
	[ANSWER_NOT_KNOWN] = "not-known",
	[ANSWER_NOT_USED] = "not-used",
	[ANSWER_NOT_SEEN] = "not-seen",
	[ANSWER_NO_SRIOV] = "no-sriov",
	[ANSWER_NO_GPU] = "no-gpu",
};

/** doctor_answer_name() - its name for programs; never changed */
const char *doctor_answer_name(enum answer answer)
{
	return answer_names[answer];
}

/**
 * doctor_is_asked() - is the answer about this GPU?
 * @gpu: the GPU
 * @bdf: the only one that is asked about; NULL: all but displays of management
 *	controllers
 *
 * Return: whether it is.
 */
bool doctor_is_asked(const struct doctor_gpu *gpu, const char *bdf)
{
	return bdf ? !strcmp(gpu->bdf, bdf) : !gpu->is_bmc;
}

/* by gpuvf, or by way of another driver that has the GPU */
static bool can_set_vfs(const struct doctor_gpu *gpu)
{
	if (!strcmp(gpu->driver, "gpuvf"))
		return true;
	return gpu->abilities && gpu->makes_vfs &&
	       gpu->abilities->of[ABILITY_COUNT].can_set;
}

/* a problem of the GPU that keeps it from what is needed */
static bool has_problem(const struct doctor *doctor,
			const struct doctor_gpu *gpu, enum need need)
{
	size_t i;

	for (i = 0; i < doctor->num_findings; i++) {
		const struct finding *finding = &doctor->findings[i];

		if (finding->need == need &&
		    finding->state == FINDING_PROBLEM &&
		    !strcmp(finding->bdf, gpu->bdf))
			return true;
	}
	return false;
}

/** doctor_possible_vfs() - how many VFs it can have here, whatever its capability says */
u32 doctor_possible_vfs(const struct doctor *doctor, const struct doctor_gpu *gpu)
{
	if (gpu->total_vfs > VFS_WITHOUT_ARI && gpu->num_vfs <= VFS_WITHOUT_ARI &&
	    has_problem(doctor, gpu, NEED_MANY))
		return VFS_WITHOUT_ARI;
	return gpu->total_vfs;
}

static enum answer answer_for(const struct doctor *doctor,
			      const struct doctor_gpu *gpu)
{
	if (can_set_vfs(gpu))
		return has_problem(doctor, gpu, NEED_VFS) ? ANSWER_BLOCKED :
							    ANSWER_READY;
	if (gpu->makes_vfs && !gpu->is_known)
		return ANSWER_OTHER_DRIVER;
	if (gpu->unused_vfs)
		return ANSWER_NOT_USED;
	if (gpu->is_unseen)
		return ANSWER_NOT_SEEN;
	if (!gpu->has_sriov)
		return ANSWER_NO_SRIOV;
	if (gpu->is_known)
		return ANSWER_NOT_DRIVEN;
	return ANSWER_NOT_KNOWN;
}

/**
 * doctor_answer() - the answer for the machine, or for one GPU
 * @doctor: the doctor
 * @bdf: the GPU, NULL: the best of all
 *
 * Return: enum answer.
 */
enum answer doctor_answer(const struct doctor *doctor, const char *bdf)
{
	enum answer best = ANSWER_NO_GPU;
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++) {
		enum answer this = answer_for(doctor, &doctor->gpus[i]);

		if (doctor_is_asked(&doctor->gpus[i], bdf) && this < best)
			best = this;
	}
	return best;
}

/** doctor_subject() - the first GPU that the answer is about; NULL: there is none */
const struct doctor_gpu *doctor_subject(const struct doctor *doctor,
					const char *bdf)
{
	enum answer answer = doctor_answer(doctor, bdf);
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++)
		if (doctor_is_asked(&doctor->gpus[i], bdf) &&
		    answer_for(doctor, &doctor->gpus[i]) == answer)
			return &doctor->gpus[i];
	return NULL;
}

/**
 * doctor_is_alike() - would the same be said of two GPUs?
 * @doctor: the doctor
 * @a: one GPU
 * @b: another
 *
 * Return: whether it would.
 */
bool doctor_is_alike(const struct doctor *doctor, const struct doctor_gpu *a,
		     const struct doctor_gpu *b)
{
	return a->vendor == b->vendor && a->device == b->device &&
	       !strcmp(a->driver, b->driver) && a->num_vfs == b->num_vfs &&
	       a->total_vfs == b->total_vfs &&
	       a->is_changing == b->is_changing &&
	       answer_for(doctor, a) == answer_for(doctor, b);
}
