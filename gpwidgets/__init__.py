"""Widgets and calls for ArcGIS geoprocessing services.

Everything public is named here and loaded on first use, so that ``import gpwidgets`` costs next to nothing
and geometry libraries are only loaded when geometry is handled.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpwidgets import demo
    from gpwidgets.client.auth import APIKey, Login, Token
    from gpwidgets.client.oauth import AppLogin, OAuth, PortalLogin
    from gpwidgets.client.session import GPSession
    from gpwidgets.errors import (
        BadReply,
        ConnectionFailed,
        ConversionError,
        GPError,
        ParameterError,
        RunError,
        ServerError,
        WaitTimeout,
    )
    from gpwidgets.protocol.units import ArealUnit, LinearUnit, TimeUnit
    from gpwidgets.protocol.values import DataFile, Extent, LayerReference, RasterData, SpatialReference
    from gpwidgets.tasks.compare import compare
    from gpwidgets.tasks.history import history
    from gpwidgets.tasks.outputs import Outputs
    from gpwidgets.tasks.run import Run
    from gpwidgets.tasks.service import GPService
    from gpwidgets.tasks.status import RunStatus
    from gpwidgets.tasks.task import GPTask, attach
    from gpwidgets.texts import set_language
    from gpwidgets.widgets.compare import CompareWidget
    from gpwidgets.widgets.editors.base import register_editor
    from gpwidgets.widgets.history import HistoryWidget
    from gpwidgets.widgets.run import RunWidget
    from gpwidgets.widgets.service import ServiceWidget
    from gpwidgets.widgets.task import TaskWidget

__version__ = "0.1.0.dev0"

_HOMES = {
    "APIKey": "client.auth",
    "AppLogin": "client.oauth",
    "ArealUnit": "protocol.units",
    "BadReply": "errors",
    "CompareWidget": "widgets.compare",
    "ConnectionFailed": "errors",
    "ConversionError": "errors",
    "DataFile": "protocol.values",
    "Extent": "protocol.values",
    "GPError": "errors",
    "GPService": "tasks.service",
    "GPSession": "client.session",
    "GPTask": "tasks.task",
    "HistoryWidget": "widgets.history",
    "LayerReference": "tasks.layers",
    "LinearUnit": "protocol.units",
    "Login": "client.auth",
    "OAuth": "client.oauth",
    "Outputs": "tasks.outputs",
    "ParameterError": "errors",
    "PortalLogin": "client.oauth",
    "RasterData": "protocol.values",
    "Run": "tasks.run",
    "RunError": "errors",
    "RunStatus": "tasks.status",
    "RunWidget": "widgets.run",
    "ServerError": "errors",
    "ServiceWidget": "widgets.service",
    "SpatialReference": "protocol.values",
    "TaskWidget": "widgets.task",
    "TimeUnit": "protocol.units",
    "Token": "client.auth",
    "WaitTimeout": "errors",
    "attach": "tasks.task",
    "compare": "tasks.compare",
    "history": "tasks.history",
    "register_editor": "widgets.editors.base",
    "set_language": "texts",
}

__all__ = [
    "APIKey",
    "AppLogin",
    "ArealUnit",
    "BadReply",
    "CompareWidget",
    "ConnectionFailed",
    "ConversionError",
    "DataFile",
    "Extent",
    "GPError",
    "GPService",
    "GPSession",
    "GPTask",
    "HistoryWidget",
    "LayerReference",
    "LinearUnit",
    "Login",
    "OAuth",
    "Outputs",
    "ParameterError",
    "PortalLogin",
    "RasterData",
    "Run",
    "RunError",
    "RunStatus",
    "RunWidget",
    "ServerError",
    "ServiceWidget",
    "SpatialReference",
    "TaskWidget",
    "TimeUnit",
    "Token",
    "WaitTimeout",
    "attach",
    "compare",
    "demo",
    "history",
    "register_editor",
    "set_language",
]


def __getattr__(name: str) -> Any:
    if name == "demo":
        return importlib.import_module("gpwidgets.demo")
    if name not in _HOMES:
        raise AttributeError(f"module 'gpwidgets' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"gpwidgets.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
