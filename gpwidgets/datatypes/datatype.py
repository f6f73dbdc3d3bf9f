"""What every data type of a parameter can do.

A data type is one class: it checks what a caller gives, writes it for a request, reads what a server sends,
and says how a value looks as Python, in words, and in the history.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Protocol

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.value_checks import form_text, wrong
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing, without_missing
from gpwidgets.protocol.values import UNSET, DataFile, RasterData, Unset
from gpwidgets.texts import later, tr

__all__ = ["LOCAL_FILE", "PLAIN_REPLY", "PLAIN_REQUEST", "DataType", "LiteralWriter"]

#: Before the path of a local file that the history holds in the place of an upload's id.
LOCAL_FILE = "path:"

#: Of a server that nothing is known of, and that gets no files.
PLAIN_REQUEST = RequestContext()
PLAIN_REPLY = ReplyContext()


class LiteralWriter(Protocol):
    """What a data type needs to write a value as Python: parts of a syntax tree, never text."""

    imports: set[str]

    def value(self, value: Any, name: str = "value") -> ast.expr:
        """Any value of an input."""

    def text(self, value: str) -> ast.expr:
        """A text, without the tokens and passwords in it."""

    def asked(self, question: str) -> ast.expr:
        """What a user is asked for when the code runs."""

    def call(self, function: str, *arguments: ast.expr, **named: ast.expr) -> ast.expr:
        """A call such as ``gp.LinearUnit(5.0, 'esriKilometers')``."""

    def rows(self, value: Any, name: str) -> ast.expr:
        """A frame or table: written out while it is small, in a file otherwise."""


class DataType:
    """A data type of the REST API: also the one for types that are not known, which pass values through.

    To make one of your own, subclass it and give it to `gpwidgets.register_data_type`. What is not
    overridden takes any value, sends it as JSON, and hands results back as they came.

    Attributes
    ----------
    title : str
        What people call the type; the server's word where this is empty.
    example : str
        A value that works, for messages and tooltips.
    python_types : tuple of type
        Classes whose instances are values of this type and of no other: they are written, shown and kept as
        this class says, wherever they are met.
    is_text : bool
        Whether an empty text is a value, and a request field holds the text as it is.
    is_set : bool
        Whether a value is many rows, which may be the name of a layer that the service has.
    is_spatial : bool
        Whether a value is drawn on the map of a form.
    is_file : bool
        Whether a value is a file that the server keeps for some time only.
    has_parts : bool
        Whether an editor of it has many controls, so that a form makes fewer of them at once.
    is_chosen_by_value : bool
        Whether choices are compared as values of this type, so that ``"5 km"`` finds 5,000 meters; else the
        type checks its choices itself.
    empty_is_none : bool
        Whether a result's object that says nothing, such as ``{}``, stands for no value.
    file_class : type
        `DataFile` or `RasterData`: what a local file is as a value of this type.

    Examples
    --------
    >>> class Angle(DataType):
    ...     title, example = "Angle", "45"
    ...
    ...     def check(self, value, parameter):
    ...         return float(value) % 360
    >>> Angle().check("405", None)
    45.0
    """

    title: str = ""
    example: str = later('text, or JSON such as {"key": 1}')
    python_types: tuple[type, ...] = ()
    is_text: bool = False
    is_set: bool = False
    is_spatial: bool = False
    is_file: bool = False
    has_parts: bool = False
    is_chosen_by_value: bool = False
    empty_is_none: bool = False
    file_class: type[DataFile] | type[RasterData] = DataFile

    def holds(self, value: Any) -> bool:
        """Whether a checked value is one of this type, whatever parameter it is for."""
        return bool(self.python_types) and isinstance(value, self.python_types)

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """Normalise what a caller gives; what is missing within it is None.

        Raises
        ------
        ParameterError
            The value cannot be used; the text says what would be right.
        """
        return without_missing(value)

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """The JSON value for a request, from a checked value.

        Raises
        ------
        ParameterError
            It cannot be sent to this server.
        """
        return value.to_json() if hasattr(value, "to_json") else value

    def field_text(
        self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST
    ) -> tuple[str, bool]:
        """The text of a request field, and whether it is JSON; texts go as they are.

        Raises
        ------
        ParameterError
            It cannot be sent to this server, or not be written as JSON.
        """
        wire = self.encode(value, parameter, request)
        try:
            return form_text(wire), not isinstance(wire, str)
        except (TypeError, ValueError) as error:
            raise wrong(parameter, tr("it cannot be written as JSON: {error}.", error=error)) from error

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """The Python value of a result; what cannot be understood is returned as it is."""
        return wire

    def is_none(self, wire: Any) -> bool:
        """Whether a result's value says that the tool did not set it."""
        if isinstance(wire, str):
            return wire == "" and not self.is_text
        says_nothing = self.empty_is_none and isinstance(wire, Mapping) and _says_nothing(wire)
        return wire is None or says_nothing

    def view(self, wire: Any, parameter: GPParameter) -> Any:
        """The value that a description holds, such as a default; rows are not turned into a frame."""
        return self.decode(wire, parameter)

    def default(self, parameter: GPParameter) -> Any | Unset:
        """The value a form starts with; `UNSET` when the server names none that can be used."""
        wire = parameter.default_value
        if wire is None or wire == "" or wire == {} or wire == []:
            return UNSET
        try:
            return self.check(self.view(wire, parameter), parameter)
        except (ParameterError, ValueError, TypeError):
            return UNSET

    def has_default(self, parameter: GPParameter) -> bool:
        """Whether a server can run without a value: its default is more than an empty schema."""
        return parameter.default_value not in (None, "", [], {})

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """The expression that makes a value, for the code of a call.

        Parameters
        ----------
        value
            One that `holds` is true of.
        name
            The input it is for.
        write
            Writes its parts.
        """
        return write.value(value.to_json(), name)

    def words(self, value: Any) -> str:
        """A checked value in half a line, in the language of the user."""
        return str(value)

    def from_journal(self, wire: Any, parameter: GPParameter) -> Any:
        """The value of an earlier run, from the JSON that was sent for it; `UNSET` for none.

        Raises
        ------
        ParameterError
            The parameter of today does not take it.
        """
        return self.check(self.decode(wire, parameter), parameter)

    def with_local_files(self, wire: Any, parameter: GPParameter) -> Any:
        """What this machine's history holds, with files in the place of what stands for them there.

        Never to be asked of what a server sends, which could name any file.
        """
        if isinstance(wire, Mapping):
            item = wire.get("itemID")
            if isinstance(item, str) and item.startswith(LOCAL_FILE):
                return self.file_class(path=item.removeprefix(LOCAL_FILE))
            return {key: self.with_local_files(part, parameter) for key, part in wire.items()}
        return [self.with_local_files(part, parameter) for part in wire] if isinstance(wire, list) else wire


_REFERENCES = ("spatialReference", "spatial_reference")


def _says_nothing(wire: Mapping[str, Any]) -> bool:
    """Whether every part of an object is missing, as of ``{}`` or ``{"url": ""}``."""
    parts = [part for key, part in wire.items() if key not in ("units", *_REFERENCES)]
    return all(part in (None, "", "NaN") or is_missing(part) for part in parts)
