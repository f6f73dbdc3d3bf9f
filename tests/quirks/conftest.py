"""A server that answers what a test tells it to, and descriptions to tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from client.conftest import Answer, Scripted

from gpwidgets import GPTask


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.free()


@pytest.fixture
def script(scripted: Scripted) -> Callable[..., Scripted]:
    """`script(path=reply, …)`: JSON replies below the services root; `/` is written as two underscores."""

    def play(replies: dict[str, Any]) -> Scripted:
        for path, reply in replies.items():
            rows = reply if isinstance(reply, tuple) else (reply,)
            answers = [row if isinstance(row, Answer) else Answer(json.dumps(row).encode()) for row in rows]
            scripted.on(path, *answers)
        return scripted

    return play


def described(*parameters: dict[str, Any], asynchronous: bool = False, **more: Any) -> dict[str, Any]:
    """The description of a task."""
    kind = "esriExecutionTypeAsynchronous" if asynchronous else "esriExecutionTypeSynchronous"
    return {"name": "T", "executionType": kind, "parameters": list(parameters), **more}


def given(name: str, data_type: str = "GPString", **more: Any) -> dict[str, Any]:
    """An optional input."""
    way = {"direction": "esriGPParameterDirectionInput", "parameterType": "esriGPParameterTypeOptional"}
    return {"name": name, "dataType": data_type, **way, **more}


def gained(name: str, data_type: str = "GPString", **more: Any) -> dict[str, Any]:
    """An output, which servers like to call required."""
    way = {"direction": "esriGPParameterDirectionOutput", "parameterType": "esriGPParameterTypeRequired"}
    return {"name": name, "dataType": data_type, **way, **more}


@pytest.fixture
def sync_task(script: Callable[..., Scripted]) -> Callable[..., GPTask]:
    """`sync_task(outputs, *parameters)`: a synchronous task that answers `execute` with these outputs."""

    def make(results: Any, *parameters: dict[str, Any], messages: Any = ()) -> GPTask:
        reply = results if isinstance(results, Answer) else {"results": results, "messages": list(messages)}
        server = script(
            {"/S/GPServer/T": described(*parameters), "/S/GPServer/T/execute": reply, "/S/GPServer": {}}
        )
        return GPTask(f"{server.root}/S/GPServer/T")

    return make


@pytest.fixture
def job_task(script: Callable[..., Scripted]) -> Callable[..., GPTask]:
    """`job_task(submission, polls, results, *parameters)`: an asynchronous task with scripted replies."""

    def make(
        submission: Any, polls: tuple[Any, ...], results: dict[str, Any], *parameters: dict[str, Any]
    ) -> GPTask:
        base = "/S/GPServer/T"
        replies = {base: described(*parameters, asynchronous=True), f"{base}/submitJob": submission}
        replies[f"{base}/jobs/j1"] = polls
        replies["/S/GPServer"] = {}
        replies |= {f"{base}/jobs/j1/{path}": reply for path, reply in results.items()}
        return GPTask(f"{script(replies).root}/S/GPServer/T")

    return make
