#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The picture of the demo in README.md, made in virtual time. From the top:
#
#	Documentation/pictures/demo.sh > Documentation/pictures/demo.svg
#	Documentation/pictures/demo.sh check
#
# With check, prints what is different from it: measured shares and their bars may be.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
picture=$("$here/../../tests/lab/run" -i -e COLOR=1 -e LANG=C.UTF-8 \
	"$here/../../tests/lab/demo-inside" |
	/usr/bin/python3 "$here/terminal.py" 'Show what' 'Apply it' 'Every guest')

# a line that was measured ends with its bar
without_figures() {
	sed 's/>[^>]*[0-9.]* %  #*</></; s/textLength="[0-9.]*"//'
}

if [ "${1:-}" = check ]; then
	diff -u <(without_figures < "$here/demo.svg") <(without_figures <<< "$picture")
else
	echo "$picture"
fi
