"""How Sphinx builds the documentation: offline, and a warning is an error (see the Makefile)."""

import mentormatch

project = "mentormatch"
author = "The mentormatch authors"
copyright = "2026, the mentormatch authors"
version = release = mentormatch.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
templates_path: list[str] = []

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 100
autosummary_generate = False  # numpydoc loads autosummary; pages are listed by hand
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "mentormatch"
html_static_path = ["_static"]
html_copy_source = False
html_sidebars: dict[str, list[str]] = {"tutorials/*": [], "how-to/*": []}  # one page each: nothing to navigate
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-field"],
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
