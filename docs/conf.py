"""Sphinx's settings for the documentation: `make docs` builds it into docs/_build/html."""

import sys
from pathlib import Path

import convanim

sys.path.insert(0, str(Path(__file__).parent))
import accessible
import reference

reference.write(Path(__file__).with_name("generated"))

project = "convanim"
author = "The convanim developers"
copyright = "The convanim developers, MIT licence"  # noqa: A001 (Sphinx's name)
version = release = convanim.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_design", "sphinx_copybutton", "convanim.sphinx"]
exclude_patterns = ["_build", "requirements.txt", "measured", "generated/faults.md"]
myst_enable_extensions = ["colon_fence"]
default_role = "code"  # a docstring's `name` is code
myst_heading_anchors = 3
convanim_options = {"theme": "auto", "background": "transparent"}

html_theme = "furo"
html_title = "convanim"
html_static_path = ["_static"]
html_css_files = ["figures.css"]
html_copy_source = False
html_show_search_summary = False  # a summary is fetched, and a browser fetches nothing for a page from a folder


def add_links(app, page, source):
    """Add the links to the gallery to a page that was read."""
    if not page.startswith("generated/"):
        source[0] = reference.with_links(source[0], page)


def setup(app):
    """Add links when pages are read, and mend the pages when they are written."""
    app.connect("source-read", add_links)
    app.connect("build-finished", lambda app, error: None if error else accessible.mend(Path(app.outdir)))
