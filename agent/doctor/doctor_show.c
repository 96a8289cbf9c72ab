// SPDX-License-Identifier: GPL-2.0
/*
 * What the doctor found, for people and for programs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"
#include "pci/hwdb.h"
#include "show/output.h"

static const struct {
	const char *name;
	enum color color;
} states[] = {
	[FINDING_OK] = { "ok", COLOR_GOOD },
	[FINDING_NOTE] = { "note", COLOR_NONE },
	[FINDING_PROBLEM] = { "problem", COLOR_BAD },
	[FINDING_UNKNOWN] = { "unknown", COLOR_WARN },
};

static const struct {
	const char *id;
	const char *text;
} needs[] = {
	[NEED_NOTHING] = { "nothing", NULL },
	[NEED_VFS] = { "vfs", "needed to have VFs" },
	[NEED_CHANGES] = { "changes", "needed to change anything" },
	[NEED_MANY] = { "many-vfs", "needed to have more than 7 VFs" },
	[NEED_VM] = { "vm", "needed to hand VFs to virtual machines, not to have them" },
};

static void print_finding(const struct finding *finding)
{
	static const char indent[] = "           ";
	char *text;

	out_text("  %s%-8s%s ", out_color(states[finding->state].color),
		 states[finding->state].name, out_color(COLOR_NONE));
	text = xasprintf("%s: %s", finding->title, finding->found);
	out_wrapped("", indent, text);
	free(text);
	if (finding->state == FINDING_OK || finding->state == FINDING_NOTE) {
		if (finding->fix)
			out_wrapped("           to change: ", indent,
				    finding->fix);
		return;
	}
	if (needs[finding->need].text)
		out_wrapped(indent, indent, needs[finding->need].text);
	if (finding->fix)
		out_wrapped("           fix: ", indent, finding->fix);
}

static void print_gpu(const struct doctor *doctor,
		      const struct doctor_gpu *gpu)
{
	char *name = hwdb_name(gpu->vendor, gpu->device);
	size_t i;

	out_line("%sGPU %s%s  %s %04x:%04x", out_color(COLOR_HEAD), gpu->bdf,
		 out_color(COLOR_NONE), name, gpu->vendor, gpu->device);
	free(name);
	for (i = 0; i < doctor->num_findings; i++)
		if (!strcmp(doctor->findings[i].bdf, gpu->bdf))
			print_finding(&doctor->findings[i]);
	out_text("\n");
}

static void print_checks(const struct doctor *doctor, const char *bdf)
{
	size_t i;

	out_text("%sMachine%s\n", out_color(COLOR_HEAD), out_color(COLOR_NONE));
	for (i = 0; i < doctor->num_findings; i++)
		if (!doctor->findings[i].bdf[0])
			print_finding(&doctor->findings[i]);
	out_text("\n");
	for (i = 0; i < doctor->num_gpus; i++)
		if (!bdf || !strcmp(doctor->gpus[i].bdf, bdf))
			print_gpu(doctor, &doctor->gpus[i]);
}

/**
 * doctor_print() - the answer, for people
 * @doctor: the doctor
 * @bdf: the only GPU that is asked about, NULL: all
 * @verbose: and all checks
 */
void doctor_print(const struct doctor *doctor, const char *bdf, bool verbose)
{
	doctor_print_brief(doctor, bdf, verbose);
	if (!verbose)
		return;
	out_text("\n");
	print_checks(doctor, bdf);
	doctor_print_ways(doctor, doctor_answer(doctor, bdf));
	out_text("Families of GPUs: as of %s, %s\n", doctor->families.date,
		 doctor->families.file ?: "of this program");
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *finding_json(const struct finding *finding)
{
	return json_pack("{s:s,s:s,s:o,s:s,s:s,s:s,s:o}", "check", finding->id,
			 "title", finding->title, "bdf",
			 text_or_null(finding->bdf), "state",
			 states[finding->state].name, "needed_for",
			 needs[finding->need].id, "found", finding->found,
			 "fix", text_or_null(finding->fix));
}

static json_t *family_json(const struct family *family)
{
	if (!family)
		return json_null();
	return json_pack("{s:s,s:s,s:o,s:o,s:s,s:o,s:s,s:s}", "id", family->id,
			 "name", family->name, "drivers",
			 text_or_null(family->makers), "vfs",
			 text_or_null(family->vfs), "licence", family->licence,
			 "since", text_or_null(family->since), "how",
			 family->how, "source", family->source);
}

static json_t *gpu_json(const struct doctor_gpu *gpu)
{
	char *name = doctor_gpu_name(gpu);
	char vendor[16], device[16];
	json_t *object;

	snprintf(vendor, sizeof(vendor), "0x%04x", gpu->vendor);
	snprintf(device, sizeof(device), "0x%04x", gpu->device);
	object = json_pack("{s:s,s:s,s:s,s:s,s:o,s:b,s:i,s:i,s:b,s:o}", "bdf",
			   gpu->bdf, "name", name, "vendor", vendor, "device",
			   device, "driver", text_or_null(gpu->driver),
			   "sriov", gpu->has_sriov, "total_vfs",
			   (int)gpu->total_vfs, "num_vfs", (int)gpu->num_vfs,
			   "management_display", gpu->is_bmc, "family",
			   family_json(gpu->family));
	free(name);
	return object;
}

/**
 * doctor_json() - everything, for programs
 * @doctor: the doctor
 * @bdf: the only GPU that is asked about, NULL: all
 *
 * Return: a new document.
 */
json_t *doctor_json(const struct doctor *doctor, const char *bdf)
{
	json_t *document = json_document();
	json_t *findings = json_array();
	json_t *gpus = json_array();
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++)
		if (!bdf || !strcmp(doctor->gpus[i].bdf, bdf))
			json_array_append_new(gpus,
					      gpu_json(&doctor->gpus[i]));
	for (i = 0; i < doctor->num_findings; i++) {
		const struct finding *finding = &doctor->findings[i];

		if (!bdf || !finding->bdf[0] || !strcmp(finding->bdf, bdf))
			json_array_append_new(findings, finding_json(finding));
	}
	json_object_set_new(document, "gpus", gpus);
	json_object_set_new(document, "findings", findings);
	json_object_set_new(document, "families",
			    json_pack("{s:s,s:o}", "date",
				      doctor->families.date, "file",
				      text_or_null(doctor->families.file)));
	json_object_set_new(document, "answer",
			    doctor_answer_json(doctor, bdf));
	return document;
}
