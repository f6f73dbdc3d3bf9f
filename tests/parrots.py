"""A task whose only input and output have any name."""

from typing import Annotated, Any, NamedTuple

from gpwidgets.demo.publishing.parameters import Param

NAMES = ["self", "env", "inputs", "cls", "class", "None", "save", "task", "gp", "3D view", "a-b", "outSR"]


def parrot(name: str) -> Any:
    """A function whose only input and output have this name."""
    kind = Annotated[str, Param(name=name)]

    class Said(NamedTuple):
        first: str

    def say(text: str) -> Said:
        return Said(text)

    Said.__annotations__["first"] = kind
    say.__annotations__ = {"text": kind, "return": Said}
    return say
