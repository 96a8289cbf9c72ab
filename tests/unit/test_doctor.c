// SPDX-License-Identifier: GPL-2.0
/*
 * What doctor knows beside what it sees: the families of GPUs, in the program and in
 * a file, and how distributions keep the kernel command line.
 */
#include "agent_test.h"
#include "base/fold.h"
#include "base/root.h"
#include "doctor/doctor.h"

#define HEAD	"[families]\ndate = 2026-01-01\ncards = some\n"
#define REST	"name = x\nlicence = none\nhow = y\nsource = https://example.org/\n"
#define FAMILY	"[family a]\nvendor = 8086\ndevices = 9a40\n" REST

static char *parse(struct families *families, const char *text)
{
	return families_parse(families, "test.ini", xstrdup(text), strlen(text));
}

static void refuses_what_it_cannot_use(void **state)
{
	static const struct {
		const char *text;
		const char *wrong;
	} cases[] = {
		{ "[families]\n", "line 1: [families] has no 'date'" },
		{ FAMILY, "has no section [families]" },
		{ HEAD "[card a]\n", "line 4: [card a] is neither [families] nor [family NAME]" },
		{ HEAD "maker = xe\n", "line 4: 'maker' is not a key of this section" },
		{ HEAD "vendor = 8086\n", "line 4: 'vendor' is not a key of this section" },
		{ HEAD "[family a]\nvendor = 8086\n" REST, "line 4: [family a] has no 'devices'" },
		{ HEAD "[family a]\ndevices = 9a40\n" REST, "line 4: [family a] has no 'vendor'" },
		{ HEAD "[family a]\nvendor = 8086\ndevices = 9a40\nname = x\n",
		  "line 4: [family a] has no 'licence'" },
		{ HEAD "[family a]\nvendor = 0x8086\n", "line 5: 'vendor' is not a PCI vendor, as in 8086" },
		{ HEAD "[family a]\nvendor = 8086 1002\n", "line 5: 'vendor' is not a PCI vendor, as in 8086" },
		{ HEAD "[family a]\ndevices = 9a4\n",
		  "line 5: 'devices' is not a list of PCI devices, as in 9a40, 9a49-9a59" },
		{ HEAD "[family a]\ndevices = 9a40,9a41\n",
		  "line 5: 'devices' is not a list of PCI devices, as in 9a40, 9a49-9a59" },
		{ HEAD "[family a]\ndevices = 9a41-9a40\n",
		  "line 5: 'devices' is not a list of PCI devices, as in 9a40, 9a49-9a59" },
		{ HEAD "[family a]\ndevices = 9a40-\n",
		  "line 5: 'devices' is not a list of PCI devices, as in 9a40, 9a49-9a59" },
		{ HEAD "[family a]\ndevices = 9a40, \n",
		  "line 5: 'devices' is not a list of PCI devices, as in 9a40, 9a49-9a59" },
		{ HEAD FAMILY "[family b]\nvendor = 8086\ndevices = 9a30-9a40\n" REST,
		  "line 11: [family b] has devices of [family a]" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct families families = {};
		char *wrong = parse(&families, cases[i].text);

		if (!wrong || strcmp(wrong, cases[i].wrong))
			fail_msg("case %zu: %s", i, wrong ?: "nothing");
		free(wrong);
		families_free(&families);
	}
}

static void the_same_devices_of_two_vendors_are_two_families(void **state)
{
	struct families families = {};

	assert_null(parse(&families, HEAD FAMILY
			  "[family b]\nvendor = 1002\ndevices = 9a40-9a4f, 9b00\n" REST));
	assert_string_equal(family_of(&families, 0x8086, 0x9a40)->id, "a");
	assert_null(family_of(&families, 0x8086, 0x9a41));
	assert_string_equal(family_of(&families, 0x1002, 0x9a40)->id, "b");
	assert_string_equal(family_of(&families, 0x1002, 0x9a4f)->id, "b");
	assert_string_equal(family_of(&families, 0x1002, 0x9b00)->id, "b");
	assert_null(family_of(&families, 0x1002, 0x9a50));
	assert_null(family_of(&families, 0x10de, 0x9a40));
	families_free(&families);
}

static void makers_are_those_of_all_and_of_the_family(void **state)
{
	struct families families = {};
	const struct family *family;

	assert_null(parse(&families, HEAD "makers = xe, pci-pf-stub\n" FAMILY
			  "makers = gim, amdgpu-pf\n"));
	family = family_of(&families, 0x8086, 0x9a40);
	assert_true(families_make_vfs(&families, NULL, "xe"));
	assert_true(families_make_vfs(&families, NULL, "pci-pf-stub"));
	assert_true(families_make_vfs(&families, family, "gim"));
	assert_true(families_make_vfs(&families, family, "amdgpu-pf"));
	assert_false(families_make_vfs(&families, NULL, "gim"));
	assert_false(families_make_vfs(&families, family, "amdgpu"));
	assert_false(families_make_vfs(&families, family, "x"));
	assert_false(families_make_vfs(&families, family, ""));
	families_free(&families);
}

static unsigned int lines_of(const char *first, const char *text)
{
	char *all = xasprintf("%s%s", first, text);
	unsigned int lines = 1;
	char *folded, *p;
	size_t size;
	FILE *f = open_memstream(&folded, &size);

	fold_text(f, 79, 0, "  ", all);
	fclose(f);
	for (p = folded; *p; p++)
		lines += *p == '\n';
	free(folded);
	free(all);
	return lines;
}

/* beside what else an answer needs, in 12 lines */
static void the_programs_own_list_fits(void **state)
{
	struct families families = {};
	size_t i;

	families_load(&families);
	assert_null(families.file);
	assert_int_equal(strlen(families.date), strlen("2026-11-30"));
	assert_true(families.num >= 10);
	assert_true(lines_of("Cards that can: ", families.cards) <= 3);
	for (i = 0; i < families.num; i++) {
		const struct family *family = &families.all[i];

		if (strlen(family->name) > 60 ||
		    lines_of("Next: ", family->how) > 3 ||
		    (family->vfs && strlen(family->vfs) > 10) ||
		    strncmp(family->source, "https://", strlen("https://")))
			fail_msg("[family %s]", family->id);
	}
	assert_string_equal(family_of(&families, 0x8086, 0x9a49)->id, "tiger-lake");
	assert_string_equal(family_of(&families, 0x8086, 0x46a6)->id, "alder-lake");
	assert_string_equal(family_of(&families, 0x1002, 0x74a1)->id, "mi300");
	/* neither is one of a generation before, nor a GeForce, nor a VF */
	assert_null(family_of(&families, 0x8086, 0x5917));
	assert_null(family_of(&families, 0x10de, 0x2684));
	assert_null(family_of(&families, 0x1002, 0x74b5));
	families_free(&families);
}

/* @path: below the root; its directory is there */
static void write_file(const char *path, const char *text)
{
	char *full = root_path("%s", path);

	write_text(full, text);
	free(full);
}

static int make_root(void **state)
{
	static const char *const dirs[] = {
		"etc", "usr", "usr/bin", "usr/share", "usr/share/gpuvf",
		"usr/local", "usr/local/share", "usr/local/share/gpuvf",
	};

	*state = new_root(dirs, ARRAY_SIZE(dirs));
	return 0;
}

static int clean_up(void **state)
{
	root_set("");
	remove_root(*state);
	return 0;
}

static void a_file_of_the_system_is_used(void **state)
{
	struct families families = {};

	write_file("usr/share/gpuvf/gpu-families.ini", HEAD FAMILY);
	families_load(&families);
	assert_string_equal(families.file, "/usr/share/gpuvf/gpu-families.ini");
	assert_int_equal(families.num, 1);
	families_free(&families);
	/* what was installed beside the package goes first */
	write_file("usr/local/share/gpuvf/gpu-families.ini", HEAD);
	families_load(&families);
	assert_string_equal(families.file, "/usr/local/share/gpuvf/gpu-families.ini");
	assert_int_equal(families.num, 0);
	families_free(&families);
}

static void a_bad_file_is_a_warning_alone(void **state)
{
	struct families families = {};
	struct listening l;
	char *said;

	write_file("usr/share/gpuvf/gpu-families.ini", HEAD "[family a]\n");
	l = listen_begin();
	families_load(&families);
	said = listen_end(l);
	assert_says(said, "/usr/share/gpuvf/gpu-families.ini: line 4: [family a] has no 'name'; using the list of families in this program");
	free(said);
	assert_null(families.file);
	assert_non_null(family_of(&families, 0x8086, 0x9a49));
	families_free(&families);
}

static void each_distribution_has_its_boot_loader(void **state)
{
	static const struct {
		const char *os_release;
		const char *release;
		const char *how;
	} cases[] = {
		{ "ID=debian\n", "6.1.0-28-amd64", "update-grub" },
		{ "NAME=x\nID=ubuntu\nID_LIKE=debian\n", "6.8.0-60-generic", "update-grub" },
		{ "ID=fedora\n", "6.12.9", "grubby" },
		{ "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "5.14.0", "grubby" },
		{ "ID=arch\n", "6.12.9-zen1", "grub-mkconfig" },
		{ "ID=manjaro\nID_LIKE=arch\n", "6.12.9-1-MANJARO", "grub-mkconfig" },
		{ "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", "6.4.0", "grub2-mkconfig" },
		/* which says that it is a Debian */
		{ "ID=debian\n", "6.14.8-2-pve", "proxmox-boot-tool" },
		{ "VERSION_ID=arch\n", "6.1.0-28-amd64", "update-grub" },
		/* without that file */
		{ NULL, "6.14.8-2-pve", "proxmox-boot-tool" },
		{ NULL, "6.12.9-200.fc42.x86_64", "grubby" },
		{ NULL, "5.14.0-427.el9.x86_64", "grubby" },
		{ NULL, "6.12.9-arch1-1", "grub-mkconfig" },
		{ NULL, "6.12.9", "update-grub" },
	};
	struct doctor doctor = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *path = root_path("etc/os-release");

		unlink(path);
		free(path);
		if (cases[i].os_release)
			write_file("etc/os-release", cases[i].os_release);
		copy_string(doctor.release, NAME_SIZE, cases[i].release);
		if (!strstr(edit_cmdline(&doctor), cases[i].how))
			fail_msg("case %zu: %s", i, edit_cmdline(&doctor));
	}
	write_file("etc/os-release", "ID=debian\n");
	write_file("usr/bin/pveversion", "");
	assert_non_null(strstr(edit_cmdline(&doctor), "proxmox-boot-tool"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_it_cannot_use),
		cmocka_unit_test(the_same_devices_of_two_vendors_are_two_families),
		cmocka_unit_test(makers_are_those_of_all_and_of_the_family),
		cmocka_unit_test_setup_teardown(the_programs_own_list_fits,
						make_root, clean_up),
		cmocka_unit_test_setup_teardown(a_file_of_the_system_is_used,
						make_root, clean_up),
		cmocka_unit_test_setup_teardown(a_bad_file_is_a_warning_alone,
						make_root, clean_up),
		cmocka_unit_test_setup_teardown(each_distribution_has_its_boot_loader,
						make_root, clean_up),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
