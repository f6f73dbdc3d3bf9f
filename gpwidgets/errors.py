"""Every exception and warning that gpwidgets raises.

::

    GPError
    ├── ConnectionFailed      (ConnectionError)   no usable connection to the server
    ├── BadReply              (ValueError)        HTML, cut or unreadable JSON, or too much of it
    ├── ServerError                               the server answered with an error
    │   ├── AuthenticationError (PermissionError) sign in first, or again: 498, 499, 401
    │   ├── AccessDenied        (PermissionError) signed in but not allowed: 403
    │   └── ResourceNotFound    (LookupError)     no such service, task or job: 404
    │       └── TaskNotFound                      the service is there and has no such task
    ├── TaskChoice                                a service has several tasks, and none is named
    ├── URLError              (ValueError)        no address of a service, task or job
    ├── UploadError           (ValueError)        a file cannot be uploaded
    ├── PublishError          (TypeError)         a function cannot be published as a task
    ├── DemoNotInstalled      (ImportError)       the extra packages of the demo are missing
    ├── ParameterError        (ValueError)        one input is missing or wrong
    │   └── InputErrors                           several inputs at once
    ├── ConversionError       (ValueError)        geometry or table cannot be turned into a frame or back
    │   ├── CRSMissing                            coordinates are no degrees, and nothing names their system
    │   └── LayerChoice                           there are several layers, and nothing says which one
    ├── RunError              (RuntimeError)      a run ended without results
    │   ├── RunFailed                             the tool raised; its messages say why
    │   ├── RunCancelled                          cancelled on the server
    │   ├── RunTimedOut         (TimeoutError)    over the server's own time limit
    │   ├── RunExpired                            the server has thrown the job away
    │   └── RunLost                               the answer to the submission never arrived
    └── WaitTimeout           (TimeoutError)      still running when the caller's time was up

    GPWarning (UserWarning)
    ├── TruncatedResult       the server held rows back
    ├── CurveApproximated     a true curve became a line of short segments
    ├── DateOutOfRange        a date is outside the years that a column can hold
    ├── GeometryRepaired      a ring or path could not be used as it was sent
    ├── LayersLeftOut         some layers of a feature collection could not be taken
    ├── MeasuresDropped       measures (m) had no place in a format or in an old GEOS
    ├── ReferencesDiffer      features named several coordinate systems, and were brought into one
    └── RoughTransformation   a change of coordinate system is only roughly right

All are importable from ``gpwidgets``.

Examples
--------
>>> import gpwidgets as gp
>>> try:
...     gp.GPTask("https://www.example.com/")
... except gp.URLError as error:
...     print(type(error).__mro__[1].__name__)
GPError
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gpwidgets.secrets import mask
from gpwidgets.texts import tr

__all__ = [
    "AccessDenied",
    "AuthenticationError",
    "BadReply",
    "CRSMissing",
    "ConnectionFailed",
    "ConversionError",
    "CurveApproximated",
    "DateOutOfRange",
    "DemoNotInstalled",
    "GPError",
    "GPWarning",
    "GeometryRepaired",
    "InputErrors",
    "LayerChoice",
    "LayersLeftOut",
    "MeasuresDropped",
    "ParameterError",
    "PublishError",
    "ReferencesDiffer",
    "ResourceNotFound",
    "RoughTransformation",
    "RunCancelled",
    "RunError",
    "RunExpired",
    "RunFailed",
    "RunLost",
    "RunTimedOut",
    "ServerError",
    "TaskChoice",
    "TaskNotFound",
    "TruncatedResult",
    "URLError",
    "UploadError",
    "WaitTimeout",
]


class GPError(Exception):
    """Base of everything that gpwidgets raises on purpose."""


class ConnectionFailed(GPError, ConnectionError):
    """No usable connection: refused, reset, timed out, unknown host, bad certificate.

    Attributes
    ----------
    url : str
        What was asked for, without secrets.
    maybe_sent : bool
        Whether the request may have reached the server; a submission that may have is never repeated.
    retry_after : float
        Seconds that the server asked to wait; 0 when it did not.
    overdue : bool
        Whether an answer was coming, but not within its time; another try at once would wait as long again.
    may_pass : bool
        Whether another try may work; not where the port speaks http and the address says https.
    """

    retry_after: float = 0.0
    overdue = False
    may_pass = True

    def __init__(self, message: str, *, url: str = "", maybe_sent: bool = True) -> None:
        super().__init__(mask(message))
        self.url: str = mask(url)
        self.maybe_sent = maybe_sent


class BadReply(GPError, ValueError):
    """The server answered something that is not the JSON asked for.

    Attributes
    ----------
    url : str
        What was asked for, without secrets.
    may_pass : bool
        Whether another try may get a better answer; not when this one was too large.
    incomplete : bool
        Whether it is an answer of the service of which nothing came, or only the beginning: the server has
        done what was asked for.
    """

    incomplete = False

    def __init__(self, message: str, *, url: str = "", may_pass: bool = True) -> None:
        super().__init__(mask(message))
        self.url: str = mask(url)
        self.may_pass = may_pass


class URLError(GPError, ValueError):
    """A text is not the URL of an ArcGIS service, task or job."""


class UploadError(GPError, ValueError):
    """A file cannot be uploaded: the service takes none, or refuses this one."""


class RecordingError(GPError, ValueError):
    """A file is no recorded lesson, or is not taken: damaged, too large, written by a newer version."""


class PublishError(GPError, TypeError):
    """A function cannot be published as a task in the way it is written."""


class DemoNotInstalled(GPError, ImportError):
    """What the demo needs beside the package itself is missing."""


class ServerError(GPError):
    """The server answered with an error, usually inside an HTTP 200.

    Attributes
    ----------
    code : int or None
        The error code of the body, or the HTTP status.
    message : str
        The server's own words.
    details : tuple of str
        Further lines of the server.
    url : str
        What was asked for, without secrets.
    retry_after : float
        Seconds that the server asked to wait; 0 when it did not.
    """

    retry_after: float = 0.0

    def __init__(
        self, message: str, *, code: int | None = None, details: Sequence[str] = (), url: str = ""
    ) -> None:
        self.code = code
        self.message: str = mask(message)
        self.details: tuple[str, ...] = tuple(mask(line) for line in details)
        self.url: str = mask(url)
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [self.message or tr("The server reported an error without a text.")]
        lines += [line for line in self.details if line and line not in lines]
        number = f" (code {self.code})" if self.code is not None else ""
        return " ".join(lines) + number


class AuthenticationError(ServerError, PermissionError):
    """A token is wanted (499), or the one sent is invalid or has expired (498, 401)."""


class AccessDenied(ServerError, PermissionError):
    """The account is known but not allowed to do this (403); another token will not help."""


class ResourceNotFound(ServerError, LookupError):
    """The server knows no such service, task, job or result (404)."""


class TaskNotFound(ResourceNotFound):
    """The service is there and has no task of this name."""


class TaskChoice(GPError):
    """The address is that of a service which has several tasks, and none is named."""


class ParameterError(GPError, ValueError):
    """An input is missing or wrong.

    Attributes
    ----------
    parameter : str
        Name of the task parameter.
    problem : str
        What is wrong and what would be right, without the name.
    """

    def __init__(self, parameter: str, problem: str) -> None:
        self.parameter = parameter
        self.problem: str = mask(problem)
        super().__init__(f"{parameter}: {self.problem}" if parameter else self.problem)


class InputErrors(ParameterError):
    """Several inputs are missing or wrong.

    Attributes
    ----------
    errors : tuple of ParameterError
        One for each input, in the order of the task's parameters.
    """

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        self.errors: tuple[ParameterError, ...] = tuple(errors)
        super().__init__("", "\n".join(str(error) for error in self.errors))


class ConversionError(GPError, ValueError):
    """A geometry, feature set or table cannot be turned into a frame, or a frame into one."""


class CRSMissing(ConversionError):
    """Coordinates cannot be longitudes and latitudes, and nothing names their coordinate system.

    Attributes
    ----------
    place : tuple of float
        x and y of one of them, as given.
    """

    def __init__(self, text: str, *, place: tuple[float, float]) -> None:
        super().__init__(text)
        self.place = place


class LayerChoice(ConversionError):
    """A file or feature collection holds several layers, and nothing says which one is meant.

    Attributes
    ----------
    layers : tuple of str
        Their names.
    """

    def __init__(self, text: str, *, layers: Sequence[str]) -> None:
        super().__init__(text)
        self.layers: tuple[str, ...] = tuple(layers)


class RunError(GPError, RuntimeError):
    """A run ended without results.

    Attributes
    ----------
    run : gpwidgets.Run or None
        The run, still readable.
    messages : tuple of gpwidgets.protocol.responses.replies.GPMessage
        What the tool said.
    """

    def __init__(self, text: str, *, run: Any = None, messages: Sequence[Any] = ()) -> None:
        super().__init__(mask(text))
        self.run = run
        self.messages: tuple[Any, ...] = tuple(messages)


class RunFailed(RunError):
    """The tool raised an error on the server; ``messages`` holds its words."""


class RunCancelled(RunError):
    """The run was cancelled on the server."""


class RunTimedOut(RunError, TimeoutError):
    """The run took longer than the server allows a job of this service, or than `Run.give_up_after` did."""


class RunExpired(RunError):
    """The server no longer knows the job: cleaned up after some hours, or deleted."""


class RunLost(RunError):
    """The answer to the submission never arrived, so the job may exist without a known id."""


class WaitTimeout(GPError, TimeoutError):
    """The time given to `Run.wait` is over; the run itself goes on.

    Attributes
    ----------
    run : gpwidgets.Run or None
        The run; wait again, look at it or cancel it.
    """

    def __init__(self, text: str, *, run: Any = None) -> None:
        super().__init__(text)
        self.run = run


class GPWarning(UserWarning):
    """Base of the warnings of gpwidgets."""


class TruncatedResult(GPWarning):
    """The server held rows back, so a result is not complete."""


class CurveApproximated(GPWarning):
    """A true curve became a line of short segments."""


class DateOutOfRange(GPWarning):
    """A date is before the year 1 or after 9999, so it is missing in a frame."""


class GeometryRepaired(GPWarning):
    """A ring or path could not be used as it was sent."""


class LayersLeftOut(GPWarning):
    """Some layers of a feature collection could not be taken; the text names them."""


class MeasuresDropped(GPWarning):
    """Measures (m) had no place in a file format, or in a GEOS older than 3.12."""


class ReferencesDiffer(GPWarning):
    """Features named several coordinate systems, and were brought into one."""


class RoughTransformation(GPWarning):
    """A change of coordinate system is only roughly right; the text says how far off places may be."""
