// SPDX-License-Identifier: GPL-2.0
/*
 * The answer on half a screen: what is in the way, what else can be done here, which
 * cards can. What does not fit is left to the option -v.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "doctor/doctor.h"
#include "show/output.h"

#define MAX_LINES	12
/* some terminals begin a line when the 80th is written */
#define COLUMNS		79

/**
 * struct part - some lines of the answer
 * @text: folded, with a newline at its end
 * @lines: how many
 * @rank: where not all fit, the highest is left out first
 */
struct part {
	char *text;
	unsigned int lines;
	unsigned int rank;
};

/* in the order in which they are missed least */
enum rank {
	RANK_ANSWER,
	RANK_OBSTACLE,
	RANK_WAY,
	RANK_CARDS,
	RANK_MORE_OBSTACLES,
};

struct brief {
	struct part *parts;
	size_t num;
};

static void add_part(struct brief *brief, enum rank rank, const char *indent,
		     const char *text)
{
	struct part *part;
	size_t size;
	const char *p;
	FILE *f;

	brief->parts = xgrow(brief->parts, brief->num, sizeof(*brief->parts));
	part = &brief->parts[brief->num++];
	*part = (struct part){ .rank = rank };
	f = open_memstream(&part->text, &size);
	if (!f)
		out_of_memory();
	fold_text(f, COLUMNS, 0, indent, text);
	fputc('\n', f);
	if (fclose(f))
		out_of_memory();
	for (p = part->text; *p; p++)
		part->lines += *p == '\n';
}

/* short for what a finding says at length; NULL: that is short enough */
static const char *short_text(const struct finding *finding)
{
	static const struct {
		const char *id;
		const char *text;
	} texts[] = {
		{ "processor", "virtualization is off in the processor" },
		{ "iommu", "the IOMMU is off, so no VF can go to a VM" },
		{ "remapping", "interrupt remapping is off, so VFIO gives no VF to a VM" },
		{ "vfio", "vfio-pci is not loaded" },
		{ "ari", "only 7 VFs fit, as ARI is off on the upstream port" },
		{ "mmio", "the firmware left no addresses for the VFs' BARs" },
		{ "signing", "Secure Boot: the kernel refuses unsigned modules" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(texts[i].id, finding->id))
			return texts[i].text;
	return NULL;
}

/* checks of what only gpuvf needs */
static bool is_about_gpuvf(const char *id)
{
	return !strcmp(id, "module") || !strcmp(id, "signing") ||
	       !strcmp(id, "netlink") || !strcmp(id, "backend") ||
	       !strcmp(id, "driver");
}

/* is a problem in the way of what the answer is about? */
static bool is_in_the_way(const struct doctor *doctor,
			  const struct doctor_gpu *gpu, enum answer answer,
			  const struct finding *finding)
{
	bool is_gpuvf = gpu && (gpu->is_known || !strcmp(gpu->driver, "gpuvf"));

	if (finding->state != FINDING_PROBLEM || !gpu ||
	    answer > ANSWER_NOT_KNOWN ||
	    (*finding->bdf && strcmp(finding->bdf, gpu->bdf)))
		return false;
	if (!strcmp(finding->id, "rights"))
		return answer < ANSWER_OTHER_DRIVER;
	if (!strcmp(finding->id, "sriov"))
		return answer == ANSWER_BLOCKED;
	/* what is wrong with the module says it */
	if (!strcmp(finding->id, "driver") && !*gpu->driver &&
	    !doctor->has_module)
		return false;
	if (is_about_gpuvf(finding->id))
		return is_gpuvf || (*finding->bdf && answer == ANSWER_BLOCKED);
	/* NVIDIA's VFs stay with its driver, which is a VFIO driver itself */
	if (!strcmp(finding->id, "vfio"))
		return strcmp(gpu->driver, "nvidia");
	return true;
}

/* findings of one need, in the order of the checks */
static void list_obstacles(const struct doctor *doctor, const char *bdf,
			   void (*add)(void *to, const struct finding *finding),
			   void *to)
{
	static const enum need order[] = {
		NEED_VFS, NEED_CHANGES, NEED_VM, NEED_MANY, NEED_NOTHING,
	};
	const struct doctor_gpu *gpu = doctor_subject(doctor, bdf);
	enum answer answer = doctor_answer(doctor, bdf);
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		for (k = 0; k < doctor->num_findings; k++)
			if (doctor->findings[k].need == order[i] &&
			    is_in_the_way(doctor, gpu, answer,
					  &doctor->findings[k]))
				add(to, &doctor->findings[k]);
}

static void add_obstacle(void *to, const struct finding *finding)
{
	static const char *const kinds[] = {
		[NEED_NOTHING] = "In the way", [NEED_VFS] = "In the way",
		[NEED_CHANGES] = "For changes", [NEED_VM] = "For VMs",
		[NEED_MANY] = "For more VFs",
	};
	const char *brief_text = short_text(finding);
	struct brief *brief = to;
	bool is_first = brief->parts[brief->num - 1].rank == RANK_ANSWER;
	char *text;

	text = xasprintf("%s: %s%s%s%s%s", kinds[finding->need],
			 brief_text ? "" : finding->title,
			 brief_text ? "" : ": ", brief_text ?: finding->found,
			 finding->fix ? ". Fix: " : "", finding->fix ?: "");
	add_part(brief, is_first ? RANK_OBSTACLE : RANK_MORE_OBSTACLES, "  ",
		 text);
	free(text);
}

static void add_ways(struct brief *brief, const struct doctor *doctor,
		     enum verdict verdict)
{
	const struct way *way;
	bool is_first = true;
	char *text;

	for (way = doctor_ways; way->id; way++) {
		if (!way->brief || !doctor_way_is_possible(way, doctor))
			continue;
		if (is_first)
			add_part(brief, RANK_WAY, "",
				 verdict == VERDICT_NO ?
				 "On this machine you can" :
				 "Until then you can");
		is_first = false;
		text = xasprintf("  * %s", way->brief);
		add_part(brief, RANK_WAY, "    ", text);
		free(text);
	}
}

/* GPUs of which something else would be said, and no better */
static void add_others(struct brief *brief, const struct doctor *doctor)
{
	const struct doctor_gpu *subject = doctor_subject(doctor, NULL);
	char *list = NULL;
	char *name, *text;
	size_t i;

	for (i = 0; subject && i < doctor->num_gpus; i++) {
		const struct doctor_gpu *gpu = &doctor->gpus[i];

		if (!doctor_is_asked(gpu, NULL) ||
		    doctor_is_alike(doctor, subject, gpu))
			continue;
		name = doctor_gpu_name(gpu);
		append_text(&list, ", ", "%s (%s)", name, gpu->bdf);
		free(name);
	}
	if (!list)
		return;
	text = xasprintf("Also here, see gpuvf-agent doctor ADDRESS: %s", list);
	add_part(brief, RANK_CARDS, "  ", text);
	free(text);
	free(list);
}

/* @num_left_out: problems that are not shown */
static void add_last(struct brief *brief, const char *bdf, enum verdict verdict,
		     size_t num_left_out)
{
	char *more = num_left_out ? xasprintf(", with %zu more problem%s",
					      num_left_out,
					      plural(num_left_out)) : xstrdup("");
	char *text;

	if (verdict >= VERDICT_NOT_YET)
		add_part(brief, RANK_ANSWER, "",
			 "To try gpuvf without a GPU: make demo, in its source tree");
	text = xasprintf("All checks%s: gpuvf-agent doctor -v%s%s", more,
			 bdf ? " " : "", bdf ?: "");
	add_part(brief, RANK_ANSWER, "", text);
	free(text);
	free(more);
}

static void drop(struct brief *brief, size_t at)
{
	free(brief->parts[at].text);
	memmove(&brief->parts[at], &brief->parts[at + 1],
		(brief->num - at - 1) * sizeof(*brief->parts));
	brief->num--;
}

/* Return: problems that are left out */
static size_t make_room(struct brief *brief, unsigned int max_lines)
{
	size_t i, worst, left_out = 0;
	unsigned int lines;

	for (;;) {
		worst = 0;
		lines = 0;
		for (i = 0; i < brief->num; i++) {
			lines += brief->parts[i].lines;
			if (brief->parts[i].rank >= brief->parts[worst].rank)
				worst = i;
		}
		if (lines <= max_lines || !brief->parts[worst].rank)
			return left_out;
		left_out += brief->parts[worst].rank == RANK_OBSTACLE ||
			    brief->parts[worst].rank == RANK_MORE_OBSTACLES;
		drop(brief, worst);
	}
}

/**
 * doctor_print_brief() - the answer, in 12 lines at the most where a terminal has 80
 *	columns
 * @doctor: the doctor
 * @bdf: the GPU, NULL: all
 * @has_more: all checks follow
 */
void doctor_print_brief(const struct doctor *doctor, const char *bdf,
			bool has_more)
{
	static const enum color colors[] = {
		[VERDICT_ALREADY] = COLOR_GOOD, [VERDICT_YES] = COLOR_GOOD,
		[VERDICT_NOT_YET] = COLOR_WARN, [VERDICT_NO] = COLOR_BAD,
	};
	enum verdict verdict = doctor_verdict(doctor, bdf);
	char *text = doctor_headline(doctor, bdf);
	int words = strcspn(text, ":.") + 1;
	char *next = doctor_next_step(doctor, bdf);
	struct brief brief = {};
	size_t i, left_out;
	char *colored;

	colored = xasprintf("%s%.*s%s%s", out_color(colors[verdict]), words,
			    text, out_color(COLOR_NONE), text + words);
	add_part(&brief, RANK_ANSWER, "", colored);
	if (next)
		add_part(&brief, RANK_ANSWER, "  ", next);
	list_obstacles(doctor, bdf, add_obstacle, &brief);
	if (doctor_has_ways(doctor_answer(doctor, bdf)))
		add_ways(&brief, doctor, verdict);
	if (!bdf && verdict != VERDICT_NO)
		add_others(&brief, doctor);
	free(text);
	text = xasprintf("Cards that can: %s", doctor->families.cards);
	/* a virtual machine gets no card of its own */
	if (verdict == VERDICT_NO && !doctor->in_vm)
		add_part(&brief, RANK_CARDS, "  ", text);
	left_out = make_room(&brief, MAX_LINES - 1 -
			     (verdict >= VERDICT_NOT_YET));
	if (!has_more)
		add_last(&brief, bdf, verdict, left_out);
	for (i = 0; i < brief.num; i++) {
		out_text("%s", brief.parts[i].text);
		free(brief.parts[i].text);
	}
	free(brief.parts);
	free(colored);
	free(text);
	free(next);
}

static void append_obstacle(void *to, const struct finding *finding)
{
	json_array_append_new(to, json_pack("{s:s,s:o,s:s,s:o}", "check",
					    finding->id, "bdf",
					    *finding->bdf ?
					    json_string(finding->bdf) :
					    json_null(), "found",
					    finding->found, "fix",
					    finding->fix ?
					    json_string(finding->fix) :
					    json_null()));
}

static json_t *ways_json(const struct doctor *doctor, enum answer answer)
{
	json_t *list = json_array();
	const struct way *way;

	for (way = doctor_ways; doctor_has_ways(answer) && way->id; way++)
		json_array_append_new(list,
				      json_pack("{s:s,s:s,s:s,s:b}", "id",
						way->id, "what", way->what,
						"price", way->price,
						"possible",
						doctor_way_is_possible(way, doctor)));
	return list;
}

/* all GPUs of which the same would be said */
static json_t *subjects_json(const struct doctor *doctor, const char *bdf)
{
	const struct doctor_gpu *subject = doctor_subject(doctor, bdf);
	json_t *list = json_array();
	size_t i;

	for (i = 0; subject && i < doctor->num_gpus; i++)
		if (doctor_is_asked(&doctor->gpus[i], bdf) &&
		    doctor_is_alike(doctor, subject, &doctor->gpus[i]))
			json_array_append_new(list,
					      json_string(doctor->gpus[i].bdf));
	return list;
}

/**
 * doctor_answer_json() - the answer for programs
 * @doctor: the doctor
 * @bdf: the GPU, NULL: all
 *
 * Return: a new object.
 */
json_t *doctor_answer_json(const struct doctor *doctor, const char *bdf)
{
	static const char *const names[] = {
		[VERDICT_ALREADY] = "yes-already", [VERDICT_YES] = "yes",
		[VERDICT_NOT_YET] = "not-yet", [VERDICT_NO] = "no",
	};
	enum answer answer = doctor_answer(doctor, bdf);
	char *text = doctor_headline(doctor, bdf);
	char *next = doctor_next_step(doctor, bdf);
	json_t *in_the_way = json_array();
	json_t *object;

	list_obstacles(doctor, bdf, append_obstacle, in_the_way);
	object = json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "id",
			   doctor_answer_name(answer), "verdict",
			   names[doctor_verdict(doctor, bdf)], "text", text,
			   "next", next ? json_string(next) : json_null(),
			   "gpus", subjects_json(doctor, bdf), "in_the_way",
			   in_the_way, "alternatives", ways_json(doctor, answer));
	free(text);
	free(next);
	return object;
}
