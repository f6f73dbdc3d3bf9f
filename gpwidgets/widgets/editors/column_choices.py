"""The columns of another input, whatever it is at the moment: drawn, a frame, or a layer on a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gpwidgets.protocol.attributes import input_fields
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import RecordSet
from gpwidgets.protocol.values import FieldRef, LayerReference
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.kit.background import Background

_LAYERS = ("GPFeatureRecordSetLayer", "GPRecordSet")
_KINDS = {"i": "Integer", "u": "Integer", "f": "Double", "M": "Date", "b": "SmallInteger"}


class ColumnFollower:
    """Knows the columns that can be chosen, and tells when they change.

    Parameters
    ----------
    context
        Of the form.
    parameter
        Names the input that it depends on; its filter says which types of column it takes.
    changed
        Called after every change, on a thread of its own where a server had to be asked.

    Attributes
    ----------
    columns : tuple of FieldRef
        Empty when they are not known.
    note : str
        Why they are not known, where that was to be expected.
    """

    def __init__(self, context: EditorContext, parameter: GPParameter, changed: Callable[[], None]) -> None:
        self._context, self._parameter, self._changed = context, parameter, changed
        self._asking = Background("gpwidgets-columns", failed=self._tell_why)
        self.columns: tuple[FieldRef, ...] = ()
        self.note: str = ""

    def start(self) -> None:
        """Begin to follow."""
        self._context.follow(self._parameter.dependency, self._take)

    def close(self) -> None:
        """Follow no more."""
        self._context.unfollow(self._parameter.dependency, self._take)
        self._asking.close()

    def _take(self, layer: Any) -> None:
        task = self._context.task
        if isinstance(layer, LayerReference) and task is not None:
            self._tell((), "")
            self._asking.start(lambda: task.columns_of(layer), lambda found: self._tell(found, ""))
            return
        self._asking.forget()
        self._tell(_columns_of(layer) or self._schema(), "")

    def _schema(self) -> tuple[FieldRef, ...]:
        """What the task says of a layer that has no columns of its own, such as a drawing."""
        other = self._context.sibling(self._parameter.dependency)
        fields = input_fields(other.parameter) if other is not None else ()
        return tuple(FieldRef(one.name, one.type, one.alias) for one in fields)

    def _tell_why(self, error: Exception) -> None:
        self._tell((), tr("The columns of the layer cannot be read: {error}", error=error))

    def _tell(self, columns: tuple[FieldRef, ...], note: str) -> None:
        limits = self._parameter.filter
        wanted = set(limits.values) if limits is not None and limits.type == "field" else set()
        self.columns = tuple(
            one
            for one in columns
            if not wanted or wanted & {one.type, one.type.removeprefix("esriFieldType")}
        )
        self.note = note
        self._changed()


def _columns_of(layer: Any) -> tuple[FieldRef, ...]:
    if isinstance(layer, RecordSet):
        return tuple(FieldRef(one.name, one.type, one.alias) for one in layer.fields)
    if not hasattr(layer, "dtypes"):
        return ()
    kinds = [(str(name), kind) for name, kind in layer.dtypes.items() if str(kind) != "geometry"]
    return tuple(
        FieldRef(name, f"esriFieldType{_KINDS.get(getattr(kind, 'kind', ''), 'String')}")
        for name, kind in kinds
    )


def depending(parameter: GPParameter, context: EditorContext) -> GPParameter:
    """Return a parameter with what it depends on: the task's only layer, where the server does not say."""
    if parameter.dependency or context.task is None:
        return parameter
    layers = [one.name for one in context.task.inputs if one.data_type in _LAYERS]
    return replace(parameter, dependency=layers[0]) if len(layers) == 1 else parameter
