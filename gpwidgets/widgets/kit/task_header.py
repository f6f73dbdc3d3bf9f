"""The head of a task's widget: what the task is and what its service can do."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from gpwidgets.datatypes.registry import datatype_named
from gpwidgets.errors import GPError
from gpwidgets.protocol.urls import split_address
from gpwidgets.secrets import mask
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.words.html import sanitized

if TYPE_CHECKING:
    from gpwidgets.protocol.description import ServiceInfo, TaskInfo
    from gpwidgets.tasks.runs.task_handle import TaskHandle


def needs_map(info: TaskInfo) -> bool:
    """Whether features or extents go into a task or come out of it."""
    return any(datatype_named(one.member_type).is_spatial for one in info.parameters)


def title_html(address: str) -> str:
    """Return an address as the title of a widget that has no form yet."""
    shown = mask(address)
    shown = shown if len(shown) <= 120 else shown[:117] + "…"
    return f'<h3 class="gpw-title mathjax_ignore">{escape(shown)}</h3>'


def header_html(task: TaskHandle, title: str = "") -> str:
    """Return name, description, help link and abilities of a task; the server's own HTML is sanitised.

    Parameters
    ----------
    task
        The task.
    title
        Stands in place of its name.
    """
    info = task.info
    title = escape(title or info.display_name or info.name)
    if split_address(info.help_url).scheme in ("http", "https"):
        link = f'href="{escape(info.help_url)}" target="_blank" rel="noopener noreferrer"'
        title += f' <a class="gpw-help" {link}>{tr("Help")}</a>'
    about = sanitized(info.description) if info.description else ""
    line = escape(abilities(info, _service(task), task.is_asynchronous))
    return (
        f'<div class="gpw-header"><h3 class="gpw-title mathjax_ignore">{title}</h3>'
        f'<div class="gpw-about mathjax_ignore">{about}</div>'
        f'<div class="gpw-muted">{line}</div></div>'
    )


def _service(task: TaskHandle) -> ServiceInfo | None:
    try:
        return task.service
    except GPError:
        return None  # the task works without it; only the line on its abilities is shorter


def abilities(info: TaskInfo, service: ServiceInfo | None, is_asynchronous: bool) -> str:
    """Return one line on how the task runs and what its service allows."""
    parts = [tr("Runs as a job on the server") if is_asynchronous else tr("Answers at once")]
    if service is not None:
        if service.maximum_records:
            parts.append(tr("up to {most:,} rows per result", most=service.maximum_records))
        parts.append(tr("takes uploaded files") if service.can_upload else tr("takes no uploaded files"))
        if service.current_version is not None:
            parts.append(tr("server {version}", version=service.current_version))
    count = len(info.outputs)
    parts.append(trn("{n} output", "{n} outputs", count))
    return " · ".join(parts)
