// SPDX-License-Identifier: GPL-2.0
/*
 * The strict reader: what it takes, what it refuses and where it points.
 */
#include <locale.h>

#include "agent_test.h"
#include "ini_oracle.h"

#define HEAD	"[gpuvf]\nversion = 1\n"
#define BASE	HEAD "[profile p]\nfb = 1GiB\n"
#define GPU	BASE "[gpu g]\nmatch = *\n"
#define GPU_A	"[gpu a]\nmatch = *\n"

static void reads_the_documented_example(void **state)
{
	static const char text[] =
		"[gpuvf]\nversion = 1\n\n# a shape\n[profile desktop]\n"
		"fb = 2GiB\ntime_slice = 4ms\npreempt_timeout = 20ms\n"
		"[profile render]\nfb = 6GiB\ntime_slice = 12ms\n"
		"[gpu left]\npci = 0000:41:00.0\npolicy = best-effort\n"
		"pf_reserve = 256MiB\nvfs = 4\nvf 0-2 = desktop\n"
		"vf 3 = render ; the big one\ndriver 0-3 = vfio-pci\n";
	struct config config;
	struct config_gpu *gpu;

	config_is_good(&config, text);
	assert_int_equal(config.num_profiles, 2);
	assert_int_equal(config.profiles[0].fb_bytes, 2 * GIB);
	assert_int_equal(config.profiles[0].time_slice_us, 4000);
	assert_int_equal(config.profiles[0].preempt_timeout_us, 20000);
	assert_string_equal(config.profiles[0].label, "desktop");
	assert_int_equal(config.num_gpus, 1);
	gpu = &config.gpus[0];
	assert_string_equal(gpu->name, "left");
	assert_int_equal(gpu->match, CONFIG_MATCH_PCI);
	assert_string_equal(gpu->bdf, "0000:41:00.0");
	assert_int_equal(gpu->policy, POLICY_BEST_EFFORT);
	assert_int_equal(gpu->pf_reserve_bytes, 256 * MIB);
	assert_int_equal(gpu->num_vfs, 4);
	assert_ptr_equal(config_vf_profile(&config, gpu, 2),
			 &config.profiles[0]);
	assert_ptr_equal(config_vf_profile(&config, gpu, 3),
			 &config.profiles[1]);
	assert_int_equal(gpu->vfs[3].driver, HOST_DRIVER_VFIO_PCI);
	config_free(&config);
}

#define SHARED	HEAD "[profile p]\nfb = shared\n"
#define OTHER	"[gpu g]\npci = 0000:01:00.0\nprovider = generic\n"

static void shared_framebuffer_is_for_providers_that_cannot_set_it(void **state)
{
	struct config config;

	config_is_good(&config, SHARED OTHER "vf 0-3 = p\ndriver 0 = none\n");
	assert_true(config.profiles[0].fb_is_shared);
	assert_int_equal(config.profiles[0].fb_bytes, 0);
	assert_ptr_equal(config.gpus[0].provider, &generic_abilities);
	config_free(&config);
	/* whatever is at that address, and one profile for several vendors */
	config_is_good(&config, SHARED "[gpu g]\npci = 0000:01:00.0\nvf 0 = p\n");
	config_free(&config);
	config_is_good(&config, BASE "[profile s]\nfb = shared\n" GPU_A
		       "vf 0 = p\n" OTHER "vf 0 = s\n");
	config_free(&config);
	/* switched off, or not used by that section */
	config_is_good(&config, BASE OTHER "vfs = 0\nvf 0 = p\n");
	config_free(&config);
}

/* each at its line, in one pass, with the other errors */
static void lists_all_that_a_provider_cannot_do(void **state)
{
	struct config config;
	char *said;

	said = read_config(&config, HEAD
		"[profile p]\nfb = 1GiB\ntime_slice = 4ms\n"
		"preempt_timeout = 20ms\nlabel = x\n"
		OTHER "policy = equal\npf_reserve = 1MiB\nvf 0-1 = p\n"
		"vf 2 = q\nnonsense = 1\n"
		"[gpu h]\nmatch = *\nvf 0 = s\n"
		"[profile s]\nfb = shared\n");
	assert_says(said, "t.ini:4:6: fb: provider generic cannot set the framebuffer of a VF; write fb = shared, or give the GPU to gpuvf");
	assert_says(said, "t.ini:5:14: time_slice: provider generic has no time slices");
	assert_says(said, "t.ini:6:19: preempt_timeout: provider generic has no preemption timeouts");
	assert_says(said, "t.ini:7:9: label: provider generic has no labels of VFs");
	assert_says(said, "t.ini:11:10: policy: provider generic has no scheduling policies");
	assert_says(said, "t.ini:12:14: pf_reserve: provider generic cannot reserve framebuffer for the PF");
	assert_says(said, "t.ini:14:8: there is no profile 'q'");
	assert_says(said, "t.ini:15:1: unknown key 'nonsense'");
	assert_says(said, "t.ini:20:6: fb: provider gpuvf gives each VF framebuffer of its own; write a size, as in fb = 2GiB");
	free(said);
	config_free(&config);
}

/* which section a GPU of each provider gets */
static void a_match_takes_no_gpu_of_another_provider(void **state)
{
	static const struct {
		const char *text;
		const char *gpuvf;
		const char *generic;
	} cases[] = {
		{ "[gpu a]\nmatch = *\n", "a", NULL },
		{ "[gpu a]\nmatch = 4756:0020\n", "a", NULL },
		{ "[gpu a]\nmatch = *\nprovider = gpuvf\n", "a", NULL },
		{ "[gpu a]\nmatch = *\nprovider = generic\n", NULL, "a" },
		{ "[gpu a]\nmatch = 4756:0020\nprovider = generic\n", NULL, "a" },
		{ "[gpu a]\nmatch = *\nprovider = any\n", "a", "a" },
		{ "[gpu a]\nprovider = any\nmatch = *\n[gpu b]\nmatch = *\n",
		  "b", "a" },
		{ "[gpu a]\nmatch = *\nprovider = generic\n"
		  "[gpu b]\nmatch = *\nprovider = any\n", "b", "a" },
		{ "[gpu a]\nmatch = *\n[gpu b]\nmatch = 4756:0020\n"
		  "provider = generic\n", "a", "b" },
		{ "[gpu a]\npci = 0000:41:00.0\n[gpu b]\nmatch = *\n"
		  "provider = any\n", "a", "a" },
	};
	struct gpu gpu = test_gpu();
	struct config config;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct config_gpu *section;
		char *text = xasprintf(HEAD "%s", cases[i].text);

		config_is_good(&config, text);
		gpu.abilities = &gpuvf_abilities;
		section = config_for_gpu(&config, &gpu);
		assert_string_equal(section ? section->name : "-",
				    cases[i].gpuvf ?: "-");
		gpu.abilities = &generic_abilities;
		section = config_for_gpu(&config, &gpu);
		assert_string_equal(section ? section->name : "-",
				    cases[i].generic ?: "-");
		config_free(&config);
		free(text);
	}
	gpu_free(&gpu);
}

static void defaults_are_as_documented(void **state)
{
	struct config config;
	struct config_gpu *gpu;

	config_is_good(&config, GPU "vf 0-6 = p\n");
	gpu = &config.gpus[0];
	assert_int_equal(gpu->num_vfs, 7);
	assert_int_equal(gpu->set, 0);
	assert_int_equal(config.profiles[0].time_slice_us,
			 DEFAULT_TIME_SLICE_US);
	assert_int_equal(config.profiles[0].preempt_timeout_us, 0);
	assert_int_equal(gpu->vfs[0].driver, HOST_DRIVER_UNSET);
	config_free(&config);
}

static void a_section_without_vfs_releases_everything(void **state)
{
	struct config config;

	config_is_good(&config, GPU);
	assert_int_equal(config.gpus[0].num_vfs, 0);
	config_free(&config);
	config_is_good(&config, GPU "vfs = 0\nvf 0-3 = p\ndriver 0 = none\n");
	assert_int_equal(config.gpus[0].num_vfs, 0);
	assert_null(config_vf_profile(&config, &config.gpus[0], 0));
	config_free(&config);
}

/* message and place of every error that one line can have */
static void refuses_bad_lines(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		/* grammar: each of these iniparser 4.1 reads in its own way */
		{ HEAD "[profile p] # c\n", "t.ini:3:13: nothing may follow" },
		{ HEAD "[a:b]\n", "t.ini:3:3: ':' is not allowed" },
		{ HEAD "[profile p\n", "t.ini:3:2: section header has no ']'" },
		{ HEAD "[]\n", "t.ini:3:2: section has no name" },
		{ HEAD "[ ]\n", "section has no name" },
		{ HEAD "[profile p] x]\n", "t.ini:3:13: nothing may follow" },
		{ BASE "fb = 2GiB\n", "t.ini:5:1: duplicate key 'fb'" },
		{ BASE "FB = 2GiB\n", "t.ini:5:1: duplicate key 'FB'" },
		{ BASE "[profile p]\nfb = 1GiB\n", "t.ini:5:2: duplicate section [profile p]" },
		{ BASE "[profile P]\nfb = 1GiB\n", "t.ini:5:2: duplicate section [profile P]" },
		{ BASE "[profile  p]\nfb = 1GiB\n", "t.ini:5:2: duplicate profile 'p'" },
		{ BASE "a = = b\n", "t.ini:5:5: a second '='" },
		{ BASE "time_slice = a=b\n", "t.ini:5:15: a second '='" },
		{ BASE "time_slice = \"4ms\"\n", "t.ini:5:14: values are written without quotes" },
		{ BASE "time_slice = '4ms'\n", "t.ini:5:14: values are written without quotes" },
		{ BASE "time_slice = 4ms#x\n", "t.ini:5:17: '#' begins a comment" },
		{ BASE "time_slice = 4ms;\n", "t.ini:5:17: ';' begins a comment" },
		{ BASE "time_slice =\n", "t.ini:5:13: value is missing" },
		{ BASE "time_slice = # c\n", "t.ini:5:14: value is missing" },
		{ BASE "time_slice\n", "t.ini:5:1: neither 'key = value'" },
		{ BASE "= 4ms\n", "t.ini:5:1: neither 'key = value'" },
		{ BASE "time:slice = 4ms\n", "t.ini:5:5: ':' is not allowed in a key" },
		{ BASE "time_slice = 4\\\nms\n", "t.ini:5:15: a backslash" },
		{ BASE "# comment \\\ntime_slice = 4ms\n", "t.ini:5:11: a backslash" },
		{ BASE "time_slice = 4\rms\n", "t.ini:5:15: carriage return" },
		{ BASE "time_slice = 4\001ms\n", "t.ini:5:15: byte 0x01" },
		{ BASE "time_slice = 4\303\244ms\n", "t.ini:5:15: character U+00E4 is not allowed here" },
		{ BASE "time_slice = 4\344ms\n", "t.ini:5:15: byte 0xE4 is not allowed here" },
		{ "version = 1\n", "t.ini:1:1: key stands before the first section" },
		/* numbers: iniparser reads 12, 8, and what is left of 64 bits */
		{ HEAD "[profile p]\nfb = 12G\n", "t.ini:4:6: fb: '12G' needs one of the units B, KiB, MiB, GiB, TiB" },
		{ BASE "time_slice = 010ms\n", "t.ini:5:14: time_slice: '010ms' has a leading zero" },
		{ HEAD "[profile p]\nfb = 0x10MiB\n", "t.ini:4:6: fb: '0x10MiB' needs one of the units" },
		{ HEAD "[profile p]\nfb = -1GiB\n", "t.ini:4:6: fb: '-1GiB' is not a number" },
		{ HEAD "[profile p]\nfb = 18446744073709551616B\n", "t.ini:4:6: fb: '18446744073709551616B' is too big" },
		{ HEAD "[profile p]\nfb = 16777216TiB\n", "t.ini:4:6: fb: '16777216TiB' is too big" },
		{ BASE "time_slice = 4295s\n", "t.ini:5:14: time_slice: '4295s' is too long" },
		{ "[gpuvf]\nversion = 4294967297\n", "t.ini:2:11: version: '4294967297' is too big" },
		{ "[gpuvf]\nversion = 01\n", "t.ini:2:11: version: '01' has a leading zero" },
		/* providers */
		{ BASE "[gpu g]\nmatch = *\nprovider = yz\n", "t.ini:7:12: provider: 'yz' is unknown; there are gpuvf, xe, nvidia, i915, gim, generic and any" },
		{ BASE "[gpu g]\nmatch = *\nprovider = Generic\n", "provider: 'Generic' is unknown" },
		{ BASE "[gpu g]\nmatch = *\nprovider = generik\n", "provider: 'generik' is unknown; did you mean 'generic'?" },
		{ BASE "[gpu g]\nmatch = *\nprovider = \n", "value is missing" },
		{ BASE "[gpu g]\nprovider = generic\n", "gpu 'g' has neither 'pci' nor 'match'" },
		{ BASE "[gpu g]\nmatch = *\nprovider = any\n[gpu h]\nmatch = *\nprovider = any\n", "the same GPU is in two sections" },
		{ BASE "[gpu g]\nmatch = *\n[gpu h]\nmatch = *\nprovider = gpuvf\n", "the same GPU is in two sections" },
		{ BASE "[gpu g]\npci = 0000:01:00.0\nprovider = gpuvf\n[gpu h]\npci = 0000:01:00.0\nprovider = generic\n", "the same GPU is in two sections" },
		{ HEAD "[profile p]\nfb = Shared\n", "t.ini:4:6: fb: 'Shared'" },
		{ HEAD "[profile p]\nfb = shared 1GiB\n", "t.ini:4:6: fb: 'shared 1GiB'" },
		/* sections and keys */
		{ "", "t.ini: missing 'version = 1' in section [gpuvf]" },
		{ "[gpuvf]\nversion = 2\n", "t.ini:2:11: version 2 is not known" },
		{ "[gpuvf]\nversion = 1.0\n", "t.ini:2:11: version: '1.0' is not a whole number" },
		{ HEAD "[gpuvf x]\n", "unknown section [gpuvf x]" },
		{ HEAD "[profil p]\n", "unknown section [profil p]; did you mean [profile p]?" },
		{ HEAD "[profile]\nfb = 1GiB\n", "section [profile] needs a name" },
		{ HEAD "[profile a b]\nfb = 1GiB\n", "profile name 'a b' has a character" },
		{ HEAD "[profile 12345678901234567890123456789012]\nfb = 1GiB\n", "is longer than 31 characters" },
		{ HEAD "[profile p]\n", "t.ini:3:2: profile 'p' has no 'fb'" },
		{ HEAD "[profile p]\nfb = 0MiB\n", "t.ini:4:6: fb: must be greater than 0" },
		{ BASE "time_slice = 0ms\n", "t.ini:5:14: time_slice: must be greater than 0" },
		{ BASE "time_slice = 12\n", "t.ini:5:14: time_slice: '12' needs one of the units us, ms, s" },
		{ BASE "timeslice = 4ms\n", "t.ini:5:1: unknown key 'timeslice' in a [profile] section; did you mean 'time_slice'?" },
		{ BASE "label = a/b\n", "t.ini:5:9: label: 'a/b' has a character" },
		/* GPUs */
		{ BASE "[gpu g]\nvf 0 = p\n", "t.ini:5:2: gpu 'g' has neither 'pci' nor 'match'" },
		{ BASE "[gpu g]\npci = 41:00\n", "t.ini:6:7: pci: '41:00' is not a PCI address" },
		{ BASE "[gpu g]\nmatch = 1002\n", "t.ini:6:9: match: '1002' is neither" },
		{ BASE "[gpu g]\nmatch = 1002:69290\n", "match: '1002:69290' is neither" },
		{ GPU "pci = 41:00.0\n", "t.ini:7:1: a [gpu] section has either 'pci' or 'match'" },
		{ GPU "policy = fare\n", "t.ini:7:10: policy: 'fare' is unknown" },
		{ GPU "pf_reserve = 1\n", "t.ini:7:14: pf_reserve: '1' needs one of the units" },
		{ GPU "vf 0 = q\n", "t.ini:7:8: there is no profile 'q'" },
		{ GPU "vf 0 = P\n", "there is no profile 'P'; did you mean 'p'?" },
		{ GPU "vf 0-3 = p\nvf 2 = p\n", "t.ini:8:1: VF 2 has a profile already" },
		{ GPU "vf 0-3 = p\nvf 3-5 = p\n", "t.ini:8:1: VF 3 has a profile already" },
		{ GPU "vf 3-1 = p\n", "t.ini:7:6: VF range 3-1 ends before it begins" },
		{ GPU "vf 01 = p\n", "t.ini:7:4: VF index '01' has a leading zero" },
		{ GPU "vf -1 = p\n", "VF index '' is not a whole number" },
		{ GPU "vf 0- = p\n", "VF index '' is not a whole number" },
		{ GPU "vf x = p\n", "t.ini:7:4: VF index 'x' is not a whole number" },
		{ GPU "vf 0-99999999999 = p\n", "t.ini:7:6: VF index '99999999999' is too big" },
		{ GPU "vf0 = p\n", "unknown key 'vf0' in a [gpu] section; did you mean 'vf 0'?" },
		{ GPU "vfs = 2\nvf 0-3 = p\n", "t.ini:8:1: VF 2 is not among the VFs 0-1" },
		{ GPU "vfs = 2\n", "t.ini:7:7: there is no 'vf' line" },
		{ GPU "vfs = 9999\n", "t.ini:7:7: vfs: '9999' is too big" },
		{ GPU "vf 0 = p\ndriver 0 = vfio\n", "driver: 'vfio' is unknown" },
		{ GPU "vf 0 = p\ndriver 0 = none\ndriver 0 = none\n", "duplicate key 'driver 0'" },
		{ GPU "vf 0-1 = p\ndriver 0-1 = none\ndriver 1 = none\n", "t.ini:9:1: VF 1 has a driver already" },
		{ GPU "vf 0 = p\ndriver 1 = none\n", "t.ini:8:1: VF 1 has a driver and no profile" },
		{ GPU "[gpu h]\nmatch = *\n", "t.ini:8:9: the same GPU is in two sections" },
		{ BASE "[gpu g]\npci = 41:00.0\n[gpu h]\npci = 0000:41:00.0\n", "t.ini:8:7: the same GPU is in two sections" },
		{ BASE "[gpu g]\nmatch = 1002:692A\n[gpu h]\nmatch = 1002:692a\n", "t.ini:8:9: the same GPU is in two sections" },
		{ HEAD "[profile p]\nfb = 16777215TiB\n[gpu g]\nmatch = *\nvf 0-1 = p\n", "more than 2^64 bytes" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		config_is_refused(cases[i].text, cases[i].message);
}

static void lists_every_error_in_one_pass_in_order(void **state)
{
	struct config config;
	char *said = read_config(&config,
				 HEAD "[profile p]\nfb = 1\nx = 2\n[gpu g]\nmatch = ?\nvf 0 = q\n");
	const char *first = strstr(said, "t.ini:4:6:");
	const char *second = strstr(said, "t.ini:5:1:");
	const char *third = strstr(said, "t.ini:7:9:");
	const char *fourth = strstr(said, "t.ini:8:8:");

	assert_non_null(first);
	assert_true(first < second && second < third && third < fourth);
	free(said);
	config_free(&config);
}

static void points_at_the_column(void **state)
{
	config_is_refused(HEAD "[profile p]\n\tfb = 1GB\n",
			  "t.ini:4:7: fb: '1GB' needs one of the units B, KiB, MiB, GiB, TiB [bad-config]\n"
			  "     fb = 1GB\n"
			  "          ^~~\n");
	/* what is there too much, and what is not there */
	config_is_refused(HEAD "[profile p] x\n",
			  "    [profile p] x\n"
			  "                ^\n");
	config_is_refused(BASE "time_slice = 4ms=\n",
			  "    time_slice = 4ms=\n"
			  "                    ^\n");
	config_is_refused(BASE "time_slice =\n",
			  "    time_slice =\n"
			  "                ^\n");
	config_is_refused(BASE "tim_slice=4ms # c\n",
			  "    tim_slice=4ms # c\n"
			  "    ^~~~~~~~~\n");
}

/* what is wrong in one way needs one message, which says what to do */
static void one_mistake_is_one_error(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		/* how the file was saved */
		{ "\357\273\277" GPU "vf 0 = p\n", "t.ini: begins with a byte order mark" },
		{ "[gpuvf]\r\nversion = 1\r\n[profile p]\r\nfb = 1GiB\r\n", "t.ini:1:8: 4 lines end with CR LF instead of LF: sed -i 's/\\r$//'" },
		{ BASE "time_slice = 4ms\r\n", "t.ini:5:17: 1 line ends with CR LF" },
		{ "\377\376[gpuvf]\n", "t.ini: is UTF-16" },
		{ "[gpuvf]\rversion = 1\r[profile p]\rfb = 1GiB\r", "t.ini: lines end with CR instead of LF: sed -i 's/\\r/\\n/g'" },
		/* what was typed, or pasted from a page */
		{ HEAD "[profile p]\nfb = 2\302\240GiB\n", "t.ini:4:7: character U+00A0 is not allowed here: write an ordinary blank" },
		{ HEAD "\302\240[profile p]\n\302\240fb = 2GiB\n\302\240time_slice = 4ms\n", "t.ini:3:1: character U+00A0 is not allowed here (and one like it in 2 more lines): write an ordinary blank" },
		{ BASE "time_slice = 4\302\265s\n", "character U+00B5 is not allowed here: write us for microseconds" },
		{ BASE "time_slice = 4\316\274s\n", "character U+03BC is not allowed here: write us for microseconds" },
		{ HEAD "[profile p]\nfb = 2\320\223\320\270\320\221\n", "character U+0413 is not allowed here: names, values and units are ASCII" },
		{ BASE "[gpu g]\npci = 0000:41:00.0\nvf 0\342\200\2233 = p\n", "character U+2013 is not allowed here: write '-'" },
		{ HEAD "[profile p]\nfb = \342\200\2342GiB\342\200\235\n", "character U+201C is not allowed here: values are written without quotes" },
		{ HEAD "[profile b\303\274ro]\nfb = 1GiB\n[gpu g]\nmatch = *\nvf 0 = buero\n", "t.ini:3:11: character U+00FC" },
		{ HEAD "[profile p]\nfb = \"2GiB\"\n", "t.ini:4:6: values are written without quotes" },
		{ HEAD "[profile p]\nfb: 2GiB\n", "t.ini:4:3: write '=' between key and value" },
		{ HEAD "[profile p]\nfb = 2\342\200\213GiB\n", "character U+200B is not allowed here: it is invisible, delete it" },
		{ HEAD "[profile p]\nfb = 1,5GiB\n", "fb: '1,5GiB' has a comma: decimals are written with a point" },
		{ BASE "time_slice = 0.5us\n", "time_slice: '0.5us' is not a whole number of microseconds" },
		{ HEAD "[profile p]\nFB = 2GiB\n", "unknown key 'FB' in a [profile] section; did you mean 'fb'?" },
		{ BASE "[gpu g]\nPCI = 41:00.0\nvf 0 = p\n", "unknown key 'PCI' in a [gpu] section; did you mean 'pci'?" },
		{ BASE "[gpu g]\npci = \"41:00.0\"\nvf 0 = p\n", "values are written without quotes" },
		{ GPU "vfs = 2\nvf 0-1 = \"p\"\n", "values are written without quotes" },
		{ GPU "vfs = 2\nvf 0..1 = p\n", "VF index '0..1' is not a whole number" },
		{ HEAD "[profil p]\nfb = 1GiB\n[gpu g]\nmatch = *\nvf 0 = p\n", "unknown section [profil p]" },
		{ "[gpuvff]\nversion = 1\n", "unknown section [gpuvff]" },
		{ "[gpuvf]\nversion: 1\n", "t.ini:2:8: write '=' between" },
		{ "[gpuvf]\nversion 1\n", "t.ini:2:1: neither 'key = value'" },
		{ "[gpuvf]\nVersion = 1\n", "unknown key 'Version'" },
		{ "[gpuvf\nversion = 1\n", "section header has no ']'" },
		{ "version = 1\n", "t.ini:1:1: key stands before the first section" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diag_list diags = {};
		struct config config = {};

		config_is_refused(cases[i].text, cases[i].message);
		add_text(&config, "t.ini", cases[i].text, &diags);
		config_interpret(&config, &diags);
		if (diags.errors != 1) {
			diag_print(stderr, &diags);
			fail_msg("%zu errors for one mistake", diags.errors);
		}
		diag_free(&diags);
		config_free(&config);
	}
}

/* not what is in a file, nor what it is called */
static void nothing_reaches_the_terminal_raw(void **state)
{
	struct diag_list diags = {};
	struct config config = {};
	char *said = NULL;
	size_t size;
	FILE *f;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	add_text(&config, "a\033[2J\n\302\233\303\244.ini",
		 HEAD "[profile p]\nfb = 1GiB \303\244\033\302\233\n"
		 "\033time = 1\ntime_slice = 4\302\265s\n", &diags);
	config_interpret(&config, &diags);
	f = open_memstream(&said, &size);
	diag_print(f, &diags);
	fclose(f);
	assert_null(strpbrk(said, "\033\r\t\177"));
	assert_null(strstr(said, "\302\233"));
	/* but a character is shown as it is, and the mark stands below it */
	assert_says(said, "a?[2J?\?\?\303\244.ini:6:15: character U+00B5");
	config_is_refused(BASE "time_slice = 4\302\265s\n",
			  "    time_slice = 4\302\265s\n"
			  "                  ^~\n");
	setlocale(LC_CTYPE, "C");
	config_is_refused(BASE "time_slice = 4\302\265s\n",
			  "    time_slice = 4?\?s\n"
			  "                  ^~~\n");
	free(said);
	diag_free(&diags);
	config_free(&config);
}

/* but a second mistake is not taken for a consequence of the first */
static void two_mistakes_are_two_errors(void **state)
{
	config_is_refused(HEAD "[profile p]\nfb = \"2GiB\"\n[profile q]\n",
			  "profile 'q' has no 'fb'");
	config_is_refused(HEAD "[profile p]\nfb = \"2GiB\"\n[gpu g]\nmatch = *\nvf 0 = q\n",
			  "there is no profile 'q'");
	config_is_refused("[gpuvf]\n[profile p]\nfb = \"2GiB\"\n",
			  "missing 'version = 1'");
	config_is_refused(BASE "time_slice = 4\302\265s\nfb = 2\302\240GiB\n",
			  "U+00A0");
}

/* linear in the size of the file: seconds, if at all, not minutes */
static void reads_the_largest_file(void **state)
{
	struct config config;
	char *text = NULL;
	size_t size, i;
	FILE *f;

	f = open_memstream(&text, &size);
	fputs(HEAD, f);
	for (i = 0; ftell(f) < INI_FILE_MAX - 200; i++)
		fprintf(f, "[profile p%zu]\nfb = 1MiB\n[gpu g%zu]\n"
			"pci = %04zx:%02zx:00.0\nvf 0 = p%zu\n", i, i,
			i / 256, i % 256, i);
	fclose(f);
	alarm(60);
	config_is_good(&config, text);
	alarm(0);
	assert_int_equal(config.num_profiles, i);
	assert_int_equal(config.gpus[i - 1].vfs[0].profile, i - 1);
	config_free(&config);
	free(text);
}

static void warns_of_vfs_that_get_nothing(void **state)
{
	struct diag_list diags = {};
	struct config config = {};

	add_text(&config, "t.ini", GPU "vf 0 = p\nvf 2 = p\n", &diags);
	config_interpret(&config, &diags);
	assert_int_equal(diags.errors, 0);
	assert_int_equal(diags.num, 1);
	assert_string_equal(diags.diags[0].message,
			    "VF 1 gets no framebuffer: no 'vf' line names it");
	diag_free(&diags);
	config_free(&config);

	add_text(&config, "t.ini", GPU "vfs = 16\nvf 0-1 = p\n", &diags);
	config_interpret(&config, &diags);
	assert_int_equal(diags.num, 1);
	assert_string_equal(diags.diags[0].message,
			    "VFs 2-15 get no framebuffer: no 'vf' line names them");
	diag_free(&diags);
	config_free(&config);
}

static void takes_long_lines_up_to_the_limit(void **state)
{
	struct config config;
	char text[1200];

	strcpy(text, HEAD "# ");
	memset(text + strlen(text), 'x', 998);
	text[strlen(HEAD) + 1000] = '\0';
	config_is_good(&config, text);
	config_free(&config);
	strcat(text, "x");
	config_is_refused(text, "t.ini:3:1: line is longer than 1000 bytes");
}

static void takes_comments_blanks_and_no_last_newline(void **state)
{
	struct config config;

	config_is_good(&config,
		       "\n  # \303\244 = [ \"' ]\n ; x\n\t[gpuvf]  \n"
		       "   version=1   ; c = \"d\"\n\n\n# end");
	config_free(&config);
}

static void on_drift_is_report_unless_told_otherwise(void **state)
{
	struct config config;

	config_is_good(&config, "[gpuvf]\nversion = 1\n");
	assert_int_equal(config.on_drift, ON_DRIFT_REPORT);
	config_free(&config);
	config_is_good(&config, "[gpuvf]\nversion = 1\non_drift = report\n");
	assert_int_equal(config.on_drift, ON_DRIFT_REPORT);
	config_free(&config);
	config_is_good(&config, "[gpuvf]\nversion = 1\non_drift = enforce\n");
	assert_int_equal(config.on_drift, ON_DRIFT_ENFORCE);
	config_free(&config);
	config_is_refused("[gpuvf]\nversion = 1\non_drift = ignore\n",
			  "t.ini:3:12: on_drift: 'ignore' is none of report, enforce");
}

static void on_drift_in_two_files_is_an_error(void **state)
{
	struct diag_list diags = {};
	struct config config = {};
	char *said = NULL;
	size_t size;
	FILE *f;

	add_text(&config, "a.ini", "[gpuvf]\nversion = 1\non_drift = report\n",
		 &diags);
	add_text(&config, "b.ini", "[gpuvf]\non_drift = enforce\n", &diags);
	config_interpret(&config, &diags);
	f = open_memstream(&said, &size);
	diag_print(f, &diags);
	fclose(f);
	assert_int_equal(diags.errors, 1);
	assert_says(said, "b.ini:2:1: duplicate key 'on_drift'");
	assert_says(said, "a.ini:3:1: note: first defined here");
	free(said);
	diag_free(&diags);
	config_free(&config);
}

static void names_defined_in_two_files_are_an_error(void **state)
{
	struct diag_list diags = {};
	struct config config = {};
	char *said = NULL;
	size_t size;
	FILE *f;

	add_text(&config, "a.ini", BASE "[gpu g]\nmatch = *\n", &diags);
	add_text(&config, "b.ini",
		 "[profile p]\nfb = 2GiB\n[gpu g]\nmatch = 1002:6929\n", &diags);
	config_interpret(&config, &diags);
	f = open_memstream(&said, &size);
	diag_print(f, &diags);
	fclose(f);
	assert_int_equal(diags.errors, 2);
	assert_says(said, "b.ini:1:2: duplicate profile 'p'");
	assert_says(said, "a.ini:3:2: note: first defined here");
	assert_says(said, "b.ini:3:2: duplicate GPU section 'g'");
	free(said);
	diag_free(&diags);
	config_free(&config);
}

static void a_profile_may_come_from_another_file(void **state)
{
	struct diag_list diags = {};
	struct config config = {};

	add_text(&config, "a.ini", HEAD "[gpu g]\nmatch = *\nvf 0 = p\n",
		 &diags);
	add_text(&config, "b.ini", "[profile p]\nfb = 2GiB\n", &diags);
	config_interpret(&config, &diags);
	assert_int_equal(diags.num, 0);
	assert_int_equal(config.gpus[0].vfs[0].profile, 0);
	diag_free(&diags);
	config_free(&config);
}

static void a_zero_byte_is_no_text(void **state)
{
	struct diag_list diags = {};
	struct ini ini = {};

	ini.source.path = xstrdup("t.ini");
	ini.source.text = xcalloc(32, 1);
	strcpy(ini.source.text, "[gpuvf]");
	ini.source.size = 20;
	ini_parse(&ini, &diags);
	assert_int_equal(diags.errors, 1);
	diag_free(&diags);
	ini_free(&ini);
}

/* also of a file that has errors elsewhere, and of a section that is there twice */
static void values_are_as_iniparser_reads_them(void **state)
{
	static const char text[] =
		"[profile p]\nFB\t=  1 GiB  # c\nnonsense\nfb = 3\n"
		"[profile p]\nfb=2GiB\n[bad\nx = \ty z ;c\n";
	static const char *const values[] = { "1 GiB", "2GiB", "y z" };
	struct diag_list diags = {};
	struct config config = {};
	const struct ini *ini;
	size_t i;

	add_text(&config, "t.ini", text, &diags);
	ini = config.files[0];
	assert_int_equal(ini->num_entries, ARRAY_SIZE(values));
	for (i = 0; i < ARRAY_SIZE(values); i++)
		assert_string_equal(ini->entries[i].value, values[i]);
	/* the line without '=', FB again, the section again, no ']' */
	assert_int_equal(diags.errors, 4);
	diag_free(&diags);
	config_free(&config);
}

/* iniparser is given more than one part */
static void values_of_many_entries_are_read(void **state)
{
	char *text = NULL;
	struct diag_list diags = {};
	struct config config = {};
	size_t size, i;
	char value[16];
	FILE *f = open_memstream(&text, &size);

	fprintf(f, "[gpu a]\n");
	for (i = 0; i < 1000; i++)
		fprintf(f, "vf %zu = p%zu\n%s", i, i, i == 300 ? "[gpu b]\n" : "");
	fclose(f);
	add_text(&config, "t.ini", text, &diags);
	assert_int_equal(diags.errors, 0);
	assert_int_equal(config.files[0]->num_entries, 1000);
	for (i = 0; i < 1000; i++) {
		snprintf(value, sizeof(value), "p%zu", i);
		assert_string_equal(config.files[0]->entries[i].value, value);
	}
	assert_true(oracle_agrees(config.files[0]));
	diag_free(&diags);
	config_free(&config);
	free(text);
}

/*
 * Whatever the scanner takes without a word, iniparser reads alike as a whole:
 * nothing is half-accepted. Random edits of a good file, with the seed in the message.
 */
static void nothing_means_something_else_to_iniparser(void **state)
{
	static const char good[] = GPU "policy = fixed\nvf 0-3 = p # c\n";
	static const char bytes[] = "[]=#;\"'\\:\n\t ._-aZ09\r";
	const char *rounds = getenv("GPUVF_UNIT_ROUNDS");
	unsigned int n = rounds ? strtoul(rounds, NULL, 10) : 3000;
	unsigned int seed, accepted = 0;

	for (seed = 0; seed < n; seed++) {
		unsigned int random = seed;
		struct diag_list diags = {};
		struct config config = {};
		char text[sizeof(good)];
		int edits;

		memcpy(text, good, sizeof(good));
		for (edits = 1 + seed % 3; edits; edits--) {
			size_t at = rand_r(&random) % (sizeof(good) - 1);

			text[at] = bytes[rand_r(&random) % (sizeof(bytes) - 1)];
		}
		add_text(&config, "t.ini", text, &diags);
		accepted += !diags.errors;
		if (!diags.errors && !oracle_agrees(config.files[0]))
			fail_msg("seed %u:\n%s", seed, text);
		diag_free(&diags);
		config_free(&config);
	}
	/* a test in which everything is refused would prove nothing */
	assert_true(accepted > n / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_documented_example),
		cmocka_unit_test(shared_framebuffer_is_for_providers_that_cannot_set_it),
		cmocka_unit_test(lists_all_that_a_provider_cannot_do),
		cmocka_unit_test(a_match_takes_no_gpu_of_another_provider),
		cmocka_unit_test(defaults_are_as_documented),
		cmocka_unit_test(a_section_without_vfs_releases_everything),
		cmocka_unit_test(refuses_bad_lines),
		cmocka_unit_test(lists_every_error_in_one_pass_in_order),
		cmocka_unit_test(points_at_the_column),
		cmocka_unit_test(one_mistake_is_one_error),
		cmocka_unit_test(nothing_reaches_the_terminal_raw),
		cmocka_unit_test(two_mistakes_are_two_errors),
		cmocka_unit_test(reads_the_largest_file),
		cmocka_unit_test(warns_of_vfs_that_get_nothing),
		cmocka_unit_test(takes_long_lines_up_to_the_limit),
		cmocka_unit_test(takes_comments_blanks_and_no_last_newline),
		cmocka_unit_test(on_drift_is_report_unless_told_otherwise),
		cmocka_unit_test(on_drift_in_two_files_is_an_error),
		cmocka_unit_test(names_defined_in_two_files_are_an_error),
		cmocka_unit_test(a_profile_may_come_from_another_file),
		cmocka_unit_test(a_zero_byte_is_no_text),
		cmocka_unit_test(values_are_as_iniparser_reads_them),
		cmocka_unit_test(values_of_many_entries_are_read),
		cmocka_unit_test(nothing_means_something_else_to_iniparser),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
