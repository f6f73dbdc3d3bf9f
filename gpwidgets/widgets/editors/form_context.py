"""What the editors of one form share: its map, its task and each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.map.task_map import TaskMap


class SiblingEditor(Protocol):
    """An editor as the others of its form see it."""

    parameter: GPParameter
    value: Any

    def observe(self, handler: Callable[[Any], None], names: str) -> None:
        """Call the handler with each change of a trait."""


@dataclass
class EditorContext:
    """What an editor may use besides its parameter.

    Attributes
    ----------
    map : TaskMap or None
        Where geometry is drawn.
    task : GPTask or None
        The task that the form is for.
    editors : dict
        The other editors of the form by parameter name.
    """

    map: TaskMap | None = None
    task: GPTask | None = None
    editors: dict[str, SiblingEditor] = field(default_factory=dict)
    _followers: dict[str, list[Callable[[Any], None]]] = field(default_factory=dict, repr=False)

    def sibling(self, name: str | None) -> SiblingEditor | None:
        """Return the editor of another parameter; None when there is none."""
        return self.editors.get(name) if name else None

    def follow(self, name: str | None, tell: Callable[[Any], None]) -> None:
        """Tell the value of another input, now and after every change, also once its editor is made anew."""
        if not name:
            return
        self._followers.setdefault(name, []).append(tell)
        if name in self.editors:
            tell(self.editors[name].value)

    def unfollow(self, name: str | None, tell: Callable[[Any], None]) -> None:
        """Tell no more."""
        if name and tell in self._followers.get(name, ()):
            self._followers[name].remove(tell)

    def place(self, name: str, editor: SiblingEditor) -> None:
        """Put an editor into the form's table, perhaps for an older one, and tell those that follow it."""
        self.editors[name] = editor

        def tell_all(value: Any) -> None:
            for tell in list(self._followers.get(name, ())):
                tell(value)

        editor.observe(lambda change: tell_all(change["new"]), names="value")
        tell_all(editor.value)
