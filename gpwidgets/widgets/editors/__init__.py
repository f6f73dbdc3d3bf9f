"""An editor for every data type; importing this fills the table of `gpwidgets.widgets.editors.base`."""

from gpwidgets.widgets.editors import (
    choice,
    composite,
    dates,
    expression,
    extent,
    features,
    fields,
    files,
    quantities,
    records,
    rows,
    text,
)

__all__ = [
    "choice",
    "composite",
    "dates",
    "expression",
    "extent",
    "features",
    "fields",
    "files",
    "quantities",
    "records",
    "rows",
    "text",
]
