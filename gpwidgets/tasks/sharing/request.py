"""The request that a run would send, with nothing sent."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from gpwidgets.errors import GPError
from gpwidgets.html_blocks import block, paragraph, table, title
from gpwidgets.secrets import MASKED
from gpwidgets.texts import tr, trn, written

__all__ = ["UPLOAD", "RequestField", "RequestPreview"]

#: Stands for the item id that a server gives an upload; a real one is a GUID after an "i".
UPLOAD = "upload:"
#: Characters of a value that a table shows.
_SHOWN = 300
#: Systems limit one argument of a command to 128 kB.
_LONGEST_ARGUMENT = 60_000
#: What the servers and browsers in use take; many gateways stop at 8,192.
_LONGEST_ADDRESS = 8_000


@dataclass(frozen=True)
class RequestField:
    """A field of a request's form.

    Attributes
    ----------
    name : str
    text : str
        As it is sent, before the form is URL-encoded; ``***`` in place of secrets.
    size : int
        Bytes of what is sent, in UTF-8, before it is URL-encoded.
    meaning : str
        What the field is for, in half a line.
    is_secret : bool
        Whether the text was hidden as a whole.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> field = task.request(Input_Points="POINT (-84.2 36.4)", Distance="5 km")["Distance"]
    >>> field.size, field.meaning
    (39, 'Distance (Distance)')
    """

    name: str
    text: str
    size: int
    meaning: str = ""
    is_secret: bool = False


@dataclass(frozen=True)
class RequestPreview:
    """What a run with these values would send to start.

    Attributes
    ----------
    method, url : str
        ``"POST"`` and the address of the task's ``execute`` or ``submitJob``.
    fields : tuple of RequestField
        Of its form, in the order in which they are sent. Secrets are not in them.
    uploads : tuple of str
        Local files that are uploaded before; a field names each as ``upload:`` and its path, in place of the
        item id that the server will give it.
    notes : tuple of str
        What may differ when the run is started, in words.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> request = task.request(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> [field.name for field in request.fields]
    ['f', 'returnFeatureCollection', 'Input_Points', 'Distance']
    >>> request["Distance"].text
    '{"distance":5,"units":"esriKilometers"}'
    """

    method: str
    url: str
    fields: tuple[RequestField, ...]
    uploads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> RequestField:
        """The field of this name; KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def size(self) -> int:
        """Bytes of all values together, in UTF-8, before the form is URL-encoded."""
        return sum(field.size for field in self.fields)

    def curl(self) -> str:
        """The command that sends the request, for a shell such as bash.

        Secrets are taken from environment variables, long values and uploads from files; comments say which.
        """
        return _curl(self)

    def address(self) -> str:
        """The request as one address, for the address bar of a browser; secrets are left out.

        Raises
        ------
        GPError
            Browsers and servers do not take addresses that long, or a file has to be uploaded.
        """
        return _address(self)

    def _repr_html_(self) -> str:
        rows = [(one.name, one.text[:_SHOWN], written(one.size), one.meaning) for one in self.fields]
        heads = (tr("Field"), tr("Value"), tr("Bytes"), tr("Meaning"))
        return block(
            title(self.method, self.url),
            table(rows, heads, tr("Nothing of this was sent.")),
            *(paragraph(tr("Uploaded before: {file}", file=name)) for name in self.uploads),
            *map(paragraph, self.notes),
        )

    def __str__(self) -> str:
        lines = [f"{self.method} {self.url}"]
        for one in self.fields:
            more = "…" if len(one.text) > _SHOWN else ""
            size = trn("{n:,} byte", "{n:,} bytes", one.size)
            lines.append(f"  {one.name} = {one.text[:_SHOWN]}{more}  ({size}: {one.meaning})")
        lines += [f"  {tr('Uploaded before: {file}', file=name)}" for name in self.uploads]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def _curl(request: RequestPreview) -> str:
    """The command that sends a request; see `RequestPreview.curl`."""
    comments = list(_comments(request))
    lines = [f"curl {shlex.quote(request.url)}", *(f"  {_option(field)}" for field in request.fields)]
    return "\n".join([*comments, " \\\n".join(lines)])


def _address(request: RequestPreview) -> str:
    """The request as one address; see `RequestPreview.address`."""
    if request.uploads:
        raise GPError(tr("A request that uploads a file is no address."))
    shown = [(one.name, one.text) for one in request.fields if not one.is_secret and MASKED not in one.text]
    made = f"{request.url}?{urlencode(shown)}"
    if len(made) > _LONGEST_ADDRESS:
        raise GPError(
            tr(
                "The request has {size:,} characters as an address, and {most:,} are taken at most.",
                size=len(made),
                most=_LONGEST_ADDRESS,
            )
        )
    return made


def _comments(request: RequestPreview) -> Iterable[str]:
    for one in request.fields:
        name = _one_line(one.name)  # a server's: the rest of one with several lines would be a command
        if one.is_secret:
            yield "# " + tr("{variable} holds the secret {name}.", variable=_variable(one), name=name)
        elif MASKED in one.text:
            yield "# " + tr("{mask} in {name} stands for a secret.", mask=MASKED, name=name)
        elif len(one.text) > _LONGEST_ARGUMENT:
            yield "# " + tr("{file} holds the value of {name}.", file=_file(one), name=name)
    for file in request.uploads:
        yield "# " + tr("Upload {file} first, and put its item id in its place.", file=_one_line(file))


def _option(field: RequestField) -> str:
    name = quote(field.name, safe="")  # curl encodes the value only
    if field.is_secret:
        return f'--data-urlencode "{name}=${_variable(field)}"'
    given = f"{name}@{_file(field)}" if len(field.text) > _LONGEST_ARGUMENT else f"{name}={field.text}"
    return f"--data-urlencode {shlex.quote(given)}"


def _variable(field: RequestField) -> str:
    return re.sub(r"\W", "_", field.name, flags=re.ASCII).upper().lstrip("0123456789") or "SECRET"


def _file(field: RequestField) -> str:
    return re.sub(r"\W", "_", field.name, flags=re.ASCII) + ".txt"


def _one_line(text: str) -> str:
    return " ".join(text.split())
