"""Where a redirect leads, and what may go there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

from gpwidgets.client.http._request_urls import without_query
from gpwidgets.client.sign_in.origins import same_origin
from gpwidgets.errors import BadReply
from gpwidgets.secrets import Masker
from gpwidgets.texts import tr

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""HTTP statuses that send a request elsewhere."""

MOST_REDIRECTS = 5
"""Redirects that one request follows."""


def redirect_target(url: str, location: str, method: str, masker: Masker) -> str:
    """Where to send the same request again, as the server gives it, but without a secret of ours.

    Requests would turn a POST into a GET here and lose the form, so redirects are followed by hand.

    Parameters
    ----------
    url
        Where the request was sent.
    location
        The header of that name in the answer.
    method
        ``GET`` or ``POST``, as it was asked for.
    masker
        Knows the secrets that were sent.

    Raises
    ------
    BadReply
        It is no URL, takes a form to another host, gives up encryption, or tells another host a secret.
    """
    try:
        target = urljoin(url, location)
        _ = urlsplit(target).port
    except ValueError:
        raise BadReply(
            tr("{url} redirects to what is no address.", url=without_query(url)), url=url
        ) from None
    old, new = urlsplit(url), urlsplit(target)
    if new.scheme not in ("http", "https") or (old.scheme == "https" and new.scheme == "http"):
        raise BadReply(
            tr("{url} redirects to an address that is not safe to follow.", url=without_query(url)), url=url
        )
    if same_origin(target, url):
        return urlunsplit((new.scheme, new.netloc, new.path, new.query, ""))
    if method == "POST":
        raise BadReply(
            tr(
                "{url} redirects to another host, {host}; use that URL if you trust it.",
                url=without_query(url),
                host=new.netloc.rpartition("@")[2],
            ),
            url=url,
        )
    if masker.text(target) != target:
        raise BadReply(
            tr("{url} redirects to another host with a secret in the address.", url=without_query(url)),
            url=url,
        )
    return urlunsplit((new.scheme, new.netloc, new.path, new.query, ""))


def fields_besides(url: str, fields: Mapping[str, str], same: bool) -> Mapping[str, str]:
    """The fields that a redirect's own query leaves to be sent; none where it leads to another server."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if query and not same:
        return {}
    return {name: text for name, text in fields.items() if name not in query}
