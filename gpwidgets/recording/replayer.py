"""Replaying: a server on this machine that answers as another one did when it was recorded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from gpwidgets.errors import URLError
from gpwidgets.loopback.local_server import LocalServer
from gpwidgets.protocol.urls import GPURL
from gpwidgets.recording._replay_handler import ReplayHandler
from gpwidgets.recording.answers import Answers
from gpwidgets.recording.lesson_file import Lesson
from gpwidgets.texts import tr

__all__ = ["Replay", "replay"]

_NAME = "arcgis"
_THREADS = 4


class Replay(LocalServer):
    """A running replay; made by :func:`replay`.

    Parameters
    ----------
    path, pace, port, key, origins
        As for :func:`replay`.

    Examples
    --------
    See :func:`replay`:

    >>> import gpwidgets as gp
    >>> gp.replay("no-such-lesson.zip")
    Traceback (most recent call last):
    ...
    FileNotFoundError: ...
    """

    def __init__(
        self,
        path: str | Path,
        *,
        pace: float = 0.0,
        port: int = 0,
        key: str | None = None,
        origins: Iterable[str] = (),
    ) -> None:
        if not (math.isfinite(pace) and pace >= 0):
            raise ValueError(tr("pace is a number from 0 on, not {pace!r}", pace=pace))
        self._lesson = Lesson(Path(path))
        try:
            super().__init__("gp-replay", port=port, key=key, origins=origins)
        except BaseException:
            self._lesson.close()
            raise
        self._address = f"{self._place}/{_NAME}"
        self._answers = Answers(self._lesson, self._address, pace)
        self._begin(ReplayHandler, _THREADS, answers=self._answers, name=_NAME, pace=pace)

    def __repr__(self) -> str:
        return f"<Replay of {self._lesson.path} {self.url}{'' if self._http.running else ' (closed)'}>"

    @property
    def url(self) -> str:
        """The services root, ``http://127.0.0.1:<port>/<key>/arcgis/rest/services``."""
        return f"{self._address}{self._lesson.services}"

    @property
    def tasks(self) -> tuple[str, ...]:
        """Addresses of all recorded tasks."""
        urls = dict.fromkeys(self._answers.tasks.values())
        return tuple(url for url in urls if GPURL.parse(url).task_name)

    @property
    def is_complete(self) -> bool:
        """Whether all that was said is in the lesson; not where it became full."""
        return self._lesson.complete

    def url_of(self, name: str) -> str:
        """The URL of a task or a service.

        Parameters
        ----------
        name
            ``"Viewshed"``, ``"Elevation"``, or ``"Elevation/Viewshed"`` where the task's name is not unique.

        Raises
        ------
        LookupError
            Nothing of that name was recorded.
        """
        found = self._answers.tasks
        if name not in found:
            raise LookupError(
                tr(
                    "no task or service {name!r} was recorded; there are {names}",
                    name=name,
                    names=", ".join(found),
                )
            )
        return found[name]

    def address_of(self, url: str) -> str:
        """The address here of what had another one when it was recorded, or in another replay.

        Parameters
        ----------
        url
            At or below a services root, such as ``settings.task``.

        Raises
        ------
        URLError
            It is no address of an ArcGIS service.
        """
        address = GPURL.parse(url)
        if not self._lesson.services and not address.server.endswith("/rest/services"):
            raise URLError(tr("{url} is no address of the recorded server.", url=str(address)))
        return f"{self.url}{str(address).removeprefix(address.server)}"

    def find(self, task: str) -> str:
        """The address here of a task that is given by its name or by its address elsewhere."""
        return self._answers.tasks.get(task) or self.address_of(task)

    def stop(self) -> None:
        """Stop; may be called twice."""
        super().stop()
        self._lesson.close()

    close = stop


def replay(
    path: str | Path,
    *,
    pace: float = 0.0,
    port: int = 0,
    key: str | None = None,
    origins: Iterable[str] = (),
) -> Replay:
    """Serve a recorded lesson on this machine, without a network.

    Parameters
    ----------
    path
        What :func:`record` has written. It may come from anybody: it is read with care, and runs nothing.
    pace
        Seconds that a recorded second takes: 1 for the recorded pace, 0 to answer at once.
    port
        Port on 127.0.0.1; 0 takes any free one.
    key
        First part of every path, which other users of the computer cannot guess; a new one by default, ``""``
        for none.
    origins
        Origins of web pages that may use it, such as ``"http://localhost:8000"``.

    Returns
    -------
    Replay
        Running; use it in a ``with`` statement, or call ``close()``.

    Raises
    ------
    RecordingError
        The file is no lesson, is damaged, or holds more than is taken.
    OSError
        It cannot be read.

    Notes
    -----
    Inputs that were not recorded get the result of the recorded run that differs least, and a message of the
    run names the inputs that differ. Each run is a job of its own; any user name and password sign in.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> path = pathlib.Path(tempfile.mkdtemp(), "lesson.zip")
    >>> with gp.record(server.url, path) as recorder:
    ...     task = gp.GPTask(recorder.address_of(server.url_of("SlowCount")))
    ...     _ = task(Seconds=0, Steps=3)
    >>> with gp.replay(path) as replay:
    ...     out = gp.GPTask(replay.url_of("SlowCount"))(Seconds=0, Steps=4)
    ...     print(out.Steps_Done)
    ...     print(out.messages[0].description)
    3
    This is a recording. The result is that of another run: Steps differs.
    """
    return Replay(path, pace=pace, port=port, key=key, origins=origins)
