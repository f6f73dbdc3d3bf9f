"""Editor of coordinate systems: by code or WKT, or searched by name."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import ipywidgets as w

from gpwidgets.convert.coordinates.crs import FIRST_ESRI_CODE
from gpwidgets.convert.coordinates.crs_search import FoundSystem, describe_system, find_systems
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.values import UNSET, SpatialReference
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.text import TextEditor
from gpwidgets.widgets.kit.controls import WIDE, lean, status_html
from gpwidgets.widgets.kit.late_looks import Note

#: So many characters at least are searched for, and a definition is not.
_SHORTEST, _LONGEST = 2, 60
_CHOOSE = later("choose a coordinate system of the list.")
#: About six rows; the styles of a field leave a list without one a single row.
_HEIGHT = "136px"


class SpatialReferenceEditor(TextEditor):
    """A coordinate system by code or WKT; any other text is searched for in names and places."""

    #: Whether the box holds the words of a search, and nothing of its list was chosen.
    _is_searching = False

    def build(self) -> list[w.Widget]:
        """Make the box, and the line below it that says which system this is."""
        self._about: w.HTML = Note()
        return [*super().build(), self._about]

    def make_control(self) -> Any:
        """Make the box."""
        return lean(
            w.Text,
            description=self.label,
            placeholder=tr("name or code, such as UTM 32N or 25832; or WKT"),
            tooltip=self.title,
            layout=WIDE,
        )

    @cached_property
    def found(self) -> w.Select:
        """The list of what a search has found."""
        made: w.Select = self.own(
            lean(
                w.Select,
                options=[],
                value=None,
                tooltip=tr("Coordinate systems found for {title}", title=self.title),
                layout={"height": _HEIGHT, **WIDE},
            )
        )
        made.observe(self._pick, names="value")
        return made

    def read(self) -> Any:
        """Return the system; what is no code and no definition is searched for."""
        text = super().read()
        self._is_searching = False
        if text is UNSET:
            self._list([])
            return UNSET
        try:
            value = self.codec.check(text, self.parameter)
        except ParameterError:
            found = self._search(text)
            self._list(found)
            self._is_searching = bool(found)
            if found:
                raise ParameterError(self.parameter.name, tr(_CHOOSE)) from None
            raise
        self._list([] if describe_system_of(value) is not None else self._search(text))
        self._tell(value)
        return value

    def _refuse(self, problem: str) -> None:
        """Say what is wrong; as long as somebody searches, nothing is."""
        super()._refuse("" if self._waits_for_choice else problem)

    @property
    def _waits_for_choice(self) -> bool:
        return self._is_searching and not self.compact

    def check(self) -> bool:
        """Say that nothing of the list was chosen, before a run."""
        if self._waits_for_choice:
            self.error = tr(_CHOOSE)
        return super().check()

    def show(self, value: Any) -> None:
        super().show(value)
        self._is_searching = False
        self._list([])
        self._tell(value)

    def _search(self, text: str) -> list[FoundSystem]:
        if not _SHORTEST <= len(text.strip()) <= _LONGEST:
            return []
        view = self.context.map.extent if self.context.map is not None else None
        return find_systems(text, view)

    def _list(self, found: list[FoundSystem]) -> None:
        """Show what has been found below the box; nothing takes the list away."""
        if found:
            self._about.value = status_html(tr("Choose one of these, or go on typing."))
            with self._binding.silently():
                self.found.options = [(system_words(one), one.code) for one in found]
                self.found.value = None  # so that a click on the first is heard, too
        if found or "found" in self.__dict__:
            self.arrange([self.control, *([self.found] if found else []), self._about])

    def _pick(self, change: Any) -> None:
        if self._binding.silent or not change["new"]:
            return
        self.control.value = change["new"]
        self.focus()  # the list is gone, and the keyboard would be nowhere

    def _tell(self, value: Any) -> None:
        known = describe_system_of(value)
        self._about.value = status_html(system_words(known)) if known is not None else ""

    def text_of(self, value: Any) -> str:
        """Return the code, or the definition."""
        if isinstance(value, dict):
            return json.dumps(value)
        code = value.latest_wkid or value.wkid
        if code is None:
            return value.wkt2 or value.wkt or json.dumps(value.to_json())
        return f"EPSG:{code}" if code < FIRST_ESRI_CODE else str(code)


def describe_system_of(value: Any) -> FoundSystem | None:
    """Return what PROJ says of a checked value; None of one that only the server knows."""
    return describe_system(value) if isinstance(value, SpatialReference) else None


def system_words(system: FoundSystem) -> str:
    """Return the name of a system, its code, its unit and where it is used."""
    return " · ".join(part for part in (system.name, system.code, system.unit, system.area) if part)
