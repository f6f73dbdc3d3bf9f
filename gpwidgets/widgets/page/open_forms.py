"""The forms that are open in this kernel, so that a result can become the input of any of them."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.protocol.geometry_types import takes_geometry

_FORMS: WeakSet[Any] = WeakSet()


def remember_form(form: Any) -> None:
    """Keep in mind that a form is open; it is forgotten with the form."""
    _FORMS.add(form)


def forget_form(form: Any) -> None:
    """Forget a form that has been closed."""
    _FORMS.discard(form)


def inputs_for(data_type: str = DataTypeName.FEATURES, frame: Any = None) -> list[tuple[str, Any]]:
    """Return the inputs of open forms that a frame can be given to, as pairs of a title and the editor.

    Parameters
    ----------
    data_type
        Of the inputs.
    frame
        Its geometry has to be one that the input takes; all inputs of the type without it.
    """
    inputs = [
        (f"{form.info.display_name or form.info.name}: {editor.title}", editor)
        for form in sorted(_FORMS, key=lambda one: one.info.name)
        for editor in form.editors.values()
        if editor.parameter.data_type == data_type and not editor.is_fixed
    ]
    if frame is None or not inputs:
        return inputs
    from gpwidgets.convert.geometry.geometry_kinds import geometry_kinds

    kinds = geometry_kinds(frame)
    return [
        (title, editor)
        for title, editor in inputs
        if all(takes_geometry(editor.parameter, kind) for kind in kinds)
    ]
