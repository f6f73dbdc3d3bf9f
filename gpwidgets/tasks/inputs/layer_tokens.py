"""Tokens for layers that are inputs: the task's server reads such a layer itself, in the user's name.

A token is kept in an authentication object beside the layer's address, never in the address, and is written
into a request only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlunsplit

from gpwidgets.errors import GPError
from gpwidgets.protocol.urls import split_address
from gpwidgets.protocol.values import LayerReference
from gpwidgets.secrets import SECRET_NAMES, is_secret_name
from gpwidgets.tasks.inputs.signing import token_auth
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession

__all__ = ["holds_token", "layer_given", "session_for", "token_for"]


def layer_given(value: Any) -> Any:
    """Take the token out of a layer's address or object; anything else comes back as it is.

    Parameters
    ----------
    value
        An address such as ``https://…/FeatureServer/0?token=…``, ``{"url": …, "token": …}``, or a reference
        with such an address.
    """
    if isinstance(value, str) and value.strip().lower().startswith(("http://", "https://")):
        return _apart(LayerReference(value.strip())) if holds_token(value) else value
    if isinstance(value, Mapping) and isinstance(value.get("url"), str):
        made = LayerReference.from_json(value)
        for key in ("token", "serviceToken"):
            token = value.get(key)
            if isinstance(token, str) and token:
                made = replace(made, auth=token_auth(token), token_key="" if key == "token" else key)
        return _apart(made)
    return _apart(value) if isinstance(value, LayerReference) else value


def holds_token(text: str) -> bool:
    """Whether a text that a user has given names a token: as part of an address, or as a key of JSON."""
    lower = text.lower()
    return any(f"{name}=" in lower or f'"{name}"' in lower for name in map(str.lower, SECRET_NAMES))


def _apart(layer: LayerReference) -> LayerReference:
    parts = split_address(layer.url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    tokens = [text for key, text in pairs if is_secret_name(key) and text]
    if not any(is_secret_name(key) for key, _text in pairs):
        return layer
    kept = urlencode([(key, text) for key, text in pairs if not is_secret_name(key)])
    auth = token_auth(tokens[0]) if tokens and layer.auth is None else layer.auth
    return replace(layer, url=urlunsplit(parts._replace(query=kept)), auth=auth)


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
