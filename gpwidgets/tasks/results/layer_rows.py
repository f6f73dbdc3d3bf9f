"""Rows of layers on a server as frames: hosted results, and the rows that a result held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import layers
from gpwidgets.client.services.layer_pages import read_pages
from gpwidgets.client.sign_in.auth import Token
from gpwidgets.datatypes.layer_addresses import layer_given
from gpwidgets.protocol.frame_info import frame_info, keep_frame_info
from gpwidgets.protocol.responses.renderers import renderer_json
from gpwidgets.protocol.values import FieldRef, LayerReference, read_layers_by
from gpwidgets.tasks.inputs.layer_tokens import session_for

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: So few rows are read as JSON.
_FEW = 1000

__all__ = ["LayerReference", "layer_columns", "layers_of", "read_reference", "read_rows", "reader_of"]


def read_rows(
    session: GPSession,
    url: str,
    query: Mapping[str, str] | None = None,
    limit: int | None = None,
    *,
    resolution: float | None = None,
) -> GeoDataFrame:
    """All rows of a layer, read in pages.

    A layer that speaks PBF (``supportedQueryFormats``) is read in it, which takes a quarter of the bytes of
    JSON. Its coordinates are whole numbers on a grid; the outermost rows of the first page are compared with
    what the layer says of them in JSON, and where they differ, all is read as JSON.

    Parameters
    ----------
    url
        ``…/FeatureServer/<n>`` or ``…/MapServer/<n>``.
    query
        ``where``, ``outFields``, ``outSR`` and the like; all rows and fields when left out.
    limit
        Most rows; None for all.
    resolution
        Size of the grid that x and y may be rounded to, in units of their spatial reference; a coarser one
        leaves less to transfer. By default a millionth of a metre or 1e-11 degrees is asked for. A server
        that has a grid of its own may round to a tenth of the layer's XY tolerance, to 0.1 mm or 1e-9 degrees
        at most, which is how exactly geodatabases keep places; what is coarser is read as JSON.

    Returns
    -------
    GeoDataFrame
        With the CRS that the layer names. ``attrs["gpwidgets"]["truncated"]`` tells whether `limit` cut it,
        and ``["renderer"]`` how the server draws the layer, as sent, where it says so.

    Raises
    ------
    GPError
        A page could not be read or decoded.
    """
    from gpwidgets.convert.featuresets.page_reading import PagedFrame, page_readers

    asked = {"where": "1=1", "outFields": "*", **(query or {})}
    described = layers.read_layer(session, url)
    readers = page_readers(described, asked, resolution)
    if limit is not None and limit <= _FEW:
        readers = readers[-1:]  # a comparison would take as long as the rows
    rows, more = PagedFrame(), False
    for page in read_pages(session, url, asked, limit, about=described, readers=readers):
        rows.add(page.made)
        more = page.more
    frame = rows.frame()
    about = {**frame_info(frame), "layer": layers.layer_url(url), "truncated": more}
    if renderer := renderer_json(described):
        about["renderer"] = dict(renderer)
    keep_frame_info(frame, about)
    return frame


def reader_of(session: GPSession) -> Any:
    """The way in which a `LayerReference` among the results reads its rows."""

    def read(url: str, where: str, limit: int | None, out_sr: Any) -> Any:
        place = {"outSR": str(out_sr)} if out_sr is not None else {}
        return read_rows(session, url, {"where": where or "1=1", **place}, limit)

    return read


def _reader_by_hand(reference: LayerReference) -> Any:
    """The way in which a reference that somebody made reads its rows: with its own sign-in."""

    def read(url: str, where: str, limit: int | None, out_sr: Any) -> Any:
        asked = replace(reference, url=url, filter=where)
        return read_reference(asked, limit=limit, out_sr=out_sr)

    return read


read_layers_by(_reader_by_hand)


def layer_columns(reference: LayerReference, session: GPSession) -> tuple[FieldRef, ...]:
    """The columns of a layer that somebody names by its address.

    Parameters
    ----------
    reference
        The layer; its own sign-in counts before that of the session.
    session
        Of the task, whose sign-in goes to its own server only.

    Raises
    ------
    GPError
        The layer cannot be read.
    """
    about = layers.read_layer(session_for(reference, session), reference.url)
    rows = about.get("fields")
    return tuple(
        FieldRef(str(row["name"]), str(row.get("type") or ""), str(row.get("alias") or ""))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and row.get("name")
    )


def layers_of(
    reference: LayerReference, session: GPSession | None = None, token: str = ""
) -> tuple[tuple[str, str], ...]:
    """The layers and tables of a service that somebody names by its address, each by name and address.

    Parameters
    ----------
    reference
        Address of the service, without the number of a layer.
    session, token
        As of `read_reference`.

    Raises
    ------
    GPError
        The service cannot be read.

    Notes
    -----
    Reads ``…/FeatureServer`` or ``…/MapServer``.
    """
    if token:
        reference = replace(reference, auth=Token(token))
    url = layers.layer_url(reference.url)
    about = layers.read_layer(session_for(reference, session or GPSession()), url)
    rows = [row for key in ("layers", "tables") for row in about.get(key) or () if isinstance(row, Mapping)]
    return tuple(
        (f"{row['id']}: {row.get('name') or ''}", f"{url}/{row['id']}") for row in rows if "id" in row
    )


def read_reference(
    reference: LayerReference,
    session: GPSession | None = None,
    token: str = "",
    *,
    limit: int | None = None,
    out_sr: int | None = None,
) -> GeoDataFrame:
    """Rows of a layer that somebody names by its address.

    Parameters
    ----------
    reference
        Address and where clause.
    session
        Session of the task, whose sign-in goes to its own server only; a new one when left out.
    token
        For the layer's server; it is used for this and kept nowhere.
    limit
        Most rows; None for all.
    out_sr
        EPSG or Esri code of the coordinates; the layer's own when left out.

    Raises
    ------
    GPError
        The layer cannot be read.
    """
    if token:
        reference = replace(reference, auth=Token(token))
    reference = layer_given(reference)
    further = {"time": reference.time, "outSR": "" if out_sr is None else str(out_sr)}
    query = {"where": reference.filter or "1=1", **{key: text for key, text in further.items() if text}}
    return read_rows(session_for(reference, session or GPSession()), reference.url, query, limit)
