"""Turning pages of a long list."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.accessibility import let_rest
from gpwidgets.widgets.kit.controls import lean, status_html, text_button
from gpwidgets.widgets.kit.owner import Owner

__all__ = ["Pager"]


class Pager(Owner, w.HBox):
    """Buttons that turn pages, and where one is.

    Parameters
    ----------
    turned
        Called when another page is to be shown.
    sizes
        Rows on a page to choose from; none for one size that stays.
    size
        Rows on a page.

    Attributes
    ----------
    page : int
        From 0.
    """

    def __init__(self, turned: Callable[[], None], size: int, sizes: tuple[int, ...] = ()) -> None:
        self._turned = turned
        self.page: int = 0
        self._count = 0
        self._where = lean(w.HTML)
        self._first, self._back, self._next, self._last = (
            text_button(words, tooltip=tip, act=act)
            for words, tip, act in (
                (tr("First"), tr("First page"), lambda: self._go(0)),
                (tr("Previous"), tr("Previous page"), lambda: self._go(self.page - 1)),
                (tr("Next"), tr("Next page"), lambda: self._go(self.page + 1)),
                (tr("Last"), tr("Last page"), lambda: self._go(self.pages - 1)),
            )
        )
        self._size = lean(
            w.Dropdown,
            options=sorted({*sizes, size}),
            value=size,
            description=tr("Rows"),
            layout={"width": "auto"},
        )
        self._size.observe(lambda _change: self._go(0, always=True), names="value")
        parts = [self._first, self._back, self._where, self._next, self._last]
        super().__init__(
            [*parts, self._size] if sizes else parts,
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )

    @property
    def size(self) -> int:
        """Rows on a page."""
        return int(self._size.value)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self._count // self.size))

    @property
    def shown(self) -> slice:
        """The part of the list that is on this page."""
        return slice(self.page * self.size, (self.page + 1) * self.size)

    def show(self, count: int, words: str) -> None:
        """Say how long the list is, and in words what it holds."""
        self._count = count
        self.page = min(self.page, self.pages - 1)
        where = tr("Page {page} of {pages}; {rows}", page=self.page + 1, pages=self.pages, rows=words)
        self._where.value = status_html(where, look="gpw-page")
        for button in (self._first, self._back):
            let_rest(button, self.page == 0)
        for button in (self._next, self._last):
            let_rest(button, self.page >= self.pages - 1)

    def turn_to(self, place: int) -> None:
        """Show the page with a place of the list."""
        self._go(place // self.size)

    def _go(self, page: int, *, always: bool = False) -> None:
        wanted = min(max(0, page), self.pages - 1)
        if always or wanted != self.page:
            self.page = wanted
            self._turned()
