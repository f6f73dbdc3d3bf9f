"""What a run gave back: values by output name, with what could not be read beside them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod

from gpwidgets.bounds import limit
from gpwidgets.datatypes.frame_checks import is_frame, is_table
from gpwidgets.datatypes.registry import kind_words, name_of_value, words_of
from gpwidgets.errors import GPError
from gpwidgets.former_paths import names_of
from gpwidgets.html_blocks import block, paragraph, table, title
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.frame_info import is_truncated
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.plain_text import one_line
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.protocol.values import DataFile, RasterData
from gpwidgets.secrets import SecretText
from gpwidgets.texts import tr, trn

if TYPE_CHECKING:
    from gpwidgets.tasks.results.result_map import ResultMap

__getattr__: Callable[[str], Any] = names_of("gpwidgets.tasks.results.outputs")


class Outputs(Mapping[str, Any]):
    """The decoded results of a run.

    A read-only mapping from output name to value; each is an attribute too, with underscores for characters
    that Python does not allow in names, and one at the end of a name that is a keyword or one of this class:
    an output ``save`` is ``outputs.save_``.

    Attributes
    ----------
    messages : tuple of gpwidgets.protocol.responses.replies.GPMessage
        What the tool said; a tool may report trouble here and still succeed.
    errors : dict of str to Exception
        Outputs that could not be fetched or read; reading such a one raises its error.
    truncated : tuple of str
        Outputs of which the server held rows back.
    missing : dict of str to int or None
        How many rows of a truncated output are held back; None where the server does not tell.
    doubtful : tuple of str
        Outputs with just as many rows as the service sends at most, of which the server does not say whether
        there are more.
    parameters : dict of str to gpwidgets.protocol.description.GPParameter
        The description of each output.
    provenance : dict
        Task URL, job id, inputs without secrets, time and versions.
    kept_until : datetime.datetime or None
        When servers usually throw the result files away; None when that is not known.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> out = task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> out
    Outputs
      Buffers: 1 feature (EPSG:4326)
    >>> out["Buffers"] is out.Buffers
    True
    >>> out.messages[2].description
    'Buffered 1 points by 5,000 m.'
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        parameters: Mapping[str, GPParameter] | None = None,
        messages: Sequence[GPMessage] = (),
        errors: Mapping[str, Exception] | None = None,
        truncated: Sequence[str] = (),
        doubtful: Sequence[str] = (),
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        self._values = dict(values)
        self.parameters: dict[str, GPParameter] = dict(parameters or {})
        self.messages: tuple[GPMessage, ...] = tuple(messages)
        self.errors: dict[str, Exception] = dict(errors or {})
        self.truncated: tuple[str, ...] = tuple(truncated)
        self.missing: dict[str, int | None] = dict.fromkeys(self.truncated)
        self.doubtful: tuple[str, ...] = tuple(doubtful)
        self.provenance: dict[str, Any] = dict(provenance or {})
        self.kept_until: datetime | None = None
        self._fetched: Container[str] = frozenset()
        self._find_map: Callable[[], ResultMap | None] = _no_map
        self._complete: Callable[[str, Any], Any] | None = None
        self._fetchable: frozenset[str] = frozenset()
        self._when_completed: list[WeakMethod[Callable[[], None]]] = []

    def _keep_track(
        self,
        fetched: Container[str],
        kept_until: datetime | None,
        find_map: Callable[[], ResultMap | None] | None,
        complete: Callable[[str, Any], Any] | None,
        fetchable: Iterable[str],
    ) -> None:
        self._fetched = fetched
        self.kept_until = kept_until
        self._find_map = find_map or _no_map
        self._complete, self._fetchable = complete, frozenset(fetchable)

    def can_fetch(self, name: str) -> bool:
        """Whether there is a way to the rows of this output that the server held back."""
        return name in self.truncated and name in self._fetchable

    def fetch_missing(self, name: str) -> Any:
        """Fetch the rows of an output that the server held back, from the map service of its job.

        Parameters
        ----------
        name
            One of `truncated`.

        Returns
        -------
        geopandas.GeoDataFrame
            All rows; they take the place of those that were here.

        Raises
        ------
        GPError
            There is no way to them, or it does not work now; what was here stays.

        Notes
        -----
        Reads ``…/MapServer/jobs/<id>/<n>/query``.
        """
        if name not in self.truncated:
            return self[name]
        if self._complete is None:
            raise GPError(tr("There is no way to the rows of {name} that are missing.", name=name))
        whole = self._complete(name, self._values[name])
        self._values[name] = whole
        if not is_truncated(whole):
            self.truncated = tuple(one for one in self.truncated if one != name)
            self.missing.pop(name, None)
        self._when_completed = [one for one in self._when_completed if one() is not None]
        for callback in [one() for one in self._when_completed]:
            if callback is not None:
                callback()
        return whole

    def call_when_completed(self, method: Callable[[], None]) -> None:
        """Call a method, which is not kept alive by that, after missing rows have been fetched."""
        self._when_completed.append(WeakMethod(method))

    @property
    def result_map(self) -> ResultMap | None:
        """The map service that shows these results; None where the service has none.

        Raises
        ------
        GPError
            The description of the service had to be read, and could not be.
        """
        return self._find_map()

    def __getitem__(self, name: str) -> Any:
        if name in self.errors:
            raise self.errors[name]
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values or name in self.errors  # reading one that failed raises, asking does not

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        for known in (*self._values, *self.errors):
            if name in (known, python_name(known), python_name(known, _OWN_NAMES)):
                return self[known]
        listed = ", ".join(self) or "none"
        raise AttributeError(f"there is no output {name!r}; the outputs are: {listed}")

    @property
    def unsaved(self) -> tuple[str, ...]:
        """Outputs that are files on the server which have been neither downloaded nor read."""
        return tuple(name for name, value in self._values.items() if self._is_on_the_server(value))

    def _is_on_the_server(self, value: Any) -> bool:
        if isinstance(value, list | tuple):
            return any(map(self._is_on_the_server, value))
        is_file = isinstance(value, DataFile | RasterData) and not value.path
        return is_file and bool(value.url) and value.url not in self._fetched

    @property
    def note(self) -> str:
        """What to know about results that are on the server only; empty when there are none."""
        if not self.unsaved:
            return ""
        names = ", ".join(self.unsaved)
        when = (
            tr("until about {time:%H:%M}", time=self.kept_until.astimezone())
            if self.kept_until
            else tr("for some hours only")
        )
        return tr(
            "On the server {when}, unless its owner says otherwise: {names}. Save what you need.",
            when=when,
            names=names,
        )

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Save everything in a folder or a zip, to be opened again when the server has it no more.

        Parameters
        ----------
        path
            A folder, or a file that ends in ``.zip``; made anew.
        overwrite
            Whether outputs that were saved there before may be replaced; nothing else ever is.

        Returns
        -------
        pathlib.Path
            Where they are. Features and tables are GeoParquet where pyarrow is installed and GeoPackage
            elsewhere, result files are copied, the rest is in ``outputs.json``.

        Raises
        ------
        FileExistsError
            There is something else at `path`.
        ConversionError, OSError
            It could not be written; nothing is left behind.
        """
        from gpwidgets.tasks.results.saving import save_outputs

        return save_outputs(self, path, overwrite=overwrite)

    @classmethod
    def open(cls, path: str | Path) -> Outputs:
        """Open outputs that were saved, with messages, provenance, types of columns and coordinate systems.

        Parameters
        ----------
        path
            From `save`.

        Raises
        ------
        ConversionError
            There is something else at `path`. An output that cannot be read is among `errors` instead.
        FileNotFoundError
            There is nothing.
        """
        from gpwidgets.tasks.results.saving import open_outputs

        return open_outputs(path, cls)

    def __iter__(self) -> Iterator[str]:
        known = {**self._values, **self.errors}
        listed = [name for name in self.parameters if name in known]  # the task's order, failed ones included
        return iter(dict.fromkeys([*listed, *known]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def is_hidden(self, name: str) -> bool:
        """Whether an output is a text that is not to be shown; reading it gives the text all the same."""
        parameter = self.parameters.get(name)
        declared = parameter is not None and parameter.is_hidden
        return declared or isinstance(self._values.get(name), SecretText)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(python_name(name, _OWN_NAMES) for name in self)})

    def __repr__(self) -> str:
        lines = [f"  {name}: {self._in_a_line(name)}" for name in self._values]
        most = limit("outputs")
        bad = list(self.errors.items())
        lines += [f"  {name}: could not be read: {error}" for name, error in bad[:most]]
        lines += [tr("  and {left:,} more that could not be read", left=len(bad) - most)] * (len(bad) > most)
        lines += [f"  {self.note}"] if self.note else []
        head = (
            [tr("Outputs, not complete: {words}", words=missing_words(self))]
            if self.truncated
            else ["Outputs"]
        )
        ways = [f"fetch_missing({name!r})" for name in self.truncated if self.can_fetch(name)]
        head += [tr("  to be fetched by {ways}", ways=", ".join(ways))] if ways else []
        return "\n".join([*head, *lines]) if lines else "Outputs (the task has none)"

    def _repr_html_(self) -> str:
        kinds = {name: kind_words(parameter) for name, parameter in self.parameters.items()}
        lines = {name: self._in_a_line(name) for name in self._values}
        lines |= {name: tr("could not be read: {error}", error=error) for name, error in self.errors.items()}
        rows = [(name, kinds.get(name, ""), lines[name]) for name in self]
        return block(
            title("Outputs"),
            paragraph(missing_words(self)),
            table(rows, (tr("Name"), tr("Type"), tr("Value"))) or paragraph(tr("The task has none.")),
            paragraph(self.note),
        )

    def _in_a_line(self, name: str) -> str:
        if self.is_hidden(name):
            return "(hidden)"
        cut = tr(" so far") if name in self.truncated else ""
        return summary(self._values[name]) + cut


def missing_words(outputs: Outputs, titles: Mapping[str, str] | None = None) -> str:
    """Say how many rows of each output are held back by the server; empty when none are.

    Parameters
    ----------
    outputs
        Of a run.
    titles
        What to call the outputs.
    """
    words = []
    for name in outputs.truncated:
        count, title = outputs.missing.get(name), (titles or {}).get(name) or name
        if count is None:
            words.append(tr("rows of {title} are missing, the server does not say how many", title=title))
        else:
            words.append(
                trn(
                    "{n:,} row of {title} is missing", "{n:,} rows of {title} are missing", count, title=title
                )
            )
    return "; ".join(words)


def _no_map() -> None:
    return None


_OWN_NAMES = frozenset(
    {
        *dir(Outputs),
        *("messages", "errors", "truncated", "missing", "doubtful", "parameters", "provenance", "kept_until"),
    }
)


def summary(value: Any) -> str:
    """A value in half a line."""
    if is_frame(value):
        crs = value.crs.to_string() if value.crs is not None else tr("unknown CRS")
        return trn("{n:,} feature ({crs})", "{n:,} features ({crs})", len(value), crs=crs[:40])
    if is_table(value):
        return trn("{n:,} row", "{n:,} rows", len(value))
    is_text = isinstance(value, str) and not isinstance(value, SecretText)
    text = _quoted(one_line(value, 100)) if is_text else _in_words(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _in_words(value: Any) -> str:
    """A value, and all that is in it, as people write it."""
    if value is None:
        return tr("no value")
    if isinstance(value, str):
        return repr(value) if isinstance(value, SecretText) else one_line(value, 100)
    if name_of_value(value):
        return words_of(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_in_words(one)}" for name, one in value.items()) or tr("empty")
    if isinstance(value, list | tuple | set | frozenset):
        has_rows = any(isinstance(one, list | tuple) for one in value)
        return ("; " if has_rows else ", ").join(map(_in_words, value)) or tr("empty")
    return str(value)
