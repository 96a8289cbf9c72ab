#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Virtual machines on VFs, with a guest's driver in each: isolation is shown by what they
# find in their framebuffers.
#
#	tests/guests/driver/build 6.12
#	tests/lab/run -i -f 4G -m 2G -k 6.12 tests/selftests/run \
#		tests/guests/driver/test_nested.sh
set -uo pipefail
. "$(dirname "$0")/../../selftests/ktap.sh"
. "$(dirname "$0")/nested.sh"

[ -e "$nested_files/initramfs.cpio" ] ||
	skip_all "no $nested_files: tests/guests/driver/build makes it"
point_said=/run/lab/said
: > $point_said
words=262144		# a MiB of dwords: what a driver looks at

nested_load total_vfs=4 fb_mib=2048 vf_bar_mib=32 && [ -e $sim/gpu0/find ] &&
	echo $((512 << 20)) > "$gpu/vf0/fb_quota" && echo $((256 << 20)) > "$gpu/vf1/fb_quota" &&
	echo 6000 > "$gpu/vf0/time_slice_us" &&
	echo 2000 > "$gpu/vf1/time_slice_us" &&
	echo 2 > "$gpu/device/sriov_numvfs" && nested_bind 0 1
ready=$?
(exit $ready)
point 'two_unequal_vfs_are_bound_to_vfio'
[ $ready = 0 ] || points_end

# one tenant after the other on the same VF
nested_run A 0 tag=0xa0a0a0a1 work_ms=200 &&
	nested_says A found 0 && nested_says A ready 1 &&
	nested_says A others 0 && nested_says A fini 1 &&
	[ "$(nested_value A irqs)" -gt 0 ]
point 'C40_guest_initialises_works_and_tears_down'
until_true settled && [ "$(found 0xa0a0a0a1)" = 0 ]
point 'C25_nothing_of_it_is_left_when_it_is_gone'
nested_run B 0 early=1 tag=0xb0b0b0b1 &&
	nested_says B found 0 && nested_says B written 1
point 'C25_next_tenant_finds_zeros'
until_true settled && [ "$(found 0xb0b0b0b1)" = 0 ]
point 'C25_nothing_is_left_of_one_that_asked_for_nothing'

# two at once, of which one hangs: the other goes on
resets=$(truth vf_resets vf1)
nested_start C 0 tag=0xc0c0c0c1 work_ms=15000
until_true nested_says C written 1
nested_start D 1 tag=0xd0d0d0d1 hang=1 work_ms=100
until_true nested_says D written 1 &&
	[ "$(found 0xc0c0c0c1)" = $words ] &&
	[ "$(found 0xc0c0c0c1 vf0)" = $words ] &&
	[ "$(found 0xd0d0d0d1)" = $words ] &&
	[ "$(found 0xd0d0d0d1 vf1)" = $words ]
point 'C25_each_tag_is_in_its_own_vf_only'
nested_end C D
nested_says D reset 1 && nested_says D left 0 &&
	nested_says D ready 1 && nested_says D others 0 &&
	[ "$(truth vf_resets vf1)" -gt "$resets" ]
point 'C30_guest_that_keeps_the_gpu_is_reset_and_starts_anew'
nested_says C found 0 && nested_says C others 0 && nested_says C fini 1
point 'C30_the_other_one_goes_on'
until_true settled && [ "$(found 0xc0c0c0c1)$(found 0xd0d0d0d1)" = 00 ]
point 'C25_nothing_of_both_is_left'

# content finds out what says that it is done
echo '1 sticky' > $sim/gpu0/skip_scrub
nested_run E 0 early=1 tag=0xe0e0e0e1
nested_run F 0 early=1 tag=0xf0f0f0f1
nested_says E found 0 && nested_says F found $words
point 'engine_that_lies_is_found_out_by_a_guest'
echo 0 > $sim/gpu0/skip_scrub

[ "$(truth violations)" = 0 ] && [ "$(truth illegal)" = 0 ]
point 'the_gpu_saw_nothing_forbidden'
grep -E '^(gpu|fn=vf[01])' $sim/gpu0/truth > /run/lab/truth
points_end
