"""The task maps of this kernel: what results they show, and what is selected in them."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

_MAPS: WeakSet[Any] = WeakSet()


def remember_map(task_map: Any) -> None:
    """Keep in mind that a map is there; it is forgotten with the map."""
    _MAPS.add(task_map)


def forget_map(task_map: Any) -> None:
    """Forget a map that has been taken away."""
    _MAPS.discard(task_map)


def shown_results() -> list[tuple[str, Any, tuple[int, ...]]]:
    """Return the result layers of all maps: title, frame, and positions of the selected rows."""
    found = []
    for task_map in list(_MAPS):
        chosen, rows = task_map.selection
        for name, layer in task_map.results.items():
            found.append((layer.title or name, layer.frame, tuple(rows) if chosen == name else ()))
    return sorted(found, key=lambda one: one[0])


def selected_rows(frame: Any) -> tuple[int, ...]:
    """Return positions of the rows of a frame that are selected on a map; none when it is on no map."""
    return next((rows for _, shown, rows in shown_results() if shown is frame and rows), ())
