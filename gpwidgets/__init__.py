"""Widgets and calls for ArcGIS geoprocessing services.

Everything public is named here and loaded on first use, so that ``import gpwidgets`` costs next to nothing
and geometry libraries are only loaded when geometry is handled.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpwidgets import demo
    from gpwidgets.client.http.session import GPSession
    from gpwidgets.client.sign_in.auth import APIKey, Login, Token
    from gpwidgets.client.sign_in.oauth import AppLogin, OAuth, PortalLogin
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
    from gpwidgets.tasks.history import history
    from gpwidgets.tasks.results.compare import compare
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.status import RunStatus
    from gpwidgets.tasks.service import GPService
    from gpwidgets.tasks.task import GPTask, attach
    from gpwidgets.texts import set_language
    from gpwidgets.widgets.editors.editor import register_editor
    from gpwidgets.widgets.history_widget import HistoryWidget
    from gpwidgets.widgets.results.compare_widget import CompareWidget
    from gpwidgets.widgets.runs.run_widget import RunWidget
    from gpwidgets.widgets.service_widget import ServiceWidget
    from gpwidgets.widgets.task_widget import TaskWidget

__version__ = "0.1.0.dev0"

_HOMES = {
    "APIKey": "client.sign_in.auth",
    "AppLogin": "client.sign_in.oauth",
    "ArealUnit": "protocol.units",
    "BadReply": "errors",
    "CompareWidget": "widgets.results.compare_widget",
    "ConnectionFailed": "errors",
    "ConversionError": "errors",
    "DataFile": "protocol.values",
    "Extent": "protocol.values",
    "GPError": "errors",
    "GPService": "tasks.service",
    "GPSession": "client.http.session",
    "GPTask": "tasks.task",
    "HistoryWidget": "widgets.history_widget",
    "LayerReference": "tasks.results.layer_rows",
    "LinearUnit": "protocol.units",
    "Login": "client.sign_in.auth",
    "OAuth": "client.sign_in.oauth",
    "Outputs": "tasks.results.outputs",
    "ParameterError": "errors",
    "PortalLogin": "client.sign_in.oauth",
    "RasterData": "protocol.values",
    "Run": "tasks.runs.run",
    "RunError": "errors",
    "RunStatus": "tasks.runs.status",
    "RunWidget": "widgets.runs.run_widget",
    "ServerError": "errors",
    "ServiceWidget": "widgets.service_widget",
    "SpatialReference": "protocol.values",
    "TaskWidget": "widgets.task_widget",
    "TimeUnit": "protocol.units",
    "Token": "client.sign_in.auth",
    "WaitTimeout": "errors",
    "attach": "tasks.task",
    "compare": "tasks.results.compare",
    "history": "tasks.history",
    "register_editor": "widgets.editors.editor",
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
