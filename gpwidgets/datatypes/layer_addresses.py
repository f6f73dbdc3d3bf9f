"""Layers as inputs, given with a token: the token is kept beside the address, never in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlunsplit

from gpwidgets.protocol.urls import split_address
from gpwidgets.protocol.values import LayerReference
from gpwidgets.protocol.values.layer_references import layer_auth
from gpwidgets.secrets import LAYER_TOKEN_NAMES, SECRET_NAMES, is_secret_name

__all__ = ["holds_token", "layer_given"]


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
        for key in LAYER_TOKEN_NAMES:
            token = value.get(key)
            if isinstance(token, str) and token:
                made = replace(made, auth=layer_auth(token), token_key="" if key == "token" else key)
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
    auth = layer_auth(tokens[0]) if tokens and layer.auth is None else layer.auth
    return replace(layer, url=urlunsplit(parts._replace(query=kept)), auth=auth)
