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
exclude_patterns = ["_built", "jupyter_execute", "**/.ipynb_checkpoints"]
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
autodoc_default_options = {"inherited-members": True}  # of bases of this package; see `leave_out`
autodoc_member_order = "groupwise"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

#: Addresses of examples, which lead nowhere.
linkcheck_ignore = [
    r"https?://(host|localhost|127\.0\.0\.1|192\.0\.2\.\d+|([\w-]+\.)*example\.(com|org))([:/].*)?$"
]
linkcheck_timeout = 20

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


def leave_out(app, what, name, thing, skip, options):
    """Whether a member is of another package, of no use to users, or a trait, which has its line already."""
    if isinstance(thing, traitlets.TraitType):
        return True
    thing = thing.fget if isinstance(thing, property) else getattr(thing, "func", thing)
    home = getattr(inspect.unwrap(thing), "__module__", "") or "" if callable(thing) else "gpwidgets"
    return True if not home.startswith("gpwidgets") or home.startswith("gpwidgets.widgets.kit") else None


def sign(app, what, name, thing, options, signature, returns):
    """The parameters of ``__init__``; traitlets has a ``__new__`` that takes anything."""
    if what == "class" and issubclass(thing, traitlets.HasTraits):
        given = inspect.signature(thing.__init__)
        bare = [
            one.replace(annotation=inspect.Parameter.empty) for one in list(given.parameters.values())[1:]
        ]
        return str(inspect.Signature(bare)), returns
    return None


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-signature", sign)
    app.connect("autodoc-process-docstring", add_traits, priority=900)  # after numpydoc
