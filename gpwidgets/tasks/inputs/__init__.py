"""The inputs of a task: checked, encoded, with the tokens that layers need."""

from gpwidgets.former_paths import names_of

__getattr__ = names_of("gpwidgets.tasks.inputs")
