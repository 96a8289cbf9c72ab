#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# A storm that suspends the machine too, in memory alone, since the VM's root does
# not survive that:
#
#	tests/lab/run -k 6.12 -e GPUVF_STORM_SECONDS=60 \
#		-r tests/selftests/storm.sh build/selftests/test_storm
#
# Prints TAP.
export GPUVF_MODULES=/ram GPUVF_STORM_SUSPEND=1
/ram/test_storm
