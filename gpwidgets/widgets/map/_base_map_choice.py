"""The list of base maps among the tools of a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w
from ipyleaflet import Map

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.owner import Owner, close_tree
from gpwidgets.widgets.map._base_map import BaseMap
from gpwidgets.widgets.map.tile_sources import CHOICES, OFFLINE

__all__ = ["BaseMapChoice"]


class BaseMapChoice(Owner, w.Dropdown):
    """Offers base maps for a map of our own; on a map of the user's there is nothing to choose.

    Parameters
    ----------
    map_widget
        The map.
    forget
        Called with a layer of tiles that gave way to another.
    """

    def __init__(self, map_widget: Map, forget: Callable[[Any], None]) -> None:
        self._forget = forget
        self._base = BaseMap.of(map_widget)
        chosen = self._base.choice if self._base is not None else None
        offered = [(tr(words), value) for words, value in CHOICES]
        if isinstance(chosen, str) and chosen.strip().lower() == OFFLINE:
            chosen = OFFLINE
        elif chosen is not None and chosen not in [value for _, value in offered]:
            offered.insert(0, (_name_of(chosen), chosen))
        super().__init__(
            options=offered,
            value=chosen if chosen is not None else offered[0][1],
            description=tr("Base map"),
            layout={"width": "260px", "display": "none" if self._base is None else ""},
            style={"description_width": "70px"},
        )
        self.observe(self._choose, names="value")

    def _choose(self, change: Mapping[str, Any]) -> None:
        before = self._base.choose(change["new"]) if self._base is not None else None
        if before is not None:
            self._forget(before)
            close_tree(before)


def _name_of(choice: Any) -> str:
    return str(choice.get("name", "")) if isinstance(choice, Mapping) else str(choice)
