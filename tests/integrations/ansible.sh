#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Ansible brings a host to its configuration: contrib/ansible.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

export ANSIBLE_ROLES_PATH=$contrib/ansible ANSIBLE_HOME=/run/ansible LC_ALL=C.UTF-8
export ANSIBLE_LOCAL_TEMP=/run/ansible

play=(ansible-playbook -i 'localhost,' "$top/tests/integrations/playbook.yml" -e)

load_gpu
point 'one_gpu'
says 0 'changed=1 .*failed=0' "${play[@]}" gpuvf_config=/run/lab/three.ini --check &&
	[ ! -e /etc/gpuvf.ini ] && [ "$(< "/sys/class/gpuvf/$pf/device/sriov_numvfs")" = 0 ]
point 'check_changes_nothing'
says 0 'changed=3 .*failed=0' "${play[@]}" gpuvf_config=/run/lab/three.ini &&
	[ "$(< "/sys/class/gpuvf/$pf/device/sriov_numvfs")" = 3 ]
point 'first_run_applies'
says 0 'changed=0 .*failed=0' "${play[@]}" gpuvf_config=/run/lab/three.ini
point 'second_run_changes_nothing'
sed 's/256MiB/256/' /run/lab/three.ini > /run/lab/bad.ini
says 2 'failed=1' "${play[@]}" gpuvf_config=/run/lab/bad.ini && cmp /etc/gpuvf.ini /run/lab/three.ini &&
	gpuvf-agent assert > /dev/null
point 'bad_file_is_refused_before_it_is_in_place'
points_end
