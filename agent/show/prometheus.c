// SPDX-License-Identifier: GPL-2.0
/*
 * Prometheus' text format: one table of metrics, each with its help, its type
 * and where its value comes from. Base units (seconds, bytes), counters end in
 * _total; a GPU is pci_bus_id, a VF besides that vf and profile.
 */
#include <stdio.h>

#include "model/names.h"
#include "show/prometheus.h"

#define NS_PER_SECOND	1000000000ULL
#define US_PER_SECOND	1000000ULL

/* how a figure is written */
enum unit {
	UNIT_PLAIN,
	UNIT_NS,	/* as seconds */
	UNIT_US,	/* as seconds */
	UNIT_READY,	/* a state of a PF, as 1 or 0 */
};

/* where a number is in struct gpu, or struct vf */
struct where {
	size_t offset;
	size_t size;
};

/**
 * struct metric - one metric of GPUs, or of VFs
 * @name: without the prefix
 * @type: as Prometheus calls it
 * @help: one line
 * @unit: of the value
 * @where: the value
 */
struct metric {
	const char *name;
	const char *type;
	const char *help;
	enum unit unit;
	struct where where;
};

#define MEMBER(object, member) \
	{ offsetof(struct object, member), \
	  sizeof(((const struct object *)NULL)->member) }

static const struct metric gpu_metrics[] = {
	{ "ready", "gauge", "1 while the GPU answers, 0 when it is wedged.",
	  UNIT_READY, MEMBER(gpu, state) },
	{ "vfs_supported", "gauge", "VFs that the GPU can have.",
	  UNIT_PLAIN, MEMBER(gpu, total_vfs) },
	{ "vfs_enabled", "gauge", "VFs that are enabled.",
	  UNIT_PLAIN, MEMBER(gpu, num_vfs) },
	{ "framebuffer_bytes", "gauge", "Framebuffer that is partitioned.",
	  UNIT_PLAIN, MEMBER(gpu, fb_total) },
	{ "framebuffer_free_bytes", "gauge", "Framebuffer that no function has.",
	  UNIT_PLAIN, MEMBER(gpu, fb_free) },
	{ "framebuffer_largest_free_bytes", "gauge",
	  "Largest free piece of framebuffer.",
	  UNIT_PLAIN, MEMBER(gpu, fb_largest_free) },
	{ "framebuffer_pf_reserve_bytes", "gauge",
	  "Framebuffer kept for the PF.",
	  UNIT_PLAIN, MEMBER(gpu, fb_pf_reserve) },
	{ "framebuffer_needs_scrub_bytes", "gauge",
	  "Framebuffer that needs to be scrubbed before it is used.",
	  UNIT_PLAIN, MEMBER(gpu, fb_needs_scrub) },
	{ "framebuffer_quarantined_bytes", "gauge",
	  "Framebuffer in quarantine: it could not be scrubbed.",
	  UNIT_PLAIN, MEMBER(gpu, fb_quarantined) },
	{ "rotation_seconds", "gauge",
	  "One rotation of all provisioned VFs without overruns.",
	  UNIT_US, MEMBER(gpu, rotation_us) },
	{ }
};

static const struct metric vf_metrics[] = {
	{ "vf_framebuffer_bytes", "gauge", "Framebuffer of the VF.",
	  UNIT_PLAIN, MEMBER(vf, fb_bytes) },
	{ "vf_time_slice_seconds", "gauge", "Time slice of the VF.",
	  UNIT_US, MEMBER(vf, time_slice_us) },
	{ "vf_in_use", "gauge", "1 while the VF is in use.",
	  UNIT_PLAIN, MEMBER(vf, in_use) },
	{ }
};

static const struct metric stats_metrics[] = {
	{ "vf_run_seconds_total", "counter",
	  "GPU time in which the VF's work executed.",
	  UNIT_NS, MEMBER(vf, stats.run_ns) },
	{ "vf_accounted_seconds_total", "counter",
	  "GPU time that the VF was accounted for, its switches included.",
	  UNIT_NS, MEMBER(vf, stats.accounted_ns) },
	{ "vf_slices_total", "counter", "Time slices of the VF.",
	  UNIT_PLAIN, MEMBER(vf, stats.slices) },
	{ "vf_slices_skipped_total", "counter",
	  "Time slices that the VF lost to its deficit.",
	  UNIT_PLAIN, MEMBER(vf, stats.skipped) },
	{ "vf_overrun_seconds_total", "counter",
	  "Time that the VF ran beyond its time slices.",
	  UNIT_NS, MEMBER(vf, stats.overrun_ns) },
	{ "vf_idle_seconds_total", "counter",
	  "Unused time of its time slices, for lack of work.",
	  UNIT_NS, MEMBER(vf, stats.idle_ns) },
	{ "vf_preempt_timeouts_total", "counter",
	  "Times that the VF did not leave the GPU in time.",
	  UNIT_PLAIN, MEMBER(vf, stats.preempt_timeouts) },
	{ "vf_hangs_total", "counter",
	  "Commands that failed or hung with the VF on the GPU.",
	  UNIT_PLAIN, MEMBER(vf, stats.hangs) },
	{ "vf_resets_total", "counter", "Resets of the VF.",
	  UNIT_PLAIN, MEMBER(vf, stats.resets) },
	{ "vf_full_access_timeouts_total", "counter",
	  "Periods of full access that had to be ended from outside.",
	  UNIT_PLAIN, MEMBER(vf, stats.full_access_timeouts) },
	{ "vf_mailbox_requests_total", "counter",
	  "Messages of the VF's guest that were handled.",
	  UNIT_PLAIN, MEMBER(vf, stats.mbox_requests) },
	{ "vf_mailbox_limited_total", "counter",
	  "Messages of the VF's guest that were not handled, being too many.",
	  UNIT_PLAIN, MEMBER(vf, stats.mbox_limited) },
	{ "vf_mailbox_unanswered_total", "counter",
	  "Requests of the VF's guest that were refused or are not known.",
	  UNIT_PLAIN, MEMBER(vf, stats.mbox_unanswered) },
	{ "vf_guest_malformed_total", "counter",
	  "Times that what the VF's guest says of itself was malformed.",
	  UNIT_PLAIN, MEMBER(vf, stats.guest_malformed) },
	{ }
};

/* nothing of it is checked, which the help says where it is plotted */
static const struct metric claims_metrics[] = {
	{ "vf_guest_framebuffer_used_bytes", "gauge",
	  "Framebuffer that the VF's guest claims to use.",
	  UNIT_PLAIN, MEMBER(vf, claims.fb_used) },
	{ "vf_guest_framebuffer_bytes", "gauge",
	  "Framebuffer that the VF's guest claims to see.",
	  UNIT_PLAIN, MEMBER(vf, claims.fb_total) },
	{ }
};

/* these have no number of their own */
static const struct metric state_metrics[] = {
	{ .name = "vf_state_info", .type = "gauge",
	  .help = "State of the VF, as a label." },
	{ }
};

static const struct metric lateness_metrics[] = {
	{ .name = "vf_slice_lateness_seconds", .type = "histogram",
	  .help = "How late the VF's time slices ended." },
	{ }
};

static const struct metric driver_metrics[] = {
	{ .name = "vf_guest_driver_info", .type = "gauge",
	  .help = "Version that the VF's guest claims its driver has, as a label." },
	{ }
};

static void head(FILE *f, const struct metric *metric)
{
	fprintf(f, "# HELP gpuvf_%s %s\n# TYPE gpuvf_%s %s\n", metric->name,
		metric->help, metric->name, metric->type);
}

static u64 number_in(const void *object, const struct where *where)
{
	const char *at = (const char *)object + where->offset;

	if (where->size == sizeof(u64))
		return *(const u64 *)at;
	if (where->size == sizeof(u32))
		return *(const u32 *)at;
	return *(const bool *)at;
}

/* all digits there are: a counter must not stand still by rounding */
static void value(FILE *f, u64 number, enum unit unit)
{
	switch (unit) {
	case UNIT_NS:
		fprintf(f, " %llu.%09llu\n", number / NS_PER_SECOND,
			number % NS_PER_SECOND);
		break;
	case UNIT_US:
		fprintf(f, " %llu.%06llu\n", number / US_PER_SECOND,
			number % US_PER_SECOND);
		break;
	case UNIT_READY:
		fprintf(f, " %d\n", number == PF_STATE_READY);
		break;
	default:
		fprintf(f, " %llu\n", number);
	}
}

/* a profile's label has no character that would have to be escaped */
static void name_vf(FILE *f, const char *name, const struct gpu *gpu, u32 vf)
{
	fprintf(f, "gpuvf_%s{pci_bus_id=\"%s\",vf=\"%u\",profile=\"%s\"", name,
		gpu->bdf, vf, gpu->vfs[vf].profile);
}

static void print_gpus(FILE *f, const struct metric *metric,
		       const struct gpu_list *gpus)
{
	size_t i;

	head(f, metric);
	for (i = 0; i < gpus->num; i++) {
		fprintf(f, "gpuvf_%s{pci_bus_id=\"%s\"}", metric->name,
			gpus->gpus[i].bdf);
		value(f, number_in(&gpus->gpus[i], &metric->where), metric->unit);
	}
}

/* VFs that are enabled, or could be */
static bool is_shown(const struct gpu *gpu, u32 vf)
{
	return vf < gpu->num_vfs || gpu->vfs[vf].fb_bytes;
}

static bool has_stats(const struct vf *vf)
{
	return vf->has_stats;
}

static bool has_claims(const struct vf *vf)
{
	return vf->has_claims;
}

static void print_number(FILE *f, const struct metric *metric,
			 const struct gpu *gpu, u32 vf)
{
	name_vf(f, metric->name, gpu, vf);
	fputc('}', f);
	value(f, number_in(&gpu->vfs[vf], &metric->where), metric->unit);
}

static void print_state(FILE *f, const struct metric *metric,
			const struct gpu *gpu, u32 vf)
{
	name_vf(f, metric->name, gpu, vf);
	fprintf(f, ",state=\"%s\"} 1\n", vf_state_name(gpu->vfs[vf].state));
}

/* text of a guest, printable ASCII; two of these characters mean something here */
static void print_label(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		fputc(*text, f);
	}
}

static void print_driver(FILE *f, const struct metric *metric,
			 const struct gpu *gpu, u32 vf)
{
	name_vf(f, metric->name, gpu, vf);
	fputs(",driver=\"", f);
	print_label(f, gpu->vfs[vf].claims.driver);
	fputs("\"} 1\n", f);
}

/* Prometheus wants the sums up to each bound, the kernel counts between them */
static void print_histogram(FILE *f, const struct metric *metric,
			    const struct gpu *gpu, u32 vf)
{
	static const char bucket[] = "vf_slice_lateness_seconds_bucket";
	const struct vf_stats *stats = &gpu->vfs[vf].stats;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < stats->num_buckets; i++) {
		const struct bucket *b = &stats->buckets[i];

		sum += b->count;
		if (!b->upper_ns)
			continue;
		name_vf(f, bucket, gpu, vf);
		fprintf(f, ",le=\"%llu.%09llu\"} %llu\n",
			b->upper_ns / NS_PER_SECOND,
			b->upper_ns % NS_PER_SECOND, sum);
	}
	name_vf(f, bucket, gpu, vf);
	fprintf(f, ",le=\"+Inf\"} %llu\n", sum);
	name_vf(f, "vf_slice_lateness_seconds_sum", gpu, vf);
	fputc('}', f);
	value(f, stats->lateness_sum_ns, UNIT_NS);
	name_vf(f, "vf_slice_lateness_seconds_count", gpu, vf);
	fprintf(f, "} %llu\n", sum);
}

/**
 * struct series - metrics of VFs, in the order in which they are printed
 * @metrics: ends with one without a name
 * @has: whether a VF has them, NULL: every one
 * @print: prints one of them
 */
static const struct series {
	const struct metric *metrics;
	bool (*has)(const struct vf *vf);
	void (*print)(FILE *f, const struct metric *metric,
		      const struct gpu *gpu, u32 vf);
} all_series[] = {
	{ vf_metrics, NULL, print_number },
	{ state_metrics, NULL, print_state },
	{ stats_metrics, has_stats, print_number },
	{ lateness_metrics, has_stats, print_histogram },
	{ claims_metrics, has_claims, print_number },
	{ driver_metrics, has_claims, print_driver },
};

static void print_vfs(FILE *f, const struct series *series,
		      const struct metric *metric, const struct gpu_list *gpus)
{
	size_t i;
	u32 vf;

	head(f, metric);
	for (i = 0; i < gpus->num; i++) {
		const struct gpu *gpu = &gpus->gpus[i];

		for (vf = 0; vf < gpu->vfs_len; vf++)
			if (is_shown(gpu, vf) &&
			    (!series->has || series->has(&gpu->vfs[vf])))
				series->print(f, metric, gpu, vf);
	}
}

/**
 * prometheus_print() - GPUs and their VFs as Prometheus reads them
 * @f: where to
 * @gpus: with statistics, see provider_stats()
 */
void prometheus_print(FILE *f, const struct gpu_list *gpus)
{
	const struct metric *metric;
	size_t i;

	for (metric = gpu_metrics; metric->name; metric++)
		print_gpus(f, metric, gpus);
	for (i = 0; i < ARRAY_SIZE(all_series); i++)
		for (metric = all_series[i].metrics; metric->name; metric++)
			print_vfs(f, &all_series[i], metric, gpus);
}
