# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts of the lab share; sourced by them.

# shellcheck disable=SC2034	# for those who source this
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$top/build
cache=${GPUVF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gpuvf}

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# the kernel's make cannot do it
case $top$cache in
*[[:space:]:]*) die "spaces and colons in paths do not work: $top, $cache" ;;
esac

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo > /dev/null; then
		sudo "$@"
	else
		say "neither root nor sudo, for: $*"
		return 1
	fi
}

# What apt and dpkg say goes here. It is shown as far as it is an error's.
apt_log=$build/logs/apt.log

# logged COMMAND...
logged() {
	mkdir -p "$build/logs"
	printf '\n$ %s\n' "$*" >> "$apt_log"
	"$@" >> "$apt_log" 2>&1 && return
	tail -n 8 "$apt_log" >&2
	say "all of it: $apt_log"
	return 1
}

# apt's lists may be absent or old: once an hour is enough. The stamp may be another
# system's, with which the cache is shared.
apt_update() {
	local stamp=$cache/apt-updated

	mkdir -p "$cache"
	if [ -n "$(find "$stamp" -mmin -60 2> /dev/null)" ] &&
	   compgen -G '/var/lib/apt/lists/*_Packages*' > /dev/null; then
		return
	fi
	say 'getting the lists of packages'
	if logged as_root apt-get update -q; then
		touch "$stamp"
	else
		say 'going on with the package lists that are there'
	fi
}

# megabytes APT-COMMAND...: what it would download
megabytes() {
	"$@" -qq --print-uris 2> /dev/null |
		awk '{ bytes += $3 } END { printf "%.0f MB", bytes / 1e6 }'
}

# those of the packages named that are not installed, nor provided by one that is
missing_packages() {
	comm -23 <(printf '%s\n' "$@" | sort -u) <(
		dpkg-query -W -f '${db:Status-Abbrev},${Package},${Provides}\n' |
		awk -F ', *' '/^[hi]i/ {
			for (i = 2; i <= NF; i++) {
				sub(/ .*/, "", $i)
				print $i
			}
		}' | sort -u)
}

# install those of the packages named that are missing
need_packages() {
	local missing apt=(apt-get install -y -q --no-install-recommends)

	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	apt_update
	say "installing packages, $(megabytes "${apt[@]}" "${missing[@]}") to download:"
	fold -s -w 75 <<< "${missing[*]}" | sed 's/^/     /' >&2
	logged as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" \
		"${missing[@]}" || die "apt cannot install: ${missing[*]}"
}

# Packages of another Debian release come by way of lists of their own, in the
# cache; the system's stay as they are. Empty: the system's own release, and its
# architecture.
suite='' suite_arch=''

suite_dir() {
	echo "$cache/apt-$suite${suite_arch:+-$suite_arch}"
}

# suite_lists SUITE: look for packages of that release from now on
suite_lists() {
	local dir uri security

	suite=$1
	dir=$(suite_dir)
	[ -z "$(find "$dir/updated" -mmin -60 2> /dev/null)" ] || return 0
	# from where the system gets its own
	uri=$(debian_uri '^[a-z]+$')
	security=$(debian_uri '-security$')
	[ -n "$uri" ] || die "apt has no source of Debian's, for packages of $suite"
	mkdir -p "$dir"/{lists,archives}/partial
	: > "$dir/status"
	{
		suite_source "$uri" "$suite" "$suite-updates" "$suite-backports"
		[ -z "$security" ] || suite_source "$security" "$suite-security"
	} > "$dir/sources.list"
	say "getting the lists of packages of $suite"
	if logged suite_apt apt-get -q update; then
		touch "$dir/updated"
	elif [ -e "$dir/updated" ]; then
		say "going on with the package lists of $suite that are there"
	else
		die "apt cannot get the package lists of $suite"
	fi
}

# the address of the system's own source of a release that matches
debian_uri() {
	apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' |
		awk -v release="$1" '$1 == "Debian" && $2 ~ release {
			print $3
			exit
		}'
}

suite_source() {
	local uri=$1 release

	shift
	for release in "$@"; do
		printf 'deb [signed-by=%s] %s %s main\n' \
			/usr/share/keyrings/debian-archive-keyring.gpg "$uri" \
			"$release"
	done
}

# suite_apt apt-get|apt-cache ARGUMENT...: with the lists of $suite
suite_apt() {
	local command=$1 dir

	shift
	# _apt, as whom root's apt downloads, may not write here
	set -- -o APT::Sandbox::User="$(id -un)" "$@"
	dir=$(suite_dir)
	[ -z "$suite_arch" ] || set -- -o APT::Architecture="$suite_arch" \
		-o APT::Architectures="$suite_arch" "$@"
	[ -z "$suite" ] || set -- -o Dir::Etc::sourcelist="$dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null -o Dir::State="$dir" \
		-o Dir::State::status="$dir/status" -o Dir::Cache="$dir" \
		-o Acquire::Languages=none "$@"
	"$command" "$@"
}

# fetch_packages DIR NAME...: download packages and unpack them into DIR; they
# are never installed
fetch_packages() {
	local dir=$1 debs=$1.debs

	shift
	rm -rf "$debs"
	mkdir -p "$debs"
	say "downloading $(megabytes suite_apt apt-get download "$@")"
	(cd "$debs" && logged suite_apt apt-get -q download "$@") ||
		die "apt cannot download: $*"
	unpack_packages "$debs" "$dir"
}

# unpack_packages DEBS DIR: into an empty DIR; DEBS is removed
unpack_packages() {
	local deb

	rm -rf "$2"
	mkdir -p "$2"
	for deb in "$1"/*.deb; do
		dpkg-deb -x "$deb" "$2"
	done
	rm -rf "$1"
}
