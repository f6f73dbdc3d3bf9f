"""What a recording answers: the recorded answer to the same request, or the nearest recorded run."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from gpwidgets.recording.exchange import Exchange, SentFile
from gpwidgets.recording.jobs_again import JobAgain, JobsAgain, RecordedJob, warning
from gpwidgets.recording.lesson_file import Lesson
from gpwidgets.recording.matching import Asked, canonical, differing, distance, plain_fields
from gpwidgets.recording.place import MARK, Swap, path_parts
from gpwidgets.recording.uploads_again import Uploads, recorded_uploads
from gpwidgets.texts import tr, trn

__all__ = ["Answer", "Answers"]

_RUNS = ("execute", "submitJob")
_ID = re.compile(r"[\w.-]{8,64}")
#: Services whose operations show another thing with every field; those of tasks only say how it is told.
_DRAWN = frozenset({"mapserver", "featureserver", "imageserver"})
#: A token that opens nothing: a recording asks for none, but some clients want one.
_TOKEN = "recording"  # noqa: S105
_TOKEN_SECONDS = 86400


@dataclass(frozen=True)
class Answer:
    """What is sent back.

    Attributes
    ----------
    body
        A JSON value, a text, or bytes.
    status, headers
        As HTTP has them.
    seconds
        How long it took when it was recorded.
    is_json
        Whether the body, as it is sent, is JSON.
    """

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    is_json: bool = False


class Answers:
    """All that a lesson can answer.

    Parameters
    ----------
    lesson
        Stays open as long as this is asked.
    address
        What the server's address is in answers, up to ``/rest``.
    pace
        As for :func:`replay`.
    """

    def __init__(self, lesson: Lesson, address: str, pace: float) -> None:
        self._lesson, self._address, self._pace = lesson, address, pace
        self._lock = threading.RLock()
        self._uploads, self._jobs = Uploads(), JobsAgain()
        self._recorded_uploads = recorded_uploads(lesson.exchanges)
        self._by_path: defaultdict[tuple[str, ...], list[Exchange]] = defaultdict(list)
        self._recorded_jobs: dict[str, RecordedJob] = {}
        self._swaps = [Swap(address, MARK)]
        if lesson.server.startswith(("http://", "https://")):
            with contextlib.suppress(ValueError):  # what is no address is in no text either
                self._swaps.append(Swap(lesson.server, MARK))
        for one in lesson.exchanges:
            self._by_path[one.parts].append(one)
            self._note_job(one)
        self._runs = {path: runs for path in self._by_path if (runs := self._runs_of(path))}

    def _note_job(self, one: Exchange) -> None:
        if one.parts[-1:] == ("submitJob",) and one.is_good and isinstance(one.body, Mapping):
            ident = str(one.body.get("jobId", ""))
            if _ID.fullmatch(ident):
                self._recorded_jobs.setdefault(ident, RecordedJob(ident)).submitted = one
        elif _is_status(one.parts) and one.is_good and isinstance(one.body, Mapping):
            ident = one.parts[-1]
            if _ID.fullmatch(ident):
                self._recorded_jobs.setdefault(ident, RecordedJob(ident)).states.append(one)

    def _runs_of(self, path: tuple[str, ...]) -> list[tuple[Asked, Exchange]]:
        """The recorded runs of a task that came to something, the best first."""
        if path[-1:] not in {(word,) for word in _RUNS}:
            return []
        defaults = self._defaults(path[:-1])
        runs = [(plain_fields(one.fields, self._as_recorded, defaults), one) for one in self._by_path[path]]
        return sorted(runs, key=lambda run: self._rank(run[1]))

    def _rank(self, one: Exchange) -> int:
        """0 for a run that succeeded, then what ended otherwise, then what was refused."""
        if not one.is_good:
            return 3
        job = self._recorded_jobs.get(str(one.body.get("jobId"))) if isinstance(one.body, Mapping) else None
        if one.parts[-1] == "execute" or (job and job.last_status == "esriJobSucceeded"):
            return 0
        return 1 if job and job.last_status in ("esriJobFailed", "esriJobTimedOut") else 2

    def _defaults(self, task: tuple[str, ...]) -> dict[str, str] | None:
        """Normalised defaults of a task's inputs; None where its description was not recorded."""
        for one in self._by_path.get(task, ()):
            listed = one.body.get("parameters") if isinstance(one.body, Mapping) else None
            if one.is_good and isinstance(listed, list):
                return {
                    str(each["name"]): canonical(_text_of(each.get("defaultValue")), self._as_recorded)
                    for each in listed
                    if isinstance(each, Mapping)
                    and "name" in each
                    and "output" not in str(each.get("direction")).lower()
                }
        return None

    @property
    def tasks(self) -> dict[str, str]:
        """Addresses of recorded tasks and services, by name and by ``service/task``."""
        found: dict[str, str] = {}
        for path in self._by_path:
            kinds = [part.lower() for part in path]
            if "gpserver" not in kinds:
                continue
            at = kinds.index("gpserver")
            service = "/".join(path[len(path_parts(self._lesson.services)) : at])
            found.setdefault(service, self._url(path[: at + 1]))
            if len(path) > at + 1 and path[at + 1] != "uploads":
                url = self._url(path[: at + 2])
                found.setdefault(path[at + 1], url)
                found.setdefault(f"{service}/{path[at + 1]}", url)
        return found

    def _url(self, parts: Iterable[str]) -> str:
        return "/".join([self._address, *(quote(part, safe="") for part in parts)])

    def answer(self, parts: tuple[str, ...], fields: Mapping[str, str], sent: SentFile | None) -> Answer:
        """Answer a request.

        Parameters
        ----------
        parts
            Of its path below the context.
        fields, sent
            What it brings.
        """
        with self._lock:
            live = next((job for part in parts if (job := self._jobs.get(part))), None)
            if live is not None:
                parts = tuple(live.recorded.id if part == live.id else part for part in parts)
            return self._with_job(self._find(parts, fields, sent, live), live)

    def _find(
        self,
        parts: tuple[str, ...],
        fields: Mapping[str, str],
        sent: SentFile | None,
        live: JobAgain | None,
    ) -> Answer:
        if parts[:1] == ("tokens",):
            return Answer(
                {"token": _TOKEN, "expires": int((time.time() + _TOKEN_SECONDS) * 1000), "ssl": False}
            )
        if "uploads" in parts:
            told = self._uploads.answer(parts[parts.index("uploads") :], fields, sent)
            if told is not None:
                return Answer(told)
        if parts[-1:] in {(word,) for word in _RUNS}:
            return self._run(parts, fields)
        job = live or self._as_it_ended(parts)
        if job is not None and _is_status(parts):
            return Answer(job.look())
        if job is not None and parts[-1] == "cancel" and _is_status(parts[:-1]):
            return Answer(job.cancel())
        return self._resource(parts, fields)

    def _as_it_ended(self, parts: tuple[str, ...]) -> JobAgain | None:
        """A job that is asked for by the id that it had when it was recorded."""
        job = next((self._recorded_jobs[part] for part in parts if part in self._recorded_jobs), None)
        if job is None:
            return None
        ended = replace(job, states=job.states[-1:])
        return JobAgain(ended, "", 0.0, job.id)

    def _run(self, parts: tuple[str, ...], fields: Mapping[str, str]) -> Answer:
        runs = self._runs.get(parts, [])
        asked = plain_fields(fields, self._as_asked, self._defaults(parts[:-1]))
        same = next((one for made, one in runs if not differing(asked, made)), None)
        said = ""
        if same is None:
            good = [run for run in runs if self._rank(run[1]) == 0] or [run for run in runs if run[1].is_good]
            if not good:
                return _refusal(tr("This is a recording, and no run of this task is in it."))
            made, same = min(good, key=lambda run: distance(asked, run[0]))
            said = _said_of(differing(asked, made))
        if not same.is_good or not isinstance(same.body, Mapping):
            return self._of(same)
        if parts[-1] == "execute":
            return replace(self._of(same), body=_with_warning(same.body, said))
        recorded = self._recorded_jobs.get(str(same.body.get("jobId")))
        if recorded is None:
            return self._of(same)
        job = self._jobs.add(JobAgain(recorded, said, self._pace))
        return replace(self._of(same), body={**same.body, "jobId": job.id})

    def _resource(self, parts: tuple[str, ...], fields: Mapping[str, str]) -> Answer:
        listed = self._by_path.get(parts, [])
        asked = plain_fields(fields, self._as_asked)
        same = [one for one in listed if not differing(asked, plain_fields(one.fields, self._as_recorded))]
        if not same and not _is_drawn(parts):
            same = sorted(
                listed, key=lambda one: distance(asked, plain_fields(one.fields, self._as_recorded))
            )[:1]
            same = [one for one in listed if same and one.fields == same[0].fields]
        if not same:
            path = "/".join(parts)
            text = tr("This is a recording, and {path} is not in it as it is asked for.", path=path)
            return _refusal(text, status=404 if "directories" in parts else 200)
        return self._of(next((one for one in reversed(same) if one.is_good), same[-1]))

    def _of(self, one: Exchange) -> Answer:
        body = self._lesson.content(one.file) if one.kind == "file" else one.body
        return Answer(body, one.status, one.headers, one.duration)

    def _with_job(self, answer: Answer, live: JobAgain | None) -> Answer:
        """The answer with this server's address and the id of this job."""
        headers = {name: text.replace(MARK, self._address) for name, text in answer.headers.items()}
        body = answer.body
        if not isinstance(body, bytes):
            text = body if isinstance(body, str) else json.dumps(body)
            text = text.replace(MARK, self._address)
            text = text.replace(quote(MARK, safe=""), quote(self._address, safe=""))
            if live is not None:
                text = text.replace(live.recorded.id, live.id)
                headers = {name: one.replace(live.recorded.id, live.id) for name, one in headers.items()}
            body = text.encode("utf-8", "replace")
        is_json = not isinstance(answer.body, bytes | str)
        if is_json:
            headers["Content-Type"] = "application/json; charset=utf-8"
        # Where nothing is said, it is no page.
        plain = "application/octet-stream" if isinstance(answer.body, bytes) else "text/plain; charset=utf-8"
        headers.setdefault("Content-Type", plain)
        return replace(answer, body=body, headers=headers, is_json=is_json)

    def _as_recorded(self, key: str, text: str) -> str:
        return self._recorded_uploads.known(text) if key.lower() == "itemid" else text

    def _as_asked(self, key: str, text: str) -> str:
        if key.lower() == "itemid":
            return self._uploads.known(text)
        if "://" in text:
            for swap in self._swaps:
                text = swap.text(text)
            job = next((job for part in text.split("/") if (job := self._jobs.get(part))), None)
            text = text.replace(job.id, job.recorded.id) if job else text
        return text


def _text_of(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _is_status(parts: tuple[str, ...]) -> bool:
    return parts[-2:-1] == ("jobs",) and "gpserver" in {part.lower() for part in parts}


def _is_drawn(parts: tuple[str, ...]) -> bool:
    """Whether it is an operation of a map or layer, such as a picture of a place, or rows of a query."""
    kinds = {part.lower() for part in parts}
    last = parts[-1].lower() if parts else ""
    is_description = last in _DRAWN or last.isdecimal() or last == "legend" or parts[-2:-1] == ("jobs",)
    return bool(kinds & _DRAWN) and not is_description


def _said_of(names: list[str]) -> str:
    return trn(
        "This is a recording. The result is that of another run: {names} differs.",
        "This is a recording. The result is that of another run: {names} differ.",
        len(names),
        names=", ".join(names),
    )


def _with_warning(body: Mapping[str, Any], said: str) -> dict[str, Any]:
    messages = body.get("messages")
    heard = list(messages) if isinstance(messages, list) else []
    return {**body, "messages": [warning(said), *heard] if said else heard}


def _refusal(text: str, *, status: int = 200) -> Answer:
    """An error as the servers tell it: in JSON, with HTTP's good status but for files."""
    return Answer({"error": {"code": 404, "message": text, "details": []}}, status)
