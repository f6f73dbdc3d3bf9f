"""An editor for every data type; importing this fills the table of `gpwidgets.widgets.editors.editor`."""

from gpwidgets.widgets.editors import choice, composite, date, expression, extent, field, file, text, unit
from gpwidgets.widgets.editors.features import features
from gpwidgets.widgets.editors.tables import records, rows

__all__ = [
    "choice",
    "composite",
    "date",
    "expression",
    "extent",
    "features",
    "field",
    "file",
    "unit",
    "records",
    "rows",
    "text",
]
