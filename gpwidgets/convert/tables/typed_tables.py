"""Tables of rows, columns and delimited text in which missing cells change neither numbers nor texts.

pandas makes floats of whole numbers as soon as a cell is missing, so that long ones lose digits, and takes
texts such as NA, the country code of Namibia, for missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gpwidgets.convert.tables.columns import Column, infer_type
from gpwidgets.protocol.missing import is_missing, plain

__all__ = ["read_delimited", "table_of_columns", "table_of_rows"]

_NO_NUMBER = frozenset({"", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None"})
_WHOLE = re.compile(r"[-+]?\d{1,18}")
#: Codes such as 01001, which are no numbers although they have digits only.
_CODE = re.compile(r"[-+]?0\d")
_WORDS = {"true": True, "false": False}


def table_of_rows(rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    """A table of rows by name; what a row does not have is missing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: _column([row.get(name) for row in rows]) for name in names}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def table_of_columns(columns: Mapping[Any, Any]) -> pd.DataFrame:
    """A table of columns by name.

    Raises
    ------
    ValueError
        They are of different lengths.
    """
    return pd.DataFrame({name: _column(values) for name, values in columns.items()})


def _column(values: Any) -> Any:
    if isinstance(values, pd.Series | pd.Index | np.ndarray | pd.api.extensions.ExtensionArray):
        return values if not isinstance(values, pd.Series) else values.array
    cells = [None if is_missing(value) else plain(value) for value in values]
    if not any(cell is None for cell in cells) or any(isinstance(cell, float) for cell in cells):
        return list(values)  # pandas finds the type of these by itself
    column = Column(infer_type(cells))
    column.add(cells)
    return column.finish()


def read_delimited(
    source: Any, *, separator: str, decimal: str = ".", encoding: str = "utf-8"
) -> pd.DataFrame:
    """Read text with a line of names and a separator, as CSV.

    Parameters
    ----------
    source
        Path or open text.
    separator
        As `pandas.read_csv` has it.
    decimal
        Mark before the decimals.
    encoding
        Of a file.

    Returns
    -------
    pandas.DataFrame
        Columns of numbers where all cells are numbers or empty, texts otherwise: digits with a zero before
        them are texts, and so is NA in a column of texts.

    Raises
    ------
    ValueError
        The text cannot be read.
    """
    table = pd.read_csv(
        source,
        sep=separator,
        encoding=encoding,
        skipinitialspace=True,
        dtype=str,
        keep_default_na=False,
        na_values=[],
    )
    for number in range(table.shape[1]):
        table.isetitem(number, _typed(table.iloc[:, number].fillna("").astype(object).tolist(), decimal))
    return table


def _typed(texts: Iterable[str], decimal: str) -> Any:
    cells = [text.strip() for text in texts]
    known = [cell for cell in cells if cell not in _NO_NUMBER]
    if known and not any(map(_CODE.match, known)):
        if all(map(_WHOLE.fullmatch, known)):
            return _column([None if cell in _NO_NUMBER else int(cell) for cell in cells])
        if all(cell.lower() in _WORDS for cell in known):
            return _column([_WORDS.get(cell.lower()) for cell in cells])
        try:
            return [np.nan if cell in _NO_NUMBER else float(cell.replace(decimal, ".")) for cell in cells]
        except ValueError:
            pass
    return pd.array([text or None for text in cells], dtype="str" if known else object)
