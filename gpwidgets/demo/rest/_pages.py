"""The small HTML pages that a browser gets: links to what lies below, and the resource as text."""

from __future__ import annotations

import json
from html import escape
from typing import Any
from urllib.parse import quote

_STYLE = "body{font:15px/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}pre{overflow:auto}"


def html_page(path: str, body: Any) -> str:
    """A page for one resource.

    Parameters
    ----------
    path
        Path of the resource, percent-encoded.
    body
        Its JSON value.
    """
    path = path.rstrip("/")
    links = "".join(
        f'<li><a href="{escape(url)}">{escape(label)}</a></li>' for label, url in _links(path, body)
    )
    text = escape(json.dumps(body, indent=1, ensure_ascii=False, default=str))
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(path)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{escape(path)}</h1>"
        f"<p><a href='{escape(path)}?f=pjson'>JSON</a></p><ul>{links}</ul><pre>{text}</pre></body></html>"
    )


def _links(path: str, body: Any) -> list[tuple[str, str]]:
    if not isinstance(body, dict):
        return []
    root = path[: path.find("/rest/services") + len("/rest/services")]
    found = [(name, f"{root}/{quote(name)}") for name in body.get("folders", ())]
    if isinstance(body.get("services"), list):
        found += [(s["name"], f"{root}/{quote(s['name'])}/{s['type']}") for s in body["services"]]
    if isinstance(body.get("tasks"), list):
        found += [(name, f"{path}/{quote(name, safe='')}") for name in body["tasks"]]
    for kind in ("results", "inputs"):
        if isinstance(body.get(kind), dict):
            found += [(name, f"{path}/{link['paramUrl']}") for name, link in body[kind].items()]
    return found


LOGIN_PAGE = (
    "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1>"
    "<form method='post'><input name='username'><input name='password' type='password'></form></body></html>"
)


def error_page(code: int) -> str:
    """What a proxy in front of a server sends when it fails."""
    return f"<html><head><title>{code} Error</title></head><body><h1>{code}</h1><hr>gateway</body></html>"
