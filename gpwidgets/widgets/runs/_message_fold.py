"""The messages of a run, in sight while it goes on and folded once it has succeeded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.runs._message_log import MessageLog

if TYPE_CHECKING:
    from gpwidgets.protocol.responses.replies import GPMessage

__all__ = ["MessageFold"]

#: By the lowest level that is shown first: what is a reason to keep the messages of a good run in sight.
_TROUBLE = {"info": ("warning", "error"), "warning": ("warning", "error"), "error": ("error",)}


class MessageFold(Fold):
    """Messages below a button with their number; nothing of it is to be seen while there are none.

    It is open while the run goes on. A run that succeeds folds it, unless there are warnings or errors among
    the messages, which open it again when they come late. Once a user has opened or folded it, it stays so.

    Parameters
    ----------
    name
        First part of the name of the file that the messages are saved in.
    level
        Lowest level of the messages that are shown first.
    """

    def __init__(self, name: str, level: str = "info") -> None:
        self._name, self._level = name, level
        self._said: tuple[GPMessage, ...] = ()
        self._is_growing = False
        self._log: MessageLog | None = None
        self._is_chosen = False
        self._binding = Binding()
        super().__init__(tr("Messages"), self._make_log, tooltip=tr("What the tool said"))
        self.set_visible(False)
        self._binding.follow(self, self._keep, "opened")

    def _make_log(self) -> list[w.Widget]:
        self._log = MessageLog(self._name, level=self._level)
        self._log.show(self._said, is_growing=self._is_growing)
        return [self._log]

    def _keep(self, _change: object) -> None:
        self._is_chosen = True

    def show(self, messages: Sequence[GPMessage], status: RunStatus) -> None:
        """Show the messages of a run in place of those before.

        Parameters
        ----------
        messages
            All of them.
        status
            Of the run.
        """
        self._said, self._is_growing = tuple(messages), not status.is_final
        if not self._said:
            return
        self.title = _title(self._said)
        if self._log is not None:
            self._log.show(self._said, is_growing=self._is_growing)
        if not self._is_chosen:
            with self._binding.silently():
                self.opened = status is not RunStatus.SUCCEEDED or self._has_trouble
        self.set_visible(True)

    @property
    def _has_trouble(self) -> bool:
        return any(one.level in _TROUBLE[self._level] for one in self._said)


def _title(messages: Sequence[GPMessage]) -> str:
    levels = [one.level for one in messages]
    errors, warnings = levels.count("error"), levels.count("warning")
    trouble = [
        *([trn("{n:,} error", "{n:,} errors", errors)] if errors else []),
        *([trn("{n:,} warning", "{n:,} warnings", warnings)] if warnings else []),
    ]
    if not trouble:
        return tr("Messages ({count:,})", count=len(levels))
    return tr("Messages ({count:,}, {trouble})", count=len(levels), trouble=", ".join(trouble))
