"""A token that ends in the middle of a job, an upload in parts or a download: all go on after renewal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter

import gpwidgets as gp
from gpwidgets.client.services import uploads

pytestmark = pytest.mark.once

FILE = "/arcgis/rest/directories/arcgisjobs/s_gpserver/j1/scratch/out.bin"


class Secured(GPAnswers):
    """A secured service whose tokens end just before the requests that `ends_at` counts, by kind."""

    def __init__(self, ends_at: dict[str, int]) -> None:
        super().__init__(
            [parameter("File", "GPDataFile"), parameter("Out", "GPDataFile", direction="Output")]
        )
        self.ends_at = ends_at
        self.asked: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.issued = 0
        self.parts: dict[str, bytes] = {}
        self.looks = 0

    def __call__(self, request: Request, wire: Wire) -> None:
        last = request.path.rpartition("/")[2]
        kind = (
            last
            if "/uploads/" in request.path
            else "file"
            if "/directories/" in request.path
            else self.kind_of(request.path)
        )
        if kind == "token":
            self.issued += 1
            wire.reply({"token": f"token-{self.issued}", "expires": 4102444800000})
            return
        if last == "info" and "/uploads/" not in request.path:
            wire.reply(self.usual("info", request))
            return
        self.asked[kind] += 1
        if self.asked[kind] == self.ends_at.get(kind):
            self.issued += 1  # nobody has heard of the new one
        if f"token-{self.issued}" not in request.text:
            wire.reply({"error": {"code": 498, "message": "Invalid token."}})
            return
        self.done[kind] += 1
        self.serve(kind, request, wire)

    def serve(self, kind: str, request: Request, wire: Wire) -> None:
        origin = f"http://{request.headers['host']}"
        if kind == "uploadPart":
            self.parts[str(self.done[kind])] = request.body
        replies: dict[str, Any] = {
            "service": {**super().usual("service", request), "capabilities": "Uploads"},
            "info": {"maxUploadFileSize": 100},
            "register": {"success": True, "item": {"itemID": "i1"}},
            "uploadPart": {"success": True},
            "commit": {"success": True, "item": {"itemID": "i1"}},
            "results": {"paramName": "Out", "dataType": "GPDataFile", "value": {"url": origin + FILE}},
        }
        self.results = {"Out": {}}
        if kind == "file":
            wire.reply(b"the whole file", headers={"Content-Type": "application/octet-stream"})
        elif kind in replies:
            wire.reply(replies[kind])
        elif kind == "job" and self.done[kind] < 4:
            wire.reply({"jobId": "j1", "jobStatus": "esriJobExecuting"})
        else:
            wire.reply(self.usual(kind, request))


@pytest.mark.parametrize("kind", ["register", "uploadPart", "commit", "submitJob", "job", "results", "file"])
@pytest.mark.parametrize("number", [1, 2])
def test_all_goes_on_after_a_token_has_ended(
    kind: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PART_SIZE", 4)
    given = tmp_path / "in.bin"
    given.write_bytes(b"0123456789")
    answers = Secured({kind: number})
    with BadServer(answers) as server:
        task = gp.GPTask(f"{server.services}/S/GPServer/Task", gp.Login("me", "pa55word"))
        out = task(File=given)
        path = out.Out.download(tmp_path / "results")
    assert path.read_bytes() == b"the whole file"
    assert answers.done["submitJob"] == len(answers.jobs) == 1
    assert answers.done["uploadPart"] == 3
    assert [
        part in body for part, body in zip((b"0123", b"4567", b"89"), answers.parts.values(), strict=True)
    ] == [True] * 3


def test_the_token_did_end(tmp_path: Path) -> None:
    answers = Secured({"job": 2})
    with BadServer(answers) as server:
        gp.GPTask(f"{server.services}/S/GPServer/Task", gp.Login("me", "pa55word"))()
    assert answers.issued == 3
    assert answers.asked["job"] == answers.done["job"] + 1
