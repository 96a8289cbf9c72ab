#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Slurm gives jobs VFs by profile: contrib/jq/slurm.jq.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

begin_slurm() {
	mkdir -p /sys/fs/cgroup/system.slice /etc/slurm /run/munge /var/lib/slurm/{ctld,d} /var/log/slurm || return
	dd if=/dev/urandom of=/etc/munge/munge.key bs=1 count=1024 2> /dev/null
	chown munge: /etc/munge /etc/munge/munge.key /run/munge
	chmod 700 /etc/munge
	chmod 400 /etc/munge/munge.key
	# Slurm wants an address that is not loopback's
	modprobe dummy numdummies=1 && ip address add 192.0.2.1/24 dev dummy0 &&
		ip link set dummy0 up || return
	printf '127.0.0.1 localhost\n192.0.2.1 lab\n' > /etc/hosts
	filter slurm > /etc/slurm/gres.conf
	echo 'IgnoreSystemd=yes' > /etc/slurm/cgroup.conf
	cat > /etc/slurm/slurm.conf <<-END
		ClusterName=lab
		SlurmctldHost=lab
		SlurmUser=root
		AuthType=auth/munge
		StateSaveLocation=/var/lib/slurm/ctld
		SlurmdSpoolDir=/var/lib/slurm/d
		SlurmctldLogFile=/run/lab/slurmctld.log
		SlurmdLogFile=/run/lab/slurmd.log
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		MpiDefault=none
		ReturnToService=2
		SelectType=select/cons_tres
		GresTypes=gpuvf
		NodeName=lab CPUs=2 RealMemory=500 $(filter slurm-node)
		PartitionName=all Nodes=lab Default=YES State=UP
	END
	setpriv --reuid munge --regid munge --clear-groups munged && slurmctld && slurmd &&
		until_true is_idle
}

is_idle() {
	[ "$(sinfo -h -o %T)" = idle ]
}

begin
begin_slurm > $point_said 2>&1
point 'node_has_its_vfs'
sed 's/^/# /' /etc/slurm/gres.conf
# shellcheck disable=SC2016	# the job's
says 0 'GRES=gpuvf:desktop:1\(IDX:[01]\)' timeout 60 srun --gres=gpuvf:desktop:1 \
	bash -c 'scontrol -d show job $SLURM_JOB_ID'
point 'job_gets_a_desktop'
says 0 'IDX:0-1' timeout 60 srun --gres=gpuvf:desktop:2 \
	bash -c 'scontrol -d show job $SLURM_JOB_ID'
point 'job_gets_two'
says 1 'Requested node configuration is not available' timeout 60 \
	srun --gres=gpuvf:kiosk:2 true
point 'there_is_no_second_kiosk'
points_end
