// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics for Prometheus: what is written, and that it is never less than
 * what can be read back.
 */
#include "agent_test.h"
#include "show/prometheus.h"

static char *print(const struct gpu_list *gpus)
{
	char *text = NULL;
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	prometheus_print(f, gpus);
	fclose(f);
	return text;
}

static struct gpu_list one_gpu(void)
{
	struct gpu_list gpus = {};
	struct gpu *gpu = gpu_list_add(&gpus);
	struct vf_stats *stats;

	*gpu = test_gpu();
	gpu->num_vfs = 2;
	gpu->vfs[0].fb_bytes = GIB;
	gpu->vfs[0].time_slice_us = 6000;
	gpu->vfs[0].state = VF_STATE_ACTIVE;
	copy_string(gpu->vfs[0].profile, LABEL_SIZE, "desktop");
	gpu->vfs[0].has_stats = true;
	stats = &gpu->vfs[0].stats;
	stats->run_ns = 12345678901;
	stats->slices = 3;
	stats->lateness_sum_ns = 42;
	stats->buckets[0] = (struct bucket){ .upper_ns = 1000, .count = 2 };
	stats->buckets[1] = (struct bucket){ .upper_ns = 2000, .count = 0 };
	stats->buckets[2] = (struct bucket){ .count = 1 };
	stats->num_buckets = 3;
	return gpus;
}

static void figures_are_in_base_units_with_all_digits(void **state)
{
	struct gpu_list gpus = one_gpu();
	char *text = print(&gpus);

	assert_says(text, "# TYPE gpuvf_vf_run_seconds_total counter\n"
		    "gpuvf_vf_run_seconds_total{pci_bus_id=\"0000:41:00.0\","
		    "vf=\"0\",profile=\"desktop\"} 12.345678901\n");
	assert_says(text, "gpuvf_vf_time_slice_seconds{pci_bus_id="
		    "\"0000:41:00.0\",vf=\"0\",profile=\"desktop\"} "
		    "0.006000\n");
	assert_says(text, "gpuvf_framebuffer_bytes{pci_bus_id="
		    "\"0000:41:00.0\"} 17179869184\n");
	assert_says(text, "state=\"active\"} 1\n");
	free(text);
	gpu_list_free(&gpus);
}

static void buckets_add_up(void **state)
{
	static const char start[] = "gpuvf_vf_slice_lateness_seconds_bucket{"
		"pci_bus_id=\"0000:41:00.0\",vf=\"0\",profile=\"desktop\","
		"le=\"0.000001000\"} 2\n";
	struct gpu_list gpus = one_gpu();
	char *text = print(&gpus);

	assert_says(text, start);
	assert_says(text, "le=\"0.000002000\"} 2\n");
	assert_says(text, "le=\"+Inf\"} 3\n");
	assert_says(text, "profile=\"desktop\"} 0.000000042\n");
	assert_says(text, "seconds_count{pci_bus_id=\"0000:41:00.0\",vf=\"0\","
		    "profile=\"desktop\"} 3\n");
	free(text);
	gpu_list_free(&gpus);
}

static void a_vf_without_statistics_has_none(void **state)
{
	struct gpu_list gpus = one_gpu();
	char *text = print(&gpus);

	assert_says(text, "gpuvf_vf_in_use{pci_bus_id=\"0000:41:00.0\","
		    "vf=\"1\",profile=\"\"} 0\n");
	assert_null(strstr(text, "slices_total{pci_bus_id=\"0000:41:00.0\","
			   "vf=\"1\""));
	/* neither enabled nor provisioned */
	assert_null(strstr(text, "vf=\"2\""));
	free(text);
	gpu_list_free(&gpus);
}

static void claims_are_shown_as_such(void **state)
{
	struct gpu_list gpus = one_gpu();
	struct vf *vf = &gpus.gpus[0].vfs[0];
	char *text;

	text = print(&gpus);
	assert_says(text, "# HELP gpuvf_vf_guest_driver_info Version that the "
		    "VF's guest claims its driver has, as a label.\n");
	assert_null(strstr(text, "guest_driver_info{"));
	assert_null(strstr(text, "guest_framebuffer_bytes{"));
	assert_null(strstr(text, "guest_framebuffer_used_bytes{"));
	free(text);

	vf->has_claims = true;
	vf->claims.fb_used = GIB / 4;
	vf->claims.fb_total = GIB;
	vf->stats.guest_malformed = 7;
	copy_string(vf->claims.driver, CLAIM_SIZE, "6\\\"} 1");
	text = print(&gpus);
	assert_says(text, "gpuvf_vf_guest_driver_info{pci_bus_id="
		    "\"0000:41:00.0\",vf=\"0\",profile=\"desktop\","
		    "driver=\"6\\\\\\\"} 1\"} 1\n");
	assert_says(text, "gpuvf_vf_guest_framebuffer_used_bytes{pci_bus_id="
		    "\"0000:41:00.0\",vf=\"0\",profile=\"desktop\"} "
		    "268435456\n");
	assert_says(text, "gpuvf_vf_guest_framebuffer_bytes{pci_bus_id="
		    "\"0000:41:00.0\",vf=\"0\",profile=\"desktop\"} "
		    "1073741824\n");
	assert_says(text, "gpuvf_vf_guest_malformed_total{pci_bus_id="
		    "\"0000:41:00.0\",vf=\"0\",profile=\"desktop\"} 7\n");
	/* VF 1 said nothing */
	assert_null(strstr(text, "guest_framebuffer_bytes{pci_bus_id="
			   "\"0000:41:00.0\",vf=\"1\""));
	free(text);
	gpu_list_free(&gpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_in_base_units_with_all_digits),
		cmocka_unit_test(buckets_add_up),
		cmocka_unit_test(a_vf_without_statistics_has_none),
		cmocka_unit_test(claims_are_shown_as_such),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
