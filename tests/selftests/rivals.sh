# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Random configurations of a GPU are applied while another program changes the same GPU.
# Each apply ends, with what was asked for or with an exit code and a message about the
# GPU; where nothing came meanwhile it is there when the exit code is 0. When the other
# program has stopped, all that is asked for is there, and nothing is written twice.
#
# Sourced behind ktap.sh by scripts that have these functions:
#
#	choose		write a configuration that can be had
#	wrong		print what the double has not of it
#	strike		another program does something
#	calm		take back what keeps apply from its work
#	violations	print how often what must never be done was done
#	writes		print how many there were
#
# and variables: gpu, its address; work, a directory; ini, the configuration.
# GPUVF_SEED=N is another sequence; which write comes before which other depends on the
# machine too.

rivals_seed=${GPUVF_SEED:-1}
# from scripts, and from ktap.sh
gpu=${gpu-} work=${work-} ini=${ini-} agent=${agent-} says_limit=${says_limit-}

# rivals_failed STEP WHAT
rivals_failed() {
	echo "seed $rivals_seed, step $1: $2; exit code $rivals_code"
	cat "$work/strikes" "$ini" "$work/said"
	return 1
}

# apply, beside which another program strikes that many times
rivals_apply() {
	local strikes=$1 own=$RANDOM rival i

	: > "$work/strikes"
	(
		# shellcheck disable=SC2030,SC2031	# its own numbers
		RANDOM=$own
		for ((i = 0; i < strikes; i++)); do
			sleep "0.$((RANDOM % 10))"
			strike
		done
	) > "$work/strikes" 2>&1 &
	rival=$!
	rivals_code=0
	timeout -k 5 "$says_limit" "$agent" apply > "$work/said" 2>&1 || rivals_code=$?
	wait $rival
}

# rivals_step STEP: one of four is without another program
rivals_step() {
	local strikes before is

	# shellcheck disable=SC2031
	strikes=$((RANDOM % 4))
	choose
	before=$(violations)
	rivals_apply $strikes
	case $rivals_code in
	0) ;;
	1 | 2 | 5 | 6 | 7 | 8)
		grep -q "GPU $gpu" "$work/said" || rivals_failed "$1" 'the GPU is not named'
		return
		;;
	*)
		rivals_failed "$1" 'an exit code that says nothing of this'
		return
		;;
	esac
	[ $strikes = 0 ] || return 0
	is=$(wrong)
	[ -z "$is" ] || rivals_failed "$1" "$is" || return
	[ "$(violations)" = "$before" ] || rivals_failed "$1" 'what must never be done was done'
}

# rivals STEPS
rivals() {
	local step is before

	RANDOM=$rivals_seed
	for ((step = 1; step <= $1; step++)); do
		rivals_step $step || return
	done
	calm
	choose
	rivals_apply 0
	[ $rivals_code = 0 ] || rivals_failed end 'what can be had is refused' || return
	is=$(wrong)
	[ -z "$is" ] || rivals_failed end "$is" || return
	before=$(writes)
	rivals_apply 0
	[ "$rivals_code $(writes)" = "0 $before" ] ||
		rivals_failed end 'what is there is written again'
}
