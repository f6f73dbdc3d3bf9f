"""What else is at a server, when an address leads to no task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import resources
from gpwidgets.errors import AuthenticationError, ConnectionFailed, GPError, URLError
from gpwidgets.protocol.urls import GPURL

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth

__all__ = ["tasks_beside"]


def tasks_beside(
    url: GPURL, error: Exception, auth: Auth | None = None, *, session: GPSession | None = None
) -> tuple[str, ...]:
    """Return the tasks of the service that an address names, when the task is not one of them.

    Parameters
    ----------
    url
        The address that could not be opened.
    error
        Why; a server that cannot be reached, or wants a sign-in, is not asked again.
    auth, session
        As `GPTask`.

    Notes
    -----
    Reads ``…/GPServer``.
    """
    hopeless = isinstance(error, AuthenticationError | ConnectionFailed | URLError)
    if hopeless or not isinstance(error, GPError) or not url.service_name:
        return ()
    try:
        found = resources.read_service(session or GPSession(auth), url).tasks
    except GPError:
        return ()
    return () if url.task_name in found else found
