"""Callbacks whose failures are seen.

What a widget's callback raises ends in a log that nobody looks at; so each callback is wrapped, and the
widget shows the exception in its own place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gpwidgets.errors import (
    AccessDenied,
    AuthenticationError,
    BadReply,
    ConnectionFailed,
    GPError,
    InputErrors,
    ResourceNotFound,
    RunCancelled,
    RunExpired,
    RunLost,
    RunTimedOut,
    ServerError,
    TaskChoice,
    TaskNotFound,
    URLError,
)
from gpwidgets.secrets import mask
from gpwidgets.texts import later, tr

if TYPE_CHECKING:
    from gpwidgets.protocol.responses.advice import Advice


class ShowsErrors(Protocol):
    """A widget with a place for exceptions."""

    def show_error(self, error: Exception) -> None:
        """Show the exception to the user."""


Result = TypeVar("Result")


def guarded(method: Callable[..., Result]) -> Callable[..., Result | None]:
    """Wrap a callback method: what it raises goes to the widget's ``show_error``, and None comes back."""

    @wraps(method)
    def call(self: ShowsErrors, *args: Any, **kwargs: Any) -> Result | None:
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self.show_error(error)
            return None

    return call


#: What an exception may say before it is in the way of what stands below it.
_LONG_TEXT, _MANY_LINES = 800, 10

_TITLES: tuple[tuple[type[Exception], str, str], ...] = (
    (
        AuthenticationError,
        later("Sign-in needed"),
        later("Sign in below, or pass auth= when you make the widget."),
    ),
    (AccessDenied, later("Not allowed"), later("You are signed in, but this account may not use it.")),
    (TaskNotFound, later("Task not found"), ""),
    (TaskChoice, later("Which task?"), ""),
    (URLError, later("Not the address of a service"), ""),
    (
        ResourceNotFound,
        later("Not found on the server"),
        later("Check the address; the service may have been moved."),
    ),
    (ConnectionFailed, later("No connection"), later("Check the address and the network, then try again.")),
    (
        BadReply,
        later("Unreadable answer"),
        later("The address may belong to a web page and not to a service."),
    ),
    (InputErrors, later("Not started: the form needs a look"), ""),
    (RunCancelled, later("Cancelled"), ""),
    (RunTimedOut, later("Over the time limit"), later("Try a smaller area or fewer features.")),
    (
        RunExpired,
        later("No longer on the server"),
        later("Run it again to have its results."),
    ),
    (
        RunLost,
        later("Not known whether it runs"),
        later("The answer was lost; the server may or may not have started it."),
    ),
)


def _leads_nowhere(error: Exception) -> bool:
    """Whether it is a server's answer to a path that it does not have; many send no 404."""
    return isinstance(error, ServerError) and error.code == 400 and "invalid url" in error.message.lower()


def error_words(error: Exception) -> tuple[str, str, str]:
    """Return what happened, the exception's own text and what to do about it, secrets hidden."""
    for kind, title, advice in _TITLES:
        if isinstance(error, kind) or (kind is ResourceNotFound and _leads_nowhere(error)):
            return tr(title), mask(str(error)), tr(advice)
    if isinstance(error, GPError):
        return tr("It did not work"), mask(str(error)), ""
    if isinstance(error, OSError) and error.strerror and error.filename:  # a folder that a user has typed
        return tr("It did not work"), mask(f"{error.strerror}: {error.filename}"), ""
    return tr("Unexpected trouble"), mask(f"{type(error).__name__}: {error}"), ""


def _advice_html(advice: Advice) -> str:
    link = (
        f'<a href="{escape(advice.source)}" target="_blank" rel="noopener">{escape(tr("More on this"))}</a>'
    )
    return f'<div class="gpw-advice">{escape(advice.text)} {link}</div>'


def _holds_long(text: str) -> str:
    """Attributes of the place for a text; a long one, like a traceback of the tool, scrolls in it."""
    is_long = len(text) > _LONG_TEXT or text.count("\n") > _MANY_LINES
    return ' class="gpw-long-text" tabindex="0"' if is_long else ""


def error_html(error: Exception | None) -> str:
    """Return an exception as an alert; empty for None."""
    if error is None:
        return ""
    from gpwidgets.protocol.responses.advice import advice_for  # not before something has gone wrong

    title, text, advice = error_words(error)
    shown = escape(text).replace("\n", "<br>")
    more = f'<div class="gpw-advice">{escape(advice)}</div>' if advice else ""
    more += "".join(map(_advice_html, advice_for(text, getattr(error, "code", None))))
    return (
        f'<div class="gpw-alert gpw-error mathjax_ignore" role="alert"><b><span aria-hidden="true">✖</span> '
        f"{escape(title)}</b>"
        f"<div{_holds_long(text)}>{shown}</div>{more}</div>"
    )
