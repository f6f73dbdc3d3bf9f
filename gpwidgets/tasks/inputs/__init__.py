"""The inputs of a task: checked, encoded, with the tokens that layers need."""

from collections.abc import Callable
from typing import Any

from gpwidgets.former_paths import names_of
from gpwidgets.protocol.values.layer_references import sign_in_to_layers_by
from gpwidgets.tasks.inputs.signing import token_auth

sign_in_to_layers_by(token_auth)

__getattr__: Callable[[str], Any] = names_of("gpwidgets.tasks.inputs")
