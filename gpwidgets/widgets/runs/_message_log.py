"""The messages of a run: by level, searched, copied and saved."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.kit.code_view import copy_bar
from gpwidgets.widgets.kit.controls import lean, status_html, wide
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.page.front_ends import keep_shown

if TYPE_CHECKING:
    from gpwidgets.protocol.responses.replies import GPMessage

__all__ = ["MAX_MESSAGES", "MessageLog", "messages_html"]

#: Messages beyond this many are left out from the top; the run keeps them all.
MAX_MESSAGES = 300

#: Messages from which on they can be filtered, searched, copied and saved.
_MANY = 4

#: In pixels; a longer list scrolls.
_HEIGHT = 180

_LEVELS = {"warning": ("⚠", later("Warning")), "error": ("✖", later("Error")), "info": ("", "")}
_SHOWN = (
    (later("All messages"), ("info", "warning", "error")),
    (later("Warnings and errors"), ("warning", "error")),
    (later("Errors"), ("error",)),
)


class MessageLog(Owner, w.VBox):
    """Messages as a list that scrolls; above many of them, ways to find one and to take them along.

    Parameters
    ----------
    name
        First part of the name of the file that they are saved in.
    folder
        Where that is; the working directory when left out.
    level
        Lowest level of the messages that are shown first: ``info``, ``warning`` or ``error``.
    """

    def __init__(self, name: str, folder: Path | None = None, level: str = "info") -> None:
        self._name, self._folder = name, folder
        self._all: tuple[GPMessage, ...] = ()
        self._is_growing = False
        self._level = lean(
            w.Dropdown,
            options=[(tr(words), levels) for words, levels in _SHOWN],
            value=next(levels for _, levels in _SHOWN if levels[0] == level),
            tooltip=tr("Which messages are shown"),
            layout={"width": "auto", "min_width": "0"},
        )
        self._search = lean(
            w.Text,
            placeholder=tr("search the messages"),
            tooltip=tr("Show only messages with this text"),
            layout={"flex": "1 1 120px", "min_width": "0", "width": "auto"},
        )
        self._save = lean(
            w.Button,
            description=tr("Save the messages"),
            icon="download",
            tooltip=tr("Save all messages as a text file beside the notebook"),
            layout={"width": "auto"},
        )
        self._said = w.HTML()
        self._list = w.HTML(layout=w.Layout(width="calc(100% - 4px)", min_width="0"))  # it has margins
        for part in (self._said, self._list):
            keep_shown(part)
        self._list.add_class("gpw-log-box")
        row = [self._level, self._search, self._save]
        self._tools = w.HBox(row, layout=w.Layout(flex_flow="row wrap", width="100%", display="none"))
        super().__init__([self._tools, self._said, self._list], layout=wide())
        self.follow(self._level, self._filter, "value")
        self.follow(self._search, self._filter, "value")
        self._save.on_click(lambda _button: self._write())

    def show(self, messages: Sequence[GPMessage], *, is_growing: bool = False) -> None:
        """Show messages in place of those before; the filter stays.

        A list to which more will come has its full height from the first message on, so that what is below
        it does not move away under the pointer.
        """
        self._all, self._is_growing = tuple(messages), is_growing
        is_filtered = self._level.value != _SHOWN[0][1]  # what is left out can be had
        has_tools = len(self._all) >= (1 if is_growing or is_filtered else _MANY)
        self._tools.layout.display = "" if has_tools else "none"
        self._filter()

    def _filter(self, _change: object = None) -> None:
        wanted, text = self._level.value, self._search.value.strip().casefold()
        found = [
            one for one in self._all if one.level in wanted and (not text or text in one.words.casefold())
        ]
        is_part = len(found) < len(self._all)
        count = trn(
            "{shown:,} of {n:,} message", "{shown:,} of {n:,} messages", len(self._all), shown=len(found)
        )
        self._say(count if is_part else "")
        self._list.value = messages_html(found, can_copy=len(self._all) >= _MANY, is_growing=self._is_growing)

    def _say(self, text: str) -> None:
        self._said.value = status_html(text)

    def _write(self) -> None:
        folder = self._folder or Path.cwd()
        name = f"{name_from_title(self._name, 'run')}_messages.txt"
        try:
            with private_folder(folder) as private:
                (private / name).write_text("".join(f"{_line(one)}\n" for one in self._all), "utf-8")
                path = move_to_free_name(private / name, folder, name)
        except OSError as error:
            self._say(tr("It could not be saved: {error}", error=error.strerror or error))
            return
        self._say(tr("Saved as {path}.", path=str(path)))


def _line(message: GPMessage) -> str:
    word = _LEVELS[message.level][1]
    return f"{tr(word)}: {message.words}" if word else message.words


def messages_html(messages: Sequence[GPMessage], *, can_copy: bool = False, is_growing: bool = False) -> str:
    """Return a tool's messages as a list that scrolls, each with its level in words; empty for none."""
    if not messages:
        return ""
    left_out = len(messages) - MAX_MESSAGES
    lines = (
        [f'<li class="gpw-muted">{tr("{left_out:,} earlier messages", left_out=left_out)}</li>']
        if left_out > 0
        else []
    )
    lines += map(_item, messages[-MAX_MESSAGES:])
    # Column-reverse makes the browser keep the end of the list in sight, without a script. The line breaks
    # are for who copies the text.
    least = f"min-height:{_HEIGHT}px;box-sizing:border-box;" if is_growing else ""
    log = (
        f'<div class="gpw-log" role="log" aria-label="{tr("Messages")}" tabindex="0" style="display:flex;'
        f'flex-direction:column-reverse;max-height:{_HEIGHT}px;{least}overflow:auto">'
        '<ul style="margin:0 0 auto;list-style:none;padding:0 0 0 4px">' + "\n".join(lines) + "</ul></div>"
    )
    bar = copy_bar(tr("Copy these messages")) if can_copy else ""
    return f'<div class="gpw-code-box">{log}{bar}</div>' if bar else log


def _item(message: GPMessage) -> str:
    sign, word = _LEVELS[message.level][0], tr(_LEVELS[message.level][1])
    level = f'<b><span aria-hidden="true">{sign}</span> {word}:</b> ' if word else ""
    text = escape(message.words).replace("\n", "<br>")
    return f'<li class="gpw-message gpw-{message.level} mathjax_ignore">{level}{text}</li>'
