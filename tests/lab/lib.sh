# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts of the lab share.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export cache=${GPUVF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gpuvf}
export build=$top/build

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# install what is missing of the packages named
need_packages() {
	local missing=() name

	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null |
			grep -q '^ii' || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${missing[*]}"
	apt_update_once
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends \
		"${missing[@]}" >&2
}

# package lists may be absent or old; once a run is enough
apt_update_once() {
	[ -z "${GPUVF_APT_UPDATED:-}" ] || return 0
	as_root apt-get update -q >&2
	export GPUVF_APT_UPDATED=1
}

# download packages and unpack them into directory $1: never installed
unpack_packages() {
	local dir=$1 tmp
	shift

	tmp=$(mktemp -d)
	(cd "$tmp" && apt-get -o APT::Sandbox::User="$(id -un)" -q download \
		"$@" >&2) ||
		die "apt cannot download: $*"
	mkdir -p "$dir"
	local deb
	for deb in "$tmp"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$tmp"
}
