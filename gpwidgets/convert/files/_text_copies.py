"""GeoJSON, KML, GML and GPX written anew for GDAL: nothing is left that names another file or host.

GDAL decides on a driver by the first kilobytes. Ours are the beginning that the kind's own driver wants and
then blanks, so that no text of the file takes part in the decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import orjson
from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.enums import SHAPE_TYPES
from gpwidgets.texts import tr

__all__ = ["copy_geojson", "copy_xml"]

#: More than any driver of GDAL reads before it decides.
_BLANKS = 1 << 17
_ROOTS = {".kml": ("kml",), ".gml": ("FeatureCollection",), ".gpx": ("gpx",)}
_KINDS = {".kml": "KML", ".gml": "GML", ".gpx": "GPX"}
_NAMESPACE = re.compile(r"[\w:/.\-#?=&]{1,200}", re.ASCII)
#: Of GeoJSON, which knows no rings by themselves.
_GEOMETRIES = frozenset(SHAPE_TYPES) - {"LinearRing"}
#: Attributes that name another file or host.
_NAMES_ANOTHER = ("schemaLocation", "noNamespaceSchemaLocation", "href")


def _check_size(path: Path) -> None:
    if path.stat().st_size > limit("text_file"):
        raise ConversionError(
            tr(
                "{name} has more than {most} MB, too much to be read as a whole; {hint}.",
                name=path.name,
                most=limit("text_file") >> 20,
                hint=how_to_raise("text_file"),
            )
        )


def copy_geojson(path: Path, target: Path) -> None:
    """Write a GeoJSON file as a feature collection and nothing else.

    Raises
    ------
    ConversionError
        It holds no GeoJSON, or is too large.
    """
    _check_size(path)
    try:
        told = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise ConversionError(
            tr("{name} cannot be read: {error}", name=path.name, error=str(error).partition(":")[0])
        ) from None
    kind = told.get("type") if isinstance(told, Mapping) else None
    features = told.get("features") if kind == "FeatureCollection" else [told]
    if kind in _GEOMETRIES:
        features = [{"type": "Feature", "properties": {}, "geometry": told}]
    elif kind not in ("FeatureCollection", "Feature") or not isinstance(features, list):
        raise ConversionError(
            tr(
                "{name} cannot be read: it is no {kind}, although its name says so.",
                name=path.name,
                kind="GeoJSON",
            )
        )
    with target.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[' + b" " * _BLANKS)
        for number, feature in enumerate(features):
            file.write((b"," if number else b"") + orjson.dumps(feature))
        file.write(b"]")
        for key in ("name", "crs"):
            if key in told:
                file.write(b',"%s":%s' % (key.encode(), orjson.dumps(told[key])))
        file.write(b"}")


class _Copier(ContentHandler):
    """Writes XML as it is read, without comments, instructions and what names other places."""

    def __init__(self, path: Path, writer: XMLGenerator) -> None:
        super().__init__()
        self._path = path
        self._writer = writer
        self._suffix = path.suffix.lower()
        self._depth = 0

    def startDocument(self) -> None:  # noqa: N802 - the name that SAX calls
        self._writer.startDocument()

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802
        self._depth += 1
        if self._depth > limit("depth"):
            raise ConversionError(
                tr(
                    "{name} is nested more than {most} levels deep; {hint}.",
                    name=self._path.name,
                    most=limit("depth"),
                    hint=how_to_raise("depth"),
                )
            )
        if self._depth == 1:
            self._start_root(name, attrs)
            return
        kept = {key: text for key, text in attrs.items() if key.rpartition(":")[2] not in _NAMES_ANOTHER}
        self._writer.startElement(name, AttributesImpl(kept))

    def _start_root(self, name: str, attrs: Any) -> None:
        """The first element with its namespaces alone, and blanks behind it."""
        if name.rpartition(":")[2] not in _ROOTS[self._suffix]:
            raise ConversionError(
                tr(
                    "{name} cannot be read: it is no {kind}, although its name says so.",
                    name=self._path.name,
                    kind=_KINDS[self._suffix],
                )
            )
        wanted = {".gpx": ("xmlns", "version", "creator"), ".gml": ("xmlns", "gml:id", "fid")}
        kept = {
            key: text
            for key, text in attrs.items()
            if (key in wanted.get(self._suffix, ("xmlns",)) or key.startswith("xmlns:"))
            and _NAMESPACE.fullmatch(text)
        }
        self._writer.startElement(name, AttributesImpl(kept))
        self._writer.ignorableWhitespace(" " * _BLANKS)

    def endElement(self, name: str) -> None:  # noqa: N802
        self._depth -= 1
        self._writer.endElement(name)

    def characters(self, content: str) -> None:
        self._writer.characters(content)


def copy_xml(path: Path, target: Path) -> None:
    """Write a KML, GML or GPX file without references to anything outside of it.

    Raises
    ------
    ConversionError
        It is of another kind, damaged, too large, nested too deeply, or declares entities.
    """
    _check_size(path)
    parser = make_parser()
    parser.forbid_dtd = True
    try:
        with target.open("wb") as file, path.open("rb") as source:
            parser.setContentHandler(_Copier(path, XMLGenerator(file, "utf-8", short_empty_elements=False)))
            parser.parse(source)
    except ConversionError:
        raise
    except DefusedXmlException:
        raise ConversionError(
            tr("{name} is not read: it declares entities, which could name other files.", name=path.name)
        ) from None
    except (SAXException, UnicodeError, ValueError) as error:
        message = error.getMessage() if isinstance(error, SAXException) else str(error)
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=message)) from None
