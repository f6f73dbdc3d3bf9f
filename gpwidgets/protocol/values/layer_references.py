"""Layers on servers and their columns, as inputs name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Self


class NameOnServer(str):
    """What a server calls a layer, table or file of its own; never read as a path of this machine.

    A default of a server may name something that the server has; given as a plain text, such a name would be
    the path of a file here.

    Parameters
    ----------
    name
        As the server spells it.

    Examples
    --------
    >>> NameOnServer("Parcels")
    'Parcels'
    """

    __slots__ = ()

    def __new__(cls, name: str) -> Self:
        """Make it of the text that the server uses."""
        return super().__new__(cls, name)


@dataclass(frozen=True)
class FieldRef:
    """An attribute column chosen as input: the wire's ``Field``.

    Attributes
    ----------
    name, type : str
        Column name and ``esriFieldType…`` word.
    alias : str
        Name to show; empty when the server gives none.
    """

    name: str
    type: str = "esriFieldTypeString"
    alias: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, data: Any) -> FieldRef:
        """Read a field object, or a bare column name."""
        if isinstance(data, str) and data:
            return cls(data)
        if not isinstance(data, Mapping) or not data.get("name"):
            raise ValueError("a field is a column name, or an object with name and type")
        known = ("name", "type", "alias")
        extra = {key: value for key, value in data.items() if key not in known}
        name, kind, alias = (data.get(key) for key in known)
        return cls(str(name), str(kind or "esriFieldTypeString"), str(alias or ""), extra)

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        alias = {"alias": self.alias} if self.alias else {}
        return {"name": self.name, "type": self.type, **alias, **self.extra}


RowReader = Callable[[str, str, int | None, Any], Any]
"""Reads the rows of a layer: URL, where clause, most rows, coordinates."""


@dataclass(frozen=True)
class LayerReference:
    """A layer of a map or feature service that the server itself reads as input.

    Attributes
    ----------
    url : str
        ``…/MapServer/0``, ``…/FeatureServer/0``, or a file with a feature set.
    filter : str
        Where clause in the SQL of the service; empty for all rows.
    time : str
        ``"ms"``, ``"ms,ms"`` or ``"ms,null"``; empty for all times.
    auth : object
        `Token` for a secured layer. It is passed on to the task's server, which reads the layer, as a part
        of this input only; it is never shown or kept.
    token_key : str
        Key under which the token is sent: ``serviceToken`` for the analysis tools of a portal, ``token`` when
        empty.

    Examples
    --------
    >>> url = "https://gis.example.com/arcgis/rest/services/A/FeatureServer/0"
    >>> LayerReference(url, filter="POP > 9").to_json()["filter"]
    'POP > 9'
    """

    url: str
    _: KW_ONLY
    filter: str = ""
    time: str = ""
    auth: Any = field(default=None, repr=False)
    token_key: str = ""
    _reader: RowReader | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def from_json(cls, data: Any, reader: RowReader | None = None) -> LayerReference:
        """Read the wire form; a token in it is dropped, never kept."""
        if isinstance(data, str) and data:
            return cls(data)._read_by(reader)
        if not isinstance(data, Mapping) or not isinstance(data.get("url"), str):
            raise ValueError("a layer is named by the URL of a service layer")
        where, when = (str(data.get(key) or "") for key in ("filter", "time"))
        return cls(data["url"], filter=where, time=when)._read_by(reader)

    def _read_by(self, reader: RowReader | None) -> LayerReference:
        object.__setattr__(self, "_reader", reader)
        return self

    def read(self, where: str = "", *, limit: int | None = None, out_sr: int | None = None) -> Any:
        """Read the layer's rows, page by page, with the sign-in of the reference or of the run it came from.

        Parameters
        ----------
        where
            Clause in the SQL of the service; the reference's own filter when left out.
        limit
            Most rows; None for all.
        out_sr
            EPSG or Esri code of the coordinates; the layer's own when left out.

        Returns
        -------
        geopandas.GeoDataFrame

        Raises
        ------
        GPError
            The layer cannot be read.

        Notes
        -----
        Reads ``…/FeatureServer/<n>`` or ``…/MapServer/<n>``, and its ``query``.
        """
        reader = self._reader or (_reader_of[0](self) if _reader_of else None)
        if reader is None:
            raise ValueError("there is no way to read a layer yet; import gpwidgets first")
        return reader(self.url, where or self.filter, limit, out_sr)

    def to_json(self) -> dict[str, Any]:
        """The wire form, without a token."""
        pairs = {"url": self.url, "filter": self.filter, "time": self.time}
        return {key: value for key, value in pairs.items() if value}


_auth_of: list[Callable[[str], Any]] = []


def sign_in_to_layers_by(auth_of: Callable[[str], Any]) -> None:
    """Give layers that are named with a token a way to keep it, by code that knows how to sign in."""
    _auth_of[:] = [auth_of]


def layer_auth(token: str) -> Any:
    """What keeps the token of a layer, and never shows it."""
    if not _auth_of:
        raise ValueError("there is no way to keep a token yet; import gpwidgets first")
    return _auth_of[0](token)


_reader_of: list[Callable[[LayerReference], RowReader]] = []


def read_layers_by(reader_of: Callable[[LayerReference], RowReader]) -> None:
    """Give the references that were made by hand a way to read rows, by code that may use HTTP."""
    _reader_of[:] = [reader_of]
