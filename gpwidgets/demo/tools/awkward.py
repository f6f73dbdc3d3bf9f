"""Names and texts that are allowed on the wire and awkward for clients."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import tool


class CountOutputs(NamedTuple):
    """Outputs with awkward names."""

    words: Annotated[int, Param(name="Number of words")]
    text: Annotated[str, Param(name="text-out")]


@tool("Count words - quickly", display_name='Count "words" & more')
def count_words(
    text: Annotated[str, Param(name="Text to count", display_name='Text "to count"')] = 'He said "no"',
    keyword: Annotated[
        str, Param(name="class", description=r"A path such as C:\Users\New and '''quotes'''.")
    ] = "",
    gis: Annotated[str, Param(name="gis")] = "",
    context: Annotated[
        str, Param(name="context", description="Shares its name with the environment field.")
    ] = "",
    method: Annotated[
        Literal["split at blanks", "letters & digits"],
        Param(name="how-to", description="<b>Bold</b> & <i>more</i>"),
    ] = "split at blanks",
) -> CountOutputs:
    """Count words; <b>markup</b>, <script>alert("scripts")</script> and "quotes" do no harm here."""
    import re

    found = text.split() if method == "split at blanks" else re.findall(r"\w+", text)
    return CountOutputs(len(found), " | ".join(part for part in (keyword, gis, context) if part))


@tool("Größe in Ångström", output="Länge")
def to_angstrom(länge: Annotated[float, Param(name="Länge in Metern")] = 1.0) -> float:
    """Names in any language: a length in Ångström."""
    return länge * 1e10
