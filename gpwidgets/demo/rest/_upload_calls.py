"""What the uploads resource answers; no HTTP in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gpwidgets.demo.rest._calls import Call, check_posted, sent_file
from gpwidgets.demo.rest._upload_items import MAX_MEGABYTES, UploadStore

__all__ = ["UPLOAD_CALLS"]


def _uploads(items: UploadStore, _call: Call) -> Any:
    return {"uploads": len(items)}


def _upload_info(_items: UploadStore, _call: Call) -> Any:
    return {"maxUploadFileSize": MAX_MEGABYTES}


def _upload(items: UploadStore, call: Call) -> Any:
    name, body = sent_file(call)
    item = items.upload(name, body, call.fields.get("description", ""))
    return {"success": True, "item": item.to_json()}


def _register(items: UploadStore, call: Call) -> Any:
    check_posted(call)
    item = items.register(call.fields.get("itemName", ""), call.fields.get("description", ""))
    return {"success": True, "item": item.to_json()}


def _part(items: UploadStore, call: Call) -> Any:
    items.add_part(call.route.ident, call.fields, sent_file(call)[1])
    return {"success": True}


def _parts(items: UploadStore, call: Call) -> Any:
    return {"parts": [str(number) for number in sorted(items[call.route.ident].parts)]}


def _commit(items: UploadStore, call: Call) -> Any:
    check_posted(call)
    item = items.commit(call.route.ident, call.fields.get("parts", ""))
    return {"success": True, "item": item.to_json()}


def _item(items: UploadStore, call: Call) -> Any:
    return items[call.route.ident].to_json()


def _delete(items: UploadStore, call: Call) -> Any:
    check_posted(call)
    items.delete(call.route.ident)
    return {"success": True}


UPLOAD_CALLS: Mapping[str, Callable[[UploadStore, Call], Any]] = {
    "uploads": _uploads,
    "upload_info": _upload_info,
    "upload": _upload,
    "register": _register,
    "part": _part,
    "parts": _parts,
    "commit": _commit,
    "item": _item,
    "delete": _delete,
}
"""By the operation of a route."""
