# SPDX-License-Identifier: GPL-2.0
"""Sphinx: `make docs` builds it, and warnings are errors."""
import os
import re
import sys

sys.path.insert(0, os.path.abspath("pictures"))
top = os.path.abspath("..")

project = "gpuvf"
author = "gpuvf maintainers"
copyright = "gpuvf maintainers; GPL-2.0"
with open(os.path.join(top, "VERSION"), encoding="ascii") as file:
    version = release = file.read().strip()

extensions = ["sphinx.ext.graphviz"]
graphviz_output_format = "svg"
master_doc = "index"
nitpicky = True
# shell transcripts and ini files are what they are
highlight_language = "none"

html_theme = "furo"
html_title = f"gpuvf {version}"
html_show_sphinx = False
html_copy_source = False
# packaging/docs puts the manual pages there
html_extra_path = ["../build/docs/extra"]


def reasons_are_anchors(app, docname, source):
    """troubleshooting.html#no-space: the first entry of each reason"""
    seen = set()

    def anchor(match):
        if match.group(1) in seen:
            return match.group(0)
        seen.add(match.group(1))
        return "   _`%s`." % match.group(1)

    if docname == "admin/troubleshooting":
        source[0] = re.sub(r"^   \*([a-z]+(?:-[a-z]+)*)\.\*", anchor, source[0],
                           flags=re.MULTILINE)


def setup(app):
    app.connect("source-read", reasons_are_anchors)
