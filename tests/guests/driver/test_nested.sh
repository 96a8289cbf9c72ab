#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Virtual machines on VFs, with a guest's driver in each: isolation is shown by what they
# find in their framebuffers.
#
#	tests/guests/driver/build 6.12
#	tests/guests/driver/lab -k 6.12 tests/selftests/run tests/guests/driver/test_nested.sh
#
#   GPUVF_QUICK  set: without those whose scrub engine lies, which takes two more machines
set -uo pipefail
. "$(dirname "$0")/../../selftests/ktap.sh"
. "$(dirname "$0")/nested.sh"

[ -e "$nested_files/initramfs.cpio" ] ||
	skip_all "no $nested_files: tests/guests/driver/build makes it"
point_said=/run/lab/said
: > $point_said

# tag_is TAG VF: all of it is in the framebuffer, and all in that VF's
tag_is() {
	[ "$(found "$1")" = $words ] && [ "$(found "$1" "vf$2")" = $words ]
}

# nothing_of TAG...: they are nowhere, once all that has to be scrubbed is
nothing_of() {
	local tag

	until_true settled || return
	for tag; do
		[ "$(found "$tag")" = 0 ] || return
	done
}

nested_load total_vfs=4 fb_mib=2048 vf_bar_mib=32 && [ -e $sim/gpu0/find ] &&
	echo $((512 << 20)) > "$gpu/vf0/fb_quota" && echo $((256 << 20)) > "$gpu/vf1/fb_quota" &&
	echo 6000 > "$gpu/vf0/time_slice_us" &&
	echo 2000 > "$gpu/vf1/time_slice_us" &&
	echo 2 > "$gpu/device/sriov_numvfs" && nested_bind 0 1
ready=$?
(exit $ready)
point 'two_unequal_vfs_are_bound_to_vfio'
[ $ready = 0 ] || points_end

# two at once, of which one keeps full access and is reset for it
nested_start A 0 tag=0xa0a0a0a1
nested_hear A written && nested_says A found 0 && nested_says A ready 1 &&
	[ "$(nested_value A irqs)" -gt 0 ]
point 'C40_guest_initialises'
resets=$(truth vf_resets vf1)
nested_start B 1 tag=0xb0b0b0b1 hang=1
nested_hear B reset && nested_hear B written && nested_says B found 0 &&
	nested_says B reset 1 && nested_says B left 0 && nested_says B ready 1 &&
	[ "$(truth vf_resets vf1)" -gt "$resets" ]
point 'C30_guest_that_keeps_the_gpu_is_reset_and_starts_anew'
tag_is 0xa0a0a0a1 0 && tag_is 0xb0b0b0b1 1
point 'C25_each_tag_is_in_its_own_vf_only'

# both work, until the work of one never ends
before=("$(truth accounted_ns vf0)" "$(truth accounted_ns vf1)")
nested_tell A work 3000
nested_tell B work 60000
sleep 1
echo 'hang 1' > $sim/gpu0/plant
nested_hear B work_us && nested_says B reset 1 && nested_says B left 0 &&
	nested_says B ready 1 && nested_says B others 0
point 'C30_guest_whose_work_hangs_is_reset_and_starts_anew'
nested_hear A work_us && nested_says A others 0 && nested_says A reset '' &&
	[ $(($(truth accounted_ns vf0) - before[0])) -gt \
	  $((2 * ($(truth accounted_ns vf1) - before[1]))) ]
point 'C30_the_other_one_goes_on'
tag_is 0xa0a0a0a1 0 && tag_is 0xb0b0b0b1 1
point 'C25_each_tag_is_still_in_its_own_vf_only'

# one ends, one is killed
nested_end A && nested_says A fini 1
point 'C40_guest_tears_down'
nested_kill B
nothing_of 0xa0a0a0a1 0xb0b0b0b1
point 'C25_nothing_is_left_of_one_that_ends_and_one_that_is_killed'

# the next tenant, which asks for nothing
nested_start C 0 early=1 tag=0xc0c0c0c1
nested_hear C written && nested_says C found 0 && tag_is 0xc0c0c0c1 0
point 'C25_next_tenant_finds_zeros'
nested_end C && nothing_of 0xc0c0c0c1
point 'C25_nothing_is_left_of_one_that_asked_for_nothing'

# content finds out what says that it is done
if [ -z "${GPUVF_QUICK:-}" ]; then
	echo '1 sticky' > $sim/gpu0/skip_scrub
	nested_start D 0 early=1 tag=0xd0d0d0d1
	nested_hear D written && nested_says D found 0 && nested_end D
	nested_start E 0 early=1 tag=0xe0e0e0e1
	nested_hear E written && nested_says E found $words && nested_end E
	point 'engine_that_lies_is_found_out_by_a_guest'
	echo 0 > $sim/gpu0/skip_scrub
fi

[ "$(truth violations)" = 0 ] && [ "$(truth illegal)" = 0 ]
point 'the_gpu_saw_nothing_forbidden'
grep -E '^(gpu|fn=vf[01])' $sim/gpu0/truth > /run/lab/truth
# as the next program expects it
echo 0 > "$gpu/device/sriov_numvfs" && rmmod gpuvf gpuvf_sim
point 'host_unloads_the_modules'
points_end
