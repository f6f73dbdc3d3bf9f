"""Which editor a parameter gets: the table of all editors, and those that users have registered."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gpwidgets.bounds import limit
from gpwidgets.datatypes.registry import datatype_named
from gpwidgets.widgets.editors.editor import EditorContext, ParameterEditor

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter

__all__ = ["editor_for", "plain_editor", "register_editor"]

_TEXT = "GPString"
#: Module and class of the editor of each data type, loaded when a form has the first one.
_EDITORS = {
    "Field": "field.FieldEditor",
    "GPArealUnit": "unit.QuantityEditor",
    "GPBoolean": "choice.BooleanEditor",
    "GPComposite": "composite.CompositeEditor",
    "GPCoordinateSystem": "coordinate_system.SpatialReferenceEditor",
    "GPDataFile": "file.FileEditor",
    "GPDate": "date.DateEditor",
    "GPDouble": "text.NumberEditor",
    "GPEnvelope": "extent.ExtentEditor",
    "GPExtent": "extent.ExtentEditor",
    "GPFeatureRecordSetLayer": "features.features.FeatureEditor",
    "GPLinearUnit": "unit.QuantityEditor",
    "GPLong": "text.NumberEditor",
    "GPRasterData": "file.FileEditor",
    "GPRasterDataLayer": "file.FileEditor",
    "GPRecordSet": "tables.records.RecordEditor",
    "GPSQLExpression": "expression.ExpressionEditor",
    "GPSpatialReference": "coordinate_system.SpatialReferenceEditor",
    "GPString": "text.TextEditor",
    "GPStringHidden": "text.HiddenEditor",
    "GPTimeUnit": "unit.QuantityEditor",
    "GPValueTable": "tables.rows.ValueTableEditor",
}
_CHOICE = "choice.ChoiceEditor"
_CHOICES = "choice.MultiChoiceEditor"
_ROWS = "tables.rows.MultiValueEditor"
_JSON = "text.JsonEditor"
_WIDE_TABLE = "text.WideTableEditor"

_REGISTERED: dict[str, type[ParameterEditor]] = {}


def register_editor(data_type: str, editor: type[ParameterEditor] | None) -> None:
    """Use an editor of your own for a data type, in all forms that are made from now on.

    Parameters
    ----------
    data_type
        The wire's word, such as ``GPString`` or ``GPMultiValue:GPString``.
    editor
        A subclass of `ParameterEditor`; None for the usual one again.

    Examples
    --------
    A slider in the place of a box, for every whole number that has a range:

    >>> import gpwidgets as gp
    >>> import ipywidgets as w
    >>> class SliderEditor(gp.ParameterEditor):
    ...     def build(self):
    ...         limits = self.parameter.filter
    ...         low, high = (limits.minimum, limits.maximum) if limits else (0, 100)
    ...         self.slider = w.IntSlider(min=low, max=high, description=self.label)
    ...         self.slider.observe(self.take, names="value")
    ...         return [self.slider]
    ...
    ...     def read(self):
    ...         return self.slider.value
    ...
    ...     def show(self, value):
    ...         self.slider.value = self.slider.min if value is gp.UNSET else value
    >>> gp.register_editor("GPLong", SliderEditor)
    >>> server = gp.demo.serve()
    >>> form = gp.TaskWidget(server.url_of("SlowCount"), values={"Steps": 7})
    >>> editor = form.form.editor("Steps")
    >>> type(editor).__name__, editor.slider.value
    ('SliderEditor', 7)
    >>> editor.slider.value = 9  # what a user does with the mouse
    >>> form.values["Steps"]
    9
    >>> form.close()
    >>> gp.register_editor("GPLong", None)
    """
    if editor is None:
        _REGISTERED.pop(data_type, None)
    else:
        _REGISTERED[data_type] = editor


def editor_for(
    parameter: GPParameter, context: EditorContext | None = None, *, compact: bool = False
) -> ParameterEditor:
    """Make the editor of a parameter; types that are not known are edited as JSON."""
    kind = _REGISTERED.get(parameter.data_type) or _load(_path_for(parameter))
    return kind(parameter, context, compact=compact)


def plain_editor(parameter: GPParameter, context: EditorContext | None = None) -> ParameterEditor:
    """Make an editor of a parameter's JSON, whatever its data type is."""
    return _load(_JSON)(parameter, context)


def _path_for(parameter: GPParameter) -> str:
    kind = parameter.data_type
    if parameter.is_multi:
        return _CHOICES if parameter.member.choices else _ROWS
    if parameter.choices and (datatype_named(kind).is_chosen_by_value or kind == _TEXT):
        return _CHOICE
    if kind in ("GPComposite", "GPValueTable") and not parameter.parameter_infos:
        return _JSON  # the server does not say what it is made of
    if kind == "GPValueTable" and len(parameter.parameter_infos) > limit("cells"):
        return _WIDE_TABLE
    return _EDITORS.get(kind, _JSON)


def _load(path: str) -> type[ParameterEditor]:
    module, _, name = path.rpartition(".")
    found: type[ParameterEditor] = getattr(import_module(f"gpwidgets.widgets.editors.{module}"), name)
    return found
