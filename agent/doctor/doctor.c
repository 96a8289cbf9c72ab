// SPDX-License-Identifier: GPL-2.0
/*
 * Going through the checks. All of them only read files, and ask the kernel
 * which netlink families there are: nothing here can load a module.
 */
#include <stdlib.h>

#include "base/root.h"
#include "doctor/doctor.h"

static char *kernel_config(const char *release)
{
	char *text = root_read(NULL, "boot/config-%s", release);

	if (!text)
		text = root_read(NULL, "lib/modules/%s/config", release);
	if (!text)
		text = root_read(NULL, "lib/modules/%s/build/.config", release);
	return text;
}

static struct finding *new_finding(struct doctor *doctor, const char *id,
				   const char *title, enum need need)
{
	struct finding *finding;

	doctor->findings = xgrow(doctor->findings, doctor->num_findings,
				 sizeof(*finding));
	finding = &doctor->findings[doctor->num_findings++];
	finding->id = id;
	finding->title = title;
	finding->need = need;
	return finding;
}

static void look_around(struct doctor *doctor)
{
	char *cpuinfo = root_read(NULL, "proc/cpuinfo");
	char **groups;

	root_line(doctor->release, sizeof(doctor->release),
		  "proc/sys/kernel/osrelease");
	doctor->cmdline = root_read(NULL, "proc/cmdline");
	doctor->deps = root_read(NULL, "lib/modules/%s/modules.dep",
				 doctor->release);
	doctor->config = kernel_config(doctor->release);
	doctor->in_vm = has_word(cpuinfo, "hypervisor") ||
			root_has("sys/hypervisor/type");
	doctor->has_module = root_has("sys/module/gpuvf");
	groups = root_list("sys/kernel/iommu_groups");
	while (groups[doctor->iommu_groups])
		doctor->iommu_groups++;
	root_list_free(groups);
	free(cpuinfo);
}

/**
 * doctor_examine() - run every check
 * @doctor: all zero; to be freed with doctor_free()
 */
void doctor_examine(struct doctor *doctor)
{
	const struct host_check *host;
	const struct gpu_check *check;
	struct finding *finding;
	size_t i;

	look_around(doctor);
	doctor_find_gpus(doctor);
	for (host = host_checks; host->id; host++) {
		finding = new_finding(doctor, host->id, host->title,
				      host->need);
		host->run(doctor, finding);
		/* it had nothing to say about this machine */
		if (!finding->found)
			doctor->num_findings--;
	}
	for (i = 0; i < doctor->num_gpus; i++) {
		for (check = gpu_checks; check->id; check++) {
			finding = new_finding(doctor, check->id, check->title,
					      check->need);
			copy_string(finding->bdf, BDF_SIZE,
				    doctor->gpus[i].bdf);
			check->run(doctor, &doctor->gpus[i], finding);
			/* it had nothing to say about this GPU */
			if (!finding->found)
				doctor->num_findings--;
		}
	}
}

/**
 * doctor_free() - release everything
 * @doctor: is empty afterwards
 */
void doctor_free(struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_findings; i++) {
		free(doctor->findings[i].found);
		free(doctor->findings[i].fix);
	}
	free(doctor->findings);
	free(doctor->gpus);
	families_free(&doctor->families);
	free(doctor->cmdline);
	free(doctor->deps);
	free(doctor->config);
	*doctor = (struct doctor){};
}
