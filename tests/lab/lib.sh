# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts of the lab share. Sourced by them, run by nobody.

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

# apt's lists may be absent or old: once an hour is enough
apt_update() {
	local stamp=$cache/apt-updated

	mkdir -p "$cache"
	[ -z "$(find "$stamp" -mmin -60 2>/dev/null)" ] || return 0
	if as_root apt-get update -q >&2; then
		touch "$stamp"
	else
		say 'going on with the package lists that are there'
	fi
}

# install those of the packages named that are missing
need_packages() {
	local missing=() name

	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null |
			grep -q '^[hi]i' || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${missing[*]}"
	apt_update
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends \
		"${missing[@]}" >&2 || die "apt cannot install: ${missing[*]}"
}

# fetch_packages DIR NAME...: download packages and unpack them into DIR; they
# are never installed
fetch_packages() {
	local dir=$1 debs deb

	shift
	debs=$dir.debs
	rm -rf "$debs" "$dir"
	mkdir -p "$debs" "$dir"
	# _apt, as whom root's apt downloads, may not write here
	(cd "$debs" && apt-get -q -o APT::Sandbox::User="$(id -un)" \
		download "$@" >&2) || die "apt cannot download: $*"
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$debs"
}
