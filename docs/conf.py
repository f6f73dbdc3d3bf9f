"""How the documentation is built: `nox -s docs`."""

import inspect
import shutil
from pathlib import Path

import traitlets

import gpwidgets

HERE = Path(__file__).parent
# Sphinx reads only what lies below its folder; the notebooks' own place is where people look for them.
shutil.rmtree(HERE / "notebooks", ignore_errors=True)
shutil.copytree(HERE.parent / "notebooks", HERE / "notebooks", ignore=shutil.ignore_patterns(".*"))

project = "gpwidgets"
author = "the gpwidgets developers"
version = release = gpwidgets.__version__
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
]
root_doc = "index"
exclude_patterns = ["_built", "**/.ipynb_checkpoints"]
templates_path = ["_templates"]
default_role = "literal"  # one backquote in a docstring is code
suppress_warnings = ["config.cache"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
#: Notebooks are run by the tests; their pages show what they hold.
nb_execution_mode = "off"

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"  # numpydoc's sections say it in words
# What a class has of its own bases is on its page; what it has of other packages is on theirs.
autodoc_default_options = {
    "inherited-members": "HasTraits,Widget,VBox,HBox,BaseException,Exception,Enum,Mapping,tuple,str,object",
}
autodoc_member_order = "groupwise"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = "gpwidgets"
html_static_path: list[str] = []
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}
copyright = "the gpwidgets developers"  # noqa: A001 (Sphinx calls it that)
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def add_traits(app, what, name, thing, options, lines):
    """After the docstring of a class, its traits, each with its own help."""
    if what != "class" or not issubclass(thing, traitlets.HasTraits):
        return
    traits = {
        name: trait
        for owner in reversed(thing.__mro__)
        if owner.__module__.startswith("gpwidgets")
        for name, trait in vars(owner).items()
        if isinstance(trait, traitlets.TraitType) and not name.startswith("_")
    }
    if traits:
        lines += ["", ".. rubric:: Traits", ""]
    for name, trait in traits.items():
        lines += [f"``{name}``", f"   {inspect.cleandoc(trait.help)}", ""]


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", add_traits, priority=900)  # after numpydoc
