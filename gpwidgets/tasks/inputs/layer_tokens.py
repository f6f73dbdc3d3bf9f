"""Tokens for layers that are inputs: the task's server reads such a layer itself, in the user's name.

A token is written into a request only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gpwidgets.errors import GPError
from gpwidgets.protocol.values import LayerReference
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession

__all__ = ["session_for", "token_for"]


def session_for(layer: LayerReference, session: GPSession) -> GPSession:
    """The session that reads a layer: one with the layer's own sign-in, else the task's."""
    if layer.auth is None:
        return session
    from gpwidgets.client.http.session import GPSession

    return GPSession(layer.auth)


def token_for(layer: LayerReference, session: GPSession) -> str:
    """The token that the task's server gets for a layer; empty where none is known.

    The sign-in of the task counts for layers of the same server only.

    Parameters
    ----------
    layer
        The input.
    session
        Of the task.

    Raises
    ------
    GPError
        The layer's own sign-in is no token that others can use, or belongs to another server.
    """
    own = session_for(layer, session)
    token = own.token_for(layer.url)
    if layer.auth is not None and not token:
        raise GPError(
            tr(
                "the sign-in of the layer cannot be passed on: it is no token, its token is bound to this "
                "program, or it was used with another server before. Give the layer a gp.Token of its own."
            )
        )
    return token
