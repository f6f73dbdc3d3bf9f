"""What a server shows of itself when a connection is made: times, encryption, certificate."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from gpwidgets.protocol.urls import split_address
from gpwidgets.texts import tr

__all__ = ["connection_facts", "place_only"]

_SECONDS = 10.0


def connection_facts(url: str, verify: bool | str, *, proxied: bool) -> dict[str, Any]:
    """Connect once and say what was seen; nothing is sent but the greeting of the encryption.

    Parameters
    ----------
    url
        Of the server.
    verify
        ``"default"``, ``"system"``, ``"off"``, or the path of certificates of trusted authorities.
    proxied
        Whether requests go through a proxy, which no connection is made around.

    Returns
    -------
    dict
        Facts by name; ``"trouble"`` where it did not work, ``"pem"`` the server's certificate.
    """
    if proxied:
        return {"trouble": tr("Requests go through a proxy, so no separate connection was made to look at.")}
    parts = urlsplit(url)
    facts: dict[str, Any] = {}
    try:
        place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        began = time.monotonic()
        with socket.create_connection(place, timeout=_SECONDS) as connection:
            facts["connect_ms"] = round(1000 * (time.monotonic() - began), 1)
            facts["address"] = connection.getpeername()[0]
            if parts.scheme == "https":
                facts |= _greeting(connection, place[0], _context(verify))
    except ssl.SSLCertVerificationError as error:
        facts |= {"trusted": False, "trouble": f"{error.verify_message} ({error.verify_code})"}
        facts |= _unchecked(place)
    except (OSError, ValueError) as error:
        facts["trouble"] = f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
    return facts


def _context(verify: bool | str) -> ssl.SSLContext:
    if verify == "off":
        return _trusting()
    if verify == "system":
        return ssl.create_default_context()
    given = str(verify)
    if verify == "default":
        given = (
            os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
        )
    if os.path.isdir(given):
        return ssl.create_default_context(capath=given)
    return ssl.create_default_context(cafile=given)


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _greeting(connection: socket.socket, host: str, context: ssl.SSLContext) -> dict[str, Any]:
    began = time.monotonic()
    with context.wrap_socket(connection, server_hostname=host) as encrypted:
        cipher = encrypted.cipher()
        told: Mapping[str, Any] = encrypted.getpeercert() or {}
        facts: dict[str, Any] = {
            "handshake_ms": round(1000 * (time.monotonic() - began), 1),
            "protocol": encrypted.version(),
            "cipher": cipher[0] if cipher else None,
            "trusted": context.verify_mode is not ssl.CERT_NONE,
            "valid_until": told.get("notAfter"),
            "issuer": _names(told.get("issuer", ())),
            "names": [str(name[1]) for name in told.get("subjectAltName", ())][:20],
        }
        known = {key: value for key, value in facts.items() if value not in (None, "", [])}
        return {**known, **_pem(encrypted)}


def _unchecked(place: tuple[str, int]) -> dict[str, Any]:
    """What a server shows whose certificate is not trusted."""
    try:
        with socket.create_connection(place, timeout=_SECONDS) as connection:
            return {**_greeting(connection, place[0], _trusting()), "trusted": False}
    except (OSError, ValueError):
        return {}


def _names(issuer: Any) -> str:
    return ", ".join(str(value) for part in issuer for _kind, value in part)


def _pem(encrypted: ssl.SSLSocket) -> dict[str, str]:
    content = encrypted.getpeercert(binary_form=True)
    if not content:
        return {}
    return {"sha256": hashlib.sha256(content).hexdigest(), "pem": ssl.DER_cert_to_PEM_cert(content)}


def place_only(address: str) -> str:
    """Scheme, host and port of an address, without what signs in; such as ``http://proxy:3128``."""
    text = str(address)
    parts = split_address(text if "://" in text else f"http://{text}")
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "?"
